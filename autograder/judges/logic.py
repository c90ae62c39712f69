"""Judges for McCulloch–Pitts neurons: any weights that realise the truth table are right.

The table is computed here, from the weights and the threshold that the submission chose. A sum may
miss the threshold by rounding (ten weights of 0.1 add up to 0.9999999999999999), so a neuron fires
when its sum is above the threshold less 1e-12 of the magnitudes that it adds. Of many inputs it is
computed where at most one differs from the others: that is all there is to know of AND and OR.
"""

from typing import Any

import numpy as np

from autograder.judges.cases import truth_table
from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from autograder.judges.judge import Case, judge
from autograder.judges.numbers import as_reals
from autograder.judges.values import shape_of, value

__all__ = [
    "computes_parts",
    "finds_neuron",
    "neuron_table",
    "parts",
    "search_result",
    "truth_table_of",
]

SLACK = 1e-12
MAX_INPUTS = 1000
MOST_IN_FULL = 10
"""Inputs of which all 2ⁿ rows are looked at."""
MAX_ROWS, MAX_NEURONS = 256, 1000
MOST_FUNCTIONS = 8  # of the 16 of two inputs: to list them all is not a network


def neuron_table(neuron: Any) -> Any:
    """Compute the outputs of a neuron {weight, threshold} on the rows that count for its inputs.

    None if it is not a neuron: weights (n,) and a threshold, finite numbers.
    """
    if not isinstance(neuron, dict) or neuron.keys() != {"weight", "threshold"}:
        return None
    weight, threshold = as_reals(neuron["weight"]), as_reals(neuron["threshold"])
    if weight is None or threshold is None or weight.ndim != 1 or threshold.size != 1:
        return None
    if not 1 <= weight.size <= MAX_INPUTS:
        return None
    magnitude = max(np.abs(weight).max(), np.abs(threshold).max())
    if not np.isfinite(magnitude):
        return None
    scale = magnitude or 1.0  # dividing by it keeps sums of the largest floats finite
    weight, level = weight / scale, float(threshold.reshape(())) / scale
    rows = _rows(weight.size)
    slack = SLACK * (rows @ np.abs(weight) + abs(level))  # what a row's own sum may have lost
    return (rows @ weight >= level - slack).astype(int)


def _rows(n_inputs: int) -> Any:
    """List all rows of zeros and ones; of many inputs those in which at most one differs.

    All ones and none, and one of each: a neuron that is AND on them has n positive weights, of which
    none can be missing, and is AND on every row; and a neuron that is OR on them is OR on every row.
    """
    if n_inputs <= MOST_IN_FULL:
        return truth_table(n_inputs)
    one = np.eye(n_inputs)
    zeros = np.zeros((1, n_inputs))
    return np.concatenate([zeros, one, 1 - one, 1 - zeros])


