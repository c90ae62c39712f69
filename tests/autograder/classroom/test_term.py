"""The term: all labs beside one another, from what the batches wrote."""

import csv
import io
import itertools
import json
import re
import time
from dataclasses import replace
from datetime import datetime

import pytest
from click.testing import CliRunner

from autograder.classroom.counting import Counts, Late, Override, Verb
from autograder.classroom.marks import Mark, Marks
from autograder.classroom.report.term import term_csv, to_student_html, to_term_html, write_term
from autograder.classroom.rules import Rules
from autograder.classroom.term import idea_of, read_term
from autograder.cli import main
from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.errors import WrongUseError
from autograder.grading.report import CheckResult, Part, Report
from autograder.grading.submission import Submission
from tests.autograder.report.web.conftest import HOSTILE
from tests.autograder.report.web.test_submission import ALLOWED, Reader

LABS = [load_lab(name) for name in ("lab01_gates", "lab02_hebb", "lab03_perceptron")]


def mark(lab, student, failed=(), *, number="", mistakes=()):
    """Make a mark with these checks failed, all by these mistakes."""
    says = "The bias is a weight too." if mistakes else None
    results = tuple(
        CheckResult(check, Status.FAILED, (Part("f()", "called"),), tuple(mistakes), says)
        if check.id in failed
        else CheckResult(check, Status.PASSED)
        for check in lab.checks.values()
    )
    report = Report(lab.id, lab.title, 7, ("process",), results)
    handed = Submission(lab, {lab.modules[0]: b""}, student=student)
    return Mark(handed, report, number, is_lasting=bool(number))


def write(folder, lab, *marks, rules=None):
    """Write a lab's marks as a batch does."""
    Marks(lab, "edition", marks, rules=rules or Rules()).write(folder)


@pytest.fixture
def folder(tmp_path):
    """Three labs: ada does all, bob fails bias twice, cem is ill once, dan hands in one lab."""
    gates, hebb, perceptron = LABS
    excuse = Override(Verb.EXCUSE, "ill", "T.")
    all_of = [list(lab.checks) for lab in LABS]
    bias = {"mistakes": ["x-forgets-bias"]}
    write(tmp_path, gates, mark(gates, "ada"), mark(gates, "bob", all_of[0], **bias))
    write(
        tmp_path,
        hebb,
        *(mark(hebb, "ada"), mark(hebb, "bob", all_of[1], **bias), mark(hebb, "cem", all_of[1])),
        rules=Rules(overrides=(("cem", excuse),)),
    )
    nobody = Mark(Submission(perceptron, {}, student="cem"), None)
    dan = mark(
        perceptron, "dan", [*perceptron.checks][:1], mistakes=["perceptron-bias-not-updated"]
    )
    write(tmp_path, perceptron, mark(perceptron, "ada"), nobody, dan)
    return tmp_path


def test_a_line_of_the_term(folder):
    """Sums leave out what is excused or not graded, and count 0 for what was not handed in."""
    term = read_term(folder)
    found = {each.name: each for each in term.students}

    assert [lab.id for lab in term.labs] == [lab.id for lab in LABS]
    assert [(lab.handed_in, lab.max_points) for lab in term.labs] == [(2, 20), (3, 20), (3, 20)]
    assert [*found] == ["ada", "bob", "cem", "dan"]
    assert [(s.reached, s.out_of) for s in term.students] == [(60, 60), (0, 60), (0, 20), (19, 60)]
    assert [found["cem"].cells[lab.id].shown for lab in LABS[1:]] == ["excused", "not graded"]
    assert found["dan"].missing == ("lab01_gates", "lab02_hebb")


def test_who_is_behind_and_why(folder):
    """Half of what the middle student has: each with the reason; lab 1 only half of the class has."""
    found = {each.name: each.behind for each in read_term(folder).students}

    assert found == {
        "ada": "",
        "bob": "0 % of the points, the middle 16 %",
        "cem": "0 % of the points, the middle 16 %",
        "dan": "",
    }


