"""A class of odd notebooks, through nbgrader's own commands: every essay reaches a human."""

import json
import shutil

import pytest

from tests.autograder.classroom.platforms.nbgrader.classroom import (
    LAB,
    NOTEBOOK,
    marks_of_gradebook,
)
from tests.autograder.classroom.platforms.nbgrader.oddities import FIRST, ODDITIES, SECOND, find

pytest.importorskip("nbgrader")
pytest.importorskip("jupytext")

ESSAY = "an essay of one's own"


def _named(name):
    return lambda folder, text: (folder / name).write_bytes(text.encode())


def two(folder, text):
    """Hand in the untouched notebook, and the answered one beside it."""
    _named("lab02_hebb (1).ipynb")(folder, text)
    shutil.copy(folder.parents[2] / "assignments" / LAB.id / NOTEBOOK, folder / NOTEBOOK)


def nested(folder, text):
    """Hand in a folder of folders."""
    (folder / "my work" / "final").mkdir(parents=True)
    _named("my work/final/lab02_hebb.ipynb")(folder, text)


def torn(folder, text):
    """Lose the last characters."""
    _named(NOTEBOOK)(folder, text[:-4])


def of_windows(folder, text):
    """Save in an encoding of Windows."""
    (folder / NOTEBOOK).write_bytes(text.encode("utf-16"))


def of_version_4_0(folder, text):
    """Save in the first minor version, which has no ids."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        del cell["id"]
    _named(NOTEBOOK)(folder, json.dumps({**notebook, "nbformat_minor": 0}))


def of_version_3(folder, text):
    """Save in version 3, which knows no attachments and no metadata of ours."""
    sheet = [
        {"cell_type": c["cell_type"], "metadata": {}, "outputs": []}
        | {"input" if c["cell_type"] == "code" else "source": c["source"]}
        for c in json.loads(text)["cells"]
    ]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": sheet}]}
    _named(NOTEBOOK)(folder, json.dumps(old))


def in_a_notebook_of_my_own(folder, _text):
    """Answer in a fresh notebook."""
    cell = {"cell_type": "markdown", "metadata": {}, "source": ESSAY}
    _named("essay.ipynb")(folder, json.dumps({"nbformat": 4, "metadata": {}, "cells": [cell]}))


def nothing(_folder, _text):
    """Hand in the module alone."""


FILES = {
    "numbered": _named("lab02_hebb (1).ipynb"),
    "capitals": _named("LAB02_HEBB.ipynb"),
    "copied": _named("Copie de lab02.IPYNB"),
    "mailed": _named("lab02_hebb.ipynb.txt"),
    "two": two,
    "nested": nested,
    "torn": torn,
    "of_windows": of_windows,
    "of_version_4_0": of_version_4_0,
    "of_version_3": of_version_3,
    "in_a_notebook_of_my_own": in_a_notebook_of_my_own,
    "nothing": nothing,
}
"""How an answered notebook is handed in, apart from what happened to its cells."""


def hand_in_all(course):
    """Hand in one of each; return what each student wrote."""
    released = (course / "assignments" / LAB.id / NOTEBOOK).read_text("utf-8")
    wrote = {}
    for odd in ODDITIES:
        notebook = json.loads(released)
        odd(notebook)
        folder = _folder(course, odd.__name__)
        (folder / NOTEBOOK).write_text(json.dumps(notebook))
        wrote[odd.__name__] = odd.texts
    for name, hand_in in FILES.items():
        notebook = json.loads(released)
        find(notebook, FIRST)["source"] = ESSAY
        hand_in(_folder(course, name), json.dumps(notebook))
        wrote[name] = () if hand_in is nothing else (ESSAY,)
    (_folder(course, "untouched") / NOTEBOOK).write_text(released)
    return wrote


def _folder(course, student):
    folder = course / "submitted" / student / LAB.id
    folder.mkdir(parents=True)
    shutil.copy(course / "assignments" / LAB.id / "hebb.py", folder)
    return folder


@pytest.mark.slow
def test_every_essay_reaches_a_human(released, shell, tmp_path):
    """It is in the notebook that is graded by hand, its score is open, and there is a page for each."""
    course = shutil.copytree(released, tmp_path / "course")
    wrote = hand_in_all(course)
    autograde = shell(course, "nbgrader", "autograde", LAB.id)
    feedback = shell(course, "nbgrader", "generate_feedback", LAB.id)

    assert autograde.returncode == 0, autograde.stderr
    assert feedback.returncode == 0, feedback.stderr
    pages = {path.parent.parent.name for path in (course / "feedback").rglob("*.html")}
    assert pages == {*wrote, "untouched"}
    essays = 0
    graded = marks_of_gradebook(course)
    for student, texts in wrote.items():
        path = course / "autograded" / student / LAB.id / NOTEBOOK
        page = "\n".join("".join(c["source"]) for c in json.loads(path.read_text())["cells"])
        for text in texts:
            assert text in page, student
            essays += 1
        assert graded[student][FIRST] == (None, None, True), student
    assert essays == sum(map(len, wrote.values())) > len(ODDITIES)
    assert graded["untouched"][FIRST] == graded["untouched"][SECOND] == (0, None, False)
    assert graded["nothing"][SECOND] == (None, None, True)
    assert "nothing: answer-why-bipolar: No notebook of this lab" in autograde.stderr
