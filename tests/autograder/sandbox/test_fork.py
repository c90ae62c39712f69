"""The forking sandbox: what a child leaves behind, and what it cannot reach."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course.catalogue import load_lab, reference_for
from autograder.sandbox import Question, SandboxError, Source, bubblewrap, fork
from autograder.sandbox.codec import encode
from autograder.sandbox.fork import ForkSandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.observation import Lost, Returned
from tests.processes import still_running


def question(body: str, **limits) -> Question:
    """Ask lab 2's first check of a to_bipolar with this body."""
    text = "import numpy as np\ndef to_bipolar(x):\n    " + body.replace("\n", "\n    ")

    lab = load_lab("lab02_hebb")
    return Question(
        "autograder.labs.lab02_hebb",
        "hebb.to_bipolar",
        "hebb",
        lab.checks["hebb.to_bipolar"].cases(0),
        {"hebb": Source("hebb.py", text.encode())},
        reference_for(lab),
        Limits(**limits),
    )


@pytest.fixture(scope="module")
def plain():
    """A sandbox with nothing but what a process has of its own."""
    with ForkSandbox(confined=False) as opened:
        yield opened


def test_every_question_has_a_process_of_its_own(sandbox):
    """What one question patches, the next one does not see."""
    sandbox.ask(question("np.asarray = None\nreturn 0"))
    answer = sandbox.ask(question("return np.asarray(x)"))

    assert all(isinstance(o, Returned) for o in answer.observations)


def test_the_legacy_generator_is_seeded_for_every_case(sandbox):
    """np.random and random give the same numbers in every case and every run."""
    ask = question("import random\nreturn [float(np.random.rand()), random.random()]")
    values = [o.value for o in sandbox.ask(ask).observations + sandbox.ask(ask).observations]

    assert all(value == values[0] for value in values)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.skipif(os.getuid() != 0, reason="nobody else can start a process there")
@pytest.mark.parametrize("leaves", ["", "os.setsid()", "os.setsid(); os.fork()"])
def test_nothing_runs_on_after_a_question(leaves, plain):
    """A process that the code started ends with the question, even one that has left the session."""
    code = f"    {leaves or 'pass'}\n    while True: time.sleep(1)"
    answer = plain.ask(
        question(f"import os, time\npid = os.fork()\nif not pid:\n{code}\nreturn pid")
    )

    assert still_running(o.value for o in answer.observations) == []


@pytest.mark.skipif(os.getuid() == 0, reason="limits of processes do not bind root")
def test_an_ordinary_users_code_starts_no_process(plain):
    """Without a filter the limit on processes refuses them to everybody but root."""
    answer = plain.ask(question("import os\nos.fork()"))

    assert answer.observations[0].kind == "BlockingIOError"


def test_files_that_a_question_writes_are_gone_for_the_next(sandbox):
    """The working folder is empty at the start of every question."""
    sandbox.ask(question("open('left', 'w').close()\nimport os\nos.makedirs('a/b')\nreturn 0"))
    answer = sandbox.ask(question("import os\nreturn os.listdir()"))

    assert answer.observations[0].value == []


def test_wall_time_is_the_backstop(sandbox):
    """Code that sleeps is stopped by the wall limit."""
    answer = sandbox.ask(question("import time\nwhile True: time.sleep(1)", wall_seconds=0.5))

    assert set(answer.observations) == {Lost("wall")}


def test_output_is_kept_up_to_its_limit(sandbox):
    """What is printed beyond the limit is thrown away, and the code goes on."""
    answer = sandbox.ask(question("print('x' * 10_000)\nreturn 1", printed_kb=1))

    assert len(answer.printed) == 1024
    assert answer.observations[0].value == 1


def test_a_file_larger_than_its_limit_cannot_be_written(sandbox):
    """Writing beyond the limit of a file fails inside the question."""
    write = "with open('big', 'wb') as file:\n    file.write(b'x' * (3 << 20))\nreturn 0"
    answer = sandbox.ask(question(write, file_mb=1))

    assert not any(isinstance(o, Returned) for o in answer.observations)


