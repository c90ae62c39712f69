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


def whole_answers(lab):
    """Put forms of different exercises together to answers of a whole lab, each form into one of them.

    Methods of one class share attributes, and one exercise may call another: there, two forms stand in
    one answer only if the collection says that they go together.
    """
    answers = []
    for form in sorted(load_valid(lab), key=lambda form: -len(form.also)):
        own = {form.exercise: form.body, **form.also}
        called = {
            e for e in lab.exercises for body in own.values() if f"{e.split('.')[-1]}(" in body
        }
        owners = {".".join(exercise.split(".")[:2]) for exercise in own.keys() | called}
        taken, forms = next((each for each in answers if each[0].isdisjoint(owners)), (set(), []))
        if not forms:
            answers.append((taken, forms))
        taken |= owners
        forms.append(form)
    return [forms for _, forms in answers]


@pytest.mark.sampled(70)
@pytest.mark.parametrize(
    ("lab", "forms"),
    [
        pytest.param(lab, forms, id=f"{lab.id}-{number}")
        for lab in labs()
        for number, forms in enumerate(whole_answers(lab))
    ],
)
def test_no_right_answer_is_refused(lab, forms, submit, key_of, sandbox):
    """Loops, other formulas, lists, copies, other streams of random numbers get full marks."""
    bodies = {e: body for f in forms for e, body in {f.exercise: f.body, **f.also}.items()}
    answer = Valid(forms[0].exercise, ", ".join(f.form for f in forms), forms[0].body, bodies)
    texts = {module: text.decode() for module, text in answer.texts().items()}
    report = grade(submit(lab.id, **texts), key_of(lab.id), sandbox)

    assert [(r.check.id, r.message) for r in report.results if r.status is not Status.PASSED] == []


def test_every_form_is_in_one_answer():
    """None is left out, and none is written over by another."""
    for lab in labs():
        answers = whole_answers(lab)
        written = [{e for f in forms for e in (f.exercise, *f.also)} for forms in answers]

        assert sorted(f.form for forms in answers for f in forms) == sorted(
            f.form for f in load_valid(lab)
        )
        assert [sum(1 + len(f.also) for f in forms) for forms in answers] == [*map(len, written)]


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
