"""Checks of lab 14: Hopfield networks (bonus)."""

import copy

import numpy as np

from autograder import pictures
from autograder.course.lab import Lab, shown
from autograder.judges.attractor import arrives, rests, wanders
from autograder.judges.cases import seed, short_numbers, table
from autograder.judges.evidence import attempt
from autograder.judges.refusal import returns_or_refuses
from autograder.sandbox.codec import Seed

lab = Lab(
    "lab14_hopfield",
    title="Hopfield networks (bonus)",
    slides="Short History",
    exercises={
        "hopfield.store": "Short History",
        "hopfield.energy": "Short History",
        "hopfield.recall": "Short History",
    },
    hints={
        "hopfield.store": (
            "Store one pattern of three units on paper. How large is the table, what stands on "
            "its diagonal, and which entries change when a second pattern comes?"
        ),
        "hopfield.energy": (
            "Two units have a weight of 1 between them. What is the energy while they agree, and "
            "what while they do not? How often does your sum count the pair?"
        ),
        "hopfield.recall": (
            "Two units have a weight of −1 between them, and both are at +1. What happens if both "
            "look at the same moment, round after round, and what if the second looks only after "
            "the first has changed?"
        ),
    },
)


def signs(rng, *shape):
    """Draw −1 and +1, both of them present."""
    drawn = rng.choice([-1, 1], size=shape)
    drawn.flat[:2] = -1, 1
    return drawn


def memories(rng):
    """Draw an odd number of patterns, fewer than units, as integers or floats."""
    patterns = signs(rng, int(rng.choice([3, 5])), int(rng.choice([7, 9])))
    return {"patterns": patterns.astype(rng.choice(["int64", "float64"]))}


def many_memories(rng):
    """Draw one pattern 135 times and a few others, as integers that hold no more than 127."""
    patterns = np.concatenate([np.repeat(signs(rng, 1, 5), 135, axis=0), signs(rng, 4, 5)])
    return {"patterns": patterns.astype(np.int8)}


weights = shown(picture=pictures.entries("Weights between the units"))


@lab.check(
    "hopfield.store",
    points=4,
    draw=memories,
    cases=4,
    always=[
        {"patterns": np.array([[1, -1, 1], [1, 1, 1]])},
        {"patterns": np.array([[1, -1, -1, 1]])},
        {"patterns": np.array([[1, 1, 1]])},
    ],
)
@weights
def store(student, patterns):
    """store sums p pᵀ over the patterns, and leaves the diagonal 0."""
    return student.hopfield.store(patterns)


@lab.check("hopfield.store", draw=many_memories, cases=2, needs=[store])
@shown(
    "store(patterns), its numbers of type int8",
    picture=pictures.entries("Weights between the units"),
)
def store_many(student, patterns):
    """store counts right beyond 127, however small the integers that hold the patterns."""
    return student.hopfield.store(patterns)


def spoilt_memories(rng):
    """Draw patterns with numbers among them that are not −1 or +1."""
    patterns = signs(rng, 3, 5).astype(float)
    patterns[rng.integers(0, 3), rng.integers(0, 5)] = rng.choice([0.5, -2.0, 3.0])
    return {"patterns": patterns}


@lab.check(
    "hopfield.store",
    draw=spoilt_memories,
    always=[
        {"patterns": np.array(rows)}
        for rows in (
            [[1, 0, 1], [0, 0, 1]],
            [[1.0, -1.0, 0.5]],
            [[1.0, -1.0, np.nan]],
            [[2.0, 0.0, 0.0, 0.0]],  # its squares have the sum of four right ones
        )
    ],
    judge=returns_or_refuses,
    needs=[store],
)
def store_refuses(student, patterns):
    """store raises ValueError for numbers other than −1 and +1."""
    return attempt(lambda: student.hopfield.store(patterns))


def symmetric(rng, units):
    """Draw symmetric weights of both signs with a zero diagonal."""
    upper = np.triu(short_numbers(rng, units, units), 1)
    return upper + upper.T


