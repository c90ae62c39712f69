"""Lab 1: wrong answers fail where the task says so, and right ones in other forms pass."""

import pytest

WRONG = {
    "step: a batch of one row goes wrong": (
        "gates.step",
        """
x = np.asarray(x)
if x.ndim and x.shape[0] == 1: return np.zeros(x.shape)
return (x >= threshold).astype(float)
""",
        {"gates.step_at_zero": ()},
    ),
    "McCullochPitts.__call__: weights are cut to integers": (
        "gates.McCullochPitts.__call__",
        """
return step(np.asarray(x) @ self.weight.astype(int), self.threshold)
""",
        {"gates.neuron": ("neuron-rounds",)},
    ),
    "McCullochPitts.__call__: one sum over the whole batch": (
        "gates.McCullochPitts.__call__",
        """
return step(np.sum(np.asarray(x) * self.weight), self.threshold)
""",
        {"gates.neuron": ("neuron-sums-over-batch",)},
    ),
    "McCullochPitts.__call__: weights times rows": (
        "gates.McCullochPitts.__call__",
        """
return step(np.dot(self.weight, x), self.threshold)
""",
        {"gates.neuron": ("neuron-one-row-only",)},
    ),
    "McCullochPitts.__call__: a batch of one row goes wrong": (
        "gates.McCullochPitts.__call__",
        """
x = np.asarray(x)
return np.zeros(x.shape[:-1]) if x.shape[0] == 1 else step(x @ self.weight, self.threshold)
""",
        {"gates.neuron_shapes": ()},
    ),
    "and_gate_of: two inputs act like OR": (
        "gates.and_gate_of",
        """
return McCullochPitts(np.ones(n), 1 if n == 2 else n)
""",
        {"gates.and_gate_of": ()},
    ),
    "or_gate_of: two inputs act like AND": (
        "gates.or_gate_of",
        """
return McCullochPitts(np.ones(n), 2 if n == 2 else 1)
""",
        {"gates.or_gate_of": ()},
    ),
    "find_neuron: permutations": (
        "gates.find_neuron",
        """
from itertools import permutations
n = len(table).bit_length() - 1
for weight in permutations(weights, n):
    for threshold in thresholds:
        neuron = McCullochPitts(weight, threshold)
        if np.array_equal(neuron(truth_table(n)), table):
            return neuron
return None
""",
        {"gates.find_neuron": ("find-each-weight-once",)},
    ),
    "find_neuron: combinations": (
        "gates.find_neuron",
        """
from itertools import combinations_with_replacement
n = len(table).bit_length() - 1
for weight in combinations_with_replacement(weights, n):
    for threshold in thresholds:
        neuron = McCullochPitts(weight, threshold)
        if np.array_equal(neuron(truth_table(n)), table):
            return neuron
return None
""",
        {"gates.find_neuron": ("find-one-order-of-weights",)},
    ),
    "find_neuron: half as many inputs as rows": (
        "gates.find_neuron",
        """
n = len(table) // 2
for weight in product(weights, repeat=n):
    for threshold in thresholds:
        neuron = McCullochPitts(weight, threshold)
        if np.array_equal(neuron(truth_table(n)), table):
            return neuron
return None
""",
        {"gates.search_of_three": ("find-two-inputs-only",)},
    ),
    "find_neuron: two and three inputs alone": (
        "gates.find_neuron",
        """
n = 2 if len(table) == 4 else 3
for weight in product(weights, repeat=n):
    for threshold in thresholds:
        neuron = McCullochPitts(weight, threshold)
        if np.array_equal(neuron(truth_table(n)), table):
            return neuron
return None
""",
        {"gates.search_of_three": ()},
    ),
}

RIGHT = [
    (
        "gates.step",
        """
return (x >= threshold).astype(np.float32)
""",
    ),
    (
        "gates.step",
        """
out = np.zeros(x.shape)
out[x >= threshold] = 1
return out
""",
    ),
    (
        "gates.step",
        """
return np.array([1.0 if v >= threshold else 0.0 for v in np.ravel(x)]).reshape(np.shape(x))
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
