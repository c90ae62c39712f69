"""A whole class: the marks of `nnlab grade`, kept, resumed, compared."""

import codecs
import csv
import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder import cli
from autograder.classroom import batch
from autograder.classroom.marks import Marks
from autograder.course.catalogue import ROOT, load_lab
from autograder.course.stubs import make_stub
from autograder.grading import pool
from autograder.grading.fingerprints import judging_files
from autograder.grading.grade import grade
from autograder.grading.key import SecretKey, get_key
from autograder.grading.report import Report
from autograder.grading.results import Results, Seeds, grader_hash
from autograder.sandbox import SandboxError
from tests.conftest import reference_text
from tests.processes import ended, still_running

HEBB = load_lab("lab02_hebb")
SEED = 0


@pytest.fixture
def classroom(tmp_path, monkeypatch):
    """A course's folder with six students: right, a copy of it, wrong, hostile, empty, stubs."""
    texts = {
        "ada": reference_text("hebb"),
        "ada2": reference_text("hebb"),
        "bob": reference_text("hebb").replace("bias + target", "bias"),
        "eve": "import os\nos._exit(0)\n",
        "stu": make_stub(HEBB, "hebb"),
    }
    for student, text in texts.items():
        folder = tmp_path / "submitted" / student / HEBB.id
        folder.mkdir(parents=True)
        (folder / "hebb.py").write_text(text, encoding="utf-8")
    (tmp_path / "submitted" / "zoe" / HEBB.id).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*args):
    """Run nnlab batch in this process."""
    return CliRunner().invoke(cli.main, ["batch", *args], catch_exceptions=False)


def first_readings(lab, place):
    """Read a class; of each person the first reading."""
    return [one.first for one in batch.read_class(lab, place).hand_ins]


def marks(folder):
    """Read the marks that a run wrote."""
    return json.loads((folder / "marks" / "lab02_hebb.json").read_text())


def test_the_marks_are_those_of_nnlab_grade(classroom, sandbox, key_of):
    """Whatever the number of processes, each report is the one that a single grading gives."""
    done = {
        jobs: batch.grade_class(
            HEBB, classroom / "submitted", classroom / str(jobs), seed=SEED, jobs=jobs
        ).marks
        for jobs in (1, 2)
    }

    assert done[1].to_plain() == done[2].to_plain()
    for mark in done[1].marks:
        alone = grade(mark.submission, SecretKey(SEED, key_of("lab02_hebb")), sandbox)
        assert mark.report == alone
    points = {mark.student: mark.report.points for mark in done[1].marks}
    assert points == {"ada": 20, "ada2": 20, "bob": points["bob"], "eve": 0, "stu": 0, "zoe": 0}
    assert 0 < points["bob"] < 20


def test_a_batch_writes_the_class_report(classroom):
    """Beside the marks stand the class's page and table; --html adds a page for each student."""
    result = run("lab02", "--seed", "0", "--html")
    written = {
        path.relative_to(classroom / "marks").as_posix()
        for path in (classroom / "marks").rglob("*.*")
    }
    page = (classroom / "marks" / "lab02_hebb.html").read_text(encoding="utf-8")

    assert result.exit_code == 0
    assert {
        "lab02_hebb.csv",
        "lab02_hebb.json",
        "lab02_hebb.html",
        "lab02_hebb-class.csv",
    } < written
    assert {f"lab02_hebb-pages/{name}.html" for name in ("ada", "bob", "eve", "zoe")} < written
    assert "marks/lab02_hebb.html" in result.output.replace(os.sep, "/")
    assert "The weights learn but the bias stays put." in page
    assert "Time in the students" in page


