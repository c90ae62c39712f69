"""Two mistakes at once: what a student may well make, and what must not be called a third."""

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.authoring.survey import ask_exercise
from autograder.course.catalogue import engine_path, reference_for
from autograder.course.exercises import find_body, replace_lines
from autograder.course.lab import Lab
from autograder.course.mistakes import Mistake, load_mistakes
from autograder.grading import questions
from autograder.grading.diagnose import explains
from autograder.grading.key import AnswerKey
from autograder.sandbox import Sandbox, Source

__all__ = ["Pair", "PairOutcome", "ask_pair", "pairs_of"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two patches to one body that do not touch each other."""

    first: Mistake
    second: Mistake
    source: Source


@dataclass(frozen=True, slots=True)
class PairOutcome:
    """What became of two mistakes at once."""

    pair: Pair
    caught: bool
    in_effect: tuple[str, ...]
    """Names given to it that are neither of the two, of mistakes that do the same in every check."""
    strangers: tuple[str, ...]
    """Names given to it that are neither of the two, though something tells them apart."""


def pairs_of(lab: Lab) -> Iterator[Pair]:
    """Make all pairs of a lab's mistakes whose patches stand in one body without overlap."""
    patches = [mistake for mistake in load_mistakes(lab) if mistake.right]
    for first, second in itertools.combinations(patches, 2):
        if first.exercise == second.exercise:
            source = _both(first, second)
            if source is not None:
                yield Pair(first, second, source)


def _both(first: Mistake, second: Mistake) -> Source | None:
    """Apply two patches to the reference; None if they overlap, or spoil each other's Python."""
    path = engine_path(first.module)
    text = path.read_text(encoding="utf-8")
    start, end = find_body(text, first.exercise)
    body = "".join(text.splitlines(keepends=True)[start - 1 : end])
    patches = sorted(
        (body.index(mistake.right), mistake.right, mistake.wrong) for mistake in (first, second)
    )
    (at, right, wrong), (next_at, next_right, next_wrong) = patches
    if at + len(right) > next_at:
        return None
    patched = "".join(
        [
            body[:at],
            wrong,
            body[at + len(right) : next_at],
            next_wrong,
            body[next_at + len(next_right) :],
        ]
    )
    whole = replace_lines(text, start, end, patched)
    try:
        ast.parse(whole)
    except SyntaxError:
        return None
    return Source(path.name, whole.encode())


def ask_pair(lab: Lab, pair: Pair, key: AnswerKey, sandbox: Sandbox) -> PairOutcome:
    """Grade the reference with both mistakes in it."""
    results = ask_exercise(lab, pair.first.exercise, pair.source, key, sandbox)
    given = {name for result in results for name in result.mistakes}
    own = {pair.first.id, pair.second.id}
    others = set() if given & own else given
    same = {name for name in others if _is_in_effect(name, lab, pair, key, sandbox)}
    return PairOutcome(pair, bool(results), tuple(sorted(same)), tuple(sorted(others - same)))


def _is_in_effect(name: str, lab: Lab, pair: Pair, key: AnswerKey, sandbox: Sandbox) -> bool:
    """Ask all checks of the exercise, also those that grading skips, and compare with a mistake."""
    right = {m: Source(f"{m}.py", engine_path(m).read_bytes()) for m in lab.modules}
    submission = {**right, pair.first.module: pair.source}
    checks = [c for c in lab.checks.values() if c.exercise == pair.first.exercise]
    return all(
        explains(name, check, key, sandbox.ask(question))
        for check in checks
        for question in [
            questions.question_for(
                lab, check, key.checks[check.id].cases, submission, reference_for(lab)
            )
        ]
    )
