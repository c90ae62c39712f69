"""What this machine offers to hold foreign code, tried out, and how to get what is missing."""

import os
import platform
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from autograder.sandbox import SandboxError, bubblewrap, kernel, landlock, open_sandbox, seccomp

__all__ = ["Finding", "examine", "in_words"]

TRIAL_SECONDS = 20
INSTALL = "Debian, Ubuntu: apt install bubblewrap · Fedora: dnf install bubblewrap · Arch: pacman -S bubblewrap · openSUSE: zypper install bubblewrap · Alpine: apk add bubblewrap"


@dataclass(frozen=True, slots=True)
class Finding:
    """One means of holding foreign code: whether it is there, and what it does or how to get it."""

    name: str
    works: bool
    says: str


def examine() -> list[Finding]:
    """Try every means there is."""
    return [_process(), _landlock(), _seccomp(), _bubblewrap()]


def in_words(findings: list[Finding]) -> Iterator[str]:
    """Write the findings as lines, and say first what a mark made here is worth."""
    python, system = platform.python_version(), f"{platform.system()} {platform.release()}"
    yield f"{system} · {platform.machine()} · Python {python} · numpy {np.__version__}"
    for finding in findings:
        yield f"{'+' if finding.works else '-'} {finding.name:11} {finding.says}"
    yield _advice({finding.name for finding in findings if finding.works})


def _advice(works: set[str]) -> str:
    if "process" not in works:
        return "Nothing can be graded here."
    if {"landlock", "seccomp", "bubblewrap"} <= works:
        return "This machine may grade submissions that nobody trusts."
    if {"landlock", "seccomp"} <= works:
        return "This machine may grade submissions that nobody trusts; bubblewrap would be a second wall."
    return "Grade your own work here. Submissions that nobody trusts belong on a Linux with all of these, or in a container that owns nothing."


def _process() -> Finding:
    try:
        with open_sandbox() as sandbox:
            return Finding(
                "process",
                works=True,
                says=f"A batch here runs under: {'+'.join(sandbox.isolation)}.",
            )
    except SandboxError as error:
        return Finding("process", works=False, says=f"{error}.")


def _landlock() -> Finding:
    version = landlock.abi()
    return _layer(
        "landlock",
        f"Only Python, numpy and the checks can be read (version {version})." if version else "",
        "Other people's files stay readable",
        "Landlock",
        "It needs Linux 5.13 or newer with landlock in the kernel's list of security modules "
        "(boot option lsm=landlock,…), and a container that lets it through.",
    )


def _seccomp() -> Finding:
    return _layer(
        "seccomp",
        "No programs, processes, signals or network." if seccomp.is_available() else "",
        "Programs and the network stay in reach",
        "seccomp",
        "It needs a kernel with CONFIG_SECCOMP_FILTER, on x86_64 or aarch64; "
        f"this is {platform.machine()}.",
    )


def _layer(name: str, does: str, lacks: str, proper_name: str, needs: str) -> Finding:
    if does:
        return Finding(name, works=True, says=does)
    if kernel.is_linux:
        return Finding(name, works=False, says=f"{lacks}. {needs}")
    return Finding(name, works=False, says=f"{lacks}: {proper_name} is Linux's.")


def _bubblewrap() -> Finding:
    """Make a box, and pass on what bubblewrap says where it cannot."""
    if not kernel.is_linux:
        return Finding("bubblewrap", works=False, says="A box of its own: bubblewrap is Linux's.")
    if bubblewrap.find() is None:
        return Finding(
            "bubblewrap", works=False, says=f"A box of its own: not installed. {INSTALL}."
        )
    with tempfile.TemporaryDirectory(prefix="nnlab-") as folder:
        trial = subprocess.run(  # noqa: S603  our own program
            bubblewrap.command(["-I", "-S", "-c", "pass"], folder),
            env={"PATH": os.defpath},
            capture_output=True,
            text=True,
            timeout=TRIAL_SECONDS,
            check=False,
        )
    if trial.returncode == 0:
        says = "The worker has a box: no network, no other processes or files."
        return Finding("bubblewrap", works=True, says=says)
    reason = (trial.stderr.strip().splitlines() or ["it ended without a word"])[-1]
    return Finding(
        "bubblewrap",
        works=False,
        says=f"A box of its own cannot be made: {reason}. It needs user namespaces, which containers and some "
        "systems refuse (Ubuntu: an AppArmor profile for /usr/bin/bwrap; elsewhere: "
        "sysctl user.max_user_namespaces).",
    )
