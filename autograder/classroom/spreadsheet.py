"""Tables as text: read as they come, written back as they came, and never run as formulas."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.errors import WrongUseError

__all__ = ["Table", "TableError", "read_table", "safe_cell", "write_rows"]

_NUMBER = re.compile(r"[-+]?\d*[.,]?\d*%?")

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""What a file may begin with, and the encoding that it stands for."""

_ABOVE = re.compile(r"(?:\s*?(?:\r\n|\r|\n)|sep=.?(?:\r\n|\r|\n))*", re.IGNORECASE)
"""What programs leave above the headings, and no platform reads: empty lines, and Excel's separator."""

_OTHERS = (
    (b"PK\x03\x04", "is a workbook or a zip"),
    (b"\xd0\xcf\x11\xe0", "is a workbook of an old Excel"),
    (b"%PDF", "is a PDF"),
)


class TableError(WrongUseError):
    """It is not a table of text; the message goes on after the file's name."""


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a CSV file, and how they were written."""

    rows: list[list[str]]
    encoding: str
    mark: bytes
    """What the file begins with, which shows its encoding."""
    delimiter: str
    line_end: str

    def to_bytes(self, rows: Sequence[Sequence[str]]) -> bytes:
        """Write other rows in the same way; a sign that the encoding lacks is written as in HTML."""
        safe = ([safe_cell(cell) for cell in row] for row in rows)
        text = write_rows(safe, delimiter=self.delimiter, line_end=self.line_end)
        return self.mark + text.encode(self.encoding, "xmlcharrefreplace")


def write_rows(
    rows: Iterable[Sequence[object]], *, delimiter: str = ",", line_end: str = "\n"
) -> str:
    r"""Write cells as CSV; one that holds a line break of any kind is quoted.

    >>> write_rows([["a\rb", 1]])
    '"a\rb",1\n'
    """
    lines = []
    for row in rows:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter).writerow(row)  # which quotes the signs of its own end
        lines.append(text.getvalue().removesuffix("\r\n") + line_end)
    return "".join(lines)


def read_table(data: bytes) -> Table:
    """Read a CSV file in UTF-8, in UTF-16 with its mark, or in Windows' Western code page.

    Raises: TableError if it is something else.
    """
    for begin, what in _OTHERS:
        if data.startswith(begin):
            raise TableError(what)
    text, encoding, mark = _decoded(data)
    if "\0" in text:
        raise TableError("is not text")
    if not text.strip():
        raise TableError("is empty")
    if text.lstrip().startswith("<"):
        raise TableError("is a web page, as one gets who is not logged in")
    text = text[_ABOVE.match(text).end() :]  # type: ignore[union-attr]  # it matches nothing as well
    line_end = "\r\n" if "\r\n" in text else "\n" if "\n" in text else "\r"
    try:
        firsts = {sign: next(_reader(text, sign), []) for sign in ",;\t"}
        delimiter = max(firsts, key=lambda sign: len(firsts[sign]))
        rows = list(_reader(text, delimiter))
    except csv.Error as error:
        raise TableError(f"is not CSV: {error}") from None
    return Table(rows, encoding, mark, delimiter, line_end)


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _decoded(data: bytes) -> tuple[str, str, bytes]:
    """Find the encoding; return the text, the encoding and its mark."""
    mark, encoding = next((m for m in _MARKS if data.startswith(m[0])), (b"", ""))
    for name in [encoding] if encoding else ["utf-8", "cp1252"]:
        try:
            return data[len(mark) :].decode(name), name, mark
        except UnicodeDecodeError:
            continue
    raise TableError("is not text in UTF-8")


def safe_cell(text: str) -> str:
    """Keep a spreadsheet from reading a text as a formula; numbers, and a lone sign, stay.

    >>> [safe_cell(text) for text in ("=1+1", "@SUM(A1)", "-4.5", "-", "Ada")]
    ["'=1+1", "'@SUM(A1)", '-4.5', '-', 'Ada']
    """
    text = text.encode("utf-8", "replace").decode()  # a folder's name need not be text
    begins_one = text[:1] in {"=", "+", "-", "@", "\t", "\r"}
    return f"'{text}" if begins_one and not _NUMBER.fullmatch(text) else text
