"""What is asked of every exercise, whatever it computes.

A function leaves what it is given as it was, its result is its own, and neither an earlier call, nor
another object, nor how the same numbers lie in memory changes an answer. Random numbers come from the
generator that was given. An exercise's last check asks this after its own cases, with the body, the
data and the judge of the exercise's first; a lab says what does not hold for an exercise, and why.
What runs in the sandbox stands above, what judges it below.
"""

import contextlib
import copy
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any, NamedTuple, Protocol

import numpy as np

from autograder.judges.equal import equal
from autograder.judges.finding import Finding, changed_input
from autograder.judges.judge import Case, Judge
from autograder.judges.values import value
from autograder.sandbox.codec import Seed
from autograder.sandbox.limits import Limits
from autograder.text import named

__all__ = ["KIND", "KINDS", "OF", "gather", "judge_general", "kinds_of", "make"]

KIND = "general"
"""The entry of a case that names the question; `cases` are what is asked by it."""

OF = "of"
"""The entry that says by which check's body: its place among those of the exercise."""

OF_ALL = {"again", "objects"}
"""What is asked of a method by all its checks: each sees another part of what the object keeps."""
TIMES = 2
"""So many times a check's CPU time a general question may take, where it is asked alone."""

MOST_CALLS = 20
"""Calls of one exercise that are looked at: a loop may make thousands."""


class First(Protocol):
    """What is needed of a check."""

    @property
    def exercise(self) -> str: ...
    @property
    def ask(self) -> Callable[..., Any]: ...
    @property
    def judge(self) -> Judge: ...
    @property
    def limits(self) -> Limits: ...


Gather = Callable[[First, Any, Sequence[Case]], Any]


def _inputs(case: Case) -> dict[str, Any]:
    """Make a case's generators, and copy its arrays: one question may ask a case twice."""
    return {
        name: np.random.default_rng(part.value) if isinstance(part, Seed) else copy.deepcopy(part)
        for name, part in case.items()
    }


@contextlib.contextmanager
def _wrapped(student: Any, exercise: str, wrap: Callable[..., Any]) -> Iterator[None]:
    """Put a wrapper around an exercise's function, wherever a check calls it."""
    module, *classes, name = exercise.split(".")
    home = functools.reduce(getattr, classes, getattr(student, module))
    original = vars(home).get(name)
    if not isinstance(original, FunctionType):
        yield
        return
    setattr(home, name, functools.wraps(original)(wrap(original)))
    try:
        yield
    finally:
        setattr(home, name, original)


def _arrays(held: Any, name: str = "", depth: int = 3) -> Iterator[tuple[str, Any]]:
    """Go through the arrays in a value: itself, or in lists, tuples and dictionaries."""
    if type(held) is np.ndarray:
        yield name, held
    elif depth and type(held) in {list, tuple}:
        for part in held:
            yield from _arrays(part, name, depth - 1)
    elif depth and type(held) is dict:
        for part in held.values():
            yield from _arrays(part, name, depth - 1)


def _mapped(held: Any, change: Callable[[Any], Any], depth: int = 3) -> Any:
    """Change the arrays in a value."""
    if type(held) is np.ndarray:
        return change(held)
    if depth and type(held) in {list, tuple}:
        return type(held)(_mapped(part, change, depth - 1) for part in held)
    return held


DRESSES: Sequence[Callable[[Any], Any]] = (
    lambda array: array.astype(float) if array.dtype.kind == "i" else array,
    lambda array: np.rint(array).astype(np.int64) if array.dtype.kind == "f" else array,
)
"""How the types of numbers change: all floats, or all integers."""


def _shares(array: Any, arrays: Sequence[Any]) -> bool:
    return any(array.size and np.may_share_memory(array, other) for other in arrays)


def _own(check: First, student: Any, cases: Sequence[Case]) -> Any:
    """Look at what a call was given before and after it, and whether its result lies in there.

    Then once more with every number a float, and with none: where one type is copied, another need
    not be. Whether an answer of that type is right is not asked here.
    """
    seen = _watch(check, student, cases[0], lambda array: array)
    if check.limits == Limits():  # what may take long is asked once
        for dress in DRESSES:
            with contextlib.suppress(Exception):  # it need not take such numbers
                if not any(seen.values()):
                    seen = _watch(check, student, cases[0], dress)
    return seen


