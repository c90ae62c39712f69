"""The report on a class as files: figures, table, page, and a page for each student."""

import csv
import io
import re
from dataclasses import replace

import pytest

from autograder.classroom.marks import Mark, Marks
from autograder.classroom.report.figures import class_figures
from autograder.classroom.report.files import class_csv, write_class
from autograder.classroom.report.page import to_class_html
from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.grading.report import CheckResult, Part, Report
from autograder.grading.submission import Submission
from tests.autograder.report.web.conftest import HOSTILE
from tests.autograder.report.web.test_submission import ALLOWED, Reader

LAB = load_lab("lab02_hebb")
CODE = {"hebb": b"def hebb_step(weight, bias, x, target):\n    return weight\n"}
MADE = {"hebb.update": (("hebb-forgets-bias",), "The bias is a weight too.")}


def mark(student, failed=(), *, status=Status.FAILED, seconds=0.1, mistakes=MADE, code=CODE):
    """Make a student's mark, with these checks failed."""
    results = tuple(
        CheckResult(
            check,
            status if check.id in failed else Status.PASSED,
            (Part("f()", "called"),) if check.id in failed else (),
            *(mistakes.get(check.id, ((), None)) if check.id in failed else ((), None)),
            seconds,
        )
        for check in LAB.checks.values()
    )
    submission = Submission(LAB, code, student=student)
    report = Report(LAB.id, LAB.title, 7, ("process",), results, sources=submission.files)
    return Mark(submission, report)


def marks(*given):
    """Put marks together."""
    return Marks(LAB, "edition", given)


def lost(student):
    """Make a student whom the grader ended with."""
    return Mark(Submission(LAB, {}, student=student), None)


FIVE = marks(
    mark("ada"),
    mark("bob", ["hebb.update", "hebb.predict"]),
    mark("cem", ["hebb.update"], seconds=2.0, code={"hebb": b"slow"}),
    mark("dan", ["hebb.predict"], status=Status.ERROR),
    lost("eve"),
)


def test_a_class_in_numbers():
    """Points in five ranges, failures and mistakes by frequency, faults of ours, seconds."""
    seen = class_figures(FIVE)

    assert seen.submissions == 5
    assert [(b.low, b.high, b.students) for b in seen.bands] == [
        (0, 3, ()),
        (4, 7, ()),
        (8, 11, ()),
        (12, 15, ("bob",)),
        (16, 20, ("ada", "cem")),
    ]
    assert [(c.name, c.students) for c in seen.failing] == [
        ("hebb.update", ["bob", "cem"]),
        ("hebb.predict", ["bob"]),
    ]
    assert [(m.name, m.says, m.students, m.checks) for m in seen.mistakes] == [
        ("hebb-forgets-bias", "The bias is a weight too.", ["bob", "cem"], ["hebb.update"])
    ]
    (group,) = seen.look
    assert group.kind == "checker's error"
    assert [(each.student, each.why) for each in group.people] == [
        ("dan", "Broke in hebb.predict."),
        ("eve", "The grader ended with it."),
    ]


def test_time_is_counted_once_for_equal_submissions():
    """Copies were graded once: three of the four are one submission here."""
    times = class_figures(FIVE).times

    assert times.slowest == "cem"
    assert times.longest == pytest.approx(2.0 * len(LAB.checks))
    assert times.total == pytest.approx(2.1 * len(LAB.checks))
    assert class_figures(marks(mark("ada", seconds=0.0))).times is None


def test_one_student_counts_once_for_a_mistake():
    """A mistake that shows in two checks is one student's, and names both."""
    both = dict.fromkeys(("hebb.update", "hebb.predict"), ("m", "Why?"))
    (made,) = class_figures(marks(mark("bob", list(both), mistakes=both))).mistakes

    assert made.students == ["bob"]
    assert made.checks == ["hebb.update", "hebb.predict"]


def test_the_table_says_what_the_page_does():
    """Each row has its kind, its count and its students; names are no formulas."""
    rows = list(csv.DictReader(io.StringIO(class_csv(FIVE))))
    kinds = {kind: [r for r in rows if r["kind"] == kind] for kind in {r["kind"] for r in rows}}

    assert [int(row["count"]) for row in kinds["points"]] == [0, 0, 0, 1, 2]
    assert kinds["mistake"][0]["says"] == "The bias is a weight too."
    assert kinds["mistake"][0]["students"] == "bob; cem"
    assert [(r["name"], r["says"], r["students"]) for r in kinds["look"]] == [
        ("checker's error", "Broke in hebb.predict.", "dan"),
        ("checker's error", "The grader ended with it.", "eve"),
    ]
    assert float(kinds["seconds"][0]["count"]) == pytest.approx(2.1 * len(LAB.checks))
    assert "'=SUM(A1)" in class_csv(marks(mark("=SUM(A1)", ["hebb.update"])))


