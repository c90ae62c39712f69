"""What a shell offers when Tab is pressed: labs, checks, figures, illnesses, mistakes.

The shell asks for it in a process of its own, so what is heavy is imported when it is asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from autograder.errors import WrongUseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from autograder.clinic.words import Word

__all__ = [
    "checks",
    "cures",
    "failed_checks",
    "figures",
    "illnesses",
    "labs",
    "mistakes",
    "targets",
]


def labs(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer labs by their ids, and by their subjects."""
    from autograder.course.catalogue import lab_ids

    found = _beginning(lab_ids(), incomplete)
    subjects = (lab_id.partition("_")[2] for lab_id in lab_ids())
    return found or _beginning(subjects, incomplete)


def targets(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer labs, and where none begins so, files and folders."""
    return labs(ctx, param, incomplete) or [CompletionItem(incomplete, type="file")]


def checks(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer checks with what they promise, by their ids or by the last part of these."""
    from autograder.student.check_info import all_checks

    known = {name: check.title for name, (_, check) in all_checks().items()}
    found = [name for name in known if name.startswith(incomplete)]
    found = found or [n for n in known if n.partition(".")[2].startswith(incomplete)]
    return [CompletionItem(name, help=known[name]) for name in found]


def failed_checks(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the checks that failed in the last report: on these there are hints."""
    from autograder.student.hints import open_hints

    try:
        failed = [name for name, _, _ in open_hints(Path.cwd())]
    except WrongUseError:
        return []
    return _beginning(failed, incomplete)


def figures(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer figures with what they show; none where matplotlib is missing."""
    try:
        from autograder.gallery import lecture_figures

        known = lecture_figures()
    except ModuleNotFoundError:
        return []
    return [
        CompletionItem(name, help=figure.shows)
        for name, figure in known.items()
        if name.startswith(incomplete)
    ]


def illnesses(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer the clinic's illnesses with what they mean."""
    from autograder.clinic.words import ILLNESSES

    return _explained(ILLNESSES, incomplete)


def cures(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the clinic's cures with what they mean."""
    from autograder.clinic.words import CURES

    return _explained(CURES, incomplete)


def mistakes(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer known mistakes; none in an edition without the catalogue."""
    from autograder.course.catalogue import labs as all_labs
    from autograder.course.solutions import load_mistakes

    return _beginning((m.id for lab in all_labs() for m in load_mistakes(lab)), incomplete)


def _explained(words: Mapping[str, Word], incomplete: str) -> list[CompletionItem]:
    return [
        CompletionItem(name, help=word.means)
        for name, word in words.items()
        if name.startswith(incomplete)
    ]


def _beginning(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]
