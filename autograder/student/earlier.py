"""What a check depends on in the student's edition: the student's own modules of earlier labs.

The instructor's edition puts the reference there, so that each lab is marked by itself. A student
has no reference: a check may go wrong although the lab that it belongs to is right. So a failure that
depends on earlier work which is not right yet is not judged, and the report says what comes first.
"""

import ast
import importlib
import inspect
import symtable
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from autograder.course.catalogue import engine_path, owner_of
from autograder.course.lab import Check, Lab, Status
from autograder.course.reference import ALL, imports, parsed
from autograder.grading.report import CheckResult, Report
from autograder.grading.submission import Submission
from autograder.grading.verdict import First
from autograder.sandbox import Source

__all__ = ["depends_on", "earlier_first", "imported", "only_needed", "own_additions"]

PACKAGE = "nnlab"


def earlier_first(
    lab: Lab, missing: Mapping[str, str], report_of: Callable[[Lab], Report]
) -> First:
    """Make the function that blames earlier work.

    `missing` has the reason why an earlier module is not there; `report_of` grades an earlier lab,
    and is called only where a failure depends on it.
    """

    def first(check: Check, sources: Mapping[str, Source]) -> str | None:
        for owner, module, names in _owned(check, sources):
            if owner.id >= lab.id:
                continue
            start = f"Not judged: it depends on your {module}.py of {owner.id}"
            if module in missing:
                return f"{start}, which cannot be used. {missing[module]} Write that file first."
            wrong = [r.check.id for r in report_of(owner).results if _is_wrong(r, module, names)]
            if wrong:
                more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
                return (
                    f"{start}, where {wrong[0]}{more} {'do' if more else 'does'} not pass yet. "
                    f"First: nnlab grade {owner.id}"
                )
        return None

    return first


def _is_wrong(result: CheckResult, module: str, names: set[str]) -> bool:
    """Return whether a check of one of a module's named exercises does not pass."""
    owner, name = result.check.exercise.split(".")[:2]
    used = owner == module and (name in names or ALL in names)
    return used and result.status in {Status.FAILED, Status.SKIPPED}


def _owned(check: Check, sources: Mapping[str, Source]) -> list[tuple[Lab, str, set[str]]]:
    """List what a check depends on with its labs, in teaching order: what is first comes first."""
    needed = depends_on(check, sources)
    found = [(owner_of(module), module) for module in needed]
    owned = [(owner, module, needed[module]) for owner, module in found if owner is not None]
    return sorted(owned, key=lambda item: (item[0].id, item[0].modules.index(item[1])))


def depends_on(check: Check, sources: Mapping[str, Source]) -> dict[str, set[str]]:
    """Map the engine's modules that a check uses to the names that are used of them.

    Used is what the check's body asks, and what the sources import, directly or through others.
    """
    used: dict[str, set[str]] = {check.module: {ALL}}
    waiting = [check.module]

    def use(found: Iterable[tuple[str, str]]) -> None:
        for module, name in found:
            if module not in used:
                waiting.append(module)
            used.setdefault(module, set()).add(name)

    use(_asked(check))
    while waiting:
        module = waiting.pop()
        if module in sources:
            use(imported(sources[module].text))
    return used


def only_needed(submission: Submission) -> Submission:
    """Leave out the earlier files that no check of the lab depends on: they change none of its reports."""
    sources = submission.sources
    needed = {m for check in submission.lab.checks.values() for m in depends_on(check, sources)}
    kept = {module: source for module, source in submission.earlier.items() if module in needed}
    return replace(submission, earlier=kept)


def imported(text: bytes) -> Iterator[tuple[str, str]]:
    """Go through what a source imports of the engine; one that is not Python imports nothing."""
    tree = parsed(text)
    for module, name in imports(tree) if tree else ():
        is_relative = module.startswith(".") and not module.startswith("..")
        package, _, inner = (PACKAGE + module if is_relative else module).partition(".")
        if package == PACKAGE and inner:
            yield inner.partition(".")[0], name


def own_additions(submission: Submission) -> Iterator[str]:
    """Say what a lab takes from the student's earlier files and would not find in the course's."""
    for module, text in submission.texts.items():
        wanted = {*imported(text), *_looked_up(text)}
        for place, name in sorted(wanted):
            owner = owner_of(place)
            if owner is None or place not in submission.earlier:
                continue
            course = _defined(engine_path(place).read_bytes())
            if name in _defined(submission.earlier[place].text) - course:
                yield (
                    f"{name} is your own, in {owner.id}; the mark is made with the course's {place}.py: "
                    f"copy it into {module}.py."
                )


def _looked_up(text: bytes) -> Iterator[tuple[str, str]]:
    """Go through the names that a source looks up in the engine's modules: activations.relu."""
    try:
        tree = ast.parse(text)
        used = [name.split(".") for name in _names(tree)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            of = f"{node.module or PACKAGE}." if isinstance(node, ast.ImportFrom) else ""
            known |= {alias.asname: f"{of}{alias.name}" for alias in node.names if alias.asname}
            known |= {alias.name: f"{of}{alias.name}" for alias in node.names if of}
    for first, *rest in used:
        path = [*known.get(first, first).split("."), *rest]
        if path[0] == PACKAGE and len(path) > 2:
            yield path[1], path[2]


def _defined(text: bytes) -> set[str]:
    """List the names that a module gives at its top level; one that is not Python gives none."""
    try:
        table = symtable.symtable(text.decode(), "", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {symbol.get_name() for symbol in table.get_symbols() if symbol.is_local()}


def _asked(check: Check) -> Iterator[tuple[str, str]]:
    """Go through what a check's body asks of the student, itself or in functions that it calls."""
    functions = _functions(check.ask.__module__)
    waiting, seen = [check.ask.__name__], set()
    while waiting:
        name = waiting.pop()
        if name not in functions or name in seen:
            continue
        seen.add(name)
        for used in (found for line in functions[name].body for found in _names(line)):
            student, *path = used.split(".")
            if student != "student":
                waiting.append(student)
            elif path:
                yield path[0], path[1] if len(path) > 1 else ALL


@cache
def _functions(module: str) -> Mapping[str, ast.FunctionDef]:
    source = inspect.getsource(importlib.import_module(module))
    return {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}


def _names(node: ast.AST) -> Iterator[str]:
    """Go through the names in a piece of code, with the attributes that follow: student.hebb.train."""
    match node:
        case ast.Name() | ast.Attribute(value=ast.Name() | ast.Attribute()):
            yield ast.unparse(node)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _names(child)
