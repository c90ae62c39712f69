"""A notebook is read whatever it is, and its cells are known by what is left of them."""

import json
from pathlib import Path

import pytest

from autograder.classroom.platforms.nbgrader import cells
from autograder.classroom.platforms.nbgrader.cells import (
    Cell,
    likeness,
    match,
    read_documents,
    read_notebook,
    read_notebooks,
)
from autograder.course.catalogue import ROOT

RELEASED = ROOT / "assignments" / "lab02_hebb" / "lab02_hebb.ipynb"
OTHER_LAB = ROOT / "assignments" / "lab03_perceptron" / "lab03_perceptron.ipynb"
QUESTION = Cell("markdown", "Why?\nSay it.", "cell-q", {"grade_id": "q"})
ANSWER = Cell("markdown", "stub", "cell-a", {"grade_id": "a", "solution": True, "grade": True})


def written(folder: Path, content: object, name: str = "lab02_hebb.ipynb") -> Path:
    """Write a file: bytes as they are, all else as JSON."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"cells": 3, "nbformat": 4}', b"[" * 50_000],
)
def test_of_what_is_no_notebook_the_text_is_kept(content, tmp_path):
    """A human reads it, whatever it is."""
    (cell,) = read_notebook(written(tmp_path, content)).cells

    assert cell.kind == "raw"
    assert len(cell.text) >= len(content) // 2


def test_what_is_not_shaped_like_a_cell_costs_no_other(tmp_path):
    """The cells beside it are read."""
    odd = [1, None, {}, {"source": {"a": 1}}, {"source": [1]}]
    good = {"cell_type": 7, "source": ["a", "b"], "metadata": 5, "attachments": 3, "id": None}
    (cell,) = read_notebook(written(tmp_path, {"cells": [*odd, good]})).cells

    assert (cell.kind, cell.text, cell.id) == ("markdown", "ab", "")


def test_a_notebook_of_version_3_is_read(tmp_path):
    """Sheets, headings, input and pictures had other names."""
    plot = {"output_type": "pyout", "png": "AA==", "text": "plot"}
    sheet = [
        {"cell_type": "heading", "source": "Mine", "level": 2},
        {"cell_type": "code", "input": ["1 +", " 1"], "outputs": [plot]},
    ]
    old = {"nbformat": 3, "worksheets": [{"cells": sheet}], "metadata": {}}
    heading, code = read_notebook(written(tmp_path, old)).cells

    assert (heading.kind, heading.text) == ("markdown", "# Mine")
    assert code.text == "1 + 1"
    assert code.outputs[0]["data"] == {"image/png": "AA==", "text/plain": "plot"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_notebook_of_another_encoding_is_read(encoding, tmp_path):
    """Editors on Windows write them."""
    text = json.dumps({"cells": [{"source": "Für w ≠ 0"[:5]}]}, ensure_ascii=False)
    (cell,) = read_notebook(written(tmp_path, text.encode(encoding))).cells

    assert cell.text == "Für w"


def test_half_a_character_pair_is_replaced(tmp_path):
    """No file could hold it."""
    content = rb'{"cells": [{"source": "a\ud800b", "attachments": {"\ud800": {"a": "b"}}}]}'
    (cell,) = read_notebook(written(tmp_path, content)).cells

    assert cell.text == "a?b"
    assert cell.attachments == {"?": {"a": "b"}}


def test_of_outputs_text_and_pictures_are_taken(tmp_path):
    """HTML would run in the page of who grades."""
    outputs = [
        {"output_type": "stream", "name": "stderr", "text": ["hi"]},
        {"output_type": "display_data", "data": {"image/png": "AA==", "text/html": "<script>"}},
        {"output_type": "display_data", "data": {"text/html": "<script>"}},
        {"output_type": "error", "traceback": ["oh", "no"]},
        5,
    ]
    cell = {"cell_type": "code", "source": "x", "outputs": outputs}
    (found,) = read_notebook(written(tmp_path, {"cells": [cell]})).cells

    assert [output.get("text", output.get("data")) for output in found.outputs] == [
        "hi",
        {"image/png": "AA=="},
        "oh\nno",
    ]


@pytest.mark.parametrize(("number", "kind"), [(3, "markdown"), (cells.MAX_CELLS + 1, "raw")])
def test_very_many_cells_are_text(number, kind, tmp_path):
    """Reading each costs more than its text, and nobody wrote so many by hand."""
    many = [{"cell_type": "markdown", "source": "x"}] * number

    assert read_notebook(written(tmp_path, {"cells": many})).cells[0].kind == kind


def test_a_notebook_of_many_megabytes_is_not_read(tmp_path, monkeypatch):
    """Its size is looked at first, and a sentence is in its place."""
    monkeypatch.setattr(cells, "MAX_NOTEBOOK_BYTES", 10)
    (cell,) = read_notebook(written(tmp_path, {"cells": [{"source": "x"}]})).cells

    assert cell.text.startswith("lab02_hebb.ipynb cannot be read: lab02_hebb.ipynb has ")


def test_a_notebooks_name_is_one_that_a_file_can_hold(tmp_path):
    """It is shown to who grades, and may be of any bytes."""
    path = tmp_path / "\udcffa`\x1b[31m.ipynb"

    assert read_notebook(path).name.encode("utf-8").isascii()
    assert "cannot be read" in read_notebook(path).cells[0].text


@pytest.mark.parametrize(
    ("handed", "found"),
    [
        ([Cell("code", "x", "", {"grade_id": "a"})], {0: 1}),
        ([Cell("markdown", "x", "cell-a")], {0: 1}),
        ([Cell("markdown", "Why? Say\n\n it. ")], {0: 0}),
        ([Cell("markdown", "Why?\nSay it.\n\nBecause.")], {0: 0}),
        ([Cell("raw", "Why?\nSay it.\n\nBecause.")], {}),
        ([Cell("markdown", "stub")], {}),
        ([Cell("markdown", "x", "", {"grade_id": ["a"]})], {}),
        ([Cell("markdown", "1", "", ANSWER.nbgrader), ANSWER], {1: 1}),
        ([Cell("markdown", "1", "cell-a"), Cell("markdown", "2", "cell-a")], {0: 1}),
        ([ANSWER, QUESTION], {0: 1, 1: 0}),
    ],
)
def test_a_cell_is_known_by_the_surest_sign(handed, found):
    """The name that nbgrader gives, Jupyter's id, and the text of what nobody writes in; one cell for each."""
    assert match([QUESTION, ANSWER], handed) == found


