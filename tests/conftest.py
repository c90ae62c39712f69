"""What many tests need: one sandbox a session, keys, and submissions made of sources."""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is there: as the command does

import shutil
import signal
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from autograder.course.catalogue import engine_path, load_lab
from autograder.grading.key import get_key
from autograder.sandbox import open_sandbox
from autograder.sandbox.scratch import throw_away
from autograder.student.find import Place
from docs.browser import find_chromium

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background job ignores Ctrl-C, and so would every program that a test starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The programs that tests start, and the next run, find the package compiled, as every user does.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

os.environ.setdefault("NNLAB_ISOLATION", "process")  # whatever this machine has will do for tests

# The same examples on every run: a push fails for what it changed, never by luck.
# `make prove` looks for new ones (HYPOTHESIS_PROFILE=explore).
settings.register_profile("repeat", derandomize=True)
settings.register_profile("explore", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeat"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark as `thorough` what a sampled test leaves out of its cases."""
    cases = {}
    for item in items:
        if (sampled := item.get_closest_marker("sampled")) is not None:
            key = item.path, item.originalname
            cases.setdefault(key, (sampled.args[0], []))[1].append(item)
    for most, found in cases.values():
        kept = {len(found) * number // most for number in range(most)}
        for place, item in enumerate(found):
            if place not in kept and most < len(found):
                item.add_marker("thorough")


@pytest.fixture(scope="session")
def sandbox():
    """One warm sandbox for the whole session."""
    with open_sandbox() as opened:
        yield opened


@pytest.fixture(scope="session")
def key_of(sandbox):
    """Give the answer key of a lab under seed 0, read once."""
    return cache(lambda lab_id: get_key(load_lab(lab_id), 0, sandbox))


@pytest.fixture
def emptied(tmp_path):
    """Empty the test's folder afterwards: pytest cannot remove what lies very deep."""
    yield
    throw_away(str(tmp_path))


@pytest.fixture
def saved(tmp_path):
    """Save a lab as a student does: the reference's modules, some of them replaced by other texts."""

    def make(lab_id: str, **texts: str) -> Place:
        place = Place(load_lab(lab_id), tmp_path / lab_id)
        place.folder.mkdir(exist_ok=True)
        for module in place.lab.modules:
            text = texts.get(module, reference_text(module))
            (place.folder / f"{module}.py").write_text(text, encoding="utf-8")
        return place

    return make


@pytest.fixture
def submit(saved):
    """Make a submission of modules that are saved, as `saved` does."""
    return lambda lab_id, **texts: saved(lab_id, **texts).read()


@pytest.fixture(scope="session")
def chromium_path():
    """Where the system's Chromium is; without one, what needs it is skipped."""
    path = find_chromium()
    if path is None:
        pytest.skip("needs Chromium, which is not installed")
    return path


def reference_text(module: str) -> str:
    """Read the reference's source of a module."""
    return engine_path(module).read_text(encoding="utf-8")


@pytest.fixture
def open_folder():
    """Make a folder that every user of the machine may enter: pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
