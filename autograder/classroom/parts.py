"""Parts of a class to compare: groups that a table names, and the marks of other years."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.classroom.marks import Marks
from autograder.classroom.spreadsheet import TableError, read_table
from autograder.course.lab import Lab
from autograder.errors import WrongUseError
from autograder.text import listed, named

__all__ = ["graded_marks", "in_groups", "read_groups"]

MAX_NAMES = 10
REST = "in no group"


def graded_marks(lab: Lab, folder: Path) -> Marks:
    """Read a lab's marks that a batch wrote.

    Raises: WrongUseError if there are none, or they were made by other checks.
    """
    try:
        found = Marks(lab, "", ()).with_earlier(folder)
    except WrongUseError as error:
        if not isinstance(error.__context__, LookupError | TypeError | ValueError):
            raise
        raise WrongUseError(
            f"The marks of {lab.id} in {folder} were made by other checks, and cannot be compared. "
            "Grade those files again with this edition: nnlab batch"
        ) from None
    if not found.marks:
        raise WrongUseError(
            f"There are no marks of {lab.id} in {folder}. First: nnlab batch {lab.id}"
        )
    return found


def read_groups(path: Path) -> dict[str, str]:
    """Read a table of two columns: a student's name or number, and the group.

    Raises: WrongUseError if it cannot be read, has no second column, or puts somebody into two groups.
    """
    try:
        rows = read_table(path.read_bytes()).rows
    except OSError as error:
        raise WrongUseError(f"{path} cannot be read: {error.strerror}") from None
    except TableError as error:
        raise WrongUseError(f"{path} {error}; a CSV of two columns is expected.") from None
    groups: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) < 2 or not all(cells[:2]):
            raise WrongUseError(
                f"{path}, line {number}: a student and a group are expected, got {named(', '.join(cells))}"
            )
        student, group = cells[:2]
        if groups.setdefault(student, group) != group:
            raise WrongUseError(f"{path} puts {named(student)} into {groups[student]} and {group}.")
    return groups


def in_groups(marks: Marks, groups: Mapping[str, str]) -> tuple[dict[str, Marks], Sequence[str]]:
    """Divide a class; say in sentences who is in no group, and who is in the table alone."""
    parts: dict[str, list[str]] = {}
    met = set[str]()
    for mark in marks.marks:
        names = [name for name in (mark.student, mark.platform_id) if name in groups]
        met.update(names)
        parts.setdefault(groups[names[0]] if names else REST, []).append(mark.student)
    divided = {
        name: replace(marks, marks=tuple(m for m in marks.marks if m.student in parts[name]))
        for name in sorted(parts, key=lambda name: (name == REST, name))
    }
    said = []
    if REST in parts:
        said.append(f"In no group: {listed([*map(named, parts[REST])], MAX_NAMES)}")
    alone = [name for name in groups if name not in met]
    if alone:  # a heading, too
        said.append(f"In the table and not in the marks: {listed([*map(named, alone)], MAX_NAMES)}")
    return divided, said
