"""The house in rooms: who may import whom, with the imports inside functions counted."""

import ast
import graphlib
from functools import cache

import pytest

from autograder.course.catalogue import ROOT

CHECKER = ROOT / "autograder"
FLOORS = (
    {"errors", "text", "waiting"},
    {"storage"},
    {"sandbox"},
    {"judges"},
    {"pictures"},
    {"course"},
    {"gallery", "labs"},
    {"clinic", "grading"},
    {"report"},
    {"student", "classroom", "authoring"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
"""From the bottom up. A room may import those below it, and none beside it."""
MOST_AT_THE_TOP = 8
MOST_LEVELS = 11


@cache
def imports():
    """Map every module to the modules that it imports, anywhere in its text."""
    paths = {_name(path): path for path in CHECKER.rglob("*.py")}
    return {name: set(_imported(path, paths)) - {name} for name, path in paths.items()}


def _name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(path, known):
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in known else node.module for name in names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def arrows():
    """List who imports whom within the checker."""
    return [(a, b) for a, found in imports().items() for b in found if b in imports()]


def room(name):
    """Name the room of a module; the package itself has none."""
    return (*name.split("."), "")[1]


FLOOR = {name: floor for floor, rooms in enumerate(FLOORS) for name in rooms}


def test_every_room_has_its_floor():
    """A new folder, or a new file at the top, says where it belongs."""
    assert {room(name) for name in imports()} - {""} == set(FLOOR)


def test_a_room_imports_only_what_is_below():
    """No arrow goes up or across: students, classrooms and authors never need each other."""
    wrong = [
        f"{a} imports {b}"
        for a, b in arrows()
        if room(a) and room(b) and room(a) != room(b) and FLOOR[room(b)] >= FLOOR[room(a)]
    ]

    assert wrong == []


def test_the_engine_knows_nobody():
    """The package nnlab imports nothing of the checker."""
    assert not [p for p in (ROOT / "nnlab").rglob("*.py") if "autograder" in p.read_text("utf-8")]


def test_nothing_imports_in_a_circle():
    """Modules can be read in an order in which each needs only those before it.

    What the package itself has, notebooks call: it imports what it needs when it is called.
    """
    inside = {a: {b for b in found if room(b)} for a, found in imports().items() if room(a)}
    try:
        list(graphlib.TopologicalSorter(inside).static_order())
    except graphlib.CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_rooms_lie_on_few_levels():
    """Counted by the longest way down from the command to what needs nothing."""
    below = {}
    for a, b in arrows():
        if room(a) and room(b) and room(a) != room(b):
            below.setdefault(room(a), set()).add(room(b))

    @cache
    def levels(name):
        return 1 + max(map(levels, below.get(name, ())), default=0)

    assert max(map(levels, FLOOR)) <= MOST_LEVELS


def test_few_files_stand_at_the_top():
    """Whoever opens the folder sees rooms, and few files beside them."""
    assert len([*CHECKER.glob("*.py")]) <= MOST_AT_THE_TOP
