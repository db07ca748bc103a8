"""待办: what waits for somebody, from all rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for a person's step."""

    what: str
    """The step: ``approve``, ``stamp``, ``collect`` of a use; ``accept``, ``review``, ``make``,
    ``issue``, ``activate`` of a seal; ``approve_petition``, ``decide_petition``,
    ``confirm_hand_over``."""
    subject: str
    """The id that the step is called with."""
    number: str
    """What people call it: a request's number, a seal's name."""
    title: str
    since: datetime
