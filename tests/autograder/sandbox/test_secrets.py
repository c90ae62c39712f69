"""What a child's memory holds: no expected value, no other submission, no trace of either.

The attack reads all memory of its own process, as far as the system maps it, and looks for numbers
that it knows in disguise only. Without confinement, so that nothing keeps it from looking.
"""

from pathlib import Path

import numpy as np
import pytest

from autograder.course.catalogue import load_lab, reference_for
from autograder.course.solutions import load_mistakes
from autograder.grading.key import record_key
from autograder.sandbox import Question, Source
from autograder.sandbox.fork import ForkSandbox
from tests.conftest import reference_text

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/maps").exists(), reason="memory is listed on Linux"
)

DISGUISE = 0x9E3779B97F4A7C15  # odd: multiplying by it loses nothing, and twice is not back
SEARCH = """
import ctypes
import numpy as np

def sigmoid(x):
    disguised = {disguised}
    found = [0] * len(disguised)
    for line in open("/proc/self/maps").read().splitlines():
        span, mode = line.split()[:2]
        start, end = (int(part, 16) for part in span.split("-"))
        if "r" not in mode or "w" not in mode or end - start > 1 << 28:
            continue
        for at in range(start, end, 1 << 20):
            size = min(1 << 20, end - at)
            for shift in range(8):
                raw = ctypes.string_at(at + shift, size - 8)
                words = np.frombuffer(raw, np.uint64, count=len(raw) // 8) * np.uint64({disguise})
                for i, (first, *others) in enumerate(disguised):
                    places = np.flatnonzero(words == np.uint64(first))
                    for word in others:
                        places = places[places < len(words) - 1] + 1
                        places = places[words[places] == np.uint64(word)]
                    found[i] += len(places)
    return found
"""


def disguised(values) -> list[int]:
    """Write eight bytes each so that they are not what is looked for."""
    return [int(word) * DISGUISE % 2**64 for word in np.asarray(values).view(np.uint64).ravel()]


def text_of(looked_for) -> str:
    """Write the searching module; each item is one or more values of eight bytes in a row."""
    return SEARCH.format(disguised=[disguised(item) for item in looked_for], disguise=DISGUISE)


@pytest.fixture(scope="module")
def used():
    """A plain sandbox that has recorded a key and asked a right and marked submission."""
    lab = load_lab("lab04_activations")
    with ForkSandbox(confined=False) as opened:
        key = record_key(lab, 5, opened, mistakes=load_mistakes(lab)[:5])
        yield opened, key


def question(key, text):
    """Ask the sigmoid of a module."""
    lab = load_lab("lab04_activations")
    check = lab.checks["activations.sigmoid"]
    return Question(
        f"autograder.labs.{lab.id}", check.id, check.module, key.checks[check.id].cases[-1:],
        {"activations": Source("activations.py", text.encode())}, reference_for(lab), check.limits,
    )  # fmt: skip


def test_memory_holds_the_question_and_no_answer(used):
    """A child finds the numbers that it was asked, and none of the numbers expected of it."""
    sandbox, key = used
    keyed = key.checks["activations.sigmoid"]
    asked = next(v for v in keyed.cases[-1].values() if isinstance(v, np.ndarray))
    expected = np.asarray(keyed.right[-1].value)
    secret = [v for v in expected.ravel() if v not in (0.0, 0.5, 1.0)][:4]
    looked_for = np.array([*asked.ravel()[:2], *secret], dtype=np.float64)

    answer = sandbox.ask(question(key, text_of(looked_for))).observations[0]

    assert len(secret) == 4
    assert min(answer.value[:2]) > 0, answer
    assert answer.value[2:] == [0, 0, 0, 0]


def test_memory_holds_nothing_of_other_submissions(used):
    """Neither the source nor the answer of the submission before is left, nor the lab's reference."""
    sandbox, key = used
    marks = [b"Canary_1", b"Canary_2"]
    other = (
        f"# {marks[0].decode()} " * 2000 + f"\ndef sigmoid(x):\n    return {marks[1]!r} * 3000\n"
    )
    sandbox.ask(question(key, other))
    lines = reference_text("activations").splitlines()
    line = next(line for line in lines if "powers: Array" in line).strip().encode()
    parts = [line[at : at + 8] for at in range(0, len(line) - 8, 8)]
    words = np.frombuffer(b"".join([*marks, *parts]), np.uint64)

    answer = sandbox.ask(question(key, text_of(words))).observations[0]

    assert answer.value[:2] == [0, 0]
    assert 0 in answer.value[2:], "the whole line is nowhere"
