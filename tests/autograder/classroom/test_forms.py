"""The form of a body: what is the same in other words, and what is not."""

import textwrap

import pytest

from autograder.classroom.forms import Reader

STUB = "import numpy as np\n\ndef f(x, y):\n    raise NotImplementedError\n"
HELPED = "def {0}(z):\n    return z - 1\n\ndef f(x, y):\n    return {0}(x)\n"


def form(body):
    """Read a body of f, or a whole module with it."""
    is_module = body.startswith(("def", "import", "from"))
    head = STUB.partition("    raise")[0]
    text = body if is_module else head + textwrap.indent(textwrap.dedent(body), "    ")
    return Reader(STUB).read(text, "m.f").form


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = x\nb = a * a\nreturn b * a", "u = x\nv = u * u\nreturn v * u"),
        ("return x + y", "return y + x  # swapped"),
        ("return 1 + x * y + 2", "return 2 + (1 + y * x)"),
        ("return x > y", "return y < x"),
        ("return x == 1 or y == 2", "return y == 2.0 or x == 1"),
        ("return np.sum(x, axis=0)", "total = x.sum(axis=0)\nreturn total"),
        (
            "a = x - 1\nb = y - 2\nreturn a / b / a / b",
            "b = y - 2\na = x - 1\nreturn a / b / a / b",
        ),
        ("if x:\n    return 1\nelse:\n    return 2", "if x:\n    return 1\nreturn 2"),
        ("'''Mine.'''\nprint(x)\nreturn x", "return x"),
        ("a: int = x\nreturn a + a", "b = x\nreturn b + b"),
        ("raise ValueError('no')", "raise ValueError(f'never {x}')"),
        ("return f(x, a=1, b=2)", "return f(x, b=2, a=1)"),
        (HELPED.format("_helper"), HELPED.format("do_it")),
        (
            "import numpy as np\ndef f(x, y):\n    return np.sign(x)",
            "from numpy import sign\ndef f(x, y):\n    return sign(x)",
        ),
    ],
)
def test_the_same_in_other_words_has_one_form(one, other):
    """Names, order of equals, layout, texts and a value's own name do not count."""
    assert form(one) == form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("return x - y", "return y - x"),
        ("return x @ y", "return y @ x"),
        ("return [x] + y", "return y + [x]"),
        ("return x and x[0]", "return x[0] and x"),
        ("return x < y", "return x <= y"),
        ("return x + 1", "return x + 2"),
        ("x += y\nreturn x", "return x + y"),
        ("a = next(x)\nb = next(x)\nreturn a - b", "b = next(x)\na = next(x)\nreturn a - b"),
        ("a = x\nb = a - 1\nreturn b - a", "b = x\na = b - 1\nreturn a - b - 1"),
        (HELPED.format("_helper"), "def f(x, y):\n    return x"),
    ],
)
def test_what_another_program_is_has_another_form(one, other):
    """Where order or a value matters, it counts."""
    assert form(one) != form(other)


@pytest.mark.parametrize(
    "text",
    [
        "def f(x:",
        "",
        "def g(x):\n    return x",
        "x = 1",
        "def f(x, y):\n    return " + "-" * 3000 + "x",
    ],
)
def test_what_cannot_be_read_is_none(text):
    """Not Python, without the function, or nested so deep that nobody wrote it."""
    assert Reader(STUB).read(text, "m.f") is None


def test_a_docstring_is_not_shown():
    """It is the task's text; the helpers that are called stand below."""
    text = 'def f(x, y):\n    """Long task.\n\n    More.\n    """\n    return g(x)\n\ndef g(z):\n    return z\n'
    body = Reader(STUB).read(text, "m.f")

    assert body.text == "def f(x, y):\n    return g(x)\n\ndef g(z):\n    return z"
    assert body.helpers == ("g",)
