"""The gallery: every figure is drawn, and its numbers are the lecture's, corrected by theory."""

import re

import numpy as np
import pytest

from autograder.authoring.gallery import experiments
from autograder.authoring.gallery.initialization import expected_statistics
from nnlab import activations

EXPERIMENTS = experiments()
SLOW = {"search"}


@pytest.fixture(scope="module")
def drawn():
    """Draw each figure once."""
    cache = {}

    def draw(name):
        if name not in cache:
            cache[name] = EXPERIMENTS[name].draw()
        return cache[name]

    return draw


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] if n in SLOW else []) for n in EXPERIMENTS]
)
def test_every_figure_is_drawn_with_a_title(name, drawn, tmp_path):
    """Each figure renders without a warning, and its title says what to see."""
    sheet = drawn(name).figure
    sheet.savefig(tmp_path / "figure.png", dpi=50)

    assert (tmp_path / "figure.png").stat().st_size > 5000
    assert len(sheet.get_suptitle()) > 15
    assert EXPERIMENTS[name].shows.endswith(".")
    assert EXPERIMENTS[name].slides


def test_hebb_figures_print_the_lectures_tables(drawn):
    """Binary AND stays at (1, 1, 1); bipolar AND ends at (2, 2, −2)."""
    assert drawn("hebb-binary").text.splitlines()[-1] == "4: [1.0, 1.0, 1.0]"
    assert drawn("hebb-bipolar").text.splitlines()[-1] == "4: [2.0, 2.0, -2.0]"


def test_fourteen_of_sixteen_functions_have_a_neuron(drawn):
    """The gates' figure counts the separable functions of two inputs."""
    assert drawn("gates").text == "14 of the 16 functions of two inputs have a neuron."


def test_the_quadratic_diverges_beyond_its_largest_rate(drawn):
    """Step 0.2 converges fastest; step 0.25, above 0.24503, climbs."""
    finals = [float(value) for value in re.findall(r"f after 50: (\S+)", drawn("step-size").text)]

    assert finals[2] < finals[1] < finals[0] < 54 < finals[3]


@pytest.mark.parametrize("name", [name for name in EXPERIMENTS if name.startswith("init-")])
def test_measured_statistics_agree_with_theory(name, drawn):
    """Each layer's standard deviation is within seven of its own standard errors of the theory."""
    rows = [line.split() for line in drawn(name).text.splitlines()[1:]]
    measured = np.array([[float(cell) for cell in row] for row in rows])
    depth = measured[:, 0]
    spread = np.where("relu" in name, 0.0025 + 0.0115 * depth, 0.0012 * depth + 0.001)

    assert len(rows) == 10
    assert (np.abs(np.log(measured[:, 3] / measured[:, 4])) < 7 * spread).all()


@pytest.mark.parametrize("gain", [0.05, 1.0, 500.0])
def test_the_expected_first_layer_is_an_integral(gain):
    """The first layer's spread under tanh is an adaptive quadrature of tanh²."""
    from scipy import integrate, stats

    ((mean, std),) = expected_statistics(activations.tanh, gain, depth=1)
    square = integrate.quad(
        lambda z: np.tanh(np.sqrt(gain) * z) ** 2 * stats.norm.pdf(z),
        -12,
        12,
        points=[0],
        limit=200,
    )[0]

    assert mean == pytest.approx(0, abs=1e-12)
    assert std == pytest.approx(np.sqrt(square), rel=1e-6)


def test_the_expected_relu_layer_has_a_closed_form():
    """Under He's weights each ReLU layer has mean 1/√π and variance 1 − 1/π."""
    for mean, std in expected_statistics(activations.relu, 2.0, depth=3):
        assert mean == pytest.approx(1 / np.sqrt(np.pi), rel=1e-6)
        assert std == pytest.approx(np.sqrt(1 - 1 / np.pi), rel=1e-6)


@pytest.mark.slow
def test_the_search_finds_at_least_97_percent(drawn):
    """Coarse to fine in log space finds at least 97 % validation accuracy on the digits."""
    best = [float(value) for value in re.findall(r"(?:coarse|fine): (\S+)", drawn("search").text)]

    assert max(best) >= 0.97
