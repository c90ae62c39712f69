"""Experiments of a notebook: the student predicts, runs own code, sees what comes out, and explains it.

An author writes each of them once, in `solutions/labNN_*/notebook.md`:

    ## Experiment: NAME (1 + 2 points)     one point for the machine's part, two for the explanation
    …what is asked, in words
    Predict: a number                      or a choice: Predict: `shrinks`, `grows` or `stays`
    ```python                              lines that run the student's code and set `observed`
    Figure: `gates`                        optional: a figure that the student's code draws
    ### Observed
    0.25 ± 0.01                            what right code gives, or one of the choices
    ### Answer                             the explanation, with its marking scheme

The student's edition has them as a file of data, without the explanations.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from autograder.course import edition
from autograder.course.catalogue import labs
from autograder.course.lab import Lab
from autograder.course.solutions import solutions_path
from autograder.errors import WrongUseError
from autograder.storage import decoded
from autograder.text import listed, unknown

__all__ = [
    "Experiment",
    "FIGURE",
    "MACHINE_POINTS",
    "PlaceholderError",
    "PredictionError",
    "TextError",
    "as_number",
    "find_experiment",
    "lab_experiments",
    "read_experiments",
    "to_json",
]

MACHINE_POINTS = 1
"""For a prediction that was made, and a right observation."""

ANSWER = "### Answer"
OBSERVED = "### Observed"

_SECTION = re.compile(r"^## [^\n]*$", re.MULTILINE)
_HEAD = re.compile(r"## Experiment: (?P<name>[a-z0-9-]+) \(1 \+ (?P<points>\d+) points?\)")
_PREDICT = re.compile(r"^Predict: (.+)$", re.MULTILINE)
FIGURE = re.compile(r"^Figure: `([a-z0-9-]+)`$", re.MULTILINE)
"""A line of an author's text that names a figure."""

_LINES = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NUMBER = re.compile(r"(?P<right>[-−]?[\d.]+(?:e-?\d+)?)(?: ± (?P<tolerance>[\d.]+(?:e-?\d+)?))?")
_LEAST = 1e-9
"""What rounding may change in a number that is exact."""


class TextError(WrongUseError):
    """The author's text is not what a notebook can be made of."""


class PredictionError(WrongUseError):
    """What was given is not a prediction; the message says what would be."""


class PlaceholderError(PredictionError):
    """The cell still holds its three dots."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment."""

    name: str
    points: int
    """For the explanation, which a human reads."""
    asks: str
    choices: tuple[str, ...]
    """What can be predicted; a number where there is none."""
    lines: str
    right: float | str
    tolerance: float = 0.0
    figure: str = ""
    explanation: str = ""

    @property
    def kind(self) -> str:
        """Say what a prediction is here."""
        if self.choices:
            *most, last = [f'"{choice}"' for choice in self.choices]
            return f"{', '.join(most)} or {last}"
        return "a number"

    @property
    def call(self) -> str:
        """Give the call by which a prediction is made, to be filled in."""
        return f'predict("{self.name}", ...)'

    def prediction(self, value: object) -> float | str:
        """Read what a student predicts.

        Raises: PredictionError with what was given and what is expected.
        """
        example = f'"{self.choices[0]}"' if self.choices else "12.5"
        expected = f'expected is {self.kind}, such as predict("{self.name}", {example}).'
        if value is ...:
            raise PlaceholderError(
                f"{self.name}: nothing is predicted yet. Put {self.kind} in place of the three dots. "
                "It may be wrong: that costs nothing."
            )
        if self.choices:
            word = value.strip().casefold() if isinstance(value, str) else ""
            found = [choice for choice in self.choices if choice.casefold() == word]
            if not found:
                raise PredictionError(f"{self.name}: {_shown(value)} is not a choice; {expected}")
            return found[0]
        number = as_number(value)
        if number is None:
            raise PredictionError(f"{self.name}: {_shown(value)} is not a number; {expected}")
        if not math.isfinite(number):
            raise PredictionError(f"{self.name}: {number} says nothing; {expected}")
        return number

    def is_right(self, observed: object) -> bool:
        """Return whether right code gives this."""
        if isinstance(self.right, str):
            return observed == self.right
        number = as_number(observed)
        if number is None:
            return False
        return abs(number - self.right) <= max(self.tolerance, _LEAST * max(1.0, abs(self.right)))


