"""The folder that code may write in: measured, and emptied whatever lies in it."""

import os
from pathlib import Path

from autograder.sandbox import scratch


def test_a_folder_is_emptied_however_it_is_closed_linked_or_nested(tmp_path):
    """Closed folders, links to elsewhere and deep nests go; what a link led to stays."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("stays")
    folder = tmp_path / "scratch"
    folder.mkdir()
    (folder / "file").write_text("goes")
    (folder / "link").symlink_to(outside)
    (folder / "a" / "b" / "c").mkdir(parents=True)
    (folder / "a" / "link").symlink_to(outside)
    (folder / "a" / "b" / "c").chmod(0)
    (folder / "a").chmod(0)
    here = Path.cwd()
    os.chdir(folder)
    try:
        for _ in range(1200):  # deeper than a path may be long
            Path("deeper").mkdir()
            os.chdir("deeper")
    finally:
        os.chdir(here)
    folder.chmod(0o500)

    scratch.empty(str(folder))

    assert list(folder.iterdir()) == []
    assert (outside / "file").read_text() == "stays"


def test_a_folder_is_full_by_bytes_or_by_files(tmp_path, monkeypatch):
    """Both bytes and entries count, in folders below as well."""
    (tmp_path / "below").mkdir()
    assert not scratch.is_full(str(tmp_path))

    with (tmp_path / "below" / "large").open("wb") as file:
        file.truncate((scratch.MOST_MB << 20) + 1)
    assert scratch.is_full(str(tmp_path))

    (tmp_path / "below" / "large").unlink()
    monkeypatch.setattr(scratch, "MOST_ENTRIES", 3)
    for name in "abc":
        (tmp_path / name).touch()
    assert scratch.is_full(str(tmp_path))


def test_a_folder_that_vanishes_is_not_full(tmp_path):
    """What is removed while it is measured holds nothing."""
    assert not scratch.is_full(str(tmp_path / "gone"))
