"""McCulloch–Pitts neurons against truth tables, and against linear programmes for what they can be."""

import re
from itertools import product

import numpy as np
import pytest

from nnlab import gates
from nnlab.datasets import GATES, truth_table
from nnlab.gates import McCullochPitts, find_neuron, step, threshold_interval

TWO_INPUT_TABLES = list(product((0, 1), repeat=4))
THREE_INPUT_TABLES = list(product((0, 1), repeat=8))


def separable(table):
    """Decide by a linear programme whether some line has the ones on one side, the zeros on the other."""
    from scipy.optimize import linprog

    rows = truth_table(len(table).bit_length() - 1)
    sign = 2 * np.array(table) - 1
    # sign · (w·x − θ) ≥ 1 can be reached by scaling wherever > 0 can
    constraints = -sign[:, None] * np.column_stack([rows, -np.ones(len(rows))])
    outcome = linprog(
        np.zeros(rows.shape[1] + 1), constraints, -np.ones(len(rows)), bounds=(None, None)
    )
    assert outcome.status in {0, 2}
    return outcome.status == 0


@pytest.mark.parametrize("x", [-3.0, -0.25, 0.0, 0.25, 7, np.array([[-1.0, 0.0], [0.5, 2.0]])])
@pytest.mark.parametrize("threshold", [None, -0.25, 0.25, 2])
def test_step_fires_from_the_threshold_on(x, threshold):
    """Step is 1 where x ≥ threshold, 0 without a threshold, and keeps the shape."""
    expected = np.vectorize(lambda number: 1.0 if number >= (threshold or 0) else 0.0)(x)
    answers = step(x) if threshold is None else step(x, threshold)

    assert np.array_equal(answers, expected)
    assert answers.dtype == float


@pytest.mark.parametrize("seed", range(5))
def test_a_neuron_is_a_weighted_sum_and_a_threshold(seed):
    """The answer to each row is the definition, computed with a loop."""
    rng = np.random.default_rng(seed)
    weight, threshold = rng.integers(-3, 4, size=5), int(rng.integers(-2, 3))
    x = rng.integers(0, 2, size=(4, 3, 5))

    expected = [
        [float(sum(w * xi for w, xi in zip(weight, row, strict=True)) >= threshold) for row in rows]
        for rows in x
    ]
    assert McCullochPitts(weight, threshold)(x).tolist() == expected


def test_a_neuron_takes_a_single_row():
    """One row of inputs gets one answer without axes."""
    assert np.shape(McCullochPitts([1, -1], 1)(np.array([1, 0]))) == ()


@pytest.mark.parametrize("weight", [3.0, [[1, 2]], np.ones((2, 2))])
def test_weights_are_one_dimensional(weight):
    """Other shapes are refused with the shape that came."""
    says = f"weight must have shape (n,), got shape {np.shape(weight)}"

    with pytest.raises(ValueError, match=re.escape(says)):
        McCullochPitts(weight, 1)


def test_a_neuron_describes_itself():
    """The representation is the call that makes the neuron."""
    neuron = McCullochPitts([1, -2], 0.5)

    assert repr(neuron) == "McCullochPitts(weight=[1.0, -2.0], threshold=0.5)"
    assert repr(eval(repr(neuron))) == repr(neuron)


@pytest.mark.parametrize(
    ("neuron", "table"),
    [
        (gates.and_gate(), GATES["AND"]),
        (gates.or_gate(), GATES["OR"]),
        (gates.not_gate(), (1, 0)),
        (gates.blueberry_neuron(), GATES["AND"]),
    ],
    ids=["and", "or", "not", "blueberry"],
)
def test_a_designed_gate_has_the_lectures_table(neuron, table):
    """AND, OR, NOT and the bird's neuron answer as the lecture's tables do."""
    n_inputs = len(table).bit_length() - 1

    assert tuple(neuron(truth_table(n_inputs))) == table


@pytest.mark.parametrize("n", range(1, 9))
def test_gates_of_many_inputs_are_all_and_any(n):
    """and_gate_of(n) is `all`, or_gate_of(n) is `any`."""
    rows = truth_table(n)

    assert np.array_equal(gates.and_gate_of(n)(rows), rows.all(axis=1))
    assert np.array_equal(gates.or_gate_of(n)(rows), rows.any(axis=1))


@pytest.mark.parametrize("network", [gates.xor_product_of_sums, gates.xor_sum_of_products])
@pytest.mark.parametrize("shape", [(4, 2), (2, 2, 2), (2,)])
def test_both_networks_are_xor(network, shape):
    """Both forms answer 1 where the inputs differ, for a row and for arrays of rows."""
    x = truth_table(2)[: int(np.prod(shape)) // 2].reshape(shape)

    assert np.array_equal(network(x), x[..., 0] != x[..., 1])


def test_no_more_than_xor_and_xnor_are_beyond_one_neuron():
    """Of the 16 functions of two inputs, 14 have a neuron; XOR and XNOR have none."""
    without = [table for table in TWO_INPUT_TABLES if not separable(table)]

    assert sorted(without) == sorted([GATES["XOR"], GATES["XNOR"]])


@pytest.mark.parametrize("table", TWO_INPUT_TABLES, ids=lambda table: "".join(map(str, table)))
def test_the_search_finds_every_two_input_neuron(table):
    """On a small grid a neuron is found exactly where a line separates the outputs."""
    neuron = find_neuron(table, (-1, 0, 1), (-1.5, -0.5, 0.5, 1.5))

    assert (neuron is not None) == separable(table)
    assert neuron is None or tuple(neuron(truth_table(2))) == table


def test_the_search_finds_all_104_three_input_neurons():
    """Of the 256 functions of three inputs 104 are separable; a grid of small weights has them all."""
    grid = {"weights": range(-2, 3), "thresholds": np.arange(-3.5, 4)}
    found = {table for table in THREE_INPUT_TABLES if find_neuron(table, **grid)}

    assert found == {table for table in THREE_INPUT_TABLES if separable(table)}
    assert len(found) == 104


def test_the_search_stays_on_its_grid():
    """Where the grid is too coarse there is no answer, although a neuron exists elsewhere."""
    assert find_neuron(GATES["AND"], (-1, 0, 1), (0.5,)) is None
    assert find_neuron(GATES["AND"], (0.25, 1), (0.5,)).weight.tolist() == [0.25, 0.25]


@pytest.mark.parametrize("table", [(0, 1), (1, 0), (0, 0), (1, 1)])
def test_the_search_takes_tables_of_one_input(table):
    """A table of two rows has one input."""
    neuron = find_neuron(table, (-1, 0, 1), (-0.5, 0.5))

    assert tuple(neuron(truth_table(1))) == table


@pytest.mark.parametrize("weight", [[1, 1], [2.5, -1], [-1, -0.5], [0, 0], [1, 2, -3], [1, 1, 1]])
def test_a_threshold_interval_holds_every_threshold_that_fits(weight):
    """For every table: on a fine grid just the thresholds inside the interval have it."""
    rows = truth_table(len(weight))
    grid = np.arange(-8, 8.01, 0.25)
    tables = {t: McCullochPitts(weight, t)(rows).astype(int).tolist() for t in grid}
    for table in product((0, 1), repeat=len(rows)):
        interval = threshold_interval(weight, table)
        fitting = [t for t in grid if tables[t] == [*table]]
        if interval is None:
            assert fitting == []
        else:
            assert fitting == [t for t in grid if interval[0] < t <= interval[1]] != []
