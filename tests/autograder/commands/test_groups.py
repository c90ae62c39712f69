"""Help shows the commands by person, each with one whole line; documents name only what is there."""

import re
import shlex

import click
import pytest
from click.testing import CliRunner

from autograder.cli import PEOPLE, main
from autograder.course.catalogue import ROOT

MOST_LETTERS = 48
TEXTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "docs/*/*.md", "docs/demo/*.sh", "autograder/**/*.txt")
    for path in ROOT.glob(pattern)
)
CODE = sorted((ROOT / "autograder").rglob("*.py"))
BLOCK = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
IN_A_BLOCK = re.compile(r"^(?:\$ |expect \d )? *nnlab (.*)", re.MULTILINE)
IN_A_SENTENCE = re.compile(r"`nnlab ([^`\n]*)`")
IN_CODE = re.compile(r"(?:`|: |Run |See |see |then )nnlab ([a-z][^`\"\n]*)")


def commands(group=main, above=()):
    """Go through all commands, with the words by which they are called."""
    for name, command in group.commands.items():
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*above, name))


def is_known(typed):
    """Tell whether what stands behind `nnlab` begins with a command, and a group's with one of it."""
    found = main
    for word in shlex.split(typed.replace("'", " "), comments=True):
        if not isinstance(found, click.Group) or word.startswith(("-", "…")) or word.isupper():
            break
        found = found.commands.get(word.rstrip(".,"))
    return found is not None


def test_help_has_a_section_for_each_kind_of_person():
    """Students find theirs first, in the order in which they are needed."""
    shown = CliRunner().invoke(main, ["--help"]).output
    sections = re.findall(r"^(\w+):\n((?:  .+\n)+)", shown, re.MULTILINE)
    listed = {title: re.findall(r"^  (\w+) ", lines, re.MULTILINE) for title, lines in sections}

    assert tuple(listed)[1:] == PEOPLE
    assert listed["Students"][:4] == ["init", "update", "next", "grade"]
    assert listed["Instructors"] == [
        "release",
        "setup",
        "batch",
        "term",
        "tally",
        "items",
        "similar",
        "blind",
    ]
    assert listed["Authors"] == ["lab"]


@pytest.mark.parametrize("words", [(), ("setup",), ("lab",)], ids=str)
def test_every_line_of_a_list_is_whole_at_80_columns(words):
    """A line is the command and its whole first sentence."""
    shown = CliRunner().invoke(main, [*words, "--help"], env={"COLUMNS": "80"}).output
    found = main
    for word in words:
        found = found.commands[word]

    for name, command in found.commands.items():
        sentence = " ".join(command.help.split("\n\n")[0].split())
        assert len(sentence) <= MOST_LETTERS
        assert re.search(rf"^  {name} +{re.escape(sentence)}$", shown, re.MULTILINE)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_names_only_commands_that_are_there(path):
    """In code of a sentence and in blocks."""
    text = path.read_text(encoding="utf-8")
    blocks = BLOCK.findall(text) if path.suffix == ".md" else [text]
    named = [typed for block in blocks for typed in IN_A_BLOCK.findall(block)]
    named += IN_A_SENTENCE.findall(BLOCK.sub("", text))

    assert [typed for typed in named if not is_known(typed)] == []


def test_messages_name_only_commands_that_are_there():
    """What the course says to type can be typed."""
    named = [typed for path in CODE for typed in IN_CODE.findall(path.read_text(encoding="utf-8"))]

    assert len(named) > 30
    assert [typed for typed in named if not is_known(typed)] == []
