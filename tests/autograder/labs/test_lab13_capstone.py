"""Lab 13: any recipe that learns gets full marks, and held-out labels stay outside."""

import numpy as np
import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.course.solutions import Mistake
from autograder.grading.grade import grade
from autograder.judges.recipe import FIT_SHARE, OTHERS_SHARE
from tests.tails import cross_entropies, engine_answers, laplace_tail

LAB = "lab13_capstone"


@pytest.fixture(scope="module")
def key(sandbox):
    """Record the answers under seed 0, once."""
    from autograder.grading.key import get_key

    return get_key(load_lab(LAB), 0, sandbox)


def graded(exercise, body, sandbox, key, submit):
    """Grade the reference with another body for one exercise."""
    source = Mistake("form", exercise, "", body=body).source()
    return grade(submit(LAB, experiment=source.text.decode()), key, sandbox)


RUN = """
x_train, y_train, x_val, y_val = train_val_split(x, target, 0.1, rng=rng)
scaler = MinMaxScaler().fit({rows})
data = Split(scaler.transform(x_train), y_train, {validation}, y_val)
model = build_network(x.shape[1], int(target.max()) + 1, rng=rng)
history = train(
    model,
    CrossEntropyLoss(),
    Adam(model.parameters(), lr={rate}),
    data,
    epochs=20,
    batch_size=128,
    stopping=EarlyStopping(rounds=5),
    rng=rng,
)
return Trained(scaler, history.best_model, history)
"""


def run_with(rows="x_train", validation="scaler.transform(x_val)", rate=1e-2):
    """Write a recipe with other scaled rows, or another rate."""
    return RUN.format(rows=rows, validation=validation, rate=rate)


WRONG = {
    "network ignores half of the pixels": (
        "experiment.build_network",
        """
        class Half(Module):
            def forward(self, x):
                return x * 0

            def backward(self, grad_output):
                return grad_output * 0

        return Sequential(Half(), Linear(n_features, n_classes, rng=rng))
        """,
    ),
    "predict rounds logits": (
        "experiment.predict",
        "return np.round(trained.model.eval()(trained.scaler.transform(x))[:, 0])",
    ),
    "run trains on noise": (
        "experiment.run",
        """
        model = build_network(x.shape[1], int(target.max()) + 1, rng=rng)
        scaler = MinMaxScaler().fit(x[: len(x) - 20])
        return Trained(scaler, model, History(model, [1.0, 1.0], [2.0]))
        """,
    ),
    "validation has a ruler of its own": (
        "experiment.run",
        run_with(validation="MinMaxScaler().fit(x_val).transform(x_val)"),
    ),
    "validation is raw": ("experiment.run", run_with(validation="x_val")),
    "the scaler knows other rows": (
        "experiment.run",
        run_with(rows="np.linspace(1, 16, 5)[:, None] + np.arange(x.shape[1])"),
    ),
}


@pytest.mark.parametrize(("exercise", "body"), WRONG.values(), ids=WRONG)
def test_an_unknown_mistake_costs_its_own_exercise(exercise, body, sandbox, key, submit):
    """What the catalogue does not know fails, and only where it was made."""
    report = graded(exercise, body, sandbox, key, submit)
    failed = {r.check.exercise for r in report.results if r.status is Status.FAILED}

    assert failed == {exercise}


def test_who_has_not_trained_is_not_said_to_have_shuffled_labels(sandbox, key, submit):
    """Runs at the level of guessing look alike, so what is said of them holds for all."""
    report = graded("experiment.run", run_with(rate=1e-6), sandbox, key, submit)
    said = " ".join(r.message for r in report.results if r.status is Status.FAILED)

    assert "held-out images named right" in said
    assert "somebody else's label" not in said


def test_held_out_labels_are_not_sent():
    """Of every accuracy case the labels stay outside, and no test image is trained on."""
    for name, check in load_lab(LAB).checks.items():
        if "reaches" not in name:
            continue
        (case,) = check.cases(3)
        (sent,) = check.sent([case])

        assert sent.keys() == {"parts", "rng"}
        assert all(len(part) == 3 for part in sent["parts"])
        for (x, target, x_test), labels in zip(case["parts"], case["labels"], strict=True):
            assert len(x_test) == len(labels) == 599
            assert (np.diff(target) >= 0).all()
            assert len(np.unique(target)) == 10
            del x


def test_classes_are_renamed_under_every_seed():
    """The digits' own names never help: another seed gives the same image another class."""
    check = load_lab(LAB).checks["experiment.reaches_90"]
    seen = {}
    for seed in range(3):
        (case,) = check.cases(seed)
        (x, target, _) = case["parts"][0]
        for image, label in zip(x, target, strict=True):
            seen.setdefault(image.tobytes(), set()).add(int(label))

    assert sum(len(labels) > 1 for labels in seen.values()) > 50


@pytest.mark.slow
def test_a_network_fails_to_learn_as_rarely_as_is_stated():
    """The logarithm of the loss ends many deviations below that of too many wrong names."""
    check = load_lab(LAB).checks["experiment.network_learns"]
    answers = list(engine_answers(check, range(150)))
    n_images = len(answers[0][0]["target"])
    losses = [
        [cross_entropies(*half).mean() for half in zip(np.split(logits, 2), classes, strict=True)]
        for case, logits in answers
        for classes in [(case["target"], case["labels"])]
    ]

    rates = [
        laplace_tail(half, np.log(wrong * np.log(2) / n_images))
        for half, wrong in zip(np.log(losses).T, (3, 9), strict=True)  # of those seen, of others
    ]

    assert tuple(int((1 - share) * n_images + 1.001) for share in (FIT_SHARE, OTHERS_SHARE)) == (
        3,
        9,
    )
    assert sum(rates) < check.judge.chance
