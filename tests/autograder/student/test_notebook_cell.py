"""What a cell of a notebook calls: the same points as `nnlab grade`, and its report in words."""

import os
import subprocess
import sys
import warnings

import numpy as np
import pytest

from autograder import check
from autograder.course.catalogue import ROOT
from autograder.grading.submission import SubmissionError
from autograder.student import notebook_cell
from tests.conftest import reference_text


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a right module, as a notebook's kernel is started in."""
    (tmp_path / "hebb.py").write_text(reference_text("hebb"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(notebook_cell, "_last", None)
    return tmp_path


def test_a_cell_prints_the_report_and_has_the_points(folder, capsys):
    """Right: full points; wrong: none, the fact, and the mistake's name; the file is read anew."""
    assert repr(check("hebb.update")) == "3.0"
    assert "✓ hebb.update  3/3" in capsys.readouterr().out
    (folder / "hebb.py").write_text(reference_text("hebb").replace("bias + target", "bias"))

    assert repr(check("hebb.update")) == "0.0"
    shown = capsys.readouterr().out
    assert "called    hebb_step(" in shown
    assert "The weights learn but the bias stays put." in " ".join(shown.split())
    assert "hebb.predict" not in shown
    assert shown.endswith("\nThe call as lines to paste: nnlab case hebb.update\n")


def test_a_cell_counts_as_the_mark_does(folder):
    """A check whose need fails has no points here either."""
    (folder / "hebb.py").write_text(reference_text("hebb").replace("bias + target", "bias"))

    assert check("hebb.history") == 0.0


def test_cells_in_a_row_grade_once(folder, monkeypatch):
    """One state of the file is graded once, whatever its cells ask."""
    assert check("hebb.update") == 3.0
    monkeypatch.setattr("autograder.sandbox.open_sandbox", None)

    assert check("hebb.predict") == 2.0
    assert (folder / "hebb.py").exists()


@pytest.mark.parametrize("place", ["lab02_hebb", "assignments/lab02_hebb"])
def test_a_kernel_may_start_in_the_workspace(folder, place, monkeypatch):
    """As editors do: the same file is found as `nnlab grade lab02` finds."""
    (folder / place).mkdir(parents=True)
    (folder / "hebb.py").rename(folder / place / "hebb.py")
    assert check("hebb.update") == 3.0

    monkeypatch.chdir(folder / place)
    monkeypatch.setattr(notebook_cell, "_last", None)
    assert check("hebb.update") == 3.0


@pytest.mark.usefixtures("folder")
def test_a_missing_module_is_told(folder, capsys):
    """Where the module is not beside the notebook, the sentence says where it should be."""
    (folder / "hebb.py").unlink()

    assert check("hebb.update") == 0.0
    assert "hebb.py is missing" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("hebb.updat", "The checks are hebb.to_bipolar"), ("nothing", "such as hebb.update")],
)
def test_an_unknown_check_is_told(name, sentence):
    """The sentence lists what there is."""
    with pytest.raises(SubmissionError, match=sentence):
        check(name)


