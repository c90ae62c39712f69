"""What there is to know about a check: what is asked, why it matters, how it is judged.

Everything is taken from where it is written once: the check, its judge, the engine's docstrings, and
the needs of the other checks.
"""

import ast
from collections.abc import Iterator
from functools import cache

from autograder.course import general
from autograder.course.catalogue import PROVIDED, engine_path, labs
from autograder.course.lab import Check, Lab
from autograder.course.reference import Function, find_function, imports
from autograder.text import listed

__all__ = ["about_check", "all_checks", "formula_of", "reference_function", "reflowed"]

SECTIONS = ("Shape:", "Args:", "Raises:", "Source:", ">>>", "Attributes:", "Returns:")
PROSE = 60
"""A line of a docstring this long was broken for its width, not for its sense."""


def all_checks() -> dict[str, tuple[Lab, Check]]:
    """List every check of the course with its lab, by id."""
    return {check.id: (lab, check) for lab in labs() for check in lab.checks.values()}


def about_check(lab: Lab, check: Check) -> list[tuple[str, str]]:
    """Say all there is to know about a check: pairs of a word and a text, in reading order."""
    rows = [
        ("points", f"{check.points} of {lab.points} in {lab.id} · {lab.title}"),
        ("asked", f"{_signature(check)}\n{_cases(check)}"),
        ("formula", reflowed(formula_of(check))),
        ("why", "\n".join(_why(lab, check))),
        ("judged", " ".join(_judged(check))),
        ("also", " ".join(general.KINDS[kind].promise for kind in lab.general_kinds(check))),
        ("needs", ", ".join(need.id for need in check.needs)),
        ("lecture", check.slides),
    ]
    return [(word, text) for word, text in rows if text]


def reflowed(text: str) -> str:
    r"""Join the lines of sentences, which may be broken again at any width; formulas stay as they are.

    >>> reflowed("y = x + 1\nz = 2 y")
    'y = x + 1\nz = 2 y'
    """
    joined: list[str] = []
    for line in text.split("\n"):
        before = joined[-1] if joined else ""
        if len(before) >= PROSE and line.strip() and "  " not in before + line.strip():
            joined[-1] = f"{before} {line.strip()}"
        else:
            joined.append(line)
    return "\n".join(joined)


def _signature(check: Check) -> str:
    """Write what is called: the check's own words for it, else the exercise with its arguments."""
    if check.call:
        return check.call
    name = check.exercise.partition(".")[2]
    function = reference_function(check.exercise)
    if function is None:
        return name
    arguments = ast.unparse(function.args).removeprefix("self").removeprefix(", ")
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"{name}({arguments}){returns}"


def _cases(check: Check) -> str:
    always, drawn = len(check.always), check.drawn
    if not drawn:
        return f"{_count(always, 'case')}, the same under every seed."
    if not always:
        return f"{_count(drawn, 'case')}, drawn from the seed."
    cases = _count(always + drawn, "case")
    return f"{cases}: {always} that {'is' if always == 1 else 'are'} always asked, {drawn} drawn from the seed."


def _judged(check: Check) -> Iterator[str]:
    yield check.judge.rule
    if chance := check.judge.chance:
        figures = f"{chance:.0e}".replace("e-0", "e-")
        yield f"Chance refuses a right answer with a probability of {figures} a case, at most."
    if check.unchanged:
        verb = "stays" if len(check.unchanged) == 1 else "stay"
        yield f"And {listed(check.unchanged)} {verb} as given, bit for bit."


def _why(lab: Lab, check: Check) -> Iterator[str]:
    """Say what the module is about, what in the lab waits for this check, and who builds on it."""
    idea = _idea(check.module)
    if idea:
        yield idea
    waiting = [other for other in lab.checks.values() if _rests_on(other, check)]
    if waiting:
        points = sum(other.points for other in waiting)
        wait = "waits" if len(waiting) == 1 else "wait"
        names = ", ".join(other.id for other in waiting)
        yield f"{_count(points, 'more point')} {wait} for it: {names}."
    users = _users_of(check.module)
    if users:
        build = "builds" if len(users) == 1 else "build"
        yield f"{listed(users)} {build} on {check.module}.py."


def _rests_on(other: Check, check: Check) -> bool:
    return any(need is check or _rests_on(need, check) for need in other.needs)


def _idea(module: str) -> str:
    """Take the first line of a module's docstring, and the paragraph below it."""
    tree = _engine(module)
    text = (ast.get_docstring(tree) or "") if tree else ""
    return " ".join(" ".join(text.split("\n\n")[:2]).split())


@cache
def _users_of(module: str) -> tuple[str, ...]:
    """List the engine's modules that import this one, with their labs, in teaching order."""
    found = []
    for lab in labs():
        for user in lab.modules:
            imported = {name for name, _ in imports(_engine(user) or ast.Module([], []))}
            if user not in {module, *PROVIDED} and f"nnlab.{module}" in imported:
                found.append(f"{user}.py ({lab.id})")
    return tuple(found)


def formula_of(check: Check) -> str:
    """Take what an exercise's docstring says between its first line and its sections; or nothing.

    A class's method without a formula of its own has its class's.
    """
    tree, function = _engine(check.module), reference_function(check.exercise)
    if tree is None or function is None:
        return ""
    owner = check.exercise.split(".")[1]
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == owner]
    texts = [ast.get_docstring(node) for node in (function, *classes)]
    return next(filter(None, (_formula(text) for text in texts if text)), "")


def _formula(docstring: str) -> str:
    paragraphs = docstring.split("\n\n")[1:]
    kept = [text for text in paragraphs if not text.lstrip().startswith(SECTIONS)]
    return "\n\n".join(kept).strip()


def reference_function(exercise: str) -> Function | None:
    """Find an exercise in the engine; None in an edition without it."""
    tree = _engine(exercise.partition(".")[0])
    try:
        return find_function(tree, exercise) if tree else None
    except LookupError:
        return None


@cache
def _engine(module: str) -> ast.Module | None:
    try:
        return ast.parse(engine_path(module).read_text(encoding="utf-8"))
    except (OSError, SyntaxError):  # an edition without the engine
        return None


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
