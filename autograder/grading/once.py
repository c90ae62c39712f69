"""One cause is said once: what another check of the exercise has said, and what an earlier exercise does."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from autograder.course.reference import Function, function_in
from autograder.grading.report import CheckResult, Part

__all__ = ["AS_IN", "failing_use", "once"]

AS_IN = "As in "
"""How a hint begins that another check of the same exercise has given in full."""


def once(result: CheckResult, earlier: Sequence[CheckResult]) -> CheckResult:
    """Refer to an earlier check of the exercise for the same sentence, and for the same exception."""
    hint = next((one for one in earlier if result.hint and one.hint == result.hint), None)
    if hint:
        result = replace(result, hint=f"{AS_IN}{hint.check.id}.")
    trace = _trace(result)
    same = next((one for one in earlier if trace and _trace(one) == trace), None)
    if same:
        place = next(part for part in result.fact if part.label == "in")
        at = place.text.partition("\n")[0]
        fact = [
            part if part is not place else Part(f"{at}, as in {same.check.id}", "in")
            for part in result.fact
        ]
        result = replace(result, fact=tuple(fact))
    return result


def _trace(result: CheckResult) -> list[Part]:
    """Take what a result says of an exception: kind, words and place."""
    trace = [part for part in result.fact if part.label in {"raised", "in"}]
    return trace if len(trace) > 1 else []


def failing_use(text: str, exercise: str, wrong: Mapping[str, str]) -> str:
    r"""Say which exercises that fail as well a function uses, as far as its text shows it.

    `wrong` has for each exercise that fails a check of it.

    >>> failing_use("def f(x):\n    return g(x)", "m.f", {"m.f": "m.a", "m.g": "m.b"})
    'It uses g, which fails in m.b: this may come from there.'
    """
    function = function_in(text, exercise)
    if function is None:
        return ""
    used = set(_used(function, exercise))
    for other, check in wrong.items():
        if other != exercise and (name := _called(other)) in used:
            return f"It uses {name}, which fails in {check}: this may come from there."
    return ""


def _called(exercise: str) -> str:
    """Return the name by which other code finds an exercise: its function's, or its class's."""
    return exercise.split(".")[1]


def _used(function: Function, exercise: str) -> Iterator[str]:
    """Go through the names in a function's body, its own class left out."""
    for node in ast.walk(function):
        name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
        if name and name != _called(exercise):
            yield name