def test_what_was_handed_in_twice_is_said_wherever_the_student_looks(classroom):
    """A note stands on its student's page and in the batch's JSON, and not with others of the same texts."""
    twice = classroom / "submitted" / "ada" / "lab02_hebb" / "old"
    twice.mkdir()
    (twice / "hebb.py").write_text(make_stub(HEBB, "hebb"), encoding="utf-8")
    note = (
        "For hebb.py there are 2 different files. Graded is lab02_hebb/hebb.py: the other is still the "
        "stub."
    )
    for _ in range(2):  # graded, and looked up
        assert run("lab02", "--seed", "0", "--html").exit_code == 0
        marks = json.loads((classroom / "marks" / "lab02_hebb.json").read_text("utf-8"))
        told = {one["student"]: one["report"]["notes"] for one in marks["submissions"]}
        pages = classroom / "marks" / "lab02_hebb-pages"
        seen = {n: note in (pages / f"{n}.html").read_text("utf-8") for n in ("ada", "ada2")}
        assert told["ada"] == [note]
        assert told["ada2"] == []
        assert (seen["ada"], seen["ada2"]) == (True, False)
        assert "numpy" in (pages / "ada.html").read_text("utf-8").partition('class="made"')[2][:200]


def test_the_time_is_kept_with_the_result(classroom):
    """A result that is looked up knows how long its grading took, and where the code raised."""
    first = batch.grade_class(HEBB, classroom / "submitted", classroom, seed=SEED)
    again = batch.grade_class(HEBB, classroom / "submitted", classroom, seed=SEED)
    stub = {mark.student: mark for mark in again.marks.marks}["stu"].report.results[0]

    assert again.graded == 0
    assert [r.seconds for m in again.marks.marks for r in m.report.results] == [
        r.seconds for m in first.marks.marks for r in m.report.results
    ]
    assert stub.seconds > 0
    assert stub.raised_at[0] == "hebb.py"


def test_one_submission_is_graded_by_a_call(classroom, key_of):
    """grade(lab, path, key) takes a folder or a file, and refuses another lab's key."""
    folder = classroom / "submitted" / "ada" / "lab02_hebb"

    assert batch.grade_folder("hebb", folder, key_of("lab02_hebb")).points == 20
    assert batch.grade_folder(HEBB, folder / "hebb.py", key_of("lab02_hebb")).points == 20
    with pytest.raises(ValueError, match="key must be one of lab02_hebb, got one of lab01_gates"):
        batch.grade_folder(HEBB, folder, key_of("lab01_gates"))


def test_what_is_known_is_not_graded_again(classroom):
    """Copies are graded once, and a second run looks everything up."""
    first = batch.grade_class(HEBB, classroom / "submitted", classroom, seed=SEED)
    again = batch.grade_class(HEBB, classroom / "submitted", classroom, seed=SEED)

    assert (first.graded, again.graded) == (5, 0)
    assert first.marks.to_plain() == again.marks.to_plain()


