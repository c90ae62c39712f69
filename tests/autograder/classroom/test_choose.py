"""Which file is meant: sure signs decide, and what they leave open stays open."""

import pytest

from autograder.classroom.choose import Candidate, Likeness, likeness, readings
from autograder.course.catalogue import load_lab

HEBB, TWO = load_lab("lab02_hebb"), load_lab("lab04_activations")
STUB = b"stub"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hebb.py", Likeness.EXACT),
        *((name, Likeness.NEAR) for name in (
            "Hebb.py", "hebb.PY", "hebb (1).py", "hebb(2).py", "hebb-1.py", "hebb_2.py", "hebb.py.txt",
            "hebb.txt", "hebb.py.py", "HEBB (3).py.txt", "20261102102030_hebb.py", "Copy of hebb.py", " hebb .py",
            "Kopie von hebb.py", "hebb\uff081\uff09.py", "\uff48ebb.py",
        )),
        *((name, Likeness.LOOSE) for name in (
            "hebb_dupont.py", "dupont_hebb.py", "lab02_hebb.py", "hebb - Copy.py", "hebb-final.v2.py", "my hebb.py",
            "hebb.py.bak", "hebb.py~", "hebb.py.1", "hebb.py;1", "hebb.py?download=1", "HEBB.py.OLD",
        )),
        *((name, None) for name in (
            "hebb", "hebb.pdf", "hebb.ipynb", "hebbian.py", "test_hebb.py", "gates.py", "hebb.py.zip", "notes.txt", "hebb.py.docx",
            "test_hebb.py~",
        )),
    ],
)  # fmt: skip
def test_names_that_are_like_a_modules(name, expected):
    """Browsers, platforms and people rename files; another word is another file."""
    assert likeness(name, "hebb") is expected


def read(lab, *files, attempt=None):
    """Choose among files: paths and texts; return the paths of each reading, and the first's notes."""
    found = [
        Candidate(module, parts, how, text, (attempt or {}).get(path, ""))
        for path, text in files
        for module in lab.modules
        if (parts := tuple(path.split("/"))) and (how := likeness(parts[-1], module)) is not None
    ]
    ways = readings(lab, found, lambda c: c.content == STUB)
    return [sorted(c.path for c in way.chosen.values()) for way in ways], list(ways[0].notes)


@pytest.mark.parametrize(
    ("files", "graded", "note"),
    [
        ([("hebb.py", b"a")], "hebb.py", ""),
        ([("hebb.py", b"a"), ("old/hebb.py", b"a")], "hebb.py", ""),
        ([("hebb.py", STUB), ("final/hebb.py", b"a")], "final/hebb.py", ": the other is still the stub."),
        ([("hebb.py", b"x"), ("lab02_hebb/hebb.py", b"a")], "lab02_hebb/hebb.py", ": it is in lab02_hebb."),
        ([("hebb.py", b"x"), ("LAB02_Hebb/hebb.py", b"a")], "LAB02_Hebb/hebb.py", ": it is in lab02_hebb."),
        ([(".venv/lib/hebb.py", b"x"), ("src/hebb.py", b"a")], "src/hebb.py",
         ": others are not the student's own."),
        ([(".ipynb_checkpoints/hebb.py", b"a")], ".ipynb_checkpoints/hebb.py",
         "Graded as hebb.py is .ipynb_checkpoints/hebb.py."),
        ([("hebb.py", b"a"), ("hebb.py~", b"b")], "hebb.py", ": others are called otherwise."),
        ([("hebb.py", STUB), ("hebb.py.bak", b"b")], "hebb.py.bak", ": the other is still the stub."),
        ([("hebb.py", b"a"), ("hebb - Copy.py", b"b")], "hebb.py", ": others are called otherwise."),
        ([("hebb (1).py", b"a")], "hebb (1).py", "Graded as hebb.py is hebb (1).py."),
        ([("hebb_ada.py", b"a")], "hebb_ada.py", "Graded as hebb.py is hebb_ada.py."),
        ([("env/lib/python3.12/site-packages/nnlab/hebb.py", b"x"), ("env/hebb.py", b"a")], "env/hebb.py",
         ": others are not the student's own."),
        ([("build/lib/hebb.py", b"x"), ("build/hebb.py", b"a")], "build/hebb.py",
         ": others are not the student's own."),
        ([("dist/mine-0.1.tar.gz/mine/hebb.py", b"x"), ("dist/hebb.py", b"a")], "dist/hebb.py",
         ": others are not the student's own."),
        ([("venv/hebb.py", b"a")], "venv/hebb.py", ""),
        ([("hebb.py", STUB), ("hebb (1).py", b"a")], "hebb (1).py", ": the other is still the stub."),
    ],
)  # fmt: skip
def test_a_sure_sign_decides(files, graded, note):
    """And the note says which, and why."""
    ways, notes = read(HEBB, *files)

    assert ways == [[graded]]
    assert (notes[0].endswith(note) and graded in notes[0]) if note else not notes


@pytest.mark.parametrize(
    "paths",
    [
        ("backup/hebb.py", "work/hebb.py"),
        ("hebb.py", "old/hebb.py"),
        ("hebb.py", "hebb (1).py"),
        ("hebb_v1.py", "hebb_v2.py"),
        ("build/hebb.py", "env/hebb.py"),
    ],
)
def test_without_a_sign_each_is_a_reading(paths):
    """Of two texts none is taken by the alphabet."""
    ways, notes = read(HEBB, *((path, path.encode()) for path in paths))

    assert ways == [
        [path] for path in sorted(paths, key=lambda p: (p.count("/"), p == "hebb (1).py", p))
    ]
    assert notes == []


def test_where_one_text_lies_in_several_folders_is_said():
    """They may be a student's copies, or the folders of several students."""
    ways, notes = read(HEBB, ("ada/hebb.py", b"x"), ("bo/hebb.py", b"x"), ("cy/hebb.py", b"x"))

    assert ways == [["ada/hebb.py"]]
    assert notes == ["hebb.py is the same in ada, bo and cy."]


def test_the_last_attempt_counts():
    """A platform's own dates are a sure sign."""
    ways, notes = read(
        HEBB, ("1/hebb.py", b"x"), ("2/hebb.py", b"a"), attempt={"1/hebb.py": "1", "2/hebb.py": "2"}
    )

    assert ways == [["2/hebb.py"]]
    assert notes == [
        "For hebb.py there are 2 different files. Graded is 2/hebb.py: it is the last attempt."
    ]


def test_the_modules_of_a_folder_stay_together():
    """Of two attempts at a lab with two modules each is read whole."""
    files = [(f"{at}/{name}.py", f"{at}{name}".encode()) for at in "ab" for name in TWO.modules]
    ways, _ = read(TWO, *files)

    assert ways == [sorted(f"{at}/{name}.py" for name in TWO.modules) for at in "ab"]
