"""What a class costs: `nnlab batch` and our steps in nbgrader, beside stock nbgrader, in one run.

The same submissions to the same lab, in turn (stock, batch, autograde, stock, …): CPU seconds of whole
commands with all that they start, over the number of submissions. Linux counts the time of a process for
whoever waits for it; bubblewrap waits for nobody, so this process adopts what others leave behind, and waits.
Stock nbgrader runs a notebook whose cells assert what the lab's checks ask, on a few cases each.
Nothing is graded before: neither results nor graded notebooks are there when a command starts.

    .venv/bin/python benchmarks/classes.py [submissions] [runs]
"""

import contextlib
import ctypes
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course.catalogue import ROOT, load_lab
from autograder.course.solutions import load_mistakes
from autograder.course.stubs import make_stub

LAB = load_lab("lab02_hebb")
NBGRADER = [sys.executable, "-m", "nbgrader"]
NNLAB = [sys.executable, "-m", "autograder"]
STOCK = """\
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.Autograde.exclude_overwriting = {"lab02_hebb": ["hebb.py"]}
"""
SETUP = """\
import numpy as np
from numpy.testing import assert_allclose
import hebb
x = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
t = np.array([1, -1, -1, -1])
"""
TESTS = {
    "hebb-to_bipolar": "assert_allclose(hebb.to_bipolar(np.array([0, 1, 1])), [-1, 1, 1])",
    "hebb-update": "w, b = hebb.hebb_step(np.array([1.0, 1]), 1.0, x[1], -1)\n"
    "assert_allclose(w, [0, 2]); assert_allclose(b, 0)",
    "hebb-step_keeps_inputs": "w = np.array([1.0, 1]); hebb.hebb_step(w, 1.0, x[1], -1)\n"
    "assert_allclose(w, [1, 1])",
    "hebb-bipolar_and": "assert_allclose(hebb.train(x, t)[-1], [2, 2, -2])",
    "hebb-binary_and": "assert_allclose(hebb.train((x + 1) // 2, (t + 1) // 2)[-1], [1, 1, 1])",
    "hebb-failure_case": "assert_allclose(hebb.train(x, -t)[-1], [-2, -2, 2])",
    "hebb-history": "assert hebb.train(x, t).shape == (5, 3)\n"
    "assert_allclose(hebb.train(x, t)[1], [1, 1, 1])",
    "hebb-predict": "assert_allclose(hebb.predict(np.array([2.0, 2]), -2.0, x), t)",
    "hebb-predict_one": "assert hebb.predict(np.array([2.0, 2]), -2.0, x[0]) == 1",
    "hebb-decision_line": "assert_allclose(hebb.decision_line(np.array([1.0, 2]), 4.0), (-0.5, -2))",
    "hebb-vertical_line": "assert hebb.decision_line(np.array([1.0, 0]), 4.0) is None",
}


ADOPT_ORPHANS = 36
"""prctl's PR_SET_CHILD_SUBREAPER."""


def adopt_orphans() -> None:
    """Become the parent of what children of ours leave behind."""
    if ctypes.CDLL(None, use_errno=True).prctl(ADOPT_ORPHANS, 1, 0, 0, 0):
        raise OSError(
            ctypes.get_errno(), "This benchmark needs Linux, which lets it adopt orphans."
        )


def run(command: list[str], course: Path) -> float:
    """Run a command in a course; return the CPU seconds of all processes that it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def stock_notebook() -> nbformat.NotebookNode:
    """Make the notebook of a stock course: a cell of asserts for every check."""
    cells = [new_code_cell(SETUP)]
    for name, source in TESTS.items():
        check = LAB.checks[name.replace("-", ".")]
        nbgrader = {"grade": True, "solution": False, "locked": True, "task": False}
        nbgrader |= {"grade_id": name, "points": check.points, "schema_version": 3}
        cells.append(new_code_cell(source, metadata={"nbgrader": nbgrader}))
    cells.append(new_markdown_cell("The end."))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def make_courses(folder: Path, number: int) -> tuple[Path, Path]:
    """Make a stock course and one of ours, with the same modules handed in."""
    stock, ours = folder / "stock", folder / "ours"
    (stock / "solutions" / LAB.id).mkdir(parents=True)
    ours.mkdir()
    (stock / "nbgrader_config.py").write_text(STOCK)
    source = stock / "solutions" / LAB.id
    nbformat.write(stock_notebook(), source / f"{LAB.id}.ipynb")
    (source / "hebb.py").write_text(make_stub(LAB, "hebb"))
    run([*NNLAB, "setup", "nbgrader"], ours)
    right = (ROOT / "nnlab" / "hebb.py").read_text(encoding="utf-8")
    texts = [right, *(m.source().text.decode() for m in load_mistakes(LAB))]
    for course in (stock, ours):
        run([*NBGRADER, "generate_assignment", LAB.id], course)
        for i in range(number):
            target = course / "submitted" / f"s{i:03}" / LAB.id
            shutil.copytree(course / "assignments" / LAB.id, target)
            (target / "hebb.py").write_text(f"{texts[i % len(texts)]}\n# {i}\n", encoding="utf-8")
    run([*NNLAB, "batch", LAB.id, "--seed", "0"], ours)  # the key is recorded, once for a term
    return stock, ours


def forget(course: Path) -> None:
    """Leave nothing that was graded."""
    for name in ("autograded", ".nnlab/results", "marks"):
        shutil.rmtree(course / name, ignore_errors=True)


def main() -> None:
    """Print what a submission costs each way, and the ratios of the paired runs."""
    adopt_orphans()
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    os.environ["PYTHONPATH"] = str(ROOT)
    beside = str(Path(sys.executable).parent)  # nbgrader calls alembic, which is there
    os.environ["PATH"] = os.pathsep.join([beside, os.environ["PATH"]])
    with tempfile.TemporaryDirectory(prefix="nnlab-") as name:
        stock, ours = make_courses(Path(name), number)
        costs: dict[str, list[float]] = {"stock autograde": [], "our autograde": [], "batch": []}
        for _ in range(runs):
            for way, course in (("stock autograde", stock), ("our autograde", ours)):
                forget(course)
                costs[way].append(run([*NBGRADER, "autograde", LAB.id], course))
            forget(ours)
            costs["batch"].append(run([*NNLAB, "batch", LAB.id], ours))
    print(f"{LAB.id}, {number} submissions, {runs} paired runs")
    for way, seconds in costs.items():
        pairs = zip(costs["stock autograde"], seconds, strict=True)
        ratios = [theirs / mine for theirs, mine in pairs]
        cpu = statistics.median(seconds) / number
        spread = f"{min(ratios):.1f} to {max(ratios):.1f}"
        print(
            f"{way:16} {cpu:7.3f} CPU s a submission, {statistics.median(ratios):5.1f} × ({spread})"
        )


if __name__ == "__main__":
    main()
