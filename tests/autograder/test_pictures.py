"""Pictures: of every known mistake, of right answers, and of anything at all."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.course.catalogue import ROOT, engine_path, labs, load_lab
from autograder.course.lab import Status
from autograder.grading.grade import grade
from autograder.grading.report import to_json
from autograder.grading.verdict import judge_case
from autograder.pictures import canvas, draw, entries, to_png
from autograder.pictures.lines import bias_and_variance
from autograder.sandbox.observation import Returned
from tests.plain_data import ARRAYS, PLAIN, WILD_NUMBERS

pytest.importorskip("matplotlib")

LABS = [lab.id for lab in labs()]
PICTURED = [check for lab in labs() for check in lab.checks.values() if check.picture]
PNG = b"\x89PNG"
SHARE = 0.8
"""Of a lab's known mistakes with values, so many have a picture at least."""


def failures(check, keyed):
    """Take from a key each mistake's first case whose value is wrong."""
    for seen in keyed.wrong.values():
        for case, observed, right in zip(keyed.cases, seen, keyed.right, strict=False):
            if not isinstance(observed, Returned) or judge_case(check, case, observed, right.value):
                wrong = isinstance(observed, Returned) and check.judge(
                    case, observed.value, right.value
                )
                if wrong:
                    yield case, observed.value, right.value
                break


@pytest.mark.sampled(3)
@pytest.mark.parametrize("lab_id", LABS)
def test_known_mistakes_are_drawn(lab_id, key_of):
    """Each pictured check draws one of the first mistakes that it catches; one in a lab is rendered."""
    key = key_of(lab_id)
    for check in load_lab(lab_id).checks.values():
        if check.picture is None:
            continue
        seen = failures(check, key.checks[check.id])
        figure = next(filter(None, (draw(check.picture, *one) for one in seen)), None)

        assert figure is not None, check.id
        assert len(figure.get_suptitle()) > 15, check.id
        assert len(figure.axes) <= canvas.MOST_PANELS, check.id
    assert to_png(figure).startswith(PNG)


@pytest.mark.slow
@pytest.mark.parametrize("lab_id", LABS)
def test_almost_all_known_mistakes_are_drawn(lab_id, key_of):
    """Of all known mistakes a picture leaves few to the sentence: other shapes, None, no neuron."""
    key = key_of(lab_id)
    drawn = [
        draw(check.picture, *seen) is not None
        for check in load_lab(lab_id).checks.values()
        if check.picture
        for seen in failures(check, key.checks[check.id])
    ]

    assert np.mean(drawn) >= SHARE


@pytest.mark.sampled(4)
@pytest.mark.parametrize("lab_id", LABS)
def test_right_answers_are_drawn(lab_id, key_of):
    """A right answer beside itself is drawn too, for at least one case of each check."""
    key = key_of(lab_id)
    for check in load_lab(lab_id).checks.values():
        keyed = key.checks[check.id]
        pairs = zip(keyed.cases, keyed.right, strict=True)

        assert check.picture is None or any(
            draw(check.picture, case, right.value, right.value) for case, right in pairs
        ), check.id


def test_every_lab_has_pictures():
    """Each lab has at least five pictured checks, and refusals have none."""
    names = {check.id for check in PICTURED}

    assert all(sum(c.picture is not None for c in lab.checks.values()) >= 5 for lab in labs())
    assert not any("refuse" in name or "no_labels" in name for name in names)


@pytest.fixture(scope="module")
def known(key_of):
    """One case and right value of each pictured check, from the keys."""
    keys = {lab_id: key_of(lab_id) for lab_id in LABS}
    found = {name: keyed for key in keys.values() for name, keyed in key.checks.items()}
    return {c.id: (found[c.id].cases[0], found[c.id].right[0].value) for c in PICTURED}


def altered(value, data):
    """Replace one part of a value, or all of it, by anything."""
    wild = st.one_of(PLAIN, ARRAYS, WILD_NUMBERS)
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(value)))
        return {**value, name: altered(value[name], data)}
    if isinstance(value, list | tuple) and value and data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(value) - 1))
        return type(value)(
            altered(part, data) if i == place else part for i, part in enumerate(value)
        )
    if isinstance(value, np.ndarray) and value.size and data.draw(st.booleans()):
        spoilt = value.astype(float).copy()
        spoilt.flat[data.draw(st.integers(0, value.size - 1))] = data.draw(st.floats())
        return spoilt
    return data.draw(wild)


@pytest.mark.thorough
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_value_gives_a_picture_or_none(data, known):
    """Whatever a submission hands back, every picture is a figure or None, and renders or not at all."""
    check = data.draw(st.sampled_from(PICTURED))
    case, right = known[check.id]
    figure = draw(check.picture, case, altered(right, data), right)
    png = None if figure is None else to_png(figure)

    assert png is None or png.startswith(PNG)


