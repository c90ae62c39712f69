"""The perceptron against its definition, Novikoff's theorem, central differences and peers."""

import numpy as np
import pytest

from nnlab import perceptron
from nnlab.datasets import GATES, truth_table
from nnlab.perceptron import (
    augment,
    criterion,
    criterion_gradient,
    error_surface,
    margin_losses,
    novikoff_bound,
    perceptron_step,
    predict,
    train,
)

SEEDS = pytest.mark.parametrize("seed", range(10))


def random_set(seed, n_samples=9, n_features=2):
    """Draw samples and targets that may be separable or not."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_samples, n_features)), rng.integers(0, 2, size=n_samples)


def separated_set(seed, n_samples=25, n_features=3, margin=0.05):
    """Draw samples, targets, and a separator of any length that has a margin."""
    rng = np.random.default_rng(seed)
    separator = np.append(rng.normal(size=n_features), 0.3)
    x = rng.normal(size=(20 * n_samples, n_features))
    distance = augment(x) @ separator / np.linalg.norm(separator)
    sides = [np.flatnonzero(side > margin)[:n_samples] for side in (distance, -distance)]
    kept = np.sort(np.concatenate(sides))[:n_samples]
    return x[kept], (distance[kept] > 0).astype(int), separator


def lies_apart(x, target):
    """Decide by a linear programme whether some line separates the classes strictly."""
    from scipy.optimize import linprog

    rows = -(2 * target - 1)[:, None] * augment(x)
    outcome = linprog(np.zeros(rows.shape[1]), rows, -np.ones(len(rows)), bounds=(None, None))
    assert outcome.status in {0, 2}
    return outcome.status == 0


@pytest.mark.parametrize("shape", [(3,), (4, 3), (2, 4, 3)])
def test_augmenting_appends_a_one(shape):
    """The last axis grows by a constant 1; the rest stays."""
    x = np.random.default_rng(0).normal(size=shape)
    augmented = augment(x)

    assert np.array_equal(augmented[..., :-1], x)
    assert np.array_equal(augmented[..., -1], np.ones(shape[:-1]))


def test_prediction_is_one_from_the_line_on():
    """wᵀx ≥ 0 answers 1, also on the line itself."""
    x = np.array([[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]])

    assert predict(np.array([1.0, -2.0]), x).tolist() == [0, 1, 1]


@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("score", [-2.0, 0.0, 2.0])
def test_a_step_corrects_what_is_not_strictly_right(score, target):
    """The weights move by ±x where y · wᵀx ≤ 0 and stay elsewhere; the arguments never change."""
    weight, x = np.array([1.0, 0.5]), np.array([score - 0.5, 1.0])
    sign = 2 * target - 1
    expected = weight + sign * x if sign * score <= 0 else weight

    corrected = perceptron_step(weight, x, target)

    assert corrected.tolist() == expected.tolist()
    assert weight.tolist() == [1.0, 0.5]
    assert corrected is not weight


@SEEDS
def test_the_criterion_sums_the_wrong_distances(seed):
    """J is what the wrong samples are on the wrong side, never negative, 0 if none is."""
    x, target = random_set(seed)
    weight = np.random.default_rng(seed + 100).normal(size=3)
    scores = (2 * target - 1) * (augment(x) @ weight)

    assert criterion(weight, augment(x), target) == pytest.approx(-np.minimum(scores, 0).sum())


@SEEDS
def test_the_gradient_is_what_central_differences_measure(seed):
    """Away from kinks the gradient is the criterion's slope in every direction."""
    x, target = random_set(seed, n_samples=7, n_features=3)
    x = augment(x)
    weight = np.random.default_rng(seed + 100).normal(size=4)
    h = 1e-6
    assert (np.abs(x @ weight) > 10 * h * np.linalg.norm(x, axis=1)).all()

    measured = [
        (criterion(weight + h * e, x, target) - criterion(weight - h * e, x, target)) / (2 * h)
        for e in np.eye(4)
    ]

    assert criterion_gradient(weight, x, target) == pytest.approx(measured, abs=1e-8)


