"""Zips of strangers: what is whole is read as Python reads it, what is not costs itself alone."""

import io
import struct
import tracemalloc
import unicodedata
import zipfile
import zlib

import pytest

from autograder.classroom import zips
from autograder.storage import TooLargeError

PACKED = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


def a_zip(files, packed=zipfile.ZIP_DEFLATED, *, before=b"", comment=b"", large=False):
    """Make a zip of files by their names."""
    out = io.BytesIO(before)
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a" if before else "w", packed) as archive:
        archive.comment = comment
        for name, text in files.items():
            with archive.open(name, "w", force_zip64=large) as file:
                file.write(text)
    return out.getvalue()


def read(data, most=1000):
    """Read a zip as a table; what cannot be read stands as its error."""
    found = {}
    for entry in zips.entries(io.BytesIO(data)):
        try:
            found[entry.name] = entry.read(most)
        except Exception as error:  # noqa: BLE001  which they are is what is asked
            found[entry.name] = error
    return found


def records(data):
    """Find where the entries of a zip's directory begin."""
    starts = [data.find(b"PK\1\2")]
    while (after := data.find(b"PK\1\2", starts[-1] + 1)) >= 0:
        starts.append(after)
    return starts


def with_field(data, number, offset, form, value):
    """Write a number into an entry of a zip's directory."""
    changed = bytearray(data)
    struct.pack_into(form, changed, records(data)[number] + offset, value)
    return bytes(changed)


FILES = {"a.py": b"a" * 50, "f/ü.py": b"", "f/b.py": b"b" * 500}


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize(
    "more", [{}, {"before": b"#!/bin/sh\n"}, {"comment": b"c" * 65000}, {"large": True}]
)
def test_what_is_whole_is_read(packed, more):
    """Packed in every way, with something before it or behind, and in the form of large zips."""
    assert read(a_zip(FILES, packed, **more)) == FILES


def test_the_end_of_a_large_zip_is_found():
    """Where it has a second one, which has room for large numbers."""
    data = a_zip(FILES)
    at = data.index(b"PK\5\6")
    count, size, begin = struct.unpack_from("<HII", data, at + 10)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, begin)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, at, 1)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, *[0xFFFF] * 2, *[0xFFFFFFFF] * 2, 0)

    assert read(data[:at] + record + locator + end) == FILES


def test_folders_are_known_by_their_names():
    """With either system's slash at the end."""
    data = a_zip({"f/": b"", "g\\": b"", "h": b""})

    assert [entry.is_folder for entry in zips.entries(io.BytesIO(data))] == [True, True, False]


def named(raw, *, flags=0, extra=b""):
    """Read the name of a zip's only entry, whose record has these bytes."""
    data = a_zip({"x" * len(raw): b"1"}).replace(b"x" * len(raw), raw)
    at, end = records(data)[0], data.index(b"PK\5\6")
    changed = bytearray(data[:end] + extra + data[end:])
    struct.pack_into("<H", changed, at + 8, flags)
    struct.pack_into("<H", changed, at + 30, len(extra))
    struct.pack_into("<I", changed, changed.index(b"PK\5\6") + 12, end + len(extra) - at)
    ((name, text),) = read(bytes(changed)).items()
    assert text == b"1"
    return name


def unicode_path(name, raw, version=1):
    """Write Info-ZIP's field of a name, after another field."""
    text = struct.pack("<BI", version, zlib.crc32(raw)) + name.encode()
    return struct.pack("<HH5sHH", 0x5455, 5, b"times", 0x7075, len(text)) + text


DECOMPOSED = unicodedata.normalize("NFD", "José Müller/hebb.py").encode()


@pytest.mark.parametrize(
    ("raw", "more", "name"),
    [
        ("José Müller/a.py".encode(), {"flags": 0x800}, "José Müller/a.py"),
        ("José Müller/a.py".encode(), {}, "José Müller/a.py"),
        (DECOMPOSED, {}, "José Müller/hebb.py"),
        (DECOMPOSED, {"flags": 0x800}, "José Müller/hebb.py"),
        ("José Müller/a.py".encode("cp437"), {}, "José Müller/a.py"),
        (b"Jos\x82 \xff", {}, "José \xa0"),
        (b"Jos? M?ller", {"extra": unicode_path("José Müller", b"Jos? M?ller")}, "José Müller"),
        (b"Jos\x82", {"extra": unicode_path("Zoë", b"Jos\x82")}, "Zoë"),
        (b"Jos\x82", {"extra": unicode_path("Zoë", b"another name")}, "José"),
        (b"Jos\x82", {"extra": unicode_path("Zoë", b"Jos\x82", version=2)}, "José"),
        (b"Jos\x82", {"extra": unicode_path("Zoë", b"Jos\x82")[:12]}, "José"),
        (b"Jos\xe9", {"flags": 0x800}, "Jos\u0398"),
        ("李雷/ א.py".encode(), {}, "李雷/ א.py"),
    ],
)
def test_names_are_read_as_they_were_meant(raw, more, name):
    """Packers of Apple write UTF-8 without saying so, others DOS's signs, or the name beside it."""
    assert named(raw, **more) == name


