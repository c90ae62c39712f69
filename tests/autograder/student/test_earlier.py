"""What a check depends on: only that may be blamed for its failure."""

import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.grading.report import CheckResult, Report
from autograder.grading.submission import Submission
from autograder.grading.verdict import is_own_failure
from autograder.sandbox import Source
from autograder.sandbox.observation import Lost, Raised, Returned
from autograder.student.earlier import ALL, depends_on, earlier_first, only_needed, own_additions
from tests.conftest import reference_text

LAYERS = load_lab("lab05_backprop")
PROVIDED = {"arrays", "parameter"}


def sources(*modules, **texts):
    """Take the reference's modules, some of them with other texts."""
    found = {m: Source(f"{m}.py", reference_text(m).encode()) for m in modules}
    return found | {m: Source(f"{m}.py", text.encode()) for m, text in texts.items()}


def leaned(check_id, given):
    """Name what one of lab 5's checks depends on, the provided modules left out."""
    found = depends_on(LAYERS.checks[check_id], given)
    return {module: names for module, names in found.items() if module not in PROVIDED}


def test_imports_are_followed():
    """What a module imports, and what that imports, with the names that are used."""
    found = leaned("layers.relu_backward", sources("layers", "module", "activations"))

    assert found["activations"] == {"relu", "sigmoid", "tanh"}
    assert found["layers"] == {ALL, "ReLU"}
    assert "losses" not in found


def test_what_the_checks_body_asks_counts():
    """A check that asks for a loss leans on it, though no module of the lab imports it."""
    found = leaned("layers.learns_xor", sources("layers", "module", "activations", "losses"))

    assert "MSELoss" in found["losses"] or "CrossEntropyLoss" in found["losses"]
    assert "softmax" in found["activations"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from nnlab.hebb import train, predict", {"hebb": {"train", "predict"}}),
        ("from nnlab import hebb", {"hebb": {ALL}}),
        ("import nnlab.hebb as h, numpy", {"hebb": {ALL}}),
        ("import nnlab, numpy.linalg", {}),
        ("def f():\n    from nnlab.hebb import *", {"hebb": {"*"}}),
        ("from . import hebb", {"hebb": {ALL}}),
        ("from .hebb import train", {"hebb": {"train"}}),
        ("from .. import hebb", {}),
        ("from other.hebb import train", {}),
        ("def f(:", {}),
        ("x = 1\0", {}),
        ("(" * 500, {}),
    ],
)
def test_every_form_of_import_is_read(text, found):
    """Also within functions; what is no Python imports nothing."""
    seen = leaned("layers.linear_forward", sources("module", layers=text))
    del seen["layers"]

    assert seen == found


def report_of(**statuses):
    """Make a report of an earlier lab, in which all passed but what is named."""

    def make(lab):
        results = [
            CheckResult(check, statuses.get(check.id.replace(".", "_"), Status.PASSED))
            for check in lab.checks.values()
        ]
        return Report(lab.id, lab.title, 0, "", tuple(results))

    return make


CHECK = LAYERS.checks["layers.relu_backward"]


def test_all_right_below_is_nobody_elses_fault():
    """Nothing is to be put right first where every check of earlier labs passes."""
    given = sources("layers", "module", "activations")

    assert earlier_first(LAYERS, {}, report_of())(CHECK, given) is None


def test_a_failed_check_of_what_is_used_comes_first():
    """The sentence names file, lab, check and command; two or more are counted."""
    given = sources("layers", "module", "activations")
    one = report_of(activations_relu=Status.FAILED)
    two = report_of(activations_relu=Status.FAILED, activations_tanh=Status.SKIPPED)

    assert earlier_first(LAYERS, {}, one)(CHECK, given) == (
        "Not judged: it depends on your activations.py of lab04_activations, where "
        "activations.relu does not pass yet. First: nnlab grade lab04_activations"
    )
    assert " and 1 more do not pass yet." in earlier_first(LAYERS, {}, two)(CHECK, given)


