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
from typing import IO

from autograder.sandbox import inside, scratch, visible
from autograder.sandbox.observation import Lost
from autograder.sandbox.question import (
    Answer,
    Question,
    Sandbox,
    SandboxError,
    read_answers,
    read_questions,
    write_questions,
)

__all__ = ["SpawnSandbox"]

NEEDED = ("PATH", "SYSTEMROOT")

START_SECONDS = 30.0

_ROOT = Path(__file__).resolve().parents[2]


class SpawnSandbox(Sandbox):
    """Asks in a fresh interpreter each time."""

    isolation = ("process",)

    def ask_together(self, questions: Sequence[Question]) -> list[Answer]:
        """Start, ask, wait; kill what outlives the limits of the first question."""
        if not questions:
            return []
        limits = questions[0].limits
        started = time.monotonic()
        result, printed, ready = bytearray(), bytearray(), threading.Event()
        try:
            folder = tempfile.mkdtemp(prefix="nnlab-")
            try:
                child = _start(folder)
                readers = [
                    _reader(child.stdout, result, limits.result_mb << 20, ready),
                    _reader(child.stderr, printed, limits.printed_kb << 10, threading.Event()),
                ]
                ended = _feed_and_wait(child, questions, ready)
                for reader in readers:
                    reader.join(timeout=5)  # whoever has left the session may hold the pipe open
            finally:
                scratch.throw_away(folder)  # a child that is killed removes nothing
        except OSError as error:
            raise SandboxError(f"no process could be started: {error}") from error
        return read_answers(
            bytes(result),
            [len(question.cases) for question in questions],
            Lost(ended),
            printed=bytes(printed).decode("utf-8", "replace").replace(f"{folder}{os.sep}", ""),
            seconds=(time.monotonic() - started) / len(questions),
        )


def environment(folder: str) -> dict[str, str]:
    """Leave the code nothing of the grader's variables but what Python needs to start."""
    kept = {name: os.environ[name] for name in NEEDED if name in os.environ}
    return {**visible.ENVIRONMENT, **kept, **visible.folders_at(folder)}


def _start(folder: str) -> "subprocess.Popen[bytes]":
    program = (
        f"import sys; sys.path.insert(0, {str(_ROOT)!r})\n"
        "from autograder.sandbox import spawn; spawn.main()"
    )
    return subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-s", "-P", "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(folder),
        cwd=folder,
        start_new_session=True,
    )


def _feed_and_wait(
    child: "subprocess.Popen[bytes]", questions: Sequence[Question], ready: threading.Event
) -> str:
    """Hand over the questions and wait; return in a word why the child ended.

    The time that the interpreter takes to start is not the submission's.
    """
    assert child.stdin
    with (
        contextlib.suppress(OSError),
        child.stdin,
    ):  # it ended before reading: its exit status says how
        child.stdin.write(write_questions(questions))
    ready.wait(START_SECONDS)
    try:
        status = child.wait(questions[0].limits.wall_seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return "wall"
    finally:
        if hasattr(os, "killpg"):  # with whatever it started
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
    if status == -getattr(signal, "SIGXCPU", 0) or status == -9:
        return "cpu"
    return "crash" if status < 0 else "exit"


def main() -> None:
    """Be the child: the questions come on standard input, the answers go to standard output."""
    questions = read_questions(sys.stdin.buffer.read())
    channel = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # from here on, what is printed goes where errors go
    inside.prepare_streams()
    questions[0].limits.apply()
    inside.answer(questions, channel.write)


def _reader(
    stream: IO[bytes] | None, into: bytearray, room: int, begun: threading.Event
) -> threading.Thread:
    """Read in a thread until the end; say when the first bytes are there, or never will be."""
    assert stream

    def read() -> None:
        with stream:
            while data := stream.read1(1 << 16):  # type: ignore[attr-defined]
                into.extend(data[: max(0, room - len(into))])
                begun.set()
        begun.set()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread
