"""Intake of a class: every form in which platforms hand out submissions, and what hurts."""

import errno
import io
import lzma
import os
import struct
import tarfile
import tracemalloc
import zipfile
import zlib

import pytest

from autograder.classroom import collect, tars
from autograder.classroom.collect import read_class, read_folder
from autograder.course.catalogue import engine_path, load_lab
from autograder.course.stubs import make_stub
from autograder.grading.submission import SubmissionError

HEBB = load_lab("lab02_hebb")
OPENED = "of archives only .zip, .tar.gz, .tgz, .tar.bz2, .tbz2, .tbz, .tar are opened"
TWO_MODULES = load_lab("lab04_activations")


def write(folder, files):
    """Write files by their paths; a path that ends in a slash is a folder."""
    for name, text in files.items():
        path = folder / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_bytes(text)
    return folder


def zipped(files):
    """Make a zip of files by their paths."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()


def handed_in(lab, place):
    """Read a class; of each person the first reading."""
    return [one.first for one in read_class(lab, place).hand_ins]


def found(place, lab=HEBB):
    """Read a class as a table: who, and which text of the lab's first module."""
    return {one.student: one.texts.get(lab.modules[0]) for one in handed_in(lab, place)}


def test_nbgraders_tree_is_read(tmp_path):
    """In submitted/STUDENT/LAB/ only this lab's folder counts, and who has none did not hand in."""
    write(
        tmp_path,
        {
            "ada/lab02_hebb/hebb.py": b"a",
            "ada/lab01_gates/gates.py": b"g",
            "bob/lab01_gates/gates.py": b"g",
            "cyd/lab02_hebb/": b"",
            "notes.txt": b"",
        },
    )

    assert found(tmp_path) == {"ada": b"a", "cyd": None}


def test_a_folder_of_folders_is_read(tmp_path):
    """The file nearest to the student's folder is taken, however deep that is."""
    write(tmp_path, {"ada/hebb.py": b"a", "ada/old/hebb.py": b"x", "bob/my work/v2/hebb.py": b"b"})

    assert found(tmp_path) == {"ada": b"a", "bob": b"b"}


def test_a_zip_of_folders_is_read(tmp_path):
    """Moodle's zip has a folder a student, with the file or the student's own zip in it."""
    place = tmp_path / "moodle.zip"
    place.write_bytes(
        zipped(
            {
                "Ada L_123_assignsubmission_file_/hebb.py": b"a",
                "Bob_124_assignsubmission_file_/lab.zip": zipped({"lab02_hebb/hebb.py": b"b"}),
                "Cyd_125_assignsubmission_file_/essay.docx": b"c",
                "Dan_126_assignsubmission_file_/lab.zip": b"no zip at all",
                "__MACOSX/Ada L_123_assignsubmission_file_/._hebb.py": b"m",
            }
        )
    )

    assert {who.partition("_")[0]: text for who, text in found(place).items()} == {
        "Ada L": b"a",
        "Bob": b"b",
        "Cyd": None,
        "Dan": None,
    }


def test_a_zip_of_prefixed_files_is_read(tmp_path):
    """Canvas puts the student's name before each file's and a number behind a second version."""
    place = tmp_path / "canvas.zip"
    place.write_bytes(
        zipped({"adalovelace_123_4567_hebb.py": b"a", "bobbit_LATE_12_34_hebb-1.py": b"b"})
    )

    assert found(place) == {"adalovelace": b"a", "bobbit": b"b"}


def test_what_is_missing_is_told(tmp_path):
    """Each missing module has a sentence, and the others are read."""
    write(tmp_path, {"ada/losses.py": b"l"})
    (ada,) = handed_in(TWO_MODULES, tmp_path)

    assert ada.texts == {"losses": b"l"}
    assert ada.missing == {"activations": "activations.py is missing: it was not handed in."}


def test_a_link_is_not_followed(tmp_path):
    """A link to somebody else's file is refused, and so is a folder that is one."""
    secret = tmp_path / "secret.py"
    secret.write_text("answers")
    folder = write(tmp_path / "class", {"ada/": b"", "bob/": b""})
    (folder / "ada" / "hebb.py").symlink_to(secret)
    (folder / "bob" / "lab02_hebb").symlink_to(tmp_path)

    ada, bob = handed_in(HEBB, folder)

    assert ada.missing["hebb"] == "hebb.py is a link. Put the file itself there."
    assert bob.missing["hebb"] == (
        "hebb.py is missing: it was not handed in. lab02_hebb is a link. Put the folder itself there."
    )


