"""A student with the wheel and a folder: no repository, no reference, no answers but numbers."""

import json
import os
import shutil

import pytest

from autograder.commands.students import COMMANDS
from autograder.course.catalogue import PROVIDED, ROOT, load_lab
from autograder.grading.key import key_fingerprint
from tests.autograder.authoring.release.conftest import Student

KEY = "nnlab_course/keys/lab02_hebb.key"
MADE = "nnlab_course/edition.json"


def reports(shown):
    """Read one report or several."""
    plain = json.loads(shown.stdout)
    return plain.get("reports", [plain])


def verdicts(shown):
    """Map each check to its status and message."""
    return {
        c["id"]: (c["status"], "\n".join(part["text"] for part in c["fact"]))
        for c in reports(shown)[0]["checks"]
    }


def test_nothing_of_the_repository_is_on_the_path(student):
    """No folder of the repository is among those that modules come from."""
    told = student.python("-c", "import sys, autograder; print(*sys.path, autograder.__file__)")

    assert told.returncode == 0, told.stderr
    assert str(student.site) in told.stdout
    assert not [p for p in told.stdout.split() if p == str(ROOT) or p.startswith(f"{ROOT}/autog")]


@pytest.mark.parametrize("lab_id", ["lab02_hebb", "lab04_activations", "lab05_backprop"])
def test_a_stub_has_no_points(student, lab_id):
    """What is handed out is worth nothing, and the first sentence says what to write."""
    shown = student.nnlab("grade", lab_id)

    assert shown.returncode == 1, shown.stderr
    assert " 0 / 20 points" in shown.stdout
    assert "Not written yet: " in shown.stdout


def test_the_reference_has_full_marks(student):
    """Copied in, lab by lab, each file is right; also from within a lab's folder."""
    student.write("hebb", "activations", "losses", "module", "layers", "dropout")
    for target in ("lab02_hebb", "lab04_activations", "lab05_backprop", "lab12_dropout"):
        shown = student.nnlab("grade", cwd=student.folder / "assignments" / target)

        assert shown.returncode == 0, shown.stdout + shown.stderr
        assert "20 / 20 points" in shown.stdout


def test_a_mistake_is_named(student):
    """The key knows the mistakes by what they do, and says what a teacher would."""
    student.write("hebb")
    text = student.file("hebb").read_text(encoding="utf-8")
    student.file("hebb").write_text(text.replace("bias + target", "bias"), encoding="utf-8")
    shown = student.nnlab("grade", "hebb")

    assert "The weights learn but the bias stays put." in shown.stdout
    assert student.nnlab("hint", "hebb.update").stdout.startswith("hebb.update, hint 1 of 4")


def test_hints_need_no_engine(student):
    """The wheel brings a question on each exercise's idea; the last hint names the lecture's heading."""
    mistaken(student)
    student.nnlab("grade", "hebb")
    shown = [student.nnlab("hint", "hebb.update").stdout for _ in range(4)]

    assert load_lab("lab02_hebb").hints["hebb.hebb_step"] in shown[2]
    assert "The lecture has it under" in shown[3]


def test_a_missing_file_of_this_lab_is_told(student):
    """The lab's own module is not there: so says the report."""
    student.file("hebb").unlink()
    shown = student.nnlab("grade", "hebb")

    assert shown.returncode == 1
    assert "hebb.py is missing: it should be in " in shown.stdout


def test_a_lab_is_not_blamed_for_an_earlier_one(student):
    """What fails because relu is wrong is not judged; the sentence names lab, check and command."""
    student.write("activations", "losses", "module", "layers")
    text = student.file("activations").read_text(encoding="utf-8")
    wrong = text.replace("return np.tanh(floats(x))", "return np.sinh(x)")
    assert wrong != text
    student.file("activations").write_text(wrong, encoding="utf-8")
    shown = verdicts(student.nnlab("grade", "lab05", "--json"))
    status, message = shown["layers.tanh_backward"]

    assert status == "skipped"
    assert message.startswith(
        "Not judged: it depends on your activations.py of lab04_activations, where activations."
    )
    assert message.endswith("not pass yet. First: nnlab grade lab04_activations")
    assert shown["layers.relu_backward"][0] == "passed"
    assert shown["module.sequential_forward"][0] == "passed"


