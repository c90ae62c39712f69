"""The course itself is tested: stubs are fresh, points add up, imports run one way."""

import ast
from pathlib import Path

import pytest

from autograder.course import PROVIDED, ROOT, labs, owner_of, reference_for
from autograder.exercises import find_function
from autograder.stubs import outdated

LABS = labs()
PER_LAB = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.id)
POINTS = 20


def engine_imports(path: Path) -> set[str]:
    """Collect the top-level packages and the engine's own modules that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "nnlab":
            names |= {f"nnlab.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


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
def test_a_lab_leans_on_earlier_labs_only(lab):
    """A module imports numpy, Python's own modules, provided modules and those of earlier labs."""
    allowed = {f"nnlab.{name}" for name in (*reference_for(lab), *lab.modules)}
    for module in lab.modules:
        used = {n for n in engine_imports(ROOT / "nnlab" / f"{module}.py") if n.startswith("nnlab")}

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

    packages = {name.partition(".")[0] for name in engine_imports(path)}
    drawing = {"matplotlib"} if path.name == "plots.py" else set()

    assert packages <= {"numpy", "nnlab", *drawing, *sys.stdlib_module_names}


def test_grading_never_imports_the_engine():
    """The reference is read as text and run in the sandbox; only the gallery and the trainer use it."""
    users = {*(ROOT / "autograder" / "gallery").glob("*.py"), ROOT / "autograder" / "trainer.py"}
    for path in {*(ROOT / "autograder").rglob("*.py")} - users:
        assert not [n for n in engine_imports(path) if n.partition(".")[0] == "nnlab"], path