def _watch(check: First, student: Any, case: Case, dress: Callable[[Any], Any]) -> dict[str, Any]:
    """Ask a case, and note which arrays the exercise changes, and which its results lie in."""
    changed: list[Any] = []
    shared: list[str] = []
    calls: list[int] = []

    def watching(function: FunctionType) -> Callable[..., Any]:
        known = function.__code__.co_varnames[: function.__code__.co_argcount]

        def watched(*args: Any, **kwargs: Any) -> Any:
            if len(calls) >= MOST_CALLS:
                return function(*args, **kwargs)
            calls.append(1)
            args = tuple(_mapped(part, dress) for part in args)
            kwargs = {name: _mapped(part, dress) for name, part in kwargs.items()}
            names = [*known, *(f"argument {i + 1}" for i in range(len(known), len(args)))]
            named = [*zip(names, args, strict=False), *kwargs.items()]
            given = [found for name, part in named for found in _arrays(part, name)]
            before = [array.copy() for _, array in given]
            result = function(*args, **kwargs)
            changed.extend(
                [name, old, array.copy()]
                for (name, array), old in zip(given, before, strict=True)
                if not np.array_equal(array, old, equal_nan=array.dtype.kind in "fc")
            )
            results = [array for _, array in _arrays(result)]
            shared.extend(name for name, array in given if _shares(array, results))
            return result

        return watched

    with _wrapped(student, check.exercise, watching):
        check.ask(student, **_inputs(case))
    return {"changed": changed[:1], "shared": shared[:1]}


def _again(check: First, student: Any, cases: Sequence[Case]) -> Any:
    """Ask two cases and only then take both answers; write over them, before and after a third call.

    The third asks the first case once more: nothing written may reach it.
    """
    answers = [check.ask(student, **_inputs(case)) for case in cases]
    taken = copy.deepcopy(answers)
    _write_over(answers)
    last = check.ask(student, **_inputs(cases[0]))
    _write_over(answers)
    return [*taken, last]


def _write_over(answers: Any) -> None:
    for _, array in _arrays(answers):
        with contextlib.suppress(ValueError):  # it cannot be written to
            array[...] = 77


def _objects(check: First, student: Any, cases: Sequence[Case]) -> Any:
    """Let a second object of the class do the same with other data, step by step beside the first."""
    module, *classes, _ = check.exercise.split(".")
    home: type = functools.reduce(getattr, classes, getattr(student, module))
    twins: dict[int, Any] = {}
    at_work: list[Any] = []

    def twinned(function: FunctionType) -> Callable[..., Any]:
        def both(self: Any, *args: Any, **kwargs: Any) -> Any:
            if at_work:
                return function(self, *args, **kwargs)
            at_work.append(self)
            try:
                with contextlib.suppress(Exception):  # what cannot be copied has no twin
                    if id(self) not in twins:
                        twins[id(self)] = self, _twin(self)
                result = function(self, *args, **kwargs)
                with contextlib.suppress(Exception):  # other data may be refused
                    others = copy.deepcopy([_mapped(a, _turned) for a in args])
                    function(twins[id(self)][1], *others, **copy.deepcopy(kwargs))
                return result
            finally:
                at_work.clear()

        return functools.wraps(function)(both)

    own = dict(vars(home))
    for name in dir(home):
        function = inspect.getattr_static(home, name)
        if isinstance(function, FunctionType) and (name == "__call__" or name[0] != "_"):
            setattr(home, name, twinned(function))
    try:
        return check.ask(student, **_inputs(cases[0]))
    finally:
        for name in [name for name in vars(home) if name not in own]:
            delattr(home, name)
        for name, part in own.items():
            if vars(home)[name] is not part:
                setattr(home, name, part)


def _twin(one: Any) -> Any:
    """Copy an object; where it has a generator, the copy's is a step ahead."""
    other = copy.deepcopy(one)
    for part in getattr(other, "__dict__", {}).values():
        if isinstance(part, np.random.Generator):
            part.random()
    return other


def _turned(array: Any) -> Any:
    """Take the rows in the other order, numbers half as large: data as good as these, and other ones."""
    rows = array[::-1].copy() if array.ndim else array
    return rows / 2 if array.dtype.kind == "f" else rows


