"""The report for editors: each line leads to a file and a line that are there."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course.catalogue import ROOT
from tests.conftest import reference_text


@pytest.fixture
def short(saved, monkeypatch):
    """Grade lab 2 with another text from its folder, in the short form."""

    def run(text, *more):
        place = saved("lab02_hebb", hebb=text)
        monkeypatch.chdir(place.folder)
        ended = CliRunner().invoke(main, ["grade", "--format", "short", *more])
        return ended.exit_code, ended.output.splitlines()

    return run


def line_of(text, start):
    """Count the line that begins so, from 1."""
    return 1 + next(i for i, line in enumerate(text.splitlines()) if line.startswith(start))


def test_a_failure_leads_to_its_function(short):
    """File, line of the `def`, check, points and the idea, on one line; nothing else is printed."""
    text = reference_text("hebb").replace("bias + target", "bias")
    code, lines = short(text, "--check", "hebb.update")

    assert code == 1
    idea = (
        "The weights learn but the bias stays put. The bias is a weight too: its input is always 1."
    )
    at = line_of(text, "def hebb_step")
    assert lines == [f"hebb.py:{at}: hebb.update 0 / 3: {idea}"]


def test_an_exception_leads_to_where_it_came_from(short):
    """So does what is not Python; what passes prints nothing."""
    text = reference_text("hebb").replace("bias + target", "bias + nothing")
    _, lines = short(text, "--check", "hebb.update")
    at = 1 + next(i for i, line in enumerate(text.splitlines()) if "+ nothing" in line)
    assert lines == [f"hebb.py:{at}: hebb.update 0 / 3: NameError: name 'nothing' is not defined"]

    broken = f"{reference_text('hebb')}\ndef f(:\n"
    _, lines = short(broken, "--check", "hebb.update")
    assert lines[0].startswith(
        f"hebb.py:{len(broken.splitlines())}: hebb.update 0 / 3: hebb.py is not"
    )
    assert short(reference_text("hebb")) == (0, [])


def test_the_guides_problem_matcher_reads_every_line(short):
    """The pattern of the documents finds file, line and message."""
    guide = (ROOT / "docs" / "students.md").read_text(encoding="utf-8")
    (task,) = json.loads(re.search(r"```json\n(.*?)```", guide, re.DOTALL)[1])["tasks"]
    pattern = task["problemMatcher"]["pattern"]
    _, lines = short("x = 1\n")

    for line in lines:
        found = re.fullmatch(pattern["regexp"], line)
        assert Path(found[pattern["file"]]).is_file()
        assert int(found[pattern["line"]]) == 1
        assert found[pattern["message"]]
    assert len(lines) > 1
