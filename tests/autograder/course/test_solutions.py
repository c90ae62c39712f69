"""The catalogue: what fits becomes a module, what does not is told by its name."""

import ast
from dataclasses import replace

import pytest

from autograder.course import solutions
from autograder.course.catalogue import ROOT, engine_path, load_lab
from autograder.course.solutions import (
    Mistake,
    SolutionError,
    idea_of,
    load_mistakes,
    solutions_path,
)

LAB = load_lab("lab02_hebb")
WHOLE = """
[[mistake]]
id = "forgets"
exercise = "hebb.hebb_step"
right = "bias + target"
wrong = "bias"
says = "The bias stays put."
"""


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """Let a text be lab 2's catalogue."""

    def write(text):
        path = tmp_path / "mistakes.toml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(solutions, "solutions_path", lambda _lab, _name: path)

    return write


def test_a_list_stands_beside_the_solution(tmp_path):
    """In the course's own folder, or in that of the package whose lab it is."""
    assert solutions_path(LAB, "valid.toml") == ROOT / "solutions" / LAB.id / "valid.toml"
    assert solutions_path(replace(LAB, home=tmp_path), "valid.toml").is_relative_to(tmp_path)


def test_an_entry_becomes_a_mistake(catalogue):
    """The keys of an entry are the fields of a mistake; its module is its exercise's."""
    catalogue(WHOLE)

    (mistake,) = load_mistakes(LAB)
    assert mistake == Mistake(
        "forgets", "hebb.hebb_step", "The bias stays put.", right="bias + target", wrong="bias"
    )
    assert mistake.module == "hebb"


def test_an_edition_without_solutions_has_no_mistakes(tmp_path, monkeypatch):
    """Where no catalogue is, none is needed."""
    monkeypatch.setattr(solutions, "solutions_path", lambda _lab, _name: tmp_path / "none.toml")

    assert load_mistakes(LAB) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (WHOLE.replace("says", "tells"), "mistakes.toml, forgets: .*'tells'"),
        (WHOLE.replace('id = "forgets"', ""), r"mistakes.toml, hebb.hebb_step: .*'id'"),
        ("[[mistake]]", r"mistakes.toml, \?: .*'id'"),
        (WHOLE.replace('says = "The bias stays put."', ""), "mistakes.toml, forgets: .*'says'"),
        (WHOLE * 2, "forgets is in mistakes.toml twice"),
        (WHOLE.replace("hebb_step", "step"), "forgets: hebb.step is not an exercise of lab02_hebb"),
        (WHOLE + 'body = "return 1"\n', "forgets needs either right and wrong, or body"),
        (
            WHOLE.replace('right = "bias + target"', ""),
            "forgets needs either right and wrong, or body",
        ),
        (WHOLE + "forms = 'pass'\n", "mistakes.toml, forgets: forms is a list of bodies"),
        (WHOLE + "forms = ['pass', 1]\n", "mistakes.toml, forgets: forms is a list of bodies"),
        (WHOLE + "forms = ['pass', ' pass ']\n", "forgets: form 3 is empty, or there already"),
        (WHOLE + "forms = ['  ']\n", "forgets: form 2 is empty, or there already"),
        (WHOLE + "forms = ['return (']\n", "mistakes.toml, forgets: form 2 is not Python: "),
        (WHOLE.replace('"forgets"', '"forgets#2"'), "mistakes.toml, forgets#2: an id has no #"),
        ("[mistake]\nid = 'x'\n", r"mistakes.toml: an entry begins with \[\[mistake\]\]"),
        ("mistake = ['x']\n", r"mistakes.toml: an entry begins with \[\[mistake\]\]"),
        ("mistake = \n", "mistakes.toml is not TOML: "),
    ],
)
def test_an_entry_that_is_not_whole_is_told(catalogue, text, says):
    """Each way in which an entry can be wrong has its message."""
    catalogue(text)

    with pytest.raises(SolutionError, match=says):
        load_mistakes(LAB)


def test_each_form_is_a_mistake_of_the_same_idea(catalogue):
    """A further form is a whole body; its name leads back to the idea."""
    catalogue(WHOLE + "forms = ['return weight, bias', '''\nbias = 0\nreturn weight, bias\n''']\n")

    (mistake,) = load_mistakes(LAB)
    first, second, third = mistake.each_form()
    assert first == replace(mistake, forms=[])
    assert (second.id, second.body, second.right) == ("forgets#2", "return weight, bias", "")
    assert third.body == "bias = 0\nreturn weight, bias\n"
    assert {form.says for form in mistake.each_form()} == {mistake.says}
    assert {idea_of(form.id) for form in mistake.each_form()} == {"forgets"}
    assert len({form.source().text for form in mistake.each_form()}) == 3


def test_a_patch_changes_one_place():
    """The module differs from the reference in the patched line only."""
    mistake = Mistake("m", "hebb.hebb_step", "", right="bias + target", wrong="bias")
    before = engine_path("hebb").read_text(encoding="utf-8").splitlines()
    after = mistake.source().text.decode().splitlines()

    changed = [pair for pair in zip(before, after, strict=True) if len(set(pair)) == 2]
    assert changed == [
        ("    return weight + x * target, bias + target", "    return weight + x * target, bias")
    ]


def test_a_patch_may_cut_code_away():
    """An empty `wrong` leaves the piece out."""
    mistake = Mistake("m", "hebb.to_bipolar", "", right=" - 1")

    assert "    return 2 * floats(x)\n" in mistake.source().text.decode()


def test_a_body_replaces_the_whole_body():
    """The lines of `body` are indented as the exercise's; docstring and signature stay."""
    mistake = Mistake("m", "gates.McCullochPitts.__call__", "", body="\nif True:\n    return 1\n")
    tree = ast.parse(mistake.source().text)
    (neuron,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    call = next(node for node in neuron.body if getattr(node, "name", "") == "__call__")

    assert ast.unparse(call.body[1:]) == "if True:\n    return 1"
    assert ast.get_docstring(call)


@pytest.mark.parametrize(
    ("mistake", "says"),
    [
        (
            Mistake("m", "hebb.hebb_step", "", right="gone"),
            "m: 'gone' stands 0 times in hebb.hebb_",
        ),
        (
            Mistake("m", "hebb.hebb_step", "", right="target"),
            "m: 'target' stands 2 times in hebb.h",
        ),
        (
            Mistake("m", "hebb.hebb_step", "", right="return", wrong="("),
            "m: the patch is not Python",
        ),
        (Mistake("m", "hebb.hebb_step", "", body="return ("), "m: the patch is not Python"),
        (Mistake("m", "hebb.gone", "", body="return 1"), "m: there is no hebb.gone"),
    ],
)
def test_a_patch_that_does_not_fit_is_told(mistake, says):
    """A piece must stand once, the exercise must be there, and the result must be Python."""
    with pytest.raises(SolutionError, match=says):
        mistake.source()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_list_may_come_from_another_editor(catalogue, tmp_path, encoding):
    """A mark at the start, UTF-16 and Windows' line ends are read; what is no text is named."""
    catalogue(WHOLE)
    path = tmp_path / "mistakes.toml"
    path.write_bytes(WHOLE.strip().replace("\n", "\r\n").encode(encoding))
    assert [mistake.id for mistake in load_mistakes(LAB)] == ["forgets"]

    path.write_bytes(b"id = '\xff'")
    with pytest.raises(SolutionError, match=r"mistakes.toml is not TOML"):
        load_mistakes(LAB)
