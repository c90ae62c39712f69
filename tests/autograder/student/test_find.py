"""Finding submissions: by name, by path, by where we are."""

import os
import re
from pathlib import Path

import pytest

from autograder.course.catalogue import ROOT, engine_path, load_lab
from autograder.grading.submission import SubmissionError
from autograder.student.find import Place, find_places


@pytest.fixture
def workspace(tmp_path):
    """A workspace with the folders of two labs and their stubs."""
    for lab, module in (("lab02_hebb", "hebb"), ("lab01_gates", "gates")):
        (tmp_path / lab).mkdir()
        (tmp_path / lab / f"{module}.py").write_text("")
    return tmp_path


def found(target, cwd):
    """Name the labs and the folders that are found."""
    return [(s.lab.id, s.folder) for s in find_places(target, cwd)]


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
        ("hebb (1).py", "hebb (1).py belongs to no lab. Is it hebb.py? Give it that name."),
        ("Hebb.py.txt", "Hebb.py.txt belongs to no lab. Is it hebb.py? Give it that name."),
        ("notes.txt", "notes.txt belongs to no lab. The labs' files are gates.py, hebb.py"),
        ("empty", "holds no lab: no folder such as lab01_gates, no file such as gates.py."),
    ],
)
def test_what_cannot_be_found_gets_a_sentence(target, sentence, workspace):
    """A wrong target is answered with what was looked for and what there is."""
    for name in ("notes.txt", "hebb (1).py", "Hebb.py.txt"):
        (workspace / name).write_text("")
    (workspace / "empty").mkdir()

    with pytest.raises(SubmissionError, match=re.escape(sentence)):
        find_places(target, workspace)


def test_a_labs_notebook_stands_for_the_lab(workspace):
    """Who names it means the work beside it."""
    (workspace / "lab02_hebb" / "lab02_hebb.ipynb").write_text("{}")

    assert found("lab02_hebb/lab02_hebb.ipynb", workspace) == found("lab02_hebb", workspace)


def test_a_lab_that_is_not_here_gets_a_sentence(tmp_path_factory):
    """A lab whose folder is nowhere above says where to go."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    with pytest.raises(SubmissionError, match="No folder lab02_hebb is here or above"):
        find_places("hebb", elsewhere)


def test_reading_refuses_what_is_no_file(workspace):
    """A folder in a module's place is refused with a sentence, and so is an unreadable file."""
    module = workspace / "lab02_hebb" / "hebb.py"
    module.unlink()
    module.mkdir()

    missing = find_places("hebb", workspace)[0].read().missing

    assert missing == {"hebb": "hebb.py is a folder. Put the file itself there."}


def test_reading_tells_why_the_system_refused(workspace, monkeypatch):
    """A file that the system does not let us read is reported in its words."""

    def refuse(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "lstat", refuse)
    missing = find_places("hebb", workspace)[0].read().missing

    assert missing == {"hebb": "hebb.py cannot be read: Permission denied."}


def test_a_link_is_no_submission(workspace, tmp_path):
    """Neither a linked module nor a linked folder is followed: it may lead to another's work."""
    module = workspace / "lab02_hebb" / "hebb.py"
    other = tmp_path / "other"
    module.rename(other)
    module.symlink_to(other)
    linked = tmp_path / "linked" / "lab01_gates"
    linked.parent.mkdir()
    linked.symlink_to(workspace / "lab01_gates")

    (by_name,) = find_places("hebb", workspace)
    (by_path,) = find_places(str(module), workspace)
    (by_folder,) = find_places(str(linked.parent), workspace)

    said = {"hebb": "hebb.py is a link. Put the file itself there."}
    assert by_name.read() == by_path.read()
    assert (by_name.read().texts, by_name.read().missing) == ({}, said)
    assert by_folder.read().texts == {}
    assert by_folder.read().missing == {
        "gates": "lab01_gates is a link. Put the folder itself there."
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_a_pipe_is_no_submission(workspace):
    """A named pipe is refused at once, without waiting for somebody to write."""
    module = workspace / "lab02_hebb" / "hebb.py"
    module.unlink()
    os.mkfifo(module)

    assert find_places("hebb", workspace)[0].read().missing == {"hebb": "hebb.py is not a file."}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"x = 1\ny = '\xe9'\n", "hebb.py is not text in UTF-8: byte 0xe9 in line 2."),
        ("x = 1\n".encode("utf-16"), "it holds null bytes, as a file in UTF-16"),
        (b"x = '\0'", "it holds null bytes"),
        (b"#" * ((1 << 20) + 1), "hebb.py has 1.0 MB; a file of this course has at most 1 MB."),
    ],
)
def test_a_file_that_is_no_text_of_ours_gets_a_sentence(text, sentence, workspace):
    """A wrong encoding, null bytes and a huge file are told before anything runs."""
    (workspace / "lab02_hebb" / "hebb.py").write_bytes(text)

    submission = find_places("hebb", workspace)[0].read()

    assert submission.texts == {}
    assert sentence in submission.missing["hebb"]


def test_a_declared_encoding_is_honoured(workspace):
    """A file that says that it is in Latin-1 is one."""
    text = "# -*- coding: latin-1 -*-\nname = 'é'\n".encode("latin-1")
    (workspace / "lab02_hebb" / "hebb.py").write_bytes(text)

    assert find_places("hebb", workspace)[0].read().texts["hebb"] == text


def test_look_alikes_are_set_aside_with_a_sentence(workspace):
    """A module or folder under numpy's or Python's name has no effect, and the student hears it."""
    folder = workspace / "lab02_hebb"
    (folder / "numpy.py").write_text("")
    (folder / "random").mkdir()
    (folder / "notes.txt").write_text("")

    assert find_places("hebb", workspace)[0].read().notes == (
        "numpy.py is set aside: its name is taken by the package numpy. Graded is hebb.py.",
        "random is set aside: its name is taken by a module of Python. Graded is hebb.py.",
    )
    assert Place(load_lab("lab02_hebb"), folder / "nowhere").read().notes == ()


def test_a_name_with_terminal_codes_is_printed_without_them(workspace):
    """What a file's name holds does not reach the terminal."""
    with pytest.raises(SubmissionError) as told:
        find_places("a\x1b[2Jb/c", workspace)

    assert "a[2Jb" in str(told.value)
    assert "\x1b" not in str(told.value)
