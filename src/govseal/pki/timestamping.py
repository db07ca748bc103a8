"""How time stamps are asked for and made: request, response, and an authority with a key.

RFC 3161, 2.4 and 3.4; GB/T 20520. Requests and responses are bytes; what carries them across a
network is a :class:`govseal.pki.fetch.Fetcher`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, final

from govseal.asn1 import strict, write
from govseal.asn1.strict import Tlv
from govseal.errors import EncodingError, FetchError, KeyLoadError, TimestampRefused
from govseal.pki import cms, signeddata
from govseal.pki.algorithms import SM3, DigestAlgorithm, digest_algorithm
from govseal.pki.extensions import read_named_bits
from govseal.pki.timestamp import MAX_TOKEN_BYTES, TimestampToken, purpose_problem
from govseal.pki.tstinfo import (
    TST_INFO,
    Imprint,
    TimestampInfo,
    read_critical,
    read_imprint,
    take,
)

if TYPE_CHECKING:
    from govseal.pki.fetch import Fetcher
    from govseal.pki.signer import Signer  # at run time it would load the key containers

ANY_POLICY: Final = "2.5.29.32.0"
MAX_REQUEST_BYTES: Final = 64 * 1024
QUERY_TYPE: Final = "application/timestamp-query"
REPLY_TYPE: Final = "application/timestamp-reply"

_STATUS: Final = (
    "granted",
    "granted_with_mods",
    "rejection",
    "waiting",
    "revocation_warning",
    "revocation_notification",
)
_GRANTED: Final = frozenset({"granted", "granted_with_mods"})
_FAILURES: Final = {
    0: "bad_algorithm",
    2: "bad_request",
    5: "bad_data_format",
    14: "time_not_available",
    15: "unaccepted_policy",
    16: "unaccepted_extension",
    17: "information_not_available",
    25: "system_failure",
}


@dataclass(frozen=True, slots=True)
class TimestampRequest:
    """时间戳请求 (TimeStampReq)."""

    imprint: Imprint
    policy: str | None = None
    """OID of the policy that is asked for; None leaves it to the authority."""
    nonce: int | None = None
    """A number that the answer must repeat."""
    wants_certificate: bool = True
    """Whether the authority's certificate shall travel in the token (certReq)."""
    critical_unknown: tuple[str, ...] = ()
    """OIDs of critical extensions: none is understood here, and none is written."""

    @classmethod
    def over(
        cls,
        message: bytes,
        algorithm: DigestAlgorithm = SM3,
        *,
        policy: str | None = None,
        nonce: int | None = None,
    ) -> TimestampRequest:
        """The request for a token over ``message``, of which only the digest is told."""
        return cls(Imprint(algorithm.oids[0], algorithm.digest(message)), policy, nonce)

    @classmethod
    def from_der(cls, der: bytes) -> TimestampRequest:
        """The request in ``der``.

        Raises:
            EncodingError: not a request of version 1, or not DER.
            UnsupportedFormat: an unknown digest algorithm with parameters.
            LimitExceeded: larger than 64 KiB.
        """
        what = "TimeStampReq"
        tlv = strict.parse(der, part=what, max_bytes=MAX_REQUEST_BYTES)
        rest = list(cms.read_children(tlv, what, 2))
        if strict.read_integer(rest.pop(0), f"{what}.version") != 1:
            raise EncodingError(f"{what}: another version than 1", part=what)
        imprint = read_imprint(rest.pop(0))
        policy = take(rest, strict.OBJECT_IDENTIFIER)
        nonce = take(rest, strict.INTEGER)
        wants = take(rest, strict.BOOLEAN)
        extensions = take(rest, 0xA0)
        if rest:
            raise EncodingError(f"{what}: an element that has no place", part=what)
        return cls(
            imprint,
            None if policy is None else strict.read_oid(policy, f"{what}.reqPolicy"),
            None if nonce is None else strict.read_integer(nonce, f"{what}.nonce"),
            wants is not None and strict.read_boolean(wants, f"{what}.certReq"),
            () if extensions is None else read_critical(extensions, what),
        )

    def encode(self) -> bytes:
        """The request in DER."""
        return write.sequence(
            write.integer(1),
            self.imprint.encode(),
            b"" if self.policy is None else write.oid(self.policy),
            b"" if self.nonce is None else write.integer(self.nonce),
            write.boolean(value=True) if self.wants_certificate else b"",
        )