def test_another_labs_notebook_is_not_like_this_ones():
    """What every lab's notebook has, such as its first cell, does not count."""
    ours = read_notebook(RELEASED).cells

    assert likeness(ours, read_notebook(OTHER_LAB).cells) == 0
    assert likeness(ours, ours) > 10


def names(folder):
    """Tell which notebooks of a submission are read."""
    return [notebook.name for notebook in read_notebooks(folder, RELEASED)]


def test_documents_that_may_hold_answers_are_named(tmp_path):
    """Texts, scans and archives, and a notebook that was saved as a script; not what the course gave."""
    released, folder = tmp_path / "released" / "lab02_hebb.ipynb", tmp_path / "ada"
    for path in (
        *(
            released,
            released.with_name("given.pdf"),
            folder / "given.pdf",
            folder / "timestamp.txt",
        ),
        *(
            folder / "hebb.py",
            folder / "lab02_hebb.ipynb",
            folder / "README.md",
            folder / "._a.pdf",
        ),
        *(
            folder / "lab02_hebb.py",
            folder / "Essay.DOCX",
            folder / "x" / "scan.jpg",
            folder / ".g" / "a.md",
        ),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")

    assert read_documents(folder, released) == ["Essay.DOCX", "lab02_hebb.py", "scan.jpg"]


def test_all_notebooks_of_this_lab_are_read(tmp_path):
    """The lab's own name first; not other labs', and not what an editor hides."""
    ours, other = RELEASED.read_bytes(), OTHER_LAB.read_bytes()
    written(tmp_path, ours)
    written(tmp_path, ours, "sub/LAB02_Hebb (1).IPYNB")
    written(tmp_path, ours, ".ipynb_checkpoints/lab02_hebb-checkpoint.ipynb")
    written(tmp_path, ours, "__MACOSX/lab02_hebb.ipynb")
    written(tmp_path, other, "lab03_perceptron.ipynb")

    assert names(tmp_path) == ["lab02_hebb.ipynb", "LAB02_Hebb (1).IPYNB"]


def test_where_none_is_of_this_lab_all_are_read(tmp_path):
    """The answers may stand in a notebook that the student made."""
    written(tmp_path, b"{")
    written(tmp_path, {"cells": [{"source": "mine"}]}, "mine.ipynb")

    assert names(tmp_path) == ["lab02_hebb.ipynb", "mine.ipynb"]


def test_a_notebook_that_was_lent_gives_way(tmp_path):
    """Where the lab's notebook was handed in under another name, what we put there says nothing."""
    lent = {**json.loads(RELEASED.read_text("utf-8")), "metadata": {"nnlab": {"lent": True}}}
    written(tmp_path, lent)
    written(tmp_path, OTHER_LAB.read_bytes(), "other.ipynb")
    assert names(tmp_path) == ["lab02_hebb.ipynb", "other.ipynb"]

    written(tmp_path, RELEASED.read_bytes(), "mine.ipynb")
    assert names(tmp_path) == ["mine.ipynb"]
