"""Grading: verdicts, skips, errors of ours, and one report for one submission."""

from dataclasses import replace

import pytest

from autograder.course.catalogue import labs, load_lab
from autograder.course.lab import Status
from autograder.course.stubs import make_stub
from autograder.grading.grade import NOT_GRADED, grade
from autograder.grading.key import SecretKey, key_from_bytes
from autograder.judges.judge import judge
from autograder.sandbox import SandboxError
from autograder.sandbox.observation import Returned
from tests.conftest import reference_text

LABS = [lab.id for lab in labs()]


@pytest.mark.parametrize("lab_id", LABS)
def test_the_reference_gets_full_marks(lab_id, sandbox, key_of, submit):
    """The reference passes every check of its lab."""
    report = grade(submit(lab_id), key_of(lab_id), sandbox)

    assert report.points == report.max_points == load_lab(lab_id).points
    assert {result.status for result in report.results} == {Status.PASSED}
    assert report.exit_code == 0


@pytest.mark.parametrize("lab_id", LABS)
def test_the_stub_gets_nothing(lab_id, sandbox, key_of, submit):
    """A stub passes no check; each failure says that the body is not written yet."""
    lab = load_lab(lab_id)
    stubs = {module: make_stub(lab, module) for module in lab.modules}

    report = grade(submit(lab_id, **stubs), key_of(lab_id), sandbox)

    failed = [result for result in report.results if result.status is Status.FAILED]
    assert report.points == 0
    assert all(result.message.startswith("Not written yet:") for result in failed)
    assert all(result.mistakes == () for result in failed)


def test_the_same_submission_gets_the_same_report(sandbox, key_of, submit):
    """Two gradings under one key differ in their times only."""
    wrong = reference_text("perceptron").replace("score <= 0", "score < 0")
    submission = submit("lab03_perceptron", perceptron=wrong)

    reports = [grade(submission, key_of("lab03_perceptron"), sandbox).to_plain() for _ in range(2)]
    for report in reports:
        for check in report["checks"]:
            del check["seconds"]

    assert reports[0] == reports[1]


def test_what_depends_on_a_failed_check_is_not_asked(sandbox, key_of, submit):
    """A check whose need fails is skipped, says so, and a known mistake is named at its root."""
    wrong = reference_text("hebb").replace("bias + target", "bias")
    report = grade(submit("lab02_hebb", hebb=wrong), key_of("lab02_hebb"), sandbox)
    results = {result.check.id: result for result in report.results}

    assert results["hebb.update"].mistakes == ("hebb-forgets-bias",)
    assert results["hebb.update"].hint.startswith("The weights learn but the bias stays put.")
    assert results["hebb.history"].status is Status.SKIPPED
    assert results["hebb.history"].message == "Not asked: it needs hebb.update first."


def test_a_check_asked_alone_does_not_wait(sandbox, key_of, submit):
    """With `only`, a check is asked although what it needs would fail."""
    wrong = reference_text("hebb").replace("bias + target", "bias")
    report = grade(
        submit("lab02_hebb", hebb=wrong), key_of("lab02_hebb"), sandbox, only="hebb.history"
    )

    assert [(r.check.id, r.status) for r in report.results] == [("hebb.history", Status.FAILED)]


def test_a_fact_tells_call_result_and_expectation(sandbox, key_of, submit):
    """A wrong answer is told as called, returned, expected, in the student's own notation."""
    wrong = reference_text("hebb").replace("2 * floats(x) - 1", "2 * floats(x) - 3")
    report = grade(
        submit("lab02_hebb", hebb=wrong), key_of("lab02_hebb"), sandbox, only="hebb.to_bipolar"
    )

    assert report.results[0].message.splitlines() == [
        "called    to_bipolar(x=[0, 1, 1])",
        "returned  [-3, -1, -1]",
        "expected  [-1, 1, 1]",
        "Entry [0] is -3, where -1 is expected. 3 of 3 entries differ.",
        "Every entry is off by the same amount, -2.",
    ]


def test_a_missing_module_costs_only_its_checks(sandbox, key_of, saved):
    """A file that is not there is named with the place where it should be."""
    place = saved("lab02_hebb")
    (place.folder / "hebb.py").unlink()

    report = grade(place.read(), key_of("lab02_hebb"), sandbox)

    assert report.points == 0
    assert report.results[0].message == f"hebb.py is missing: it should be in {place.folder}."


