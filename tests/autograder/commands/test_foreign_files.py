"""Whatever lies where a command reads: a sentence, a documented exit code, and everybody who is there has a row.

Trees, zips, notebooks, tables and files of our own state are made at random and given to the real
commands. Only the sandbox is a mute one, so that nothing of what is made runs. NNLAB_HAND_INS says how
many of each kind `make prove` tries.
"""

import csv
import io
import json
import os
import random
import tempfile
import unicodedata
import warnings
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder import cli
from autograder.classroom import batch
from autograder.classroom.platforms.nbgrader.config import CONFIG
from autograder.commands import unforeseen
from autograder.course.catalogue import load_lab
from autograder.grading.grade import grade
from autograder.sandbox import Answer, Sandbox
from autograder.sandbox.observation import Lost
from autograder.student import selfcheck
from tests.autograder import hand_ins
from tests.conftest import reference_text

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs pipes and links")

HEBB = load_lab("lab02_hebb")
MANY = int(os.environ.get("NNLAB_HAND_INS", "2000"))
GOOD = reference_text("hebb").encode()


class Mute(Sandbox):
    """Runs nothing: every question is lost."""

    def ask_together(self, questions):
        """Answer at once."""
        return [Answer([Lost("crash")] * len(q.cases), imported=False) for q in questions]


@pytest.fixture(scope="module")
def net(key_of):
    """Let the commands grade with the mute sandbox; what nobody foresaw fails the test."""

    def grades(submissions, key, **_):
        return ((one, grade(one, key, Mute())) for one in submissions)

    def fails(error):
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "take_key", lambda lab, *_: key_of(lab.id))
        patch.setattr(batch, "grade_many", grades)
        patch.setattr(selfcheck, "sandbox_for", lambda *_: Mute())
        patch.setattr(selfcheck, "open_key", lambda lab, *_: key_of(lab.id))
        patch.setattr(unforeseen, "unforeseen", fails)
        yield


