"""A platform's own file comes back with the marks in it, and otherwise as it was."""

import codecs
import csv
import io
import re
import unicodedata
from dataclasses import replace
from unittest.mock import Mock

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.classroom import roster
from autograder.classroom.counting import Counted, Override, Verb
from autograder.classroom.marks import Mark, Marks
from autograder.classroom.roster import RosterError, read_roster
from autograder.classroom.rules import Rules
from autograder.cli import main
from autograder.commands.instructors.batch import _write_filled
from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.grading.report import CheckResult, Part, Report
from autograder.grading.submission import Submission
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
    handed = Submission(LAB, {}, student=student)
    if points is None:
        return Mark(handed, None)
    check = LAB.checks["hebb.update"]
    passed = CheckResult(check, Status.PASSED)
    failed = CheckResult(check, Status.FAILED, (Part("x"),), hint="What is <b> for?")
    return Mark(handed, Report(LAB.id, LAB.title, 7, ("process",), (passed if points else failed,)))


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
        ("moodle", "Identifier,Grade\n" + '"x' * 200_000, "", "is not CSV"),
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
    assert "\nNot in the file, or not clearly: stranger\n" in result.output
    assert "2  expected, and not there: =Bob, Jr. and Zoë Ñandú\n" in result.output
    assert b",20,20.00," in (course / "marks" / "lab02_hebb-moodle.csv").read_bytes()
    assert 'name="lab02_hebb · stranger"' in (course / "all.xml").read_text(encoding="utf-8")


def test_who_is_expected_stays_expected_until_something_comes(course):
    """A later batch without the file, such as one of late work, forgets nobody."""
    command = ["batch", "hebb", "--seed", "0", "-j", "1"]
    asked = CliRunner().invoke(main, [*command, "--csv-for", "moodle", "--roster", "roster.csv"])
    late = course / "late" / "zoë ñandú"
    late.mkdir(parents=True)
    (late / "hebb.py").write_text("")
    again = CliRunner().invoke(main, [*command, "--submitted", "late"])
    anew = CliRunner().invoke(main, [*command, "--submitted", "late", "--replace"])

    assert "2  expected, and not there: =Bob, Jr. and Zoë Ñandú\n" in asked.output
    assert re.search(r"1  expected, and not there: =Bob, Jr\. *\n", again.output)
    assert "expected, and not there" not in anew.output


def test_who_is_excused_is_given_the_reason_and_no_mark(tmp_path):
    """The cell of the mark stays; the console tells them from those whose mark is missing."""
    rules = Rules(overrides=(("Ada Lovelace", Override(Verb.EXCUSE, "ill", "T.")),))
    path = tmp_path / "roster.csv"
    path.write_text(
        "Identifier,Full name,Grade,Maximum Grade,Feedback comments\n1,Ada Lovelace,,3,\n"
    )
    sheet = read_roster(path, "moodle", points=3)
    done = sheet.fill(Marks(LAB, "", (mark("Ada Lovelace"),), rules=rules))

    assert (done.matched, done.ungraded, done.excused) == (0, (), ("Ada Lovelace",))
    assert b"1,Ada Lovelace,,3,Excused (ill; T.)." in done.content


def test_of_many_names_ten_are_told(tmp_path, capsys):
    """In one line, with the number of the others."""
    students = "".join(f"Participant {n},Student {n},,20.00,\n" for n in range(1, 33))
    path = tmp_path / "roster.csv"
    path.write_text(f"Identifier,Full name,Grade,Maximum Grade,x\n{students}", encoding="utf-8")
    names = [f"Stranger {'x' * n}" for n in range(1, 33)]
    strangers = tuple(map(mark, names))
    done = read_roster(path, "moodle", points=20).fill(Marks(LAB, "", strangers))
    _write_filled(done, 0, tmp_path / "done.csv")
    (line,) = capsys.readouterr().out.splitlines()[1:]

    assert line.startswith("Not in the file, or not clearly: Stranger x, Stranger xx, ")
    assert line.endswith(f", {names[9]} and 22 more")


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