def test_the_command_writes_csv_and_json(classroom):
    """A row a student, a column a check; the seed given once holds for all that follows."""
    result = run("lab02", "--seed", "5", "--jobs", "1")
    with (classroom / "marks" / "lab02_hebb.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))

    assert result.exit_code == 0
    assert "6 submissions" in result.output
    assert "5 graded now; the others are the same or were known.\n" in result.output
    assert "The weights learn but the bias stays put." in " ".join(result.output.split())
    assert [row["student"] for row in rows] == ["ada", "ada2", "bob", "eve", "stu", "zoe"]
    for row in rows:
        assert int(row["points"]) == sum(int(row[name]) for name in HEBB.checks)
    assert "seed" not in marks(classroom)
    assert (
        (classroom / "marks" / "lab02_hebb.csv")
        .read_bytes()
        .startswith(codecs.BOM_UTF8 + b"student,")
    )
    assert Seeds(classroom / ".nnlab").get(HEBB) == 5
    assert "0 graded now; the others are the same or were known.\n" in run("lab02").output


def test_who_must_be_asked_has_no_mark(classroom):
    """Of two files that would earn different points none is taken: everywhere it is said, and which."""
    second = classroom / "submitted" / "ada" / "lab02_hebb" / "old"
    second.mkdir()
    (second / "hebb.py").write_text("another = 1\n", encoding="utf-8")
    said = (
        "Different files may be meant: lab02_hebb/hebb.py earns 20 and lab02_hebb/old/hebb.py earns 0 of "
        "20 points. Which of them counts? Hand in that one alone."
    )
    done = run("lab02", "--seed", "0", "--html")
    ada, *others = marks(classroom)["submissions"]
    folder = classroom / "marks"

    assert done.exit_code == 3
    assert f"ada: {said}" in " ".join(done.output.split())
    assert "1 several files may be meant: ada No mark" in " ".join(done.output.split())
    assert "checker's error" not in done.output
    assert (ada["points"], ada["report"]["notes"]) == (None, [said])
    assert [one["points"] for one in others] == [20, 9, 0, 0, 0]
    for page in ("lab02_hebb.csv", "lab02_hebb.html", "lab02_hebb-pages/ada.html"):
        assert said in (folder / page).read_text(encoding="utf-8")
    assert "look,several files may be meant,1,Different" in (
        folder / "lab02_hebb-class.csv"
    ).read_text(encoding="utf-8")


def test_a_dry_run_tells_who_would_change(classroom):
    """It names mark, reason and checks, and writes nothing."""
    run("lab02", "--seed", "0", "--jobs", "1")
    before = (classroom / "marks" / "lab02_hebb.json").read_bytes()
    assert run("lab02", "--dry-run").output.splitlines() == [
        *[f"  {student}: lab02_hebb/hebb.py" for student in ("ada", "ada2", "bob", "eve", "stu")],
        "  zoe: nothing for this lab",
        "No mark would change.",
    ]
    hebb = classroom / "submitted" / "zoe" / "lab02_hebb" / "hebb.py"
    hebb.write_text(reference_text("hebb"))
    (classroom / "submitted" / "ada2").rename(classroom / "submitted" / "new")

    kept = run("lab02", "--dry-run").output.splitlines()[6:]
    lines = run("lab02", "--dry-run", "--replace").output.splitlines()[6:]

    assert [line.split(":")[0] for line in kept[:3]] == ["2 would change", "  new", "  zoe"]
    assert lines[0] == "3 would change:"
    assert lines[1] == "  ada2: 20 → –, the submission is not there any more"
    assert lines[2] == "  new: – → 20, a new submission"
    assert lines[3].startswith("  zoe: 0 → 20, another submission (hebb.to_bipolar 0 → 2,")
    assert (classroom / "marks" / "lab02_hebb.json").read_bytes() == before


def late(folder, **texts):
    """Hand in late: another folder with these students' files."""
    for student, text in texts.items():
        place = folder / "late" / student / HEBB.id
        place.mkdir(parents=True)
        (place / "hebb.py").write_text(text, encoding="utf-8")
    return ["--submitted", "late"]


@pytest.mark.usefixtures("in_one_process")
def test_late_files_are_added_to_the_marks_that_are_there(classroom):
    """Nobody is dropped: who is not in the second hand-in keeps mark, report and page."""
    run("lab02", "--seed", "0", "--html", "--jobs", "1")
    before = {entry["student"]: entry for entry in marks(classroom)["submissions"]}
    page = (classroom / "marks" / "lab02_hebb-pages" / "bob.html").read_bytes()
    second = run("lab02", *late(classroom, zoe=reference_text("hebb"), new=""), "--html")
    after = {entry["student"]: entry for entry in marks(classroom)["submissions"]}

    assert (
        "5 who are not in this hand-in keep their marks; --replace leaves them out. "
        "Of the others 1 are new, 1 changed."
    ) in second.output
    assert after.keys() == before.keys() | {"new"}
    assert {s for s in before if after[s] == before[s]} == set(before) - {"zoe"}
    assert (after["zoe"]["points"], after["new"]["points"]) == (20, 0)
    assert (classroom / "marks" / "lab02_hebb-pages" / "bob.html").read_bytes() == page
    assert "7 submissions" in second.output
    assert "lab02_hebb-pages/bob.html" in (classroom / "marks" / "lab02_hebb.html").read_text()
    assert run("lab02").output.count("keep their marks") == 1  # the first again: new stays


@pytest.mark.usefixtures("in_one_process")
def test_replace_leaves_out_who_is_not_there(classroom):
    """Then the marks are those of this hand-in alone."""
    run("lab02", "--seed", "0", "--jobs", "1")
    run("lab02", *late(classroom, zoe=""), "--replace")

    assert [entry["student"] for entry in marks(classroom)["submissions"]] == ["zoe"]


@pytest.mark.usefixtures("in_one_process")
def test_marks_by_other_checks_are_not_merged(classroom):
    """They cannot be shown beside the new ones, so a sentence says what can be done."""
    run("lab02", "--seed", "0", "--jobs", "1")
    written = marks(classroom)
    for entry in written["submissions"]:
        entry["report"]["checks"][0]["id"] = "hebb.gone"
    place = classroom / "marks" / "lab02_hebb.json"
    place.write_text(json.dumps(written))
    refused = CliRunner().invoke(cli.main, ["batch", "lab02", *late(classroom, zoe="")])

    assert refused.exit_code == 2
    assert "has marks of 5 who are not in this hand-in" in refused.output
    assert "--replace" in refused.output
    assert json.loads(place.read_text()) == written


@pytest.mark.usefixtures("in_one_process")
def test_a_platforms_number_tells_late_namesakes_apart(classroom):
    """A namesake who hands in late is another person; both are then called with their numbers."""
    for folder, number in (("first", 101), ("late", 202)):
        place = classroom / folder / f"Ada Smith_{number}_assignsubmission_file"
        place.mkdir(parents=True)
        (place / "hebb.py").write_text(reference_text("hebb"))
        run("lab02", "--seed", "0", "--jobs", "1", "--submitted", folder)

    assert [(e["student"], e["id"]) for e in marks(classroom)["submissions"]] == [
        ("Ada Smith (101)", "101"),
        ("Ada Smith (202)", "202"),
    ]


def test_a_regrade_under_another_seed_says_so(classroom):
    """Who passes the visible numbers only is named with the reason."""
    text = reference_text("hebb").replace("return weight + ", "return 0 * weight + ")
    (classroom / "submitted" / "eve" / "lab02_hebb" / "hebb.py").write_text(text)
    run("lab02", "--seed", "0", "--jobs", "1")
    written = marks(classroom)
    for entry in written["submissions"]:
        if entry["student"] == "eve":
            entry["points"] += 1
    (classroom / "marks" / "lab02_hebb.json").write_text(json.dumps(written))

    assert "another seed or checker" in run("lab02", "--seed", "1", "--dry-run").output
    assert Seeds(classroom / ".nnlab").get(HEBB) == 0


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["lab99"], "There is no lab 'lab99'"),
        (["lab02", "--submitted", "nowhere"], "There is no folder or archive nowhere"),
        (["lab03"], "Nobody handed in lab03_perceptron in submitted"),
        (["lab02", "--jobs", "0"], "0 is not in the range x>=1"),
        (["lab02", "--scheduler", "nonsense://x"], "No Dask scheduler answers at nonsense://x"),
    ],
)
@pytest.mark.usefixtures("classroom")
def test_wrong_usage_has_a_sentence(args, sentence):
    """Exit code 2, and what would be right."""
    if "--scheduler" in args:
        pytest.importorskip("distributed")
    result = run(*args)

    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())