def test_the_sandbox_holds_no_answer(sandbox):
    """Inside, no module of the grader that reads keys or solutions is loaded, nor the lab's reference."""
    probe = (
        "import sys, nnlab\n"
        "held = [m for m in sys.modules if m.startswith(('autograder.grading.key', 'autograder.course.solutions'))]\n"
        "def reach(name):\n"
        "    try:\n"
        "        return getattr(nnlab, name).__file__\n"
        "    except (ImportError, AttributeError):\n"
        "        return None\n"
        "return [held, reach('perceptron'), hasattr(nnlab.gates, 'step')]"
    )
    answer = sandbox.ask(question(probe))

    assert answer.observations[0].value == [[], None, True]


def test_a_sandbox_that_cannot_start_says_so(monkeypatch):
    """Where no process can be started, the error is the grader's."""

    def no_process(*_args, **_kwargs):
        raise OSError("no more processes")

    monkeypatch.setattr(fork, "_spawn_worker", no_process)

    with pytest.raises(SandboxError, match="no worker process could be started: no more processes"):
        ForkSandbox()


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
def test_the_worker_ends_with_its_grader():
    """When the grader is killed, its worker ends and takes its folder with it."""
    program = (
        "import sys, time\n"
        "from autograder.sandbox import open_sandbox\n"
        "sandbox = open_sandbox()\n"
        "print(sandbox._worker.pid, flush=True)\n"
        "while True: time.sleep(1)\n"
    )
    grader = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    worker = int(grader.stdout.readline())
    grader.kill()
    grader.wait()
    grader.stdout.close()

    assert still_running([worker]) == []


def test_a_worker_forked_here_answers_like_a_fresh_one(sandbox):
    """Forking the worker from the grader's own process changes nothing in the answers."""
    program = (
        "from tests.autograder.sandbox.test_fork import question\n"
        "from autograder.sandbox.fork import ForkSandbox\n"
        "with ForkSandbox(here=True) as sandbox:\n"
        "    print([o.value.tolist() for o in sandbox.ask(question('return 2 * x - 1')).observations])\n"
    )
    root = Path(__file__).parents[3]
    here = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(root)},
    )
    fresh = [o.value.tolist() for o in sandbox.ask(question("return 2 * x - 1")).observations]

    assert here.stdout.strip() == str(fresh)


