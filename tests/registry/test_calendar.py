"""Limits of time end when people in offices say that they do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

import bureaukit
from govseal.errors import NotAuthorized, RegistryError
from govseal.registry import tables
from govseal.registry.calendar import WorkingDays, read_calendar
from govseal.registry.people.records import insert_role
from govseal.registry.policy import Deadline, load_policy
from govseal.registry.vocabulary import Role

BEIJING = timezone(timedelta(hours=8))
days = WorkingDays.shipped()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def due(start: str, value: int, unit: str = "working_days") -> str:
    """When a limit ends, as a wall clock in Beijing shows it."""
    found = days.due(at(start), Deadline(value, unit, "一"))
    return found.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize("year", [2025, 2026])
def test_a_year_has_as_many_days_off_as_the_notice_gives(year):
    calendar = days.years[year]
    assert calendar.source.startswith("国办发明电")
    off = sum((holiday.last - holiday.first).days + 1 for holiday in calendar.holidays)
    assert (off, len(calendar.working)) == {2025: (28, 5), 2026: (33, 6)}[year]


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        ("2026-03-02", True),  # Monday
        ("2026-03-07", False),  # Saturday
        ("2026-02-14", True),  # a make-up Saturday
        ("2026-09-20", True),  # a make-up Sunday
        ("2026-02-16", False),  # 除夕, a Monday
        ("2026-02-24", True),  # the first day after 春节
        ("2025-10-08", False),
        ("2025-01-26", True),
    ],
)
def test_which_days_are_worked(day, is_worked):
    assert days.is_working_day(date.fromisoformat(day)) is is_worked


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-03-06 16:00", 1, "2026-03-10 00:00"),  # a Friday: the Monday's end
        ("2026-03-02 09:00", 1, "2026-03-04 00:00"),
        ("2026-03-02 00:00", 1, "2026-03-04 00:00"),
        ("2026-03-02 23:59", 1, "2026-03-04 00:00"),
        ("2026-02-13 10:00", 1, "2026-02-15 00:00"),  # before a make-up Saturday
        ("2026-02-14 10:00", 1, "2026-02-25 00:00"),  # the eve of 春节
        ("2026-02-14 10:00", 5, "2026-03-01 00:00"),  # 24th to 28th, a make-up Saturday
        ("2025-12-31 10:00", 1, "2026-01-05 00:00"),  # into another year: 4 January is worked
        ("2025-12-31 10:00", 2, "2026-01-06 00:00"),
        ("2026-03-06 10:00", 0, "2026-03-07 00:00"),  # 日清日毕
        ("2026-03-07 10:00", 0, "2026-03-10 00:00"),  # come on a Saturday
        ("2026-03-05 10:00", 5, "2026-03-13 00:00"),
    ],
)
def test_working_days(start, count, end):
    assert due(start, count) == end


@pytest.mark.parametrize(
    ("start", "value", "unit", "end"),
    [
        ("2026-02-13 10:00", 30, "days", "2026-03-16 00:00"),
        ("2026-03-02 22:00", 24, "hours", "2026-03-03 22:00"),
        ("2026-12-31 22:00", 24, "hours", "2027-01-01 22:00"),
        ("2024-02-29 10:00", 3, "years", "2027-03-01 00:00"),
        ("2026-03-02 10:00", 3, "years", "2029-03-03 00:00"),
        ("2025-02-28 10:00", 3, "years", "2028-02-29 00:00"),
        ("2026-01-31 10:00", 1, "months", "2026-03-01 00:00"),
        ("2026-12-15 10:00", 1, "months", "2027-01-16 00:00"),
        ("2025-12-31 23:00", 4, "months_of_next_year", "2026-05-01 00:00"),
        ("2026-01-01 00:00", 4, "months_of_next_year", "2027-05-01 00:00"),
        ("2026-01-01 00:00", 12, "months_of_next_year", "2028-01-01 00:00"),
    ],
)
def test_other_units(start, value, unit, end):
    assert due(start, value, unit) == end


def test_days_are_those_of_beijing_wherever_the_clock_is():
    limit = Deadline(1, "working_days", "一")
    friday_in_new_york = datetime(2026, 3, 6, 20, 0, tzinfo=timezone(timedelta(hours=-5)))
    # Saturday in Beijing: the Monday is the first working day after it.
    assert days.due(friday_in_new_york, limit) == at("2026-03-10 00:00")
    sunday = datetime(2026, 3, 8, 15, 59, tzinfo=UTC)
    assert days.due(sunday, limit) == at("2026-03-10 00:00")
    assert days.due(sunday + timedelta(minutes=1), limit) == at("2026-03-11 00:00")


def test_a_window_before_an_end():
    limit = load_policy("jincheng").deadlines["renewal_window"]
    assert days.opens(at("2026-12-31 23:59"), limit) == at("2026-12-01 00:00")
    with pytest.raises(ValueError, match="counted in days"):
        days.opens(at("2026-12-31 23:59"), Deadline(1, "months", "一"))


@pytest.mark.parametrize("start", ["2026-12-31 10:00", "2024-12-30 10:00", "2031-01-01 10:00"])
def test_a_year_without_a_calendar_is_not_guessed(start):
    with pytest.raises(RegistryError, match="there is no calendar for") as refused:
        due(start, 1)
    assert refused.value.code == "calendar_missing"


YEAR = """\
year = 2027
title = "某年节假日安排"
source = "某号"
working = [2027-01-03]
[[holidays]]
name = "元旦"
from = 2027-01-01
to = 2027-01-02
"""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("year = 2027\n", "", "year is missing"),
        ("year = 2027", "year = '2027'", "year is no int"),
        ("year = 2027", "year = 1", "year: 1"),
        ("year = 2027", "year = 2028", "is not of 2028"),
        ("working = [2027-01-03]", "working = [2027-01-04]", "2027-01-04 is no Saturday"),
        ("working = [2027-01-03]", "working = [2027-01-02]", "2027-01-02 is a holiday"),
        ("working = [2027-01-03]", "working = ['x']", "x is no day"),
        ("working = [2027-01-03]", "working = [2027-01-03T00:00:00]", "is no day"),
        ("to = 2027-01-02", "to = 2026-12-31", "is not of 2027"),
        ("to = 2027-01-02", "to = 2027-12-31", "元旦: from"),
        ("from = 2027-01-01", "from = 2027-01-05", "元旦: from"),
        ("name = ", "nom = ", "unknown: nom"),
        ("title = ", "colour = 1\ntitle = ", "unknown: colour"),
        ("[[holidays]]", "[holidays]", "holidays is no list"),
    ],
)
def test_a_calendar_that_is_wrong_is_refused(before, after, said):
    assert before in YEAR
    with pytest.raises(RegistryError) as refused:
        read_calendar(YEAR.replace(before, after, 1).encode())
    assert refused.value.code == "calendar_invalid"
    assert said in str(refused.value)


@pytest.mark.parametrize("data", [b"\xff", b"a = [[", b"x" * 70_000, b"a = " + b"[" * 3000])
def test_hostile_bytes_are_no_calendar(data):
    with pytest.raises(RegistryError) as refused:
        read_calendar(data)
    assert refused.value.code == "calendar_invalid"


def test_an_operator_loads_a_further_year(bureau):
    with bureau.database.begin() as connection:
        insert_role(
            connection,
            person=bureaukit.person("administrator"),
            role=Role.ADMINISTRATOR,
            organization=None,
            since=bureaukit.SINCE,
        )
    limit = Deadline(1, "working_days", "一")
    with bureau.acting(bureaukit.person("administrator")) as b:
        year = b.organizations.add_calendar(YEAR.encode())
        assert year.year == 2027
        b.organizations.add_calendar(YEAR.replace("元旦", "新年").encode())
    with bureau.database.begin() as connection:
        loaded = WorkingDays.of(connection)
        names = connection.execute(sa.select(tables.settings.c.name)).scalars().all()
    assert names.count("calendar/2027") == 1
    assert loaded.due(at("2026-12-31 10:00"), limit) == at("2027-01-04 00:00")
    assert loaded.years[2027].holidays[0].name == "新年"


@pytest.mark.parametrize("who", ["administrator", "principal"])
def test_whoever_keeps_one_unit_does_not_set_the_holidays_of_all(bureau, who):
    with bureau.acting(bureaukit.person(who)) as b, pytest.raises(NotAuthorized):
        b.organizations.add_calendar(YEAR.encode())
