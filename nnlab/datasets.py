"""Data for the exercises: truth tables, random point sets, and images.

Everything here is provided; this module has no exercises. Nothing is downloaded:
the digits ship with the package, CIFAR-10 is read from a local copy.
"""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnlab.arrays import Array, Labels

__all__ = ["CIFAR10_TRAIN", "GATES", "cifar10", "digits", "spirals", "truth_table", "two_moons"]

CIFAR10_TRAIN = tuple(f"data_batch_{i}.bin" for i in range(1, 6))
"""The training files of CIFAR-10's binary version; its test file is test_batch.bin."""

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


def two_moons(
    n_samples: int, noise: float = 0.1, *, rng: np.random.Generator
) -> tuple[Array, Labels]:
    """Draw two half circles that reach into each other: no line separates them.

    Shape: x (n_samples, 2), classes (n_samples,) 0 and 1 in turn; noise is a standard deviation.

    >>> x, classes = two_moons(4, rng=np.random.default_rng(0))
    >>> x.shape, classes.tolist()
    ((4, 2), [0, 1, 0, 1])
    """
    classes = np.arange(n_samples) % 2
    angle = rng.uniform(0, np.pi, n_samples) + np.pi * classes
    x = np.stack([np.cos(angle) + classes, np.sin(angle) + 0.5 * classes], axis=1)
    return x + rng.normal(0, noise, x.shape), classes


def spirals(
    n_samples: int, n_classes: int = 3, noise: float = 0.1, *, rng: np.random.Generator
) -> tuple[Array, Labels]:
    """Draw one spiral arm for each class, each winding two thirds of a turn around the others.

    Shape: x (n_samples, 2), classes (n_samples,) in turn; noise is the angle's, in radians.

    >>> x, classes = spirals(5, rng=np.random.default_rng(0))
    >>> x.shape, classes.tolist()
    ((5, 2), [0, 1, 2, 0, 1])
    """
    classes = np.arange(n_samples) % n_classes
    radius = rng.uniform(0, 1, n_samples)
    angle = 2 * np.pi * (classes / n_classes + 2 / 3 * radius) + rng.normal(0, noise, n_samples)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), classes


def digits() -> tuple[Array, Labels]:
    """Return 1797 images of handwritten digits, 8 × 8 pixels from 0 (paper) to 16 (ink).

    Shape: x (1797, 64), one image per row; classes (1797,) from 0 to 9.
    Source: UCI Machine Learning Repository; data/README.md gives origin and licence.

    >>> x, classes = digits()
    >>> x.shape, classes[:5].tolist()
    ((1797, 64), [0, 1, 2, 3, 4])
    """
    with np.load(Path(__file__).with_name("data") / "digits.npz") as arrays:
        return arrays["x"].astype(np.float64), arrays["classes"].astype(np.int64)


def cifar10(
    folder: str | PathLike[str], names: Sequence[str] = CIFAR10_TRAIN
) -> tuple[NDArray[np.uint8], Labels]:
    """Read CIFAR-10's binary files from a local folder: colour images in ten classes.

    A file is a row of 3073-byte records: the class, then 1024 red, 1024 green and 1024
    blue pixels, row by row.

    Shape: x (images, 3072) of 0 to 255, uint8 to save memory; classes (images,) from 0 to 9.
    Raises: FileNotFoundError if a file is missing; ValueError if one is not in this format.
    Source: Krizhevsky 2009; www.cs.toronto.edu/~kriz/cifar.html, "binary version".
    """
    records = np.concatenate([_cifar10_records(Path(folder) / name) for name in names])
    return records[:, 1:], records[:, 0].astype(np.int64)


def _cifar10_records(path: Path) -> NDArray[np.uint8]:
    if not path.is_file():
        where = "www.cs.toronto.edu/~kriz/cifar.html"
        raise FileNotFoundError(f"{path} is missing: unpack the binary version of {where} there")
    content = np.fromfile(path, dtype=np.uint8)
    if content.size == 0 or content.size % 3073:
        raise ValueError(f"{path} must hold whole records of 3073 bytes, got {content.size} bytes")
    records = content.reshape(-1, 3073)
    if records[:, 0].max() > 9:
        bad = int(np.argmax(records[:, 0] > 9))
        raise ValueError(f"{path} must hold classes 0 to 9, got {records[bad, 0]} in record {bad}")
    return records
