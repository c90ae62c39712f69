"""The docstrings' examples accept what the grader accepts."""

import re
import sys
import warnings
from types import ModuleType

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course.catalogue import labs, load_lab
from autograder.course.solutions import load_valid
from autograder.course.stubs import make_stub
from autograder.student.examples import alike, run_examples
from tests.conftest import reference_text

OTHER = {
    *("gates.threshold_interval", "activations.relu_derivative", "module.Module.zero_grad"),
    *("layers.mlp", "module.count_parameters", "descent.stochastic_gradient_descent"),
    *("selection.k_fold", "selection.grid_search", "experiment.run"),
}
"""Exercises of which a right form answers another thing than the example shows."""
QUICK = ("lab02_hebb", "lab03_perceptron", "lab09_optimizers")


def outcomes(monkeypatch, name, text):
    """Run the examples of a module's text."""
    module = ModuleType(f"nnlab.{name}")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(text, f"{name}.py", "exec"), vars(module))
        return {outcome.name: outcome for outcome in run_examples(module)}


@pytest.mark.parametrize(
    "lab",
    [pytest.param(x, marks=[] if x.id in QUICK else [pytest.mark.slow]) for x in labs()],
    ids=lambda lab: lab.id,
)
def test_right_answers_of_every_form_fit_the_examples(lab, monkeypatch):
    """Integers for floats, numpy's numbers, lists for arrays, −0: as in the report."""
    differ = set()
    for form in load_valid(lab):
        module, _, name = form.exercise.partition(".")
        found = outcomes(monkeypatch, module, form.texts()[module].decode())
        if name in found and not found[name].fits:
            differ.add(form.exercise)

    assert differ <= OTHER


@pytest.mark.parametrize(
    ("want", "got", "same"),
    [
        ("[-1.0, 0.0]", "[-1, -0.0]", True),
        ("0.1438", "np.float64(0.1438)", True),
        ("(0.0, [1, 2])", "[array(0.), (1, 2)]", True),
        ("True", "np.True_", True),
        ("[1.0, 2.0]", "[1.0]", False),
        ("0.5", "0.51", False),
        ("'a'", "'b'", False),
        ("{'lr': 1}", "{'lr': 1.0}", True),
        ("Linear(2, 8)", "Linear(2, 9)", False),
        ("1", "(" * 5000, False),
    ],
)
def test_values_are_compared_not_texts(want, got, same):
    """What differs in type alone is the same; what differs in value is not, and nothing breaks it."""
    assert alike(want, got) == same


def test_a_wrong_answer_shows_its_first_example(monkeypatch):
    """What was asked stands as in the docstring, with what is expected and what came, and no more."""
    wrong = reference_text("hebb").replace("bias + target", "bias")
    found = outcomes(monkeypatch, "hebb", wrong)

    assert found["hebb_step"].text.splitlines() == [
        ">>> weight.tolist(), bias",
        "expected  ([0.0, 2.0], 0.0)",
        "returned  ([0.0, 2.0], 1.0)",
    ]
    assert found["to_bipolar"].fits


def test_an_exception_is_two_lines_without_the_runners_own(monkeypatch):
    """What was raised, and the line of the student's file; nothing of doctest's frames."""
    broken = reference_text("hebb").replace("bias + target", "bias + goal")
    found = outcomes(monkeypatch, "hebb", broken)

    asked, raised, where = found["hebb_step"].text.splitlines()
    assert asked.startswith(">>> weight, bias = hebb_step(")
    assert raised == "raised    NameError: name 'goal' is not defined"
    assert re.fullmatch(r"in        hebb\.py, line \d+", where)


def test_what_is_not_written_is_named_and_shows_nothing(monkeypatch):
    """A stub's examples need its own body; those of what uses it need it as well."""
    found = outcomes(monkeypatch, "hebb", make_stub(load_lab("lab02_hebb"), "hebb"))

    assert not any(outcome.fits for outcome in found.values())
    assert {name: o.unwritten for name, o in found.items()} == {name: name for name in found}
    assert not any(outcome.text for outcome in found.values())


def test_the_instructors_edition_runs_no_foreign_code(saved, monkeypatch):
    """There, examples are left to Python's own doctest."""
    monkeypatch.chdir(saved("lab02_hebb").folder)
    ended = CliRunner().invoke(main, ["examples"])

    assert ended.exit_code == 2
    assert "runs code outside the sandbox" in ended.output
