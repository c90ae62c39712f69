"""What a student wrote is in the graded notebook, whatever happened to the cells around it."""

import json

import pytest

from autograder.classroom.platforms.nbgrader.cells import Cell, Notebook, as_cell
from autograder.classroom.platforms.nbgrader.notebooks import read_text
from autograder.course.catalogue import ROOT, load_lab
from tests.autograder.classroom.platforms.nbgrader import oddities
from tests.autograder.classroom.platforms.nbgrader.oddities import FIRST, ODDITIES, SECOND, find

nbformat = pytest.importorskip("nbformat")
utils = pytest.importorskip("nbgrader.utils")
validator = pytest.importorskip("nbgrader.nbgraderformat").MetadataValidator()
essays = pytest.importorskip(
    "autograder.classroom.platforms.nbgrader.essays", exc_type=ModuleNotFoundError
)

PATH = ROOT / "assignments" / "lab02_hebb" / "lab02_hebb.ipynb"
RELEASED = nbformat.read(PATH, as_version=4)
STUB = "YOUR ANSWER HERE"


def gathered(edit, *others, name="lab02_hebb.ipynb"):
    """Rebuild the released notebook, after somebody's edit of it."""
    notebook = json.loads(PATH.read_text("utf-8"))
    edit(notebook)
    cells = [as_cell(cell) for cell in notebook["cells"]]
    rebuilt, notes = essays.gather(RELEASED, [Notebook(name, cells), *others])
    nbformat.validate(rebuilt)
    validator.validate_nb(rebuilt)  # so that no step of nbgrader's needs to look
    assert len({cell.id for cell in rebuilt.cells}) == len(rebuilt.cells)
    return rebuilt, notes


def answer(notebook, name):
    """Find an answer's cell."""
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name)


def below(notebook, name):
    """List what stands between an answer's cell and the next released one."""
    start = notebook.cells.index(answer(notebook, name)) + 1
    own = []
    for cell in notebook.cells[start:]:
        if "nbgrader" in cell.metadata:
            break
        own.append(cell.source)
    return own


def is_zero(cell):
    """Tell whether nbgrader gives an answer 0 by itself."""
    return utils.determine_grade(cell)[0] == 0


def own(text, kind="markdown", **more):
    """Make a cell of a student's."""
    return {"cell_type": kind, "metadata": {}, "source": text, **more}


def after(name, *cells):
    """Make an edit that puts cells below a released one."""

    def edit(notebook):
        at = notebook["cells"].index(find(notebook, name)) + 1
        notebook["cells"][at:at] = cells

    return edit


@pytest.mark.parametrize("odd", ODDITIES, ids=lambda odd: odd.__name__)
def test_no_essay_is_lost(odd):
    """All that was written is there, and no answer that may have been given is 0 by itself."""
    rebuilt, _ = gathered(odd)
    page = "\n".join(cell.source for cell in rebuilt.cells)

    for text in odd.texts:
        assert text in page
    assert not is_zero(answer(rebuilt, FIRST))
    html, _ = pytest.importorskip("nbconvert").HTMLExporter().from_notebook_node(rebuilt)
    assert html


def test_an_untouched_notebook_is_zero_by_itself():
    """Nothing was written anywhere: no human needs to look."""
    rebuilt, notes = gathered(lambda _: None)

    assert rebuilt == RELEASED
    assert is_zero(answer(rebuilt, FIRST))
    assert notes == []


@pytest.mark.parametrize("text", [f"{STUB} \n", f"\n\n  {STUB}"])
def test_white_space_is_no_answer(text):
    """Nor are cells without text, and copies of what was released."""

    def edit(notebook):
        find(notebook, FIRST)["source"] = text
        notebook["cells"] += [own(""), own(" \n"), own('check("hebb.update")', "code")]

    rebuilt, notes = gathered(edit)

    assert is_zero(answer(rebuilt, FIRST))
    assert notes == []
    assert len(rebuilt.cells) == len(RELEASED.cells)


def test_an_answer_that_is_not_there_waits_for_a_human():
    """Emptied or deleted: a sentence says so."""

    def edit(notebook):
        find(notebook, FIRST)["source"] = ""
        notebook["cells"].remove(find(notebook, SECOND))

    rebuilt, notes = gathered(edit)

    for name in (FIRST, SECOND):
        assert essays.EMPTIED in answer(rebuilt, name).source
        assert not is_zero(answer(rebuilt, name))
    assert notes == [f"{name}: {essays.EMPTIED}" for name in (FIRST, SECOND)]


