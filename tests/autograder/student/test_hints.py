"""The ladder of hints: each asking tells more, from what the last report left behind."""

import json
import re

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course.catalogue import labs, load_lab
from autograder.course.lab import Status
from autograder.course.reference import find_body, task_of
from autograder.course.solutions import load_mistakes
from autograder.course.stubs import make_stub
from autograder.grading.grade import count_numbers, grade
from autograder.grading.submission import Submission
from autograder.student.check_info import formula_of
from autograder.student.hints import (
    NOTHING_FAILED,
    HintError,
    ladder,
    next_hint,
    open_hints,
    remember,
)
from tests.conftest import reference_text

CHECK = "hebb.update"


@pytest.fixture
def report(sandbox, key_of, submit):
    """Grade lab 2 with a known mistake in it."""

    def make(right="bias + target", wrong="bias"):
        text = reference_text("hebb").replace(right, wrong)
        return grade(submit("lab02_hebb", hebb=text), key_of("lab02_hebb"), sandbox)

    return make


def test_the_ladder_goes_beyond_the_report(report):
    """A question about one number, another case, a question on the idea, and where the lecture has it."""
    (result,) = [r for r in report().results if r.check.id == CHECK]

    assert ladder(result) == [
        (
            "Look at one number alone: part 2 of the answer. What goes into it: bias = 1, target = -1. "
            "Work it out by hand: what must it be?"
        ),
        (
            "Your answer to another case is right. What is different in the one that fails?\n"
            "called    hebb_step(weight=[0.5, 2], bias=3, x=[1, 1], target=0)"
        ),
        (
            "Follow one pair with target −1 through every number that is learnt, one after the other. "
            "What is the input of the bias in every pair?"
        ),
        (
            "The lecture has it under “Hebb's rule”: put this case's numbers into what stands there. "
            "How the answer is judged: nnlab explain hebb.update"
        ),
    ]


def first_failures(lab, key, sandbox):
    """Grade the first known mistake of each exercise; give it with the first check that it fails."""
    for mistake in {m.exercise: m for m in reversed(load_mistakes(lab))}.values():
        texts = {m: reference_text(m).encode() for m in lab.modules}
        submission = Submission(lab, texts | {mistake.module: mistake.source().text})
        for check in (c for c in lab.checks.values() if c.exercise == mistake.exercise):
            (result,) = grade(submission, key, sandbox, only=check.id).results
            if result.status is Status.FAILED:
                yield mistake, result
                break


def test_the_smallest_case_that_fails_is_shown(key_of, sandbox):
    """It has fewer numbers than the report's case, and fails as well."""
    lab = load_lab("lab04_activations")
    found = {m.exercise: r for m, r in first_failures(lab, key_of(lab.id), sandbox)}
    result = found["activations.softmax"]
    small = result.failing.smaller

    assert count_numbers(small.case) < count_numbers(result.failing.case)
    assert result.check.judge(small.case, small.returned, small.wanted)
    assert ladder(result)[1].startswith("A smaller case fails as well.")


@pytest.mark.parametrize(
    ("mistake", "place"),
    [
        (("grad_output.sum(axis=0)", "grad_output.mean(axis=0)"), "entry [0]."),
        (
            ("grad_output @ self.weight.data ", "2 * grad_output @ self.weight.data "),
            "entry [0, 0].",
        ),
    ],
)
def test_a_gradient_has_a_number_too(mistake, place, key_of, sandbox, submit):
    """The claim and what the loss measures are compared entry by entry; what goes in is not guessed."""
    text = reference_text("layers").replace(*mistake)
    submission = submit("lab05_backprop", layers=text, module=reference_text("module"))
    report = grade(submission, key_of("lab05_backprop"), sandbox)
    first = next(result for result in report.results if result.status is Status.FAILED)

    assert ladder(first)[0] == (
        f"Look at one number alone: {place} Work it out by hand: what must it be?"
    )


def test_a_number_of_a_column_has_what_stands_in_it(key_of, sandbox, submit):
    """An optimizer's entry depends on where the walk starts, on the gradient there and on the rate."""
    text = reference_text("optim").replace("+= self.theta.grad", "-= self.theta.grad")
    submission = submit("lab09_optimizers", optim=text, schedules=reference_text("schedules"))
    (result,) = grade(
        submission, key_of("lab09_optimizers"), sandbox, only="optim.momentum"
    ).results
    rung = ladder(result)[0]

    for name in ("start", "gradients", "lr", "momentum"):
        assert f"{name} = " in rung


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.id)
def test_every_exercise_has_a_question_on_its_idea(lab):
    """It asks, it repeats neither task nor known mistake, and no line of the body stands in it."""
    assert lab.hints.keys() == lab.exercises.keys()
    for exercise, hint in lab.hints.items():
        said = [*task_of(exercise).splitlines(), *(m.says for m in load_mistakes(lab))]
        said += [check.title for check in lab.checks.values()]
        sentences = re.split(r"(?<=[.?]) ", hint)
        lines = [bare(line) for line in body_text(exercise).splitlines()]
        telling = [line for line in lines if len(line) >= 6 and not line.isidentifier()]

        assert "?" in hint, exercise
        assert len(hint) <= 240, exercise
        assert [line for line in telling if line in bare(hint)] == [], exercise
        assert [s for s in sentences if len(s) >= 20 and any(s in text for text in said)] == []
        assert [t for t in said if len(bare(t)) >= 20 and bare(t) in bare(hint)] == []


