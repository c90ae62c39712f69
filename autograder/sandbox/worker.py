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
import shutil
import signal
import socket
import time
from dataclasses import dataclass
from types import CodeType
from typing import Never

from autograder.sandbox import inside, kernel, orphans, scratch
from autograder.sandbox.codec import decode, encode
from autograder.sandbox.confine import Confinement
from autograder.sandbox.limits import Limits
from autograder.sandbox.question import (
    Source,
    read_questions,
)
from autograder.sandbox.relay import Relay
from autograder.sandbox.wire import receive, send

__all__ = ["WORKER_ENVIRONMENT", "Worker", "be_worker", "main"]

WATCH_SECONDS = 0.2  # how often a running child's folder is measured
FORGOTTEN = 100  # a template's exit status when the worker shall go on without it

WORKER_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}


def main(descriptor: str, folder: str, confined: str) -> None:
    """Be the worker of the process that holds the other end of this socket."""
    be_worker(socket.socket(fileno=int(descriptor)), folder, confined=bool(confined))


def be_worker(control: socket.socket, folder: str, *, confined: bool) -> None:
    """Answer questions until the other end is closed, then end this process at once."""
    status = 1
    try:
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # Ctrl-C is for the grader, which then closes us
        os.environ.clear()
        os.environ.update(WORKER_ENVIRONMENT, HOME=folder, TMPDIR=folder)
        Worker(control, folder, confined=confined).serve()
        status = 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(status)  # never back into the caller's stack, which is the grader's


@dataclass(slots=True)
class Outcome:
    """What was left of a child: its bytes, and how it ended."""

    result: Relay
    printed: Relay
    ended: str = ""
    seconds: float = 0.0


class Worker:
    """Forks a template that knows the earlier labs, which forks children and watches them.

    The template is forgotten as soon as it knows a module that the next lab must not see.
    """

    def __init__(self, control: socket.socket, folder: str, *, confined: bool) -> None:
        self.control = control
        self.scratch = folder
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
        gc.collect()
        gc.freeze()  # children share these pages instead of copying them at their first collection
        send(control, encode({"layers": list(self.confinement.layers)}))

    def serve(self) -> None:
        """Take requests until the grader is gone."""
        while True:
            try:
                request = decode(receive(self.control))
                if "prepare" in request:
                    if self.is_template or self.fork_template():
                        self.prepare(request["prepare"])
                elif "forget" in request:
                    os._exit(FORGOTTEN)
                else:
                    self.reply(request["questions"], Limits(*request["limits"]))
            except EOFError:
                return

    def fork_template(self) -> bool:
        """Leave the service to a template until it is told to forget; in the template, say so."""
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
        """Compile modules that are ours once, for all children to come."""
        with Relay(size) as relay:
            relay.receive(self.control)
            sources = decode(relay.copy())
        new = {name: Source(file, text) for name, (file, text) in sources.items()}
        self.reference |= new
        self.codes |= {name: inside.compiled(source) for name, source in new.items()}
        gc.freeze()

    def reply(self, size: int, limits: Limits) -> None:
        """Take questions for one child and hand over what it left."""
        with (
            Relay(size) as questions,
            Relay(limits.result_mb << 20) as result,
            Relay(limits.printed_kb << 10) as printed,
        ):
            questions.receive(self.control)
            try:
                outcome = self.run(questions, limits, Outcome(result, printed))
            except OSError as error:  # no pipe or no process: the machine is full
                send(self.control, encode({"failed": str(error)}))
                return
            sizes = {"result": result.size, "printed": printed.size}
            how = {"ended": outcome.ended, "seconds": outcome.seconds}
            send(self.control, encode(sizes | how))
            result.send(self.control)
            printed.send(self.control)

    def run(self, questions: Relay, limits: Limits, outcome: Outcome) -> Outcome:
        """Fork, watch, bury."""
        result, result_end = os.pipe()
        printed, printed_end = os.pipe()
        started = time.monotonic()
        pid = os.fork()
        if pid == 0:
            self.be_child(questions, limits, result_end, printed_end)
        os.close(result_end)
        os.close(printed_end)
        pipes = {result: outcome.result, printed: outcome.printed}
        status, cpu_seconds = self.watch(pid, outcome, pipes, limits)
        outcome.seconds = time.monotonic() - started
        outcome.ended = outcome.ended or _ending(status, cpu_seconds, limits)
        orphans.bury()
        scratch.empty(self.scratch)
        return outcome

    def watch(
        self, pid: int, outcome: Outcome, pipes: dict[int, Relay], limits: Limits
    ) -> tuple[int, float]:
        """Collect what the child sends until it is dead, or kill it; return status and CPU time."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.died, selectors.EVENT_READ)
            selector.register(self.control, selectors.EVENT_READ)  # it ends when the grader does
            for pipe in pipes:
                os.set_blocking(pipe, False)
                selector.register(pipe, selectors.EVENT_READ)
            outcome.ended = self.wait(pid, selector, pipes, limits)
        _kill_session(
            pid
        )  # with whatever it started; before it is reaped, so the id is still its own
        _, status, usage = os.wait4(pid, 0)
        for pipe, relay in pipes.items():
            while not relay.is_full and relay.collect(pipe):
                pass
            os.close(pipe)
        return status, usage.ru_utime + usage.ru_stime

    def wait(
        self,
        pid: int,
        selector: selectors.BaseSelector,
        pipes: dict[int, Relay],
        limits: Limits,
    ) -> str:
        """Wait until the child is dead, or say why it must be killed."""
        result = next(iter(pipes.values()))
        deadline = time.monotonic() + limits.wall_seconds
        measured = time.monotonic() + WATCH_SECONDS
        while not _is_dead(pid):
            ready = selector.select(max(0.0, min(deadline, measured) - time.monotonic()))
            for key, _ in ready:
                if key.fd == self.died:
                    _drain(self.died)
                elif key.fd == self.control.fileno():
                    return "abandoned"
                elif not pipes[key.fd].collect(key.fd):
                    selector.unregister(key.fd)
            now = time.monotonic()
            if result.is_full:
                return "size"
            if now >= deadline:
                return "wall"
            if now >= measured:
                if scratch.is_full(self.scratch):
                    return "disk"
                measured = time.monotonic() + WATCH_SECONDS
        return ""

    def be_child(self, questions: Relay, limits: Limits, result: int, printed: int) -> Never:
        """Ask the questions and end; never returns."""
        try:
            os.setsid()
            kernel.die_with_parent()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.chdir(self.scratch)
            os.dup2(printed, 1)
            os.dup2(printed, 2)
            inside.prepare_streams()
            limits.apply()
            self.confinement.enter()
            channel = _keep_only(result)
            asked = read_questions(questions.copy(), self.reference)
            inside.answer(asked, lambda frame: _write_all(channel, frame), self.codes)
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


def _keep_only(descriptor: int) -> int:
    """Close every descriptor but the standard ones and this, and return its new number."""
    os.dup2(descriptor, 3)
    os.closerange(4, os.sysconf("SC_OPEN_MAX") if not kernel.is_linux else 1 << 20)
    return 3


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
