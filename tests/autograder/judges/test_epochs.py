"""The judges of stochastic descent accept every order of the examples, and refuse what is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.judges.epochs import (
    draws_orders,
    steps_by_example,
    visits_each_once,
)
from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from tests.plain_data import PLAIN, evidence

N, EPOCHS, LR = 14, 4, 0.2


def case_of(seed):
    """Draw a case as lab 6 does."""
    rng = np.random.default_rng(seed)
    return {
        "x": rng.normal(size=3),
        "slopes": rng.uniform(0.3, 2, size=(N, 3)),
        "centres": rng.normal(0, 3, size=(N, 3)),
        "lr": LR,
        "epochs": EPOCHS,
    }


CASE = case_of(0)


def walk(case, orders, *, lr=LR, stale=False, start=0.0):
    """Walk from example to example in the given orders."""
    path = [np.array(case["x"]) + start]
    for order in orders:
        began = path[-1]
        for i in order:
            at = began if stale else path[-1]
            path.append(path[-1] - lr * case["slopes"][i] * (at - case["centres"][i]))
    return np.array(path)


def new_orders(seed):
    """Draw an order for each epoch."""
    rng = np.random.default_rng(seed)
    return [rng.permutation(N) for _ in range(EPOCHS)]


def runs(path, again, other):
    """Make the evidence of three runs."""
    return {
        name: walk(CASE, orders)
        for name, orders in (("path", path), ("again", again), ("other", other))
    }


@pytest.mark.parametrize("seed", range(20))
def test_any_order_is_right(seed):
    """Whatever the order, each step is explained, and each example visited once."""
    case = case_of(seed)
    path = walk(case, new_orders(seed + 1))

    assert steps_by_example(case, path, None) is None
    assert visits_each_once(case, path, None) is None
    assert steps_by_example(case, path.tolist(), None) is None


def test_no_order_of_many_thousand_is_refused():
    """In 2,000 walks of new cases, more than 40,000 steps, none is refused."""
    for seed in range(2000):
        case = case_of(seed)
        path = walk(case, new_orders(seed))

        assert steps_by_example(case, path, None) is None
        assert visits_each_once(case, path, None) is None


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (None, "It is None, where a path is expected. Is a `return` missing?"),
        ("path", "It is a string, where a path is expected."),
        (np.zeros((EPOCHS * N, 3)), "The shape is (56, 3), where (57, 3) is expected."),
        (np.full((EPOCHS * N + 1, 3), np.nan), "The path has entries that are not finite."),
        (walk(CASE, new_orders(0), start=0.1), "The path begins at"),
        (walk(CASE, new_orders(0), lr=-LR), "Update 1, from"),
        (walk(CASE, new_orders(0), lr=LR * (1 + 1e-6)), "Update 1, from"),
        (walk(CASE, new_orders(0), stale=True), "Update 2, from"),
    ],
    ids=["none", "text", "short", "nan", "start", "ascent", "rate", "stale"],
)
def test_a_step_that_no_example_explains_is_told(path, says):
    """The first thing that is not right makes the message."""
    assert steps_by_example(CASE, path, None).detail.startswith(says)


def test_an_example_twice_in_an_epoch_is_told():
    """Drawing with replacement leaves examples out."""
    finding = visits_each_once(CASE, walk(CASE, [[*range(N)], [0, 1, 1, *range(3, N)]] * 2), None)

    assert finding.detail == "Epoch 2 takes example 1 2 times, and never takes 2."


def test_a_new_order_from_the_generator_is_right():
    """Equal generators give equal orders, others others."""
    assert draws_orders(CASE, runs(new_orders(1), new_orders(1), new_orders(2)), None) is None


@pytest.mark.parametrize(
    ("observed", "says"),
    [
        (runs([range(N)] * EPOCHS, [range(N)] * EPOCHS, [range(N)] * EPOCHS), "Every epoch takes"),
        (runs(new_orders(1)[:1] * 4, new_orders(1)[:1] * 4, new_orders(2)), "Every epoch takes"),
        (
            runs([*new_orders(1)[:3], new_orders(1)[0][::-1]], new_orders(1), new_orders(2)),
            "Epoch 4 has the order of epoch 1",
        ),
        (
            runs([*new_orders(1)[:3], np.roll(new_orders(1)[1], 5)], new_orders(1), new_orders(2)),
            "Epoch 4 has the order of epoch 2",
        ),
        (runs(new_orders(1), new_orders(2), new_orders(3)), "Two runs whose generators are in the"),
        (runs(new_orders(1), new_orders(1), new_orders(1)), "Two runs with different generators"),
        ({"path": None}, "It is a dict with path, where three paths are expected."),
    ],
)
def test_orders_that_are_not_the_generators_are_told(observed, says):
    """One shuffle, a generator of one's own and the global one are told apart."""
    assert draws_orders(CASE, observed, None).detail.startswith(says)


