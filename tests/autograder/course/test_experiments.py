"""Experiments: what an author's text may be, what a prediction is, and that every outcome is sure."""

import json
import math

import numpy as np
import pytest

from autograder.course import edition
from autograder.course.catalogue import labs, load_lab, reference_for
from autograder.course.experiments import (
    PlaceholderError,
    PredictionError,
    TextError,
    find_experiment,
    lab_experiments,
    read_experiments,
    to_json,
)
from autograder.course.reference import reference_text
from autograder.course.solutions import load_valid
from autograder.errors import WrongUseError
from autograder.gallery.asked import LINES, question
from autograder.sandbox import Source
from autograder.sandbox.observation import Returned

HEBB = load_lab("lab02_hebb")
TEXT = """\
# Hebb

## Experiment: half (1 + 2 points)

What is half of it?

Predict: a number

```python
observed = 0.25
```

Figure: `gates`

### Observed

−0.25 ± 0.01

### Answer

Because.

Marks: 2 for it.

## Question: why (2 points)

Why?
"""
CHOICE = TEXT.replace("a number", "`up` or `down`").replace("−0.25 ± 0.01", "`up`")
ALL = [(lab, e) for lab in labs() for e in lab_experiments(lab).values()]
EACH = pytest.mark.parametrize(("lab", "made"), ALL, ids=[e.name for _, e in ALL])


def test_a_text_has_all_parts_of_an_experiment():
    """Question, kind, lines, figure, what right code gives, explanation."""
    (made,) = read_experiments(HEBB, TEXT).values()

    assert (made.name, made.points, made.asks) == ("half", 2, "What is half of it?")
    assert (made.right, made.tolerance, made.kind) == (-0.25, 0.01, "a number")
    assert (made.lines, made.figure) == ("observed = 0.25\n", "gates")
    assert made.explanation == "Because.\n\nMarks: 2 for it."


def test_a_choice_has_names():
    """They are in the text of the kind, and one of them is right."""
    (made,) = read_experiments(HEBB, CHOICE).values()

    assert (made.choices, made.kind, made.right) == (("up", "down"), '"up" or "down"', "up")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("(1 + 2 points)", "(2 points)", "should be '## Experiment: NAME"),
        ("Predict: a number", "Predict:", "should be '## Experiment: NAME"),
        ("Predict: a number", "Predict: something", "is neither 'Predict: a number' nor choices"),
        ("```python", "```", "a block of Python that sets observed"),
        ("### Observed", "### Seen", "should be '## Experiment: NAME"),
        ("−0.25 ± 0.01", "about a quarter", "'about a quarter' of half should be a number such as"),
        ("Because.\n\nMarks: 2 for it.", "", "should be '## Experiment: NAME"),
        ("# Hebb\n", TEXT.partition("## Question")[0], "two experiments are named half"),
    ],
)
def test_a_text_that_does_not_fit_is_named(old, new, sentence):
    """The heading is named, with what is expected."""
    with pytest.raises(TextError) as error:
        read_experiments(HEBB, TEXT.replace(old, new))
    assert sentence in str(error.value)


def test_what_is_observed_is_one_of_the_choices():
    """Another word is the author's mistake."""
    with pytest.raises(TextError, match="`left` of half is none of up and down"):
        read_experiments(HEBB, CHOICE.replace("`up`\n\n###", "`left`\n\n###"))


@pytest.mark.parametrize("value", [3, 3.0, np.float32(3), np.array([3]), np.int64(3)])
def test_numbers_of_every_kind_are_predictions(value):
    """Python's and numpy's."""
    (made,) = read_experiments(HEBB, TEXT).values()

    assert made.prediction(value) == 3.0


class Odd:
    """Something whose name cannot be written."""

    def __repr__(self):
        raise ValueError


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("about 3", "'about 3' is not a number; expected is a number, such as predict"),
        (None, "None is not a number"),
        (True, "True is not a number"),
        ([1, 2], r"\[1, 2\] is not a number"),
        (np.zeros(3), "is not a number"),
        (Odd(), "a Odd is not a number"),
        ("x" * 500, r"'x+\.\.\. is not a number"),
        (math.nan, "nan says nothing"),
        (10**400, "inf says nothing"),
    ],
)
def test_what_is_not_a_number_is_named(value, sentence):
    """What was given, and what is expected."""
    (made,) = read_experiments(HEBB, TEXT).values()

    with pytest.raises(PredictionError, match=sentence):
        made.prediction(value)


