"""Checks of time: the seal's period, the time of signing, the time stamp, the seal's status."""

from __future__ import annotations

from datetime import UTC, datetime

from govseal.pki.certificate import Certificate
from govseal.pki.path import find_mixed
from govseal.pki.timestamp import TimestampResult
from govseal.verification.checks.finding import (
    PASSED,
    SKIPPED,
    Finding,
    failed,
    gravest,
    indeterminate,
    noticed,
)
from govseal.verification.collect import CLOCK_SKEW, FALSE_ZULU, Subject
from govseal.verification.report import Outcome
from govseal.verification.status import ACTIVE, LOST

_NEVER = datetime.max.replace(tzinfo=UTC)


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
    made_at = _made_later(subject, time)
    if made_at is not None:
        # The seal is inside the stamp: a stamp older than its seal has a false time.
        return failed("seal_not_yet_valid", f"{_text(time)} before its making {_text(made_at)}")
    unknown = [item.oid for item in seal.extensions if item.critical]
    if unknown:
        return indeterminate("unsupported", f"critical extensions of the seal: {unknown[0]}")
    return PASSED


def _made_later(subject: Subject, time: datetime) -> datetime | None:
    """When the seal was made, by its own word or its time stamp, where that is later than T.

    The maker's time may be local; a proved one is not, and a claimed T that is local is too late.
    """
    created = subject.seal.properties.create_date.moment if subject.seal else None
    if created is not None and created - time > FALSE_ZULU:
        return created
    proved = (token.proved_at for token in subject.seal_time_stamps)
    return next((moment for moment in proved if moment and moment - time > CLOCK_SKEW), None)


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
    # A proved time comes from a clock that is kept; a claimed one may be local time.
    ahead = FALSE_ZULU if subject.proved_at is None else CLOCK_SKEW
    if time - subject.judged_at > ahead:
        return indeterminate("signing_time_in_future", _text(time))
    ended = _ended(subject, certificate)
    if ended and subject.proved_at is None:
        return indeterminate("no_proof_of_time", ended)
    claimed = subject.signature.claimed_time.moment if subject.signature.claimed_time else None
    known = subject.proved_at or subject.judged_at
    is_local = claimed is not None and claimed - known > CLOCK_SKEW
    # A check has one notice; what a strict policy refuses may not give way to another.
    if ended and not (is_local and subject.policy.strict):
        return noticed("expired_after_signing", ended)
    if claimed is not None and is_local:
        return noticed("quirk_q8", f"{_text(claimed)} may be local time")
    return PASSED


def _ended(subject: Subject, certificate: Certificate) -> str:
    """What has expired since, certificate, seal or delegation; empty for none of them."""
    ends = [("certificate", certificate.not_after)]
    seal_end = subject.seal.properties.not_after.moment if subject.seal else None
    if seal_end is not None:
        ends.append(("seal", seal_end))
    if subject.statements.scope is not None:
        # Who used to be a delegate can still sign, and claim a time within the term.
        ends.append(("delegation", subject.statements.scope.not_after))
    past = [f"{what} valid until {_text(end)}" for what, end in ends if subject.judged_at > end]
    return past[0] if past else ""


def _outside(time: datetime, certificate: Certificate) -> Finding:
    if time > certificate.not_after:
        detail = f"{_text(time)} after {_text(certificate.not_after)}"
        return failed("certificate_expired", detail)
    detail = f"{_text(time)} before {_text(certificate.not_before)}"
    return failed("certificate_not_yet_valid", detail)


def timestamp(subject: Subject) -> Finding:
    """Every time stamp over the stamp, the seal or the signed data proves its time."""
    tokens = (*subject.time_stamps, *subject.seal_time_stamps)
    if not tokens:
        return SKIPPED
    return gravest(_token(token, subject) for token in tokens)


def _token(result: TimestampResult, subject: Subject) -> Finding:
    time, path = result.proved_at, result.path
    if time is None or path is None:
        is_named = result.reason == "timestamp_untrusted" and subject.policy.tsas is not None
        make = failed if result.outcome == "failed" or is_named else indeterminate
        return make(result.reason, result.detail)
    if time - subject.judged_at > CLOCK_SKEW:
        return indeterminate("signing_time_in_future", f"time stamp of {_text(time)}")
    detail = f"{_text(time)} by {path.chain[0].subject}"
    has_ended = any(subject.judged_at > certificate.not_after for certificate in path.chain)
    if has_ended or any(status.state == "revoked" for status in result.revocations):
        return noticed("timestamp_authority_ended", detail)
    mixed = find_mixed(path.chain)
    if mixed:
        return noticed("chain_mixed", mixed[0][1])
    return Finding(Outcome.PASSED, detail=detail)


def seal_status(subject: Subject) -> Finding:
    """The registry had the seal as active at T, where a source of status is given.

    T of a bare seal is the time of judging.
    """
    standing, time = subject.standing, subject.signing_time
    if subject.seal is None:
        return SKIPPED
    if standing is None:
        is_asked = subject.policy.require_status
        return indeterminate("seal_status_unknown", "no source") if is_asked else SKIPPED
    if standing.moments is None:
        return indeterminate("seal_status_unknown", subject.seal.es_id)
    if time is None:
        return indeterminate("no_signing_time")
    # As with revocation lists: one that speaks for the time of judging, or for a time proved.
    if not any(map(standing.speaks_for, (subject.judged_at, subject.proved_at or _NEVER))):
        return indeterminate("seal_status_unknown", "the source is out of date")
    state = standing.at(time)
    if state == LOST:
        return failed("seal_lost_at_signing", _text(time))
    if state != ACTIVE:
        return failed("seal_not_active_at_signing", f"{state or 'not there yet'} at {_text(time)}")
    now = standing.at(subject.judged_at)
    if now == ACTIVE:
        return PASSED
    if subject.proved_at is None:
        # Who has a seal that was lost can claim a time before.
        return indeterminate("no_proof_of_time", f"the seal is {now} since")
    return noticed("seal_ended_after_signing", f"the seal is {now} since")


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
