"""Text is harmless, names are found, and no sign turns into another number on an old code page."""

import io
import os
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.catalogue import ROOT, engine_path, labs
from autograder.course.solutions import load_mistakes
from autograder.text import PLAIN, clean, listed, nearest, unknown, write_plainly

PAGES = ["ascii", "cp437", "cp850", "cp1252", "latin-1"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("0 becomes −1", "0 becomes -1"),
        ("w₁x₁ + b ≥ 0 → y", "w1x1 + b >= 0 -> y"),
        ("x²⁰ Wᵀ 10⁻⁹", "x^20 W^T 10^-9"),
        ("Σ λ·√n, ε = ½", "Sum lambda*sqrtn, eps = 1/2"),
        ("ŷ, ñ, Ω, σ", "y, n, Omega, sigma"),
        ("x̄ and ø", "x and ?"),
        ("✗ …\u2019 “so”", 'x ...\' "so"'),
        ("漢 \ud800", "? ?"),
    ],
)
def test_signs_keep_their_meaning(text, plain):
    """Minus, powers, arrows and Greek letters are spelt out; what nobody can spell is a mark."""
    assert text.encode("ascii", PLAIN).decode("ascii") == plain


def test_what_a_page_has_is_left_alone():
    """Only what is lacking is replaced."""
    assert "x·y ≥ −1".encode("cp437", PLAIN).decode("cp437") == "x·y ≥ -1"


@pytest.mark.parametrize("page", PAGES)
def test_no_text_of_the_course_loses_a_sign(page):
    """Every task, promise and sentence of a mistake can be read on every code page."""
    texts = [m.says for lab in labs() for m in load_mistakes(lab)]
    texts += [check.title for lab in labs() for check in lab.checks.values()]
    texts += [engine_path(m).read_text("utf-8") for lab in labs() for m in lab.modules]

    for text in texts:
        assert text.encode(page, PLAIN).count(b"?") == text.count("?")


def test_reading_is_none_of_its_business():
    """The handler is for writing; damaged input stays an error."""
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", PLAIN)


def test_any_stream_may_be_given():
    """A real one forgives from then on; one that cannot, or none at all, is left alone."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp437")
    write_plainly(stream)
    stream.write("−1")
    stream.flush()

    assert stream.buffer.getvalue() == b"-1"
    for other in (io.StringIO(), None):
        write_plainly(other)


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    "page", ["cp437", "cp1252"]
)  # click takes ASCII for a slip: it writes UTF-8
@pytest.mark.parametrize(
    "command", ["next", "explain hebb.decision_line", "figure", "batch --help", "grade 2", "status"]
)
def test_no_command_breaks_on_a_code_page(page, command, tmp_path):
    """In a process of its own, with a pipe: no traceback, and nothing but the page's own signs."""
    folder = tmp_path / "assignments" / "lab02_hebb"
    folder.mkdir(parents=True)
    text = (ROOT / "assignments" / "lab02_hebb" / "hebb.py").read_text(encoding="utf-8")
    (folder / "hebb.py").write_text(text, encoding="utf-8")
    shown = subprocess.run(
        [sys.executable, "-m", "autograder", *command.split()],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": page, "COLUMNS": "80"},
    )

    assert shown.returncode == (command == "grade 2"), shown.stderr
    assert shown.stderr == b""
    lines = shown.stdout.decode(page).splitlines()
    assert lines
    if command.split()[0] in {
        "explain",
        "grade",
        "status",
    }:  # reports; the others' lines are as they are
        assert max(map(len, lines)) <= 80


@given(st.text())
def test_clean_text_keeps_what_can_be_seen(text):
    """Cleaning takes out hidden characters alone, and cleaning twice changes nothing."""
    cleaned = clean(text)
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn"}
    plain = text.replace("\u2028", "\n").replace("\u2029", "\n")

    assert clean(cleaned) == cleaned
    assert [c for c in plain if c in "\n\t" or unicodedata.category(c) not in hidden] == list(
        cleaned
    )


@pytest.mark.parametrize(
    "hidden", ["\x1b[2J", "\x07", "\r", "\u202e", "\u200b", "\ud800", "\ue000"]
)
def test_no_terminal_code_and_no_invisible_character_passes(hidden):
    """Escape, bell, carriage return, reordering, zero width, surrogates: none reaches a terminal."""
    assert hidden[0] not in clean(f"a{hidden}b")


@pytest.mark.parametrize("break_", ["\u2028", "\u2029"])
def test_unicodes_own_breaks_are_plain_ones(break_):
    """Nobody reads a line where another program sees none."""
    assert clean(f"a{break_}b") == "a\nb"


def test_names_stand_in_a_sentence():
    """One, several, too many, none."""
    assert [listed(["a", "b", "c"][:n], most=2) for n in range(4)] == [
        "",
        "a",
        "a and b",
        "a, b and 1 more",
    ]


def test_a_misspelt_name_gets_the_nearest_one():
    """With nothing near, few names are listed, and many are not."""
    assert nearest("hebb.updat", ["gates.step", "hebb.update"]) == "hebb.update"
    assert nearest("qqq", ["gates.step"]) == ""
    assert (
        unknown("check", "updat", ["step", "update"])
        == "There is no check 'updat'. Did you mean update?"
    )
    assert (
        unknown("check", "qqq", ["step", "update"])
        == "There is no check 'qqq'. There are step, update."
    )
    assert unknown("check", "qqq", map(str, range(99))) == "There is no check 'qqq'."
