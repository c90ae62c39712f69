"""Each way to fail has its sentence."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course.catalogue import load_lab
from autograder.course.lab import Lab, shown
from autograder.grading.explain import MAX_PRINTED, explain, not_written_yet, question
from autograder.grading.report import as_text
from autograder.judges.finding import Finding
from autograder.sandbox.limits import Limits
from autograder.sandbox.observation import Lost, Raised, Returned

LAB = Lab(
    "lab09_layers",
    "Layers",
    "Layers",
    dict.fromkeys(["layers.Linear.forward", "layers.step"], "Layers"),
)


@LAB.check("layers.step", points=1, always=[{"x": 1}], limits=Limits(cpu_seconds=7, memory_mb=99))
def step(student, x):
    """Step adds one."""
    return student.layers.step(x)


@LAB.check("layers.Linear.forward", points=1, always=[{"w": 1, "x": 2}])
@shown("Linear(w)(x)")
def forward(student, w, x):
    """Forward multiplies."""
    return student.layers.Linear(w)(x)


CALLED = "called    step(x=1)"
FILE = {"file": "layers.py", "line": 7, "source": "return x +"}
IN = "in        layers.py, line 7"
LINE = "          return x +"
GRADED = f"Python {sys.version_info[0]}.{sys.version_info[1]}, with which this is graded"


def told(observed, *, finding=None, printed="", imported=True, expected=2):
    """Explain an observation of the check `step`, line by line."""
    fact = explain(step, {"x": 1}, observed, expected, finding, printed, imported=imported)
    return as_text(fact).splitlines()


@pytest.mark.parametrize(
    ("finding", "lines"),
    [
        (Finding(), [CALLED, "returned  3", "expected  2"]),
        (Finding("It is off."), [CALLED, "returned  3", "expected  2", "It is off."]),
        (
            Finding("It is off.", returned="a neuron", expected="another"),
            [CALLED, "returned  a neuron", "expected  another", "It is off."],
        ),
    ],
)
def test_a_wrong_answer_is_told_in_three_lines(finding, lines):
    """Called, returned, expected; a finding may have better words for the values."""
    assert told(Returned(3), finding=finding) == lines


RAISED = {
    "not written": (
        Raised("NotImplementedError", "lab09", **FILE),
        ["Not written yet: step."],
    ),
    "no Python": (
        Raised("SyntaxError", "invalid syntax", **FILE),
        [f"layers.py is not valid {GRADED}: invalid syntax (line 7)", LINE],
    ),
    "indentation": (
        Raised("IndentationError", "unexpected indent", **FILE),
        [f"layers.py is not valid {GRADED}: unexpected indent (line 7)", LINE],
    ),
    "tabs": (
        Raised("TabError", "inconsistent use of tabs", **FILE),
        [f"layers.py is not valid {GRADED}: inconsistent use of tabs (line 7)", LINE],
    ),
    "a foreign package": (
        Raised("ModuleNotFoundError", "torch is not part of this course", **FILE),
        ["An import failed in layers.py, line 7: torch is not part of this course.", LINE],
    ),
    "an import from nowhere": (
        Raised("ImportError", "no such name"),
        ["An import failed: no such name."],
    ),
    "a missing name": (
        Raised("AttributeError", "module has no step", missing="step"),
        ["layers.py has no step."],
    ),
    "a name nearly there": (
        Raised("AttributeError", "", missing="step", near=("stepp",)),
        ["layers.py has no step. It does have stepp: is that it?"],
    ),
    "two names nearly there": (
        Raised("AttributeError", "", missing="step", near=("stepp", "steps")),
        ["layers.py has no step. It does have stepp and steps: is that it?"],
    ),
    "an attribute of something else": (
        Raised("AttributeError", "'int' object has no attribute 'shape'", **FILE),
        [CALLED, "raised    AttributeError: 'int' object has no attribute 'shape'", IN, LINE],
    ),
    "exit": (
        Raised("SystemExit", "0", **FILE),
        [CALLED, "The code ended the program (exit) at layers.py, line 7.", LINE],
    ),
    "exit from nowhere": (
        Raised("SystemExit"),
        [CALLED, "The code ended the program (exit) at its top level."],
    ),
    "input": (
        Raised("EOFError", "EOF when reading a line", **FILE),
        [CALLED, "The code waits for input at layers.py, line 7; nobody can type here.", LINE],
    ),
    "memory": (
        Raised("MemoryError", "", **FILE),
        [CALLED, "It needs more than 99 MB of memory.", "layers.py, line 7"],
    ),
    "an error of theirs": (
        Raised("ValueError", "shapes (2,) and (3,)", **FILE),
        [CALLED, "raised    ValueError: shapes (2,) and (3,)", IN, LINE],
    ),
    "an error without words": (
        Raised("KeyError", "", **FILE),
        [CALLED, "raised    KeyError", IN, LINE],
    ),
    "an error outside their code": (
        Raised("TypeError", "'NoneType' object is not callable"),
        [
            CALLED,
            "raised    TypeError: 'NoneType' object is not callable",
            "The answer of step cannot be used like this. Has it the right type?",
        ],
    ),
}


@pytest.mark.parametrize(("observed", "lines"), RAISED.values(), ids=RAISED)
def test_an_exception_is_told_with_its_place(observed, lines):
    """Exceptions whose cause is known are reworded; others are shown with file and line."""
    assert told(observed) == lines


LOST = {
    "cpu": (
        Lost("cpu"),
        "It used more than 7 s of CPU time and was stopped: a loop that never ends, or one that is slow.",
    ),
    "wall": (
        Lost("wall"),
        "It gave no answer within 15 s and was stopped. Does it wait for something?",
    ),
    "size": (
        Lost("size", "65 MB of data"),
        "Its answer is too large to hand over. 65 MB of data",
    ),
    "size without figure": (Lost("size"), "Its answer is too large to hand over."),
    "noise": (
        Lost("noise"),
        "Its answer cannot be read: something else was written into the grader's channel.",
    ),
    "exit": (Lost("exit"), "The code ended its own process before it answered."),
    "crash": (Lost("crash"), "The code crashed its process."),
    "crash with detail": (Lost("crash", "signal 11"), "The code crashed its process: signal 11."),
    "a reason nobody knows": (Lost("?"), "The code crashed its process."),
}


@pytest.mark.parametrize(("observed", "sentence"), LOST.values(), ids=LOST)
def test_a_lost_answer_is_told_why(observed, sentence):
    """Every reason has a sentence, with the limit where there is one."""
    assert told(observed) == [CALLED, sentence]


def test_a_missing_file_is_all_there_is_to_tell():
    """Nothing was called, so only the reason stands there."""
    assert told(Lost("missing", "layers.py is missing.")) == ["layers.py is missing."]


def test_a_failed_import_is_told_as_such():
    """What failed while importing was not called."""
    assert told(Raised("ValueError", "no", **FILE), imported=False)[0] == "imported  layers.py"


@pytest.mark.parametrize(
    ("printed", "lines"),
    [
        ("", []),
        (" \n", []),
        ("hello\n", ["printed   hello"]),
        ("one\ntwo\n", ["printed   one", "          two"]),
        ("x" * (MAX_PRINTED + 1), [f"printed   {'x' * MAX_PRINTED} …"]),
        ("x" * MAX_PRINTED, [f"printed   {'x' * MAX_PRINTED}"]),
    ],
)
def test_what_was_printed_comes_last(printed, lines):
    """Prints are shown below the fact, indented and in bounds."""
    assert told(Lost("exit"), printed=printed)[2:] == lines


@pytest.mark.parametrize(
    ("check", "case", "text"),
    [
        (step, {"x": [1, 2]}, "step(x=[1, 2])"),
        (step, {}, "step()"),
        (forward, {"w": 1, "x": 2}, "Linear(w=1)(x=2)"),
    ],
)
def test_a_question_is_the_call(check, case, text):
    """Without words of its own, a check's question is its exercise called with the case."""
    assert question(check, case) == text