@contextmanager
def a_folder():
    """Work in a new folder; whatever is made in it is removed."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)
            for folder, inner, _ in os.walk(name):  # which goes into what is opened here
                for path in (Path(folder, each) for each in inner):
                    if not path.is_symlink():
                        path.chmod(0o700)


def run(*args, codes):
    """Run a command; it ends with one of its codes, and what it says is clean."""
    done = CliRunner().invoke(cli.main, list(map(str, args)), catch_exceptions=False)

    assert done.exit_code in codes, (done.exit_code, done.output)
    for wrong in ("Traceback", "\x1b", "reading it failed", "could not be looked through"):
        assert wrong not in done.output, done.output
    assert done.exit_code != 2 or "Error: " in done.output, done.output
    return done


# What people hand in.

BROKEN = [b"", b"\0", b"\xff\xfea\0", b"# coding: \xe4\n", b"# -*- coding: nope -*-\n", b"(" * 3000]
FILES = [
    "hebb.py",
    "Hebb (1).py",
    "hebb.py.txt",
    "work.zip",
    "a.tar.gz",
    "lab02_hebb.ipynb",
    "x.pdf",
]
PLACES = ["", "", "", "lab02_hebb/", "work/", "a/b/c/", "__MACOSX/", ".git/", "\x1b[2J/"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["markdown", "code", "raw", "none", 7]) | JSON,
        "id": st.sampled_from(["one", "two", ""]) | JSON,
        "source": st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3) | JSON,
        "metadata": st.fixed_dictionaries(
            {},
            optional={
                "nbgrader": st.fixed_dictionaries(
                    {},
                    optional={
                        name: st.booleans() | st.text(max_size=5) | JSON
                        for name in ("grade_id", "grade", "solution", "locked", "schema_version")
                    },
                )
                | JSON
            },
        )
        | JSON,
        "attachments": JSON,
        "outputs": JSON,
    },
)
NOTEBOOKS = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {"cells": st.lists(CELLS | JSON, max_size=4)},
        optional={"metadata": JSON, "nbformat": JSON | st.just(4), "nbformat_minor": JSON},
    ),
    st.just("[" * 100_000),
).map(lambda plain: plain if isinstance(plain, str) else json.dumps(plain))


@st.composite
def file_contents(draw, name):
    """Draw what a file of that name holds."""
    chance = random.Random(draw(st.integers(0, 1 << 32)))
    kinds = [st.just(GOOD), st.sampled_from(BROKEN), st.binary(max_size=30)]
    if name.endswith(".ipynb"):
        kinds = [NOTEBOOKS.map(str.encode), NOTEBOOKS.map(lambda t: t.encode("utf-16")), *kinds]
    if name.endswith(".zip"):
        data = hand_ins.base(chance.randrange(100))
        kinds = [st.just(data), st.just(hand_ins.mutated(chance, data)), *kinds]
    return draw(st.one_of(kinds))


@st.composite
def persons_files(draw, *, least=0):
    """Draw what one person hands in, by its path."""
    paths = st.builds(str.__add__, st.sampled_from(PLACES), st.sampled_from(FILES))
    names = draw(st.lists(paths, min_size=least, max_size=4, unique=True))
    return {name: draw(file_contents(name)) for name in names}


# A class, in every form of a platform.

SIGNS = st.characters(exclude_categories=["Cs"], exclude_characters="/\\\0_")
NAMES = st.one_of(
    st.sampled_from(
        ["Ada", "Zoë Ñandú", "Muller Jose\u0301", "=cmd", "-rf", "a\nb", "\x1b[2J", "CON"]
    ),
    st.text(SIGNS, min_size=1, max_size=20),
).filter(lambda n: n.strip() and n[0] != "." and n.casefold() not in {"lost+found", "desktop.ini"})


def moodle(name, number):
    """Give a folder."""
    return f"{name}_{number}_assignsubmission_file_/", (name, number)


def moodle_flat(name, number):
    """Give no folder."""
    return f"{name}_{number}_assignsubmission_file_", (name, number)


def canvas(name, number):
    """Begin the names of files; every third one is late."""
    late = ["", "_late", "_LATE"][number % 3]
    return f"{name}{late}_{number}_9{number}_", (name, number)


def blackboard(name, number):
    """Begin the names of files, without a number of the person."""
    return f"Lab 2_{name}{number}_attempt_2026-11-02-10-20-30_", (f"{name}{number}", "")


def gradescope(_name, number):
    """Give a folder without a name."""
    return f"submission_{number}/", (f"submission_{number}", number)


def ilias(name, number):
    """Give a folder with name, first name and login."""
    return f"{name}_Ann_l{number}_{number}/", (f"{name} Ann l{number}", number)


def plain(name, number):
    """Give a folder that has any name."""
    return f"{name}{number}/", (f"{name}{number}", "")


FORMS = [moodle, moodle_flat, canvas, blackboard, gradescope, ilias, plain]
BESIDE = {"__MACOSX/x": b"m", ".DS_Store": b"m", "Thumbs.db": b"m", ".git/HEAD": b"m"}


@st.composite
def classes(draw):
    """Draw a class: what lies there, by its path, and how each person is called in the marks."""
    form = draw(st.sampled_from(FORMS))
    folders = form(*("a", 1))[0].endswith("/")
    numbers = draw(st.lists(st.integers(1, 99_999), min_size=2, max_size=5, unique=True))
    files, people = {}, []
    for number in numbers:
        start, person = form(draw(NAMES), number)
        people.append((unicodedata.normalize("NFC", person[0]), person[1]))
        for path, data in draw(persons_files(least=1)).items():
            files[start + (path if folders else path.rpartition("/")[2])] = data
    names = [name for name, _ in people]
    rows = [f"{n} ({number})" if names.count(n) > 1 else n for n, number in people]
    around = draw(st.sampled_from(["", "", "export/"])) if form is not plain else ""
    beside = draw(st.sampled_from([{}, BESIDE]))
    return {around + path: data for path, data in {**files, **beside}.items()}, rows


def put(files, folder):
    """Write files into a folder."""
    for path, data in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def zipped(files):
    """Make a zip of files."""
    stream = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return stream.getvalue()


def nobody_is_lost(_net, drawn, as_zip):
    """Grade a class: each person who is there is a row, and nobody else is."""
    files, people = drawn
    with a_folder() as folder:
        if as_zip:
            (folder / "class.zip").write_bytes(zipped(files))
        else:
            put(files, folder / "class")
        place = "class.zip" if as_zip else "class"
        done = run("batch", "lab02", "--submitted", place, "--isolation", "process", codes={0, 3})
        written = json.loads((folder / "marks" / "lab02_hebb.json").read_text())["submissions"]
        text = (folder / "marks" / "lab02_hebb.csv").read_bytes().decode()
        table = list(csv.reader(io.StringIO(text, newline="")))
    assert sorted(each["student"] for each in written) == sorted(people), done.output
    assert len(table) == 1 + len(people)


# Places where nothing need be right.

RELEASED = {"cells": [{"id": "one", "metadata": {}, "cell_type": "markdown", "source": "?"}]}
HEADINGS = st.sampled_from(
    [
        "Identifier",
        "Full name",
        "Grade",
        "Maximum grade",
        "Student",
        "ID",
        "Hebb (1)",
        "Note",
        "",
        "\0",
    ]
)
FIELDS = st.one_of(
    st.sampled_from(
        ["Participant 7", "Ada", "20", "20,00", "=1+1", '"', "x" * 140_000, "a\nb", "\0"]
    ),
    st.text(max_size=6),
)
TABLES = st.builds(
    lambda rows, sign, end, encoding, mark: (
        mark + end.join(sign.join(row) for row in rows).encode(encoding, "replace")
    ),
    st.builds(
        lambda heads, rows: [heads, *rows],
        st.lists(HEADINGS, max_size=6),
        st.lists(st.lists(FIELDS, max_size=8), max_size=4),
    ),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-16-le", "utf-16", "cp1252", "utf-7", "shift-jis"]),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"PK\x03\x04"]),
) | st.binary(max_size=40)
OWN_MARKS = st.fixed_dictionaries(
    {"schema": st.just("nnlab/marks/2")},
    optional={
        "submissions": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "id": st.just("") | JSON,
                    "student": st.just("Ada") | JSON,
                    "points": st.integers() | JSON,
                    "report": st.none() | JSON,
                    "submission": JSON,
                },
            )
            | JSON,
            max_size=3,
        )
        | JSON,
        "made_by": JSON,
    },
).map(lambda plain: json.dumps(plain).encode())
STATES = st.one_of(
    NOTEBOOKS.map(str.encode),
    st.binary(max_size=20),
    st.sampled_from([b'{"lab02_hebb": 7}', b'{"lab02_hebb": "7"}', b'{"lab02_hebb": -1}', b"[]"]),
)
OURS = [".nnlab/seeds.json", ".nnlab/results/lab02_hebb/x.json", ".nnlab/lock", ".nnlab",
        ".nnlab/progress.json", ".nnlab/hints.json", ".nnlab/report.json"]  # fmt: skip


@st.composite
def odd_places(draw):
    """Draw a place where a class is expected, and all that a command may meet around it."""
    number = draw(st.integers(0, 1 << 32))
    notebooks = draw(st.lists(NOTEBOOKS, max_size=2))
    table = draw(st.none() | st.tuples(st.sampled_from(["moodle", "canvas"]), TABLES))
    state = draw(st.dictionaries(st.sampled_from(OURS), STATES, max_size=2))
    marks = draw(st.none() | OWN_MARKS | STATES)
    return number, notebooks, table, state, marks


def put_state(folder, state):
    """Put files where ours would be, as far as one does not lie in the other."""
    for path, data in sorted(state.items()):
        place = folder / path
        if not any(parent.is_file() for parent in place.parents):
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.is_dir():
                place.write_bytes(data)


def odd_classes(_net, drawn):
    """Grade what need not be a class: an exit code, and a row for whoever is surely there."""
    number, notebooks, table, state, marks = drawn
    chance = random.Random(number)
    with a_folder() as folder:
        args = ["batch", "lab02", "--isolation", "process", *(["--html"] * chance.choice([0, 1]))]
        put_state(folder, state)
        if marks is not None:
            (folder / "marks").mkdir()
            (folder / "marks" / "lab02_hebb.json").write_bytes(marks)
        if chance.random() < 0.5:
            data = hand_ins.base(chance.randrange(100), of_class=True)
            (folder / "submitted").write_bytes(hand_ins.mutated(chance, data))
        else:
            outside = folder / "outside"
            (outside / "keys").mkdir(parents=True)
            for student in ("alice", "mallory"):
                place = folder / "submitted" / student / "lab02_hebb"
                place.mkdir(parents=True)
                for text in notebooks:
                    (place / chance.choice(["lab02_hebb.ipynb", "x.IPYNB"])).write_text(text)
            hand_ins.put_tree(chance, folder / "submitted" / "mallory", outside)
            if chance.random() < 0.5:
                (folder / "nbgrader_config.py").write_text(CONFIG)
                released = folder / "assignments" / "lab02_hebb" / "lab02_hebb.ipynb"
                put({released: json.dumps(chance.choice([RELEASED, 7])).encode()}, folder)
                (folder / "gradebook.db").write_bytes(chance.choice([b"", b"no database"]))
        if table is not None:
            (folder / "r.csv").write_bytes(table[1])
            args += [
                "--csv-for",
                table[0],
                "--roster",
                "r.csv",
                "--column",
                "Hebb" * chance.choice([0, 1]),
            ]
        done = run(*args, *(["--dry-run"] * (chance.random() < 0.2)), codes={0, 2, 3})
        if (folder / "submitted").is_dir() and (folder / "marks" / "lab02_hebb.csv").is_file():
            rows = (folder / "marks" / "lab02_hebb.csv").read_text()
            assert "\nalice," in rows, done.output
            assert "\nmallory," in rows, done.output


def odd_workspaces(_net, drawn):
    """Check one's own work where anything may lie."""
    number, notebooks, _, state, _ = drawn
    chance = random.Random(number)
    with a_folder() as folder:
        (folder / "outside" / "keys").mkdir(parents=True)
        lab = folder / "assignments" / "lab02_hebb"
        lab.mkdir(parents=True)
        put_state(folder, state)
        for text in notebooks:
            (lab / "lab02_hebb.ipynb").write_text(text)
        if chance.random() < 0.6:
            (lab / "hebb.py").write_bytes(chance.choice([GOOD, *BROKEN, chance.randbytes(40)]))
        hand_ins.put_tree(chance, chance.choice([folder, lab]), folder / "outside")
        target = chance.choice([[], ["lab02"], ["assignments"], [lab], [lab / "hebb.py"], ["hebb"]])
        form = chance.choice([[], ["--json"], ["--html", "p.html"], ["--markdown", "m.md"],
                              ["--junit", "j.xml"], ["--pictures", "p"]])  # fmt: skip
        run("grade", *target, *form, codes={0, 1, 2, 3})


