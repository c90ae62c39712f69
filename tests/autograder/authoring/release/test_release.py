"""Building the student's edition: the same inputs give the same bytes, and what is unfit is refused."""

import base64
import csv
import hashlib
import io
import json
import os
import re
import shutil
import sys
import tomllib
import zipfile
from email import message_from_string

import pytest
from click.testing import CliRunner

from autograder import cli
from autograder.authoring import release
from autograder.authoring.release import COURSE_ZIP, build_edition, build_wheel, make_zip
from autograder.authoring.release.handouts import HandoutError, handout, page
from autograder.authoring.release.stage import LEFT_OUT, stage
from autograder.commands.instructors import release as command
from autograder.course.catalogue import ROOT, labs, load_lab
from autograder.sandbox import SandboxError
from autograder.student.workspace import bundled
from tests.test_rooms import imports

HEBB = load_lab("lab02_hebb")


@pytest.fixture
def build(key_of, monkeypatch):
    """Build an edition whose wheel has the answers of one lab alone: the others take long to record."""
    monkeypatch.setattr(release, "labs", lambda: (HEBB,))
    monkeypatch.setattr(release, "get_key", lambda lab, *_: key_of(lab.id))
    monkeypatch.setattr(release, "stored_key", lambda lab, _: key_of(lab.id))
    return lambda out, **more: build_edition([HEBB], ROOT / "assignments", out, **more)


def test_two_builds_in_different_folders_are_equal(build, tmp_path):
    """Wheel and zips have the same bytes, whenever and wherever they are built."""
    first, second = build(tmp_path / "a"), build(tmp_path / "elsewhere" / "b")

    assert [path.name for path in first] == [
        "nnlab_course-0.1.0-py3-none-any.whl",
        "lab02_hebb.zip",
        COURSE_ZIP,
    ]
    assert [p.name for p in first] == [p.name for p in second]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_a_release_says_what_it_does_and_repeats_nothing(build, tmp_path, monkeypatch):
    """Each step has a line; a second release packs no key again and writes no file that is the same."""
    monkeypatch.setattr(release, "ROOT", tmp_path / "root")
    steps = []
    first = build(tmp_path / "out", doing=steps.append)
    assert steps[:2] == [
        "Stubs, notebooks and READMEs of 1 labs …",
        "1 answer keys, of which 0 must be recorded …",
    ]
    assert "lab02_hebb: its answer key is packed …" in steps
    before = [path.stat().st_mtime_ns for path in first]

    steps.clear()
    again = build(tmp_path / "out", doing=steps.append)
    assert [path.stat().st_mtime_ns for path in again] == before
    assert steps[3:] == [f"{path.name} is as it was." for path in first]

    monkeypatch.setattr(release, "stored_key", lambda *_: None)
    monkeypatch.setattr(release, "cores", lambda: 1)
    monkeypatch.setattr(release, "sandbox", lambda: None)
    steps.clear()
    build(tmp_path / "out", doing=steps.append)
    parts = len(HEBB.exercises) + 1
    assert f"lab02_hebb: recorded (1 of {parts}) …" in steps
    assert any(f"recorded ({parts} of {parts})" in step for step in steps)


def test_students_get_what_their_commands_reach():
    """Every module that is shipped is imported on the way of a student's command, or loaded by name.

    The command line lists all commands, and offers a student some of them. Of the room `grading` all
    is shipped: both editions name a check's code by one fingerprint, which is of the room.
    """
    arrows = imports()
    left_out = tuple(f"autograder.{folder.strip('/').replace('/', '.')}" for folder in LEFT_OUT)
    shipped = {name for name in arrows if not name.startswith(left_out)}
    reached = arrows["autograder.cli"]
    waiting = ["autograder", "autograder.__main__", "autograder.sandbox.worker"]
    waiting += [f"autograder.labs.{lab.id}" for lab in labs()]
    waiting.append("autograder.commands.students")  # which the command line loads by name
    waiting += [
        name for name in shipped if name.startswith("autograder.gallery.")
    ]  # as its chapters
    seen = set()
    while waiting:
        module = waiting.pop()
        if module in shipped - seen:
            seen.add(module)
            waiting += [module.rpartition(".")[0]]  # its package is imported with it
            waiting += [] if module == "autograder.cli" else arrows[module]

    packages = {"autograder.labs"}
    of_grading = {"autograder.grading.pool", "autograder.grading.results"}
    assert shipped - seen - reached - packages == of_grading


