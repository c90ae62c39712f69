"""The command that takes the documents' pictures."""

import subprocess
import sys

import pytest

from autograder.course.catalogue import ROOT


def run(*arguments, **environment):
    """Take pictures, or be told why not."""
    for needed in ("playwright.sync_api", "nbclient", "nbconvert", "PIL", "pypdfium2"):
        pytest.importorskip(needed, reason="needs the extra `screens`")
    return subprocess.run(
        [sys.executable, "-m", "docs.screenshots", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )


@pytest.mark.slow
def test_a_picture_is_taken(tmp_path, chromium_path):
    """The report is graded, looked at in four ways, and kept as small PNGs."""
    done = run("report", "--out", str(tmp_path), PATH=str(chromium_path.parent))
    names = sorted(path.name for path in tmp_path.iterdir())

    assert done.returncode == 0, done.stderr
    assert names == [f"report-{look}.png" for look in ("dark", "laptop", "phone", "print")]
    assert all((tmp_path / name).read_bytes().startswith(b"\x89PNG") for name in names)
    assert all((tmp_path / name).stat().st_size < 200_000 for name in names)


def test_without_a_browser_one_sentence_says_so(tmp_path):
    """Where Chromium is missing, the command says what it looked for, and writes nothing."""
    done = run("--out", str(tmp_path / "out"), PATH="")

    assert done.returncode == 1
    assert "Chromium is not installed: there is none of chromium, " in done.stderr
    assert not (tmp_path / "out").exists()


def test_every_picture_is_shown():
    """The pictures that are kept are exactly those that the page shows."""
    page = (ROOT / "docs" / "what-people-see.md").read_text(encoding="utf-8")
    kept = {path.name for path in (ROOT / "docs" / "screenshots").iterdir()}

    assert {name for name in kept if f"](screenshots/{name})" in page} == kept
    assert page.count("](screenshots/") == len(kept)
