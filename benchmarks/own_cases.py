"""What it costs that every submission to be marked has cases of its own.

The same submissions are graded on the open cases, as a self-check does, and under a secret, in turn
(A B A B …); the ratios of the pairs count. Counted is the CPU time of this process and of all that it
started. Right submissions pay for the reference's answers to their cases; wrong ones also for being
asked the open cases, which give a mistake its name.

    .venv/bin/python benchmarks/own_cases.py [runs] [lab …]
"""

import os
import resource
import statistics
import sys
from collections.abc import Sequence

os.environ["OPENBLAS_NUM_THREADS"] = "1"

from autograder.course.catalogue import engine_path, find_lab
from autograder.course.solutions import load_mistakes
from autograder.grading.grade import grade
from autograder.grading.key import Key, SecretKey, get_key
from autograder.grading.submission import Submission
from autograder.sandbox import open_sandbox

LABS = ["lab02", "lab07", "lab10"]
CLASS = 5


def cpu_seconds() -> float:
    """Add up what this process and all that it waited for have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def cost(handed: Sequence[Submission], key: Key) -> float:
    """Measure CPU milliseconds a submission, in a sandbox that is warm."""
    started = cpu_seconds()
    with open_sandbox() as sandbox:
        for one in handed:
            grade(one, key, sandbox)
    return 1000 * (cpu_seconds() - started) / len(handed)


def main() -> None:
    """Print a line for right and for wrong submissions of each lab."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    print(f"CPU ms a submission, medians of {runs} pairs of {CLASS}")
    for lab in map(find_lab, sys.argv[2:] or LABS):
        texts = {module: engine_path(module).read_bytes() for module in lab.modules}
        mistakes = load_mistakes(lab)[:: max(1, len(load_mistakes(lab)) // CLASS)][:CLASS]
        right = [{m: t + b"\n# %d" % i for m, t in texts.items()} for i in range(CLASS)]
        wrong = [{**texts, each.module: each.source().text} for each in mistakes]
        with open_sandbox() as sandbox:
            key = get_key(lab, 0, sandbox)
        for name, group in (("right", right), ("wrong", wrong)):
            handed = [Submission(lab, each) for each in group]
            pairs = [(cost(handed, key), cost(handed, SecretKey(i, key))) for i in range(runs)]
            ratio = statistics.median(own / common for common, own in pairs)
            common, own = (statistics.median(side) for side in zip(*pairs, strict=True))
            print(f"{lab.id:22} {name}  open {common:6.0f}  own {own:6.0f}  ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
