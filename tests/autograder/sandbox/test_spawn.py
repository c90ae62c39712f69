"""The spawning sandbox: its folder, its start, and what cannot be started."""

import pytest

from autograder.sandbox import SandboxError, spawn
from autograder.sandbox.observation import Lost
from autograder.sandbox.spawn import SpawnSandbox
from tests.autograder.sandbox.test_fork import question


@pytest.mark.parametrize("broken", ["tempfile.mkdtemp", "subprocess.Popen"])
def test_what_cannot_be_started_is_an_error_of_ours(broken, monkeypatch):
    """Without a folder or a process the sandbox says so."""

    def fail(*_args, **_kwargs):
        raise OSError(11, "Resource temporarily unavailable")

    module, _, name = broken.partition(".")
    monkeypatch.setattr(getattr(spawn, module), name, fail)

    with pytest.raises(SandboxError, match=r"no process could be started: .*unavailable"):
        SpawnSandbox().ask(question("return 1"))


def test_the_interpreters_start_is_not_the_submissions_time():
    """However long Python takes to start, the wall limit counts from the submission's first line."""
    answer = SpawnSandbox().ask(question("import time\ntime.sleep(60)", wall_seconds=0.01))

    assert set(answer.observations) == {Lost("wall")}


def test_a_deep_folder_is_removed(tmp_path, monkeypatch):
    """What lies deeper than a path may be long goes as well, without recursion."""
    monkeypatch.setattr(spawn.tempfile, "tempdir", str(tmp_path))
    deep = "import os\nfor _ in range(300):\n    os.mkdir('deep')\n    os.chdir('deep')\nreturn 1"
    SpawnSandbox().ask(question(deep))

    assert list(tmp_path.iterdir()) == []
