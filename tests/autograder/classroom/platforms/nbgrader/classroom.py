"""A class made up: right, empty, every known mistake, hostile, and notebooks as they come in."""

import json
import shutil
import tomllib
import warnings
from pathlib import Path

from autograder.course.catalogue import ROOT, load_lab
from autograder.course.solutions import Mistake, load_mistakes
from autograder.course.stubs import make_stub

LAB = load_lab("lab02_hebb")
RIGHT = (ROOT / "nnlab" / "hebb.py").read_text(encoding="utf-8")
ANSWER = "An answer of **{student}**."
NOTEBOOK = f"{LAB.id}.ipynb"


def texts() -> dict[str, str]:
    """Write every kind of module: by a name that says which."""
    found = {"right": RIGHT, "stub": make_stub(LAB, "hebb"), "empty": "", "nothing": "\x00\xff"}
    for mistake in load_mistakes(LAB):
        found[mistake.id] = mistake.source().text.decode()
    odd = tomllib.loads((ROOT / "tests" / "submissions" / "odd.toml").read_text("utf-8"))
    for entry in odd["submission"]:
        found[f"odd-{entry['name']}"] = _odd(entry)
    return found


def _odd(entry: dict) -> str:
    if "text" in entry:
        return entry["text"]
    if "append" in entry:
        return f"{RIGHT}\n{entry['append']}\n"
    return Mistake("odd", "hebb.to_bipolar", "", body=entry["body"]).source().text.decode()


def cells(notebook: dict, key: str, *values: object) -> list[dict]:
    """Find the cells whose nbgrader metadata has this value."""
    return [
        c
        for c in notebook["cells"]
        if c["metadata"].get("nbgrader", {}).get(key) in (values or (True,))
    ]


def copied(path: Path, notebook: dict) -> None:
    """Copy a cell that grades."""
    notebook["cells"].append(dict(cells(notebook, "grade_id", "hebb-update")[0]))
    path.write_text(json.dumps(notebook))


def old_schema(path: Path, notebook: dict) -> None:
    """Leave metadata of an old version in a cell."""
    cells(notebook, "grade_id", "hebb-update")[0]["metadata"]["nbgrader"]["schema_version"] = 1
    path.write_text(json.dumps(notebook))


def not_graded(path: Path, notebook: dict) -> None:
    """Take the mark of a cell that grades away."""
    for cell in cells(notebook, "grade"):
        cell["metadata"]["nbgrader"]["grade"] = False
    path.write_text(json.dumps(notebook))


def deleted(path: Path, notebook: dict) -> None:
    """Delete all cells that grade but the answers."""
    notebook["cells"] = [c for c in notebook["cells"] if c["cell_type"] == "markdown"]
    path.write_text(json.dumps(notebook))


def stripped(path: Path, notebook: dict) -> None:
    """Lose all metadata, as some editors do."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    path.write_text(json.dumps(notebook))


def stripped_of_ids(path: Path, notebook: dict) -> None:
    """Lose metadata and ids: only the question above tells what a cell is."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        del cell["id"]
    notebook["nbformat_minor"] = 4
    path.write_text(json.dumps(notebook))


def greedy(path: Path, notebook: dict) -> None:
    """Raise the points, and write outputs that claim them."""
    for cell in cells(notebook, "grade"):
        cell["metadata"]["nbgrader"]["points"] = 1000
    for cell in cells(notebook, "grade_id", "hebb-update"):
        data = {"text/plain": "1000.0"}
        claimed = {"output_type": "execute_result", "execution_count": 1, "metadata": {}}
        cell["source"] = "1000.0"
        cell["outputs"] = [{**claimed, "data": data}]
    path.write_text(json.dumps(notebook))


def renamed(path: Path, notebook: dict) -> None:
    """Hand in under a name of one's own."""
    path.unlink()
    path.with_name("my hebb (final).ipynb").write_text(json.dumps(notebook))


def missing(path: Path, _notebook: dict) -> None:
    """Hand in the module alone."""
    path.unlink()


def torn(path: Path, notebook: dict) -> None:
    """Lose the second half: the first answers are in the other."""
    text = json.dumps(notebook)
    path.write_text(text[: len(text) // 2])


def no_notebook(path: Path, _notebook: dict) -> None:
    """Be JSON, but no notebook."""
    path.write_text('{"cells": [1, {"cell_type": 7}], "nbformat": 4}')


def linked(path: Path, _notebook: dict) -> None:
    """Link to a file of the instructor's."""
    path.with_name("stolen.py").symlink_to(ROOT / "nnlab" / "hebb.py")
    path.with_name("gone.py").symlink_to("/nowhere")


def a_folder(path: Path, _notebook: dict) -> None:
    """Be a folder where a notebook should be."""
    path.unlink()
    path.mkdir()


ODD_NOTEBOOKS = [
    copied,
    old_schema,
    not_graded,
    deleted,
    stripped,
    stripped_of_ids,
    greedy,
    renamed,
    missing,
    torn,
    no_notebook,
    linked,
    a_folder,
]

ANSWER_IS_LOST = {missing, no_notebook, a_folder}


def hand_in(course: Path, student: str, text: str, odd=None) -> None:
    """Put one submission into the course's submitted folder: module, answered notebook."""
    folder = course / "submitted" / student / LAB.id
    shutil.copytree(course / "assignments" / LAB.id, folder)
    (folder / "hebb.py").write_text(text, encoding="utf-8")
    path = folder / NOTEBOOK
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in cells(notebook, "solution"):
        cell["source"] = [ANSWER.format(student=student)]
    path.write_text(json.dumps(notebook))
    if odd is not None:
        odd(path, notebook)


def make_class(course: Path, number: int) -> dict[str, object]:
    """Fill a course with so many different submissions; return who has which odd notebook."""
    kinds = list(texts().items())
    odd = {}
    for i in range(number):
        text = kinds[i % len(kinds)][1] + (f"\n# {i}\n" if i >= len(kinds) else "")
        student = f"s{i:03}"
        how = None
        if i % 5 == 0:
            how = ODD_NOTEBOOKS[i // 5 % len(ODD_NOTEBOOKS)]
            odd[student] = how
        hand_in(course, student, text, how)
    return odd


def marks_of_gradebook(course):
    """Take every student's automatic scores from nbgrader's gradebook."""
    from nbgrader.api import Gradebook

    with (
        warnings.catch_warnings(action="ignore"),
        Gradebook(f"sqlite:///{course}/gradebook.db") as book,
    ):
        return {
            submission.student.id: {
                grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in book.assignment_submissions(LAB.id)
        }
