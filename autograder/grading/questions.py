"""Make of checks the questions that a sandbox is asked."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from autograder.course.catalogue import checks_path, is_guest, module_of
from autograder.course.lab import Check, Lab
from autograder.sandbox import Question, Source
from autograder.sandbox.limits import Limits

__all__ = ["by_limits", "question_for"]


def question_for(
    lab: Lab,
    check: Check,
    cases: Sequence[Mapping[str, Any]],
    submission: dict[str, Source],
    reference: dict[str, Source],
) -> Question:
    """Ask a check of a submission; what the check withholds of its cases is not sent."""
    return Question(
        module_of(lab.id),
        check.id,
        check.module,
        check.sent(cases),
        submission,
        reference,
        check.limits,
        checks=_text(lab) if is_guest(lab) else None,
    )


@cache
def _text(lab: Lab) -> Source:
    path = checks_path(lab)
    return Source(path.name, path.read_bytes())


def by_limits(checks: Iterable[Check]) -> list[list[Check]]:
    """Group checks that may share a process: those with equal limits, in their order."""
    groups: dict[Limits, list[Check]] = {}
    for check in checks:
        groups.setdefault(check.limits, []).append(check)
    return [*groups.values()]
