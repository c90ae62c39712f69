"""The student's edition as a tree of files, from which its wheel is built.

It is made by naming what goes in, never by copying all and taking out: checks and command line, the
provided modules, the labs' handouts, an answer key of numbers for each lab, and the clinic's records.
"""

import importlib.util
import json
import platform
import shutil
import tomllib
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from autograder.clinic import record as clinic
from autograder.course import edition
from autograder.course.catalogue import (
    GROUP,
    PROVIDED,
    ROOT,
    engine_path,
    guests_checker_files,
    guests_entry_points,
    lab_ids,
)
from autograder.course.experiments import lab_experiments, to_json
from autograder.course.guide import GUIDE, README, make_guide
from autograder.course.lab import Lab
from autograder.grading.fingerprints import checks_fingerprint, engine_fingerprint
from autograder.grading.key import AnswerKey, KeyedCheck, key_fingerprint
from autograder.grading.versions import blas
from autograder.sandbox.observation import Observation, Raised

__all__ = ["for_students", "pack_key", "stage"]

LEFT_OUT = (
    "authoring/",
    "classroom/",
    "commands/authors/",
    "commands/instructors/",
)
"""Parts of the checker that are of no use without the engine."""

SHIPPED = ("*.py", "*.html", "*.css", "*.js", "py.typed")

STRENGTH = 9  # of zlib: a key is packed once and unpacked in milliseconds


def pack_key(key: AnswerKey) -> bytes:
    """Make of a key the file that students get."""
    return zlib.compress(for_students(key).to_bytes(), STRENGTH)


def stage(
    folder: Path,
    labs: Sequence[Lab],
    keys: Mapping[str, AnswerKey],
    handouts: Mapping[str, Mapping[str, bytes]],
    pack: Callable[[AnswerKey], bytes] = pack_key,
) -> None:
    """Write the tree of the student's edition into an empty folder; `pack` makes of a key its file."""
    seeds = {key.seed for key in keys.values()}
    (seed,) = seeds  # an edition has one
    assert seed is not None, "the students' seed is not secret"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    guests = guests_checker_files(labs)
    _write(folder / "pyproject.toml", _project(project, labs, guests))
    for name, path in guests.items():
        _write(folder / name, path.read_bytes())
    _write(folder / "README.md", README)
    shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE")
    _stage_library(folder / "nnlab")
    _stage_checker(folder / "autograder", without={*lab_ids()} - {*handouts})
    given = folder / edition.HANDED_OUT.name
    _write(given / GUIDE.name, make_guide())
    for lab_id, files in handouts.items():
        for name, content in files.items():
            _write(given / "assignments" / lab_id / name, content)
    for lab in labs:
        path = edition.experiments_path(lab.id).relative_to(edition.HANDED_OUT)
        _write(given / path, to_json(lab_experiments(lab)))
    for lab_id, key in keys.items():
        _write(given / "keys" / f"{lab_id}.key", pack(key))
    _write(given / clinic.packed_place().name, clinic.pack())
    made = edition.Made(
        version=project["version"],
        seed=seed,
        engine=engine_fingerprint(),
        checks={lab.id: checks_fingerprint(lab) for lab in labs},
        keys={lab.id: key_fingerprint(lab) for lab in labs},
        numpy=np.__version__,
        blas=blas(),
        python=platform.python_version(),
    )
    _write(given / "edition.json", made.to_json())


def for_students(key: AnswerKey) -> AnswerKey:
    """Take out of a key what is not a number: in which line of which source a mistake raised."""
    checks = {
        name: KeyedCheck(
            check.cases,
            [_without_source(seen) for seen in check.right],
            {m: [_without_source(seen) for seen in wrong] for m, wrong in check.wrong.items()},
        )
        for name, check in key.checks.items()
    }
    return replace(key, checks=checks)


def _without_source(seen: Observation) -> Observation:
    """Keep of an exception what a diagnosis compares: its kind and its message."""
    return Raised(seen.kind, seen.message) if isinstance(seen, Raised) else seen


def _stage_library(folder: Path) -> None:
    """Write the package nnlab: the provided modules, the data, and no body of an exercise."""
    template = importlib.util.find_spec("autograder.authoring.release.students_nnlab")
    assert template is not None
    assert template.origin is not None
    _write(folder / "__init__.py", Path(template.origin).read_bytes())
    engine = engine_path(PROVIDED[0]).parent
    for name in (*(f"{module}.py" for module in PROVIDED), "py.typed"):
        _write(folder / name, (engine / name).read_bytes())
    for path in sorted((engine / "data").iterdir()):
        _write(folder / "data" / path.name, path.read_bytes())


def _stage_checker(folder: Path, *, without: Iterable[str]) -> None:
    """Write the checker; the checks of labs that hand out nothing stay away."""
    checker = ROOT / "autograder"
    left_out = (*LEFT_OUT, *(f"labs/{lab_id}{end}" for lab_id in without for end in (".py", "/")))
    for path in sorted(path for kind in SHIPPED for path in checker.rglob(kind)):
        inner = path.relative_to(checker)
        if not inner.as_posix().startswith(left_out):
            _write(folder / inner, path.read_bytes())


def _project(project: Mapping[str, Any], labs: Sequence[Lab], guests: Iterable[str]) -> str:
    """Write the edition's own pyproject.toml; strings and lists look in TOML as they do in JSON."""
    kept = "name version description requires-python license keywords classifiers dependencies"
    taken = [f"{name} = {json.dumps(project[name])}" for name in kept.split()]
    points = "".join(
        f"{lab_id} = {json.dumps(m)}\n" for lab_id, m in guests_entry_points(labs).items()
    )
    brought = f"\n[project.entry-points.{json.dumps(GROUP)}]\n{points}" if points else ""
    packages = ["nnlab", "autograder", "nnlab_course", *{n.partition("/")[0]: 0 for n in guests}]
    return f"""[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
{chr(10).join(taken)}
readme = "README.md"
license-files = ["LICENSE"]

[project.optional-dependencies]
plots = {json.dumps(project["optional-dependencies"]["plots"])}

[project.scripts]
nnlab = {json.dumps(project["scripts"]["nnlab"])}
{brought}
[tool.hatch.build]
ignore-vcs = true

[tool.hatch.build.targets.wheel]
only-include = {json.dumps(packages)}
"""


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