def test_what_is_no_file_is_not_read(tmp_path):
    """A pipe would never end, so it is not opened."""
    (tmp_path / "ada").mkdir()
    os.mkfifo(tmp_path / "ada" / "hebb.py")

    assert handed_in(HEBB, tmp_path)[0].missing["hebb"] == "hebb.py is not a file."


def test_a_large_file_is_refused_in_folders_and_zips(tmp_path):
    """A bomb of a megabyte and more is refused by its size, before it is read."""
    text = b"#" * (3 << 20)
    write(tmp_path / "class", {"ada/hebb.py": text})
    (tmp_path / "class.zip").write_bytes(zipped({"ada/hebb.py": text}))
    sentence = "hebb.py has 3.0 MB; a file of this course has at most 1 MB."

    for place in (tmp_path / "class", tmp_path / "class.zip"):
        assert handed_in(HEBB, place)[0].missing["hebb"] == sentence


def test_a_damaged_file_in_a_zip_costs_only_its_student(tmp_path):
    """A wrong checksum makes one file unreadable."""
    data = zipped({"ada/hebb.py": b"a" * 50, "bob/hebb.py": b"b"})
    at = data.index(b"ada/hebb.py") + len("ada/hebb.py")
    (tmp_path / "class.zip").write_bytes(data[:at] + b"\xff\xff\xff" + data[at + 3 :])

    ada, bob = handed_in(HEBB, tmp_path / "class.zip")

    assert ada.missing["hebb"] == "hebb.py cannot be unpacked: its archive is damaged or locked."
    assert bob.texts["hebb"] == b"b"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (None, "There is no folder or archive .*class"),
        ({}, "Nobody handed in lab02_hebb in .*class"),
        ({"ada/lab01_gates/gates.py": b""}, "Nobody handed in lab02_hebb"),
    ],
)
def test_an_empty_place_is_told(files, sentence, tmp_path):
    """Where nothing was handed in, the sentence says what is expected."""
    if files is not None:
        write(tmp_path / "class", {"./": b"", **files})

    with pytest.raises(SubmissionError, match=sentence):
        handed_in(HEBB, tmp_path / "class")


def newer(data):
    """Let a zip say that it needs version 25.5 to be opened."""
    at = data.index(b"PK\1\2")
    return data[: at + 6] + b"\xff" + data[at + 7 :]


def misnamed(data):
    """Let a zip say that the name of its first file is UTF-8, and break it."""
    at = data.index(b"PK\1\2")
    return data[: at + 9] + b"\x08" + data[at + 10 : at + 46] + b"\xff" + data[at + 47 :]


@pytest.mark.parametrize(
    ("damaged", "text", "told"),
    [
        (newer, b"a", ""),
        (misnamed, None, "There is \N{NO-BREAK SPACE}ebb.py."),
        (
            lambda _: b"no zip at all",
            None,
            "lab.zip cannot be opened: it is damaged, or not a zip.",
        ),
    ],
)
def test_a_zip_that_python_cannot_open_costs_only_its_student(tmp_path, damaged, text, told):
    """Whatever is odd in it is the student's to hear, what can be read is read, the class goes on."""
    own = damaged(zipped({"hebb.py": b"a"}))
    write(tmp_path, {"ada/lab.zip": own, "bob/hebb.py": b"b"})
    ada, bob = handed_in(HEBB, tmp_path)

    assert ada.texts.get("hebb") == text
    assert ada.missing.get("hebb", "").endswith(told)
    assert bob.texts == {"hebb": b"b"}


def test_what_no_lab_asks_for_is_never_unpacked(tmp_path):
    """A small zip that swells costs no memory: 60 files of 1 MB in it, and only hebb.py is read."""
    bomb = zipped({f"x{number}.py": b"\0" * (1 << 20) for number in range(60)} | {"hebb.py": b"a"})
    write(tmp_path, {"class/ada/lab.zip": bomb, "class.zip": zipped({"ada/lab.zip": bomb})})
    for place in (tmp_path / "class", tmp_path / "class.zip"):
        tracemalloc.start()
        try:
            assert found(place) == {"ada": b"a"}
            assert tracemalloc.get_traced_memory()[1] < 8 << 20
        finally:
            tracemalloc.stop()