def test_a_file_too_large_is_refused(sandbox, key_of, submit):
    """A module above 1 MB is not read."""
    submission = submit("lab02_hebb", hebb="#" * (2 << 20))
    report = grade(submission, key_of("lab02_hebb"), sandbox, only="hebb.update")

    assert report.results[0].message == (
        "hebb.py has 2.0 MB; a file of this course has at most 1 MB."
    )


def test_a_judge_that_breaks_leaves_no_mark(sandbox, key_of, submit, monkeypatch):
    """An error of ours is neither points nor zero: the submission has no mark, and says why."""
    submission = submit("lab02_hebb")
    check = submission.lab.checks["hebb.update"]

    @judge("It breaks.")
    def broken(*_args):
        raise ZeroDivisionError("oh")

    monkeypatch.setitem(submission.lab.checks, check.id, replace(check, judge=broken))
    report = grade(submission, key_of("lab02_hebb"), sandbox)
    results = {result.check.id: result for result in report.results}

    assert (report.points, report.reached, report.exit_code) == (None, 17, 3)
    assert report.score == "not graded, 17 / 20 points so far"
    assert results["hebb.update"].status is Status.ERROR
    assert results["hebb.update"].points is None
    assert results["hebb.update"].message == f"ZeroDivisionError: oh\n{NOT_GRADED}"


class Broken:
    """A sandbox that breaks so many times, and is whole then."""

    def __init__(self, sandbox=None, times=10**9):
        self.sandbox, self.isolation, self.times = sandbox, ("none",), times

    def ask(self, question):
        """Break, or ask."""
        self.times -= 1
        if self.times >= 0:
            raise SandboxError(f"cannot ask {question.check}")
        return self.sandbox.ask(question)

    def ask_together(self, questions):
        """Break."""
        raise SandboxError(f"cannot ask {len(questions)}")


def test_a_sandbox_that_breaks_leaves_no_mark(key_of, submit):
    """A check that could not be asked is not graded."""
    report = grade(submit("lab02_hebb"), key_of("lab02_hebb"), Broken())

    assert {result.status for result in report.results} == {Status.ERROR}
    assert (report.points, report.reached) == (None, 0)


def test_what_breaks_once_is_asked_again(sandbox, key_of, submit):
    """An error of ours that passes leaves no trace."""
    report = grade(submit("lab02_hebb"), key_of("lab02_hebb"), Broken(sandbox, times=1))

    assert report.points == 20


def test_cases_that_cannot_be_drawn_leave_no_mark(key_of, submit):
    """Where the reference cannot be asked, no check is graded, and nobody has a zero."""
    key = SecretKey(7, key_of("lab02_hebb"))
    report = grade(submit("lab02_hebb", hebb="raise ValueError"), key, Broken())

    assert len(report.results) == len(key.names.checks)
    assert {result.points for result in report.results} == {None}


def test_every_submission_has_cases_of_its_own(sandbox, key_of, submit):
    """Under a secret, another text gets other cases, the same text the same, and no report a seed."""
    key = SecretKey(7, key_of("lab02_hebb"))
    texts = [reference_text("hebb").replace("3 *", "4 *"), f"{reference_text('hebb')}# again\n"]
    handed = [submit("lab02_hebb", hebb=text) for text in [*texts, texts[0]]]
    drawn = [key.cases_for(one, sandbox).checks["hebb.update"].cases for one in handed]
    other = SecretKey(8, key.names).cases_for(handed[0], sandbox).checks["hebb.update"].cases

    assert repr(drawn[0]) == repr(drawn[2])
    assert len({repr(cases[2:]) for cases in (*drawn, other)}) == 3
    assert grade(handed[0], key, sandbox).seed is None


def test_a_mark_names_the_mistakes(sandbox, key_of, submit):
    """Under a secret a mistake has the name that it has on the open cases."""
    text = reference_text("hebb").replace("bias + target", "bias")
    key = key_of("lab02_hebb")
    open_, secret = (
        grade(submit("lab02_hebb", hebb=text), k, sandbox) for k in (key, SecretKey(7, key))
    )

    assert [r.mistakes for r in secret.results] == [r.mistakes for r in open_.results]
    assert any(result.mistakes == ("hebb-forgets-bias",) for result in secret.results)


