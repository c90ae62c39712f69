"""Evidence that is made up: by those who know the case as it is sent and the form of an answer.

A forger is a function of the case (without what is withheld) and of the right answer, of which it
reads the form alone: keys, lengths, shapes. It stands for a check's body that never calls the
student's code.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from autograder.judges.meanfield import _expected as theory_of

__all__ = ["generic", "self_consistent"]

Forger = Callable[[Mapping[str, Any], Any], Any]

STEPS = np.array([1.0, -1.0, 2.0, -2.0])[:, None] * 1e-4


def filled(right: Any, fill: Callable[[tuple[int, ...]], Any]) -> Any:
    """Keep the form of a value, and put other numbers into it."""
    if isinstance(right, dict):
        return {name: filled(part, fill) for name, part in right.items()}
    if isinstance(right, list | tuple):
        return type(right)(filled(part, fill) for part in right)
    if isinstance(right, np.ndarray | np.generic):
        with np.errstate(all="ignore"):  # nan as an integer
            return np.asarray(fill(right.shape)).astype(right.dtype)
    if isinstance(right, bool | int | float):
        with np.errstate(all="ignore"):
            return type(right)(np.nan_to_num(fill(())))
    return right if right is None else type(right)()


def arrays_of(case: Any) -> Iterator[np.ndarray]:
    """List all arrays in a case."""
    if isinstance(case, np.ndarray):
        yield case
    elif isinstance(case, Mapping):
        for part in case.values():
            yield from arrays_of(part)
    elif isinstance(case, list | tuple):
        for part in case:
            yield from arrays_of(part)


def from_case(which: int) -> Forger:
    """Make a forger that puts arrays of the case wherever their shapes fit."""

    def forge(case: Mapping[str, Any], right: Any) -> Any:
        def fill(shape: tuple[int, ...]) -> Any:
            fit = [array for array in arrays_of(case) if array.shape == shape]
            return fit[which % len(fit)] if fit else np.zeros(shape)

        return filled(right, fill)

    return forge


def generic() -> dict[str, Forger]:
    """Name the forgers that need to know nothing of what a check asks."""
    rng = np.random.default_rng(1)
    fills: dict[str, Callable[[tuple[int, ...]], Any]] = {
        "zeros": np.zeros,
        "ones": np.ones,
        "minus ones": lambda shape: -np.ones(shape),
        "nan": lambda shape: np.full(shape, np.nan),
        "normal": lambda shape: rng.normal(size=shape),
        "uniform": rng.random,
        "bits": lambda shape: rng.integers(0, 2, shape),
        "signs": lambda shape: rng.choice([-1.0, 1.0], shape),
        "counting": lambda shape: np.arange(np.prod(shape, dtype=int)).reshape(shape),
    }
    forgers: dict[str, Forger] = {
        name: lambda _case, right, fill=fill: filled(right, fill) for name, fill in fills.items()
    }
    forgers |= {f"the case's arrays, {which}": from_case(which) for which in range(4)}
    nothing = {"None": None, "no list": [], "no dict": {}, "no array": np.zeros(0), "text": "1"}
    forgers |= {name: lambda _case, _right, it=it: it for name, it in nothing.items()}
    refusal = {"raised": "ValueError"}
    forgers |= {"refusal": lambda _case, _right: refusal}
    forgers |= {
        "the case": lambda case, _right: dict(case),
        "empty parts": lambda _case, right: emptied(right),
    }
    return forgers


def emptied(right: Any) -> Any:
    """Keep the keys of a value, and put nothing behind them."""
    if isinstance(right, dict):
        return {name: emptied(part) for name, part in right.items()}
    return [] if isinstance(right, list | tuple) else np.zeros(0)


def gradient_of_zero(case: Mapping[str, Any], right: Any) -> Any:
    """Claim that a loss of zeros has a gradient of zeros."""
    del case
    return filled(right, np.zeros)


def gradient_of(case: Mapping[str, Any], right: Any, curvature: float) -> Any:
    """Make up a loss, linear or curved, and claim its gradient: each agrees with the other."""
    del case
    slope = np.random.default_rng(2).normal(size=np.shape(right["claimed"]))
    probes = STEPS * slope.ravel() + curvature * STEPS**2 + 5.0
    return {"claimed": slope, "probes": probes, "here": [5.0, 5.0]}


def targets(case: Mapping[str, Any], right: Any) -> Any:
    """Hand back what was to be learned, with losses that fall."""
    made = {"outputs": case["target"]}
    return made | {"losses": np.geomspace(1.0, 1e-9, len(right["losses"]))}


def one_hot(case: Mapping[str, Any], right: Any) -> Any:
    """Name every sample that is shown right, and go on with the same classes where there are more."""
    rows, classes = np.shape(right)
    return 9.0 * np.eye(classes)[np.resize(case["target"], rows)]


def all_functions(case: Mapping[str, Any], right: Any) -> Any:
    """List the outputs of neurons that compute every function of two inputs."""
    del case
    return [[number >> row & 1 for number in range(16)] for row in range(len(right))]


def repeated(case: Mapping[str, Any], right: Any) -> Any:
    """Give the same numbers twice, and others; refuse where an answer has another form."""
    del case
    if "first" not in right:
        return {"raised": "ValueError"}
    rng = np.random.default_rng(3)
    first, other = (filled(right["first"], lambda shape: rng.normal(size=shape)) for _ in range(2))
    return {name: first if name in ("first", "again") else other for name in right}


def drawn(case: Mapping[str, Any], right: Any) -> Any:
    """Give two draws, and the first once more."""
    del case
    first, second = np.random.default_rng(4).normal(size=(2, *np.shape(right[0])))
    return first, second, first


def theory(case: Mapping[str, Any], right: Any, activation: str, gain: float) -> Any:
    """Give what mean-field theory expects."""
    del case
    return theory_of(activation, gain).tolist() if len(right) == 10 else None


def masked(case: Mapping[str, Any], right: Any) -> Any:
    """Give a mask for y, and the same for the gradient."""
    del right
    y = np.where(np.random.default_rng(5).random(case["x"].shape) < case["p"], 0.0, case["x"])
    return y, y


def gave_up(case: Mapping[str, Any], right: Any) -> Any:
    """Give weights to which so many corrections may have led."""
    weight = np.zeros(len(right["weight"]))
    weight[-1] = case["max_steps"] % 2
    return {"weight": weight, "updates": case["max_steps"], "converged": False}


def passes(case: Mapping[str, Any], right: Any) -> Any:
    """Show every sample once an epoch, in an order of its own."""
    del right
    rng, batches = np.random.default_rng(6), []
    for _ in range(case["epochs"]):
        order = rng.permutation(len(case["x"]))
        for start in range(0, len(order), case["batch_size"]):
            rows = order[start : start + case["batch_size"]]
            batches.append((case["x"][rows], case["target"][rows]))
    return batches


def wandering(case: Mapping[str, Any], right: Any) -> Any:
    """End in states at random, twice in the same."""
    del right
    ends = list(np.random.default_rng(7).choice([-1.0, 1.0], (case["recalls"], case["state"].size)))
    return {"ends": ends, "again": ends}


def half_seen(case: Mapping[str, Any], right: Any) -> Any:
    """Pretend that a scaler has seen most images."""
    seen = np.zeros(len(right))
    seen[: 3 * len(case["target"]) // 4] = 1.0
    return seen


def guessed(case: Mapping[str, Any], right: Any) -> Any:
    """Give the losses of guessing, and two models that answer alike."""
    del case
    both = {"val_loss": [2.3], "train_loss": [2.3]}
    logits = np.random.default_rng(8).normal(size=np.shape(right.get("model", ())))
    return both if "val_loss" in right else {"model": logits, "best": logits}


def self_consistent() -> dict[str, Forger]:
    """Name the forgers that know what a judge looks at, and nothing of what is right."""
    return {
        "a gradient of zeros": gradient_of_zero,
        "a linear loss": lambda case, right: gradient_of(case, right, 0.0),
        "a curved loss": lambda case, right: gradient_of(case, right, 3.0),
        "targets": targets,
        "targets alone": lambda case, _right: case["target"],
        "one hot": one_hot,
        "all functions": all_functions,
        "repeated": repeated,
        "drawn": drawn,
        "theory of tanh": lambda case, right: theory(case, right, "tanh", 1.0),
        "theory of ReLU": lambda case, right: theory(case, right, "relu", 2.0),
        "masked": masked,
        "gave up": gave_up,
        "passes": passes,
        "wandering": wandering,
        "half seen": half_seen,
        "guessed": guessed,
    }