def _layout(check: First, student: Any, cases: Sequence[Case]) -> Any:
    """Hand over the same numbers as every second entry of larger arrays, column after column."""

    def spreading(function: FunctionType) -> Callable[..., Any]:
        def spread(*args: Any, **kwargs: Any) -> Any:
            args = tuple(_mapped(part, _spread) for part in args)
            return function(*args, **{n: _mapped(part, _spread) for n, part in kwargs.items()})

        return spread

    with _wrapped(student, check.exercise, spreading):
        return check.ask(student, **_inputs(cases[0]))


def _spread(array: Any) -> Any:
    return np.asfortranarray(np.repeat(array, 2, axis=0))[::2] if array.ndim else array


def _generator(check: First, student: Any, cases: Sequence[Case]) -> Any:
    """Ask twice with one generator, with an equal one, and with another."""
    (case,) = cases
    others = {name: Seed(part.value + 1) for name, part in case.items() if isinstance(part, Seed)}
    inputs = _inputs(case)
    generators = [part for part in inputs.values() if isinstance(part, np.random.Generator)]
    before = [generator.bit_generator.state for generator in generators]
    first = check.ask(student, **inputs)
    moved = [g.bit_generator.state != state for g, state in zip(generators, before, strict=True)]
    held = {name: inputs[name] for name in others}
    return {
        "first": first,
        "second": check.ask(student, **{**_inputs(case), **held}),
        "again": check.ask(student, **_inputs(case)),
        "other": check.ask(student, **_inputs({**case, **others})),
        "moved": any(moved),
    }


def _dressed(check: First, student: Any, cases: Sequence[Case]) -> Any:
    """Ask with the case as it is: it has been changed when it was drawn."""
    return check.ask(student, **_inputs(cases[0]))


class Kind(NamedTuple):
    """One question: how it is asked, how it looks, and what is to be done where it is answered wrongly."""

    promise: str
    """What holds for every exercise."""
    gather: Gather
    says: str
    after: str = ""
    """What follows the call, as a student sees it."""


KINDS: dict[str, Kind] = {
    "own": Kind(
        "What it is given stays as it is, and the result is a new array.",
        _own,
        "Inputs belong to the caller: work on a copy.",
    ),
    "again": Kind(
        "A call keeps nothing of another one.",
        _again,
        "Alone each answer is right, and beside others it is not: what does a call keep of another?",
        ", then with other data, then once more",
    ),
    "objects": Kind(
        "Two objects of a class share nothing.",
        _objects,
        "Alone it is right. What is kept on the class, or outside the object, belongs to all objects.",
        ", while a second object works on other data",
    ),
    "layout": Kind(
        "Where the numbers lie in memory changes nothing: a view is as good as a copy.",
        _layout,
        "The numbers are the same, only their places in memory differ, and the answer changes.",
        ", its arrays every second row of larger ones",
    ),
    "generator": Kind(
        "Random numbers come from the generator that is given, new ones for each call.",
        _generator,
        "The random numbers must come from the generator that is given.",
        ", again, and with equal and with other generators",
    ),
    "integers": Kind(
        "Arrays of integers are taken.",
        _dressed,
        "These are integers, in an array of type int64. Is the result kept in an array of that type?",
    ),
    "axes": Kind("Any number of axes is taken.", _dressed, "Any number of axes is allowed."),
    "one row": Kind("A batch may have one row.", _dressed, "A batch may have one row."),
}
"""The questions; those from `integers` on are asked where a task promises to take such data."""

CHANGES: dict[str, Sequence[Callable[[Any], Any]]] = {
    "integers": [lambda a: np.rint(4 * a).astype(np.int64)],
    "axes": [lambda a: np.stack([a, a[::-1]]), lambda a: a[0]],
    "one row": [lambda a: a[:1]],
}
"""How a drawn array becomes such data."""

WITH_ALL: dict[str, Sequence[Callable[[Any], Any]]] = {
    **CHANGES,
    "axes": [lambda a: np.stack([a, a[::-1]]), lambda a: a.reshape(-1)],
    "one row": [lambda a: a.reshape(1, -1)],
}
"""How it does where chance has a part in the answer: of fewer entries a right one may drop all, or none."""


