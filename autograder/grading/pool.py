"""Many submissions at once: processes of this machine, or a Dask cluster.

Each process has its own sandbox and asks the same `grade`; so the marks do not depend on how many
there are or where. A process that dies is replaced, and what it was at is graded again.
"""

import contextlib
import hashlib
import importlib
import logging
import multiprocessing
import os
import signal
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import reduction
from multiprocessing.util import Finalize
from typing import IO, Any, cast

from autograder.course.catalogue import load_lab
from autograder.course.lab import Lab
from autograder.errors import OurFaultError, WrongUseError
from autograder.grading.grade import grade
from autograder.grading.key import Key, key_from_bytes
from autograder.grading.report import Report
from autograder.grading.results import grader_hash
from autograder.grading.submission import Submission
from autograder.sandbox import Layers, Sandbox, SandboxError, hides_files, open_sandbox, refuse_less
from autograder.text import named
from autograder.waiting import say_nothing

__all__ = ["ClusterError", "cores", "end_with_parent", "grade_many", "require_isolation"]

_LOG = logging.getLogger(__name__)

TRIES = 2
"""Runs of all that is left after a process has died, before each is graded by itself."""

CONNECT_SECONDS = 10

Graded = tuple[Submission, Report | None]


class UnfitWorkerError(OurFaultError):
    """A worker has other code than the marks are to come from, or too little would hold a submission."""


class ClusterError(WrongUseError):
    """The cluster cannot be used: what is wrong with it, and what to do."""


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def grade_many(
    submissions: Sequence[Submission],
    key: Key,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    at_least: Layers = (),
) -> Iterator[Graded]:
    """Grade submissions to one lab; yield each with its report as soon as it is there.

    Args:
        submissions: what was handed in.
        key: the lab's answer key.
        jobs: processes on this machine.
        scheduler: the address of a Dask scheduler, whose workers are used instead.
        at_least: the isolation that was found here: no process of this machine grades under less.

    A submission that ends its grader again and again comes back without a report.

    Raises: ClusterError if there is no such cluster, or its workers have other code.
    """
    if not submissions:
        return iter(())
    if scheduler is not None:
        return _on_cluster(submissions, key, scheduler, at_least)
    return _here(submissions, key, jobs, at_least)


def _here(
    submissions: Sequence[Submission], key: Key, jobs: int, at_least: Layers
) -> Iterator[Graded]:
    lab, frame = submissions[0].lab, key.to_bytes()
    left = {id(one): one for one in submissions}
    whys: dict[int, str] = {}
    for _ in range(TRIES):
        for one, report in _together(list(left.values()), lab, frame, jobs, at_least, whys):
            del left[id(one)]
            yield one, report
        if not left:
            return
    for one in left.values():  # one of them ends its grader: only by itself does it end no other's
        alone = list(_together([one], lab, frame, 1, at_least, whys))
        if not alone:
            _LOG.warning(
                "%s was not graded: %s", named(one.student), whys.get(id(one), "it is lost.")
            )
        yield alone[0] if alone else (one, None)


def _together(
    submissions: Sequence[Submission],
    lab: Lab,
    frame: bytes,
    jobs: int,
    at_least: Layers,
    whys: dict[int, str],
) -> Iterator[Graded]:
    """Grade in processes until all is done or a process dies, which ends its pool.

    For a submission without a result, `whys` says why, by identity.
    """
    context = multiprocessing.get_context("spawn")  # a fork would hand on threads and open files
    try:
        with (
            _safe_path(),
            tempfile.TemporaryFile() as file,
            ProcessPoolExecutor(
                min(jobs, len(submissions)),
                mp_context=context,
                initializer=_begin,
                initargs=(cast("bytes", _Handed(frame, file)), at_least),
            ) as pool,
        ):
            try:
                with _uninterrupted():
                    asked = {
                        pool.submit(_grade_here, lab.id, *_parts(one)): one for one in submissions
                    }
                yield from _collect(asked, lab, whys)
            except BaseException:  # such as Ctrl-C: what they are at may take a minute
                for process in multiprocessing.active_children():
                    process.kill()
                pool.shutdown(cancel_futures=True)  # its thread must not outlive what it writes to
                raise
    except (OSError, RuntimeError) as error:  # a process died, or none can be started
        whys.update({id(one): named(_brief(error)) for one in submissions})


class _Handed:
    """Bytes for processes that start: they lie in a file without a name, and arrive as bytes.

    A pipe has room for a few of them only: whoever fills it waits for ever, deaf to Ctrl-C, where the
    process at its other end has died before it read.
    """

    def __init__(self, data: bytes, file: IO[bytes]) -> None:
        """Take the bytes, and the file, which is open as long as processes may start."""
        self._data = data
        self._file = file
        file.write(data)
        file.flush()

    def __reduce__(self) -> tuple[Any, ...]:
        """Arrive as bytes."""
        if os.name != "posix":
            return bytes, (self._data,)
        return _taken, (reduction.DupFd(self._file.fileno()), len(self._data))


def _taken(handle: Any, size: int) -> bytes:
    """Read what was handed to this process; all read from one place in the file, each from its beginning."""
    with open(handle.detach(), "rb", buffering=0) as file:  # noqa: PTH123  a descriptor
        data = b""
        while more := os.pread(file.fileno(), size - len(data), len(data)):
            data += more
    return data


