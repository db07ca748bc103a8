"""The registry's clock: an argument of :meth:`Bureau.open`, read once for each call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""The days of regulations are those of Beijing time, which has had no summer time since 1991."""

Clock = Callable[[], datetime]
"""The time now, timezone-aware."""


def system_clock() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)  # noqa: TID251 - as in the façade, this is where the clock is read


def day_of(moment: datetime) -> date:
    """The day of a time in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()
