"""What a hint says beyond the report: one number of the case, another case, the formula's terms, the lecture.

The sentences are made of the failing case's own numbers. None repeats the report or the docstring, and
none holds code.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from autograder.course import general
from autograder.course.lab import Check
from autograder.grading.explain import question
from autograder.grading.relations import agree
from autograder.grading.report import CheckResult, Failing
from autograder.judges.numbers import as_reals, quietly
from autograder.judges.values import value
from autograder.student.check_info import formula_of

__all__ = ["another_case", "lecture", "one_number", "terms"]

SUM = re.compile(r" [+−] ")
PRODUCT = re.compile(r" ?· ?| ?/ ?")
SIDES = re.compile(r" (?:=|←|≥|≤|~) ")
BRACKETS = re.compile(r"\([^()]*\)")


@quietly()
def one_number(result: CheckResult) -> str:
    """Ask about one number of the answer, with the inputs that stand where it stands."""
    failing, check = result.failing, result.check
    if failing is None:
        return ""
    if result.raised_at is not None:
        file, line = result.raised_at
        return (
            f"What have all names in line {line} of {file} for values, shapes and types when it is "
            f"reached? Write them down first; then paste nnlab case {check.id} and print them."
        )
    found = None if general.KIND in failing.case else _first_wrong(failing)
    if found is None:
        name = check.exercise.rpartition(".")[2]
        return (
            f"Before you read your code again: say aloud what {name} has to do with this case, step by "
            f"step. Then paste nnlab case {check.id} and print: at which step does the first value differ?"
        )
    part, index, shape = found
    place = f"entry {[*map(int, index)]}" if shape else "the number"
    place = f"{place} of part {part}" if part else place
    there = _there(failing.case, index, shape)
    return (
        f"Take one number of the answer alone, {place}.{there} What must it be, worked out by hand?"
    )


def _first_wrong(failing: Failing) -> tuple[int, tuple[int, ...], tuple[int, ...]] | None:
    """Find the first number that differs: the answer's part, counted from 1, the index, the shape."""
    pairs = [(0, failing.returned, failing.wanted)]
    if isinstance(failing.wanted, tuple) and isinstance(failing.returned, list | tuple):
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
    """Say what the inputs are where the number stands: entry for entry, or row for row."""
    same, rows = [], []
    for name, part in case.items():
        array = as_reals(part)
        if array is None:
            continue
        if array.shape == shape or not array.shape:
            same.append(f"{name} is {value(array[index] if array.shape else part)}")
        elif shape and array.shape[:1] == shape[:1]:
            rows.append(f"row {int(index[0])} of {name} is {value(array[index[0]])}")
    known = " and ".join([*rows, *same])
    return f" There {known}." if known else ""


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
            "Another case is answered rightly. What does the one that fails have that this one lacks?\n"
            f"called    {question(check, failing.passing)}"
        )
    return (
        "Every case fails: nothing about this one is special. Begin with the simplest input that you can answer in "
        "your head, and see what your code makes of it."
    )


def terms(check: Check) -> str:
    """Count the terms or factors of the task's formula, to be looked for one by one."""
    for line in formula_of(check).splitlines():
        sides = SIDES.split(line.partition("   ")[0].strip())
        if len(sides) < 2:
            continue
        bare = sides[1]
        while BRACKETS.search(bare):
            bare = BRACKETS.sub("", bare)
        for pattern, what in ((SUM, "terms"), (PRODUCT, "factors")):
            number = len(pattern.split(bare))
            if number > 1:
                return (
                    f"The first formula of the docstring has {number} {what} on its right side. Work each "
                    "out for this case, one below the other. Which of them does your code leave out, take "
                    "twice, or turn round?"
                )
    return (
        "Cover your code and write the docstring's sentence for this case with its numbers instead of its "
        "names. Which word of it has no line in your code?"
    )


def lecture(check: Check) -> str:
    """Say where the lecture has it."""
    return (
        f"The lecture has it under “{check.slides}”. Put this case's numbers into what stands there, and "
        f"nnlab explain {check.id} says how the answer is judged."
    )
