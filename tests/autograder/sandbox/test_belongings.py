"""What a forked worker carries of its command: nothing of the environment, nothing of the arguments."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograder.course.catalogue import ROOT
from tests.autograder.sandbox.test_secrets import text_of

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/maps").exists(), reason="memory is listed on Linux"
)

START, SET_LATER, ARGUMENT = "QzxjVk1w", "WvqjXk2z", "YqxzJv3k"
PROGRAM = """
import os, sys
from pathlib import Path
os.environ["NNLAB_LATER"] = open(sys.argv[1] + "/later").read()
from dataclasses import replace
from tests.autograder.sandbox.test_fork import question
from autograder.sandbox import Source
from autograder.sandbox.fork import ForkSandbox
asked = question("return 0", cpu_seconds=60, wall_seconds=120.0)
text = Path(sys.argv[1], "search.py").read_bytes().replace(b"def sigmoid", b"def to_bipolar")
asked = replace(asked, cases=asked.cases[:1], submission={"hebb": Source("hebb.py", text)})
with ForkSandbox(here=True, confined=False) as sandbox:
    assert isinstance(sandbox._worker, int), "forked from here"
    print(sandbox.ask(asked).observations[0].value)
"""


def wide(text):
    """Write text as C's wide characters."""
    return b"".join(ord(letter).to_bytes(4, sys.byteorder) for letter in text)


@pytest.mark.parametrize("forgets", [True, False])
def test_memory_holds_no_environment_and_no_argument(forgets, tmp_path):
    """All memory of a child is searched; where nothing is overwritten, all of it is found."""
    looked_for = [*(word.encode() for word in (START, SET_LATER, ARGUMENT)), wide(ARGUMENT)[8:24]]
    (tmp_path / "search.py").write_text(
        text_of(np.frombuffer(item, np.uint64) for item in looked_for)
    )
    (tmp_path / "later").write_text(SET_LATER * 3)
    before = "" if forgets else (
        "from autograder.sandbox import belongings; belongings.forget = lambda: None\n"
    )  # fmt: skip
    shown = subprocess.run(
        [sys.executable, "-c", before + PROGRAM, str(tmp_path), ARGUMENT * 3],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONPATH": str(ROOT),
            "NNLAB_TOKEN": START * 3,
        },
    )
    found = [int(n) > 0 for n in shown.stdout.strip("[]\n").split(",")]

    assert found == [not forgets] * 4, shown.stderr