@pytest.mark.parametrize(
    ("observation", "fresh"),
    [
        (Raised("NotImplementedError"), True),
        (Raised("ValueError"), False),
        (Returned(None), False),
        (Lost("cpu"), False),
    ],
)
def test_an_untouched_stub_is_known_by_its_exception(observation, fresh):
    """NotImplementedError means that nobody has begun."""
    assert not_written_yet(observation) == fresh


HOSTILE = st.text(st.sampled_from("ab\x1b\r\u202e\n:"), max_size=30)
RAISES = st.builds(
    Raised,
    st.one_of(
        HOSTILE, st.sampled_from(["SyntaxError", "ImportError", "AttributeError", "EOFError"])
    ),
    *(HOSTILE, HOSTILE, st.integers(), HOSTILE, HOSTILE, st.lists(HOSTILE).map(tuple)),
)
LOSSES = st.builds(Lost, st.one_of(HOSTILE, st.sampled_from(["missing", "size"])), HOSTILE)


@given(st.one_of(RAISES, LOSSES), HOSTILE)
@settings(max_examples=300, deadline=None)
def test_nothing_a_submission_names_reaches_the_terminal_raw(observed, printed):
    """Every foreign text in an explanation is cleaned, wherever it came from."""
    text = "\n".join(told(observed, printed=printed))

    assert not set(text) & set("\x1b\r\u202e")


