"""Working days (工作日): public holidays and make-up days as data, one file a year.

How limits are counted: the day of the event is not; a limit of n working days ends at 24:00,
Beijing time, of the n-th one; calendar days count all days; hours run on. No calendar for a year
is an error, not a guess.
"""

from __future__ import annotations

import calendar as months
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Any, Self

import sqlalchemy as sa

from govseal.asn1.times import BEIJING
from govseal.errors import RegistryError
from govseal.registry import tables
from govseal.registry.clock import day_of
from govseal.registry.policy.profile import Deadline

MAX_BYTES = 1 << 16
SETTING = "calendar/"
"""Settings of that prefix and the year hold the text of a file that an operator loaded."""
_SHIPPED = resources.files("govseal.registry") / "calendars"
_DAY = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 1949, 2999
_MAX_HOLIDAYS = 40
_MAX_DAYS_OFF = 31
_MAX_MAKE_UP = 60
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Holiday:
    """A holiday, its first and its last day."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class YearCalendar:
    """A year's notice of the State Council: its holidays, and the weekend days worked instead."""

    year: int
    title: str
    source: str
    holidays: tuple[Holiday, ...]
    working: frozenset[date]

    def is_working_day(self, day: date) -> bool:
        """Whether a day of this year is worked."""
        if day in self.working:
            return True
        off = any(holiday.first <= day <= holiday.last for holiday in self.holidays)
        return not off and day.weekday() < _SATURDAY


def read_calendar(data: bytes, where: str = "calendar") -> YearCalendar:
    """A year from the bytes of its TOML file.

    Raises:
        RegistryError: ``calendar_invalid``; the message names the word.
    """
    if len(data) > MAX_BYTES:
        raise RegistryError(f"{where}: more than {MAX_BYTES} bytes", code="calendar_invalid")
    try:
        return _year(tomllib.loads(data.decode()))
    except (ValueError, TypeError, RecursionError) as error:
        raise RegistryError(f"{where}: {error}", code="calendar_invalid") from error


def _year(table: dict[str, Any]) -> YearCalendar:
    if unknown := set(table) - {"year", "title", "source", "working", "holidays"}:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    year = _of(table, "year", int)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(f"year: {year}")
    holidays = tuple(
        _holiday(item, year)
        for item in _some("holidays", _of(table, "holidays", list), _MAX_HOLIDAYS)
    )
    working = frozenset(
        _day_of("working", value, year)
        for value in _some("working", _of(table, "working", list), _MAX_MAKE_UP)
    )
    for day in sorted(working):
        if day.weekday() < _SATURDAY:
            raise ValueError(f"working: {day} is no Saturday or Sunday")
        if any(holiday.first <= day <= holiday.last for holiday in holidays):
            raise ValueError(f"working: {day} is a holiday")
    title, source = _of(table, "title", str), _of(table, "source", str)
    return YearCalendar(year, title, source, holidays, working)


def _of(table: Mapping[str, Any], name: str, kind: type[Any]) -> Any:  # noqa: ANN401 - as TOML gives
    if name not in table:
        raise ValueError(f"{name} is missing")
    if type(table[name]) is not kind:
        raise TypeError(f"{name} is no {kind.__name__}")
    return table[name]


def _some(name: str, items: list[Any], most: int) -> list[Any]:
    if len(items) > most:
        raise ValueError(f"{name}: more than {most}")
    return items


def _day_of(name: str, value: object, year: int) -> date:
    if type(value) is not date:
        raise TypeError(f"{name}: {value} is no day")
    if value.year != year:
        raise ValueError(f"{name}: {value} is not of {year}")
    return value


def _holiday(item: object, year: int) -> Holiday:
    if not isinstance(item, dict):
        raise TypeError("holidays: one is no table")
    if unknown := set(item) - {"name", "from", "to"}:
        raise ValueError(f"holidays: unknown: {', '.join(sorted(unknown))}")
    name = _of(item, "name", str)
    first = _day_of("from", _of(item, "from", date), year)
    last = _day_of("to", _of(item, "to", date), year)
    if not first <= last <= first + _MAX_DAYS_OFF * _DAY:
        raise ValueError(f"holidays: {name}: from {first} to {last}")
    return Holiday(name, first, last)


class WorkingDays:
    """The years that are known, and limits of time counted in them."""

    def __init__(self, years: Iterable[YearCalendar]) -> None:
        self.years = {calendar.year: calendar for calendar in years}

    @classmethod
    def shipped(cls) -> Self:
        """The years that come with the library."""
        return cls(_shipped())

    @classmethod
    def of(cls, connection: sa.Connection) -> Self:
        """The years that come with the library, and those that were loaded into the registry."""
        table = tables.settings
        query = sa.select(table.c.name, table.c.value).where(table.c.name.startswith(SETTING))
        loaded = [read_calendar(row.value.encode(), row.name) for row in connection.execute(query)]
        return cls((*_shipped(), *loaded))

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked.

        Raises:
            RegistryError: ``calendar_missing``: there is none for its year.
        """
        calendar = self.years.get(day.year)
        if calendar is None:
            message = (
                f"没有 {day.year} 年的节假日安排 / there is no calendar for {day.year}: load it"
            )
            raise RegistryError(message, code="calendar_missing")
        return calendar.is_working_day(day)

    def after(self, day: date, count: int) -> date:
        """The ``count``-th working day after a day; with 0 the day itself, if it is worked."""
        if count == 0:
            day -= _DAY
            count = 1
        while count:
            day += _DAY
            count -= self.is_working_day(day)
        return day

    def due(self, start: datetime, limit: Deadline) -> datetime:
        """When a limit that ``start`` begins ends: what is done until then is in time.

        Args:
            start: of the event, timezone-aware.
            limit: its unit says how it is counted.

        Raises:
            RegistryError: ``calendar_missing``.
        """
        if limit.unit == "hours":
            return start + timedelta(hours=limit.value)
        day = day_of(start)
        if limit.unit == "working_days":
            return _end_of(self.after(day, limit.value))
        if limit.unit == "days":
            return _end_of(day + limit.value * _DAY)
        if limit.unit == "months_of_next_year":
            return _end_of(_month_later(date(day.year + 1, limit.value, 1), 1) - _DAY)
        return _end_of(_month_later(day, limit.value * (12 if limit.unit == "years" else 1)))

    def opens(self, end: datetime, limit: Deadline) -> datetime:
        """When a window before ``end`` opens: at 0:00 of the day so many days before.

        Raises:
            ValueError: the limit is not counted in days.
        """
        if limit.unit != "days":
            raise ValueError(f"a window before an end is counted in days, not in {limit.unit}")
        day = day_of(end) - limit.value * _DAY
        return datetime.combine(day, time(), BEIJING)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + _DAY, time(), BEIJING)


def _month_later(day: date, count: int) -> date:
    """The same day of a later month; the last one where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


@cache
def _shipped() -> tuple[YearCalendar, ...]:
    return tuple(
        read_calendar(item.read_bytes(), item.name)
        for item in sorted(_SHIPPED.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".toml")
    )
