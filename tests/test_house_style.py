"""House style that no linter knows: sizes, public names, and words that never stand in the project."""

import ast
import re
from pathlib import Path

import pytest

from autograder.course.catalogue import ROOT

ENGINE = sorted((ROOT / "nnlab").glob("*.py"))
CODE = sorted([*ENGINE, *(ROOT / "autograder").rglob("*.py")])
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
NAME = {"ids": lambda path: str(path.relative_to(ROOT))}

MOST_LINES_A_FILE = 175
MOST_CODE_IN_ALL = 1300
MOST_LINES_A_BODY = 20


def written(path: Path) -> int:
    """Count the lines of a file that are not blank."""
    return sum(bool(line.strip()) for line in path.read_text(encoding="utf-8").splitlines())


def code_lines(path: Path) -> int:
    """Count the lines of a file that are neither blank nor in a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = [
        n.body[0] for n in ast.walk(tree) if isinstance(n, documented) and ast.get_docstring(n)
    ]
    documentation = sum(node.end_lineno - node.lineno + 1 for node in docstrings)
    blank_in_docstrings = sum(
        not line.strip()
        for node in docstrings
        for line in path.read_text("utf-8").splitlines()[node.lineno - 1 : node.end_lineno]
    )
    return written(path) - (documentation - blank_in_docstrings)


def body_lines(function: ast.FunctionDef) -> int:
    """Count a function's lines without its docstring."""
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    return (body[-1].end_lineno - body[0].lineno + 1) if body else 0


@pytest.mark.parametrize("path", ENGINE, **NAME)
def test_an_engine_file_is_read_in_one_sitting(path):
    """A module has at most 175 lines, docstrings counted and blank lines not; a body at most 20."""
    functions = [
        n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef)
    ]

    assert written(path) <= MOST_LINES_A_FILE
    assert all(body_lines(function) <= MOST_LINES_A_BODY for function in functions)


def test_the_whole_engine_is_small():
    """All modules together have at most 1,300 lines of code; the docstrings are the course's tasks."""
    assert sum(map(code_lines, ENGINE)) <= MOST_CODE_IN_ALL


@pytest.mark.parametrize("path", CODE, **NAME)
def test_a_module_says_what_it_is_and_lists_its_names(path):
    """Each module has a docstring; one that defines public names lists them, sorted, in __all__."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    listed = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
    ]

    assert ast.get_docstring(tree)
    assert all(names == sorted(names) for names in listed)
    if (
        path.parent.name not in {"labs", "gallery"}
        and path.stem != "__main__"
        and len(tree.body) > 1
    ):
        assert listed, f"{path.name} has no __all__"


@pytest.mark.parametrize("path", TESTS, **NAME)
def test_a_test_states_a_fact(path):
    """Each test's docstring is a sentence."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            assert (ast.get_docstring(node) or "").endswith("."), node.name


ROOMS = ("autograder", "nnlab")
"""Folders whose words are held to CONTRIBUTING's table."""

WORDED = sorted(
    [
        *(path for room in ROOMS for path in (ROOT / room).rglob("*.py")),
        *(path for path in (ROOT / "docs").glob("*.md") if path.name != "mistakes.md"),
        ROOT / "README.md",
    ]
)

PATTERNS = {
    "is no zip": r"(?<!there )\b(?:is|are) no (?!help\b)",
    "told": r"_told\b|\btold\b(?! apart)",
    "Tell whether": r"\"\"\"Tell (?!.* apart)",
    "Tell how": r"^ *Tell how",
    "in the place of": r"\bin the place of\b",
    "anew": r"(?<!\.)\banew\b(?!\()",
    "leans on": r"\blean(?:s|ing)? on\b|leans_on",
    "see_that_…": r"see_that_",
}
"""What finds each phrase in the table's column "not", and not its true exceptions."""


def test_each_refused_phrase_has_a_pattern():
    """The table's column "not" and the patterns name the same phrases."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    rows = text.partition("| say | not |")[2].partition("\n\n")[0].splitlines()[2:]

    assert {word for row in rows for word in re.findall("`([^`]+)`", row)} == set(PATTERNS)


@pytest.mark.parametrize("path", WORDED, **NAME)
def test_words_have_one_form(path):
    """No phrase from the table's column "not" stands in a file."""
    text = path.read_text(encoding="utf-8")
    flags = re.MULTILINE | re.IGNORECASE

    assert [m[0] for p in PATTERNS.values() for m in re.finditer(p, text, flags)] == []
