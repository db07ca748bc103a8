"""Checks of the document: its container, what the signature protects, and its digests."""

from __future__ import annotations

from collections.abc import Collection

from govseal.formats.base import Pieces, Presence, ProtectedPart, SignatureEvidence, SignatureKind
from govseal.pki.algorithms import DigestAlgorithm
from govseal.sm2 import PublicKey, Sm3, identity_digest
from govseal.verification.checks.finding import (
    PASSED,
    SKIPPED,
    Finding,
    failed,
    indeterminate,
    noticed,
    unreadable,
)
from govseal.verification.collect import Subject
from govseal.verification.report import Outcome

_NAMED = 5
_LATER_KINDS = (SignatureKind.SEAL, SignatureKind.SIGNATURE)


def container(subject: Subject) -> Finding:
    """The package could be read to its end."""
    return unreadable(subject.container) if subject.container else PASSED


def data_digest(subject: Subject) -> Finding:
    """Every protected part has its digest, and the list of them has the signed one."""
    evidence = subject.evidence
    if evidence is None:
        return SKIPPED
    parts, bound = _parts(evidence.parts), _bound(subject, evidence)
    # What is wrong comes before what is not known: a changed list may name any digest algorithm.
    for finding in (parts, bound):
        if finding.outcome is Outcome.FAILED:
            return finding
    return bound if parts is PASSED else parts


def _bound(subject: Subject, evidence: SignatureEvidence) -> Finding:
    """The list of parts, or the bytes themselves, have the digest that is signed."""
    if subject.signature is None:
        return unreadable(evidence.problem) if evidence.problem else SKIPPED
    if evidence.data is None:
        return indeterminate("document_absent")
    digest = subject.signature.digest
    if digest is None:
        return indeterminate("unsupported", f"algorithm {subject.signature.algorithm_oid}")
    is_keyed = False
    if not _is_bound(subject.signature.data_digests, evidence.data, digest):
        is_keyed = _is_keyed(subject, evidence.data)
        if not is_keyed:
            return failed("data_digest_mismatch", evidence.location)
    if evidence.kind in _LATER_KINDS and evidence.location.startswith("/") and not evidence.parts:
        return failed("reference_missing", "the signature protects no file")
    return noticed("quirk_q6", "SM3 over Z and data") if is_keyed else PASSED


def _is_keyed(subject: Subject, data: bytes | Pieces) -> bool:
    """Whether a stamp's digest is SM3 over its signer's Z and the data: some products mix them up.

    Q6. It is as hard to forge as the other: Z has 32 bytes of the signer's own.
    """
    signer = subject.signer.certificate if subject.signer else None
    if subject.stamp is None or signer is None or isinstance(data, Pieces):
        return False
    key = signer.public_key.material
    if not isinstance(key, PublicKey):
        return False
    return Sm3(identity_digest(key) + data).digest() == subject.stamp.data_digest


def _is_bound(
    expected: tuple[bytes, ...] | None, data: bytes | Pieces, digest: DigestAlgorithm
) -> bool:
    if expected is None:  # the document itself is signed: that is for the check of the value
        return True
    return (data.digest(digest) if isinstance(data, Pieces) else digest.digest(data)) in expected


def _parts(parts: tuple[ProtectedPart, ...]) -> Finding:
    doubled = [part.name for part in parts if part.presence is Presence.DUPLICATED]
    missing = [part.name for part in parts if part.presence is Presence.MISSING]
    changed = [
        part.name for part in parts if part.actual is not None and part.actual != part.expected
    ]
    unknown = [
        part.name for part in parts if part.actual is None and part.presence is Presence.PRESENT
    ]
    if changed:
        return failed("data_digest_mismatch", names(changed))
    if missing:
        return failed("reference_missing", names(missing))
    if doubled:
        return failed("reference_duplicated", names(doubled))
    if unknown:
        return indeterminate("unsupported", "the digest algorithm is not known")
    return PASSED


def names(found: Collection[str]) -> str:
    """The first few of some names, and how many more there are."""
    shown = ", ".join(list(found)[:_NAMED])
    more = len(found) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def property_info(subject: Subject) -> Finding:
    """原文属性 names this signature; another text is a notice (Q10).

    What else the stamp says of itself must be understood where it says that it must.
    """
    if subject.evidence is None or subject.stamp is None:
        return SKIPPED
    unknown = [item.oid for item in subject.stamp.extensions if item.critical]
    if unknown:
        return indeterminate("unsupported", f"critical extensions of the stamp: {unknown[0]}")
    text = subject.stamp.property_info.strip("\x00 \r\n")
    if text == subject.evidence.location:
        return PASSED
    return noticed("property_info_differs", text[:200])


def coverage(subject: Subject, protected_elsewhere: frozenset[str]) -> Finding:
    """Only signature bookkeeping lies outside what this signature, or a sound one, protects.

    The pages on which a stamp shows it protects itself: there it speaks for what is read beside
    it, whoever else may have signed that.
    """
    if subject.evidence is None:
        return SKIPPED
    anomalies = sorted(subject.evidence.anomalies, key=lambda item: not item.is_failure)
    if anomalies:
        worst = anomalies[0]
        make = failed if worst.is_failure else indeterminate
        return make(worst.code, worst.detail)
    unprotected = subject.evidence.coverage.unprotected
    if not unprotected:
        return PASSED
    shown_on = {place.part for place in subject.evidence.appearances}
    pages = [part.name for part in unprotected if part.name in shown_on]
    if pages:
        return indeterminate("rendered_unprotected", names(pages))
    outside = [part for part in unprotected if part.name not in protected_elsewhere]
    if not outside:
        return noticed("partial_coverage", names([part.name for part in unprotected]))
    rendered = [part.name for part in outside if part.is_rendered]
    if rendered:
        return indeterminate("rendered_unprotected", names(rendered))
    return indeterminate("partial_coverage", names([part.name for part in outside]))
