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
import linecache
import os
import random
import re
import site
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import decode_source, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Protocol

import numpy as np

from autograder.sandbox.codec import Budget, Seed, TooLargeError, encode
from autograder.sandbox.observation import Lost, Observation, Raised, Returned, to_plain
from autograder.sandbox.question import READY, Question, Source, write_frame

__all__ = ["PYTHON", "answer", "compiled", "prepare_streams"]

PACKAGE = "nnlab"
PYTHON = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
PUBLIC = {
    "IPython", "PIL", "autograd", "autograder", "cv2", "ipywidgets", "jax", "keras", "matplotlib",
    "numba", "pandas", "plotly", "pytest", "requests", "scipy", "seaborn", "sklearn", "statsmodels",
    "sympy", "tensorflow", "torch", "torchvision", "tqdm",
}  # fmt: skip
"""Packages that nobody takes for a file of one's own."""
MAX_MESSAGE = 2000
MAX_LINE = 200


class Asks(Protocol):
    """What runs here of a check: its bodies, and the arguments that it must leave as they are."""

    unchanged: Sequence[str]

    def body(self, case: Mapping[str, Any]) -> Callable[..., Any]:
        """Return what asks a case."""


class Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports the package nnlab as one submission sees it, which checks call `student`.

    A module is imported when it is first named, so that a broken one spoils only the checks that ask
    it something. No foreign package is found.

    It stands alone on the path of finders, and asks the `others` for numpy and the standard library.
    Modules have the places that they would have as files of the working folder, where none lies.
    """

    allowed = frozenset({"numpy", *sys.stdlib_module_names})

    def __init__(self, question: Question, codes: Mapping[str, CodeType]) -> None:
        self.sources = {**question.reference, **question.submission}
        self.codes = {name: codes[name] for name in codes if name not in question.submission}
        self.files = {source.file for source in question.submission.values()}
        self.lab = question.lab
        self.home = f"{Path.cwd()}{os.sep}"
        self.others = [*sys.meta_path]

    def install(self) -> None:
        """Be the only finder; whatever nnlab was imported before is forgotten."""
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]
        sys.meta_path[:] = [self]
        sys.path_importer_cache[self.home + PACKAGE] = self  # type: ignore[assignment] # which pkgutil asks

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find nnlab and its modules; leave numpy and the standard library to Python."""
        package, _, module = fullname.partition(".")
        if self.is_foreign(package):
            return None
        if package != PACKAGE:
            found = (finder.find_spec(fullname, path, target) for finder in self.others)
            return next((spec for spec in found if spec is not None), None)
        if module and module not in self.sources:
            return None
        file = self.sources[module].file if module else f"{PACKAGE}/__init__.py"
        inner = None if module else [self.home + PACKAGE]
        return spec_from_file_location(
            fullname, self.home + file, loader=self, submodule_search_locations=inner
        )

    def find_distributions(self, context: Any) -> Iterable[Any]:
        """Know of numpy for importlib.metadata, which finds no files here."""
        from importlib import metadata  # noqa: PLC0415  whoever asks has it

        class Numpy(metadata.Distribution):
            def read_text(self, filename: str) -> str | None:
                known = f"Metadata-Version: 2.1\nName: numpy\nVersion: {np.__version__}\n"
                return known if filename == "METADATA" else None

            def locate_file(self, path: Any) -> Any:
                return Path(path)

        return [Numpy()] if context.name in {None, "numpy"} else []

    def iter_modules(self, prefix: str = "") -> Iterator[tuple[str, bool]]:
        """List nnlab's modules for pkgutil."""
        yield from ((prefix + name, False) for name in sorted(self.sources))

    def is_package(self, fullname: str) -> bool:
        """Return whether this is nnlab itself, not one of its modules."""
        return fullname == PACKAGE

    def get_source(self, fullname: str) -> str:
        """Decode a module's text, for inspect and tracebacks; bytes that are not text are replaced."""
        _, _, module = fullname.partition(".")
        text = self.sources[module].text if module else b""
        try:
            return decode_source(text)
        except (SyntaxError, LookupError, UnicodeDecodeError):
            return text.decode("utf-8", "replace")

    def get_code(self, fullname: str) -> CodeType:
        """Compile a module, or take what was compiled for many."""
        _, _, module = fullname.partition(".")
        return self.codes.get(module) or compiled(self.sources[module])

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's source; the package itself is empty and imports its modules on demand."""
        _, _, name = module.__name__.partition(".")
        if not name:
            module.__dict__.update(__all__=sorted(self.sources), __getattr__=self._attribute)
            return
        lines = self.get_source(module.__name__).splitlines(keepends=True)
        file = self.sources[name].file
        linecache.cache[file] = (len(lines), None, lines, file)
        super().exec_module(module)

    def _attribute(self, name: str) -> ModuleType:
        if name in self.sources:
            return importlib.import_module(f"{PACKAGE}.{name}")
        raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}: there is no {name}.py")

    def is_foreign(self, package: str) -> bool:
        """Return whether submissions may not use a package, whatever this machine has."""
        machine = package.startswith("_sysconfigdata")  # named after it
        return package != PACKAGE and package not in self.allowed and not machine

    def reworded(self, error: BaseException, file: str) -> str:
        """Say what an import or a look into a module did not find, where Python cannot know why."""
        place, name = _wanted(error)
        package, _, module = place.partition(".")
        if package == PACKAGE:
            return self._not_in_course(module or name, name if module else "", file)
        if place and not name and self.is_foreign(package):
            hint = f"numpy and Python's own modules are{self._if_own(package, file)}"
            if place in self.sources:
                hint = f"write: from {PACKAGE}.{place} import …"
            return f"{package} is not part of this course; {hint}"
        if name and not self.is_foreign(package):
            version = f"numpy {np.__version__}" if package == "numpy" else PYTHON
            said = f"{version}, with which this is graded, has no {place}.{name}"
            _, _, advice = str(error).partition("\n")  # numpy's, on names that it has given up
            return f"{said}.\n{advice}" if advice else said
        return ""

    def _if_own(self, module: str, file: str) -> str:
        """Say what becomes of a module that may be the student's own."""
        if module in PUBLIC:
            return ""
        names = [f"{name}.py" for name in sys.modules[self.lab].lab.modules]
        handed_in = f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} handed in"
        return f"; if {module} is your own, copy what you need of it into {file or names[0]}: only {handed_in}"

    def _not_in_course(self, module: str, name: str, file: str) -> str:
        if module not in self.sources:
            return f"there is no {module}.py{self._if_own(module, file)}"
        source = self.sources[module]
        if source.file in self.files or not name:
            return ""
        return (
            f"the course's {module}.py, with which this is graded, has no {name}; "
            f"if it is your own, copy it into {file}"
        )


