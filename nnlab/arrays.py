"""The two array types that every signature uses, and the way from integers to floats.

Shapes are given in the docstrings: samples are rows,
`(batch, features)`. Numbers are float64 unless the caller gives float32.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Array", "Labels", "floats"]

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


def floats(x: ArrayLike) -> Array:
    """Return x as floats: integers become float64, floats stay as they are.

    Small integers wrap around: −128 of type int8 has no positive, and 0 − 1 of type uint8 is 255.

    >>> floats(np.array([0, 1], dtype=np.uint8)) - 1
    array([-1.,  0.])
    """
    array: Array = np.asarray(x)
    return array if array.dtype.kind == "f" else array.astype(np.float64)
