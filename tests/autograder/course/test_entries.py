"""Where a lab's lists stand; what they hold is tested with each kind of entry."""

from dataclasses import dataclass, replace

import pytest

from autograder.course.catalogue import ROOT, load_lab
from autograder.course.entries import entries_path, load_entries

LAB = load_lab("lab02_hebb")


class WrongError(ValueError):
    """Some list is wrong."""


@dataclass(frozen=True)
class Pair:
    """An entry of two parts."""

    name: str
    value: int = 0


def test_a_list_stands_beside_the_solution(tmp_path):
    """In the course's own folder, or in that of the package whose lab it is."""
    assert entries_path(LAB, "valid") == ROOT / "solutions" / "lab02_hebb" / "valid.toml"
    guest = replace(LAB, home=tmp_path)
    assert entries_path(guest, "valid").is_relative_to(tmp_path)


def test_entries_are_read_in_order(tmp_path):
    """A list that is not there is empty; other tables of the file are let be."""
    path = tmp_path / "pairs.toml"
    assert load_entries(path, "pair", Pair, WrongError) == []

    path.write_text("[[pair]]\nname = 'b'\nvalue = 2\n[[pair]]\nname = 'a'\n[other]\nx = 1\n")
    assert load_entries(path, "pair", Pair, WrongError) == [Pair("b", 2), Pair("a")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pair = \n", "pairs.toml is no TOML: "),
        ("pair = 3\n", r"pairs.toml: an entry begins with \[\[pair\]\]"),
        ("[[pair]]\nname = 'b'\nsize = 3\n", "pairs.toml, b: .*'size'"),
        ("[[pair]]\n", r"pairs.toml, \?: .*'name'"),
    ],
)
def test_a_list_that_is_none_is_told(tmp_path, text, says):
    """The error is of the kind that was asked for."""
    path = tmp_path / "pairs.toml"
    path.write_text(text)

    with pytest.raises(WrongError, match=says):
        load_entries(path, "pair", Pair, WrongError)