WORKSHEETS = {
    "de": (
        "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung),Feedback als Kommentar",
        "Teilnehmer/in",
    ),
    "fr": (
        "Identifiant,Nom complet,Adresse de courriel,Statut,Note,Note maximale,La note peut être modifiée,Dernière modification (travail remis),Dernière modification (note),Feedback par commentaires",
        "Participant",
    ),
    "es": (
        "Identificador,Nombre completo,Dirección de correo,Estado,Calificación,Calificación máxima,x,y,z,Comentarios de retroalimentación",
        "Participante ",
    ),
    "it": (
        "Identificativo,Nome completo,Indirizzo email,Stato,Valutazione,Valutazione massima,x,y,z,Commenti",
        "Partecipante",
    ),
    "nl": (
        "Identificatie,Volledige naam,E-mailadres,Status,Cijfer,Maximaal cijfer,x,y,z,Feedback",
        "Deelnemer ",
    ),
    "pt": (
        "Número de identificação,Nome completo,Endereço de email,Estado,Nota,Nota Máxima,x,y,z,Comentários de feedback",
        "Participante",
    ),
    "pl": (
        "identyfikator,Imię i nazwisko,Adres e-mail,Status,Ocena,Maksymalna ocena,x,y,z,Komentarz zwrotny",
        "Uczestnik ",
    ),
    "unknown": ("Tunniste,Nimi,Posti,Tila,Arvosana,Enintään,x,y,z,Palaute", "Osallistuja "),
}


def worksheet(language, sign=","):
    """Write a worksheet of three students in a language."""
    headings, participant = WORKSHEETS[language]
    lines = [
        f'{participant}4712,"Lovelace{sign} Ada",ada@example.org,x,,"20,00",x,-,-,',
        f'{participant}4713,José Müller,jose@example.org,x,"3,50","20,00",x,-,-,before',
        f'{participant}4714,Zoë Ñandú,zoe@example.org,x,,"20,00",x,-,-,',
    ]
    if sign != ",":
        lines = [line.replace('"20,00"', "20'00").replace(",", sign) for line in lines]
        lines = [line.replace("20'00", "20,00").replace('"3;50"', "3,50") for line in lines]
    return "\r\n".join([headings.replace(",", sign), *lines, ""])


ADA, JOSE, ZOE = (
    "Ada Lovelace_4712_assignsubmission_file_",
    "José Müller_4713_assignsubmission_file_",
    "Zoë Ñandú_4714_assignsubmission_file_",
)
JOSE_DECOMPOSED = unicodedata.normalize("NFD", JOSE)


@pytest.mark.parametrize("language", WORKSHEETS)
def test_moodles_worksheet_is_read_in_every_language(tmp_path, language):
    """By the known words, and by what stands in the columns: numbers of participants, the maximum."""
    done, rows = filled(
        tmp_path, "moodle", worksheet(language), mark(ADA), mark(JOSE_DECOMPOSED, points=())
    )
    before = list(csv.reader(io.StringIO(worksheet(language), newline="")))
    feedback = "" if language == "unknown" else "3 / 3 points."

    assert (done.matched, done.strangers, done.absent) == (2, (), ("Zoë Ñandú",))
    assert [row[4] for row in rows[1:]] == ["3", "0", ""]
    assert rows[1][9] == feedback
    assert [row[:4] + row[5:9] for row in rows] == [row[:4] + row[5:9] for row in before]


@pytest.mark.parametrize(
    "student", ["ada@example.org", "Ada Lovelace", "ADA  lovelace", "osallistuja 4712"]
)
def test_plain_folders_are_found_in_a_foreign_worksheet(tmp_path, student):
    """By address, by name in either order, however it is written, and by Moodle's own word."""
    done, rows = filled(tmp_path, "moodle", worksheet("unknown"), mark(student))

    assert (done.matched, rows[1][4]) == (1, "3")


