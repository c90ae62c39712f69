"""Judges: each compares what a submission did with what the reference did.

A judge is a function of the case, the observed value and the expected value. It returns None when
the observed value is right, else a `Finding`. Judges get plain data only and must be total: no
value whatever may make them raise, for it may have been made to.
"""

from autograder.judges.accuracy import accuracy_fingerprint, reaches
from autograder.judges.attractor import rest_fingerprint, rests, wandering_fingerprint, wanders
from autograder.judges.draws import comes_from_generator, draws_fingerprint
from autograder.judges.epochs import (
    draws_orders,
    epochs_fingerprint,
    steps_by_example,
    visits_each_once,
)
from autograder.judges.equal import close, equal
from autograder.judges.finding import (
    Comparing,
    Finding,
    Judge,
    chance_of,
    proves_property_only,
    rule_of,
    states,
)
from autograder.judges.fit import fits
from autograder.judges.gradient import claimed_gradient, gradient_agrees, gradient_of
from autograder.judges.logic import (
    computes_parts,
    finds_neuron,
    parts,
    search_result,
    truth_table_of,
)
from autograder.judges.mask import (
    drops_each_alone,
    drops_share,
    gates_and_factor,
    gates_as_forward,
    scales_as_forward,
    scales_kept,
    share_and_factor,
)
from autograder.judges.meanfield import deep_spread, follows_mean_field
from autograder.judges.orientation import same_coordinates, same_directions
from autograder.judges.randomness import (
    draws_log_uniformly,
    follows_generator,
    generator_fingerprint,
    log_fingerprint,
    search_fingerprint,
    searches_at_random,
)
from autograder.judges.recipe import (
    best_fingerprint,
    fits_fingerprint,
    gives_logits,
    hands_in_best,
    leaves_some_out,
    left_out,
    logits_fingerprint,
    network_fits,
    repeats,
    repeats_fingerprint,
    validates_fairly,
    validation_fingerprint,
)
from autograder.judges.refusal import or_refuses, returns_or_refuses
from autograder.judges.samples import distributed_alike, drawn_alike, draws_anew, same_law
from autograder.judges.separation import fit_fingerprint, never_claims, separates, stays_in_bounds
from autograder.judges.splits import (
    cuts_folds,
    cuts_in_two,
    fits_every_fold,
    fold_fingerprint,
    rows_of,
)
from autograder.judges.training import (
    goes_through_all,
    memorizes,
    memory_fingerprint,
    passes_fingerprint,
)

__all__ = [
    "Comparing",
    "Finding",
    "Judge",
    "accuracy_fingerprint",
    "best_fingerprint",
    "chance_of",
    "claimed_gradient",
    "close",
    "comes_from_generator",
    "computes_parts",
    "cuts_folds",
    "cuts_in_two",
    "deep_spread",
    "distributed_alike",
    "drawn_alike",
    "draws_anew",
    "draws_fingerprint",
    "draws_log_uniformly",
    "draws_orders",
    "drops_each_alone",
    "drops_share",
    "epochs_fingerprint",
    "equal",
    "finds_neuron",
    "fit_fingerprint",
    "fits",
    "fits_every_fold",
    "fits_fingerprint",
    "fold_fingerprint",
    "follows_generator",
    "follows_mean_field",
    "gates_and_factor",
    "gates_as_forward",
    "generator_fingerprint",
    "gives_logits",
    "goes_through_all",
    "gradient_agrees",
    "gradient_of",
    "hands_in_best",
    "leaves_some_out",
    "left_out",
    "log_fingerprint",
    "logits_fingerprint",
    "memorizes",
    "memory_fingerprint",
    "network_fits",
    "never_claims",
    "or_refuses",
    "parts",
    "passes_fingerprint",
    "proves_property_only",
    "reaches",
    "repeats",
    "repeats_fingerprint",
    "rest_fingerprint",
    "rests",
    "returns_or_refuses",
    "rows_of",
    "rule_of",
    "same_coordinates",
    "same_directions",
    "same_law",
    "scales_as_forward",
    "scales_kept",
    "search_fingerprint",
    "search_result",
    "searches_at_random",
    "separates",
    "share_and_factor",
    "states",
    "stays_in_bounds",
    "steps_by_example",
    "truth_table_of",
    "validates_fairly",
    "validation_fingerprint",
    "visits_each_once",
    "wandering_fingerprint",
    "wanders",
]
