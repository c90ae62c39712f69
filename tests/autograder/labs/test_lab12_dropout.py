"""Lab 12: right answers of every form get full marks; wrong ones outside the catalogue get no name."""

import pytest

from autograder.check import Status
from autograder.exercises import find_body, replace_lines
from autograder.grade import grade
from autograder.mistakes import Mistake
from tests.conftest import reference_text

LAB = "lab12_dropout"
FORWARD, BACKWARD = "dropout.Dropout.forward", "dropout.Dropout.backward"

FORWARDS = {
    "dropped-by-where": """
self._mask = np.ones(x.shape)
if self.training:
    self._mask = np.where(self.rng.uniform(size=x.shape) < self.p, 0.0, 1 / (1 - self.p))
return x * self._mask
""",
    "kept-by-binomial": """
if self.training:
    self._mask = self.rng.binomial(1, 1 - self.p, size=x.shape) / (1 - self.p)
else:
    self._mask = np.ones(x.shape)
return self._mask * x
""",
    "in-place-on-x": """
self._mask = np.ones(x.shape)
if self.training:
    dropped = self.rng.random(x.shape) < self.p
    x[dropped] = 0
    x /= 1 - self.p
    self._mask = ~dropped / (1 - self.p)
return x
""",
    "entry-by-entry": """
self._mask = np.ones(x.shape)
y = x.copy()
if self.training:
    for i in np.ndindex(x.shape):
        self._mask[i] = 0 if self.rng.random() < self.p else 1 / (1 - self.p)
        y[i] = x[i] * self._mask[i]
return y
""",
    "choice-and-other-stream": """
if not self.training:
    self._mask = 1.0
    return x.copy()
self.rng.normal(size=3)
self._mask = self.rng.choice([0.0, 1 / (1 - self.p)], size=x.shape, p=[self.p, 1 - self.p])
return np.multiply(x, self._mask)
""",
}

BACKWARDS = {
    "in-place": "grad_output *= self._mask\nreturn grad_output",
    "where": "return np.where(self._mask > 0, grad_output * self._mask.max(), 0.0)",
    "indexed": """
grad_input = np.zeros(grad_output.shape)
kept = self._mask != 0
grad_input[kept] = grad_output[kept] * self._mask[kept]
return grad_input
""",
    "einsum": "return np.einsum('...,...->...', self._mask, grad_output)",
}

OWN_CACHE = (
    """
self.cache = None
if not self.training:
    return x
self.cache = self.rng.random(x.shape) < 1 - self.p
return np.where(self.cache, x / (1 - self.p), 0)
""",
    """
if self.cache is None:
    return grad_output
return grad_output * self.cache / (1 - self.p)
""",
)

WRONG = {
    "scaled-by-root": (FORWARD, "(1 - self.p)", "(1 - self.p) ** 0.5"),
    "half-as-many": (FORWARD, ">= self.p", ">= self.p / 2"),
    "noisy": (FORWARD, "return x * self._mask", "return x * self._mask + 0.01"),
    "negated": (BACKWARD, "self._mask", "-self._mask"),
    "doubled": (BACKWARD, "self._mask", "(2 * self._mask)"),
    "gated-by-sign": (BACKWARD, "self._mask", "(grad_output > 0)"),
}


def problems(report):
    """List what did not pass."""
    return [result.message for result in report.results if result.status is not Status.PASSED]


def text_with(exercise, **patch):
    """Write the module with one body in another form."""
    return Mistake("form", exercise, "", **patch).source().text.decode()


@pytest.mark.parametrize("body", FORWARDS.values(), ids=FORWARDS)
def test_a_right_forward_gets_full_marks(body, key_of, sandbox, submit):
    """Whatever way the mask is drawn and applied, in place or not, is right."""
    source = text_with(FORWARD, body=body)

    assert problems(grade(submit(LAB, dropout=source), key_of(LAB), sandbox)) == []


@pytest.mark.parametrize("body", BACKWARDS.values(), ids=BACKWARDS)
def test_a_right_backward_gets_full_marks(body, key_of, sandbox, submit):
    """Overwriting grad_output, indexing and selecting are right."""
    source = text_with(BACKWARD, body=body)

    assert problems(grade(submit(LAB, dropout=source), key_of(LAB), sandbox)) == []


def test_a_cache_of_ones_own_is_right(key_of, sandbox, submit):
    """What forward keeps for backward, and under which name, is the student's affair."""
    text = reference_text("dropout")
    for exercise, body in zip((FORWARD, BACKWARD), OWN_CACHE, strict=True):
        first, last = find_body(text, exercise)
        lines = [f"        {line}" for line in body.strip().splitlines()]
        text = replace_lines(text, first, last, "\n".join(lines) + "\n")

    assert problems(grade(submit(LAB, dropout=text), key_of(LAB), sandbox)) == []


@pytest.mark.parametrize(("exercise", "right", "wrong"), WRONG.values(), ids=WRONG)
def test_an_unknown_mistake_fails_without_a_name(exercise, right, wrong, key_of, sandbox, submit):
    """What the catalogue does not know is told as a fact, and called nothing."""
    source = text_with(exercise, right=right, wrong=wrong)
    report = grade(submit(LAB, dropout=source), key_of(LAB), sandbox)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert failed
    assert {r.check.exercise for r in failed} == {exercise}
    assert [r.mistake for r in failed] == [None] * len(failed)


def test_a_gradient_that_is_never_returned_is_told_so(key_of, sandbox, submit):
    """A missing return is told as such, whichever judge looks at the answer."""
    source = text_with(BACKWARD, body="grad_output * self._mask")
    report = grade(submit(LAB, dropout=source), key_of(LAB), sandbox)
    failed = [r for r in report.results if r.status is Status.FAILED]

    assert len(failed) == 2
    assert all("Is a `return` missing?" in r.message for r in failed)


def test_the_solution_passes_alone(key_of, sandbox, submit):
    """The reference's module, handed in as it is, gets all points."""
    assert grade(submit(LAB), key_of(LAB), sandbox).points == 20