@pytest.mark.parametrize(
    ("encoding", "begin"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("cp1252", b""),
    ],
)
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_encodings_and_separators_come_back(tmp_path, encoding, begin, sign):
    """All that differs are the marks and the feedback."""
    text = worksheet("de", sign)
    path = tmp_path / "roster.csv"
    path.write_bytes(begin + text.encode(encoding))
    failed = mark(ADA, points=())
    done = read_roster(path, "moodle", points=20).fill(Marks(LAB, "", (failed, mark(JOSE))))
    after = done.content.removeprefix(begin).decode(encoding)
    rows, before = (
        list(csv.reader(io.StringIO(each, newline=""), delimiter=sign)) for each in (after, text)
    )
    changed = {
        (r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell != before[r][c]
    }

    assert done.content.startswith(begin)
    assert changed == {(1, 4), (1, 9), (2, 4), (2, 9)}
    assert after.count("\r\n") == 4


def test_a_sign_that_the_files_encoding_lacks_is_written_as_html_has_it(tmp_path):
    """Moodle shows the feedback as HTML."""
    check = LAB.checks["hebb.update"]
    minus = CheckResult(check, Status.FAILED, fact("x"), hint="Use −1.")
    report = Report(LAB.id, LAB.title, 7, "process", (minus,))
    path = tmp_path / "roster.csv"
    path.write_bytes(worksheet("de").encode("cp1252"))
    marks = Marks(LAB, "", (Mark(Submission(LAB, {}, {}, ADA), report),))

    assert b"Use &#8722;1." in read_roster(path, "moodle", points=20).fill(marks).content


NOTE = "Graded as hebb.py is <hebb> (1).py."


def test_what_was_decided_reaches_the_student(tmp_path):
    """After the points; and who must decide alone is asked, though there is no mark."""
    ada, jose, zoe = (mark(each) for each in (ADA, JOSE, ZOE))
    noted = replace(ada.report, notes=(NOTE,))
    open_ = replace(noted, results=(replace(noted.results[0], status=Status.ERROR),))
    marks = [
        replace(ada, report=noted),
        replace(jose, report=open_, is_undecided=True),
        replace(zoe, report=open_, is_undecided=True),
    ]
    done, rows = filled(tmp_path, "moodle", worksheet("de"), *marks)

    assert [row[9] for row in rows[1:]] == [
        f"3 / 3 points.<br>{NOTE.replace('<', '&lt;').replace('>', '&gt;')}",
        "before",
        NOTE.replace("<", "&lt;").replace(">", "&gt;"),
    ]
    assert [row[4] for row in rows[1:]] == ["3", "3,50", ""]
    assert done.ungraded == (JOSE, ZOE)


def test_a_decimal_comma_is_kept(tmp_path):
    """Where the file's numbers have one, half points do too."""
    half = Mock(points=2.5, score="2.5 / 3 points", notes=(), results=())
    halves = Mark(Submission(LAB, {}, {}, ADA), half)

    assert filled(tmp_path, "moodle", worksheet("de"), halves)[1][1][4] == "2,5"
    english = worksheet("de").replace("20,00", "20.00").replace("3,50", "3.50")
    assert filled(tmp_path, "moodle", english, halves)[1][1][4] == "2.5"


def test_the_column_may_be_named_in_any_language(tmp_path):
    """Another column of marks, by its name or a part of it, whatever its accents and capitals."""
    text = worksheet("unknown").replace("20,00", "").replace("Arvosana", "Pistemäärä")
    column = unicodedata.normalize("NFD", "PISTEMÄÄ")
    done, rows = filled(tmp_path, "moodle", text, mark(ADA), column=column)

    assert (done.matched, rows[1][4]) == (1, "3")


def test_without_names_the_number_says_who(tmp_path):
    """In anonymous grading there are only numbers; the state of a submission is nobody's name."""
    text = (
        "Identifier,Status,Grade,Maximum Grade\n"
        "Participant 7,Submitted,,20.00\nParticipant 8,Missing,,20.00\n"
    )
    done, rows = filled(tmp_path, "moodle", text, mark("Participant_7_assignsubmission_file_"))

    assert (done.matched, rows[1][2], done.absent) == (1, "3", ("Participant 8",))
    assert filled(tmp_path, "moodle", text, mark("Missing"))[0].strangers == ("Missing",)


def test_numbers_of_another_assignment_give_nobody_anothers_mark(tmp_path):
    """Moodle's numbers are of one assignment: where number and name disagree, nothing is written."""
    wrong = "Ada Lovelace_4713_assignsubmission_file_"
    unknown = "Zoë Ñandú_9999_assignsubmission_file_"
    done, rows = filled(tmp_path, "moodle", worksheet("de"), mark(wrong), mark(unknown))

    assert done.strangers == (wrong, unknown)
    assert [row[4] for row in rows[1:]] == ["", "3,50", ""]


NAMESAKES = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Hebb (123)\n"
    ",,,,,Manual Posting\n"
    "    Points Possible,,,,,20.00\n"
    '"Smith, John",101,s1,js1,A,\n'
    '"Smith, John",202,s2,smithjohn101,"A, B",\n'
    '"Müller, José",301,s3,jm1,A,\n'
    '"O\'Neil-Cruz, Bob",401,s4,bob,B,4\n'
    '"Student, Test",9003,,abc,A,\n'
)


