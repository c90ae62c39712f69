"""Provided data: tables, drawn sets, the digits and the reader of CIFAR-10."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from nnlab.datasets import CIFAR10_TRAIN, GATES, cifar10, digits, spirals, truth_table, two_moons


def test_truth_table_counts_in_binary():
    """Row i is i in binary, the last column changes fastest."""
    rows = truth_table(4)

    assert (rows @ [8, 4, 2, 1]).tolist() == list(range(16))
    assert rows.dtype == np.int64


@pytest.mark.parametrize("n_inputs", [0, 17, -1])
def test_truth_table_has_bounds(n_inputs):
    """No inputs, or more than a screen of them, are refused."""
    with pytest.raises(ValueError, match=f"n_inputs must be from 1 to 16, got {n_inputs}"):
        truth_table(n_inputs)


def test_gates_are_what_they_are_called():
    """Each table is Python's operator of that name, on the rows of truth_table(2)."""
    a, b = truth_table(2).T

    assert GATES["AND"] == tuple(a & b)
    assert GATES["OR"] == tuple(a | b)
    assert GATES["XOR"] == tuple(a ^ b)
    for name in ("AND", "OR"):
        assert GATES["N" + name] == tuple(1 - np.array(GATES[name]))
    assert GATES["XNOR"] == tuple(1 - np.array(GATES["XOR"]))


def test_moons_are_half_circles():
    """Without noise the points lie on circles around (0, 0) above and (1, ½) below."""
    x, classes = two_moons(200, noise=0, rng=np.random.default_rng(0))
    centres = np.array([[0, 0], [1, 0.5]])[classes]

    assert np.allclose(np.linalg.norm(x - centres, axis=1), 1)
    assert np.all((x[:, 1] >= centres[:, 1]) == (classes == 0))
    assert np.bincount(classes).tolist() == [100, 100]


def test_spirals_are_one_arm_turned():
    """Without noise, turning an arm by 360° / classes for each class lays all on one curve."""
    x, classes = spirals(300, n_classes=4, noise=0, rng=np.random.default_rng(0))
    radius = np.linalg.norm(x, axis=1)
    angle = np.arctan2(x[:, 1], x[:, 0])

    turned = angle - 2 * np.pi * classes / 4 - 2 * np.pi * 2 / 3 * radius
    assert np.allclose(np.exp(1j * turned), 1)
    assert radius.max() <= 1


@pytest.mark.parametrize("draw", [two_moons, spirals])
def test_drawn_sets_have_noise_and_repeat(draw):
    """The same seed gives the same points; noise moves them."""
    first, again, clean = (
        draw(50, noise=noise, rng=np.random.default_rng(1))[0] for noise in (0.1, 0.1, 0)
    )

    assert np.array_equal(first, again)
    assert not np.allclose(first, clean, atol=1e-3)
    assert np.allclose(first, clean, atol=0.6)


def test_digits_are_scikit_learns():
    """The packed digits are scikit-learn's copy, value for value."""
    x, classes = digits()
    theirs = load_digits()

    assert (x.dtype, classes.dtype) == (np.float64, np.int64)
    assert np.array_equal(x, theirs.data)
    assert np.array_equal(classes, theirs.target)


def records(n, seed):
    """Draw n records of CIFAR-10's binary format."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, 256, size=(n, 3073), dtype=np.uint8)
    drawn[:, 0] = rng.integers(0, 10, size=n)
    return drawn


def test_cifar10_reads_the_five_training_files_in_order(tmp_path):
    """Classes and pixels come back byte for byte, file after file."""
    files = [records(4, seed) for seed in range(5)]
    for name, content in zip(CIFAR10_TRAIN, files, strict=True):
        content.tofile(tmp_path / name)

    x, classes = cifar10(tmp_path)

    assert (x.shape, x.dtype, classes.dtype) == ((20, 3072), np.uint8, np.int64)
    assert np.array_equal(x, np.concatenate(files)[:, 1:])
    assert np.array_equal(classes, np.concatenate(files)[:, 0])


def test_cifar10_reads_the_files_that_are_named(tmp_path):
    """The folder may be a string, and one file is enough if one is asked for."""
    content = records(3, 0)
    content.tofile(tmp_path / "test_batch.bin")

    assert np.array_equal(cifar10(str(tmp_path), ["test_batch.bin"])[0], content[:, 1:])


def test_cifar10_says_what_is_missing(tmp_path):
    """A missing file is named, and where to get it."""
    with pytest.raises(FileNotFoundError, match=r"data_batch_1\.bin is missing.*cs\.toronto\.edu"):
        cifar10(tmp_path)


@pytest.mark.parametrize("size", [0, 3072, 3073 * 2 + 1])
def test_cifar10_wants_whole_records(tmp_path, size):
    """A file cut short, such as a broken download, is refused."""
    (tmp_path / "test_batch.bin").write_bytes(bytes(size))

    with pytest.raises(ValueError, match=f"whole records of 3073 bytes, got {size} bytes"):
        cifar10(tmp_path, ["test_batch.bin"])


def test_cifar10_wants_ten_classes(tmp_path):
    """A file of another format betrays itself by its classes."""
    content = records(5, 0)
    content[[2, 4], 0] = [77, 200]
    content.tofile(tmp_path / "test_batch.bin")

    with pytest.raises(ValueError, match="must hold classes 0 to 9, got 77 in record 2"):
        cifar10(tmp_path, ["test_batch.bin"])