def test_an_answer_may_be_in_another_document():
    """A human is asked, and where to look is said; what is written in the notebook stays as it is."""
    notebook = json.loads(PATH.read_text("utf-8"))
    find(notebook, SECOND)["source"] = "zeros never change a weight"
    cells = [as_cell(cell) for cell in notebook["cells"]]
    rebuilt, notes = essays.gather(RELEASED, [Notebook(PATH.name, cells)], ["essay.docx", "b.pdf"])
    said = "but essay.docx and b.pdf were handed in as well"

    assert said in answer(rebuilt, FIRST).source
    assert not is_zero(answer(rebuilt, FIRST))
    assert answer(rebuilt, SECOND).source == "zeros never change a weight"
    assert notes
    assert all(said in note for note in notes)


def test_pictures_travel_with_their_cell():
    """Two cells may hold two pictures of one name."""
    first = {"image.png": {"image/png": "AAAA"}}
    second = {"image.png": {"image/png": "BBBB"}}

    def edit(notebook):
        find(notebook, FIRST).update(source="![](attachment:image.png)", attachments=first)
        after(FIRST, own("see ![](attachment:image.png)", attachments=second))(notebook)

    rebuilt, _ = gathered(edit)
    at = rebuilt.cells.index(answer(rebuilt, FIRST))

    assert rebuilt.cells[at].attachments == first
    assert rebuilt.cells[at + 1].attachments == second


def test_a_picture_that_is_not_there_does_not_end_the_feedback():
    """A sentence is drawn in its place; a name that the editor has coded is found."""

    def edit(notebook):
        text = "![](attachment:my%20plot.png) ![](attachment:gone.png) ![](attachment:odd.png)"
        kept = {"my plot.png": {"image/png": "AAAA"}, "odd.png": {}}
        find(notebook, FIRST).update(source=text, attachments=kept)

    attachments = answer(gathered(edit)[0], FIRST).attachments

    assert attachments["my%20plot.png"] == {"image/png": "AAAA"}
    assert list(attachments["gone.png"]) == list(attachments["odd.png"]) == ["image/svg+xml"]


def test_what_stands_below_a_question_keeps_its_order():
    """Between one released cell and the next, text and code above and below the answer."""

    def edit(notebook):
        after("question-why-bipolar", own("1"))(notebook)
        find(notebook, FIRST)["source"] = "2"
        after(FIRST, own("3 + 0", "code"), own("4"), own("5", "raw"))(notebook)

    rebuilt, notes = gathered(edit)
    at = rebuilt.cells.index(answer(rebuilt, FIRST))

    assert [cell.source for cell in rebuilt.cells[at - 1 : at + 2]] == ["1", "2", "3 + 0"]
    assert below(rebuilt, FIRST) == ["3 + 0", "4", "```\n5\n```"]
    assert essays.ELSEWHERE in answer(rebuilt, SECOND).source
    text = read_text(load_lab("lab02_hebb"))
    assert {FIRST, *(note.partition(":")[0] for note in notes)} == {
        f"answer-{asked.name}" for asked in (*text.questions, *text.experiments)
    }
    assert all(note.endswith(essays.ELSEWHERE) for note in notes)


def test_an_answer_in_a_cell_of_ones_own_stands_in_the_answers_cell():
    """Where the answer's cell is untouched, the first text below the question is the answer."""
    rebuilt, _ = gathered(after(FIRST, own("1 + 1", "code"), own("mine")))

    assert answer(rebuilt, FIRST).source == "mine"
    assert STUB not in answer(rebuilt, SECOND).source


def test_an_answer_in_code_stands_below_the_answers_cell():
    """With the picture that it drew; the answer's cell is text, and says where to look."""
    rebuilt, _ = gathered(oddities.answered_in_code)
    at = rebuilt.cells.index(answer(rebuilt, FIRST))

    assert essays.BELOW in rebuilt.cells[at].source
    assert rebuilt.cells[at + 1].source == "plot(1)"
    assert rebuilt.cells[at + 1].outputs[0].data == {"image/png": "AAAA"}


def test_a_copy_of_an_answers_cell_belongs_where_it_stands():
    """Pasted below another question, it answers that one."""

    def edit(notebook):
        find(notebook, FIRST)["source"] = "to the first"
        copy = {**find(notebook, FIRST), "id": "copy", "source": "to the second"}
        after("question-why-it-fails", copy)(notebook)

    rebuilt, _ = gathered(edit)

    assert answer(rebuilt, FIRST).source == "to the first"
    assert answer(rebuilt, SECOND).source == "to the second"


