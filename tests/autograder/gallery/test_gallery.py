"""The gallery: every title is a claim that the numbers hold under several seeds, and every figure can be read."""

import copy
import importlib
from itertools import combinations
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba

from autograder.course.catalogue import ROOT, owner_of
from autograder.gallery import lecture_figures
from autograder.gallery.initialization import ACTIVATIONS, STARTS, expected_statistics
from autograder.gallery.saving import animate, save
from autograder.gallery.style import plots
from nnlab import activations

FIGURES = lecture_figures()
HEAVY = {
    "batch-norm",
    "boundary-spirals",
    "capacity",
    "dropout",
    "early-stopping",
    "l2",
    "landscape",
    "search",
    "signal-flow",
    "your-network",
    *STARTS,
}
"""Figures whose numbers, or whose panels, take a second or more."""
SEEDS = range(5)
HEADINGS = (ROOT / "tests" / "lecture_headings.txt").read_text(encoding="utf-8").splitlines()
LEAST_CONTRAST = 3.0


def of(names, *more):
    """Make a test's parameters; what is heavy is slow."""
    return [
        pytest.param(n, *m, marks=[pytest.mark.slow] if n in HEAVY else [])
        for n in names
        for m in (more or [()])
    ]


class Library:
    """The reference, which notes what of its modules is used."""

    def __init__(self):
        self.used = set()

    def __getattr__(self, module):
        """Give a module."""
        self.used.add(module)
        return importlib.import_module(f"nnlab.{module}")


@pytest.fixture(scope="module")
def used():
    """Keep which modules each figure's numbers were computed with."""
    return {}


@pytest.fixture(scope="module")
def numbers(used):
    """Compute each figure's numbers once for each seed."""
    cache = {}

    def compute(name, seed=0):
        if (name, seed) not in cache:
            library, figure = Library(), FIGURES[name]
            cache[name, seed] = figure.numbers(library, **figure.case(seed))
            used[name] = library.used
        return copy.deepcopy(cache[name, seed])

    return compute


@pytest.fixture(scope="module")
def sheet(numbers):
    """Draw each figure once, and lay it out."""
    cache = {}

    def draw(name):
        if name not in cache:
            figure = FIGURES[name].draw(numbers(name)).figure
            FigureCanvasAgg(figure).draw()
            cache[name] = figure
        return cache[name]

    return draw


@pytest.mark.parametrize(("name", "seed"), of(FIGURES, *((seed,) for seed in SEEDS)))
def test_the_numbers_show_what_the_title_says(name, seed, numbers):
    """Whatever the seed, the numbers behind a figure hold its claim."""
    assert FIGURES[name].claim(numbers(name, seed))


@pytest.mark.parametrize("name", of(e for e in FIGURES if e != "your-network"))
def test_a_figure_waits_for_the_last_lab_that_it_uses(name, numbers, used):
    """It can be drawn when that one is finished, and not before."""
    numbers(name)
    labs = [owner.id for module in used[name] if (owner := owner_of(module))]

    assert FIGURES[name].lab == max(labs)


def swap(n, *keys):
    """Turn a list of numbers around."""
    for key in keys[:-1]:
        n = n[key]
    n[keys[-1]] = n[keys[-1]][::-1]


