"""What right code may see in ordinary Python it sees in the sandbox, or a sentence says what differs."""

import contextlib
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from autograder import check
from autograder.classroom.collect import read_class
from autograder.course.catalogue import ROOT
from autograder.grading.explain import explain
from autograder.grading.grade import grade
from autograder.grading.report import as_text
from autograder.sandbox import Source
from autograder.sandbox.fork import ForkSandbox
from autograder.sandbox.inside import compiled
from autograder.sandbox.observation import Raised, Returned
from autograder.sandbox.spawn import SpawnSandbox
from tests.autograder.sandbox.test_fork import question
from tests.conftest import reference_text

SANDBOXES = {
    "confined": ForkSandbox,
    "process": partial(ForkSandbox, confined=False),
    "forked here": partial(ForkSandbox, here=True),
    "spawned": SpawnSandbox,
}

SEEN = {
    "the usual environment": """
        import getpass, os, tempfile
        from pathlib import Path
        assert getpass.getuser() and os.environ["PATH"]
        home = os.path.expanduser("~")
        assert os.path.isdir(home) and Path.home() == Path(home) == Path(os.environ["HOME"])
        assert os.path.expandvars("$HOME/data") == os.path.join(home, "data") and os.access(home, os.W_OK)
        assert os.path.isdir(tempfile.gettempdir())
    """,
    "its own file": """
        import os
        assert os.path.isabs(__file__) and os.path.basename(__file__) == "hebb.py"
        assert __spec__.origin == __file__ and __spec__.has_location and __cached__
    """,
    "its own folder": """
        import sys
        from pathlib import Path
        sys.path.append(os.path.dirname(os.path.abspath(__file__)))
        assert str(Path(__file__).parent) == str(Path.cwd())
        Path(__file__).with_suffix(".log").write_text("wrote ü", encoding="utf-8")
    """,
    "its own source": """
        import inspect, sys
        def twice(x):
            return 2 * x
        class Twice:
            def __call__(self, x):
                return 2 * x
        assert inspect.getsource(twice) == "def twice(x):\\n    return 2 * x\\n"
        assert inspect.getsource(Twice).startswith("class Twice:")
        assert "class Twice" in inspect.getsource(sys.modules[__name__])
        assert inspect.getmodule(twice) is sys.modules[__name__]
        assert os.path.basename(inspect.getsourcefile(twice)) == "hebb.py"
    """,
    "its loader": """
        assert __loader__ is __spec__.loader
        assert "def to_bipolar" in __loader__.get_source(__name__)
        assert not __loader__.is_package(__name__)
    """,
    "its name": """
        import sys
        assert (__name__, __package__) == ("nnlab.hebb", "nnlab")
        assert sys.modules[__name__].__dict__ is globals()
        if __name__ == "__main__":
            import multiprocessing, threading
            multiprocessing.Process().start()
    """,
    "its arguments": """
        import argparse, sys
        assert sys.argv == ["hebb.py"] and sys.orig_argv == [sys.executable, "hebb.py"]
        assert argparse.ArgumentParser().parse_args() == argparse.Namespace()
        assert argparse.ArgumentParser().prog == "hebb.py"
    """,
    "all of the package": """
        from nnlab import *
        assert "gates" in globals() and "arrays" in globals()
    """,
    "an attribute that is not there": """
        import nnlab
        assert hasattr(nnlab, "gates") and not hasattr(nnlab, "x")
        assert getattr(nnlab, "x", 3) == 3
    """,
    "an attribute of its own module": """
        from nnlab import hebb
        import nnlab.hebb as same
        assert hebb is same is sys.modules[__name__]
    """,
    "specs": """
        from importlib import import_module, util
        assert util.find_spec("nnlab.hebb") is __spec__ and util.find_spec("nnlab.nothing") is None
        assert util.find_spec("nnlab.gates").name == "nnlab.gates"
        assert util.find_spec("nnlab").submodule_search_locations
        assert util.find_spec("json") and util.find_spec("numpy.linalg")
        assert util.find_spec("no_such_package") is None
        assert import_module("nnlab.gates") is import_module(".gates", __package__)
    """,
    "an optional package": """
        try:
            import no_such_package
        except ModuleNotFoundError as error:
            assert error.name == "no_such_package"
    """,
    "relative imports": """
        from . import gates
        from .gates import McCullochPitts
        assert gates.McCullochPitts is McCullochPitts
    """,
    "the package's modules": """
        import nnlab, pkgutil
        found = {module.name for module in pkgutil.iter_modules(nnlab.__path__)}
        assert {"hebb", "gates", "arrays"} <= found
        assert os.path.basename(nnlab.__file__) == "__init__.py"
        assert pkgutil.resolve_name("nnlab.gates:McCullochPitts")
    """,
    "numpy's version": """
        import importlib.metadata
        assert importlib.metadata.version("numpy") == np.__version__
        try:
            importlib.metadata.version("no_such_package")
        except importlib.metadata.PackageNotFoundError:
            pass
        else:
            raise AssertionError
    """,
    "copies of its own classes": """
        import copy, dataclasses, enum, pickle, typing
        class Base:
            known = []
            def __init_subclass__(cls, **kwargs):
                Base.known.append(cls.__name__)
        @dataclasses.dataclass(order=True)
        class Layer(Base):
            size: "int"
            names: typing.ClassVar[list] = []
        class Kind(enum.Enum):
            ONE = 1
        class Pair(typing.NamedTuple):
            left: int
        assert Base.known == ["Layer"] and dataclasses.asdict(Layer(3)) == {"size": 3}
        assert typing.get_type_hints(Layer)["size"] is int
        for value in (Layer(3), Kind.ONE, Pair(1)):
            assert pickle.loads(pickle.dumps(value)) == copy.deepcopy(value) == value
    """,
    "warnings and logs": """
        import logging, warnings
        logging.basicConfig(level="INFO", format="%(filename)s %(message)s")
        logging.getLogger(__name__).info("starts")
        warnings.filterwarnings("ignore")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warnings.warn("own", stacklevel=1)
        assert os.path.basename(caught[0].filename) == "hebb.py"
    """,
    "doctests and help": '''
        import doctest, sys
        def double(x):
            """Double.

            >>> double(2)
            4
            """
            return 2 * x
        ran = doctest.run_docstring_examples(double, globals())
        assert doctest.testmod(sys.modules[__name__]).failed == 0
        help(double)
    ''',
    "an empty input": """
        import sys
        assert sys.stdin.read() == "" and sys.__stdin__ is sys.stdin and not sys.stdin.isatty()
    """,
    "a fresh import": """
        import importlib, sys
        if not hasattr(sys, "again"):
            sys.again = True
            from nnlab import gates
            assert importlib.reload(gates) is gates
            importlib.invalidate_caches()
    """,
    "its traceback": """
        import traceback
        try:
            raise ValueError("own")
        except ValueError:
            lines = traceback.format_exc()
        assert 'raise ValueError("own")' in lines and "hebb.py" in lines
    """,
}
"""Each stands above right code, and asserts what ordinary Python shows there."""


