"""Stubs hold what is provided and nothing of an answer; work is never overwritten."""

import ast
import textwrap

import pytest

from autograder.course import stubs
from autograder.course.catalogue import engine_path, labs
from autograder.course.lab import Lab
from autograder.course.reference import find_body
from autograder.course.stubs import FilledInError, is_filled_in, make_stub, outdated, write_stubs

REAL = [(lab, module) for lab in labs() for module in lab.modules]
PER_MODULE = pytest.mark.parametrize(("lab", "module"), REAL, ids=[module for _, module in REAL])


def code_lines(source):
    """Collect the lines that are neither blank nor docstring, without their indentation."""
    inside = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside |= set(range(node.lineno, node.end_lineno + 1))
    lines = enumerate(source.splitlines(), 1)
    return [line.strip() for number, line in lines if line.strip() and number not in inside]


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """Let a text be the engine's module `layers`, whose exercises are given."""

    def make(source, *exercises):
        path = tmp_path / "engine" / "layers.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(source).lstrip("\n"), encoding="utf-8")
        monkeypatch.setattr(stubs, "reference_text", lambda _: path.read_text(encoding="utf-8"))
        return Lab(
            "lab09_layers", "Layers", "Layers", {f"layers.{name}": "Layers" for name in exercises}
        )

    return make


@PER_MODULE
def test_no_line_of_a_cut_body_stays(lab, module):
    """A stub's code is the provided code and one raise for each exercise."""
    source = engine_path(module).read_text(encoding="utf-8")
    lines = source.splitlines()
    cut = set()
    for exercise in (name for name in lab.exercises if name.partition(".")[0] == module):
        first, last = find_body(source, exercise)
        cut |= set(range(first, last + 1))
    provided = {line.strip() for number, line in enumerate(lines, 1) if number not in cut}
    answers = {lines[number - 1].strip() for number in cut} - provided

    assert not answers & set(code_lines(make_stub(lab, module)))


@PER_MODULE
def test_a_stub_has_one_raise_for_each_exercise(lab, module):
    """Every exercise raises NotImplementedError with the lab's and its own name."""
    mine = [name for name in lab.exercises if name.partition(".")[0] == module]
    names = [name.partition(".")[2] for name in mine]
    raises = [f'raise NotImplementedError("{lab.id}: {name}")' for name in names]
    found = [
        line
        for line in code_lines(make_stub(lab, module))
        if f'NotImplementedError("{lab.id}' in line
    ]

    assert sorted(found) == sorted(raises)


@PER_MODULE
def test_a_stub_keeps_names_signatures_and_docstrings(lab, module):
    """A stub parses, and every public definition in it has the engine's head and docstring."""

    def heads(source):
        nodes = ast.walk(ast.parse(source))
        return {
            (node.name, ast.unparse(node.args), ast.get_docstring(node))
            for node in nodes
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        }

    assert heads(make_stub(lab, module)) == heads(engine_path(module).read_text(encoding="utf-8"))


@PER_MODULE
def test_a_stub_needs_no_formatting(lab, module):
    """Two blank lines stand around definitions, and never three anywhere."""
    stub = make_stub(lab, module)

    assert "\n\n\n\n" not in stub
    assert stub.endswith("\n")
    assert not stub.endswith("\n\n")


BODIES = {
    "a docstring above": 'def f(x):\n    """Say."""\n    return SECRET\n',
    "no docstring": "def f(x):\n    return SECRET\n",
    "comments below the docstring": 'def f(x):\n    """Say."""\n    # SECRET\n\n    return x\n',
    "comments without docstring": "def f(x):\n    # SECRET\n    # SECRET\n\n    return x\n",
    "comments below the last statement": "def f(x):\n    return x\n    # SECRET\n\n    # SECRET\n",
    "a comment at the end of a line": "def f(x):\n    return x  # SECRET\n",
    "a long signature": "def f(\n    x,\n    y=1,\n):\n    # SECRET\n    return x\n",
    "a body of many lines": "def f(x):\n    if x:\n        return SECRET\n\n    return (\n        SECRET\n    )\n",
    "a nested function": "def f(x):\n    @SECRET\n    def g():\n        return SECRET\n    return g\n",
    "a nested class": "def f(x):\n    class SECRET:\n        y = 1\n    return x\n",
    "an asynchronous function": "async def f(x):\n    return SECRET\n",
    "a decorated function": "@kept\ndef f(x):\n    return SECRET\n",
    "a generator": "def f(x):\n    yield SECRET\n",
    "a constant as first statement": "def f(x):\n    3  # SECRET\n    return x\n",
    "a docstring only": 'def f(x):\n    """Say."""\n',
}


