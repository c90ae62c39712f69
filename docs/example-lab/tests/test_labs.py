"""The lab is sound: its tasks are whole, its stub earns nothing, its mistakes have names."""

from autograder.course import load_lab
from autograder.sandbox import open_sandbox
from autograder.soundness import faults


def test_the_lab_is_sound():
    """What nnlab asks of its own labs holds for this one."""
    with open_sandbox() as sandbox:
        assert faults(load_lab("lab15_neighbours"), sandbox) == []
