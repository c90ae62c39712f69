"""What a cold `nnlab grade` costs, as a ratio to `python -c "import numpy"` in the same run.

Whole processes, in turn (A B A B …), CPU seconds of the process and all its children as the
operating system counts them. Keys are recorded before; what recording costs is told apart. The last
line is the whole course, every lab handed in right; from it the work is taken off that the labs which
train networks ask for, measured as the reference answers the same cases in one process.

    .venv/bin/python benchmarks/grading.py [runs]
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NUMPY = [sys.executable, "-c", "import numpy"]
GRADE = [sys.executable, "-m", "autograder", "grade"]


# As after any installation: what was imported once is not compiled again, numpy's files nor ours.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {
    "OPENBLAS_NUM_THREADS": "1"
}


def cost(command: list[str]) -> tuple[float, float]:
    """Run a command; return its CPU and wall seconds, children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, cwd=ROOT, env=ENVIRONMENT)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall


TRAINING = ("lab05_backprop", "lab08_init", "lab10_training", "lab13_capstone")
OWN_WORK = """
import sys, time
import numpy as np
import nnlab
from autograder.course.catalogue import load_lab
from autograder.sandbox.codec import Seed
spent = 0.0
for name in sys.argv[1:]:
    for check in load_lab(name).checks.values():
        for case in check.sent(check.cases(0)):
            case = {k: np.random.default_rng(v.value) if isinstance(v, Seed) else v
                    for k, v in case.items()}
            started = time.process_time()
            check.ask(nnlab, **case)
            spent += time.process_time() - started
print(spent)
"""


def one_lab(lab: str, runs: int) -> None:
    """Print a lab's line: one module handed in, the lab's checks asked."""
    module = min((ROOT / "assignments" / lab).glob("*.py")).name
    target = [*GRADE, str(ROOT / "nnlab" / module)]
    recording, _ = cost(target)
    report(lab, target, runs, lambda cpu: f"{recording - cpu:15.2f} s")


def report(name: str, command: list[str], runs: int, extra: Callable[[float], str]) -> float:
    """Measure a command beside `import numpy` and print its line; return its CPU seconds."""
    pairs = [(cost(command), cost(NUMPY)) for _ in range(runs)]
    cpu = statistics.median(mine for (mine, _), _ in pairs)
    wall = statistics.median(mine for (_, mine), _ in pairs)
    ratio = statistics.median(mine / peer for (mine, _), (peer, _) in pairs)
    print(f"{name:22}  {cpu:7.3f}  {wall:7.3f}  {ratio:8.2f}  {extra(cpu):>18}", flush=True)
    return cpu


def whole_course(labs: list[str], runs: int) -> None:
    """Print the course's line, and what is left of it without the training labs' own work."""
    own = statistics.median(
        float(
            subprocess.check_output(
                [sys.executable, "-c", OWN_WORK, *TRAINING], cwd=ROOT, env=ENVIRONMENT
            )
        )
        for _ in range(runs)
    )
    with tempfile.TemporaryDirectory() as folder:
        for lab in labs:
            handed_in = Path(folder) / lab
            handed_in.mkdir()
            for stub in (ROOT / "assignments" / lab).glob("*.py"):
                shutil.copy(ROOT / "nnlab" / stub.name, handed_in)
        command = [*GRADE, *(str(Path(folder) / lab) for lab in labs)]
        cost(command)  # what keys are not there are recorded
        cpu = report("the whole course", command, runs, lambda _: "")
    numpy = statistics.median(cost(NUMPY)[0] for _ in range(runs))
    print(f"the training labs' own work: {own:.3f} s; the rest: {(cpu - own) / numpy:.2f} × numpy")


def main() -> None:
    """Print a line a lab, and one for all."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    labs = sorted(path.stem for path in (ROOT / "autograder" / "labs").glob("lab*.py"))
    shutil.rmtree(ROOT / ".nnlab" / "keys", ignore_errors=True)
    print(f"{'':22}  {'CPU s':>7}  {'wall s':>7}  {'× numpy':>8}  {'recording the key':>18}")
    for lab in labs:
        one_lab(lab, runs)
    whole_course(labs, runs)


if __name__ == "__main__":
    main()
