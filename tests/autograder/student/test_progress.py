"""Progress between runs: kept after a report, told by `nnlab status`, never in the way."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from rich.console import Console

from autograder.cli import main
from autograder.clinic import ward
from autograder.course import edition
from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.grading.grade import grade
from autograder.grading.submission import SubmissionError
from autograder.student.find import Place
from autograder.student.progress import keep_progress, lab_progress, workspace_progress
from autograder.student.progress_report import ago, render_progress
from tests.conftest import reference_text

NOON = datetime(2030, 5, 6, 12, 0, tzinfo=UTC)
WRONG = reference_text("hebb").replace("bias + target", "bias")


@pytest.fixture
def workspace(tmp_path):
    """Make a workspace with two labs, of which the second has a mistake."""
    for lab_id, module, text in (
        ("lab01_gates", "gates", reference_text("gates")),
        ("lab02_hebb", "hebb", WRONG),
    ):
        folder = tmp_path / "assignments" / lab_id
        folder.mkdir(parents=True)
        (folder / f"{module}.py").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def graded(workspace, sandbox, key_of):
    """Grade lab 2 of the workspace and keep what came out."""

    def make(only=None, now=NOON):
        place = Place(load_lab("lab02_hebb"), workspace / "assignments" / "lab02_hebb")
        submission = place.read()
        report = grade(submission, key_of("lab02_hebb"), sandbox, only=only)
        keep_progress([(place, submission, report)], workspace, now=now)
        return place, report

    return make


def test_what_a_report_told_is_there_later(graded, workspace):
    """Points, time and unfinished exercises come back; an untouched file has not changed."""
    place, report = graded()
    gates, hebb = workspace_progress(workspace / "assignments" / "lab02_hebb")

    assert (gates.points, gates.graded_at, gates.changed) == (0, None, False)
    assert gates.unfinished == list(load_lab("lab01_gates").exercises)
    assert (hebb.points, hebb.max_points) == (report.points, 20)
    assert (hebb.graded_at, hebb.changed) == (NOON, False)
    assert hebb.unfinished == ["hebb.hebb_step", "hebb.train"]

    (place.folder / "hebb.py").write_text("x = 1\n", encoding="utf-8")
    assert lab_progress(place, workspace).changed


def test_one_check_alone_changes_its_own_verdict_only(graded, workspace):
    """What one check says of changed files leaves the lab's other verdicts, and marks it changed."""
    place, _ = graded()
    (place.folder / "hebb.py").write_text(reference_text("hebb"), encoding="utf-8")
    graded(only="hebb.update", now=NOON + timedelta(hours=1))
    progress = lab_progress(place, workspace)

    assert progress.statuses["hebb.update"] == Status.PASSED
    assert progress.statuses["hebb.history"] == Status.SKIPPED
    assert progress.changed
    assert progress.graded_at == NOON + timedelta(hours=1)


def test_help_of_the_reference_is_no_progress(workspace, sandbox, key_of):
    """A check that passed with the reference's body in the place of a failed one is not finished."""
    place = Place(load_lab("lab02_hebb"), workspace / "assignments" / "lab02_hebb")
    submission = place.read()
    report = grade(submission, key_of("lab02_hebb"), sandbox, carry=True)
    keep_progress([(place, submission, report)], workspace)

    assert report.points > report.own_points
    assert lab_progress(place, workspace).points == report.own_points


ENTRY = {"graded_at": NOON.isoformat(), "digest": "d", "checks": {"hebb.update": "passed"}}


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "[]",
        "[" * 100_000,
        "\x00\xff",
        '{"schema": "other", "entries": {}}',
        '{"schema": "nnlab/progress/2", "entries": []}',
        *(
            json.dumps(
                {"schema": "nnlab/progress/2", "entries": {"lab02_hebb assignments/lab02_hebb": e}}
            )
            for e in (
                None,
                {},
                ENTRY | {"graded_at": "yesterday"},
                ENTRY | {"graded_at": "2030-01-01T00:00:00"},
                ENTRY | {"graded_at": 7},
                ENTRY | {"graded_at": "0001-01-01T00:00:00+23:59"},
                ENTRY | {"graded_at": "9999-12-31T23:59:59-23:59"},
                ENTRY | {"digest": None},
                ENTRY | {"checks": []},
                ENTRY | {"checks": {"hebb.update": []}},
                ENTRY | {"checks": {"hebb.update": "splendid"}},
            )
        ),
    ],
)
def test_a_damaged_file_counts_as_nothing(workspace, graded, damaged):
    """Whatever stands there, status goes on, and the next report replaces it."""
    place = workspace / ".nnlab" / "progress.json"
    place.parent.mkdir()
    place.write_text(damaged, encoding="utf-8")

    assert [lab.graded_at for lab in workspace_progress(workspace)] == [None, None]
    graded()
    assert workspace_progress(workspace)[1].graded_at == NOON


def test_a_check_that_is_gone_is_forgotten(workspace):
    """An entry of an earlier edition of the course counts for the checks that are still there."""
    place = workspace / ".nnlab" / "progress.json"
    place.parent.mkdir()
    entry = ENTRY | {"checks": {"hebb.update": "passed", "hebb.gone": "passed"}}
    labs = {"lab02_hebb assignments/lab02_hebb": entry}
    place.write_text(json.dumps({"schema": "nnlab/progress/2", "entries": labs}), encoding="utf-8")

    assert workspace_progress(workspace)[1].points == 3


def test_where_nothing_can_be_kept_nothing_is(graded, workspace):
    """A file where the folder should be is no error."""
    (workspace / ".nnlab").write_text("in the way", encoding="utf-8")
    graded()

    assert workspace_progress(workspace)[1].graded_at is None


