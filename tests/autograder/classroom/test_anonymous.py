"""A class without names: nothing that is written says who somebody is, and the key stays at home."""

import json
import stat

import pytest
from click.testing import CliRunner

from autograder.classroom.anonymous import take_key
from autograder.cli import main
from autograder.errors import WrongUseError
from tests.conftest import reference_text

RIGHT = reference_text("hebb")
WRONG = RIGHT.replace("bias + target", "bias")
ELOISE = "Éloïse D'Arcy-Müller"
BY = "# Éloïse D'Arcy-Müller, eloise.darcy@example.org, ELOISE_DARCY, Mueller\n"


@pytest.fixture
def course(tmp_path, monkeypatch, request):
    """Three students, graded; one signs the file, one is called as a function is, one works with her."""
    request.getfixturevalue("in_one_process")
    monkeypatch.chdir(tmp_path)
    texts = {
        ELOISE: f"{BY}müller_rate = 1\n{WRONG}",
        "Max Sum": f"# by Max Sum\nprint(max(1, sum([2])))\n{RIGHT}",
        "Bo Li": f"# with  éloïse d'arcy-müller and bo li\n{RIGHT}",
    }
    for student, text in texts.items():
        folder = tmp_path / "submitted" / student
        folder.mkdir(parents=True)
        (folder / ("hebb.py" if student != "Bo Li" else "hebb_bo li.py")).write_text(text)
    (tmp_path / "overrides.toml").write_text(
        "[[override]]\nlab = 'hebb'\nstudent = 'Max Sum'\nexcuse = true\nreason = 'ill'\nby = 'T'\n"
    )
    assert run("batch", "hebb", "-j", "1").exit_code == 0
    return tmp_path


def run(*command):
    """Run a command."""
    return CliRunner().invoke(main, command, catch_exceptions=False)


def pseudonyms(course):
    """Read who is who."""
    plain = json.loads((course / ".nnlab" / "anonymous.json").read_text("utf-8"))
    return {name: pseudonym for pseudonym, name in plain["people"].items()}


def test_no_name_is_in_anything_that_is_written(course):
    """Not in rows, names of files, notes, reports or the students' own files; nor why somebody was ill."""
    done = run("blind", "hebb")
    written = [path for path in (course / "anonymous").rglob("*") if path.is_file()]
    everything = "\n".join([*map(str, written), *(path.read_text("utf-8") for path in written)])
    folded = everything.casefold().replace(str(course).casefold(), "")

    assert done.exit_code == 0, done.output
    for name in (
        "éloïse",
        "eloise",
        "arcy",
        "müller",
        "mueller",
        "muller",
        "max sum",
        "bo li",
        "example.org",
        "ill;",
    ):
        assert name not in folded, name
    assert {path.suffix for path in written} == {".py", ".csv", ".json", ".html"}
    assert "3 students." in done.output


def test_marks_and_code_are_the_same_but_for_the_names(course):
    """Points stay, code stays code, and the pages have it beside the messages."""
    run("blind", "hebb")
    who = pseudonyms(course)
    plain = json.loads((course / "anonymous" / "marks" / "lab02_hebb.json").read_text())
    points = {entry["student"]: entry["points"] for entry in plain["submissions"]}
    marks = json.loads((course / "marks" / "lab02_hebb.json").read_text())
    before = {entry["student"]: entry["points"] for entry in marks["submissions"]}
    texts = {
        name: (
            course / "anonymous" / "submitted" / who[name] / "lab02_hebb" / "hebb.py"
        ).read_text()
        for name in who
    }
    page = course / "anonymous" / "marks" / "lab02_hebb-pages"
    own = next(page.glob(f"{who[ELOISE]}*"))

    assert {who[name]: before[name] for name in who} == points
    assert "print(max(1, sum([2])))" in texts["Max Sum"]
    assert texts["Max Sum"].startswith(f"# by {who['Max Sum']}\n")
    assert "_rate = 1" in texts[ELOISE]
    assert texts["Bo Li"].startswith(f"# with  {who[ELOISE]} and")
    assert compile(texts["Bo Li"], "hebb.py", "exec")
    assert "hebb_step</code> in hebb.py" in own.read_text("utf-8")


def test_who_is_named_like_code_is_said(course):
    """`max` and `sum` stay where they are words of Python: a human should look."""
    done = run("blind", "hebb")

    assert pseudonyms(course)["Max Sum"] in done.output.split("word of Python")[1]


def test_the_key_stays_and_stays_the_same(course):
    """It is in the course's folder, for its owner alone; the next export has the same pseudonyms."""
    run("blind", "hebb")
    first, key = pseudonyms(course), course / ".nnlab" / "anonymous.json"
    run("blind", "hebb", "--out", "again")

    assert pseudonyms(course) == first
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert json.loads(key.read_text())["secret"] not in "".join(
        path.read_text("utf-8") for path in (course / "anonymous").rglob("*.*") if path.is_file()
    )
    key.unlink()
    run("blind", "hebb")
    assert set(pseudonyms(course).values()).isdisjoint(first.values())


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"secret": "x", "people": 3}'])
def test_a_damaged_key_is_not_replaced(tmp_path, text):
    """Another secret would give everybody another pseudonym."""
    (tmp_path / ".nnlab").mkdir()
    (tmp_path / ".nnlab" / "anonymous.json").write_text(text)

    with pytest.raises(WrongUseError, match=r"is damaged\. Put a copy of it back"):
        take_key(tmp_path)


def test_without_marks_there_is_nothing_to_write(tmp_path, monkeypatch):
    """A sentence says what comes first."""
    monkeypatch.chdir(tmp_path)
    refused = CliRunner().invoke(main, ["blind", "hebb"])

    assert refused.exit_code == 2
    assert "First: nnlab batch lab02_hebb" in refused.output
    assert list(tmp_path.iterdir()) == []
