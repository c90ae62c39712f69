"""The machine's part of an experiment, from what was handed in: a prediction stands, and the run is right.

The prediction is read from the notebook's cell, and never run; the experiment is made again, with the modules that
were handed in. When the prediction was made no file can prove. So what the notebook's own cell had printed
is quoted, with its times, for the human who reads the explanation.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder import text as show
from autograder.course.catalogue import reference_for
from autograder.course.experiments import MACHINE_POINTS, Experiment, PredictionError, as_number
from autograder.course.reference import parsed
from autograder.course.stubs import make_stub
from autograder.gallery.asked import LINES, question
from autograder.grading.explain import not_written_yet, why_lost
from autograder.grading.submission import Submission
from autograder.sandbox import Sandbox, Source
from autograder.sandbox.observation import Lost, Raised, Returned

__all__ = ["Finding", "find_out", "prediction_in"]

MAX_SOURCE = 10_000
"""A cell that predicts has one line."""

MAX_QUOTED = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """What the machine found: its points, and the sentences that say why."""

    points: int
    said: str


def prediction_in(experiment: Experiment, cells: Iterable[str]) -> str | None:
    """Find what is predicted in cells of code, as it is typed; None where nothing is.

    What is computed, such as 1/4, is not run here: it counts, and a human sees it.
    """
    for cell in cells:
        for value in _values(experiment.name, cell[:MAX_SOURCE]):
            typed = ast.unparse(value)
            try:
                experiment.prediction(ast.literal_eval(value))
            except PredictionError:
                continue
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                pass
            return show.named(typed)
    return None


def _values(name: str, cell: str) -> Iterator[ast.expr]:
    """Go through the second arguments of `predict(NAME, …)`; lines of Jupyter's own are left out."""
    lines = [line for line in cell.splitlines() if not line.lstrip().startswith(("%", "!", "?"))]
    for node in ast.walk(parsed("\n".join(lines)) or ast.Module([], [])):
        match node:
            case ast.Call(
                func=ast.Name(id="predict") | ast.Attribute(attr="predict"),
                args=[ast.Constant(value=first), *more],
                keywords=keywords,
            ) if first == name:
                yield from more[:1]
                yield from (word.value for word in keywords if word.arg == "value")


def find_out(
    experiment: Experiment,
    cells: Iterable[str],
    printed: str,
    readings: Sequence[Submission],
    sandbox: Sandbox,
) -> Finding:
    """Grade the machine's part of one experiment.

    Args:
        experiment: which one.
        cells: the code in the notebook that was handed in.
        printed: what its cell that runs the experiment had printed.
        readings: what the submission's modules may be; the best of them counts.
        sandbox: where these are run.

    Raises: SandboxError if no process can be started.
    """
    quoted = f"\nIn the notebook stood:\n{show.clean(printed)[:MAX_QUOTED]}" if printed else ""
    typed = prediction_in(experiment, cells)
    if typed is None:
        said = f"{experiment.name}: no prediction stands in the notebook; expected is {experiment.kind}."
        return Finding(0, f"{said}{quoted}")
    found = [_run(experiment, submission, sandbox) for submission in readings]
    right, said = max(found, key=lambda one: one[0])
    words = f"{experiment.name}: predicted {typed}. {said}{quoted}"
    return Finding(MACHINE_POINTS if right else 0, words)


def _run(experiment: Experiment, submission: Submission, sandbox: Sandbox) -> tuple[bool, str]:
    lab = submission.lab
    stubs = {m: Source(f"{m}.py", make_stub(lab, m).encode()) for m in submission.missing}
    modules = {**stubs, **submission.sources}
    case = LINES.case(experiment.lines)
    answer = sandbox.ask(question("observe", LINES, case, modules, reference_for(lab)))
    (seen,) = answer.observations
    match seen:
        case Returned(value={"numbers": {"observed": value}}):
            return _judged(experiment, value)
        case Raised() if not_written_yet(seen):
            return False, "The run needs something that is not written yet."
        case Raised():
            return False, f"The run raised {show.named(seen.kind)}: {show.named(seen.message)}"
        case Lost():
            return False, f"The run: {why_lost(LINES.limits, seen, answer.computed)}"
    return False, "The run gave nothing that can be read."


def _judged(experiment: Experiment, value: Any) -> tuple[bool, str]:
    number = as_number(value)
    words = show.named(str(value)) if number is None else f"{number:.6g}"
    right = experiment.is_right(value)
    return right, f"Run again with the modules that were handed in it gives {words}, which is " + (
        "right." if right else "not what right code gives."
    )
