"""`nnlab setup nbgrader`: a folder becomes a course, and what is an instructor's own stays."""

import pytest

from autograder.classroom.platforms.nbgrader.config import CONFIG
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
