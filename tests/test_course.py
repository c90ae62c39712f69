"""The course itself is tested: stubs are fresh, points add up, imports run one way."""

import ast

import pytest

from autograder.authoring.verify import imports_of
from autograder.course.catalogue import PROVIDED, ROOT, labs, owner_of, reference_for
from autograder.course.lab import Status
from autograder.course.reference import find_function
from autograder.course.solutions import load_mistakes, load_valid
from autograder.course.stubs import make_stub, outdated
from autograder.grading.grade import grade

LABS = labs()
PER_LAB = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.id)
POINTS = 20
HEADINGS = (ROOT / "tests" / "lecture_headings.txt").read_text(encoding="utf-8").splitlines()
"""The lecture's headings, in its order."""


def test_assignments_are_fresh():
    """The committed stubs are what the engine gives; if not: run `nnlab release`."""
    stale = outdated(LABS, ROOT / "assignments")

    assert not stale, "; ".join(stale) + ": run `nnlab release`"


@PER_LAB
def test_points_of_a_lab_sum_to_twenty(lab):
    """Every lab is worth the same."""
    assert lab.points == POINTS


@PER_LAB
def test_every_exercise_is_in_the_engine_with_a_task(lab):
    """Each exercise exists, and its docstring has a sentence, a source and an example."""
    for exercise in lab.exercises:
        module = ast.parse((ROOT / "nnlab" / f"{exercise.partition('.')[0]}.py").read_text("utf-8"))
        docstring = ast.get_docstring(find_function(module, exercise)) or ""

        assert docstring.splitlines()[0].endswith((".", ":")), exercise
        assert ">>>" in docstring, exercise
        if exercise.count(".") == 1:
            assert "Source: " in docstring, exercise


@PER_LAB
def test_every_check_names_a_heading_and_a_promise(lab):
    """Each check has the lecture's heading and a sentence in the present tense."""
    for check in lab.checks.values():
        assert check.slides, check.id
        assert check.title.endswith("."), check.id


@PER_LAB
def test_every_heading_is_the_lectures(lab):
    """Each check and each lab names a heading that stands in the lecture, or a place below one."""
    for named in {lab.slides, *(check.slides for check in lab.checks.values())}:
        assert named in HEADINGS or named.partition(", ")[0] in HEADINGS, named


@PER_LAB
def test_an_untouched_lab_has_no_points_and_the_reference_all(lab, submit, key_of, sandbox):
    """What is handed out earns nothing, check by check, and the reference everything."""
    stub = submit(lab.id, **{module: make_stub(lab, module) for module in lab.modules})
    handed_out = grade(stub, key_of(lab.id), sandbox)
    reference = grade(submit(lab.id), key_of(lab.id), sandbox)

    assert {result.status for result in handed_out.results} <= {Status.FAILED, Status.SKIPPED}
    assert {result.status for result in reference.results} == {Status.PASSED}
    assert (handed_out.points, reference.points) == (0, lab.points)


@PER_LAB
def test_every_exercise_has_all_that_an_exercise_needs(lab):
    """Points, known mistakes, right answers in other forms, and a row in the documents."""
    listed = (ROOT / "docs" / "mistakes.md").read_text(encoding="utf-8")
    section = listed.partition(f"## {lab.id}\n")[2].partition("\n## ")[0]
    for exercise in lab.exercises:
        assert sum(c.points for c in lab.checks.values() if c.exercise == exercise), exercise
        assert any(known.exercise == exercise for known in load_mistakes(lab)), exercise
        assert any(form.exercise == exercise for form in load_valid(lab)), exercise
        assert f"| `{exercise.partition('.')[2]}` |" in section, exercise


@PER_LAB
def test_a_lab_leans_on_earlier_labs_only(lab):
    """A module imports numpy, Python's own modules, provided modules and those of earlier labs."""
    allowed = {f"nnlab.{name}" for name in (*reference_for(lab), *lab.modules)}
    for module in lab.modules:
        used = {n for n in imports_of(ROOT / "nnlab" / f"{module}.py") if n.startswith("nnlab")}

        assert used <= allowed, module


@PER_LAB
def test_a_submission_sees_no_answer_of_its_own_or_a_later_lab(lab):
    """The modules beside a submission are the provided ones and those of earlier labs."""
    earlier = [owner_of(module) for module in reference_for(lab) if module not in PROVIDED]

    assert all(owner and owner.id < lab.id for owner in earlier)


@pytest.mark.parametrize("path", sorted((ROOT / "nnlab").glob("*.py")), ids=lambda path: path.name)
def test_the_engine_imports_numpy_alone(path):
    """The engine knows Python's own modules, numpy, and nothing of grading."""
    import sys

    packages = {name.partition(".")[0] for name in imports_of(path)}
    drawing = {"matplotlib"} if path.name == "plots.py" else set()

    assert packages <= {"numpy", "nnlab", *drawing, *sys.stdlib_module_names}


def test_grading_never_imports_the_engine():
    """The reference is read as text and run in the sandbox; only the gallery and the trainer use it."""
    users = {*(ROOT / "autograder" / "gallery").glob("*.py")}
    for path in {*(ROOT / "autograder").rglob("*.py")} - users:
        assert not [n for n in imports_of(path) if n.partition(".")[0] == "nnlab"], path