def test_files_that_are_damaged_are_told(classroom):
    """Seeds that are no table, and marks that are none, are named and left as they are."""
    (classroom / ".nnlab").mkdir()
    for damaged in ("[1", '{"lab02_hebb": 1e999}', '{"lab02_hebb": "x"}'):
        (classroom / ".nnlab" / "seeds.json").write_text(damaged)
        assert "seeds.json is damaged" in " ".join(run("lab02").output.split())
    (classroom / ".nnlab" / "seeds.json").unlink()
    (classroom / "marks").mkdir()
    (classroom / "marks" / "lab02_hebb.json").write_text('{"schema": "other"}')

    assert "holds no marks of this course" in " ".join(run("lab02", "--jobs", "1").output.split())


def test_a_name_is_no_formula(classroom):
    """A spreadsheet that opens the marks computes nothing."""
    (classroom / "submitted" / "ada2").rename(classroom / "submitted" / "=1+2")
    run("lab02", "--jobs", "1")

    assert "\n'=1+2,,20,20," in (classroom / "marks" / "lab02_hebb.csv").read_text()


def test_a_result_that_is_not_whole_is_graded_again(classroom, key_of, sandbox):
    """A damaged, foreign or unfinished result is none; one with a fault of ours is not kept."""
    results = Results(classroom, HEBB, key_of("lab02_hebb").to_bytes())
    (handed, *_) = first_readings(HEBB, classroom / "submitted")
    report = grade(handed, key_of("lab02_hebb"), sandbox)
    results.keep(handed, report)
    (path,) = results.folder.iterdir()
    assert results.find(handed) == report
    text = path.read_text()

    for damaged in ("", text[:-20], "[]", "{}", text.replace("hebb.update", "hebb.other")):
        path.write_text(damaged)
        assert results.find(handed) is None
    path.unlink()
    broken = json.loads(text)
    broken["checks"][0]["status"] = "error"
    results.keep(handed, Report.from_plain(HEBB, broken))
    assert list(results.folder.iterdir()) == []


