"""The ledger of a bureau, as anybody who has the bureau may prove and audit it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import sqlalchemy as sa

from govseal.errors import Refused, RegistryError
from govseal.registry import tables
from govseal.registry.ledger.audit import audit_ledger
from govseal.registry.ledger.checkpoints import (
    last_checkpoint,
    make_checkpoint,
    prove_consistency,
    prove_inclusion,
)
from govseal.registry.ledger.key import log_key, signing_key
from govseal.registry.ledger.matching import match_document

if TYPE_CHECKING:
    from govseal.registry.bureau import Bureau
    from govseal.registry.ledger.findings import LedgerAudit
    from govseal.registry.ledger.matching import LedgerMatch
    from govseal.registry.ledger.notes import LogKey
    from govseal.registry.ledger.proofs import Checkpoint, ConsistencyProof, InclusionProof


class _HasSequence(Protocol):
    @property
    def sequence(self) -> int: ...


class Ledger:
    """The ledger, as anybody who has the bureau may read and prove it."""

    def __init__(self, bureau: Bureau) -> None:
        self._bureau = bureau

    @property
    def key(self) -> LogKey | None:
        """The public key of its checkpoints; ``.text`` of it is what auditors keep elsewhere."""
        with self._bureau.database.begin() as connection:
            return log_key(connection)

    def checkpoint(self) -> Checkpoint:
        """Sign what the ledger is now; ``.note`` of it is published, and kept elsewhere.

        Raises:
            LedgerBroken: the ledger does not continue its last checkpoint.
            RegistryError: ``secrets_missing``: the key is not at hand; ``ledger_key``: the
                registry was opened with another.
        """
        with self._bureau.database.begin() as connection:
            return self._checkpoint(connection)

    def prove(self, entry: int | _HasSequence, *, shows_entry: bool = False) -> InclusionProof:
        """That an entry stands in the ledger, towards the latest checkpoint.

        A checkpoint is made where the latest was before the entry.

        Args:
            entry: its number, or what has it as ``sequence``.
            shows_entry: whether the proof holds the entry itself, with all that it says.

        Raises:
            Refused: ``E_NOT_FOUND``: there is no such entry.
            RegistryError: ``purged``: the entry to show is no longer kept; else as for
                :meth:`checkpoint`.
        """
        sequence = entry if isinstance(entry, int) else entry.sequence
        table = tables.ledger_entries
        with self._bureau.database.begin() as connection:
            query = sa.select(table.c.entry).where(table.c.sequence == sequence)
            text = connection.execute(query).scalar_one_or_none()
            if text is None:
                message = f"台账没有第 {sequence} 条 / the ledger has no entry {sequence}"
                raise Refused(message, code="E_NOT_FOUND")
            if shows_entry and not text:
                raise RegistryError(f"entry {sequence} is no longer kept", code="purged")
            checkpoint = last_checkpoint(connection, least=sequence + 1)
            if checkpoint is None:
                checkpoint = self._checkpoint(connection)
            shown = text.encode() if shows_entry else None
            return prove_inclusion(connection, sequence, checkpoint, shown)

    def prove_growth(self, old: Checkpoint) -> ConsistencyProof:
        """That the ledger of now only continues that of an older checkpoint.

        Raises:
            RegistryError: ``proof_invalid``: the older checkpoint had more entries; else as for
                :meth:`checkpoint`.
        """
        new = self.checkpoint()
        if old.size > new.size:
            message = f"the checkpoint has {old.size} entries, the ledger {new.size}"
            raise RegistryError(message, code="proof_invalid")
        with self._bureau.database.begin() as connection:
            return prove_consistency(connection, old.size, new)

    def audit(
        self,
        *,
        checkpoints: Sequence[Checkpoint | str | bytes] = (),
        key: LogKey | None = None,
        documents: Iterable[Path | bytes] = (),
        on_progress: Callable[[int, int], None] | None = None,
    ) -> LedgerAudit:
        """Hash every entry again and hold it against everything that speaks of it.

        Memory does not grow with the ledger, and nobody waits for it.

        Args:
            checkpoints: signed notes that were kept elsewhere: they tell of a ledger that was
                rewritten as a whole.
            key: the ledger's key, kept elsewhere; without it the registry's own word is taken.
            documents: stamped files, one held at a time; each has to be proven by the ledger.
            on_progress: told from time to time how many entries were looked at, and of how many.

        Returns:
            What was found; ``.check()`` of it raises :class:`LedgerBroken`.

        Raises:
            RegistryError: ``malformed``: something given is no checkpoint.
        """
        return audit_ledger(
            self._bureau.database.begin,
            at=self._bureau.clock(),
            checkpoints=checkpoints,
            key=key,
            documents=documents,
            on_progress=on_progress,
        )

    def match(self, document: bytes, *, detached: bytes | None = None) -> LedgerMatch:
        """Whether a stamped document and the ledger prove each other.

        The stamp names origin, number and leaf of its intent; the entry of its result holds the
        digest of the file as the desk released it. Trust in the signer is another question: that
        of :func:`govseal.verify`.

        Args:
            document: the stamped file.
            detached: its detached stamp, where it has one.

        Raises:
            FormatError: it is no document that is known.
        """
        with self._bureau.database.begin() as connection:
            return match_document(connection, document, detached, self._bureau.clock())

    def _checkpoint(self, connection: sa.Connection) -> Checkpoint:
        bureau = self._bureau
        key, sign = signing_key(connection, bureau.secrets, bureau.ledger_signer)
        return make_checkpoint(connection, bureau.clock(), key, sign)
