"""Lab 13: any recipe that learns gets full marks, and held-out labels stay outside."""

import numpy as np
import pytest

from autograder.check import Status
from autograder.course import load_lab
from autograder.grade import grade
from autograder.mistakes import Mistake

LAB = "lab13_capstone"

BUILD = {
    "one wide tanh layer": """
        from nnlab.init import xavier
        from nnlab.layers import Tanh
        hidden = Linear(n_features, 100, rng=rng, init=xavier)
        return Sequential(hidden, Tanh(), Linear(100, n_classes, rng=rng, init=xavier))
    """,
    "plain relu": """
        a, b = (Linear(i, 96, rng=rng, init=kaiming_normal) for i in (n_features, 96))
        return Sequential(a, ReLU(), b, ReLU(), Linear(96, n_classes, rng=rng))
    """,
    "last layer begins at zero": """
        from nnlab.init import zeros
        hidden = Linear(n_features, 128, rng=rng, init=kaiming_normal)
        norm = BatchNorm1d(128)
        return Sequential(hidden, norm, ReLU(), Linear(128, n_classes, rng=rng, init=zeros))
    """,
    "a module of one's own": """
        class Net(Module):
            def __init__(self):
                self.a = Linear(n_features, 90, rng=rng, init=kaiming_normal)
                self.b = Linear(90, n_classes, rng=rng)

            def forward(self, x):
                self.h = self.a(x)
                return self.b(np.where(self.h > 0, self.h, 0.1 * self.h))

            def backward(self, g):
                return self.a.backward(self.b.backward(g) * np.where(self.h > 0, 1, 0.1))

        return Net()
    """,
}

RUN = {
    "standard scaler, sgd with momentum": """
        from nnlab.optim import Momentum
        split = train_val_split(x, target, 0.15, rng=rng)
        scaler = StandardScaler().fit(split.x_train)
        data = split._replace(
            x_train=scaler.transform(split.x_train), x_val=scaler.transform(split.x_val)
        )
        model = build_network(x.shape[1], len(np.unique(target)), rng=rng)
        optimizer = Momentum(model.parameters(), lr=0.1)
        history = train(model, CrossEntropyLoss(), optimizer, data, epochs=25, rng=rng, l2=1e-4)
        return Trained(scaler, history.best_model, history)
    """,
    "a loop of one's own": """
        from copy import deepcopy
        order = rng.permutation(len(x))
        val, rest = order[: len(x) // 8], order[len(x) // 8 :]
        scaler = MinMaxScaler().fit(x[rest])
        x_val, x_rest = scaler.transform(x[val]), scaler.transform(x[rest])
        model = build_network(x.shape[1], int(max(target)) + 1, rng=rng)
        loss, optimizer = CrossEntropyLoss(), Adam(model.parameters(), lr=5e-3)
        history = History(model)
        for _ in range(20):
            model.train()
            for rows in np.array_split(rng.permutation(len(rest)), max(1, len(rest) // 64)):
                history.train_loss.append(loss(model(x_rest[rows]), target[rest][rows]))
                model.zero_grad()
                model.backward(loss.backward())
                optimizer.step()
            history.val_loss.append(loss(model.eval()(x_val), target[val]))
            if history.val_loss[-1] == min(history.val_loss):
                history.best_model = deepcopy(model)
        return Trained(scaler, history.best_model, history)
    """,
    "whitened": """
        split = train_val_split(x, target, 0.1, rng=rng)
        scaler = PCAWhitening(40).fit(split.x_train)
        data = Split(
            scaler.transform(split.x_train), split.y_train,
            scaler.transform(split.x_val), split.y_val,
        )
        model = build_network(40, int(target.max()) + 1, rng=rng)
        optimizer = Adam(model.parameters(), lr=4e-3)
        history = train(
            model, CrossEntropyLoss(), optimizer, data, epochs=15, rng=rng, batch_size=64
        )
        return Trained(scaler, history.best_model, history)
    """,
}

PREDICT = {
    "one image at a time": """
        model = trained.model.eval()
        return [int(model(trained.scaler.transform(image[None]))[0].argmax()) for image in x]
    """,
    "softmax first": """
        logits = trained.model.eval().forward(trained.scaler.transform(np.array(x)))
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        return (e / e.sum(axis=1, keepdims=True)).argmax(axis=-1).astype(float)
    """,
    "sorted": """
        trained.model.eval()
        logits = trained.model(trained.scaler.transform(x))
        return np.argsort(logits, axis=1)[:, -1]
    """,
    "leaves training mode as it was": """
        scaler, model, _ = trained
        was = model.training
        logits = model.eval()(scaler.transform(x))
        model.train(was)
        return np.array([max(range(len(row)), key=row.__getitem__) for row in logits])
    """,
}

RIGHT = [
    pytest.param(f"experiment.{exercise}", body, id=f"{exercise}: {form}")
    for exercise, forms in (("build_network", BUILD), ("run", RUN), ("predict", PREDICT))
    for form, body in forms.items()
]


@pytest.fixture(scope="module")
def key(sandbox):
    """Record the answers under seed 0, once."""
    from autograder.key import get_key

    return get_key(load_lab(LAB), 0, sandbox)


def graded(exercise, body, sandbox, key, submit):
    """Grade the reference with another body for one exercise."""
    source = Mistake("form", exercise, "", body=body).source()
    return grade(submit(LAB, experiment=source.text.decode()), key, sandbox)


@pytest.mark.parametrize(("exercise", "body"), RIGHT)
def test_every_right_form_gets_full_marks(exercise, body, sandbox, key, submit):
    """Other networks, scalers, optimizers and loops are all right."""
    report = graded(exercise, body, sandbox, key, submit)

    assert [(r.check.id, r.message) for r in report.results if r.status is not Status.PASSED] == []


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
}


@pytest.mark.parametrize(("exercise", "body"), WRONG.values(), ids=WRONG)
def test_an_unknown_mistake_costs_its_own_exercise(exercise, body, sandbox, key, submit):
    """What the catalogue does not know fails, and only where it was made."""
    report = graded(exercise, body, sandbox, key, submit)
    failed = {r.check.exercise for r in report.results if r.status is Status.FAILED}

    assert failed == {exercise}


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
