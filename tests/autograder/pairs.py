"""Two mistakes at once: what a student may well make, and what must not be called a third."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.authoring.proof.survey import ask_exercise
from autograder.course.catalogue import reference_for
from autograder.course.lab import Lab
from autograder.course.reference import body_in, reference_text, with_body
from autograder.course.solutions import Mistake, idea_of, load_mistakes
from autograder.grading import questions
from autograder.grading.diagnose import explains
from autograder.grading.key import AnswerKey
from autograder.sandbox import Sandbox, Source


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
    text = reference_text(first.module)
    body = body_in(text, first.exercise)
    (at, one), (next_at, other) = sorted(
        ((body.index(m.right), m) for m in (first, second)), key=lambda found: found[0]
    )
    if at + len(one.right) > next_at:
        return None
    between, after = body[at + len(one.right) : next_at], body[next_at + len(other.right) :]
    try:
        whole = with_body(
            text, first.exercise, body[:at] + one.wrong + between + other.wrong + after
        )
    except ValueError:
        return None
    return Source(f"{first.module}.py", whole.encode())


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
    right = {m: Source(f"{m}.py", reference_text(m).encode()) for m in lab.modules}
    submission = {**right, pair.first.module: pair.source}
    checks = [c for c in lab.checks.values() if c.exercise == pair.first.exercise]
    answers = {
        check: sandbox.ask(question)
        for check in checks
        for question in [
            questions.question_for(
                lab, check, key.checks[check.id].cases, submission, reference_for(lab)
            )
        ]
    }
    forms = [form for form in key.checks[checks[0].id].wrong if idea_of(form) == name]
    return any(
        all(explains(form, check, key, answer) for check, answer in answers.items())
        for form in forms
    )