@pytest.mark.parametrize("source", BODIES.values(), ids=BODIES)
def test_a_body_is_cut_whole(engine, source):
    """Statements and comments of a body go, whatever it is made of; its neighbours stay."""
    neighbours = "KEPT = 1\n\n\n{}\n\n# kept\nLAST = 2\n"
    stub = make_stub(engine(neighbours.format(source), "f"), "layers")
    lines = stub.splitlines()

    assert "SECRET" not in stub
    assert '    raise NotImplementedError("lab09_layers: f")' in lines
    assert {"KEPT = 1", "# kept", "LAST = 2"} <= set(lines)
    assert ast.parse(stub)


CLASSES = '''
    class Outer:
        """Outer."""

        size = 3

        class Inner:
            """Inner."""

            def forward(self):
                """Go."""
                return SECRET

            def kept(self):
                """Stay."""
                return 1

        @property
        def weight(self):
            """Weigh."""
            return SECRET
            # SECRET

        # kept
        def forward(self):
            return KEPT
'''


def test_methods_are_cut_where_they_stand(engine):
    """Only the named method of the named class is cut, nested classes included."""
    stub = make_stub(engine(CLASSES, "Outer.Inner.forward", "Outer.weight"), "layers")

    assert "SECRET" not in stub
    assert 'NotImplementedError("lab09_layers: Outer.Inner.forward")' in stub
    assert {"    # kept", "        return KEPT", "    @property"} <= set(stub.splitlines())


HELPERS = {
    "a helper": "def _help(x):\n    return x\n\n\ndef f(x):\n    return _help(x)\n",
    "a chain": "def _a(x):\n    return _b(x)\n\n\ndef _b(x):\n    return x\n\n\ndef f(x):\n    return _a(x)\n",
    "one that calls itself": "def _help(x):\n    return _help(x - 1)\n\n\ndef f(x):\n    return _help(x)\n",
    "two that call each other": "def _a(x):\n    return _b(x)\n\n\ndef _b(x):\n    return _a(x)\n\n\ndef f(x):\n    return _a(x)\n",
    "an asynchronous one": "async def _help(x):\n    return x\n\n\ndef f(x):\n    return _help(x)\n",
    "a decorated one": "@cache\ndef _help(x):\n    return x\n\n\ndef f(x):\n    return _help(x)\n",
    "one with comments": "# how _help works\n# in two lines\ndef _help(x):\n    return x\n\n\ndef f(x):\n    return _help(x)\n",
    "a class": "class _Help:\n    pass\n\n\ndef f(x):\n    return _Help(x)\n",
    "a constant": "_HELP = 3\n\n\ndef f(x):\n    return _HELP\n",
    "a constant with a type": "_HELP: int = 3\n\n\ndef f(x):\n    return _HELP\n",
    "two constants": "_HELP, _MORE = 3, 4\n\n\ndef f(x):\n    return _HELP + _MORE\n",
    "below": "def f(x):\n    return _help(x)\n\n\ndef _help(x):\n    return x\n",
}


@pytest.mark.parametrize("source", HELPERS.values(), ids=HELPERS)
def test_helpers_of_an_answer_go_with_it(engine, source):
    """What is private and only an answer needs is no part of a stub."""
    stub = make_stub(engine(source, "f"), "layers").lower()

    assert not [line for line in stub.splitlines() if "_help" in line or "_a" in line]
    assert "_b(" not in stub


