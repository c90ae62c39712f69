"""The judges of neurons accept every right neuron and nothing else, and never raise."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judges.cases import truth_table
from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from autograder.judges.logic import (
    MAX_INPUTS,
    computes_parts,
    finds_neuron,
    neuron_table,
    parts,
    search_result,
    truth_table_of,
)
from tests.plain_data import PLAIN, evidence

AND = {"weight": np.array([1.0, 1.0]), "threshold": 2}
XOR = (0, 1, 1, 0)
GRID = {"weights": (-1, 0, 1), "thresholds": (-1.5, -0.5, 0.5, 1.5)}


def neuron(weight, threshold):
    """Describe a neuron as a check does."""
    return {"weight": weight, "threshold": threshold}


RIGHT_ANDS = [
    neuron([1, 1], 2),
    neuron((1, 1), 1.5),
    neuron(np.array([3, 4], dtype=np.int8), np.float32(5)),
    neuron(np.array([0.25, 0.25], dtype=">f4"), np.array(0.5)),
    neuron([0.1, 0.2], 0.3),
    neuron([0.1, 0.1], [0.2]),
    neuron([True, True], 2),
    neuron([1e300, 1e300], 2e300),
    neuron([1.7e308, 1.7e308], 1.75e308),
    neuron([5e-324, 5e-324], 1e-323),
    neuron(np.array([1, 1], dtype=np.longdouble), 2),
]


@pytest.mark.parametrize("observed", RIGHT_ANDS, ids=str)
def test_any_neuron_with_the_table_is_right(observed):
    """Weights of every plain form and size are accepted, also where a sum misses by rounding."""
    assert truth_table_of({}, observed, AND) is None


@pytest.mark.parametrize("n", range(1, 13))
def test_tenths_that_add_up_to_the_threshold_fire(n):
    """N weights of 0.1 reach the threshold n/10, although rounding may say otherwise."""
    expected = {"weight": np.ones(n), "threshold": n}

    assert truth_table_of({}, neuron([0.1] * n, n / 10), expected) is None


@pytest.mark.parametrize(
    ("weight", "threshold", "says"),
    [
        (np.full(1000, 0.001), 0.9, "For 1000 inputs, of which 999 are 1, the neuron fires"),
        (np.ones(1000), 1001, "For 1000 inputs, of which 1000 are 1, the neuron stays silent"),
        (np.ones(1000), 0, "For 1000 inputs, of which none are 1, the neuron fires"),
        (np.ones(12), 12, "The neuron has 12 weights, where 1000 inputs are expected."),
    ],
)
def test_of_many_inputs_one_that_differs_decides(weight, threshold, says):
    """An AND of 1000 inputs is asked with one input off, too; what is right there is an AND."""
    expected = {"weight": np.ones(1000), "threshold": 1000}

    assert truth_table_of({}, neuron(weight, threshold), expected).detail.startswith(says)
    assert truth_table_of({}, neuron(np.full(1000, 0.001), 0.9995), expected) is None


NO_NEURON = "It is a dict with weight, threshold, where a McCullochPitts neuron is expected."
WRONG = [
    (neuron([1, 1], 1), "For the inputs (0, 1) the neuron fires; it should stay silent."),
    (neuron([1, 1], 3), "For the inputs (1, 1) the neuron stays silent; it should fire."),
    (neuron([1, 1, 1], 3), "The neuron has 3 weights, where 2 inputs are expected."),
    (neuron([1], 1), "The neuron has 1 weights, where 2 inputs are expected."),
    (None, "It is None, where a McCullochPitts neuron is expected."),
    (2.0, "It is a number, where a McCullochPitts neuron is expected."),
    ({"weight": [1, 1]}, "It is a dict with weight, where"),
    (neuron(["1", "1"], 2), NO_NEURON),
    (neuron(np.array(["1", "1"]), 2), NO_NEURON),
    (neuron([1j, 1], 2), NO_NEURON),
    (neuron(np.array([1 + 0j, 1]), 2), NO_NEURON),
    (neuron([1, 1], "2"), NO_NEURON),
    (neuron([1, 1], None), NO_NEURON),
    (neuron([1, 1], [2, 2]), NO_NEURON),
    (neuron([1, float("nan")], 2), NO_NEURON),
    (neuron([1, 1], float("inf")), NO_NEURON),
    (neuron([[1, 1]], 2), NO_NEURON),
    (neuron([], 2), NO_NEURON),
    (neuron([1] * (MAX_INPUTS + 1), 2), NO_NEURON),
]


@pytest.mark.parametrize(("observed", "says"), WRONG, ids=[str(observed) for observed, _ in WRONG])
def test_a_wrong_neuron_is_told_why(observed, says):
    """The first row of the table that is wrong is named, or what is no neuron at all."""
    assert truth_table_of({}, observed, AND).detail.startswith(says)


def test_a_wrong_neuron_is_shown_with_the_table_that_is_wanted():
    """The finding shows the student's neuron, and the outputs of a right one."""
    finding = truth_table_of({}, neuron([1, 1], 1), AND)

    assert finding.returned == "McCullochPitts(weight=[1, 1], threshold=1)"
    assert finding.expected == "any neuron with the outputs [0, 0, 0, 1]"


