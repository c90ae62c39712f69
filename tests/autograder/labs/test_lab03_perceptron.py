"""Lab 3: wrong answers fail where the task says so, and right ones in other forms pass."""

import pytest

WRONG = {
    "perceptron_step: in place on the line": (
        "perceptron.perceptron_step",
        """
score = x @ weight
if score == 0:
    weight += x if target == 1 else -x
    return weight
if target == 1 and score < 0:
    return weight + x
if target == 0 and score > 0:
    return weight - x
return weight.copy()
""",
        {"perceptron.on_the_line": ()},
    ),
    "criterion: counts mistakes": (
        "perceptron.criterion",
        """
return float((predict(weight, x) != target).sum())
""",
        {"perceptron.criterion": ("perceptron-criterion-counts-errors",)},
    ),
    "criterion: a mean over the misclassified": (
        "perceptron.criterion",
        """
sign = 2 * target - 1
scores = sign * (x @ weight)
wrong = scores < 0
return float(-scores[wrong].mean()) if wrong.any() else 0.0
""",
        {"perceptron.criterion": ("perceptron-criterion-mean",)},
    ),
    "criterion_gradient: predict decides what is wrong": (
        "perceptron.criterion_gradient",
        """
wrong = predict(weight, x) != target
return -((2 * target - 1)[wrong, None] * x[wrong]).sum(axis=0)
""",
        {"perceptron.criterion_gradient": ("perceptron-gradient-by-predict",)},
    ),
    "criterion_gradient: one number if all is right": (
        "perceptron.criterion_gradient",
        """
return -sum((2 * t - 1) * row for row, t in zip(x, target) if (2 * t - 1) * (row @ weight) <= 0)
""",
        {"perceptron.criterion_gradient": ("perceptron-gradient-of-none",)},
    ),
    "criterion_gradient: a mean over the misclassified": (
        "perceptron.criterion_gradient",
        """
sign = 2 * target - 1
wrong = sign * (x @ weight) <= 0
return -(sign[wrong, None] * x[wrong]).mean(axis=0)
""",
        {"perceptron.criterion_gradient": ("perceptron-gradient-mean",)},
    ),
    "train: one pass, claim computed": (
        "perceptron.train",
        """
x = augment(x)
weight, updates = np.zeros(x.shape[1]), 0
for row, t in zip(x, target):
    new = perceptron_step(weight, row, t)
    if not np.array_equal(new, weight):
        updates += 1
    weight = new
return PerceptronFit(weight, updates, bool((predict(weight, x) == target).all()))
""",
        {
            "perceptron.converges": ("perceptron-stops-after-one-pass",),
            "perceptron.gives_up": ("perceptron-stops-after-one-pass",),
        },
    ),
    "train: one pass, always claimed": (
        "perceptron.train",
        """
x = augment(x)
weight, updates = np.zeros(x.shape[1]), 0
for row, t in zip(x, target):
    new = perceptron_step(weight, row, t)
    if not np.array_equal(new, weight):
        updates += 1
    weight = new
return PerceptronFit(weight, updates, True)
""",
        {
            "perceptron.converges": ("perceptron-stops-after-one-pass",),
            "perceptron.gives_up": ("perceptron-stops-after-one-pass",),
        },
    ),
    "train: counts passes": (
        "perceptron.train",
        """
x = augment(x)
weight, updates = np.zeros(x.shape[1]), 0
while updates < max_steps:
    changed = False
    for row, t in zip(x, target):
        new = perceptron_step(weight, row, t)
        if not np.array_equal(new, weight):
            changed = True
        weight = new
    if not changed:
        return PerceptronFit(weight, updates, True)
    updates += 1
return PerceptronFit(weight, updates, False)
""",
        {
            "perceptron.within_bound": ("perceptron-counts-passes",),
            "perceptron.gives_up": ("perceptron-counts-passes",),
        },
    ),
    "train: counts looks": (
        "perceptron.train",
        """
x = augment(x)
weight, updates = np.zeros(x.shape[1]), 0
while updates < max_steps:
    changed = False
    for row, t in zip(x, target):
        new = perceptron_step(weight, row, t)
        if not np.array_equal(new, weight):
            changed = True
        weight = new
        updates += 1
        if updates == max_steps: break
    if not changed:
        return PerceptronFit(weight, updates, True)
return PerceptronFit(weight, updates, False)
""",
        {
            "perceptron.within_bound": ("perceptron-counts-looks",),
            "perceptron.gives_up": ("perceptron-counts-looks",),
        },
    ),
    "train: ends on the line": (
        "perceptron.train",
        """
x = augment(x)
weight, updates = np.zeros(x.shape[1]), 0
while updates < max_steps:
    wrong = np.flatnonzero(predict(weight, x) != target)
    if len(wrong) == 0:
        return PerceptronFit(weight, updates, True)
    i = wrong[0]
    weight = weight + (2 * target[i] - 1) * x[i]
    updates += 1
return PerceptronFit(weight, updates, False)
""",
        {"perceptron.converges": ("perceptron-ends-on-the-line",)},
    ),
    "novikoff_bound: asserts": (
        "perceptron.novikoff_bound",
        """
y = np.where(target == 1, 1.0, -1.0)
m = [yi * (xi @ separator) / np.sqrt(separator @ separator) for yi, xi in zip(y, x)]
assert min(m) > 0
return max(xi @ xi for xi in x) / min(m) ** 2
""",
        {"perceptron.novikoff_refuses": ("bound-asserts",)},
    ),
    "novikoff_bound: refuses nothing": (
        "perceptron.novikoff_bound",
        """
y = np.where(target == 1, 1.0, -1.0)
m = [yi * (xi @ separator) / np.sqrt(separator @ separator) for yi, xi in zip(y, x)]
return max(xi @ xi for xi in x) / min(m) ** 2
""",
        {"perceptron.novikoff_refuses": ("bound-of-no-separator",)},
    ),
}

