"""The failing call as lines to paste: they run as they stand, and fail as the report says."""

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from autograder.course import general
from autograder.course.catalogue import ROOT, labs, load_lab
from autograder.course.lab import Status
from autograder.course.solutions import load_mistakes
from autograder.grading.grade import grade
from autograder.grading.key import SecretKey
from autograder.grading.report import CheckResult, Failing
from autograder.grading.verdict import judge_case
from autograder.report.lines import MOST, case_lines
from autograder.sandbox.codec import decode
from autograder.sandbox.observation import Raised, Returned, from_plain

RUN = """
import base64, importlib, json, pathlib, sys, warnings
from autograder.sandbox.codec import encode
from autograder.sandbox.observation import Raised, Returned, to_plain

warnings.simplefilter("ignore")
package = pathlib.Path(sys.argv[1])
for line in sys.stdin:
    asked = json.loads(line)
    home = package / asked["file"]
    kept = home.read_bytes()
    home.write_text(asked["text"], encoding="utf-8")
    for name in [name for name in sys.modules if name.partition(".")[0] == "nnlab"]:
        del sys.modules[name]
    importlib.invalidate_caches()
    names = {"print": lambda *_: None}
    try:
        exec(compile(asked["lines"], "lines", "exec"), names)
        inputs = {name: names[name] for name in asked["spoilt"]}
        seen = Returned(names["result"], inputs)
    except Exception as error:
        seen = Raised(type(error).__name__, str(error), "", 0, "", "", ())
    home.write_bytes(kept)
    print(base64.b64encode(encode(to_plain(seen))).decode(), flush=True)
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run lines where nnlab is the reference with one module replaced, as a student's own library is."""
    home = tmp_path_factory.mktemp("library")
    shutil.copytree(ROOT / "nnlab", home / "nnlab", ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(home), str(ROOT)])}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"

    def each(asked):
        ended = subprocess.run(
            [sys.executable, "-P", "-c", RUN, str(home / "nnlab")],
            input="".join(f"{json.dumps(one)}\n" for one in asked),
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        assert ended.returncode == 0, ended.stderr
        return [from_plain(decode(base64.b64decode(line))) for line in ended.stdout.split()]

    return each


@pytest.fixture
def failures(key_of, sandbox, submit):
    """Grade the first known mistake of each exercise, and give the first check that it fails."""

    def of(lab):
        first = {m.exercise: m for m in reversed(load_mistakes(lab))}
        for mistake in first.values():
            text = mistake.source().text.decode()
            submission = submit(lab.id, **{mistake.module: text})
            for check in (c for c in lab.checks.values() if c.exercise == mistake.exercise):
                report = grade(submission, key_of(lab.id), sandbox, only=check.id)
                if report.count(Status.FAILED):
                    yield mistake, text, report.results[0]
                    break

    return of


def fails_again(result, seen):
    """Judge what the lines led to as the grader does."""
    if isinstance(seen, Raised):
        return any(p.label == "raised" and p.text.startswith(seen.kind) for p in result.fact)
    failing = result.failing
    inputs = {name: failing.case[name] for name in result.check.unchanged} | dict(seen.inputs)
    return judge_case(result.check, failing.case, Returned(seen.value, inputs), failing.wanted)


QUICK = ("lab02_hebb", "lab06_descent", "lab12_dropout")
"""The others take seconds each."""


@pytest.mark.parametrize(
    "lab",
    [pytest.param(x, marks=[] if x.id in QUICK else [pytest.mark.slow]) for x in labs()],
    ids=lambda lab: lab.id,
)
def test_the_lines_of_each_exercises_first_mistake_fail_as_they_stand(lab, failures, run):
    """Pasted where the student's module is, they end as the grader saw it end."""
    every = [*failures(lab)]
    # what never ends does not end here either
    found = [one for one in every if any(p.label in {"returned", "raised"} for p in one[2].fact)]
    asked = [
        {
            "file": f"{mistake.module}.py",
            "text": text,
            "lines": case_lines(lab, result).partition("nnlab case\n")[2],
            "spoilt": result.failing.spoilt,
        }
        for mistake, text, result in found
    ]
    wrong = [
        (mistake.id, result.check.id, seen)
        for (mistake, _, result), seen in zip(found, run(asked), strict=True)
        if not fails_again(result, seen)
    ]
    assert wrong == []
    assert {mistake.exercise for mistake, _, _ in every} == set(lab.exercises)
    assert len(every) - len(found) <= 1


def failed(report):
    """Take the first result of a report that failed."""
    return next(r for r in report.results if r.status is Status.FAILED)


@pytest.fixture
def one(key_of, sandbox, submit):
    """Grade a lab with a piece of its module replaced, and give the first failed check."""

    def make(lab_id, module, right, wrong, key=None):
        text = (ROOT / "nnlab" / f"{module}.py").read_text(encoding="utf-8")
        assert right in text
        submission = submit(lab_id, **{module: text.replace(right, wrong)})
        return failed(grade(submission, key or key_of(lab_id), sandbox))

    return make


def test_the_lines_say_all_that_the_report_says_and_no_more(one):
    """Title, imports, data with types, the call, and what the report expects."""
    result = one("lab02_hebb", "hebb", "bias + target", "bias")
    lines = case_lines(load_lab("lab02_hebb"), result, Path("here"))

    assert lines == (
        "# hebb.update: One training pair adds x·target to the weights and target to the bias.\n\n"
        "import sys\nimport nnlab\nimport numpy as np\n\n"
        "nnlab.__path__.insert(0, 'here')  # your files before the reference's\n"
        "del sys.modules['nnlab.hebb']\nimport nnlab.hebb\n\n"
        "weight = np.array([1., 1.], dtype=np.float64)\nbias = 1.0\n"
        "x = np.array([ 1, -1], dtype=np.int64)\ntarget = -1\n"
        "result = nnlab.hebb.hebb_step(weight, bias, x, target)\n\n"
        'print("returned", result)\n\n'
        'expected = (np.array([0., 2.], dtype=np.float64), 0.0)\nprint("expected", expected)\n'
    )


def test_what_the_check_does_with_the_code_can_be_seen(one):
    """A function of the lab's file is written out without its docstring, so that the student's call stands there."""
    result = one("lab09_optimizers", "optim", "+= self.theta.grad", "-= self.theta.grad")
    lines = case_lines(load_lab("lab09_optimizers"), result, Path("here"))

    assert "\ndef walked(student, name, start, gradients, lr," in lines
    assert "        optimizer.step()\n" in lines
    assert "autograder.labs" not in lines
    assert '"""' not in lines


def test_a_secret_case_has_no_lines(one, key_of):
    """A mark's cases come from a secret: its report leads to no call, and neither does its page."""
    secret = SecretKey(1234567, key_of("lab02_hebb"))
    result = one("lab02_hebb", "hebb", "bias + target", "bias", key=secret)

    assert result.failing is None
    assert case_lines(load_lab("lab02_hebb"), result) == ""


def test_what_an_exception_should_have_been_is_not_said(one):
    """The report on an exception shows no answer, and so do the lines."""
    result = one("lab02_hebb", "hebb", "bias + target", "bias + nothing")

    assert "expected" not in case_lines(load_lab("lab02_hebb"), result)


def longest(data):
    """Count the numbers of the largest array in a value."""
    if isinstance(data, dict):
        data = [*data.values()]
    if isinstance(data, list | tuple):
        return max(map(longest, data), default=0)
    return data.size if isinstance(data, np.ndarray) else 0


def test_no_data_is_only_a_shape():
    """Of every case of the course each array is written out, or taken from where the checks take it."""
    for lab in labs():
        for check in lab.checks.values():
            case = lab.cases(check, 0)[0] if check.drawn else check.always[0]
            made = Failing(case, 0, 0, None, in_full=False)
            text = case_lines(lab, CheckResult(check, Status.FAILED, failing=made))
            compile(text, check.id, "exec")
            assert "array of shape" not in text.partition("# expected")[0], check.id
            sent = check.sent([case])[0]
            assert ("lab.cases(" in text) == (longest(sent) > MOST), check.id


@pytest.mark.parametrize("kind", ["own", "again", "layout"])
def test_a_general_question_is_asked_as_the_checks_ask_it(kind):
    """Its lines hold its cases in full, and say what holds for every exercise."""
    lab = load_lab("lab02_hebb")
    check = [c for c in lab.checks.values() if c.exercise == "hebb.hebb_step"][-1]
    number, case = next(
        (i, c) for i, c in enumerate(lab.cases(check, 0)) if c.get(general.KIND) == kind
    )
    made = Failing(case, 0, number, None, in_full=False)
    text = case_lines(lab, CheckResult(check, Status.FAILED, failing=made))
    names = {"print": lambda *_: None}
    exec(compile(text, "lines", "exec"), names)

    assert general.KINDS[kind].promise in text
    assert general.judge_general(check.asked(case), case, names["result"], names["result"]) is None