def test_a_students_zips_are_bounded_together(tmp_path, monkeypatch):
    """Many zips hold no more than one may; what is not opened is told."""
    monkeypatch.setattr(collect, "MAX_ARCHIVE_BYTES", 1 << 20)
    large = zipped({"notes.txt": os.urandom(700 << 10)})
    write(tmp_path, {"ada/a.zip": large, "ada/b.zip": large, "bob/a.zip": large})
    ada, bob = handed_in(HEBB, tmp_path)

    assert ada.missing["hebb"] == (
        "hebb.py is missing: it was not handed in. There is notes.txt. b.zip was not opened: a student's archives "
        "have at most 1 MB in all."
    )
    assert bob.missing["hebb"] == "hebb.py is missing: it was not handed in. There is notes.txt."


@pytest.mark.parametrize("place", ["hebb.py", "lab02_hebb/hebb.py", "solutions/hebb.py"])
@pytest.mark.parametrize("work", ["final/hebb.py", "hebb_final.py", "v2/hebb.py", "HEBB (2).py"])
@pytest.mark.parametrize("edit", ["", "crlf", "older"])
def test_where_nothing_is_written_yet_never_wins(place, work, edit, tmp_path):
    """Wherever the stub lies, however the work is called, and whatever an editor made of the stub."""
    stub = make_stub(HEBB, "hebb")
    if edit == "crlf":
        stub = stub.replace("\n", "\r\n")
    if edit == "older":
        stub = stub.replace("Turn 0/1 data", "Change 0/1 data")
    right = engine_path("hebb").read_bytes()
    hand_in = {f"ada/{place}": stub.encode(), f"ada/{work}": right, "bob/hebb.py": right}
    ada, _ = handed_in(HEBB, write(tmp_path, hand_in))

    assert ada.texts == {"hebb": right}


def test_a_folder_that_was_packed_with_its_environment_is_read(tmp_path):
    """Forty megabytes of libraries beside the work cost nobody the mark."""
    library = os.urandom(20 << 20)
    files = {f".venv/lib/{name}.so": library for name in ("a", "b")} | {"hebb.py": b"right"}
    write(tmp_path, {"ada/deep-learning.zip": zipped(files)})
    (ada,) = handed_in(HEBB, tmp_path)

    assert ada.texts == {"hebb": b"right"}


def test_a_flood_of_files_in_a_students_zips_ends(tmp_path, monkeypatch):
    """The entries of all zips count together, and what was found before counts."""
    monkeypatch.setattr(collect, "MAX_ENTRIES", 11)
    flood = {f"{n}.txt": b"" for n in range(6)}
    write(
        tmp_path,
        {
            "ada/a.zip": zipped(flood),
            "ada/b.zip": zipped({**flood, "hebb.py": b"a"}),
            "bob/a.zip": zipped({"hebb.py": b"b", **flood}),
            "bob/b.zip": zipped(flood),
        },
    )
    ada, bob = handed_in(HEBB, tmp_path)
    told = "b.zip was not looked through: there are more than 11 files."

    assert ada.missing["hebb"].endswith(f"There is 0.txt, 1.txt and 2.txt. {told}")
    assert bob.texts == {"hebb": b"b"}
    assert bob.notes == (told,)


def test_of_two_different_files_each_is_a_reading(tmp_path):
    """None is taken by the alphabet; the same text twice is no question."""
    write(tmp_path, {"ada/a/hebb.py": b"a", "ada/b/hebb.py": b"b", "bob/hebb.py": b"b"})
    write(tmp_path, {"bob/old/hebb.py": b"b"})
    ada, bob = read_class(HEBB, tmp_path).hand_ins

    assert [one.texts for one in ada.readings] == [{"hebb": b"a"}, {"hebb": b"b"}]
    assert [one.texts for one in bob.readings] == [{"hebb": b"b"}]
    assert bob.first.notes == ()


