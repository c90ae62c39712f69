"""Hints as a ladder: each time it is asked, a failed check gives the next, more telling one.

The rungs are made while grading and kept in the workspace, so that hints need neither the key nor
the code: first the fact, then the idea, then the case with its numbers, at last the task's own
formula and where the lecture tells of it. No rung holds the code that would be right.
"""

import ast
import contextlib
import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.course.catalogue import engine_path
from autograder.course.lab import Check, Status
from autograder.course.reference import find_function
from autograder.grading.report import CheckResult, Report
from autograder.state import held, keep, kept_text, state_folder

__all__ = ["Hint", "HintError", "formula_of", "ladder", "next_hint", "open_hints", "remember"]

SCHEMA = "nnlab/hints/1"
KEPT = "hints.json"
LABELS = ("called    ", "returned  ", "expected  ", "raised    ", "in        ", "printed   ")
SECTIONS = ("Shape:", "Args:", "Raises:", "Source:", ">>>", "Attributes:", "Returns:")


class HintError(ValueError):
    """There is no hint to give; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One rung of a check's ladder."""

    check: str
    number: int
    of: int
    text: str


def ladder(result: CheckResult) -> list[str]:
    """Make the rungs for a failed check, from the least telling to the most."""
    check, lines = result.check, result.message.splitlines()
    case = [line for line in lines if line.startswith((*LABELS, " " * 10))]
    facts = [line for line in lines if line not in case]
    idea = result.hint or f"This is what should hold: {check.title}"
    task = formula_of(check)
    lecture = f"The lecture tells of it under “{check.slides}”."
    rungs = [
        "\n".join(facts),
        idea,
        "\n".join(case),
        "\n\n".join(filter(None, [task, lecture])),
    ]
    return [rung for rung in rungs if rung.strip()]


def formula_of(check: Check) -> str:
    """Take what an exercise's docstring says between its first line and its sections; or nothing.

    A class's method without a formula of its own has its class's.
    """
    try:
        tree = ast.parse(engine_path(check.module).read_text(encoding="utf-8"))
        texts = [ast.get_docstring(find_function(tree, check.exercise))]
    except (OSError, LookupError, SyntaxError):  # an edition without the engine
        return ""
    owner = check.exercise.split(".")[1]
    texts += [
        ast.get_docstring(node)
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == owner
    ]
    return next(filter(None, (_formula(text) for text in texts if text)), "")


def _formula(docstring: str) -> str:
    paragraphs = docstring.split("\n\n")[1:]
    kept = [text for text in paragraphs if not text.lstrip().startswith(SECTIONS)]
    return "\n\n".join(kept).strip()


def remember(reports: Iterable[Report], cwd: Path) -> None:
    """Keep the ladders of the last reports; what failed in the same way stays on its rung.

    Where nothing can be written, there are no hints: a report does not fail for that.
    """
    place = state_folder(cwd) / KEPT
    with held(place.parent):
        known = _read(place)
        for result in (result for report in reports for result in report.results):
            if result.status is Status.ERROR:
                continue
            rungs = ladder(result) if result.status is Status.FAILED else []
            before = known.get(result.check.id, {})
            known[result.check.id] = {
                "status": str(result.status),
                "rungs": rungs,
                "asked": before.get("asked", 0) if before.get("rungs") == rungs else 0,
            }
        _write(place, known)


def next_hint(name: str, cwd: Path, *, restart: bool = False) -> Hint:
    """Climb one rung on a check's ladder; the last rung is given again and again.

    Raises: HintError if there is no report, no such check, or the check did not fail.
    """
    place = state_folder(cwd) / KEPT
    if not _read(place):
        raise HintError("There is no report to give hints on. Run nnlab grade first.")
    with held(place.parent):
        return _climb(name, place, restart=restart)


def _climb(name: str, place: Path, *, restart: bool) -> Hint:
    known = _read(place)
    full = next((id_ for id_ in known if name in {id_, id_.partition(".")[2]}), None)
    if full is None:
        failed = [id_ for id_, entry in known.items() if entry["rungs"]]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise HintError(
            f"The last report has no check {name!r}. {meant}"
            + (f"What failed is {', '.join(failed)}." if failed else "Nothing failed in it.")
        )
    entry = known[full]
    if not entry["rungs"]:
        state = "passed" if entry["status"] == Status.PASSED else "was not asked"
        raise HintError(f"{full} {state} in the last report: there is no hint to give.")
    number = min(1 if restart else entry["asked"] + 1, len(entry["rungs"]))
    entry["asked"] = number
    _write(place, known)
    return Hint(full, number, len(entry["rungs"]), entry["rungs"][number - 1])


def open_hints(cwd: Path) -> list[tuple[str, int, int]]:
    """List what failed in the last reports: the check, how many hints were taken, how many there are.

    Raises: HintError if there is no report.
    """
    known = _read(state_folder(cwd) / KEPT)
    if not known:
        raise HintError("There is no report to give hints on. Run nnlab grade first.")
    return [(id_, e["asked"], len(e["rungs"])) for id_, e in known.items() if e["rungs"]]


def _read(place: Path) -> dict[str, Any]:
    """Read what is kept; what is not as we wrote it counts as nothing."""
    try:
        plain = json.loads(kept_text(place))
        if plain["schema"] != SCHEMA:
            return {}
        return {str(id_): entry for id_, entry in plain["checks"].items() if _is_entry(entry)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and entry.keys() == {"status", "rungs", "asked"}
        and isinstance(entry["asked"], int)
        and entry["asked"] >= 0
        and isinstance(entry["rungs"], list)
        and all(isinstance(rung, str) for rung in entry["rungs"])
    )


def _write(place: Path, known: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):
        keep(place, json.dumps({"schema": SCHEMA, "checks": known}))
