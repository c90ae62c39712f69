"""A new lab is sound from the first minute."""

import ast
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from autograder.authoring import scaffold
from autograder.authoring.scaffold import ScaffoldError, plan
from autograder.cli import main
from autograder.course.catalogue import ROOT

COURSE = ("nnlab", "autograder", "solutions", "assignments", "tests", "README.md", "pyproject.toml")


def run(*arguments):
    """Run the command in a process of its own: taking labs in is for good."""
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_package_of_its_own_is_sound_at_once(tmp_path):
    """What new-lab writes passes what verify asks."""
    made = CliRunner().invoke(main, ["lab", "new", "weights", "--package", str(tmp_path)])
    said = run("lab", "verify", str(tmp_path / "nnlab-weights"))

    assert made.exit_code == 0
    assert f"Next: nnlab lab verify {tmp_path / 'nnlab-weights'}" in made.output
    assert "lab15_weights is sound: exercises 1, checks 2, points 20" in said.stdout, said.stdout
    assert said.returncode == 0
    for path in (tmp_path / "nnlab-weights").rglob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"))


def test_a_lab_in_the_course_passes_the_courses_tests_at_once(tmp_path):
    """In a copy of the repository: made, released, and asked what all labs are asked."""
    for name in COURSE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "mistakes.md", tmp_path / "docs")

    def there(*arguments):
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )

    made = there("autograder", "lab", "new", "weights", "--title", "Weights of rows")
    sound = there("autograder", "lab", "verify", "weights")
    released = there("autograder", "release", "--stubs-only", "weights")
    asked = "weights or lab15 or fresh or table or earn"
    tests = ["tests/test_course.py", "tests/nnlab/test_weights.py", "nnlab/weights.py"]
    tested = there("pytest", "-q", "-p", "no:cacheprovider", "-k", asked, *tests)

    assert made.returncode == 0, made.stderr
    assert (
        "Next: nnlab lab verify lab15_weights, then nnlab release --stubs-only lab15_weights"
        in made.stdout
    )
    assert sound.returncode == 0, sound.stdout
    assert released.returncode == 0, released.stderr
    assert tested.returncode == 0, tested.stdout
    assert "weights,  # lab 15: weights of rows" in (tmp_path / "nnlab/__init__.py").read_text()
    assert "| `lab15_weights` | weights of rows | 1 | 4 |" in (tmp_path / "README.md").read_text()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("3d", "is not a name for a module"),
        ("a b", "is not a name for a module"),
        ("x" * 40, "is not a name for a module"),
        ("hebb", "There is a module hebb in lab02_hebb."),
        ("class", "'class' has a meaning in Python already."),
        ("json", "'json' has a meaning in Python already."),
        ("numpy", "'numpy' has a meaning in Python already."),
        ("arrays", "There is a module arrays in the engine."),
    ],
)
def test_a_name_that_cannot_be_taken_gets_a_sentence(name, sentence, tmp_path):
    """Nothing is written then."""
    shown = CliRunner().invoke(main, ["lab", "new", name, "--package", str(tmp_path)])

    assert (shown.exit_code, sentence in " ".join(shown.output.split())) == (2, True), shown.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("title", ['say "hi"', "a\nb", "a | b", "a\\b"])
def test_a_title_that_would_break_a_file_is_refused(title, tmp_path):
    """It stands in Python, TOML and Markdown."""
    with pytest.raises(ScaffoldError, match="cannot stand in all of a lab's files"):
        plan("weights", tmp_path, title=title)


def test_nothing_is_overwritten(tmp_path):
    """A second lab of the same name is refused, and the first stays as it is."""
    first = plan("weights", tmp_path).write()
    first[0].write_text("mine")

    with pytest.raises(ScaffoldError, match="is there already"):
        plan("weights", tmp_path)
    assert first[0].read_text() == "mine"


def test_an_edition_without_repository_makes_packages_only(tmp_path, monkeypatch):
    """Where README and engine are not beside the checker, the course cannot take a lab."""
    monkeypatch.setattr(scaffold, "ROOT", tmp_path)

    with pytest.raises(ScaffoldError, match="Make a package: nnlab lab new weights --package"):
        plan("weights", None)