def test_what_is_no_zip_is_told(tmp_path):
    """A file that is no zip is named."""
    (tmp_path / "class.rar").write_bytes(b"Rar!")

    with pytest.raises(
        SubmissionError,
        match=r"class\.rar cannot be opened: it is in RAR, and of archives only \.zip, .*folder",
    ):
        handed_in(HEBB, tmp_path / "class.rar")

    (tmp_path / "class.zip").write_bytes(b"Rar!")
    with pytest.raises(SubmissionError, match=r"class\.zip cannot be opened: it is in RAR, and"):
        handed_in(HEBB, tmp_path / "class.zip")

    (tmp_path / "class.bin").write_bytes(b"?")
    with pytest.raises(SubmissionError, match=r"class\.bin is neither a folder nor a zip"):
        handed_in(HEBB, tmp_path / "class.bin")


def test_a_flood_of_files_ends(tmp_path, monkeypatch):
    """More files than a class can have are refused, in a folder and in a zip."""
    monkeypatch.setattr(collect, "MAX_ENTRIES", 3)
    files = {f"s{i}/hebb.py": b"" for i in range(4)}
    write(tmp_path / "class", files)
    (tmp_path / "class.zip").write_bytes(zipped(files))

    for place in (tmp_path / "class", tmp_path / "class.zip"):
        with pytest.raises(SubmissionError, match="more than 3 files"):
            handed_in(HEBB, place)


def test_files_are_counted_by_student(tmp_path, monkeypatch):
    """A flood of one student's is told to that student; a module that is near is found all the same."""
    monkeypatch.setattr(collect, "MAX_ENTRIES", 50)
    flood = {
        f"{at}{n}.txt": b"" for at in ("mal/lab02_hebb/env/", "eve/", "eve/x/") for n in range(40)
    }
    write(
        tmp_path,
        {
            **flood,
            "ada/hebb.py": b"a",
            "eve/hebb.py": b"e",
            "mal/lab02_hebb/hebb.py": b"m",
            "mal/lab02_hebb/env/lib/x": b"",
            **{f"mal/lab02_hebb/env/lib/{n}/y/z": b"" for n in range(9)},
            **{f"sue/{n}.py": b"" for n in range(60)},
            "sue/hebb.py": b"s",
            **{f"tom/{n}.py": b"" for n in range(60)},
            "tom/lab02_hebb/hebb.py": b"t",
        },
    )
    told = "There are more than 50 files; not all were looked at."
    handed = {one.student: one for one in handed_in(HEBB, tmp_path)}

    assert {name: one.texts for name, one in handed.items()} == {
        "ada": {"hebb": b"a"},
        "eve": {"hebb": b"e"},
        "mal": {"hebb": b"m"},
        "sue": {"hebb": b"s"},  # however the system orders so many
        "tom": {"hebb": b"t"},
    }
    assert [list(one.notes) for one in handed.values()] == [[], *[[told]] * 4]