def test_in_a_weak_class_few_are_behind(tmp_path):
    """The class is the measure: a lab that few have handed in is held against nobody."""
    gates, hebb, perceptron = LABS
    weak = [f"s{number:02}" for number in range(20)]
    half = [*gates.checks][2:]
    write(tmp_path, gates, *(mark(gates, each, half) for each in weak))
    write(tmp_path, hebb, *(mark(hebb, each, [*hebb.checks][3:]) for each in weak[:-1]))
    write(tmp_path, perceptron, mark(perceptron, "s19"))
    behind = {each.name: each.behind for each in read_term(tmp_path).students if each.behind}

    assert behind == {}


def test_two_labs_that_most_have_handed_in_are_too_many_to_miss(tmp_path):
    """Whatever the points of the third."""
    gates, hebb, perceptron = LABS
    for lab in (gates, hebb):
        write(tmp_path, lab, *(mark(lab, each, [*lab.checks][1:]) for each in "abc"))
    write(tmp_path, perceptron, *(mark(perceptron, each) for each in "abcd"))
    found = {each.name: each.behind for each in read_term(tmp_path).students}

    assert found == {"a": "", "b": "", "c": "", "d": "2 labs not handed in"}


def test_who_handed_in_nothing_at_all_is_in_the_term(tmp_path):
    """A platform's list names them, however it writes names; who is in one lab is there once."""
    gates, hebb, _ = LABS
    absent = ("Böhm, Rui", "Cem Kaya", "Kim Abe")
    Marks(gates, "edition", (mark(gates, "ada"),), absent=absent).write(tmp_path)
    Marks(hebb, "edition", (mark(hebb, "böhmrui", number="7"),), absent=("Kim Abe",)).write(
        tmp_path
    )
    term = read_term(tmp_path)
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(term_csv(term)))}

    assert [each.name for each in term.students] == ["ada", "böhmrui", "Cem Kaya", "Kim Abe"]
    assert rows["Kim Abe"]["behind"] == "nothing handed in"
    assert (rows["Kim Abe"]["sum"], rows["Kim Abe"]["out_of"]) == ("0", "40")
    assert "Kim Abe</a>: nothing handed in" in to_term_html(term)


def test_a_mistake_comes_back_in_another_lab(folder):
    """What it is about is read from its id; one lab is not coming back."""
    (idea,) = read_term(folder).ideas

    assert (idea.name, idea.students) == ("The bias", ("bob",))
    assert idea.labs == ("lab01_gates", "lab02_hebb")


def test_every_idea_is_one_of_the_courses_mistakes():
    """Each kind has mistakes of several labs of this course, so that it can come back."""
    from autograder.classroom.term import _IDEAS
    from autograder.course.catalogue import labs
    from autograder.course.solutions import load_mistakes

    found = {(idea_of(mistake.id), lab.id) for lab in labs() for mistake in load_mistakes(lab)}

    for idea, _ in _IDEAS:
        assert sum(name == idea for name, _ in found) > 2, idea


def test_a_number_that_lasts_is_surer_than_a_name(tmp_path):
    """Canvas's number finds somebody who changes the name, and tells namesakes apart in all labs."""
    gates, hebb, _ = LABS
    write(tmp_path, gates, mark(gates, "smith", number="1"), mark(gates, "lee", number="2"))
    write(tmp_path, hebb, mark(hebb, "smith", number="3"), mark(hebb, "lee-may", number="2"))
    found = {each.id: (each.name, len(each.cells)) for each in read_term(tmp_path).students}

    assert found == {"1": ("smith", 1), "2": ("lee-may", 2), "3": ("smith", 1)}


