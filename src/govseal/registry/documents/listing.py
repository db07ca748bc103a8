"""Documents in lists: those that somebody needs to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from govseal.errors import NotAuthorized
from govseal.registry import tables
from govseal.registry.documents.model import DocumentRecord
from govseal.registry.documents.reading import check_reader, read_document

if TYPE_CHECKING:
    from govseal.registry.acting import Acting


def find(
    acting: Acting, *, number: str | None, state: str | None, last: int | None
) -> tuple[DocumentRecord, ...]:
    """See :meth:`govseal.registry.documents.Documents.find`."""
    with acting.call("documents.find", number or "", writes=False) as call:
        table = tables.documents
        query = sa.select(table).order_by(table.c.recorded_at.desc(), table.c.id)
        if number is not None:
            query = query.where(table.c.number == number)
        found: list[DocumentRecord] = []
        for row in call.connection.execute(query):
            if last is not None and len(found) >= last:
                break
            try:
                check_reader(call, row)
            except NotAuthorized:
                continue  # who does not need to know it is not told that it is there
            record = read_document(call.connection, row)
            if state is None or record.state == state:
                found.append(record)
        return tuple(reversed(found))
