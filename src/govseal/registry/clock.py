"""The registry's clock: an argument of :meth:`Bureau.open`, read once for each call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from govseal.asn1.times import in_beijing

Clock = Callable[[], datetime]
"""The time now, timezone-aware."""


def system_clock() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)  # noqa: TID251 - as in the façade, this is where the clock is read


def day_of(moment: datetime) -> date:
    """The day of a time in Asia/Shanghai: the days of regulations are those of Beijing time."""
    return in_beijing(moment).date()
