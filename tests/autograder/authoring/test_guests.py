"""Packages of labs are taken from their folder."""

import pytest
from click.testing import CliRunner

from autograder.authoring.verify import labs_of
from autograder.cli import main
from autograder.course.catalogue import GROUP


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "is not a package of labs: it has no pyproject.toml."),
        ("[", "is not TOML"),
        ("[project]\nname = 'x'\n", "names no labs. Under [project.entry-points"),
        (f"[project.entry-points.'{GROUP}']\n", "names no labs under"),
        (f"[project.entry-points.'{GROUP}']\nweek_1 = 'x'\n", "'week_1' is not an id of a lab"),
        (
            f"[project.entry-points.'{GROUP}']\nlab01_gates = 'x'\n",
            "'lab01_gates' is not an id of a lab",
        ),
        (
            f"[project.entry-points.'{GROUP}']\nlab14_more = 'x'\n",
            "has the number of one of the course's labs: take one above 14.",
        ),
    ],
)
def test_a_folder_without_labs_gets_a_sentence(text, sentence, tmp_path):
    """It says what is missing, and what to write."""
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    shown = CliRunner().invoke(main, ["lab", "verify", str(tmp_path)])

    assert (shown.exit_code, sentence in " ".join(shown.output.split())) == (2, True), shown.output


def test_a_project_in_no_encoding_gets_a_sentence(tmp_path):
    """It is not TOML."""
    (tmp_path / "pyproject.toml").write_bytes(b"\xc3\x28")
    shown = CliRunner().invoke(main, ["lab", "verify", str(tmp_path)])

    assert (shown.exit_code, "is not TOML" in " ".join(shown.output.split())) == (2, True)


def test_a_folder_with_the_name_of_a_lab_does_not_hide_it(tmp_path, monkeypatch):
    """Among the assignments, the lab is meant."""
    (tmp_path / "lab02_hebb").mkdir()
    monkeypatch.chdir(tmp_path)

    assert [lab.id for lab in labs_of("lab02_hebb")] == ["lab02_hebb"]


def test_a_name_is_a_lab_of_the_course():
    """As everywhere."""
    assert [lab.id for lab in labs_of("hebb")] == ["lab02_hebb"]
    assert CliRunner().invoke(main, ["lab", "verify", "heb"]).exit_code == 2