def test_a_stray_state_folder_above_does_not_hide_the_labs(workspace):
    """A .nnlab in the home folder keeps the state; the labs are still found where we are."""
    (workspace / "assignments").rename(workspace / "course")
    (workspace / ".nnlab").mkdir()

    assert len(workspace_progress(workspace / "course")) == 2
    with pytest.raises(SubmissionError, match="holds no lab"):
        workspace_progress(workspace)


def test_grading_keeps_progress_and_status_shows_it(workspace, monkeypatch):
    """After `nnlab grade`, status has the points; after a change it says so, and what to do."""
    monkeypatch.chdir(workspace)
    run = CliRunner().invoke
    assert run(main, ["grade", "--json"]).exit_code == 1
    assert "not graded yet" in run(main, ["status"]).output
    assert run(main, ["grade"]).exit_code == 1
    shown = run(main, ["status"]).output
    (workspace / "assignments" / "lab02_hebb" / "hebb.py").write_text("", encoding="utf-8")
    changed = run(main, ["status"]).output

    assert "lab01_gates  ████████████████████  20 / 20  just now" in shown
    assert shown.endswith("\nThe clinic: not visited yet (nnlab clinic)\nGo on: nnlab next\n")
    assert "just now, changed since" in changed
    assert changed.endswith("Bring it up to date: nnlab grade\n")
    data = json.loads(run(main, ["status", "--json"]).output)["labs"]
    assert [(lab["lab"], lab["points"], lab["changed"]) for lab in data] == [
        ("lab01_gates", 20, False),
        ("lab02_hebb", data[1]["points"], True),
    ]


def test_status_counts_the_clinics_patients(workspace, monkeypatch):
    """Status does not fill the ward; after a visit it says how many are solved, also as data."""
    monkeypatch.chdir(workspace)
    run = CliRunner().invoke
    run(main, ["status"])
    assert ward.solved(workspace) == (0, 0)
    first = ward.ward(workspace)[0]
    run(main, ["clinic", "1", first.record.illness, first.record.cures[0]])

    assert "\nThe clinic: 1 of 18 patients solved (nnlab clinic)\n" in run(main, ["status"]).output
    found = json.loads(run(main, ["status", "--json"]).output)["clinic"]
    assert found == {"solved": 1, "patients": 18}


def test_figures_are_listed_by_what_is_finished(workspace, monkeypatch):
    """What a finished lab can draw is described; what waits is named with its lab; outside, all is described."""
    monkeypatch.chdir(workspace)

    def figures():
        """List the figures as the student's edition does."""
        with monkeypatch.context() as patch:
            patch.setattr(edition, "is_students", lambda: True)
            return CliRunner().invoke(main, ["figure"]).output

    assert figures().startswith("Each after its lab:\n  lab01_gates: gates\n")
    assert CliRunner().invoke(main, ["grade", "1"]).exit_code == 0
    assert figures().startswith("gates              One neuron draws one line")
    assert "\n\nLater, each after its lab:\n  lab02_hebb: hebb-binary, hebb-bipolar\n" in figures()
    monkeypatch.chdir(workspace.parent)
    assert "hopfield           Four patterns are stored" in figures()


def test_status_without_a_lab_is_wrong_usage(tmp_path, monkeypatch):
    """Where no lab is, status says where to go."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["status"])

    assert result.exit_code == 2
    assert "Go to your workspace" in " ".join(result.output.split())


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_progress_fits_the_terminal(graded, workspace, width):
    """No line is wider than the terminal, and no lab takes more than one."""
    place, _ = graded()
    (place.folder / "hebb.py").write_text("", encoding="utf-8")
    console = Console(width=width, record=True, file=io.StringIO(), legacy_windows=False)
    console.print(render_progress(workspace_progress(workspace), width=width, now=NOON))
    lines = console.export_text().splitlines()

    assert max(map(len, lines)) <= width
    assert len(lines) == 3
    assert "changed" in lines[1]


def test_points_are_whole_on_the_narrowest_terminal(graded, workspace):
    """The remarks go first, then the ends of names; figures are never cut."""
    graded()
    console = Console(width=14, record=True, file=io.StringIO(), legacy_windows=False)
    console.print(render_progress(workspace_progress(workspace), width=14, now=NOON))
    lines = console.export_text().splitlines()

    assert [line.split()[-3:] for line in lines] == [
        ["0", "/", str(load_lab("lab01_gates").points)],
        ["9", "/", "20"],
        ["9", "/", str(load_lab("lab01_gates").points + 20)],
    ]


@pytest.mark.parametrize(
    ("passed", "told"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=6), "6 days ago"),
        (timedelta(days=30), "2030-04-06"),
        (-timedelta(days=1), "2030-05-07 12:00"),
    ],
)
def test_times_are_told_as_people_do(passed, told, monkeypatch):
    """Minutes, hours, days; from a week on the day; a clock that was wrong is told as it is."""
    monkeypatch.setenv("TZ", "UTC")
    assert ago(NOON - passed, NOON).startswith(told[:10])


def test_a_lab_is_a_line_whenever_its_remark_fits(graded, workspace):
    """At 80 columns the longest remark makes the bars shorter, and wraps no line."""
    graded()
    place = Place(load_lab("lab02_hebb"), workspace / "assignments" / "lab02_hebb")
    (place.folder / "hebb.py").write_text("x = 1\n", encoding="utf-8")
    stream = io.StringIO()
    for width in (80, 60):
        console = Console(file=stream, width=width)
        now = NOON + timedelta(minutes=59)
        console.print(render_progress(workspace_progress(workspace), width=width, now=now))

    lines = stream.getvalue().splitlines()
    assert len(lines) == 6
    assert [line for line in lines if line.rstrip().endswith("59 minutes ago, changed since")] == [
        lines[1],
        lines[4],
    ]
