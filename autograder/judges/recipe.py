"""Judges of a training recipe: what every good network and every honest run have in common.

How a network looks and how it is trained is the student's choice, so no value is compared with the
reference's. Each judge asks for a property, and states what could refuse a right answer by chance.
Made-up numbers that have the property pass, so these checks carry one point each and need one
that cannot be made up; only `network_fits` asks for what the judge alone knows, labels.
"""

from typing import Any

import numpy as np

from autograder.judges.difference import EXACT
from autograder.judges.equal import equal
from autograder.judges.finding import EvidenceError, Finding, fields, wrong_kind
from autograder.judges.judge import Case, judge
from autograder.judges.numbers import as_reals
from autograder.judges.values import shape_of, value

__all__ = [
    "fits_fingerprint",
    "gives_logits",
    "hands_in_best",
    "leaves_some_out",
    "left_out",
    "network_fits",
    "repeats",
    "validates_fairly",
]

FIT_SHARE, FIT_LOSS, OTHERS_SHARE = 0.95, 0.1, 0.8
FAIR_LOSS = 1.0
EXPLODED = 10.0  # of dice with ten sides, guessing costs 2.3


def logits_fingerprint(_case: Case, observed: Any) -> Any:
    """Distinguish the shapes of logits and what was applied to them last."""
    logits = as_reals(observed)
    if logits is None:
        return shape_of(observed)
    return {"shape": logits.shape, "end": _ends_in(logits)}


