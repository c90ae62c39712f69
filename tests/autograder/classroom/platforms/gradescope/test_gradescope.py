"""Gradescope: its zip is upload-ready, and the script in it grades as we do, in a bare folder."""

import io
import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.classroom import collect
from autograder.classroom.platforms.gradescope import bundle, run
from autograder.classroom.platforms.gradescope.bundle import BundleError, make_bundle
from autograder.classroom.platforms.gradescope.run import results_of
from autograder.cli import main
from autograder.course.catalogue import find_lab
from autograder.course.lab import Status
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade
from autograder.grading.key import RecordingError
from autograder.grading.report import CheckResult, Part, Report
from tests.conftest import reference_text
from tests.processes import still_running

SCHEMA = json.loads(Path(__file__).with_name("results.schema.json").read_text(encoding="utf-8"))
LAB = find_lab("lab02_hebb")

needs_shell = pytest.mark.skipif(os.name != "posix", reason="Gradescope's servers are Linux")


@pytest.fixture(scope="module")
def zipped(key_of):
    """Make the bundle of lab 2."""
    return make_bundle(LAB, key_of("lab02_hebb"), visibility="after_due_date")


@pytest.fixture
def autograder(zipped, tmp_path):
    """Lay the bundle out as Gradescope does; run its script on files, and read what it wrote."""
    folders = {name: tmp_path / name for name in ("source", "submission", "results")}
    for folder in folders.values():
        folder.mkdir()
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        archive.extractall(folders["source"])
        for info in archive.infolist():
            (folders["source"] / info.filename).chmod(info.external_attr >> 16 & 0o777)

    def run(python=sys.executable, **files):
        for name, text in files.items():
            (folders["submission"] / f"{name}.py").write_text(text, encoding="utf-8")
        ended = subprocess.run(
            [folders["source"] / "run_autograder"],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={
                "PATH": os.defpath,
                "NNLAB_PYTHON": str(python),
                **{f"NNLAB_{name.upper()}": str(folder) for name, folder in folders.items()},
            },
        )
        return ended, json.loads((folders["results"] / "results.json").read_text("utf-8"))

    run.folders = folders
    return run


def fits(results):
    """Tell whether results fit the published schema."""
    jsonschema = pytest.importorskip("jsonschema", reason="comes with the extra dev")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(results, SCHEMA)
    return True


def is_no_mark(results):
    """Tell whether results show a sentence, and no score that could be taken for a mark."""
    assert "score" not in json.dumps(results)
    return fits({"score": 0, **results})  # all else is as it is published


def scores(results):
    """Sum the tests' scores."""
    return sum(test["score"] for test in results["tests"])


@needs_shell
def test_a_right_submission_gets_full_marks(autograder):
    """All passed, all visible, each check with its name, points and exercise."""
    ended, results = autograder(hebb=reference_text("hebb"))

    assert (ended.returncode, ended.stderr) == (0, "")
    assert (results["score"], scores(results)) == (20, 20)
    assert {test["status"] for test in results["tests"]} == {"passed"}
    assert [test["name"].partition(":")[0] for test in results["tests"]] == list(LAB.checks)
    assert [test["number"] for test in results["tests"]] == [
        str(n + 1) for n in range(len(LAB.checks))
    ]
    assert (results["visibility"], results["stdout_visibility"]) == ("after_due_date", "hidden")
    assert 0 < results["execution_time"] < 60
    assert "Graded under isolation: " in results["output"]
    assert fits(results)


@needs_shell
def test_a_wrong_submission_reads_what_nnlab_grade_tells(autograder):
    """The fact, and the sentence of the known mistake; what depends on it is failed with no points."""
    _, results = autograder(hebb=reference_text("hebb").replace("bias + target", "bias"))
    update = results["tests"][1]

    assert (results["score"], scores(results)) == (9, 9)
    assert (update["status"], update["score"], update["max_score"]) == ("failed", 0, 3)
    assert update["output"].startswith("called    hebb_step(")
    assert update["output"].endswith("The weights learn but the bias stays put. The bias is a weight "
                                     "too: its input is always 1.")  # fmt: skip
    assert update["extra_data"] == {"verdict": "failed", "mistakes": ["hebb-forgets-bias"]}
    assert results["tests"][2]["output"] == "Not asked: it needs hebb.update first."
    assert fits(results)


