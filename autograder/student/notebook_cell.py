"""What the cells of a lab's notebook call: `check("hebb.update")` grades the file beside the notebook.

`figure` draws one of the lecture's figures by the student's own modules, `predict` and `observe` make an
experiment. All of them print a sentence where something is missing, so that a notebook runs to its end.

After `%load_ext autograder` a check also reloads the student's module where the notebook has loaded
it: what the next cell calls is what was graded. That runs the student's code in the student's own
kernel; the marks come from the sandbox, as always.
"""

import base64
import contextlib
import importlib
import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.course.catalogue import load_lab, owner_of
from autograder.course.lab import Lab
from autograder.errors import NnlabError, WrongUseError, needs_extra
from autograder.gallery import lecture_figures
from autograder.grading.report import Report
from autograder.grading.submission import Submission, SubmissionError
from autograder.pictures import to_png
from autograder.report.terminal import plain_text
from autograder.student.find import Place, find_places
from autograder.text import unknown

__all__ = ["check_here", "figure_here", "follow", "leave", "observe_here", "predict_here"]

_following: Any = None  # the shell whose modules a check reloads
_last: tuple[Submission, Report] | None = None  # cells in a row ask about one state of the file


def check_here(check_id: str) -> float:
    """Grade one check in this folder, show what came out, and return its points; nan if not graded.

    The whole lab is graded, so that a check counts here as it does for the mark: what it needs comes
    first.

    Raises: SubmissionError with the nearest names if there is no such check.
    """
    lab = owner_of(check_id.partition(".")[0])
    if lab is None or check_id not in lab.checks:
        names = ", ".join(lab.checks) if lab else "such as hebb.update"
        raise SubmissionError(f"There is no check {check_id!r}. The checks are {names}.")
    report = _report(lab.id)
    _show(report, check_id)
    if _following is not None:
        _reload(lab, _following.user_ns)
    points = next(r.points for r in report.results if r.check.id == check_id)
    return math.nan if points is None else float(points)


def figure_here(name: str) -> None:
    """Draw a figure of the lecture by the modules of this workspace, below the cell."""
    from autograder.student.own_figures import draw_own  # noqa: PLC0415  it needs matplotlib

    def draw() -> None:
        known = lecture_figures()
        if name not in known:
            raise WrongUseError(unknown("figure", str(name), known))
        sheet = draw_own(known[name], 0, Path.cwd(), here=False)
        words = "\n".join(filter(None, sheet.words))
        png = to_png(sheet.drawn.figure)
        if png and _is_notebook():
            display: Any = importlib.import_module("IPython.display").display
            display({"image/png": base64.b64encode(png).decode(), "text/plain": name}, raw=True)
        _say(words)

    _answered(draw)


def predict_here(name: object, value: object = ...) -> None:
    """Keep a prediction for an experiment, before it is run."""
    from autograder.student.predictions import make_prediction  # noqa: PLC0415  the cell grades as well

    _answered(lambda: _say(make_prediction(name, value, Path.cwd())))


def observe_here(name: object) -> float:
    """Run an experiment by the modules of this workspace; return the points of the machine's part."""
    from autograder.student.predictions import run_experiment  # noqa: PLC0415  the same

    points = 0.0

    def run() -> None:
        nonlocal points
        said, points = run_experiment(name, Path.cwd())
        _say(said)

    _answered(run)
    return points


def _answered(run: Callable[[], None]) -> None:
    """Run what a cell asks for; what is missing is said, and the notebook goes on."""
    try:
        with needs_extra("plots"):
            run()
    except NnlabError as error:
        _say(str(error))


def _say(text: str) -> None:
    print(text)  # noqa: T201  a program's output


def _is_notebook() -> bool:
    ipython: Any = sys.modules.get("IPython")  # where it is not loaded, there is no notebook
    return ipython is not None and ipython.get_ipython() is not None


def follow(shell: Any) -> None:
    """Give a notebook what its cells call, and let check() reload what it grades."""
    global _following  # noqa: PLW0603  one kernel, one student
    _following = shell
    calls = {
        "check": check_here,
        "figure": figure_here,
        "observe": observe_here,
        "predict": predict_here,
    }
    shell.push(calls)


def leave(shell: Any) -> None:
    """Stop reloading; check() stays, since cells may use it."""
    global _following  # noqa: PLW0603  the same
    del shell
    _following = None


def _show(report: Report, check_id: str) -> None:
    """Show the report as a page's part where there is a notebook, in words everywhere else."""
    (result,) = [result for result in report.results if result.check.id == check_id]
    then = f"The call as lines to paste: nnlab case {check_id}" if result.failing else ""
    words = plain_text(report, check_id, then)
    if not _is_notebook():
        print(words, end="")  # noqa: T201  a program's output
        return
    from autograder.report.web import to_fragment  # noqa: PLC0415  only a notebook needs it

    display: Any = importlib.import_module("IPython.display").display
    display({"text/plain": words, "text/html": to_fragment(report, check_id)}, raw=True)


def _reload(lab: Lab, names: dict[str, Any]) -> None:
    """Reload the lab's modules where they are loaded, and give old names the new functions."""
    for module in _loaded(lab):
        old = {id(value): name for name, value in vars(module).items() if callable(value)}
        with contextlib.suppress(Exception, SystemExit):  # the report has said what is wrong
            importlib.reload(module)
            for name, value in names.items():
                if id(value) in old:
                    names[name] = getattr(module, old[id(value)], value)


def _loaded(lab: Lab) -> list[ModuleType]:
    here = {_place(lab).folder / f"{module}.py" for module in lab.modules}
    files = {id(m): getattr(m, "__file__", None) for m in sys.modules.values()}
    return [m for m in [*sys.modules.values()] if files[id(m)] and Path(str(files[id(m)])) in here]


def _place(lab: Lab) -> Place:
    """Find the lab as the command does: a kernel may start in the workspace's own folder."""
    try:
        return find_places(lab.id, Path.cwd())[0]
    except SubmissionError:
        return Place(lab, Path.cwd())  # whose report says which file is missing


def _report(lab_id: str) -> Report:
    global _last  # noqa: PLW0603  one kernel, one student
    from autograder.sandbox import open_sandbox  # noqa: PLC0415  it needs a module that calls this
    from autograder.student.selfcheck import SelfCheck  # noqa: PLC0415  the same

    lab = load_lab(lab_id)
    submission = _place(lab).read()
    if _last is None or (_last[0].lab.id, _last[0].digest) != (lab_id, submission.digest):
        with open_sandbox() as sandbox:
            _last = submission, SelfCheck(None, sandbox).report(submission)
    return _last[1]