def test_the_table_and_the_page_say_the_same(folder):
    """A row a student, each cell the same; links lead to rows, headings go one step at a time."""
    term = read_term(folder)
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(term_csv(term)))}
    page = to_term_html(term)
    reader = Reader(page)
    ids = [a["id"] for _, a in reader.found if "id" in a]
    body = page[page.index('<table class="term">') :]

    assert rows["bob"]["sum"] == "0"
    assert rows["dan"]["not_handed_in"] == "lab01_gates lab02_hebb"
    assert rows["cem"]["lab02_hebb"] == "excused"
    assert rows["bob"]["came_back"] == "The bias"
    for student in term.students:
        line = re.search(rf'<th scope="row">{student.name}</th>(.*)</tr>', body)[1]
        cells = [re.sub(r"\*$", "", text) for text in re.findall(r"<td>(.*?)</td>", line)][1:]
        assert cells == [rows[student.name][lab.id] for lab in LABS]
    assert len(set(ids)) == len(ids)
    assert {a["href"][1:] for a in reader.all("a")} <= set(ids)
    levels = [int(tag[1]) for tag, _ in reader.found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_a_students_page_tells_the_mark_from_what_counts(tmp_path):
    """The late rule stands beside the mark; mistakes have their sentences."""
    _, hebb, _ = LABS
    late = Late(percent_a_day=10)
    at = datetime(2030, 5, 1)  # noqa: DTZ001
    rules = Rules(at, late, Counts.LAST, handed_in={"bob": datetime(2030, 5, 2)})  # noqa: DTZ001
    bob = mark(hebb, "bob", ["hebb.update"], mistakes=["hebb-forgets-bias"])
    write(tmp_path, hebb, bob, rules=rules)
    term = read_term(tmp_path)
    said = Reader(to_student_html(term, term.students[0], back="../term.html")).said

    assert "17 of 20" in said
    assert "15.3" in said
    assert "1 day late: −10 %." in said
    assert "The bias is a weight too." in said
    assert "No kind of mistake came back" in said


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name, tmp_path):
    """A name is text on both pages and in the table, and no file leaves the folder."""
    _, hebb, _ = LABS
    write(tmp_path / "marks", hebb, mark(hebb, HOSTILE[name]))
    write_term(read_term(tmp_path / "marks"), tmp_path / "marks", pages=True)

    assert {path.parent.name for path in tmp_path.rglob("*.html")} == {"marks", "term-pages"}
    for path in tmp_path.rglob("*.html"):
        tags = {tag for tag, _ in Reader(path.read_text(encoding="utf-8")).found}
        assert tags <= ALLOWED | {"ul", "ol", "li", "abbr"}


def test_the_command_writes_and_says_who_is_behind(folder, monkeypatch):
    """Page, table, and with --html a page for each student, linked both ways."""
    monkeypatch.chdir(folder.parent)
    done = CliRunner().invoke(main, ["term", "--out", str(folder), "--html"])

    assert done.exit_code == 0, done.output
    assert "3 labs, 4 students\n" in done.output
    assert "Behind: bob and cem\n" in done.output
    assert "Came back with 1 student: The bias" in done.output
    page = (folder / "term.html").read_text()
    links = re.findall(r'href="(term-pages/[^"]*)"', page)
    assert len(links) == 4
    assert all("../term.html" in (folder / link).read_text() for link in links)


def test_without_marks_there_is_no_term(tmp_path):
    """A sentence says what to do first, and what is not marks is named."""
    with pytest.raises(WrongUseError, match="Grade a lab: nnlab batch"):
        read_term(tmp_path)
    (tmp_path / "lab02_hebb.json").write_text("{}")
    with pytest.raises(WrongUseError, match=r"lab02_hebb\.json holds no marks"):
        read_term(tmp_path)


@pytest.mark.parametrize("part", [{"mistakes": None}, {"mistakes": [7]}, {"hint": 7}])
def test_marks_whose_checks_are_not_as_we_wrote_them_are_named(folder, part):
    """Whatever is read of them is looked at before it is used."""
    place = folder / "lab02_hebb.json"
    plain = json.loads(place.read_text("utf-8"))
    plain["submissions"][0]["report"]["checks"][0] |= part
    place.write_text(json.dumps(plain), "utf-8")

    with pytest.raises(WrongUseError, match=r"lab02_hebb\.json holds no marks"):
        read_term(folder)


