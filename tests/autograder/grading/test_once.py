"""One cause is said once, and what an earlier exercise does is pointed to."""

import pytest

from autograder.course.lab import Status
from autograder.course.reference import with_body
from autograder.grading.grade import grade
from autograder.grading.once import failing_use, once
from autograder.grading.report import CheckResult, Part
from tests.autograder.grading.test_explain import forward, step
from tests.conftest import reference_text

WRONG = {"layers.step": "layers.step", "layers.Linear.forward": "layers.Linear.forward"}


def raised(check, line, words="KeyError: 1"):
    """Make a result of an exception."""
    fact = Part("f()", "called"), Part(words, "raised"), Part(f"m.py, line {line}\nx = y", "in")
    return CheckResult(check, Status.FAILED, fact)


def test_the_same_sentence_is_said_once():
    """A later check refers to the first; another sentence stays."""
    first = CheckResult(step, Status.FAILED, hint="So.")

    assert (
        once(CheckResult(forward, Status.FAILED, hint="So."), [first]).hint == "As in layers.step."
    )
    assert once(CheckResult(forward, Status.FAILED, hint="No."), [first]).hint == "No."
    assert once(first, []).hint == "So."


def test_the_same_exception_is_shown_once():
    """Its kind stays, and instead of the line of code stands where it was shown."""
    again = once(raised(forward, 3), [raised(step, 3)])

    assert [part.text for part in again.fact] == [
        "f()",
        "KeyError: 1",
        "m.py, line 3, as in layers.step",
    ]
    for other in (raised(forward, 4), raised(forward, 3, "KeyError: 2")):
        assert once(other, [raised(step, 3)]) == other


@pytest.mark.parametrize(
    ("text", "exercise", "said"),
    [
        (
            "class Linear:\n    def forward(self, x):\n        return step(x)",
            "layers.Linear.forward",
            "step",
        ),
        ("def step(x):\n    return layers.Linear(x)", "layers.step", "Linear"),
        ("def step(x):\n    return step(x)", "layers.step", ""),
        ("def step(x):\n    return other(x)", "layers.step", ""),
        ("step = 1", "layers.step", ""),
        ("def step(x", "layers.step", ""),
    ],
)
def test_an_exercise_that_is_used_and_fails_is_pointed_to(text, exercise, said):
    """It is found in the text of the function; what cannot be read says nothing."""
    found = failing_use(text, exercise, WRONG)

    assert found.startswith(f"It uses {said}, which fails in layers.") if said else found == ""


def test_what_follows_from_an_earlier_exercise_says_so(sandbox, key_of, submit):
    """A wrong and_gate spoils what is built of it."""
    text = reference_text("gates").replace(
        "weight=[1, 1], threshold=2", "weight=[1, 1], threshold=3"
    )
    wrong = with_body(text, "gates.or_gate", "return and_gate()")
    report = grade(submit("lab01_gates", gates=wrong), key_of("lab01_gates"), sandbox)

    said = [
        r.check.exercise for r in report.results if "It uses and_gate, which fails in" in r.message
    ]
    assert "gates.and_gate" not in said
    assert said


@pytest.mark.parametrize("nested", ["-" * 20_000 + "1", "(" * 5_000, "[" * 90 + "]" * 90])
def test_a_text_that_cannot_be_parsed_here_leaves_every_verdict(nested, submit, key_of, sandbox):
    """What helps to explain a failure looks at foreign text; it never turns a failure into no verdict."""
    text = reference_text("hebb").replace("return 2 * floats(x) - 1", "return None")
    report = grade(
        submit("lab02_hebb", hebb=f"{text}\n_ = {nested}\n"), key_of("lab02_hebb"), sandbox
    )

    assert report.points < report.max_points
    assert not any(result.status is Status.ERROR for result in report.results)
