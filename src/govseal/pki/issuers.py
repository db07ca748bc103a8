"""Who issued a certificate: the trusted certificates of its issuer's name and key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from govseal.pki.certificate import Certificate
from govseal.pki.names import is_same_name
from govseal.pki.path import MAX_REMEMBERED, Memory, PathResult, validate_path
from govseal.pki.trust import TrustStore

MAX_ISSUERS: Final = 16
"""Certificates of the issuer's name whose own paths are looked at."""


def find_issuers(
    certificate: Certificate,
    trust: TrustStore,
    pool: Iterable[Certificate],
    at: datetime,
    *,
    allow_mixed: bool = False,
    memory: Memory | None = None,
) -> Iterator[tuple[Certificate, PathResult]]:
    """The trusted certificates of the key that issued ``certificate``, and their paths at ``at``.

    Signatures are checked; a self-signed certificate is its own issuer.
    """
    memory = memory or Memory()
    more = tuple(pool)
    tried = 0
    candidates = {item.der: item for item in (*trust.find_issuers(certificate), *more)}
    for candidate in candidates.values():
        if not is_same_name(candidate.subject_der, certificate.issuer_der) or not candidate.is_ca:
            continue
        if tried >= MAX_ISSUERS or memory.signature(certificate, candidate) is not None:
            continue
        tried += 1
        path = issuer_path(candidate, trust, more, at, allow_mixed=allow_mixed, memory=memory)
        if path.outcome == "passed":
            yield candidate, path


def issuer_path(
    certificate: Certificate,
    trust: TrustStore,
    pool: tuple[Certificate, ...],
    at: datetime,
    *,
    allow_mixed: bool,
    memory: Memory,
) -> PathResult:
    """The path of one who may sign lists, once for a memory."""
    question = (certificate.der, id(trust), tuple([item.der for item in pool]), at, allow_mixed)
    path = memory.paths.get(question)
    if path is None:
        path = validate_path(
            certificate, trust, certificates=pool, at=at, allow_mixed=allow_mixed, memory=memory
        )
        if len(memory.paths) < MAX_REMEMBERED:
            memory.paths[question] = path
    return path
