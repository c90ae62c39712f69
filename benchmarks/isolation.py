"""What confinement costs a submission over the isolation of a plain process.

One submission, the reference's own module, is graded under each isolation in turn (A B A B …), in
warm sandboxes; the differences of the pairs count. Starting a sandbox is told apart: a batch starts
one for many submissions.

    .venv/bin/python benchmarks/isolation.py [runs] [lab]
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"

from autograder.course.catalogue import engine_path, find_lab
from autograder.grading.grade import grade
from autograder.grading.key import get_key
from autograder.sandbox import Sandbox, bubblewrap
from autograder.sandbox.fork import ForkSandbox
from autograder.student.find import Place


def plain() -> Sandbox:
    """Open a sandbox with what a process has of its own."""
    return ForkSandbox(confined=False)


def inner() -> Sandbox:
    """Open a sandbox as a self-check has it: nothing boxes the worker."""
    found, bubblewrap.find = bubblewrap.find, lambda: None  # type: ignore[assignment]
    try:
        return ForkSandbox()
    finally:
        bubblewrap.find = found


def timed(action: Callable[[], object]) -> float:
    """Measure the wall time of an action in milliseconds."""
    started = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - started)


def starting(make: Callable[[], Sandbox]) -> float:
    """Measure how long a sandbox takes until it can be asked."""

    def start() -> None:
        with make() as sandbox:
            assert sandbox.isolation

    return timed(start)


def main() -> None:
    """Print a line for each isolation."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    lab = find_lab(sys.argv[2] if len(sys.argv) > 2 else "lab04")
    with tempfile.TemporaryDirectory() as folder:
        for module in lab.modules:
            Path(folder, f"{module}.py").write_bytes(engine_path(module).read_bytes())
        submission = Place(lab, Path(folder)).read()
        print(f"{lab.id}, {len(lab.checks)} checks, {runs} pairs; medians in ms, wall time")
        for make in (inner, ForkSandbox):
            with plain() as peer, make() as mine:
                key = get_key(lab, 0, peer)
                for sandbox in (peer, mine):
                    grade(submission, key, sandbox)  # warm
                ask = partial(grade, submission, key)
                pairs = [[timed(partial(ask, s)) for s in (peer, mine)] for _ in range(runs)]
                difference = statistics.median(b - a for a, b in pairs)
                before, after = (statistics.median(times) for times in zip(*pairs, strict=True))
                name = mine.isolation
            starts = [(starting(plain), starting(make)) for _ in range(5)]
            start = statistics.median(b - a for a, b in starts)
            print(
                f"{name:28} process {before:6.1f}  confined {after:6.1f}  "
                f"difference {difference:+6.1f}  a check {difference / len(lab.checks):+5.2f}  "
                f"starting {start:+6.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
