"""The page of a submission: points, verdicts, and for each failure the fact, the code, the picture."""

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autograder.course.catalogue import UnknownLabError, find_lab
from autograder.course.lab import Status
from autograder.grading.explain import not_written
from autograder.grading.report import CheckResult, Fact, Part, Report
from autograder.report.lines import case_lines
from autograder.report.terminal import SIGNS, WORDS, made_with
from autograder.report.web.code import Excerpt, excerpts
from autograder.report.web.evidence import Shown, shown
from autograder.report.web.pages import MAX_TEXT, fill

__all__ = ["to_fragment", "to_html"]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A check that failed, or was not graded through our fault, as a page shows it."""

    number: int
    """The check's place in its lab, from 1."""
    result: CheckResult
    labelled: tuple[Part, ...]
    sentences: tuple[str, ...]
    code: tuple[Excerpt, ...]
    picture: Shown | None
    lines: str
    """The failing call as lines to paste; empty where there is none, or a page would cut it."""


@dataclass(frozen=True, slots=True)
class _Lab:
    """One report, with what a page shows of it."""

    report: Report
    summary: str
    made: str
    """What it was made under, and with."""
    shortfalls: tuple[Shortfall, ...]


def to_html(reports: Sequence[Report], *, student: str = "", back: str = "") -> str:
    """Write one page about one submission or several, such as all labs of a course.

    Args:
        reports: what to show.
        student: whose work it is, if that is to be said.
        back: the address of the page that leads here, if there is one.
    """
    labs = [_lab(report) for report in reports]
    return fill(
        "submission.html",
        labs=labs,
        points=sum(report.reached for report in reports),
        not_graded=any(report.points is None for report in reports),
        max_points=sum(report.max_points for report in reports),
        student=student,
        back=back,
        pictures_missing=_pictures_missing(reports),
        **_WORDS,
    )


def to_fragment(report: Report, check_id: str) -> str:
    """Write what a notebook's cell shows of one check: a part of a page, with its style."""
    only = tuple(result for result in report.results if result.check.id == check_id)
    alone = replace(report, results=only)
    return fill("cell.html", lab=_lab(alone), pictures_missing=_pictures_missing([alone]), **_WORDS)


_WORDS = {
    "signs": {str(status): sign for status, sign in SIGNS.items()},
    "words": {str(status): word for status, word in WORDS.items()},
}


def _lab(report: Report) -> _Lab:
    counts = [f"{report.count(s)} {WORDS[s]}" for s in Status if report.count(s)]
    helped = report.reached - report.own_points
    if helped:
        counts.append(f"{report.own_points} on its own, {helped} with the reference's help")
    under = f"Isolation: {'+'.join(report.isolation)}"
    made = " · ".join(filter(None, [under, made_with(report)]))
    return _Lab(report, ", ".join(counts), made, tuple(_shortfalls(report)))


def _lines(report: Report, result: CheckResult) -> str:
    """Write the failing call to paste; nothing for a lab that is not installed here."""
    try:
        return case_lines(find_lab(report.lab), result)
    except UnknownLabError:
        return ""


def _shortfalls(report: Report) -> Iterator[Shortfall]:
    """Go through what failed; what says the same as the check above stands in the table only."""
    above: Fact = ()
    for number, result in enumerate(report.results, 1):
        if result.status in {Status.FAILED, Status.ERROR} and result.fact != above:
            written = result.fact != not_written(result.check)
            code = excerpts(report.sources, result.check, result.raised_at) if written else []
            lines = _lines(report, result) if written else ""
            yield Shortfall(
                number,
                result,
                tuple(part for part in result.fact if part.label),
                tuple(part.text for part in result.fact if not part.label),
                tuple(code),
                shown(result),
                lines if len(lines) <= MAX_TEXT else "",
            )
        above = result.fact


def _pictures_missing(reports: Sequence[Report]) -> bool:
    """Return whether there would be pictures, if there were something to draw them with."""
    results = [result for report in reports for result in report.results]
    drawable = any(result.evidence is not None and result.check.picture for result in results)
    return drawable and importlib.util.find_spec("matplotlib") is None
