"""The ladder of hints: each asking tells more, from what the last report left behind."""

import json

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course.catalogue import labs, load_lab
from autograder.course.reference import find_body
from autograder.course.solutions import load_mistakes
from autograder.course.stubs import make_stub
from autograder.grading.grade import grade
from autograder.student.check_info import formula_of
from autograder.student.hints import HintError, ladder, next_hint, open_hints, remember
from tests.conftest import reference_text

CHECK = "hebb.update"


@pytest.fixture
def report(sandbox, key_of, submit):
    """Grade lab 2 with a known mistake in it."""

    def make(right="bias + target", wrong="bias"):
        text = reference_text("hebb").replace(right, wrong)
        return grade(submit("lab02_hebb", hebb=text), key_of("lab02_hebb"), sandbox)

    return make


def test_the_ladder_tells_fact_idea_case_and_task(report):
    """Four rungs, each more telling: fact, idea, numbers, formula and lecture."""
    (result,) = [r for r in report().results if r.check.id == CHECK]
    fact, idea, case, task = ladder(result)

    assert fact.splitlines()[-1] == (
        "Only part 2 is wrong; the rest is right in every case. In part 2: it is right exactly where "
        "target is 0, and wrong everywhere else."
    )
    assert idea.startswith("The weights learn but the bias stays put.")
    assert [line[:8].strip() for line in case.splitlines()] == ["called", "returned", "expected"]
    assert task.endswith("The lecture has it under “Hebb's rule”.")


def test_a_mistake_that_nobody_knows_has_a_ladder_too(report):
    """Without a known mistake the second rung is the check's own promise."""
    (result,) = [r for r in report(wrong="bias + 5 * target - 1").results if r.check.id == CHECK]

    assert result.mistakes == ()
    assert ladder(result)[1] == f"This is what should hold: {result.check.title}"


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

    assert run(main, ["hint"]).output.startswith("hebb.update, hint 1 of 4\n\nPart 2 diff")
    assert run(main, ["hint", "update"]).output.startswith("hebb.update, hint 2 of 4\n\nThe weig")
    for _ in range(2):
        last = run(main, ["hint", "update"])
    assert last.output.endswith("That is the last hint; --restart begins again.\n")
    assert run(main, ["hint", "update", "--restart"]).output.startswith("hebb.update, hint 1 of 4")
    assert "has no check 'gone'" in run(main, ["hint", "gone"]).output
    remember([report("nothing", "nothing")], tmp_path)
    nothing = "Nothing that is written failed in your last report. Go on: nnlab next\n"
    assert run(main, ["hint"]).output == nothing


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
