"""The registry's clock: an argument of :meth:`Bureau.open`, read once for each call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""The time now, timezone-aware."""


def system_clock() -> datetime:
    """The machine's time."""
    return datetime.now(UTC)  # noqa: TID251 - as in the façade, this is where the clock is read
