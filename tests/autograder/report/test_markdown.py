"""Reports in Markdown: whole, and with nothing of a submission that Markdown reads."""

from click.testing import CliRunner

from autograder.cli import main
from autograder.course.catalogue import load_lab
from autograder.course.lab import Status
from autograder.grading.report import CheckResult, Part, Report
from autograder.report.markdown import to_markdown
from tests.conftest import reference_text

CHECK = load_lab("lab02_hebb").checks["hebb.update"]


def written(fact, hint=None, notes=()):
    """Write a report with one failed check."""
    result = CheckResult(CHECK, Status.FAILED, fact, hint=hint)
    return to_markdown([Report("lab02_hebb", "Hebb's rule", 7, ("process",), (result,), notes)])


def test_points_checks_facts_and_hints_are_there():
    """A heading with the points, a row a check, the fact in a fence, the hint in bold."""
    text = written((Part("1", "returned"), Part("2", "expected")), "Look at *this*.")

    assert text.startswith("## lab02\\_hebb · Hebb's rule: 0 / 3 points\n")
    assert "| ❌ failed | `hebb.update` | 0 / 3 | One training pair adds" in text
    assert "```text\nreturned  1\nexpected  2\n```\n" in text
    assert "**Look at \\*this\\*.**" in text
    assert text.rstrip().endswith("Isolation: process")


def test_foreign_text_cannot_leave_its_fence():
    """However many backticks it has, the fence has one more; control characters are gone."""
    text = written((Part("a\n`````\n<script>\x1b[2J"),), notes=("<b>|x|</b>\n# no",))

    assert "``````text\na\n          `````\n          <script>[2J\n``````\n" in text
    assert "\\<b\\>\\|x\\|\\</b\\> \\# no" in text


def test_grade_appends_it(saved, monkeypatch, tmp_path):
    """`--markdown FILE` adds to what other steps of a job have written."""
    place = saved("lab02_hebb", hebb=reference_text("hebb"))
    monkeypatch.chdir(place.folder)
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    run = CliRunner().invoke
    assert run(main, ["grade", "--markdown", str(summary)]).exit_code == 0

    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n## lab02\\_hebb")
    assert "20 / 20 points" in text
    assert text.count("✅ passed") == 12
    assert run(main, ["grade", "--markdown", str(tmp_path / "no" / "x.md")]).exit_code == 2
