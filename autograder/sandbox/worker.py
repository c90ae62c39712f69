"""The worker that forks a fresh child for every asking, and the child: what runs behind the socket.

    worker (numpy imported) ── fork ──▶ template (knows the earlier labs)
                                           │ fork
       answer ◀──────────── watch ──────  child: confined; runs the checks; dies

Worker and template never run student code, and relay a child's bytes without reading or keeping
them. The next lab's template comes from the worker again, so that no child is a copy of a process
that has known too much.
"""

import contextlib
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from types import CodeType
from typing import Any, Never

from autograder.sandbox import inside, kernel, orphans, scratch, visible
from autograder.sandbox.codec import decode, encode
from autograder.sandbox.confine import Confinement
from autograder.sandbox.limits import MOST_STRETCH, Limits
from autograder.sandbox.question import Source, read_questions, receive, send
from autograder.sandbox.relay import Relay
from autograder.sandbox.scratch import Place, Scratch

__all__ = ["Worker", "be_worker", "main"]

WATCH_SECONDS = 0.2  # how often a running child's folder is measured
COUNT_SECONDS = 0.02  # how often its processes are counted, where it can start any
FORGOTTEN = 100  # a template's exit status when the worker shall go on without it


def main(descriptor: str, folder: str, confined: str) -> None:
    """Be the worker of the process that holds the other end of this socket."""
    be_worker(socket.socket(fileno=int(descriptor)), folder, confined=bool(confined))