RELEASE_NAMES = [
    "hebb.py",
    "README.md",
    "lab02_hebb.ipynb",
    "../hebb.py",
    "new.py",
    "x/",
    "a\\b.py",
]


def odd_releases(_net, drawn):
    """Take a release in that need not be one, into a workspace that need not be whole."""
    number, notebooks, _, state, _ = drawn
    chance = random.Random(number)
    with a_folder() as folder:
        (folder / "outside" / "keys").mkdir(parents=True)
        lab = folder / "assignments" / "lab02_hebb"
        lab.mkdir(parents=True)
        put_state(folder, state)
        if chance.random() < 0.7:
            (lab / "hebb.py").write_bytes(chance.choice([GOOD, *BROKEN]))
        else:
            hand_ins.put_tree(chance, lab, folder / "outside")
        names = [f"assignments/lab02_hebb/{chance.choice(RELEASE_NAMES)}" for _ in range(3)]
        data = zipped({name: chance.choice([GOOD, *BROKEN]) for name in names})
        for text in notebooks:
            data = chance.choice([data, text.encode()])
        (folder / "new.zip").write_bytes(hand_ins.mutated(chance, data))
        release = chance.choice([["new.zip"], ["new.zip"], ["new.zip", "--dry-run"], []])
        run("update", *release, codes={0, 2})
        assert not (folder / "assignments" / "hebb.py").exists()


def tried(times):
    """Try so many; a folder is made for each, which takes as long as it takes."""
    calm = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    return settings(max_examples=times, deadline=None, suppress_health_check=calm)


KINDS = {
    nobody_is_lost: {"drawn": classes(), "as_zip": st.booleans()},
    odd_classes: {"drawn": odd_places()},
    odd_workspaces: {"drawn": odd_places()},
    odd_releases: {"drawn": odd_places()},
}


@pytest.mark.parametrize("kind", KINDS)
def test_some_foreign_files(net, kind):
    """The same ones on every run."""
    tried(25)(given(**KINDS[kind])(lambda **drawn: kind(net, **drawn)))()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_many_foreign_files(net, kind):
    """Others on every run."""
    tried(MANY)(given(**KINDS[kind])(lambda **drawn: kind(net, **drawn)))()
