"""The page docs/proof.md: what the proof has found, when and how."""

import platform
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from string import Template

import numpy as np

from autograder.authoring.proof.alarms import is_random
from autograder.authoring.proof.figures import VALID_SEEDS, Figures
from autograder.authoring.proof.mutation import SEEDS
from autograder.course.lab import Check

__all__ = ["headline", "stated_rate", "summary", "table", "upper_bound", "write_page"]

PAGE = Path(__file__).with_name("page.md.txt")
COLUMNS = (
    "lab",
    "mutants",
    "killed",
    "equivalent",
    "faults",
    "caught",
    "mistakes caught",
    "right answers refused",
    "seeds",
    "answers",
    "false alarms",
)


def write_page(figures: Sequence[Figures], day: date) -> str:
    """Write the page."""
    checks = [check for found in figures for check in found.lab.checks.values()]
    properties = [f"`{check.id}`" for check in checks if check.judge.property_only]
    rates, certain = _rates(figures)
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        day=day.isoformat(),
        python=platform.python_version(),
        numpy=np.__version__,
        headline=headline(figures),
        summary=summary(figures),
        seeds=f"{SEEDS} seeds",
        valid_seeds=VALID_SEEDS,
        rates=rates,
        certain=certain,
        checks=len(checks),
        property_checks=len(properties),
        properties=", ".join(properties) or "none",
    )


def headline(figures: Sequence[Figures]) -> str:
    """Say it in one sentence."""
    mutants, killed, equivalent = _counts(figures, faults=False)
    faults, caught, harmless = _counts(figures, faults=True)
    valid = sum(len(f.valid) for f in figures)
    judged = sum(sum(f.alarms.judged.values()) for f in figures)
    return (
        f"Of {mutants:,} mutants, {equivalent} are equivalent and {_share(killed, mutants - equivalent)} "
        f"of the others are killed; of {faults:,} faults around a body, {harmless} do no harm and "
        f"{_share(caught, faults - harmless)} of the others are caught; of {valid} right answers in other forms {_refused(figures)} were "
        f"refused; in {judged:,} right answers under so many seeds there were {_alarms(figures)} false alarms."
    )


def _counts(figures: Iterable[Figures], *, faults: bool) -> tuple[int, int, int]:
    """Count the mutants of one kind: all, killed and survived."""
    verdicts = [fate.verdict for f in figures for fate in f.fates if fate.is_fault is faults]
    return len(verdicts), verdicts.count("killed"), verdicts.count("survived")


def _refused(figures: Iterable[Figures]) -> int:
    return sum(len(f.refused) for f in figures)


def _alarms(figures: Iterable[Figures]) -> int:
    return sum(len(seeds) for f in figures for seeds in f.alarms.refused.values())


def _share(part: int, whole: int) -> str:
    """Write a share in percent, never rounded up."""
    return f"{1000 * part // whole / 10:g} %" if whole else "–"


def summary(figures: Sequence[Figures]) -> str:
    """Tabulate all labs."""
    rows = [_line(f"`{f.lab.id}`", [f], f"{f.alarms.seeds:,}") for f in figures]
    if len(figures) > 1:
        rows.append(_line("**all**", figures, ""))
    return table([[*COLUMNS], ["---", *["---:"] * (len(COLUMNS) - 1)], *rows])


def _line(name: str, figures: Sequence[Figures], seeds: str) -> list[str]:
    mutants, killed, equivalent = _counts(figures, faults=False)
    faults, caught, harmless = _counts(figures, faults=True)
    mistakes = sum(len(f.mistakes) for f in figures)
    return [
        name,
        f"{mutants:,}",
        _share(killed, mutants - equivalent),
        str(equivalent),
        f"{faults:,}",
        _share(caught, faults - harmless),
        f"{sum(f.caught for f in figures):,} of {mistakes:,}",
        f"{_refused(figures)} of {sum(len(f.valid) for f in figures)}",
        seeds,
        f"{sum(sum(f.alarms.judged.values()) for f in figures):,}",
        str(_alarms(figures)),
    ]


def _rates(figures: Sequence[Figures]) -> tuple[str, int]:
    """Tabulate the checks that chance plays a part in; count those that it does not refuse in."""
    rows = [
        ["check", "stated, at most", "seeds", "false alarms", "bound", "agrees"],
        ["---", "---:", "---:", "---:", "---:", "---"],
    ]
    certain = 0
    for found in figures:
        for check in found.lab.checks.values():
            if stated_rate(check) == 0 and not found.alarms.refused.get(check.id):
                certain += any(is_random(check, case) for case in check.cases(0))
            elif stated_rate(check) or any(is_random(check, case) for case in check.cases(0)):
                rows.append(_rate(found, check))
    return table(rows), certain


def _rate(found: Figures, check: Check) -> list[str]:
    stated, alarms = stated_rate(check), len(found.alarms.refused.get(check.id, []))
    seeds = found.alarms.seeds
    bound = upper_bound(alarms, seeds)
    agrees = "yes" if _fits(stated, alarms, seeds) else "no"
    return [f"`{check.id}`", f"{stated:.1g}", f"{seeds:,}", str(alarms), f"{bound:.2g}", agrees]


def stated_rate(check: Check) -> float:
    """Return how often a check refuses a right answer by chance, at most, in all its cases together.

    Its judge states the rate of one case. What hands no generator to the code has one right answer, or
    a judge that accepts every right one for certain: its rate is 0.
    """
    return check.judge.chance * (check.drawn + len(check.always))


def upper_bound(alarms: int, runs: int) -> float:
    """Bound the true rate from above, with 95 % confidence, by what was seen: Clopper and Pearson.

    With no alarm it is the rule of three, about 3 / runs.
    """
    from scipy.stats import beta  # noqa: PLC0415  an extra

    return float(beta.ppf(0.95, alarms + 1, runs - alarms)) if alarms < runs else 1.0


def _fits(stated: float, alarms: int, seeds: int) -> bool:
    """Return whether so many alarms may come from the stated rate: with a probability above 1 %."""
    return alarms == 0 or 1 - (1 - stated) ** seeds > 0.01


def table(rows: Iterable[Sequence[str]]) -> str:
    """Write a table in Markdown; the second row says how columns are aligned."""
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)
