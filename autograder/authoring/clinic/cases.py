"""The illnesses as choices of a run, the cures as other choices, and what counts as getting better."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from autograder.authoring.clinic.run import Treatment
from autograder.clinic.record import Outcome

__all__ = ["CASES", "CHANGES", "Case", "VARIANTS"]

VARIANTS = 5
"""So many patients, each with a seed of its own, have each illness."""
MOST_IMAGES = 1200
MOST_UNITS = 200
WITHIN_CHANCE = 0.075
"""Two standard errors of the difference of two accuracies near 0.7 on 297 images."""


def recognises_more(before: Outcome, after: Outcome) -> bool:
    """Return whether clearly more new images are recognised."""
    return (after.new_right or 0) >= (before.new_right or 0) + 0.1


def no_worse(before: Outcome, after: Outcome) -> bool:
    """Return whether new images are recognised as often, but for chance."""
    return (after.new_right or 0) > (before.new_right or 0) - WITHIN_CHANCE


def costs_less(before: Outcome, after: Outcome) -> bool:
    """Return whether the validation cost is clearly lower, and new images are recognised no worse."""
    lower = after.val_cost is not None and after.val_cost < 0.9 * (before.val_cost or 0)
    return lower and no_worse(before, after)


def is_honest(before: Outcome, after: Outcome) -> bool:
    """Return whether validation says what is true of new images, and did not before.

    More is not promised: what is held out honestly is not learnt from.
    """
    gaps = [abs((o.val_right or 0) - (o.new_right or 0)) for o in (before, after)]
    return gaps[1] < 0.1 < gaps[0]


def is_steady(before: Outcome, after: Outcome) -> bool:
    """Return whether the training cost no longer climbs in the second half, and validation costs no more."""
    calm = after.highest_cost is not None and after.highest_cost < 0.5 * (before.highest_cost or 0)
    no_more = after.val_cost is not None and after.val_cost <= (before.val_cost or 0)
    return calm and no_more and no_worse(before, after)


@dataclass(frozen=True, slots=True)
class Case:
    """How an illness is made, what cures it, and how one sees that it does."""

    treatment: Treatment
    cures: list[str]
    better: Callable[[Outcome, Outcome], bool] = recognises_more
    others: tuple[Treatment, ...] = ()
    """Further kinds: a network's shape must not say what it has."""

    def of(self, seed: int) -> Treatment:
        """Give the choices for a patient; the kinds come in turn."""
        kinds = (self.treatment, *self.others)
        return kinds[seed % len(kinds)]


CASES = {
    "healthy": Case(
        Treatment(),
        ["nothing"],
        lambda before, after: before == after,
        (
            Treatment(hidden=(60, 60), dropout=0.2, epochs=30),
            Treatment(hidden=(100, 100), activation="tanh", init="xavier"),
            Treatment(hidden=(30,) * 6, activation="sigmoid", init="xavier", batch_norm=True, lr=0.05),
            Treatment(hidden=(100,), epochs=40),
        ),
    ),
    "rate-too-low": Case(
        Treatment(lr=3e-5), ["raise-rate"], others=(Treatment(hidden=(60, 60), lr=3e-5),)
    ),
    "rate-too-high": Case(
        Treatment(lr=3.0), ["lower-rate"], others=(Treatment(hidden=(100,), lr=3.0),)
    ),
    "late-explosion": Case(
        Treatment(lr=0.6, init="small-normal", epochs=40),
        ["lower-rate", "lower-momentum", "batch-norm"],
        costs_less,
    ),
    "equal-weights": Case(
        Treatment(init="zeros"),
        ["random-weights", "relu-units"],
        others=(Treatment(init="constant", activation="tanh"),),
    ),
    "vanishing-gradients": Case(
        Treatment(hidden=(30,) * 6, activation="sigmoid", init="xavier"),
        ["relu-units", "batch-norm"],
    ),
    "dead-units": Case(Treatment(hidden=(40, 40), bias=-8.0), ["random-weights", "batch-norm"]),
    "unscaled-features": Case(
        Treatment(scaled=False, units_of_measure=3, optimizer="adam", lr=0.001),
        ["scale-features"],
    ),
    "shuffled-labels": Case(
        Treatment(shuffled=True, hidden=(100,), optimizer="adam", epochs=60), ["match-labels"]
    ),
    "training-mode": Case(
        Treatment(hidden=(60, 60), dropout=0.5, evaluates=False), ["evaluation-mode"]
    ),
    "overfitting": Case(
        Treatment(
            images=150, noise=5, hidden=(100, 100), activation="tanh", init="xavier",
            optimizer="adam", epochs=60,
        ),
        ["stop-early", "more-images", "stronger-penalty"],
        costs_less,
    ),
    "few-units": Case(Treatment(hidden=(2,)), ["more-units"]),
    "leaking-split": Case(
        Treatment(copies="before", noise=6),
        ["split-first"],
        is_honest,
        (Treatment(copies="before", noise=6, hidden=(60, 60), dropout=0.2),),
    ),
    "strong-penalty": Case(
        Treatment(l2=0.3), ["weaker-penalty"], others=(Treatment(l2=0.3, hidden=(40, 40)),)
    ),
    "high-momentum": Case(
        Treatment(momentum=0.995, lr=0.05, batch_size=100, l2=0.01, epochs=50),
        ["lower-momentum"],
        is_steady,
    ),
}  # fmt: skip
"""By the illness's name."""

CHANGES: dict[str, Callable[[Treatment], Treatment]] = {
    "nothing": lambda t: t,
    "raise-rate": lambda t: replace(t, lr=t.lr * 100),
    "lower-rate": lambda t: replace(t, lr=t.lr / 100),
    "random-weights": lambda t: replace(
        t, bias=0.0, init="kaiming-normal" if t.activation == "relu" else "xavier"
    ),
    "relu-units": lambda t: replace(t, activation="relu", init="kaiming-normal"),
    "batch-norm": lambda t: replace(t, batch_norm=True),
    "scale-features": lambda t: replace(t, scaled=True),
    "match-labels": lambda t: replace(t, shuffled=False),
    "evaluation-mode": lambda t: replace(t, evaluates=True),
    "split-first": lambda t: replace(t, copies="after" if t.copies else ""),
    "more-images": lambda t: replace(t, images=min(8 * t.images, MOST_IMAGES)),
    "more-units": lambda t: replace(t, hidden=tuple(min(10 * n, MOST_UNITS) for n in t.hidden)),
    "stop-early": lambda t: replace(t, stopping=3),
    "dropout": lambda t: replace(t, dropout=0.5),
    "stronger-penalty": lambda t: replace(t, l2=10 * t.l2 or 0.01),
    "weaker-penalty": lambda t: replace(t, l2=t.l2 / 100),
    "lower-momentum": lambda t: replace(t, momentum=0.9 if t.momentum > 0.9 else 0.5),
}
"""What each cure changes in a run."""
