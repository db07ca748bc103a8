"""Records of what was stamped: numbers, required seals, states, who may know them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal.errors import NotAuthorized
from govseal.registry import tables
from govseal.registry.documents import listing, numbers, orders, states
from govseal.registry.documents.holders import holder_digest
from govseal.registry.documents.model import DocumentRecord, IssuedNumber, OrderRecord
from govseal.registry.documents.numbers import GapReport, gap_report, next_document_number
from govseal.registry.documents.reading import check_reader, read_document
from govseal.registry.documents.unstamped import keep_unstamped, unstamped
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import OrderState, Role

if TYPE_CHECKING:
    from govseal.registry.acting import Acting
    from govseal.registry.call import Call

_KEEPERS: Final = (Role.SEAL_OFFICE, Role.LICENCE_ISSUING_SECTION)
_WRITERS: Final = (Role.SECTION_HANDLER, Role.SECTION_HEAD, *_KEEPERS)


class Documents:
    """Records of documents, as one person may keep them."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def reserve_number(self, class_: str, year: int) -> IssuedNumber:
        """The next number of a class and year, for a document that is about to be written.

        Raises:
            Refused: ``E_DOCUMENT_NUMBER``, ``E_NOT_AUTHORIZED``.
        """
        with self._acting.call("documents.reserve_number") as call:
            call.require(*_WRITERS, organization=call.actor.organization)
            call.subject = next_document_number(call, class_, year)
            call.tell("document.number_given", call.subject)
            return call.finish(IssuedNumber(call.subject))

    def void_number(self, number: str, reason: str) -> IssuedNumber:
        """Say that no document will have a number that was given out.

        Raises:
            Refused: ``E_NOT_FOUND``, ``E_APPEND_ONLY``, ``E_LEDGER_FIELD``, ``E_NOT_AUTHORIZED``.
        """
        with self._acting.call("documents.void_number", number) as call:
            call.require(*_KEEPERS, organization=call.actor.organization)
            numbers.void(call, number, reason)
            call.tell("document.number_voided", number)
            return call.finish(IssuedNumber(number))

    def gaps(self, class_: str, year: int) -> GapReport:
        """What became of every number of a class and year."""
        with self._acting.call("documents.gaps", writes=False) as call:
            return gap_report(call.connection, class_, year)

    def get(self, document: str) -> DocumentRecord:
        """All of a record, for who needs to know it; the reading is logged.

        Raises:
            Refused: ``E_NOT_FOUND``; ``E_NEED_TO_KNOW``.
        """
        with self._acting.call("documents.get", document, writes=False) as call:
            row = call.one(tables.documents, document)
            check_reader(call, row)
            return read_document(call.connection, row)

    def find(
        self, *, number: str | None = None, state: str | None = None, last: int | None = None
    ) -> tuple[DocumentRecord, ...]:
        """The documents that the actor needs to know, in the order in which they were recorded.

        Args:
            number: of that number alone.
            state: of :class:`DocumentState`.
            last: the latest so many.
        """
        return listing.find(self._acting, number=number, state=state, last=last)

    def name_reader(
        self, document: str, reader: str, *, reason: str, until: datetime | None = None
    ) -> DocumentRecord:
        """Let somebody else know a document, for a reason and a time (借阅).

        Raises:
            Refused: ``E_NOT_FOUND``, ``E_LEDGER_FIELD``, ``E_NOT_AUTHORIZED``.
        """
        with self._acting.call("documents.name_reader", document) as call:
            row = call.one(tables.documents, document)
            call.require(Role.SEAL_OFFICE, Role.PRINCIPAL_LEADER, organization=row.organization)
            call.one(tables.people, reader)
            if not reason.strip():
                call.refuse("E_LEDGER_FIELD", "a reader is named with a reason")
            call.facts["reader"] = reader
            call.insert(
                tables.document_readers,
                id=new_id("rdr"),
                document=document,
                reader=reader,
                named_by=call.actor.id,
                reason=reason,
                since=call.at,
                until=until,
            )
            return call.finish(read_document(call.connection, row))

    def of_holder(self, holder: str, number: str | None = None) -> tuple[DocumentRecord, ...]:
        """The documents of a holder, asked by the portal at which that person is known.

        Args:
            holder: what the portal calls the person; as in the fact ``holder`` of the request.
            number: of one document alone.

        Raises:
            Refused: ``E_NOT_OWNER``: the number is another holder's, or nobody's.
        """
        with self._acting.call("documents.of_holder", number or "", writes=False) as call:
            call.require(Role.RELYING_SYSTEM)
            digest = holder_digest(call, holder)
            table = tables.documents
            query = sa.select(table).where(table.c.holder == digest).order_by(table.c.recorded_at)
            if number is not None:
                query = query.where(table.c.number == number)
            rows = call.rows(query)
            if number is not None and not rows:
                # Whether there is such a document is nobody else's business either.
                raise NotAuthorized(
                    "no document of this holder",
                    code="E_NOT_OWNER",
                    clause=call.profile.clause("E_NOT_OWNER")
                    or "晋市政办〔2022〕29号 电子证照, 第二十条",
                )
            return tuple(read_document(call.connection, row) for row in rows)

    def change_state(
        self,
        document: str,
        event: str,
        *,
        reason: str,
        effective_at: datetime | None = None,
        order: str | None = None,
    ) -> DocumentRecord:
        """Dispute, resolve, withdraw, revoke or expire a document; the history only grows.

        Args:
            document: which.
            event: ``dispute``, ``resolve``, ``withdraw``, ``revoke``, ``expire``.
            reason: why; part of the history.
            effective_at: from when on; now by default, never later.
            order: the rectification order that is followed, which is closed by it.

        Raises:
            StateError: the present state does not permit it.
            Refused: ``E_LEDGER_FIELD``, ``E_EFFECTIVE_AT``, ``E_NOT_AUTHORIZED``.
        """
        step = states.step_of(event)
        if event == "supersede":
            raise ValueError("a document is superseded by another: supersede()")
        with self._acting.call(f"documents.{event}", document) as call:
            row = call.one(tables.documents, document, lock=True)
            call.require(*step.roles, organization=row.organization)
            if order is not None:
                self._follow(call, order, document, reason)
            states.change(
                call, document, event, reason=reason, effective_at=effective_at, order=order
            )
            return call.finish(read_document(call.connection, row))

    @staticmethod
    def _follow(call: Call, order: str, document: str, reason: str) -> None:
        if orders.open_order(call, order).document != document:
            call.refuse("E_NOT_FOUND", f"{order} is about another document", orders.CLAUSE)
        orders.close(call, order, OrderState.WITHDRAWN, reason)

    def supersede(self, old: str, new: str, *, reason: str) -> DocumentRecord:
        """Put a newer document in the place of an older one; the newer one's record.

        Raises:
            StateError: the older one is superseded, withdrawn or revoked already.
            Refused: ``E_DUPLICATE``: both are the same; ``E_NOT_AUTHORIZED``.
        """
        with self._acting.call("documents.supersede", old) as call:
            row = call.one(tables.documents, old, lock=True)
            newer = call.one(tables.documents, new)
            call.require(*states.step_of("supersede").roles, organization=row.organization)
            if old == new or newer.organization != row.organization:
                call.refuse("E_DUPLICATE", "another document of the same unit takes its place")
            states.supersede(call, old, new, kind="supersedes", reason=reason)
            return call.finish(read_document(call.connection, newer))

    def order_correction(self, document: str, *, finding: str, due_at: datetime) -> OrderRecord:
        """Order that what is wrong with a document be corrected until a time.

        Raises:
            Refused: ``E_LEDGER_FIELD``, ``E_DUE``, ``E_NOT_AUTHORIZED``.
        """
        with self._acting.call("documents.order_correction", document) as call:
            call.require(*orders.ORDERING)
            return call.finish(orders.give(call, document, finding=finding, due_at=due_at))

    def close_order(self, order: str, *, is_done: bool, result: str) -> OrderRecord:
        """Say that an order was followed, or refused: then somebody answers for it.

        Raises:
            StateError: it is closed already.
            Refused: ``E_LEDGER_FIELD``, ``E_NOT_AUTHORIZED``.
        """
        with self._acting.call("documents.close_order", order) as call:
            call.require(*orders.ORDERING)
            state = OrderState.DONE if is_done else OrderState.REFUSED
            return call.finish(orders.close(call, order, state, result))

    def orders(self) -> tuple[OrderRecord, ...]:
        """All orders, the first due first."""
        with self._acting.call("documents.orders", writes=False) as call:
            call.require(*orders.ORDERING, *_KEEPERS, Role.SUPERVISION_AUDITOR)
            table = tables.rectification_orders
            rows = call.rows(sa.select(table).order_by(table.c.due_at, table.c.id))
            return tuple(orders.read_order(row, call.at) for row in rows)

    def keep_unstamped(self, **statement: Any) -> DocumentRecord:  # noqa: ANN401 - see there
        """A decision that cannot be stamped: :func:`unstamped.keep_unstamped` has the arguments."""
        with self._acting.call("documents.keep_unstamped") as call:
            call.require(*_KEEPERS, organization=call.actor.organization)
            row = call.one(tables.documents, keep_unstamped(call, **statement))
            return call.finish(read_document(call.connection, row))

    def unstamped(self) -> tuple[DocumentRecord, ...]:
        """Decisions without a stamp and without a waiver: what is to be looked into."""
        with self._acting.call("documents.unstamped", writes=False) as call:
            rows = unstamped(call)
            return tuple(read_document(call.connection, row) for row in rows)