def test_what_the_mark_will_not_have_is_said(student):
    """What layers takes from the student's own activations, and the course's lack, is right here and said."""
    student.write("activations", "losses", "module", "layers")
    for module, line in (
        ("activations", "\n\ndef stable_exp(x):\n    return np.exp(x)\n"),
        ("layers", "\nfrom nnlab.activations import stable_exp\n"),
    ):
        text = student.file(module).read_text(encoding="utf-8")
        student.file(module).write_text(text + line, encoding="utf-8")
    graded = student.nnlab("grade", "lab05", "--json")

    assert {status for status, _ in verdicts(graded).values()} == {"passed"}
    assert "stable_exp is your own, in lab04_activations; the mark is made with" in graded.stdout


def test_earlier_work_that_is_not_asked_keeps_nobody(student):
    """Dropout imports Module, which has nothing to do with Sequential: its failure is its own."""
    student.write("dropout")
    text = student.file("dropout").read_text(encoding="utf-8")
    wrong = text.replace("1 - self.p", "self.p")
    assert wrong != text
    student.file("dropout").write_text(wrong, encoding="utf-8")
    student.file("module").write_text(
        (ROOT / "nnlab" / "module.py")
        .read_text(encoding="utf-8")
        .replace("for module in reversed(self.modules)", "for module in self.modules"),
        encoding="utf-8",
    )
    shown = verdicts(student.nnlab("grade", "lab12", "--json"))

    assert "failed" in {status for status, _ in shown.values()}
    assert not [m for _, m in shown.values() if m.startswith("Not judged")]


def test_a_missing_earlier_file_says_which_to_write(student):
    """Where the file is not there at all, lab and file are named."""
    student.write("module", "layers")
    student.file("activations").unlink()
    shown = verdicts(student.nnlab("grade", "lab05", "--json"))
    status, message = shown["layers.relu_backward"]

    assert status == "skipped"
    assert "your activations.py of lab04_activations, which cannot be used." in message
    assert message.endswith("Write that file first.")
    assert shown["layers.linear_forward"][0] == "passed"


def test_an_earlier_file_that_is_no_python_is_blamed(student):
    """The syntax error is lab 4's, so lab 5 is not judged; lab 4 says where it is."""
    student.write("activations", "module", "layers")
    student.file("activations").write_text("def relu(x:\n", encoding="utf-8")
    shown = verdicts(student.nnlab("grade", "lab05", "--json"))

    assert shown["layers.linear_forward"][0] == "skipped"
    assert "First: nnlab grade lab04_activations" in shown["layers.linear_forward"][1]
    assert "is not valid Python" in student.nnlab("grade", "lab04").stdout


def test_what_is_not_written_in_this_lab_is_this_labs(student):
    """An unwritten body is told as such, whatever the earlier labs are like."""
    shown = verdicts(student.nnlab("grade", "lab05", "--json"))

    assert shown["layers.linear_forward"] == ("failed", "Not written yet: Linear.forward.")


def test_every_report_says_what_it_was_made_with(student):
    """Edition, engine, checks, key, numpy and its BLAS; the terminal has it in one line."""
    student.write("hebb")
    (report,) = reports(student.nnlab("grade", "hebb", "--json"))
    made = json.loads((student.site / MADE).read_text(encoding="utf-8"))

    assert set(report["versions"]) == {
        *("nnlab", "edition", "engine", "checks", "key", "numpy", "blas", "python", "system")
    }
    assert report["versions"]["edition"] == "student"
    assert report["versions"]["key"] == key_fingerprint(load_lab("lab02_hebb"))
    assert report["versions"]["checks"] == made["checks"]["lab02_hebb"]
    assert report["versions"]["engine"] == made["engine"]
    printed = student.nnlab("grade", "hebb").stdout.splitlines()
    (line,) = [line for line in printed if line.startswith("checks ")]
    assert line.startswith(f"checks {report['versions']['checks'][:8]} · key ")
    assert f"numpy {report['versions']['numpy']} ({report['versions']['blas']})" in line


