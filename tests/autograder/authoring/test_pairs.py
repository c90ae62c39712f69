"""Two mistakes at once: they are caught, and never called a third that they are not."""

import itertools

import pytest

from autograder.course.catalogue import labs, load_lab
from autograder.course.lab import Status
from autograder.course.solutions import Mistake
from autograder.grading.report import CheckResult
from tests.autograder.pairs import _both, ask_pair, pairs_of

LABS = [lab.id for lab in labs()]

IN_EFFECT = {
    "neuron-ignores-weights + neuron-forgets-threshold": "neuron-adds-threshold",
    "bp-dW-averaged + bp-db-mean": "bp-batch-average-twice",
    "bp-overwrites-bias-gradient + bp-overwrites-weight-gradient": "bp-overwrites-gradients",
    "rmsprop-missing-one-minus + rmsprop-decay-on-neither": "rmsprop-is-adagrad",
    "train-best-is-last + train-never-stops-early": "es-watches-training-loss",
    "bn-forgets-scale + bn-forgets-shift": "bn-forgets-scale-shift",
    "bnb-statistics-treated-constant + bnb-missing-division": "bnb-stops-at-x-hat",
    "bnb-variance-path-missing + bnb-mean-path-missing": "bnb-statistics-treated-constant",
    "dropout-mask-reversed + dropout-mask-and-scale-disagree": "dropout-keep-drop-confused",
    "dropout-not-rescaled + dropout-scaled-at-test": "dropout-vanilla",
}
"""Pairs that do in every check exactly what a third mistake does, and are called so: all there are."""


def misnamed(lab, pairs, key, sandbox):
    """List the pairs that are not caught, or called a third mistake that they are not in effect."""
    wrong = []
    for pair in pairs:
        outcome = ask_pair(lab, pair, key, sandbox)
        both = f"{pair.first.id} + {pair.second.id}"
        third = (IN_EFFECT[both],) if both in IN_EFFECT else ()
        if not outcome.caught or outcome.strangers or outcome.in_effect != third:
            wrong.append((both, outcome.caught, outcome.in_effect, outcome.strangers))
    return wrong


@pytest.mark.sampled(4)
@pytest.mark.parametrize("lab_id", LABS)
def test_some_pairs_are_caught_and_not_misnamed(lab_id, sandbox, key_of):
    """The first pair of each of three exercises; `make prove` asks all pairs."""
    lab = load_lab(lab_id)
    firsts = {pair.first.exercise: pair for pair in reversed(list(pairs_of(lab)))}
    sample = list(firsts.values())[:3]

    assert sample
    assert misnamed(lab, sample, key_of(lab_id), sandbox) == []


@pytest.mark.slow
@pytest.mark.parametrize("lab_id", LABS)
def test_all_pairs_are_caught_and_not_misnamed(lab_id, sandbox, key_of):
    """Any two mistakes of one exercise whose patches do not touch each other."""
    lab = load_lab(lab_id)

    assert misnamed(lab, pairs_of(lab), key_of(lab_id), sandbox) == []


def test_pairs_are_of_one_exercise_and_do_not_overlap():
    """Both patches are in the source; those that touch each other make no pair."""
    lab = load_lab("lab02_hebb")
    pairs = list(pairs_of(lab))

    for pair in pairs:
        text = pair.source.text.decode()
        assert pair.first.exercise == pair.second.exercise
        assert pair.first.wrong in text
        assert pair.second.wrong in text
    patched = {mistake.id: mistake for pair in pairs for mistake in (pair.first, pair.second)}
    both = {frozenset((pair.first.id, pair.second.id)) for pair in pairs}
    same_place = [
        (a.id, b.id)
        for a, b in itertools.combinations(patched.values(), 2)
        if a.exercise == b.exercise and a.right == b.right
    ]
    assert same_place
    assert not both & set(map(frozenset, same_place))


def test_a_name_that_something_contradicts_is_a_strangers(sandbox, key_of, monkeypatch):
    """Were a pair called a third that does something else, it would be told."""
    lab, key = load_lab("lab02_hebb"), key_of("lab02_hebb")
    pair = next(pairs_of(lab))
    check = next(c for c in lab.checks.values() if c.exercise == pair.first.exercise)
    stranger = next(
        name for name in key.checks[check.id].wrong if name not in {pair.first.id, pair.second.id}
    )
    named = CheckResult(check, Status.FAILED, mistakes=(stranger,))
    monkeypatch.setattr("tests.autograder.pairs.ask_exercise", lambda *_: [named])

    outcome = ask_pair(lab, pair, key, sandbox)
    assert (outcome.caught, outcome.in_effect, outcome.strangers) == (True, (), (stranger,))


def test_a_pair_that_is_no_python_is_none():
    """Two patches that spoil each other make no pair."""
    first = Mistake("a", "hebb.to_bipolar", "", right="2 * ", wrong="(2 * ")
    second = Mistake("b", "hebb.to_bipolar", "", right=" - 1", wrong=" - 3")

    assert _both(first, second) is None