@contextlib.contextmanager
def _safe_path() -> Iterator[None]:
    """Keep the processes that are started from importing what lies in the folder they start in."""
    before = os.environ.get("PYTHONSAFEPATH", "")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        os.environ["PYTHONSAFEPATH"] = before  # which means nothing where it is empty


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Keep Ctrl-C and a kill waiting while processes are started: they would print where it hit them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _collect(
    asked: Mapping["Future[dict[str, Any]]", Submission], lab: Lab, whys: dict[int, str]
) -> Iterator[Graded]:
    """Yield what comes back; where nothing does, whatever the reason, it is asked for once more."""
    for future in as_completed(asked):
        try:
            report = Report.from_plain(lab, future.result())
        except Exception as error:  # noqa: BLE001  one submission's trouble ends no other's grading
            whys[id(asked[future])] = named(_brief(error))
            continue
        yield asked[future], report


def _parts(one: Submission) -> tuple[dict[str, bytes], dict[str, str], tuple[str, ...]]:
    return dict(one.texts), dict(one.missing), one.notes


def _on_cluster(
    submissions: Sequence[Submission], key: Key, address: str, at_least: Layers
) -> Iterator[Graded]:
    try:
        distributed: Any = importlib.import_module("distributed")  # an extra
    except ModuleNotFoundError:
        raise ClusterError(
            "A cluster needs dask.distributed. Install it with: pip install 'nnlab-course[cluster]'"
        ) from None
    lab, frame = submissions[0].lab, key.to_bytes()
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(
            f"No Dask scheduler answers at {address}: {_brief(error)} "
            "Start one with `dask scheduler`, and workers with `dask worker ADDRESS`."
        ) from None
    with client:
        if not client.scheduler_info()["workers"]:
            raise ClusterError(
                f"The cluster at {address} has no workers. Start some with `dask worker {address}`."
            )
        yield from _ask_cluster(client, submissions, lab, frame, at_least)


def _ask_cluster(
    client: Any, submissions: Sequence[Submission], lab: Lab, frame: bytes, at_least: Layers
) -> Iterator[Graded]:
    distributed: Any = importlib.import_module("distributed")
    key = client.scatter(frame, broadcast=True, hash=False)
    asked = {
        client.submit(
            _grade_there, lab.id, grader_hash(lab), at_least, key, *_parts(one), pure=False
        ): one
        for one in submissions
    }
    try:
        for future, plain in distributed.as_completed(asked, with_results=True, raise_errors=False):
            if future.status != "finished" and isinstance(plain[1], UnfitWorkerError):
                raise ClusterError(f"A worker cannot grade: {_brief(plain[1])}") from plain[1]
            report = None
            if future.status == "finished":
                # One submission's trouble ends no other's grading.
                with contextlib.suppress(Exception):
                    report = Report.from_plain(lab, plain)
            yield asked[future], report
    finally:
        client.cancel(list(asked))


def _brief(error: BaseException) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0].rstrip(".") + "."


def require_isolation() -> tuple[str, ...]:
    """Require that submissions cannot reach other files here: strangers' code runs by the hundred.

    What holds them is returned: the processes that grade must have as much.

    Raises: WrongUseError if it does not; SandboxError if no sandbox can be opened.
    """
    with open_sandbox() as sandbox:
        if not hides_files(sandbox.isolation):
            raise WrongUseError(
                f"Only {'+'.join(sandbox.isolation)} would hold the submissions on this machine: they could read "
                "and change your files. `nnlab doctor` says what is missing. In a container, or "
                "under an account that owns nothing, say --isolation=process."
            )
        return sandbox.isolation


# Everything below runs in the processes that grade.

_MINE = threading.local()
_KEYS: dict[str, Key] = {}
_PROMISED: dict[str, Layers] = {}


def _begin(frame: bytes, at_least: Layers) -> None:
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the batch, which then ends us
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    say_nothing()
    end_with_parent()
    _KEYS["here"] = key_from_bytes(frame)
    _PROMISED["here"] = at_least


def end_with_parent() -> None:
    """End when the batch is killed: its pool's queue, which both hold open, would not show it."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None, "only a pool's process runs this"
    parent.join()
    os._exit(1)


def _grade_here(lab_id: str, *parts: Any) -> dict[str, Any]:
    return _grade(lab_id, _KEYS["here"], *parts)


def _grade_there(
    lab_id: str,
    wanted: str,
    at_least: Layers,
    frame: bytes,
    *parts: Any,
) -> dict[str, Any]:
    """Grade on a worker of a cluster, if it has the very course that the marks are to come from."""
    if grader_hash(load_lab(lab_id)) != wanted:
        raise UnfitWorkerError(
            "it has another edition of the course, of numpy or of Python. "
            "Install the same on all machines."
        )
    _PROMISED["here"] = at_least
    try:
        refuse_less(_sandbox().isolation, at_least)
    except SandboxError as error:
        raise UnfitWorkerError(f"{error}. nnlab doctor says there what is missing.") from None
    name = hashlib.sha256(frame).hexdigest()
    if name not in _KEYS:
        _KEYS[name] = key_from_bytes(frame)
    return _grade(lab_id, _KEYS[name], *parts)


def _grade(
    lab_id: str,
    key: Key,
    texts: dict[str, bytes],
    missing: dict[str, str],
    notes: tuple[str, ...],
) -> dict[str, Any]:
    submission = Submission(load_lab(lab_id), texts, missing, notes=notes)
    return grade(submission, key, _sandbox()).to_plain()


def _sandbox() -> Sandbox:
    """Open this thread's sandbox once; this process waits for its worker, whose time then counts."""
    if not hasattr(_MINE, "sandbox"):
        _MINE.sandbox = open_sandbox(at_least=_PROMISED.get("here", ()))
        Finalize(None, _MINE.sandbox.close, exitpriority=0)
    sandbox: Sandbox = _MINE.sandbox
    return sandbox
