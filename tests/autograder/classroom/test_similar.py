"""What few share: copies in disguise are found, what many write is not, and nobody is judged or lost."""

import random
import shutil

import pytest
from click.testing import CliRunner

from autograder.classroom import similar
from autograder.classroom.report.similar import to_similar_html
from autograder.classroom.similar import find_similar
from autograder.cli import main
from autograder.course.catalogue import find_lab
from autograder.course.reference import body_in
from tests.autograder.classroom.generated_class import disguised, hand_in, honest_class, pool_of

LAB = find_lab("hebb")
ODD = {
    "hebb.train": """
bias, weight, rows = 0.0, np.zeros(x.shape[1]), []
for at in range(len(x) - 1, -1, -1):
    rows.insert(0, np.hstack([weight, [bias]]))
    weight = weight + 2 * target[at] * x[at] / 2
    bias = float(bias + np.abs(target[at]))
return np.stack(rows[::-1])
"""
}


def write(folder, people):
    """Put hand-ins into a folder for each student."""
    for one in people:
        for module, text in one.first.texts.items():
            place = folder / one.student / f"{module}.py"
            place.parent.mkdir(parents=True)
            place.write_bytes(text)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Twelve who wrote what is known, two of whom share what is not, one in disguise."""
    monkeypatch.chdir(tmp_path)
    ada = hand_in(LAB, "ada", ODD)
    copied = disguised(LAB, ada, "bob", random.Random(1))
    write(tmp_path / "submitted", [ada, copied, *(hand_in(LAB, f"s{i}", {}) for i in range(10))])
    return tmp_path


def run(*more):
    """Run the command."""
    return CliRunner().invoke(main, ["similar", "hebb", *more], catch_exceptions=False)


def test_a_copy_in_disguise_is_found_and_stands_beside_the_other(course):
    """The console and the page show both texts, how rare that is, and that it is not a verdict."""
    done = run()
    page = (course / "marks" / "lab02_hebb-similar.html").read_text("utf-8")

    assert done.exit_code == 0
    assert "Of 66 pairs 1 shares an unusual body: 1 in 1 exercise." in done.output
    assert "ada and bob: hebb.train" in done.output
    assert "2 of 12 share it. 10 of the 12 have a form that is known" in done.output
    assert "This says what to look at, not who copied." in " ".join(done.output.split())
    assert page.count('<figure class="code">') == 2
    assert "not who copied" in page
    assert "s3" not in page.partition("How the class writes")[0]


def test_what_all_write_alike_is_not_listed(course):
    """The same right body, or a known mistake, says nothing."""
    for one in ("ada", "bob"):
        shutil.rmtree(course / "submitted" / one)

    done = run()

    assert "No two people share an unusual body." in done.output


def test_what_more_than_a_few_write_is_not_listed(course):
    """Then it comes from the lecture, whatever the catalogue knows."""
    write(course / "submitted", [hand_in(LAB, f"t{i}", ODD) for i in range(4)])

    assert "No two people share an unusual body." in run().output


def test_last_years_class_is_compared_and_named(course):
    """A pair within the other class alone is not this class's business."""
    shutil.rmtree(course / "submitted" / "bob")
    write(course / "last", [hand_in(LAB, "eve", ODD), hand_in(LAB, "old", ODD)])

    done = run("--also", "last")

    assert "ada and eve (last): hebb.train" in done.output
    assert "ada and old (last): hebb.train" in done.output
    assert "eve (last) and old (last):" not in done.output


def test_nobody_is_lost(course):
    """Who cannot be compared is named, with the reason."""
    for name, file, text in [
        ("carl", "hebb.py", "def f(:"),
        ("dora", "other.txt", ""),
        ("emil", "hebb.py", "def train(x, target):\n    return x\n"),
    ]:
        (course / "submitted" / name).mkdir()
        (course / "submitted" / name / file).write_text(text)

    said = " ".join(run().output.split())

    assert "carl (hebb.py is not Python)" in said
    assert "dora (hebb.py is not there)" in said
    assert "emil (It has no hebb.to_bipolar," in said


def test_one_student_alone_is_refused_in_a_sentence(course):
    """It takes two."""
    for one in list((course / "submitted").iterdir())[1:]:
        shutil.rmtree(one)

    done = run()

    assert done.exit_code == 2
    assert "it takes two to compare. Add another class: --also FOLDER" in done.output


def test_in_a_small_class_it_says_that_rarity_is_unknown(course):
    """Two people may be all there are."""
    for i in range(10):
        shutil.rmtree(course / "submitted" / f"s{i}")

    done = run()

    assert "In so small a class nobody can say how rare a form is" in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--also", "submitted"), "submitted is given twice: --also is for another class."),
        (("--also", "nowhere"), "nowhere"),
        (("--submitted", "nowhere"), "nowhere"),
    ],
)
@pytest.mark.usefixtures("course")
def test_a_folder_that_does_not_fit_is_refused(more, said):
    """The sentence names it."""
    done = run(*more)

    assert done.exit_code == 2
    assert said in done.output
    assert "Traceback" not in done.output


def test_names_and_code_are_escaped_on_the_page():
    """Whatever somebody is called or writes."""
    odd = {"hebb.train": ODD["hebb.train"] + "# <script>alert(1)</script>\n"}
    people = [hand_in(LAB, name, odd) for name in ("<b>ada", "bob")]

    page = to_similar_html(find_similar(LAB, people))

    assert "<b>ada" not in page
    assert "<script>alert" not in page
    assert "&lt;b&gt;ada" in page


@pytest.mark.slow
@pytest.mark.parametrize(("hidden", "most"), [(0.0, 8), (0.5, 80)])
@pytest.mark.parametrize(("lab", "fewest"), [("hebb", 3), ("descent", 6)])
def test_how_often_honest_pairs_are_listed(lab, fewest, hidden, most, monkeypatch):
    """In a class of 200, a quarter of whose bodies are odd, with all of the catalogue and with half of it.

    Measured with three to five seeds: 0 to 4 of 19,900 honest pairs with all of it, 18 to 47 with half, and
    at most one that shares in two exercises. Of 10 copies in disguise 3 to 8 are found in lab 2, whose five
    bodies are short, and 8 to 10 in labs 1 and 6: the others wrote known forms, or hardly an odd place.
    """
    lab, chance = find_lab(lab), random.Random(1)
    pool = pool_of(lab, chance, hidden=hidden)
    people = honest_class(lab, pool, 200, chance)
    answers = similar._answers

    def known(lab):
        for exercise, text in answers(lab):
            decoded = text if isinstance(text, str) else text.decode()
            if (exercise, body_in(decoded, exercise)) not in pool.hidden:
                yield exercise, text

    monkeypatch.setattr(similar, "_answers", known)
    chosen = [people[chance.randrange(200)] for _ in range(10)]
    copies = [disguised(lab, one, f"copy{i}", chance) for i, one in enumerate(chosen)]
    planted = {
        frozenset({one.student, copy.student}) for one, copy in zip(chosen, copies, strict=True)
    }
    found = {
        frozenset(who.name for who in pair.people): len(pair.exercises)
        for pair in find_similar(lab, [*people, *copies]).pairs
    }
    honest = [
        number
        for names, number in found.items()
        if not any(name.startswith("copy") for name in names)
    ]

    assert len(planted & found.keys()) >= fewest
    assert len(honest) <= most
    assert sum(number > 1 for number in honest) <= 2
