"""The workflow for GitHub Classroom is YAML that does what it says."""

import shlex
import zipfile

import pytest
from click.testing import CliRunner

from autograder.classroom.platforms.github import PLACE, workflow
from autograder.cli import main

yaml = pytest.importorskip("yaml", reason="comes with the extra dev")


def parsed(**options):
    """Write a workflow and read it as GitHub does; YAML 1.1 reads the key `on` as true."""
    return yaml.safe_load(
        workflow(**{"labs": [], "install": "nnlab-course", "python": "3.12"} | options)
    )


def test_it_is_a_workflow_that_may_only_read():
    """It starts on every push, may only read the repository, and ends some time."""
    found = parsed()

    assert found[True] == ["push", "workflow_dispatch"]
    assert found["permissions"] == {"contents": "read"}
    assert found["jobs"]["grade"]["timeout-minutes"] <= 30


def test_every_action_is_pinned_by_its_major_version():
    """No action follows a branch."""
    uses = [step["uses"] for step in parsed()["jobs"]["grade"]["steps"] if "uses" in step]

    assert [name.partition("@")[0] for name in uses] == [
        "actions/checkout",
        "actions/setup-python",
        "actions/upload-artifact",
    ]
    assert all(name.partition("@")[2].removeprefix("v").isdecimal() for name in uses)


def test_it_grades_with_options_that_nnlab_has():
    """The command in it is one that our own command line takes, the labs as they were given."""
    steps = parsed(labs=["lab02_hebb", "lab03_perceptron"])["jobs"]["grade"]["steps"]
    (line,) = [step["run"] for step in steps if step.get("name") == "Grade"]
    words = shlex.split(line.partition(">")[0])
    assert words[:2] == ["nnlab", "grade"]
    context = main.commands["grade"].make_context("grade", words[2:], resilient_parsing=True)

    assert context.params["targets"] == ("lab02_hebb", "lab03_perceptron")
    assert context.params["as_json"]
    assert (str(context.params["junit"]), str(context.params["markdown"])) == (
        "nnlab.xml",
        "$GITHUB_STEP_SUMMARY",
    )


def test_what_pip_installs_cannot_break_out():
    """Quotes and line ends stay within the value, which the shell reads as one word."""
    odd = 'a"b\n  run: rm -rf $HOME'
    steps = parsed(install=odd, python="3.10")["jobs"]["grade"]["steps"]
    (install,) = [step for step in steps if step.get("name") == "Install the course"]

    assert install["env"] == {"COURSE": odd}
    assert install["run"] == 'python -m pip install "$COURSE"'
    assert steps[1]["with"]["python-version"] == "3.10"


def test_the_command_writes_it_and_spares_another(tmp_path, monkeypatch):
    """Twice is once; somebody's own workflow is kept unless forced; a misspelt lab has a suggestion."""
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    assert run(main, ["setup", "github", "hebb"]).output == f"{PLACE}\n"
    assert "nnlab grade lab02_hebb --json" in (tmp_path / PLACE).read_text(encoding="utf-8")
    assert run(main, ["setup", "github", "2"]).exit_code == 0

    refused = run(main, ["setup", "github"])
    assert (refused.exit_code, "--force overwrites it" in refused.output) == (2, True)
    assert run(main, ["setup", "github", "--force"]).exit_code == 0
    assert "Did you mean lab02_hebb?" in run(main, ["setup", "github", "heb"]).output


def test_a_place_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    """A file where the folder should be is wrong usage, not a traceback."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".github").write_text("", encoding="utf-8")
    result = CliRunner().invoke(main, ["setup", "github"])

    assert result.exit_code == 2
    assert "cannot be written" in " ".join(result.output.split())


def wheel(path, *names):
    """Write a wheel with these files in it."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "")


@pytest.mark.parametrize(
    "install",
    [
        "git+https://example.org/your/course.git",
        "GIT+ssh://git@example.org/course",
        "hg+https://example.org/course",
        "nnlab-course @ git+https://example.org/your/course.git@main",
        "nnlab-course[plots] @ https://example.org/course/archive/main.zip",
        "https://example.org/nnlab_course-0.1.0.tar.gz",
        "https://example.org/course.git#egg=nnlab.whl",
        "file:///home/me/course",
        ".",
        "./sources",
        "nnlab.zip",
        "own.whl",
        "./own.whl",
        "broken.whl",
        "folder.whl",
    ],
)
def test_what_holds_answers_is_never_installed_for_students(tmp_path, monkeypatch, install):
    """Repositories, sources and the instructor's own wheel are refused, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    wheel(tmp_path / "own.whl", "nnlab/hebb.py", "autograder/cli.py")
    (tmp_path / "broken.whl").write_bytes(b"PK")
    (tmp_path / "folder.whl").mkdir()
    refused = CliRunner().invoke(main, ["setup", "github", "--install", install])

    assert refused.exit_code == 2
    assert "answers" in refused.output
    assert "nnlab release" in refused.output
    assert not (tmp_path / PLACE).exists()


@pytest.mark.parametrize(
    ("install", "is_seen"),
    [
        ("nnlab-course", True),
        ("nnlab-course[plots]==1.0", True),
        ("./students.whl", True),
        ("nnlab-course @ file://students.whl", True),
        ("./not-there-yet.whl", False),
        ("https://example.org/nnlab_course-1.0-py3-none-any.whl#sha256=0", False),
    ],
)
def test_the_students_edition_is_taken(tmp_path, monkeypatch, install, is_seen):
    """A name and the release's wheel are; of a wheel that cannot be looked into, it is said."""
    monkeypatch.chdir(tmp_path)
    wheel(tmp_path / "students.whl", "nnlab_course/edition.json", "nnlab/__init__.py")
    done = CliRunner().invoke(main, ["setup", "github", "--install", install])

    assert done.exit_code == 0
    assert ("was not looked into" in done.output) is not is_seen