def _wanted(error: BaseException) -> tuple[str, str]:
    """Name the module that was looked for, or looked into, and what was looked for there."""
    place = name = None
    if type(error) is AttributeError and type(error.obj) is ModuleType:
        place, name = vars(error.obj).get("__name__"), error.name
    elif type(error) in {ImportError, ModuleNotFoundError}:
        place = error.name  # type: ignore[attr-defined]
        found = re.match(r"cannot import name '(\w+)' from '", str(error))
        name = found[1] if found else ""
    return (place, name) if type(place) is str and type(name) is str else ("", "")


def compiled(source: Source) -> CodeType:
    """Compile a module without this module's own future imports.

    Raises: SyntaxError whatever is wrong: Python itself has others for a coding that is none of text, and
        for an expression without end.
    """
    try:
        return compile(source.text, source.file, "exec", dont_inherit=True)
    except (LookupError, RecursionError, ValueError) as error:
        raise SyntaxError(str(error), (source.file, 0, 0, "")) from error


def answer(
    questions: Sequence[Question],
    send: Callable[[bytes], object],
    codes: Mapping[str, CodeType] | None = None,
) -> None:
    """Ask questions of one submission, one after the other in this process.

    For each of them: import the module, ask every case, and send one frame for each of these as
    soon as it is there. `codes` may hold the reference's modules, compiled once for many.
    """
    first = questions[0]
    checks = _checks(first)  # before foreign packages are refused
    finder = Finder(first, codes or {})
    finder.install()
    budget = Budget.of_answers(data=first.limits.result_mb << 20)
    for question in questions:
        send(READY)
        sys.argv[:] = [f"{question.module}.py"]
        sys.orig_argv[:] = [sys.executable, *sys.argv]
        with np.errstate(), warnings.catch_warnings():  # what one changes is not the next one's
            imported = observe(lambda _, q=question: _import(q), (), {}, finder)
            send(write_frame(_frame(imported, budget)))
            if isinstance(imported, Returned):
                _ask_cases(question, checks[question.check], finder, send, budget)