def test_a_process_with_threads_is_not_forked():
    """A lock that another thread holds would stay locked in the copy: the worker is started anew."""
    program = (
        "import threading\n"
        "from autograder.sandbox.fork import ForkSandbox\n"
        "def forked(sandbox):\n"
        "    return isinstance(sandbox._worker, int)\n"
        "with ForkSandbox(here=True) as sandbox: print(forked(sandbox))\n"
        "wait = threading.Event(); threading.Thread(target=wait.wait, daemon=True).start()\n"
        "with ForkSandbox(here=True) as sandbox: print(forked(sandbox), bool(sandbox.isolation))\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )

    assert shown.stdout.split() == ["True", "False", "True"]


def test_questions_asked_together_share_a_process_and_its_end(sandbox):
    """They are answered in order; what ends the process loses the ones behind it, no others."""
    counts = question(
        "import os\n"
        "np.calls = getattr(np, 'calls', 0) + 1\n"
        "os.abort() if np.calls > 5 else None\n"
        "return [os.getpid(), np.calls]"
    )
    n = len(counts.cases)
    answers = sandbox.ask_together([counts] * 4)
    seen = [o for answer in answers for o in answer.observations]

    assert [o.value[1] for o in seen[:5]] == [1, 2, 3, 4, 5]
    assert len({o.value[0] for o in seen[:5]}) == 1
    assert len(seen) == 4 * n
    assert all(o == Lost("crash") for o in seen[5:])
    assert sandbox.ask_together([]) == []


def start_of(layers):
    """Pretend to be the greeting of a worker that holds so many layers."""
    return lambda _channel: encode({"layers": layers})


@pytest.mark.parametrize("layers", [[], ["seccomp"], ["landlock"]])
def test_a_replacement_with_fewer_layers_is_refused(layers, monkeypatch):
    """What was promised once holds for every later worker, or nothing is asked."""
    with ForkSandbox() as opened:
        if not {"landlock", "seccomp"} <= {*opened.isolation}:
            pytest.skip("there is not enough to take away")
        opened._replace()
        monkeypatch.setattr(fork, "receive", start_of(layers))
        with pytest.raises(
            SandboxError, match=r"only .* would hold the code, where .* was promised"
        ):
            opened.ask(question("return 1"))


def test_a_box_that_cannot_be_made_again_is_an_error(monkeypatch, tmp_path):
    """A box that was promised is not left out later, whether it was seen here or elsewhere."""
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    with ForkSandbox() as opened:
        if opened.isolation[0] != "bubblewrap":
            pytest.skip("boxes cannot be made here")
        promised = opened.isolation
        monkeypatch.setattr(bubblewrap, "find", lambda: str(broken))
        opened._replace()
        for _ in range(2):  # it stays so, and ends no process of somebody else's
            with pytest.raises(SandboxError, match="ended before it was ready"):
                opened.ask(question("return 1"))
    with (
        ForkSandbox(at_least=promised) as elsewhere,
        pytest.raises(SandboxError, match="ended before it was ready"),
    ):
        elsewhere.isolation  # noqa: B018  asking is the point


def test_more_layers_than_were_promised_are_welcome_and_not_claimed():
    """A report names what held all that was asked, which is what the first worker had."""
    with ForkSandbox(confined=False) as opened:
        assert opened.isolation == ("process",)
        opened._confined = True
        opened._replace()
        answer = opened.ask(question("return 1"))

        assert answer.observations[0] == Returned(1, {"x": answer.observations[0].inputs["x"]})
        assert opened.isolation == ("process",)


def test_less_than_was_promised_elsewhere_is_refused():
    """A sandbox that must have at least some layers answers nothing without them."""
    with (
        ForkSandbox(confined=False, at_least=("bubblewrap", "landlock", "seccomp")) as opened,
        pytest.raises(
            SandboxError,
            match=r"only process would hold the code, where bubblewrap\+landlock\+seccomp was promised",
        ),
    ):
        opened.ask(question("return 1"))


@pytest.mark.parametrize("confined", [True, False])
def test_no_sandbox_leaves_a_folder_behind(confined, tmp_path, monkeypatch):
    """Boxed or not, closed or left to end by itself, a worker takes its folder with it."""
    monkeypatch.setattr(fork.tempfile, "tempdir", str(tmp_path))
    with ForkSandbox(confined=confined) as opened:
        opened.ask(question("import os\nos.makedirs('a/b')\nreturn 0"))
    left = ForkSandbox(confined=confined)
    left.ask(question("open('file', 'w').close()"))
    left._channel.close()
    left._worker.wait()

    assert [p.name for p in tmp_path.iterdir() if not p.name.startswith("nnlab-lock")] == []
    left._machine_lock.close()


def test_only_questions_of_one_submission_go_together(sandbox):
    """Two submissions in one process would see each other."""
    with pytest.raises(ValueError, match="of one submission"):
        sandbox.ask_together([question("return 1"), question("return 2")])


def test_no_lab_sees_what_a_later_lab_leans_on(plain):
    """The watcher keeps compiled modules for later labs, and starts anew for an earlier one."""
    body = (
        "import os, sys\nframe, known = sys._getframe(), set()\n"
        "while frame:\n"
        "    held = frame.f_locals.get('self')\n"
        "    known |= {*getattr(held, 'codes', {}), *getattr(held, 'reference', {})}\n"
        "    frame = frame.f_back\n"
        "return [os.getppid(), sorted(known)]"
    )
    early = question(body)
    late = replace(early, reference=reference_for(load_lab("lab05_backprop")))
    seen = [plain.ask(q).observations[0].value for q in (early, late, early, late)]

    watchers, known = zip(*seen, strict=True)
    assert watchers[0] == watchers[1] != watchers[2] == watchers[3]
    assert "hebb" in known[1]
    assert "hebb" not in [*known[0], *known[2]]
    assert "gates" in known[0]


def test_a_worker_that_does_not_come_up_once_is_replaced(monkeypatch):
    """One start that fails, for want of a process or of memory, costs nobody an answer."""
    real, fails = fork.receive, [1]

    def receive(channel):
        if fails:
            fails.pop()
            raise EOFError
        return real(channel)

    with ForkSandbox(confined=False) as opened:
        monkeypatch.setattr(fork, "receive", receive)
        answer = opened.ask(question("return 7"))

    assert answer.observations[0].value == 7
