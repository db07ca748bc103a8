"""证照标识 that a document states: what is wrong with them is noticed, and lowers nothing.

An identifier is no part of a stamp: a wrong one says that somebody's program or keyboard erred, or
that the data were altered; whether those are protected, coverage says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from govseal.formats.licence import MALFORMED
from govseal.formats.metadata import LicenceMention


def licence_faults(mentions: Iterable[LicenceMention]) -> Iterator[str]:
    """Codes of what is wrong with the identifiers (GB/T 36904)."""
    for mention in mentions:
        if mention.identifier is None:
            yield MALFORMED
        else:
            yield from mention.identifier.faults
