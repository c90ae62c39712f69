"""Hebb's rule against the lecture's tables (as its errata correct them) and against theory."""

from itertools import product

import numpy as np
import pytest

from nnlab.datasets import GATES, truth_table
from nnlab.hebb import decision_line, hebb_step, predict, separating_plane, to_bipolar, train

# The lecture's order of rows: (1, 1) first.
BINARY = truth_table(2)[::-1]
BIPOLAR = 2 * BINARY - 1
AND = np.array(GATES["AND"][::-1])
XOR_LIKE = {GATES["XOR"], GATES["XNOR"]}
TABLES = [table for table in product((0, 1), repeat=4) if table not in XOR_LIKE]


@pytest.mark.parametrize("dtype", [int, float, bool])
def test_bipolar_data_has_minus_one_for_zero(dtype):
    """0 becomes −1, 1 stays 1, for integers, floats and booleans."""
    x = np.array([[0, 1, 1], [1, 0, 0]])

    assert np.array_equal(to_bipolar(x.astype(dtype)), np.where(x == 1, 1, -1))


def test_bipolar_data_is_new():
    """The array that was given keeps its zeros."""
    x = np.array([0, 1])
    to_bipolar(x)

    assert x.tolist() == [0, 1]


@pytest.mark.parametrize("seed", range(5))
def test_a_step_is_the_product_of_input_and_target(seed):
    """Weights change by x·target, the bias as if its input were 1; arguments stay as they were."""
    rng = np.random.default_rng(seed)
    weight, x = rng.normal(size=(2, 4))
    bias, target = rng.normal(size=2)
    kept = weight.copy(), x.copy()

    new_weight, new_bias = hebb_step(weight, bias, x, target)

    assert np.allclose(np.append(new_weight, new_bias) - [*weight, bias], [*x * target, target])
    assert np.array_equal([weight, x], kept)


def test_binary_and_learns_from_the_first_pair_only():
    """The lecture's table for 0/1 data: (1 1 1) after the first pair, and after every other."""
    assert train(BINARY, AND).tolist() == [[0, 0, 0], *[[1, 1, 1]] * 4]


def test_bipolar_targets_alone_do_not_help():
    """With 0/1 inputs and ±1 targets, AND ends at (0, 0, −2), which is wrong for (1, 1)."""
    *_, (w1, w2, bias) = train(BINARY, 2 * AND - 1)

    assert (w1, w2, bias) == (0, 0, -2)
    assert predict(np.array([w1, w2]), bias, np.array([1, 1])) == -1


def test_bipolar_and_gives_the_lectures_weights():
    """The lecture's bipolar table, each row holding the weights after its pair."""
    rows = [[0, 0, 0], [1, 1, 1], [0, 2, 0], [1, 1, -1], [2, 2, -2]]

    assert train(BIPOLAR, 2 * AND - 1).tolist() == rows


@pytest.mark.parametrize(
    ("pairs", "slope", "intercept"), [(1, -1, -1), (2, 0, 0), (3, -1, 1), (4, -1, 1)]
)
def test_bipolar_and_gives_the_lectures_lines(pairs, slope, intercept):
    """After each pair the separating line is the one that the lecture prints."""
    *weight, bias = train(BIPOLAR, 2 * AND - 1)[pairs]

    assert decision_line(np.array(weight), bias) == (slope, intercept)


def test_the_lectures_failure_case_ends_at_the_bias():
    """Three-input AND without its other rows: weights 0, bias −2, and the first pattern is wrong."""
    x = np.array([[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]])
    target = np.array([1, -1, -1, -1])
    rows = train(x, target)
    answers = predict(rows[-1, :-1], rows[-1, -1], x)

    assert rows.tolist() == [[0] * 4, [1] * 4, [0, 0, 2, 0], [-1, 1, 1, -1], [0, 0, 0, -2]]
    assert (answers == target).tolist() == [False, True, True, True]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: "".join(map(str, table)))
def test_hebb_solves_every_separable_two_input_table(table):
    """On full bipolar tables all 14 separable functions of two inputs are learnt."""
    x, target = 2 * truth_table(2) - 1, 2 * np.array(table) - 1
    *weight, bias = train(x, target)[-1]

    assert np.array_equal(predict(np.array(weight), bias, x), target)


@pytest.mark.parametrize("table", sorted(XOR_LIKE))
def test_hebb_learns_nothing_from_xor(table):
    """On XOR and XNOR the changes cancel: all weights end at zero."""
    assert not train(2 * truth_table(2) - 1, 2 * np.array(table) - 1)[-1].any()


def test_hebb_solves_72_of_256_three_input_tables():
    """Of the 104 separable functions of three inputs the rule learns only 72."""
    x = 2 * truth_table(3) - 1
    solved = 0
    for table in product((-1, 1), repeat=8):
        *weight, bias = train(x, np.array(table))[-1]
        solved += np.array_equal(predict(np.array(weight), bias, x), table)

    assert solved == 72


@pytest.mark.parametrize("seed", range(5))
def test_the_history_is_the_running_sum_of_changes(seed):
    """Training is linear: row k is the sum of the first k products, whatever their order."""
    rng = np.random.default_rng(seed)
    x, target = rng.normal(size=(6, 3)), rng.choice([-1, 1], size=6)
    changes = np.column_stack([x, np.ones(6)]) * target[:, None]

    assert np.allclose(train(x, target), np.vstack([np.zeros(4), np.cumsum(changes, axis=0)]))


def test_training_needs_a_target_for_each_pattern():
    """Unequal numbers of patterns and targets are no training set."""
    with pytest.raises(ValueError, match="shorter"):
        train(BINARY, AND[:3])


def test_prediction_is_the_sign_with_plus_one_on_the_line():
    """w·x + b = 0 answers +1; rows may stand in an array of any shape."""
    x = np.array([[[2.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [3.0, 0.0]]])

    assert predict(np.array([1.0, 1.0]), -2.0, x).tolist() == [[1, 1], [-1, 1]]


@pytest.mark.parametrize("seed", range(5))
def test_points_of_the_decision_line_have_no_activation(seed):
    """Along x₂ = slope · x₁ + intercept, w·x + b is 0."""
    rng = np.random.default_rng(seed)
    weight, bias = rng.normal(size=2), float(rng.normal())
    slope, intercept = decision_line(weight, bias)
    x1 = rng.normal(size=7)

    assert np.allclose(np.column_stack([x1, slope * x1 + intercept]) @ weight + bias, 0)


@pytest.mark.parametrize("weight", [[1.0, 0.0], [-2.0, -0.0], [0.0, 0.0]])
def test_a_vertical_line_has_no_slope(weight):
    """Where w₂ is 0, also −0, there is no line of this form."""
    assert decision_line(np.array(weight), 1.0) is None


def test_a_plane_separates_what_hebbs_rule_does_not():
    """In the failure case training answers wrong somewhere, and the design is right for all pairs."""
    x = np.array([[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]])
    target = np.array([1, -1, -1, -1])
    *weight, bias = train(x, target)[-1]

    assert not (predict(np.array(weight), bias, x) == target).all()
    assert (predict(*separating_plane(), x) == target).all()