def test_the_order_of_staging_does_not_matter(key_of, handouts, tmp_path):
    """Files that were written in another order make the same wheel."""
    keys = {"lab02_hebb": key_of("lab02_hebb")}
    built = []
    for name, order in (("a", [*handouts]), ("b", [*reversed(handouts)])):
        tree = tmp_path / name / "tree"
        stage(tree, [HEBB], keys, {lab_id: handouts[lab_id] for lab_id in order})
        built.append(build_wheel(tree, tmp_path / name).read_bytes())

    assert built[0] == built[1]


def test_source_date_epoch_sets_all_times(monkeypatch):
    """Another SOURCE_DATE_EPOCH is another time in every entry; without it, it is a fixed one."""
    times = []
    for epoch in (None, "1700000000", "0"):
        if epoch:
            monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        else:
            monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
        with zipfile.ZipFile(io.BytesIO(make_zip({"b": b"2", "a": b"1"}))) as archive:
            assert archive.namelist() == ["a", "b"]
            times.append({info.date_time for info in archive.infolist()})

    assert times == [
        {(2020, 2, 2, 0, 0, 0)},
        {(2023, 11, 14, 22, 13, 20)},
        {(1980, 1, 1, 0, 0, 0)},  # the first that a zip knows
    ]


def test_the_environment_is_left_as_it_was(key_of, handouts, tmp_path, monkeypatch):
    """Building sets SOURCE_DATE_EPOCH for hatchling, and takes it back."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    stage(tmp_path / "tree", [HEBB], {"lab02_hebb": key_of("lab02_hebb")}, handouts)
    build_wheel(tmp_path / "tree", tmp_path)

    assert "SOURCE_DATE_EPOCH" not in os.environ


def test_the_record_is_right(wheel):
    """RECORD names every file of the wheel with its hash and size."""
    with zipfile.ZipFile(wheel) as archive:
        (record,) = [name for name in archive.namelist() if name.endswith("RECORD")]
        rows = list(csv.reader(io.StringIO(archive.read(record).decode())))
        files = {name: archive.read(name) for name in archive.namelist()}

    assert {row[0] for row in rows} == set(files)
    for name, hashed, size in rows:
        if name != record:
            digest = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=")
            assert hashed == f"sha256={digest.decode()}", name
            assert int(size) == len(files[name])


def test_the_wheel_is_for_every_system_and_needs_little(wheel):
    """py3-none-any; of packages those of the project and no extra's; the command is nnlab."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with zipfile.ZipFile(wheel) as archive:
        (place,) = [name for name in archive.namelist() if name.endswith("METADATA")]
        told = message_from_string(archive.read(place).decode())
        entry = archive.read(place.replace("METADATA", "entry_points.txt")).decode()

    assert wheel.name.endswith("-py3-none-any.whl")
    assert told["Name"] == "nnlab-course"
    needs = [need for need in told.get_all("Requires-Dist") if "extra ==" not in need]
    assert sorted(needs) == sorted(project["dependencies"])
    assert told.get_all("Provides-Extra") == ["plots"]
    assert "nnlab = autograder.__main__:start" in entry


def test_old_wheels_go(build, tmp_path):
    """A release folder holds one wheel: students shall not take an old one."""
    (tmp_path / "nnlab_course-0.0.9-py3-none-any.whl").write_text("old")
    build(tmp_path)

    assert [path.name for path in tmp_path.glob("*.whl")] == ["nnlab_course-0.1.0-py3-none-any.whl"]


@pytest.fixture
def assignments(tmp_path):
    """A copy of one lab's generated notebook."""
    place = tmp_path / "assignments" / HEBB.id
    place.mkdir(parents=True)
    shutil.copy(ROOT / "assignments" / HEBB.id / f"{HEBB.id}.ipynb", place)
    return tmp_path / "assignments"


def test_stubs_come_from_the_engine_and_not_from_the_folder(assignments):
    """What somebody has written in assignments is never handed out."""
    (assignments / HEBB.id / "hebb.py").write_text("answer = 42\n")

    assert b"answer = 42" not in handout(HEBB, assignments)["hebb.py"]
    assert handout(HEBB, assignments)["hebb.py"].count(b"NotImplementedError") == len(
        HEBB.exercises
    )


