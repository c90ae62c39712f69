"""Right answers in other forms: at least five of every exercise, and none is refused."""

import ast

import pytest

from autograder.authoring.proof import figures, work
from autograder.authoring.proof.figures import judged
from autograder.course import solutions
from autograder.course.catalogue import labs, load_lab
from autograder.course.lab import Status
from autograder.course.solutions import SolutionError, Valid, load_valid
from autograder.grading.grade import grade

LAB = load_lab("lab02_hebb")
GOOD = Valid("hebb.to_bipolar", "floats", "return np.asarray(x) * 2.0 - 1.0")
BAD = Valid("hebb.to_bipolar", "the wrong way round", "return 1 - 2 * floats(x)")

ENTRY = """
[[valid]]
exercise = "hebb.to_bipolar"
form = "floats"
body = "return np.asarray(x) * 2.0 - 1.0"
"""


@pytest.fixture
def collected(monkeypatch, tmp_path):
    """Write a collection for the lab."""
    place = tmp_path / "valid.toml"
    monkeypatch.setattr(solutions, "solutions_path", lambda _lab, _name: place)
    return place.write_text


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.id)
def test_every_exercise_has_five_forms(lab):
    """Five bodies that are different programs, and not the reference's."""
    for exercise in lab.exercises:
        forms = [form for form in load_valid(lab) if form.exercise == exercise]
        programs = {ast.dump(ast.parse(repr(sorted(form.texts().items())))) for form in forms}

        assert len(forms) >= 5, exercise
        assert len(programs) == len(forms), exercise


@pytest.mark.parametrize(
    ("lab", "form"),
    [
        pytest.param(lab, form, id=f"{form.exercise}-{form.form}".replace(" ", "-"))
        for lab in labs()
        for form in load_valid(lab)
    ],
)
def test_no_right_answer_is_refused(lab, form, submit, key_of, sandbox):
    """Loops, other formulas, lists, copies, other streams of random numbers get full marks."""
    texts = {module: text.decode() for module, text in form.texts().items()}
    report = grade(submit(lab.id, **texts), key_of(lab.id), sandbox)

    assert [(r.check.id, r.message) for r in report.results if r.status is not Status.PASSED] == []


def test_a_wrong_answer_is_refused(monkeypatch, tmp_path):
    """A right form passes under every seed; what is wrong is told with check, seed and reason."""
    monkeypatch.setattr(work, "ROOT", tmp_path)
    monkeypatch.setattr(figures, "load_valid", lambda _: [GOOD, BAD])
    found = {form.form: told for _, form, told in judged([LAB])}

    assert found["floats"] == []
    assert found["the wrong way round"][0].startswith("hebb.to_bipolar, seed 0: called")
    assert len(found["the wrong way round"]) == figures.VALID_SEEDS


def test_bodies_that_belong_together_go_together():
    """`also` replaces bodies of other exercises, in the same module or another."""
    pair = Valid("hebb.to_bipolar", "both", "return 1", also={"hebb.predict": "return 2"})
    text = pair.texts()["hebb"].decode()

    assert "    return 1\n" in text
    assert "    return 2\n" in text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[valid", "is not TOML"),
        ("valid = 3", r"begins with \[\[valid\]\]"),
        (ENTRY.replace("form", "name"), "name"),
        (
            ENTRY.replace("hebb.to_bipolar", "hebb.gone"),
            "hebb.gone is not an exercise of lab02_hebb",
        ),
        (ENTRY + ENTRY, "twice"),
    ],
)
def test_an_entry_must_be_whole(collected, text, says):
    """What is wrong with an entry is said in a sentence."""
    collected(text)
    with pytest.raises(SolutionError, match=says):
        load_valid(LAB)


def test_a_body_must_be_python(collected):
    """A form that does not parse is told before anything is graded."""
    collected(ENTRY.replace("return np", "return (np"))
    with pytest.raises(SolutionError, match=r"hebb\.to_bipolar, floats: not Python"):
        list(judged([LAB]))
