"""What a report was made with, so that "it passed on my laptop" can be compared."""

import importlib.metadata
import platform
from functools import cache
from typing import Any

import numpy as np

from autograder.course import edition
from autograder.course.lab import Lab
from autograder.grading.fingerprints import checks_fingerprint, engine_fingerprint
from autograder.grading.key import key_fingerprint

__all__ = ["blas", "distribution_version", "versions"]

DISTRIBUTION = "nnlab-course"


@cache
def versions(lab: Lab) -> dict[str, str]:
    """Collect versions and fingerprints: ours for this lab, and those of what computes."""
    return {
        "nnlab": distribution_version(),
        "edition": "student" if edition.is_students() else "instructor",
        "engine": engine_fingerprint(),
        "checks": checks_fingerprint(lab),
        "key": key_fingerprint(lab),
        "numpy": np.__version__,
        "blas": blas(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def distribution_version() -> str:
    """Name the installed version; a copy that is used without installing has none."""
    try:
        return importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


@cache
def blas() -> str:
    """Name the library that numpy multiplies matrices with, as numpy names it."""
    config: Any = np.show_config(mode="dicts")
    found = config.get("Build Dependencies", {}).get("blas", {})
    return f"{found.get('name', 'unknown')} {found.get('version', '')}".strip()
