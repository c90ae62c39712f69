"""A fresh interpreter for every check: slower than forking, and it works on every system."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Self

from autograder.observation import Lost
from autograder.sandbox import inside
from autograder.sandbox.question import (
    Answer,
    Question,
    read_answers,
    read_questions,
    write_questions,
)

__all__ = ["SpawnSandbox"]

_ROOT = Path(__file__).resolve().parents[2]


class SpawnSandbox:
    """Asks in a fresh interpreter each time."""

    isolation = "process"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is kept between questions."""

    def ask(self, question: Question) -> Answer:
        """Ask one question in a fresh interpreter."""
        return self.ask_together([question])[0]

    def ask_together(self, questions: Sequence[Question]) -> list[Answer]:
        """Start, ask, wait; kill what outlives the limits of the first question."""
        if not questions:
            return []
        limits = questions[0].limits
        started = time.monotonic()
        child = _start()
        result, printed = bytearray(), bytearray()
        readers = [
            _reader(child.stdout, result, limits.result_mb << 20),
            _reader(child.stderr, printed, limits.printed_kb << 10),
        ]
        ended = _feed_and_wait(child, questions)
        for reader in readers:
            reader.join(timeout=5)  # a process that left the session may hold the pipe open
        return read_answers(
            bytes(result),
            [len(question.cases) for question in questions],
            Lost(ended),
            printed=bytes(printed).decode("utf-8", "replace"),
            seconds=(time.monotonic() - started) / len(questions),
        )


def _start() -> "subprocess.Popen[bytes]":
    program = (
        f"import sys; sys.path.insert(0, {str(_ROOT)!r})\n"
        "from autograder.sandbox import spawn; spawn.main()"
    )
    return subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-s", "-P", "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
        start_new_session=True,
    )


def _feed_and_wait(child: "subprocess.Popen[bytes]", questions: Sequence[Question]) -> str:
    """Hand over the questions and wait; return in a word why the child ended."""
    assert child.stdin
    try:
        child.stdin.write(write_questions(questions))
        child.stdin.close()
    except OSError:  # it ended before it had read them; its exit says how
        pass
    try:
        status = child.wait(questions[0].limits.wall_seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return "wall"
    finally:
        _end_session(child.pid)
    if status == -getattr(signal, "SIGXCPU", 0) or status == -9:
        return "cpu"
    return "crash" if status < 0 else "exit"


def _end_session(pid: int) -> None:
    """Kill what the child started, where sessions exist."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)


def main() -> None:
    """Be the child: the questions come on standard input, the answers go to standard output."""
    questions = read_questions(sys.stdin.buffer.read())
    channel = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # from here on, what is printed goes where errors go
    inside.prepare_streams()
    with tempfile.TemporaryDirectory(prefix="nnlab-") as scratch:
        os.chdir(scratch)
        questions[0].limits.apply()
        inside.answer(questions, channel.write)
        os.chdir(_ROOT)


def _reader(stream: IO[bytes] | None, into: bytearray, room: int) -> threading.Thread:
    assert stream

    def read() -> None:
        with stream:
            while data := stream.read1(1 << 16):  # type: ignore[attr-defined]
                into.extend(data[: max(0, room - len(into))])

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread
