"""Time stamp tokens (RFC 3161, GB/T 20520): read as received, and judged as pure functions.

A token proves that a message existed at its time. It counts only when everything about it holds:
the imprint of the message, the signature, the certificate that the signed attributes name, that
certificate's one purpose, its path at the time of the token, and its revocation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from govseal.asn1 import strict, write
from govseal.asn1.strict import Tolerance, Tolerances
from govseal.errors import (
    EncodingError,
    FormatError,
    InvalidSignature,
    LimitExceeded,
    UnsupportedFormat,
)
from govseal.frozen import frozen
from govseal.pki import cms
from govseal.pki import extensions as ext
from govseal.pki.algorithms import DIGEST_ALGORITHMS, digest_algorithm, signature_algorithm
from govseal.pki.certificate import Certificate
from govseal.pki.keys import RSA_ENCRYPTION
from govseal.pki.materials import Materials
from govseal.pki.path import Outcome, PathResult, validate_path
from govseal.pki.revocation import RevocationStatus, check_revocation
from govseal.pki.trust import TrustStore
from govseal.pki.tstinfo import TST_INFO, TimestampInfo

MAX_TOKEN_BYTES: Final = 1024 * 1024
MAX_CERTIFICATES: Final = 20
"""Certificates of a token that are looked at."""
WEAK_DIGESTS: Final = frozenset(item.name for item in DIGEST_ALGORITHMS if item.weak)
_RAW_SM2: Final = 64
_PURPOSE: Final = frozenset({"time_stamping"})
_USAGE: Final = frozenset({"digital_signature", "non_repudiation"})
# Reasons of a revocation after which tokens made before it stay valid; every other one, and none
# at all, takes back all of them (RFC 3161, 4).
_ORDERLY: Final = frozenset(
    {"unspecified", "affiliation_changed", "superseded", "cessation_of_operation"}
)


@dataclass(frozen=True, slots=True)
class TokenSigner:
    """Who signed a token, and what exactly."""

    identifier: cms.Identifier
    digest_algorithm: str
    """OID."""
    algorithm: str
    """OID of the signature algorithm."""
    signature: bytes = field(repr=False)
    """The value as received."""
    is_raw: bool
    """Whether an SM2 value came as r ‖ s (Q4) in place of DER."""
    signed: bytes = field(repr=False)
    """The signed attributes re-tagged as SET OF."""
    message_digest: bytes
    """The digest of TSTInfo, as the attributes state it."""
    certificate_ids: tuple[cms.CertificateId, ...]
    """The certificate as signing-certificate and signing-certificate-v2 name it; one at least."""


@dataclass(frozen=True, slots=True)
class TimestampToken:
    """时间戳 (TimeStampToken), read and not judged."""

    der: bytes = field(repr=False)
    content: bytes = field(repr=False)
    """TSTInfo as received: what the digest in the attributes is over."""
    info: TimestampInfo
    """TSTInfo: imprint, time, accuracy, serial number, policy, nonce."""
    certificates: tuple[bytes, ...] = field(repr=False)
    """Certificates that travel inside, in DER, as received."""
    signer: TokenSigner
    tolerances: tuple[Tolerance, ...] = ()

    @classmethod
    def from_der(cls, der: bytes) -> TimestampToken:
        """The token in ``der``, read to its leaves.

        ContentInfo names signed data by the international or by the Chinese identifier. Versions
        1 and 2 of TSTInfo are read, and raw SM2 values (Q4).

        Raises:
            EncodingError: not a token, or not DER; no signed attributes, or not the content type,
                the digest and the signing certificate in them.
            UnsupportedFormat: BER, several signers, or an algorithm with unknown parameters.
            LimitExceeded: larger than 1 MiB or nested too deeply.
        """
        return _read(bytes(der))

    @property
    def gen_time(self) -> datetime:
        """The time that the token proves, UTC."""
        return self.info.gen_time

    def find_authority(self, certificates: Iterable[Certificate] = ()) -> Certificate | None:
        """The certificate that signed it: from inside, else one of ``certificates``; None for none.

        Raises:
            FormatError: the certificate inside that the signer names cannot be read.
        """
        inside = self.signer.identifier.find(self.certificates[:MAX_CERTIFICATES])
        if inside is not None:
            return Certificate.from_der(inside)
        return next(filter(self.signer.identifier.names, certificates), None)

    def readable_certificates(self) -> tuple[Certificate, ...]:
        """The certificates inside that can be read; the others help nobody."""
        found: list[Certificate] = []
        for der in self.certificates[:MAX_CERTIFICATES]:
            try:
                found.append(Certificate.from_der(der))
            except FormatError:
                continue
        return tuple(found)


def _read(der: bytes) -> TimestampToken:
    if len(der) > MAX_TOKEN_BYTES:
        message = "the time stamp is too large"
        raise LimitExceeded(message, limit=MAX_TOKEN_BYTES, found=len(der), part="TimeStampToken")
    envelope = cms.read_envelope(der)
    if envelope.content_type != TST_INFO or envelope.content is None:
        raise EncodingError("the signed content is no TSTInfo", part="TimeStampToken")
    # RFC 5652, 5.1, asks for 3 around content of such a type; GB/T 35275 knows only 1.
    if envelope.version not in (1, 3):
        message = f"SignedData: version {envelope.version} does not fit"
        raise EncodingError(message, part="SignedData")
    tolerances = Tolerances()
    signer = _signer(envelope, tolerances)
    return TimestampToken(
        der=der,
        content=envelope.content,
        info=TimestampInfo.from_der(envelope.content, tolerances),
        certificates=envelope.certificates,
        signer=signer,
        tolerances=tuple(tolerances.items),
    )


def _signer(envelope: cms.Envelope, tolerances: Tolerances) -> TokenSigner:
    parts = cms.read_signer(envelope.signer)
    cms.check_version(parts.version, "SignerInfo", parts.identifier.key_id)
    if parts.digest_algorithm not in envelope.digests:
        what = "SignedData.digestAlgorithms"
        raise EncodingError(f"{what} does not announce the signer's", part=what)
    if parts.attributes is None:
        raise EncodingError("a time stamp without signed attributes", part="SignerInfo")
    attributes = cms.read_attributes(parts.attributes, tolerances)
    if not {cms.CONTENT_TYPE, cms.MESSAGE_DIGEST} <= attributes.keys():
        raise EncodingError("SignerInfo: content type or digest is not signed", part="SignerInfo")
    if strict.read_oid(attributes[cms.CONTENT_TYPE], "contentType") != TST_INFO:
        raise EncodingError("the signed content type is another one", part="contentType")
    named = cms.read_certificate_ids(attributes)
    if not named:
        raise EncodingError("the signing certificate is not signed", part="SignerInfo")
    is_raw = _is_raw(parts.algorithm, parts.value)
    if is_raw:
        tolerances.note("quirk_q4", "TimeStampToken.signature")
    return TokenSigner(
        identifier=parts.identifier,
        digest_algorithm=parts.digest_algorithm,
        algorithm=parts.algorithm,
        signature=parts.value,
        is_raw=is_raw,
        signed=write.element(strict.SET, parts.attributes.content),
        message_digest=strict.read_octets(attributes[cms.MESSAGE_DIGEST], "messageDigest"),
        certificate_ids=named,
    )


def _is_raw(algorithm: str, value: bytes) -> bool:
    known = signature_algorithm(algorithm)
    if known is None or known.key_kind != "sm2" or len(value) != _RAW_SM2:
        return False
    try:
        return strict.parse(value).tag != strict.SEQUENCE
    except FormatError:
        return True


@frozen
class TimestampRules:
    """What is asked of a token beyond the standard's own rules."""

    not_before: datetime | None = None
    """The token may not be earlier: the signature was made no sooner, as its maker says."""
    forbidden_digests: frozenset[str] = WEAK_DIGESTS
    """Names of digest algorithms that prove nothing."""
    min_rsa_bits: int = 2048


