"""Seeds: drawn once, whoever asks first."""

import sys
from subprocess import PIPE, Popen

from autograder.course.catalogue import ROOT

MANY = 4
ASK = """
import sys
from pathlib import Path
from autograder.course.catalogue import labs
from autograder.grading.results import Seeds
known = labs()[:4]
print("ready", flush=True)
for folder in sys.stdin:
    print([Seeds(Path(folder.strip())).get(lab) for lab in known], flush=True)
"""


def test_graders_that_begin_at_once_draw_one_seed(tmp_path):
    """Each uses the seeds that are kept, for another would draw other cases next time."""
    command = [sys.executable, "-c", ASK]
    graders = [Popen(command, stdin=PIPE, stdout=PIPE, text=True, cwd=ROOT) for _ in range(MANY)]
    assert [grader.stdout.readline() for grader in graders] == ["ready\n"] * MANY
    for attempt in range(5):
        for grader in graders:
            grader.stdin.write(f"{tmp_path / str(attempt)}\n")
            grader.stdin.flush()
        seeds = {grader.stdout.readline() for grader in graders}

        assert len(seeds) == 1
        assert len(set(eval(seeds.pop()))) == 4
    for grader in graders:
        grader.communicate()
