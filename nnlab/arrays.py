"""The two array types that every signature uses.

Shapes are given in the docstrings: samples are rows,
`(batch, features)`. Numbers are float64 unless the caller gives float32.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Labels"]

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
