"""The judges of parts accept every order of samples, refuse wrong parts, and never raise."""

import numpy as np
import pytest
from hypothesis import given, settings

from autograder.judges.finding import Finding
from autograder.judges.splits import cuts_folds, cuts_in_two, fits_every_fold, fold_fingerprint
from tests.plain_data import PLAIN, evidence

X = np.column_stack([np.arange(7) + 0.5, np.ones(7)])
CASE = {"x": X, "target": np.arange(7) + 10}
EXPECTED = (X[2:], CASE["target"][2:], X[:2], CASE["target"][:2])
FOLDS = {"n_samples": 7, "n_splits": 3}
VAL = [[5, 1, 0], [2, 6], [4, 3]]


def parts(train, val, *, target=CASE["target"]):
    """Take the samples with these indices."""
    return X[train], target[train], X[val], target[val]


def folds(val=VAL):
    """Make folds of validation parts."""
    return [(np.setdiff1d(np.arange(7), v), np.array(v, int)) for v in val]


def test_any_order_and_any_choice_of_samples_is_right():
    """Parts of the right sizes are right, whichever samples are in them, as arrays or lists."""
    chosen = parts([6, 0, 4, 3, 5], [2, 1])

    assert cuts_in_two(CASE, chosen, EXPECTED) is None
    assert cuts_in_two(CASE, [part.tolist() for part in chosen], EXPECTED) is None


@pytest.mark.parametrize(
    ("observed", "says"),
    [
        (None, "Is a `return` missing?"),
        (parts([6, 0, 4, 3], [2, 1, 5]), "4 samples train and 3 validate."),
        (parts([6, 0, 4, 3, 2], [2, 1]), "both train and validate"),
        (parts([6, 0, 4, 3, 3], [2, 1]), "there twice"),
        (parts([6, 0, 4, 3, 5], [2, 1], target=np.arange(7)), "target of another one"),
        ((X[:5] + 1e-9, CASE["target"][:5], X[5:], CASE["target"][5:]), "not in x"),
        ((X[:5], CASE["target"][:4], X[5:], CASE["target"][5:]), "one for each row"),
        ((X[:5].T, CASE["target"][:5], X[5:], CASE["target"][5:]), "rows of x are expected"),
        ((np.repeat(X, 9, axis=0), CASE["target"], X, CASE["target"]), "63 rows"),
    ],
)
def test_wrong_parts_are_told(observed, says):
    """The first thing that is wrong with two parts is named."""
    assert says in cuts_in_two(CASE, observed, EXPECTED).detail


def test_folds_may_come_in_any_form():
    """Lists of indices, floats without a fraction and any order are right; so are uneven sizes by 1."""
    as_lists = [(train.tolist()[::-1], val.tolist()) for train, val in folds()]
    as_floats = [(train.astype(float), val) for train, val in folds()]

    assert all(cuts_folds(FOLDS, f, None) is None for f in (folds(), as_lists, as_floats))


@pytest.mark.parametrize(
    ("observed", "says"),
    [
        (None, "Is a `return` missing?"),
        (folds()[:2], "where 3 pairs are expected"),
        (folds([[5, 1], [2, 6], [4, 3]]), "in no validation fold"),
        (folds([[5, 1, 0], [2, 6, 0], [4, 3]]), "more than one"),
        (folds([[5, 1, 0, 2], [6], [4, 3]]), "sizes 4, 1, 2"),
        ([(np.arange(7), val) for _, val in folds()], "both train and validate"),
        ([(train[1:], val) for train, val in folds()], "in neither part"),
        ([(val, train) for train, val in folds()], "more than one"),
        (
            [(train - 1, val) for train, val in folds([[5, 1, 0], [2, 6], [4, 3]])],
            "not made of indices",
        ),
        ([(train == 1, val) for train, val in folds()], "not made of indices"),
        ([(train + 0.5, val) for train, val in folds()], "not made of indices"),
        ([1, 2, 3], "where a pair is expected"),
    ],
)
def test_wrong_folds_are_told(observed, says):
    """The first thing that is wrong with folds is named."""
    assert says in cuts_folds(FOLDS, observed, None).detail


def test_fits_are_judged_as_folds_are():
    """Each fit sees the samples of its fold beside their own targets, and there is one for each."""
    case = CASE | {"n_splits": 3}
    right = [parts(train, val) for train, val in folds()]

    assert fits_every_fold(case, right, None) is None
    assert "2 times" in fits_every_fold(case, right[:2], None).detail
    assert isinstance(fits_every_fold(case, right[:1] * 3, None), Finding)


def test_sklearns_folds_are_right():
    """Scikit-learn's shuffled folds pass."""
    selection = pytest.importorskip("sklearn.model_selection")
    for seed in range(20):
        cut = selection.KFold(3, shuffle=True, random_state=seed).split(X)

        assert cuts_folds(FOLDS, list(cut), None) is None


@given(
    PLAIN
    | evidence(a=PLAIN).map(lambda d: [d["a"]] * 4)
    | evidence(a=PLAIN).map(lambda d: [(d["a"], d["a"])] * 3)
)
@settings(max_examples=200, deadline=None)
def test_judges_of_parts_are_total(observed):
    """Whatever comes back is refused without an error or a warning."""
    split, fit = CASE, CASE | {"n_splits": 4}

    assert isinstance(cuts_in_two(split, observed, EXPECTED), Finding)
    assert isinstance(cuts_folds(FOLDS, observed, None), Finding)
    assert isinstance(fits_every_fold(fit, observed, None), Finding)
    for case in (split, fit, FOLDS):
        fold_fingerprint(case, observed)
