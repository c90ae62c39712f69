"""Judges: each compares what a submission did with what the reference did.

A judge is a function of the case, the observed value and the expected value. It returns None when
the observed value is right, else a `Finding`. Judges get plain data only and must be total: no
value whatever may make them raise, for it may have been made to.
"""

from autograder.judges.equal import close, equal
from autograder.judges.finding import Finding, Judge
from autograder.judges.logic import (
    computes_parts,
    finds_neuron,
    parts,
    search_result,
    truth_table_of,
)
from autograder.judges.randomness import (
    draws_log_uniformly,
    follows_generator,
    generator_fingerprint,
    log_fingerprint,
    search_fingerprint,
    searches_at_random,
)
from autograder.judges.separation import (
    fit_fingerprint,
    never_claims,
    separates,
    stays_in_bounds,
)
from autograder.judges.splits import cuts_folds, cuts_in_two, fits_every_fold, fold_fingerprint
from autograder.judges.training import (
    goes_through_all,
    memorizes,
    memory_fingerprint,
    passes_fingerprint,
)

__all__ = [
    "Finding",
    "Judge",
    "close",
    "computes_parts",
    "cuts_folds",
    "cuts_in_two",
    "draws_log_uniformly",
    "equal",
    "finds_neuron",
    "fit_fingerprint",
    "fits_every_fold",
    "fold_fingerprint",
    "follows_generator",
    "generator_fingerprint",
    "goes_through_all",
    "log_fingerprint",
    "memorizes",
    "memory_fingerprint",
    "never_claims",
    "parts",
    "passes_fingerprint",
    "search_fingerprint",
    "search_result",
    "searches_at_random",
    "separates",
    "stays_in_bounds",
    "truth_table_of",
]
