"""The network so far: it has every part that is written, in the order of the labs, and no more."""

from types import SimpleNamespace

import numpy as np
import pytest

import nnlab
from autograder.gallery import lecture_figures, yours
from autograder.student.next_step import DONE

FIGURE = lecture_figures()["your-network"]
LABS = ("lab05_backprop", "lab09_optimizers", "lab10_training", "lab11_batchnorm", "lab12_dropout")


class Unwritten:
    """A class or a function without a body."""

    def __init__(self, *_, **__):
        pass

    def __call__(self, *_, **__):
        """Refuse, as a stub does."""
        raise NotImplementedError("lab00: part")

    step = forward = __call__


def library(count):
    """Make the reference without the parts after the first `count`."""
    known = {
        name: getattr(nnlab, name) for name in ("activations", "losses", "module", "selection")
    }
    parts = [
        ("layers", {"ReLU": nnlab.layers.ReLU}, {"Linear": nnlab.layers.Linear}),
        ("optim", {}, {"Adam": nnlab.optim.Adam}),
        ("training", vars(nnlab.training), {"train": nnlab.training.train}),
        ("batchnorm", {}, {"BatchNorm1d": nnlab.batchnorm.BatchNorm1d}),
        ("dropout", {}, {"Dropout": nnlab.dropout.Dropout}),
    ]
    for i, (module, always, written) in enumerate(parts):
        own = written if i < count else dict.fromkeys(written, Unwritten)
        if module == "training" and i >= count:
            own = {"train": Unwritten()}
        known[module] = SimpleNamespace(**{**always, **own})
    return SimpleNamespace(**known)


@pytest.mark.parametrize("count", range(1, 6))
def test_it_has_the_parts_that_are_written(count, monkeypatch):
    """Layers alone train already; each finished lab adds its part."""
    monkeypatch.setattr(yours, "EPOCHS", 2)
    found = FIGURE.numbers(library(count), **FIGURE.case())

    assert found["parts"] == [*yours.PARTS[:count]]
    assert len(found["train_loss"]) == len(found["val_loss"]) == 2
    assert found["right"] > 0.5


def test_without_layers_there_is_none():
    """What is missing is named by the library itself."""
    with pytest.raises(NotImplementedError, match=r"^lab00: part$"):
        FIGURE.numbers(library(0), **FIGURE.case())


def test_what_it_reads_is_marked_in_words():
    """A wrong answer stands with the right one, not only in another colour."""
    n = {
        "parts": ["layers"], "train_loss": [2.0, 1.0], "val_loss": [2.0, 1.5], "new": 3, "right": 2 / 3,
        "images": np.zeros((3, 64)), "answers": np.array([1, 2, 3]), "target": np.array([1, 2, 8]),
        "weights": np.ones((5, 64)),
    }  # fmt: skip
    drawn = FIGURE.draw(n)

    assert [text.get_text() for text in drawn.figure.axes[1].texts] == ["1", "2", "3, is 8"]
    assert drawn.text == "66.7% of 3 new digits are read rightly\nmade of: layers"


def test_every_lab_ends_with_a_figure_that_it_can_draw():
    """What a finished lab names is its own, or the network so far."""
    for lab, (_, figure) in DONE.items():
        assert lecture_figures()[figure].lab <= lab
        assert lecture_figures()[figure].lab == lab or figure == "your-network"
    assert {lab for lab in LABS if DONE[lab][1] == "your-network"} == set(LABS)