def net_and_state(rng):
    """Draw a network and a state whose energy is not 0, so that its sign shows."""
    while True:
        units = int(rng.choice([5, 7]))
        weight, state = symmetric(rng, units), signs(rng, units)
        if abs(state @ weight @ state) > 1 and abs(weight.sum() - state @ weight @ state) > 1:
            return {"weight": weight, "state": state.astype(rng.choice(["int64", "float64"]))}


@lab.check(
    "hopfield.energy",
    points=4,
    draw=net_and_state,
    cases=5,
    always=table(
        "weight state",
        (np.array([[0.0, 2.0], [2.0, 0.0]]), np.array([1, -1])),
        (np.zeros((3, 3)), np.array([1.0, -1.0, 1.0])),
    ),
)
def energy(student, weight, state):
    """energy is −½ sᵀ W s, one number."""
    return student.hopfield.energy(weight, state)


def damaged(rng):
    """Draw three memories and a damaged one, which every order of the units repairs.

    Each unit's sum has the memory's sign by more than all the flipped units can take away, so the
    first update of every unit is right.
    """
    units, flips = 61, 4
    while True:
        patterns = signs(rng, 3, units)
        weight = (patterns.T @ patterns).astype(float)
        np.fill_diagonal(weight, 0)
        memory = patterns[rng.integers(0, 3)]
        flipped = rng.choice(units, flips, replace=False)
        pull = memory * (weight @ memory) - 2 * np.abs(weight[:, flipped]).sum(axis=1)
        if pull.min() > 0:
            state = memory.copy()
            state[flipped] *= -1
            return {"weight": weight, "state": state, "rng": seed(rng)}


RECALL = "recall(weight, state, rng=rng)"
recalled = shown(RECALL, picture=pictures.patterns)
FOUR_UNITS = {
    "weight": np.array([[0.0, 1, -1, -1], [1, 0, -1, -1], [-1, -1, 0, 1], [-1, -1, 1, 0]]),
    "state": np.array([1, 1, 1, -1]),
    "rng": Seed(0),
}


@lab.check("hopfield.recall", points=3, draw=damaged, always=[FOUR_UNITS])
@recalled
def repairs(student, weight, state, rng):
    """recall finds a stored pattern again from a damaged one."""
    return student.hopfield.recall(weight, state, rng=rng)


def chain(rng, links=6):
    """Draw a chain in which each unit can follow only after the one before it has changed.

    Units 0 and 1 hold each other; the bonds from there on grow weaker. Only the order of the chain
    would be done in one round: 1 of 720. The units are shuffled, and half of all signs turned.
    """
    units = links + 2
    bonds = np.array([3.0 * units, *np.arange(links, 0, -1)])
    weight = np.zeros((units, units))
    weight[np.arange(units - 1), np.arange(1, units)] = bonds
    weight += weight.T
    order, turned = rng.permutation(units), signs(rng, units)
    state = np.array([1.0, 1.0] + [-1.0] * links)
    return {
        "weight": (weight * np.outer(turned, turned))[np.ix_(order, order)],
        "state": (state * turned)[order],
        "rng": seed(rng),
    }


LONG_CHAIN = chain(np.random.default_rng(6), links=150)
"""About 90 rounds bring it to rest: a fixed number of rounds or picks does not."""


@lab.check(
    "hopfield.recall",
    points=2,
    draw=chain,
    cases=4,
    always=[LONG_CHAIN],
    judge=arrives,
    needs=[repairs],
)
@recalled
def goes_on(student, weight, state, rng):
    """recall goes round and round until a whole round changes nothing."""
    return student.hopfield.recall(weight, state, rng=rng)


def with_silent_units(rng):
    """Draw one memory in five units, and four more units, of both signs, that hear nothing."""
    pattern, units = signs(rng, 5), rng.permutation(9)
    weight = np.zeros((9, 9))
    weight[:5, :5] = np.outer(pattern, pattern) - np.eye(5)
    state = np.concatenate([pattern, [1, -1, 1, -1]])
    return {"weight": weight[np.ix_(units, units)], "state": state[units], "rng": seed(rng)}


