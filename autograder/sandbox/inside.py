"""What runs inside the sandbox: build the package nnlab from a submission, ask, report.

Everything in this process may be read, patched or abused by the student's code. Nothing here
decides anything, and nothing here knows an answer.
"""

import builtins
import contextlib
import difflib
import functools
import importlib
import importlib.abc
import importlib.machinery
import linecache
import os
import random
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import CodeType, ModuleType
from typing import Any, Protocol

import numpy as np

from autograder.sandbox.codec import Budget, Seed, TooLargeError, encode
from autograder.sandbox.observation import Lost, Observation, Raised, Returned, to_plain
from autograder.sandbox.question import READY, Question, Source, write_frame

__all__ = ["View", "answer", "compiled", "prepare_streams"]

PACKAGE = "nnlab"
MAX_MESSAGE = 2000
MAX_LINE = 200


class Asks(Protocol):
    """What runs here of a check: its body, and the arguments that it must leave as they are."""

    ask: Callable[..., Any]
    unchanged: Sequence[str]


class View:
    """The package nnlab as one submission sees it: what a check calls `student`.

    A module is imported when it is first named, so that a broken one spoils only the checks that
    ask it something.
    """

    def __getattr__(self, module: str) -> ModuleType:
        return importlib.import_module(f"{PACKAGE}.{module}")


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports nnlab's modules from the sources in a question, and refuses foreign packages."""

    allowed = frozenset({"numpy", *sys.stdlib_module_names})

    def __init__(
        self,
        submission: Mapping[str, Source],
        reference: Mapping[str, Source],
        codes: Mapping[str, CodeType],
    ) -> None:
        self.sources = {**reference, **submission}
        self.codes = codes
        self.files = {source.file for source in submission.values()}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find nnlab and its modules; leave numpy and the standard library to Python."""
        del path, target
        package, _, module = fullname.partition(".")
        if package == PACKAGE:
            if module and module not in self.sources:
                raise ModuleNotFoundError(f"there is no {module}.py", name=fullname)
            return importlib.machinery.ModuleSpec(fullname, self, is_package=not module)
        if package not in self.allowed:
            hint = "numpy and Python's own modules are"
            if fullname in self.sources:
                hint = f"write: from {PACKAGE}.{fullname} import …"
            raise ModuleNotFoundError(
                f"{package} is not part of this course; {hint}", name=fullname
            )
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        """Let Python make the module."""
        del spec
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's source; the package itself is empty and imports its modules on demand."""
        _, _, name = module.__name__.partition(".")
        if not name:
            module.__dict__["__getattr__"] = View().__getattr__
            return
        source = self.sources[name]
        text = source.text.decode("utf-8", "replace").splitlines(keepends=True)
        linecache.cache[source.file] = (len(source.text), None, text, source.file)
        code = self.codes.get(name) if source.file not in self.files else None
        exec(code or compiled(source), module.__dict__)  # noqa: S102  this is the sandbox's purpose


def compiled(source: Source) -> CodeType:
    """Compile a module without this module's own future imports."""
    return compile(source.text, source.file, "exec", dont_inherit=True)


