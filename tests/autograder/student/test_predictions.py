"""Predict, then run: nothing is shown before a prediction stands, and none is changed after the run."""

import json

import pytest

from autograder import figure, observe, predict
from autograder.student import predictions
from autograder.student.predictions import KEPT, make_prediction, run_experiment
from tests.conftest import reference_text

NAME = "ten-times-over"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A workspace with a right module, in whose lab a notebook's kernel is started."""
    place = tmp_path / "assignments" / "lab02_hebb"
    place.mkdir(parents=True)
    (place / "hebb.py").write_text(reference_text("hebb"), encoding="utf-8")
    monkeypatch.chdir(place)
    monkeypatch.setattr(predictions, "_here", {})
    return place


def kept(folder):
    """Read what the workspace keeps."""
    path = folder.parents[1] / ".nnlab" / KEPT
    return json.loads(path.read_text("utf-8"))["entries"]


@pytest.mark.usefixtures("folder")
def test_without_a_prediction_nothing_runs(capsys, monkeypatch):
    """The sentence says what to put where, and the machine gives no point."""
    monkeypatch.setattr(predictions, "run_own", None)

    assert observe(NAME) == 0.0
    assert predict(NAME, ...) is None
    assert capsys.readouterr().out == (
        "ten-times-over: predict first. Run the cell above with a number in place of the three dots; "
        "then this one. A wrong prediction costs nothing.\n"
        "ten-times-over: nothing is predicted yet. Put a number in place of the three dots. It may "
        "be wrong: that costs nothing.\n"
    )


def test_a_wrong_prediction_costs_nothing(folder, capsys):
    """The number is set beside it, and the student is asked why."""
    predict(NAME, 4)

    assert observe(NAME) == 1.0
    shown = capsys.readouterr().out
    assert "you predict 4 (" in shown
    assert "ten-times-over, run by your hebb.py\npredicted  4, " in shown
    assert ", before the run\nobserved   3\nNot as you predicted, which costs nothing." in shown
    assert kept(folder)[NAME]["predicted"] == 4


def test_what_is_changed_after_the_run_is_shown_as_such(folder):
    """The first prediction stands, and running again says both; the same one again is no change."""
    make_prediction(NAME, 4, folder)
    run_experiment(NAME, folder)

    assert make_prediction(NAME, 4, folder).endswith("you predicted 4 before the run; that stands.")
    assert "3 is noted as changed after the run" in make_prediction(NAME, 3, folder)
    said, points = run_experiment(NAME, folder)
    assert "predicted  4 (changed to 3 after the run), " in said
    assert points == 1.0


def test_before_the_run_a_prediction_may_be_changed(folder):
    """The last one counts."""
    make_prediction(NAME, 4, folder)
    make_prediction(NAME, 3, folder)

    assert run_experiment(NAME, folder)[0].endswith("As you predicted. Explain below why it is so.")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("return weight + x * target, bias + target", 'raise NotImplementedError("lab02_hebb: hebb_step")',
         "ten-times-over needs hebb_step of lab02_hebb, which is not written yet. Write it in"),
        ("return weight + x * target, bias + target", "return weight + x, bias + 1",
         "Right code gives something else. nnlab grade says what is not right yet"),
        ("return weight + x * target, bias + target", "return 1 / 0",
         "ten-times-over: your library raised ZeroDivisionError"),
        ("def train(", "def trian(", "cannot import name 'train'"),
    ],
)  # fmt: skip
def test_code_that_is_not_right_yet_is_named(folder, capsys, old, new, sentence):
    """A stub, a wrong body, an error, a missing name: each has its sentence, and the prediction stands."""
    predict(NAME, 4)
    text = reference_text("hebb")
    assert old in text
    (folder / "hebb.py").write_text(text.replace(old, new), encoding="utf-8")

    assert observe(NAME) == 0.0
    assert sentence in capsys.readouterr().out
    (folder / "hebb.py").write_text(text, encoding="utf-8")
    assert observe(NAME) == 1.0


def test_an_endless_loop_ends(folder, capsys, monkeypatch):
    """At the bounds of an experiment, with a sentence."""
    from dataclasses import replace

    limits = replace(predictions.LINES.limits, cpu_seconds=1)
    monkeypatch.setattr(predictions, "LINES", replace(predictions.LINES, limits=limits))
    predict(NAME, 4)
    body = "return weight + x * target, bias + target"
    text = reference_text("hebb").replace(body, "while True: pass")
    (folder / "hebb.py").write_text(text, encoding="utf-8")

    assert observe(NAME) == 0.0
    assert "ten-times-over: " in capsys.readouterr().out.splitlines()[-1]


ENTRY = '{"schema": "nnlab/predictions/1", "entries": {"ten-times-over": %s}}'


@pytest.mark.parametrize(
    "written",
    ["{", ENTRY % 3, ENTRY % '{"predicted": "x", "at": "", "observed": 3, "later": null}'],
)
def test_what_somebody_wrote_into_the_file_is_no_prediction(folder, written, capsys):
    """It counts as nothing, and a new prediction replaces it."""
    place = folder.parents[1] / ".nnlab" / KEPT
    place.parent.mkdir()
    place.write_text(written, encoding="utf-8")

    assert observe(NAME) == 0.0
    assert "predict first" in capsys.readouterr().out
    predict(NAME, 3)
    assert kept(folder)[NAME]["predicted"] == 3


def test_where_nothing_can_be_kept_the_kernel_remembers(folder, monkeypatch):
    """A folder may be one in which nothing can be written."""
    monkeypatch.setattr(predictions, "keep_entries", lambda *_: None)
    make_prediction(NAME, 3, folder)

    assert run_experiment(NAME, folder)[1] == 1.0


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: predict("ten-times-ovr", 3), "Did you mean ten-times-over?"),
        (lambda: observe("nothing at all"), "There is no experiment 'nothing at all'."),
        (lambda: predict(NAME, "about 3"), "'about 3' is not a number; expected is a number"),
        (lambda: predict(NAME, float("nan")), "nan says nothing"),
        (lambda: figure("hebb-bipolr"), "Did you mean hebb-bipolar?"),
    ],
)
def test_odd_calls_get_a_sentence_and_the_notebook_goes_on(call, sentence, capsys):
    """None of them raises."""
    call()

    assert sentence in capsys.readouterr().out


def test_a_cell_draws_with_the_students_modules(folder, capsys):
    """Whose it is stands below; what is not written is named."""
    pytest.importorskip("matplotlib")
    figure("hebb-bipolar")
    assert "Drawn by your hebb.py" in capsys.readouterr().out
    body = "return weight + x * target, bias + target"
    stub = 'raise NotImplementedError("lab02_hebb: hebb_step")'
    text = reference_text("hebb").replace(body, stub)
    (folder / "hebb.py").write_text(text, encoding="utf-8")

    figure("hebb-bipolar")
    assert "hebb-bipolar needs hebb_step of lab02_hebb, which is not written yet" in (
        capsys.readouterr().out
    )
