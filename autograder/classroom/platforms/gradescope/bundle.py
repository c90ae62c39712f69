"""Make the zip that Gradescope takes as an autograder.

It holds the secret that cases come from, and of the engine only what grading needs: the bodies of
earlier labs, on which submissions may depend, and of this one, which answers each submission's own
cases. Later ones' are stubs.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from autograder.classroom.platforms.gradescope.run import KEY, SETTINGS
from autograder.course.catalogue import (
    GROUP,
    engine_path,
    guests_checker_files,
    guests_engine_files,
    guests_entry_points,
    labs,
)
from autograder.course.lab import Lab
from autograder.course.solutions import load_mistakes
from autograder.course.stubs import make_stub
from autograder.errors import WrongUseError
from autograder.grading.key import SecretKey

__all__ = ["BundleError", "VISIBILITIES", "make_bundle", "require_bundle"]

VISIBILITIES = ("visible", "after_due_date", "after_published", "hidden")

_HERE = Path(__file__).parent
_CHECKER = _HERE.parents[2]
_LEFT_OUT = {"authoring", "commands", "nbgrader", "__pycache__"}
"""Folders of the checker that no grading needs."""

_MADE_AT = (1980, 1, 1, 0, 0, 0)  # the same input makes the same zip

README = """\
This zip is the autograder of {lab} for Gradescope. It is for instructors only.

It holds this lab's reference, and the secret that cases come from ({key}): give it to nobody.

setup.sh          installs Python 3.11 or newer and numpy when Gradescope builds the image
run_autograder    grades /autograder/submission and writes /autograder/results/results.json
requirements.txt  numpy in the version that the key was made with
settings.json     the lab, when students see the results, and what must hold a submission
{key}       the secret, and what the known mistakes answer
autograder/       the checker
nnlab/            the engine: bodies of earlier labs and of this one, stubs of the later ones

Take Ubuntu 24.04 as base image. Full marks: {points} points.
"""


class BundleError(WrongUseError):
    """No bundle can be made here: the message says why."""


def require_bundle(lab: Lab) -> None:
    """Require that a bundle of this lab can be made here, before a key is recorded for it.

    Raises: BundleError in an edition without the reference.
    """
    if not load_mistakes(lab):
        raise BundleError("Bundles are made in the instructor's edition, which has the reference.")


def make_bundle(
    lab: Lab, key: SecretKey, *, visibility: str = "visible", isolation: str = "full"
) -> bytes:
    """Make the zip for one lab under one key.

    With the isolation "process" it grades even where a submission can read the key.

    Raises: BundleError in an edition without the reference.
    """
    require_bundle(lab)
    settings = {"lab": lab.id, "visibility": visibility, "isolation": isolation}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _files(lab, key, settings):
            info = zipfile.ZipInfo(name, _MADE_AT)
            info.compress_type = zipfile.ZIP_DEFLATED
            mode = 0o755 if name in {"setup.sh", "run_autograder"} else 0o644
            info.external_attr = (0o100000 | mode) << 16  # a regular file, as Unix notes it
            archive.writestr(info, data)
    return content.getvalue()


def _files(lab: Lab, key: SecretKey, settings: dict[str, str]) -> Iterator[tuple[str, str | bytes]]:
    for name in ("setup.sh", "run_autograder"):
        yield name, (_HERE / name).read_bytes().replace(b"\r\n", b"\n")
    yield "README.txt", README.format(lab=lab.id, key=KEY, points=lab.points)
    yield "requirements.txt", f"numpy=={version('numpy')}\n"
    yield SETTINGS, json.dumps(settings) + "\n"
    yield KEY, key.to_bytes()
    for path in sorted(_CHECKER.rglob("*.py")):
        inner = path.relative_to(_CHECKER)
        if not _LEFT_OUT.intersection(inner.parts):
            yield f"autograder/{inner.as_posix()}", path.read_bytes()
    yield from _engine(lab)
    yield from _guests([each for each in labs() if each.id <= lab.id])


def _guests(taken: Sequence[Lab]) -> Iterator[tuple[str, str | bytes]]:
    """Go through the files of other packages' labs, and what names these labs."""
    for name, path in (*guests_checker_files(taken).items(), *guests_engine_files(taken)):
        yield name, path.read_bytes()
    points = "".join(
        f"{lab_id} = {module}\n" for lab_id, module in guests_entry_points(taken).items()
    )
    if points:
        yield f"{_NAMES}/METADATA", "Metadata-Version: 2.1\nName: nnlab-guests\nVersion: 0\n"
        yield f"{_NAMES}/entry_points.txt", f"[{GROUP}]\n{points}"


_NAMES = "nnlab_guests-0.dist-info"
"""Where Python looks for what installed packages say of themselves."""


def _engine(lab: Lab) -> Iterator[tuple[str, str | bytes]]:
    """Go through the engine's files; what a later lab asks for is a stub."""
    folder = engine_path("arrays").parent
    withheld = {module: other for other in labs() if other.id > lab.id for module in other.modules}
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if not path.is_file() or "__pycache__" in inner.parts:
            continue
        stub = path.parent == folder and path.suffix == ".py" and path.stem in withheld
        data = make_stub(withheld[path.stem], path.stem) if stub else path.read_bytes()
        yield f"nnlab/{inner.as_posix()}", data
