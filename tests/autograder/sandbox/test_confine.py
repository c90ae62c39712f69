"""What a confined child can no longer do; each refusal is one that a plain process would not meet."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograder.course.catalogue import ROOT, engine_path
from autograder.sandbox import (
    SandboxError,
    bubblewrap,
    confine,
    kernel,
    landlock,
    seccomp,
    spawn,
    visible,
)
from autograder.sandbox.fork import ForkSandbox
from autograder.sandbox.observation import Returned
from autograder.sandbox.syscalls import DENIED, LOOKED_INTO, MACHINES
from tests.autograder.sandbox.test_fork import question

LAYERS = confine.layers()
needs_landlock = pytest.mark.skipif("landlock" not in LAYERS, reason="this kernel has no Landlock")
needs_seccomp = pytest.mark.skipif("seccomp" not in LAYERS, reason="this kernel has no filters")


@pytest.fixture(scope="module")
def inner():
    """A sandbox with the inner layers alone, as in a self-check: nothing boxes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bubblewrap, "find", lambda: None)
        opened = ForkSandbox()
    with opened:
        yield opened


def outcome(sandbox, body):
    """Ask a question whose body is tried; return what it returned, or the name of its exception."""
    answer = sandbox.ask(question(body)).observations[0]
    return answer.value if isinstance(answer, Returned) else answer.kind


def run_as_worker(program, *arguments):
    """Run a program that gives something up for good, in a process of its own; return its lines."""
    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    if ended.stderr.strip() == "skip":
        pytest.skip("namespaces cannot be made here")
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def test_the_report_names_the_layers(inner):
    """A sandbox names the layers that hold, outermost first, or says that there is a process only."""
    with ForkSandbox(confined=False) as plain:
        assert plain.isolation == ("process",)
    assert inner.isolation == (tuple(LAYERS) or ("process",))


@needs_landlock
@pytest.mark.parametrize(
    "path",
    [
        engine_path("hebb"),
        ROOT / "solutions" / "lab02_hebb" / "mistakes.toml",
        ROOT / "assignments" / "lab02_hebb" / "hebb.py",
        "/etc/passwd",
        "/proc/self/maps",
        "/proc/1/environ",
        "/dev/tty",
        "/tmp",
        ROOT,
        Path.home(),
    ],
    ids=str,
)
def test_a_file_that_is_not_named_cannot_be_opened(inner, path):
    """Neither the reference nor any file but Python, numpy and the checks can be opened."""
    body = f"import os\nos.close(os.open({str(path)!r}, os.O_RDONLY))\nreturn 'opened'"

    assert outcome(inner, body) in {"PermissionError", "FileNotFoundError"}


@needs_landlock
def test_other_packages_stay_out_of_sight(inner):
    """Packages beside numpy cannot be read, wherever they are installed."""
    place = Path(pytest.__file__)

    assert outcome(inner, f"return len(open({str(place)!r}).read())") == "PermissionError"
    assert outcome(inner, "import numpy.linalg, sqlite3, ssl\nreturn 'there'") == "there"


@needs_landlock
def test_only_the_empty_folder_can_be_written(inner, tmp_path):
    """Files can be made and read in the working folder and nowhere else; no links, no devices."""
    victim = tmp_path / "victim"
    victim.write_text("whole")
    tried = {
        "write": f"open({str(victim)!r}, 'w')",
        "append": f"open({str(victim)!r}, 'a')",
        "remove": f"os.remove({str(victim)!r})",
        "rename": f"os.rename({str(victim)!r}, 'mine')",
        "link": f"os.link({str(victim)!r}, 'mine')",
        "empty": f"os.truncate({str(victim)!r}, 0)",
        "empty by opening": f"os.open({str(victim)!r}, os.O_RDONLY | os.O_TRUNC)",
        "close": f"os.chmod({str(victim)!r}, 0)",
        "touch": f"os.utime({str(victim)!r}, (0, 0))",
        "give away": f"os.chown({str(victim)!r}, 65534, 65534)",
        "symbolic link": f"os.symlink({str(victim)!r}, 'mine')",
        "device": "os.mknod('mine', 0o60666, os.makedev(254, 0))",
        "named pipe": "os.mkfifo('mine')",
    }
    lines = [
        f"try:\n    {code}\n    passed.append({name!r})\nexcept OSError:\n    pass"
        for name, code in tried.items()
    ]
    before = victim.stat()

    assert outcome(inner, "\n".join(["import os\npassed = []", *lines, "return passed"])) == []
    assert victim.stat() == before
    assert outcome(inner, "open('a', 'w').write('b')\nreturn open('a').read()") == "b"


