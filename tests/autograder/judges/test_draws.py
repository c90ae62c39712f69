"""The judge of random weights accepts every use of the generator, and never raises."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judges.draws import comes_from_generator, draws_fingerprint
from autograder.judges.finding import Finding
from tests.plain_data import PLAIN, evidence

SHAPES = [(3, 3), (3, 3), (2, 3)]


def weights(seed):
    """Draw the weights of a network."""
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, size=shape) for shape in SHAPES]


RIGHT = {"first": weights(1), "again": weights(1), "other": weights(2), "next": weights(9)}


def backwards(network):
    """Take the layers of equal shape in the other order."""
    return [network[1], network[0], network[2]]


def test_the_order_of_draws_is_free():
    """A network that draws its layers in another order is right as well."""
    assert comes_from_generator({}, RIGHT, RIGHT) is None
    assert comes_from_generator({}, {k: backwards(v) for k, v in RIGHT.items()}, RIGHT) is None


@pytest.mark.parametrize(
    ("observed", "words"),
    [
        ({**RIGHT, "again": weights(3)}, "Two networks from equal generators"),
        ({**RIGHT, "other": weights(1)}, "Networks from different generators"),
        ({**RIGHT, "next": weights(1)}, "A second network from the same generator"),
        ({**RIGHT, "other": [*weights(1)[:1], *weights(2)[1:]]}, "Networks from different"),
        (
            {name: [*network[:2], network[1][:2]] for name, network in RIGHT.items()},
            "Two layers begin with the same numbers",
        ),
        ({name: network[:2] for name, network in RIGHT.items()}, "The weights have the shapes"),
        ({**RIGHT, "other": []}, "The weights have the shapes []"),
        ({**RIGHT, "other": None}, "It is a dict with first, again, other, next, where"),
        (None, "It is None, where the weights"),
    ],
)
def test_what_is_wrong_is_told(observed, words):
    """Each way not to follow the generator has its sentence, and a fingerprint of its own."""
    assert comes_from_generator({}, observed, RIGHT).detail.startswith(words)
    assert draws_fingerprint({}, observed) != draws_fingerprint({}, RIGHT)


def test_a_generator_never_raises_an_alarm():
    """Among 2,000 seeds no right network is refused."""
    for seed in range(0, 6000, 3):
        network = {
            "first": weights(seed),
            "again": weights(seed),
            "other": weights(seed + 1),
            "next": weights(seed + 2),
        }

        assert comes_from_generator({}, network, RIGHT) is None


@settings(max_examples=300, deadline=None)
@given(st.one_of(PLAIN, evidence(**dict.fromkeys(RIGHT, PLAIN))))
def test_nothing_makes_the_judge_raise(observed):
    """Whatever comes back, judge and fingerprint answer, without a warning."""
    verdict = comes_from_generator({}, observed, RIGHT)
    draws_fingerprint({}, observed)

    assert verdict is None or isinstance(verdict, Finding)


@pytest.mark.parametrize("n_layers", [21, 20_000])
def test_a_network_of_far_too_many_layers_is_not_compared_layer_by_layer(n_layers):
    """Pairs of layers grow with the square of their number, so their number is looked at first."""
    many = {name: [np.ones(2)] * n_layers for name in RIGHT}

    finding = comes_from_generator({}, many, RIGHT)

    assert finding.detail.endswith("where the weights of networks are expected.")
    assert draws_fingerprint({}, many) == "a dict with first, again, other, next"
