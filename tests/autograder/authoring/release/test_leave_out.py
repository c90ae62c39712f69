"""A course may leave out labs that no other one needs."""

import pytest
from click.testing import CliRunner

from autograder.authoring.release.leave_out import LeftOutError, all_but
from autograder.authoring.release.stage import stage
from autograder.cli import main
from autograder.course.catalogue import labs, load_lab
from tests.autograder.authoring.release.conftest import Student

HOPFIELD, INIT, CAPSTONE = map(load_lab, ("lab14_hopfield", "lab08_init", "lab13_capstone"))


def test_what_nobody_needs_can_be_left_out():
    """One lab, or several together."""
    assert [lab.id for lab in labs() if lab not in all_but(labs(), [HOPFIELD])] == [HOPFIELD.id]
    assert len(all_but(labs(), [INIT, CAPSTONE])) == len(labs()) - 2


def test_what_another_needs_stays():
    """The sentence names both, and how to leave out both."""
    with pytest.raises(LeftOutError) as refused:
        all_but(labs(), [INIT])

    assert str(refused.value) == (
        "lab13_capstone needs init.py, which students write in lab08_init. Leave out both: "
        "--without lab13_capstone --without lab08_init"
    )
    with pytest.raises(LeftOutError, match="there would be no course"):
        all_but(labs(), labs())


def test_the_command_refuses_before_it_writes(tmp_path):
    """Exit code 2, and an empty folder."""
    command = ["release", "hopfield", "--out", str(tmp_path / "out")]
    refused = CliRunner().invoke(main, [*command, "--without", "init"])

    assert refused.exit_code == 2
    assert "lab13_capstone needs init.py" in " ".join(refused.output.split())
    assert not (tmp_path / "out").exists()


def test_students_have_no_trace_of_it(key_of, handouts, tmp_path):
    """Neither checks nor files; `nnlab init` and `nnlab status` know the others only."""
    left = {lab_id: files for lab_id, files in handouts.items() if lab_id != HOPFIELD.id}
    keys = {"lab02_hebb": key_of("lab02_hebb")}
    stage(tmp_path / "tree", [load_lab("lab02_hebb")], keys, left)
    (tmp_path / "work").mkdir()
    student = Student(tmp_path / "tree", tmp_path / "work")
    begun = student.nnlab("init")
    shown = student.nnlab("grade", "hopfield")

    assert not list((tmp_path / "tree").rglob("*hopfield*"))
    assert begun.returncode == 0, begun.stderr
    assert not (tmp_path / "work" / "assignments" / HOPFIELD.id).exists()
    assert (tmp_path / "work" / "assignments" / "lab02_hebb" / "hebb.py").is_file()
    assert shown.returncode == 2
    assert "There is no lab 'hopfield'" in shown.stderr
