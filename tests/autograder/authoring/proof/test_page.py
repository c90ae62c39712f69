"""The figures of the proof, the page made of them, and the command."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from click.testing import CliRunner

from autograder.authoring.proof import alarms, figures, mutation, work
from autograder.authoring.proof.alarms import Alarms
from autograder.authoring.proof.faults import CALL, OPERATOR
from autograder.authoring.proof.figures import Figures, default_seeds
from autograder.authoring.proof.page import headline, stated_rate, summary, write_page
from autograder.authoring.proof.survey import Outcome
from autograder.cli import main
from autograder.course import solutions
from autograder.course.catalogue import ROOT, labs, load_lab
from autograder.course.solutions import load_equivalent, load_mistakes, load_valid
from tests.autograder.authoring.proof.test_equivalent import ENTRY
from tests.autograder.authoring.proof.test_mutation import ALIVE, KILLED
from tests.autograder.authoring.proof.test_valid import BAD, GOOD

LAB, HEBB = load_lab("lab12_dropout"), load_lab("lab02_hebb")
FAULT = replace(KILLED, operator=OPERATOR)
PAGE = ROOT / "docs" / "proof.md"


def found():
    """Make up the figures of one lab, with something wrong of each kind."""
    killed, alive = (
        mutation.Fate("lab", m, seen) for m, seen in ((KILLED, (("c",),)), (ALIVE, ((),)))
    )
    return Figures(
        LAB,
        fates=[killed, killed, alive, replace(killed, mutant=FAULT)],
        mistakes=[Outcome("m", "e", ("c",), ("m",))],
        valid=[(GOOD, []), (BAD, ["hebb.to_bipolar, seed 0: no"])],
        alarms=Alarms(300, Counter({"dropout.share": 900}), {"dropout.share": [7]}),
    )


def test_the_headline_and_the_table_count():
    """Shares are never rounded up, and equivalent mutants count neither way."""
    row = "| `lab12_dropout` | 3 | 100 % | 1 | 1 | 100 % | 1 of 1 | 1 of 2 | 300 | 900 | 1 |"

    assert row in summary([found()])
    assert row.replace("`lab12_dropout`", "**all**").replace("300", "") not in summary([found()])
    assert headline([found()]) == (
        "Of 3 mutants, 1 are equivalent and 100 % of the others are killed; of 1 faults around a body, "
        "0 do no harm and 100 % of the others are caught; of 2 right answers in other forms 1 were refused; in 900 right answers under so many seeds there were 1 false alarms."
    )


def test_what_is_wrong_is_told(monkeypatch, tmp_path):
    """A survivor, a refusal and a false alarm are problems, each in a sentence."""
    monkeypatch.setattr(solutions, "solutions_path", lambda _lab, _name: tmp_path / "none.toml")
    made = found()
    made.mistakes.append(Outcome("n", "e", (), ()))

    told = made.problems()
    assert [line.partition(":")[0] for line in told] == [
        "survived",
        "not caught",
        "refused",
        "false alarm",
    ]
    assert told[-1] == "false alarm: dropout.share under seed 7"
    assert Figures(LAB).problems() == []


def test_the_page_compares_stated_and_measured():
    """One alarm in 300 seeds contradicts a stated rate of 1e-7, and none in 300 does not."""
    page = write_page([found()], date(2030, 1, 2))

    assert "Generated on 2030-01-02 by `nnlab lab prove --page`" in page
    stated = stated_rate(LAB.checks["dropout.share"])
    assert f"| `dropout.share` | {stated:.1g} | 300 | 1 | 0.016 | no |" in page
    assert "| `dropout.each_alone` | 6e-08 | 300 | 0 | 0.0099 | yes |" in page


def test_the_page_lists_what_proves_a_property_only():
    """Three of dropout's eleven checks could be made up, and are named."""
    page = write_page([found()], date(2030, 1, 2))

    assert "Of 11 checks, 3 prove a property, not an answer" in page
    assert "They are `dropout.each_alone`, `dropout.anew`, `dropout.grad_mask`." in page


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A small proof of lab 2: two mutants, one mistake and one right answer."""
    few = load_mistakes(HEBB)[:1]
    (tmp_path / "equivalent.toml").write_text(ENTRY, encoding="utf-8")
    monkeypatch.setattr(work, "ROOT", tmp_path)
    monkeypatch.setattr("autograder.course.catalogue.ROOT", tmp_path)
    monkeypatch.setattr(
        solutions,
        "solutions_path",
        lambda lab, name: tmp_path / (name if lab.id == "lab02_hebb" else "none.toml"),
    )
    monkeypatch.setattr(mutation, "mutants_of", lambda _: [KILLED, ALIVE])
    monkeypatch.setattr(mutation, "faults_of", lambda _: [])
    for module in ("grading.key", "authoring.proof.survey"):
        monkeypatch.setattr(f"autograder.{module}.load_mistakes", lambda _: few)
    monkeypatch.setattr(solutions, "load_mistakes", lambda lab: few if lab == HEBB else [])
    monkeypatch.setattr(mutation, "SEEDS", 2)
    monkeypatch.setattr(figures, "load_valid", lambda _: [GOOD])
    (tmp_path / "docs").mkdir()
    return tmp_path


def prove(*args):
    """Run the command."""
    return CliRunner().invoke(main, ["lab", "prove", *args], catch_exceptions=False)


def test_the_command_proves(small):
    """All three parts of a lab: figures and exit code 0; a second run finds them."""
    done = prove("hebb", "--seeds", "2")

    assert done.exit_code == 0, done.output
    assert "| `lab02_hebb` | 2 | 100 % | 1 | 0 | – | 1 of 1 | 0 of 1 | 2 | " in done.output
    assert len(list((small / ".nnlab" / "proof").iterdir())) == 4
    assert prove("hebb", "--seeds", "2").output == done.output


def test_the_command_fails_on_what_is_not_proven(small, monkeypatch):
    """A right answer that is refused, and a survivor that is not listed: exit code 1."""
    monkeypatch.setattr(figures, "load_valid", lambda _: [BAD])
    (small / "equivalent.toml").write_text("", encoding="utf-8")
    refused = prove("hebb", "--part", "valid")
    survived = prove("hebb", "--part", "mutants")

    assert (refused.exit_code, survived.exit_code) == (1, 1)
    assert "lab02_hebb refused: hebb.to_bipolar, the wrong way round: " in refused.output
    assert "lab02_hebb survived: hebb.to_bipolar (by hand): '2 * floats" in survived.output


def test_the_command_writes_the_page(small):
    """--page tells what is known, of all labs, and does nothing else."""
    prove("hebb", "--part", "mutants")
    done = prove("--page")
    page = (small / "docs" / "proof.md").read_text(encoding="utf-8")

    assert done.exit_code == 0, done.output
    assert "| `lab02_hebb` | 2 | 100 % | 1 | 0 | – | 1 of 1 | 0 of 0 | 0 | 0 | 0 |" in page
    assert "| `lab01_gates` | 0 | – | 0 | 0 | – | 0 of 0 |" in page


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["gone"], "There is no lab 'gone'"),
        (["hebb", "--page"], "--page is about everything that is known: it stands alone."),
        (["hebb", "--part", "all"], "'all' is not one of"),
    ],
)
def test_wrong_usage_has_a_sentence(args, says):
    """Exit code 2, and what would be right."""
    refused = prove(*args)

    assert refused.exit_code == 2
    assert says in refused.output


def test_an_edition_without_solutions_has_nothing_to_prove(monkeypatch):
    """A student who tries is told where the solutions are."""
    monkeypatch.setattr("autograder.course.solutions.load_mistakes", lambda _: [])
    refused = prove("hebb")

    assert refused.exit_code == 2
    assert "solutions come with the instructor's edition" in refused.output


def test_a_missing_library_and_a_damaged_list_are_told(small, monkeypatch):
    """Each with what to do; a fault of ours has exit code 3."""
    (small / "equivalent.toml").write_text("equivalent = 3", encoding="utf-8")
    damaged = prove("hebb", "--part", "mutants")
    (small / "equivalent.toml").write_text("", encoding="utf-8")
    monkeypatch.setattr(
        mutation,
        "mutants_of",
        lambda _: (_ for _ in ()).throw(ModuleNotFoundError(name="cosmic_ray")),
    )
    missing = prove("hebb", "--part", "mutants")
    monkeypatch.setattr(alarms, "_answer", lambda *_, **__: "nothing")
    ours = prove("hebb", "--part", "alarms", "--seeds", "1")

    assert (damaged.exit_code, missing.exit_code, ours.exit_code) == (2, 2, 3)
    assert "an entry begins with [[equivalent]]" in damaged.output
    assert (
        "This needs cosmic_ray. Install it with: pip install 'nnlab-course[prove]'"
        in missing.output
    )
    assert "The reference does not answer hebb." in ours.output


def test_labs_that_train_have_fewer_seeds():
    """10,000 for quick labs, 1,000 for those that train or draw large samples."""
    assert (default_seeds(load_lab("lab02_hebb")), default_seeds(load_lab("lab08_init"))) == (
        10_000,
        1_000,
    )


def test_the_page_in_the_documents_proves_what_it_shows():
    """docs/proof.md has a row for every lab, without a survivor, a refusal or a false alarm; README agrees."""
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `(lab\w+)` \| ([\d,]+) \| 100 % \|.* 0 of \d+ \|.* 0 \|$", page, re.MULTILINE
    )

    assert [row[0] for row in rows] == [lab.id for lab in labs()]
    assert all(int(mutants) >= 40 for _, mutants in rows)
    (line,) = re.findall(r"^Of [\d,]+ mutants, .*$", page, re.MULTILINE)
    assert line in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_page_in_the_documents_is_that_of_this_course():
    """docs/proof.md counts the lists as they are: it takes hours to make, after labs have changed."""
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `(lab\w+)` \| ([\d,]+) \| 100 % \| (\d+) \| [\d,]+ \| 100 % \| ([\d,]+) of ([\d,]+) \| 0 of (\d+) \|"
        r" [\d,]+ \| [\d,]+ \| 0 \|$",
        page,
        re.MULTILINE,
    )

    assert [row[0] for row in rows] == [lab.id for lab in labs()]
    for (_, mutants, same, caught, known, forms), lab in zip(rows, labs(), strict=True):
        assert int(mutants) >= 40
        assert int(same) >= sum(
            len(entry.wrong) for entry in load_equivalent(lab) if entry.right != CALL
        )
        assert caught == known
        assert int(forms) == len(load_valid(lab))
