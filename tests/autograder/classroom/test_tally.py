"""A class's reports, counted: a name once a report, failures without a name, files that are none."""

import json

import pytest
from click.testing import CliRunner

from autograder.classroom.tally import tally
from autograder.cli import main


def report(*checks, lab="lab02_hebb", **more):
    """Make a report of (id, status, mistakes)."""
    entries = [dict(zip(("id", "status", "mistakes"), check, strict=True)) for check in checks]
    return {"schema": "nnlab/report/2", "lab": lab, "checks": entries, **more}


def write(folder):
    """Write what three students and a mishap left."""
    bias = ("hebb.update", "failed", ["hebb-forgets-bias"])
    again = ("hebb.history", "failed", ["hebb-forgets-bias"])
    files = {
        "ann/report.json": report(bias, again, ("hebb.predict", "passed", [])),
        "ben/report.json": report(bias, ("hebb.predict", "failed", [])),
        "cem/report.json": {
            "schema": "nnlab/report/2",
            "reports": [report(lab="lab01_gates"), report(("hebb.update", "failed", ["a", "b"]))],
        },
        "cem/package.json": {"name": "something else"},
        "eve/report.json": {"schema": "nnlab/report/2", "reports": 7},
    }
    for name, plain in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(plain), encoding="utf-8")
    (folder / "eve" / "torn.json").write_text("{", encoding="utf-8")


def test_a_name_counts_once_a_report(tmp_path):
    """Two checks with one name are one occurrence; what cannot be read is listed, not counted."""
    write(tmp_path)

    counted = tally(tmp_path, "lab02_hebb")
    assert counted.reports == 3
    assert counted.named == {("hebb-forgets-bias",): 2, ("a", "b"): 1}
    assert counted.unnamed == {"hebb.predict": 1}
    assert counted.refused == ["cem/package.json", "eve/report.json", "eve/torn.json"]


def test_the_command_prints_the_count(tmp_path):
    """`nnlab tally DIR LAB` prints the most frequent first, and what was no report."""
    write(tmp_path)

    shown = CliRunner().invoke(main, ["tally", str(tmp_path), "hebb"])
    lines = shown.stdout.splitlines()
    assert shown.exit_code == 1
    assert lines[0].strip() == "lab02_hebb · 3 reports"
    assert lines[1].split()[:4] == ["2", "hebb-forgets-bias", "The", "weights"]
    assert any(line.split()[:2] == ["1", "hebb.predict"] for line in lines)
    assert shown.stderr == (
        "Not counted, as these are not reports: cem/package.json, eve/report.json and eve/torn.json.\n"
    )


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_reports_that_a_shell_wrote_are_counted(tmp_path, encoding):
    """PowerShell writes UTF-16 or a mark and Windows' line ends: such a report counts as any other."""
    text = json.dumps(report(("hebb.update", "failed", ["hebb-forgets-bias"])), indent=2)
    (tmp_path / "R.JSON").write_bytes(text.replace("\n", "\r\n").encode(encoding))
    shown = CliRunner().invoke(main, ["tally", str(tmp_path), "hebb"])

    assert shown.exit_code == 0
    assert shown.stderr == ""
    assert shown.stdout.splitlines()[0].strip() == "lab02_hebb · 1 reports"


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe{", b"\x80", b"[" * 100_000, b"7", b"null", b'{"schema": []}']
)
def test_whatever_is_no_report_is_named(tmp_path, data):
    """What cannot be read, or is something else, is named once and changes the exit code."""
    (tmp_path / "x.json").write_bytes(data)
    shown = CliRunner().invoke(main, ["tally", str(tmp_path)])

    assert shown.exit_code == 1
    assert shown.stderr == "Not counted, as these are not reports: x.json.\n"


def test_what_programs_hide_is_not_a_report(tmp_path):
    """A workspace's own notes and an editor's settings are neither counted nor named."""
    for name in (".nnlab/progress.json", "ada/.vscode/settings.json"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("{}", encoding="utf-8")

    assert CliRunner().invoke(main, ["tally", str(tmp_path), "hebb"]).exit_code == 0
