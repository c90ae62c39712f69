"""The worker: what a child does after it has started is the child's doing, and harms no later one."""

import os
from pathlib import Path

import pytest

from autograder.sandbox import SandboxError, kernel, worker
from autograder.sandbox.fork import ForkSandbox
from autograder.sandbox.observation import Lost, Returned
from autograder.sandbox.relay import Relay
from autograder.sandbox.scratch import Place
from autograder.sandbox.worker import Worker
from tests.autograder.sandbox.test_fork import question

OWN_FOLDER = "import os\nreturn [os.getcwd(), os.getppid(), os.listdir('..')]"


def failing(*_args, **_kwargs):
    """Fail as a full machine does."""
    raise OSError(28, "No space left on device")


def first_case(answer):
    """Take the first observation's value."""
    return answer.observations[0].value


@pytest.mark.parametrize("kind", ["best", "process"])
def test_every_child_has_a_folder_of_its_own(kind):
    """Two askings meet in one worker and in two folders, each the only one there."""
    with ForkSandbox(confined=False) if kind == "process" else ForkSandbox() as opened:
        (one, parent, beside), (two, same, beside_two) = (
            first_case(opened.ask(question(OWN_FOLDER))) for _ in range(2)
        )

    assert one != two
    assert parent == same
    assert (beside, beside_two) == ([Path(one).name], [Path(two).name])


@pytest.mark.parametrize(
    "leaves",
    [
        "os.rmdir(os.getcwd())",
        "open(f'lifted {os.getppid()} 0', 'w').close(); os.makedirs('a/in')",
        "os.makedirs('closed/in/none', 0o300)",
        "os.makedirs('../beside/in')",
        "open('../file', 'w').close()",
        "[os.mkdir('deep') or os.chdir('deep') for _ in range(200)]",
    ],
)
def test_what_a_child_leaves_changes_nothing_for_the_next(leaves):
    """Whatever lies in or beside its folder, the child's own answer stands and the next one is right."""
    with ForkSandbox(confined=False) as opened:
        answer = opened.ask(question(f"import os\n{leaves}\nreturn 1"))
        (_, _, beside) = first_case(opened.ask(question(OWN_FOLDER)))

    assert not any(isinstance(o, Lost) for o in answer.observations)
    assert len(beside) == 1


def test_a_worker_that_is_worn_out_is_replaced(tmp_path, monkeypatch):
    """A child that spoils its worker's folder keeps its answer, and the next one gets another worker."""
    spoil = (
        "import os\nabove = os.path.dirname(os.getcwd())\n"
        "if os.path.basename(os.path.dirname(above)).startswith('nnlab-'):\n"
        "    os.rename(above, above + '-moved')\n"
        "return os.getppid()"
    )
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with ForkSandbox(confined=False) as opened:
        before = first_case(opened.ask(question(spoil)))
        _, after, beside = first_case(opened.ask(question(OWN_FOLDER)))

    assert before != after
    assert len(beside) == 1


class Forked(ForkSandbox):
    """A sandbox whose every worker is a copy of this process, with what a test has changed in it."""

    def _start(self, *, here):
        del here
        self._boxed = False
        super()._start(here=True)


@pytest.fixture(autouse=True)
def belongings_stay(monkeypatch):
    """Leave this process's copies what they may hold of a test run."""
    monkeypatch.setattr("autograder.sandbox.fork.belongings.forget", lambda: None)


def failing_later(_worker, child, _selector, pipes, _limits):
    """Fail as soon as the child has said that it is ready."""
    while not pipes[child.result].collect(child.result) and not worker._is_dead(child.pid):
        pass
    failing()


def test_what_fails_once_a_child_runs_is_the_childs_doing(monkeypatch):
    """An error of the system while the child is watched is an answer that was lost, not a fault of ours."""
    monkeypatch.setattr(Worker, "wait", failing_later)
    with Forked(confined=False) as opened:
        answer = opened.ask(question("import time\ntime.sleep(9)", wall_seconds=5.0))

    assert set(answer.observations) == {Lost("crash")}


@pytest.mark.parametrize(
    ("owner", "name"),
    [(Place, "make"), (Worker, "start"), (Worker, "fork_template"), (Relay, "__init__")],
)
def test_a_child_that_cannot_be_started_is_our_fault(owner, name, monkeypatch):
    """Without memory, a folder or a process nothing of the submission has run: that is an error."""
    with Forked(confined=False) as opened:
        monkeypatch.setattr(owner, name, failing)
        opened._replace()
        with pytest.raises(
            SandboxError, match=r"no process could be started for a check: .*No space left"
        ):
            opened.ask(question("return 1"))


def test_a_worker_that_fails_once_is_replaced(monkeypatch):
    """Another worker may have what the first one lacked; the question is answered then."""
    begin, workers = Worker.start, []

    class Failing(Forked):
        def _start(self, *, here):
            workers.append(here)
            monkeypatch.setattr(Worker, "start", failing if len(workers) == 1 else begin)
            super()._start(here=here)

    with Failing(confined=False) as opened:
        answer = opened.ask(question("return 1"))

    assert isinstance(answer.observations[0], Returned)
    assert len(workers) == 2


@pytest.mark.skipif(not kernel.is_linux or os.getuid() != 0, reason="root on Linux starts any")
@pytest.mark.parametrize(
    "crowd",
    [
        "threading.stack_size(1 << 16); [threading.Thread(target=time.sleep, args=(9,), daemon=True).start() for _ in range(300)]",
        "[os.fork() or (time.sleep(9), os._exit(0)) for _ in range(300)]",
        "[os.fork() or (os.setsid(), time.sleep(9), os._exit(0)) for _ in range(300)]",
    ],
)
def test_a_crowd_ends_its_child(crowd):
    """Where no filter refuses threads and processes, more than anybody needs end the check, and themselves."""
    with ForkSandbox(confined=False) as opened:
        answer = opened.ask(
            question(f"import os, threading, time\n{crowd}\ntime.sleep(9)", cpu_seconds=9)
        )
        after = opened.ask(question("return 1"))

    assert set(answer.observations) == {Lost("processes")}
    assert isinstance(after.observations[0], Returned)
