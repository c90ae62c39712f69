"""Charts and sheets: everything has a name, nothing collides, nothing is said by colour alone."""

from itertools import combinations

import pytest

from autograder.clinic.chart import draw
from autograder.clinic.record import patients
from autograder.clinic.sheet import sheet, words
from autograder.clinic.words import CURES, ILLNESSES

ONE_OF_EACH = {r.illness: r for r in patients().values() if r.seed == 1}
HARD = ("vanishing-gradients", "rate-too-high")
"""Seven layers with gradients of all sizes; a run of one epoch whose cost explodes."""
EACH = pytest.mark.parametrize("record", ONE_OF_EACH.values(), ids=ONE_OF_EACH)


@pytest.mark.parametrize(
    "illness",
    [
        pytest.param(illness, marks=[] if illness in HARD else [pytest.mark.thorough])
        for illness in ILLNESSES
    ],
)
def test_a_chart_can_be_read(illness):
    """Axes have names; titles, labels and legend lie in the sheet and do not touch; lines differ in stroke or marker."""
    figure = draw(ONE_OF_EACH[illness], "Patient 7", cured=True)
    figure.draw_without_rendering()
    axes = [ax for ax in figure.axes if ax.axison]
    named = [part for ax in axes for part in (ax.title, ax.xaxis.label, ax.yaxis.label)]
    boxes = [part.get_window_extent() for part in (figure._suptitle, *named, *figure.legends)]

    assert all(part.get_text() for part in named)
    for box in boxes:
        assert 0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert 0 <= box.y0 < box.y1 <= figure.bbox.y1
    assert not [1 for one, other in combinations(boxes, 2) if one.overlaps(other)]
    assert all(tick == round(tick) for ax in axes[:2] for tick in ax.get_xticks())
    for ax in axes:
        lines = [(str(line._dash_pattern), line.get_marker()) for line in ax.get_lines()]
        assert len(set(lines)) == len(lines)


def test_a_chart_says_nothing_of_an_illness_that_is_not_found():
    """The cure's curves are there only where the patient is solved."""
    record = ONE_OF_EACH["rate-too-low"]
    labels = [
        {line.get_label() for line in draw(record, "P", cured=cured).axes[0].get_lines()}
        for cured in (False, True)
    ]

    assert labels[0] == {"training", "validation"}
    assert labels[1] - labels[0] == {"training, raise-rate", "validation, raise-rate"}


@EACH
def test_a_sheet_fits_a_terminal(record):
    """Without bars it has 79 columns, and it names neither illness nor cure."""
    text = sheet(record, unicode=False)

    assert max(map(len, text.splitlines())) < 80
    assert not [word for word in (*ILLNESSES, *CURES) if word in text and word != "dropout"]


def test_a_sheet_has_bars_where_there_are_signs_for_them():
    """Each curve stands as sixteen bars beside its numbers."""
    text = sheet(ONE_OF_EACH["healthy"], unicode=True)

    assert len([line for line in text.splitlines() if "█" in line]) == 4


def test_every_word_is_explained():
    """Illnesses with their heading, cures with what they change."""
    text = words()

    for name, word in (*ILLNESSES.items(), *CURES.items()):
        assert f"  {name} " in text
        assert word.means in text
