"""What people and their editors do to the cells of a notebook in which they answer.

Each edits a notebook, as JSON has it, in which nothing is answered yet, and says what it wrote.
"""

from collections.abc import Callable

FIRST, SECOND = "answer-why-bipolar", "answer-why-it-fails"
HERE = "question-why-bipolar"

ODDITIES: list[Callable[[dict], None]] = []


def writes(*texts):
    """Keep an edit, with what it writes."""

    def keep(edit):
        def edited(notebook):
            edit(notebook, *texts)

        edited.__name__ = edit.__name__
        edited.texts = texts
        ODDITIES.append(edited)
        return edited

    return keep


def find(notebook, name):
    """Find a cell by nbgrader's name for it."""
    return next(
        c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name
    )


def insert(notebook, name, *cells, above=False):
    """Put cells below a released one, or above it."""
    at = notebook["cells"].index(find(notebook, name)) + (not above)
    notebook["cells"][at:at] = cells


def own(text, kind="markdown", **more):
    """Make a cell of a student's."""
    code = {"outputs": [], "execution_count": 1} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": text, **code, **more}


def _strip(notebook, *keys):
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        for key in keys:
            del cell[key]


@writes("A picture of it, in the answer")
def attached(notebook, text):
    """Paste a picture."""
    pictures = {"w.png": {"image/png": "iVBORw0KGgo="}}
    source = f"{text}: ![w](attachment:w.png)"
    find(notebook, FIRST).update(source=source, attachments=pictures)


@writes("A picture of it, in a cell of my own")
def attached_below(notebook, text):
    """Paste a picture into an added cell."""
    pictures = {"w.png": {"image/png": "iVBORw0KGgo="}}
    insert(notebook, FIRST, own(f"{text}: ![w](attachment:w.png)", attachments=pictures))


@writes("A picture that I copied")
def not_attached(notebook, text):
    """Copy a picture's text and not the picture."""
    find(notebook, FIRST)["source"] = f"{text}: ![w](attachment:w.png)"


@writes("zeros never change a weight")
def added(notebook, text):
    """Leave the stub and answer below it."""
    insert(notebook, FIRST, own(text))


@writes("zeros change nothing")
def added_above(notebook, text):
    """Answer between the question and the stub."""
    insert(notebook, FIRST, own(text), above=True)


@writes("an answer above its question")
def above_the_question(notebook, text):
    """Answer before the question is asked."""
    insert(notebook, HERE, own(text), above=True)


@writes("first half", "second half")
def split(notebook, first, second):
    """Split the answer's cell; both keep the name."""
    cell = find(notebook, FIRST)
    cell["source"] = first
    insert(notebook, FIRST, {**cell, "id": "x", "source": second})


@writes("half one", "half two")
def split_with_one_id(notebook, first, second):
    """Split the answer's cell; both keep name and id."""
    cell = find(notebook, FIRST)
    insert(notebook, FIRST, {**cell, "source": second})
    cell["source"] = first


@writes("typed under the heading")
def deleted(notebook, text):
    """Delete the answer's cell, and answer in a new one."""
    insert(notebook, HERE, own(text))
    notebook["cells"].remove(find(notebook, FIRST))


@writes("typed in the question's own cell")
def in_the_question(notebook, text):
    """Answer where the question is."""
    cell = find(notebook, HERE)
    cell["source"] = [*cell["source"], f"\n\n{text}"]


@writes("answer that went to the end", "the other one that stayed")
def moved(notebook, text, other):
    """Move the answer's cell to the end."""
    cell = find(notebook, FIRST)
    cell["source"] = text
    find(notebook, SECOND)["source"] = other
    notebook["cells"].remove(cell)
    notebook["cells"].append(cell)


@writes("to the first question", "to the second question")
def swapped(notebook, first, second):
    """Let two answers change places."""
    one, two = find(notebook, FIRST), find(notebook, SECOND)
    one["source"], two["source"] = first, second
    i, j = notebook["cells"].index(one), notebook["cells"].index(two)
    notebook["cells"][i], notebook["cells"][j] = two, one


@writes("an essay that became code, it's text")
def retyped_as_code(notebook, text):
    """Turn the answer into a cell of code."""
    cell = find(notebook, FIRST)
    cell.update(cell_type="code", source=text, outputs=[], execution_count=None)


@writes("plot(1)")
def answered_in_code(notebook, text):
    """Answer with code, and a picture that it drew."""
    plot = {"output_type": "display_data", "data": {"image/png": "AAAA"}, "metadata": {}}
    cell = find(notebook, FIRST)
    cell.update(cell_type="code", source=text, outputs=[plot], execution_count=1)


@writes("an essay that became raw")
def retyped_as_raw(notebook, text):
    """Turn the answer into a raw cell."""
    find(notebook, FIRST).update(cell_type="raw", source=text)


@writes("answered without metadata")
def stripped(notebook, text):
    """Lose all metadata."""
    find(notebook, FIRST)["source"] = text
    _strip(notebook)


@writes("answered without metadata and ids")
def stripped_of_ids(notebook, text):
    """Lose metadata and ids, as in Colab or in version 4.4."""
    find(notebook, FIRST)["source"] = text
    _strip(notebook, "id")
    notebook["nbformat_minor"] = 4


@writes("in the question, without metadata and ids")
def stripped_and_in_the_question(notebook, text):
    """Lose metadata and ids, and answer where the question is."""
    cell = find(notebook, HERE)
    cell["source"] = [*cell["source"], f"\n\n{text}"]
    _strip(notebook, "id")
    notebook["nbformat_minor"] = 4


@writes("answered where all have one id")
def one_id(notebook, text):
    """Have one id in all cells."""
    find(notebook, FIRST)["source"] = text
    for cell in notebook["cells"]:
        cell["id"] = "same"


@writes("# my own notes", "1 + 1", "the answer below them")
def notes_between(notebook, heading, code, text):
    """Write between the checks, and answer in the middle of one's own code."""
    insert(notebook, "hebb-update", own(heading), own(code, "code"))
    insert(notebook, FIRST, own("x = 2", "code"), own(text), own("x", "code"))


@writes("<!-- an answer in a comment -->")
def commented(notebook, text):
    """Answer in a comment."""
    find(notebook, FIRST)["source"] = text


@writes("YOUR ANSWER HERE because zeros stay")
def beside_the_stub(notebook, text):
    """Answer behind the stub's text."""
    find(notebook, FIRST)["source"] = text


@writes("the last words of a long essay")
def very_long(notebook, text):
    """Write a book."""
    find(notebook, FIRST)["source"] = "word " * 40_000 + text


@writes("half a character")
def half_a_character(notebook, text):
    """Write what no file can hold."""
    find(notebook, FIRST)["source"] = f"\ud83d {text}"


@writes("everything in one cell")
def all_else_deleted(notebook, text):
    """Delete all but one check, and write below it."""
    kept = find(notebook, "hebb-update")
    notebook["cells"] = [kept, own(text)]
