"""Lab 10 gives no wrong answer a wrong name."""

import numpy as np
import pytest

from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade
from tests.tails import cross_entropies, engine_answers, laplace_tail

LAB = "lab10_training"


UNKNOWN = {
    "selection.train_val_split": "return Split(x[2:], target[2:], x[:2], target[:2])",
    "selection.k_fold": "return [(np.arange(n_samples), np.arange(2))] * n_splits",
    "selection.cross_validate": "k_fold(len(x), n_splits, rng=rng)\nreturn 0.5, np.full(n_splits, 0.5)",
    "selection.log_uniform": "return np.sqrt(rng.uniform(low**2, high**2, size)) / 2",
    "selection.grid_search": "return [Trial(0.0, {}), Trial(1.0, {})]",
    "selection.random_search": "return [Trial(0.0, {name: 1.0 for name in ranges})] * n_trials",
    "selection.refine": "return best / 3, best * 7",
    "training.EarlyStopping.update": "self.losses.append(val_loss)\nreturn len(self.losses) > 3",
    "training.diverged": "return cost > 10 * first_cost",
    "training.train": "return History(best_model=model, train_loss=[1.0] * epochs, val_loss=[1.0] * epochs)",
}


@pytest.mark.parametrize(("exercise", "body"), UNKNOWN.items())
def test_an_unknown_wrong_body_fails_without_a_name(exercise, body, graded):
    """What no known mistake does is wrong all the same, and is called nothing."""
    results = graded(exercise, body).results
    failed = [r for r in results if r.status is Status.FAILED]

    assert {r.check.exercise for r in failed} == {exercise}
    assert {r.mistakes for r in failed} == {()}


FORGOTTEN = ["selection.k_fold", "selection.random_search", "training.train"]


@pytest.mark.parametrize("exercise", FORGOTTEN)
def test_a_forgotten_return_is_told_so(exercise, graded):
    """Where a result is taken apart, None is still handed over, and the judge asks for the return."""
    results = graded(exercise, "pass").results
    failed = [r for r in results if r.status is Status.FAILED]

    assert failed
    assert "Is a `return` missing?" in failed[0].message


@pytest.mark.parametrize("module", load_lab(LAB).modules)
def test_a_file_solved_alone_passes_alone(module, key_of, sandbox, submit):
    """Beside the untouched stub of its neighbour, each file still gets all its own points."""
    lab = load_lab(LAB)
    stubs = {other: make_stub(lab, other) for other in lab.modules if other != module}
    for result in grade(submit(LAB, **stubs), key_of(LAB), sandbox).results:
        assert (result.status is Status.PASSED) == (result.check.module == module), result.message


@pytest.mark.slow
def test_twenty_examples_are_memorised_in_a_third_of_the_time():
    """Under 1000 seeds the reference needs fewer than 50 of the 150 epochs that the check gives."""
    from autograder.labs.lab10_training import twenty
    from nnlab import layers, losses, optim, training
    from nnlab.selection import Split

    slow = []
    for seed in range(1000):
        drawn = twenty(np.random.default_rng(seed))
        x, target = drawn["x"], drawn["target"]
        model = layers.mlp((6, 24, 4), layers.Tanh, rng=np.random.default_rng(1))
        adam, data = optim.Adam(model.parameters(), lr=0.03), Split(x, target, x, target)
        rng = np.random.default_rng(seed)
        training.train(
            model, losses.CrossEntropyLoss(), adam, data, epochs=50, rng=rng, batch_size=20
        )
        if training.accuracy(model.eval()(x), target) < 1:
            slow.append(seed)

    assert slow == []


@pytest.mark.slow
def test_memorising_fails_as_rarely_as_is_stated():
    """A sample may be wrong once its loss reaches log 2: the worst ones end far below."""
    check = load_lab(LAB).checks["training.overfits"]
    answers = engine_answers(check, range(200))
    worst = [cross_entropies(logits, case["target"]).max() for case, logits in answers]

    assert laplace_tail(np.log(worst), np.log(np.log(2))) < check.judge.chance


