"""The mutants of the whole course, made once a session."""

import pytest

from autograder.course.catalogue import labs


@pytest.fixture(scope="session")
def all_mutants():
    """Make every lab's mutants."""
    pytest.importorskip("cosmic_ray")
    from autograder.authoring.proof.mutants import mutants_of

    return {lab.id: list(mutants_of(lab)) for lab in labs()}