DEFAULT_RULES: Final = TimestampRules()


@dataclass(frozen=True, slots=True)
class TimestampResult:
    """The judgement of one token over one message."""

    outcome: Outcome
    reason: str = ""
    """``timestamp_imprint_mismatch``, ``timestamp_invalid``, ``timestamp_too_early``,
    ``timestamp_untrusted``, ``algorithm_forbidden``, ``chain_mixed``, ``unsupported``,
    ``no_revocation_data`` or ``revocation_stale``; empty exactly when passed."""
    detail: str = ""
    token: TimestampToken | None = None
    """None where it cannot be read."""
    path: PathResult | None = None
    """The authority's path at the time of the token; None where the token's own signature does not
    hold, or its certificate is not at hand."""
    revocations: tuple[RevocationStatus, ...] = ()
    """One for each certificate of the path but its anchor."""

    @property
    def proved_at(self) -> datetime | None:
        """The time that is proved; None unless the token passed."""
        return self.token.gen_time if self.token is not None and self.outcome == "passed" else None


@dataclass(frozen=True, slots=True)
class Authority:
    """The certificate that signed a token, with what is known of it at the token's time."""

    certificate: Certificate
    path: PathResult
    revocations: tuple[RevocationStatus, ...]


def verify_token(
    token: TimestampToken | bytes,
    message: bytes,
    trust: TrustStore,
    *,
    materials: Materials | None = None,
    rules: TimestampRules = DEFAULT_RULES,
) -> TimestampResult:
    """Whether ``token`` proves that ``message`` existed at its time (RFC 3161, 2.2 and 4).

    The path of the authority and its revocation are judged at the time of the token. A token that
    cannot be read is *failed* (``timestamp_invalid``), or *indeterminate* (``unsupported``).
    """
    more = materials or Materials()

    def look(certificate: Certificate, inside: tuple[Certificate, ...], at: datetime) -> Authority:
        pool = (*more.certificates, *inside)
        path = validate_path(certificate, trust, certificates=pool, at=at)
        states = (
            check_revocation(
                item, trust, materials=more, certificates=path.chain[place + 1 :], at=at
            )
            for place, item in enumerate(path.chain[:-1])
        )
        return Authority(certificate, path, tuple(states))

    return judge_token(token, message, look, known=more.certificates, rules=rules)


