"""Lab 2: wrong answers fail where the task says so, and right ones in other forms pass."""

import pytest

WRONG = {
    "hebb_step: learns from mistakes alone": (
        "hebb.hebb_step",
        """
answer = 1 if weight @ x + bias >= 0 else -1
if answer != target:
    return weight + x * target, bias + target
return weight, bias
""",
        {"hebb.update": ("hebb-learns-only-from-mistakes",)},
    ),
    "hebb_step: learns from what predict answers wrong": (
        "hebb.hebb_step",
        """
if predict(weight, bias, x) == target:
    return weight.copy(), bias
return weight + x * target, bias + target
""",
        {"hebb.update": ("hebb-learns-only-from-mistakes",)},
    ),
    "hebb_step: every weight changes alike": (
        "hebb.hebb_step",
        """
return weight + (x * target).sum(), bias + target
""",
        {"hebb.update": ("hebb-adds-the-sum",)},
    ),
    "train: trains on mistakes alone": (
        "hebb.train",
        """
weight, bias = np.zeros(x.shape[1]), 0.0
history = [np.append(weight, bias)]
for sample, answer in zip(x, target, strict=True):
    if predict(weight, bias, sample) != answer:
        weight, bias = hebb_step(weight, bias, sample, answer)
    history.append(np.append(weight, bias))
return np.array(history)
""",
        {
            "hebb.bipolar_and": ("train-learns-only-from-mistakes",),
            "hebb.binary_and": ("train-learns-only-from-mistakes",),
            "hebb.failure_case": ("train-learns-only-from-mistakes",),
            "hebb.history": ("train-learns-only-from-mistakes",),
        },
    ),
    "train: goes round until all is right": (
        "hebb.train",
        """
weight, bias = np.zeros(x.shape[1]), 0.0
history = [np.append(weight, bias)]
for _ in range(100):
    for sample, answer in zip(x, target, strict=True):
        weight, bias = hebb_step(weight, bias, sample, answer)
        history.append(np.append(weight, bias))
    if (predict(weight, bias, x) == target).all():
        break
return np.array(history)
""",
        {
            "hebb.binary_and": ("train-goes-round-until-all-is-right",),
            "hebb.failure_case": ("train-goes-round-until-all-is-right",),
            "hebb.history": ("train-goes-round-until-all-is-right",),
        },
    ),
    "train: a table of integers": (
        "hebb.train",
        """
table = np.zeros((len(x) + 1, x.shape[1] + 1), dtype=int)
for k in range(len(x)):
    table[k + 1, :-1], table[k + 1, -1] = hebb_step(table[k, :-1], table[k, -1], x[k], target[k])
return table
""",
        {"hebb.history": ("hebb-integer-table",)},
    ),
    "decision_line: what numpy takes for 0 counts as vertical": (
        "hebb.decision_line",
        """
if np.isclose(weight[1], 0): return None
return float(-weight[0] / weight[1]), float(-bias / weight[1])
""",
        {"hebb.decision_line": ("line-nearly-vertical-is-none",)},
    ),
    "decision_line: nearly vertical counts as vertical": (
        "hebb.decision_line",
        """
if abs(weight[1]) < 1e-3: return None
return float(-weight[0] / weight[1]), float(-bias / weight[1])
""",
        {"hebb.decision_line": ("line-nearly-vertical-is-none",)},
    ),
}


@pytest.mark.parametrize(("exercise", "body", "verdict"), WRONG.values(), ids=WRONG)
def test_a_wrong_answer_fails_and_has_its_name(exercise, body, verdict, failed):
    """It fails these checks of its exercise and no other, and the report says which idea it is, if one is known."""
    assert failed(exercise, body) == verdict
