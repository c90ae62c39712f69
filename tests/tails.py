"""How rarely training fails: from where its ends lie, not from waiting for one that fails."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from autograder.course.lab import Check
from autograder.sandbox.inside import observe


def engine_answers(check: Check, seeds: Iterable[int]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Ask the engine a check's cases under some seeds; yield each case with its answer."""
    for seed in seeds:
        cases = check.cases(seed)
        for case, sent in zip(cases, check.sent(cases), strict=True):
            yield case, observe(check.ask, (), sent, set()).value


def cross_entropies(logits: Any, target: Any) -> Any:
    """Compute each sample's cross-entropy."""
    return np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(target)), target]


def laplace_tail(sample: Any, limit: float) -> float:
    """Bound how often a number exceeds a limit, if its tails are no heavier than Laplace's."""
    return float(0.5 * np.exp(-np.sqrt(2) * (limit - np.mean(sample)) / np.std(sample)))