@needs_shell
def test_an_empty_submission_gets_nothing_and_is_told_why(autograder):
    """A module that was not handed in costs its checks."""
    ended, results = autograder()

    assert ended.returncode == 0
    assert results["score"] == 0
    assert results["tests"][0]["output"] == "hebb.py is missing: it was not handed in."
    assert fits(results)


HOSTILE = """
import glob, os
found = []
for name in glob.glob("@SOURCE@/*.key") + ["@SOURCE@/answers.key", "@SOURCE@/nnlab/gates.py"]:
    try:
        found.append(str(len(open(name, "rb").read())))
    except OSError as error:
        found.append(type(error).__name__)
for path in ("@RESULTS@/results.json", "@RESULTS@/other", "@SOURCE@/settings.json"):
    try:
        open(path, "w").write('{"score": 1000}')
        found.append("wrote")
    except OSError as error:
        found.append(type(error).__name__)
try:
    child = os.fork()
except OSError:
    child = -1
if child == 0:
    os.setsid()
    import time
    while True:
        time.sleep(0.01)
        if os.path.exists("@RESULTS@/results.json"):
            open("@RESULTS@/results.json", "w").write('{"score": 1000}')
found.insert(0, f"child {child}.")
def to_bipolar(x):
    return " ".join(found)
"""


@needs_shell
def test_a_hostile_submission_neither_reads_the_key_nor_writes_its_mark(autograder):
    """It sees no such folder where Landlock holds; what it started is dead before we write."""
    folders = autograder.folders
    text = HOSTILE.replace("@SOURCE@", str(folders["source"]))
    _, results = autograder(hebb=text.replace("@RESULTS@", str(folders["results"])))

    assert results["score"] == 0
    assert results["tests"][0]["status"] == "failed"
    if "bubblewrap" not in results["extra_data"]["isolation"]:  # where numbers are of its own
        (child,) = re.findall(r"child (-?\d+)\.", results["tests"][0]["output"])
        assert still_running([child] if child != "-1" else []) == []
    if "landlock" in results["extra_data"]["isolation"]:
        told = results["tests"][0]["output"]
        assert "wrote" not in told
        assert "PermissionError" in told or "FileNotFoundError" in told
        assert sorted(path.name for path in folders["results"].iterdir()) == ["results.json"]
        assert json.loads((folders["source"] / "settings.json").read_text("utf-8"))["lab"] == LAB.id
    assert fits(results)


FORGER = """
import os
open("@RESULTS@/results.json", "w").write('{"score": 1000}')
for name in os.listdir("/proc"):
    if name.isdigit() and b"gradescope.run" in open(f"/proc/{name}/cmdline", "rb").read():
        if b"@RESULTS@" in open(f"/proc/{name}/environ", "rb").read():  # no other test's grader
            os.kill(int(name), 9)
"""


def weaken(source, layers, isolation="full"):
    """Take layers from the sandbox in an unpacked zip, as an old kernel would."""
    for name, function in (
        ("confine", f"def layers():\n    return {layers!r}\n"),
        ("bubblewrap", "def find():\n    return None\n"),
    ):
        path = source / "autograder" / "sandbox" / f"{name}.py"
        path.write_text(f"{path.read_text('utf-8')}\n\n{function}", encoding="utf-8")
    settings = json.loads((source / "settings.json").read_text("utf-8"))
    (source / "settings.json").write_text(
        json.dumps({**settings, "isolation": isolation}), encoding="utf-8"
    )