@pytest.mark.parametrize("check", PICTURED, ids=lambda check: check.id)
def test_a_picture_of_nothing_is_none(check, known):
    """None, text and an empty array are no picture, but where None is an answer."""
    case, right = known[check.id]
    nothing = [draw(check.picture, case, value, right) for value in ("1", np.zeros(0), object())]

    assert nothing == [None, None, None]


def test_huge_arrays_are_not_drawn():
    """More numbers than a picture holds give none; as many as it holds are cropped."""
    picture = entries("Many numbers in one picture")
    right = np.zeros(canvas.MOST)

    assert draw(picture, {}, np.zeros(canvas.MOST + 1), right) is None
    figure = draw(picture, {}, np.zeros((100, 200)), right.reshape(100, 200))
    assert max(ax.images[0].get_array().size for ax in figure.axes) <= 1600


@pytest.mark.parametrize("columns", [3, 5, 13])
@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_numbers_that_differ_look_different(columns, kind):
    """What is called wrong is never written like the expected: with more digits, or as the difference."""
    right = np.random.default_rng(0).normal(size=(3, columns))
    figure = draw(entries("Digits"), {}, right.astype(kind), right)
    yours, expected, gap = ([text.get_text() for text in ax.texts] for ax in figure.axes)
    wrong = int(figure.axes[2].get_title().split(": ")[1].split()[0])

    assert wrong
    assert len([text for text in gap if text]) == wrong
    assert sum(a != b for a, b in zip(yours, expected, strict=True)) in ({wrong} if yours else {0})


def test_a_title_shows_numbers_that_differ():
    """Two numbers in a title have as many digits as make them differ."""
    case = {"predictions": np.ones((2, 3)), "truth": np.ones(3)}
    figure = bias_and_variance(case, (0.5, 0.12345678), (0.5, 0.12345679))

    assert " ".join(figure.get_suptitle().split()).endswith(
        "variance: yours 0.12345678, expected 0.12345679"
    )


def test_a_figure_that_cannot_be_rendered_is_no_picture():
    """A figure whose numbers break matplotlib gives no PNG instead of an error."""
    from matplotlib.figure import Figure

    figure = Figure()
    figure.text(0.5, 0.5, "$no formula$ $\\frac{$")

    assert to_png(figure) is None


def test_without_matplotlib_drawing_says_so(monkeypatch):
    """A missing matplotlib is told as such, not taken for a value that cannot be drawn."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(ModuleNotFoundError, match="matplotlib"):
        draw(entries("Nothing to see"), {}, np.ones(3), np.ones(3))


RIGHT_SLOPE, WRONG_SLOPE = "-weight[0] / weight[1]", "weight[0] / weight[1]"


def graded(submit, sandbox, key_of, lab_id, module, right, wrong):
    """Grade a lab with one line changed."""
    text = engine_path(module).read_text(encoding="utf-8")
    assert right in text
    return grade(submit(lab_id, **{module: text.replace(right, wrong)}), key_of(lab_id), sandbox)


def test_evidence_is_kept_for_pictures_alone(submit, sandbox, key_of):
    """Failed checks with a picture keep their evidence; reports stay equal, as data and as objects."""
    change = ("lab02_hebb", "hebb", RIGHT_SLOPE, WRONG_SLOPE)
    first, again = (graded(submit, sandbox, key_of, *change) for _ in range(2))
    by_name = {result.check.id: result for result in first.results}
    failed = by_name["hebb.decision_line"]

    assert failed.status is Status.FAILED
    assert failed.draw() is not None
    assert all((r.evidence is not None) == (r.status is Status.FAILED) for r in first.results)
    assert by_name["hebb.predict"].draw() is None
    assert "evidence" not in to_json([first])
    assert [r.to_plain() | {"seconds": 0} for r in first.results] == [
        r.to_plain() | {"seconds": 0} for r in again.results
    ]


def test_a_spoilt_input_has_no_picture(submit, sandbox, key_of):
    """A right value whose code changed its input fails without a picture: it would show nothing."""
    text = "def to_bipolar(x):\n    y = 2 * x - 1\n    x[...] = 7\n    return y\n"
    report = grade(submit("lab02_hebb", hebb=text), key_of("lab02_hebb"), sandbox)
    result = next(r for r in report.results if r.check.id == "hebb.to_bipolar")

    assert result.status is Status.FAILED
    assert "changed its input x" in result.message
    assert result.draw() is None


ALONE = """
import sys
import numpy as np
from autograder.course.catalogue import load_lab
from autograder.pictures import draw
lab = load_lab("lab01_gates")
gate = {"weight": np.array([1.0, 1.0]), "threshold": 2}
assert draw(lab.checks["gates.and_gate"].picture, {}, gate, gate) is not None
print([name for name in sys.modules if name.partition(".")[0] == "nnlab"])
"""


def test_drawing_imports_no_module_of_the_course():
    """In a student's workspace the course's modules are the student's: drawing must not run them."""
    command = [sys.executable, "-c", ALONE]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)

    assert (ran.stdout.strip(), ran.returncode) == ("[]", 0), ran.stderr
