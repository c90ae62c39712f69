"""Is a lab sound? What it owes its students, asked of the lab itself.

The course's own tests ask it of every lab, and `nnlab lab verify` of a lab that somebody is writing, which
may stand in the folder of another package.
"""

import ast
import contextlib
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.authoring.proof.survey import survey_lab
from autograder.authoring.proof.work import graded
from autograder.course.catalogue import (
    GROUP,
    PROVIDED,
    UnknownLabError,
    checks_path,
    engine_path,
    find_lab,
    invite,
    is_guest,
    load_lab,
    reference_for,
    why_no_guest,
)
from autograder.course.lab import Lab
from autograder.course.reference import imports, task_of
from autograder.course.solutions import SolutionError, load_mistakes, load_valid
from autograder.course.stubs import make_stub
from autograder.errors import WrongUseError
from autograder.grading.key import AnswerKey, RecordingError, get_key
from autograder.sandbox import Sandbox
from autograder.storage import decoded

__all__ = [
    "GuestError",
    "faults",
    "faults_in_grading",
    "faults_in_writing",
    "imports_of",
    "labs_of",
]

FEWEST_MISTAKES = 3
"""An exercise with fewer known mistakes names hardly any of those that students make."""


class GuestError(WrongUseError):
    """A folder is not a package of labs; the message says what is missing."""


def labs_of(target: str) -> list[Lab]:
    """Find the lab of this name, or the labs of the package in this folder.

    Raises: UnknownLabError for an unknown name; GuestError for a folder without labs.
    """
    folder = Path(target)
    if not (folder / "pyproject.toml").exists():
        try:
            return [find_lab(target)]
        except UnknownLabError:
            if not folder.is_dir():
                raise
    modules = _named_in(folder / "pyproject.toml")
    sys.path.insert(0, str(folder.resolve()))
    invite(modules)
    return [load_lab(lab_id) for lab_id in sorted(modules)]


