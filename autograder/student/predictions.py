"""Predict, run, explain: what the cells of a notebook's experiment call.

`predict(NAME, value)` keeps what the student expects, before anything runs; `observe(NAME)` runs the
student's own code in the sandbox, and refuses as long as nothing is predicted. A wrong prediction costs
nothing. What is kept lies in the workspace's `.nnlab` and can be written by anybody: it serves the student.
What counts is read from the notebook that is handed in, where the cells show the same.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.course.experiments import MACHINE_POINTS, Experiment, as_number, find_experiment
from autograder.errors import NnlabError
from autograder.gallery.asked import LINES
from autograder.storage import held, keep_entries, kept_entries, state_folder
from autograder.student.own_library import NotRunError, run_own
from autograder.text import named

__all__ = ["make_prediction", "run_experiment"]

KEPT = "predictions.json"
SCHEMA = "nnlab/predictions/1"
DIGITS = 6

Entries = dict[str, dict[str, Any]]

_here: dict[Path, Entries] = {}
"""The same in this kernel's memory: a folder may be one in which nothing can be kept."""


def _is_value(value: object) -> bool:
    return value is None or type(value) in {int, float, str}


ENTRY = {
    "predicted": lambda value: _is_value(value) and value is not None,
    "at": str,
    "observed": _is_value,
    "later": _is_value,
}
"""A prediction and when it was made; what right code then gave; and what it was changed to after that."""


def make_prediction(name: object, value: object, cwd: Path) -> str:
    """Keep a prediction, and say so; once the run was seen, the first one stands.

    Raises: WrongUseError if there is no such experiment, or this is not a prediction of its kind.
    """
    _, experiment = find_experiment(name)
    predicted = experiment.prediction(value)
    with _kept(cwd) as kept:
        known = kept.get(experiment.name, {})
        first = _first(experiment, known)
        if first is not None and known["observed"] is not None:
            if predicted == first:
                return (
                    f"{experiment.name}: you predicted {shown(first)} before the run; that stands."
                )
            known["later"] = predicted
            return (
                f"{experiment.name}: the run was seen already. Your prediction of before, "
                f"{shown(first)}, stands; {shown(predicted)} is noted as changed after the run."
            )
        now = time.strftime("%Y-%m-%d %H:%M")
        kept[experiment.name] = {
            "predicted": predicted,
            "at": now,
            "observed": None,
            "later": None,
        }
    return (
        f"{experiment.name}: you predict {shown(predicted)} ({now}). "
        f'Now run observe("{experiment.name}").'
    )


def run_experiment(name: object, cwd: Path) -> tuple[str, float]:
    """Run an experiment with the student's own code; say what came out, and the machine's points.

    Raises: WrongUseError if there is no such experiment; NotRunError if nothing is predicted yet, or
        the code does not come to an end.
    """
    _, experiment = find_experiment(name)
    with _kept(cwd) as kept:
        before = dict(kept.get(experiment.name, {}))
    if _first(experiment, before) is None:
        raise NotRunError(
            f"{experiment.name}: predict first. Run the cell above with {experiment.kind} in place of "
            "the three dots; then this one. A wrong prediction costs nothing."
        )
    case = LINES.case(experiment.lines)
    result = run_own("observe", LINES, case, cwd, title=experiment.name, here=False)
    observed = result.numbers.get("observed")
    observed = observed if isinstance(observed, str) else as_number(observed)
    if observed is None or (isinstance(observed, str) and observed not in experiment.choices):
        raise NotRunError(
            f"{experiment.name}: {result.by} gave {named(repr(observed))}, where expected is "
            f"{experiment.kind}. nnlab grade says what is not right yet."
        )
    right = experiment.is_right(observed)
    if right:
        with _kept(cwd) as kept:
            kept[experiment.name] = before = {**before, "observed": observed}
    return _said(experiment, before, observed, result.by, right=right), float(
        MACHINE_POINTS if right else 0
    )


def _said(
    experiment: Experiment,
    before: Mapping[str, Any],
    observed: float | str,
    by: str,
    *,
    right: bool,
) -> str:
    first = _first(experiment, before)
    assert first is not None, "it is asked before"
    changed = before["later"]
    later = f" (changed to {shown(changed)} after the run)" if changed is not None else ""
    lines = [
        f"{experiment.name}, run by {by}",
        f"predicted  {shown(first)}{later}, {named(before['at'])}, before the run",
        f"observed   {shown(observed)}",
    ]
    if not right:
        lines.append(
            "Right code gives something else. nnlab grade says what is not right yet; then run this "
            "cell again. Your prediction stands."
        )
    elif _agree(experiment, first, observed):
        lines.append("As you predicted. Explain below why it is so.")
    else:
        lines.append(
            "Not as you predicted, which costs nothing. Explain below what makes the difference."
        )
    return "\n".join(lines)


def _agree(experiment: Experiment, predicted: float | str, observed: float | str) -> bool:
    if isinstance(predicted, str) or isinstance(observed, str):
        return predicted == observed
    return abs(predicted - observed) <= max(experiment.tolerance, 0.1 * abs(observed))


def shown(value: object) -> str:
    """Write a prediction or an observation as people do."""
    if isinstance(value, (int, float)):
        return f"{value:.{DIGITS}g}".replace("-", "−")
    return named(str(value))


def _first(experiment: Experiment, known: Mapping[str, Any]) -> float | str | None:
    """Take the kept prediction, where it is one: anybody may have written into the file."""
    try:
        return experiment.prediction(known.get("predicted", ...))
    except NnlabError:
        return None


@contextmanager
def _kept(cwd: Path) -> Iterator[Entries]:
    """Let the predictions of a workspace be read, and changed by one at a time."""
    place = state_folder(cwd) / KEPT
    with held(place.parent):
        entries = {**_here.get(place, {}), **kept_entries(place, SCHEMA, ENTRY)}
        before = {name: dict(entry) for name, entry in entries.items()}
        yield entries
        if entries != before:
            _here[place] = entries
            keep_entries(place, SCHEMA, entries)
