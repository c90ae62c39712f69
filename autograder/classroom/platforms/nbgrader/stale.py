"""Graded notebooks that no longer belong to what is handed in: nbgrader would keep and return them.

nbgrader grades again only where both times are known, and a platform's zip has none. So each graded
notebook carries a hash of the submission and of what graded it; where one of them has changed, notebook
and feedback are taken away, and the next autograde makes them. Scores and comments are in the gradebook.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder import text

__all__ = ["clear_stale", "hash_of", "sign"]


def hash_of(folder: Path) -> str:
    """Hash all files of a submission, with their names."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(repr(path.relative_to(folder).as_posix()).encode("utf-8", "replace"))
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def sign(notebook: Any, **signs: str) -> None:
    """Write into a graded notebook what it was made from."""
    notebook.metadata.setdefault("nnlab", {}).update(signs)


def clear_stale(course: Path, made_by: Mapping[str, str] | None = None) -> Iterator[str]:
    """Take away what was graded from an earlier submission, and say whose it was.

    Args:
        course: the course's folder.
        made_by: what grades a lab now, by the lab's id; a notebook by something else is stale, too.
    """
    for graded in sorted((course / "autograded").glob("*/*/*.ipynb")):
        student, lab_id = graded.parts[-3:-1]
        handed_in = course / "submitted" / student / lab_id
        if graded.stem != lab_id or not handed_in.is_dir():
            continue
        wanted = {"handed_in": hash_of(handed_in)}
        if made_by and lab_id in made_by:
            wanted["made_by"] = made_by[lab_id]
        if wanted.items() <= _signs(graded).items():
            continue
        for step in ("autograded", "feedback"):
            shutil.rmtree(course / step / student / lab_id, ignore_errors=True)
        why = "was handed in or graded again" if made_by else "was handed in again"
        yield (
            f"{text.named(student)}/{lab_id} {why} since its notebook was graded. Next: "
            f"nbgrader autograde {lab_id}, and generate_feedback where it was returned."
        )


def _signs(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_bytes())["metadata"]["nnlab"])
    except (OSError, ValueError, LookupError, TypeError):
        return {}
