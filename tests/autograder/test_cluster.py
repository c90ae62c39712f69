"""A Dask cluster gives the marks of one machine, whichever of its workers dies."""

import os
import re
import signal
import subprocess
import sys
import threading
import time

import pytest

from autograder.course.catalogue import ROOT, load_lab
from autograder.grading import pool
from autograder.grading.report import Report
from autograder.grading.submission import Submission
from tests.conftest import reference_text
from tests.processes import NEVER

pytest.importorskip("distributed")

HEBB = load_lab("lab02_hebb")
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "DASK_DISTRIBUTED__SCHEDULER__DASHBOARD__ENABLED": "False",
}


def start(*command, **streams):
    """Start a command of dask."""
    dask = [sys.executable, "-m", "dask", *command, "--no-dashboard"]
    return subprocess.Popen(dask, env=ENVIRONMENT, start_new_session=True, **streams)


def end(process):
    """End a process and all that it has started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def scheduler():
    """A scheduler on a free port of this machine."""
    yield from run_scheduler()


@pytest.fixture
def strict_scheduler(monkeypatch):
    """A scheduler that gives a task up when the first worker dies of it."""
    monkeypatch.setitem(ENVIRONMENT, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")
    yield from run_scheduler()


def run_scheduler():
    """Run a scheduler; yield its address."""
    local = ["scheduler", "--host", "127.0.0.1", "--port", "0"]
    process = start(*local, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        for line in process.stderr:
            found = re.search(r"Scheduler at:\s+(tcp://\S+)", line)
            if found:
                yield found[1]
                break
    finally:
        end(process)
        process.stderr.close()


@pytest.fixture
def workers(scheduler):
    """Two workers of one thread each, without a nanny that would replace them."""
    processes = [start(*worker_of(scheduler), **QUIET) for _ in range(2)]
    wait_for(scheduler, 2)
    yield processes
    for process in processes:
        if process.poll() is None:
            end(process)


def worker_of(address):
    """Write the command of a worker of one thread, without a nanny that would replace it."""
    return ["worker", address, "--nthreads", "1", "--no-nanny"]


def wait_for(address, number):
    """Wait until the cluster has so many workers."""
    import distributed

    with distributed.Client(address) as client:
        client.wait_for_workers(number, timeout=NEVER)


def end_when_busy(address, worker):
    """End a worker as soon as it has something to do."""
    import distributed

    with distributed.Client(address) as client:
        while not any(client.processing().values()):
            time.sleep(0.05)
    end(worker)


def handed_in(number):
    """Make submissions: right ones and wrong ones, no two alike."""
    texts = [
        reference_text("hebb"),
        reference_text("hebb").replace("bias + target", "bias"),
        "import os\nos._exit(0)\n",
    ]
    return [
        Submission(HEBB, {"hebb": f"{texts[i % 3]}\n# {i}".encode()}, student=f"s{i:02}")
        for i in range(number)
    ]


def plain(graded):
    """Describe reports by student."""
    return {one.student: report for one, report in graded}


def test_a_cluster_without_workers_is_told(scheduler):
    """Nobody waits for workers that nobody has started."""
    with pytest.raises(pool.ClusterError, match=r"has no workers. Start some with `dask worker"):
        list(pool.grade_many(handed_in(1), _key(), scheduler=scheduler))


def _key():
    from autograder.classroom.batch import take_key

    return take_key(HEBB, 0)


def test_an_address_without_scheduler_is_told(monkeypatch):
    """What does not answer is named with what to start."""
    monkeypatch.setattr(pool, "CONNECT_SECONDS", 1)

    with pytest.raises(
        pool.ClusterError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"
    ):
        list(pool.grade_many(handed_in(1), _key(), scheduler="tcp://127.0.0.1:9"))


def test_without_the_extra_it_is_told(monkeypatch):
    """Where distributed is not installed, the sentence says how to get it."""
    monkeypatch.setitem(sys.modules, "distributed", None)

    with pytest.raises(pool.ClusterError, match=r"pip install 'nnlab-course\[cluster\]'"):
        list(pool.grade_many(handed_in(1), _key(), scheduler="tcp://127.0.0.1:9"))


def test_an_answer_that_cannot_be_read_costs_nobody_else(scheduler, workers, monkeypatch):
    """Where one answer is none, its student has no report, and all the others have theirs."""
    assert len(workers) == 2
    read, taken = Report.from_plain, []

    def read_all_but_the_first(lab, given):
        taken.append(given)
        return read(lab, {} if len(taken) == 1 else given)

    monkeypatch.setattr(Report, "from_plain", read_all_but_the_first)
    graded = list(pool.grade_many(handed_in(3), _key(), scheduler=scheduler))

    assert [report is None for _, report in graded] == [True, False, False]


def test_a_worker_with_another_edition_is_refused(scheduler, workers, monkeypatch):
    """Marks never come from another course, numpy or Python than the batch's own."""
    assert len(workers) == 2
    monkeypatch.setattr(pool, "grader_hash", lambda _lab: "another")

    with pytest.raises(pool.ClusterError, match="it has another edition of the course"):
        list(pool.grade_many(handed_in(1), _key(), scheduler=scheduler))


def test_a_dead_workers_submissions_are_graded_by_others(scheduler, workers):
    """One of two workers is killed in the middle: all are graded, with the marks of one machine."""
    handed = handed_in(24)
    wanted = plain(pool.grade_many(handed, _key(), jobs=1))
    got = []
    for graded in pool.grade_many(handed, _key(), scheduler=scheduler):
        got.append(graded)
        if len(got) == 4:
            end(workers[0])

    assert workers[1].poll() is None
    assert len(got) == len(handed)
    assert plain(got) == wanted


def test_who_ends_every_worker_has_no_mark(strict_scheduler):
    """What workers die of again and again comes back without a report."""
    worker = start(*worker_of(strict_scheduler), **QUIET)
    wait_for(strict_scheduler, 1)
    endless = Submission(HEBB, {"hebb": b"while True: pass"}, student="eve")
    killer = threading.Thread(target=end_when_busy, args=[strict_scheduler, worker])
    killer.start()

    assert list(pool.grade_many([endless], _key(), scheduler=strict_scheduler)) == [(endless, None)]
    killer.join()