@needs_seccomp
@pytest.mark.parametrize(
    "code",
    [
        "import os; os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
        "import subprocess; subprocess.run(['true'])",
        "import socket; socket.socket()",
        "import socket; socket.socketpair()",
        "import os; os.kill(os.getppid(), 0)",
        "import os; os.kill(-1, 0)",
        "import os; os.setsid()",
        "import os; os.memfd_create('memory')",
        "import os; os.setpriority(os.PRIO_USER, 0, 19)",
        "import os, resource; resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)",
        "import os; os.pidfd_open(os.getppid())",
        "import fcntl; fcntl.fcntl(1, 8, 1)",
        "import os; os.chmod('.', 0)",
        "import os; os.sched_setaffinity(0, {0})",
        "import os, time; time.clock_settime(0, 0)",
        "import fcntl; fcntl.flock(open(np.__file__), fcntl.LOCK_SH)",
        "import fcntl; fcntl.lockf(open(np.__file__), fcntl.LOCK_SH)",
        "import fcntl; fcntl.fcntl(open(np.__file__), 1024, 0)",
        "import fcntl; fcntl.fcntl(1, 1031, 1 << 20)",
        "import fcntl; fcntl.ioctl(0, 0x5423, bytes(4))",
        "import os; os.link(np.__file__, 'mine')",
        "import os; os.symlink(np.__file__, 'mine')",
        "import os; os.open('.', os.O_TMPFILE | os.O_RDWR)",
        "import os; os.posix_fallocate(open('mine', 'wb').fileno(), 0, 1 << 20)",
    ],
)
def test_a_call_that_no_computation_needs_is_refused(inner, code):
    """Processes, programs, sockets, signals and the machine's settings are out of reach."""
    assert outcome(inner, f"{code}\nreturn 'done'") == "PermissionError"


@needs_seccomp
def test_a_process_keeps_what_numpy_needs(inner):
    """Random numbers, linear algebra, its own limits and temporary files go on working."""
    body = (
        "import resource, tempfile, secrets\n"
        "resource.getrlimit(resource.RLIMIT_CPU)\n"
        "tempfile.TemporaryFile().write(secrets.token_bytes(9))\n"
        "np.ones(9).tofile('numbers'); np.save('more', np.memmap('numbers'))\n"
        "return float(np.linalg.inv(np.eye(50)).sum()) + np.load('more.npy', mmap_mode='r').size"
    )

    assert outcome(inner, body) == 122.0


@needs_seccomp
def test_no_thread_can_be_started_whichever_way(inner):
    """There are no threads to give: Python says so in its own words, a bare call is refused."""
    threads = "import threading\nthreading.Thread(target=print).start()"
    pools = (
        "from concurrent.futures import ThreadPoolExecutor as Pool\nPool().submit(print).result()"
    )
    bare = (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "return [[libc.syscall(number, 0x50F00, 0, 0, 0, 0), ctypes.get_errno()] for number in "
        f"{[DENIED[name][MACHINES[platform.machine()][0]] for name in ('clone', 'clone3')]}]"
    )

    assert outcome(inner, threads) == outcome(inner, pools) == "RuntimeError"
    assert outcome(inner, bare) == [[-1, 1], [-1, 1]]


