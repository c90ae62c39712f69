"""Judging one case: what foreign numbers do to numpy stays inside."""

from types import SimpleNamespace

import numpy as np
import pytest

from autograder.grading.verdict import judge_case
from autograder.judges.gradient import gradient_agrees
from autograder.judges.mask import scales_as_forward, scales_kept
from autograder.sandbox.observation import Lost, Returned

HUGE, TINY = np.full((2, 2), 1.7e308), np.full((2, 2), 5e-324)
ONES = np.ones((2, 2))
FOUR = np.array([[1.0], [-1.0], [2.0], [-2.0]])
EVIDENCE = {"claimed": ONES, "probes": FOUR * np.full(4, 1e-4), "here": [0.0, 0.0]}


def loud(_case, observed, _expected):
    """Judge in a way that warns of everything."""
    return observed.astype("f2").mean() / observed[:0].mean() == observed.astype(complex).astype(
        int
    )


LOUD = {
    "losses": (gradient_agrees, {**EVIDENCE, "probes": FOUR * np.full(4, 8e307)}, EVIDENCE),
    "loss": (gradient_agrees, {**EVIDENCE, "here": [1.7e308] * 2}, EVIDENCE),
    "claim": (gradient_agrees, {**EVIDENCE, "claimed": HUGE}, EVIDENCE),
    "long claim": (gradient_agrees, {**EVIDENCE, "claimed": HUGE.astype("g") * 1e9}, EVIDENCE),
    "factors": (scales_as_forward, (HUGE, HUGE), (ONES, ONES)),
    "small factors": (scales_as_forward, (TINY, HUGE), (ONES, ONES)),
    "nan": (scales_kept, HUGE * np.nan, ONES),
    "anything": (loud, HUGE, ONES),
}


@pytest.mark.parametrize(("judge", "observed", "expected"), LOUD.values(), ids=LOUD)
def test_no_warning_comes_out_of_a_judge(judge, observed, expected, recwarn):
    """Numbers at the end of what floats hold are judged as quietly as any others."""
    check = SimpleNamespace(judge=judge, unchanged=())
    case = {"x": np.full((2, 2), 1e-9), "grad_output": HUGE, "p": 0.5}

    judge_case(check, case, Returned(observed), expected)

    assert list(recwarn) == []


def test_the_loud_judge_is_loud():
    """Asked elsewhere, a judge may warn as it likes: what keeps it quiet is how it is asked."""
    with pytest.warns(RuntimeWarning):
        loud({}, HUGE, ONES)


def test_changed_inputs_come_before_the_answer():
    """An input that must stay is judged first, and told whatever the answer is."""
    check = SimpleNamespace(judge=lambda *_: None, unchanged=("x",))
    finding = judge_case(check, {"x": ONES}, Returned(1, {"x": ONES * 1j}), 1)

    assert finding.returned.startswith("and changed its input x to [[1j, 1j]")
    assert judge_case(check, {"x": ONES}, Lost("cpu"), 1) is None
