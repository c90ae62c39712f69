"""Lab 10 accepts every right way to cut, search and train, and gives no wrong answer a wrong name."""

import numpy as np
import pytest

from autograder.check import Status
from autograder.course import load_lab
from autograder.grade import grade
from autograder.mistakes import Mistake
from autograder.stubs import make_stub

LAB = "lab10_training"

RIGHT = {
    "selection.train_val_split": {
        "the last ones validate, shuffled in place": """
order = np.arange(len(x))
rng.shuffle(order)
n_train = len(x) - round(val_fraction * len(x))
train, val = order[:n_train], order[n_train:]
return Split(x[train], target[train], x[val], target[val])
""",
        "a choice for validation, the others in their order": """
val = rng.choice(len(x), size=int(val_fraction * len(x) + 0.5), replace=False)
mask = np.ones(len(x), bool)
mask[val] = False
return Split(x[mask], target[mask], x[val], target[val])
""",
        "sorting by random keys": """
keys = rng.random(len(x))
last = np.sort(keys)[round(val_fraction * len(x)) - 1]
return Split(x[keys > last], target[keys > last], x[keys <= last], target[keys <= last])
""",
        "lists, row by row": """
rows = [int(i) for i in rng.permutation(len(x))]
n_val = round(val_fraction * len(x))
take = lambda a, chosen: np.array([a[i] for i in chosen])
return Split(take(x, rows[n_val:]), take(target, rows[n_val:]), take(x, rows[:n_val]), take(target, rows[:n_val]))
""",
    },
    "selection.k_fold": {
        "every k-th sample of a shuffled order": """
order = rng.permutation(n_samples)
return [(order[np.arange(n_samples) % n_splits != i], order[i::n_splits]) for i in range(n_splits)]
""",
        "a generator of pairs": """
def pairs():
    order = rng.permutation(n_samples)
    for i in range(n_splits):
        val = np.sort(order[i::n_splits])
        yield np.setdiff1d(order, val), val
return pairs()
""",
        "lists": """
order = [int(i) for i in rng.permutation(n_samples)]
folds = [order[i::n_splits] for i in range(n_splits)]
return [([i for i in order if i not in fold], fold) for fold in folds]
""",
        "the remainder goes to the last folds": """
size, rest = divmod(n_samples, n_splits)
labels = np.repeat(np.arange(n_splits), [size + (i >= n_splits - rest) for i in range(n_splits)])
rng.shuffle(labels)
return [(np.flatnonzero(labels != i), np.flatnonzero(labels == i)) for i in range(n_splits)]
""",
    },
    "selection.cross_validate": {
        "a loop": """
scores = []
for train, val in k_fold(len(x), n_splits, rng=rng):
    scores.append(fit_and_score(Split(x[train], target[train], x[val], target[val])))
return np.mean(scores), scores
""",
        "folds of its own": """
folds = np.array_split(rng.permutation(len(x)), n_splits)
scores = np.zeros(n_splits)
for i in range(n_splits):
    train = np.concatenate([f for j, f in enumerate(folds) if j != i])
    scores[i] = fit_and_score(Split(x[train], target[train], x[folds[i]], target[folds[i]]))
return scores.sum() / n_splits, scores
""",
        "masks": """
scores = np.empty(0)
for _, val in k_fold(len(x), n_splits, rng=rng):
    out = np.isin(np.arange(len(x)), val)
    score = fit_and_score(Split(x[~out], target[~out], x[out], target[out]))
    scores = np.append(scores, score)
return float(np.average(scores)), scores
""",
        "a list of results": """
def one(pair):
    train, val = pair
    return fit_and_score(Split(x_train=x[train], y_train=target[train], x_val=x[val], y_val=target[val]))
results = [one(pair) for pair in k_fold(len(x), n_splits, rng=rng)]
return [sum(results) / len(results), np.array(results)]
""",
    },
    "selection.log_uniform": {
        "natural logarithms": "return np.exp(rng.uniform(np.log(low), np.log(high), size))",
        "a power of the ratio": "return low * (high / low) ** rng.random(size)",
        "numbers one by one": "return np.array([low * (high / low) ** rng.random() for _ in range(size)])",
        "an exponent stretched": """
a, b = np.log2(low), np.log2(high)
return np.clip(2.0 ** (b - (b - a) * rng.random(size)), low, high)
""",
    },
    "selection.grid_search": {
        "its own ranking": """
trials = [Trial(evaluate(dict(zip(grid, v))), dict(zip(grid, v))) for v in product(*grid.values())]
good = [t for t in trials if t.score == t.score]
bad = [t for t in trials if t.score != t.score]
return sorted(good, key=lambda t: t.score, reverse=True) + bad
""",
        "nan as minus infinity": """
trials = []
for values in product(*grid.values()):
    settings = {name: value for name, value in zip(grid.keys(), values)}
    trials.append(Trial(evaluate(settings), settings))
trials.sort(key=lambda t: -np.inf if np.isnan(t.score) else t.score, reverse=True)
return trials
""",
        "meshgrid": """
names = list(grid)
axes = np.meshgrid(*grid.values(), indexing="ij")
rows = np.stack([a.ravel() for a in axes], axis=1)
return _best_first(evaluate, [dict(zip(names, map(float, row))) for row in rows])
""",
        "recursion": """
points = [{}]
for name, values in grid.items():
    points = [{**point, name: value} for point in points for value in values]
return _best_first(evaluate, points)
""",
    },
    "selection.random_search": {
        "trial by trial": """
points = []
for _ in range(n_trials):
    points.append({n: float(log_uniform(*ranges[n], 1, rng=rng)[0]) for n in ranges})
return _best_first(evaluate, points)
""",
        "its own draws and ranking": """
trials = []
for _ in range(n_trials):
    point = {n: 10 ** rng.uniform(np.log10(a), np.log10(b)) for n, (a, b) in ranges.items()}
    trials.append(Trial(evaluate(point), point))
return sorted(trials, key=lambda t: t.score, reverse=True)
""",
        "a matrix of draws": """
u = rng.random((n_trials, len(ranges)))
low, high = np.array(list(ranges.values())).T
return _best_first(evaluate, [dict(zip(ranges, row)) for row in low * (high / low) ** u])
""",
        "argsort": """
points = [{n: log_uniform(a, b, 1, rng=rng).item() for n, (a, b) in ranges.items()} for _ in range(n_trials)]
scores = np.array([evaluate(p) for p in points])
return [Trial(scores[i], points[i]) for i in np.argsort(-scores)]
""",
    },
    "selection.refine": {
        "square roots": "r = np.sqrt(np.sqrt(high / low))\nreturn best / r, best * r",
        "exponents": """
quarter = (np.log10(high) - np.log10(low)) / 4
return 10 ** (np.log10(best) - quarter), 10 ** (np.log10(best) + quarter)
""",
        "a list": "q = np.log(high / low) / 4\nreturn [best * np.exp(-q), best * np.exp(q)]",
        "an array taken apart": "a, b = best * (high / low) ** np.array([-0.25, 0.25])\nreturn a, b",
    },
    "training.EarlyStopping.update": {
        "all averages anew": """
self.losses.append(val_loss)
if self.best_model is None or val_loss < self.best_loss:
    if val_loss == val_loss:
        self.best_loss, self.best_model = float(val_loss), deepcopy(model)
k = self.rounds
averages = [sum(self.losses[i - k : i]) / k for i in range(k, len(self.losses) + 1)]
if len(averages) < k + 1:
    return False
best, reference = min(averages[-k:]), averages[-k - 1]
return bool(not (best < reference * (1 - self.tolerance)))
""",
        "numpy's moving average": """
self.losses.append(val_loss)
if not val_loss >= self.best_loss and not np.isnan(val_loss):
    self.best_loss = val_loss
    self.best_model = deepcopy(model)
k = self.rounds
if len(self.losses) < 2 * k:
    return False
averages = np.convolve(self.losses[-2 * k :], np.ones(k) / k, mode="valid")
return not any(a < (1 - self.tolerance) * averages[0] for a in averages[1:])
""",
        "windows": """
self.losses += [val_loss]
if val_loss < self.best_loss:
    self.best_loss, self.best_model = val_loss, deepcopy(model)
if len(self.losses) < 2 * self.rounds:
    return False
windows = np.lib.stride_tricks.sliding_window_view(self.losses[-2 * self.rounds :], self.rounds)
means = windows.mean(axis=1)
return bool(~((means[1:] < means[0] - self.tolerance * means[0]).any()))
""",
        "sums": """
self.losses.append(val_loss)
if np.nanmin(self.losses) == val_loss and val_loss < self.best_loss:
    self.best_loss, self.best_model = val_loss, deepcopy(model)
n, k = len(self.losses), self.rounds
if n < 2 * k:
    return False
sums = [np.sum(self.losses[i : i + k]) for i in range(n - 2 * k, n - k + 1)]
return all(not s < (1 - self.tolerance) * sums[0] for s in sums[1:])
""",
    },
    "training.diverged": {
        "or": "return not np.isfinite(cost) or cost > 3 * first_cost",
        "the other way round": "return not cost <= 3 * first_cost or cost == float('inf')",
        "math": "import math\nreturn math.isnan(cost) or math.isinf(cost) or cost > 3 * first_cost",
        "numpy": "return np.logical_or(~np.isfinite(cost), np.greater(cost, 3 * first_cost))",
    },
    "training.train": {
        "the whole loop, written out": """
history = History(best_model=model)
model.eval()
start = loss(model(data.x_train), data.y_train)
best = np.inf
for epoch in range(epochs):
    if schedule is not None:
        optimizer.lr = schedule(epoch)
    model.train()
    losses = []
    for x, target in batches(data.x_train, data.y_train, batch_size, rng=rng):
        losses += [loss(model(x), target)] * len(x)
        model.zero_grad()
        model.backward(loss.backward())
        for p in model.parameters():
            if p.data.ndim == 2:
                p.grad += 2 * l2 * p.data
        optimizer.step()
    history.train_loss.append(np.mean(losses))
    model.eval()
    history.val_loss.append(loss(model(data.x_val), data.y_val))
    if history.val_loss[-1] < best:
        best, history.best_model = history.val_loss[-1], deepcopy(model)
    stop = stopping is not None and stopping.update(history.val_loss[-1], model)
    history.diverged = diverged(history.train_loss[-1], start)
    after_epoch(history)
    if stop or history.diverged:
        return history
return history
""",
        "batches of its own": """
history, epoch, n = History(model), 0, len(data.x_train)
keeper = EarlyStopping(rounds=epochs + 1) if stopping is None else stopping
first = loss(model(data.x_train), data.y_train)
going = True
while going and epoch < epochs:
    optimizer.lr = optimizer.lr if schedule is None else schedule(epoch)
    model.train()
    order, total = np.arange(n), 0.0
    rng.shuffle(order)
    for i in range(0, n, batch_size):
        x, y = data.x_train[order[i : i + batch_size]], data.y_train[order[i : i + batch_size]]
        total += loss(model(x), y) * len(x) / n
        optimizer.zero_grad()
        model.backward(loss.backward())
        _add_l2(model, l2)
        optimizer.step()
    history.train_loss.append(total)
    history.val_loss.append(loss(model.eval()(data.x_val), data.y_val))
    going = not keeper.update(history.val_loss[-1], model)
    if diverged(total, first):
        history.diverged, going = True, False
    after_epoch(history)
    epoch += 1
if keeper.best_model is not None:
    history.best_model = keeper.best_model
return history
""",
        "gradients cleared after the step": """
stopping = stopping or EarlyStopping(rounds=epochs + 1)
first_cost = loss(model.eval()(data.x_train), data.y_train)
train_loss, val_loss = [], []
history = History(best_model=model, train_loss=train_loss, val_loss=val_loss)
for epoch in range(epochs):
    if schedule:
        optimizer.lr = schedule(epoch)
    model.train()
    seen = np.array([0.0, 0.0])
    for x, y in batches(data.x_train, data.y_train, batch_size, rng=rng):
        seen += len(x), len(x) * loss(model(x), y)
        model.backward(loss.backward())
        _add_l2(model, l2)
        optimizer.step()
        optimizer.zero_grad()
    train_loss.append(seen[1] / seen[0])
    val_loss.append(loss(model.eval()(data.x_val), data.y_val))
    stop = stopping.update(val_loss[-1], model)
    history.diverged = bool(diverged(train_loss[-1], first_cost))
    after_epoch(history)
    if history.diverged or stop:
        break
history.best_model = stopping.best_model if stopping.best_model is not None else model
return history
""",
        "the helpers, and weights decayed by hand": """
history = History(best_model=model)
first_cost = loss(model.eval()(data.x_train), data.y_train)
lowest = float("inf")
for epoch in range(epochs):
    optimizer.lr = optimizer.lr if schedule is None else float(schedule(epoch))
    part = batches(data.x_train, data.y_train, batch_size, rng=rng)
    history.train_loss.append(_epoch(model.train(), loss, optimizer, part, l2))
    model.eval()
    val = loss(model(data.x_val), data.y_val)
    history.val_loss.append(val)
    if val < lowest:
        lowest, history.best_model = val, deepcopy(model)
    history.diverged = diverged(history.train_loss[-1], first_cost)
    done = bool(stopping and stopping.update(val, model))
    after_epoch(history)
    if history.diverged or done:
        break
return history
""",
    },
}
FORMS = [
    pytest.param(exercise, body, id=f"{exercise}: {name}")
    for exercise, forms in RIGHT.items()
    for name, body in forms.items()
]


