"""制章: a seal put together and signed by its maker (GB/T 38540-2020, 6.2)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from govseal.errors import SealError
from govseal.pki.certificate import Certificate
from govseal.seal import codec
from govseal.seal.model import Extension, Seal
from govseal.seal.picture import SealPicture
from govseal.seal.profiles import GENERATIONS

if TYPE_CHECKING:
    from govseal.pki.signer import Signer  # at run time it would load the key containers

VENDOR_ID = "govseal"
BUSINESS_SEAL = 6
"""业务专用章: the type that 行政审批专用章 carries in the field (the number itself is open)."""

_CERTIFICATES = 1
_GENERATION = GENERATIONS[2020]
SIGNING_USAGE = frozenset({"digital_signature", "non_repudiation"})
_MAX_NAME = 200


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
    seal_type: int = BUSINESS_SEAL,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    extensions: Sequence[Extension] = (),
) -> Seal:
    """A seal of the 2020 generation, signed by ``maker``.

    Args:
        maker: 制章人: key and certificate that sign the seal.
        name: 印章名称.
        picture: the imprint, or a drawing of it.
        signers: the certificates that may use the seal; compared byte for byte when it is used.
        at: the moment of making, timezone-aware.
        es_id: 印章标识 in ASCII; by default the first signer's common name (the government
            profile), or its fingerprint where that is not ASCII.
        seal_type: 印章类型.
        not_before: start of validity; by default ``at``.
        not_after: end of validity; by default the end of the signers' common validity.
        extensions: further data (ExtData).

    Raises:
        SealError: it may not be made so: ``E_SEAL_NAME``, ``E_SEAL_NUMBER``, ``E_NO_CERT``,
            ``E_EXPIRED``, ``E_TOO_EARLY``, ``E_VALIDITY_MISMATCH``, ``E_KEY_USAGE``.
    """
    _check_name(name)
    first, last = _common_validity(maker.certificate, signers, at)
    start = not_before or at
    end = not_after or last
    _check_period(start, end, first, last)
    properties = {
        "type": seal_type,
        "name": name,
        "signer_list_type": _CERTIFICATES,
        "signers": codec.signer_rows(certificate.der for certificate in signers),
        "create_date": at,
        "not_before": start,
        "not_after": end,
    }
    drawn = picture if isinstance(picture, SealPicture) else picture.picture()
    info = _encode_info(properties, identifier(es_id, signers[0]), drawn, extensions)
    return codec.decode_seal(
        codec.encode_seal(
            _GENERATION,
            info,
            certificate=maker.certificate.der,
            algorithm=maker.algorithm.oid,
            signature=maker.sign(info),
        )
    )


def _encode_info(
    properties: dict[str, object],
    es_id: str,
    picture: SealPicture,
    extensions: Sequence[Extension],
) -> bytes:
    """SES_SealInfo: what the maker signs."""
    header = {"id": "ES", "version": _GENERATION.version, "vendor_id": VENDOR_ID}
    values = {
        "header": header,
        "es_id": es_id,
        "properties": properties,
        "picture": {
            "type": picture.type,
            "data": picture.data,
            "width": picture.width_mm,
            "height": picture.height_mm,
        },
        "extensions": codec.extension_rows(extensions),
    }
    return codec.encode_structure(_GENERATION.seal, "info", values)


def _check_name(name: str) -> None:
    if not name.strip() or name != name.strip():
        raise SealError("a seal needs a name without blanks around it", code="E_SEAL_NAME")
    if len(name) > _MAX_NAME:
        message = f"the seal's name is longer than {_MAX_NAME} characters"
        raise SealError(message, code="E_SEAL_NAME")
    if any(unicodedata.category(char).startswith("C") for char in name):
        raise SealError("the seal's name holds a control character", code="E_SEAL_NAME")


def _common_validity(
    maker: Certificate, signers: Sequence[Certificate], at: datetime
) -> tuple[datetime, datetime]:
    """The period in which every permitted certificate is valid."""
    if at.tzinfo is None:
        raise ValueError("the time of making needs its time zone")
    if not signers:
        raise SealError("a seal names at least one signer certificate", code="E_NO_CERT")
    for certificate in (maker, *signers):
        check_may_sign(certificate, at)
    first = max(certificate.not_before for certificate in signers)
    last = min(certificate.not_after for certificate in signers)
    return first, last


def check_may_sign(certificate: Certificate, at: datetime) -> None:
    """Refuse a certificate that may not sign at that moment.

    Raises:
        SealError: ``E_EXPIRED``, ``E_TOO_EARLY`` or ``E_KEY_USAGE``.
    """
    if at > certificate.not_after:
        message = f"the certificate of {certificate.subject} has expired"
        raise SealError(message, code="E_EXPIRED")
    if at < certificate.not_before:
        message = f"the certificate of {certificate.subject} is not valid yet"
        raise SealError(message, code="E_TOO_EARLY")
    usage = certificate.key_usage
    if usage is not None and not usage & SIGNING_USAGE:
        message = f"the certificate of {certificate.subject} is not for signatures"
        raise SealError(message, code="E_KEY_USAGE")


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