def test_private_methods_of_an_answer_go_with_it(engine):
    """A private method that only a cut method calls goes; one that provided code calls stays."""
    source = '''
        class Layer:
            """Say."""

            def forward(self):
                return self._answer()

            def _answer(self):
                return self._deeper()

            def _deeper(self):
                return SECRET

            def __repr__(self):
                return self._name()

            def _name(self):
                return "kept"
    '''
    stub = make_stub(engine(source, "Layer.forward"), "layers")

    assert "SECRET" not in stub
    assert "_answer" not in stub
    assert "def _name" in stub


KEPT = {
    "used by provided code": "def _help():\n    return 1\n\n\ndef kept():\n    return _help()\n",
    "used as a default": "_HELP = 3\n\n\ndef kept(x=_HELP):\n    return x\n",
    "used as a base": "class _Help:\n    pass\n\n\nclass Kept(_Help):\n    pass\n",
    "used at the top": "_help = 3\nprint(_help)\n",
    "public": "def help_():\n    return 1\n",
    "dunder": "__version__ = '_help'\n",
}


@pytest.mark.parametrize("source", KEPT.values(), ids=KEPT)
def test_what_provided_code_uses_stays(engine, source):
    """Provided code keeps its helpers, and public names stay whoever uses them."""
    stub = make_stub(engine(source + "\n\ndef f(x):\n    return x\n", "f"), "layers")

    assert source.strip() in stub


IMPORTS = '''
    """Say."""

    from __future__ import annotations

    import math
    import os.path as path
    from collections.abc import Iterable, Sequence
    from itertools import product

    import numpy as np

    from nnlab.arrays import Array


    def f(x: Sequence) -> None:
        """Say."""
        return math.pi + product(path, Iterable)
'''


def test_imports_that_only_an_answer_needs_go(engine):
    """Python's own modules go name by name; numpy, the engine and the future stay."""
    stub = make_stub(engine(IMPORTS, "f"), "layers")
    expected = '''
        """Say."""

        from __future__ import annotations

        from collections.abc import Sequence

        import numpy as np

        from nnlab.arrays import Array


        def f(x: Sequence) -> None:
            """Say."""
            raise NotImplementedError("lab09_layers: f")
    '''

    assert stub == textwrap.dedent(expected).lstrip("\n")


@pytest.mark.parametrize("exercise", ["g", "A.f", "f.g"])
def test_an_exercise_that_is_not_there_is_told(engine, exercise):
    """A lab that lists what its module does not have cannot be released."""
    lab = engine("def f(x):\n    return x\n", exercise)

    with pytest.raises(LookupError, match=f"there is no layers.{exercise}"):
        make_stub(lab, "layers")


TWO = '''
    def f(x):
        """Say."""
        return x


    def g(x):
        """Say."""
        return -x


    def provided(x):
        """Say."""
        return x + 1
'''


@pytest.fixture
def released(engine, tmp_path):
    """Release a lab with two exercises; give the lab, the folder and the stub's path."""
    lab = engine(TWO, "f", "g")
    folder = tmp_path / "assignments"
    write_stubs([lab], folder)
    return lab, folder, folder / "lab09_layers" / "layers.py"


def test_stubs_are_written_once(released):
    """A second release writes nothing, and nothing is outdated."""
    lab, folder, path = released

    assert path.read_text(encoding="utf-8") == make_stub(lab, "layers")
    assert write_stubs([lab], folder) == 0
    assert outdated([lab], folder) == []


def test_each_written_stub_is_told(engine, tmp_path):
    """The caller hears of every file as it is written."""
    lab = engine(TWO, "f")
    told = []

    assert write_stubs([lab], tmp_path / "new", wrote=told.append) == 1
    assert told == [tmp_path / "new" / "lab09_layers" / "layers.py"]


RAISE = 'raise NotImplementedError("lab09_layers: f")'
WORK = {
    "one of two exercises": lambda text: text.replace(RAISE, "return x"),
    "lines above the raise": lambda text: text.replace(RAISE, f"y = 1\n    {RAISE}"),
    "lines below the raise": lambda text: text.replace(RAISE, f"{RAISE}\n    return x"),
    "an attempt in comments": lambda text: text.replace(RAISE, f"# return x\n    {RAISE}"),
    "a helper": lambda text: text + "\n\ndef helper():\n    return 1\n",
    "a constant": lambda text: text + "\n\nRATE = 0.1\n",
    "a class": lambda text: text + "\n\nclass Mine:\n    rate = 1\n",
    "provided code changed": lambda text: text.replace("x + 1", "x + 2"),
    "no Python": lambda text: text.replace("def g(x):", "def g(x)"),
    "null characters": lambda text: text + "\0",
}