def with_id(student, platform_id):
    """Make a mark whose number on the platform is known, as the intake will give it."""
    return replace(mark(student), platform_id=platform_id)


@pytest.mark.parametrize(
    ("students", "lines"),
    [
        (["smithjohn_101"], [3]),
        (["smithjohn (202)"], [4]),
        (["smithjohn_202", "smithjohn_101"], [3, 4]),
        (["smithjohn_late_101"], [3]),
        (["smithjohn"], []),
        (["smithjohn101"], [4]),
        (["smithjohn_999"], []),
        (["müllerjosé"], [5]),
        ([unicodedata.normalize("NFD", "müllerjosé")], [5]),
        ([unicodedata.normalize("NFD", "müllerjosé") + "_301"], [5]),
        (["müllerjosé_999"], []),
        (["MüllerJosé"], [5]),
        (["José Müller"], [5]),
        (["oneilcruzbob"], [6]),
        (["jm1"], [5]),
        (["s4"], [6]),
        (["401"], [6]),
        (["müllerjosé_401"], []),
        (["studenttest_9003"], [7]),
        (["manualposting"], []),
        (["pointspossible"], []),
        (["_"], []),
        (["\udcff\n"], []),
    ],
)
def test_canvas_is_filled_by_its_number_then_logins_then_the_name(tmp_path, students, lines):
    """Of two students of one name neither gets a mark by guess, nor a stranger that of a namesake."""
    done, rows = filled(tmp_path, "canvas", NAMESAKES, *map(mark, students), column="Hebb")
    wanted = [
        "3" if at in lines else row[5]
        for at, row in enumerate(csv.reader(NAMESAKES.split("\n")[:-1]))
    ]

    assert [row[5] for row in rows] == wanted
    assert done.matched == len(lines)
    assert len(done.strangers) == len(students) - len(lines)


@pytest.mark.parametrize(
    ("student", "number", "line"),
    [
        ("smithjohn", "101", 3),
        ("smithjohn", "202", 4),
        ("smithjohn", None, None),
        ("smithjohn101", "101", 3),
        ("müllerjosé", "301", 5),
        ("müllerjosé", "999", None),
        ("whoever", "401", 6),
        ("bob", "999", 6),
    ],
)
def test_a_number_that_the_intake_gives_is_asked_first(tmp_path, student, number, line):
    """It is the platform's own, whatever the student is called here."""
    done, rows = filled(tmp_path, "canvas", NAMESAKES, with_id(student, number), column="Hebb")

    assert [at for at, row in enumerate(rows) if row[5] == "3"] == ([line] if line else [])
    assert done.strangers == (() if line else (student,))