def _named_in(path: Path) -> dict[str, str]:
    """Read which labs a package brings.

    Raises: GuestError if it brings none.
    """
    try:
        project = tomllib.loads(decoded(path.read_bytes()))["project"]
        modules = project["entry-points"][GROUP]
    except FileNotFoundError:
        raise GuestError(
            f"{path.parent} is not a package of labs: it has no {path.name}."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GuestError(f"{path} is not TOML: {error}.") from None
    except (KeyError, TypeError):
        raise GuestError(
            f'{path} names no labs. Under [project.entry-points."{GROUP}"] write, for each, '
            'lab20_name = "package.lab20_name".'
        ) from None
    if not isinstance(modules, dict) or not modules:
        raise GuestError(f'{path} names no labs under [project.entry-points."{GROUP}"].')
    refused = next(filter(None, map(why_no_guest, map(str, modules))), "")
    if refused:
        raise GuestError(f"{path}: {refused}")
    return {str(lab_id): str(module) for lab_id, module in modules.items()}


def faults(lab: Lab, sandbox: Sandbox) -> list[str]:
    """List what is wrong with a lab, a sentence each; grading is tried once it is written whole."""
    return [*faults_in_writing(lab)] or [*faults_in_grading(lab, sandbox)]


def faults_in_writing(lab: Lab) -> Iterator[str]:
    """Go through what can be seen without running anything."""
    yield from _faults_of_exercises(lab)
    yield from _faults_of_checks(lab)
    yield from _faults_of_modules(lab)
    if is_guest(lab):
        yield from _faults_of_guests(lab)


def _faults_of_exercises(lab: Lab) -> Iterator[str]:
    try:
        mistakes = [mistake.exercise for mistake in load_mistakes(lab)]
        for valid in load_valid(lab):
            with contextlib.suppress(LookupError, SyntaxError):  # of the module: said below
                valid.texts()
    except SolutionError as error:
        yield f"What is known of answers does not fit: {error}"
        return
    for exercise in lab.exercises:
        try:
            docstring = task_of(exercise)
        except (OSError, SyntaxError, LookupError) as error:
            yield f"{exercise} cannot be found: {error}."
            continue
        if not docstring.partition("\n")[0].endswith((".", ":")):
            yield f"The task of {exercise} must begin with a sentence."
        if ">>>" not in docstring:
            yield f"The task of {exercise} needs an example, after >>>."
        if exercise.count(".") == 1 and "Source: " not in docstring:
            yield f"The task of {exercise} needs a Source: the lecture's heading, or a paper."
        if not sum(check.points for check in lab.checks.values() if check.exercise == exercise):
            yield f"{exercise} carries no points: give it a check."
        if mistakes.count(exercise) < FEWEST_MISTAKES:
            yield (
                f"{exercise} has {mistakes.count(exercise)} known mistakes; "
                f"write at least {FEWEST_MISTAKES}."
            )


def _faults_of_checks(lab: Lab) -> Iterator[str]:
    if not lab.checks:
        yield "It has no check."
    for check in lab.checks.values():
        if not check.slides:
            yield f"{check.id} names no heading of the lecture."
        if not check.title.endswith("."):
            yield f"The promise of {check.id} must be a sentence: {check.title!r}."
        if check.points < 0:
            yield f"{check.id} is worth {check.points} points."


def _faults_of_modules(lab: Lab) -> Iterator[str]:
    """Find imports of anything but numpy, Python's own modules, and what earlier labs wrote."""
    known = {f"nnlab.{name}" for name in (*PROVIDED, *reference_for(lab), *lab.modules)}
    allowed = known | {"numpy", *sys.stdlib_module_names}
    for module in lab.modules:
        try:
            names = imports_of(engine_path(module))
        except (OSError, SyntaxError):
            continue  # its exercises cannot be found, which has been said
        for name in sorted(names):
            if name not in allowed and name.partition(".")[0] not in allowed:
                yield f"{module}.py imports {name}, which is neither numpy nor of an earlier lab."


def _faults_of_guests(lab: Lab) -> Iterator[str]:
    """Find imports that the sandbox does not have: a guest's checks travel there as one text."""
    path = checks_path(lab)
    for name in sorted(imports_of(path)):
        if name.partition(".")[0] not in {"numpy", "autograder", *sys.stdlib_module_names}:
            yield (
                f"{path.name} imports {name}. Checks of a package are one "
                "file, which imports numpy, autograder and Python's own modules alone."
            )


def imports_of(path: Path) -> set[str]:
    """Collect what a file imports: packages, and the engine's modules as nnlab.module."""
    return {module for module, _ in imports(ast.parse(path.read_text(encoding="utf-8")))}


def faults_in_grading(lab: Lab, sandbox: Sandbox) -> Iterator[str]:
    """Grade the stub, the reference and every known mistake, and say what does not come out."""
    try:
        key = get_key(lab, 0, sandbox)
    except RecordingError as error:
        yield str(error)
        return
    yield from (
        f"The reference fails {failed}."
        for failed in _with_verdict(lab, {}, key, sandbox, "failed")
    )
    stub = {module: make_stub(lab, module).encode() for module in lab.modules}
    yield from (
        f"The stub passes {passed}, though nothing is written yet."
        for passed in _with_verdict(lab, stub, key, sandbox, "passed")
    )
    for valid in load_valid(lab):
        for failed in _with_verdict(lab, valid.texts(), key, sandbox, "failed"):
            yield f"A right answer is refused by {failed}: {valid.exercise}, {valid.form}."
    for outcome in survey_lab(lab, key, sandbox):
        if outcome.verdict == "not caught":
            yield f"No check fails for the mistake {outcome.mistake}."
        elif outcome.verdict != "own":
            called = ", ".join(" | ".join(names) or "nothing" for names in outcome.named)
            yield f"The mistake {outcome.mistake} comes back as {called}, not under its own name."


def _with_verdict(
    lab: Lab, texts: Mapping[str, bytes], key: AnswerKey, sandbox: Sandbox, unwanted: str
) -> list[str]:
    """Grade the reference with some modules replaced; name the checks with the unwanted verdict."""
    return [r.check.id for r in graded(lab, texts, key, sandbox) if r.status == unwanted]