def be_worker(control: socket.socket, folder: str, *, confined: bool) -> None:
    """Answer questions until the other end is closed, then end this process at once."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the grader, which then closes us
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.environ.clear()
        os.environ.update(visible.ENVIRONMENT)
        Worker(control, folder, confined=confined).serve()
        status = 0
    finally:
        scratch.throw_away(folder)
        os._exit(status)  # never back into the caller's stack, which is the grader's


@dataclass(slots=True)
class Child:
    """A running child: its process, its folder, and the pipes that it writes into."""

    pid: int
    folder: Scratch
    result: int
    printed: int


class Worker:
    """Forks a template that knows the earlier labs, which forks children and watches them.

    The template is forgotten as soon as it knows a module that the next lab must not see.
    """

    def __init__(self, control: socket.socket, folder: str, *, confined: bool) -> None:
        self.control = control
        self.is_template = False
        kernel.adopt_orphans()
        self.codes: dict[str, CodeType] = {}
        self.reference: dict[str, Source] = {}
        self.died, died = os.pipe()
        os.set_blocking(died, False)
        os.set_blocking(self.died, False)
        signal.set_wakeup_fd(died, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        importlib.import_module("numpy.random")
        self.confinement = Confinement.prepare(folder) if confined else Confinement()
        self.place = Place(folder, mounts=self.confinement.mounts)
        gc.collect()
        gc.freeze()  # children share these pages instead of copying them at their first collection
        send(control, encode({"layers": list(self.confinement.layers)}))

    def serve(self) -> None:
        """Take requests until the grader is gone."""
        while True:
            try:
                request = decode(receive(self.control))
                if "prepare" in request:
                    self.prepare(request["prepare"])
                elif "forget" in request:
                    os._exit(FORGOTTEN)
                else:
                    self.learn(request["checks"])
                    self.reply(request["questions"], Limits(*request["limits"]))
            except EOFError:
                return

    def fork_template(self) -> bool:
        """Let a template serve until it is asked to forget; return True in the template."""
        pid = os.fork()
        if pid:
            _, status = os.waitpid(pid, 0)
            if os.waitstatus_to_exitcode(status) != FORGOTTEN:
                raise EOFError
            return False
        kernel.die_with_parent()
        kernel.adopt_orphans()
        self.is_template = True
        return True

    def prepare(self, size: int) -> None:
        """Compile modules that are ours once, for all later children: in a template only."""
        try:
            if not self.is_template and not self.fork_template():
                return
            relay = Relay(size)
        except OSError as error:
            self.give_up(error)
        with relay:
            relay.receive(self.control)
            sources = decode(relay.copy())
        new = {name: Source(file, text) for name, (file, text) in sources.items()}
        self.reference |= new
        self.codes |= {name: inside.compiled(source) for name, source in new.items()}
        gc.freeze()

    def learn(self, checks: str) -> None:
        """Import a lab's checks once, for all later children."""
        if checks and checks not in sys.modules:
            with contextlib.suppress(Exception):  # a child will fail at it as well, and say so
                importlib.import_module(checks)
            gc.freeze()

    def reply(self, size: int, limits: Limits) -> None:
        """Take questions for one child and hand over what it left.

        Raises: EOFError if this worker can serve nobody else: the grader starts another.
        """
        with contextlib.ExitStack() as stack:
            try:
                questions, result, printed = (
                    stack.enter_context(Relay(room))
                    for room in (size, limits.result_mb << 20, limits.printed_kb << 10)
                )
                questions.receive(self.control)
                child = self.start(questions, limits)
            except OSError as error:
                self.give_up(error)
            pipes = {child.result: result, child.printed: printed}
            outcome = self.watch(child, pipes, limits)
            ended, cleared = orphans.end_all(), self.place.clear()
            worn = not (ended and cleared)
            sizes = {"result": result.size, "printed": printed.size}
            send(self.control, encode({**outcome, **sizes, "worn": worn}))
            for relay in pipes.values():
                relay.send(self.control)
        if worn:
            raise EOFError

    def give_up(self, error: OSError) -> Never:
        """Say that nothing of the submission ran, because memory, a folder, a pipe or a process is missing.

        Raises: EOFError always: another worker may have what this one lacks.
        """
        send(self.control, encode({"failed": str(error)}))
        raise EOFError from error

    def start(self, questions: Relay, limits: Limits) -> Child:
        """Fork a child in a folder of its own.

        Raises: OSError where the machine is full.
        """
        folder = self.place.make()
        result, result_end = os.pipe()
        printed, printed_end = os.pipe()
        pid = os.fork()
        if pid == 0:
            self.be_child(questions, limits, folder, result_end, printed_end)
        os.close(result_end)
        os.close(printed_end)
        return Child(pid, folder, result, printed)

    def watch(self, child: Child, pipes: dict[int, Relay], limits: Limits) -> dict[str, Any]:
        """Collect what a child sends until it is dead, or kill it, and say how it ended.

        Whatever fails from here on is the doing of the code that runs: nothing raises.
        """
        started = time.monotonic()
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self.died, selectors.EVENT_READ)
                selector.register(self.control, selectors.EVENT_READ)  # it ends with the grader
                for pipe in pipes:
                    os.set_blocking(pipe, False)
                    selector.register(pipe, selectors.EVENT_READ)
                ended = self.wait(child, selector, pipes, limits)
        except OSError:
            ended = "crash"
        # With whatever it started; and before it is reaped, so that the id is still its own.
        _kill_session(child.pid)
        _, status, usage = os.wait4(child.pid, 0)
        for pipe, relay in pipes.items():
            with contextlib.suppress(OSError):
                while not relay.is_full and relay.collect(pipe):
                    pass
            os.close(pipe)
        computed = usage.ru_utime + usage.ru_stime
        ended = ended or _ending(status, computed, limits)
        return {"ended": ended, "seconds": time.monotonic() - started, "computed": computed}

    def wait(
        self,
        child: Child,
        selector: selectors.BaseSelector,
        pipes: dict[int, Relay],
        limits: Limits,
    ) -> str:
        """Wait until the child is dead, or say why it must be killed."""
        result = pipes[child.result]
        crowd = orphans.Crowd() if self.confinement.calls is None else None
        began = now = time.monotonic()
        deadline, measured = now + limits.wall_seconds, now + WATCH_SECONDS
        while not _is_dead(child.pid):
            next_look = min(deadline, measured, now + COUNT_SECONDS if crowd else deadline)
            ready = selector.select(max(0.0, next_look - now))
            for key, _ in ready:
                if key.fd == self.died:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self.died, 1 << 12)
                elif key.fd == self.control.fileno():
                    return "abandoned"
                elif not pipes[key.fd].collect(key.fd):
                    selector.unregister(key.fd)
            now = time.monotonic()
            if now >= deadline:  # unless it was others' turn
                most = limits.wall_seconds * MOST_STRETCH
                deadline = began + min(limits.wall_seconds + kernel.queued_seconds(child.pid), most)
            reasons = {
                "size": result.is_full,
                "wall": now >= deadline,
                "processes": crowd is not None and crowd.is_too_large(),
                "disk": now >= measured and child.folder.is_full(),
            }
            if any(reasons.values()):
                return next(reason for reason, holds in reasons.items() if holds)
            if now >= measured:
                measured = time.monotonic() + WATCH_SECONDS
        return ""

    def be_child(
        self, questions: Relay, limits: Limits, folder: Scratch, result: int, printed: int
    ) -> Never:
        """Ask the questions and end; never returns."""
        try:
            os.setsid()
            kernel.die_with_parent()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.fchdir(folder.descriptor)
            os.environ.update(visible.folders_at(folder.path))
            tempfile.tempdir = None  # the grader's own, in a worker that is its copy
            os.dup2(printed, 1)
            os.dup2(printed, 2)
            inside.prepare_streams()
            self.confinement.enter(counted=folder.mounted)
            limits.apply()
            channel = _keep_only(result)
            asked = read_questions(questions.copy(), self.reference)
            inside.answer(asked, lambda frame: _write_all(channel, frame), self.codes)
        except BaseException:  # noqa: BLE001  a child that cannot go on can report to nobody
            os._exit(1)
        os._exit(0)


def _ending(status: int, cpu_seconds: float, limits: Limits) -> str:
    """Say in a word why a child ended."""
    if not os.WIFSIGNALED(status):
        return "exit"
    out_of_time = os.WTERMSIG(status) == signal.SIGXCPU or cpu_seconds >= limits.cpu_seconds
    return "cpu" if out_of_time else "crash"


def _is_dead(pid: int) -> bool:
    """Return whether a child has ended, and leave it unreaped."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill_session(pid: int) -> None:
    for kill in (os.kill, os.killpg):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)


def _keep_only(descriptor: int) -> int:
    """Close every descriptor but the standard ones and this, and return its new number."""
    os.dup2(descriptor, 3)
    os.closerange(4, os.sysconf("SC_OPEN_MAX") if not kernel.is_linux else 1 << 20)
    return 3


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
