"""An author's text: what a notebook can be made of, and what is told where it cannot."""

import pytest

from autograder.classroom.platforms.nbgrader.notebooks import TextError, read_text
from autograder.course.catalogue import labs, load_lab
from autograder.course.solutions import solutions_path

pytest.importorskip("jupytext")

HEBB = load_lab("lab02_hebb")
TEXT = """\
# Hebb

Hello.

## `hebb.hebb_step`

Mind the bias.

```python
1 + 1
```

## hebb.train

Figure: `hebb-bipolar`

## Question: why (2 points)

Why?

```python
x = 1
```

### Answer

Because.

So.
"""


def read(tmp_path, text):
    """Read a text as that of lab 2."""
    path = tmp_path / "notebook.md"
    path.write_text(text, encoding="utf-8")
    return read_text(HEBB, path)


def test_a_text_has_introduction_notes_and_questions(tmp_path):
    """Headings say what is what; a note may have code."""
    text = read(tmp_path, TEXT)

    assert [cell.source for cell in text.introduction] == ["# Hebb\n\nHello."]
    assert {
        name: [(c.cell_type, c.source) for c in cells] for name, cells in text.notes.items()
    } == {
        "hebb.hebb_step": [("markdown", "Mind the bias."), ("code", "1 + 1")],
        "hebb.train": [],
    }
    assert text.figures == {"hebb.hebb_step": (), "hebb.train": ("hebb-bipolar",)}
    assert {name: len(asked) for name, asked in text.asked.items() if asked} == {"hebb.train": 1}
    (question,) = text.questions
    assert (question.name, question.points) == ("why", 2)
    assert question.asks == "Why?\n\nx = 1"
    assert question.answer == "Because.\n\nSo."


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("## hebb.train", "## hebb.trian", "'## hebb.trian' is neither an exercise of the lab nor"),
        ("(2 points)", "(two points)", "should be '## Question: NAME (N points)'"),
        ("### Answer", "### The answer", "then '### Answer', then the answer"),
        ("Because.\n\nSo.\n", "", "then the answer"),
        ("\n## hebb.train", TEXT[TEXT.index("## Question") :], "two questions have one name"),
    ],
)
def test_a_text_that_does_not_fit_is_told(old, new, sentence, tmp_path):
    """The heading that is wrong is named, with what would be right."""
    with pytest.raises(TextError, match=sentence.replace("(", r"\(").replace(")", r"\)")):
        read(tmp_path, TEXT.replace(old, new))


def test_a_missing_text_is_told(tmp_path):
    """The sentence says which file to write."""
    with pytest.raises(TextError, match=r"lab02_hebb has no notebook\.md: write"):
        read_text(HEBB, tmp_path / "notebook.md")


@pytest.mark.parametrize("lab", labs(), ids=lambda lab: lab.id)
def test_every_lab_has_a_text_with_questions(lab):
    """Two or three questions, each with a worked answer; the title is the lab's."""
    text = read_text(lab)

    assert 2 <= len(text.questions) <= 6
    assert 1 <= len(text.experiments) <= 2
    assert text.introduction[0].source.startswith("# ")
    assert solutions_path(lab, "notebook.md").parent.name == lab.id
