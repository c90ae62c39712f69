"""Hand-ins as no teacher wants them, made at random: zips and folders, each from a number."""

import io
import os
import random
import socket
import stat
import struct
import warnings
import zipfile
from functools import cache
from pathlib import Path

HEBB = b"def hebb_step(weight, bias, x, target):\n    return weight, bias\n"
STUDENTS = [
    "mallory",
    "mallory_12_34_hebb.py",
    "Mal Ory_7_assignsubmission_file_",
    "alice",
    "\x1b[2J",
    "",
]
NAMES = [
    *(
        "hebb.py",
        "hebb.py",
        "hebb.PY",
        "gates.py",
        "lab02_hebb",
        "lab02_hebb",
        "lab01_gates",
        "work.zip",
    ),
    *(
        "lab02_hebb.ipynb",
        "other.ipynb",
        "notes.txt",
        "__MACOSX",
        ".nnlab",
        "timestamp.txt",
        "CON",
        "-rf",
    ),
    *(
        "a",
        "b",
        "\x1b[2J\x1b]0;owned\x07",
        "new\nline",
        "\u202ebypy",
        "ü" * 100,
        "n" * 250,
        " ",
        "...",
    ),
]
RAW = [
    b"\xff\xfe",
    b"hebb\xff.py",
    b"PK\x05\x06",
    b"PK\x01\x02",
    b"lab02_hebb\\hebb.py",
    b"../../hebb.py",
]
PACKED = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
ODD = [0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, (1 << 64) - 1]


def contents(chance, depth=0):
    """Draw what a file holds: code, a zip in a zip, text, nothing."""
    kind = chance.random()
    if kind < 0.15 and depth < 3:
        return a_zip(chance, depth=depth + 1)
    return chance.choice([HEBB, HEBB, b"", b"\0", b"\xff\xfea\0", b"# \xe4\n", b"x" * 3000, b"PK"])


def a_zip(chance, *, of_class=False, depth=0):
    """Draw a zip: some files in folders, one student's or a class's, packed in every way."""
    out = io.BytesIO(b"#!stub\n" if chance.random() < 0.1 else b"")
    with (
        warnings.catch_warnings(action="ignore"),  # about names that are there twice
        zipfile.ZipFile(out, "a", chance.choice(PACKED)) as archive,
    ):
        archive.comment = b"PK\x05\x06" * chance.choice([0, 0, 0, 3])
        for _ in range(chance.choice([0, 1, 2, 3, 3, 4, 5])):
            parts = [chance.choice(STUDENTS)] if of_class else []
            parts += [chance.choice(NAMES) for _ in range(chance.choice([1, 1, 2, 3, 40]))]
            parts[-1] = chance.choice([parts[-1], "hebb.py"])
            name = "/".join(parts) + "/" * (chance.random() < 0.1)
            info = zipfile.ZipInfo(name[: 1 << 15])
            info.compress_type = archive.compression
            with archive.open(info, "w", force_zip64=chance.random() < 0.1) as file:
                file.write(b"" if name.endswith("/") else contents(chance, depth))
    data = out.getvalue()
    for raw in chance.sample(RAW, 2):  # names that Python's own writer would not write
        name = chance.choice(NAMES).encode()
        if chance.random() < 0.1:
            data = data.replace(name, raw.ljust(len(name), b"_")[: len(name)])
    return data


@cache
def base(number, *, of_class=False):
    """Make one of the zips that many are changed from: packing takes longer than all else."""
    return a_zip(random.Random(number), of_class=of_class)


def mutated(chance, data):
    """Change some bytes of a zip: at random, or a field of its directory to a number at an edge."""
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 4])):
        if not data:
            break
        kind, at = chance.random(), chance.randrange(len(data))
        if kind < 0.7:
            sign = chance.choice(
                [b"PK\x01\x02", b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06"]
            )
            found = data.find(sign, at)
            found = data.find(sign) if found < 0 else found
            form = chance.choice("HIQ")
            place = found + chance.randrange(4, 48)
            if found >= 0 and place + struct.calcsize(form) <= len(data):
                most = 256 ** struct.calcsize(form) - 1
                struct.pack_into(f"<{form}", data, place, min(chance.choice(ODD), most))
        elif kind < 0.9:
            data[at] = chance.randrange(256)
        elif kind < 0.93:
            del data[at:]
        elif kind < 0.97:
            del data[at : at + chance.choice([1, 4, 46, 1000])]
        else:
            data[at:at] = data[: chance.randrange(100)]
    return bytes(data)


def put_tree(chance, folder, outside, *, most=12):
    """Draw a folder on the disk: odd names, links, pipes, sockets, modes, depth."""
    waiting, left, modes = [folder], most, []
    while waiting and left > 0:
        here = waiting.pop(chance.randrange(len(waiting)))
        for _ in range(chance.randrange(1, 5)):
            left -= 1
            raw = chance.choice(NAMES) if chance.random() < 0.9 else os.fsdecode(chance.choice(RAW))
            place = here / raw.replace("/", "_")
            if not os.path.lexists(place) and len(os.fsencode(place)) < 3000:
                waiting += _put(chance, place, outside, modes)
    for place, mode in reversed(modes):  # what is within a closed folder first
        place.chmod(mode)


def _put(chance, place, outside, modes):
    """Put one thing there; return the folders that more may be put into."""
    kind = chance.random()
    if kind < 0.35:
        place = place.joinpath(*"d" * chance.choice([0, 0, 0, 1, 5, 20]))
        place.mkdir(parents=True)
        if chance.random() < 0.2:
            modes.append((place, chance.choice([0o000, 0o300, 0o500, stat.S_ISVTX | 0o700])))
        return [place, place]
    if kind < 0.65:
        data = contents(chance)
        place.write_bytes(mutated(chance, data) if chance.random() < 0.3 else data)
        modes.append((place, chance.choice([0o644, 0o644, 0o000, 0o4755, 0o222])))
    elif kind < 0.9:
        ends = [outside, outside / "keys", "/dev/zero", ".", "..", "/nowhere", place]
        place.symlink_to(chance.choice(ends))
    elif kind < 0.96:
        os.mkfifo(place)
    else:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("s")  # whose path may be short only
        Path("s").rename(place)
    return []
