"""How every page is made: the templates, the policy that admits one script of ours, the file it becomes."""

import base64
import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from autograder import text
from autograder.errors import WrongUseError
from autograder.storage import is_foreign, write_whole

__all__ = ["MAX_TEXT", "PageError", "fill", "prepare", "script", "style", "write_page"]


DOCTYPE = b"<!doctype html>"
"""How every page begins."""

MAX_TEXT = 20_000
"""Characters of one text on a page; what the sandbox and the messages let through is shorter."""


class PageError(WrongUseError):
    """A page cannot be written here: the message says why, and what to do."""


def fill(template: str, **parts: Any) -> str:
    """Fill a template; all text in it is cleaned and escaped."""
    return _environment().get_template(template).render(parts)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("autograder.report.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    made.globals["style"] = style
    made.globals["script"] = script
    made.globals["policy"] = _policy
    return made


def _finalize(value: Any) -> Any:
    """Take terminal codes, and what is invisible or reorders, out of all text; keep it in bounds."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return text.clean(value if len(value) <= MAX_TEXT else f"{value[:MAX_TEXT]} …")


@cache
def style() -> Markup:
    """Read the style sheet; it is ours, and holds nothing that a style element would end at."""
    path = Path(__file__).parent / "templates" / "page.css"
    return Markup(path.read_text(encoding="utf-8"))  # noqa: S704  a file of ours


@cache
def script() -> Markup:
    """Read the one script, of the button that copies lines; it reads no text as markup."""
    path = Path(__file__).parent / "templates" / "copy.js"
    return Markup(path.read_text(encoding="utf-8"))  # noqa: S704  a file of ours


def _policy() -> str:
    """Write the page's content security policy: our style and script, pictures within, nothing else."""
    ours = (hashlib.sha256(text.encode()).digest() for text in (style(), script()))
    sheet, code = (base64.b64encode(digest).decode() for digest in ours)
    return (
        f"default-src 'none'; style-src 'sha256-{sheet}'; script-src 'sha256-{code}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def prepare(path: Path) -> None:
    """Check that a page can be written, before anything is graded for it.

    Raises: PageError if it cannot.
    """
    if path.is_dir():
        raise PageError(f"{path} is a folder. Name a file for the page, such as report.html.")
    if is_foreign(path, DOCTYPE):
        raise PageError(
            f"{path} is there already, and is not a web page. Name another file, such as report.html."
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PageError(_refused(path, error.strerror)) from error
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise PageError(_refused(path, "Permission denied"))


def write_page(path: Path, page: str) -> None:
    """Write a page.

    Raises: PageError if it cannot be written.
    """
    try:
        write_whole(path, page)
    except OSError as error:
        raise PageError(_refused(path, error.strerror)) from error


def _refused(path: Path, reason: str | None) -> str:
    return f"The page cannot be written to {path}: {reason}. Name a file that you may write."
