"""What `nnlab explain` says of a check is complete, and comes from the check itself."""

import re

import numpy as np
import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course.lab import Lab
from autograder.judges.accuracy import reaches
from autograder.judges.equal import close
from autograder.judges.gradient import gradient_of
from autograder.student import check_info
from autograder.student.check_info import about_check, all_checks, reference_function, reflowed

CHECKS = all_checks()


def told(name):
    """Explain a check of the course, as a dictionary."""
    return dict(about_check(*CHECKS[name]))


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_says_how_it_is_judged_and_by_which_number(name):
    """Each judge states its tolerance, its bound or its false-alarm rate, in a sentence."""
    judged = told(name)["judged"]

    assert re.search(r"\d", judged), judged
    assert CHECKS[name][1].judge.rule.endswith(".")


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_has_all_that_a_student_asks(name):
    """Points, what is asked, why, how it is judged and the lecture's heading are never empty."""
    rows = told(name)

    assert {"points", "asked", "why", "judged", "lecture"} <= rows.keys()
    assert all(text.strip() for text in rows.values())


def test_a_rule_tells_the_judges_own_numbers():
    """Another tolerance, another threshold: another sentence."""
    assert "1e-06 of the largest" in close(1e-6).rule
    assert "At least 93%" in reaches(0.93).rule
    assert "h = 0.0001" in gradient_of().rule


def test_what_chance_may_refuse_is_told():
    """A judge of random answers states its false-alarm rate; one that is certain has none."""
    chance = "Chance refuses a right answer with a probability of 8e-9 a case, at most."
    assert told("init.small_spread")["judged"].endswith(chance)
    assert told("selection.shuffled")["judged"].count("Chance refuses") == 1
    assert "Chance refuses" not in told("hebb.update")["judged"]


def test_the_rule_of_equality_is_what_the_judge_does():
    """A number off by half of what is allowed passes, by twice fails."""
    judge = close(1e-6)
    right = np.array([1.0, 1000.0])

    assert judge({}, right + np.array([5e-4, 0]), right) is None
    assert judge({}, right + np.array([2e-3, 0]), right) is not None


def test_what_depends_on_a_check_is_why_it_matters():
    """Checks that need it, directly or not, are counted with their points; modules that import it."""
    why = told("hebb.update")["why"]
    assert "What fires together, wires together" in why
    assert (
        "8 more points wait for it: hebb.step_keeps_inputs, hebb.bipolar_and, hebb.binary_and, "
        "hebb.failure_case, hebb.history."
    ) in why

    assert "wait" not in told("hebb.history")["why"]
    assert "experiment.py (lab13_capstone) builds on dropout.py." in told("dropout.share")["why"]
    assert "1 more point waits for it: hebb.predict_one." in told("hebb.predict")["why"]


def test_what_must_stay_and_what_is_needed_is_told():
    """Inputs that must not change stand beside the judge; needed checks have a row."""
    rows = told("hebb.step_keeps_inputs")

    assert rows["judged"].endswith("And weight and x stay as given, bit for bit.")
    assert rows["needs"] == "hebb.update"
    assert told("hebb.to_bipolar")["judged"].endswith("And x stays as given, bit for bit.")


def test_cases_are_counted():
    """Fixed ones and drawn ones."""
    assert (
        "9 cases: 4 that are always asked, 5 drawn from the seed." in told("hebb.update")["asked"]
    )
    assert "1 case, the same under every seed." in told("hebb.bipolar_and")["asked"]
    assert "drawn from the seed." in told("hebb.history")["asked"]


def test_without_the_engine_the_rest_is_told(monkeypatch, tmp_path):
    """An edition without bodies names the exercise, and leaves out what it does not know."""
    monkeypatch.setattr(check_info, "engine_path", lambda module: tmp_path / f"{module}.py")
    check_info._engine.cache_clear()
    check_info._users_of.cache_clear()
    try:
        assert told("hebb.update")["asked"].startswith("hebb_step\n")
        assert "What fires" not in told("hebb.update")["why"]
        assert reference_function("hebb.hebb_step") is None
    finally:
        check_info._engine.cache_clear()
        check_info._users_of.cache_clear()


def test_an_exercise_that_the_engine_lacks_has_no_function():
    """A course author's slip is no crash."""
    assert reference_function("hebb.gone") is None
    assert isinstance(CHECKS["hebb.update"][0], Lab)


def test_prose_is_reflowed_and_formulas_are_not():
    """A long line goes on in the next; short lines and columns stay."""
    long = "The words of this sentence were broken where the line was full, and"

    assert reflowed(f"{long}\ngo on.\n\ny = 1\nz = 2") == f"{long} go on.\n\ny = 1\nz = 2"
    assert reflowed(f"{long}\n\nNew.") == f"{long}\n\nNew."
    assert reflowed(f"{long}   x\ny") == f"{long}   x\ny"


@pytest.mark.parametrize("width", [40, 80])
def test_the_command_explains_within_the_terminal(width, monkeypatch):
    """In full or by its last part; no line is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", str(width))
    run = CliRunner().invoke
    shown = run(main, ["explain", "hebb.update"])

    assert shown.exit_code == 0
    assert shown.output == run(main, ["explain", "update"]).output.replace("\r", "")
    assert shown.output.startswith("hebb.update · One training pair adds")
    assert max(map(len, shown.output.splitlines())) <= width


def test_a_check_is_found_without_case_and_by_its_exercise():
    """An exercise with one check is explained by it; one with several is asked back."""
    run = CliRunner().invoke
    told = run(main, ["explain", "hebb.update"]).output
    assert run(main, ["explain", "HEBB.UPDATE"]).output == told
    assert run(main, ["explain", "Hebb_Step"]).exit_code == 2

    several = run(main, ["explain", "hebb.hebb_step"])
    assert several.exit_code == 2
    told = "'hebb.hebb_step' may be hebb.update or hebb.step_keeps_inputs. Say which."
    assert told in " ".join(several.output.split())
    single = next(
        check
        for _, check in all_checks().values()
        if [c.exercise for _, c in all_checks().values()].count(check.exercise) == 1
    )
    asked = run(main, ["explain", single.exercise])
    assert asked.output.startswith(f"{single.id} · ")


def test_names_that_are_wrong_or_unclear_get_a_sentence():
    """A misspelt check has a suggestion; one that several modules have is asked back."""
    misspelt = CliRunner().invoke(main, ["explain", "hebb.updat"])
    unclear = CliRunner().invoke(main, ["explain", "predict"])

    assert (misspelt.exit_code, unclear.exit_code) == (2, 2)
    assert "There is no check 'hebb.updat'. Did you mean hebb.update?" in misspelt.output
    assert "may be hebb.predict or perceptron.predict" in " ".join(unclear.output.split())
