"""The lab is sound: its tasks are whole, its stub earns nothing, its mistakes have names."""

from autograder.authoring.verify import faults
from autograder.course.catalogue import load_lab
from autograder.sandbox import open_sandbox


def test_the_lab_is_sound():
    """What nnlab asks of its own labs holds for this one."""
    with open_sandbox() as sandbox:
        assert faults(load_lab("lab15_neighbours"), sandbox) == []