@pytest.mark.skipif(os.name != "posix", reason="needs descriptors of folders")
@pytest.mark.usefixtures("emptied")
@pytest.mark.parametrize(("levels", "name"), [(40, "a"), (2300, "a"), (30, "n" * 255)])
@pytest.mark.parametrize("near", [True, False])
def test_folders_within_folders_cost_only_their_student(tmp_path, levels, name, near):
    """Too deep for a path, or for us: the sentence says so, and what is near is graded."""
    write(tmp_path, {"ada/hebb.py": b"a", "mal/": b"", **({"mal/hebb.py": b"m"} if near else {})})
    here = os.open(tmp_path / "mal", os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("hebb.py", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    ada, mal = handed_in(HEBB, tmp_path)

    assert ada.texts == {"hebb": b"a"}
    told = (
        "Folders were looked into 32 deep, and there are more."
        if name == "a"
        else f"The folder {'n' * 120}… cannot be looked into: File name too long."
    )
    if near:
        assert (mal.texts, mal.notes) == ({"hebb": b"m"}, (told,))
    else:
        assert mal.notes == ()
        assert mal.missing == {"hebb": f"hebb.py is missing: it was not handed in. {told}"}


REFUSALS = [
    OSError(errno.ENAMETOOLONG, "File name too long"),
    PermissionError(errno.EACCES, "Permission denied"),
    OSError(errno.ELOOP, "Too many levels of symbolic links"),
    OSError(errno.ESTALE, "Stale file handle"),
    OSError(errno.EIO, "Input/output error"),
    OverflowError("Python int too large to convert to C long"),
    MemoryError(),
    RecursionError("maximum recursion depth exceeded"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    NotImplementedError("compression type 97"),
    struct.error("unpack requires a buffer of 4 bytes"),
    zlib.error("Error -3"),
    lzma.LZMAError("Corrupt input data"),
    ValueError("negative seek value -1"),
    AssertionError(),
]


@pytest.mark.parametrize("place", ["scandir", "read_file", "entries", "checked"])
@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda error: type(error).__name__)
def test_whatever_reading_one_student_raises_is_that_students(
    tmp_path, monkeypatch, place, refusal
):
    """Listing, reading, unpacking, decoding: the student has a sentence, and the class goes on."""
    own = zipped({"hebb.py": b"m"})
    write(tmp_path, {"ada/hebb.py": b"a", "mal/work.zip": own, "zoe/hebb.py": b"z"})
    if place in {"read_file", "checked"}:
        write(tmp_path, {"mal/hebb.py": b"mal"})
    where = {"scandir": collect.os, "entries": collect.zips}.get(place, collect)
    real = getattr(where, place)

    def refuse(*given):
        if "mal" in str(given) or place == "entries":
            raise refusal
        return real(*given)

    monkeypatch.setattr(where, place, refuse)
    ada, mal, zoe = handed_in(HEBB, tmp_path)

    assert (ada.texts, zoe.texts) == ({"hebb": b"a"}, {"hebb": b"z"})
    assert mal.texts == {}
    assert mal.missing["hebb"].startswith("hebb.py ")
    assert (str(refusal) or type(refusal).__name__).split("] ")[-1][:100] in mal.missing["hebb"]
    assert mal.digest != ada.digest
    assert read_folder(HEBB, "mal", tmp_path / "mal").first.missing == mal.missing


def test_a_folder_with_a_modules_name_is_told(tmp_path):
    """In a folder, in a zip, and in a student's own zip; a file that is there as well counts."""
    told = "hebb.py is a folder. Put the file itself there."
    files = {
        "ada/hebb.py/notes.txt": b"",
        "bob/lab02_hebb/hebb.py/": b"",
        "cyd/hebb.py/hebb.py": b"c",
    }
    write(tmp_path / "class", files)
    inner = zipped({"hebb.py/x": b""})
    write(tmp_path / "class", {"dan/work.zip": inner})
    (tmp_path / "class.zip").write_bytes(zipped({**files, "dan/work.zip": inner}))

    for place in (tmp_path / "class", tmp_path / "class.zip"):
        ada, bob, cyd, dan = handed_in(HEBB, place)
        assert ada.missing == bob.missing == dan.missing == {"hebb": told}
        assert cyd.texts == {"hebb": b"c"}


def test_many_zips_cost_no_more_than_one(tmp_path, monkeypatch):
    """Only so many are opened, the nearest first, and of those that are damaged only some."""
    monkeypatch.setattr(collect, "MAX_ARCHIVES", 5)
    empty = zipped({"x": b""})
    bad = bytearray(zipped({f"ada/{n:02}.zip": empty for n in range(30)} | {"bob/hebb.py": b"b"}))
    for n in range(30):
        bad[bad.index(f"ada/{n:02}.zip".encode()) + 10] ^= 0xFF
    (tmp_path / "class.zip").write_bytes(bad)
    write(tmp_path, {f"class/ada/far/{n:02}.zip": empty for n in range(30)})
    write(tmp_path, {"class/ada/near.zip": zipped({"hebb.py": b"a"})})
    (ada,) = handed_in(HEBB, tmp_path / "class")
    assert ada.texts == {"hebb": b"a"}
    assert list(ada.notes) == ["There are more than 5 archives; not all were opened."]

    monkeypatch.setattr(collect, "MAX_ARCHIVES", 30)
    monkeypatch.setattr(collect, "MAX_FAILED", 2)
    ada, bob = handed_in(HEBB, tmp_path / "class.zip")
    assert bob.texts == {"hebb": b"b"}
    assert ada.missing["hebb"].endswith(
        "00.zip cannot be unpacked: its archive is damaged or locked. 01.zip cannot be unpacked: its "
        "archive is damaged or locked. So many archives are damaged that the others were not opened."
    )


def test_archives_within_archives_are_opened_so_deep(tmp_path):
    """It does not go on for ever; what is not opened is named."""
    data = zipped({"hebb.py": b"a"})
    write(tmp_path, {"ada/work.ZIP": zipped({"a/b.zip": data}), "bob/work.zip": b""})
    for level in range(3):
        data = zipped({f"{level}.zip": data})
    write(tmp_path, {"bob/work.zip": data})
    ada, bob = handed_in(HEBB, tmp_path)

    assert ada.texts == {"hebb": b"a"}
    assert bob.missing["hebb"] == (
        "hebb.py is missing: it was not handed in. 0.zip was not opened: archives are opened 3 deep."
    )


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        *(("w.tar", "w"), ("w.tar.gz", "w:gz"), ("W.TGZ", "w:gz"), ("w.tar.bz2", "w:bz2")),
        *(("w.tbz2", "w:bz2"), ("w.zip", "w:gz"), ("w.rar", "w"), ("w.tar.gz", "w")),
    ],
)
def test_a_tar_archive_is_read(tmp_path, name, mode):
    """As a zip is, and so is one within a zip."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for path, text in {"lab02_hebb/hebb.py": b"a", "x/big.py": b"#" * (2 << 20)}.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
        link = tarfile.TarInfo("hebb.py")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    write(
        tmp_path, {f"ada/{name}": stream.getvalue(), "bob/a.zip": zipped({name: stream.getvalue()})}
    )

    assert found(tmp_path) == {"ada": b"a", "bob": b"a"}


@pytest.mark.parametrize("name", ["w.tar.gz", "w.rar", "w.zipx"])
def test_a_zip_is_read_whatever_it_is_called(tmp_path, name):
    """People rename archives because a platform refuses an ending."""
    write(tmp_path, {f"ada/{name}": zipped({"hebb.py": b"a"})})

    assert found(tmp_path) == {"ada": b"a"}


@pytest.mark.parametrize("name", ["HEBB.PY", "hebb.py.bak", "hebb (1).py"])
def test_in_a_tar_archive_a_near_name_counts_as_well(tmp_path, name):
    """Only what may be a module is kept in memory, however it is written."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b"a"))
    write(tmp_path, {"ada/w.tar": stream.getvalue()})

    assert found(tmp_path) == {"ada": b"a"}


