"""What students get holds no answer: no body of an exercise, no solution, no source of a mistake."""

import ast
import re
import zipfile
import zlib

import pytest

from autograder.authoring.release import COURSE_ZIP, _entries, make_zip
from autograder.authoring.release.stage import for_students
from autograder.clinic.words import ILLNESSES
from autograder.course.catalogue import PROVIDED, ROOT, labs
from autograder.course.reference import find_function
from autograder.course.solutions import load_mistakes
from autograder.course.stubs import make_stub
from autograder.grading.key import AnswerKey
from autograder.sandbox.codec import decode

LABS = labs()
PER_LAB = pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.id)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SHORTEST_LINE = 16
"""Shorter lines, such as `return weight`, say nothing by themselves."""


def body_of(function: ast.AST) -> str:
    """Describe a function's body without its docstring, comments and layout."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return ast.dump(ast.Module(body, []))


def bodies(text: str) -> dict[str, str]:
    """Map the bodies of all functions in a source to their names."""
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, FUNCTIONS)]
    return {body_of(node): node.name for node in found}


def secret_bodies() -> dict[str, str]:
    """Collect the bodies of the reference that stubs do not show: exercises, and their helpers."""
    secret: dict[str, str] = {}
    for lab in LABS:
        for module in lab.modules:
            reference = (ROOT / "nnlab" / f"{module}.py").read_text(encoding="utf-8")
            shown = bodies(make_stub(lab, module))
            secret |= {b: f"{module}.{n}" for b, n in bodies(reference).items() if b not in shown}
    return secret


SECRET = secret_bodies()


def given_away(text: str) -> list[str]:
    """Name the secret bodies that stand in a source."""
    return [SECRET[body] for body in bodies(text) if body in SECRET]


def lines_of(lab) -> set[str]:
    """Collect the telling lines of the bodies of a lab's exercises, and of its mistakes."""
    forms = [form for known in load_mistakes(lab) for form in known.each_form()]
    texts = [form.wrong or form.body for form in forms]
    for exercise in lab.exercises:
        module = exercise.partition(".")[0]
        source = (ROOT / "nnlab" / f"{module}.py").read_text(encoding="utf-8")
        function = find_function(ast.parse(source), exercise)
        texts += [ast.get_source_segment(source, line) or "" for line in function.body[1:]]
    lines = {line.strip() for text in texts for line in text.splitlines()}
    return {line for line in lines if len(line) >= SHORTEST_LINE}


def strings(plain) -> list[str]:
    """Collect every text in plain data, the names of entries too."""
    match plain:
        case str():
            return [plain]
        case bytes():
            return strings(decode(plain))
        case dict():
            return [s for item in plain.items() for part in item for s in strings(part)]
        case list() | tuple() | set() | frozenset():
            return [s for part in plain for s in strings(part)]
    return []


def code_in(key: AnswerKey, lab) -> list[str]:
    """List the lines of source that a key holds anywhere but in the sentences of a teacher."""
    plain = decode(key.to_bytes())
    del plain["sayings"]
    text = "\n".join(strings(plain))
    return [line for line in lines_of(lab) if line in text]


def test_the_reference_has_bodies_to_keep():
    """The comparison below knows a body of every lab, helpers among them."""
    named = {name.partition(".")[0] for name in SECRET.values()}

    assert {module for lab in LABS for module in lab.modules} <= named
    assert len(SECRET) > sum(len(lab.exercises) for lab in LABS)


def test_a_body_is_recognised_whatever_stands_around_it():
    """Another name, docstring, comment and layout do not hide a body."""
    source = (ROOT / "nnlab" / "hebb.py").read_text(encoding="utf-8")
    body = ast.unparse(find_function(ast.parse(source), "hebb.predict").body[1:])
    hidden = f"class Any:\n    def thing(self):\n        'Other.'\n        # why\n        {body}\n"

    assert given_away(hidden) == ["hebb.predict"]


