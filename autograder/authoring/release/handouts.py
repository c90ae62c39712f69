"""What a lab hands out: its stubs, its notebook, and a page that says what there is to do."""

import json
from pathlib import Path

from autograder.course.lab import Lab
from autograder.course.stubs import make_stub
from autograder.errors import WrongUseError

__all__ = ["HandoutError", "handout"]

EMPTY = "YOUR ANSWER HERE"
"""What nbgrader's generate step puts instead of an answer."""


class HandoutError(WrongUseError):
    """A lab has nothing fit to be handed out."""


def handout(lab: Lab, assignments: Path) -> dict[str, bytes]:
    """Make the files of one lab, by name: stubs from the engine, the notebook as it was generated.

    Raises: HandoutError if the notebook is missing or holds more than a fresh one.
    """
    stubs = {f"{module}.py": make_stub(lab, module) for module in lab.modules}
    notebook = f"{lab.id}.ipynb"
    texts = {**stubs, notebook: _notebook(assignments / lab.id / notebook), "README.md": page(lab)}
    return {name: text.encode() for name, text in sorted(texts.items())}


def _notebook(path: Path) -> str:
    """Read a generated notebook; it must be as nbgrader's generate step left it."""
    try:
        text = path.read_text(encoding="utf-8")
        cells = json.loads(text)["cells"]
        answers = [_text(cell) for cell in cells if _is_answer(cell)]
        outputs = [cell for cell in cells if cell.get("outputs")]
    except FileNotFoundError:
        raise HandoutError(
            f"{path} is missing: notebooks are generated where nbgrader and jupytext are "
            "installed. Install them with: pip install 'nnlab-course[instructor]'"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise HandoutError(f"{path} is not a notebook. Delete it and release again.") from None
    if outputs or any(answer.strip() != EMPTY for answer in answers):
        raise HandoutError(
            f"Somebody has worked in {path}: it holds answers or outputs. Move the work elsewhere, "
            "and release again."
        )
    return text


def _is_answer(cell: dict[str, dict[str, dict[str, object]]]) -> bool:
    return bool(cell["metadata"].get("nbgrader", {}).get("solution"))


def _text(cell: dict[str, object]) -> str:
    source = cell["source"]
    return "".join(source) if isinstance(source, list) else str(source)


def page(lab: Lab) -> str:
    """Write the lab's README."""
    files = " and ".join(f"`{module}.py`" for module in lab.modules)
    text = f"""# {lab.id}: {lab.title}

From the lecture: {lab.slides}.

You write {files}. Each function's docstring is its task; the notebook beside it asks more.
Every function leaves what it is given as it is and returns something new; earlier calls, other objects and
the arrays' layout in memory change nothing, and random numbers come from the `rng` that it is given.
`nnlab grade {lab.id}` says what is right, and what is not and why.
`nnlab hint CHECK` says more about a check that failed. {lab.points} points can be reached.
"""
    for exercise in lab.exercises:
        checks = [check for check in lab.checks.values() if check.exercise == exercise]
        module, _, name = exercise.partition(".")
        text += f"\n## `{name}` in `{module}.py`\n\n"
        text += "".join(f"- `{check.id}` ({check.points}): {check.title}\n" for check in checks)
    return text