@pytest.mark.parametrize("name", ["hebb.py.lnk", "hebb.py.crdownload", ".hebb.py.swp"])
def test_what_stands_for_the_file_is_named(tmp_path, name):
    """A shortcut or a broken download is not the file, and its student should know."""
    write(tmp_path, {f"ada/{name}": b"?", "ada/._hebb.py": b"?"})
    (ada,) = handed_in(HEBB, tmp_path)

    assert ada.missing["hebb"] == f"hebb.py is missing: it was not handed in. There is {name}."


def test_of_two_uploads_of_ilias_the_last_counts(tmp_path):
    """ILIAS keeps both, and writes before the name when each came."""
    write(
        tmp_path,
        {
            "L_Ada_al_7/20261103120000_hebb.py": b"a",
            "L_Ada_al_7/20261104120000_hebb.py": b"b",
            "R_Bo_br_8/20261103120000_hebb.py": b"c",
        },
    )

    assert found(tmp_path) == {"L Ada al": b"b", "R Bo br": b"c"}


def test_what_may_be_work_is_named_first_of_what_is_nobodys(tmp_path):
    """Somebody may have lost it there."""
    strays = [f"a{number}.pdf" for number in range(20)]
    write(tmp_path, {"ada/hebb.py": b"a", "bo.py": b"b", **dict.fromkeys(strays, b"")})

    assert "not graded: bo.py, a0.pdf" in read_class(HEBB, tmp_path).notes[0]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("w.tar.gz", b"no", "it is damaged, or another kind of archive"),
        ("w.7z", b"7z", OPENED),
        ("w.tar.zst", b"?", OPENED),
        ("w.rar", b"Rar!", f"it is in RAR, and {OPENED}"),
        ("w.zip", b"Rar!", f"it is in RAR, and {OPENED}"),
        ("w.tar.gz", b"\xfd7zXZ", f"it is in xz, and {OPENED}"),
    ],
)
def test_an_archive_that_is_not_opened_is_named(tmp_path, name, data, why):
    """The sentence says which, and why."""
    write(tmp_path, {f"ada/{name}": data})
    (ada,) = handed_in(HEBB, tmp_path)

    assert ada.missing["hebb"].endswith(f"{name} cannot be opened: {why}.")