def test_the_library_is_the_students_own(student):
    """`import nnlab` has the provided modules and, from any folder of the workspace, one's own."""
    student.write("activations")
    program = (
        "import nnlab, nnlab.arrays\nfrom nnlab import activations\n"
        "print(activations.__file__, nnlab.arrays.__file__, nnlab.plots.__file__)\n"
        "print(nnlab.activations.relu(-1.0))"
    )
    told = student.python("-c", program, cwd=student.file("hebb").parent)

    assert told.returncode == 0, told.stderr
    assert str(student.file("activations")) in told.stdout
    assert str(student.site / "nnlab" / "arrays.py") in told.stdout


def test_a_body_that_is_not_written_says_so(student):
    """The stub imports, and its function names lab and exercise."""
    told = student.python("-c", "import nnlab\nnnlab.hebb.to_bipolar(1)")

    assert told.stderr.splitlines()[-1] == "NotImplementedError: lab02_hebb: to_bipolar"


@pytest.mark.parametrize(
    "program", ["import nnlab.hebb", "from nnlab import hebb", "import nnlab; nnlab.hebb"]
)
def test_a_module_that_is_not_there_says_what_to_write(student, program):
    """However it is imported: lab, file, where was looked, and what to do."""
    student.file("hebb").unlink()
    last = student.python("-c", program).stderr.splitlines()[-1]

    assert last.startswith(
        "ModuleNotFoundError: nnlab.hebb is yours to write: hebb.py of lab02_hebb"
    )
    assert f"Your workspace is {student.folder / 'assignments'}." in last
    assert "First write assignments/lab02_hebb/hebb.py" in last


def test_without_a_workspace_it_is_said_where_was_looked(student, tmp_path):
    """Outside of every workspace the provided modules work, and the others say why not."""
    other = tmp_path / "other"
    other.mkdir()
    program = "import nnlab.parameter, nnlab.hebb"
    last = student.python("-c", program, cwd=other).stderr.splitlines()[-1]

    assert f"No workspace is in {other} or above it." in last


def test_a_variable_names_the_workspace(student, tmp_path, monkeypatch):
    """NNLAB_WORKSPACE is looked in, from wherever one is; one without labs is told."""
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("NNLAB_WORKSPACE", str(student.folder))
    found = student.python("-c", "import nnlab.hebb; print(nnlab.hebb.__file__)", cwd=other)
    monkeypatch.setenv("NNLAB_WORKSPACE", str(other))
    none = student.python("-c", "import nnlab.hebb", cwd=student.folder)

    assert found.stdout.strip() == str(student.file("hebb"))
    assert f"NNLAB_WORKSPACE is {other}, which holds no lab." in none.stderr
    assert "no attribute 'nothing'" in student.python("-c", "import nnlab; nnlab.nothing").stderr


def test_a_provided_module_cannot_be_replaced(student):
    """A stray arrays.py in a lab's folder is not the library's."""
    (student.file("hebb").parent / "arrays.py").write_text("raise SystemExit(9)")

    assert student.python("-c", "import nnlab.arrays").returncode == 0


def test_a_cell_of_a_notebook_grades_there(student):
    """check() in a lab's folder, as the notebook calls it."""
    student.write("hebb")
    told = student.python(
        "-c",
        "from autograder import check\nprint(check('hebb.update'))",
        cwd=student.file("hebb").parent,
    )

    assert told.returncode == 0, told.stderr
    assert "✓ hebb.update  3/3" in told.stdout
    assert told.stdout.splitlines()[-1] == "3.0"


