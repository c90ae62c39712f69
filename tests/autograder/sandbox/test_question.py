"""Questions cross the border whole; whatever comes back becomes an answer."""

import json
import os
import struct
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.sandbox import question
from autograder.sandbox.codec import Seed, decode, encode
from autograder.sandbox.limits import Limits
from autograder.sandbox.observation import Lost, Raised, Returned, to_plain
from autograder.sandbox.question import (
    READY,
    Answer,
    Question,
    SandboxError,
    Source,
    read_answers,
    read_questions,
    write_frame,
    write_questions,
)
from tests.hostile import SLOW_HEADERS, frame_of, generated, mutated

FUZZ = int(os.environ.get("NNLAB_FUZZ", "20000"))
SECONDS = 2.0  # of CPU; half a second where the machine does nothing else
CPU = Lost("cpu")
NOISE = Lost("noise")


def stream(*observations):
    """Write what a child sends: how the import went, then an observation a case."""
    return b"".join(write_frame(encode(to_plain(o))) for o in observations)


def read(sent, *, n_cases, lost, **more):
    """Read the answer to one question, after the sign that the sandbox is ready."""
    (answer,) = read_answers(READY + sent, [n_cases], lost, **more)
    return answer


@pytest.mark.parametrize("sent", [b"", READY[:3], write_frame(b"x")])
def test_a_sandbox_that_never_was_ready_is_our_fault(sent):
    """Before the ready sign no code of a submission has run, so its absence is an error of ours."""
    with pytest.raises(SandboxError, match="ended before it ran any code"):
        read_answers(sent, [2], CPU)


def test_a_question_comes_back_whole():
    """Cases, sources and limits are read as they were written."""
    question = Question(
        "autograder.labs.lab02_hebb",
        "hebb.update",
        "hebb",
        [{"x": [1.0, 2.0], "rng": Seed(3)}, {}],
        {"hebb": Source("hebb.py", b"x = 1\r\n\xff")},
        {"arrays": Source("nnlab/arrays.py", b"")},
        Limits(cpu_seconds=1, memory_mb=64),
    )

    assert read_questions(write_questions([question])) == [question]


def test_questions_of_one_submission_share_its_sources():
    """Several cross together; the reference may stay where it is, and is put in on the other side."""
    sources = {"hebb": Source("hebb.py", b"x = 1")}
    reference = {"arrays": Source("nnlab/arrays.py", b"y = 2")}
    questions = [Question("lab", name, "hebb", [{}], sources, reference) for name in "abc"]
    frame = write_questions(questions, with_reference=False)

    assert frame.count(b"x = 1") == 1
    assert b"y = 2" not in frame
    assert read_questions(frame, reference) == questions


def test_arrays_in_cases_come_back():
    """A case's arrays keep values and dtype."""
    case = {"x": np.array([[1, 2]], dtype=np.int16)}
    (question,) = read_questions(write_questions([Question("l", "c", "m", [case], {})]))
    read = question.cases[0]["x"]

    assert (read.dtype, read.tolist()) == (case["x"].dtype, [[1, 2]])


def test_each_case_has_its_observation():
    """After a good import there is one observation a case, and what else is known is kept."""
    sent = [Returned(1), Raised("ValueError", "no")]
    answer = read(stream(Returned(None), *sent), n_cases=2, lost=CPU, printed="hi", seconds=0.5)

    assert answer == Answer(sent, imported=True, printed="hi", seconds=0.5)


def test_questions_asked_together_are_answered_in_order():
    """After every ready sign comes a question's own import; what breaks off loses only the rest."""
    first = READY + stream(Returned(None), Returned(1))
    broken = READY + stream(Raised("SyntaxError", "bad"))
    cut = READY + stream(Returned(None), Returned(3))
    answers = read_answers(first + broken + cut, [1, 2, 2, 1], CPU)

    assert [answer.imported for answer in answers] == [True, False, True, False]
    assert [answer.observations for answer in answers] == [
        [Returned(1)],
        [Raised("SyntaxError", "bad")] * 2,
        [Returned(3), CPU],
        [CPU],
    ]


