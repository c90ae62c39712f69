"""When something was handed in, in the words of platforms."""

from datetime import datetime

import pytest

from autograder.classroom.moments import moment_in

EVENING = datetime(2030, 3, 13, 23, 58)  # noqa: DTZ001  platforms write no zone


@pytest.mark.parametrize(
    "text",
    [
        "Wednesday, 13 March 2030, 11:58 PM",
        "Wednesday, 13 March 2030, 11:58 pm",
        "Mittwoch, 13. März 2030, 23:58",
        "mercredi 13 mars 2030, 23:58",
        "miércoles, 13 de marzo de 2030, 23:58",
        "mercoledì, 13 marzo 2030, 23:58",
        "woensdag, 13 maart 2030, 23:58",
        "quarta-feira, 13 de março de 2030, 23:58",
        "środa, 13 marca 2030, 23:58",
        "среда, 13 марта 2030, 23:58",
        "13 Mart 2030 Çarşamba, 23:58",
        "Wednesday, March 13, 2030, 11:58 PM",
        "Mar 13, 2030 1158 PM",
        "2030年3月13日(水曜日) 23:58",
        "2030年 3月13日 星期三 下午11:58",
        "2030년 3월 13일(수요일), 오후 11:58",
        "13. März 2030, 23:58 Uhr",
        "2030-03-13-23-58-00",
        "2030-03-13 23:58",
        "2030-03-13T23:58:00",
        "2030-03-13 23:58:00.948203",
    ],
)
def test_a_moment_is_read_in_every_form(text):
    """Moodle's languages, Blackboard's numbers, nbgrader's stamp."""
    assert moment_in(text).replace(microsecond=0) == EVENING


@pytest.mark.parametrize(
    ("text", "hour"),
    [("1 May 2030, 12:05 AM", 0), ("1 May 2030, 12:05 PM", 12), ("1 May 2030, 1:05 PM", 13)],
)
def test_noon_and_midnight(text, hour):
    """Twelve o'clock in the English way."""
    assert moment_in(text).hour == hour


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2030-05-13 23:58:00 UTC", "2030-05-13 23:58:00Z"),
        ("2030-05-13 23:58:00 UTC", "2030-05-14 01:58:00 Europe/Paris"),
        ("2030-05-13 23:58:00 UTC", "2030-05-14 01:58:00 +02:00"),
    ],
)
def test_a_zone_is_turned_into_this_machines_time(text, same):
    """Whatever the zone is, the moment is the same one."""
    assert moment_in(text) == moment_in(same)
    assert moment_in(text).tzinfo is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "never",
        "13 Foo 2030, 10:00",
        "32 May 2030, 10:00",
        "2030-13-01 10:00",
        "4712",
        "2030-05-13 23:58 Nowhere/Land",
    ],
)
def test_what_is_no_moment_is_none(text):
    """Nothing is guessed."""
    assert moment_in(text) is None
