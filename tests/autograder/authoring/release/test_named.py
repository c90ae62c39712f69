"""What a student's edition names is there: every command, with its options, in all that students read."""

import json
import re
import shlex
from pathlib import Path

import pytest

NAMED = re.compile(r"(?:`|^ *(?:\$ |Example: )?)nnlab (?P<words>[a-z-][^`\n]*)", re.MULTILINE)
"""A command in a text: between backticks, or at the beginning of a line."""

RUN = """
import json, sys
from click.testing import CliRunner
from autograder.cli import main

run = CliRunner().invoke
helps = {name: run(main, [name, "--help"]).output for name in main.commands}
hidden = {
    name: [opt for p in command.params if getattr(p, "hidden", False) for opt in p.opts]
    for name, command in main.commands.items()
}
asked = json.loads(sys.stdin.read()) if len(sys.argv) > 1 else []
ended = [run(main, [*words, "--help"]) for words in asked]
answers = [[e.exit_code, e.output] for e in ended]
print(json.dumps({"helps": helps, "hidden": hidden, "answers": answers}))
"""


def words_of(text):
    """Find the commands that a text names, as the words that are typed."""
    for found in NAMED.finditer(text):
        line = re.split(r"  +|#", found["words"], maxsplit=1)[0].replace("…", "")
        yield shlex.split(line)


@pytest.fixture(scope="module")
def texts(site, workspace):
    """Collect all that a student reads: by where it stands."""
    found = {"guide.md": (site / "nnlab_course" / "guide.md").read_text(encoding="utf-8")}
    for path in workspace.rglob("*.md"):
        found[str(path.relative_to(workspace))] = path.read_text(encoding="utf-8")
    for path in workspace.rglob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found[path.name] = "\n".join("".join(cell["source"]) for cell in cells)
    return found


def test_every_command_that_is_named_is_there(student, texts):
    """The guide, READMEs, notebooks and helps name commands and options that this edition shows."""
    helps = json.loads(student.python("-c", RUN).stdout)
    texts = {**texts, **helps["helps"]}
    named = [(place, words) for place, text in texts.items() for words in words_of(text)]
    assert {place for place, _ in named} >= {"guide.md", "README.md", "grade"}

    kept = student.folder / "asked.json"
    kept.write_text(json.dumps([words for _, words in named]), encoding="utf-8")
    program = RUN.replace("sys.stdin.read()", f"open({str(kept)!r}).read()")
    answers = json.loads(student.python("-c", program, "all").stdout)["answers"]
    untrue = [
        (place, words, output)
        for (place, words), (code, output) in zip(named, answers, strict=True)
        if code or set(words) & {opt for opts in helps["hidden"].values() for opt in opts}
    ]
    assert untrue == []


def test_a_command_that_is_not_there_would_be_found():
    """The search sees commands in each of the ways in which texts write them."""
    text = "Type `nnlab figure x`.\n    nnlab train    trains\n$ nnlab grade 2  # why\nnnlab next\n"

    assert [*words_of(text)] == [["figure", "x"], ["train"], ["grade", "2"], ["next"]]
    assert [*words_of("the command of nnlab is there")] == []


def test_the_guide_leads_to_no_page_that_is_not_there(student, texts):
    """It names no other page and no mark of the documents' tests, and `nnlab guide` prints it."""
    guide = texts["guide.md"]

    assert student.nnlab("guide").stdout == guide
    assert re.findall(r"\]\((?!https?:)[^)]*\)", guide) == []
    assert not re.search(r"# not run|# needs|make demo|benchmarks/", guide)
    assert "## Questions and answers" in guide
    assert "Instructors" not in guide
    assert Path(student.folder / "README.md").exists()