@pytest.mark.parametrize("change", WORK.values(), ids=WORK)
def test_work_is_never_overwritten(released, change):
    """Whatever somebody has written, a release stops before it writes anything."""
    lab, folder, path = released
    work = change(path.read_text(encoding="utf-8"))
    path.write_text(work, encoding="utf-8")

    with pytest.raises(FilledInError, match=r"Somebody has worked in .*layers.py.*--force"):
        write_stubs([lab], folder)
    assert path.read_text(encoding="utf-8") == work


@pytest.mark.parametrize("change", WORK.values(), ids=WORK)
def test_work_is_overwritten_by_force(released, change):
    """Who says force gets the stub."""
    lab, folder, path = released
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    assert write_stubs([lab], folder, force=True) == 1
    assert outdated([lab], folder) == []


def test_work_in_bytes_that_are_no_text_is_kept(released):
    """A file that cannot be read as text is somebody's work too."""
    lab, folder, path = released
    path.write_bytes(b"\xff\xfe\xfa")

    assert outdated([lab], folder) == [f"{path} is outdated"]
    with pytest.raises(FilledInError):
        write_stubs([lab], folder)


def test_nothing_is_written_where_one_file_holds_work(released):
    """A missing stub beside a file with work is not written either."""
    lab, folder, path = released
    path.write_text(path.read_text(encoding="utf-8").replace(RAISE, "return x"), encoding="utf-8")
    second = Lab("lab10_more", "More", "More", {"layers.f": "More"})

    with pytest.raises(FilledInError):
        write_stubs([second, lab], folder)
    assert not (folder / "lab10_more").exists()


OLD = {
    "other docstrings": lambda text: text.replace('"""Say."""', '"""Say it otherwise."""'),
    "an exercise that was renamed": lambda text: text.replace("def g(", "def h("),
    "other imports": lambda text: f"import math\n\n\n{text}",
    "another list of names": lambda text: f'__all__ = ["f"]\n\n\n{text}',
    "another message": lambda text: text.replace("lab09_layers: f", "lab08: f"),
    "provided code that is not there yet": lambda text: text.partition("def provided")[0],
    "nothing": lambda _: "",
}


@pytest.mark.parametrize("change", OLD.values(), ids=OLD)
def test_an_old_stub_is_replaced(released, change):
    """A stub of an older engine that nobody has touched is outdated, and is written anew."""
    lab, folder, path = released
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    assert outdated([lab], folder) == [f"{path} is outdated"]
    assert write_stubs([lab], folder) == 1


def test_outdated_names_missing_changed_and_stray_files(released):
    """Each kind of difference has its own words, and stray files are found in any folder."""
    lab, folder, path = released
    stray = folder / "lab01_old" / "deep" / "old.py"
    stray.parent.mkdir(parents=True)
    stray.touch()
    missing = Lab("lab10_more", "More", "More", {"layers.f": "More"})
    path.write_text("\n", encoding="utf-8")

    assert outdated([lab, missing], folder) == [
        f"{folder / 'lab10_more' / 'layers.py'} is missing",
        f"{path} is outdated",
        f"{stray} belongs to no lab",
    ]


@PER_MODULE
def test_the_reference_itself_counts_as_work(lab, module, tmp_path):
    """A finished module is work, and its own stub is not."""
    finished = engine_path(module)
    untouched = tmp_path / "stub.py"
    untouched.write_text(make_stub(lab, module), encoding="utf-8")

    assert is_filled_in(finished, make_stub(lab, module))
    assert not is_filled_in(untouched, make_stub(lab, module))
    assert not is_filled_in(tmp_path / "nowhere.py", make_stub(lab, module))