@pytest.mark.parametrize("break_", ["\n", "\u2028", "\u2029", "\r\n"])
@pytest.mark.parametrize(
    "observed",
    [
        lambda text: (Raised("ValueError", text), ""),
        lambda text: (Raised("SyntaxError", text), ""),
        lambda text: (Raised("ValueError", "", text, 7, text), ""),
        lambda text: (Lost("exit"), text),
        lambda text: (Lost("size", text), ""),
    ],
    ids=["message", "syntax", "file and source", "printed", "lost"],
)
def test_no_foreign_line_looks_like_one_of_the_report(observed, break_):
    """Further lines of what a submission says are indented."""
    text = f"no{break_}expected  1{break_}✓ step  passed"
    found, printed = observed(text)
    lines = "\n".join(told(found, printed=printed)).splitlines()

    assert "          expected  1" in lines
    assert not any(line.startswith(("expected", "✓")) for line in lines)


@pytest.mark.parametrize(
    "observed",
    [
        Raised("E" * 10**7, "m" * 10**7, "f" * 10**7, 10**1000, "s" * 10**7),
        Raised("AttributeError", missing="m" * 10**7, near=("n" * 10**7,) * 99),
        Lost("size", "d" * 10**7),
        Lost("missing", "d" * 10**7),
    ],
    ids=["raised", "missing name", "size", "missing file"],
)
def test_an_explanation_stays_in_bounds(observed):
    """A forged observation cannot make a report of megabytes."""
    assert sum(map(len, told(observed, printed="p" * 10**7))) < 20_000


@pytest.mark.parametrize(
    ("computed", "sentence"),
    [
        (0.2, "Does it wait for something?"),
        (14.2, "It computed for 14 s of them: it is slow, or never ends."),
    ],
)
def test_who_waits_and_who_is_slow_are_distinguished(computed, sentence):
    """By the CPU time that was used."""
    fact = explain(step, {"x": 1}, Lost("wall"), 2, None, "", computed=computed)

    assert as_text(fact).endswith(f"It gave no answer within 15 s and was stopped. {sentence}")


K_FOLD = next(
    check
    for check in load_lab("lab10_training").checks.values()
    if "k_fold" in check.exercise and "ValueError" in check.judge.rule
)
TASK = "Its task: ValueError unless 2 ≤ n_splits ≤ n_samples."


@pytest.mark.parametrize("expected", [{"raised": "ValueError"}, "ValueError"])
def test_a_refusal_that_is_missing_says_what_is_wrong_with_the_question(expected):
    """Another exception says that a ValueError is expected; the task says when."""
    case = K_FOLD.cases(0)[0]
    another = as_text(explain(K_FOLD, case, Raised("IndexError", "no"), expected, None, ""))
    finding = K_FOLD.judge(case, 3, {"raised": "ValueError"})
    answered = as_text(explain(K_FOLD, case, Returned(3), expected, finding, ""))

    for said in (another, answered):
        assert "expected  a ValueError" in said
        assert "This cannot be answered, so it should raise a ValueError." in said
        assert said.endswith(TASK)


@pytest.mark.parametrize(
    ("source", "value", "ending"),
    [
        ("", None, "Is a `return` missing?"),
        ("def step(x):\n    x + 1", None, "Is a `return` missing?"),
        ("def step(x) -> None:\n    x + 1", None, "is expected."),
        ("def step(x):\n    return None", None, "is expected."),
        (
            "def step(x):\n    return x.fill(0)",
            None,
            "a way through the function ends without one.",
        ),
        ("def step(x):\n    return x", [None], "is expected."),
        ("step = print", None, "is expected."),
        ("def step(", None, "is expected."),
    ],
)
def test_a_missing_return_is_asked_for_only_where_it_may_be_missing(source, value, ending):
    """The function's text decides."""
    finding = Finding("It is None, where a number is expected. Is a `return` missing?")
    fact = explain(step, {"x": 1}, Returned(value), 2, finding, "", source=source)

    assert as_text(fact).endswith(ending)