def test_a_mistake_leads_to_its_students():
    """The page has the sentence, and behind it links to the rows of those who made the mistake."""
    page = to_class_html(FIVE)
    reader = Reader(page)
    made = re.search(r'<details class="counted" id="mistake-1">(.*?)</details>', page, re.DOTALL)[1]
    ids = {a["id"] for _, a in reader.found if "id" in a}

    assert "2 students" in made
    assert "The bias is a weight too." in made
    assert re.findall(r'href="#(student-\d)">(\w+)<', made) == [
        ("student-2", "bob"),
        ("student-3", "cem"),
    ]
    assert {a["href"][1:] for a in reader.all("a")} <= ids
    assert "No mark. The next run asks again" in reader.said
    assert reader.said.count("not graded") == 2
    assert f"longest {2 * len(LAB.checks):.1f} s (cem)" in reader.said


def test_a_class_without_mistakes_is_told():
    """All right: the sections say so; nobody graded: no distribution is made up."""
    right = Reader(to_class_html(marks(mark("ada"))))
    nobody = Reader(to_class_html(marks(lost("eve"))))

    assert "No failed check shows a mistake that is known." in right.said
    assert "No check failed." in right.said
    assert "Needs a look" not in right.said
    assert "How many students" not in nobody.said


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(name, tmp_path):
    """A student's name and all else is text on the page, and no file leaves the folder."""
    text = HOSTILE[name]
    given = mark(text, ["hebb.update"], mistakes={"hebb.update": (text, text)})
    paths = write_class(marks(given, lost(text + "2")), tmp_path / "marks", pages=True).paths
    found = Reader(paths[0].read_text(encoding="utf-8")).found

    assert {tag for tag, _ in found} <= ALLOWED | {"ul", "ol", "li"}
    assert not any(key.startswith("on") for _, attributes in found for key in attributes)
    assert {path.parent.name for path in tmp_path.rglob("*.html")} == {"marks", "lab02_hebb-pages"}


def test_pages_of_students_are_linked_both_ways(tmp_path):
    """With pages, the class's page leads to each student's, which has the code and leads back."""
    page, table = write_class(FIVE, tmp_path, pages=True).paths
    links = re.findall(r'href="(lab02_hebb-pages/[^"]*)"', page.read_text(encoding="utf-8"))
    bob = (tmp_path / "lab02_hebb-pages" / "bob.html").read_text(encoding="utf-8")

    assert table.name == "lab02_hebb-class.csv"
    assert len(links) == 4
    assert all((tmp_path / link).is_file() for link in links)
    assert 'href="../lab02_hebb.html"' in bob
    assert "Hebb&#39;s rule: bob" in bob
    assert "hebb_step</code> in hebb.py, lines 1–2" in bob


def test_names_that_files_cannot_have(tmp_path):
    """Names are made safe for every system, and stay different from each other."""
    names = ["../../x", "a b", "a/b", "A_B", "", "ü", "..", "x" * 300]
    write_class(marks(*(mark(name) for name in names)), tmp_path, pages=True)
    written = [path.name for path in (tmp_path / "lab02_hebb-pages").iterdir()]

    assert len({name.lower() for name in written}) == len(names)
    assert max(map(len, written)) <= 70
    assert all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\.html", name) for name in written)


def test_without_pages_there_are_two_files(tmp_path):
    """Only the class's own page and table are written, and the page links to no other."""
    paths = write_class(FIVE, tmp_path).paths

    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert "lab02_hebb-pages" not in paths[0].read_text(encoding="utf-8")


def large(lab):
    """Make 200 students who fail all checks of a lab, each with a mistake of its own."""
    says = "The weights learn but the bias stays put. Its input is always 1: what is missing? " * 3
    results = tuple(
        CheckResult(
            check, Status.FAILED, (Part("f(x)", "called"),), (f"mistake-of-{check.id}",), says
        )
        for check in lab.checks.values()
    )
    report = Report(lab.id, lab.title, 7, ("process",), results)
    given = [
        Mark(Submission(lab, {}, student=f"Firstname Lastname-{number:03}"), replace(report))
        for number in range(200)
    ]
    return Marks(lab, "edition", tuple(given))


def test_two_hundred_students_stay_small():
    """The page of 200 students who fail everything in the lab with most checks is under 2 MB."""
    from autograder.course.catalogue import labs

    lab = max(labs(), key=lambda lab: len(lab.checks))

    assert len(to_class_html(large(lab)).encode()) < 2_000_000


def test_a_long_tail_is_folded_and_students_are_listed_by_points_too():
    """Ten mistakes stand open to the eye; the rarer ones are one click away, and links lead into them."""
    every = [
        mark(f"s{n}", [name], mistakes={name: ((f"mistake-{n}",), f"Idea {n}.")})
        for n, name in enumerate([*LAB.checks] * 2)
    ]
    page = to_class_html(marks(mark("ada"), *every))
    folded = re.findall(r'<details class="rarer">\n<summary>(.*?)</summary>', page)
    bands = page[page.index('id="points"') : page.index('id="mistakes"')]
    points = [int(said) for said in re.findall(r"</a>: (\d+)", bands)]

    assert folded[0] == f"{len(every) - 10} more mistakes, of 1 student"
    assert page.count('id="mistake-') == len(every)
    assert page.index("more mistakes") < page.index('id="mistake-11"')
    assert points == sorted(points)
    assert len(points) == len(every) + 1
