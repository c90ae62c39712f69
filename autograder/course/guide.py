"""What students read besides the tasks: the guide, and the README of a workspace.

The guide is written once, for the site, as `docs/students.md`, with the students' part of the questions
and answers. An edition brings it without what only the site or a clone of the repository has: lines
with a link to another page, and marks that are for the tests of the documents.
"""

import re

from autograder.course import edition
from autograder.course.catalogue import ROOT
from autograder.errors import WrongUseError

__all__ = ["GUIDE", "README", "make_guide", "read_guide"]

GUIDE = edition.HANDED_OUT / "guide.md"

README = """\
# Your workspace

Each folder of `assignments/` is a lab: modules whose functions have a docstring and no body yet.
The docstring is the task. You write the body, and `nnlab` says what is right, and what is not and why.

    nnlab next        the next task: where it stands, and what to write
    nnlab watch       grades whenever you save; Ctrl-C ends it
    nnlab grade       grades the lab whose folder you are in, or all of them
    nnlab hint        says more about the first check that failed
    nnlab case CHECK  gives the call that failed, as lines to paste into Python
    nnlab status      how far you are in every lab
    nnlab clinic      shows sick training runs: name the illness and the cure
    nnlab update      takes in a corrected release, and leaves what you wrote alone
    nnlab guide       the whole guide

`import nnlab` uses your own modules here. `nnlab COMMAND --help` explains each command.
"""

_LINK = re.compile(r"\]\((?!https?:)")
_MARK = re.compile(r"# (?:not run: .*|needs \w+)")


def make_guide() -> str:
    """Make the guide from the documents of the repository.

    Raises: WrongUseError if they are not there.
    """
    texts = []
    for name in ("students.md", "faq.md"):
        try:
            texts.append((ROOT / "docs" / name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise WrongUseError(f"The guide is made from docs/{name}, which is missing.") from None
    guide, questions = texts
    of_students = questions.partition("## Students\n")[2].partition("\n## ")[0]
    whole = f"{guide}\n## Questions and answers\n{of_students}"
    kept = [line for line in whole.split("\n") if not (_LINK.search(line) or _MARK.fullmatch(line))]
    return "\n".join(kept).rstrip() + "\n"


def read_guide() -> str:
    """Read the guide of this edition.

    Raises: WrongUseError if it is not there.
    """
    if not edition.is_students():
        return make_guide()
    try:
        return GUIDE.read_text(encoding="utf-8")
    except OSError:
        raise WrongUseError(
            "The guide is missing. Install the course's wheel once more, with pip's --force-reinstall."
        ) from None