def test_commands_for_instructors_are_not_there(student):
    """A student's command has what a student can use; each of these has its help."""
    listed = student.nnlab("--help").stdout.partition("Students:")[2]
    names = [line.split()[0] for line in listed.strip().splitlines()]

    assert names == [command.name for command in COMMANDS]
    assert student.nnlab("release").returncode == 2
    assert all(student.nnlab(name, "--help").returncode == 0 for name in names)


@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (["grade", "--seed", "7"], 2, "the answers to the cases of seed 0 alone, not of seed 7."),
        (["watch", "--seed", "7"], 2, "the answers to the cases of seed 0 alone, not of seed 7."),
        (["grade", "--carry-forward"], 2, "needs the reference: it is for instructors."),
    ],
)
def test_what_needs_the_engine_is_refused(student, args, code, sentence):
    """Other seeds and the reference's bodies are not in this edition: a sentence says so."""
    shown = student.nnlab(*args, "hebb")

    assert (shown.returncode, shown.stdout) == (code, "")
    assert sentence in shown.stderr


def test_the_seed_is_the_keys_own(student, own_site):
    """Without --seed the cases are those of the key, whichever seed it was recorded under."""
    path = own_site / MADE
    made = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**made, "seed": 5}), encoding="utf-8")
    shown = Student(own_site, student.folder).nnlab("grade", "hebb", "--seed", "0")

    assert "of seed 5 alone, not of seed 0." in shown.stderr


def cut_short(path):
    """Keep the first half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def other_checks(path):
    """Let an edition tell that it was made for other checks."""
    made = json.loads(path.read_text(encoding="utf-8"))
    made["checks"]["lab02_hebb"] = "0" * 16
    path.write_text(json.dumps(made), encoding="utf-8")


def other_schema(path):
    """Let an edition be one of another time."""
    path.write_text(path.read_text(encoding="utf-8").replace("edition/1", "edition/9"), "utf-8")


@pytest.mark.parametrize(
    ("file", "damage", "sentence"),
    [
        (KEY, cut_short, "The answer key of lab02_hebb cannot be read: "),
        (KEY, os.remove, "The answer key of lab02_hebb cannot be read: "),
        (KEY, lambda path: path.write_bytes(b"no key"), "cannot be read: "),
        (MADE, other_checks, "was made for other checks than those that are installed (0000"),
        (MADE, cut_short, "nnlab_course/edition.json cannot be read: "),
        (MADE, other_schema, "nnlab_course/edition.json is 'nnlab/edition/9', where "),
    ],
    ids=["half a key", "no key", "nonsense", "other checks", "half a file", "other schema"],
)
def test_a_damaged_edition_is_told_and_never_records(student, own_site, file, damage, sentence):
    """No key is recorded without an engine: exit code 3, what is wrong, and what to do."""
    damage(own_site / file)
    shown = Student(own_site, student.folder).nnlab("grade", "hebb")

    assert shown.returncode == 3
    assert sentence in shown.stderr
    assert "Traceback" not in shown.stderr
    assert not list(own_site.rglob("*-0-*.key"))


def test_a_damaged_edition_ends_a_watch(student, own_site):
    """Watching cannot begin without knowing whose cases to ask: exit code 3."""
    cut_short(own_site / MADE)
    shown = Student(own_site, student.folder).nnlab("watch", "hebb")

    assert shown.returncode == 3
    assert "nnlab_course/edition.json cannot be read: " in shown.stderr


def test_a_page_is_written_there(student):
    """The templates of pages are in the wheel."""
    student.write("hebb")
    shown = student.nnlab("grade", "hebb", "--html", "report.html")

    assert shown.returncode == 0, shown.stderr
    assert "<html" in (student.folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "args", [["explain", "hebb.update"], ["status"], ["next", "hebb", "--print"]]
)
def test_the_other_commands_work_without_the_engine(student, args):
    """What a check asks, how far one is, what comes next: no traceback, and something is said."""
    student.nnlab("grade", "hebb")
    shown = student.nnlab(*args)

    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "hebb" in shown.stdout


def mistaken(student):
    """Let the student write lab 2 with one mistake."""
    student.write("hebb")
    file = student.file("hebb")
    text = file.read_text(encoding="utf-8").replace("bias + target", "bias")
    file.write_text(text, encoding="utf-8")
    return file


def test_the_failing_call_runs_in_the_workspace(student):
    """`nnlab case` piped into Python shows what the student's own module returns, and what is expected."""
    mistaken(student)
    lines = student.nnlab("case", "update").stdout
    ran = student.python("-c", lines)

    assert "__path__" not in lines
    printed = "returned (array([0., 2.]), 1.0)\nexpected (array([0., 2.]), 0.0)\n"
    assert (ran.stderr, ran.stdout) == ("", printed)
    passing = student.nnlab("case", "hebb.to_bipolar")
    assert (passing.returncode, passing.stdout) == (2, "")
    assert "hebb.to_bipolar passes: there is no call that fails." in passing.stderr
    assert "Did you mean hebb.update?" in student.nnlab("case", "hebb.updat").stderr


