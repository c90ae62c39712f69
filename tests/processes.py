"""Processes that tests start: waiting for their end, by the event and not by the clock.

A test that waits has a limit only against what never comes: no machine, however busy, gets near it.
"""

import os
import select
import shutil
import signal
import subprocess
import sys

import pytest

from autograder.course.catalogue import ROOT

NEVER = 900
"""Seconds after which an event does not come any more."""

NOBODY = 65534
"""The number of a user who owns nothing."""

needs_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("setpriv"),
    reason="needs root on Linux, to be somebody else",
)


def still_running(pids):
    """Wait until processes have ended; return those that never do. A zombie has ended."""
    left = []
    for pid in map(int, pids):
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        poller = select.poll()
        poller.register(handle, select.POLLIN)
        if not poller.poll(NEVER * 1000):
            left.append(pid)
        os.close(handle)
    return left


def ended(running):
    """Wait for a program; return its exit code, output and errors.

    Where it never ends, its errors say where each thread is, if it was started with `-X faulthandler`.
    """
    try:
        out, err = running.communicate(timeout=NEVER)
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGABRT)
        out, err = running.communicate()
    return running.returncode, out, err


def as_nobody(arguments, folder):
    """Run nnlab in a folder as a user who owns nothing; skip where its packages are not for everybody."""
    user = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    ran = subprocess.run(
        (*user, sys.executable, "-P", "-m", "autograder", *arguments),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
        timeout=NEVER,
    )
    if any(
        said in ran.stderr for said in ("No module named", "no worker process", "failed to execute")
    ):
        pytest.skip(f"the packages are not readable for everybody: {ran.stderr[-200:]}")
    return ran