RIGHT = [
    (
        "perceptron.criterion",
        """
total = 0.0
for row, t in zip(x, target):
    y = 1 if t == 1 else -1
    if y * (weight @ row) < 0:
        total -= y * (weight @ row)
return total
""",
    ),
    (
        "perceptron.criterion_gradient",
        """
grad = np.zeros_like(weight)
for row, t in zip(x, target):
    y = 1 if t == 1 else -1
    if y * (weight @ row) <= 0:
        grad = grad - y * row
return grad
""",
    ),
    (
        "perceptron.train",
        """
x = augment(x)
weight, updates = np.zeros(x.shape[1]), 0
while True:
    changed = False
    for row, t in zip(x, target):
        if updates == max_steps:
            return PerceptronFit(weight, updates, False)
        new = perceptron_step(weight, row, t)
        if not np.array_equal(new, weight):
            changed, updates = True, updates + 1
        weight = new
    if not changed:
        return PerceptronFit(weight, updates, True)
""",
    ),
    (
        "perceptron.novikoff_bound",
        """
y = np.where(target == 1, 1.0, -1.0)
m = [yi * (xi @ separator) / np.sqrt(separator @ separator) for yi, xi in zip(y, x)]
if min(m) <= 0: raise ValueError
return max(xi @ xi for xi in x) / min(m) ** 2
""",
    ),
]


@pytest.mark.parametrize(("exercise", "body", "verdict"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_fails_and_has_its_name(exercise, body, verdict, failed):
    """It fails these checks of its exercise and no other, and the report says which idea it is, if one is known."""
    assert failed(exercise, body) == verdict


@pytest.mark.parametrize(("exercise", "body"), RIGHT)
def test_a_right_answer_passes(exercise, body, graded):
    """What a task leaves open may be done in any way."""
    assert graded(exercise, body).points == 20