def test_a_table_of_reports_earns_nothing_new(sandbox, key_of, submit):
    """What the report on one submission shows as expected is not asked of the next one."""
    key = SecretKey(7, key_of("lab02_hebb"))
    seen = []
    for attempt in range(3):
        text = f"{make_stub(load_lab('lab02_hebb'), 'hebb')}\n# {attempt}\n"
        cases = key.cases_for(submit("lab02_hebb", hebb=text), sandbox)
        always = len(load_lab("lab02_hebb").checks["hebb.history"].always)
        seen.append({repr(case) for case in cases.checks["hebb.history"].cases[always:]})

    assert not seen[0] & seen[1]
    assert not (seen[0] | seen[1]) & seen[2]


def test_a_key_is_read_as_what_it_was_written(key_of):
    """The frame of either key makes the same key again."""
    key = key_of("lab02_hebb")
    secret = key_from_bytes(SecretKey(2**127, key).to_bytes())

    assert isinstance(secret, SecretKey)
    assert (secret.secret, secret.names.to_bytes()) == (2**127, key.to_bytes())
    assert key_from_bytes(key.to_bytes()).to_bytes() == key.to_bytes()


def test_a_guess_counts_only_if_it_is_right_again(sandbox, submit, key_of):
    """What is wrong when all are asked together and right alone is asked alone once more."""
    text = reference_text("hebb")
    counting = Counting(sandbox)
    lucky = [False, True, False]

    def ask(question):
        counting.alone.append(question.check)
        answer = sandbox.ask(question)
        wrong = question.check == "hebb.to_bipolar" and not lucky.pop(0)
        return (
            replace(answer, observations=[Returned(0)] * len(question.cases)) if wrong else answer
        )

    def ask_together(questions):
        answers = sandbox.ask_together(questions)
        lucky.pop(0)
        return [
            replace(answers[0], observations=[Returned(0)] * len(questions[0].cases)),
            *answers[1:],
        ]

    counting.ask, counting.ask_together = ask, ask_together
    report = grade(submit("lab02_hebb", hebb=text), key_of("lab02_hebb"), counting)

    assert counting.alone == ["hebb.to_bipolar"] * 2
    assert report.results[0].status is Status.FAILED


class Counting:
    """A sandbox that counts how it is asked."""

    def __init__(self, sandbox):
        self.sandbox, self.isolation, self.alone, self.together = sandbox, ("counted",), [], []

    def ask(self, question):
        """Count a question that is asked alone."""
        self.alone.append(question.check)
        return self.sandbox.ask(question)

    def ask_together(self, questions):
        """Count questions that go together."""
        self.together.append([question.check for question in questions])
        return self.sandbox.ask_together(questions)


def test_a_right_submission_is_asked_in_one_process(sandbox, submit, key_of):
    """All quick checks go together, and nothing is asked twice."""
    counting = Counting(sandbox)
    submission = submit("lab02_hebb")
    report = grade(submission, key_of("lab02_hebb"), counting)

    assert report.points == 20
    assert counting.together == [list(submission.lab.checks)]
    assert counting.alone == []


def test_what_one_check_breaks_for_others_costs_them_nothing(sandbox, submit, key_of):
    """What fails in the shared process, whoever's doing it is, is asked again alone."""
    text = reference_text("hebb")
    right = "    return 2 * floats(x) - 1"
    breaks = f"    globals().update(hebb_step=None, predict=None)\n{right}"
    counting = Counting(sandbox)
    submission = submit("lab02_hebb", hebb=text.replace(right, breaks, 1))
    report = grade(submission, key_of("lab02_hebb"), counting)

    assert report.points == 20
    assert counting.alone


def test_a_loop_that_never_ends_costs_only_its_own_check(sandbox, submit, key_of):
    """It takes the shared process with it; the others are asked again and pass."""
    text = reference_text("hebb")
    text = text.replace("    return 2 * floats", "    while True: pass\n    return 2 * floats", 1)
    report = grade(submit("lab02_hebb", hebb=text), key_of("lab02_hebb"), sandbox)
    failed = {r.check.exercise for r in report.results if r.status is Status.FAILED}

    assert failed == {"hebb.to_bipolar"}