@dataclass(frozen=True, slots=True)
class TimestampResponse:
    """时间戳响应 (TimeStampResp)."""

    status: str
    """``granted``, ``granted_with_mods``, ``rejection``, ``waiting`` …"""
    texts: tuple[str, ...] = ()
    """What the authority says, for people."""
    failures: tuple[str, ...] = ()
    """Why it refuses; see :class:`govseal.errors.TimestampRefused`."""
    token: bytes | None = field(default=None, repr=False)
    """The token in DER; nothing of it is read yet."""

    @classmethod
    def from_der(cls, der: bytes) -> TimestampResponse:
        """The response in ``der``; a refusal is a response too.

        Raises:
            EncodingError: not a response, or not DER.
            LimitExceeded: larger than 2 MiB or nested too deeply.
        """
        what = "TimeStampResp"
        tlv = strict.parse(der, part=what, max_bytes=2 * MAX_TOKEN_BYTES)
        fields = cms.read_children(tlv, what, 1)
        if len(fields) > 2:
            raise EncodingError(f"{what}: an element too many", part=what)
        status, texts, failures = _read_status(fields[0])
        return cls(status, texts, failures, fields[1].raw if len(fields) == 2 else None)

    def encode(self) -> bytes:
        """The response in DER; raises ValueError for a status or failure that has no number."""
        names = {name: bit for bit, name in _FAILURES.items()}
        if unknown := set(self.failures).difference(names):
            raise ValueError(f"not a failure: {', '.join(sorted(unknown))}")
        texts = write.sequence(*map(write.utf8, self.texts)) if self.texts else b""
        bits = write.named_bits(names[name] for name in self.failures) if self.failures else b""
        status = write.sequence(write.integer(_STATUS.index(self.status)), texts, bits)
        return write.sequence(status, self.token or b"")

    def token_for(self, request: TimestampRequest) -> TimestampToken:
        """The token, which answers ``request``: its imprint, its nonce and its policy.

        The token is read and not verified; see :func:`govseal.pki.timestamp.verify_token`.

        Raises:
            TimestampRefused: the authority refused.
            FormatError: no token where one is granted, it cannot be read, or it answers another
                request (``EncodingError``).
        """
        if self.status not in _GRANTED:
            code = self.failures[0] if self.failures else self.status
            texts = f": {' '.join(self.texts)}" if self.texts else ""
            raise TimestampRefused(f"no time stamp, {code}{texts}", code=code)
        if self.token is None:
            raise EncodingError("a time stamp is granted and not there", part="TimeStampResp")
        token = TimestampToken.from_der(self.token)
        asked = digest_algorithm(request.imprint.algorithm)
        used = digest_algorithm(token.info.imprint.algorithm)
        same_imprint = token.info.imprint.digest == request.imprint.digest and asked == used
        same_policy = request.policy in (None, token.info.policy)
        if not same_imprint or not same_policy or token.info.nonce != request.nonce:
            raise EncodingError("the time stamp answers another request", part="TimeStampResp")
        return token


def _read_status(tlv: Tlv) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    what = "PKIStatusInfo"
    rest = list(cms.read_children(tlv, what, 1))
    number = strict.read_integer(rest.pop(0), what)
    row = take(rest, strict.SEQUENCE)
    bits = take(rest, strict.BIT_STRING)
    if rest or not 0 <= number < len(_STATUS):
        raise EncodingError(f"{what}: not a status", part=what)
    texts = (
        ()
        if row is None
        else tuple(
            strict.expect(item, strict.UTF8_STRING, what).content.decode("utf-8", "replace")
            for item in row.children()
        )
    )
    found = () if bits is None else read_named_bits(bits, what)
    return _STATUS[number], texts, tuple(_FAILURES.get(bit, f"failure_{bit}") for bit in found)


def encode_token(signer: Signer, info: TimestampInfo, *, has_certificates: bool = True) -> bytes:
    """The TimeStampToken in DER around ``info``, signed; no rule is asked."""
    content, digest = info.encode(), signeddata.digest_of(signer)
    certificate = signer.certificate
    named = signeddata.encode_signing_certificate(certificate, digest)
    attributes = write.set_of(
        signeddata.attribute(cms.CONTENT_TYPE, write.oid(TST_INFO)),
        signeddata.attribute(cms.MESSAGE_DIGEST, write.octets(digest.digest(content))),
        signeddata.attribute(cms.SIGNING_CERTIFICATE_V2, named),
    )
    certificates = (certificate, *signer.chain) if has_certificates else ()
    return signeddata.encode_signed_data(
        signeddata.CMS_SIGNED_DATA,
        head=signeddata.encode_head(certificates, digest, TST_INFO, content=content, version=3),
        signer_info=signeddata.encode_signer_info(
            signeddata.encode_signer_head(certificate, digest),
            attributes,
            signeddata.encode_signature_algorithm(certificate, signer.algorithm.oid),
            signer.sign(attributes),
        ),
    )


