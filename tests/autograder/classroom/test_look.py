"""Who needs a look: one list, by reason, on the console, in the CSV and on the page."""

import csv
import io
import re

import pytest

from autograder.classroom.batch import grade_class
from autograder.classroom.look import needs_a_look
from autograder.classroom.report.figures import class_figures
from autograder.classroom.report.files import class_csv
from autograder.classroom.report.page import to_class_html
from autograder.classroom.report.summary import render_class
from autograder.course.catalogue import load_lab
from autograder.course.stubs import make_stub
from autograder.report.terminal import console
from tests.conftest import reference_text

HEBB = load_lab("lab02_hebb")
RIGHT = reference_text("hebb")
HANDED_IN = {
    "fine/hebb.py": RIGHT,
    "stub/hebb.py": make_stub(HEBB, "hebb"),
    "broken/hebb.py": f"{RIGHT}\nx = = 1\n",
    "plot/hebb.py": f"import matplotlib.pyplot\n{RIGHT}",
    "assert/hebb.py": f"{RIGHT}\nassert to_bipolar([0, 1])[0] == 7\n",
    "latin/hebb.py": b"#\n#\nx = '\xe9'\n" + RIGHT.encode(),
    "word/hebb.docx": b"PK",
    "nothing/lab02_hebb/.keep": "",
    "twice/old/hebb.py": make_stub(HEBB, "hebb"),
    "twice/new/hebb.py": RIGHT,
    "near/hebb (1).py": RIGHT,
    "same/a/hebb.py": RIGHT,
    "same/b/hebb.py": RIGHT,
}


@pytest.fixture
def marks(tmp_path, request):
    """Grade a class in which every oddity occurs once."""
    request.getfixturevalue("in_one_process")
    folder = tmp_path
    for name, text in HANDED_IN.items():
        path = folder / "submitted" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = grade_class(HEBB, folder / "submitted", folder, seed=0).marks
    return type(found)(found.lab, found.made_by, found.marks, ("gone",))


def test_everybody_is_listed_for_the_right_reason(marks):
    """With what was handed in instead, or the one cause that stopped all; who is fine or wrong is not."""
    found = {
        (str(group.kind), each.student): each.why
        for group in needs_a_look(marks)
        for each in group.people
    }

    assert found == {
        ("without the file", "latin"): "hebb.py is not text in UTF-8: byte 0xe9 in line 3. Save it "
        "as UTF-8.",
        ("without the file", "nothing"): "hebb.py is missing: it was not handed in.",
        (
            "without the file",
            "word",
        ): "hebb.py is missing: it was not handed in. There is hebb.docx.",
        ("could not be run", "assert"): "raised AssertionError, in hebb.py, line "
        f"{len(RIGHT.splitlines()) + 2}",
        ("could not be run", "broken"): found["could not be run", "broken"],
        ("could not be run", "plot"): found["could not be run", "plot"],
        ("handed in more than once", "twice"): "For hebb.py there are 2 different files. Graded is "
        "new/hebb.py: the other is still the stub.",
        ("under another name", "near"): "Graded as hebb.py is hebb (1).py.",
        ("with a remark", "same"): "hebb.py is the same in a and b.",
        ("expected, and not there", "gone"): "",
    }
    assert "is not valid Python" in found["could not be run", "broken"]
    assert "matplotlib is not part of this course" in found["could not be run", "plot"]


def test_the_list_is_the_same_in_all_three_places(marks):
    """Console, table and page name the same people for the same reasons."""
    listed = {(str(g.kind), each.student) for g in needs_a_look(marks) for each in g.people}
    rows = list(csv.DictReader(io.StringIO(marks.to_csv())))
    with (screen := console()).capture() as shown:
        screen.print(render_class(marks))
    page = to_class_html(marks)
    block = re.search(r'<h2 id="look">(.*?)</section>', page, re.DOTALL)[1]
    ids = dict(re.findall(r'<tr id="(student-\d+)"><th scope="row">([^<]+)<', page))

    assert {
        (kind, row["student"]) for row in rows for kind in filter(None, [row["look"]])
    } == listed
    assert page.index('id="look"') < page.index('id="points"')
    linked = {ids[anchor] for anchor in re.findall(r'href="#(student-\d+)"', block)}
    assert linked == {student for _, student in listed} - {"gone"}
    assert "<li>gone</li>" in block
    said = shown.get()
    assert said.index("Needs a look") < said.index("mean")
    assert all(f"{kind}: " in said and student in said for kind, student in listed)
    in_class = [r for r in csv.DictReader(io.StringIO(class_csv(marks))) if r["kind"] == "look"]
    assert {(row["name"], row["students"]) for row in in_class} == listed


def test_an_accident_is_no_misunderstanding(marks):
    """Who handed in no file, or one that cannot be run, is not among those who fail a check."""
    failing = {student for check in class_figures(marks).failing for student in check.students}

    assert failing == {"stub"}


def test_names_in_wide_letters_are_shown_whole(marks):
    """Wherever a line ends."""
    names = [f"{'x' * length} 李小龙" for length in range(40)]
    with (screen := console()).capture() as shown:
        for name in names:
            screen.print(render_class(type(marks)(marks.lab, marks.made_by, (), (name,))))

    assert "…" not in shown.get()
    assert shown.get().count("李") == len(names)


def test_a_class_without_oddities_has_no_list(marks):
    """There is no empty heading."""
    fine = tuple(mark for mark in marks.marks if mark.student in {"fine", "stub"})
    alone = type(marks)(marks.lab, marks.made_by, fine)

    assert needs_a_look(alone) == ()
    assert "Needs a look" not in to_class_html(alone)
