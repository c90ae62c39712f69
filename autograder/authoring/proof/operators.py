"""Operators that cosmic-ray has not: no statement, no argument, another `+=`, no `.T`, a mean for a sum.

They speak its language, so that its visitor applies them like its own. Each is a usual one: the
literature calls the first SDL, mutmut has the next two, and the others are what students do.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import parso
from cosmic_ray.operators.operator import Example, Operator
from parso.python.tree import PythonLeaf

__all__ = [
    "DeleteArgument",
    "DeleteStatement",
    "DropTranspose",
    "OPERATORS",
    "ReplaceAugmented",
    "ReplaceSum",
]

Position = tuple[tuple[int, int], tuple[int, int]]

SIMPLE = {"expr_stmt", "return_stmt", "raise_stmt", "assert_stmt", "del_stmt", "atom_expr"}
AUGMENTED = {"+=": ("-=", "="), "-=": ("+=", "="), "*=": ("/=", "="), "/=": ("*=", "=")}
SUMS = {"sum": "mean", "mean": "sum"}
COMPOUND = {"if_stmt", "for_stmt", "while_stmt", "with_stmt", "try_stmt"}


def _leaf(text: str, at: PythonLeaf) -> Any:
    """Write text instead of a node, with the space that stood before it."""
    leaf = parso.parse(text)
    leaf.get_first_leaf().prefix = at.get_first_leaf().prefix
    return leaf


class DeleteStatement(Operator):
    """Replace a statement by `pass`."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        """Yield the statement if it is one."""
        if (
            node.type == "simple_stmt" and node.children[0].type in SIMPLE
        ) or node.type in COMPOUND:
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Replace it by `pass`."""
        del index
        return _leaf("pass\n", node)

    @classmethod
    def examples(cls) -> Sequence[Example]:
        """Show one."""
        return (Example("x = 1\n", "pass\n"),)


class DeleteArgument(Operator):
    """Leave an argument of a call out."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        """Yield each argument of a call."""
        for argument in _arguments(node):
            yield argument.start_pos, argument.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Write the call without its argument number `index`."""
        kept = [argument for i, argument in enumerate(_arguments(node)) if i != index]
        text = ", ".join(argument.get_code(include_prefix=False) for argument in kept)
        return _leaf(f"({text})", node)

    @classmethod
    def examples(cls) -> Sequence[Example]:
        """Show two."""
        return (Example("f(x, y)", "f(y)"), Example("f(x, y=1)", "f(x)", occurrence=1))


def _arguments(node: Any) -> list[Any]:
    """List the arguments of a call; none if the node is not a call."""
    if node.type != "trailer" or node.children[0] != "(" or len(node.children) != 3:
        return []
    inside = node.children[1]
    if inside.type == "arglist":
        return [child for child in inside.children if child != ","]
    return [inside]


class ReplaceAugmented(Operator):
    """Replace `+=` by `-=` and by `=`, and so on."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        """Yield the operator once for each that takes its place."""
        if node.type == "operator":
            for _ in AUGMENTED.get(node.value, ()):
                yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Replace it by another one."""
        return _leaf(AUGMENTED[node.value][index], node)

    @classmethod
    def examples(cls) -> Sequence[Example]:
        """Show two."""
        return (Example("x += 1", "x -= 1"), Example("x += 1", "x = 1", occurrence=1))


class DropTranspose(Operator):
    """Leave a `.T` out."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        """Yield each `.T`."""
        if node.type == "trailer" and node.get_code(include_prefix=False) == ".T":
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Leave it out."""
        del index
        return _leaf("", node)

    @classmethod
    def examples(cls) -> Sequence[Example]:
        """Show one."""
        return (Example("x.T @ y", "x @ y"),)


class ReplaceSum(Operator):
    """Replace a sum by a mean, and a mean by a sum."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        """Yield the name of the method or function."""
        if node.type != "name" or node.value not in SUMS:
            return
        around = node.get_previous_leaf(), node.get_next_leaf()
        if [leaf and leaf.value for leaf in around] == [".", "("]:
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Replace it by the other one."""
        del index
        return _leaf(SUMS[node.value], node)

    @classmethod
    def examples(cls) -> Sequence[Example]:
        """Show two."""
        return (Example("x.sum(axis=0)", "x.mean(axis=0)"), Example("np.mean(x)", "np.sum(x)"))


OPERATORS: tuple[type[Operator], ...] = (
    DeleteStatement,
    DeleteArgument,
    ReplaceAugmented,
    DropTranspose,
    ReplaceSum,
)
