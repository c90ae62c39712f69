"""The fact of a failed check, in parts: called, returned, expected; or raised; or lost."""

import ast
import errno
import re
from collections.abc import Mapping
from typing import Any

from autograder import text as show
from autograder.course import general
from autograder.course.lab import Check
from autograder.course.reference import function_in, task_of
from autograder.grading.report import Fact, Part
from autograder.grading.syntax import foreign_syntax, newer_syntax
from autograder.judges import values
from autograder.judges.finding import FORGOT, TOO_WILLING, Finding
from autograder.judges.refusal import is_refusal
from autograder.sandbox.inside import PYTHON
from autograder.sandbox.limits import Limits
from autograder.sandbox.observation import Lost, Observation, Raised, Returned
from autograder.sandbox.scratch import MOST_MB

__all__ = ["explain", "not_written", "not_written_yet", "why_lost"]

OUT_OF_REACH = (
    "Code that is graded may compute, and write small files in its own folder. Other files, "
    "programs, processes, threads and the network are out of its reach."
)
NO_FILE = "Code that is graded finds no file but those that it writes itself: only the lab's modules are handed in."
NO_ACCOUNT = (
    "Code that is graded runs as nobody whom the system knows; getpass.getuser() has a name."
)
NO_USER = {
    "getpwuid": NO_ACCOUNT,
    "getpwnam": NO_ACCOUNT,
    "getgrgid": NO_ACCOUNT,
    "getgrnam": NO_ACCOUNT,
    "environ": "Code that is graded has few variables of the environment, such as HOME, PATH and USER. "
    "os.environ.get(name, default) has an answer everywhere.",
}
"""Where code asks for somebody who is not there, what there is instead."""
NO_THREAD = "can't start new thread"  # Python's own words
NO_SPACE = f"[Errno {errno.ENOSPC}]"
TOO_MANY_FILES = f"It wrote more files than it may, {MOST_MB} MB in all."
WAY_WITHOUT = (
    " Either what stands behind a `return` is None, or a way through the function ends without one."
)
LITTLE_CPU = 1.0
"""Seconds: code that needs no more of them than this waits for something."""
MAX_PRINTED = 400
MAX_FOREIGN = 2000  # of a message: the sandbox sends no more, unless somebody has patched it


def explain(
    check: Check,
    case: Mapping[str, Any],
    observed: Observation,
    expected: Any,
    finding: Finding | None,
    printed: str,
    *,
    imported: bool = True,
    seen: str = "",
    source: str = "",
    computed: float | None = None,
) -> Fact:
    """Say what was asked, what the code did, what it should have done, and what is `seen` in it.

    `source` is the module's text, `computed` the CPU time in seconds.
    """
    asked = (
        Part(question(check, case), "called")
        if imported
        else Part(f"{check.module}.py", "imported")
    )
    match observed:
        case Returned():
            assert finding
            parts = [
                asked,
                Part(finding.returned or values.value(observed.value, expected), "returned"),
                Part(finding.expected or values.value(expected, observed.value), "expected"),
                Part(_about_none(finding.detail, check.exercise, source, observed.value)),
                Part(_task_of_refusal(check) if is_refusal(expected) else seen),
            ]
        case Raised():
            parts = _raised(check, asked, observed)
            if imported and is_refusal(expected) and any(p.label == "raised" for p in parts):
                parts += [
                    Part("a ValueError", "expected"),
                    Part(TOO_WILLING),
                    Part(_task_of_refusal(check)),
                ]
        case Lost(reason="missing"):
            parts = [Part(_clean(observed.detail))]
        case Lost():
            parts = [asked, Part(why_lost(check.limits, observed, computed))]
    if printed.strip():
        text = show.clean(printed.strip()[:MAX_FOREIGN])
        parts.append(
            Part(text if len(text) <= MAX_PRINTED else f"{text[:MAX_PRINTED]} …", "printed")
        )
    return tuple(part for part in parts if part.text)


def _task_of_refusal(check: Check) -> str:
    """Quote what the task says must be refused: it says what is wrong with the question."""
    try:
        task = task_of(check.exercise)
    except (OSError, SyntaxError, LookupError):
        return ""
    found = re.search(r"^Raises: (ValueError .+(?:\n +\S.*)*)", task, re.MULTILINE)
    return f"Its task: {' '.join(found[1].split())}" if found else ""


def _about_none(detail: str, exercise: str, source: str, value: Any) -> str:
    """Ask for a missing `return` only where the function's text may lack one."""
    if FORGOT not in detail or not source:
        return detail
    kept = detail.replace(FORGOT, "")
    function = function_in(source, exercise)
    if function is None:
        return kept
    if isinstance(function.returns, ast.Constant):  # None: what is looked at is something else
        return kept
    returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    if any(isinstance(part, ast.Constant) and part.value is None for part in returned):
        return kept
    if not any(returned):
        return detail
    return f"{kept}{WAY_WITHOUT}" if value is None else kept


