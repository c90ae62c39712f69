"""Build the student's edition: a wheel, a zip a lab, and one zip for the whole course.

The same inputs give the same bytes: entries are sorted, and times are fixed (SOURCE_DATE_EPOCH, where
that is set). The inputs are the repository, the seed, and the numpy that records the keys.
"""

import contextlib
import hashlib
import importlib
import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from autograder.authoring.proof.work import Unit, do_all, sandbox
from autograder.authoring.release.handouts import handout
from autograder.authoring.release.leave_out import all_but
from autograder.authoring.release.stage import pack_key, stage
from autograder.course.catalogue import ROOT, find_lab, labs
from autograder.course.edition import PLACE, released_place
from autograder.course.guide import README
from autograder.course.lab import Lab
from autograder.grading.key import AnswerKey, get_key, key_fingerprint, stored_key
from autograder.grading.pool import cores
from autograder.sandbox import open_sandbox
from autograder.storage import STATE, keep, kept, write_whole

__all__ = ["COURSE_ZIP", "build_edition", "build_wheel", "collect_keys", "make_zip"]

COURSE_ZIP = "course.zip"

LONG_AGO = 1_580_601_600
"""2 February 2020: the time of every file, unless SOURCE_DATE_EPOCH names another."""

FIRST_OF_ZIPS = 315_532_800
"""1 January 1980."""


def build_edition(
    chosen: Sequence[Lab],
    assignments: Path,
    out: Path,
    *,
    seed: int = 0,
    without: Sequence[Lab] = (),
    doing: Callable[[str], object] = lambda _: None,
) -> list[Path]:
    """Build the wheel with all labs but those `without`, and the zips of the chosen ones; return what is there now.

    `assignments` has the generated notebooks. Nothing is written before everything is built; what has not
    changed is neither recorded, packed nor written again. `doing` is called with each step's name.

    Raises:
        LeftOutError: a lab needs one that is left out.
        HandoutError: a lab's notebook is missing, or somebody has worked in it.
        ModuleNotFoundError: hatchling is not installed.
        RecordingError, SandboxError: ours.
    """
    importlib.import_module("hatchling")  # before keys are recorded, which takes minutes
    whole = all_but(labs(), without)
    chosen = [lab for lab in chosen if lab in whole]
    doing(f"Stubs, notebooks and READMEs of {len(whole)} labs …")
    handouts = {lab.id: handout(lab, assignments) for lab in whole}
    keys = collect_keys(whole, seed, doing)
    doing("The wheel …")
    with tempfile.TemporaryDirectory(prefix="nnlab-") as name:
        stage(Path(name) / "tree", whole, keys, handouts, lambda key: _packed(key, doing))
        wheel = build_wheel(Path(name) / "tree", Path(name))
        built = {wheel.name: wheel.read_bytes()}
    parts = {lab.id: _entries(lab.id, handouts[lab.id]) for lab in chosen}
    built |= {f"{lab_id}.zip": make_zip(entries) for lab_id, entries in parts.items()}
    all_parts = {name: text for entries in parts.values() for name, text in entries.items()}
    built[COURSE_ZIP] = make_zip({"README.md": README.encode(), **all_parts})
    for old in out.glob("nnlab_course-*.whl"):
        if old.name not in built:
            old.unlink()
    for name, content in built.items():
        if _is_there(out / name, content):
            doing(f"{name} is as it was.")
        else:
            write_whole(out / name, content)
    return [out / name for name in built]


def _is_there(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _packed(key: AnswerKey, doing: Callable[[str], object]) -> bytes:
    """Pack a key, unless what it was made from and how it is packed are as they were.

    Where nothing can be kept, it is packed each time.
    """
    maker = hashlib.sha256(Path(__file__).with_name("stage.py").read_bytes()).hexdigest()[:16]
    name = f"{key.lab}-{key.seed}-{key_fingerprint(find_lab(key.lab))}-{maker}.packed"
    place = ROOT / STATE / "packed" / name
    with contextlib.suppress(OSError, ValueError):
        return kept(place)
    doing(f"{key.lab}: its answer key is packed …")
    packed = pack_key(key)
    with contextlib.suppress(OSError):
        keep(place, packed, private=True)
        for old in place.parent.glob(f"{key.lab}-{key.seed}-*.packed"):
            if old != place:
                old.unlink(missing_ok=True)
    return packed


def collect_keys(
    chosen: Sequence[Lab], seed: int, doing: Callable[[str], object] = lambda _: None
) -> dict[str, AnswerKey]:
    """Take every lab's key under one seed; what is not stored is recorded."""
    keys = {lab.id: stored_key(lab, seed) for lab in chosen}
    missing = [lab for lab in chosen if keys[lab.id] is None]
    doing(f"{len(chosen)} answer keys, of which {len(missing)} must be recorded …")
    if missing:
        _record_parts(missing, seed, doing)
        with open_sandbox() as opened:
            keys |= {lab.id: get_key(lab, seed, opened) for lab in missing}
    return {name: key for name, key in keys.items() if key}


def _record_parts(missing: Sequence[Lab], seed: int, doing: Callable[[str], object]) -> None:
    """Record and store what keys are made of, on all cores: the reference's answers, then the mistakes'."""
    slowest_first = missing[::-1]
    answers = [Unit(lab.id, lab.id, (seed, ())) for lab in slowest_first]
    mistakes = [
        Unit(f"{lab.id}, {name}", lab.id, (seed, (name,)))
        for lab in slowest_first
        for name in lab.exercises
    ]
    number = count(1)
    for units in (answers, mistakes):
        for unit, _ in do_all(_record, units, cores()):
            doing(f"{unit.id}: recorded ({next(number)} of {len(answers) + len(mistakes)}) …")


def _record(lab: Lab, about: tuple[int, tuple[str, ...]]) -> None:
    seed, exercises = about
    get_key(lab, seed, sandbox(), exercises)


def _entries(lab_id: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Place a lab's files: where the student works, and once more as they were handed out.

    By the second an update knows what the student has changed.
    """
    return {
        **{f"{PLACE}/{lab_id}/{name}": content for name, content in files.items()},
        **{f"{released_place(lab_id)}/{name}": content for name, content in files.items()},
    }


def make_zip(entries: Mapping[str, bytes]) -> bytes:
    """Pack files, sorted and with fixed times and rights."""
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in sorted(entries.items()):
                info = zipfile.ZipInfo(name, time.gmtime(_epoch())[:6])
                info.create_system = 3  # the same on every system: 3 is Unix, whose rights follow
                info.external_attr = 0o100644 << 16
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
        file.seek(0)
        return file.read()


def build_wheel(tree: Path, out: Path) -> Path:
    """Build the wheel of a staged tree with hatchling, which needs no network for it.

    Raises: ModuleNotFoundError if hatchling is not installed.
    """
    wheel: Any = importlib.import_module("hatchling.builders.wheel")
    with _source_date():
        (built,) = wheel.WheelBuilder(str(tree)).build(directory=str(out), versions=["standard"])
    return Path(built)


def _epoch() -> int:
    """Take the wanted time; a zip knows none before 1980."""
    return max(int(os.environ.get("SOURCE_DATE_EPOCH", LONG_AGO)), FIRST_OF_ZIPS)


@contextmanager
def _source_date() -> Any:
    """Give hatchling our time, whatever its own would be."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(_epoch())
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