def graded(exercise, body, key_of, sandbox, submit):
    """Grade the reference with one body replaced."""
    mistake = Mistake("form", exercise, "", body=body)
    submission = submit(LAB, **{mistake.module: mistake.source().text.decode()})
    return grade(submission, key_of(LAB), sandbox)


@pytest.mark.parametrize(("exercise", "body"), FORMS)
def test_a_right_form_gets_full_marks(exercise, body, key_of, sandbox, submit):
    """Any order of samples and draws is right, and so is any way to write the bookkeeping."""
    report = graded(exercise, body, key_of, sandbox, submit)

    assert [r.message for r in report.results if r.status is not Status.PASSED] == []


UNKNOWN = {
    "selection.train_val_split": "return Split(x[2:], target[2:], x[:2], target[:2])",
    "selection.k_fold": "return [(np.arange(n_samples), np.arange(2))] * n_splits",
    "selection.cross_validate": "return 0.5, np.full(n_splits, 0.5)",
    "selection.log_uniform": "return np.sqrt(rng.uniform(low**2, high**2, size)) / 2",
    "selection.grid_search": "return [Trial(0.0, {}), Trial(1.0, {})]",
    "selection.random_search": "return [Trial(0.0, {name: 1.0 for name in ranges})] * n_trials",
    "selection.refine": "return best / 2, best * 2",
    "training.EarlyStopping.update": "self.losses.append(val_loss)\nreturn len(self.losses) > 3",
    "training.diverged": "return cost > 10 * first_cost",
    "training.train": "return History(best_model=model, train_loss=[1.0] * epochs, val_loss=[1.0] * epochs)",
}


@pytest.mark.parametrize(("exercise", "body"), UNKNOWN.items())
def test_an_unknown_wrong_body_fails_without_a_name(exercise, body, key_of, sandbox, submit):
    """What no known mistake does is wrong all the same, and is called nothing."""
    results = graded(exercise, body, key_of, sandbox, submit).results
    failed = [r for r in results if r.status is Status.FAILED]

    assert {r.check.exercise for r in failed} == {exercise}
    assert {r.mistake for r in failed} == {None}


FORGOTTEN = ["selection.k_fold", "selection.random_search", "training.train"]


@pytest.mark.parametrize("exercise", FORGOTTEN)
def test_a_forgotten_return_is_told_so(exercise, key_of, sandbox, submit):
    """Where a result is taken apart, None is still handed over, and the judge asks for the return."""
    results = graded(exercise, "pass", key_of, sandbox, submit).results
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
