"""What is asked of every exercise: right bodies pass, and a fault around a body is caught, whatever it computes."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from autograder.course import general
from autograder.course.catalogue import engine_path, labs, load_lab
from autograder.course.lab import Status
from autograder.course.reference import with_body
from autograder.course.solutions import load_mistakes, load_valid
from autograder.grading.grade import grade
from autograder.grading.key import record_key
from autograder.sandbox.codec import Seed
from autograder.sandbox.limits import Limits

AROUND = '''

def _around(right):
    """Put a fault around a right function."""
    import copy
    import functools
    import numpy as np

    kept = {}

    @functools.wraps(right)
    def wrong(*args, **kwargs):
        arrays = [a for a in [*args, *kwargs.values()] if isinstance(a, np.ndarray)]
'''
FAULTS = {
    "an argument is written over": """
result = right(*args, **kwargs)
if arrays:
    arrays[0][...] = 5
return result
""",
    "an argument is changed by a hair": """
result = right(*args, **kwargs)
for array in arrays:
    if array.dtype.kind == "f":
        array += 1e-9
return result
""",
    "one buffer holds all results": """
result = right(*args, **kwargs)
held = kept.setdefault(result.shape, np.empty_like(result))
held[...] = result
return held
""",
    "the first answer is kept": """
if "first" not in kept:
    kept["first"] = right(*args, **kwargs)
return copy.deepcopy(kept["first"])
""",
    "the second call is wrong": """
result = right(*args, **kwargs)
kept["calls"] = kept.get("calls", 0) + 1
return result if kept["calls"] == 1 else result * 2 + 1
""",
    "a view is refused": """
if any(not array.flags.c_contiguous for array in arrays):
    raise TypeError("no views")
return right(*args, **kwargs)
""",
    "a view is read as if it were whole": """
args = [
    np.frombuffer(a.base or a, dtype=a.dtype, count=a.size).reshape(a.shape)
    if isinstance(a, np.ndarray) and not a.flags.c_contiguous and isinstance(a.base, bytes) else a
    for a in args
]
if any(not array.flags.owndata and not array.flags.c_contiguous for array in arrays):
    return right(*args, **kwargs) * 2 + 1
return right(*args, **kwargs)
""",
    "the generator is a new one": """
kwargs["rng"] = np.random.default_rng()
return right(*args, **kwargs)
""",
    "the generator has a fixed seed": """
kwargs["rng"] = np.random.default_rng(0)
return right(*args, **kwargs)
""",
    "the generator is a copy": """
kwargs["rng"] = copy.deepcopy(kwargs["rng"])
return right(*args, **kwargs)
""",
    "the global generator is used": """
kwargs["rng"] = np.random.RandomState(np.random.randint(2**31))
kwargs["rng"].permuted = kwargs["rng"].permutation
return right(*args, **kwargs)
""",
}
ARRAYS = (
    *("gates.step", "hebb.to_bipolar", "perceptron.criterion_gradient", "activations.relu"),
    *("activations.softmax", "layers.Linear.forward", "preprocessing.StandardScaler.transform"),
    *("module.Sequential.forward", "descent.numerical_gradient", "hopfield.store"),
)
"""Exercises that take and return an array."""
RANDOM = ("init.small_normal", "init.xavier", "selection.k_fold", "selection.train_val_split")
"""Exercises whose answer depends on the generator, which is given by name."""


def faulty(exercise, fault):
    """Write a fault around the reference's function."""
    module, *classes, name = exercise.split(".")
    place = ".".join([*classes, name])
    body = "".join(f"        {line}\n" for line in FAULTS[fault].strip().splitlines())
    text = engine_path(module).read_text(encoding="utf-8")
    return f"{text}{AROUND}{body}    return wrong\n\n\n{place} = _around({place})\n"


def outcome(exercise, text, submit, key_of, sandbox):
    """Grade a module; return the failed checks of an exercise, and what was said of them."""
    lab = next(lab for lab in labs() if exercise in lab.exercises)
    module = exercise.partition(".")[0]
    report = grade(submit(lab.id, **{module: text}), key_of(lab.id), sandbox)
    return [r for r in report.results if r.status is Status.FAILED and r.check.exercise == exercise]


WANTED = [(e, f) for e in ARRAYS for f in FAULTS if "generator" not in f] + [
    (e, f) for e in RANDOM for f in FAULTS if "generator" in f and "global" not in f
]


@pytest.mark.sampled(14)
@pytest.mark.parametrize(("exercise", "fault"), WANTED)
def test_a_fault_around_a_body_is_caught(exercise, fault, submit, key_of, sandbox):
    """Whatever a function computes, it must leave its arguments, other calls and memory alone."""
    failed = outcome(exercise, faulty(exercise, fault), submit, key_of, sandbox)

    assert failed