def answer(
    questions: Sequence[Question],
    send: Callable[[bytes], object],
    codes: Mapping[str, CodeType] | None = None,
) -> None:
    """Ask questions of one submission, one after the other in this process.

    For each of them: import the module, ask every case, and send one frame for each of these as
    soon as it is there. `codes` may hold the reference's modules, compiled once for many.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
    first = questions[0]
    checks = _checks(first)  # before foreign packages are refused
    finder = Finder(first.submission, first.reference, codes or {})
    sys.meta_path.insert(0, finder)
    budget = Budget.of_answers(data=first.limits.result_mb << 20)
    for question in questions:
        send(READY)
        with np.errstate(), warnings.catch_warnings():  # what one changes is not the next one's
            imported = observe(lambda _, q=question: _import(q), (), {}, finder.files)
            send(write_frame(_frame(imported, budget)))
            if isinstance(imported, Returned):
                _ask_cases(question, checks[question.check], finder.files, send, budget)


def _checks(question: Question) -> Mapping[str, Asks]:
    """Load the checks of a lab; those of another package are no file that could be read here."""
    if question.checks is None:
        module = importlib.import_module(question.lab)
    else:
        module = sys.modules[question.lab] = ModuleType(question.lab)
        module.__file__ = question.checks.file
        exec(compiled(question.checks), module.__dict__)  # noqa: S102  the course author's
    checks: Mapping[str, Asks] = module.lab.checks
    return checks


def _ask_cases(
    question: Question,
    check: Asks,
    files: set[str],
    send: Callable[[bytes], object],
    budget: Budget,
) -> None:
    for case in question.cases:
        np.random.seed(0)  # noqa: NPY002  students may use the old global generator
        random.seed(0)
        observation = observe(check.ask, check.unchanged, case, files)
        sys.stdout.flush()
        send(write_frame(_frame(observation, budget)))


def _import(question: Question) -> None:
    """Put the reference's exercises into the student's place, and import the module that is asked.

    In this order, since that module may take names from those. The module of the reference is run
    under another name, so its own helpers go with it. Of the exercises it has those alone that are
    lent; where these call another one, that is the student's.
    """
    for module, source in question.carried.items():
        lender = ModuleType(f"{PACKAGE}.reference_{module}")
        sys.modules[lender.__name__] = lender
        exec(compiled(source), lender.__dict__)  # noqa: S102  ours
        students = getattr(View(), module)
        for exercise in sys.modules[question.lab].lab.exercises:
            owner, *classes, name = exercise.split(".")
            if owner == module:
                is_lent = exercise in question.exercises
                giver, taker = (lender, students) if is_lent else (students, lender)
                with contextlib.suppress(AttributeError):  # the student has removed it
                    setattr(_within(taker, classes), name, getattr(_within(giver, classes), name))
    getattr(View(), question.module)


def _within(module: ModuleType, classes: Sequence[str]) -> Any:
    return functools.reduce(getattr, classes, module)


def observe(
    ask: Callable[..., Any], unchanged: Iterable[str], case: Mapping[str, Any], files: set[str]
) -> Observation:
    """Ask one case; whatever the student's code raises becomes part of the evidence."""
    inputs = {
        name: np.random.default_rng(value.value) if isinstance(value, Seed) else value
        for name, value in case.items()
    }
    try:
        value = ask(View(), **inputs)
    except BaseException as error:  # noqa: BLE001  SystemExit and KeyboardInterrupt too
        return _raised(error, files)
    return Returned(value, {name: inputs[name] for name in unchanged})


def _frame(observation: Observation, budget: Budget) -> bytes:
    """Encode an observation; one that is too large is told as such, for it is no tampering."""
    try:
        return encode(to_plain(observation), budget)
    except (TooLargeError, MemoryError) as error:
        return encode(to_plain(Lost("size", str(error))))


def _raised(error: BaseException, files: set[str]) -> Raised:
    """Describe an exception; its own methods are the student's and may raise again."""
    try:
        message = str(error)[:MAX_MESSAGE]
    except BaseException:  # noqa: BLE001
        message = "(its message cannot be printed)"
    file, line = _place(error, files)
    missing, near = _missing(error)
    return Raised(
        kind=type(error).__name__[:MAX_LINE],
        message=message if type(message) is str else "",
        file=file,
        line=line,
        source=linecache.getline(file, line).strip()[:MAX_LINE] if file else "",
        missing=missing,
        near=near,
    )


def _place(error: BaseException, files: set[str]) -> tuple[str, int]:
    """Find the innermost line of the student's own files."""
    if isinstance(error, SyntaxError) and error.filename in files:
        return error.filename, error.lineno or 0
    place = ("", 0)
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in files:
            place = (trace.tb_frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return place


def _missing(error: BaseException) -> tuple[str, tuple[str, ...]]:
    """Name what the check looked for in a module and did not find, and what looks like it."""
    if not isinstance(error, AttributeError) or not isinstance(error.obj, ModuleType):
        return "", ()
    names = [name for name in vars(error.obj) if not name.startswith("_")]
    near = difflib.get_close_matches(error.name or "", names, n=2, cutoff=0.7)
    return str(error.name), tuple(near)


def prepare_streams() -> None:
    """Give the code an empty standard input and prompt outputs, on descriptors 0, 1 and 2."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        stream = open(  # noqa: SIM115
            descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    for name in ("exit", "quit"):  # python -S leaves them out, and students end files with them
        setattr(builtins, name, sys.exit)