def text_of(lines):
    """Write a right module below some lines."""
    unindented = "\n".join(line.removeprefix(" " * 8) for line in lines.splitlines())
    return f"import os, sys\nimport numpy as np\n{unindented}\n{reference_text('hebb')}".replace(
        "from __future__ import annotations\n", ""
    )


@pytest.fixture(scope="module")
def sandboxes():
    """Each kind of sandbox once."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(make()) for name, make in SANDBOXES.items()}


def ask(sandbox, text):
    """Ask a check of a module; return its answer."""
    asked = question("return 0")
    return sandbox.ask(replace(asked, submission={"hebb": Source("hebb.py", text.encode())}))


@pytest.mark.parametrize("lines", SEEN.values(), ids=SEEN)
@pytest.mark.parametrize("kind", SANDBOXES)
def test_right_code_sees_what_it_sees_in_python(kind, lines, sandboxes):
    """What is asserted above right code holds in every sandbox, and the code's answers come back."""
    answer = ask(sandboxes[kind], text_of(lines))

    assert all(isinstance(seen, Returned) for seen in answer.observations), answer


@pytest.mark.skipif(not hasattr(os, "fork"), reason="one interpreter serves all by forking")
def test_ordinary_python_shows_the_same(tmp_path):
    """The same lines hold where the module is a file of the package and nothing is graded."""
    shutil.copytree(ROOT / "nnlab", tmp_path / "nnlab")
    (tmp_path / "cases").mkdir()
    for number, lines in enumerate(SEEN.values()):
        (tmp_path / "cases" / str(number)).write_text(text_of(lines), encoding="utf-8")
    program = (
        "import importlib, os, sys\n"
        "import numpy\n"
        "from pathlib import Path\n"
        "sys.path.insert(0, os.getcwd())\n"
        "os.chdir('nnlab')\n"
        "sys.argv[:], sys.orig_argv[:] = ['hebb.py'], [sys.executable, 'hebb.py']\n"
        "for case in sorted(Path('../cases').iterdir()):\n"
        "    if os.fork() == 0:\n"
        "        sys.__stdin__ = sys.stdin\n"
        "        Path('hebb.py').write_text(case.read_text('utf-8'), 'utf-8')\n"
        "        importlib.import_module('nnlab.hebb')\n"
        "        os._exit(0)\n"
        "    if os.wait()[1]:\n"
        "        sys.exit(f'{case} does not hold in Python')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )

    assert ran.returncode == 0, ran.stderr


FIELD = {
    "a path from __file__": "import os, sys\nsys.path.append(os.path.dirname(os.path.abspath(__file__)))\n",
    "a star": "from nnlab import *\n",
    "a locale": "import locale\nlocale.setlocale(locale.LC_ALL, '')\n",
    "an output that is closed": "import sys\nsys.stdout.close()\n",
    "no output": "import sys\nsys.stdout = None\n",
    "arguments": "import argparse\nargs = argparse.ArgumentParser().parse_args()\n",
    "a main program": "",
}


@pytest.mark.parametrize("above", FIELD.values(), ids=FIELD)
def test_right_code_keeps_all_its_points(above, sandbox, key_of, submit):
    """Right code under lines that students write earns all that there is."""
    text = f"{above}{reference_text('hebb')}\nif __name__ == '__main__':\n    print(input())\n"
    report = grade(submit("lab02_hebb", hebb=text), key_of("lab02_hebb"), sandbox)

    assert report.points == report.max_points


OWN = (
    "{0} is not part of this course; numpy and Python's own modules are; if {0} is your own, copy what "
    "you need of it into hebb.py: only hebb.py is handed in."
)
SAID = {
    "from helpers import sign": OWN.format("helpers"),
    "import helpers.numbers": OWN.format("helpers"),
    "from .helpers import sign": "there is no helpers.py; if helpers is your own, copy what you",
    "from nnlab.helpers import sign": "there is no helpers.py; if helpers is your own, copy what you",
    "from nnlab import helpers": "there is no helpers.py; if helpers is your own, copy what you",
    "import torch": "torch is not part of this course; numpy and Python's own modules are.",
    "import typing_extensions": "typing_extensions is not part of this course; numpy and Python's own",
    "from typing import Newest": "with which this is graded, has no typing.Newest",
    "from numpy import Newest": f"numpy {np.__version__}, with which this is graded, has no numpy.Newest",
    "import nnlab.later": "there is no later.py",
    "from nnlab import later": "there is no later.py",
    "from . import later": "there is no later.py",
    "import gates": "gates is not part of this course; write: from nnlab.gates import …",
    "import nnlab\nnnlab.later": "raised    AttributeError: there is no later.py",
    "from nnlab.gates import own": "the course's gates.py, with which this is graded, has no own; "
    "if it is your own, copy it into hebb.py",
    "from nnlab import gates\ngates.own()": "the course's gates.py, with which this is graded, has no own; "
    "if it is your own, copy it into hebb.py",
    "import math\nmath.own": "with which this is graded, has no math.own",
    "import numpy\nnumpy.own": f"numpy {np.__version__}, with which this is graded, has no numpy.own",
    "breakpoint()": "The code stops for a debugger at hebb.py, line",
    "get_ipython().run_line_magic('matplotlib', 'inline')": "This line is a command of notebooks",
    "%matplotlib inline": "This line is a command of notebooks",
    "<<<<<<< HEAD": "This line is a mark of Git's",
    "input()": "The code waits for input at hebb.py, line 3; nobody can type here.",
    "import os\nos.environ['VIRTUAL_ENV']": "such as HOME, PATH and USER. os.environ.get(name, default)",
    "import pwd\npwd.getpwnam('ada')": "runs as nobody whom the system knows",
    "open('data.csv')": "Code that is graded finds no file",
    "open(__file__)": "Code that is graded finds no file",
}


@pytest.mark.parametrize(("line", "said"), SAID.items(), ids=SAID)
def test_what_differs_is_said(line, said, sandbox, submit):
    """Where the sandbox is not what a student's machine is, the message says in which way."""
    check = submit("lab02_hebb").lab.checks["hebb.to_bipolar"]
    seen = ask(sandbox, text_of(line)).observations[0]

    assert isinstance(seen, Raised)
    assert said in as_text(explain(check, {}, seen, None, None, "", imported=False))


@pytest.mark.parametrize("kind", SANDBOXES)
def test_what_is_printed_is_the_same_in_every_run(kind, sandboxes):
    """The working folder's name is drawn, and so it is left out."""
    answer = ask(sandboxes[kind], text_of("import os\nprint(__file__, os.path.abspath('x.csv'))"))

    assert answer.printed == "hebb.py x.csv\n"


@pytest.mark.parametrize(
    "text",
    [b"# coding: hex\n", b"# coding: nothing\n", b"x = " + b"+".join([b"1"] * 20_000), b"(" * 9000],
    ids=["a coding of no text", "no coding", "a long sum", "brackets"],
)
def test_what_cannot_be_compiled_is_an_error_of_syntax(text):
    """Whatever Python itself raises: it is about the file, and not about an answer."""
    with pytest.raises(SyntaxError):
        compiled(Source("hebb.py", text))


OWN_FILES = {
    "from helpers import sign": "helpers.py",
    "from helpers.signs import sign": "helpers/__init__.py",
    "from .helpers import sign": "helpers.py",
    "from . import helpers": "helpers/__init__.py",
}


@pytest.mark.parametrize(("line", "file"), OWN_FILES.items(), ids=OWN_FILES)
def test_a_file_of_ones_own_is_not_handed_in(line, file, saved, sandbox, key_of, tmp_path, capsys):
    """Self-check, cell and batch say alike where what such a file holds must go."""
    place = saved("lab02_hebb", hebb=text_of(line))
    (place.folder / file).parent.mkdir(exist_ok=True)
    (place.folder / file).write_text("def sign(x):\n    return x\n", encoding="utf-8")
    (tmp_path / "class").mkdir()
    shutil.copytree(place.folder, tmp_path / "class" / "ada")
    [one] = read_class(place.lab, tmp_path / "class").hand_ins
    facts = [
        [result.message for result in grade(read, key_of("lab02_hebb"), sandbox).results]
        for read in (place.read(), one.first)
    ]
    with contextlib.chdir(place.folder):
        check("hebb.to_bipolar")
    shown = " ".join(capsys.readouterr().out.split())

    assert facts[0] == facts[1]
    for said in (facts[0][0], shown):
        assert "copy what you need of it into hebb.py: only hebb.py is handed in." in said


def test_of_a_lab_with_more_modules_all_are_named(saved, sandbox, key_of):
    """Every module that is handed in is named, and the one that imports is where the code goes."""
    text = f"from helpers import f\n{reference_text('losses')}"
    report = grade(
        saved("lab04_activations", losses=text).read(), key_of("lab04_activations"), sandbox
    )
    failed = next(result for result in report.results if result.status == "failed")

    assert "into losses.py: only activations.py and losses.py are handed in." in failed.message


def test_what_python_shows_of_a_module_leads_to_no_answer(sandboxes):
    """Arguments, paths and loaders show the working folder, the submission, and what it may lean on."""
    body = (
        "import os, sys, nnlab, nnlab.gates\nfolder = os.getcwd()\n"
        "paths = [__file__, nnlab.__file__, *nnlab.__path__, nnlab.gates.__file__]\n"
        "known = {*__loader__.sources, *__loader__.codes, *nnlab.__all__}\n"
        "return [sys.argv, [path.startswith(folder) for path in paths], sorted(known),\n"
        "    __loader__.sources['hebb'].text, 'hebb' in __loader__.codes]"
    )
    asked = question(body)
    known = sorted({"hebb", *asked.reference})
    for name, sandbox in sandboxes.items():
        seen = sandbox.ask(asked).observations[0]
        own = asked.submission["hebb"].text
        assert seen.value == [["hebb.py"], [True] * 4, known, own, False], name