@needs_shell
@pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")
@pytest.mark.parametrize("layers", [("seccomp",), ()])
def test_where_a_submission_could_read_the_key_nothing_is_graded(autograder, layers):
    """Not a line of it runs; the student is told it is no mark, the instructor what to do."""
    folders = autograder.folders
    weaken(folders["source"], layers)
    ended, results = autograder(hebb=FORGER.replace("@RESULTS@", str(folders["results"])))

    assert ended.returncode == 3
    assert results["output"].startswith("This submission was not graded: here it could read the")
    assert results["extra_data"] == {"not_graded": True}
    assert f"The isolation is {'+'.join(layers) or 'process'}," in ended.stderr
    assert "nnlab setup gradescope --isolation=process" in ended.stderr
    assert is_no_mark(results)


@needs_shell
@pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")
def test_with_isolation_process_a_kernel_without_layers_grades(autograder):
    """Who made the zip has said so."""
    weaken(autograder.folders["source"], (), isolation="process")
    ended, results = autograder(hebb=reference_text("hebb"))

    assert (ended.returncode, results["score"]) == (0, 20)
    assert results["extra_data"]["isolation"] == ["process"]


@needs_shell
@pytest.mark.skipif(sys.platform != "linux", reason="it looks for the grader in /proc")
def test_results_that_a_submission_wrote_before_it_killed_the_grader_are_thrown_away(autograder):
    """Only a grader that ended by itself has written results."""
    folders = autograder.folders
    weaken(folders["source"], (), isolation="process")
    ended, results = autograder(hebb=FORGER.replace("@RESULTS@", str(folders["results"])))

    assert ended.returncode == 128 + 9
    assert "score" not in results
    assert "the autograder itself could not run" in results["output"]


@needs_shell
def test_our_own_fault_is_told_as_such(autograder):
    """A key that is gone, a Python that is none: no traceback for students, and a code of its own."""
    (autograder.folders["source"] / "answers.key").unlink()
    ended, results = autograder(hebb=reference_text("hebb"))
    assert ended.returncode == 3
    assert "FileNotFoundError" in ended.stderr
    assert results["output"].startswith(
        "This submission was not graded: the autograder itself broke."
    )
    assert results["extra_data"] == {"not_graded": True}

    ended, results = autograder(python="/no/such/python")
    assert ended.returncode not in {0, 3}
    assert "the autograder itself could not run" in results["output"]
    assert is_no_mark(results)


@needs_shell
def test_results_of_an_earlier_run_do_not_stay(autograder):
    """What stood there before is gone, whatever happens."""
    place = autograder.folders["results"] / "results.json"
    place.write_text('{"score": 20}', encoding="utf-8")
    _, results = autograder(python="/no/such/python")
    assert "score" not in results

    place.unlink()
    (place / "folder").mkdir(parents=True)
    assert autograder(hebb=reference_text("hebb"))[1]["score"] == 20


@needs_shell
def test_a_folder_in_the_place_of_results_is_none(autograder, tmp_path):
    """Whoever put it there, the script writes what it has to say."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nmkdir -p '{autograder.folders['results']}/results.json/a'\n")
    python.chmod(0o755)
    ended, results = autograder(python=python)

    assert (ended.returncode, "score" in results) == (0, False)
    assert "could not run" in results["output"]


def test_what_cannot_be_taken_in_is_told_and_a_second_module_is_noted(
    zipped, tmp_path, monkeypatch
):
    """Of a flood of files what is near is graded; which of several is graded is said."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        archive.extractall(tmp_path / "source")
    for name in "ab":
        (tmp_path / "handed" / name).mkdir(parents=True)
        (tmp_path / "handed" / name / "hebb.py").write_text(reference_text("hebb"), "utf-8")
    (tmp_path / "handed" / "hebb.py").write_text(make_stub(LAB, "hebb"), "utf-8")
    (tmp_path / "results").mkdir()

    def results():
        assert run.main(tmp_path / "source", tmp_path / "handed", tmp_path / "results") == 0
        return json.loads((tmp_path / "results" / "results.json").read_text("utf-8"))

    settings = tmp_path / "source" / "settings.json"
    settings.write_text(settings.read_text("utf-8").replace('"full"', '"process"'), "utf-8")
    graded = results()
    assert graded["score"] == 20
    assert "Graded is a/hebb.py: the other is still the stub." in graded["output"]

    monkeypatch.setattr(collect, "MAX_ENTRIES", 3)
    flooded = results()
    assert "score" in flooded
    assert "There are more than 3 files; not all were looked at." in flooded["output"]
    assert fits(flooded)