def test_a_result_is_named_after_all_that_judges():
    """Every module that grading imports is in the hash, so no old result outlives a new judge."""
    program = (
        "import sys, autograder.grading.grade, autograder.labs.lab02_hebb\n"
        "print(*[m.__file__ for n, m in sys.modules.items() if n.startswith('autograder')])"
    )
    used = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    hashed = {str(path) for path in judging_files(HEBB)}
    keeping = ("errors.py", "storage.py", "waiting.py")
    aside = {str(ROOT / "autograder" / n) for n in ("__init__.py", "labs/__init__.py", *keeping)}
    drawn = {
        path for path in used if "/autograder/pictures/" in path
    }  # like these, it judges nothing

    assert set(used) - hashed - aside - drawn == set()
    assert len(grader_hash(HEBB)) == 32
    assert grader_hash(HEBB) != grader_hash(load_lab("lab03_perceptron"))


class _Dying:
    """A pool in which a submission ends the process that grades it."""

    def __init__(self, real, calls):
        self.real, self.calls = real, calls

    def __call__(self, handed, lab, frame, jobs, at_least, whys):
        self.calls.append([one.student for one in handed])
        for one in handed:
            if one.student == "eve":
                return
            yield from self.real([one], lab, frame, jobs, at_least, whys)


def test_who_ends_the_grader_costs_nobody_else(classroom, monkeypatch):
    """After two dead pools each is graded alone; the culprit has no mark, and the exit code is 3."""
    calls = []
    monkeypatch.setattr(pool, "_together", _Dying(pool._together, calls))
    result = run("lab02", "--seed", "0", "--jobs", "1")
    points = {entry["student"]: entry["points"] for entry in marks(classroom)["submissions"]}

    assert calls == [
        ["ada2", "bob", "eve", "stu", "zoe"],
        ["eve", "stu", "zoe"],
        *[["eve"], ["stu"], ["zoe"]],
    ]
    assert points["eve"] is None
    assert points["stu"] == 0
    assert result.exit_code == 3
    said = " ".join(result.output.split())
    assert "1 checker's error: eve No mark. The next run asks again" in said
    assert "\neve,,,20," in (classroom / "marks" / "lab02_hebb.csv").read_text()


REFUSED = [
    BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"),
    SandboxError("no process can be started"),
    RuntimeError("can't start new thread"),
    MemoryError(),
    KeyError("unknown"),
]