QUICK = ("lab02_hebb", "lab04_activations")


@pytest.mark.parametrize(
    "lab",
    [pytest.param(x, marks=[] if x.id in QUICK else [pytest.mark.slow]) for x in labs()],
    ids=lambda lab: lab.id,
)
def test_no_rung_repeats_the_report_or_the_task_or_holds_the_answer(lab, key_of, sandbox):
    """Not a line of the message, the idea, the promise or the docstring, and not a line of the body."""
    for mistake, result in first_failures(lab, key_of(lab.id), sandbox):
        rungs = ladder(result)
        said = [*result.message.splitlines(), result.hint or "", result.check.title]
        said += task_of(mistake.exercise).splitlines()
        known = [bare(line) for line in said if len(bare(line)) >= 20]
        lines = [bare(line) for line in body_text(mistake.exercise).splitlines()]
        telling = [line for line in lines if len(line) >= 8 and not line.isidentifier()]

        assert len(rungs) >= 3, mistake.id
        for rung in map(bare, rungs):
            assert [line for line in known if line in rung] == [], mistake.id
            assert [line for line in telling if line in rung] == [], mistake.id


def test_each_asking_climbs_a_rung(report, tmp_path):
    """The hints come one by one; the last stays; --restart begins again."""
    remember([report()], tmp_path)
    given = [next_hint("update", tmp_path) for _ in range(5)]

    assert [hint.number for hint in given] == [1, 2, 3, 4, 4]
    assert {hint.of for hint in given} == {4}
    assert len({hint.text for hint in given}) == 4
    assert next_hint(CHECK, tmp_path, restart=True) == given[0]
    assert open_hints(tmp_path) == [(CHECK, 1, 4)]


def test_the_rung_stays_while_the_failure_stays(report, tmp_path):
    """Grading again changes nothing; failing in another way begins again; passing ends it."""
    remember([report()], tmp_path)
    next_hint(CHECK, tmp_path)
    remember([report()], tmp_path)
    assert next_hint(CHECK, tmp_path).number == 2

    remember([report(wrong="target")], tmp_path)
    assert next_hint(CHECK, tmp_path).number == 1

    remember([report("nothing", "nothing")], tmp_path)
    with pytest.raises(
        HintError, match=r"^hebb.update passed in the last report: there is no hint"
    ):
        next_hint(CHECK, tmp_path)
    assert open_hints(tmp_path) == []


def test_what_there_is_no_hint_on_is_told(report, tmp_path):
    """No report, no such check, a check that was not asked: each has its sentence."""
    for ask in (lambda: next_hint(CHECK, tmp_path), lambda: open_hints(tmp_path)):
        with pytest.raises(
            HintError, match=r"^There is no report to give hints on. Run nnlab grade"
        ):
            ask()
    remember([report()], tmp_path)
    with pytest.raises(HintError, match=r"has no check 'gone'. What failed is hebb.update.$"):
        next_hint("gone", tmp_path)
    with pytest.raises(HintError, match=r"^hebb.history was not asked in the last report"):
        next_hint("history", tmp_path)
    remember([report("nothing", "nothing")], tmp_path)
    with pytest.raises(HintError, match=r"has no check 'gone'. Nothing failed in it.$"):
        next_hint("gone", tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema": "other", "entries": {}}',
        '{"schema": "nnlab/hints/2", "entries": []}',
        '{"schema": "nnlab/hints/2", "entries": {"hebb.update": {"rungs": [1]}}}',
        json.dumps(
            {
                "schema": "nnlab/hints/2",
                "entries": {"hebb.update": {"status": "failed", "rungs": ["a"], "asked": -5}},
            }
        ),
        "[" * 100_000,
    ],
)
def test_a_file_that_is_not_ours_counts_as_none(tmp_path, text):
    """A garbled file is no report; the next grading writes a new one."""
    (tmp_path / ".nnlab").mkdir()
    (tmp_path / ".nnlab" / "hints.json").write_text(text, encoding="utf-8")

    with pytest.raises(HintError, match=r"^There is no report"):
        next_hint(CHECK, tmp_path)


def test_hints_are_kept_where_the_workspace_begins(report, tmp_path):
    """In a lab's folder they are those of the workspace above; where nothing can be kept, none are."""
    lab_folder = tmp_path / "assignments" / "lab02_hebb"
    lab_folder.mkdir(parents=True)
    remember([report()], lab_folder)
    assert next_hint(CHECK, tmp_path).number == 1
    assert (tmp_path / ".nnlab" / "hints.json").exists()

    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "assignments").mkdir()
    (closed / ".nnlab").write_text("a file where a folder should be", encoding="utf-8")
    remember([report()], closed)
    with pytest.raises(HintError, match=r"^Nothing can be kept in this folder"):
        next_hint(CHECK, closed)


