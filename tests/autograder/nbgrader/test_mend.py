"""What students handed in, made safe before nbgrader looks: nothing of theirs is changed."""

import json
import os

import pytest

from autograder.nbgrader.mend import mend, mend_course

RELEASED = {"cells": [{"id": "one", "metadata": {"nbgrader": {"grade_id": "two"}}}]}


@pytest.fixture
def course(tmp_path):
    """A course with one released lab and one submission to it, without a notebook."""
    (tmp_path / "assignments" / "lab02_hebb").mkdir(parents=True)
    (tmp_path / "assignments" / "lab02_hebb" / "lab02_hebb.ipynb").write_text(json.dumps(RELEASED))
    (tmp_path / "submitted" / "ada" / "lab02_hebb").mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text("")
    return tmp_path


@pytest.fixture
def folder(course):
    """The one submission."""
    return course / "submitted" / "ada" / "lab02_hebb"


def test_the_released_notebook_stands_for_a_missing_one(course, folder):
    """Once; a second time there is nothing to do."""
    assert mend_course(course) == [
        "ada/lab02_hebb: lab02_hebb.ipynb was not handed in; the released one stands for it."
    ]
    assert json.loads((folder / "lab02_hebb.ipynb").read_text()) == RELEASED
    assert mend_course(course) == []


def test_a_renamed_notebook_stands_for_the_labs(course, folder):
    """The one that has most of the lab's cells, wherever it lies; the student's own file stays."""
    (folder / "deep").mkdir()
    (folder / "other.ipynb").write_text('{"cells": [{"id": "zero", "metadata": {}}]}')
    (folder / "torn.ipynb").write_text('{"cells": [')
    mine = folder / "deep" / "my own.ipynb"
    mine.write_text(json.dumps({**RELEASED, "mine": True}))

    assert mend_course(course) == [
        "ada/lab02_hebb: my own.ipynb stands for lab02_hebb.ipynb, which was not handed in."
    ]
    assert (folder / "lab02_hebb.ipynb").read_bytes() == mine.read_bytes()


def test_links_and_pipes_are_put_aside(course, folder):
    """They are moved, not followed; so is a lab's folder that is itself a link."""
    (folder / "lab02_hebb.ipynb").write_text("{}")
    (folder / "sub").mkdir()
    (folder / "sub" / "stolen.py").symlink_to(course / "nbgrader_config.py")
    os.mkfifo(folder / "pipe")
    (course / "submitted" / "ada" / "lab03_perceptron").symlink_to(course)
    done = mend_course(course)
    aside = course / ".nnlab" / "aside" / "ada"

    assert len(done) == 3
    assert all("is a link or no file; it is in" in sentence for sentence in done)
    assert os.path.lexists(aside / "lab02_hebb" / "sub" / "stolen.py")
    assert os.path.lexists(aside / "lab02_hebb" / "pipe")
    assert not os.path.lexists(course / "submitted" / "ada" / "lab03_perceptron")
    assert (course / "nbgrader_config.py").exists()
    assert mend_course(course) == []


def test_a_folder_in_a_notebooks_place_makes_room(course, folder):
    """It is renamed, and the released notebook stands for what is not there."""
    (folder / "lab02_hebb.ipynb").mkdir()
    mend_course(course)

    assert (folder / "lab02_hebb.ipynb").is_file()
    assert (folder / "lab02_hebb.folder").is_dir()


def test_what_is_no_course_is_left_alone(course, folder):
    """Without nbgrader's configuration, or for another folder, nothing is touched."""
    assert mend_course(course, course / "downloads") == []
    (course / "nbgrader_config.py").unlink()
    assert mend_course(course) == []
    assert list(folder.iterdir()) == []


def test_a_lab_that_was_not_released_has_no_notebook_to_lend(course, folder, tmp_path):
    """Then there is nothing that could stand for it."""
    assert mend(course / "submitted", tmp_path / "nowhere", tmp_path / "aside") == []
    assert list(folder.iterdir()) == []