@pytest.mark.parametrize("refused", REFUSED, ids=lambda error: type(error).__name__)
def test_whatever_grading_one_raises_costs_nobody_else(
    classroom, key_of, monkeypatch, caplog, refused
):
    """The others have their marks; why one has none is said once, with the student's name clean."""
    (classroom / "submitted" / "eve").rename(classroom / "submitted" / "\x1b[2Jeve")
    handed = first_readings(HEBB, classroom / "submitted")

    class Refusing(pool.ProcessPoolExecutor):
        """A pool in which grading one submission raises."""

        def submit(self, work, lab_id, texts, *more):
            if b"_exit" not in texts.get("hebb", b""):
                return super().submit(work, lab_id, texts, *more)
            failed = Future()
            failed.set_exception(refused)
            return failed

    monkeypatch.setattr(pool, "ProcessPoolExecutor", Refusing)
    got = {one.student: report for one, report in pool.grade_many(handed, key_of("lab02_hebb"))}

    assert {name for name, report in got.items() if report is None} == {"\x1b[2Jeve"}
    assert got["ada"].points == 20
    (line,) = caplog.messages
    why = (refused.strerror if isinstance(refused, OSError) else str(refused)) or "MemoryError"
    assert line.startswith("[2Jeve was not graded: ")
    assert why in line


@pytest.mark.parametrize(
    "refused",
    [BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), RuntimeError("no")],
)
@pytest.mark.parametrize("at", ["__init__", "submit"])
def test_where_no_process_can_be_started_nobody_is_graded(
    classroom, key_of, monkeypatch, caplog, refused, at
):
    """It is tried again, and then told, without an end of the class."""
    (one, *_) = first_readings(HEBB, classroom / "submitted")
    tried = []

    def refuse(*given, **_more):
        tried.append(given)
        raise refused

    monkeypatch.setattr(pool.ProcessPoolExecutor, at, refuse)

    assert list(pool.grade_many([one], key_of("lab02_hebb"))) == [(one, None)]
    assert len(tried) == pool.TRIES + 1
    assert caplog.messages[0].startswith("ada was not graded: ")


def test_what_was_odd_is_printed_with_clean_names(classroom, monkeypatch):
    """Notes on what was handed in, and who has no mark, bring no terminal codes."""
    name = "\x1b[2Jeve\nada: 20"
    (classroom / "submitted" / "eve").rename(classroom / "submitted" / name)
    for number in range(30):
        folder = classroom / "submitted" / "bob" / HEBB.id / f"{number}"
        folder.mkdir()
        (classroom / "submitted" / f"s{number:02}").symlink_to("bob")
    (classroom / "submitted" / "bob" / HEBB.id / "1" / "my hebb.py").write_text("")
    monkeypatch.setattr(pool, "_together", lambda *_: iter(()))
    done = run("lab02", "--seed", "0", "--jobs", "1")
    changes = run("lab02", "--dry-run")

    assert done.exit_code == 3
    assert "\x1b" not in done.output + changes.output
    said = " ".join(done.output.split())
    assert "checker's error: [2Jeve ada: 20, ada" in said
    assert "bob: For hebb.py there are 2 different files. Graded is lab02_hebb/hebb.py" in said
    assert "s00: hebb.py is missing: it was not handed in. s00 is a link." in said
    assert "s08, s09 and 21 more 0 points for what is missing." in said


def test_a_page_that_cannot_be_made_costs_no_other(classroom, monkeypatch):
    """It is told whose it is, and the exit code is that of our fault."""
    from autograder.report import web

    real = web.to_html

    def broken(reports, *, student, back):
        if student == "bob":
            raise RecursionError
        return real(reports, student=student, back=back)

    monkeypatch.setattr(web, "to_html", broken)
    done = run("lab02", "--seed", "0", "--html")
    pages = {path.stem for path in (classroom / "marks" / "lab02_hebb-pages").iterdir()}

    assert done.exit_code == 3
    assert "The page of bob could not be made: RecursionError" in done.output
    assert pages == {"ada", "ada2", "eve", "stu", "zoe"}
    assert len(marks(classroom)["submissions"]) == 6


def test_a_folder_with_a_modules_name_is_told_in_every_way(classroom):
    """The sentence of a batch is the one that the student's own check gives."""
    (classroom / "submitted" / "zoe" / HEBB.id / "hebb.py").mkdir()
    run("lab02", "--seed", "0", "--jobs", "1")
    (zoe,) = (s for s in marks(classroom)["submissions"] if s["student"] == "zoe")
    target = str(classroom / "submitted" / "zoe" / HEBB.id)
    own = CliRunner().invoke(cli.main, ["grade", target, "--json"])

    for checks in (zoe["report"]["checks"], json.loads(own.output)["checks"]):
        (part,) = checks[0]["fact"]
        assert part["text"] == "hebb.py is a folder. Put the file itself there."


