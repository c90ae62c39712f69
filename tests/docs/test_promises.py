"""The page of promises: every sentence of a task stands in it, with what asks it."""

import ast
import re
from functools import cache

import pytest

from autograder.course import general
from autograder.course.catalogue import ROOT, engine_path, labs
from autograder.student.check_info import all_checks

PAGE = ROOT / "docs" / "promises.md"
EXERCISES = [exercise for lab in labs() for exercise in lab.exercises]
ROW = re.compile(r"^\| `([\w.]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)
FEW = 6
"""Letters that may be left of a docstring: words such as "and" between two sentences."""


def flat(text):
    """Join lines, and write the page's bars as the docstrings do."""
    return re.sub(r"\s+", " ", text.replace("\N{DIVIDES}", "|")).strip()


@cache
def rows():
    """Read the page: where a sentence stands, the sentence, and what asks it."""
    return [(place, flat(s), asks) for place, s, asks in ROW.findall(PAGE.read_text("utf-8"))]


@cache
def docstrings(module):
    """Read a module's docstrings by their place, such as `layers` and `layers.Linear.forward`."""
    tree = ast.parse(engine_path(module).read_text("utf-8"))
    found = {module: ast.get_docstring(tree) or ""}

    def look(node, place):
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef | ast.ClassDef):
                found[f"{place}.{inner.name}"] = ast.get_docstring(inner) or ""
                look(inner, f"{place}.{inner.name}") if isinstance(inner, ast.ClassDef) else None

    look(tree, module)
    return found


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_sentence_of_a_task_has_a_row(exercise):
    """Without its examples and its source, nothing of a docstring is left over."""
    module = exercise.partition(".")[0]
    text = docstrings(module)[exercise].partition(">>>")[0]
    text = flat(re.sub(r"Source: .*?(?=\n\n|\Z)", "", text, flags=re.DOTALL))
    sentences = {sentence for place, sentence, _ in rows() if place.partition(".")[0] == module}
    for sentence in sorted(sentences, key=len, reverse=True):
        text = text.replace(sentence, "\0")
    left = [re.sub(r"[^a-zα-ω]", "", part) for part in re.split(r"\0|Shape:|Raises:", text)]

    assert all(len(part) <= FEW for part in left), text


def test_every_row_quotes_a_docstring():
    """A sentence that was reworded has no row any more."""
    whole = dict.fromkeys({place.partition(".")[0] for place, _, _ in rows()}, "")
    for module in whole:
        whole[module] = flat(" ".join(docstrings(module).values()))
    lost = [(place, s) for place, s, _ in rows() if s not in whole[place.partition(".")[0]]]

    assert len(rows()) > len(EXERCISES)
    assert lost == []


def test_what_asks_exists():
    """A row names checks of the course, a general question, or why it is only text."""
    known, nothing = all_checks(), []
    for place, sentence, asks in rows():
        checks = re.findall(r"`(\w+\.\w+)`", asks)
        asked = [
            kind
            for kind in re.findall(r"general: ([\w ]+)", asks)
            if kind.strip() not in general.KINDS
        ]
        if asks.startswith("text: "):
            continue
        if asked or not (checks or "general: " in asks) or not known.keys() >= set(checks):
            nothing.append((place, sentence, asks))

    assert nothing == []
