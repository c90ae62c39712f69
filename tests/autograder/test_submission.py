"""Finding submissions: by name, by path, by where we are."""

import re
from pathlib import Path

import pytest

from autograder.course import ROOT, engine_path
from autograder.submission import SubmissionError, find_submissions


@pytest.fixture
def workspace(tmp_path):
    """A workspace with the folders of two labs and their stubs."""
    for lab, module in (("lab02_hebb", "hebb"), ("lab01_gates", "gates")):
        (tmp_path / lab).mkdir()
        (tmp_path / lab / f"{module}.py").write_text("")
    return tmp_path


def found(target, cwd):
    """Name the labs and the folders that are found."""
    return [(s.lab.id, s.folder) for s in find_submissions(target, cwd)]


@pytest.mark.parametrize("name", ["lab02_hebb", "lab02", "hebb", "2", "02", "LAB02-hebb"])
def test_a_lab_is_found_by_any_of_its_names(name, workspace):
    """Id, number and subject all name a lab."""
    assert found(name, workspace) == [("lab02_hebb", workspace / "lab02_hebb")]


def test_a_lab_is_found_from_inside_another(workspace):
    """Naming a lab works from any folder of the workspace."""
    assert found("hebb", workspace / "lab01_gates") == [("lab02_hebb", workspace / "lab02_hebb")]


def test_inside_a_labs_folder_that_lab_is_graded(workspace):
    """Without a target, the folder we are in decides; a folder below it as well."""
    below = workspace / "lab02_hebb" / "notes"
    below.mkdir()

    assert found(None, workspace / "lab02_hebb") == [("lab02_hebb", workspace / "lab02_hebb")]
    assert found(None, below) == [("lab02_hebb", workspace / "lab02_hebb")]


def test_at_the_root_the_whole_course_is_graded_in_order(workspace):
    """A workspace's root stands for all its labs, in teaching order."""
    expected = [(lab, workspace / lab) for lab in ("lab01_gates", "lab02_hebb")]

    assert found(None, workspace) == expected
    assert found(".", workspace) == expected


def test_labs_below_assignments_are_found(workspace):
    """The repository's own layout, with the labs in `assignments`, is a workspace too."""
    (workspace / "assignments").mkdir()
    for lab in ("lab01_gates", "lab02_hebb"):
        (workspace / lab).rename(workspace / "assignments" / lab)

    assert [lab for lab, _ in found(None, workspace)] == ["lab01_gates", "lab02_hebb"]
    assert found("hebb", workspace)[0][1] == workspace / "assignments" / "lab02_hebb"


def test_a_file_stands_for_its_lab(workspace):
    """A path to a module grades its lab in that folder, whatever the folder is called."""
    renamed = workspace / "my work"
    (workspace / "lab02_hebb").rename(renamed)

    assert found("my work/hebb.py", workspace) == [("lab02_hebb", renamed)]
    assert found("my work", workspace) == [("lab02_hebb", renamed)]


def test_the_engine_itself_is_a_submission_to_every_lab():
    """A folder that holds the modules of several labs is graded for all of them."""
    labs = [lab for lab, _ in found(str(engine_path("hebb").parent), ROOT)]

    assert labs[:3] == ["lab01_gates", "lab02_hebb", "lab03_perceptron"]


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("lab02_heb", "There is no lab 'lab02_heb'. Did you mean lab02_hebb?"),
        ("perceptrn", "There is no lab 'perceptrn'. Did you mean lab03_perceptron?"),
        ("zzzz", "There is no lab 'zzzz'. The labs are lab01_gates, "),
        ("nowhere/hebb", "There is no file or folder nowhere/hebb."),
        ("hebbb.py", "There is no file "),
        ("notes.txt", "notes.txt belongs to no lab. The labs' files are gates.py, hebb.py"),
        ("empty", "holds no lab: no folder such as lab01_gates, no file such as gates.py."),
    ],
)
def test_what_cannot_be_found_gets_a_sentence(target, sentence, workspace):
    """A wrong target is answered with what was looked for and what there is."""
    (workspace / "notes.txt").write_text("")
    (workspace / "empty").mkdir()

    with pytest.raises(SubmissionError, match=re.escape(sentence)):
        find_submissions(target, workspace)


def test_a_lab_that_is_not_here_gets_a_sentence(tmp_path_factory):
    """A lab whose folder is nowhere above says where to go."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    with pytest.raises(SubmissionError, match="No folder lab02_hebb is here or above"):
        find_submissions("hebb", elsewhere)


def test_reading_refuses_what_is_no_file(workspace):
    """A folder in a module's place is refused with a sentence, and so is an unreadable file."""
    module = workspace / "lab02_hebb" / "hebb.py"
    module.unlink()
    module.mkdir()

    _, missing = find_submissions("hebb", workspace)[0].read()

    assert missing == {"hebb": "hebb.py is not a file."}


def test_reading_tells_why_the_system_refused(workspace, monkeypatch):
    """A file that the system does not let us read is reported in its words."""

    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    _, missing = find_submissions("hebb", workspace)[0].read()

    assert missing == {"hebb": "hebb.py cannot be read: Permission denied."}
