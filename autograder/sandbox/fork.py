"""A warm worker that forks a fresh child for every check (Linux, macOS and other POSIX systems).

    grader ── question ──▶ worker (numpy imported) ── fork ──▶ template (knows the earlier labs)
       ▲                                                          │ fork
       └──────────────── answer ◀──────────── watch ───────────  child: confined; runs the check; dies

A child that crashes, hangs, leaks or patches numpy takes nothing with it. Worker and template never
run student code, and relay a child's bytes without reading or keeping them. The next lab's template
comes from the worker again, so that no child is a copy of a process that has known too much.
"""

import contextlib
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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Never, Self

from autograder.observation import Lost
from autograder.sandbox import SandboxError, bubblewrap, inside, kernel, orphans, scratch, visible
from autograder.sandbox.codec import decode, encode
from autograder.sandbox.confine import Confinement
from autograder.sandbox.limits import Limits
from autograder.sandbox.question import (
    Answer,
    Question,
    Source,
    read_answers,
    read_questions,
    write_questions,
)
from autograder.sandbox.relay import Relay
from autograder.sandbox.turns import Turns

__all__ = ["ForkSandbox"]

PATIENCE_SECONDS = 30.0  # beyond a check's own limit, before the worker is taken for stuck

WATCH_SECONDS = 0.2  # how often a running child's folder is measured
FORGOTTEN = 100  # a template's exit status when the worker shall go on without it

_LENGTH = struct.Struct("<Q")


class ForkSandbox:
    """Asks questions through a worker process that is started once.

    With `here`, the worker is forked from this process: one import of numpy serves both. That is
    safe only while this process has one thread and has not read any answer. A worker that is
    started anew is boxed where bubblewrap works. With `confined` false, all stays with what a
    process has of its own.
    """

    def __init__(self, *, here: bool = False, confined: bool = True) -> None:
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
                layers = decode(_receive(self._channel))["layers"]
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
            _send(self._channel, encode({"forget": True}))
            self._prepared = {}
        new = {n: [s.file, s.text] for n, s in reference.items() if n not in self._prepared}
        sources = encode(new)
        _send(self._channel, encode({"prepare": len(sources)}))
        self._channel.sendall(sources)
        self._prepared = reference

    def _ask(self, questions: Sequence[Question]) -> list[Answer]:
        first = questions[0]
        self._greeted()
        self._channel.settimeout(first.limits.wall_seconds + PATIENCE_SECONDS)
        self._prepare(first.reference)
        frame = write_questions(questions, with_reference=False)
        limits = [getattr(first.limits, name) for name in Limits.__slots__]
        _send(self._channel, encode({"limits": limits, "questions": len(frame)}))
        self._channel.sendall(frame)
        outcome = decode(_receive(self._channel))
        if "failed" in outcome:
            raise SandboxError(f"no process could be started for a check: {outcome['failed']}")
        return read_answers(
            _exactly(self._channel, outcome["result"]),
            [len(question.cases) for question in questions],
            Lost(outcome["ended"]),
            printed=_exactly(self._channel, outcome["printed"]).decode("utf-8", "replace"),
            seconds=outcome["seconds"] / len(questions),
        )


def _ran_out_of_wall_time(answer: Answer) -> bool:
    return any(isinstance(o, Lost) and o.reason == "wall" for o in answer.observations)


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


def _fork_worker(ours: socket.socket, theirs: socket.socket, folder: str, *, confined: bool) -> int:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a closed one is None
            stream.flush()
    pid = os.fork()
    if pid == 0:
        ours.close()
        _be_worker(theirs, folder, confined=confined)
    return pid


def _spawn_worker(
    theirs: socket.socket, folder: str, *, confined: bool, boxed: bool
) -> "subprocess.Popen[bytes]":
    program = (
        f"import sys; sys.path += {list(visible.IMPORTED_FROM)!r}\n"
        "from autograder.sandbox import fork; fork.main(*sys.argv[1:])"
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


# Everything below runs in the worker and its children.


def main(descriptor: str, folder: str, confined: str) -> None:
    """Be the worker of the process that holds the other end of this socket."""
    _be_worker(socket.socket(fileno=int(descriptor)), folder, confined=bool(confined))


def _be_worker(control: socket.socket, folder: str, *, confined: bool) -> None:
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


WORKER_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}


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
        _send(control, encode({"layers": list(self.confinement.layers)}))

    def serve(self) -> None:
        """Take requests until the grader is gone."""
        while True:
            try:
                request = decode(_receive(self.control))
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
                _send(self.control, encode({"failed": str(error)}))
                return
            sizes = {"result": result.size, "printed": printed.size}
            how = {"ended": outcome.ended, "seconds": outcome.seconds}
            _send(self.control, encode(sizes | how))
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
