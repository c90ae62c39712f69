"""A sandbox that asks through a warm worker (Linux, macOS and other POSIX systems).

    grader ── question ──▶ worker (numpy imported) ── forks ──▶ child: runs the checks; dies
       ▲                                                           │
       └───────────────────────── answer ◀────────────────────────┘

A child that crashes, hangs, leaks or patches numpy takes nothing with it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from autograder.observation import Lost
from autograder.sandbox import SandboxError, bubblewrap, visible
from autograder.sandbox.codec import decode, encode
from autograder.sandbox.limits import Limits
from autograder.sandbox.question import (
    Answer,
    Question,
    Source,
    read_answers,
    write_questions,
)
from autograder.sandbox.turns import Turns
from autograder.sandbox.wire import exactly, receive, send
from autograder.sandbox.worker import WORKER_ENVIRONMENT, be_worker

__all__ = ["ForkSandbox"]

PATIENCE_SECONDS = 30.0  # beyond a check's own limit, before the worker is taken for stuck


class ForkSandbox:
    """Asks questions through a worker process that is started once.

    With `here`, the worker is forked from this process: one import of numpy serves both. The caller
    says by it that this process has not read any answer; if it has threads, which do not survive a
    fork while the locks that they hold do, the worker is started anew all the same. A worker that is
    started anew is boxed where bubblewrap works. With `confined` false, all stays with what a
    process has of its own.
    """

    def __init__(self, *, here: bool = False, confined: bool = True) -> None:
        here = here and _has_one_thread()
        self._confined = confined
        self._boxed = confined and not here and bubblewrap.find() is not None
        self._start(here=here)
        self._turns = Turns()
        self._sleepers: list[Mapping[str, Source]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def isolation(self) -> str:
        """What holds the code, outermost first, such as bubblewrap+landlock+seccomp."""
        return self._greeted()

    def _start(self, *, here: bool) -> None:
        try:
            folder = tempfile.mkdtemp(prefix="nnlab-")
            ours, theirs = socket.socketpair()
        except OSError as error:
            raise SandboxError(f"no worker process could be started: {error}") from error
        try:
            self._worker = (
                _fork_worker(ours, theirs, folder, confined=self._confined)
                if here
                else _spawn_worker(theirs, folder, confined=self._confined, boxed=self._boxed)
            )
        except OSError as error:
            ours.close()
            shutil.rmtree(folder, ignore_errors=True)
            raise SandboxError(f"no worker process could be started: {error}") from error
        finally:
            theirs.close()
        self._channel, self._scratch = ours, folder
        self._prepared: Mapping[str, Source] = {}
        self._isolation = ""

    def _greeted(self) -> str:
        """Hear from the worker what holds it; if its box cannot be made, do without.

        Raises: SandboxError if it does not come up.
        """
        while not self._isolation:
            self._channel.settimeout(PATIENCE_SECONDS)
            try:
                layers = decode(receive(self._channel))["layers"]
                boxed = ["bubblewrap"] if self._boxed else []
                self._isolation = "+".join([*boxed, *layers]) or "process"
            except (EOFError, OSError) as error:
                if not self._boxed:
                    raise SandboxError("the worker process ended before it was ready") from error
                self._boxed = False
                self._replace()
        return self._isolation

    def close(self) -> None:
        """End the worker; it ends by itself as well when this process dies."""
        self._channel.close()
        self._turns.close()
        self._reap()

    def _reap(self) -> None:
        if isinstance(self._worker, int):
            os.waitpid(self._worker, 0)
        else:
            self._worker.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _replace(self) -> None:
        """Put a new worker in the place of one that is dead or stuck."""
        self._channel.close()
        pid = self._worker if isinstance(self._worker, int) else self._worker.pid
        os.kill(pid, signal.SIGKILL)
        self._reap()
        self._start(here=False)  # this process may hold answers by now

    def ask(self, question: Question) -> Answer:
        """Ask a question in a fresh process.

        What ran out of wall time only, is asked once more while no other sandbox of this user
        asks: the machine may have been busy.

        Raises: SandboxError if no worker or child can be started.
        """
        (answer,) = self.ask_together([question])
        if question.submission in self._sleepers or not _ran_out_of_wall_time(answer):
            return answer
        with self._turns.alone():
            (answer,) = self._ask_surely([question])
        if _ran_out_of_wall_time(answer):
            self._sleepers = [question.submission]  # one second chance for each submission
        return answer

    def ask_together(self, questions: Sequence[Question]) -> list[Answer]:
        """Ask questions of one submission in one fresh process, under the limits of the first.

        A worker that dies under a question is replaced and asked again; if it dies again, the
        question's code has killed it.

        Raises: SandboxError if no worker or child can be started.
        """
        if not questions:
            return []
        with self._turns.shared():
            return self._ask_surely(questions)

    def _ask_surely(self, questions: Sequence[Question]) -> list[Answer]:
        for _ in range(2):
            try:
                return self._ask(questions)
            except (EOFError, OSError):
                self._replace()
        lost = Lost("crash", "it ended the process that watches it")
        return [Answer([lost] * len(question.cases)) for question in questions]

    def _prepare(self, reference: Mapping[str, Source]) -> None:
        """Hand over what a lab may lean on; modules that it may not have seen are forgotten first."""
        if self._prepared == reference:
            return
        if any(reference.get(name) != source for name, source in self._prepared.items()):
            send(self._channel, encode({"forget": True}))
            self._prepared = {}
        new = {n: [s.file, s.text] for n, s in reference.items() if n not in self._prepared}
        sources = encode(new)
        send(self._channel, encode({"prepare": len(sources)}))
        self._channel.sendall(sources)
        self._prepared = reference

    def _ask(self, questions: Sequence[Question]) -> list[Answer]:
        first = questions[0]
        self._greeted()
        self._channel.settimeout(first.limits.wall_seconds + PATIENCE_SECONDS)
        self._prepare(first.reference)
        frame = write_questions(questions, with_reference=False)
        limits = [getattr(first.limits, name) for name in Limits.__slots__]
        send(self._channel, encode({"limits": limits, "questions": len(frame)}))
        self._channel.sendall(frame)
        outcome = decode(receive(self._channel))
        if "failed" in outcome:
            raise SandboxError(f"no process could be started for a check: {outcome['failed']}")
        return read_answers(
            exactly(self._channel, outcome["result"]),
            [len(question.cases) for question in questions],
            Lost(outcome["ended"]),
            printed=exactly(self._channel, outcome["printed"]).decode("utf-8", "replace"),
            seconds=outcome["seconds"] / len(questions),
        )


def _has_one_thread() -> bool:
    """Count this process's threads, those of numpy's library for matrix products among them.

    Where the system does not tell, that library's own number decides.
    """
    tasks = Path("/proc/self/task")
    if tasks.is_dir():
        return len([*tasks.iterdir()]) == 1
    return threading.active_count() == 1 and os.environ.get("OPENBLAS_NUM_THREADS") == "1"


def _ran_out_of_wall_time(answer: Answer) -> bool:
    return any(isinstance(o, Lost) and o.reason == "wall" for o in answer.observations)


def _fork_worker(ours: socket.socket, theirs: socket.socket, folder: str, *, confined: bool) -> int:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a closed one is None
            stream.flush()
    pid = os.fork()
    if pid == 0:
        ours.close()
        be_worker(theirs, folder, confined=confined)
    return pid


def _spawn_worker(
    theirs: socket.socket, folder: str, *, confined: bool, boxed: bool
) -> "subprocess.Popen[bytes]":
    program = (
        f"import sys; sys.path += {list(visible.IMPORTED_FROM)!r}\n"
        "from autograder.sandbox import worker; worker.main(*sys.argv[1:])"
    )
    descriptor = str(theirs.fileno())
    arguments = ["-I", "-S", "-B", "-c", program, descriptor, folder, "confined" * confined]
    return subprocess.Popen(  # noqa: S603  our own program
        bubblewrap.command(arguments, folder) if boxed else [sys.executable, *arguments],
        pass_fds=[theirs.fileno()],
        env={**WORKER_ENVIRONMENT, "PATH": os.defpath},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if boxed else None,  # why a box cannot be made, doctor tells
        start_new_session=True,
    )
