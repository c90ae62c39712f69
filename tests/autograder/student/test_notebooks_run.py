"""All notebooks in a real kernel: right modules fill them, and stubs are named, to the last cell."""

import os
import re
import time
import warnings

import pytest

from autograder.course.catalogue import ROOT, labs, load_lab
from autograder.course.experiments import find_experiment
from autograder.course.stubs import make_stub
from autograder.gallery import lecture_figures as figures
from tests.conftest import reference_text

nbclient = pytest.importorskip("nbclient", reason="needs the extra `instructor`")
pytest.importorskip("ipykernel", reason="needs the extra `instructor`")

FAST_ENOUGH_SECONDS = 60 * float(os.environ.get("NNLAB_SLOWER", "2"))
"""A minute, and as much again where others have the machine."""

HEBB = load_lab("lab02_hebb")


def run(lab, top, *, stubs=False):
    """Run a lab's notebook in a workspace that has all labs; return code cells and outputs' texts."""
    import nbformat

    for each in labs():
        folder = top / "assignments" / each.id
        folder.mkdir(parents=True)
        for module in each.modules:
            is_stub = stubs and each is lab
            text = make_stub(each, module) if is_stub else reference_text(module)
            (folder / f"{module}.py").write_text(text, encoding="utf-8")
    notebook = nbformat.read(ROOT / "assignments" / lab.id / f"{lab.id}.ipynb", as_version=4)
    for cell in notebook.cells:
        if match := re.fullmatch(r'predict\("([a-z0-9-]+)", \.\.\.\)', cell.source):
            value = find_experiment(match[1])[1].right
            cell.source = f'predict("{match[1]}", {value!r})'
    place = {"metadata": {"path": str(top / "assignments" / lab.id)}}
    with warnings.catch_warnings(action="ignore"):  # of the kernel's own libraries
        client = nbclient.NotebookClient(notebook, timeout=200, resources=place)
        client.execute(env={**os.environ, "PYTHONPATH": str(ROOT)})
    return [
        (c, [o.get("text") or o.data.get("text/plain", "") for o in c.outputs])
        for c in notebook.cells
        if c.cell_type == "code"
    ]


def check_right(lab, top):
    """Every cell that grades has its points, every figure is drawn by the student's modules."""
    begin = time.perf_counter()
    for cell, texts in run(lab, top):
        if cell.metadata.nbgrader.grade:
            assert float(texts[-1]) == cell.metadata.nbgrader.points, (cell.source, texts)
        elif cell.source.startswith("figure"):
            assert "Drawn by your " in texts[-1], texts
            assert "do not show" not in texts[-1], texts
            assert "image/png" in cell.outputs[0].data
        elif cell.source.startswith("predict"):
            assert "you predict" in texts[0], texts
    assert time.perf_counter() - begin < FAST_ENOUGH_SECONDS


def check_stubs(lab, top):
    """No cell raises; what a run or a figure needs is named, and nothing has points."""
    for cell, texts in run(lab, top, stubs=True):
        if cell.metadata.nbgrader.grade:
            assert float(texts[-1]) == 0.0, (cell.source, texts)
        if cell.source.startswith(("figure", "observe")):
            assert f" of {lab.id}, which is not written yet. Write it in" in texts[0], texts


def test_one_lab_runs_to_its_end(tmp_path):
    """With right modules."""
    check_right(HEBB, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.id)
def test_every_lab_runs_to_its_end(lab, tmp_path):
    """In under a minute each."""
    check_right(lab, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.id)
def test_with_stubs_every_lab_says_what_to_write_first(lab, tmp_path):
    """In the cells that run something; the notebook comes to its end."""
    check_stubs(lab, tmp_path)


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.id)
def test_every_lab_shows_a_picture_where_the_gallery_has_one(lab):
    """Each figure exists; lab 13 has none of its own."""
    import json

    notebook = json.loads((ROOT / "assignments" / lab.id / f"{lab.id}.ipynb").read_text("utf-8"))
    sources = ["".join(cell["source"]) for cell in notebook["cells"]]
    shown = [s for source in sources for s in re.findall(r'^figure\("([a-z0-9-]+)"\)$', source)]

    assert set(shown) <= figures().keys()
    assert bool(shown) == (lab.id != "lab13_capstone")
