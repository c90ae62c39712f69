"""A fault of a lab is told in a sentence; each of them is made here once."""

import shutil
import subprocess
import sys

import pytest

from autograder.authoring.verify import faults
from autograder.course.catalogue import ROOT, load_lab

EXAMPLE = ROOT / "docs" / "example-lab"
CHECKS = "nnlab_neighbours/lab15_neighbours.py"
ENGINE = "nnlab_neighbours/nnlab/neighbours.py"
VALID = "nnlab_neighbours/solutions/lab15_neighbours/valid.toml"
MISTAKES = "nnlab_neighbours/solutions/lab15_neighbours/mistakes.toml"


@pytest.fixture
def verify(tmp_path):
    """Change a copy of the example in one place, and ask whether it is sound."""

    def changed(place, old, new):
        folder = tmp_path / "lab"
        shutil.copytree(EXAMPLE, folder)
        text = (folder / place).read_text(encoding="utf-8")
        assert old in text
        (folder / place).write_text(text.replace(old, new), encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "autograder", "lab", "verify", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )

    return changed


@pytest.mark.sampled(8)
@pytest.mark.parametrize(
    ("place", "old", "new", "sentence"),
    [
        (VALID, "return np", "yield from np", "A right answer is refused by neighbours.distances"),
        (VALID, "form =", "shape =", "does not fit: valid.toml"),
        (VALID, "return np", "return return np", "not Python"),
        (ENGINE, ">>>", "$", "predict needs an example, after >>>."),
        (ENGINE, "squared.\n", "squared\n", "squared_distances must begin with a sentence."),
        (ENGINE, "    Source: Cover", "    Of Cover", "predict needs a Source: the lecture's"),
        (ENGINE, "def predict", "def foresee", "neighbours.predict cannot be found"),
        (ENGINE, "import numpy as np", "import numpy as np, yaml", "imports yaml, which is"),
        (ENGINE, "import numpy", "from nnlab import other\nimport numpy", "imports nnlab.other"),
        (ENGINE, '"""Nearest', '(""""Nearest', "neighbours.predict cannot be found"),
        (
            CHECKS,
            'predict": "Nearest neighbours"',
            'predict": ""',
            "names no heading of the lecture.",
        ),
        (CHECKS, "wins.", "wins", "The promise of neighbours.majority must be a sentence"),
        (CHECKS, "import numpy as np", "import numpy as np\nimport click", "imports click. Checks"),
        (CHECKS, "points=10", "points=0", "squared_distances carries no points: give it a check."),
        (CHECKS, "points=10", "points=-1", "neighbours.distances is worth -1 points."),
        (
            MISTAKES,
            '"neighbours-root"',
            '"neighbours-one-vote"',
            "does not fit: neighbours-one-vote",
        ),
        (MISTAKES, "squared_distances", "predict", "has 0 known mistakes; write at least 3."),
        (ENGINE, "axis=2)", "axis=5)", "The reference does not answer neighbours.distances"),
        (CHECKS, "predict(distance, target, k)", "__name__", "The stub passes neighbours.majority"),
        (
            MISTAKES,
            '"np.abs("',
            '"1 * np.square("',
            "No check fails for the mistake neighbours-city",
        ),
        (MISTAKES, '"np.abs("', '"2 * np.abs("', None),
    ],
)
def test_a_fault_is_told(place, old, new, sentence, verify):
    """Exit code 1 and the sentence; what is no fault is none."""
    shown = verify(place, old, new)

    if sentence is None:
        assert (shown.returncode, "is sound" in shown.stdout) == (0, True), shown.stdout
    else:
        assert (shown.returncode, sentence in shown.stdout) == (1, True), shown.stdout


def test_two_mistakes_that_cannot_be_told_apart_are_a_fault(verify):
    """Each must come back under its own name alone."""
    root = 'wrong = "np.sqrt(np.square(x[:, None, :] - train[None, :, :]).sum(axis=2))"'
    shown = verify(MISTAKES, 'right = "np.square("\nwrong = "np.abs("', f"{RIGHT}\n{root}")

    assert shown.returncode == 1
    assert "The mistake neighbours-root comes back as " in shown.stdout


RIGHT = 'right = "np.square(x[:, None, :] - train[None, :, :]).sum(axis=2)"'


def test_a_lab_of_the_course_is_sound(sandbox):
    """The others are asked the same by tests of their own."""
    assert faults(load_lab("lab02_hebb"), sandbox) == []
