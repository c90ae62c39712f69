"""What counts of a mark: a pure function of attempts, times and rules, in sentences."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.classroom.counting import Attempt, Counts, Due, Late, Override, Verb, count

NOON = datetime(2030, 5, 13, 12)  # noqa: DTZ001  platforms write no zone
RULE = Late(percent_a_day=10, free_days=1, cut_off_days=4)


def came(points, after=None, **checks):
    """Make an attempt that came so long after the deadline."""
    handed_in = None if after is None else NOON + after
    return Attempt(f"digest of {points} {after}", points, checks, handed_in)


@pytest.mark.parametrize(
    ("after", "points", "why"),
    [
        (timedelta(0), 20, ()),
        (timedelta(days=-9), 20, ()),
        (timedelta(seconds=1), 20, ("1 day late, 1 free: −0 %.",)),
        (timedelta(days=1), 20, ("1 day late, 1 free: −0 %.",)),
        (timedelta(days=1, seconds=1), 18, ("2 days late, 1 free: −10 %.",)),
        (timedelta(days=4), 14, ("4 days late, 1 free: −30 %.",)),
        (timedelta(days=4, seconds=1), 0, ("5 days late: after 4 days nothing counts.",)),
    ],
)
def test_a_day_that_has_begun_costs_a_percentage(after, points, why):
    """Free days cost nothing, and after the cut-off nothing counts."""
    counted = count([came(20, after)], Due(NOON, RULE))

    assert (counted.points, counted.why) == (points, why)


def test_without_a_rule_or_a_time_the_mark_counts():
    """Nothing is taken off by guess; where the platform says late and not when, that is said."""
    late = Attempt("a", 20, {}, None, is_late=True)

    assert count([came(17)], Due(NOON, RULE)).points == 17
    assert count([came(17, timedelta(9))]).points == 17
    assert count([late], Due(NOON, RULE)).why == (
        "The platform calls it late, and not when it came: nothing is taken off.",
    )
    assert count([late], Due(NOON)).why == ()


def test_lateness_never_takes_more_than_there_is():
    """Twelve days at ten percent a day leave nothing, not less."""
    counted = count([came(20, timedelta(12))], Due(NOON, Late(percent_a_day=10)))

    assert (counted.points, counted.why) == (0, ("12 days late: −100 %.",))


def test_an_extension_is_said():
    """Who has another deadline reads it beside the days."""
    due = Due(NOON, RULE, is_own=True)

    assert count([came(20, timedelta(3))], due).why[0] == "Due 2030-05-13 12:00, by an extension."


@pytest.mark.parametrize(
    ("counts", "points", "why"),
    [
        (Counts.LAST, 12, ()),
        (Counts.FIRST, 9, ("Attempt 1 of 3 counts: the first.",)),
        (Counts.BEST, 18, ("Attempt 2 of 3 counts: the best.",)),
    ],
)
def test_the_course_says_which_attempt_counts(counts, points, why):
    """The last, the best or the first."""
    counted = count([came(9), came(18), came(12)], counts=counts)

    assert (counted.points, counted.why) == (points, why)


def test_the_best_is_the_best_after_lateness():
    """A full mark five days late is worth less than a good one in time."""
    attempts = [came(16, timedelta(0)), came(20, timedelta(4))]
    counted = count(attempts, Due(NOON, RULE), Counts.BEST)

    assert (counted.points, counted.why) == (16, ("Attempt 1 of 2 counts: the best.",))


def test_an_attempt_without_a_mark_is_never_the_best():
    """One that was not graded counts only where it is the last and the last counts."""
    attempts = [came(None), came(5), came(None)]

    assert [count(attempts, counts=each).points for each in Counts] == [None, 5, 5]
    assert count([came(None)], counts=Counts.BEST).points is None
    assert count([]).points is None


def made(verb, **more):
    """Make a correction."""
    return Override(verb, "a bad test", "A. Teacher", **more)


def test_corrections_say_reason_and_name():
    """A dropped check gives its points, a bonus comes on top of lateness, set points are final."""
    full = {"a": 3, "b": 2}
    drop, bonus = made(Verb.DROP, check="a"), made(Verb.BONUS, points=1.5)
    attempt = came(10, timedelta(2), a=0, b=2)
    counted = count([attempt], Due(NOON, RULE), overrides=[drop, bonus], full=full)

    assert counted.points == round(13 * 0.9 + 1.5, 2)
    assert counted.why == (
        "a is dropped: +3 (a bad test; A. Teacher).",
        "2 days late, 1 free: −10 %.",
        "+1.5 (a bad test; A. Teacher).",
    )
    has_it = count([came(13, a=3, b=2)], overrides=[drop], full=full)
    assert (has_it.points, has_it.why) == (13, ())
    fixed = count(
        [attempt], Due(NOON, RULE), overrides=[drop, made(Verb.POINTS, points=7)], full=full
    )
    assert (fixed.points, fixed.why) == (7, ("Set to 7 (a bad test; A. Teacher).",))
    assert count([attempt], overrides=[made(Verb.BONUS, points=-30)]).points == 0


def test_who_is_excused_has_no_points_and_no_zero():
    """Whatever else there is."""
    excused = count([came(3)], overrides=[made(Verb.BONUS, points=1), made(Verb.EXCUSE)])

    assert (excused.points, excused.is_excused) == (None, True)
    assert excused.why == ("Excused (a bad test; A. Teacher).",)


@given(
    st.integers(0, 20),
    st.integers(-100, 100),
    st.floats(0, 100),
    st.integers(0, 5),
    st.integers(0, 9),
)
def test_later_is_never_worth_more(points, hours, percent, free, cut_off):
    """The same work, handed in an hour later, counts the same or less, and never below nothing."""
    due = Due(NOON, Late(percent, free, cut_off))
    now, later = (
        count([came(points, timedelta(hours=hours + more))], due).points for more in (0, 1)
    )

    assert 0 <= later <= now <= points