def as_number(value: object) -> float | None:
    """Read a number of any kind, Python's or numpy's; a text or a truth value is none."""
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "size", 1) == 1:
        value = item()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  whatever somebody may have written
        text = f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."


def read_experiments(lab: Lab, text: str) -> dict[str, Experiment]:
    """Read the experiments of an author's text, in its order.

    Raises: TextError with the heading that does not fit.
    """
    found: dict[str, Experiment] = {}
    for head, body in _sections(text):
        if head.startswith("## Experiment"):
            made = _experiment(lab, head.strip(), body)
            if made.name in found:
                raise TextError(f"notebook.md of {lab.id}: two experiments are named {made.name}.")
            found[made.name] = made
    return found


def _sections(text: str) -> Iterator[tuple[str, str]]:
    heads = list(_SECTION.finditer(text))
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        yield head[0], text[head.end() : following.start() if following else len(text)]


def _experiment(lab: Lab, head: str, body: str) -> Experiment:
    match = _HEAD.fullmatch(head)
    asks, _, rest = body.partition(f"\n{OBSERVED}\n")
    observed, _, explanation = (part.strip() for part in rest.partition(f"\n{ANSWER}\n"))
    predict, lines, figure = (pattern.search(asks) for pattern in (_PREDICT, _LINES, FIGURE))
    if not match or not predict or not lines or not observed or not explanation:
        raise TextError(
            f"notebook.md of {lab.id}: {head!r} should be '## Experiment: NAME (1 + N points)', then "
            "the question, a line 'Predict: a number' or 'Predict: `one` or `another`', a block of "
            f"Python that sets observed, {OBSERVED!r} with what right code gives, and {ANSWER!r}."
        )
    choices = tuple(re.findall(r"`([^`]+)`", predict[1]))
    if not choices and predict[1].strip() != "a number":
        raise TextError(
            f"notebook.md of {lab.id}: {predict[0]!r} is neither 'Predict: a number' nor choices."
        )
    words = asks
    for part in filter(None, (predict, lines, figure)):
        words = words.replace(part[0], "")
    made = Experiment(
        name=match["name"],
        points=int(match["points"]),
        asks=re.sub(r"\n{3,}", "\n\n", words).strip(),
        choices=choices,
        lines=lines[1],
        right=observed.strip("`"),
        figure=figure[1] if figure else "",
        explanation=explanation,
    )
    if choices:
        if made.right not in choices:
            raise TextError(
                f"notebook.md of {lab.id}: {observed} of {made.name} is none of {listed(choices)}."
            )
        return made
    number = _NUMBER.fullmatch(observed)
    if not number:
        raise TextError(
            f"notebook.md of {lab.id}: {observed!r} of {made.name} should be a number such as "
            "'0.25 ± 0.01'."
        )
    right = float(number["right"].replace("−", "-"))
    return replace(made, right=right, tolerance=float(number["tolerance"] or 0))


def to_json(experiments: Mapping[str, Experiment]) -> str:
    """Write what the student's edition has: no explanation is in it."""
    plain = {name: asdict(replace(e, explanation="")) for name, e in experiments.items()}
    return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"


def lab_experiments(lab: Lab) -> dict[str, Experiment]:
    """Read a lab's experiments; in the student's edition without explanations.

    Raises: TextError if the author's text does not fit; EditionError for a damaged edition.
    """
    if not edition.is_students():
        place = solutions_path(lab, "notebook.md")
        return read_experiments(lab, decoded(place.read_bytes())) if place.is_file() else {}
    place = edition.experiments_path(lab.id)
    try:
        plain: dict[str, Any] = json.loads(place.read_bytes())
        return {n: Experiment(**{**e, "choices": tuple(e["choices"])}) for n, e in plain.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise edition.EditionError(f"{place.name} of {lab.id} cannot be read: {error}") from None


def find_experiment(name: object) -> tuple[Lab, Experiment]:
    """Find an experiment of the course by its name.

    Raises: WrongUseError with the nearest name if there is none; TextError, EditionError.
    """
    known = {n: (lab, e) for lab in labs() for n, e in lab_experiments(lab).items()}
    if not isinstance(name, str) or name not in known:
        raise WrongUseError(unknown("experiment", str(name), known))
    return known[name]
