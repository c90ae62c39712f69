"""What is visible between wrong numbers and right ones: said if it holds in every case, else not."""

import numpy as np
import pytest

from autograder.grading.relations import relation

RNG = np.random.default_rng(0)
TABLES = [RNG.normal(2, 1, size=(4, 3)), RNG.normal(-1, 2, size=(5, 3))]
NUMBERS = [np.array(3.5), np.array(-2.0), np.array(0.25)]
ROWS = [RNG.normal(size=4), RNG.normal(size=6)]
BINARY = [np.array([0.0, 1.0, 1.0]), np.array([1.0, 0.0])]
SIDE = [np.array([[1.0, 2.0, 4.0], [8.0, 3.0, 5.0], [7.0, 6.0, 9.0]])]


def swapped(right):
    """Exchange the first two entries."""
    mine = right.copy()
    mine.flat[[0, 1]] = mine.flat[[1, 0]]
    return mine


def without_first(right):
    """Put 0 in the place of the first entry."""
    mine = right.copy()
    mine.flat[0] = 0.0
    return mine


FACTS = [
    (TABLES, lambda r: 2 * r, "Every entry is twice as large as expected."),
    (TABLES, lambda r: r / 2, "Every entry is half as large as expected."),
    (TABLES, lambda r: -r, "Every entry is the negative of what is expected."),
    (TABLES, lambda r: 3 * r, "Every entry is 3 times what is expected."),
    (TABLES, lambda r: 1.00001 * r, "Every entry is 1.00001 times what is expected."),
    (
        TABLES,
        lambda r: r / (1 + len(r) * 1e-6),
        "In each case every entry is off by one factor, but not by the same: 0.999996, 0.999995.",
    ),
    (TABLES, lambda r: r / -7, "Every entry is −1/7 times what is expected."),
    (NUMBERS, lambda r: 2 * r, "It is twice as large as expected."),
    (TABLES, lambda r: r + 1.5, "Every entry is off by the same amount, 1.5."),
    (
        TABLES,
        lambda r: r / len(r),
        "In each case every entry is off by one factor, but not by the same: 1/4, 1/5.",
    ),
    (
        TABLES,
        lambda r: r + np.array([1.0, -2.0, 0.5]),
        "Every row is off by the same amounts, one for each column.",
    ),
    (TABLES, np.trunc, "What stands behind the decimal point is cut off."),
    (TABLES, np.zeros_like, "Every entry is 0, where other numbers are expected."),
    (BINARY, lambda r: 1 - r, "Every 0 is a 1, and every 1 a 0."),
    (TABLES, np.abs, "The sizes are right, but not all signs are."),
    (TABLES, np.square, "Every entry is the square of what is expected."),
    ([np.abs(t) for t in TABLES], np.sqrt, "Every entry is the square root of what is expected."),
    (NUMBERS, np.reciprocal, "It is the reciprocal of what is expected."),
    (TABLES, np.transpose, "It is the transpose of what is expected."),
    (SIDE, np.transpose, "It is the transpose of what is expected."),
    (
        TABLES,
        lambda r: r[None],
        "The numbers are right, but the shape has an axis of length 1 too many.",
    ),
    (
        [t.sum(axis=0) for t in TABLES],
        lambda r: np.stack([r - 1, np.ones_like(r)]),
        "Added up over its first axis it would be what is expected.",
    ),
    (TABLES, np.ravel, "The right numbers are there, in the right order, but in another shape."),
    (TABLES, swapped, "The right numbers are there, in another order."),
    (
        TABLES,
        lambda r: np.vstack([r[:1], 1 + r[1:] ** 2]),
        "The first row is right in every case, and the second is wrong.",
    ),
    (TABLES, np.exp, "Every entry is the exponential of what is expected."),
    ([np.abs(t) for t in TABLES], np.log, "Every entry is the logarithm of what is expected."),
    (TABLES, lambda r: r[::-1], "Its rows are those of what is expected, the last one first."),
    (TABLES, np.fliplr, "Its columns are those of what is expected, the last one first."),
    (ROWS, lambda r: r[::-1], "Its entries are those of what is expected, the last one first."),
    (TABLES, lambda r: r[[1, 0, *range(2, len(r))]], "The right rows are there, in another order."),
    (TABLES, lambda r: r[:, [1, 0, 2]], "The right columns are there, in another order."),
    (
        TABLES,
        lambda r: r[:1].repeat(len(r), axis=0),
        "Its rows are all equal: each is the first one of what is expected.",
    ),
    (
        ROWS,
        lambda r: np.full_like(r, r[-1]),
        "Its entries are all equal: each is the last one of what is expected.",
    ),
    (
        TABLES,
        lambda r: np.vstack([0 * r[:1], r[:-1]]),
        "It is one step late: each row but the first is what is expected one row before.",
    ),
    (
        ROWS,
        lambda r: np.append(r[1:], 9.0),
        "It is one step early: each entry but the last is what is expected one entry later.",
    ),
    (
        TABLES,
        lambda r: r.cumsum(axis=0),
        "Its rows are sums: each is all rows of what is expected so far, added up.",
    ),
    (
        ROWS,
        lambda r: np.diff(r, prepend=0.0),
        "Its entries, added up from the first on, would be what is expected.",
    ),
    (TABLES, lambda r: r.sum(axis=0), "It is what is expected, added up over its first axis."),
    (TABLES, lambda r: r.mean(axis=1), "It is what is expected, averaged over its last axis."),
    (TABLES, np.mean, "It is what is expected, averaged."),
    (TABLES, lambda r: r[1:], "It is what is expected, without its first row."),
    (
        TABLES,
        lambda r: np.vstack([r, 0 * r[:1]]),
        "Without its last row it would be what is expected.",
    ),
    (TABLES, without_first, "What is wrong is 0 and should not be; all other entries are right."),
]


