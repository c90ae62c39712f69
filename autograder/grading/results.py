"""Results that are kept: one file a submission, named after all that its marks depend on.

The name is a hash of what was handed in, of the answer key and of the code that judges. So what is
found is true, an unchanged submission is never graded twice, and whatever ends a batch costs only
the submissions that were being graded.
"""

import hashlib
import json
import secrets
from functools import cache
from pathlib import Path

from autograder.course.lab import Lab, Status
from autograder.errors import WrongUseError
from autograder.grading.fingerprints import checks_fingerprint
from autograder.grading.key import key_fingerprint
from autograder.grading.report import Report
from autograder.grading.submission import Submission
from autograder.sandbox import Layers, holds
from autograder.storage import held, keep, kept_json

__all__ = ["Results", "Seeds", "grader_hash"]


class Results:
    """The results of one lab under one key."""

    def __init__(self, folder: Path, lab: Lab, key_frame: bytes) -> None:
        self.folder = folder / lab.id
        self.lab = lab
        self.key = hashlib.sha256(key_frame).hexdigest()[:32]
        self.made_by = hashlib.sha256(f"{self.key}{grader_hash(lab)}".encode()).hexdigest()[:32]
        """Changes when the key or the code that judges does."""

    def find(self, submission: Submission, wanted: Layers = ()) -> Report | None:
        """Read the result of a submission; None if there is none that is whole.

        One that was made under fewer layers than are `wanted` does not count.
        """
        try:
            report = Report.from_plain(self.lab, kept_json(self._place(submission)))
            return report if holds(report.isolation, wanted) else None
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def keep(self, submission: Submission, report: Report) -> None:
        """Keep a result whole or not at all; one in which we are at fault is asked again."""
        if not report.count(Status.ERROR):
            text = json.dumps(report.to_plain()) + "\n"
            keep(self._place(submission), text, private=True)

    def _place(self, submission: Submission) -> Path:
        name = hashlib.sha256(f"{submission.digest}{self.made_by}".encode()).hexdigest()[:40]
        return self.folder / f"{name}.json"


SECRET_BITS = 128
"""Of a course's own seed: nobody can try them all."""


class Seeds:
    """The seed of each lab in one course folder: the secret that every mark's cases come from."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "seeds.json"

    def get(self, lab: Lab) -> int:
        """Give the lab's seed; the first time it is drawn, once for all who ask at that moment."""
        seeds = self._read()
        if lab.id not in seeds:
            seeds = self._change(lab, secrets.randbits(SECRET_BITS), replace=False)
        return seeds[lab.id]

    def set(self, lab: Lab, seed: int) -> None:
        """Choose the lab's seed for all gradings to come."""
        self._change(lab, seed, replace=True)

    def _change(self, lab: Lab, seed: int, *, replace: bool) -> dict[str, int]:
        """Read, change and write under the folder's lock; without `replace` a seed that is there stays."""
        with held(self.place.parent):
            seeds = self._read()
            if replace or lab.id not in seeds:
                seeds[lab.id] = seed
                text = json.dumps(seeds, indent=2, sort_keys=True) + "\n"
                keep(self.place, text, private=True)
            return seeds

    def _read(self) -> dict[str, int]:
        try:
            seeds = kept_json(self.place)
            return {str(lab_id): int(seed) for lab_id, seed in seeds.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, AttributeError, TypeError, OverflowError):
            raise WrongUseError(
                f"{self.place} is damaged: it should map labs to seeds, as in "
                '{"lab02_hebb": 7}. Correct or delete it.'
            ) from None


@cache
def grader_hash(lab: Lab) -> str:
    """Hash all of this installation that a mark depends on: judging, engine, numpy, Python."""
    made_of = f"{key_fingerprint(lab)} {checks_fingerprint(lab)}"
    return hashlib.sha256(made_of.encode()).hexdigest()[:32]
