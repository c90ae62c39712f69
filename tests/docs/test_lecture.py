"""The lecture's page: every heading and every question of the lecture, with what asks it."""

import re

import pytest

from autograder.classroom.platforms.nbgrader.notebooks import read_text
from autograder.clinic.words import ILLNESSES
from autograder.course.catalogue import ROOT, labs
from autograder.gallery import lecture_figures

pytest.importorskip("jupytext")

PAGE = (ROOT / "docs" / "lecture.md").read_text(encoding="utf-8")
HEADINGS = (ROOT / "tests" / "lecture_headings.txt").read_text(encoding="utf-8").splitlines()
EXERCISES = {exercise for lab in labs() for exercise in lab.exercises}
TEXTS = [read_text(lab) for lab in labs()]
EXPERIMENTS = {experiment.name: experiment for text in TEXTS for experiment in text.experiments}
QUESTIONS = {question.name: question for text in TEXTS for question in text.questions} | EXPERIMENTS
MARKS = re.compile(r"\n\nMarks: ([^\n]+)\Z")


def rows(title):
    """Read the table below a title of the page."""
    lines = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0].splitlines()
    table = [line.strip("|").split("|") for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in table[2:]]


def asked(cell):
    """Read the names of exercises and questions in a cell."""
    return set(re.findall(r"`(\w+\.[\w.]+)`", cell)), set(re.findall(r"\*([\w-]+)\*", cell))


def test_every_heading_has_a_row():
    """In the lecture's order, each once."""
    assert [row[0] for row in rows("Heading by heading")] == list(dict.fromkeys(HEADINGS))


@pytest.mark.parametrize("row", rows("Heading by heading"), ids=lambda row: row[0])
def test_what_asks_and_shows_a_heading_exists(row):
    """An exercise, a question or a figure; or the reason why it is only read."""
    _, asks, figures = row
    exercises, questions = asked(asks)

    assert exercises <= EXERCISES
    assert questions <= QUESTIONS.keys()
    assert {name for name in figures.split(", ") if name} <= lecture_figures().keys()
    assert exercises or questions or re.match(r"read only: \w+", asks)


def test_every_figure_is_seen_under_its_own_heading():
    """The page has each figure where the gallery says that it belongs."""
    seen = {row[0]: row[2].split(", ") for row in rows("Heading by heading")}

    assert [e.name for e in lecture_figures().values() if e.name not in seen[e.slides]] == []


def test_every_exercise_and_every_question_belongs_to_a_heading():
    """Nothing is asked that the lecture does not speak of, but for what labs need besides."""
    found = [asked(row[1]) for row in rows("Heading by heading")]

    assert set().union(*(exercises for exercises, _ in found)) == EXERCISES
    assert set().union(*(questions for _, questions in found)) == QUESTIONS.keys()


def test_every_question_of_the_lecture_is_asked():
    """There are 28 of them."""
    asks = rows("The lecture's questions")

    assert len({row[0] for row in asks}) == len(asks) == 28
    for question, cell in asks:
        exercises, questions = asked(cell)
        assert exercises | questions, question
        assert exercises <= EXERCISES, question
        assert questions <= QUESTIONS.keys(), question


def test_every_illness_of_the_clinic_stands_under_its_heading():
    """The page has each with what it means, and where the lecture speaks of it."""
    assert rows("The training clinic") == [
        [name, word.means, word.heading] for name, word in ILLNESSES.items()
    ]


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_answer_has_a_marking_scheme(name):
    """Its marks add up to the question's points."""
    question = QUESTIONS[name]
    answer = question.explanation if name in EXPERIMENTS else question.answer
    scheme = MARKS.search(answer)

    assert scheme is not None
    assert sum(map(int, re.findall(r"(?:^|, )(\d) for ", scheme[1]))) == question.points