@pytest.mark.parametrize(("right", "change", "said"), FACTS)
def test_a_relation_that_holds_in_every_case_is_said(right, change, said):
    """Each relation is recognised on answers that were made by it."""
    assert relation([(change(r), r) for r in right]) == said


@pytest.mark.parametrize(("right", "change", "said"), FACTS)
def test_a_relation_that_one_case_contradicts_is_not_said(right, change, said):
    """One case more that the relation does not explain, and it is no fact any more."""
    other = RNG.normal(size=right[0].shape)

    assert relation([*((change(r), r) for r in right), (other**3 + 0.1, other)]) != said


@pytest.mark.parametrize(("right", "change", "said"), FACTS)
def test_a_relation_that_one_number_contradicts_is_not_said(right, change, said):
    """One entry that is off by a thousandth of the largest, and it is no fact any more."""
    answers = [np.array(change(r), dtype=float) for r in right]
    answers[-1].flat[[0, -1]] += 1e-3 * np.abs(right[-1]).max()

    assert relation([*zip(answers, right, strict=True)]) != said


@pytest.mark.parametrize(
    "pairs",
    [
        [(np.array([2.0, 2.0]), np.array([1.0, 1.0]))],  # a factor, or an offset: who could tell
        [(np.array(4.0), np.array(2.0))],  # one number proves no relation
        [],
        [(np.array([]), np.array([]))],
        [(np.array([1.0, np.nan]), np.array([1.0, 2.0]))],
        [(np.array([1.0, 2.0]), np.array([1.0, np.inf]))],
        [(np.array([1e308, -1e308]), np.array([-1e-308, 1e308]))],
        [(np.zeros((0, 3)), np.zeros((2, 3)))],
    ],
)
def test_too_little_says_nothing(pairs):
    """Few numbers, equal numbers and numbers that are not finite show no relation."""
    assert relation(pairs) == ""
