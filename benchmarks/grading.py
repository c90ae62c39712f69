"""What a cold `nnlab grade` costs, as a ratio to `python -c "import numpy"` in the same run.

Whole processes, in turn (A B A B …), CPU seconds of the process and all its children as the
operating system counts them. The key is recorded before; what recording costs is told apart.

    .venv/bin/python benchmarks/grading.py [runs]
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NUMPY = [sys.executable, "-c", "import numpy"]
GRADE = [sys.executable, "-m", "autograder", "grade"]


def cost(command: list[str]) -> tuple[float, float]:
    """Run a command; return its CPU and wall seconds, children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, cwd=ROOT)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall


def main() -> None:
    """Print a line a lab."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    print(f"{'':18}  {'CPU s':>7}  {'wall s':>7}  {'× numpy':>8}  {'recording the key':>18}")
    for path in sorted((ROOT / "autograder" / "labs").glob("lab*.py")):
        module = min((ROOT / "assignments" / path.stem).glob("*.py")).name
        target = [*GRADE, str(ROOT / "nnlab" / module)]
        shutil.rmtree(ROOT / ".nnlab" / "keys", ignore_errors=True)
        recording, _ = cost(target)
        pairs = [(cost(target), cost(NUMPY)) for _ in range(runs)]
        cpu = statistics.median(mine for (mine, _), _ in pairs)
        wall = statistics.median(mine for (_, mine), _ in pairs)
        ratio = statistics.median(mine / peer for (mine, _), (peer, _) in pairs)
        extra = f"{recording - cpu:15.2f} s"
        print(f"{path.stem:18}  {cpu:7.3f}  {wall:7.3f}  {ratio:8.2f}  {extra:>18}", flush=True)


if __name__ == "__main__":
    main()