def test_the_debugger_stops_in_the_students_function(student):
    """`nnlab debug` opens the failing call at the first line of the body; an exception is kept open."""
    file = mistaken(student)
    opened = student.python("-m", "autograder", "debug", "update", given="p bias, target\nc\n")

    assert opened.returncode == 0, opened.stderr
    assert f"{file.resolve()}(" in opened.stdout
    assert "(1.0, -1)" in opened.stdout
    text = file.read_text(encoding="utf-8").replace("weight + x", "weight + nothing")
    file.write_text(text, encoding="utf-8")
    broken = student.python("-m", "autograder", "debug", "update", given="c\np bias\nq\n")
    assert "NameError: name 'nothing' is not defined" in broken.stdout + broken.stderr
    assert "1.0" in broken.stdout


def test_the_examples_run_on_the_students_modules(student):
    """`nnlab examples` names each docstring; a right answer of integers fits, a wrong one differs."""
    file = mistaken(student)
    shown = student.nnlab("examples", "hebb")
    assert shown.returncode == 1, shown.stderr
    assert "✓ hebb.to_bipolar\n" in shown.stdout
    assert "✗ hebb.hebb_step\n" in shown.stdout

    file.write_text(file.read_text(encoding="utf-8") + "\nimport nothing_here\n", encoding="utf-8")
    broken = student.nnlab("examples", "hebb")
    assert (broken.returncode, broken.stdout) == (2, "")
    assert "hebb.py cannot be imported: No module named 'nothing_here'" in broken.stderr


def test_an_unzipped_release_is_a_workspace(site, tmp_path, handouts):
    """Unzip, grade: no other step is needed."""
    from autograder.authoring.release import _entries, make_zip

    archive = tmp_path / "lab02_hebb.zip"
    archive.write_bytes(make_zip(_entries("lab02_hebb", handouts["lab02_hebb"])))
    shutil.unpack_archive(archive, tmp_path / "unzipped")
    other = Student(site, tmp_path / "unzipped")
    other.write("hebb")

    assert other.nnlab("grade").returncode == 0
    assert "kept" not in other.nnlab("update").stdout
    assert set(PROVIDED) <= {path.stem for path in (site / "nnlab").glob("*.py")}


def test_the_clinic_has_patients_and_no_answers(student):
    """Patients are listed, shown and judged without a module of the student's; the answers are elsewhere."""
    listed, shown = student.nnlab("clinic"), student.nnlab("clinic", "3")
    judged = student.nnlab("clinic", "3", "healthy", "raise-rate")
    answers = student.nnlab("clinic", "--answers")

    assert listed.stdout.endswith("0 of 18 solved. Next: nnlab clinic 1\n"), listed.stderr
    assert shown.stdout.startswith("Patient 3: 64 → "), shown.stderr
    assert judged.returncode == 1
    assert judged.stdout.startswith(("Not healthy. Its sign would be: ", "The illness is right."))
    assert answers.returncode == 2
    assert answers.stderr == "Error: The answers come with the instructor's edition.\n"
