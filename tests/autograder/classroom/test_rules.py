"""The instructor's files of rules: what they say is followed, what is misspelt is refused."""

from datetime import datetime

import pytest

from autograder.classroom.counting import Counts, Late, Verb
from autograder.classroom.rules import Rules, RulesError, read_rules
from autograder.course.catalogue import load_lab

HEBB = load_lab("lab02_hebb")

DATES = """
timezone = "Europe/Paris"
counts = "best"

[late]
percent_a_day = 10
free_days = 2

[extra_days]
"Cem" = 2.5

[labs.hebb]
deadline = 2030-05-13T12:00:00
[labs.hebb.until]
"Ada" = 2030-05-20
"9001" = 2030-06-01T00:00:00Z
[labs.hebb.handed_in]
"Bob" = 2030-05-13T12:00:01

[labs.lab03]
deadline = 2030-05-20
late = {percent_a_day = 5, cut_off_days = 3}
"""

OVERRIDES = """
[[override]]
lab = "lab02"
drop = "hebb.history"
reason = "the task was unclear"
by = "A. Teacher"

[[override]]
lab = "hebb"
student = "Ada"
bonus = 1.5
reason = "found the error"
by = "A. Teacher"

[[override]]
lab = "lab03"
student = "Bob"
excuse = true
reason = "ill"
by = "A. Teacher"
"""


def rules(folder, dates="", overrides="", lab=HEBB):
    """Read the rules of a folder with these files."""
    (folder / "dates.toml").write_text(dates, encoding="utf-8")
    (folder / "overrides.toml").write_text(overrides, encoding="utf-8")
    return read_rules(folder, lab)


def test_without_files_there_are_no_rules(tmp_path):
    """Every mark counts as it is."""
    assert read_rules(tmp_path, HEBB) == Rules()


def at(*parts):
    """Make a moment as platforms write it."""
    return datetime(*parts)  # noqa: DTZ001


def test_dates_are_those_of_the_lab(tmp_path):
    """A deadline, an extension by name or number, more time in every lab, a rule of the lab's own."""
    found = rules(tmp_path, DATES)
    other = rules(tmp_path, DATES, lab=load_lab("lab03_perceptron"))

    assert (found.counts, found.late) == (Counts.BEST, Late(10, 2))
    assert found.due("Dan").at == at(2030, 5, 13, 12)
    assert not found.due("Dan").is_own
    assert found.due("Ada").at == at(2030, 5, 20, 23, 59, 59)
    assert found.due("Eve", "9001").at == at(2030, 6, 1, 2)
    assert found.due("Cem").at == at(2030, 5, 16)
    assert found.due("Cem").is_own
    assert found.handed_in == {"Bob": at(2030, 5, 13, 12, 0, 1)}
    assert found.people() == {"Ada", "9001", "Bob", "Cem"}
    assert (other.late, other.due("Dan").at) == (Late(5, 0, 3), at(2030, 5, 20, 23, 59, 59))


def test_corrections_are_those_of_the_lab(tmp_path):
    """Those for all come first."""
    found = rules(tmp_path, overrides=OVERRIDES)
    other = rules(tmp_path, overrides=OVERRIDES, lab=load_lab("lab03_perceptron"))

    assert [each.verb for each in found.overrides_of("Bob")] == [Verb.DROP]
    drop, bonus = found.overrides_of("Ada")
    assert (drop.check, bonus.points) == ("hebb.history", 1.5)
    assert bonus.because == "(found the error; A. Teacher)"
    assert [each.verb for each in other.overrides_of("Bob")] == [Verb.EXCUSE]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x", "dates.toml is not TOML"),
        ("deadlne = 3", "There is no entry 'deadlne'"),
        ("count = 'best'", "Did you mean counts?"),
        ("counts = 'lst'", "write last, best and first"),
        ("timezone = 'Paris'", "write it like 'Europe/Paris'"),
        ("timezone = 3", "write it like 'Europe/Paris'"),
        ("[late]\npercent = 3", "Did you mean percent_a_day?"),
        ("[late]\npercent_a_day = -3", "a number from 0 is expected"),
        ("[late]\npercent_a_day = 101", "more than 100"),
        ("[late]\npercent_a_day = true", "a number from 0 is expected"),
        ("[late]\nfree_days = 1.5", "days are whole"),
        ("late = 3", "where a table [late] is expected"),
        ("[labs.heb]", "Did you mean lab02_hebb?"),
        ("[labs.hebb]\ndeadline = '2030-05-13'", "without quotation marks"),
        ("[labs.hebb]\ndue = 2030-05-13", "There is no entry in [labs.hebb] 'due'"),
        ("[labs.hebb.until]\nAda = 3", "[labs.hebb.until]: write a date"),
        ("[labs.perceptron]\ndedline = 2030-05-13", "Did you mean deadline?"),
        ("[extra_days]\nAda = 'two'", "a number from 0 is expected"),
    ],
)
def test_a_misspelt_date_is_refused(tmp_path, text, sentence):
    """With what is expected: nothing is passed over."""
    with pytest.raises(RulesError) as refused:
        rules(tmp_path, text)

    assert sentence in str(refused.value)
    assert str(refused.value).endswith("See docs/dates.md.")


WHO = "reason = 'r'\nby = 'b'\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[override]\nx = 1", "where [[override]] is expected"),
        ("[[overide]]\n", "Did you mean override?"),
        ("[[override]]\nlab = 'hebb'\ndrop = 'hebb.update'\nby = 'b'", "it needs reason"),
        (
            "[[override]]\nlab = 'hebb'\ndrop = 'hebb.update'\nreason = ' '\nby = 'b'",
            "needs reason",
        ),
        (f"[[override]]\nlab = 'hebb'\n{WHO}", "one of drop, points, bonus and excuse"),
        (f"[[override]]\nlab = 'hebb'\nbonus = 1\npoints = 2\n{WHO}", "it needs one of"),
        (f"[[override]]\nlab = 'hebb'\ndrop = 'hebb.updat'\n{WHO}", "Did you mean hebb.update?"),
        (f"[[override]]\nlab = 'heb'\ndrop = 'hebb.update'\n{WHO}", "Did you mean lab02_hebb?"),
        (f"[[override]]\nlab = 'hebb'\nexcuse = true\n{WHO}", "is for one student"),
        (f"[[override]]\nlab = 'hebb'\nstudent = 'a'\nexcuse = false\n{WHO}", "is for one student"),
        (f"[[override]]\nlab = 'hebb'\nstudent = 'a'\npoints = 21\n{WHO}", "points are 0 to 20"),
        (f"[[override]]\nlab = 'hebb'\npoints = 2\n{WHO}", "for one student"),
        (f"[[override]]\nlab = 'hebb'\nstudent = 'a'\nbonus = nan\n{WHO}", "bonus is a number"),
        (f"[[override]]\nlab = 'hebb'\nstudent = 4\nbonus = 1\n{WHO}", "in quotation marks"),
        (f"[[override]]\nlab = 'hebb'\nstudnt = 'a'\nbonus = 1\n{WHO}", "Did you mean student?"),
    ],
)
def test_a_misspelt_correction_is_refused(tmp_path, text, sentence):
    """Each needs a lab, a reason, a name, and one thing that it does."""
    with pytest.raises(RulesError) as refused:
        rules(tmp_path, "", text)

    assert sentence in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    """A folder in its place is not a file of rules."""
    (tmp_path / "dates.toml").mkdir()

    with pytest.raises(RulesError, match=r"dates.toml cannot be read: Is a directory"):
        read_rules(tmp_path, HEBB)