def test_a_missing_ready_sign_between_questions_is_noise():
    """Frames that are out of step cannot be told apart, so nothing after them counts."""
    first = READY + stream(Returned(None), Returned(1))
    answers = read_answers(first + stream(Returned(None), Returned(2)), [1, 1], CPU)

    assert answers[1].observations == [NOISE]


@pytest.mark.parametrize("failure", [Raised("SyntaxError", "bad"), Lost("size")])
def test_a_failed_import_is_the_answer_to_every_case(failure):
    """What went wrong at the import is observed in each case."""
    answer = read(stream(failure), n_cases=3, lost=CPU)

    assert answer == Answer([failure] * 3, imported=False)


WHOLE = stream(Returned(None), Returned(1), Returned([2.5]))


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_stream_that_ends_early_is_lost_for_the_given_reason(length):
    """Whole frames count; for the rest the answer says why the child ended."""
    answer = read(WHOLE[:length], n_cases=2, lost=CPU)
    frames = [len(stream(Returned(None))), len(stream(Returned(None), Returned(1)))]
    known = [Returned(1)] if length >= frames[1] else []

    assert answer.imported == (length >= frames[0])
    assert answer.observations == [*known, *[CPU] * (2 - len(known))]


def test_a_long_frame_that_never_comes_is_lost():
    """A length beyond the stream is a stream that ended early."""
    answer = read(stream(Returned(None)) + struct.pack("<Q", 1 << 60), n_cases=1, lost=CPU)

    assert answer.observations == [CPU]


def framed(header, raw=b""):
    """Write a frame by hand, as hostile code would."""
    return write_frame(struct.pack("<I", len(header)) + header + raw)