@judge(
    "Any weights and threshold with the right truth table are right; a sum may miss the threshold by "
    f"{SLACK:g} of the magnitudes that it adds.",
    picture="neuron",
)
def truth_table_of(_case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept any neuron that has the reference's truth table."""
    table, right = neuron_table(observed), neuron_table(expected)
    if right is None:
        return equal({}, observed, expected)
    if table is None:
        return Finding(f"It is {shape_of(observed)}, where a McCullochPitts neuron is expected.")
    size, n_inputs = np.size(observed["weight"]), np.size(expected["weight"])
    if size != n_inputs:
        return Finding(f"The neuron has {size} weights, where {n_inputs} inputs are expected.")
    if (table == right).all():
        return None
    row = int(np.argmax(table != right))
    inputs = _row(_rows(n_inputs)[row])
    does, should = ("fires", "stay silent") if table[row] else ("stays silent", "fire")
    return Finding(
        f"For {inputs} the neuron {does}; it should {should}.",
        returned=_neuron(observed),
        expected="any neuron with the outputs " + value(right)
        if n_inputs <= MOST_IN_FULL
        else f"a neuron of {n_inputs} inputs that does",
    )


def _row(bits: Any) -> str:
    if len(bits) <= MOST_IN_FULL:
        return f"the inputs {value(tuple(int(bit) for bit in bits))}"
    on = int(bits.sum())
    return f"{len(bits)} inputs, of which {on or 'none'} {'is' if on == 1 else 'are'} 1,"


def search_result(case: Case, observed: Any) -> Any:
    """Identify the result of a search by the table that was found, and whether it was allowed."""
    table = neuron_table(observed)
    if table is None:
        return observed
    return {"table": table, "on the grid": _on_grid(case, observed)}


@judge(
    "Any neuron of the grid with the wanted truth table is right, and None only where there is none; "
    f"a sum may miss the threshold by {SLACK:g} of the magnitudes that it adds.",
    fingerprint=search_result,
    picture="neuron",
)
def finds_neuron(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept any neuron of the grid that has the wanted table, and None only where there is none."""
    if expected is None or observed is None:
        if observed is None and expected is None:
            return None
        if observed is None:
            return Finding(f"A neuron with this table is on the grid, such as {_neuron(expected)}.")
        table = neuron_table(observed)
        if table is None or not np.array_equal(table, np.asarray(case["table"])):
            return Finding(
                "No neuron of the grid has this table; the answer is None.",
                _shown(observed),
                "None",
            )
        return Finding("The neuron is not on the grid.", _shown(observed), "None")
    finding = truth_table_of(case, observed, expected)
    if finding:
        return finding
    if _on_grid(case, observed):
        return None
    return Finding("The neuron is right, but it is not on the grid.", _neuron(observed, case))


def parts(_case: Case, observed: Any) -> Any:
    """Identify a network by the functions that its neurons compute."""
    return _columns(observed)


@judge(
    "Each part of the formula must be the output of some neuron of the network, on all 4 rows of "
    f"inputs exactly, and its neurons may compute {MOST_FUNCTIONS} different functions at most.",
    fingerprint=parts,
)
def computes_parts(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept a network in which every hidden neuron's function of the reference is computed.

    The evidence is, for each row of inputs, the list of all outputs of all neurons. The output of
    the whole network does not count: another check asks how the parts are combined.
    """
    mine, right = _columns(observed), _columns(expected)
    if mine is None or right is None:
        return equal({}, observed, expected)
    whole = tuple(int(bit) for bit in np.ravel(case.get("table", ())))
    missing = [column for column in right if column not in mine and column != whole]
    if not missing and len(mine) <= MOST_FUNCTIONS:
        return None
    if not missing:
        return Finding(
            f"Its neurons compute {len(mine)} of the 16 functions of two inputs.",
            expected=f"a network whose neurons compute {MOST_FUNCTIONS} functions at most",
        )
    used = f"{len(mine)} different ones" if mine else "none"
    return Finding(
        f"No neuron of the network has the outputs {value(missing[0])} on the rows 00, 01, 10, 11.",
        returned=f"the outputs of its McCulloch–Pitts neurons: {used}",
        expected="a network with neurons that compute both parts of the formula",
    )


def _on_grid(case: Case, neuron: Any) -> bool:
    """Return whether a neuron that has a table is made of the numbers it may be made of."""
    on_grid = all(_among(weight, case["weights"]) for weight in as_reals(neuron["weight"]))
    return on_grid and _among(as_reals(neuron["threshold"]), case["thresholds"])


def _columns(rows: Any) -> list[tuple[int, ...]] | None:
    """Turn outputs by row into functions: the outputs of each neuron over all rows."""
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_ROWS:
        return None
    if not all(isinstance(row, list) for row in rows):
        return None
    outputs = [as_reals(row) for row in rows]
    if any(row is None or row.size > MAX_NEURONS for row in outputs):
        return None
    table = [(row.ravel() != 0).astype(int).tolist() for row in outputs]
    shortest = min(len(row) for row in table)
    return sorted({tuple(row[i] for row in table) for i in range(shortest)})


def _among(number: Any, candidates: Any) -> bool:
    return bool((np.abs(np.asarray(candidates, float) - number) <= SLACK).any())


def _neuron(neuron: Any, case: Case | None = None) -> str:
    """Write a neuron, with as many digits as show that it is beside the case's grid."""
    grids = (case["weights"], case["thresholds"]) if case else ((), ())
    weight, threshold = (
        value(plain, beside=_nearest(plain, grid))
        for plain, grid in zip((neuron["weight"], neuron["threshold"]), grids, strict=True)
    )
    return f"McCullochPitts(weight={weight}, threshold={threshold})"


def _nearest(plain: Any, grid: Any) -> Any:
    candidates = np.asarray(grid, float)
    if not candidates.size:
        return None
    return candidates[np.abs(as_reals(plain)[..., None] - candidates).argmin(axis=-1)]


def _shown(observed: Any) -> str:
    return _neuron(observed) if neuron_table(observed) is not None else value(observed)