def test_the_surer_of_two_submissions_of_one_student_counts(tmp_path):
    """A name is less than a number, whichever comes first in the alphabet."""
    named, numbered = mark("müllerjosé"), mark("müllerjosé_301", points=())
    done, rows = filled(tmp_path, "canvas", NAMESAKES, named, numbered, column="Hebb")

    assert rows[5][5] == "0"
    assert done.strangers == ("müllerjosé",)


def test_who_handed_in_nothing_is_named_as_the_file_does(tmp_path):
    """Composed, in the file's order; neither rows of settings nor the test student; not who has no mark."""
    decomposed = unicodedata.normalize("NFD", NAMESAKES)
    marks = mark("smithjohn_101"), mark("bob", points=None), mark("nobody")
    done, _ = filled(tmp_path, "canvas", decomposed, *marks, column="Hebb")

    assert done.absent == ("Smith, John", "Müller, José")
    assert (done.ungraded, done.strangers) == (("bob",), ("nobody",))


def test_settings_are_known_in_every_language(tmp_path):
    """Canvas indents them; a column that cannot be written is refused."""
    german = NAMESAKES.replace("Points Possible", "Mögliche Punkte")
    done, _ = filled(tmp_path, "canvas", german, mark("bob"), column="Hebb")

    assert (done.matched, len(done.absent)) == (1, 3)
    for text in (german.replace("20.00", "10.00"), german.replace("Manual Posting", "(read only)")):
        with pytest.raises(RosterError, match="counts up to"):
            filled(tmp_path, "canvas", text, column="Hebb")


def fact(message):
    """Take a message apart as it is put together: a label in ten columns, lines below the first."""
    parts = []
    for line in message.split("\n"):
        if line.startswith(" " * 10):
            parts[-1] = Part(f"{parts[-1].text}\n{line[10:]}", parts[-1].label)
        else:
            label, gap, text = line.partition("  ")
            parts.append(Part(text.strip(), label) if gap else Part(line))
    return tuple(parts)


def results(*told):
    """Make a report of failed checks, each with its message, hint."""
    checks = list(LAB.checks.values())
    made = [
        CheckResult(check, Status.FAILED, fact(message), hint=hint)
        for check, (message, hint) in zip(checks, told, strict=False)
    ]
    skipped = CheckResult(
        checks[-1], Status.SKIPPED, fact("Not asked: it needs hebb.update first.")
    )
    return Report(LAB.id, LAB.title, 7, ("process",), (*made, skipped))


CALLED = ("called    to_bipolar(x=[0])", "called    hebb_step(weight=[1])")
LOOP = "It used more than 2 s of CPU time and was stopped: a loop that never ends, or one that is slow."


@pytest.mark.parametrize(
    ("messages", "lines"),
    [
        (
            ["hebb.py is missing: it was not handed in."] * 2,
            ["hebb.py is missing: it was not handed in."],
        ),
        (
            ["hebb.py is not valid Python: invalid syntax (hebb.py, line 66)\n          def f(:"]
            * 2,
            ["hebb.py is not valid Python: invalid syntax (hebb.py, line 66)"],
        ),
        (
            [
                "An import failed in hebb.py, line 1: matplotlib is not part of this course.\n          import matplotlib"
            ]
            * 2,
            ["An import failed in hebb.py, line 1: matplotlib is not part of this course."],
        ),
        ([f"imported  hebb.py\n{LOOP}\nprinted   a\n          b"] * 2, [LOOP]),
        ([f"{called}\n{LOOP}" for called in CALLED], [LOOP]),
        (
            ["imported  hebb.py\nraised    NameError: x\nin        hebb.py, line 3\n          x"]
            * 2,
            ["raised NameError: x, in hebb.py, line 3"],
        ),
        (
            [f"{CALLED[0]}\nreturned  0\nexpected  1", f"{CALLED[1]}\n{LOOP}"],
            [
                f"hebb.to_bipolar: {LAB.checks['hebb.to_bipolar'].title}",
                f"hebb.update: {LOOP}",
            ],
        ),
        ([f"{CALLED[0]}\n{LOOP}"], [f"hebb.to_bipolar: {LOOP}"]),
    ],
)
def test_the_feedback_gives_the_cause(messages, lines):
    """Once where all failures share it, else for each check; a hint comes first."""
    plain = results(*((message, None) for message in messages))
    with_hints = results(*((message, f"Hint {n}") for n, message in enumerate(messages)))
    told, hinted = (roster._feedback(report, Counted(0)) for report in (plain, with_hints))

    assert told.split("<br>")[1:] == lines
    assert hinted.count("Hint") == len(messages)


