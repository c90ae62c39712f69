"""`nnlab setup nbgrader`: a folder becomes a course, and what is an instructor's own stays."""

import re

import pytest

from autograder.classroom.platforms.nbgrader.config import CONFIG, ZIP_NAMES
from autograder.course.catalogue import labs

pytest.importorskip("nbgrader")
pytest.importorskip("jupytext")


def test_a_folder_becomes_a_course(released):
    """There is a configuration, and every lab's source notebook with its worked answers."""
    found = {path.parent.name for path in released.glob("solutions/*/*.ipynb")}

    assert (released / "nbgrader_config.py").read_text() == CONFIG
    assert found == {lab.id for lab in labs()}
    assert "nothing is ever corrected" in (
        released / "solutions" / "lab02_hebb" / "lab02_hebb.ipynb"
    ).read_text("utf-8")


def test_a_second_time_nothing_is_written(released, shell):
    """Source notebooks have no chance in them, so they are up to date."""
    done = shell(released, "nnlab", "setup", "nbgrader")

    assert done.returncode == 0
    assert done.stdout.startswith("All up to date.\nNext, in ")


def test_a_configuration_of_ones_own_is_kept(shell, tmp_path):
    """Another file is not overwritten unless forced, and the sentence says what to add to it."""
    config = tmp_path / "nbgrader_config.py"
    config.write_text("c = get_config()\n")
    refused = shell(tmp_path, "nnlab", "setup", "nbgrader")
    assert refused.returncode == 2
    assert "with settings of your own" in refused.stderr
    assert "'configure(c, Path(__file__).parent)'" in refused.stderr
    assert config.read_text() == "c = get_config()\n"

    assert shell(tmp_path, "nnlab", "setup", "nbgrader", "--force").returncode == 0
    assert config.read_text() == CONFIG


@pytest.mark.parametrize(
    ("path", "student", "name"),
    [
        ("Ada L_123_assignsubmission_file_/lab02_hebb.ipynb", "Ada L", "lab02_hebb"),
        ("Ada L_123_assignsubmission_file_/lab02_hebb (1).ipynb", "Ada L", "lab02_hebb (1)"),
        ("Ada L_123_assignsubmission_file_/sub/Copie de hebb.py", "Ada L", "Copie de hebb"),
        ("bobbit_LATE_12_345_hebb-1.py", "bobbit", "hebb"),
        ("bobbit_12_345_lab02_hebb (1)-2.ipynb", "bobbit", "lab02_hebb (1)"),
    ],
)
def test_files_that_a_browser_renamed_are_collected(path, student, name):
    """A name with spaces and numbers is no reason to leave an essay behind."""
    found = re.match(ZIP_NAMES, f"/course/downloaded/lab02_hebb/extracted/{path}")

    assert (found["student_id"], found["file_id"]) == (student, name)
