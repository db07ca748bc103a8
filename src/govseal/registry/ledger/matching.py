"""Document and ledger prove each other: the stamp names a leaf, the ledger the stamped file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from govseal.errors import FormatError
from govseal.facade import verify
from govseal.pki.trust import TrustStore
from govseal.registry import tables
from govseal.registry.ledger.append import origin
from govseal.registry.ledger.findings import Findings
from govseal.registry.ledger.merkle import leaf_hash
from govseal.registry.ledger.walk import Begin, read_entry
from govseal.seal.extensions import LedgerReference
from govseal.sm2 import sm3
from govseal.verification.report import Outcome, SignatureReport

_BINDING: Final = ("data_digest", "signature_value")
"""The checks without which a stamp speaks of nothing."""


@dataclass(frozen=True, slots=True)
class StampMatch:
    """One stamp of a document, held against the ledger."""

    signature: str
    """The id of the signature."""
    reference: LedgerReference | None
    """What the stamp says; None: of no ledger."""
    entry: int | None
    """The intent in this ledger."""
    result: int | None
    """The result, which holds the digest of the file as the desk released it."""
    problems: tuple[str, ...]
    """Why the two do not prove each other: ``no_reference``, ``other_ledger``, ``no_entry``,
    ``leaf_differs``, ``no_stamp``, ``file_differs``, ``not_intact``."""

    @property
    def is_proven(self) -> bool:
        """Whether stamp and ledger prove each other."""
        return not self.problems


@dataclass(frozen=True, slots=True)
class LedgerMatch:
    """A document and the ledger."""

    sm3: str
    """Digest of the file that the desk released: the document, or the detached stamp."""
    stamps: tuple[StampMatch, ...]
    scan_of: int | None = None
    """The intent of the paper whose scan this is, which was stamped by hand: the ledger holds its
    digest. Nothing that may stand in the scan itself is looked at."""

    @property
    def is_proven(self) -> bool:
        """Whether every stamp, and there is one, is proven; or the ledger knows the scan."""
        if self.scan_of is not None:
            return True
        return bool(self.stamps) and all(stamp.is_proven for stamp in self.stamps)


def match_document(
    connection: sa.Connection, data: bytes, detached: bytes | None, at: datetime
) -> LedgerMatch:
    """See :meth:`govseal.registry.ledger.room.Ledger.match`."""
    if detached is None and (found := _scan(connection, sm3(data).hex())) is not None:
        return LedgerMatch(sm3(data).hex(), (), found)
    report = verify(data, TrustStore(()), at=at, detached=detached)
    digest = sm3(data if detached is None else detached).hex()
    log = origin(connection)
    stamps = [_match(connection, log, digest, signature) for signature in report.signatures]
    # A document with several stamps was released after each: the file is that of the last one.
    newest = max((stamp.result for stamp in stamps if stamp.result is not None), default=None)
    return LedgerMatch(
        digest,
        tuple(
            stamp if stamp.result in {None, newest} else _without(stamp, "file_differs")
            for stamp in stamps
        ),
    )


def _scan(connection: sa.Connection, digest: str) -> int | None:
    """The intent of the use by hand whose result holds this digest, as it was hashed.

    None once that entry is purged: no stamp in a scan names a leaf, and a row alone proves nothing.
    """
    stamps, entries = tables.stamps, tables.ledger_entries
    query = (
        sa.select(stamps.c.intent, entries.c.entry, entries.c.leaf)
        .join(entries, entries.c.sequence == stamps.c.result)
        .where(stamps.c.stamped_sm3 == digest, stamps.c.signature_id.is_(None))
        .where(entries.c.kind == "result")
    )
    for row in connection.execute(query.order_by(stamps.c.intent)):
        fields = (read_entry(row.entry) or {}).get("fields")
        is_said = isinstance(fields, dict) and fields.get("stamped_sm3") == digest
        if is_said and leaf_hash(row.entry.encode()).hex() == row.leaf:
            return int(row.intent)
    return None


def _without(stamp: StampMatch, problem: str) -> StampMatch:
    left = tuple(found for found in stamp.problems if found != problem)
    return StampMatch(stamp.signature, stamp.reference, stamp.entry, stamp.result, left)


def _match(
    connection: sa.Connection, log: str, digest: str, signature: SignatureReport
) -> StampMatch:
    reference = signature.ledger
    if reference is None:
        return StampMatch(signature.id, None, None, None, ("no_reference",))
    if reference.log != log:
        return StampMatch(signature.id, reference, None, None, ("other_ledger",))
    problems = []
    if not _is_intact(signature):
        problems.append("not_intact")
    table = tables.ledger_entries
    query = sa.select(table).where(table.c.sequence == reference.sequence)
    row = connection.execute(query).one_or_none()
    if row is None or row.kind != "intent":
        return StampMatch(signature.id, reference, None, None, (*problems, "no_entry"))
    hashed = leaf_hash(row.entry.encode()).hex() if row.entry else row.leaf
    if not row.leaf == hashed == reference.leaf.hex():
        problems.append("leaf_differs")
    result = _result(connection, reference.sequence)
    if result is None:
        problems.append("no_stamp")
    elif result[1] != digest:
        problems.append("file_differs")
    number = None if result is None else result[0]
    return StampMatch(signature.id, reference, row.sequence, number, tuple(problems))


def _is_intact(signature: SignatureReport) -> bool:
    outcomes = {check.name: check.outcome for check in signature.checks}
    return all(outcomes.get(name) is Outcome.PASSED for name in _BINDING)


def _result(connection: sa.Connection, intent: int) -> tuple[int, str] | None:
    """The result of a use, and the digest that its entry holds; the stamp's where it is purged."""
    stamps, entries = tables.stamps, tables.ledger_entries
    query = (
        sa.select(stamps.c.result, stamps.c.stamped_sm3, entries.c.entry)
        .join(entries, entries.c.sequence == stamps.c.result)
        .where(stamps.c.intent == intent, entries.c.kind == "result")
    )
    row: Any = connection.execute(query).one_or_none()
    if row is None:
        return None
    fields = (read_entry(row.entry) or {}).get("fields") if row.entry else None
    said = fields.get("stamped_sm3") if isinstance(fields, dict) else row.stamped_sm3
    return row.result, str(said)


def check_documents(
    begin: Begin, documents: Iterable[Path | bytes], at: datetime, findings: Findings, end: int
) -> None:
    """A finding for each document that the ledger does not prove; one is held at a time.

    Args:
        begin: begins a transaction.
        documents: files, or their bytes; bytes are named by their place, from 1.
        at: the time of judging.
        findings: takes what is wrong.
        end: the last entry, of which a document without any is told.
    """
    for place, document in enumerate(documents, 1):
        name = document.name if isinstance(document, Path) else str(place)
        try:
            data = document.read_bytes() if isinstance(document, Path) else document
            with begin() as connection:
                match = match_document(connection, data, None, at)
        except (FormatError, OSError) as error:
            findings.add("document_unmatched", end, detail=f"{name}: {type(error).__name__}")
            continue
        if match.is_proven:
            continue
        found = [stamp for stamp in match.stamps if stamp.problems]
        entries = [stamp.entry for stamp in found if stamp.entry is not None]
        said = [problem for stamp in found for problem in stamp.problems] or ["no_stamps"]
        entry = entries[0] if entries else end
        findings.add("document_unmatched", entry, detail=f"{name}: {', '.join(said)}")
