"""What is hashed is what is graded: a file that is saved meanwhile never changes whose report it is."""

from autograder.classroom import batch
from autograder.course.catalogue import load_lab
from autograder.grading.submission import Submission
from autograder.student import selfcheck
from autograder.student.find import Place
from autograder.student.progress import keep_progress, lab_progress
from tests.conftest import reference_text

HEBB = load_lab("lab02_hebb")
RIGHT = reference_text("hebb").encode()
WRONG = reference_text("hebb").replace("bias + target", "bias").encode()


class SavesMeanwhile:
    """A sandbox during whose every answer the student saves another text."""

    def __init__(self, sandbox, path):
        self.sandbox, self.path, self.isolation = sandbox, path, sandbox.isolation

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        pass

    def ask(self, question):
        """Save, then ask."""
        self.path.write_bytes(WRONG)
        return self.sandbox.ask(question)

    def ask_together(self, questions):
        """Save, then ask."""
        self.path.write_bytes(WRONG)
        return self.sandbox.ask_together(questions)


def of(text):
    """Give the digest under which a report on this text belongs."""
    return Submission(HEBB, {"hebb": text}).digest


def test_a_self_check_reports_on_the_text_whose_digest_it_keeps(saved, sandbox, monkeypatch):
    """The report, its code and its digest are of what was read; progress says that it has changed."""
    place = saved("lab02_hebb")
    path = place.folder / "hebb.py"
    opened = SavesMeanwhile(sandbox, path)
    monkeypatch.setattr(selfcheck, "open_sandbox", lambda **_: opened)
    ((submission, report),) = selfcheck.grade_all([place])
    keep_progress([(place, submission, report)], place.folder)

    assert path.read_bytes() == WRONG
    assert (report.points, submission.digest) == (20, of(RIGHT))
    assert report.sources == {"hebb.py": RIGHT}
    assert lab_progress(place, place.folder).changed

    ((submission, report),) = selfcheck.grade_all([place])
    assert report.points < 20
    assert (submission.digest, report.sources) == (of(WRONG), {"hebb.py": WRONG})


def test_a_batch_keeps_a_result_under_what_was_graded(saved, tmp_path):
    """What is handed in anew while a class is graded is graded by the next run, never by this one."""
    place = saved("lab02_hebb")
    student = tmp_path / "submitted" / "ada" / HEBB.id
    student.parent.mkdir(parents=True)
    place.folder.rename(student)
    again = batch.Progress(begin=lambda _known, _all: (student / "hebb.py").write_bytes(WRONG))

    def run():
        done = batch.grade_class(HEBB, tmp_path / "submitted", tmp_path, seed=3, progress=again)
        (mark,) = done.marks.marks
        return done.graded, mark

    graded, first = run()
    assert (graded, first.report.points, first.submission.digest) == (1, 20, of(RIGHT))
    assert first.report.sources == {"hebb.py": RIGHT}

    graded, second = run()
    assert graded == 1
    assert second.report.points < 20
    assert second.submission.digest == of(WRONG)
    assert Place(HEBB, student).read().digest == of(WRONG)
