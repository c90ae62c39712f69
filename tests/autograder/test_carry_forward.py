"""Carry-forward: what depends on a failed exercise is asked with the reference in its place."""

import pytest

from autograder.course.catalogue import labs
from autograder.course.lab import Status
from autograder.grading.grade import grade
from tests.conftest import reference_text


def graded(submission, key, sandbox):
    """Grade with carry-forward; return the report and its results by check."""
    report = grade(submission, key, sandbox, carry=True)
    return report, {result.check.id: result for result in report.results}


def test_one_mistake_costs_its_own_points_once(sandbox, key_of, submit):
    """A wrong hebb_step loses its own 4 points; training, right in itself, keeps its 7."""
    wrong = reference_text("hebb").replace("bias + target", "bias")
    report, results = graded(submit("lab02_hebb", hebb=wrong), key_of("lab02_hebb"), sandbox)

    assert (report.points, report.own_points) == (16, 9)
    assert results["hebb.history"].carried == ("hebb.hebb_step",)
    assert results["hebb.update"].status is Status.FAILED
    assert results["hebb.step_keeps_inputs"].status is Status.SKIPPED


def test_the_report_keeps_both_totals(sandbox, key_of, submit):
    """With help, own_points stands beside points; without, the schema is as ever."""
    wrong = reference_text("hebb").replace("bias + target", "bias")
    helped, _ = graded(submit("lab02_hebb", hebb=wrong), key_of("lab02_hebb"), sandbox)
    whole, _ = graded(submit("lab02_hebb"), key_of("lab02_hebb"), sandbox)

    assert (helped.to_plain()["points"], helped.to_plain()["own_points"]) == (16, 9)
    assert "own_points" not in whole.to_plain()


def test_a_dependant_with_its_own_mistake_stays_skipped(sandbox, key_of, submit):
    """What fails with the reference's help too tells nothing new, and earns nothing."""
    wrong = reference_text("hebb").replace("bias + target", "bias")
    wrong = wrong.replace("np.zeros(x.shape[1]), 0.0", "np.ones(x.shape[1]), 0.0")
    report, results = graded(submit("lab02_hebb", hebb=wrong), key_of("lab02_hebb"), sandbox)

    assert report.points == report.own_points
    assert results["hebb.history"].status is Status.SKIPPED


def test_a_method_is_carried_too(sandbox, key_of, submit):
    """A wrong McCullochPitts.__call__ does not cost the XOR networks that are built of it."""
    wrong = reference_text("gates").replace(", self.threshold)", ")")
    _, results = graded(submit("lab01_gates", gates=wrong), key_of("lab01_gates"), sandbox)

    assert results["gates.neuron"].status is Status.FAILED
    assert results["gates.product_of_sums"].carried == ("gates.McCullochPitts.__call__",)
    assert results["gates.parts_of_product"].status is Status.PASSED


def test_a_broken_module_is_not_helped(sandbox, key_of, submit):
    """Where the module cannot be imported there is no place to put anything."""
    report, _ = graded(submit("lab02_hebb", hebb="def"), key_of("lab02_hebb"), sandbox)

    assert report.points == 0


def test_stubs_earn_nothing_with_help(sandbox, key_of, submit):
    """A body that is not written passes nothing, whatever stands in the others' places."""
    from autograder.course.catalogue import load_lab
    from autograder.course.stubs import make_stub

    for lab_id, module in (("lab01_gates", "gates"), ("lab03_perceptron", "perceptron")):
        stub = make_stub(load_lab(lab_id), module)
        report, _ = graded(submit(lab_id, **{module: stub}), key_of(lab_id), sandbox)

        assert report.points == 0


ALONE = [(lab.id, module) for lab in labs() for module in lab.modules if len(lab.modules) > 1]


@pytest.mark.parametrize(("lab_id", "module"), ALONE)
def test_a_solution_file_handed_in_alone_passes_alone(lab_id, module, sandbox, key_of, saved):
    """What its checks need of the lab's other modules comes from the reference; these earn nothing."""
    place = saved(lab_id)
    for other in place.lab.modules:
        if other != module:
            (place.folder / f"{other}.py").unlink()
    report = grade(place.read(), key_of(lab_id), sandbox, carry=True)
    passed = {r.check.id for r in report.results if r.status is Status.PASSED}

    assert passed == {c.id for c in place.lab.checks.values() if c.module == module}


def test_a_missing_module_is_a_stub_to_the_others(sandbox, key_of, saved):
    """What a file takes from one that is missing costs only the checks that need it written."""
    place = saved("lab04_activations")
    (place.folder / "activations.py").unlink()
    report = grade(place.read(), key_of("lab04_activations"), sandbox)
    passed = {r.check.id for r in report.results if r.status is Status.PASSED}

    assert {"losses.one_hot", "losses.mse", "losses.mse_gradient"} <= passed
    assert not any(name.startswith("activations.") for name in passed)


THIEF = """
import sys

_asked = []


def train(x, target):
    lender = sys.modules.get("nnlab.reference_hebb")
    if lender is None or _asked:
        raise ValueError("not now")
    _asked.append(1)
    return lender.train(x, target)
"""


def test_what_is_lent_holds_no_other_answer(sandbox, key_of, submit):
    """Of the reference's module only the lent bodies are there: the asked one is not."""
    report, results = graded(submit("lab02_hebb", hebb=THIEF), key_of("lab02_hebb"), sandbox)

    assert report.points == 0
    assert results["hebb.history"].status is Status.SKIPPED
