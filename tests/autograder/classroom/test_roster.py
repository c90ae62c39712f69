"""A platform's own file comes back with the marks in it, and otherwise as it was."""

import codecs
import csv
import io

import pytest
from click.testing import CliRunner

from autograder.classroom.marks import Mark, Marks
from autograder.classroom.roster import RosterError, read_roster
from autograder.cli import main
from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.grading.report import CheckResult, Report
from autograder.grading.submission import Handed
from tests.conftest import reference_text

LAB = load_lab("lab02_hebb")

MOODLE = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\r\n'
    '"Participant 101","Ada Lovelace",ada@example.org,"Submitted for grading",,20.00,Yes,'
    '"Monday, 6 May 2030, 9:00 AM",-,\r\n'
    '"Participant 102","=Bob, Jr.",bob@example.org,"No submission",,20.00,Yes,-,-,\r\n'
    '"Participant 103","Zoë Ñandú",zoe@example.org,"Submitted for grading",3.00,20.00,Yes,-,-,"before"\r\n'
)

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Hebb's rule (5511),Essay (5512),Current Score\n"
    ",,,,,Manual Posting,,(read only)\n"
    "    Points Possible,,,,,20.00,10.00,(read only)\n"
    '"Lovelace, Ada",9001,s1,ada,Group A,,8.5,85.0\n'
    '"O\'Neil, Bob",9002,s2,bob,"Group A, Group B",4,,\n'
    '"Student, Test",9003,,abcdef,Group A,,,\n'
)


def mark(student, points=(3,)):
    """Make a mark: hebb.update passed if it has points, else failed; None for no report."""
    handed = Handed(LAB, student, {}, {})
    if points is None:
        return Mark(handed, None)
    check = LAB.checks["hebb.update"]
    passed = CheckResult(check, Status.PASSED)
    failed = CheckResult(check, Status.FAILED, "x", hint="What is <b> for?")
    return Mark(handed, Report(LAB.id, LAB.title, 7, "process", (passed if points else failed,)))


def filled(tmp_path, platform, text, *marks, column=""):
    """Fill a file, and read it back as rows."""
    path = tmp_path / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = read_roster(path, platform, points=20, column=column).fill(Marks(LAB, "", marks))
    rows = list(csv.reader(io.StringIO(done.content.decode("utf-8-sig"), newline="")))
    return done, rows


def test_moodles_worksheet_is_filled_by_the_folders_names(tmp_path):
    """The number in a folder's name is the identifier; points and feedback stand in their columns."""
    done, rows = filled(
        tmp_path,
        "moodle",
        MOODLE,
        mark("Ada Lovelace_101_assignsubmission_file", points=()),
        mark("Zoë Ñandú_103_assignsubmission_file_"),
    )

    assert (done.matched, done.strangers, done.ungraded) == (2, (), ())
    assert [row[4] for row in rows] == ["Grade", "0", "", "3"]
    assert rows[1][9] == "0 / 3 points.<br>hebb.update: What is &lt;b&gt; for?"
    assert rows[3][9] == "3 / 3 points."