def _checks(question: Question) -> Mapping[str, Asks]:
    """Load the checks of a lab; those of another package cannot be read as a file here."""
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
    finder: Finder,
    send: Callable[[bytes], object],
    budget: Budget,
) -> None:
    for case in question.cases:
        np.random.seed(0)  # noqa: NPY002  students may use the old global generator
        random.seed(0)
        observation = observe(check.body(case), check.unchanged, case, finder)
        with contextlib.suppress(Exception):  # the code may have closed or changed it
            sys.stdout.flush()
        send(write_frame(_frame(observation, budget)))


def _import(question: Question) -> None:
    """Put the reference's exercises instead of the student's, and import the module that is asked.

    In this order, since that module may take names from those. The module of the reference is run
    under another name, so its own helpers go with it. Only the exercises that are lent come from it;
    where these call another one, that is the student's.
    """
    for module, source in question.carried.items():
        lender = ModuleType(f"{PACKAGE}.reference_{module}")
        sys.modules[lender.__name__] = lender
        exec(compiled(source), lender.__dict__)  # noqa: S102  ours
        students = importlib.import_module(f"{PACKAGE}.{module}")
        for exercise in sys.modules[question.lab].lab.exercises:
            owner, *classes, name = exercise.split(".")
            if owner == module:
                is_lent = exercise in question.exercises
                giver, taker = (lender, students) if is_lent else (students, lender)
                with contextlib.suppress(AttributeError):  # the student has removed it
                    setattr(_within(taker, classes), name, getattr(_within(giver, classes), name))
    importlib.import_module(f"{PACKAGE}.{question.module}")


def _within(module: ModuleType, classes: Sequence[str]) -> Any:
    return functools.reduce(getattr, classes, module)


def observe(
    ask: Callable[..., Any],
    unchanged: Iterable[str],
    case: Mapping[str, Any],
    finder: Finder | None = None,
) -> Observation:
    """Ask one case; whatever the student's code raises becomes part of the evidence."""
    inputs = {
        name: np.random.default_rng(value.value) if isinstance(value, Seed) else value
        for name, value in case.items()
    }
    try:
        value = ask(importlib.import_module(PACKAGE), **inputs)
    except BaseException as error:  # noqa: BLE001  SystemExit and KeyboardInterrupt too
        return _raised(error, finder)
    return Returned(value, {name: inputs[name] for name in unchanged if name in inputs})


def _frame(observation: Observation, budget: Budget) -> bytes:
    """Encode an observation; one that is too large is named so, since nobody tampered with it."""
    try:
        return encode(to_plain(observation), budget)
    except (TooLargeError, MemoryError) as error:
        return encode(to_plain(Lost("size", str(error))))


def _raised(error: BaseException, finder: Finder | None) -> Raised:
    """Describe an exception; its own methods are the student's and may raise again."""
    file, line = _place(error, finder.files) if finder else ("", 0)
    try:
        message = (finder and finder.reworded(error, file)) or str(error)
    except BaseException:  # noqa: BLE001
        message = "(its message cannot be printed)"
    if type(message) is not str:
        message = ""
    elif finder:  # the working folder has a name by chance
        message = message.replace(finder.home, "")
    missing, near = ("", ()) if file else _missing(error)
    return Raised(
        kind=type(error).__name__[:MAX_LINE],
        message=message[:MAX_MESSAGE],
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
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        stream = open(  # noqa: SIM115
            descriptor,
            "w" if descriptor else "r",
            buffering=1,
            encoding="utf-8",
            errors="backslashreplace",
            closefd=False,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    site.sethelper()  # python -S leaves out help, and exit and quit, with which students end files
    for name in ("exit", "quit"):
        setattr(builtins, name, sys.exit)
