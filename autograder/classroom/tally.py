"""How often each mistake occurred in a class: count the names in its JSON reports."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.grading.report import SCHEMA
from autograder.storage import decoded

__all__ = ["Tally", "tally"]


@dataclass(slots=True)
class Tally:
    """What a class's reports on one lab say, counted by report."""

    reports: int = 0
    named: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """In how many reports a mistake is named; names that explain equally well stay together."""
    unnamed: Counter[str] = field(default_factory=Counter)
    """In how many reports a check failed without a name, by the check."""
    refused: list[str] = field(default_factory=list)
    """Files that are not reports."""


def tally(folder: Path, lab_id: str) -> Tally:
    """Count the mistakes in all reports on a lab below a folder; what is hidden is left out."""
    counted = Tally()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.suffix.lower() != ".json" or any(part.startswith(".") for part in parts):
            continue
        try:
            reports = _reports(json.loads(decoded(path.read_bytes())))
            named, unnamed, found = Counter[tuple[str, ...]](), Counter[str](), 0
            for report in reports:
                if report["lab"] == lab_id:
                    found += 1
                    failed = [c for c in report["checks"] if c["status"] == "failed"]
                    named.update({tuple(map(str, c["mistakes"])) for c in failed if c["mistakes"]})
                    unnamed.update({str(c["id"]) for c in failed if not c["mistakes"]})
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            counted.refused.append("/".join(parts))
            continue
        counted.reports += found
        counted.named += named
        counted.unnamed += unnamed
    return counted


def _reports(plain: Any) -> list[dict[str, Any]]:
    """Take the reports out of a file: one, or several under "reports".

    Raises: ValueError if the file has another schema.
    """
    if plain["schema"] != SCHEMA:
        raise ValueError("not a report")
    reports: list[dict[str, Any]] = plain.get("reports", [plain])
    return reports