def test_no_shipped_function_has_the_body_of_an_exercise(wheel):
    """The syntax tree of every function in the wheel differs from every secret one."""
    with zipfile.ZipFile(wheel) as archive:
        texts = {n: archive.read(n).decode() for n in archive.namelist() if n.endswith(".py")}

    assert len(texts) > 100
    assert {name: found for name, text in texts.items() if (found := given_away(text))} == {}


@PER_LAB
def test_every_exercise_in_the_wheel_is_to_be_written(wheel, lab):
    """The stubs in the wheel raise NotImplementedError in each exercise, and do no more."""
    with zipfile.ZipFile(wheel) as archive:
        for exercise in lab.exercises:
            module, _, name = exercise.partition(".")
            text = archive.read(f"nnlab_course/assignments/{lab.id}/{module}.py").decode()
            (line,) = find_function(ast.parse(text), exercise).body[1:]

            assert ast.unparse(line) == f"raise NotImplementedError('{lab.id}: {name}')"


def test_the_wheel_holds_what_it_should_and_no_more(wheel):
    """Four folders; of the library the provided modules alone; no solution, no catalogue."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    library = {name for name in names if re.fullmatch(r"nnlab/\w+\.py", name)}

    assert {name.partition("/")[0].partition("-")[0] for name in names} == {
        "autograder",
        "nnlab",
        "nnlab_course",
    }
    assert library == {f"nnlab/{module}.py" for module in (*PROVIDED, "__init__")}
    assert [n for n in names if "solutions/" in n or n.endswith((".toml", "notebook.md"))] == []


def test_the_clinic_is_packed_and_says_nothing_of_its_making(wheel):
    """Its records are one small file in which no illness can be read; how runs were made sick is left out."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        packed = archive.read("nnlab_course/clinic.key")

    assert [n for n in names if "clinic" in n and (n.endswith(".json") or "authoring" in n)] == []
    assert "autograder/clinic/signs.py" in names
    assert len(packed) < 100_000
    assert not [illness for illness in ILLNESSES if illness.encode() in packed]


@PER_LAB
def test_a_key_holds_no_source(key_of, lab):
    """No line of a body or of a mistake is anywhere in the key that students get."""
    assert code_in(for_students(key_of(lab.id)), lab) == []


def test_the_search_finds_source_where_it_is(key_of):
    """The instructor's own key names the lines that raised: the search above would see them."""
    found = [lab.id for lab in LABS[:8] if code_in(key_of(lab.id), lab)]

    assert found


@PER_LAB
def test_a_zip_holds_no_answer(handouts, lab):
    """Stubs, notebook and README: no secret body, and no sentence of a worked answer."""
    files = handouts[lab.id]
    text = (ROOT / "solutions" / lab.id / "notebook.md").read_text(encoding="utf-8")
    worked = [part.partition("\n## ")[0].strip() for part in text.split("### Answer\n")[1:]]
    sentences = {line for answer in worked for line in answer.splitlines() if len(line) > 40}

    assert sentences
    assert set(files) == {"README.md", f"{lab.id}.ipynb", *(f"{m}.py" for m in lab.modules)}
    assert [n for n in files if n.endswith(".py") and given_away(files[n].decode())] == []
    assert [s for s in sentences for n in files if s in files[n].decode()] == []


def test_zip_entries_lead_into_the_workspace_alone(handouts, tmp_path):
    """Unzipped, a lab lies under assignments, and once more where an update looks for it."""
    content = make_zip(_entries("lab02_hebb", handouts["lab02_hebb"]))
    (tmp_path / COURSE_ZIP).write_bytes(content)
    with zipfile.ZipFile(tmp_path / COURSE_ZIP) as archive:
        folders = {name.rpartition("/")[0] for name in archive.namelist()}

    assert folders == {"assignments/lab02_hebb", ".nnlab/released/lab02_hebb"}


def test_keys_are_packed(site):
    """A key in the wheel is a packed frame that reads back as a key."""
    packed = (site / "nnlab_course" / "keys" / "lab02_hebb.key").read_bytes()

    assert AnswerKey.from_bytes(zlib.decompress(packed)).lab == "lab02_hebb"
