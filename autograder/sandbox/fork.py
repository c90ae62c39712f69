"""A sandbox that asks through a warm worker (Linux, macOS and other POSIX systems).

    grader ── question ──▶ worker (numpy imported) ── forks ──▶ child: runs the checks; dies
       ▲                                                           │
       └───────────────────────── answer ◀────────────────────────┘

A child that crashes, hangs, leaks or patches numpy takes nothing with it.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.sandbox import belongings, bubblewrap, scratch, visible
from autograder.sandbox.codec import decode, encode
from autograder.sandbox.isolation import Layers, refuse_less
from autograder.sandbox.limits import MOST_STRETCH, Limits
from autograder.sandbox.machine_lock import MachineLock
from autograder.sandbox.observation import Lost, Observation
from autograder.sandbox.question import (
    Answer,
    Question,
    Sandbox,
    SandboxError,
    Source,
    exactly,
    read_answers,
    receive,
    send,
    write_questions,
)
from autograder.sandbox.worker import be_worker

__all__ = ["ForkSandbox"]

MOST_ALONE = 3  # turns that one submission may have while all others wait
_FOLDER = re.compile(r"[^\s'\"]*(?:/[0-9a-f]{32}){2}/?")
"""A child's folder, whose name is drawn; a report is the same in every run."""
PATIENCE_SECONDS = 30.0  # beyond a check's own limit, before the worker is taken for stuck


@dataclass(slots=True)
class _Slow:
    """A submission that has run out of wall time: how often it was asked alone, and what is known."""

    submission: Mapping[str, Source]
    times_alone: int = 0
    is_suspect: bool = False
    """It was slow among other questions: whatever follows is asked alone."""
    sleeps: bool = False
    """It was slow when nobody else asked: what follows gets less time."""


class ForkSandbox(Sandbox):
    """Asks questions through a worker process that is started once.

    With `here`, the worker is forked from this process: one import of numpy serves both. The caller
    says by it that this process has not read any answer; if it has threads, which do not survive a
    fork while the locks that they hold do, a new worker is started anyway. A new worker
    runs in a box where bubblewrap works. With `confined` false, nothing holds the code but the
    process itself.

    What the first worker says of its isolation is a promise: no later one may have less, nor any
    less than `at_least`, an isolation that was promised elsewhere.
    """

    def __init__(self, *, here: bool = False, confined: bool = True, at_least: Layers = ()) -> None:
        here = here and _has_one_thread()
        self._confined = confined
        self._boxed = confined and not here and bubblewrap.find() is not None
        self._promised = at_least
        self._isolation: tuple[str, ...] = ()
        self._start(here=here)
        self._machine_lock = MachineLock()
        self._slow = _Slow({})

    @property
    def isolation(self) -> tuple[str, ...]:
        """What holds the code, as the first worker has said."""
        if not self._isolation:
            if self._is_worn:
                self._replace()
            self._greet()
        return self._isolation

    def _start(self, *, here: bool) -> None:
        """Start a worker; a box brings its own folder, any other gets one here.

        Raises: SandboxError if there is no room for it.
        """
        self._folder = ""
        self._worker: int | subprocess.Popen[bytes] | None = None
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            raise SandboxError(f"no worker process could be started: {error}") from error
        try:
            if not self._boxed:
                self._folder = tempfile.mkdtemp(prefix="nnlab-")
            self._worker = (
                _fork_worker(ours, theirs, self._folder, confined=self._confined)
                if here
                else _spawn_worker(theirs, self._folder, confined=self._confined)
            )
        except OSError as error:
            ours.close()
            self._reap()
            raise SandboxError(f"no worker process could be started: {error}") from error
        finally:
            theirs.close()
        self._channel = ours
        self._prepared: Mapping[str, Source] = {}
        self._is_greeted = False
        self._is_worn = False

    def _greet(self) -> None:
        """Hear from the worker what holds it; if the first one's box fails, another starts without a box.

        Raises: SandboxError if it does not come up, or has less than was promised.
        """
        while not self._is_greeted:
            self._is_worn = True  # until it has said what it must: the next asking starts another
            self._channel.settimeout(PATIENCE_SECONDS)
            try:
                layers = decode(receive(self._channel))["layers"]
            except (EOFError, OSError) as error:
                if not self._boxed or "bubblewrap" in self._promised:
                    raise SandboxError("the worker process ended before it was ready") from error
                self._boxed = False
                self._replace()
                continue
            boxed = ["bubblewrap"] if self._boxed else []
            holds = (*boxed, *layers) or ("process",)
            refuse_less(holds, self._promised)
            self._is_greeted, self._is_worn = True, False
            if not self._isolation:
                self._promised = self._isolation = holds

    def close(self) -> None:
        """End the worker; it ends by itself as well when this process dies."""
        self._channel.close()
        self._machine_lock.close()
        self._reap()

    def _reap(self) -> None:
        """Wait for the ended worker, if nobody has yet, and remove its folder."""
        worker, self._worker = self._worker, None
        if isinstance(worker, int):
            os.waitpid(worker, 0)
        elif worker is not None:
            worker.wait()
        if self._folder:
            scratch.throw_away(self._folder)

    def _replace(self) -> None:
        """Start a new worker instead of one that is dead, stuck or worn out."""
        self._channel.close()
        if self._worker is not None:
            os.kill(
                self._worker if isinstance(self._worker, int) else self._worker.pid, signal.SIGKILL
            )
        self._reap()
        self._start(here=False)  # this process may hold answers by now

    def ask(self, question: Question) -> Answer:
        """Ask a question in a fresh process.

        What ran only out of wall time is asked once more while no other sandbox of this user
        asks: the machine may have been busy. A submission that sleeps even then gets less time for
        all that follows.

        Raises: SandboxError if no worker or child can be started.
        """
        seconds, slow = question.limits.cpu_seconds, self._slow
        is_slow = slow.submission == question.submission
        if is_slow and slow.sleeps:
            return _ask_within(seconds + 1.0, question, self.ask_together)
        if not (is_slow and slow.is_suspect):
            (answer,) = self.ask_together([question])
            if not _ran_out_of_wall_time(answer):
                return answer
        slow = self._found_slow(question)
        slow.times_alone += 1
        if slow.times_alone > MOST_ALONE:  # the others have waited enough for this one
            return self.ask_together([question])[0]
        with self._machine_lock.alone():
            answer = _ask_within(2.0 * seconds + 2.0, question, self._ask_surely)
        slow.sleeps = _ran_out_of_wall_time(answer)  # one second chance a submission
        return answer

    def ask_together(self, questions: Sequence[Question]) -> list[Answer]:
        """Ask questions of one submission in one fresh process, under the limits of the first.

        A worker that dies under a question is replaced and asked again; if it dies again, the
        question's code has killed it.
        """
        if not questions:
            return []
        with self._machine_lock.shared():
            answers = self._ask_surely(questions)
        if len(questions) > 1 and any(map(_ran_out_of_wall_time, answers)):
            self._found_slow(questions[0]).is_suspect = True
        return answers

    def _found_slow(self, question: Question) -> _Slow:
        if self._slow.submission != question.submission:
            self._slow = _Slow(question.submission)
        return self._slow

    def _ask_surely(self, questions: Sequence[Question]) -> list[Answer]:
        full = ""
        for _ in range(2):
            try:
                if self._is_worn:
                    self._replace()
                return self._ask(questions)
            except SandboxError as error:  # no child, or a worker that does not come up
                full = str(error)
            except (EOFError, OSError):
                full = ""
            self._is_worn = True
        if full:
            raise SandboxError(full)
        lost = Lost("crash", "it ended the process that watches it")
        return [Answer([lost] * len(question.cases)) for question in questions]

    def _prepare(self, reference: Mapping[str, Source]) -> None:
        """Hand over what a lab may depend on; modules that it may not have seen are forgotten first."""
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
        self._greet()
        self._channel.settimeout(first.limits.wall_seconds * MOST_STRETCH + PATIENCE_SECONDS)
        self._prepare(first.reference)
        frame = write_questions(questions, with_reference=False)
        limits = [getattr(first.limits, name) for name in Limits.__slots__]
        checks = "" if first.checks else first.lab  # another package's are for the child alone
        send(self._channel, encode({"limits": limits, "checks": checks, "questions": len(frame)}))
        self._channel.sendall(frame)
        outcome = decode(receive(self._channel))
        if "failed" in outcome:
            raise SandboxError(f"no process could be started for a check: {outcome['failed']}")
        self._is_worn = outcome["worn"]
        return read_answers(
            exactly(self._channel, outcome["result"]),
            [len(question.cases) for question in questions],
            Lost(outcome["ended"]),
            printed=_FOLDER.sub(
                "", exactly(self._channel, outcome["printed"]).decode("utf-8", "replace")
            ),
            seconds=outcome["seconds"] / len(questions),
            computed=outcome["computed"],
        )