ONCE_ACCEPTED = {
    "ceil": (
        "selection.train_val_split",
        """
        if len(x) != len(target):
            raise ValueError
        n_val = int(np.ceil(round(val_fraction * len(x), 9)))
        if round(val_fraction * len(x)) <= 0 or n_val >= len(x):
            raise ValueError
        order = rng.permutation(len(x))
        train, val = order[n_val:], order[:n_val]
        return Split(x[train], target[train], x[val], target[val])
    """,
    ),
    "target flat": (
        "selection.train_val_split",
        """
        if len(x) != len(target):
            raise ValueError
        n_val = round(val_fraction * len(x))
        if not 0 < n_val < len(x):
            raise ValueError
        order = rng.permutation(len(x))
        train, val = order[n_val:], order[:n_val]
        return Split(x[train], target.ravel()[train], x[val], target.ravel()[val])
    """,
    ),
    "x of two axes": (
        "selection.train_val_split",
        """
        if len(x) != len(target):
            raise ValueError
        n_val = round(val_fraction * len(x))
        if not 0 < n_val < len(x):
            raise ValueError
        order = rng.permutation(len(x))
        x = x.reshape(len(x), -1)
        train, val = order[n_val:], order[:n_val]
        return Split(x[train], target[train], x[val], target[val])
    """,
    ),
    "cv fixed": (
        "selection.cross_validate",
        """
        folds = k_fold(len(x), n_splits, rng=np.random.default_rng(0))
        splits = [Split(x[train], target[train], x[val], target[val]) for train, val in folds]
        scores = np.array([fit_and_score(split) for split in splits])
        return float(scores.mean()), scores
    """,
    ),
    "cv fresh": (
        "selection.cross_validate",
        """
        folds = k_fold(len(x), n_splits, rng=np.random.default_rng())
        splits = [Split(x[train], target[train], x[val], target[val]) for train, val in folds]
        scores = np.array([fit_and_score(split) for split in splits])
        return float(scores.mean()), scores
    """,
    ),
    "cv copied": (
        "selection.cross_validate",
        """
        from copy import deepcopy
        folds = k_fold(len(x), n_splits, rng=deepcopy(rng))
        splits = [Split(x[train], target[train], x[val], target[val]) for train, val in folds]
        scores = np.array([fit_and_score(split) for split in splits])
        return float(scores.mean()), scores
    """,
    ),
    "rs fixed": (
        "selection.random_search",
        """
        rng = np.random.default_rng(0)
        draws = [log_uniform(low, high, n_trials, rng=rng).tolist() for low, high in ranges.values()]
        points = [dict(zip(ranges, values, strict=True)) for values in zip(*draws, strict=True)]
        return _best_first(evaluate, points)
    """,
    ),
    "rs fresh": (
        "selection.random_search",
        """
        rng = np.random.default_rng()
        draws = [log_uniform(low, high, n_trials, rng=rng).tolist() for low, high in ranges.values()]
        points = [dict(zip(ranges, values, strict=True)) for values in zip(*draws, strict=True)]
        return _best_first(evaluate, points)
    """,
    ),
    "rs copied": (
        "selection.random_search",
        """
        from copy import deepcopy
        rng = deepcopy(rng)
        draws = [log_uniform(low, high, n_trials, rng=rng).tolist() for low, high in ranges.values()]
        points = [dict(zip(ranges, values, strict=True)) for values in zip(*draws, strict=True)]
        return _best_first(evaluate, points)
    """,
    ),
    "kfold copied": (
        "selection.k_fold",
        """
        from copy import deepcopy
        rng = deepcopy(rng)
        if not 2 <= n_splits <= n_samples:
            raise ValueError
        folds = np.array_split(rng.permutation(n_samples), n_splits)
        return [(np.concatenate([*folds[:i], *folds[i + 1 :]]), val) for i, val in enumerate(folds)]
    """,
    ),
    "rs nan kept in place": (
        "selection.random_search",
        """
        draws = [log_uniform(low, high, n_trials, rng=rng).tolist() for low, high in ranges.values()]
        points = [dict(zip(ranges, values, strict=True)) for values in zip(*draws, strict=True)]
        trials = [Trial(evaluate(point), point) for point in points]
        return sorted(trials, key=lambda trial: -trial.score)
    """,
    ),
    "rs nan first": (
        "selection.random_search",
        """
        draws = [log_uniform(low, high, n_trials, rng=rng).tolist() for low, high in ranges.values()]
        points = [dict(zip(ranges, values, strict=True)) for values in zip(*draws, strict=True)]
        trials = [Trial(evaluate(point), point) for point in points]
        return sorted(trials, key=lambda trial: (not np.isnan(trial.score), -trial.score))
    """,
    ),
    "rs one alone": (
        "selection.random_search",
        """
        _, _ = ranges
        draws = [log_uniform(low, high, n_trials, rng=rng).tolist() for low, high in ranges.values()]
        points = [dict(zip(ranges, values, strict=True)) for values in zip(*draws, strict=True)]
        return _best_first(evaluate, points)
    """,
    ),
    "grid tie": (
        "selection.grid_search",
        """
        points = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
        trials = [Trial(evaluate(point), point) for point in points]

        return sorted((t for t in trials if t.score == t.score), reverse=True) + [t for t in trials if t.score != t.score]
    """,
    ),
    "rs tie": (
        "selection.random_search",
        """
        draws = [log_uniform(low, high, n_trials, rng=rng).tolist() for low, high in ranges.values()]
        points = [dict(zip(ranges, values, strict=True)) for values in zip(*draws, strict=True)]
        trials = [Trial(evaluate(point), point) for point in points]

        return sorted((t for t in trials if t.score == t.score), reverse=True) + [t for t in trials if t.score != t.score]
    """,
    ),
    "two of three": (
        "selection.grid_search",
        """
        names = list(grid)
        points = [{**{n: grid[n][0] for n in names}, **dict(zip(names[:2], values))} for values in product(*[grid[n] for n in names[:2]])]
        return _best_first(evaluate, points)
    """,
    ),
    "twice better": (
        "selection.grid_search",
        """
        points = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]

        trials = [Trial(np.nanmax([evaluate(p), evaluate(p)]) if evaluate(p) == evaluate(p) else np.nan, p) for p in points]
        return sorted(trials, key=lambda trial: (np.isnan(trial.score), -trial.score))
    """,
    ),
    "neighbours": (
        "selection.k_fold",
        """
        if not 2 <= n_splits <= n_samples:
            raise ValueError
        folds = np.array_split(np.arange(n_samples), n_splits)
        folds = [folds[i] for i in rng.permutation(n_splits)]
        return [(np.concatenate([*folds[:i], *folds[i + 1 :]]), val) for i, val in enumerate(folds)]
    """,
    ),
    "-inf": (
        "training.diverged",
        "return not (cost == cost and cost < np.inf and cost <= 3 * first_cost)",
    ),
    "isnan": ("training.diverged", "return bool(np.isnan(cost) or cost > 3 * first_cost)"),
    "infinite first": (
        "training.diverged",
        "return not (np.isfinite(cost) or np.isinf(first_cost)) or cost > 3 * first_cost",
    ),
    "isfinite first": (
        "training.diverged",
        "return not (np.isfinite(first_cost) and cost <= 3 * first_cost)",
    ),
    "U1 batch means": (
        "training.train",
        """
        stopping = stopping or EarlyStopping(rounds=epochs + 1)
        history = History(best_model=model)
        first_cost = loss(model.eval()(data.x_train), data.y_train)
        for epoch in range(epochs):
            optimizer.lr = schedule(epoch) if schedule else optimizer.lr
            total, n = 0.0, 0
            model.train()
            for x, target in batches(data.x_train, data.y_train, batch_size, rng=rng):
                total, n = total + loss(model(x), target), n + 1
                optimizer.zero_grad()
                model.backward(loss.backward())
                _add_l2(model, l2)
                optimizer.step()
            history.train_loss.append(total / n)
            history.val_loss.append(loss(model.eval()(data.x_val), data.y_val))
            history.diverged = diverged(history.train_loss[-1], first_cost)
            ended = history.diverged or stopping.update(history.val_loss[-1], model)
            after_epoch(history)
            if ended:
                break
        history.best_model = stopping.best_model or model
        return history
    """,
    ),
    "all but last": (
        "training.train",
        """
        stopping = stopping or EarlyStopping(rounds=epochs + 1)
        history = History(best_model=model)
        first_cost = loss(model.eval()(data.x_train), data.y_train)
        for epoch in range(epochs):
            optimizer.lr = schedule(epoch) if schedule else optimizer.lr
            total, n = 0.0, 0
            model.train()
            for x, target in batches(data.x_train, data.y_train, batch_size, rng=rng):
                total, n = total + len(x) * loss(model(x), target), n + len(x)
                optimizer.zero_grad()
                model.backward(loss.backward())
                for p in [q for q in model.parameters() if q.data.ndim > 1][:-1] or [q for q in model.parameters() if q.data.ndim > 1]:
                    p.grad += 2 * l2 * p.data
                optimizer.step()
            history.train_loss.append(total / n)
            history.val_loss.append(loss(model.eval()(data.x_val), data.y_val))
            history.diverged = diverged(history.train_loss[-1], first_cost)
            ended = history.diverged or stopping.update(history.val_loss[-1], model)
            after_epoch(history)
            if ended:
                break
        history.best_model = stopping.best_model or model
        return history
    """,
    ),
    "all but first": (
        "training.train",
        """
        stopping = stopping or EarlyStopping(rounds=epochs + 1)
        history = History(best_model=model)
        first_cost = loss(model.eval()(data.x_train), data.y_train)
        for epoch in range(epochs):
            optimizer.lr = schedule(epoch) if schedule else optimizer.lr
            total, n = 0.0, 0
            model.train()
            for x, target in batches(data.x_train, data.y_train, batch_size, rng=rng):
                total, n = total + len(x) * loss(model(x), target), n + len(x)
                optimizer.zero_grad()
                model.backward(loss.backward())
                for p in [q for q in model.parameters() if q.data.ndim > 1][-1:]:
                    p.grad += 2 * l2 * p.data
                optimizer.step()
            history.train_loss.append(total / n)
            history.val_loss.append(loss(model.eval()(data.x_val), data.y_val))
            history.diverged = diverged(history.train_loss[-1], first_cost)
            ended = history.diverged or stopping.update(history.val_loss[-1], model)
            after_epoch(history)
            if ended:
                break
        history.best_model = stopping.best_model or model
        return history
    """,
    ),
    "first in training mode": (
        "training.train",
        """
        stopping = stopping or EarlyStopping(rounds=epochs + 1)
        history = History(best_model=model)
        first_cost = loss(model.train()(data.x_train), data.y_train)
        for epoch in range(epochs):
            optimizer.lr = schedule(epoch) if schedule else optimizer.lr
            total, n = 0.0, 0
            model.train()
            for x, target in batches(data.x_train, data.y_train, batch_size, rng=rng):
                total, n = total + len(x) * loss(model(x), target), n + len(x)
                optimizer.zero_grad()
                model.backward(loss.backward())
                _add_l2(model, l2)
                optimizer.step()
            history.train_loss.append(total / n)
            history.val_loss.append(loss(model.eval()(data.x_val), data.y_val))
            history.diverged = diverged(history.train_loss[-1], first_cost)
            ended = history.diverged or stopping.update(history.val_loss[-1], model)
            after_epoch(history)
            if ended:
                break
        history.best_model = stopping.best_model or model
        return history
    """,
    ),
    "first in mode of now": (
        "training.train",
        """
        stopping = stopping or EarlyStopping(rounds=epochs + 1)
        history = History(best_model=model)
        first_cost = loss(model(data.x_train), data.y_train)
        for epoch in range(epochs):
            optimizer.lr = schedule(epoch) if schedule else optimizer.lr
            total, n = 0.0, 0
            model.train()
            for x, target in batches(data.x_train, data.y_train, batch_size, rng=rng):
                total, n = total + len(x) * loss(model(x), target), n + len(x)
                optimizer.zero_grad()
                model.backward(loss.backward())
                _add_l2(model, l2)
                optimizer.step()
            history.train_loss.append(total / n)
            history.val_loss.append(loss(model.eval()(data.x_val), data.y_val))
            history.diverged = diverged(history.train_loss[-1], first_cost)
            ended = history.diverged or stopping.update(history.val_loss[-1], model)
            after_epoch(history)
            if ended:
                break
        history.best_model = stopping.best_model or model
        return history
    """,
    ),
    "cv one split": (
        "selection.cross_validate",
        """
        if n_splits == 1:
            score = fit_and_score(Split(x, target, x, target))
            return float(score), np.array([score])
        folds = k_fold(len(x), n_splits, rng=rng)
        splits = [Split(x[train], target[train], x[val], target[val]) for train, val in folds]
        scores = np.array([fit_and_score(split) for split in splits])
        return float(scores.mean()), scores
    """,
    ),
    "cv n_splits clipped": (
        "selection.cross_validate",
        """
        n_splits = min(n_splits, len(x))
        folds = k_fold(len(x), n_splits, rng=rng)
        splits = [Split(x[train], target[train], x[val], target[val]) for train, val in folds]
        scores = np.array([fit_and_score(split) for split in splits])
        return float(scores.mean()), scores
    """,
    ),
    "cv shuffles in place": (
        "selection.cross_validate",
        """
        folds = k_fold(len(x), n_splits, rng=rng)
        order = rng.permutation(len(x))
        x[...], target[...] = x[order], target[order]
        splits = [Split(x[train], target[train], x[val], target[val]) for train, val in folds]
        scores = np.array([fit_and_score(split) for split in splits])
        return float(scores.mean()), scores
    """,
    ),
    "losses elsewhere": (
        "training.EarlyStopping.update",
        """
        k = self.rounds
        self.kept = getattr(self, 'kept', [])
        self.kept.append(val_loss)
        if val_loss < self.best_loss:
            self.best_loss, self.best_model = val_loss, deepcopy(model)
        recent = self.kept[-2 * k :]
        if len(recent) < 2 * k:
            return False
        averages = [np.mean(recent[i : i + k]) for i in range(k + 1)]
        return not np.min(averages[1:]) < (1 - self.tolerance) * averages[0]
    """,
    ),
    "losses forgotten": (
        "training.EarlyStopping.update",
        """
        k = self.rounds
        self.losses.append(val_loss)
        if val_loss < self.best_loss:
            self.best_loss, self.best_model = val_loss, deepcopy(model)
        self.losses = self.losses[-2 * k :]
        recent = self.losses[-2 * k :]
        if len(recent) < 2 * k:
            return False
        averages = [np.mean(recent[i : i + k]) for i in range(k + 1)]
        return not np.min(averages[1:]) < (1 - self.tolerance) * averages[0]
    """,
    ),
}


@pytest.mark.sampled(11)
@pytest.mark.parametrize(("exercise", "body"), ONCE_ACCEPTED.values(), ids=ONCE_ACCEPTED)
def test_what_breaks_one_sentence_of_its_task_fails(exercise, body, graded):
    """Each of these is right but for what one sentence of the docstring says."""
    assert any(r.status is Status.FAILED for r in graded(exercise, body).results)