@needs_seccomp
def test_a_call_newer_than_the_table_does_not_exist(inner):
    """A number that the table has not heard of fails as it would on an older kernel."""
    body = (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "return [libc.syscall(463, 0, 0, 0, 0), ctypes.get_errno()]"
    )

    assert outcome(inner, body) == [-1, 38]


@needs_seccomp
def test_the_memory_of_the_watcher_is_closed(inner):
    """Neither ptrace nor process_vm_readv reaches the worker."""
    body = (
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "return [libc.ptrace(16, os.getppid(), 0, 0), libc.process_vm_readv(os.getppid(), 0, 0, 0, 0, 0)]"
    )

    assert outcome(inner, body) == [-1, -1]


@pytest.mark.skipif(not kernel.is_linux, reason="descriptors are listed on Linux")
def test_a_child_holds_four_descriptors(sandbox):
    """Input, output, errors and the channel are open, and nothing else that the worker has."""
    body = (
        "import os\nopen_ones = []\n"
        "for number in range(64):\n"
        "    try:\n        os.fstat(number); open_ones.append(number)\n"
        "    except OSError:\n        pass\n"
        "return open_ones"
    )

    assert outcome(sandbox, body) == [0, 1, 2, 3]


def test_the_environment_is_cleared(monkeypatch):
    """A child sees none of the grader's variables, whichever way its worker was started."""
    monkeypatch.setenv("NNLAB_SECRET", "canary")
    with ForkSandbox() as opened:
        names = outcome(opened, "import os\nreturn sorted(os.environ)")
    spawned = outcome(spawn.SpawnSandbox(), "import os\nreturn sorted(os.environ)")

    assert "NNLAB_SECRET" not in {*names, *spawned}
    assert set(names) <= {*visible.ENVIRONMENT, *visible.folders_at(""), "LC_CTYPE"}


@pytest.mark.parametrize(
    ("column", "header"), [(0, "x86_64-linux-gnu/asm/unistd_64.h"), (1, "asm-generic/unistd.h")]
)
def test_the_numbers_are_the_kernels(column, header):
    """Every number in the tables is the one in the system's own header."""
    place = Path("/usr/include", header)
    if not place.exists():
        pytest.skip(f"{header} is not installed")
    pattern = r"#define\s+__NR(?:3264)?_(\w+)\s+(\d+)\s"
    known = {name: int(n) for name, n in re.findall(pattern, place.read_text())}
    ours = {name: row[column] for name, row in {**DENIED, **LOOKED_INTO}.items()}

    assert {n: v for n, v in ours.items() if n in known and known[n] != v} == {}
    assert len(ours.keys() & known.keys()) > 90


@pytest.mark.parametrize("machine", MACHINES)
def test_the_program_jumps_only_forward_and_inside(machine):
    """On each machine every jump of the filter lands on an instruction, and the last one returns."""
    instructions = seccomp.program(*MACHINES[machine])
    jumps = [(at, *i[1:3]) for at, i in enumerate(instructions) if i[0] & 7 == 5]

    assert all(at + 1 + max(yes, no) < len(instructions) for at, yes, no in jumps)
    assert all(max(yes, no) < 256 for _, yes, no in jumps)
    assert instructions[-1][0] == seccomp.RETURN


def verdict(instructions, data):
    """Run a filter's program on one call, as the kernel does."""
    at, value = 0, 0
    while True:
        code, yes, no, operand = instructions[at]
        at += 1
        if code == seccomp.LOAD:
            value = data[operand]
        elif code == seccomp.AND:
            value &= operand
        elif code == seccomp.RETURN:
            return operand
        else:
            holds = {
                seccomp.EQUAL: value == operand,
                seccomp.AT_LEAST: value >= operand,
                seccomp.ANY_BIT: bool(value & operand),
            }[code]
            at += yes if holds else no


