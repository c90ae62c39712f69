"""Mutants of the exercises' bodies, made by cosmic-ray's operators.

A mutant is the reference with one small change in one body. A good check fails for all of them but
those that are right all the same. What is left out, and why:

- shifts and bitwise operators: between floats they only raise, which any check catches;
- `is` instead of `==` and the like: what it answers is Python's affair, not the body's;
- cosmic-ray's VariableReplacer and VariableInserter: they draw random numbers;
- changes within a message: its words are free;
- mutants that are the same program as another.
"""

import ast
import itertools
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from hashlib import sha256
from typing import Any

from autograder.course.lab import Lab
from autograder.course.reference import body_in, reference_text, with_body
from autograder.sandbox import Source

__all__ = ["Mutant", "mutants_of"]

ARITHMETIC = ("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow")
COMPARISONS = ("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE")
SINGLE = (
    "AddNot",
    "NumberReplacer",
    "ReplaceAndWithOr",
    "ReplaceBreakWithContinue",
    "ReplaceComparisonOperator_Is_IsNot",
    "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceContinueWithBreak",
    "ReplaceFalseWithTrue",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_USub",
    "ZeroIterationForLoop",
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one body."""

    exercise: str
    operator: str
    right: str
    """The line as it is."""
    wrong: str
    """The line as the mutant has it."""
    source: Source

    @property
    def module(self) -> str:
        """The engine module that is changed."""
        return self.exercise.partition(".")[0]

    @property
    def id(self) -> str:
        """A name that stays the same as long as the mutated module does."""
        return sha256(self.exercise.encode() + self.source.text).hexdigest()[:24]


def mutants_of(lab: Lab) -> Iterator[Mutant]:
    """Make all mutants of a lab's exercises, exercise by exercise, each program once.

    Raises: ModuleNotFoundError without cosmic-ray, which is in the extra `prove`.
    """
    for exercise in lab.exercises:
        module = exercise.partition(".")[0]
        text = reference_text(module)
        body = textwrap.dedent(body_in(text, exercise))
        known = {_program(body)}
        for operator, mutated in _mutated(body):
            program = _program(mutated)
            if program is None or program in known:
                continue
            known.add(program)
            source = Source(f"{module}.py", with_body(text, exercise, mutated).encode())
            yield Mutant(exercise, operator, *_difference(body, mutated), source)


def _mutated(body: str) -> Iterator[tuple[str, str]]:
    from cosmic_ray.ast import ast_nodes, get_ast  # noqa: PLC0415  an extra
    from cosmic_ray.mutating import mutate_code  # noqa: PLC0415  an extra

    nodes = list(ast_nodes(get_ast(body)))  # most operators have no place in a body
    for name, operator in _operators():
        places = [place for node in nodes for place in operator().mutation_positions(node)]
        for occurrence in range(len(places)):
            yield name, mutate_code(body, operator(), occurrence)


@cache
def _operators() -> tuple[tuple[str, Any], ...]:
    from cosmic_ray.plugins import get_operator  # noqa: PLC0415  an extra

    from autograder.authoring.proof.operators import OPERATORS  # noqa: PLC0415  it imports cosmic-ray

    names = [
        *(f"ReplaceBinaryOperator_{a}_{b}" for a, b in itertools.permutations(ARITHMETIC, 2)),
        *(f"ReplaceComparisonOperator_{a}_{b}" for a, b in itertools.permutations(COMPARISONS, 2)),
        *SINGLE,
    ]
    own = ((operator.__name__, operator) for operator in OPERATORS)
    return (*((name, get_operator(f"core/{name}")) for name in names), *own)


class _Wordless(ast.NodeTransformer):
    """Takes the words out of messages: texts in the arguments of an exception."""

    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        if isinstance(node.exc, ast.Call):
            node.exc.args = []
        return node


def _program(body: str) -> str | None:
    """Give the syntax tree as text, without places and messages; None if it is not Python."""
    try:
        tree = ast.parse("def body():\n" + textwrap.indent(body, "    "))
        compile(tree, "mutant", "exec")
    except (SyntaxError, SyntaxWarning):
        return None
    return ast.dump(_Wordless().visit(tree))


def _difference(right: str, wrong: str) -> tuple[str, str]:
    """Give the lines that differ, each side on one line."""
    old, new = right.splitlines(), wrong.splitlines()
    changes = [
        c for c in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if c[0] != "equal"
    ]
    (start, end), (begin, stop) = (
        (changes[0][1], changes[-1][2]),
        (changes[0][3], changes[-1][4]),
    )
    return (
        " ".join(line.strip() for line in old[start:end]),
        " ".join(line.strip() for line in new[begin:stop]),
    )
