"""The documents' code blocks, and a reader who does what they say in a copy of the repository.

What a block is for is told by its language:

    console    commands after `$ `, and what they print, word for word; a line `…` stands for any lines
    sh         a script that must end well
    python     a program that must end well; if its first line names a file, it is put there instead
    toml, json, yaml    must be readable; if the first line names a file, put there
    diff       a change to a file, made as it stands
    text       a drawing, or what a file looks like: nothing to run
    markdown   text to be put somewhere else
    {…}        one of the site's own directives

A first line `# not run: REASON` marks a block that cannot run, and `# needs PACKAGE` one that does
only where the package is installed. Both are there for the reader to see.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from dataclasses import dataclass
from pathlib import Path

from autograder.course.catalogue import ROOT
from autograder.storage import keep

FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<language>\S*).*$")
NOT_RUN = re.compile(r"# not run: (?P<reason>\S.*)")
NEEDS = re.compile(r"# needs (?P<package>\w+)")
FILE = re.compile(r"# (?P<path>[\w./-]+\.(?:py|toml|md|json))(?:,.*)?")
ISOLATION = "isolation: landlock+seccomp"
"""What the documents show: a self-check on a usual Linux."""
MADE_WITH = re.compile(r"^checks \w+ · key \w+ · numpy .*\n", re.MULTILINE)
"""The last line of a report, which the documents leave out: it differs from machine to machine."""
RUN, SHOWN = {"console", "sh", "python", "toml", "json", "yaml", "diff"}, {"text", "markdown"}
COPIED = ("nnlab", "autograder", "solutions", "assignments", "docs", "tests", "benchmarks")
SECONDS = 900


@dataclass(frozen=True)
class Block:
    """One fenced block of a document."""

    place: str
    """Document and line, as an editor reads it."""
    language: str
    text: str

    @property
    def first(self):
        """The first line."""
        return self.text.partition("\n")[0]

    @property
    def reason(self):
        """Why it is not run, or nothing."""
        marked = NOT_RUN.fullmatch(self.first)
        return marked["reason"] if marked else ""

    @property
    def missing(self):
        """The package that it needs and that is not installed, or nothing."""
        needs = NEEDS.fullmatch(self.first)
        return needs["package"] if needs and not importlib.util.find_spec(needs["package"]) else ""


def blocks_of(document):
    """Read the fenced blocks of a document, in order; one that is never closed is an error."""
    blocks, opened = [], None
    for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
        fence = FENCE.match(line)
        if opened is None:
            if fence:
                place = f"{document.relative_to(ROOT).as_posix()}:{number}"
                opened = (fence["ticks"], len(fence["indent"]), place, fence["language"], [])
        elif line.strip() == opened[0]:
            blocks.append(Block(opened[2], opened[3], "\n".join([*opened[4], ""])))
            opened = None
        else:
            opened[4].append(line[opened[1] :])
    assert opened is None, f"{opened[2]} is never closed"
    return blocks


class Reader:
    """Somebody who follows a document from top to bottom, in a copy of the repository."""

    def __init__(self, folder):
        self.root = folder / "nnlab"
        self.cwd = self.root
        self.root.mkdir()
        ignored = shutil.ignore_patterns("_generated")
        for name in COPIED:
            shutil.copytree(ROOT / name, self.root / name, ignore=ignored)
        for path in (*ROOT.glob("*.*"), ROOT / "Makefile"):
            if path.is_file():
                shutil.copy2(path, self.root)
        self.keys = self.root / ".nnlab" / "keys"
        (ROOT / ".nnlab" / "keys").mkdir(parents=True, exist_ok=True)
        shutil.copytree(ROOT / ".nnlab" / "keys", self.keys, dirs_exist_ok=True)
        self._commands(folder / "bin")

    def leave(self):
        """Keep the answer keys that were recorded: a name says all that a key was made from."""
        for key in self.keys.glob("*-0-*.key"):
            if not (kept := ROOT / ".nnlab" / "keys" / key.name).exists():
                keep(kept, key.read_bytes(), private=True)

    def _commands(self, folder):
        """Make the commands that a reader has; make says what it would do, and does nothing."""
        folder.mkdir()
        python = f'exec "{sys.executable}"'
        for name, does in (
            ("nnlab", f'{python} -m autograder "$@"'),
            ("python", f'{python} "$@"'),
            ("make", f'exec "{shutil.which("make")}" -n PYTHON="{sys.executable}" "$@" >/dev/null'),
        ):
            (folder / name).write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
            (folder / name).chmod(0o755)
        self.state = folder / "pwd"
        self.environment = {
            **os.environ,
            # Last, what other packages installed beside Python: nbgrader and what it calls.
            "PATH": os.pathsep.join(
                [str(folder), os.environ["PATH"], sysconfig.get_path("scripts")]
            ),
            "PYTHONPATH": str(self.root),
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "80",
        }

    def follow(self, block):
        """Do what a block says, and assert that what it shows is what happens."""
        if block.reason or block.missing or block.language in SHOWN or block.language[:1] == "{":
            return
        named = FILE.fullmatch(block.first)
        if block.language == "console":
            self._converse(block)
        elif block.language == "sh":
            self._script(block)
        elif block.language == "diff":
            self._change(block)
        elif named:
            self._write(self.cwd / named["path"], block)
        elif block.language == "python":
            done = self._run([sys.executable, "-W", "error", "-c", block.text])
            assert done.returncode == 0, f"{block.place}\n{done.stdout}"
        _parse(block)

    def _run(self, command):
        return subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
            cwd=self.cwd,
            env=self.environment,
            timeout=SECONDS,
        )

    def _shell(self, script):
        """Run a script, and stay in the folder where it ends."""
        done = self._run(["sh", "-c", f"trap 'pwd > \"{self.state}\"' EXIT\n{script}"])
        self.cwd = Path(self.state.read_text(encoding="utf-8").strip())
        return done

    def _script(self, block):
        done = self._shell(f"set -eu\n{block.text}")
        assert done.returncode == 0, f"{block.place}\n{done.stdout}"

    def _converse(self, block):
        for command, told in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE):
            lines = [line.rstrip() for line in self._shell(command).stdout.splitlines()]
            shown = re.sub(r"isolation: [\w+]+", ISOLATION, "".join(f"{x}\n" for x in lines))
            shown = MADE_WITH.sub("", shown).removeprefix("\ufeff")  # which no terminal shows
            wanted = "".join(
                "(?:.*\n)*?" if line == "…" else f"{re.escape(line)}\n"
                for line in told.splitlines()
            )
            assert re.fullmatch(wanted, shown), f"{block.place}: $ {command}\n{shown}"

    def _change(self, block):
        patch = self.state.with_name("patch")
        patch.write_text(block.text, encoding="utf-8")
        done = self._run(["git", "apply", "--whitespace=nowarn", str(patch)])
        assert done.returncode == 0, f"{block.place}\n{done.stdout}"

    @staticmethod
    def _write(path, block):
        """Put a block where its first line says: at the end of a file that is there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n\n{block.text}" if path.stat().st_size else block.text)


def _parse(block):
    """Read data and programs as what they say they are."""
    if block.language == "python":
        compile(block.text, block.place, "exec")
    elif block.language == "toml":
        tomllib.loads(block.text)
    elif block.language == "json":
        json.loads(block.text)