@pytest.mark.parametrize("observed", [None, 1])
def test_without_a_right_neuron_values_are_compared(observed):
    """Where the reference gave no neuron, the default judge decides."""
    assert truth_table_of({}, observed, None) == equal({}, observed, None)


@given(
    st.lists(st.integers(-9, 9), min_size=1, max_size=5),
    st.integers(-20, 20),
    st.floats(1e-3, 1e3),
)
def test_the_table_is_the_definition(weight, threshold, scale):
    """For integers the table is Σ wᵢ xᵢ ≥ threshold, row by row; scaling both changes nothing."""
    rows = product((0, 1), repeat=len(weight))
    wanted = [int(sum(w * x for w, x in zip(weight, r, strict=True)) >= threshold) for r in rows]
    scaled = neuron(np.array(weight) * scale, threshold * scale)

    assert neuron_table(neuron(weight, threshold)).tolist() == wanted
    assert neuron_table(scaled).tolist() == wanted


SEARCH = {"table": (0, 0, 1, 0), **GRID}
FOUND = neuron([1.0, -1.0], 0.5)


@pytest.mark.parametrize(
    ("case", "observed", "expected"),
    [
        (SEARCH, neuron([1, -1], 0.5), FOUND),
        (SEARCH, neuron(np.array([1.0, -1.0]), np.float64(0.5)), FOUND),
        ({**SEARCH, "table": (0, 0, 0, 1)}, neuron([1, 1], 1.5), neuron([1, 1], 1.5)),
        ({**SEARCH, "table": (1, 1, 1, 1)}, neuron([0, 1], -0.5), neuron([-1, 0], -1.5)),
        ({**SEARCH, "table": XOR}, None, None),
    ],
)
def test_any_neuron_of_the_grid_is_found(case, observed, expected):
    """Whichever fitting neuron the search order gives is right; None is right where there is none."""
    assert finds_neuron(case, observed, expected) is None


@pytest.mark.parametrize(
    ("case", "observed", "expected", "says"),
    [
        (SEARCH, None, FOUND, "A neuron with this table is on the grid, such as McCullochPitts("),
        (SEARCH, neuron([1, 1], 1.5), FOUND, "For the inputs (1, 0) the neuron stays silent"),
        (SEARCH, neuron([2, -1], 1.5), FOUND, "The neuron is right, but it is not on the grid."),
        (SEARCH, neuron([1, -1], 1), FOUND, "The neuron is right, but it is not on the grid."),
        (SEARCH, False, FOUND, "It is True or False, where a McCullochPitts neuron is expected."),
        ({**SEARCH, "table": XOR}, neuron([1, 1], 0.5), None, "No neuron of the grid has this"),
        ({**SEARCH, "table": XOR}, False, None, "No neuron of the grid has this table"),
        (
            {"table": (0, 0, 0, 1), "weights": (-1, 0), "thresholds": (0.5,)},
            neuron([1, 1], 2),
            None,
            "The neuron is not on the grid.",
        ),
    ],
)
def test_a_wrong_search_is_told_why(case, observed, expected, says):
    """A missed neuron, a wrong one, and one that is not on the grid are different mistakes."""
    assert finds_neuron(case, observed, expected).detail.startswith(says)


def test_a_neuron_just_beside_the_grid_does_not_look_like_one_on_it():
    """Its numbers have as many digits as show that they are not the grid's."""
    finding = finds_neuron(SEARCH, neuron([1.0000001, -1], 0.5000001), FOUND)

    assert finding.returned == "McCullochPitts(weight=[1.0000001, -1], threshold=0.5000001)"


def network(*columns):
    """Write the evidence of a network: for each row of inputs, the outputs of all neurons."""
    return [list(row) for row in zip(*columns, strict=True)]


SUM, NOT_BOTH = (0.0, 1.0, 1.0, 1.0), (1.0, 1.0, 1.0, 0.0)
OUT = (0.0, 1.0, 1.0, 0.0)
REFERENCE = network(SUM, NOT_BOTH, OUT)


@pytest.mark.parametrize(
    "observed",
    [
        REFERENCE,
        network(OUT, NOT_BOTH, SUM),
        network(SUM, SUM, (0.0, 0.0, 0.0, 1.0), NOT_BOTH, OUT),
        network([bool(output) for output in SUM], NOT_BOTH, OUT),
    ],
)
def test_a_network_may_compute_its_parts_in_any_order_and_more(observed):
    """Order, repetition and further neurons do not matter."""
    assert computes_parts({}, observed, REFERENCE) is None


