"""Files are whole or not there."""

import os
import stat

import pytest

from autograder.files import is_foreign, write_whole


@pytest.mark.parametrize(("content", "kept"), [("ä\n", "ä\n".encode()), (b"\x00\r\n", b"\x00\r\n")])
def test_text_and_bytes_are_kept_as_they_are(content, kept, tmp_path):
    """Line ends stay, and folders above are made."""
    write_whole(tmp_path / "a" / "b", content)

    assert (tmp_path / "a" / "b").read_bytes() == kept


def test_what_cannot_be_written_leaves_the_old_file_and_no_part(tmp_path):
    """A content that breaks while it is written changes nothing."""
    write_whole(tmp_path / "a", "old")

    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "a", "\ud800")

    assert (tmp_path / "a").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_link_stays_one(tmp_path):
    """What it leads to is written."""
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")

    write_whole(tmp_path / "link", "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_or_a_device_is_refused(tmp_path):
    """Replacing it would take it away from everybody else."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OSError, match="a device or a pipe"):
        write_whole(tmp_path / "pipe", "text")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.skipif(os.name == "nt", reason="there are no such modes on Windows")
@pytest.mark.parametrize(("private", "mode"), [(False, 0o640), (True, 0o600)])
def test_the_users_mask_holds_and_secrets_stay_with_their_owner(private, mode, tmp_path):
    """No file is readable for more people than the user wants."""
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", "text", private=private)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode


def test_a_file_of_another_kind_is_foreign(tmp_path):
    """One that is not there, or a folder, is not."""
    (tmp_path / "work.py").write_text("work")
    (tmp_path / "page.html").write_text("<!DOCTYPE html>")

    assert is_foreign(tmp_path / "work.py", b"<!doctype html>")
    assert not is_foreign(tmp_path / "page.html", b"<!doctype html>")
    assert not is_foreign(tmp_path / "new", b"PK")
    assert not is_foreign(tmp_path, b"PK")