def test_a_process_that_dies_is_replaced(classroom, key_of, monkeypatch):
    """A grading process that is killed in the middle is followed by another, with the same marks."""
    handed = first_readings(HEBB, classroom / "submitted")
    wanted = {one.student: r.points for one, r in pool.grade_many(handed, key_of("lab02_hebb"))}
    killed = []

    class Killed(pool.ProcessPoolExecutor):
        """A pool whose process is killed at its first result."""

        def submit(self, *args):
            future = super().submit(*args)
            if not killed:
                killed.extend(self._processes)
                os.kill(killed[0], signal.SIGKILL)
            return future

    monkeypatch.setattr(pool, "ProcessPoolExecutor", Killed)
    got = {one.student: r.points for one, r in pool.grade_many(handed, key_of("lab02_hebb"))}

    assert len(killed) == 1
    assert got == wanted


def timeless(path):
    """Read a kept result without the seconds that it took."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    for check in plain["checks"]:
        del check["seconds"]
    return plain


@pytest.mark.slow
def test_a_batch_that_is_killed_goes_on_where_it_was(classroom):
    """Ten kills, after so many results each: the marks are those of a run that nobody disturbed."""
    mistakes = [("target", "1"), ("+ 1", "+ 2"), (">=", ">"), ("2 *", "3 *"), ("bias", "(bias)")]
    for number in range(40):
        folder = classroom / "submitted" / f"n{number:02}" / HEBB.id
        folder.mkdir(parents=True)
        old, new = mistakes[number % len(mistakes)]
        text = reference_text("hebb").replace(old, new) + f"# {number}\n"
        (folder / "hebb.py").write_text(text)
    command = [sys.executable, "-m", "autograder", "batch", "lab02", "--seed", "0", "--jobs", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    quiet = {"stdout": subprocess.DEVNULL, "env": environment}
    whole = subprocess.run([*command, "--out", "whole"], check=False, **quiet).returncode
    results = classroom / ".nnlab" / "results" / HEBB.id
    names = {path.name: timeless(path) for path in results.iterdir()}
    for path in results.iterdir():
        path.unlink()
    rng = random.Random(7)
    counts = []
    for _ in range(10):
        running = subprocess.Popen(command, **quiet)
        enough = len(list(results.glob("[!.]*"))) + rng.randrange(4)
        while running.poll() is None and len(list(results.glob("[!.]*"))) < enough:
            time.sleep(0.01)
        running.kill()
        running.wait()
        counts.append(len(list(results.glob("[!.]*"))))
    assert subprocess.run(command, check=False, **quiet).returncode == whole == 0

    assert counts == sorted(counts)
    assert {path.name: timeless(path) for path in results.glob("[!.]*")} == names
    for name in ("lab02_hebb.csv", "lab02_hebb.json"):
        assert (classroom / "marks" / name).read_bytes() == (
            classroom / "whole" / name
        ).read_bytes()


def endless(classroom):
    """Make the batch busy: modules that never end, and start it; return it when it is at work."""
    for number in range(12):  # a dozen, at two seconds and more each: it is not over soon
        folder = classroom / "submitted" / f"n{number}" / HEBB.id
        folder.mkdir(parents=True)
        (folder / "hebb.py").write_text(f"while True: pass  # {number}")
    command = [sys.executable, "-m", "autograder", "batch", "lab02", "--seed", "0", "--jobs", "2"]
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    results = classroom / ".nnlab" / "results" / HEBB.id
    while not list(results.glob("*.json")):
        assert running.poll() is None, running.communicate()
        time.sleep(0.05)
    return running


def family(pid):
    """Collect a process's children and theirs; one that ends meanwhile has none."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        children = []
    return [*children, *(inner for child in children for inner in family(child))]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux's /proc")