@pytest.mark.parametrize(
    ("observed", "returned"),
    [
        (network(SUM, OUT), "2 different ones"),
        ([[], [], [], []], "none"),
        ([[0.0, 1.0, 0.0]], "2 different ones"),
    ],
)
def test_a_missing_part_is_named_by_its_outputs(observed, returned):
    """The finding lists the outputs that no neuron has, and how many functions were seen."""
    finding = computes_parts({}, observed, REFERENCE)

    assert finding.detail.startswith("No neuron of the network has the outputs (")
    assert finding.returned.endswith(returned)


def test_a_list_of_all_functions_is_no_network():
    """Eight functions of two inputs may be computed; who lists all sixteen computes none."""
    rows = [[number >> row & 1 for number in range(16)] for row in range(4)]
    eight = [[*right, *row[:5]] for right, row in zip(REFERENCE, rows, strict=True)]

    assert "compute 16 of the 16 functions" in computes_parts({}, rows, REFERENCE).detail
    assert computes_parts({}, eight, REFERENCE) is None


@pytest.mark.parametrize(
    "observed", [None, 1, [], [1], [[1], "1"], [["1"]], [[None]], [[1], [[2]]]]
)
def test_what_is_no_record_of_a_network_is_refused(observed):
    """The evidence is rows of numbers, or it is wrong."""
    assert computes_parts({}, observed, REFERENCE) is not None


def test_networks_with_the_same_parts_have_one_fingerprint():
    """The fingerprint forgets order and repetition, and tells other functions apart."""
    assert parts({}, REFERENCE) == parts({}, network(OUT, SUM, NOT_BOTH, SUM))
    assert parts({}, REFERENCE) != parts({}, network(SUM, NOT_BOTH))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (neuron([1, -1], 0.5), neuron([2, -2], 1), False),
        (neuron([1, -1], 0.5), neuron([1.0, -1.0], 0.5), True),
        (neuron([1, 1], 1.5), neuron([1, 1], 0.5), False),
        (None, None, True),
        (None, neuron([1, 1], 1.5), False),
        ("no", "no", True),
    ],
)
def test_a_search_is_known_by_its_table_and_its_grid(one, other, same):
    """Two results are one answer if they have one table and both are allowed, or both are not."""
    prints = [search_result(SEARCH, result) for result in (one, other)]

    assert (equal({}, *prints) is None) == same


NEURONS = st.one_of(
    PLAIN,
    evidence(weight=st.lists(st.floats(-2, 2), min_size=2, max_size=2), threshold=st.floats(-2, 2)),
)
ROWS = st.one_of(PLAIN, st.lists(st.lists(st.one_of(st.booleans(), PLAIN), max_size=3), max_size=5))


def reaches(observed):
    """Tell whether plain weights really are an AND, exactly or by rounding."""
    weight = np.asarray(observed["weight"], dtype=float)
    threshold = float(np.asarray(observed["threshold"], dtype=float).reshape(()))
    scale = max(np.abs(weight).max(), abs(threshold)) or 1.0
    sums, level = truth_table(2) @ (weight / scale), threshold / scale
    return sums[3] >= level - 1e-8 and (sums[:3] < level + 1e-8).all()


@given(NEURONS)
@settings(max_examples=300, deadline=None)
def test_only_an_and_is_accepted_as_one(observed):
    """Any plain data is judged without error or warning; what is accepted computes AND."""
    finding = truth_table_of({}, observed, AND)

    assert isinstance(finding, Finding) or reaches(observed)


@given(NEURONS, st.sampled_from([None, FOUND]))
@settings(max_examples=300, deadline=None)
def test_only_what_is_on_the_grid_is_accepted_as_found(observed, expected):
    """Any plain data is judged and identified; what is accepted is on the grid, or None."""
    case = SEARCH if expected else {**SEARCH, "table": XOR}
    finding = finds_neuron(case, observed, expected)
    equal({}, search_result(case, observed), search_result(case, FOUND))

    if finding is None:
        assert observed is None or set(np.ravel(observed["weight"])) <= {-1, 0, 1}
    else:
        assert finding.detail


@given(ROWS)
@settings(max_examples=200, deadline=None)
def test_the_judge_of_networks_is_total(observed):
    """Any plain data is judged and identified; what is accepted has both parts among its rows."""
    finding = computes_parts({}, observed, REFERENCE)
    equal({}, parts({}, observed), parts({}, REFERENCE))

    assert isinstance(finding, Finding) or len(observed) == len(REFERENCE)


@pytest.mark.parametrize(
    "rows",
    [[[0.5]] * 257, [[0] * 1001] * 4, [[1, 0]] * 3 + [[[1] * 1001]], [[np.zeros((40, 40))]] * 4],
    ids=["many rows", "rows", "one row", "tables"],
)
def test_a_network_of_far_too_many_neurons_is_not_read(rows):
    """Outputs of a thousand neurons a row, or of hundreds of rows, are no record of the course's networks."""
    assert computes_parts({}, rows, REFERENCE) is not None
    assert parts({}, rows) is None