def test_answers_that_changed_places_keep_their_names_and_a_human_hears_of_it():
    """The name that nbgrader gives is the surest sign; where it stood is said."""
    rebuilt, _ = gathered(oddities.swapped)
    at = rebuilt.cells.index(answer(rebuilt, FIRST))

    assert essays.MOVED in rebuilt.cells[at - 1].source
    assert answer(rebuilt, FIRST).source == oddities.swapped.texts[0]


def test_what_belongs_to_no_question_stands_last():
    """Under a sentence that says so, with its pictures; and an untouched answer waits for a human."""
    plot = {"output_type": "display_data", "data": {"image/png": "AAAA"}, "metadata": {}}
    rebuilt, notes = gathered(after("hebb-update", own("plot(1)", "code", outputs=[plot])))

    said, last = rebuilt.cells[-2:]
    assert essays.HOMELESS in said.source
    assert (last.source, last.outputs[0].data) == ("plot(1)", {"image/png": "AAAA"})
    assert notes[-1] == "something that belongs to no question stands last"
    assert not is_zero(answer(rebuilt, FIRST))


def test_what_a_student_adds_to_a_released_cell_is_kept():
    """Wherever in its text; the released text stays as it was."""

    def edit(notebook):
        source = "".join(find(notebook, "question-why-bipolar")["source"]).split("\n")
        source[1:1] = ["mine"]
        find(notebook, "question-why-bipolar")["source"] = "\n".join([*source, "", "and more"])

    rebuilt, _ = gathered(edit)

    assert answer(rebuilt, FIRST).source == "mine\n\nand more"
    question = answer(rebuilt, "question-why-bipolar")
    assert question == answer(RELEASED, "question-why-bipolar")


def test_a_corrected_release_is_not_taken_for_the_students_writing():
    """A sum of nbgrader's shows that a cell is as it was once released."""

    def edit(notebook):
        for name in ("question-why-bipolar", FIRST):
            cell = find(notebook, name)
            cell["source"] = "An older text."
            ours = cell["metadata"]["nbgrader"]
            ours["checksum"] = utils.compute_checksum(nbformat.from_dict(cell))

    rebuilt, notes = gathered(edit)

    assert rebuilt == RELEASED
    assert notes == []


def test_text_that_a_page_does_not_show_is_shown_as_typed():
    """A comment in HTML may hold the answer."""

    def edit(notebook):
        find(notebook, FIRST)["source"] = "<!-- YOUR ANSWER HERE: zeros -->"

    rebuilt, _ = gathered(edit)

    assert answer(rebuilt, FIRST).source == "<!-- YOUR ANSWER HERE: zeros -->"
    assert below(rebuilt, FIRST)[1] == "```\n<!-- YOUR ANSWER HERE: zeros -->\n```"


def test_what_is_too_long_to_be_drawn_is_shown_as_typed():
    """Nothing is cut off, and nobody waits."""
    text = "[" * (essays.MAX_RENDERED + 1) + "``` the end"

    def edit(notebook):
        find(notebook, FIRST)["source"] = text

    assert answer(gathered(edit)[0], FIRST).source == f"````\n{text}\n````"


@pytest.mark.parametrize("is_lent", [True, False])
def test_where_no_notebook_is_found_a_human_is_asked(is_lent):
    """The released one that stands for it is not one in which nothing was written."""
    cells = [as_cell(cell) for cell in RELEASED.cells] if is_lent else []
    handed_in = [
        Notebook("lab02_hebb.ipynb", cells, is_lent=is_lent),
        Notebook("essay.ipynb", [Cell("markdown", "mine")]),
    ]
    rebuilt, _ = essays.gather(RELEASED, handed_in)

    for name in (FIRST, SECOND):
        assert essays.NOTHING in answer(rebuilt, name).source
        assert not is_zero(answer(rebuilt, name))
    assert [cell.source for cell in rebuilt.cells[-2:]] == [
        f"> **{essays.AS_WELL.format(name='`essay.ipynb`')}**",
        "mine",
    ]


def test_of_two_notebooks_both_are_read():
    """The second gives what the first has not, and what both have stands once."""

    def second(text):
        notebook = json.loads(PATH.read_text("utf-8"))
        find(notebook, FIRST)["source"] = text
        return Notebook("lab02 (1).ipynb", [as_cell(cell) for cell in notebook["cells"]])

    def edit(notebook):
        find(notebook, FIRST)["source"] = "one"

    assert below(gathered(edit, second("one"))[0], FIRST) == []
    said = f"> **{essays.AS_WELL.format(name='`lab02 (1).ipynb`')}**"
    assert below(gathered(edit, second("two"))[0], FIRST) == [said, "two"]
    untouched, _ = gathered(lambda _: None, second("two"))
    assert answer(untouched, FIRST).source == "two"