def test_orders_of_the_generator_are_never_refused():
    """In 1,000 draws of three runs none is refused; the bound is 5e-9."""
    for seed in range(1000):
        observed = runs(new_orders(seed), new_orders(seed), new_orders(seed + 1))

        assert draws_orders(CASE, observed, None) is None


@pytest.mark.parametrize("seed", range(5))
def test_right_walks_have_one_fingerprint(seed):
    """The order of the examples leaves no trace in it."""
    one, other = (draws_orders.fingerprint(CASE, walk(CASE, new_orders(s))) for s in (0, seed))

    assert equal({}, one, other) is None


def test_wrong_walks_have_fingerprints_of_their_own():
    """Climbing, another rate, stale slopes, repeats and no shuffle are told apart."""
    prints = [
        draws_orders.fingerprint(CASE, walk(CASE, new_orders(3), **how))
        for how in ({}, {"lr": -LR}, {"lr": LR / N}, {"stale": True}, {"start": 1.0})
    ]
    prints += [
        draws_orders.fingerprint(CASE, walk(CASE, orders))
        for orders in ([range(N)] * EPOCHS, [[0] * N] * EPOCHS)
    ]

    for i, one in enumerate(prints):
        assert all(equal({}, one, other) is not None for other in prints[:i])


def test_a_walk_that_follows_all_examples_is_known_by_its_first_step():
    """One update an epoch has another shape, and begins along the mean gradient."""
    gradient = (CASE["slopes"] * (CASE["x"] - CASE["centres"])).mean(axis=0)
    whole = np.array([CASE["x"] - k * LR * gradient for k in range(EPOCHS + 1)])
    ends = walk(CASE, new_orders(0))[::N]

    assert draws_orders.fingerprint(CASE, whole)["whole"]
    assert not draws_orders.fingerprint(CASE, ends)["whole"]


PATHS = st.one_of(
    PLAIN,
    hnp.arrays(float, (EPOCHS * N + 1, 3)),
    hnp.arrays(float, st.tuples(st.integers(0, 4), st.just(3))),
    st.builds(lambda seed: walk(CASE, new_orders(seed)), st.integers(0, 99)),
)
RUNS = st.one_of(PATHS, evidence(path=PATHS, again=PATHS, other=PATHS))


@given(RUNS)
@settings(max_examples=300, deadline=None)
def test_any_plain_data_is_judged(observed):
    """No path whatever makes a judge raise or warn."""
    for judge in (steps_by_example, visits_each_once, draws_orders):
        assert isinstance(judge(CASE, observed, None), Finding | None)


@given(RUNS, RUNS)
@settings(max_examples=200, deadline=None)
def test_fingerprints_are_total(one, other):
    """Any plain data has a fingerprint that can be compared with any other."""
    finding = equal({}, draws_orders.fingerprint(CASE, one), draws_orders.fingerprint(CASE, other))

    assert isinstance(finding, Finding | None)