def question(check: Check, case: Mapping[str, Any]) -> str:
    """Write the question as the student would type it."""
    if general.KIND in case:
        asked = question(check.asked(case), case["cases"][0])
        return f"{asked}{general.KINDS[case[general.KIND]].after}"
    name = check.exercise.partition(".")[2]
    return values.call(check.call or f"{name}({', '.join(case)})", case)


def not_written_yet(observation: Observation) -> bool:
    """Return whether this is a stub that nobody has touched yet."""
    return isinstance(observation, Raised) and observation.kind == "NotImplementedError"


def not_written(check: Check) -> Fact:
    """Say that this exercise is still a stub."""
    return (Part(f"Not written yet: {check.exercise.partition('.')[2]}."),)


def _raised(check: Check, asked: Part, error: Raised) -> list[Part]:
    """Reword the exceptions whose cause is known; else show exception and line."""
    message = _clean(error.message)
    where = f"{_clean(error.file)}, line {values.value(error.line)}" if error.file else ""
    line = f"\n{_clean(error.source)}" if error.source else ""
    match error.kind:
        case "NotImplementedError":
            return [*not_written(check)]
        case "SyntaxError" | "IndentationError" | "TabError":
            file = _clean(error.file) or f"{check.module}.py"
            invalid = f"{file} is not valid {PYTHON}, with which this is graded: {message}"
            if error.line and f"line {error.line}" not in message:
                invalid = f"{invalid} (line {values.value(error.line)})"
            known = newer_syntax(error.source) or foreign_syntax(error.source)
            return [Part(f"{invalid}{line}"), Part(known)]
        case "ModuleNotFoundError" | "ImportError":
            place = f" in {where}" if where else ""
            return [Part(f"An import failed{place}: {message}.{line}")]
        case "AttributeError" if error.missing:
            names = " and ".join(map(_clean, error.near[:2]))
            near = f" It does have {names}: is that it?" if names else ""
            return [Part(f"{check.module}.py has no {_clean(error.missing)}.{near}")]
        case "SystemExit":
            place = where or "its top level"
            return [asked, Part(f"The code ended the program (exit) at {place}.{line}")]
        case "EOFError":
            waits = f"The code waits for input at {where}; nobody can type here."
            return [asked, Part(f"{waits}{line}")]
        case "BdbQuit":
            stops = f"The code stops for a debugger at {where}; nobody can type here."
            return [asked, Part(f"{stops}{line}")]
        case "MemoryError":
            return [
                asked,
                Part(f"It needs more than {check.limits.memory_mb} MB of memory."),
                Part(where),
            ]
    name = check.exercise.rpartition(".")[2]
    unfit = f"The answer of {name} cannot be used like this. Has it the right type?"
    return [
        asked,
        Part(f"{_clean(error.kind)}: {message}".rstrip(": "), "raised"),
        Part(f"{where}{line}" if where else "", "in"),
        Part(_refused(error) or ("" if where else unfit)),
    ]


def _refused(error: Raised) -> str:
    """Say what the sandbox keeps from code that is graded, if this is what it met."""
    if error.kind in {"PermissionError", "BlockingIOError"} or error.message == NO_THREAD:
        return OUT_OF_REACH
    if error.kind == "FileNotFoundError":
        return NO_FILE
    if error.kind in {"URLError", "gaierror"}:
        return OUT_OF_REACH
    if error.kind == "NameError" and "get_ipython" in error.message:
        return foreign_syntax("get_ipython")
    if error.kind == "KeyError":
        asks = next((name for name in NO_USER if name in error.message + error.source), "")
        return NO_USER[asks] if asks else ""
    full = error.kind == "OSError" and error.message.startswith(NO_SPACE)
    return TOO_MANY_FILES if full else ""


def _clean(text: str) -> str:
    """Make text that the submission chose harmless, and keep it in bounds."""
    return show.clean(text[:MAX_FOREIGN])


def why_lost(limits: Limits, lost: Lost, computed: float | None) -> str:
    """Say why no answer came back."""
    match lost.reason:
        case "cpu":
            return f"It used more than {limits.cpu_seconds} s of CPU time and was stopped: a loop that never ends, or one that is slow."
        case "wall":
            waited = _clean(lost.detail) or f"{limits.wall_seconds:g}"
            said = f"It gave no answer within {waited} s and was stopped."
            if computed is None or computed < LITTLE_CPU:
                return f"{said} Does it wait for something?"
            return f"{said} It computed for {computed:.0f} s of them: it is slow, or never ends."
        case "size":
            return f"Its answer is too large to hand over. {_clean(lost.detail)}".strip()
        case "disk":
            return f"{TOO_MANY_FILES[:-1]}, and was stopped."
        case "processes":
            return "It started more processes or threads than it may and was stopped."
        case "noise":
            return (
                "Its answer cannot be read: something else was written into the grader's channel."
            )
        case "exit":
            return "The code ended its own process before it answered."
    detail = f": {_clean(lost.detail)}" if lost.detail else ""
    return f"The code crashed its process{detail}."