def test_the_command_gives_hints(report, tmp_path, monkeypatch):
    """`nnlab hint` lists what failed, gives a rung, says when it was the last, and what is wrong."""
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    assert run(main, ["hint"]).exit_code == 2
    remember([report()], tmp_path)

    assert run(main, ["hint"]).output.startswith("hebb.update, hint 1 of 4\n\nLook at one")
    assert run(main, ["hint", "update"]).output.startswith(
        "hebb.update, hint 2 of 4\n\nYour answer"
    )
    for _ in range(2):
        last = run(main, ["hint", "update"])
    assert last.output.endswith("That is the last hint; --restart begins again.\n")
    assert run(main, ["hint", "update", "--restart"]).output.startswith("hebb.update, hint 1 of 4")
    assert "has no check 'gone'" in run(main, ["hint", "gone"]).output
    remember([report("nothing", "nothing")], tmp_path)
    assert run(main, ["hint"]).output == f"{NOTHING_FAILED}\n"


def test_without_a_name_the_first_failure_of_the_last_report_is_meant(
    report, sandbox, key_of, submit, tmp_path, monkeypatch
):
    """What was graded last comes first, in its order; stubs have no hints; the others are named."""
    monkeypatch.chdir(tmp_path)
    step = next(m for m in load_mistakes(load_lab("lab01_gates")) if m.exercise == "gates.step")
    gates = submit("lab01_gates", gates=step.source().text.decode())
    gates = grade(gates, key_of("lab01_gates"), sandbox)
    remember([gates], tmp_path)
    remember([report()], tmp_path)
    shown = CliRunner().invoke(main, ["hint"]).output
    assert shown.startswith("hebb.update, hint 1 of 4")
    assert "There are hints on gates.step" in shown

    stub = make_stub(load_lab("lab02_hebb"), "hebb")
    remember([grade(submit("lab02_hebb", hebb=stub), key_of("lab02_hebb"), sandbox)], tmp_path)
    assert CliRunner().invoke(main, ["hint"]).output.startswith("gates.step, hint 1 of ")
    with pytest.raises(HintError, match=r"^hebb.update was not written yet in the last report"):
        next_hint("update", tmp_path)


def test_without_a_name_the_call_is_that_of_the_first_failure(report, saved, monkeypatch):
    """`nnlab case` means the check that `nnlab hint` means; where nothing failed it says so."""
    lab = saved("lab02_hebb", hebb=reference_text("hebb").replace("bias + target", "bias"))
    monkeypatch.chdir(lab.folder)
    run = CliRunner().invoke
    assert "Run nnlab grade first" in run(main, ["case"]).output
    run(main, ["grade"])

    assert run(main, ["case"]).output.startswith(f"# {CHECK}: ")
    remember([report("nothing", "nothing")], lab.folder)
    ended = run(main, ["case"])
    assert (ended.exit_code, ended.output) == (2, f"Error: {NOTHING_FAILED}\n")


def test_grading_leaves_hints_behind(monkeypatch, saved):
    """After `nnlab grade` there are hints; after `--json`, which is for machines, there are none."""
    lab = saved("lab02_hebb", hebb=reference_text("hebb").replace("bias + target", "bias"))
    monkeypatch.chdir(lab.folder)
    place = lab.folder / ".nnlab" / "hints.json"

    assert CliRunner().invoke(main, ["grade", "--json"]).exit_code == 1
    assert not place.exists()
    assert CliRunner().invoke(main, ["grade"]).exit_code == 1
    assert set(json.loads(place.read_text("utf-8"))["entries"]) == set(
        load_lab("lab02_hebb").checks
    )


def test_the_formula_is_the_docstrings_middle():
    """Neither the first line, nor sections and examples, are in it; a method may take its class's."""
    checks = {check.exercise: check for lab in labs() for check in lab.checks.values()}
    formulas = {exercise: formula_of(check) for exercise, check in checks.items()}

    assert any(formulas.values())
    assert not any(">>>" in text or "Shape:" in text for text in formulas.values())
    assert formulas["optim.Adam.step"]


def bare(text):
    """Take the spaces out of a text."""
    return "".join(text.split())


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.id)
def test_no_rung_gives_the_answer_away(lab):
    """No sentence has right code in it; promise and formula are the task's, which everybody has."""
    for mistake in load_mistakes(lab):
        body = body_text(mistake.exercise)
        pieces = [bare(piece) for piece in (mistake.right, *body.splitlines())]
        telling = [piece for piece in pieces if len(piece) >= 6 and not piece.isidentifier()]

        assert [piece for piece in telling if piece in bare(mistake.says)] == [], mistake.id
    for check in lab.checks.values():
        assert formula_of(check) == "" or bare(formula_of(check)) in bare(
            make_stub(lab, check.module)
        )


def body_text(exercise):
    """Read the reference's body of an exercise."""
    text = reference_text(exercise.partition(".")[0])
    first, last = find_body(text, exercise)
    return "\n".join(text.splitlines()[first - 1 : last])
