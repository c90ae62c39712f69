"""What the documents show is what happens: code blocks run, consoles print what they say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.course import ROOT, labs
from autograder.mistakes import load_mistakes

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


ISOLATION = "isolation: landlock+seccomp"
"""What the documents show: a self-check on a usual Linux."""

MADE_WITH = re.compile(r"^checks \w+ · key \w+ · numpy .*\n", re.MULTILINE)
"""The last line of a report, which the documents leave out: it differs from machine to machine."""


def blocks(language):
    """Collect the fenced blocks of a language, with where they stand."""
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return [
        pytest.param(block, id=f"{document.name}-{number}")
        for document in DOCUMENTS
        for number, block in enumerate(fence.findall(document.read_text(encoding="utf-8")))
    ]


def run(command):
    """Run a documented command as a reader would, at 80 columns."""
    shown = subprocess.run(
        [sys.executable, "-m", "autograder", *command.split()[1:]],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
    )
    assert not shown.stderr
    text = re.sub(r"isolation: \S+", ISOLATION, shown.stdout)  # which one depends on the machine
    text = MADE_WITH.sub("", text)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


@pytest.mark.parametrize("block", blocks("console"))
def test_a_console_shows_what_the_command_prints(block):
    """Each command's output stands below it, word for word."""
    for command, output in re.findall(r"^\$ (nnlab .*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
        assert run(command) == output


@pytest.mark.parametrize("block", [b for b in blocks("python") if "@lab.check" not in b.values[0]])
def test_a_python_block_runs(block):
    """Each Python program in the documents runs, and what it asserts is true."""
    exec(compile(block, "document", "exec"), {})


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    """Every relative link points to a file of the repository."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_table_of_labs_counts_right():
    """README tells how many exercises and mistakes each lab has."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = {
        row[0]: (int(row[1]), int(row[2]))
        for row in re.findall(r"^\| `(lab\w+)` \| .* \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    }

    assert rows == {lab.id: (len(lab.exercises), len(load_mistakes(lab))) for lab in labs()}


def test_every_command_is_documented():
    """Each command of nnlab stands in README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [name for name in main.commands if f"nnlab {name}" not in text] == []


def test_documents_speak_of_the_project_alone():
    """No document names a path of somebody's machine."""
    pattern = re.compile(r"/(?:work|home|root|Users)/")

    assert [d.name for d in DOCUMENTS if pattern.search(Path(d).read_text(encoding="utf-8"))] == []