BROKEN = {
    "gates": lambda n: n["answers"]["XOR"].pop(),
    "hebb-binary": lambda n: n["history"].__setitem__(2, 0),
    "hebb-bipolar": lambda n: n["wrong"].__setitem__(-1, 1),
    "hopfield": lambda n: n["recalled"].__setitem__((0, 0), -n["recalled"][0, 0]),
    "error-surface": lambda n: n.update(counts=np.arange(20.0).reshape(4, 5)),
    "perceptron": lambda n: n.update(bound=len(n["samples"]) - 1),
    "weight-vector": lambda n: swap(n, "weights"),
    "landscape": lambda n: n.update(criterion=0 * n["criterion"]),
    "activations": lambda n: n["functions"]["tanh"]["slope"].fill(0.5),
    "capacity": lambda n: swap(n, "costs"),
    "boundary-xor": lambda n: n.update(hidden=0 * n["hidden"]),
    "boundary-moons": lambda n: n.update(hidden=0 * n["hidden"]),
    "boundary-spirals": lambda n: n.update(right=0.9),
    "step-size": lambda n: swap(n, "ends"),
    "optimizers-bowl": lambda n: n["walks"].update(Adam=n["walks"]["SGD"]),
    "optimizers-saddle": lambda n: n["walks"].update(Adam=n["walks"]["Momentum"]),
    "optimizers-noise": lambda n: n["heights"].update(Momentum=2 * n["heights"]["SGD"]),
    "decay": lambda n: swap(n, "rates", "1/t: k = 0.25"),
    "l2": lambda n: swap(n, "scores"),
    "bias-variance": lambda n: n["splits"].update({3: (1.0, 1.0)}),
    "whitening": lambda n: n["correlations"].update({"PCA whitening": 0.01}),
    "k-fold": lambda n: n["train"].__setitem__(0, n["held_out"][0]),
    "early-stopping": lambda n: swap(n, "val"),
    "init-small": lambda n: swap(n, "stds"),
    "init-large": lambda n: n["shares"].fill(1 / 31),
    "init-xavier-tanh": lambda n: n["stds"].fill(0.6),
    "init-xavier-relu": lambda n: n.update(moments=[1.0] * 10),
    "init-he-relu": lambda n: n["moments"].__setitem__(9, 0.1),
    "init-uniform-tanh": lambda n: n["stds"].fill(0.6),
    "signal-flow": lambda n: swap(n, "flow", "init-large", "backward"),
    "overfit-20": lambda n: n["costs"].append(0.01),
    "learning-rates": lambda n: swap(n, "runs"),
    "late-explosion": lambda n: n.update(diverged=False),
    "search": lambda n: n["stages"].update(fine=n["stages"]["coarse"]),
    "grid-and-random": lambda n: n["random"].update(n["grid"]),
    "batch-norm": lambda n: swap(n["runs"]["with batch norm"], "costs"),
    "dropout": lambda n: swap(n, "runs"),
    "your-network": lambda n: n.update(right=0.5),
}
"""A change of each figure's numbers under which its title is false."""


@pytest.mark.parametrize("name", of(FIGURES))
def test_a_claim_can_be_false(name, numbers):
    """Numbers that do not show what the title says are noticed."""
    wrong = numbers(name)
    BROKEN[name](wrong)

    assert not FIGURES[name].claim(wrong)


@pytest.mark.parametrize("figure", FIGURES.values(), ids=lambda e: e.name)
def test_a_figure_names_a_heading_of_the_lecture(figure):
    """The heading stands in the lecture, and the sentence is one."""
    assert figure.slides in HEADINGS
    assert figure.shows.endswith(".")


def seen(sheet):
    """List the axes that show more than a legend."""
    return [ax for ax in sheet.axes if ax.has_data() or ax.get_title()]


@pytest.mark.sampled(8)
@pytest.mark.parametrize("name", of(FIGURES))
def test_axes_have_names(name, sheet):
    """Every axis says what it is; only images have none."""
    for ax in sheet(name).axes:
        if ax.axison and not hasattr(ax, "_colorbar"):
            assert ax.get_xlabel(), ax.get_title()
            assert ax.get_ylabel(), ax.get_title()
        elif hasattr(ax, "_colorbar"):
            assert ax.get_ylabel()


@pytest.mark.parametrize("name", of(FIGURES))
def test_titles_do_not_collide(name, sheet):
    """Title, panels' titles and legends lie in the sheet, and none touches another."""
    figure = sheet(name)
    titles = [figure._suptitle, *(ax.title for ax in seen(figure) if ax.get_title())]
    boxes = [part.get_window_extent() for part in (*titles, *figure.legends)]

    assert len(figure.get_suptitle()) > 15
    for box in boxes:
        assert 0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert 0 <= box.y0 < box.y1 <= figure.bbox.y1
    for one, other in combinations(boxes, 2):
        assert not one.expanded(1.01, 1.05).overlaps(other)


