"""What a spreadsheet program must not read as a formula."""

import re

__all__ = ["safe_cell"]

_NUMBER = re.compile(r"[-+]?\d*[.,]?\d*%?")


def safe_cell(text: str) -> str:
    """Keep a spreadsheet from reading a text as a formula; numbers, and a lone sign, stay.

    >>> [safe_cell(text) for text in ("=1+1", "@SUM(A1)", "-4.5", "-", "Ada")]
    ["'=1+1", "'@SUM(A1)", '-4.5', '-', 'Ada']
    """
    text = text.encode("utf-8", "replace").decode()  # a folder's name need not be text
    begins_one = text[:1] in {"=", "+", "-", "@", "\t", "\r"}
    return f"'{text}" if begins_one and not _NUMBER.fullmatch(text) else text