def state_on_the_class(exercise):
    """Keep what methods remember on the class, where all objects see it."""
    module, name, _ = exercise.split(".")
    text = engine_path(module).read_text(encoding="utf-8")
    return f"""{text}

def _set(self, name, value):
    keeps = name in {{"a", "g"}} or (name.startswith("_") and "x" not in vars(self))
    setattr({name}, name, value) if keeps else object.__setattr__(self, name, value)

{name}.__setattr__ = _set
"""


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "exercise",
    [
        *("losses.MSELoss.backward", "losses.CrossEntropyLoss.backward", "layers.Linear.backward"),
        *("layers.Sigmoid.backward", "layers.Tanh.backward", "layers.ReLU.backward"),
        *("batchnorm.BatchNorm1d.backward", "dropout.Dropout.backward"),
    ],
)
def test_what_an_object_remembers_is_its_own(exercise, submit, key_of, sandbox):
    """Two objects of one class do not share what backward needs."""
    failed = outcome(exercise, state_on_the_class(exercise), submit, key_of, sandbox)

    assert failed


@pytest.mark.parametrize(
    ("taken", "given"),
    [
        (lambda x: np.asarray(x, dtype=float), np.arange(3)),
        (lambda x: x.astype(int, copy=False), np.arange(3.0)),
    ],
    ids=["floats", "integers"],
)
def test_an_argument_of_another_type_is_left_alone_too(taken, given):
    """What is copied in one type, and changed in place in another, is seen though one type is drawn."""

    def grow(x):
        x = taken(x)
        x += 1
        return x.copy()

    check = SimpleNamespace(
        exercise="module.grow", ask=lambda student, x: student.module.grow(x), limits=Limits()
    )
    student = SimpleNamespace(module=SimpleNamespace(grow=grow))
    seen = general.KINDS["own"].gather(check, student, [{"x": given}])

    assert [name for name, _, _ in seen["changed"]] == ["x"]


def test_an_argument_that_changes_is_shown_before_and_after(submit, key_of, sandbox):
    """The fact names the argument, and what it was and is."""
    text = re.sub(
        r"return np\.maximum\(x, 0\)",
        "x[x < 0] = 0\n    return x.copy()",
        engine_path("activations").read_text(encoding="utf-8"),
    )
    (failed,) = outcome("activations.relu", text, submit, key_of, sandbox)

    assert "changed its input x to" in failed.message
    assert "x left as it was" in failed.message


def test_a_failure_of_the_exercise_itself_is_told_once(submit, key_of, sandbox):
    """The general questions do not fail a second check of an exercise that is wrong anyway."""
    text = (
        engine_path("layers")
        .read_text(encoding="utf-8")
        .replace(
            "return grad_output @ self.weight.data  #",
            "return 2 * grad_output @ self.weight.data  #",
        )
    )
    failed = outcome("layers.Linear.backward", text, submit, key_of, sandbox)

    assert [r.check.id for r in failed] == ["layers.linear_grad_input"]


def test_a_fault_of_a_forward_is_not_its_backwards(submit, key_of, sandbox):
    """What two methods share is found in both, and costs the one that is wrong."""
    lab = load_lab("lab12_dropout")
    (known,) = [one for one in load_mistakes(lab) if one.id == "dropout-ignores-rng"]
    text = known.source().text.decode()

    report = grade(submit(lab.id, dropout=text), key_of(lab.id), sandbox)
    failed = {one.check.exercise for one in report.results if one.status is Status.FAILED}
    assert failed == {known.exercise} == {"dropout.Dropout.forward"}

    backward = "dropout.Dropout.backward"
    spoils = "grad_output *= self._mask\nreturn grad_output.copy()"
    report = grade(
        submit(lab.id, dropout=with_body(text, backward, spoils)), key_of(lab.id), sandbox
    )
    failed = {one.check.exercise for one in report.results if one.status is Status.FAILED}
    assert failed == {known.exercise, backward}  # what it does to its own argument stays its fault


def test_what_cannot_be_copied_is_not_refused(submit, key_of, sandbox):
    """A second object needs a copy of the first; a right layer that keeps an iterator has none."""
    text = engine_path("losses").read_text(encoding="utf-8")
    keeping = text.replace(
        "        self._error = prediction - target",
        "        self._rows = iter(prediction)\n        self._waiting = (row for row in prediction)\n"
        "        self._error = prediction - target",
    )
    assert keeping != text
    report = grade(
        submit("lab04_activations", losses=keeping), key_of("lab04_activations"), sandbox
    )

    assert report.points == report.max_points