def _has_one_thread() -> bool:
    """Count this process's threads, those of numpy's library for matrix products among them.

    Where the system does not say, that library's own number decides.
    """
    tasks = Path("/proc/self/task")
    if tasks.is_dir():
        return len([*tasks.iterdir()]) == 1
    return threading.active_count() == 1 and os.environ.get("OPENBLAS_NUM_THREADS") == "1"


def _ran_out_of_wall_time(answer: Answer) -> bool:
    return any(map(_is_wall, answer.observations))


def _is_wall(observation: Observation) -> bool:
    return isinstance(observation, Lost) and observation.reason == "wall"


def _ask_within(
    seconds: float, question: Question, ask: Callable[[Sequence[Question]], list[Answer]]
) -> Answer:
    """Ask with less wall time than the check's own, if that is more; the answer says how much."""
    limits = question.limits
    if seconds >= limits.wall_seconds:
        return ask([question])[0]
    (answer,) = ask([replace(question, limits=replace(limits, wall_seconds=seconds))])
    said = Lost("wall", f"{seconds:g}")
    return replace(answer, observations=[said if _is_wall(o) else o for o in answer.observations])


def _fork_worker(ours: socket.socket, theirs: socket.socket, folder: str, *, confined: bool) -> int:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a closed one is None
            stream.flush()
    pid = os.fork()
    if pid == 0:
        try:
            ours.close()
            belongings.forget()
            be_worker(theirs, folder, confined=confined)
        finally:
            os._exit(1)  # never back into the caller's stack, which is the grader's
    return pid


def _spawn_worker(
    theirs: socket.socket, folder: str, *, confined: bool
) -> "subprocess.Popen[bytes]":
    """Start a worker in a fresh interpreter: in a box, where no folder is made for it."""
    program = (
        f"import sys; sys.path += {list(visible.IMPORTED_FROM)!r}\n"
        "from autograder.sandbox import worker; worker.main(*sys.argv[1:])"
    )
    descriptor = str(theirs.fileno())
    place = folder or bubblewrap.FOLDER
    arguments = ["-I", "-S", "-B", "-c", program, descriptor, place, "confined" * confined]
    return subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, *arguments] if folder else bubblewrap.command(arguments, place),
        pass_fds=[theirs.fileno()],
        env=visible.ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stderr=None if folder else subprocess.DEVNULL,  # doctor says why a box cannot be made
        start_new_session=True,
    )
