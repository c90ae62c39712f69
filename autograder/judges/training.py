"""Judges for a training loop: what it showed the network, and what the network has learnt.

Batches may be drawn in any order. This is certain: in every epoch each sample is in one update,
beside its own target, in batches of the size that was asked for; and no two epochs have to be in the
same order, nor cut the same batches. Two random orders of 13 samples agree once in 6e9, two random cuts in
three batches once in 36,000, and all three epochs of a case must. The samples of an epoch are a
progression, such as a block after the other from any sample on, once in 40 million.

That is a property, which any list of the samples has.

A network that has memorised its samples answers all of them right. The check trains so much longer
than is needed that among a thousand seeds none needed a third of it. All that decides where training
leads is given, the first weights too, and a batch holds all samples, so the logits must be the
reference's within SAME of the largest: the targets are in the case, and anybody can write logits
that name them right. In 300 runs another order of the batch moved the logits by less than 1e-13 of the
largest, and a change of the samples by one part in 10¹⁰ moved them by at most 700 times as much (log₁₀
of the factor: mean 0.6, standard deviation 0.32); to SAME are ten powers of ten.
"""

from math import ceil
from typing import Any

import numpy as np

from autograder.judges.equal import close
from autograder.judges.finding import EvidenceError, Finding
from autograder.judges.judge import Case, judge
from autograder.judges.numbers import as_reals
from autograder.judges.splits import rows_of
from autograder.judges.values import shape_of

__all__ = ["goes_through_all", "memorizes", "memory_fingerprint", "passes_fingerprint"]

SAME = 1e-3
trained = close(SAME)


def passes_fingerprint(case: Case, observed: Any) -> Any:
    """Distinguish loops by the number of updates and by what is wrong with them."""
    found = goes_through_all(case, observed, None)
    return {"problem": found.detail if found else ""}


@judge(
    "In each epoch every sample must be in exactly 1 update, beside its own target, and not all "
    "epochs may have the same order.",
    chance=1e-9,
    property_only=True,
    fingerprint=passes_fingerprint,
)
def goes_through_all(case: Case, observed: Any, _expected: Any) -> Finding | None:
    """Accept updates, each the batch (x, target) that it was made with, that go through all samples."""
    per_epoch = ceil(len(case["x"]) / case["batch_size"])
    wanted = per_epoch * case["epochs"]
    if not isinstance(observed, tuple | list) or len(observed) != wanted:
        updates = len(observed) if isinstance(observed, tuple | list) else 0
        return Finding(
            f"{updates} updates in {case['epochs']} epochs.",
            f"{updates} updates",
            f"{wanted} updates",
        )
    starts = range(0, wanted, per_epoch)
    orders = [_epoch(case, observed[start : start + per_epoch]) for start in starts]
    if all(np.array_equal(order, orders[0]) for order in orders[1:]):
        return Finding(
            "Every epoch has the same order.", "the same order", "a new order in every epoch"
        )
    cuts = [
        {frozenset(batch) for batch in np.split(order, np.cumsum(sizes)[:-1])}
        for order, sizes in zip(orders, _sizes(observed, per_epoch), strict=True)
    ]
    if all(cut == cuts[0] for cut in cuts[1:]) or all(map(_is_progression, orders)):
        return Finding(
            "The samples of a batch are the same in every epoch, or neighbours: they are not shuffled.",
            "batches with a pattern",
            "samples in a new random order in every epoch",
        )
    return None


def _sizes(updates: Any, per_epoch: int) -> list[list[int]]:
    """List the sizes of the batches, epoch by epoch."""
    sizes = [len(batch[0]) for batch in updates]
    return [sizes[start : start + per_epoch] for start in range(0, len(sizes), per_epoch)]


def _is_progression(order: Any) -> bool:
    """Return whether an order goes on by one step, round and round."""
    return len(set(np.diff(order) % len(order))) <= 1


def _epoch(case: Case, updates: Any) -> Any:
    """Read the samples of an epoch's updates, in order."""
    order: list[Any] = []
    for batch in updates:
        if not isinstance(batch, tuple | list) or len(batch) != 2:
            raise EvidenceError(
                "An update was made without a batch: forward and backward come first."
            )
        samples = rows_of(case, *batch)
        if len(samples) > case["batch_size"]:
            raise EvidenceError(f"A batch is larger than batch_size, {case['batch_size']}.")
        order += samples.tolist()
    if sorted(order) != list(range(len(case["x"]))):
        raise EvidenceError("In an epoch, not every sample is in exactly one update.")
    return order


def memory_fingerprint(case: Case, observed: Any) -> Any:
    """Identify only whether all is memorised: which samples are missed depends on the draws."""
    found = _missed(case, observed)
    return {"memorised": found is None, "said": found.detail if found else ""}


@judge(
    "100% of the samples must be named right after training, of a thousand seeds none needed a third "
    "of the epochs that it is given; and as all begin with the same weights, the logits must be the "
    f"reference's within {SAME:g} of the largest.",
    chance=1e-8,
    fingerprint=memory_fingerprint,
)
def memorizes(case: Case, observed: Any, expected: Any) -> Finding | None:
    """Accept logits whose largest is each sample's own class, if this training leads to them."""
    found = _missed(case, observed)
    if found:
        return found
    finding = trained(case, observed, expected)
    return finding and Finding(
        f"All samples are named right, but training from these weights ends elsewhere. {finding.detail}"
    )


def _missed(case: Case, observed: Any) -> Finding | None:
    """Say which part of the samples is not named right."""
    logits, target = as_reals(observed), np.asarray(case["target"])
    if logits is None or logits.ndim != 2 or len(logits) != len(target) or not logits.size:
        return Finding(f"It is {shape_of(observed)}, where a logit for each class is expected.")
    if not np.isfinite(logits).all():
        return Finding("Some logits are not finite.", "logits that are not finite", "all right")
    right = int((logits.argmax(axis=1) == target).sum())
    if right < len(target):
        return Finding("", f"{right} of {len(target)} right", "all right: so few can be memorised")
    return None
