"""The clock of the command line: what one command does, it does at one moment."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This moment in UTC, to the second, which is how finely seals and stamps tell time."""
    return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the command line reads it
