"""The page docs/proof.md: what the proof has found, when and how."""

import platform
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np

from autograder.authoring.proof.alarms import is_random
from autograder.authoring.proof.figures import VALID_SEEDS, Figures
from autograder.authoring.proof.mutation import SEEDS
from autograder.course.lab import Check

__all__ = ["headline", "stated_rate", "summary", "table", "upper_bound", "write_page"]

HEAD = """# The checks, proven

Generated on {day} by `nnlab lab prove --page` from what `nnlab lab prove` had found on Python {python} and numpy {numpy}; do not edit.

An autograder can fail in two ways: it can accept what is wrong, and it can refuse what is right.
This page says how often ours does either, as far as was tried.

{headline}

{summary}
- **mutants**: the reference with one small change in the body of one exercise, graded as a submission. It is killed if a check fails, or if it does not end in time.
- **killed**: of the mutants that are not equivalent. What survives the first seed is asked under {seeds}; one that only some of them catch fails the run.
- **equivalent**: mutants that are right all the same. Each stands with its reason in `solutions/LAB/equivalent.toml`. The run fails if another one survives, and if a listed one is killed or no longer made.
- **mistakes caught**: of the catalogue in `solutions/LAB/mistakes.toml`, in the same way; their names are in [mistakes.md](mistakes.md).
- **right answers refused**: of the bodies in `solutions/LAB/valid.toml`, other forms of the exercises, each under {valid_seeds} seeds.
- **false alarms**: of the reference's answers, judged under so many seeds. The aim is 10,000 for quick labs and 1,000 for those that train networks; the column says how many this run had.

## Which mutants

They are made by [cosmic-ray](https://cosmic-ray.readthedocs.io)'s operators: another arithmetic operator (+ − × ÷ // % **), another comparison, a number one larger and one smaller, `and` for `or`, `not` put in or left out, a sign left out, True for False, `break` for `continue`, `is` for `is not`, a loop that never runs; and in both directions.
Three operators that it has not are our own: a statement left out, an argument left out, and another augmented assignment.
Left out are shifts and bitwise operators, which between floats only raise, replacements at random, and changes of a message's words.
Mutants that are the same program count once.

## False alarms, stated and measured

Where a right answer depends on chance, its check states how often it may be refused.
In these runs the answer that is judged came from another stream of random numbers than the answer key's.
The bound is what the true rate stays below with 95 % confidence (Clopper and Pearson; with no alarm, three over the number of seeds).
A stated rate agrees with the run if it is below the bound: rates as small as these no run can measure, only contradict.

"""

COLUMNS = (
    "lab",
    "mutants",
    "killed",
    "equivalent",
    "mistakes caught",
    "right answers refused",
    "seeds",
    "answers",
    "false alarms",
)

AGREEMENT = """
## One mark everywhere

The same submissions (right, untouched, with mistakes, hostile) get the same reports from the self-check that students run, from a batch with one process and with two, from nbgrader's autograde step, and from a Dask cluster.
`tests/autograder/authoring/proof/test_agreement.py` compares them, word for word, times and the kind of sandbox aside; the parts for nbgrader and Dask need the extras `instructor` and `cluster`.

## Try it

```sh
# not run: it takes hours
make prove                  # all of it
nnlab lab prove hebb            # one lab
nnlab lab prove --part mutants  # one part
```

What is found is kept in `.nnlab/proof`, so a run that was ended goes on where it was; it is found again when the engine, the checks or the judges have changed.
"""


def write_page(figures: Sequence[Figures], day: date) -> str:
    """Write the page."""
    head = HEAD.format(
        day=day.isoformat(),
        python=platform.python_version(),
        numpy=np.__version__,
        headline=headline(figures),
        summary=summary(figures),
        seeds=f"{SEEDS} seeds",
        valid_seeds=VALID_SEEDS,
    )
    return head + _rates(figures) + _properties(figures) + AGREEMENT


def headline(figures: Sequence[Figures]) -> str:
    """Say it in one sentence."""
    mutants = sum(len(f.fates) for f in figures)
    equivalent = sum(f.count("survived") for f in figures)
    killed = sum(f.count("killed") for f in figures)
    valid = sum(len(f.valid) for f in figures)
    judged = sum(sum(f.alarms.judged.values()) for f in figures)
    return (
        f"Of {mutants:,} mutants, {equivalent} are equivalent and {_share(killed, mutants - equivalent)} "
        f"of the others are killed; of {valid} right answers in other forms {_refused(figures)} were "
        f"refused; in {judged:,} answers of the reference there were {_alarms(figures)} false alarms."
    )


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
    mutants = sum(len(f.fates) for f in figures)
    equivalent = sum(f.count("survived") for f in figures)
    mistakes = sum(len(f.mistakes) for f in figures)
    return [
        name,
        f"{mutants:,}",
        _share(sum(f.count("killed") for f in figures), mutants - equivalent),
        str(equivalent),
        f"{sum(f.caught for f in figures):,} of {mistakes:,}",
        f"{_refused(figures)} of {sum(len(f.valid) for f in figures)}",
        seeds,
        f"{sum(sum(f.alarms.judged.values()) for f in figures):,}",
        str(_alarms(figures)),
    ]


def _rates(figures: Sequence[Figures]) -> str:
    rows = [
        ["check", "stated, at most", "seeds", "false alarms", "bound", "agrees"],
        ["---", "---:", "---:", "---:", "---:", "---"],
    ]
    certain = 0
    for found in figures:
        for check in found.lab.checks.values():
            if stated_rate(check) == 0 and not found.alarms.refused.get(check.id):
                certain += any(is_random(check, case) for case in check.cases(0))
            elif _is_chancy(check):
                rows.append(_rate(found, check))
    more = (
        f"\n{certain} more checks hand a generator to the code and accept every right answer for "
        "certain; all others have one right answer. None of these was refused either.\n"
    )
    return table(rows) + more


def _properties(figures: Sequence[Figures]) -> str:
    """List the checks whose evidence could be made up."""
    checks = [check for found in figures for check in found.lab.checks.values()]
    names = [f"`{check.id}`" for check in checks if check.judge.property_only]
    return (
        "\n## Properties and answers\n\n"
        f"Of {len(checks)} checks, {len(names)} prove a property, not an answer: whoever puts made-up "
        "evidence where the student's code should have run can pass such a check alone.\n"
        "Each carries one point at most and waits for a check whose answer only the judge knows; "
        "`tests/autograder/test_forged_evidence.py` makes up evidence for every check and earns nothing.\n"
        f"They are {', '.join(names) or 'none'}.\n"
    )


def _is_chancy(check: Check) -> bool:
    return stated_rate(check) != 0 or any(is_random(check, case) for case in check.cases(0))


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