def kinds_of(exercise: str, case: Case) -> list[str]:
    """List the questions that make sense for any exercise, and for one of this name and with this case."""
    has_generator = any(isinstance(part, Seed) for part in case.values())
    is_method = exercise.count(".") > 1
    return [
        *("own", "again", "layout"),
        *(["objects"] if is_method else []),
        *(["generator"] if has_generator else []),
    ]


def make(
    examples: Mapping[int, Sequence[Case]],
    kinds: Sequence[str],
    takes: Mapping[str, str],
    *,
    by_chance: bool = False,
) -> list[dict[str, Any]]:
    """Make the general cases of an exercise.

    Args:
        examples: two cases of each of its checks that can be asked so, by its place among them.
        kinds: the questions that are asked: of the first check, and what only shows in what a
            method keeps, of all of them.
        takes: the questions on data that its task promises to take, each with the arguments' names.
        by_chance: whether the first check judges random numbers, by how many there are.
    """
    (main, cases), *_ = examples.items()
    made: list[dict[str, Any]] = []
    for kind in kinds:
        most = 2 if kind == "again" else 1
        made += [
            {KIND: kind, OF: of, "cases": examples[of][:most]}
            for of in (examples if kind in OF_ALL else [main])
        ]
    for kind, names in takes.items():
        for change in (WITH_ALL if by_chance else CHANGES)[kind]:
            changed = {name: _mapped(cases[0][name], change) for name in names.split()}
            made.append({KIND: kind, OF: main, "cases": [{**cases[0], **changed}]})
    return made


def gather(check: First, student: Any, general: str, cases: Sequence[Case], of: int) -> Any:
    """Ask a general question, in the sandbox; the check has been found by `of`."""
    del of
    return KINDS[general].gather(check, student, cases)


def judge_general(check: First, case: Case, observed: Any, expected: Any) -> Finding | None:
    """Judge the answer to a general question, by the judge of the exercise's first check."""
    kind, cases = case[KIND], case["cases"]
    if kind == "own":
        return _judge_own(observed)
    if kind == "generator":
        return _judge_generator(observed, expected)
    says = KINDS[kind].says
    if kind != "again":
        observed, expected = [observed], [expected]
    if not isinstance(observed, list) or len(observed) != len(expected):
        return Finding(says)
    for one, mine, right in zip([*cases, cases[0]], observed, expected, strict=False):
        if finding := check.judge(one, mine, right):
            return Finding(
                f"{finding.detail} {says}".strip(),
                finding.returned or value(mine),
                finding.expected or value(right),
            )
    return None


def _judge_own(observed: Any) -> Finding | None:
    match observed:
        case {"changed": [[str(name), before, after]]}:
            return changed_input(named(name), before, after)
        case {"changed": [], "shared": [str(name)]}:
            return Finding(
                f"Its result and its input {named(name)} are the same memory: whoever changes one "
                "changes the other. Return a new array.",
                returned=f"an array that lies in {named(name)}",
                expected="a new array",
            )
        case {"changed": [], "shared": []}:
            return None
    return Finding(KINDS["own"].says)


def _judge_generator(observed: Any, expected: Any) -> Finding | None:
    """Compare what came from one generator, an equal one and another; the reference says what differs."""
    names = ("first", "second", "again", "other")
    if not isinstance(observed, dict) or not observed.keys() >= {*names, "moved"}:
        return Finding(KINDS["generator"].says)

    def repeats(answers: Any, name: str) -> bool:
        return equal({}, answers["first"], answers[name]) is None

    if repeats(expected, "again") and not repeats(observed, "again"):
        return Finding(
            "Equal generators give different answers: where else do its random numbers come from?",
            value(observed["again"]),
            f"as with the equal generator before, {value(observed['first'])}",
        )
    if repeats(observed, "other") and not repeats(expected, "other"):
        return Finding(
            "Different generators give the same answer: does it use the one that it is given?",
            value(observed["other"]),
            "another answer than with the first generator",
        )
    if repeats(observed, "second") and not repeats(expected, "second"):
        return Finding(
            "A second call with the same generator gives the same answer: each call must draw new numbers.",
            value(observed["second"]),
            "another answer than the first call's",
        )
    if observed["moved"] and not expected["moved"]:
        return Finding("It draws from the generator, though nothing random is asked for.")
    return None