LookUp = Callable[[Certificate, tuple[Certificate, ...], datetime], Authority]
"""The certificate of an authority, those that travel with it, and the time asked about."""


def judge_token(
    token: TimestampToken | bytes,
    message: bytes,
    look_up: LookUp,
    *,
    known: Iterable[Certificate] = (),
    rules: TimestampRules = DEFAULT_RULES,
) -> TimestampResult:
    """:func:`verify_token` for a caller who looks authorities up by itself, and remembers them.

    ``known`` are certificates among which the authority's is sought where the token has none.
    """
    try:
        read = token if isinstance(token, TimestampToken) else TimestampToken.from_der(token)
        certificate = read.find_authority(known)
    except UnsupportedFormat as error:
        return TimestampResult("indeterminate", "unsupported", str(error))
    except FormatError as error:
        return TimestampResult("failed", "timestamp_invalid", str(error))
    problem = _check_info(read, message, rules)
    if problem is not None:
        return problem.result(read, None)
    if certificate is None:
        problem = _undecided("unsupported", "the authority's certificate is not inside")
        return problem.result(read, None)
    # Before anything is looked up: whoever forges a token asks for no further work.
    problem = _check_purpose(certificate) or _check_signature(read, certificate, rules)
    if problem is not None:
        return problem.result(read, None)
    authority = look_up(certificate, read.readable_certificates(), read.gen_time)
    problem = _check_path(authority, rules) or _check_revocation(read, authority)
    return (problem or _Problem("passed", "", "")).result(read, authority)


@dataclass(frozen=True, slots=True)
class _Problem:
    outcome: Outcome
    reason: str
    detail: str

    def result(self, token: TimestampToken, authority: Authority | None) -> TimestampResult:
        path = None if authority is None else authority.path
        revocations = () if authority is None else authority.revocations
        return TimestampResult(self.outcome, self.reason, self.detail, token, path, revocations)


def _invalid(detail: str) -> _Problem:
    return _Problem("failed", "timestamp_invalid", detail)


def _undecided(reason: str, detail: str) -> _Problem:
    return _Problem("indeterminate", reason, detail)


def _check_info(token: TimestampToken, message: bytes, rules: TimestampRules) -> _Problem | None:
    info = token.info
    algorithm = digest_algorithm(info.imprint.algorithm)
    if algorithm is None:
        return _undecided("unsupported", f"an imprint by digest {info.imprint.algorithm}")
    if algorithm.digest(message) != info.imprint.digest:
        detail = "the time stamp is over other bytes"
        return _Problem("failed", "timestamp_imprint_mismatch", detail)
    if algorithm.name in rules.forbidden_digests:
        return _Problem("failed", "algorithm_forbidden", f"an imprint by {algorithm.name}")
    if info.critical_unknown:
        detail = f"critical extensions of the time stamp: {info.critical_unknown[0]}"
        return _undecided("unsupported", detail)
    if rules.not_before is not None and info.gen_time < rules.not_before:
        detail = f"{_text(info.gen_time)} before {_text(rules.not_before)}"
        return _Problem("failed", "timestamp_too_early", detail)
    return None