def test_nothing_else_changes(tmp_path):
    """Rows, columns, quotes' content, line ends and the byte order mark come back."""
    done, rows = filled(
        tmp_path, "moodle", codecs.BOM_UTF8 + MOODLE.encode(), mark("ada@example.org")
    )
    before = list(csv.reader(io.StringIO(MOODLE, newline="")))

    assert done.content.startswith(codecs.BOM_UTF8)
    assert done.content.count(b"\r\n") == 4
    assert len(rows) == len(before)
    changed = {
        (r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell != before[r][c]
    }
    assert changed == {(1, 4), (1, 9), (2, 1)}  # the last: a name that begins as a formula


def test_a_cell_that_a_spreadsheet_would_run_is_made_text(tmp_path):
    """Names come from students; a lone minus, Moodle's "none", stays, and twice is as once."""
    done, rows = filled(tmp_path, "moodle", MOODLE, mark("ada@example.org"))
    _, again = filled(tmp_path, "moodle", done.content, mark("ada@example.org"))

    assert rows[2][1] == "'=Bob, Jr."
    assert rows[2][7] == "-"
    assert again == rows


def test_canvas_gradebook_is_filled_by_the_files_names(tmp_path):
    """Names without signs, and logins, are the student's; the rows of settings stay."""
    done, rows = filled(tmp_path, "canvas", CANVAS, mark("lovelaceada"), mark("bob"), column="hebb")

    assert (done.matched, done.strangers) == (2, ())
    assert [row[5] for row in rows] == [
        "Hebb's rule (5511)",
        "Manual Posting",
        "20.00",
        "3",
        "3",
        "",
    ]
    before = list(csv.reader(io.StringIO(CANVAS)))
    assert [row[:5] + row[6:] for row in rows] == [row[:5] + row[6:] for row in before]
    assert done.content.decode().splitlines()[3] == '"Lovelace, Ada",9001,s1,ada,Group A,3,8.5,85.0'


def test_who_is_not_in_the_file_or_not_clearly_is_listed(tmp_path):
    """Strangers, two students of one name, a second submission of one student: nobody's mark is guessed."""
    twins = MOODLE + '"Participant 104","Ada Lovelace",a2@example.org,,,20.00,Yes,-,-,\r\n'
    done, rows = filled(
        tmp_path,
        "moodle",
        twins,
        mark("Ada Lovelace"),
        mark("Zoë Ñandú_103_assignsubmission_file"),
        mark("somebody else"),
        mark("zoe@example.org"),
        mark("bob@example.org", points=None),
    )

    assert done.strangers == ("Ada Lovelace", "somebody else", "zoe@example.org")
    assert done.ungraded == ("bob@example.org",)
    assert [row[4] for row in rows] == ["Grade", "", "", "3", ""]


def test_other_separators_and_short_rows_are_taken(tmp_path):
    """Semicolons and tabs are Moodle's other choices; a row may end early."""
    for sign in (";", "\t"):
        text = f"Identifier{sign}Grade{sign}Feedback comments\nParticipant 7{sign}\n"
        path = tmp_path / "roster.csv"
        path.write_text(text, encoding="utf-8")
        marks = Marks(LAB, "", (mark("x_7_assignsubmission_file"),))
        done = read_roster(path, "moodle", points=20).fill(marks)

        assert done.content.decode().splitlines()[1] == f"Participant 7{sign}3{sign}3 / 3 points."


@pytest.mark.parametrize(
    ("platform", "text", "column", "sentence"),
    [
        ("moodle", "", "", "is empty. Give the grading worksheet"),
        ("moodle", " \n\n", "", "is empty"),
        ("moodle", "Name,Grade\n", "", "Give the grading worksheet that Moodle lets you download"),
        (
            "moodle",
            "Identifier,Points\n",
            "",
            "has no column like 'Grade'. Name it with --column. Its columns are Identifier, Points.",
        ),
        ("moodle", MOODLE.replace("20.00", "100.00"), "", "counts up to 100.00, this lab to 20"),
        ("moodle", "Identifier,Grade\n" + '"x' * 200_000, "", "is no CSV"),
        ("moodle", b"Identifier,Grade\n\x81\xff", "", "is not text in UTF-8"),
        ("canvas", CANVAS, "", "Say which column of"),
        ("canvas", CANVAS, "s", "columns like 's'"),
        ("canvas", CANVAS, "Essay", "counts up to 10.00, this lab to 20"),
        ("canvas", CANVAS, "Current Score", "counts up to (read only)"),
        (
            "canvas",
            "Student,SIS\n",
            "x",
            "has no column ID. Give the gradebook that Canvas exports",
        ),
    ],
)
def test_a_file_that_will_not_do_gets_a_sentence(tmp_path, platform, text, column, sentence):
    """What is wrong, and which file is wanted."""
    path = tmp_path / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(RosterError) as error:
        read_roster(path, platform, points=20, column=column)
    assert sentence in str(error.value)


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path):
    """Neither a missing one nor a folder is a traceback."""
    for path in (tmp_path / "gone.csv", tmp_path):
        with pytest.raises(RosterError, match="cannot be read"):
            read_roster(path, "moodle", points=20)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Be in a course's folder in which one student has handed in."""
    folder = tmp_path / "submitted" / "Ada Lovelace_101_assignsubmission_file"
    folder.mkdir(parents=True)
    (folder / "hebb.py").write_text(reference_text("hebb"), encoding="utf-8")
    stranger = tmp_path / "submitted" / "stranger"
    stranger.mkdir()
    (stranger / "hebb.py").write_text("", encoding="utf-8")
    (tmp_path / "roster.csv").write_text(MOODLE, encoding="utf-8", newline="")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_batch_fills_the_file_and_writes_junit(course):
    """One command: marks, the platform's file, JUnit, and who is not in the file."""
    command = ["batch", "hebb", "--seed", "0", "-j", "1", "--csv-for", "moodle"]
    result = CliRunner().invoke(main, [*command, "--roster", "roster.csv", "--junit", "all.xml"])

    assert result.exit_code == 0, result.output
    assert "1 of 2 submissions filled in" in result.output
    assert "Not in the file, or not clearly: stranger" in result.output
    assert b",20,20.00," in (course / "marks" / "lab02_hebb-moodle.csv").read_bytes()
    assert 'name="lab02_hebb · stranger"' in (course / "all.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--csv-for", "moodle"], "--csv-for and --roster go together"),
        (["--roster", "roster.csv"], "--csv-for and --roster go together"),
        (["--csv-for", "canvas", "--roster", "roster.csv"], "has no column Student and no ID"),
        (["--csv-for", "blackboard"], "is not one of 'moodle', 'canvas'"),
    ],
)
@pytest.mark.usefixtures("course")
def test_wrong_usage_is_told_before_anything_is_graded(options, sentence):
    """A wrong file costs no time."""
    result = CliRunner().invoke(main, ["batch", "hebb", *options])

    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())
