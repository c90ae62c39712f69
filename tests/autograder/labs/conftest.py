"""Grade the reference with another body instead of one exercise's."""

import pytest

from autograder.course.catalogue import labs
from autograder.course.lab import Status
from autograder.course.solutions import Mistake
from autograder.grading.grade import grade


@pytest.fixture
def graded(submit, key_of, sandbox):
    """Return the report on a lab in which one exercise has another body."""

    def make(exercise, body):
        (lab_id,) = [lab.id for lab in labs() if exercise in lab.exercises]
        variant = Mistake("form", exercise, "", body=body)
        text = variant.source().text.decode()
        return grade(submit(lab_id, **{variant.module: text}), key_of(lab_id), sandbox)

    return make


@pytest.fixture
def failed(graded):
    """Return the checks of an exercise that a body fails, each with the names it got."""

    def make(exercise, body):
        return {
            result.check.id: result.mistakes
            for result in graded(exercise, body).results
            if result.status is Status.FAILED and result.check.exercise == exercise
        }

    return make