def test_a_batch_that_is_killed_leaves_no_process(classroom):
    """Its processes and their sandboxes end when it does."""
    running = endless(classroom)
    others = family(running.pid)
    assert len(others) >= 3
    running.kill()
    running.communicate()

    assert still_running(others) == []


def test_ctrl_c_ends_a_batch_in_a_sentence(classroom):
    """What was graded is kept, and no process prints a traceback."""
    running = endless(classroom)
    os.killpg(running.pid, signal.SIGINT)

    sentence = "Interrupted. What was graded is kept; the same command goes on.\n"
    assert ended(running) == (130, "", sentence)
    assert list((classroom / ".nnlab" / "results" / HEBB.id).glob("*.json"))


def test_less_than_confinement_must_be_asked_for(classroom, monkeypatch):
    """Where only a process holds submissions, a batch grades none until it is told to."""
    from autograder.sandbox.fork import ForkSandbox

    monkeypatch.delenv("NNLAB_ISOLATION")
    monkeypatch.setattr(pool, "open_sandbox", lambda **_: ForkSandbox(confined=False))
    refused = run("hebb", "--seed", "0", "--jobs", "1")

    assert refused.exit_code == 2
    assert "could read and change your files" in refused.output
    assert not (classroom / "marks").exists()
    assert run("hebb", "--seed", "0", "--jobs", "1", "--isolation", "process").exit_code == 0
    assert marks(classroom)


def test_a_process_that_has_fewer_layers_than_were_found_grades_nothing(classroom, monkeypatch):
    """What holds submissions is looked at once; each process that grades must have as much."""
    monkeypatch.delenv("NNLAB_ISOLATION")
    found = ("bubblewrap", "landlock", "seccomp", "one more")
    monkeypatch.setattr(pool, "require_isolation", lambda: found)
    refused = run("hebb", "--seed", "0", "--jobs", "1")

    assert refused.exit_code == 3
    assert {each["points"] for each in marks(classroom)["submissions"]} == {None}


def test_the_order_of_marks_is_the_students(classroom):
    """Marks are ordered by student, however the gradings ended."""
    done = batch.grade_class(HEBB, classroom / "submitted", classroom, seed=SEED, jobs=2).marks

    assert isinstance(done, Marks)
    assert [mark.student for mark in done.marks] == sorted(mark.student for mark in done.marks)


def test_a_key_is_recorded_once(tmp_path, sandbox, monkeypatch):
    """Somebody who waits is told before a key is recorded, and only then."""
    told = []
    monkeypatch.setattr("autograder.grading.key.ROOT", tmp_path)
    first = batch.take_key(HEBB, 11, told.append)
    again = batch.take_key(HEBB, 12, told.append)

    assert told == [HEBB]
    assert (first.secret, again.secret) == (11, 12)
    assert first.names.to_bytes() == again.names.to_bytes() == get_key(HEBB, 0, sandbox).to_bytes()


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"submissions": 7},
        {"submissions": [7]},
        {"submissions": [{"student": "ada"}]},
        {"submissions": [{"student": 7, "id": "", "submission": "", "points": 1, "report": None}]},
        {"submissions": [{"student": "a", "id": "", "submission": "", "points": 1, "report": {}}]},
    ],
)
def test_marks_that_are_not_as_we_wrote_them_are_named(classroom, written):
    """Nothing is overwritten, and the exit code is that of wrong usage."""
    old = {"schema": "nnlab/marks/2", "lab": "", "title": "", "made_by": "", "max_points": 1}
    (classroom / "marks").mkdir()
    place = classroom / "marks" / "lab02_hebb.json"
    place.write_text(json.dumps({**old, "checks": [], **written}))
    before = place.read_text()
    done = run("lab02", "--seed", "0")

    assert done.exit_code == 2
    assert "lab02_hebb.json holds no marks of this course. Move it away." in done.output
    assert place.read_text() == before


def test_marks_that_are_nested_without_end_are_named(classroom):
    """As Python's reader gives up on them in its own way."""
    (classroom / "marks").mkdir()
    (classroom / "marks" / "lab02_hebb.json").write_text("[" * 100_000)

    assert run("lab02", "--seed", "0").exit_code == 2
