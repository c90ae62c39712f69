"""Whatever is handed in: a sentence or a mark for each student, nobody lost, no error of ours.

NNLAB_HAND_INS says how many of each kind `make prove` tries; a twentieth of them on the disk.
"""

import json
import os
import random
import resource
import shutil
import sys
import time
from pathlib import Path

import pytest

from autograder.classroom.collect import read_class
from autograder.classroom.platforms.nbgrader.mend import mend_course
from autograder.course.catalogue import load_lab
from autograder.grading.submission import MAX_FILE_BYTES, SubmissionError
from tests.autograder import hand_ins

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs pipes and links")

HEBB = load_lab("lab02_hebb")
MANY = int(os.environ.get("NNLAB_HAND_INS", "2000"))
BASES = 300
"""Zips that are changed in as many ways as are asked for."""
MOST_SECONDS = 5
"""CPU time for one class of two students; it takes some milliseconds."""
MOST_BYTES = 256 << 20


class Watch:
    """Takes the time of each hand-in, and the memory of all."""

    def __init__(self):
        self.count, self.slowest, self.at = 0, 0.0, None
        self.before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def __call__(self, number, do, *given):
        """Do it; None where the sentence is about the class as a whole."""
        began = time.process_time()
        try:
            return do(*given)
        except SubmissionError:
            return None
        finally:
            spent = time.process_time() - began
            self.count += 1
            if spent > self.slowest:
                self.slowest, self.at = spent, number

    @property
    def grown(self):
        """Bytes that the process has grown by."""
        return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - self.before) << 10

    def holds(self):
        """See that nothing took long, or much."""
        said = (
            f"{self.count}: slowest {self.slowest:.3f} s (number {self.at}), {self.grown >> 20} MB"
        )
        sys.stdout.write(f"{said}\n")
        assert self.slowest < MOST_SECONDS, said
        assert self.grown < MOST_BYTES, said


def first_readings(lab, place):
    """Read a class; of each person the first reading."""
    return [one.first for one in read_class(lab, place).hand_ins]


def see_a_class(handed, number):
    """See that each student has each module, or a sentence; and that no net of ours was needed."""
    names = [one.student for one in handed]
    assert len(set(names)) == len(names), number
    for one in handed:
        assert one.texts.keys() | one.missing.keys() == set(HEBB.modules), number
        assert not one.texts.keys() & one.missing.keys(), number
        assert all(len(text) <= MAX_FILE_BYTES for text in one.texts.values()), number
        for sentence in (*one.missing.values(), *one.notes):
            assert sentence.endswith("."), (number, sentence)
            assert "\x1b" not in sentence, (number, sentence)
            assert len(sentence) < 1000, (number, sentence)
            assert "reading it failed" not in sentence, (number, sentence)
        assert len(one.digest) == 32, number


def zips_of_one_student(tmp_path, numbers):
    """Let one student hand in zips that were changed."""
    watch, place = Watch(), tmp_path / "class"
    hand_in(place)
    for number in numbers:
        chance = random.Random(number)
        data = hand_ins.base(number % BASES)
        (place / "mallory" / "work.zip").write_bytes(hand_ins.mutated(chance, data))
        handed = watch(number, first_readings, HEBB, place)
        see_a_class(handed, number)
        assert handed[0].texts == {"hebb": hand_ins.HEBB}, number
        assert [one.student for one in handed] == ["alice", "mallory"], number
    watch.holds()


def zips_of_a_class(tmp_path, numbers):
    """Let a class be a zip, every second one changed."""
    watch, place = Watch(), tmp_path / "class.zip"
    for number in numbers:
        chance = random.Random(number)
        data = hand_ins.base(number % BASES, of_class=True)
        place.write_bytes(hand_ins.mutated(chance, data) if number >= BASES else data)
        see_a_class(watch(number, first_readings, HEBB, place) or [], number)
    watch.holds()


def folders(tmp_path, numbers):
    """Let one student hand in folders, twice, and nbgrader's steps begin in between."""
    watch, outside = Watch(), tmp_path / "outside"
    (outside / "lab02_hebb").mkdir(parents=True)
    (outside / "keys").write_text("of the instructor")
    for number in numbers:
        chance = random.Random(number)
        course = tmp_path / "course"
        place = course / "submitted"
        hand_in(place, folder="lab02_hebb/")
        released = course / "assignments" / "lab02_hebb" / "lab02_hebb.ipynb"
        released.parent.mkdir(parents=True)
        released.write_text(json.dumps({"cells": [{"id": "one", "metadata": {}}]}))
        (course / "nbgrader_config.py").write_text("")
        mine = place / "mallory"
        for _ in range(2):
            top = mine / "lab02_hebb" if chance.random() < 0.7 else mine
            if top.is_dir() and not top.is_symlink():
                hand_ins.put_tree(chance, top, outside)
            handed = watch(number, first_readings, HEBB, place)
            see_a_class(handed, number)
            assert {one.student: one.texts.get("hebb") for one in handed}["alice"] == hand_ins.HEBB
            told = watch(number, mend_course, course)
            assert not any("\x1b" in sentence or "\n" in sentence for sentence in told), number
            assert not any("could not be" in sentence for sentence in told), (number, told)
            assert watch(number, mend_course, course) == [], number
            see_that_it_is_safe(course, number)
        assert [path.name for path in sorted(outside.iterdir())] == ["keys", "lab02_hebb"], number
        assert (outside / "keys").read_text() == "of the instructor", number
        assert list((outside / "lab02_hebb").iterdir()) == [], number
        for folder, inner, _ in os.walk(course):  # which goes into what is opened here
            for path in (Path(folder, name) for name in inner):
                if not path.is_symlink():
                    path.chmod(0o700)
        shutil.rmtree(course)
    watch.holds()


def hand_in(place, folder=""):
    """Let alice hand in what is right, and make a folder for mallory."""
    for student in ("alice", "mallory"):
        (place / student / folder).mkdir(parents=True)
    (place / "alice" / folder / "hebb.py").write_bytes(hand_ins.HEBB)


def see_that_it_is_safe(course, number):
    """See that nbgrader meets nothing but files and folders, and each lab's notebook."""
    waiting = [course / "submitted" / name / "lab02_hebb" for name in ("alice", "mallory")]
    assert all((folder / "lab02_hebb.ipynb").is_file() for folder in waiting), number
    waiting.append(course / ".nnlab")
    for folder in waiting:
        for entry in os.scandir(folder):
            assert not entry.is_symlink(), (number, entry.path)
            if entry.is_dir():
                waiting.append(entry)
            else:
                assert entry.is_file(), (number, entry.path)


KINDS = {zips_of_one_student: 1, zips_of_a_class: 1, folders: 20}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", KINDS)
def test_some_hand_ins(tmp_path, monkeypatch, kind):
    """The same ones on every run."""
    monkeypatch.chdir(tmp_path)

    kind(tmp_path, range(600 // KINDS[kind]))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_many_hand_ins(tmp_path, monkeypatch, kind):
    """Others than those that every run tries."""
    monkeypatch.chdir(tmp_path)

    kind(tmp_path, range(1000, 1000 + MANY // KINDS[kind]))
