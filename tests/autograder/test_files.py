"""Files are whole or not there, and read only where they are files."""

import os
import re
import socket
import stat

import pytest

from autograder.files import (
    NotAFileError,
    TooLargeError,
    is_foreign,
    kind,
    read_regular,
    write_whole,
)


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


@pytest.mark.parametrize("leads_to", ["real", "nowhere", "folder", "link"])
def test_a_link_that_may_not_be_followed_is_replaced(tmp_path, leads_to):
    """Wherever it leads, nothing is written there."""
    (tmp_path / "real").write_text("old")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(leads_to)  # one of them to itself

    write_whole(tmp_path / "link", "new", follow=False)

    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "link").read_text() == "new"
    assert (tmp_path / "real").read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"real", "folder", "link"}


def test_a_file_is_read_up_to_a_bound(tmp_path):
    """One byte more is refused, with both sizes in the sentence."""
    (tmp_path / "a").write_bytes(b"x" * (1 << 20))

    assert len(read_regular(tmp_path / "a", 1 << 20)) == 1 << 20
    (tmp_path / "a").write_bytes(b"x" * (3 << 20))
    with pytest.raises(
        TooLargeError, match=r"a has 3\.0 MB; a file of this course has at most 1 MB"
    ):
        read_regular(tmp_path / "a", 1 << 20)
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "none", 9)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes and sockets with a name")
def test_only_files_are_read(tmp_path):
    """Whatever else has a name is refused without being opened."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "to file").symlink_to("real")
    (tmp_path / "real").write_text("text")
    (tmp_path / "to nothing").symlink_to("nothing")
    (tmp_path / "to device").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(tmp_path / "socket"))

    for name, told in {
        "folder": "folder is a folder. Put the file itself there.",
        "to file": "to file is a link. Put the file itself there.",
        "to nothing": "to nothing is a link. Put the file itself there.",
        "to device": "to device is a link. Put the file itself there.",
        "pipe": "pipe is not a file.",
        "socket": "socket is not a file.",
    }.items():
        with pytest.raises(NotAFileError, match=f"^{re.escape(told)}$"):
            read_regular(tmp_path / name, 9)
    assert kind((tmp_path / "real").lstat().st_mode) == "a file"
    assert kind((tmp_path / "pipe").lstat().st_mode) == "a pipe, a socket or a device"


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