@pytest.mark.parametrize("machine", MACHINES)
def test_the_program_decides_as_it_says(machine):
    """On each machine refused calls are refused, others pass, and arguments decide where they should."""
    column, number = MACHINES[machine]
    instructions = seccomp.program(column, number)

    def ask(call, *arguments, on=number):
        padded = [*arguments, 0, 0, 0][:3]
        words = {16 + 8 * i: word for i, word in enumerate(padded)}
        return verdict(instructions, {0: call, 4: on, **words})

    refused = seccomp.REFUSE | 1
    look = {name: row[column] for name, row in LOOKED_INTO.items()}
    every = [row[column] for row in DENIED.values() if row[column] is not None]
    assert {ask(call) for call in every} == {refused}
    known = {*every, *look.values()}
    assert {ask(call) for call in range(463) if call not in known} == {seccomp.ALLOW}
    assert ask(463) == ask(0x40000001) == seccomp.REFUSE | 38
    assert ask(0, on=1) == seccomp.KILL
    assert {DENIED[name][column] for name in ("clone", "clone3")} <= {*every}
    for name, index, allowed, forbidden in (
        ("prctl", 0, seccomp.PRCTL, (1, 4, 22, 36, 0x59616D61)),  # a signal, dumpable, a filter, …
        ("prlimit64", 0, (0,), (1, 77)),
        ("fcntl", 1, seccomp.FCNTL, (5, 6, 7, 8, 10, 15, 37, 1024, 1026, 1031, 1033)),
        ("ioctl", 1, seccomp.IOCTL, (0x5412, 0x541C, 0x8901, 0x5402, 0x40049409, 0x5423)),
    ):
        said = {value: ask(look[name], *[0] * index, value) for value in (*allowed, *forbidden)}
        assert said == dict.fromkeys(allowed, seccomp.ALLOW) | dict.fromkeys(forbidden, refused)
    assert ask(look["openat"], 0, 0, 0o1000) == refused
    assert ask(look["openat"], 0, 0, seccomp.O_TMPFILE | 2) == refused
    assert ask(look["openat"], 0, 0, 0o1001) == ask(look["openat"], 0, 0, 0) == seccomp.ALLOW


UNMOUNTED = """
import os, sys
from autograder.sandbox import confine
prepared = confine.Confinement.prepare(sys.argv[1])
if "landlock" not in prepared.layers:
    sys.exit("skip")
os.chdir(sys.argv[1])
prepared.enter()
open("made", "w").write("here")
for tried in (lambda: os.remove("made"), lambda: os.rename("made", "other"), lambda: os.mkdir("f")):
    try:
        tried()
        print("done")
    except OSError as error:
        print(type(error).__name__)
"""


@needs_landlock
def test_where_nothing_can_be_mounted_a_file_can_be_made_and_not_removed(tmp_path):
    """A file that is removed while it is mapped keeps its blocks, and no listing would show it."""
    assert run_as_worker(UNMOUNTED, str(tmp_path)) == ["PermissionError"] * 2 + ["done"]
    assert (tmp_path / "made").read_text() == "here"


def test_where_the_kernel_has_nothing_a_process_remains(monkeypatch):
    """Without Landlock and filters the sandbox works, and says that there is a process only."""
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    monkeypatch.setattr(seccomp, "is_available", lambda: False)

    assert confine.layers() == ()
    prepared = confine.Confinement.prepare("/nowhere")
    prepared.enter()
    assert prepared.layers == ()


def test_a_refusing_kernel_is_an_error_of_ours(monkeypatch):
    """Where the kernel refuses what it has offered, nothing runs unconfined: it is an OSError."""
    monkeypatch.setattr(kernel, "call", lambda *_: -1)

    with pytest.raises(OSError, match="Landlock: Operation not permitted"):
        landlock.bind(3)
    with pytest.raises(OSError, match="Landlock: Operation not permitted"):
        landlock.ruleset(readable=())


@pytest.mark.skipif(not kernel.is_linux, reason="prctl is Linux's")
def test_an_option_that_the_kernel_does_not_know_is_an_error():
    """Prctl names its number and the system's reason."""
    with pytest.raises(OSError, match="prctl 9999: Invalid argument"):
        kernel.prctl(9999)


