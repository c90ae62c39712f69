"""What a hint says beyond the report: one number of the case, another case, the idea, the lecture.

The sentences are made of the failing case's own numbers, but for the question on the exercise's idea, which its
lab has. None repeats the report or the docstring, and none holds code.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.course import general
from autograder.course.lab import Check
from autograder.grading.explain import question
from autograder.grading.relations import agree
from autograder.grading.report import CheckResult, Failing
from autograder.judges.gradient import claimed_and_measured
from autograder.judges.numbers import as_reals, quietly
from autograder.judges.values import value

__all__ = ["another_case", "idea", "lecture", "one_number"]


@quietly()
def one_number(result: CheckResult) -> str:
    """Ask about one number of the answer, with the inputs that stand where it stands."""
    failing, check = result.failing, result.check
    if failing is None:
        return ""
    if result.raised_at is not None:
        file, line = result.raised_at
        return (
            f"Which value, shape and type has every name in line {line} of {file} when Python gets there? "
            f"Write down what you expect; then nnlab debug {check.id} shows what it is."
        )
    found = None if general.KIND in failing.case else _first_wrong(failing)
    if found is None:
        name = check.exercise.rpartition(".")[2]
        return (
            f"Say in your own words what {name} has to do with this case, step by step, and write down the "
            f"value after each step. Then go through it with nnlab debug {check.id}: which value is the first "
            "that differs?"
        )
    part, index, shape = found
    place = f"entry {[*map(int, index)]}" if shape else "" if part else "the number"
    of = f"part {part} of the answer" if part else ""
    is_slope = claimed_and_measured(failing.returned, failing.wanted)
    there = "" if is_slope else _there(failing.case, index, shape)
    return (
        f"Look at one number alone: {' of '.join(filter(None, [place, of]))}."
        f"{there} Work it out by hand: what must it be?"
    )


def _first_wrong(failing: Failing) -> tuple[int, tuple[int, ...], tuple[int, ...]] | None:
    """Find the first number that differs: the answer's part, counted from 1, the index, the shape."""
    pairs = [(0, failing.returned, failing.wanted)]
    if gradients := claimed_and_measured(failing.returned, failing.wanted):
        pairs = [(0, *gradients)]
    elif isinstance(failing.wanted, tuple) and isinstance(failing.returned, list | tuple):
        both = zip(failing.returned, failing.wanted, strict=False)
        pairs = [(i, mine, right) for i, (mine, right) in enumerate(both, 1)]
    for part, mine, right in pairs:
        numbers, wanted = as_reals(mine), as_reals(right)
        if numbers is None or wanted is None or numbers.shape != wanted.shape:
            continue
        wrong = np.argwhere(np.atleast_1d(~agree(numbers, wanted)))
        if len(wrong):
            index = tuple(wrong[0]) if wanted.shape else ()
            return part, index, wanted.shape
    return None


def _there(case: Mapping[str, Any], index: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """Say what the inputs are where the number stands: its row, its column or the entry itself."""
    known = []
    for name, part in case.items():
        array = as_reals(part)
        if array is None:
            continue
        if array.shape == shape[len(shape) - array.ndim :]:  # a number, too: it has no axis
            here = index[len(shape) - array.ndim :]
            known.append(f"{name} = {value(array[here] if array.ndim else part)}")
        elif shape and array.shape[:1] == shape[:1]:
            known.append(f"row {int(index[0])} of {name} = {value(array[index[0]])}")
    return f" What goes into it: {', '.join(known)}." if known else ""


def another_case(result: CheckResult) -> str:
    """Show a smaller case that fails, to be worked out by hand, or one that passes, to compare."""
    failing, check = result.failing, result.check
    if failing is None or general.KIND in failing.case:
        return ""
    if failing.smaller is not None:
        small = failing.smaller
        lines = [
            "A smaller case fails as well. Work it out by hand, then compare:",
            f"called    {question(check, small.case)}",
        ]
        if small.in_full and not check.withheld:
            lines += [f"yours     {value(small.returned)}", f"right     {value(small.wanted)}"]
        return "\n".join(lines)
    if failing.passing is not None:
        return (
            "Your answer to another case is right. What is different in the one that fails?\n"
            f"called    {question(check, failing.passing)}"
        )
    return (
        "Every case fails, so this one is not special. Call your code with the simplest input of which you know "
        "the answer, and look at what it gives."
    )


def idea(check: Check) -> str:
    """Ask what the exercise's lab asks on its idea."""
    return check.hint or (
        "Cover your code and write the docstring's sentence for this case with its numbers instead of its "
        "names. Which word of it has no line in your code?"
    )


def lecture(check: Check) -> str:
    """Say where the lecture has it."""
    return (
        f"The lecture has it under “{check.slides}”: put this case's numbers into what stands there. "
        f"How the answer is judged: nnlab explain {check.id}"
    )