@pytest.mark.slow
def test_a_large_term_stays_small_and_quick(tmp_path):
    """14 labs and 200 students who fail every check: page under 2 MB, built in under 20 s of CPU."""
    from autograder.course.catalogue import labs

    students = [f"Firstname Lastname-{number:03}" for number in range(200)]
    for lab in labs():
        failed = list(lab.checks)
        given = [mark(lab, each, failed, mistakes=[f"{lab.id}-forgets-bias"]) for each in students]
        write(tmp_path, lab, *given)
    begun = time.process_time()
    paths = write_term(read_term(tmp_path), tmp_path, pages=True)
    seconds = time.process_time() - begun

    assert seconds < 20
    assert paths[0].stat().st_size < 2_000_000
    assert len(list((tmp_path / "term-pages").iterdir())) == 200


def test_json_keeps_whose_number_lasts(folder):
    """The marks' file is what the term is read from."""
    plain = json.loads((folder / "lab02_hebb.json").read_text())

    assert {entry["is_lasting"] for entry in plain["submissions"]} == {False}


def late(lab, student, *, day):
    """Make a full mark that came on a day of May."""
    return replace(mark(lab, student), handed_in=datetime.fromisoformat(f"2030-05-{day:02}T12:00"))


@pytest.fixture
def late_course(tmp_path, monkeypatch):
    """Three free days; ada hands in lab 3 before lab 2, and all is due on the first."""
    monkeypatch.chdir(tmp_path)
    labs = "".join(f"[labs.{lab.id}]\ndeadline = 2030-05-01\n" for lab in LABS)
    rule = "[late]\npercent_a_day = 10\nfree_days = 1\ncut_off_days = 6\n"
    (tmp_path / "dates.toml").write_text(f"[term]\nfree_days = 3\n{rule}{labs}")
    gates, hebb, perceptron = LABS
    write(tmp_path / "marks", gates, late(gates, "ada", day=1), late(gates, "bob", day=9))
    write(tmp_path / "marks", hebb, late(hebb, "ada", day=5), late(hebb, "bob", day=2))
    write(tmp_path / "marks", perceptron, late(perceptron, "ada", day=3))
    return tmp_path


def test_free_days_of_the_term_are_spent_as_work_comes_in(late_course):
    """A lab's own come first; what costs nothing, or is after the cut-off, takes none."""
    done = CliRunner().invoke(main, ["term", "--html"], catch_exceptions=False)
    rows = {
        row["student"]: row
        for row in csv.DictReader(
            io.StringIO((late_course / "marks" / "term.csv").read_text("utf-8-sig"))
        )
    }
    own = next((late_course / "marks" / "term-pages").glob("ada*")).read_text("utf-8")

    assert done.exit_code == 0
    assert [rows["ada"][lab.id] for lab in LABS] == ["20", "18", "20"]
    assert rows["ada"]["free_days_left"] == "0"
    assert [rows["bob"][lab.id] for lab in LABS] == ["0", "20", ""]
    assert rows["bob"]["free_days_left"] == "3"
    assert "4 days late, 1 free, 2 of the term&#39;s free days: −10 %." in own
    assert "0 of 3 free days of the term are left." in own
    assert "<td>0 of 3</td>" in (late_course / "marks" / "term.html").read_text("utf-8")


def test_without_free_days_of_the_term_what_the_batches_wrote_stands(late_course):
    """Nothing is worked out again, and no column is there."""
    (late_course / "dates.toml").unlink()

    CliRunner().invoke(main, ["term"], catch_exceptions=False)

    assert "Free days" not in (late_course / "marks" / "term.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("[term]\nfree_days = 1.5", "has free_days = 1.5 in [term]: days are whole"),
        ("[term]\nfree_days = -1", "a number from 0 is expected"),
        ("[term]\nfree_day = 1", "Did you mean free_days?"),
        ("term = 3", "has 'term' where a table [term] is expected"),
    ],
)
def test_what_is_misspelt_about_the_term_is_refused(late_course, said, expected):
    """It would cost somebody points."""
    (late_course / "dates.toml").write_text(said)

    done = CliRunner().invoke(main, ["term"], catch_exceptions=False)

    assert done.exit_code == 2
    assert expected in done.output
