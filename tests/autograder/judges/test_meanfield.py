"""Deep random networks are judged by mean-field theory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.gallery.initialization import expected_statistics
from autograder.judges.equal import equal
from autograder.judges.finding import Finding
from autograder.judges.meanfield import ALLOWED, SCATTER, follows_mean_field
from nnlab.activations import relu, tanh
from tests.plain_data import PLAIN

FUNCTIONS = {"tanh": (tanh, 1.0), "relu": (relu, 2.0)}
BOTH = pytest.mark.parametrize("name", FUNCTIONS)


def measured(name, gain, seed):
    """Measure the spread in ten layers of 500 units, for normal weights of variance gain / 500."""
    function, rng = FUNCTIONS[name][0], np.random.default_rng(seed)
    h, stds = rng.normal(size=(100, 500)), []
    for _ in range(10):
        weight = rng.standard_normal((500, 500), dtype=np.float32) * np.sqrt(gain / 500)
        h = function(h @ weight.T)
        stds.append(h.std())
    return stds


def theory(name):
    """Take the stds that the gallery computes for its figures."""
    function, gain = FUNCTIONS[name]
    return np.array([std for _, std in expected_statistics(function, gain)])


@BOTH
def test_networks_as_theory_wants_them_pass(name):
    """Theory's own numbers pass, and so do five random networks, within half of what is allowed."""
    gain = FUNCTIONS[name][1]
    judge = follows_mean_field(name, gain)
    nets = [measured(name, gain, seed) for seed in range(5)]
    deviations = np.log(np.array(nets) / theory(name)) / SCATTER[name]

    assert judge({}, theory(name), None) is None
    assert not any(judge({}, net, None) for net in nets)
    assert np.abs(deviations).max() < ALLOWED / 2


@BOTH
@pytest.mark.parametrize("factor", [0.5, 0.9, 1.1, 2.0, 0.0, 500.0])
def test_another_gain_is_refused(name, factor):
    """Weights whose variance is off by 10 % are caught, by the first layer if not before."""
    gain = FUNCTIONS[name][1]

    assert (
        "layer 1 "
        in follows_mean_field(name, gain)({}, measured(name, gain * factor, 9), None).detail
    )


@BOTH
def test_a_fingerprint_tells_where_the_signal_leaves_the_band(name):
    """Zero within, −1 below, 1 above; what is no list of ten numbers stands for itself."""
    gain = FUNCTIONS[name][1]
    fingerprint = follows_mean_field(name, gain).fingerprint
    late = theory(name).copy()
    late[9] *= 9

    assert fingerprint({}, theory(name)).tolist() == [0] * 10
    assert fingerprint({}, late).tolist() == [0] * 9 + [1]
    assert fingerprint({}, np.zeros(10)).tolist() == [-1] * 10
    assert fingerprint({}, np.full(10, np.nan)).tolist() == [1] * 10
    assert fingerprint({}, [1.0]) == [1.0]


@given(st.one_of(PLAIN, hnp.arrays(st.sampled_from(["f8", "g", "i8", "c16", "U2"]), 10)))
@settings(max_examples=200, deadline=None)
def test_the_judge_is_total(observed):
    """Any plain data is accepted or refused, and has a fingerprint: no error, no warning."""
    assert isinstance(follows_mean_field("tanh", 1.0)({}, observed, None), Finding | None)
    fingerprint = follows_mean_field("tanh", 1.0).fingerprint({}, observed)
    assert isinstance(equal({}, fingerprint, fingerprint), Finding | None)