def test_a_check_that_broke_leaves_no_score_at_all():
    """Gradescope adds up what scores there are, so none is given where one check was not graded."""
    broken = CheckResult(
        LAB.checks["hebb.update"], Status.ERROR, (Part("OSError: no"), Part("Show it."))
    )
    right = CheckResult(LAB.checks["hebb.predict"], Status.PASSED)
    results = results_of(Report(LAB.id, LAB.title, 7, ("process",), (broken, right), ("A note.",)))

    assert is_no_mark(results)
    assert "status" not in results["tests"][0]
    assert "1 not graded" in results["output"]
    assert "neither points nor zero" in results["output"]
    assert "A note." in results["output"]


def test_what_was_expected_is_not_shown(sandbox, key_of, submit):
    """Tries are free on Gradescope, so what a report shows of the answers would be collected."""
    text = reference_text("hebb").replace("bias + target", "bias")
    report = grade(submit("lab02_hebb", hebb=text), key_of("lab02_hebb"), sandbox)
    shown = [test["output"] for test in results_of(report)["tests"]]
    failed = [said for said, result in zip(shown, report.results, strict=True) if result.message]

    assert any("expected" in result.message for result in report.results)
    assert failed
    for said in failed:
        assert "expected" not in said
    assert "The bias is a weight too" in " ".join(failed)


def test_no_result_tells_the_seed(zipped, sandbox, key_of, submit):
    """The seed is secret: with it, anybody could make the key."""
    report = grade(submit("lab02_hebb"), key_of("lab02_hebb"), sandbox)
    told = json.dumps(results_of(report))

    assert "seed" not in told
    assert zipped.startswith(b"PK")


def test_control_characters_of_a_submission_stay_out(sandbox, key_of, submit):
    """What a student's code raises cannot play with anybody's screen."""
    text = reference_text("hebb").replace(
        "return 2 * floats(x) - 1", "raise ValueError('\\x1b[2J')"
    )
    text = text if "\\x1b" in text else "raise ValueError('\\x1b[2J\\x07')\n"
    report = grade(submit("lab02_hebb", hebb=text), key_of("lab02_hebb"), sandbox)

    assert not any(
        ord(char) < 32 and char != "\n" for t in results_of(report)["tests"] for char in t["output"]
    )


def test_the_zip_holds_what_is_needed_at_its_root_and_no_later_answer(zipped):
    """Scripts are executable; later labs are stubs; this one and the earlier ones are whole."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as archive:
        modes = {i.filename: i.external_attr >> 16 for i in archive.infolist()}
        engine = {
            n: archive.read(n).decode()
            for n in modes
            if n.startswith("nnlab/") and n.endswith(".py")
        }
        readme = archive.read("README.txt").decode()

    for name in ("setup.sh", "run_autograder"):
        assert stat.S_ISREG(modes[name])
        assert modes[name] & 0o111
    assert {"answers.key", "settings.json", "requirements.txt"} <= modes.keys()
    assert engine["nnlab/hebb.py"] == reference_text("hebb")  # it answers each submission's cases
    assert 'raise NotImplementedError("lab09_optimizers: SGD.step")' in engine["nnlab/optim.py"]
    assert engine["nnlab/gates.py"] == reference_text("gates")
    assert not any(
        name.startswith(("solutions", ".nnlab")) or "mistakes.toml" in name for name in modes
    )
    assert "for instructors only" in readme
    assert all(name in readme for name in ("answers.key", "settings.json", "requirements.txt"))


def test_the_same_key_makes_the_same_zip(zipped, key_of):
    """Byte for byte: what is uploaded can be compared."""
    assert make_bundle(LAB, key_of("lab02_hebb"), visibility="after_due_date") == zipped


@needs_shell
def test_the_scripts_are_shell():
    """Both parse; Windows' line ends would break them, so there are none."""
    for name in ("setup.sh", "run_autograder"):
        path = Path(bundle.__file__).with_name(name)
        assert subprocess.run(["bash", "-n", path], check=False).returncode == 0
        assert b"\r" not in path.read_bytes()


