"""The survey of the catalogue: verdicts, resuming, and the page made of them."""

import re
from dataclasses import replace

import pytest
from click.testing import CliRunner

from autograder.authoring.mistakes_page import write_page
from autograder.authoring.proof import survey as survey_module
from autograder.authoring.proof import work
from autograder.authoring.proof.survey import Outcome, survey
from autograder.cli import main
from autograder.course import solutions
from autograder.course.catalogue import ROOT, labs, load_lab
from autograder.course.reference import body_in
from autograder.course.solutions import Mistake, load_mistakes

LAB = load_lab("lab02_hebb")


@pytest.mark.parametrize(
    ("caught_by", "named", "verdict"),
    [
        ((), (), "not caught"),
        (("a", "b"), (("m",),), "own"),
        (("a",), (("m", "n"),), "together"),
        (("a", "b"), (("m",), ("m", "n")), "together"),
        (("a", "b"), ((), ("m",)), "no name"),
        (("a",), (("n",),), "another"),
        (("a", "b"), (("m",), ("n",)), "another"),
        (("a", "b"), ((), ("n", "o")), "another"),
    ],
)
def test_a_verdict_sums_up_all_names(caught_by, named, verdict):
    """The worst name decides: another's is worse than none, none worse than two."""
    assert Outcome("m", "e", caught_by, named).verdict == verdict


def form_of(mistake):
    """Write a mistake as a whole body."""
    return body_in(mistake.source().text.decode(), mistake.exercise)


@pytest.fixture
def three(monkeypatch, tmp_path):
    """Let the catalogue be three mistakes, the first in two forms, and store the survey elsewhere."""
    first, second = load_mistakes(LAB)[:2]
    few = [replace(first, forms=[f"{form_of(first)}    # another form"]), replace(second, forms=[])]
    harmless = Mistake(
        "harmless",
        "hebb.to_bipolar",
        "No.",
        right="2 * floats(x) - 1",
        wrong="2 * floats(x) - 1.0",
    )
    for module in (survey_module, "autograder.grading.key", "autograder.authoring.mistakes_page"):
        monkeypatch.setattr(
            f"{module}.load_mistakes"
            if isinstance(module, str)
            else f"{module.__name__}.load_mistakes",
            lambda _: [*few, harmless],
        )
    monkeypatch.setattr(work, "ROOT", tmp_path)
    monkeypatch.setattr("autograder.grading.key.ROOT", tmp_path)
    return [*few, harmless]


def test_a_survey_finds_what_the_checks_do(three):
    """Mistakes come back under their own name, and what is no mistake is not caught."""
    ((lab_id, seed, found),) = list(survey([LAB], [3]))

    assert (lab_id, seed) == ("lab02_hebb", 3)
    first, second, third = [mistake.id for mistake in three]
    assert [outcome.mistake for outcome in found] == [first, f"{first}#2", second, third]
    assert [outcome.verdict for outcome in found] == ["own", "own", "own", "not caught"]


def test_a_survey_goes_on_where_it_stopped(three, monkeypatch, tmp_path):
    """What is stored is not asked again, unless it is garbled or something has changed."""
    del three
    first = list(survey([LAB], [3]))
    (place,) = (tmp_path / ".nnlab" / "proof").iterdir()
    again = Outcome("asked", "again", (), ())
    monkeypatch.setattr(survey_module, "survey_lab", lambda *_: [again])

    assert list(survey([LAB], [3])) == first
    assert list(survey([LAB], [4])) == [("lab02_hebb", 4, [again])]
    place.write_text('[{"mistake": 1}]', encoding="utf-8")
    assert list(survey([LAB], [3])) == [("lab02_hebb", 3, [again])]
    monkeypatch.setattr(work, "grader_hash", lambda _: "changed")
    assert list(survey([LAB], [3])) == [("lab02_hebb", 3, [again])]


def test_the_page_counts_and_lists(three):
    """The summary counts verdicts; each mistake has a row with its checks and its names."""
    first, second, third = three
    found = {
        ("lab02_hebb", 0): [
            Outcome(first.id, first.exercise, ("hebb.a",), ((first.id,),)),
            Outcome(f"{first.id}#2", first.exercise, ("hebb.a",), ((first.id,),)),
            Outcome(second.id, second.exercise, ("hebb.a", "hebb.b"), ((second.id, "x"),)),
            Outcome(third.id, third.exercise, (), ()),
        ],
    }
    page = write_page([LAB], found)

    assert "graded as a submission, under 1 seed." in page
    assert "| `lab02_hebb` | 3 | 4 | 1 | 75 % | 50 % | 1 | 0 | 0 |" in page
    assert "| **all** | 3 | 4 |  | 75 % | 50 % | 1 | 0 | 0 |" in page
    assert f"| `{first.id}` | `{first.exercise.partition('.')[2]}` | a | rightly |" in page
    assert f"| a, b | named together with one that does the same 1×; `{second.id}` or `x` |" in page
    assert "| `harmless` | `to_bipolar` |  | not caught 1× |" in page


def test_the_command_writes_the_page(three, tmp_path):
    """`nnlab lab survey LAB` writes the page and prints its summary."""
    del three
    out = tmp_path / "page.md"
    shown = CliRunner().invoke(main, ["lab", "survey", "hebb", "--seeds", "1", "--out", str(out)])

    assert shown.exit_code == 0, shown.output
    assert "| `lab02_hebb` | 3 | 4 | 1 | 75 % |" in shown.output
    assert out.read_text(encoding="utf-8").startswith("# Known mistakes\n")


def test_the_command_lists_the_catalogue(monkeypatch, tmp_path):
    """`nnlab lab mistakes LAB` prints each mistake; an edition without solutions says so."""
    shown = CliRunner().invoke(main, ["lab", "mistakes", "hebb"]).output
    assert all(mistake.id in shown for mistake in load_mistakes(LAB))

    monkeypatch.setattr(solutions, "solutions_path", lambda *_: tmp_path / "none.toml")
    refused = CliRunner().invoke(main, ["lab", "mistakes", "hebb"])
    assert refused.exit_code == 2
    assert "it comes with the instructor's edition" in refused.output
    assert "There is no lab 'gone'" in CliRunner().invoke(main, ["lab", "mistakes", "gone"]).output


def test_the_page_in_the_documents_has_every_mistake():
    """docs/mistakes.md lists the catalogue as it is."""
    page = (ROOT / "docs" / "mistakes.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([^`]+)` \| `[^`]+` \| \S", page, re.MULTILINE)
    known = [mistake.id for lab in labs() for mistake in load_mistakes(lab)]

    assert listed == known
