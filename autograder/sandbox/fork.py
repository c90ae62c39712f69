"""A warm worker that forks a fresh child for every check (Linux, macOS and other POSIX systems).

    grader ── question ──▶ worker (numpy imported, never runs student code)
       ▲                     │ fork
       └──── answer ◀── watch ── child: limits, own session, empty folder; runs the check; dies

A child that crashes, hangs, leaks or patches numpy takes nothing with it. The worker relays the
child's bytes without reading them.
"""

import contextlib
import ctypes
import gc
import importlib
import os
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any, Self

from autograder.observation import Lost
from autograder.sandbox import SandboxError, inside
from autograder.sandbox.codec import decode, encode
from autograder.sandbox.limits import Limits
from autograder.sandbox.question import (
    Answer,
    Question,
    Source,
    read_answers,
    read_questions,
    write_questions,
)

__all__ = ["ForkSandbox"]

PATIENCE_SECONDS = 30.0  # beyond a check's own limit, before the worker is taken for stuck

PR_SET_PDEATHSIG = 1  # Linux's number for it
_LENGTH = struct.Struct("<Q")
_ROOT = Path(__file__).resolve().parents[2]


class ForkSandbox:
    """Asks questions through a worker process that is started once.

    With `here`, the worker is forked from this process: one import of numpy serves both. That is
    safe only while this process has one thread and has not read any answer.
    """

    isolation = "process"

    def __init__(self, *, here: bool = False) -> None:
        self._prepared: Mapping[str, Source] | None = None
        self._start(here=here)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _start(self, *, here: bool) -> None:
        try:
            scratch = tempfile.mkdtemp(prefix="nnlab-")
            ours, theirs = socket.socketpair()
        except OSError as error:
            raise SandboxError(f"no worker process could be started: {error}") from error
        try:
            start = _fork_worker if here else _spawn_worker
            self._worker = start(ours, theirs, scratch)
        except OSError as error:
            ours.close()
            shutil.rmtree(scratch, ignore_errors=True)
            raise SandboxError(f"no worker process could be started: {error}") from error
        finally:
            theirs.close()
        self._channel, self._scratch = ours, scratch
        self._prepared = None

    def close(self) -> None:
        """End the worker; it ends by itself as well when this process dies."""
        self._channel.close()
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

        Raises: SandboxError if no worker or child can be started.
        """
        return self.ask_together([question])[0]

    def ask_together(self, questions: Sequence[Question]) -> list[Answer]:
        """Ask questions of one submission in one fresh process, under the limits of the first.

        A worker that dies under a question is replaced and asked again; if it dies again, the
        question's code has killed it.

        Raises: SandboxError if no worker or child can be started.
        """
        if not questions:
            return []
        for _ in range(2):
            try:
                return self._ask(questions)
            except (EOFError, OSError):
                self._replace()
        lost = Lost("crash", "it ended the process that watches it")
        return [Answer([lost] * len(question.cases)) for question in questions]

    def _ask(self, questions: Sequence[Question]) -> list[Answer]:
        first = questions[0]
        self._channel.settimeout(first.limits.wall_seconds + PATIENCE_SECONDS)
        if self._prepared != first.reference:
            sources = {name: [s.file, s.text] for name, s in first.reference.items()}
            _send(self._channel, encode({"prepare": sources}))
            self._prepared = first.reference
        limits = {"limits": [getattr(first.limits, name) for name in Limits.__slots__]}
        _send(
            self._channel,
            encode({**limits, "questions": write_questions(questions, with_reference=False)}),
        )
        outcome = decode(_receive(self._channel))
        if "failed" in outcome:
            raise SandboxError(f"no process could be started for a check: {outcome['failed']}")
        return read_answers(
            outcome["result"],
            [len(question.cases) for question in questions],
            Lost(outcome["ended"]),
            printed=outcome["printed"].decode("utf-8", "replace"),
            seconds=outcome["seconds"] / len(questions),
        )


def _send(channel: socket.socket, frame: bytes) -> None:
    channel.sendall(_LENGTH.pack(len(frame)) + frame)


def _receive(channel: socket.socket) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size))
    return _exactly(channel, length)


def _exactly(channel: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = channel.recv(min(size - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


def _fork_worker(ours: socket.socket, theirs: socket.socket, scratch: str) -> int:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a closed one is None
            stream.flush()
    pid = os.fork()
    if pid == 0:
        _be_worker(theirs, scratch, ours)
    return pid


def _spawn_worker(
    ours: socket.socket, theirs: socket.socket, scratch: str
) -> "subprocess.Popen[bytes]":
    del ours
    program = (
        f"import sys; sys.path.insert(0, {str(_ROOT)!r})\n"
        "from autograder.sandbox import fork; fork.main(int(sys.argv[1]), sys.argv[2])"
    )
    environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    environment.update(
        {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    )
    return subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-s", "-P", "-c", program, str(theirs.fileno()), scratch],
        pass_fds=[theirs.fileno()],
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


# Everything below runs in the worker and its children.


def main(descriptor: int, scratch: str) -> None:
    """Be the worker of the process that holds the other end of this socket."""
    _be_worker(socket.socket(fileno=descriptor), scratch)


def _be_worker(control: socket.socket, scratch: str, *others: socket.socket) -> None:
    """Answer questions until the other end is closed, then end this process at once."""
    status = 1
    try:
        for other in others:
            other.close()
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # Ctrl-C is for the grader, which then closes us
        Worker(control, scratch).serve()
        status = 0
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        os._exit(status)  # never back into the caller's stack, which is the grader's


def _die_with_parent() -> Callable[[], object]:
    """Find the call that makes a child end with its parent, where the system has one (Linux)."""
    if sys.platform != "linux":
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass(slots=True)
class Outcome:
    """What was left of a child: its bytes, and how it ended."""

    result: bytearray
    printed: bytearray
    ended: str = ""
    seconds: float = 0.0


class Worker:
    """Forks a child for every question and watches it."""

    def __init__(self, control: socket.socket, scratch: str) -> None:
        self.control = control
        self.scratch = scratch
        self.codes: dict[str, CodeType] = {}
        self.compiled = lru_cache(inside.compiled)  # labs share most of their earlier modules
        self.reference: dict[str, Source] = {}
        self.died, died = os.pipe()
        os.set_blocking(died, False)
        os.set_blocking(self.died, False)
        signal.set_wakeup_fd(died, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        importlib.import_module("numpy.random")
        self.die_with_parent = _die_with_parent()
        gc.collect()
        gc.freeze()  # children share these pages instead of copying them at their first collection

    def serve(self) -> None:
        """Take requests until the grader is gone."""
        while True:
            try:
                request = decode(_receive(self.control))
            except EOFError:
                return
            if "prepare" in request:
                self.prepare(request["prepare"])
                continue
            try:
                outcome = self.run(request["questions"], Limits(*request["limits"]))
            except OSError as error:  # no pipe or no process: the machine is full
                _send(self.control, encode({"failed": str(error)}))
                continue
            fields = {name: getattr(outcome, name) for name in Outcome.__slots__}
            fields |= {"result": bytes(outcome.result), "printed": bytes(outcome.printed)}
            _send(self.control, encode(fields))

    def prepare(self, sources: dict[str, Any]) -> None:
        """Compile the modules that are ours once, for all children to come."""
        self.reference = {name: Source(file, text) for name, (file, text) in sources.items()}
        self.codes = {name: self.compiled(source) for name, source in self.reference.items()}

    def run(self, questions: bytes, limits: Limits) -> Outcome:
        """Fork, watch, bury."""
        outcome = Outcome(bytearray(), bytearray())
        result, result_end = os.pipe()
        printed, printed_end = os.pipe()
        started = time.monotonic()
        pid = os.fork()
        if pid == 0:
            self.be_child(questions, limits, result_end, printed_end)
        os.close(result_end)
        os.close(printed_end)
        status, cpu_seconds = self.watch(
            pid, outcome, {result: "result", printed: "printed"}, limits
        )
        outcome.seconds = time.monotonic() - started
        outcome.ended = outcome.ended or _ending(status, cpu_seconds, limits)
        for leftover in os.scandir(self.scratch):
            _remove(leftover)
        return outcome

    def watch(  # noqa: C901  one loop, every way a child can end
        self, pid: int, outcome: Outcome, pipes: dict[int, str], limits: Limits
    ) -> tuple[int, float]:
        """Collect what the child sends until it is dead, or kill it; return status and CPU time."""
        deadline = time.monotonic() + limits.wall_seconds
        room = {"result": limits.result_mb << 20, "printed": limits.printed_kb << 10}
        with selectors.DefaultSelector() as selector:
            selector.register(self.died, selectors.EVENT_READ)
            selector.register(self.control, selectors.EVENT_READ)  # it ends when the grader does
            for pipe in pipes:
                os.set_blocking(pipe, False)
                selector.register(pipe, selectors.EVENT_READ)
            while not (outcome.ended or _is_dead(pid)):
                ready = selector.select(max(0.0, deadline - time.monotonic()))
                for key, _ in ready:
                    if key.fd == self.died:
                        _drain(self.died)
                    elif key.fd == self.control.fileno():
                        outcome.ended = "abandoned"
                    elif not _collect(key.fd, getattr(outcome, pipes[key.fd]), room[pipes[key.fd]]):
                        selector.unregister(key.fd)
                if len(outcome.result) >= room["result"]:
                    outcome.ended = "size"
                elif time.monotonic() >= deadline:
                    outcome.ended = "wall"
        _kill_session(
            pid
        )  # with whatever it started; before it is reaped, so the id is still its own
        _, status, usage = os.wait4(pid, 0)
        for pipe, name in pipes.items():
            while _collect(pipe, getattr(outcome, name), room[name]):
                pass
            os.close(pipe)
        return status, usage.ru_utime + usage.ru_stime

    def be_child(self, questions: bytes, limits: Limits, result: int, printed: int) -> None:
        """Ask the questions and end; never returns."""
        try:
            os.setsid()
            self.die_with_parent()
            self.control.close()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.chdir(self.scratch)
            os.dup2(printed, 1)
            os.dup2(printed, 2)
            inside.prepare_streams()
            limits.apply()
            asked = read_questions(questions, self.reference)
            inside.answer(asked, lambda frame: _write_all(result, frame), self.codes)
        except BaseException:  # noqa: BLE001  a child that cannot go on has nobody to tell
            os._exit(1)
        os._exit(0)


def _ending(status: int, cpu_seconds: float, limits: Limits) -> str:
    """Say in a word why a child ended."""
    if os.WIFSIGNALED(status):
        killer = os.WTERMSIG(status)
        if killer == signal.SIGXCPU or cpu_seconds >= limits.cpu_seconds:
            return "cpu"
        return "crash"
    return "exit"


def _collect(pipe: int, into: bytearray, room: int) -> bool:
    """Read what is there; beyond the room it is thrown away. False at the end or when empty."""
    try:
        data = os.read(pipe, 1 << 16)
    except BlockingIOError:
        return False
    into += data[: max(0, room - len(into))]
    return bool(data)


def _drain(pipe: int) -> None:
    try:
        os.read(pipe, 1 << 12)
    except BlockingIOError:
        return


def _is_dead(pid: int) -> bool:
    """Tell whether a child has ended, and leave it unreaped."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill_session(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _remove(entry: "os.DirEntry[str]") -> None:
    if entry.is_dir(follow_symlinks=False):
        shutil.rmtree(entry.path, ignore_errors=True)
    else:
        Path(entry.path).unlink(missing_ok=True)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