@judge(
    "Finite numbers of the right shape are right, unless a softmax (rows that add up to 1 within "
    "1e-9) or a ReLU was applied to them.",
    chance=1e-15,
    property_only=True,
    fingerprint=logits_fingerprint,
)
def gives_logits(_case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept finite numbers of the expected shape to which no softmax and no ReLU was applied.

    Softmax: no entry is negative and all rows add up to 1. ReLU: no entry is negative, and some but
    not all are exactly 0. Logits do neither, except by a coincidence of rounding, below 1e-15 a row.
    """
    logits, shape = as_reals(observed), np.shape(expected)
    if logits is None or logits.shape != shape:
        return wrong_kind(observed, f"shape {shape} is")
    if not np.isfinite(logits).all():
        return Finding("Some logits are not finite.")
    if _ends_in(logits) == "softmax":
        return Finding("All rows add up to 1: the softmax is the loss's.", expected="logits")
    if _ends_in(logits) == "relu":
        return Finding(
            "No logit is below 0, and some are exactly 0: a ReLU cuts them.", "", "logits"
        )
    return None


def _ends_in(logits: Any) -> str:
    if logits.ndim != 2 or not logits.size or not (logits >= 0).all():
        return ""
    with np.errstate(all="ignore"):
        if (np.abs(logits.sum(axis=1) - 1) <= 1e-9).all():
            return "softmax"
    return "relu" if (logits == 0).any() and (logits > 0).any() else ""


def fits_fingerprint(case: Case, observed: Any) -> Any:
    """Distinguish a network that learns nothing, one that only draws a line, and bounded outputs."""
    logits = as_reals(observed)
    if logits is None or logits.shape != (len(_classes(case)), 2):
        return shape_of(observed)
    share, loss = _fit(_classes(case), logits)
    with np.errstate(over="ignore"):
        blind = bool(np.isfinite(logits).all() and np.ptp(logits, axis=0).max() <= 1e-9)
    bound = next(
        (name for name, low in (("(0, 1)", 0.31), ("(−1, 1)", 0.12)) if loss > low), "none"
    )
    return {
        "blind": blind,
        "fits": share >= FIT_SHARE,
        "bound": bound if share >= FIT_SHARE else "",
    }


@judge(
    f"After training, at least {FIT_SHARE:.0%} of the images must be right, with a mean cross-entropy "
    f"of at most {FIT_LOSS:g} (networks that can learn XOR end below 0.01), and {OTHERS_SHARE:.0%} of "
    "others of the same kind, whose classes stay with the judge.",
    chance=4e-7,
    fingerprint=fits_fingerprint,
)
def network_fits(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept logits that name the images right, with a mean cross-entropy below 0.1.

    `case["target"]` are the classes of the images that the network saw, `case["labels"]` those of
    the others, which come last. The images lie as XOR does, so no line can be right for more than
    three quarters and a few more. Outputs inside (0, 1) cannot get below log(1 + 1/e) = 0.31 in two
    classes, those inside (−1, 1) not below log(1 + 1/e²) = 0.13. Networks of one to five layers, of
    16 to 512 units, of ReLU, tanh and sigmoid, with dropout up to one half and without, all end
    below 0.01 (tests train them).

    An image that is named wrong costs log 2 at least. So 3 of 40 that were seen, or 9 of 40 others,
    are wrong only where the mean loss is above 0.052, or 0.156. Over 300 starts the logarithm of the
    reference's loss was 10.5, and 10.7, deviations below that, near a normal law; with tails as
    heavy as Laplace's this is exceeded less than once in 5e6, and once in 7e6.
    """
    logits = as_reals(observed)
    seen, n_images = len(case["target"]), len(_classes(case))
    if logits is None or logits.shape != (n_images, 2):
        return Finding(f"It is {shape_of(observed)}, where logits are expected.")
    share, loss = _fit(case["target"], logits[:seen])
    said = f"After training, {share:.0%} of these images are right, with a loss of {loss:.3g}."
    if not share >= FIT_SHARE:
        return Finding(said, "a network that cannot learn XOR", "one that learns it by heart")
    if not loss <= FIT_LOSS:
        return Finding(
            f"{said} Do its outputs stay in a narrow range?", "bounded outputs", "logits"
        )
    share, _ = _fit(case["labels"], logits[seen:])
    if not share >= OTHERS_SHARE:
        return Finding(f"It learned these images; of others like them {share:.0%} are right.")
    return None


def _classes(case: Case) -> Any:
    """List the classes of all images, those that the network saw first."""
    return np.concatenate([case["target"], case["labels"]])


def _fit(target: Any, logits: Any) -> tuple[float, float]:
    """Compute accuracy and mean cross-entropy of two logits a row."""
    target = np.asarray(target)
    rows = np.arange(len(target))
    with np.errstate(all="ignore"):
        margin = logits[rows, target] - logits[rows, 1 - target]
        return float((margin > 0).mean()), float(np.logaddexp(0, -margin).mean())


def repeats_fingerprint(_case: Case, observed: Any) -> Any:
    """Distinguish results that ignore the seed and results that ignore all seeds."""
    first, again, other = map(as_reals, fields(observed, "first again other", "numbers are"))
    if any(part is None or not part.size for part in (first, again, other)):
        raise EvidenceError("It is not made of numbers.")
    return {"again": np.array_equal(first, again), "other": np.array_equal(first, other)}


@judge(
    "The same seed must give the same numbers to the last bit, and 2 different seeds different ones.",
    property_only=True,
    fingerprint=repeats_fingerprint,
    picture="seeds",
)
def repeats(_case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept {first, again, other}: equal arrays for the same seed, another array for another."""
    same = repeats_fingerprint({}, observed)
    if not same["again"]:
        return Finding(
            "The same seed gives something else the second time.",
            "two results for one seed",
            "randomness that comes from rng alone",
        )
    if same["other"]:
        return Finding(
            "Two seeds give the same: rng changes nothing.",
            "one result for two seeds",
            "randomness that comes from rng",
        )
    return None


def left_out(case: Case, observed: Any) -> Any:
    """Say how many images the scaler has not seen: none, some, most; or other, and strange.

    All images bear marks of one strength. A scaler that knows all of them, in unequal strengths, was
    fitted on other rows than these images: it is strange.
    """
    n_samples = len(case["target"])
    marks = as_reals(observed)
    if marks is None or marks.ndim != 1 or marks.size < n_samples:
        return "other"
    known = marks[:n_samples]
    seen = int((known > 0).sum())
    if seen == n_samples and not known.max() <= known.min() * (1 + EXACT):
        return "strange"
    return "none" if seen == n_samples else "some" if 2 * seen >= n_samples else "most"


@judge(
    "The scaler must have seen at least 1/2 of the images and not all; each image carries a mark of "
    "its own, so chance plays no part.",
    property_only=True,
    fingerprint=left_out,
)
def leaves_some_out(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept a scaler that was fitted on at least half of the images and not on all.

    The evidence is one number an image, above 0 if the scaler has seen it: image i alone has ink in
    pixel i, so that pixel's largest value or mean shows it.
    """
    kind = left_out(case, observed)
    if kind == "strange":
        return Finding(
            "Each image has a mark of its own, and the scaler knows none of them as it is.",
            returned="a scaler that was fitted on other rows than these images",
            expected="one fitted on the training part alone",
        )
    n_samples = len(case["target"])
    if kind in {"some", "other"}:
        what = f"It is {shape_of(observed)}, where a fitted scaler is expected."
        return None if kind == "some" else Finding(what)
    seen = int((as_reals(observed)[:n_samples] > 0).sum())
    why = "Validation images must be as new to the scaler as to the network."
    return Finding(
        why if kind == "none" else "",
        returned=f"a scaler that was fitted on {seen} of {n_samples} images",
        expected="one fitted on the training part alone",
    )


def validation_fingerprint(_case: Case, observed: Any) -> Any:
    """Distinguish fair and unfair validation, and where the training loss went."""
    val, train = map(as_reals, fields(observed, "val_loss train_loss", "a Trained is"))
    if val is None or val.ndim != 1 or not val.size:
        raise EvidenceError("The history holds no validation losses.")
    fair = not bool((val < FAIR_LOSS).any())  # nan: a run that exploded does not cheat
    return {"fair": fair, "loss": _trend(train)}


@judge(
    f"The labels are dice, so the validation loss must not fall below {FAIR_LOSS:g}.",
    chance=3e-7,
    property_only=True,
    fingerprint=validation_fingerprint,
    picture="dice_losses",
)
def validates_fairly(_case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept a history whose validation loss is never below 1, where labels are ten-sided dice.

    Nobody can foretell a die. For m validation labels and any predictions p made without them,
    P(mean loss ≤ log 10 − δ) = P(Π p ≥ e^(mδ) 10^−m) ≤ e^(−mδ), by Markov, as each p is 1/10 on
    average. With m ≥ 15 and 100 epochs that is 100 e^(−15 · 1.30) = 3e-7 in all. Losses of labels
    that training has seen fall to 0.
    """
    if validation_fingerprint({}, observed)["fair"]:
        return None
    lowest = float(as_reals(observed["val_loss"]).min())
    return Finding(
        "The labels are dice, which nobody can foretell: does training see the validation images?",
        returned=f"a lowest validation loss of {value(round(lowest, 3))}",
        expected="about log 10 = 2.3, what guessing costs",
    )


def _trend(losses: Any) -> str:
    """Say in a word where a run's training loss went; nan went up."""
    if losses is None or losses.ndim != 1 or not losses.size:
        return "unknown"
    if not losses[-1] <= EXPLODED:
        return "explodes"
    return "falls" if losses[-1] < 0.97 * losses[0] else "stays"


BEST = "model best known val_loss"
MEASURED = 1e-3


def best_fingerprint(case: Case, observed: Any) -> Any:
    """Identify only whether the two models answer alike, and whether the history knows this loss."""
    model, best, *_ = map(as_reals, fields(observed, BEST, "a Trained is"))
    alike = model is not None and best is not None and equal({}, model, best) is None
    return {"alike": alike, "measured": _unmeasured(case, observed) is None}


def _unmeasured(case: Case, observed: Any) -> float | None:
    """Compute the handed-in model's loss of the images that the scaler has not seen.

    Return None if the history has this loss, or if nobody can say which images were set aside.
    """
    target = np.asarray(case["target"])
    _, logits, known, losses = map(as_reals, fields(observed, BEST, "a Trained is"))
    if any(part is None for part in (logits, known, losses)):
        return None
    if (logits.ndim, known.ndim, losses.ndim) != (2, 1, 1) or len(logits) != target.size:
        return None
    if known.size < target.size or not losses.size:
        return None
    unseen = known[: target.size] <= 0
    if unseen.all() or not unseen.any() or logits.shape[1] <= target.max():
        return None
    rows, classes = logits[unseen], target[unseen]
    with np.errstate(all="ignore"):
        largest = rows.max(axis=1)
        spread = np.log(np.exp(rows - largest[:, None]).sum(axis=1))
        loss = float(np.mean(spread + largest - rows[np.arange(len(rows)), classes]))
        near = np.abs(losses - loss) <= MEASURED * (1 + abs(loss))
    return None if near.any() or not np.isfinite(losses).any() else loss


@judge(
    "The model handed in must answer as the best one of the history does, within "
    f"{EXACT:g} of the largest logit, and the history must have its loss of the images that the "
    f"scaler has not seen, within {MEASURED:g}.",
    property_only=True,
    fingerprint=best_fingerprint,
)
def hands_in_best(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept {model, best, known, val_loss}: the model handed in answers as the best one does.

    `known` are the scaler's marks: what it has not seen was set aside. Scaled by this scaler, these
    images cost the best model what the history says of one of its epochs.
    """
    shape = np.shape(expected["model"])
    for logits in map(as_reals, fields(observed, BEST, "a Trained is")[:2]):
        if logits is None or logits.shape != shape or not np.isfinite(logits).all():
            return Finding(f"The logits are not {shape} finite numbers.")
    if not best_fingerprint(case, observed)["alike"]:
        return Finding(
            "", "a model that is not the history's best", "the one of the lowest validation loss"
        )
    loss = _unmeasured(case, observed)
    if loss is None:
        return None
    return Finding(
        "The images that your scaler has not seen, scaled by it, do not cost your model what any epoch of "
        "history.val_loss says. Was validation measured on them, and were they scaled as in training?",
        returned=f"a model with a validation loss of {value(round(loss, 3))}",
        expected="a loss that is in history.val_loss",
    )