def test_the_general_questions_take_no_time_from_a_checks_own(submit, key_of, sandbox):
    """A slow answer that ends in time on the check's cases alone keeps its points."""
    text = engine_path("hebb").read_text(encoding="utf-8")
    slow = text.replace(
        "    return 2 * floats(x) - 1",
        "    import time\n\n    end = time.process_time() + 0.2\n"
        "    while time.process_time() < end:\n        pass\n    return 2 * floats(x) - 1",
    )
    assert slow != text
    report = grade(submit("lab02_hebb", hebb=slow), key_of("lab02_hebb"), sandbox)

    assert report.points == report.max_points


def test_every_exercise_is_asked_and_exceptions_have_a_reason():
    """One check of each exercise asks; what is left out says why, and both name what exists."""
    for lab in labs():
        asking = {
            c.exercise: lab.general_kinds(c) for c in lab.checks.values() if lab.general_kinds(c)
        }
        assert asking.keys() == lab.exercises.keys()
        for exercise, kinds in asking.items():
            assert {"own", "again", "layout"} <= {*kinds, *lab.apart.get(exercise, {})}
        for left in (*lab.apart.values(), *lab.takes.values()):
            assert left.keys() <= general.KINDS.keys()
        assert {*lab.apart, *lab.takes} <= lab.exercises.keys()
        assert all(reason for left in lab.apart.values() for reason in left.values())


def test_two_examples_differ_and_have_equal_shapes():
    """A result that is kept shows only where another one would fit into its place."""
    check = load_lab("lab04_activations").checks["activations.probabilities"]
    for seed in range(20):
        first, second = check.examples(seed)
        assert first["x"].shape == second["x"].shape
        assert not np.array_equal(first["x"], second["x"])


def test_what_a_check_withholds_is_withheld_from_general_questions():
    """What the judge alone may know does not travel inside a general case."""
    for lab in labs():
        for check in lab.checks.values():
            asked = [c for c in lab.cases(check, 0) if general.KIND in c]
            for case, sent in zip(asked, check.sent(asked), strict=True):
                secret = set(check.asked(case).withheld)
                assert not any(secret & inner.keys() for inner in sent["cases"])


@pytest.mark.parametrize(
    ("forged", "wrong"),
    [
        (None, True),
        ({"changed": [], "shared": []}, False),
        ({"changed": [["x", 1, 2]], "shared": []}, True),
        ({"changed": "nothing"}, True),
        ({"changed": [], "shared": [7]}, True),
        (["x"], True),
    ],
)
def test_the_judge_of_arguments_takes_any_value(forged, wrong):
    """No value makes it raise: a submission may try exactly that."""
    case = {general.KIND: "own", "cases": [{"x": 1}]}

    assert (general.judge_general(None, case, forged, None) is not None) == wrong


def test_the_judge_of_generators_takes_any_value():
    """Evidence of another form is not right."""
    case = {general.KIND: "generator", "cases": [{"rng": Seed(1)}]}
    right = {"first": 1, "second": 2, "again": 1, "other": 3, "moved": True}

    assert general.judge_general(None, case, right, right) is None
    for forged in (None, {}, {**right, "again": 5}, {**right, "other": 1}, {**right, "second": 1}):
        assert general.judge_general(None, case, forged, right) is not None
    assert general.judge_general(None, case, right, {**right, "moved": False}) is not None


def test_where_chance_has_a_part_the_questions_have_as_many_entries():
    """One row of thirteen entries may drop none of them: a right answer would be refused in one of fifty."""
    lab = load_lab("lab12_dropout")
    (last,) = [c for c in lab.checks.values() if lab.takes.get(c.exercise) and lab.general_kinds(c)]
    for seed in range(20):
        asked = [case for case in lab.cases(last, seed) if general.KIND in case]
        sizes = {np.size(one["x"]) for case in asked for one in case["cases"] if "x" in one}

        assert min(sizes) >= 7 * 13
    assert {"axes", "one row"} <= {case[general.KIND] for case in asked}


@pytest.mark.parametrize("seed", [101, 144])
def test_dropout_from_another_stream_is_right_under_every_seed(seed, submit, sandbox):
    """Under these seeds one row had been so short that nothing of it fell."""
    lab = load_lab("lab12_dropout")
    (form,) = [f for f in load_valid(lab) if f.form == "entry by entry"]
    texts = {module: text.decode() for module, text in form.texts().items()}
    report = grade(submit(lab.id, **texts), record_key(lab, seed, sandbox, mistakes=()), sandbox)

    assert report.points == report.max_points
