"""制章: a seal put together and signed by its maker (GB/T 38540-2020, 6.2; GM/T 0031-2025).

The order of work is that of GM/T 0031-2025 for every generation: the maker's certificate is looked
at before anything else, then the seal is signed, then time-stamped where the generation has a place
for that, then read back and verified, and only then given away.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from govseal.errors import (
    FormatError,
    InvalidSignature,
    LimitExceeded,
    SealError,
    SigningFault,
)
from govseal.pki.algorithms import SHA256, SM3, SignatureAlgorithm
from govseal.pki.certificate import Certificate
from govseal.pki.timestamp import purpose_problem
from govseal.seal import codec
from govseal.seal.delegation import check_made
from govseal.seal.model import CertificateDigest, Extension, Seal, SealHeader
from govseal.seal.naming import is_ideograph
from govseal.seal.picture import MAX_MM, SealPicture, check_svg
from govseal.seal.profiles import GENERATIONS, Generation

if TYPE_CHECKING:
    from govseal.pki.signer import (  # at run time it would load the key containers
        Signer,
        TimestampSource,
    )

VENDOR_ID = "govseal"
BUSINESS_SEAL = 6
"""业务专用章: the type that 行政审批专用章 carries in the field (the number itself is open)."""

SignerListKind = Literal["certificates", "digests"]
"""How a seal names those who may use it: by their certificates, or by digests of them."""

_LIST_TYPES: Mapping[SignerListKind, int] = {"certificates": 1, "digests": 2}
_LIST_DIGESTS = {"sm2": SM3, "rsa": SHA256}
_MAX_NAME = 200
_MAX_TYPE = (1 << 31) - 1  # what readers keep in an int


class Drawn(Protocol):
    """A drawing that can become a picture."""

    def picture(self) -> SealPicture:
        """The picture that goes into a seal."""
        ...


def make_seal(
    maker: Signer,
    *,
    name: str,
    picture: SealPicture | Drawn,
    signers: Sequence[Certificate],
    at: datetime,
    es_id: str | None = None,
    seal_type: int | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    extensions: Sequence[Extension] = (),
    generation: int = 2020,
    signer_list: SignerListKind = "certificates",
    timestamp: TimestampSource | None = None,
) -> Seal:
    """A seal signed by ``maker``, read back and verified before it is given away.

    Args:
        maker: 制章人: key and certificate that sign the seal.
        name: 印章名称.
        picture: the imprint, or a drawing of it.
        signers: the certificates that may use the seal.
        at: the moment of making, timezone-aware.
        es_id: 印章标识 in ASCII; by default the first signer's common name, or its fingerprint.
        seal_type: 印章类型; by default 6, and 1 (a unit's seal) in the 2014 generation.
        not_before: start of validity; by default ``at``.
        not_after: end of validity; by default the end of the signers' common validity.
        extensions: further data (ExtData), among them the scope of a seal that is handed over.
        generation: 2014 (GM/T 0031), 2020 (GB/T 38540) or 2025 (GM/T 0031).
        signer_list: ``digests`` puts digests of the signers' certificates in place of those.
        timestamp: who stamps the time of the maker's signature (2025 only).

    Raises:
        SealError: it may not be made so: ``E_SEAL_NAME``, ``E_SEAL_NUMBER``, ``E_SEAL_TYPE``,
            ``E_NO_CERT``, ``E_EXPIRED``, ``E_TOO_EARLY``, ``E_VALIDITY_MISMATCH``,
            ``E_KEY_USAGE``, ``E_ALGORITHM``, ``E_GENERATION``, ``E_SPECIMEN``, ``E_TIME_STAMP``,
            or what :func:`govseal.seal.delegation.check_scope` refuses.
        FormatError: the picture is an active SVG, or not of 1 to 500 mm.
        SigningFault: what was made does not verify.
    """
    table = generation_of(generation)
    check_may_sign(maker.certificate, at)
    check_key_kind(table, maker.certificate)
    check_algorithm(table, maker.algorithm)
    plan = _Plan(table, at, tuple(signers), signer_list)
    _check_places(plan, timestamp)
    start, end = plan.period(not_before, not_after)
    _check_name(name)
    check_made(extensions, not_before=start, not_after=end)
    fields = plan.fields(start, end)
    info = codec.encode_info(
        table,
        header=SealHeader("ES", table.version, VENDOR_ID),
        es_id=identifier(es_id, signers[0]),
        properties={"type": _seal_type(table, seal_type), "name": name, **fields},
        picture=_imprint(picture),
        extensions=extensions,
    )
    return _signed(table, info, maker, timestamp)


def _imprint(picture: SealPicture | Drawn) -> SealPicture:
    """The picture as it is; a specimen is refused, and what renewing a foreign seal might bring."""
    found = picture if isinstance(picture, SealPicture) else picture.picture()
    if found.is_specimen:
        raise SealError("a specimen is no picture for a seal", code="E_SPECIMEN")
    if not all(1 <= side <= MAX_MM for side in (found.width_mm, found.height_mm)):
        message = f"a seal is 1 to {MAX_MM} mm wide and high"
        raise FormatError(message, part="picture")
    if found.kind == "svg":
        check_svg(found.data)
    return found


def generation_of(year: int) -> Generation:
    """The generation of ``year``; raises ``ValueError`` for a year that names none."""
    if year not in GENERATIONS:
        message = f"a generation is one of {', '.join(map(str, GENERATIONS))}, not {year!r}"
        raise ValueError(message)
    return GENERATIONS[year]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What shall be made: the generation, when, for whom."""

    generation: Generation
    at: datetime
    signers: tuple[Certificate, ...]
    signer_list: SignerListKind

    def period(
        self, not_before: datetime | None, not_after: datetime | None
    ) -> tuple[datetime, datetime]:
        """Start and end of validity, within those of the certificates and what can be written."""
        first, last = _common_validity(self.generation, self.signers, self.at)
        start, end = not_before or self.at, not_after or last
        _check_period(start, end, first, last)
        for moment in (self.at, start, end):
            check_year(self.generation, moment)
        return start, end

    def fields(self, start: datetime, end: datetime) -> dict[str, object]:
        """The properties of the seal beside its type and name."""
        dates = {"create_date": self.at, "not_before": start, "not_after": end}
        return dates | self._signer_fields()

    def _signer_fields(self) -> dict[str, object]:
        """The list of signers, and the number that announces its form where there is one."""
        if self.signer_list == "certificates":
            rows = codec.signer_rows(certificate.der for certificate in self.signers)
        else:
            rows = codec.digest_rows(_digest(certificate) for certificate in self.signers)
        return {"signer_list_type": _LIST_TYPES[self.signer_list], "signers": rows}


def _digest(certificate: Certificate) -> CertificateDigest:
    """The digest of a certificate by the algorithm that goes with its key, named by its OID.

    GB/T 38540 leaves the words of CertDigestObj.type to applications.
    """
    algorithm = _LIST_DIGESTS[certificate.public_key.kind]
    return CertificateDigest(algorithm.oids[0], algorithm.digest(certificate.der))


def _check_places(plan: _Plan, timestamp: TimestampSource | None) -> None:
    """Refuse what the generation has no place for."""
    if plan.signer_list not in get_args(SignerListKind):
        message = f"signer_list is certificates or digests, not {plan.signer_list!r}"
        raise ValueError(message)
    generation = plan.generation
    if plan.signer_list == "digests" and not generation.has_digest_list:
        message = f"{generation.standard} lists certificates, not digests of them"
        raise SealError(message, code="E_GENERATION")
    if timestamp is not None and not generation.has_seal_time_stamp:
        message = f"a seal of {generation.standard} has no place for a time stamp"
        raise SealError(message, code="E_GENERATION")


def _seal_type(generation: Generation, seal_type: int | None) -> int:
    """印章类型, or what is usual where none is given."""
    allowed = generation.seal_types
    if seal_type is None:
        return allowed[0] if allowed else BUSINESS_SEAL
    if allowed and seal_type not in allowed:
        known = " and ".join(map(str, allowed))
        message = f"{generation.standard} knows the seal types {known}, not {seal_type}"
        raise SealError(message, code="E_SEAL_TYPE")
    if not 0 <= seal_type <= _MAX_TYPE:
        message = f"a seal type is a number from 0 to {_MAX_TYPE}"
        raise SealError(message, code="E_SEAL_TYPE")
    return seal_type


def _signed(
    generation: Generation, info: bytes, maker: Signer, timestamp: TimestampSource | None
) -> Seal:
    """The seal around SES_SealInfo: signed, time-stamped, read back and verified."""
    certificate, algorithm = maker.certificate.der, maker.algorithm.oid
    signature = maker.sign(
        codec.seal_signed(generation, info, certificate=certificate, algorithm=algorithm)
    )
    der = codec.encode_seal(
        generation,
        info,
        certificate=certificate,
        algorithm=algorithm,
        signature=signature,
        time_stamp=_token(timestamp, signature) if timestamp is not None else None,
    )
    try:
        seal = codec.decode_seal(der)
        maker.certificate.public_key.verify(seal.signature, seal.signed, maker.algorithm)
    except LimitExceeded:
        raise  # a picture too large for any reader is no fault of the machine
    except (FormatError, InvalidSignature) as error:
        raise SigningFault(f"the seal that was just made does not verify: {error}") from error
    if seal.tolerances or seal.generation is not generation:
        raise SigningFault("the seal that was just made is not of its standard's form")
    return seal


def _token(source: TimestampSource, signature: bytes) -> bytes:
    """The TimeStampToken over the octets of the signature value, verified but for its anchor.

    A seal is made at leisure: without its time stamp none is made.
    """
    from govseal.pki.timestampterms import TimestampNotice, obtain_token  # noqa: PLC0415 - beside its one use

    found = obtain_token(source, signature)
    if isinstance(found, TimestampNotice):
        message = f"no usable time stamp, so the seal was not made: {found.detail}"
        raise SealError(message, code="E_TIME_STAMP")
    return found.der


def _check_name(name: str) -> None:
    if not name.strip() or name != name.strip():
        raise SealError("a seal needs a name without blanks around it", code="E_SEAL_NAME")
    if len(name) > _MAX_NAME:
        message = f"the seal's name is longer than {_MAX_NAME} characters"
        raise SealError(message, code="E_SEAL_NAME")
    if any(unicodedata.category(char)[0] == "C" and not is_ideograph(char) for char in name):
        raise SealError("the seal's name holds a control character", code="E_SEAL_NAME")


def _common_validity(
    generation: Generation, signers: Sequence[Certificate], at: datetime
) -> tuple[datetime, datetime]:
    """The period in which every permitted certificate is valid."""
    if not signers:
        raise SealError("a seal names at least one signer certificate", code="E_NO_CERT")
    for certificate in signers:
        check_may_sign(certificate, at)
        check_key_kind(generation, certificate)
    first = max(certificate.not_before for certificate in signers)
    last = min(certificate.not_after for certificate in signers)
    return first, last


def check_may_sign(certificate: Certificate, at: datetime) -> None:
    """Refuse a certificate that may not sign at that moment.

    Raises:
        SealError: ``E_EXPIRED``, ``E_TOO_EARLY`` or ``E_KEY_USAGE``.
    """
    if at.tzinfo is None:
        raise ValueError("a time needs its time zone")
    if at > certificate.not_after:
        message = f"the certificate of {certificate.subject} has expired"
        raise SealError(message, code="E_EXPIRED")
    if at < certificate.not_before:
        message = f"the certificate of {certificate.subject} is not valid yet"
        raise SealError(message, code="E_TOO_EARLY")
    if not certificate.is_for_signing or not purpose_problem(certificate):
        message = f"the certificate of {certificate.subject} is not for signatures"
        raise SealError(message, code="E_KEY_USAGE")


def check_key_kind(generation: Generation, certificate: Certificate) -> None:
    """Refuse a key of a kind with which seals of this generation are not made or used.

    Raises:
        SealError: ``E_ALGORITHM``.
    """
    key = certificate.public_key
    if key.kind not in generation.key_kinds:
        message = (
            f"the certificate of {certificate.subject} has a key ({key.kind}) with which seals "
            f"of {generation.standard} are neither made nor used"
        )
        raise SealError(message, code="E_ALGORITHM")


def check_algorithm(generation: Generation, algorithm: SignatureAlgorithm) -> None:
    """Refuse a signature algorithm that does not go into seals and stamps of this generation.

    Raises:
        SealError: ``E_ALGORITHM``: another kind of key, or a digest that is broken or not named.
    """
    digest = algorithm.digest
    if algorithm.key_kind not in generation.key_kinds or digest is None or digest.weak:
        message = f"{algorithm.name} does not sign what {generation.standard} describes"
        raise SealError(message, code="E_ALGORITHM")


def check_year(generation: Generation, moment: datetime) -> None:
    """Refuse a time that the generation's kind of time cannot tell (UTCTime: 1950 to 2049).

    Raises:
        SealError: ``E_GENERATION``.
    """
    years = generation.years
    if moment.astimezone(UTC).year not in years:
        message = (
            f"{generation.standard} tells the years {years.start} to {years.stop - 1}, "
            f"not {moment:%Y-%m-%d}"
        )
        raise SealError(message, code="E_GENERATION")


def _check_period(start: datetime, end: datetime, first: datetime, last: datetime) -> None:
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("a time needs its time zone")
    if start >= end:
        raise SealError("the seal's validity ends before it starts", code="E_VALIDITY_MISMATCH")
    if start < first or end > last:
        message = (
            "the seal would be valid outside its certificates, which are valid from "
            f"{first.astimezone(UTC):%Y-%m-%d} to {last.astimezone(UTC):%Y-%m-%d}"
        )
        raise SealError(message, code="E_VALIDITY_MISMATCH")


def identifier(es_id: str | None, signer: Certificate) -> str:
    """印章标识, an IA5String: ``es_id``, else the signer's common name or fingerprint.

    Raises:
        SealError: ``E_SEAL_NUMBER``: not plain ASCII text.
    """
    if es_id is None:
        name = signer.subject_value("CN")
        return name if name and _is_plain(name) else signer.fingerprint[:32]
    if not es_id or not _is_plain(es_id):
        raise SealError("the seal's identifier is not plain ASCII text", code="E_SEAL_NUMBER")
    return es_id


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()
