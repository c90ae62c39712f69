"""`nnlab clinic` and `nnlab lab clinic`, as they are typed."""

import re
import sys

import pytest
from click.testing import CliRunner

from autograder.authoring.clinic import recording
from autograder.cli import main
from autograder.clinic import ward
from autograder.clinic.words import CURES
from autograder.course import edition


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    """Be in an empty workspace."""
    (tmp_path / "assignments").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    """Run a command; return its exit code and its output."""
    result = CliRunner().invoke(main, ["clinic", *map(str, arguments)])
    return result.exit_code, result.output


def bed_of(workspace, illness):
    """Find the bed of a patient with an illness."""
    return next(bed for bed in ward.ward(workspace) if bed.record.illness == illness)


def test_the_list_has_all_patients_and_what_to_type():
    """Without a number the patients are listed, none of them solved."""
    code, text = run()

    assert code == 0
    assert len(re.findall(r"^  patient +\d+ +64 → ", text, re.MULTILINE)) == 18
    assert text.endswith("0 of 18 solved. Next: nnlab clinic 1\n")


def test_a_patient_is_solved(workspace):
    """A wrong illness, a wrong cure and the right answer: three tries, and then the list says so."""
    bed = bed_of(workspace, "rate-too-low")
    wrong = run(bed.number, "overfitting", "stop-early")
    half = run(bed.number, "rate-too-low", "lower-rate")
    right = run(bed.number, "rate-too-low", "raise-rate")

    assert (wrong[0], half[0], right[0]) == (1, 1, 0)
    assert wrong[1].startswith("Not overfitting. Its sign would be: the training cost gets low")
    assert half[1].startswith("The illness is right. The cure is not: lower-rate was tried")
    assert right[1].startswith("Right: rate-too-low, raise-rate. With raise-rate: ")
    assert right[1].endswith(f"The chart shows both now: nnlab clinic {bed.number}\n")
    assert f"✓ patient {bed.number:2}" in run()[1]
    assert "rate-too-low, 3 tries" in run()[1]
    assert "Solved: rate-too-low, raise-rate." in run(bed.number)[1]


def test_a_try_that_was_wrong_is_listed(workspace):
    """The list says how often it was tried."""
    run(bed_of(workspace, "healthy").number, "few-units", "more-units")

    assert "not solved yet, 1 try\n" in run()[1]


def test_a_patient_is_shown_and_drawn(workspace):
    """The sheet is printed with the words to answer with, and the chart is written twice."""
    code, text = run(4)

    assert code == 0
    assert text.startswith("Patient 4: 64 → ")
    assert "Answer: nnlab clinic 4 ILLNESS CURE" in text
    assert all(cure in text for cure in CURES)
    assert (workspace / "clinic" / "patient-04.png").read_bytes().startswith(b"\x89PNG")
    assert (workspace / "clinic" / "patient-04.svg").is_file()


def test_without_matplotlib_the_sheet_is_shown(monkeypatch):
    """Only the chart is missing, and how to get it is said."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    code, text = run(4)

    assert code == 0
    assert "The chart needs matplotlib: pip install 'nnlab-course[plots]'" in text
    assert "Answer: nnlab clinic 4" in text


def test_words_are_explained():
    """Each illness stands with its heading in the lecture."""
    code, text = run("--words")

    assert code == 0
    assert "overfitting" in text
    assert "(Cross validation: Over fitting)" in text


def test_a_restart_lists_others(workspace):
    """Nothing is solved any more."""
    before = [bed.record.id for bed in ward.ward(workspace)]
    code, text = run("--restart")

    assert code == 0
    assert "0 of 18 solved" in text
    assert [bed.record.id for bed in ward.ward(workspace)] != before


def test_where_all_are_solved_others_are_offered(workspace):
    """The last line of the list says how to go on."""
    for bed in ward.ward(workspace):
        assert run(bed.number, bed.record.illness, bed.record.cures[0])[0] == 0

    assert run()[1].endswith("18 of 18 solved. Other patients: nnlab clinic --restart\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("99",), "There is no patient 99: they are 1 to 18."),
        (("overfitting",), "The patient's number comes first, as in nnlab clinic 3 ILLNESS CURE;"),
        (("overfitting", "3", "nothing"), "got 'overfitting'."),
        (("3", "--restart"), "--restart stands alone, without a patient or another option."),
        (("--words", "--answers"), "--words stands alone"),
        (("3", "overfitting"), "Name a cure as well: nnlab clinic 3 overfitting CURE."),
        (("3", "overfiting", "nothing"), "Did you mean overfitting?"),
        (("3", "overfitting", "drop-out"), "Did you mean dropout?"),
    ],
)
def test_wrong_use_is_a_sentence(arguments, sentence):
    """A number, a word or a cure that is missing or unknown ends with 2."""
    code, text = run(*arguments)

    assert code == 2
    assert sentence in text


def test_a_misspelt_word_is_not_a_try(workspace):
    """Only answers are counted."""
    run(1, "overfiting", "nothing")

    assert ward.bed(workspace, 1).tries == 0


def test_instructors_have_the_answers(workspace):
    """The ward of the folder, and the signs of all patients."""
    code, text = run("--answers")
    bed = bed_of(workspace, "few-units")

    assert code == 0
    assert f"{bed.number:4}  few-units: more-units\n" in text
    assert len(re.findall(r"^  seed \d: ", text, re.MULTILINE)) == 75


def test_students_have_none(monkeypatch):
    """In the student's edition the option says whose it is."""
    monkeypatch.setattr(edition, "is_students", lambda: True)
    code, text = run("--answers")

    assert code == 2
    assert text == "Error: The answers come with the instructor's edition.\n"


def test_an_answer_is_judged_where_nothing_can_be_kept(workspace):
    """It is said that it is not remembered."""
    (workspace / ".nnlab").write_text("", encoding="utf-8")
    code, text = run(1, "healthy", "nothing")

    assert code in {0, 1}
    assert "Nothing can be kept in this folder (.nnlab is a file), so the answer is not" in text


def lab_clinic(*arguments):
    """Run the authors' command."""
    result = CliRunner().invoke(main, ["lab", "clinic", *arguments])
    return result.exit_code, result.output


def test_authors_compare_the_records(monkeypatch):
    """What comes out as it is recorded is said to; what does not ends with 1."""
    known = recording.recorded("few-units")
    monkeypatch.setattr(recording, "record", lambda _, seed: known[seed])
    same = lab_clinic("few-units", "--check")
    monkeypatch.setattr(recording, "record", lambda *_: known[0])
    other = lab_clinic("few-units", "--check")

    assert same[0] == 0
    assert same[1].count("differs by 0 at most") == 5
    assert other[0] == 1


def test_authors_record(workspace, monkeypatch):
    """The file that was written is named."""
    place = workspace / "few-units.json"
    monkeypatch.setattr(recording, "record_all", lambda *_, **__: place)

    assert lab_clinic("few-units") == (0, f"{place}\n")


def test_an_illness_that_is_not_known_is_not_recorded():
    """It gets a suggestion."""
    code, text = lab_clinic("few-unit")

    assert code == 2
    assert "There is no illness 'few-unit'. Did you mean few-units?" in text
