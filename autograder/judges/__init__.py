"""Judges: each compares what a submission did with what the reference did.

A judge is a function of the case, the observed value and the expected value. It returns None when
the observed value is right, else a `Finding`. Judges get plain data only and must be total: no
value whatever may make them raise, for it may have been made to.
"""

from autograder.judges.accuracy import accuracy_fingerprint, reaches
from autograder.judges.attractor import (
    rest_fingerprint,
    rests,
    wandering_fingerprint,
    wanders,
)
from autograder.judges.equal import close, equal
from autograder.judges.finding import Finding, Judge
from autograder.judges.logic import (
    computes_parts,
    finds_neuron,
    parts,
    search_result,
    truth_table_of,
)
from autograder.judges.recipe import (
    fits,
    fits_fingerprint,
    gives_logits,
    hands_in_best,
    leaves_some_out,
    left_out,
    logits_fingerprint,
    repeats,
    repeats_fingerprint,
    validates_fairly,
    validation_fingerprint,
)
from autograder.judges.separation import (
    fit_fingerprint,
    never_claims,
    separates,
    stays_in_bounds,
)

__all__ = [
    "Finding",
    "Judge",
    "accuracy_fingerprint",
    "close",
    "computes_parts",
    "equal",
    "finds_neuron",
    "fit_fingerprint",
    "fits",
    "fits_fingerprint",
    "gives_logits",
    "hands_in_best",
    "leaves_some_out",
    "left_out",
    "logits_fingerprint",
    "never_claims",
    "parts",
    "reaches",
    "repeats",
    "repeats_fingerprint",
    "rest_fingerprint",
    "rests",
    "search_result",
    "separates",
    "stays_in_bounds",
    "truth_table_of",
    "validates_fairly",
    "validation_fingerprint",
    "wandering_fingerprint",
    "wanders",
]
