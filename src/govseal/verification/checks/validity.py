"""Checks of time: the seal's period, the time of signing, the time stamp, the seal's status."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from govseal.pki.certificate import Certificate
from govseal.verification.checks.finding import (
    PASSED,
    SKIPPED,
    Finding,
    failed,
    indeterminate,
    noticed,
)
from govseal.verification.collect import Subject

# Clocks differ; and products that write local time with a Z are eight hours ahead (Q8).
CLOCK_SKEW = timedelta(minutes=5)
FALSE_ZULU = timedelta(hours=8)


def seal_validity(subject: Subject) -> Finding:
    """T lies in the seal's period of validity."""
    seal, time = subject.seal, subject.signing_time
    if seal is None:
        return SKIPPED
    start, end = seal.properties.not_before.moment, seal.properties.not_after.moment
    if start is None or end is None or start > end:
        return failed("malformed", "the seal's period of validity")
    if time is None:
        return indeterminate("no_signing_time")
    if time > end:
        return failed("seal_expired", f"{_text(time)} after {_text(end)}")
    if time < start:
        return failed("seal_not_yet_valid", f"{_text(time)} before {_text(start)}")
    made_at = seal.properties.create_date.moment
    if made_at is not None and made_at - time > FALSE_ZULU:
        # The seal is inside the stamp: a stamp older than its seal has a false time.
        return failed("seal_not_yet_valid", f"{_text(time)} before its making {_text(made_at)}")
    unknown = [item.oid for item in seal.extensions if item.critical]
    if unknown:
        return indeterminate("unsupported", f"critical extensions of the seal: {unknown[0]}")
    return PASSED


def signing_time(subject: Subject) -> Finding:
    """T lies in the signer certificate's period, and what is since expired has a proof of time."""
    if subject.evidence is None:
        return SKIPPED
    if subject.signature is None or subject.signer is None or subject.signer.certificate is None:
        return SKIPPED
    time, certificate = subject.signing_time, subject.signer.certificate
    if time is None:
        return indeterminate("no_signing_time")
    if not certificate.is_valid_at(time):
        return _outside(time, certificate)
    if time - subject.judged_at > FALSE_ZULU:
        return indeterminate("signing_time_in_future", _text(time))
    expired = [("certificate", certificate.not_after)]
    seal_end = subject.seal.properties.not_after.moment if subject.seal else None
    if seal_end is not None:
        expired.append(("seal", seal_end))
    for what, end in expired:
        if subject.judged_at > end:
            return indeterminate("no_proof_of_time", f"{what} valid until {_text(end)}")
    if time - subject.judged_at > CLOCK_SKEW:
        return noticed("quirk_q8", f"{_text(time)} may be local time")
    return PASSED


def _outside(time: datetime, certificate: Certificate) -> Finding:
    if time > certificate.not_after:
        detail = f"{_text(time)} after {_text(certificate.not_after)}"
        return failed("certificate_expired", detail)
    detail = f"{_text(time)} before {_text(certificate.not_before)}"
    return failed("certificate_not_yet_valid", detail)


def timestamp(subject: Subject) -> Finding:
    """The time stamps of stamp, seal or signed data; this version verifies none of them."""
    tokens = [holder.time_stamp for holder in (subject.stamp, subject.seal) if holder is not None]
    if subject.evidence is not None and subject.evidence.signed_data is not None:
        tokens.append(subject.evidence.signed_data.signer.time_stamp)
    if all(token is None for token in tokens):
        return SKIPPED
    return indeterminate("unsupported", "time stamp tokens are not verified by this version")


def seal_status(subject: Subject) -> Finding:
    """The seal's status, where a source is given; no source can be given to this version."""
    del subject
    return SKIPPED


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