@SEEDS
def test_the_gradient_steps_over_all_wrong_samples_at_once(seed):
    """Minus the gradient is the sum of what perceptron_step adds for each sample."""
    x, target = random_set(seed)
    x = augment(x)
    weight = np.round(np.random.default_rng(seed).normal(size=3))
    changes = sum(perceptron_step(weight, s, t) - weight for s, t in zip(x, target, strict=True))

    assert -criterion_gradient(weight, x, target) == pytest.approx(changes)


def test_a_sample_on_the_line_counts_in_the_gradient():
    """At w = 0 every sample is on the line: J is 0, and its gradient is −Σ yx."""
    x, target = random_set(0)
    x = augment(x)

    assert criterion(np.zeros(3), x, target) == 0
    assert criterion_gradient(np.zeros(3), x, target) == pytest.approx(-(2 * target - 1) @ x)


@pytest.mark.parametrize("seed", range(40))
def test_training_stays_within_novikoffs_bound(seed):
    """On separable sets training converges to strict separation, in at most (R/γ)² corrections."""
    x, target, separator = separated_set(seed)
    bound = novikoff_bound(augment(x), target, separator)

    fit = train(x, target, rng=np.random.default_rng(seed), max_steps=int(bound) + 1)

    assert fit.converged
    assert fit.updates <= bound
    assert ((2 * target - 1) * (augment(x) @ fit.weight) > 0).all()


@pytest.mark.parametrize("seed", range(30))
def test_training_converges_exactly_on_separable_sets(seed):
    """A linear programme says whether a line exists; with steps enough, training agrees."""
    x, target = random_set(seed, n_samples=5)
    fit = train(x, target, rng=np.random.default_rng(seed), max_steps=3000)

    assert fit.converged == lies_apart(x, target)


@SEEDS
def test_scikit_learn_separates_what_training_separates(seed):
    """A hard-margin linear classifier of scikit-learn gets all of the same samples right."""
    from sklearn.svm import SVC

    x, target, _ = separated_set(seed)
    fit = train(x, target, rng=np.random.default_rng(seed), max_steps=100_000)
    peer = SVC(kernel="linear", C=1e8).fit(x, target)

    assert peer.score(x, target) == 1
    assert np.array_equal(predict(fit.weight, augment(x)), peer.predict(x))


@pytest.mark.parametrize("name", GATES)
def test_training_learns_the_gates_but_xor_and_xnor(name):
    """Four of the six named gates converge; XOR and XNOR use up all steps."""
    fit = train(truth_table(2), np.array(GATES[name]), rng=np.random.default_rng(0), max_steps=200)

    assert fit.converged == (name not in {"XOR", "XNOR"})
    assert fit.converged or fit.updates == 200


@SEEDS
def test_weights_are_a_sum_of_samples(seed):
    """The bias counts corrections with their signs, so it is as odd or even as their number."""
    x, target = random_set(seed)
    fit = train(x, target, rng=np.random.default_rng(seed), max_steps=50)

    assert fit.weight[-1] == round(fit.weight[-1])
    assert (fit.updates - fit.weight[-1]) % 2 == 0


def test_training_depends_on_its_generator_alone():
    """One seed, one fit; another order of samples ends elsewhere."""
    x, target, _ = separated_set(0)
    fits = [train(x, target, rng=np.random.default_rng(seed)).weight.tolist() for seed in (1, 1, 2)]

    assert fits[0] == fits[1] != fits[2]


@pytest.mark.parametrize(("max_steps", "converged"), [(0, False), (1, True)])
def test_converging_with_the_last_step_counts(max_steps, converged):
    """What is right after the last allowed correction has converged."""
    fit = train(np.array([[2.0]]), np.array([1]), rng=np.random.default_rng(0), max_steps=max_steps)

    assert (fit.updates, fit.converged) == (max_steps, converged)


