"""Data for the exercises: small tables that are written down, larger sets that are drawn.

Everything here is provided; no exercise stands in this module.
"""

import numpy as np

from nnlab.arrays import Labels

__all__ = ["GATES", "truth_table"]

GATES: dict[str, tuple[int, ...]] = {
    "AND": (0, 0, 0, 1),
    "OR": (0, 1, 1, 1),
    "NAND": (1, 1, 1, 0),
    "NOR": (1, 0, 0, 0),
    "XOR": (0, 1, 1, 0),
    "XNOR": (1, 0, 0, 1),
}
"""Outputs of the named two-input gates, in the row order of `truth_table(2)`."""


def truth_table(n_inputs: int) -> Labels:
    """List every row of zeros and ones, counting upwards in binary.

    Shape: (2**n_inputs, n_inputs); the last column changes fastest.
    Raises: ValueError unless 1 ≤ n_inputs ≤ 16.
    Source: slides, "MCP Neurons: Logic gates".

    >>> truth_table(2).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    if not 1 <= n_inputs <= 16:
        raise ValueError(f"n_inputs must be from 1 to 16, got {n_inputs}")
    columns = [np.arange(2**n_inputs) >> shift & 1 for shift in reversed(range(n_inputs))]
    return np.stack(columns, axis=1).astype(np.int64)