def test_a_name_of_accents_alone_takes_no_time():
    """To order a hundred thousand accents takes minutes."""
    name = "e" + "\u0301\u0323" * 10_000

    assert named(name.encode(), flags=0x800) == name


@pytest.mark.parametrize(
    ("offset", "form", "value"),
    [
        (4, "<H", 0xFFFF),  # made by, and needs: a version that nobody knows
        (8, "<H", 0x1),  # locked
        (8, "<H", 0x20),  # a patch to another file
        (8, "<H", 0x40),
        (10, "<H", 9),  # packed as Python does not know
        (10, "<H", 0xFFFF),
        (16, "<I", 1),  # another sum
        (20, "<I", 1),  # packed size
        (20, "<I", 0xFFFFFFFF),
        (24, "<I", 1),  # size
        (24, "<I", 0xFFFFFFFE),
        (24, "<I", 0xFFFFFFFF),
        (28, "<H", 0xFFFF),  # length of the name, of the extra part and of the comment
        (28, "<H", 0),
        (30, "<H", 0xFFFF),
        (30, "<H", 9),
        (32, "<H", 0xFFFF),
        (42, "<I", 7),  # place
        (42, "<I", 0x7FFFFFFF),
        (42, "<I", 0xFFFFFFFF),
    ],
)
@pytest.mark.parametrize("number", [0, 1])
def test_a_damaged_entry_costs_no_other(number, offset, form, value):
    """Whichever field of its record is wrong, whichever entry it is."""
    files = {"a.py": b"a" * 50, "m.py": b"m" * 50, "z.py": b"z" * 50}
    found = read(with_field(a_zip(files), number, offset, form, value))
    others = {name: text for name, text in files.items() if name not in list(files)[number]}

    assert found.items() >= others.items()


@pytest.mark.parametrize("numbers", [(1 << 64) - 1, 1 << 63, (1 << 63) - 1, 1 << 32])
@pytest.mark.parametrize("length", [0, 4, 8, 24, 0xFFFF])
def test_places_that_cannot_be_are_errors(numbers, length):
    """The extra part has room for numbers that no file reaches, and may be cut off."""
    data = a_zip({"a.py": b"a"}, large=True)
    record = records(data)[0]
    extra = struct.pack("<HHQQQ", 1, length, numbers, numbers, numbers)
    name = struct.unpack_from("<H", data, record + 28)[0]
    changed = bytearray(data[: record + 46 + name] + extra + data[data.index(b"PK\5\6") :])
    struct.pack_into("<H", changed, record + 30, len(extra))
    for offset in (20, 24, 42):
        struct.pack_into("<I", changed, record + offset, 0xFFFFFFFF)
    struct.pack_into("<I", changed, changed.index(b"PK\5\6") + 12, 46 + name + len(extra))
    (found,) = read(bytes(changed)).values()

    assert isinstance(found, Exception)


def test_bounds_hold_whatever_a_zip_says():
    """What is too large is refused before it is unpacked; a size that lies is found out."""
    data = a_zip({"a.py": bytes(1 << 20)})
    honest = read(data)["a.py"]

    assert isinstance(honest, TooLargeError)
    assert str(honest).startswith("a.py has 1.0 MB; ")
    for size in (0, 999):
        assert isinstance(read(with_field(data, 0, 24, "<I", size))["a.py"], Exception)
    assert read(data, most=1 << 20) == {"a.py": bytes(1 << 20)}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\5\6",
        b"Rar!" * 100,
        a_zip(FILES)[:-30],
        a_zip(FILES)[:-1],
        a_zip(FILES)[400:],
        a_zip(FILES).replace(b"PK\5\6", b"PK\5\7"),
    ],
)
def test_what_is_no_zip_is_refused(data):
    """Also one that is cut off, in front or behind."""
    with pytest.raises(zips.ZipError):
        zips.entries(io.BytesIO(data))


def test_a_directory_that_hurts_is_refused(monkeypatch):
    """It is read whole, so it has a bound."""
    monkeypatch.setattr(zips, "MAX_DIRECTORY_BYTES", 100)

    with pytest.raises(zips.ZipError, match="a directory that cannot be"):
        zips.entries(io.BytesIO(a_zip(FILES)))


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=str
)
def test_what_hides_more_than_it_says_is_not_unpacked(method):
    """An entry of 60 MB that says 10 bytes takes next to no memory, however it is packed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("hebb.py", bytes(60 << 20))
    data = bytearray(made.getvalue())
    for at in (data.find(b"PK\x03\x04") + 22, data.find(b"PK\x01\x02") + 24):
        data[at : at + 4] = (10).to_bytes(4, "little")
    (entry,) = zips.entries(io.BytesIO(bytes(data)))
    tracemalloc.start()
    with pytest.raises(zips.ZipError):
        entry.read(1 << 20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 20 << 20


def test_a_name_that_looks_like_the_end_of_a_large_zip_is_a_name():
    """Without the record that leads to it, what looks like such an end means nothing."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a/hebb.py", "x = 1")
        archive.writestr("z" * 40 + "PK\x06\x06" + "y" * 72, "")

    assert next(entry.name for entry in zips.entries(made)) == "a/hebb.py"