def _random_serial() -> int:
    return secrets.randbits(126) | 1 << 126


@final
class SignerTimestampSource:
    """A time stamp authority whose key is at hand: a :class:`govseal.pki.signer.TimestampSource`.

    It is as good as its clock and the keeping of its key.
    """

    def __init__(
        self,
        signer: Signer,
        *,
        clock: Callable[[], datetime],
        policy_oid: str = ANY_POLICY,
        serial: Callable[[], int] = _random_serial,
    ) -> None:
        """An authority.

        Args:
            signer: key and certificate, which is for time stamps alone.
            clock: gives the time, timezone-aware; asked once for each token.
            policy_oid: the policy under which tokens are made.
            serial: gives the serial number of each token; a random one by default.

        Raises:
            KeyLoadError: the certificate is no time stamp authority's (``unsupported``).
        """
        problem = purpose_problem(signer.certificate)
        if problem:
            raise KeyLoadError(f"no time stamp authority: {problem}", kind="unsupported")
        self._signer = signer
        self._clock = clock
        self._policy = policy_oid
        self._serial = serial

    def timestamp(self, message: bytes) -> bytes:
        """The TimeStampToken in DER over ``message``, which the source digests itself."""
        digest = signeddata.digest_of(self._signer)
        return self._issue(TimestampRequest.over(message, digest))

    def respond(self, request: TimestampRequest) -> TimestampResponse:
        """The answer to a request: a token, or why there is none."""
        failure = self._refusal(request)
        if failure:
            return TimestampResponse("rejection", failures=(failure,))
        return TimestampResponse("granted", token=self._issue(request))

    def _refusal(self, request: TimestampRequest) -> str:
        digest = digest_algorithm(request.imprint.algorithm)
        if digest is None or digest.weak:
            return "bad_algorithm"
        if len(request.imprint.digest) != digest.size:
            return "bad_data_format"
        if request.policy not in (None, self._policy):
            return "unaccepted_policy"
        return "unaccepted_extension" if request.critical_unknown else ""

    def _issue(self, request: TimestampRequest) -> bytes:
        info = TimestampInfo(
            self._policy,
            request.imprint,
            self._serial(),
            self._clock(),
            accuracy=timedelta(seconds=1),  # the time is written to the second
            nonce=request.nonce,
        )
        return encode_token(self._signer, info, has_certificates=request.wants_certificate)


@final
class HttpTimestampSource:
    """A time stamp authority behind a URL: a :class:`govseal.pki.signer.TimestampSource`.

    The token is held against the request, and not verified otherwise: whether the authority is one
    to trust is for whoever verifies.
    """

    def __init__(
        self,
        url: str,
        fetcher: Fetcher,
        *,
        algorithm: DigestAlgorithm = SM3,
        policy_oid: str | None = None,
    ) -> None:
        """An authority.

        Args:
            url: where it is.
            fetcher: what reaches it.
            algorithm: the digest of the message, all that the authority is told.
            policy_oid: the policy under which the token shall be made; any by default.
        """
        self._url = url
        self._fetcher = fetcher
        self._algorithm = algorithm
        self._policy = policy_oid

    def timestamp(self, message: bytes) -> bytes:
        """The TimeStampToken in DER over ``message``.

        Raises:
            FetchError: the authority cannot be reached, or answers with something else.
            TimestampRefused: it refuses.
            FormatError: its answer cannot be read, or is that to another request.
        """
        nonce = secrets.randbits(64)
        request = TimestampRequest.over(message, self._algorithm, policy=self._policy, nonce=nonce)
        fetched = self._fetcher.post(self._url, request.encode(), QUERY_TYPE)
        if fetched.content_type != REPLY_TYPE:
            kind = fetched.content_type or "unknown type"
            raise FetchError(f"an answer of {kind}, no time stamp", url=self._url)
        return TimestampResponse.from_der(fetched.content).token_for(request).der
