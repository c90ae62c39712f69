"""A class's reports, counted: a name once a report, failures without a name, files that are none."""

import json

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
    assert shown.exit_code == 0
    assert lines[0].strip() == "lab02_hebb · 3 reports"
    assert lines[1].split()[:4] == ["2", "hebb-forgets-bias", "The", "weights"]
    assert any(line.split()[:2] == ["1", "hebb.predict"] for line in lines)
    assert shown.stderr == "Not a report: cem/package.json, eve/report.json, eve/torn.json\n"