@SEEDS
def test_the_error_surface_counts_wrong_answers(seed):
    """Every entry is the number of samples that predict gets wrong with these weights."""
    x, target = random_set(seed)
    w1, w2, bias = np.linspace(-2, 2, 5), np.linspace(-1, 1, 3), 0.25
    surface = error_surface(x, target, w1, w2, bias)

    expected = [
        [int((predict(np.array([a, b, bias]), augment(x)) != target).sum()) for b in w2] for a in w1
    ]
    assert surface.tolist() == expected
    assert surface.dtype == np.int64


def test_the_error_surface_of_and_has_a_flat_bottom():
    """The lecture's figure 4.5: with bias −1, AND is solved by weights in a region of the plane."""
    grid = np.linspace(-2, 2, 41)
    surface = error_surface(truth_table(2), np.array(GATES["AND"]), grid, grid, -1.0)
    w1, w2 = np.meshgrid(grid, grid, indexing="ij")

    assert np.array_equal(surface == 0, (w1 < 1) & (w2 < 1) & (w1 + w2 >= 1))


@SEEDS
def test_the_bound_does_not_depend_on_the_separators_length(seed):
    """Scaling the separator changes nothing; scaling the samples does not either."""
    x, target, separator = separated_set(seed)
    x = augment(x)
    bound = novikoff_bound(x, target, separator)

    assert novikoff_bound(x, target, 7.5 * separator) == pytest.approx(bound)
    assert novikoff_bound(3 * x, target, separator) == pytest.approx(bound)


@SEEDS
def test_the_bound_is_the_largest_sample_over_the_smallest_margin(seed):
    """(R/γ)², with distances computed sample by sample."""
    x, target, separator = separated_set(seed)
    x = augment(x)
    length = sum(s * s for s in separator) ** 0.5
    margins = [abs(sum(separator * sample)) / length for sample in x]
    radii = [sum(sample * sample) ** 0.5 for sample in x]

    assert novikoff_bound(x, target, separator) == pytest.approx((max(radii) / min(margins)) ** 2)


@pytest.mark.parametrize(
    ("separator", "margin"), [([0.0, 1.0], "-1.0"), ([1.0, -3.0], "0.0"), ([0.0, 0.0], "nan")]
)
def test_a_line_that_does_not_separate_has_no_bound(separator, margin):
    """A sample on the line or on the wrong side is refused, with the margin."""
    x = np.array([[3.0, 1.0], [-3.0, 1.0]])

    with (
        np.errstate(invalid="ignore"),
        pytest.raises(
            ValueError, match=f"separator must separate the classes, but its margin is {margin}"
        ),
    ):
        novikoff_bound(x, np.array([1, 0]), np.array(separator))


def test_the_public_names_are_there():
    """Everything in __all__ is defined, sorted by name."""
    assert all(hasattr(perceptron, name) for name in perceptron.__all__)
    assert perceptron.__all__ == sorted(perceptron.__all__)


def test_surrogates_are_never_below_the_count_of_mistakes():
    """Hinge and logistic loss bound the count from above, touch it, and are SciPy's formulas."""
    from scipy.special import log_expit

    m = np.linspace(-50, 50, 2001)
    zero_one, hinge, logistic = margin_losses(m)

    assert (zero_one == (m <= 0)).all()
    assert (hinge >= zero_one).all()
    assert (logistic >= zero_one).all()
    assert (margin_losses(np.array(0.0))[1], margin_losses(np.array(0.0))[2]) == (1.0, 1.0)
    np.testing.assert_allclose(logistic, -log_expit(m) / np.log(2), rtol=1e-13)
    np.testing.assert_allclose(margin_losses(np.array([-1e6, 1e6]))[2], [1e6 / np.log(2), 0.0])
