"""Packages of labs are taken from their folder."""

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course import GROUP
from autograder.guests import find


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "is no package of labs: it has no pyproject.toml."),
        ("[", "is no TOML"),
        ("[project]\nname = 'x'\n", "names no labs. Under [project.entry-points"),
        (f"[project.entry-points.'{GROUP}']\n", "names no labs under"),
    ],
)
def test_a_folder_without_labs_gets_a_sentence(text, sentence, tmp_path):
    """It says what is missing, and what to write."""
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    shown = CliRunner().invoke(main, ["verify", str(tmp_path)])

    assert (shown.exit_code, sentence in " ".join(shown.output.split())) == (2, True), shown.output


def test_a_name_is_a_lab_of_the_course():
    """As everywhere."""
    assert [lab.id for lab in find("hebb")] == ["lab02_hebb"]
    assert CliRunner().invoke(main, ["verify", "heb"]).exit_code == 2
