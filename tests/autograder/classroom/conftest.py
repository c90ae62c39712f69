"""What tests of whole classes share."""

import pytest

from autograder.classroom import batch
from autograder.grading.grade import grade


@pytest.fixture
def in_one_process(monkeypatch, sandbox):
    """Grade a class in this process's own sandbox: no other is started."""

    def grade_many(submissions, key, **_):
        return ((one, grade(one, key, sandbox)) for one in submissions)

    monkeypatch.setattr(batch, "grade_many", grade_many)
    monkeypatch.setenv("NNLAB_ISOLATION", "process")