def contrast(colour, alpha=None):
    """Measure a colour's contrast with white, as WCAG 2 does; it may let white through."""
    red, green, blue, opaque = to_rgba(colour)
    opaque = opaque if alpha is None else alpha
    mixed = np.array([red, green, blue]) * opaque + (1 - opaque)
    linear = np.where(mixed <= 0.03928, mixed / 12.92, ((mixed + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)


def inks(ax):
    """List the colours of what has a name: lines, and points that do not show a scale of colours."""
    for line in ax.get_lines():
        if not line.get_label().startswith("_"):
            yield line.get_color(), line.get_alpha()
    for dots in ax.collections:
        if isinstance(dots, PathCollection) and dots.get_array() is None:
            for face, edge in zip(dots.get_facecolors(), dots.get_edgecolors(), strict=False):
                yield max(face, edge, key=contrast), None
    for text in (ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts):
        yield text.get_color(), None


@pytest.mark.parametrize("name", of(FIGURES))
def test_everything_stands_out_on_white(name, sheet):
    """Lines, points and words have a contrast of 3 : 1."""
    for ax in seen(sheet(name)):
        for colour, alpha in inks(ax):
            assert contrast(colour, alpha) >= LEAST_CONTRAST, (ax.get_title(), colour)


def test_the_palette_stands_out_on_white():
    """Each of the palette's colours has a contrast of 3 : 1, and a stroke of its own."""
    assert min(map(contrast, plots.COLOURS)) >= LEAST_CONTRAST
    assert len(set(plots.STROKES)) == len(plots.COLOURS)


@pytest.mark.parametrize("name", of(FIGURES))
def test_nothing_is_said_by_colour_alone(name, sheet):
    """Two named lines of a panel differ in stroke, marker or width; two named clouds in form or filling."""
    for ax in seen(sheet(name)):
        named = [line for line in ax.get_lines() if not line.get_label().startswith("_")]
        strokes = [(line._dash_pattern, line.get_marker(), line.get_linewidth()) for line in named]
        clouds = [
            (dots.get_paths()[0].vertices.tobytes(), len(dots.get_facecolors()), dots.get_facecolors().tobytes())
            for dots in ax.collections
            if isinstance(dots, PathCollection) and not dots.get_label().startswith("_")
        ]  # fmt: skip

        assert len({*map(str, strokes)}) == len(strokes), ax.get_title()
        assert len(set(clouds)) == len(clouds), ax.get_title()


def test_a_figure_is_saved_twice(sheet, tmp_path):
    """Beside the PNG lies an SVG, which stays sharp on any screen."""
    png, svg = save(sheet("gates"), tmp_path / "figures", "gates")

    assert png.read_bytes().startswith(b"\x89PNG")
    assert ET.parse(svg).getroot().tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.parametrize("name", of(name for name, figure in FIGURES.items() if figure.film))
def test_a_film_moves(name, numbers):
    """The pictures of a film differ, and the last shows the end."""
    film = FIGURES[name].film(numbers(name))
    canvas = FigureCanvasAgg(film.figure)
    pictures = []
    for frame in (0, film.frames - 1):
        film.show(frame)
        canvas.draw()
        pictures.append(np.asarray(canvas.buffer_rgba()).copy())

    for legend in film.figure.legends:
        assert film.figure.bbox.x0 <= legend.get_window_extent().x0
        assert legend.get_window_extent().x1 <= film.figure.bbox.x1
    assert film.frames >= 4
    assert np.mean(pictures[0] != pictures[1]) > 0.001


def test_a_film_is_a_small_gif(numbers, tmp_path):
    """It has all pictures, goes on for ever, and is small enough for a slide."""
    from PIL import Image

    film = FIGURES["hebb-bipolar"].film(numbers("hebb-bipolar"))
    path = animate(film, tmp_path, "hebb-bipolar")
    with Image.open(path) as gif:
        assert gif.n_frames == film.frames
        assert gif.info["loop"] == 0
    assert path.name == "hebb-bipolar.gif"
    assert path.stat().st_size < 300_000


def test_hebb_figures_print_the_lectures_tables(numbers):
    """Binary AND stays at (1, 1, 1); bipolar AND ends at (2, 2, −2)."""
    assert numbers("hebb-binary")["history"][-1].tolist() == [1, 1, 1]
    assert numbers("hebb-bipolar")["history"][-1].tolist() == [2, 2, -2]


def test_fourteen_of_sixteen_functions_have_a_neuron(numbers):
    """The gates' figure counts the separable functions of two inputs."""
    assert len(numbers("gates")["found"]) == 14


@pytest.mark.parametrize("name", STARTS)
def test_measured_statistics_agree_with_theory(name, numbers):
    """Each layer's standard deviation is within seven of its own standard errors of the theory."""
    begin = STARTS[name]
    wanted = [std for _, std in expected_statistics(ACTIVATIONS[begin.activation], begin.gain, 10)]
    depth = np.arange(1, 11)
    spread = np.where("relu" in name, 0.0025 + 0.0115 * depth, 0.0012 * depth + 0.001)

    assert (np.abs(np.log(numbers(name)["stds"] / wanted)) < 7 * spread).all()


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
def test_the_search_finds_at_least_97_percent(numbers):
    """Coarse to fine in log space finds at least 97 % validation accuracy on the digits."""
    best = [stage["score"][0] for stage in numbers("search")["stages"].values()]

    assert max(best) >= 0.97
