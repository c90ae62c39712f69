"""The guide of an edition: made from the documents, without what only the site has."""

import pytest

from autograder.course import edition, guide
from autograder.errors import WrongUseError


def test_lines_that_lead_to_the_site_are_left_out(tmp_path, monkeypatch):
    """So are the marks of the documents' tests; links into the web stay, and the students' questions."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "students.md").write_text(
        "# Guide\n\nOne. \nSee [all](commands.md).\nSee [numpy](https://numpy.org).\n"
        "```sh\n# not run: why\npip\n# needs matplotlib\n```\n",
        encoding="utf-8",
    )
    (tmp_path / "docs" / "faq.md").write_text(
        "# Questions\n\n## Students\n\nMay I? Yes.\n\n## Instructors\n\nNo.\n", encoding="utf-8"
    )
    monkeypatch.setattr(guide, "ROOT", tmp_path)

    assert guide.make_guide() == (
        "# Guide\n\nOne. \nSee [numpy](https://numpy.org).\n```sh\npip\n```\n\n"
        "## Questions and answers\n\nMay I? Yes.\n"
    )


def test_a_guide_that_is_missing_gets_a_sentence(tmp_path, monkeypatch):
    """In the repository it says from what it is made, in the student's edition what to do."""
    monkeypatch.setattr(guide, "ROOT", tmp_path)
    with pytest.raises(WrongUseError, match=r"is made from docs/students.md, which is missing"):
        guide.read_guide()

    monkeypatch.setattr(edition, "is_students", lambda: True)
    monkeypatch.setattr(guide, "GUIDE", tmp_path / "guide.md")
    with pytest.raises(WrongUseError, match=r"^The guide is missing. Install the course's wheel"):
        guide.read_guide()
    (tmp_path / "guide.md").write_text("# Guide\n", encoding="utf-8")
    assert guide.read_guide() == "# Guide\n"