GARBAGE = {
    "no frame": write_frame(b"garbage"),
    "an empty frame": write_frame(b""),
    "no observation": write_frame(encode({"returned": 3})),
    "a shape beyond all memory": framed(b'{"array":["<f8",[0,2305843009213693952,9]]}'),
    "text beyond Unicode": framed(b'{"scalar":"<U1"}', b"\xff" * 4),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_noise_from_there_on(garbage):
    """A frame that is none spoils its own case and those after it, not those before."""
    sent = stream(Returned(None), Returned(1)) + garbage + stream(Returned(3))

    assert read(sent, n_cases=3, lost=CPU).observations == [Returned(1), NOISE, NOISE]


def test_garbage_in_the_place_of_the_import_is_noise():
    """Nothing is taken from a stream whose first frame is none."""
    answer = read(write_frame(b"garbage") + WHOLE, n_cases=2, lost=CPU)

    assert answer == Answer([NOISE, NOISE], imported=False)


MERSENNE = (1 << 61) - 1  # hash(k * MERSENNE) is 0 for every k
COLLIDING = {"dict": [[k * MERSENNE, 0] for k in range(1000)]}
LISTS = {"tuple": [[]] * 100_000}


@pytest.mark.parametrize("header", [COLLIDING, LISTS], ids=["keys", "items"])
def test_what_would_take_long_to_read_is_noise(header):
    """All answers of an asking share one budget; keys are such that they cannot collide."""
    frame = framed(json.dumps(header).encode())
    sent = stream(Returned(None), Returned(1)) + frame * 3

    assert read(sent, n_cases=4, lost=CPU).observations == [Returned(1), NOISE, NOISE, NOISE]


def test_the_budget_is_for_all_questions_of_an_asking():
    """What the answers to one question took, is not left for the next one's."""
    large = stream(Returned(None), Returned([0] * 60_000))
    answers = read_answers((READY + large) * 3, [1, 1, 1], CPU)

    assert [type(answer.observations[0]) for answer in answers] == [Returned, Returned, Lost]
    assert answers[2].observations == [NOISE]


def test_no_more_is_read_than_was_asked(monkeypatch):
    """Frames that follow the last one asked for are not even decoded."""
    read_frames = []
    monkeypatch.setattr(
        question, "decode", lambda frame, budget: read_frames.append(frame) or decode(frame, budget)
    )
    read(WHOLE * 50, n_cases=1, lost=CPU)

    assert len(read_frames) == 2


def test_more_than_was_asked_is_ignored():
    """A child that sends further frames gains nothing."""
    assert read(WHOLE * 3, n_cases=1, lost=CPU).observations == [Returned(1)]


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_garbled_stream_gives_an_observation_a_case(data):
    """Whatever bytes are changed, there are as many observations as cases, and no error."""
    garbled = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        garbled[data.draw(st.integers(0, len(WHOLE) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(WHOLE)))

    answer = read(bytes(garbled[:cut]), n_cases=2, lost=CPU)

    assert len(answer.observations) == 2
    assert all(o in (CPU, NOISE) for o in answer.observations if isinstance(o, Lost))


def taken_by(header, raw):
    """Hand a header in as the value of the first case, and return what reading it took in CPU."""
    value = b'{"dict":[["returned",{"dict":[["value",%s],["inputs",{"dict":[]}]]}]]}' % header
    sent = (
        READY + stream(Returned(None)) + framed(value, b"a\0\0\0" * (raw // 4) + b"a" * (raw % 4))
    )
    began = time.process_time()
    (answer,) = read_answers(sent, [1], CPU)
    return time.process_time() - began, answer.observations[0]


@pytest.mark.parametrize(("header", "raw"), SLOW_HEADERS.values(), ids=SLOW_HEADERS)
def test_no_answer_takes_long_to_read(header, raw):
    """What the budget lets pass is read at once, and what it does not is refused as quickly."""
    taken, observation = taken_by(header, raw)

    assert isinstance(observation, Returned) or observation == NOISE
    assert taken < SECONDS


@pytest.mark.slow
@pytest.mark.parametrize(("header", "raw"), SLOW_HEADERS.values(), ids=SLOW_HEADERS)
def test_no_answer_takes_much_memory_to_read(header, raw):
    """Whatever an answer is made of, reading it takes less than 200 MB."""
    tracemalloc.start()
    taken_by(header, raw)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 200 << 20


@pytest.mark.slow
def test_the_slow_headers_are_at_the_bound():
    """A share of what is made to be slow is just let through: the others are just refused."""
    seen = [type(taken_by(header, raw)[1]) for header, raw in SLOW_HEADERS.values()]

    assert seen.count(Returned) > len(seen) // 2
    assert Lost in seen


def fuzzed(rng, n_frames):
    """Read streams of damaged, generated and whole frames; count, and measure the slowest."""
    outcomes, slowest, done = dict.fromkeys((Returned, Raised, Lost), 0), 0.0, 0
    right = [Returned({"a": np.arange(6.0).reshape(2, 3), 1: [np.str_("x"), b"raw", 1j, (None,)]})]
    frames = [encode(to_plain(o)) for o in (*right, Raised("E", near=("a",)), Lost("cpu"))]
    while done < n_frames:
        n_cases = [int(n) for n in rng.integers(0, 5, size=rng.integers(1, 4))]
        sent = b""
        for n in n_cases:
            sent += READY + stream(Returned(None))
            for _ in range(n):
                frame = frames[rng.integers(len(frames))]
                if rng.random() < 0.3:
                    frame = mutated(rng, frame)
                elif rng.random() < 0.3:
                    fields = [["value", generated(rng)], ["inputs", {"dict": []}]]
                    frame = frame_of({"dict": [["returned", {"dict": fields}]]}, b"\1" * 16)
                sent += write_frame(frame)
        if rng.random() < 0.2:
            sent = READY + mutated(rng, sent[len(READY) :])
        began = time.process_time()
        answers = read_answers(sent, n_cases, CPU)
        slowest = max(slowest, time.process_time() - began)
        assert [len(answer.observations) for answer in answers] == n_cases
        for answer in answers:
            for observation in answer.observations:
                outcomes[type(observation)] += 1
        done += len(n_cases) + sum(n_cases)
    return outcomes, slowest


@pytest.mark.parametrize("n_frames", [3_000, pytest.param(FUZZ, marks=pytest.mark.slow)])
def test_streams_of_damaged_frames_are_read_without_error(n_frames):
    """Whatever bytes come, each case has its observation, soon and in little memory."""
    tracemalloc.start()
    outcomes, slowest = fuzzed(np.random.default_rng(n_frames), n_frames)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert min(outcomes.values()) > n_frames // 50
    assert slowest < SECONDS
    assert peak < 200 << 20
