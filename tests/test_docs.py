"""What the documents show is what happens: every code block runs, consoles print what they say."""

import re
import shutil
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.course.catalogue import ROOT, labs
from autograder.course.solutions import load_mistakes
from tests.documents import RUN, SHOWN, Reader, blocks_of

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),  # the folders below hold what other tests run
]
WITH_BLOCKS = [d for d in DOCUMENTS if blocks_of(d)]
TAKES_LONG = {"authors", "comparison", "messages"}
NOT_RUN = 7
"""So many blocks are marked as not run, each with its reason in its first line."""


def name(document):
    """Name a document in a test's id."""
    return document.relative_to(ROOT).as_posix()


@pytest.mark.skipif(not (shutil.which("sh") and shutil.which("make")), reason="needs sh and make")
@pytest.mark.parametrize(
    "document",
    [
        pytest.param(d, marks=pytest.mark.thorough) if d.stem in TAKES_LONG else d
        for d in WITH_BLOCKS
    ],
    ids=name,
)
def test_a_document_does_what_it_says(document, tmp_path):
    """Followed from top to bottom in a copy of the repository, every block works as it is shown."""
    reader = Reader(tmp_path)
    for block in blocks_of(document):
        reader.follow(block)
    reader.leave()


@pytest.mark.parametrize("document", WITH_BLOCKS, ids=name)
def test_every_block_says_what_it_is(document):
    """Each block has a language that says whether and how it runs; a drawing is called text."""
    unknown = [
        block.place
        for block in blocks_of(document)
        if block.language not in RUN | SHOWN and not re.fullmatch(r"\{[\w-]+\}", block.language)
    ]

    assert unknown == []


def test_few_blocks_are_not_run():
    """As many blocks are marked as not run as we have counted, so that none is added unseen."""
    marked = [block.place for d in DOCUMENTS for block in blocks_of(d) if block.reason]

    assert len(marked) == NOT_RUN, marked


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    """Every relative link points to a file of the repository."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_table_of_labs_counts_right():
    """README tells how many exercises and mistakes each lab has."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = {
        row[0]: (int(row[1]), int(row[2]))
        for row in re.findall(r"^\| `(lab\w+)` \| .* \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    }

    assert rows == {lab.id: (len(lab.exercises), len(load_mistakes(lab))) for lab in labs()}


def test_every_command_is_documented():
    """Each command of nnlab stands in README or in a guide."""
    guides = [ROOT / "README.md", ROOT / "docs/students.md", ROOT / "docs/instructors.md"]
    text = "".join(guide.read_text(encoding="utf-8") for guide in guides)

    assert [name for name in main.commands if f"nnlab {name}" not in text] == []


def test_documents_speak_of_the_project_alone():
    """No document names a path of somebody's machine."""
    pattern = re.compile(r"/(?:work|home|root|Users)/")

    assert [d.name for d in DOCUMENTS if pattern.search(Path(d).read_text(encoding="utf-8"))] == []