def test_what_is_hidden_lies_below_nothing_readable():
    """No path that may be read holds the reference, other packages, or the answers."""
    allowed = [Path(path).resolve() for path in visible.readable()]
    secret = [engine_path("hebb"), ROOT / "solutions", ROOT / ".nnlab", Path(pytest.__file__)]

    assert [s for s in secret if any(s.resolve().is_relative_to(place) for place in allowed)] == []
    assert Path(np.__file__).parent.resolve() in allowed


@pytest.mark.parametrize(
    ("place", "whole"),
    [
        ("/usr/lib/x86_64-linux-gnu/libz.so.1", True),
        (
            "/opt/venv/lib/python3.11/site-packages/1a2b__mypyc.cpython-311-x86_64-linux-gnu.so",
            False,
        ),
        ("/usr/lib/python3/dist-packages/_cffi_backend.cpython-311-x86_64-linux-gnu.so", False),
        ("/home/somebody/course/fast.abi3.so", False),
    ],
)
def test_a_folder_with_packages_is_not_read_for_one_library(place, whole, monkeypatch):
    """The system's folders of libraries count whole; elsewhere the library alone may be read."""
    line = f"7f00-7f01 r-xp 00000000 00:00 1 {place}"
    monkeypatch.setattr(visible.Path, "read_text", lambda *_args, **_more: line)

    assert visible.libraries() == [str(Path(place).parent) if whole else place]


@pytest.mark.skipif(bubblewrap.find() is None, reason="bubblewrap is not installed")
def test_the_box_shows_nothing_else():
    """In a box, the reference does not exist, nor other processes, nor the network."""
    with ForkSandbox() as boxed:
        if boxed.isolation[0] != "bubblewrap":
            pytest.skip("boxes cannot be made here")
        seen = outcome(
            boxed,
            f"import os\nreturn [os.path.exists({str(engine_path('hebb'))!r}), os.path.exists('/proc'), "
            "os.getppid() < 10, os.uname().nodename, os.getuid()]",
        )

    assert seen == [False, False, True, "sandbox", 65534]


def test_a_box_that_cannot_be_made_is_done_without(monkeypatch, tmp_path):
    """Where bubblewrap fails, the worker starts without it, and the report says so."""
    broken = tmp_path / "bwrap"
    broken.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"
    )
    broken.chmod(0o755)
    monkeypatch.setattr(bubblewrap, "find", lambda: str(broken))

    with ForkSandbox() as opened:
        assert opened.isolation == (tuple(LAYERS) or ("process",))
        assert outcome(opened, "return 1") == 1


def test_a_worker_that_never_speaks_is_an_error_of_ours(monkeypatch):
    """A worker that ends before it is ready is told as the grader's fault."""
    monkeypatch.setattr(bubblewrap, "find", lambda: None)
    monkeypatch.setattr(sys, "executable", "/bin/true")

    with (
        ForkSandbox() as opened,
        pytest.raises(SandboxError, match="ended before it was ready"),
    ):
        opened.isolation  # noqa: B018  asking is the point


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_is_confined_as_well():
    """Nobody's process can bind itself with all that the kernel has."""
    program = (
        "from autograder.sandbox import kernel, landlock, seccomp\n"
        "kernel.no_new_privileges(); kernel.drop_capabilities()\n"
        "if landlock.abi(): landlock.bind(landlock.ruleset(readable=()))\n"
        "if seccomp.is_available(): seccomp.Filter().install()\n"
        "try:\n    open('/etc/passwd')\nexcept PermissionError:\n    print('closed')\n"
    )
    become = "import os; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
    imports = "import autograder.sandbox.kernel, autograder.sandbox.landlock, autograder.sandbox.seccomp\n"
    ended = subprocess.run(
        [sys.executable, "-c", imports + become + program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.stdout.strip() == ("closed" if landlock.abi() else ""), ended.stderr
