"""Held-out labels reach the judge and the key, and never the sandbox."""

import numpy as np

from autograder.course.lab import Lab
from autograder.grading.grade import grade
from autograder.grading.key import record_key
from autograder.judges.finding import Finding
from autograder.judges.judge import judge
from autograder.sandbox import Answer
from autograder.sandbox.observation import Returned
from autograder.sandbox.question import write_questions
from autograder.student.find import Place


class Recorder:
    """A sandbox that answers nothing and keeps what it was asked."""

    isolation = ("none",)

    def __init__(self):
        self.asked = []

    def ask(self, question):
        """Keep the bytes that would go in."""
        return self.ask_together([question])[0]

    def ask_together(self, questions):
        """Keep the bytes that would go in."""
        self.asked.append(write_questions(questions))
        return [Answer([Returned(None) for _ in question.cases]) for question in questions]


def test_withheld_parts_never_enter_a_question(monkeypatch, tmp_path):
    """Neither recording a key nor grading sends them; the judge is given them, and the key keeps them."""
    monkeypatch.setattr("autograder.grading.key.load_mistakes", lambda _: [])
    seen = []

    @judge("It is right.")
    def refused(case, _observed, _expected):
        seen.append(case["labels"].tolist())
        return Finding("no")

    lab = Lab("lab02_hebb", "Hebb", "Hebb", {"hebb.predict": "Hebb"})

    @lab.check(
        "hebb.predict",
        points=1,
        always=[{"x": np.array([7.25]), "labels": np.array([31337.5])}],
        judge=refused,
        withheld=["labels"],
    )
    def hidden(student, x):
        """It is right."""
        return student.hebb.predict(x)

    sandbox = Recorder()
    (tmp_path / "hebb.py").write_text("", encoding="utf-8")
    key = record_key(lab, 0, sandbox)
    grade(Place(lab, tmp_path).read(), key, sandbox)

    assert len(sandbox.asked) == 2
    for frame in sandbox.asked:
        assert np.float64(7.25).tobytes() in frame
        assert np.float64(31337.5).tobytes() not in frame
        assert b"labels" not in frame
    assert seen[0] == [31337.5]
    assert key.checks["hebb.hidden"].cases[0]["labels"].tolist() == [31337.5]
