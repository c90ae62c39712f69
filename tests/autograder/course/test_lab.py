"""Labs admit whole checks only; cases are reproducible and independent of each other."""

import inspect

import numpy as np
import pytest

from autograder import pictures
from autograder.course.catalogue import labs
from autograder.course.lab import Lab
from autograder.judges.equal import equal
from autograder.judges.gradient import gradient_agrees
from autograder.sandbox.codec import encode


def new_lab():
    """Make a lab with two exercises and no check."""
    return Lab(
        "lab09_layers",
        "Layers",
        "Layers",
        dict.fromkeys(["layers.f", "layers.A.g", "optim.step"], "Layers"),
    )


def draw(rng):
    """Draw one case."""
    return {"x": rng.normal(size=3)}


def ask(student, x):
    """The function f is right.

    More is not the student's.
    """
    return student.layers.f(x)


def test_a_check_takes_its_name_and_promise_from_its_function():
    """Id, title, module and defaults follow from function and exercise."""
    lab = new_lab()
    check = lab.check("layers.A.g", points=2, draw=draw)(ask)

    assert (check.id, check.title, check.module) == (
        "layers.ask",
        "The function f is right.",
        "layers",
    )
    assert (check.drawn, check.judge, check.slides) == (3, equal, "Layers")
    assert lab.checks == {"layers.ask": check}


def test_a_lab_knows_its_modules_and_points():
    """Modules stand in the order of the exercises; points are the checks' sum."""
    lab = new_lab()
    lab.check("layers.f", points=2, draw=draw)(ask)
    lab.check("optim.step", points=3, draw=draw)(ask)

    assert lab.modules == ("layers", "optim")
    assert lab.points == 5


def nameless(student):  # noqa: D103  it is here without one
    return student


@pytest.mark.parametrize(
    ("exercise", "options", "function", "says"),
    [
        ("layers.f", {"draw": draw}, nameless, "lab09_layers: check nameless needs a docstring"),
        (
            "layers.h",
            {"draw": draw},
            ask,
            "layers.ask: layers.h is not an exercise of lab09_layers",
        ),
        ("layers.f", {}, ask, "layers.ask has no case: give it a draw or cases that always hold"),
        ("layers.f", {"draw": draw, "cases": 0}, ask, "layers.ask has no case"),
        ("layers.f", {"cases": 5}, ask, "layers.ask has no case"),
    ],
)
def test_a_check_that_contradicts_its_lab_is_refused(exercise, options, function, says):
    """The error names the check and the rule, and the lab stays as it was."""
    lab = new_lab()

    with pytest.raises(ValueError, match=says):
        lab.check(exercise, points=1, **options)(function)
    assert not lab.checks


def test_two_checks_of_one_name_are_refused():
    """An id is unique within its lab."""
    lab = new_lab()
    lab.check("layers.f", points=1, draw=draw)(ask)

    with pytest.raises(ValueError, match=r"layers.ask is defined twice"):
        lab.check("layers.A.g", points=1, draw=draw)(ask)


def cases_of(seed=0, name="ask", **options):
    """Draw the cases of a check, as lists."""

    def renamed(student, x):
        """The function f is right."""
        return student.layers.f(x)

    renamed.__name__ = name
    check = new_lab().check("layers.f", points=1, **{"draw": draw, **options})(renamed)
    return [np.asarray(case["x"]).tolist() for case in check.cases(seed)]


def test_cases_are_reproducible():
    """One seed gives the same cases whenever they are drawn."""
    assert cases_of(seed=7) == cases_of(seed=7)


def test_cases_depend_on_seed_and_check():
    """Another seed, or a check of another name, gets cases of its own."""
    cases = [cases_of(seed=7), cases_of(seed=8), cases_of(seed=7, name="other")]
    flat = [tuple(case) for drawn in cases for case in drawn]

    assert len(set(flat)) == len(flat) == 9


def test_further_cases_change_no_earlier_one():
    """Each case has its own generator, however much the one before it draws."""
    greedy = {"draw": lambda rng: {"x": rng.normal(size=1000)[:3]}}

    assert cases_of(cases=5)[:2] == cases_of(cases=2)
    assert cases_of(cases=2, **greedy) == cases_of(
        cases=2, draw=lambda rng: {"x": rng.normal(size=3)}
    )


def test_fixed_cases_come_first_and_change_no_drawn_one():
    """Cases that always hold precede the drawn ones, which stay as they were."""
    assert cases_of(always=[{"x": 1}, {"x": 2}]) == [1, 2, *cases_of()]


def test_fixed_cases_may_stand_alone():
    """Without a draw only the fixed cases are asked, however many were wanted."""
    assert cases_of(draw=None, always=[{"x": 1}], cases=9) == [1]


def test_what_is_withheld_is_not_sent():
    """The judge's part of a case stays outside; the case itself keeps it."""
    check = new_lab().check("layers.f", points=1, draw=draw, withheld=["labels"])(ask)
    cases = [{"x": 1, "labels": 2}]

    assert check.sent(cases) == [{"x": 1}]
    assert cases == [{"x": 1, "labels": 2}]


def test_a_check_takes_heading_and_picture_from_its_exercise_and_judge():
    """What a check does not say itself, its exercise and its judge say."""
    lab = Lab("lab09_layers", "Layers", "Layers", {"layers.f": "Functions"})
    check = lab.check("layers.f", points=1, draw=draw, judge=gradient_agrees)(ask)

    assert (check.slides, check.picture) == ("Functions", pictures.gradient)


EVERY = [check for lab in labs() for check in lab.checks.values()]


@pytest.mark.parametrize("check", EVERY, ids=lambda check: check.id)
def test_every_check_of_the_course_draws_cases_it_can_ask(check):
    """Cases hold exactly the arguments of the check's function, with inputs to keep among them."""
    code = check.ask.__code__
    arguments = code.co_varnames[1 : code.co_argcount]
    optional = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
    defaults = len(check.ask.__defaults__ or ())
    needed = set(arguments[: len(arguments) - defaults])
    open_ended = code.co_flags & inspect.CO_VARKEYWORDS
    cases = check.cases(1)
    for case, sent in zip(cases, check.sent(cases), strict=True):
        assert needed <= sent.keys()
        assert open_ended or sent.keys() <= {*arguments, *optional}
        assert set(check.unchanged) <= sent.keys()
        assert set(check.withheld) <= case.keys()


@pytest.mark.parametrize("check", EVERY, ids=lambda check: check.id)
def test_every_check_of_the_course_draws_the_same_cases_again(check):
    """The cases of a key are a function of its seed."""
    assert encode(check.cases(3)) == encode(check.cases(3))
