"""Processes that tests start: waiting for their end, by the event and not by the clock.

A test that waits has a limit only against what never comes: no machine, however busy, gets near it.
"""

import os
import select
import signal
import subprocess

NEVER = 900
"""Seconds after which an event does not come any more."""


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