@lab.check("hopfield.recall", draw=with_silent_units, cases=2, needs=[repairs])
@recalled
def silent_units(student, weight, state, rng):
    """A unit whose sum is 0 stays as it is."""
    return student.hopfield.recall(weight, state, rng=rng)


RIVALS = np.kron(np.eye(3), [[0.0, -1.0], [-1.0, 0.0]])
"""Three pairs of units; each pair wants to differ, so of two equal ones the first one changes."""


def crowded(rng):
    """Draw a network with no memory in particular, and a state that cannot stay.

    Each unit hears eleven odd eighths, whose sum is never 0: another check asks about silent units.
    """
    while True:
        upper = np.triu((2 * rng.integers(-12, 12, (12, 12)) + 1) / 8, 1)
        weight, state = upper + upper.T, signs(rng, 12)
        if (state * (weight @ state) < 0).any():
            return {"weight": weight, "state": state, "rng": seed(rng)}


def rivals(rng):
    """Draw the generator of several recalls."""
    return {"weight": RIVALS, "state": np.ones(6), "rng": seed(rng), "recalls": 12}


RESTLESS = [
    {"weight": RIVALS, "state": np.ones(6), "rng": Seed(1)},
    chain(np.random.default_rng(5)),  # no one round brings it to rest
]


@lab.check("hopfield.recall", draw=crowded, always=RESTLESS, judge=rests, needs=[repairs])
@shown(RECALL)
def comes_to_rest(student, weight, state, rng):
    """recall ends where no unit wants to change, and never higher in energy than it began."""
    return student.hopfield.recall(weight, state, rng=rng)


@lab.check("hopfield.recall", draw=rivals, cases=1, judge=wanders, needs=[comes_to_rest])
@shown("recall(weight, state, rng=rng), many times, and as often with an equal rng")
def random_order(student, weight, state, rng, recalls):
    """The order of the units is random, and comes from rng alone."""
    ends, again = (
        [student.hopfield.recall(weight, state.copy(), rng=one) for _ in range(recalls)]
        for one in (rng, copy.deepcopy(rng))
    )
    return {"ends": ends, "again": again}


def damaged_floats(rng):
    """Draw the same, the state in floats: what is copied as integers need not be as floats."""
    drawn = damaged(rng)
    return drawn | {"state": drawn["state"].astype(float)}


@lab.check(
    "hopfield.recall",
    draw=damaged_floats,
    cases=1,
    always=[FOUR_UNITS],
    needs=[repairs],
    unchanged=["weight", "state"],
)
@recalled
def recall_keeps_state(student, weight, state, rng):
    """recall leaves the state that it is given as it was."""
    return student.hopfield.recall(weight, state, rng=rng)


def unfit(rng):
    """Draw weights with a small fault: one bond that goes one way only, or a unit that hears itself."""
    weight = symmetric(rng, 5)
    i, j = rng.choice(5, 2, replace=False)
    if rng.integers(0, 2):
        weight[i, j] += 0.25
    else:
        weight[i, i] = 0.5
    return {"weight": weight, "state": signs(rng, 5), "rng": seed(rng)}


@lab.check(
    "hopfield.recall",
    draw=unfit,
    cases=2,
    always=table(
        "weight state rng",
        (np.array([[0.0, 1.0], [0.5, 0.0]]), np.array([1, 1]), Seed(2)),
        (np.array([[1.0, 1.0], [1.0, 0.0]]), np.array([1, 1]), Seed(3)),
    ),
    judge=returns_or_refuses,
    needs=[repairs],
)
@shown(RECALL)
def recall_refuses(student, weight, state, rng):
    """recall raises ValueError unless the weights are symmetric with a zero diagonal."""
    return attempt(lambda: student.hopfield.recall(weight, state, rng=rng))
