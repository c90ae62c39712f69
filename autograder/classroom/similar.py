"""Bodies that a few people share and that nobody else has: something to look at, never a verdict.

What must be alike is taken off first: the stub, the reference, known mistakes, right answers in other forms,
and whatever more than a few of the class write. What is left of a body are its rare fingerprints.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from autograder.classroom.collect import HandIn
from autograder.classroom.forms import Body, Reader
from autograder.course.lab import Lab
from autograder.course.reference import parsed, reference_text
from autograder.course.solutions import load_equivalent, load_mistakes, load_valid
from autograder.course.stubs import make_stub
from autograder.errors import WrongUseError
from autograder.text import listed

__all__ = ["Exercise", "Pair", "Shared", "Similar", "Wording", "Writer", "find_similar"]

FEW = 3
"""People who share a body in a small class; in a large one see `FEW_PART`."""
FEW_PART = 0.02

LEAST = 10
"""Rare fingerprints that two people must share in the whole lab: two odd places at least."""

LEAST_ONE = 4
"""Of which one exercise must have so many: an odd place is in up to five."""

SAME = 0.5
"""Which part of the rare fingerprints of the shorter body must be shared."""

Form = tuple[str, ...]
Print = tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Writer:
    """Somebody whose body is compared."""

    name: str
    group: str = ""
    """The folder of another class; "" for this one."""

    def __str__(self) -> str:
        return f"{self.name} ({self.group})" if self.group else self.name


_Two = tuple[Writer, Writer]


@dataclass(frozen=True, slots=True)
class Wording:
    """A body as one or several people wrote it."""

    people: tuple[Writer, ...]
    source: bytes
    """The module that it stands in."""
    body: Body


@dataclass(frozen=True, slots=True)
class Shared:
    """People who share an unusual body in one exercise."""

    exercise: str
    people: tuple[Writer, ...]
    wordings: tuple[Wording, ...]
    weight: int
    """Rare fingerprints that two of them share, at most."""

    @property
    def pairs(self) -> Iterator[tuple[Writer, Writer]]:
        """Go through all pairs of its people of whom one is of this class."""
        for one, other in combinations(self.people, 2):
            if not (one.group and other.group):
                yield one, other


@dataclass(frozen=True, slots=True)
class Exercise:
    """How the bodies of one exercise are spread: what a shared one is to be compared with."""

    id: str
    bodies: int
    """That were compared, other classes included."""
    known: int
    """Of a form that is in the catalogue or the reference."""
    forms: int
    """Different forms of all."""
    alone: int
    """Of a form that is not known, and that nobody else has."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people, and where they share something."""

    people: tuple[Writer, Writer]
    exercises: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Similar:
    """What was found in a class."""

    lab: Lab
    people: int
    """Of this class."""
    others: int
    """Of other classes."""
    exercises: tuple[Exercise, ...]
    shared: tuple[Shared, ...]
    """Those with the most to look at first."""
    unread: tuple[tuple[Writer, str], ...]
    """Whose exercise could not be compared, and why."""

    @property
    def compared(self) -> int:
        """How many pairs of people were compared, one of them of this class."""
        return self.people * (self.people - 1) // 2 + self.people * self.others

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """List the pairs of people, those who share most exercises first."""
        found: dict[tuple[Writer, Writer], list[str]] = {}
        for shared in self.shared:
            for pair in shared.pairs:
                found.setdefault(pair, []).append(shared.exercise)
        ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
        return tuple(Pair(people, tuple(sorted(where))) for people, where in ordered)

    def how_rare(self, shared: Shared) -> str:
        """Say in a sentence what a shared body is to be compared with."""
        spread = next(each for each in self.exercises if each.id == shared.exercise)
        alone = "1 has another" if spread.alone == 1 else f"{spread.alone} have another"
        return (
            f"{len(shared.people)} of {spread.bodies} share it. {spread.known} of the {spread.bodies} "
            f"have a form that is known, {alone} that is theirs alone."
        )

    @property
    def summary(self) -> tuple[str, ...]:
        """Say in sentences what was found, and how often pairs share anything."""
        count = Counter(len(pair.exercises) for pair in self.pairs)
        few = [
            "In so small a class nobody can say how rare a form is: add another with --also FOLDER."
        ] * (self.people + self.others < SMALL)
        if not count:
            return ("No two people share an unusual body.", *few)
        each = [f"{count[n]} in {n} exercise{'s' * (n != 1)}" for n in sorted(count)]
        pairs = "1 shares" if count.total() == 1 else f"{count.total()} share"
        return (f"Of {self.compared} pairs {pairs} an unusual body: {listed(each)}.", *few)


SMALL = 10
"""People; of fewer nothing can be said of how rare something is."""

NO_VERDICT = (
    "This says what to look at, not who copied. Who shares a body may have worked together as the "
    "course allows, or used the same book, tutor or program. Short bodies come out alike by chance. "
    "Ask both to explain their code before you think anything."
)