def test_without_the_reference_there_is_no_bundle(key_of, monkeypatch):
    """A student's edition says what is missing."""
    monkeypatch.setattr(bundle, "load_mistakes", lambda _lab: [])

    with pytest.raises(BundleError, match="instructor's edition"):
        make_bundle(LAB, key_of("lab02_hebb"))


def test_nothing_is_recorded_where_no_bundle_can_be_made(tmp_path, monkeypatch):
    """The command says so at once: no key, no seed, no zip."""
    monkeypatch.setattr(bundle, "load_mistakes", lambda _lab: [])
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["setup", "gradescope", "hebb"])

    assert result.exit_code == 2
    assert "instructor's edition" in " ".join(result.output.split())
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_the_zip_and_warns(tmp_path, monkeypatch, key_of):
    """One zip with the course's secret seed, kept for the next time."""
    from autograder.classroom import batch

    asked = []
    monkeypatch.setattr(
        batch, "take_key", lambda _lab, seed, _: asked.append(seed) or key_of(LAB.id)
    )
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["setup", "gradescope", "hebb"])

    assert result.exit_code == 0
    assert result.output.startswith("autograder.zip: lab02_hebb, 20 points, 0.")
    assert "It holds the answer key" in result.output
    assert zipfile.is_zipfile(tmp_path / "autograder.zip")
    assert json.loads((tmp_path / ".nnlab" / "seeds.json").read_text("utf-8")) == {LAB.id: asked[0]}
    assert CliRunner().invoke(main, ["setup", "gradescope", "2", "--seed", "5"]).exit_code == 0
    assert asked[1] == 5


def test_what_must_hold_a_submission_is_in_the_zip(tmp_path, monkeypatch, key_of):
    """Walls are asked for, unless the instructor does without."""
    from autograder.classroom import batch

    monkeypatch.setattr(batch, "take_key", lambda *_: key_of(LAB.id))
    monkeypatch.chdir(tmp_path)

    def asked(*options):
        assert (
            CliRunner()
            .invoke(main, ["setup", "gradescope", "2", "--seed", "5", *options])
            .exit_code
            == 0
        )
        with zipfile.ZipFile("autograder.zip") as archive:
            return json.loads(archive.read("settings.json"))["isolation"]

    assert asked() == "full"
    assert asked("--isolation", "process") == "process"


def test_the_commands_errors_are_sentences(tmp_path, monkeypatch, key_of):
    """A misspelt lab, a folder that is a file, a damaged seed: 2; a broken reference: 3."""
    from autograder.classroom import batch

    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    assert "Did you mean lab02_hebb?" in run(main, ["setup", "gradescope", "heb"]).output
    monkeypatch.setattr(batch, "take_key", lambda *_: key_of(LAB.id))
    (tmp_path / "file").write_text("", encoding="utf-8")
    blocked = run(main, ["setup", "gradescope", "hebb", "--seed", "0", "-o", "file/a.zip"])
    assert (blocked.exit_code, "cannot be written" in blocked.output) == (2, True)

    def broken(*_):
        raise RecordingError("no answer")

    monkeypatch.setattr(batch, "take_key", broken)
    fault = run(main, ["setup", "gradescope", "hebb", "--seed", "0"])
    assert (fault.exit_code, "Nothing was written." in fault.output) == (3, True)
    (tmp_path / ".nnlab").mkdir(exist_ok=True)
    (tmp_path / ".nnlab" / "seeds.json").write_text("x", encoding="utf-8")
    assert "is damaged" in run(main, ["setup", "gradescope", "hebb"]).output


def test_the_commands_choices_are_the_bundles():
    """What the command offers is what Gradescope knows."""
    choices = next(
        p.type.choices
        for p in main.commands["setup"].commands["gradescope"].params
        if p.name == "visibility"
    )

    assert tuple(choices) == bundle.VISIBILITIES
    assert set(choices) == set(SCHEMA["$defs"]["visibility"]["enum"])
