"""Files are whole or not there."""

import pytest

from autograder.files import write_whole


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
