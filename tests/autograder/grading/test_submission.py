"""What is read of a submission, before anything is parsed or run."""

import json

import pytest

from autograder.grading.submission import SubmissionError, checked

NOTEBOOK = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"PK\x03\x04\0", "a zip or an office document"),
        (b"\xd0\xcf\x11\xe0\0", "an office document"),
        (b"{\\rtf1\\ansi def f(x): return x}", "a text document in RTF"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "a pointer of Git LFS to the file"),
        (NOTEBOOK.encode(), "a notebook"),
    ],
)  # fmt: skip
def test_what_is_called_py_and_is_something_else_is_named(text, what):
    """Python's own sentence would be about a sign in line 1."""
    with pytest.raises(SubmissionError, match=f"^hebb.py is not a Python file: it is {what}\\."):
        checked("hebb.py", text)


@pytest.mark.parametrize(
    "text",
    [b"", b"{'cells': 1, 'nbformat': 2}", b'{"cells": 1}', b"html = 1", b"\xef\xbb\xbfx = 1", b"x = '<html'"],
)  # fmt: skip
def test_what_may_be_python_is_left_to_python(text):
    """It says better what is wrong with it, if anything is."""
    assert checked("hebb.py", text) == text


@pytest.mark.parametrize("line", [3, 30])
def test_what_python_reads_over_in_a_comment_is_read(line):
    """As in the first two lines: until Python 3.12 a comment may hold any bytes, then none may."""
    text = b"x = 1\n" * (line - 1) + b"# caf\xe9\n"
    try:
        compile(text, "hebb.py", "exec")
    except SyntaxError:
        with pytest.raises(SubmissionError, match="not text in UTF-8"):
            checked("hebb.py", text)
    else:
        assert checked("hebb.py", text) == text