HTML = b"\n<!DOCTYPE html>\n<html><head><title>Log in, please</title></head></html>"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (codecs.BOM_UTF8, "is empty"),
        (HTML, "is a web page, as one gets who is not logged in"),
        (b"PK\x03\x04" + b"\0" * 100, "is a workbook or a zip"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "is a workbook of an old Excel"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is not text"),
        (b"\x00\x01\x02" * 50, "is not text"),
        (codecs.BOM_UTF16_LE + b"a", "is not text"),
        (b"Identifier\nParticipant 1\n", "has no column like 'Grade'"),
        (b"Student\nAda\n", "has no column Identifier"),
        (
            b"Identifier,Identifier,Grade\nParticipant 1,Participant 2,\n",
            "has two columns Identifier",
        ),
        (b"Identifier,Grade,Grade\nParticipant 1,,\n", "has 2 columns like 'Grade'"),
        (
            b"Identifier,Grade\nParticipant 1,Lovelace,Ada\n",
            "has more cells than headings in the row",
        ),
        (b"Identifier,Grade\n" + b"x" * 900 + b",1,2\n", "has more cells than headings in the row"),
        (b"x" * 3000, "has more than"),
    ],
)
def test_a_bad_file_gets_a_sentence(tmp_path, monkeypatch, data, sentence):
    """What is wrong with it, and which is wanted; never a traceback."""
    monkeypatch.setattr(roster, "MAX_BYTES", 2000)
    path = tmp_path / "roster.csv"
    path.write_bytes(data)

    with pytest.raises(RosterError, match=re.escape(sentence)):
        read_roster(path, "moodle", points=20)


@pytest.mark.parametrize("above", ["\n", "\r\n \r\n", "sep=,\r\n", "SEP=;\n\n"])
def test_what_stands_above_the_headings_is_left_out(tmp_path, above):
    """Programs add empty lines and a line for Excel, which no platform reads."""
    text = above.encode() + b"Identifier,Grade\nParticipant 7,\n"
    done, _ = filled(tmp_path, "moodle", text, mark("a_7"))

    assert done.content == b"Identifier,Grade\nParticipant 7,3\n"


def test_lines_that_end_as_on_an_old_mac_are_read(tmp_path):
    """Excel for Mac still writes them."""
    done, _ = filled(tmp_path, "moodle", b"Identifier,Grade\rParticipant 7,\r", mark("a_7"))

    assert done.content == b"Identifier,Grade\rParticipant 7,3\r"


WORDS = st.sampled_from(
    [
        "Identifier",
        "Student",
        "ID",
        "Grade",
        "Note",
        "Participant 7",
        "20,00",
        "=1",
        '"',
        "\0",
        "\r",
        "é",
        "",
    ]
)
SHEETS = st.lists(st.lists(WORDS | st.text(max_size=5), max_size=5), max_size=5)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.binary(max_size=300)
    | SHEETS.map(lambda rows: "\n".join(map(",".join, rows)).encode("utf-8", "replace")),
    platform=st.sampled_from(["moodle", "canvas"]),
    column=st.sampled_from(["", "Grade", "e"]),
    student=st.text(max_size=5) | st.just("Ada_7"),
)
def test_no_file_ends_in_a_traceback(tmp_path, data, platform, column, student):
    """Whatever the bytes, it is filled in or refused in a sentence."""
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    try:
        read = read_roster(path, platform, points=20, column=column)
    except RosterError:
        return
    done = read.fill(Marks(LAB, "", (mark(student),)))
    assert done.matched + len(done.strangers) == 1