def test_a_notebook_with_work_in_it_is_not_handed_out(assignments):
    """Answers and outputs are somebody's."""
    path = assignments / HEBB.id / f"{HEBB.id}.ipynb"
    fresh = json.loads(path.read_text(encoding="utf-8"))
    for change in ({"source": "The bias is a weight."}, {"outputs": [{"text": "3.0"}]}):
        notebook = json.loads(json.dumps(fresh))
        wanted = "outputs" if "outputs" in change else "solution"
        (cell, *_) = [
            c
            for c in notebook["cells"]
            if (wanted in c if wanted == "outputs" else c["metadata"]["nbgrader"]["solution"])
        ]
        cell.update(change)
        path.write_text(json.dumps(notebook), encoding="utf-8")

        with pytest.raises(HandoutError, match=r"Somebody has worked in .*lab02_hebb.ipynb"):
            handout(HEBB, assignments)


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": [1]}'])
def test_what_is_no_notebook_is_told(assignments, text):
    """A damaged notebook is named, with what to do."""
    (assignments / HEBB.id / f"{HEBB.id}.ipynb").write_text(text)

    with pytest.raises(HandoutError, match=r"is not a notebook. Delete it and release again."):
        handout(HEBB, assignments)


def test_a_missing_notebook_says_how_it_is_made(tmp_path):
    """Notebooks need nbgrader, which the sentence names."""
    with pytest.raises(HandoutError, match=r"generated where nbgrader and jupytext are"):
        handout(HEBB, tmp_path)


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.id)
def test_a_labs_page_lists_every_check(lab):
    """README has the files, each exercise, and each check with its points."""
    text = page(lab)

    assert text.startswith(f"# {lab.id}: {lab.title}\n")
    assert all(f"- `{c.id}` ({c.points}): {c.title}" in text for c in lab.checks.values())
    assert all(f"`{module}.py`" in text for module in lab.modules)


def test_the_instructors_edition_hands_out_what_it_released():
    """`nnlab init` works in the repository as well, with the committed files."""
    assert {"hebb.py", "lab02_hebb.ipynb"} <= set(bundled()["lab02_hebb"])


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run `nnlab release` into folders of the test's own."""
    monkeypatch.chdir(tmp_path)
    copied = shutil.copytree(ROOT / "assignments", tmp_path / "course" / "assignments")
    monkeypatch.setattr("autograder.course.catalogue.ROOT", copied.parent)
    return lambda *args: CliRunner().invoke(cli.main, ["release", *args], catch_exceptions=False)


@pytest.mark.usefixtures("build")
def test_the_command_builds_into_release_and_names_the_files(run, tmp_path):
    """Stubs are up to date, the edition is there, and each file is told with its size."""
    shown = run("lab02")

    assert shown.exit_code == 0, shown.output
    assert "All up to date." in shown.output
    names = sorted(path.name for path in (tmp_path / "course" / "release").iterdir())
    assert names == [COURSE_ZIP, "lab02_hebb.zip", "nnlab_course-0.1.0-py3-none-any.whl"]
    assert all(name in shown.output for name in names)
    assert run("hebb", "--to", "out").exit_code == 0
    assert (tmp_path / "out" / "lab02_hebb.zip").exists()


def test_stubs_alone_build_nothing(run, tmp_path):
    """--stubs-only and --out fill a folder, and no more."""
    assert run("lab02", "--stubs-only").exit_code == 0
    assert run("lab02", "--out", "out").exit_code == 0
    assert (tmp_path / "out" / "lab02_hebb" / "hebb.py").exists()
    assert not (tmp_path / "course" / "release").exists()


def test_without_hatchling_the_extra_is_named(run, monkeypatch):
    """What is missing, how to install it, and what works without."""
    monkeypatch.setitem(sys.modules, "hatchling", None)
    shown = run("lab02")

    assert shown.exit_code == 2
    assert "This needs hatchling." in shown.output
    assert "nnlab release --stubs-only" in shown.output


def test_an_unfit_notebook_stops_the_release(run, tmp_path):
    """Nothing is built, and the notebook is named."""
    path = tmp_path / "course" / "assignments" / "lab02_hebb" / "lab02_hebb.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("YOUR ANSWER HERE", "Because."))
    shown = run("lab02")

    assert shown.exit_code == 2
    assert re.search("Somebody has (worked|answered) in", shown.output)  # with nbgrader, or without
    assert not (tmp_path / "course" / "release").exists()


def test_a_broken_sandbox_is_ours(run, monkeypatch):
    """What keeps a key from being recorded has exit code 3."""

    def broken(*_args, **_more):
        raise SandboxError("no process could be started")

    monkeypatch.setattr(release, "build_edition", broken)
    shown = run("lab02")

    assert command.release.name == "release"
    assert shown.exit_code == 3
    assert "no process could be started" in shown.output
