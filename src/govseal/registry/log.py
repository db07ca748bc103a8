"""审计日志: every step and every refusal, for whoever has the registry at hand."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from govseal.registry import audit

if TYPE_CHECKING:
    from govseal.registry.audit import AuditEvent
    from govseal.registry.bureau import Bureau


class AuditLog:
    """The audit log of a bureau."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau

    def events(
        self, *, subject: str | None = None, last: int | None = None
    ) -> tuple[AuditEvent, ...]:
        """The rows in their order: those of one subject, or the last so many of them."""
        with self._bureau.database.begin() as connection:
            return tuple(deque(audit.read(connection, subject=subject), maxlen=last))

    def problems(self) -> tuple[str, ...]:
        """What is wrong with the log, by the number of its row; empty: it proves itself."""
        with self._bureau.database.begin() as connection:
            return tuple(audit.problems(connection))