def purpose_problem(certificate: Certificate) -> str:
    """Why a certificate is no time stamp authority's; empty where it is one (RFC 3161, 2.3)."""
    if certificate.extended_key_usage != _PURPOSE:
        return "the certificate is not for time stamps alone (extKeyUsage)"
    extension = certificate.extension(ext.EXTENDED_KEY_USAGE)
    if extension is None or not extension.is_critical:
        return "the certificate's purpose is not critical (extKeyUsage)"
    usage = certificate.key_usage
    if usage is not None and (not usage or usage - _USAGE):
        return "the certificate's key is not for signatures alone (keyUsage)"
    return ""


def _check_purpose(certificate: Certificate) -> _Problem | None:
    problem = purpose_problem(certificate)
    return _invalid(problem) if problem else None


def _check_signature(
    token: TimestampToken, certificate: Certificate, rules: TimestampRules
) -> _Problem | None:
    signer = token.signer
    digest, algorithm = digest_algorithm(signer.digest_algorithm), None
    known = signature_algorithm(signer.algorithm)
    if digest is None or known is None:
        detail = f"algorithms {signer.digest_algorithm}, {signer.algorithm}"
        return _undecided("unsupported", detail)
    try:
        algorithm = known.with_digest(digest)
    except ValueError as error:
        return _invalid(str(error))
    if digest.digest(token.content) != signer.message_digest:
        return _invalid("the signed digest is not that of the content")
    try:
        certificate.public_key.verify(signer.signature, signer.signed, algorithm, raw=signer.is_raw)
    except InvalidSignature as error:
        return _invalid(str(error))
    except UnsupportedFormat as error:
        return _undecided("unsupported", str(error))
    if digest.name in rules.forbidden_digests:
        return _Problem("failed", "algorithm_forbidden", algorithm.name)
    return _check_named(signer.certificate_ids, certificate)


def _check_named(names: Sequence[cms.CertificateId], certificate: Certificate) -> _Problem | None:
    """The signed attributes name the certificate that the value was verified with (RFC 5816).

    SHA-1 is all that the first version of the attribute knows. It is enough here: whoever wants
    another certificate in its place must find a second one with the same digest.
    """
    for named in names:
        algorithm = digest_algorithm(named.digest_algorithm)
        if algorithm is None:
            return _undecided("unsupported", f"a certificate by digest {named.digest_algorithm}")
        if algorithm.name == "md5" or algorithm.digest(certificate.der) != named.digest:
            return _invalid("the signed attributes name another certificate")
    return None


def _check_path(authority: Authority, rules: TimestampRules) -> _Problem | None:
    path = authority.path
    if path.outcome == "indeterminate":
        reason = "unsupported" if path.reason == "unsupported" else "timestamp_untrusted"
        return _undecided(reason, path.detail)
    if path.outcome == "failed":
        if path.reason in ("algorithm_forbidden", "chain_mixed"):
            return _Problem("failed", path.reason, path.detail)
        return _invalid(path.detail)
    detail = algorithm_problem(path.chain, rules)
    return _Problem("failed", "algorithm_forbidden", detail) if detail else None


def algorithm_problem(
    chain: Sequence[Certificate], rules: TimestampRules = DEFAULT_RULES, *, is_whole: bool = True
) -> str:
    """What is forbidden in an authority's chain; empty for nothing.

    ``is_whole`` is whether its last certificate is an anchor, whose own signature nobody asks for;
    else those that name themselves as their issuer may become one.
    """
    signed = [item for item in chain if not item.is_self_issued]
    for certificate in chain[:-1] if is_whole else signed:
        algorithm = certificate.signature_algorithm
        if algorithm and algorithm.digest and algorithm.digest.name in rules.forbidden_digests:
            return f"a certificate is signed with {algorithm.name}"
    for certificate in chain:
        key = certificate.public_key
        if key.algorithm_oid == RSA_ENCRYPTION and key.bits < rules.min_rsa_bits:
            return f"an RSA key of {key.bits} bits"
    return ""


def _check_revocation(token: TimestampToken, authority: Authority) -> _Problem | None:
    unknown = None
    for status in authority.revocations:
        if status.state == "unknown" and unknown is None:
            unknown = _undecided(status.reason or "no_revocation_data", status.detail)
        if status.state != "revoked":
            continue
        since = status.revoked_at
        if since is None or status.is_revoked_at(token.gen_time):
            return _invalid("the authority was revoked before the time stamp")
        if status.revocation_reason not in _ORDERLY:
            detail = f"the authority was revoked: {status.revocation_reason or 'no reason given'}"
            return _invalid(f"{detail}, at {_text(since)}")
    return unknown


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
