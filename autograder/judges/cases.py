"""Cases: inputs on which wrong formulas disagree.

Sizes are odd and unequal, so that a transposed array cannot fit by luck; numbers are short, so that
a person can follow the message; none is 0 or 1 where a mistake could hide behind it.
"""

from typing import Any

import numpy as np

from autograder.sandbox.codec import Seed

__all__ = ["bits", "seed", "separable", "short_numbers", "table", "truth_table"]


def table(names: str, *rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Make cases that always hold of rows of values, under names that stand once.

    >>> table("x lr", (1.5, 0.1), (2.0, 0.25))
    [{'x': 1.5, 'lr': 0.1}, {'x': 2.0, 'lr': 0.25}]
    """
    return [dict(zip(names.split(), row, strict=True)) for row in rows]


def truth_table(n_inputs: int) -> Any:
    """List all rows of zeros and ones, counting upwards; the last column changes fastest."""
    return np.indices((2,) * n_inputs).reshape(n_inputs, -1).T


def short_numbers(rng: np.random.Generator, *shape: int) -> Any:
    """Draw multiples of a quarter in ±[0.5, 3], without 1 and −1.

    Quarters are exact in binary: a student may compare by hand, and sums do not round.
    """
    sizes = rng.choice([0.5, 0.75, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0], size=shape)
    return sizes * rng.choice([-1.0, 1.0], size=shape)


def bits(rng: np.random.Generator, *shape: int) -> Any:
    """Draw zeros and ones, both of them present."""
    drawn = rng.integers(0, 2, size=shape)
    drawn.flat[:2] = 0, 1
    return drawn


def seed(rng: np.random.Generator) -> Seed:
    """Draw what becomes a generator in the sandbox."""
    return Seed(int(rng.integers(0, 2**31)))


def separable(
    rng: np.random.Generator, n_samples: int, n_features: int, margin: float
) -> tuple[Any, Any, Any]:
    """Draw points that a line separates with at least the given distance to spare.

    Returns x (n_samples, n_features), targets of 0 and 1, both present, and a separator
    (n_features + 1,) of unit length whose last entry is the bias.
    """
    while True:
        separator = rng.normal(size=n_features + 1)
        separator /= np.linalg.norm(separator)
        x = np.round(rng.uniform(-3, 3, size=(8 * n_samples, n_features)), 2)
        score = x @ separator[:-1] + separator[-1]
        sides = [np.flatnonzero(score >= margin), np.flatnonzero(score <= -margin)]
        if min(map(len, sides)) >= n_samples // 2:
            chosen = np.concatenate(
                [sides[0][: n_samples - n_samples // 2], sides[1][: n_samples // 2]]
            )
            chosen = rng.permutation(chosen)
            return x[chosen], (score[chosen] > 0).astype(int), separator
