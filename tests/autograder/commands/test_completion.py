"""What a shell offers, what a misspelt word gets, and that every help tells the truth."""

import os
import re
import shlex
import subprocess
import sys

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from autograder.cli import main
from autograder.commands import completion
from autograder.course.catalogue import ROOT, lab_ids


def offered(*words):
    """Ask what stands after these words; the last is incomplete."""
    items = ShellComplete(main, {}, "nnlab", "_NNLAB_COMPLETE").get_completions(
        list(words[:-1]), words[-1]
    )
    return [item.value if item.type == "plain" else f"<{item.type}>" for item in items]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (("gr",), ["grade"]),
        (("setup", "g"), ["gradescope", "github"]),
        (("grade", "lab02"), ["lab02_hebb"]),
        (("grade", "heb"), ["hebb"]),
        (("grade", "lab01_gates", "lab03"), ["lab03_perceptron"]),
        (("watch", "./assign"), ["<file>"]),
        (("grade", "--check", "hebb.pre"), ["hebb.predict", "hebb.predict_one"]),
        (("explain", "vertical"), ["hebb.vertical_line"]),
        (("figure", "hebb-b"), ["hebb-binary", "hebb-bipolar"]),
        (("clinic", "3", "over"), ["overfitting"]),
        (("clinic", "3", "overfitting", "stop"), ["stop-early"]),
        (("lab", "clinic", "few"), ["few-units"]),
        (("next", "lab1"), [lab_id for lab_id in lab_ids() if lab_id.startswith("lab1")]),
        (("lab", "message", "hebb-forgets-bi"), ["hebb-forgets-bias"]),
        (("batch", "lab14"), ["lab14_hopfield"]),
        (("setup", "gradescope", "lab14"), ["lab14_hopfield"]),
        (("setup", "github", "lab14"), ["lab14_hopfield"]),
        (("release", "lab14"), ["lab14_hopfield"]),
        (("explain", "nothing"), []),
    ],
)
def test_the_shell_is_offered_what_there_is(words, values):
    """Commands, labs by id and subject, checks, figures, the clinic's words, mistakes; else files."""
    assert offered(*words) == values


def test_hints_are_offered_on_what_failed(tmp_path, monkeypatch):
    """Only checks that failed in the last report have hints; without a report there are none."""
    monkeypatch.chdir(tmp_path)
    assert offered("hint", "") == []
    (tmp_path / "hebb.py").write_text("", encoding="utf-8")
    assert CliRunner().invoke(main, ["grade"]).exit_code == 1

    assert "hebb.update" in offered("hint", "hebb.u")
    assert "hebb.history" not in offered("hint", "")


def test_without_matplotlib_no_figure_is_offered(monkeypatch):
    """Tab never ends in a traceback."""
    monkeypatch.setitem(sys.modules, "autograder.gallery", None)

    assert completion.figures(None, None, "h") == []


@pytest.mark.skipif(os.name != "posix", reason="bash")
def test_bash_is_answered_by_the_program_itself():
    """The way that the documents tell: the shell's variables in, one candidate a line out."""
    shown = subprocess.run(
        [sys.executable, "-c", "from autograder.cli import main; main(prog_name='nnlab')"],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "_NNLAB_COMPLETE": "bash_complete",
            "COMP_WORDS": "nnlab grade lab0",
            "COMP_CWORD": "2",
        },
    )

    assert shown.stderr == ""
    assert shown.stdout.splitlines()[:2] == ["plain,lab01_gates", "plain,lab02_hebb"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["grdae"], "There is no command 'grdae'. Did you mean grade?"),
        (["xyzzy"], "There is no command 'xyzzy'. There are init, update, next,"),
        (["hints", "hebb.update"], "Did you mean hint?"),
        (["lab", "verfy", "hebb"], "There is no command 'verfy'. Did you mean verify?"),
        (["grade", "--chek", "x"], "--check"),
        (["lab", "message", "hebb-forgets-bia"], "Did you mean hebb-forgets-bias?"),
        (["figure", "hebb-bipola"], "Did you mean hebb-bipolar?"),
    ],
)
def test_a_misspelt_word_gets_a_suggestion(words, sentence):
    """Commands, options, labs, checks, figures: exit code 2, and the nearest name."""
    result = CliRunner().invoke(main, words)

    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())


def commands(group=main, above=()):
    """Go through all commands, with the words by which they are called."""
    for name, command in group.commands.items():
        words = (*above, name)
        yield words, command
        if isinstance(command, click.Group):
            yield from commands(command, words)


@pytest.mark.parametrize(("words", "command"), list(commands()), ids=str)
def test_every_help_has_one_sentence_an_example_that_parses_and_the_exit_codes(words, command):
    """What the help shows can be typed."""
    first = command.help.split("\n\n")[0]
    assert re.fullmatch(r"[^.]+(\.\w[^.]*)*\.", " ".join(first.split()))

    (example,) = re.findall(r"Example: nnlab (.*)", command.help)
    typed = shlex.split(example)
    assert tuple(typed[: len(words)]) == words
    if not isinstance(command, click.Group):
        with click.Context(command) as context:
            _, rest, _ = command.make_parser(context).parse_args(typed[len(words) :])
        assert rest == []
    codes = command.help.partition("Exit code: ")[2]
    assert re.match(r"0 [a-zA-Z]", codes)
    assert "2 " in codes or words == ("doctor",)
