"""The doctor: what it finds is what happens, and what is missing comes with how to get it."""

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.sandbox import SandboxError, bubblewrap, confine, kernel, landlock, probe, seccomp


def test_the_doctor_finds_what_the_sandbox_uses():
    """Each means that works is a layer of a sandbox that is opened here."""
    findings = {finding.name: finding for finding in probe.examine()}
    works = [name for name, finding in findings.items() if finding.works]

    assert list(findings) == ["process", "landlock", "seccomp", "bubblewrap"]
    assert "process" in works
    assert set(works) & {"landlock", "seccomp"} == set(confine.layers())
    assert all(name in findings["process"].says for name in works[1:])


def test_the_command_prints_it_and_ends_with_its_verdict():
    """Nnlab doctor prints a line a means and its advice; exit code 0 where strangers may be graded."""
    result = CliRunner().invoke(main, ["doctor"])

    assert result.exit_code == (0 if len(confine.layers()) == 2 else 1)
    assert "numpy" in result.output.splitlines()[0]
    assert len(result.output.splitlines()) == 6


MISSING = {
    "linux": (True, "landlock", "It needs Linux 5.13 or newer"),
    "linux, filters": (True, "seccomp", "CONFIG_SECCOMP_FILTER"),
    "linux, no bubblewrap": (True, "bubblewrap", "apt install bubblewrap"),
    "elsewhere, landlock": (False, "landlock", "Landlock is Linux's"),
    "elsewhere, seccomp": (False, "seccomp", "seccomp is Linux's"),
    "elsewhere, bubblewrap": (False, "bubblewrap", "bubblewrap is Linux's"),
}


@pytest.mark.parametrize(("linux", "name", "sentence"), MISSING.values(), ids=MISSING)
def test_what_is_missing_comes_with_how_to_get_it(linux, name, sentence, monkeypatch):
    """Without a layer, the doctor says what that leaves open and what it would take."""
    monkeypatch.setattr(kernel, "is_linux", linux)
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    monkeypatch.setattr(seccomp, "is_available", lambda: False)
    monkeypatch.setattr(bubblewrap, "find", lambda: None)
    probes = {
        "landlock": probe._landlock,
        "seccomp": probe._seccomp,
        "bubblewrap": probe._bubblewrap,
    }
    finding = probes[name]()

    assert not finding.works
    assert sentence in finding.says


def test_a_box_that_cannot_be_made_comes_with_the_reason(monkeypatch, tmp_path):
    """What bubblewrap says is passed on."""
    broken = tmp_path / "bwrap"
    broken.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"
    )
    broken.chmod(0o755)
    monkeypatch.setattr(kernel, "is_linux", True)
    monkeypatch.setattr(bubblewrap, "find", lambda: str(broken))

    finding = probe._bubblewrap()

    assert not finding.works
    assert "No permissions to create new namespace" in finding.says
    assert "user.max_user_namespaces" in finding.says


def test_a_machine_that_cannot_grade_says_so(monkeypatch):
    """Where no process can be started, nothing can be graded."""

    def refuse():
        raise SandboxError("no worker process could be started: full")

    monkeypatch.setattr(probe, "open_sandbox", refuse)
    finding = probe._process()

    assert finding == probe.Finding(
        "process", works=False, says="no worker process could be started: full."
    )
    assert list(probe.in_words([finding]))[-1] == "Nothing can be graded here."


@pytest.mark.parametrize(
    ("works", "sentence"),
    [
        ({"process"}, "Grade your own work here."),
        ({"process", "landlock", "seccomp"}, "bubblewrap would be a second wall"),
        (
            {"process", "landlock", "seccomp", "bubblewrap"},
            "may grade submissions that nobody trusts.",
        ),
    ],
)
def test_the_advice_follows_from_what_works(works, sentence):
    """The last line says what a mark that is made here is worth."""
    findings = [probe.Finding(name, works=True, says="") for name in works]

    assert sentence in list(probe.in_words(findings))[-1]