def test_a_notebook_may_import_it_at_any_time(folder):
    """`from autograder import check` gives the same before and after the module was imported."""
    program = (
        "from autograder import check\nfirst = check\nimport autograder.course.lab\n"
        "from autograder import check\nassert check is first\nprint(check('hebb.to_bipolar'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.endswith("2.0\n")
    assert done.stderr == ""


class Shell:
    """As much of IPython's shell as an extension needs."""

    def __init__(self):
        self.user_ns = {}

    def push(self, names):
        """Put names into the notebook."""
        self.user_ns |= names


@pytest.fixture
def shell(folder, monkeypatch):
    """A shell that the extension is loaded in, and a module that it has imported."""
    import autograder

    monkeypatch.setattr(notebook_cell, "_following", None)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    made = Shell()
    autograder.load_ipython_extension(made)
    exec("import hebb\nfrom hebb import hebb_step as step\nmine = 7", made.user_ns)
    yield made
    autograder.unload_ipython_extension(made)
    del sys.modules["hebb"]


def test_the_extension_loads_anew_what_is_graded(folder, shell):
    """After a check, module and imported functions are those of the file; other names stay."""
    x, old = np.array([1.0, -1.0]), shell.user_ns["step"]
    assert old(x, 1.0, x, -1)[1] == 0
    (folder / "hebb.py").write_text(reference_text("hebb").replace("bias + target", "bias + 40"))

    assert shell.user_ns["check"]("hebb.update") == 0.0
    assert shell.user_ns["step"](x, 1.0, x, -1)[1] == 41
    assert shell.user_ns["hebb"].hebb_step is shell.user_ns["step"]
    assert shell.user_ns["mine"] == 7


@pytest.mark.parametrize("text", ["def (", "raise SystemExit", "1 / 0", "import nowhere"])
def test_a_file_that_cannot_be_loaded_is_told_by_the_report_alone(folder, shell, capsys, text):
    """What breaks in loading breaks no cell: the report has said it, and the old functions stay."""
    (folder / "hebb.py").write_text(text)

    assert shell.user_ns["check"]("hebb.update") == 0.0
    assert "hebb.update  0/3" in capsys.readouterr().out
    assert callable(shell.user_ns["step"])


def test_without_the_extension_nothing_is_loaded_anew(folder, shell):
    """Unloaded, a check leaves the notebook's modules as they are."""
    import autograder

    autograder.unload_ipython_extension(shell)
    before = shell.user_ns["hebb"].hebb_step
    (folder / "hebb.py").write_text(reference_text("hebb") + "\n# later\n")

    assert check("hebb.update") == 3.0
    assert shell.user_ns["hebb"].hebb_step is before


CELLS = (
    "%load_ext autograder",
    "import numpy as np\nfrom hebb import hebb_step\nx = np.array([1.0, -1.0])",
    'check("hebb.update")',
    """from pathlib import Path
file = Path('hebb.py')
_ = file.write_text(file.read_text().replace('bias + target', 'bias'))""",
    'check("hebb.update")',
    "hebb_step(x, 5.0, x, -1)[1]",
    """_ = file.write_text(file.read_text().replace('weight + bias >= 0', 'weight >= 0'))
check("hebb.predict")""",
    'check("hebb.updat")',
)


def test_in_a_real_kernel(folder):
    """A notebook shows report and picture as HTML, has words beside it, returns the points, reloads."""
    nbclient = pytest.importorskip("nbclient", reason="needs the extra `instructor`")
    pytest.importorskip("ipykernel", reason="needs the extra `instructor`")
    from nbformat.v4 import new_code_cell, new_notebook

    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with warnings.catch_warnings(action="ignore"):  # of the kernel's own libraries
        client = nbclient.NotebookClient(
            notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}
        )
        client.execute(env=environment)
    outputs = [cell.outputs for cell in notebook.cells]

    assert outputs[0] == outputs[1] == outputs[3] == []
    right, wrong, drawn = (outputs[at] for at in (2, 4, 6))
    assert [out.output_type for out in right] == ["display_data", "execute_result"]
    assert "✓ hebb.update  3/3" in right[0].data["text/plain"]
    assert right[1].data["text/plain"] == "3.0"
    assert wrong[1].data["text/plain"] == "0.0"
    assert "The weights learn but the bias stays put." in wrong[0].data["text/html"]
    assert "The weights learn but the bias" in wrong[0].data["text/plain"]
    assert outputs[5][0].data["text/plain"].startswith(("5.0", "np.float64(5.0)"))
    assert drawn[1].data["text/plain"] == "0.0"
    assert "data:image/png;base64," in drawn[0].data["text/html"]
    assert outputs[7][0].ename == "SubmissionError"