def test_a_failed_check_of_what_is_not_used_is_no_excuse():
    """Softmax has nothing to do with a layer's ReLU; an error of ours blames nobody."""
    given = sources("layers", "module", "activations")
    other = report_of(activations_softmax=Status.FAILED, activations_relu=Status.ERROR)

    assert earlier_first(LAYERS, {}, other)(CHECK, given) is None


def test_a_missing_file_comes_first():
    """The reason why it cannot be used is told, and no lab is graded for it."""
    given = sources("layers", "module")
    missing = {"activations": "activations.py is missing: it should be in work."}
    told = earlier_first(LAYERS, missing, lambda _: pytest.fail("graded"))(CHECK, given)

    assert told == (
        "Not judged: it depends on your activations.py of lab04_activations, which cannot be used. "
        "activations.py is missing: it should be in work. Write that file first."
    )


def test_the_labs_own_modules_are_no_earlier_work():
    """Within a lab, `needs` says what comes first."""
    given = sources("layers", "module", "activations")
    own = report_of(module_sequential_forward=Status.FAILED)

    assert earlier_first(LAYERS, {}, own)(CHECK, given) is None


@pytest.mark.parametrize(
    ("above", "found"),
    [
        ("from nnlab.activations import stable_exp, relu", True),
        ("from .activations import stable_exp", True),
        ("from nnlab import activations\nactivations.stable_exp(1)", True),
        ("from . import activations as a\na.stable_exp(1)", True),
        ("import nnlab.activations as a\na.relu(a.stable_exp(1))", True),
        ("import nnlab.activations\nnnlab.activations.stable_exp(1)", True),
        ("from nnlab.activations import relu, never_written", False),
        ("from nnlab import activations\nactivations.relu(1)", False),
        ("def stable_exp(x):\n    return x\nstable_exp(1)", False),
        ("def f(:", False),
    ],
)
def test_what_is_taken_from_an_earlier_file_and_is_not_the_courses_is_said(above, found):
    """A mark is made with the course's earlier files: what these lack must stand in this lab's own."""
    own = reference_text("activations") + "\ndef stable_exp(x):\n    return np.exp(x)\n"
    leaned_on = sources("hebb", activations=own)
    submission = Submission(LAYERS, {"layers": above.encode()}, earlier=leaned_on)

    said = (
        "stable_exp is your own, in lab04_activations; the mark is made with the course's "
        "activations.py: copy it into layers.py."
    )

    assert list(own_additions(submission)) == found * [said]


@pytest.mark.parametrize(
    ("observed", "own"),
    [
        (Raised("NotImplementedError", "lab05_backprop: Linear.forward"), True),
        (Raised("NotImplementedError", "later"), True),
        (Raised("NotImplementedError", "lab04_activations: relu"), False),
        (Raised("SyntaxError", "invalid", file="layers.py"), True),
        (Raised("SyntaxError", "invalid", file="lab04_activations/activations.py"), False),
        (Raised("ValueError", "x", file="layers.py"), False),
        (Returned(1), False),
        (Lost("cpu"), False),
    ],
)
def test_some_failures_are_ones_own_for_sure(observed, own):
    """A body that is not written, a file that is no Python: of this lab, or of an earlier one."""
    assert is_own_failure(LAYERS, observed, sources("layers", "module")) is own


@pytest.mark.parametrize(
    ("module", "matters"), [("activations", True), ("losses", True), ("hebb", False)]
)
def test_a_report_is_out_of_date_where_a_needed_file_has_changed(module, matters):
    """Lab 5 is another one with another activations.py; what no check of it uses changes nothing."""
    texts = {name: reference_text(name).encode() for name in LAYERS.modules}
    earlier = sources("activations", "losses", "hebb", "gates")
    before = Submission(LAYERS, texts, earlier=earlier)
    after = Submission(LAYERS, texts, earlier=earlier | sources(**{module: "x = 1"}))

    assert before.digest != after.digest
    assert (only_needed(before).digest != only_needed(after).digest) == matters