def find_similar(
    lab: Lab, hand_ins: Sequence[HandIn], also: Mapping[str, Sequence[HandIn]] | None = None
) -> Similar:
    """Look for bodies that a few people share.

    Args:
        lab: the lab.
        hand_ins: the class.
        also: other classes, such as last year's, each under its name.

    Raises: WrongUseError where there are not two people to compare.
    """
    classes = {"": hand_ins, **(also or {})}
    everybody = [(Writer(one.student, name), one) for name, own in classes.items() for one in own]
    if len(everybody) < 2:
        raise WrongUseError(
            f"There is one hand-in to {lab.id}, and it takes two to compare. "
            "Add another class: --also FOLDER"
        )
    known = _Known(lab)
    bodies: dict[str, dict[Writer, Wording]] = {exercise: {} for exercise in lab.exercises}
    unread: list[tuple[Writer, str]] = []
    for who, one in everybody:
        unread += [(who, f"{module}.py is not there.") for module in one.first.missing]
        for module, text in one.first.texts.items():
            if parsed(text) is None:
                unread.append((who, f"{module}.py is not Python."))
                continue
            lost = []
            for exercise in known.exercises(module):
                body = known.readers[module].read(text, exercise)
                if body is None:
                    lost.append(exercise)
                elif body.form != known.stubs.get(exercise):
                    bodies[exercise][who] = Wording((who,), text, body)
            if lost:
                unread.append((who, f"It has no {listed(lost)}, or one far too long."))
    links = {
        exercise: _links(own, known.prints[exercise], known.forms[exercise])
        for exercise, own in bodies.items()
    }
    total = Counter[_Two]()
    for each in links.values():
        total.update(each)
    shared = [
        group
        for exercise, each in links.items()
        for group in _groups(
            exercise, bodies[exercise], {p: w for p, w in each.items() if total[p] >= LEAST}
        )
    ]
    shared.sort(key=lambda each: (-each.weight, each.exercise, each.people))
    figures = (_figures(each, own, known.forms[each]) for each, own in bodies.items())
    return Similar(
        lab,
        len(hand_ins),
        len(everybody) - len(hand_ins),
        tuple(figures),
        tuple(shared),
        tuple(unread),
    )


def _figures(exercise: str, bodies: Mapping[Writer, Wording], known: set[Form]) -> Exercise:
    forms = Counter(each.body.form for each in bodies.values())
    return Exercise(
        exercise,
        len(bodies),
        sum(count for form, count in forms.items() if form in known),
        len(forms),
        sum(count == 1 for form, count in forms.items() if form not in known),
    )


class _Known:
    """What many may write: forms and fingerprints of the stub, the reference and what is known of answers."""

    def __init__(self, lab: Lab) -> None:
        self.readers = {module: Reader(make_stub(lab, module)) for module in lab.modules}
        self.forms: dict[str, set[Form]] = {each: set() for each in lab.exercises}
        self.prints: dict[str, set[Print]] = {each: set() for each in lab.exercises}
        self.stubs: dict[str, Form] = {}
        for exercise in lab.exercises:
            module = exercise.partition(".")[0]
            stub = self.readers[module].read(make_stub(lab, module), exercise)
            if stub is not None:
                self.stubs[exercise] = stub.form
        for exercise, text in _answers(lab):
            body = self.readers[exercise.partition(".")[0]].read(text, exercise)
            if body is not None:
                self.forms[exercise].add(body.form)
                self.prints[exercise] |= body.prints

    def exercises(self, module: str) -> list[str]:
        """List the exercises of a module."""
        return [exercise for exercise in self.forms if exercise.partition(".")[0] == module]


def _answers(lab: Lab) -> Iterator[tuple[str, str | bytes]]:
    """Go through all that is known of answers: an exercise, and a module with a body of it."""
    for exercise in lab.exercises:
        yield exercise, reference_text(exercise.partition(".")[0])
    for mistake in load_mistakes(lab):
        yield from ((mistake.exercise, form.source().text) for form in mistake.each_form())
    for valid in load_valid(lab):
        texts = valid.texts()
        yield from ((each, texts[each.partition(".")[0]]) for each in (valid.exercise, *valid.also))
    for equivalent in load_equivalent(lab):
        right_text = reference_text(equivalent.exercise.partition(".")[0])
        for exercise, right, wrong in equivalent.changes:
            yield exercise, right_text.replace(right, wrong)


def _links(bodies: Mapping[Writer, Wording], known: set[Print], forms: set[Form]) -> Counter[_Two]:
    """Count the rare fingerprints that each two people share in one exercise."""
    few = max(FEW, int(FEW_PART * len(bodies)))
    left = {who: each.body.prints for who, each in bodies.items() if each.body.form not in forms}
    count = Counter(each for prints in left.values() for each in prints)
    holders: dict[Print, list[Writer]] = {}
    size = Counter[Writer]()
    for who, prints in sorted(left.items()):
        for each in prints:
            if each not in known and count[each] <= few:
                holders.setdefault(each, []).append(who)
                size[who] += 1
    common = Counter(two for people in holders.values() for two in combinations(people, 2))
    return Counter(
        {
            two: number
            for two, number in common.items()
            if number >= LEAST_ONE
            and number >= SAME * min(size[who] for who in two)
            and not all(who.group for who in two)
        }
    )


def _groups(
    exercise: str, bodies: Mapping[Writer, Wording], links: Mapping[_Two, int]
) -> Iterator[Shared]:
    """Put those together who share something with one another."""
    groups: list[tuple[set[Writer], int]] = []
    for two, weight in links.items():
        met = [group for group in groups if group[0] & {*two}]
        people = {*two}.union(*(own for own, _ in met))
        groups = [group for group in groups if group not in met]
        groups.append((people, max([weight, *(own for _, own in met)])))
    for people, weight in groups:
        same: dict[str, list[Writer]] = {}
        for who in sorted(people):
            same.setdefault(bodies[who].body.text, []).append(who)
        wordings = tuple(replace(bodies[own[0]], people=tuple(own)) for own in same.values())
        yield Shared(exercise, tuple(sorted(people)), wordings, weight)