def test_a_choice_is_taken_however_it_is_written():
    """Capitals and spaces do not matter; another word does."""
    (made,) = read_experiments(HEBB, CHOICE).values()

    assert made.prediction(" Up ") == "up"
    with pytest.raises(PredictionError, match=r'0\.5 is not a choice; expected is "up" or "down"'):
        made.prediction(0.5)


def test_three_dots_are_no_prediction_yet():
    """The sentence says what to put there."""
    (made,) = read_experiments(HEBB, CHOICE).values()

    with pytest.raises(PlaceholderError, match='Put "up" or "down" in place of the three dots'):
        made.prediction(...)


@pytest.mark.parametrize(
    ("value", "right"),
    [(-0.25, True), (-0.2599, True), (-0.27, False), (math.nan, False), ("−0.25", False)],
)
def test_an_observation_is_right_within_its_tolerance(value, right):
    """Not a number is never right."""
    (made,) = read_experiments(HEBB, TEXT).values()

    assert made.is_right(value) is right


def test_the_students_edition_has_all_but_the_explanations(monkeypatch, tmp_path):
    """What is written is read again; what is damaged is our fault, and named."""
    made = read_experiments(HEBB, TEXT)
    place = tmp_path / "lab02_hebb.json"
    place.write_text(to_json(made), encoding="utf-8")
    monkeypatch.setattr(edition, "is_students", lambda: True)
    monkeypatch.setattr(edition, "experiments_path", lambda _: place)

    (read,) = lab_experiments(HEBB).values()
    assert (read.explanation, read.right, read.lines) == ("", -0.25, made["half"].lines)
    assert "Because" not in place.read_text("utf-8")
    place.write_text(json.dumps({"half": {"choices": []}}))
    with pytest.raises(edition.EditionError, match=r"lab02_hebb.json of lab02_hebb cannot be read"):
        lab_experiments(HEBB)


@pytest.mark.parametrize("name", ["ten-times-ovr", 3])
def test_an_unknown_experiment_is_named(name):
    """With the nearest one, where there is one."""
    with pytest.raises(WrongUseError, match=f"There is no experiment '{name}'"):
        find_experiment(name)


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.id)
def test_every_lab_has_one_or_two_experiments(lab):
    """They need no more than 30 lines, and name figures that there are."""
    from autograder.gallery import lecture_figures as figures

    found = lab_experiments(lab)

    assert 1 <= len(found) <= 2
    for made in found.values():
        assert made.lines.count("\n") <= 30
        assert not made.figure or made.figure in figures()


def asked(lab, made, sandbox, *, seed=0, own=None):
    """Run an experiment with these modules over the reference's; return what it observes."""
    modules = {**reference_for(lab), **{m: source_of(m) for m in lab.modules}}
    case = LINES.case(made.lines.replace("default_rng(0)", f"default_rng({seed})"))
    (seen,) = sandbox.ask(question("observe", LINES, case, own or {}, modules)).observations
    assert isinstance(seen, Returned), (made.name, seen)
    return seen.value["numbers"]["observed"]


def source_of(module):
    """Read a module of the engine."""
    return Source(f"{module}.py", reference_text(module).encode())


@pytest.mark.parametrize("made", lab_experiments(HEBB).values(), ids=lambda made: made.name)
def test_the_reference_gives_what_is_right(made, sandbox):
    """Of one lab; the slow test has all of them."""
    assert made.is_right(asked(HEBB, made, sandbox))


@pytest.mark.slow
@EACH
def test_the_outcome_is_the_same_under_every_seed(lab, made, sandbox):
    """Five seeds, where anything is drawn."""
    seeds = range(5) if "default_rng(0)" in made.lines else [0]
    found = {seed: asked(lab, made, sandbox, seed=seed) for seed in seeds}

    assert {seed: value for seed, value in found.items() if not made.is_right(value)} == {}


@pytest.mark.slow
@EACH
def test_right_code_in_another_form_gives_what_is_right(lab, made, sandbox):
    """No form of an answer that the checks accept is refused here."""
    used = [m for m in lab.modules if f"nnlab.{m} " in made.lines]
    refused = {}
    for form in load_valid(lab):
        texts = {m: Source(f"{m}.py", text) for m, text in form.texts().items()}
        if used and not texts.keys().isdisjoint(used):
            value = asked(lab, made, sandbox, own=texts)
            if not made.is_right(value):
                refused[form.exercise, form.form] = value

    assert used
    assert refused == {}