def test_two_people_whose_names_are_not_text_stay_two(tmp_path):
    """A zip may say that a name is UTF-8 when it is not; what cannot be read is not left out."""
    packed = zipped({"\u00e9A/hebb.py": b"a", "\u00e9B/hebb.py": b"a"})
    packed = packed.replace(b"\xc3\xa9A", b"\xff\xfeA").replace(b"\xc3\xa9B", b"\xfe\xffA")
    (tmp_path / "class.zip").write_bytes(packed)

    assert list(found(tmp_path / "class.zip").values()) == [b"a", b"a"]


def test_a_tar_that_swells_is_given_up(tmp_path, monkeypatch):
    """It must be gone through from its beginning, and so it is bounded."""
    monkeypatch.setattr(tars, "MAX_UNPACKED_BYTES", 1 << 20)
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        entry = tarfile.TarInfo("zeros")
        entry.size = 8 << 20
        archive.addfile(entry, io.BytesIO(b"\0" * entry.size))
    write(tmp_path, {"ada/w.tgz": stream.getvalue()})
    (ada,) = handed_in(HEBB, tmp_path)

    assert ada.missing["hebb"].endswith("w.tgz cannot be opened: unpacked it has more than 1 MB.")


def test_a_student_whose_folder_is_a_link_is_not_lost(tmp_path):
    """Nor is the link followed; one that leads to no folder is nobody's."""
    write(tmp_path, {"real/hebb.py": b"r", "class/ada/hebb.py": b"a"})
    (tmp_path / "class" / "bob").symlink_to("../real")
    (tmp_path / "class" / "notes").symlink_to("/nowhere")
    ada, bob = handed_in(HEBB, tmp_path / "class")

    assert ada.texts == {"hebb": b"a"}
    assert (bob.student, bob.texts) == ("bob", {})
    assert bob.missing["hebb"].endswith("bob is a link. Put the folder itself there.")


def test_what_is_no_module_has_an_owner_as_well(tmp_path):
    """A text in Canvas's zip is its student's, who is told that the module is missing."""
    (tmp_path / "canvas.zip").write_bytes(
        zipped({"ada_1_2_essay.docx": b"e", "bob_3_4_hebb.py": b"b", "readme.txt": b""})
    )

    assert found(tmp_path / "canvas.zip") == {"ada": None, "bob": b"b"}


def test_sentences_hold_no_foreign_codes(tmp_path):
    """Names are cleaned and cut, wherever they stand."""
    name = "\x1b[2J\n" + "n" * 200
    files = {
        f"ada/{name}/my hebb.py": b"a",
        f"ada/{name}.zip": b"no zip",
    }
    write(tmp_path, files)
    (ada,) = handed_in(HEBB, tmp_path)

    assert len(list(ada.notes)) == 2
    assert all(
        "\x1b" not in note and "\n" not in note and len(note) < 250 for note in list(ada.notes)
    )


def test_one_folder_is_read_by_the_same_rules(tmp_path):
    """What a batch reads of a student, a single look reads as well."""
    write(tmp_path, {"ada/lab02_hebb/hebb.py": b"a"})
    (from_class,) = handed_in(HEBB, tmp_path)

    assert read_folder(HEBB, "ada", tmp_path / "ada" / "lab02_hebb").first == from_class
    assert from_class.digest == read_folder(HEBB, "bob", tmp_path / "ada").first.digest


def test_why_an_archive_was_not_opened_is_said_once(tmp_path):
    """In the sentence on the first module that is missing; where none is, among the notes."""
    write(
        tmp_path,
        {"ada/w.rar": b"", "bo/w.rar": b"", "bo/losses.py": b"l", "bo/activations.py": b"a"},
    )
    ada, bo = handed_in(TWO_MODULES, tmp_path)
    told = f"w.rar cannot be opened: {OPENED}."

    assert list(ada.missing.values()) == [
        f"activations.py is missing: it was not handed in. {told}",
        "losses.py is missing: it was not handed in.",
    ]
    assert (ada.notes, bo.notes) == ((), (told,))
