"""What the /Contents of a signature holds, told by its bytes and not by the name beside it.

Products write SES_Signature under CMS names and the other way round, so the first element decides:
an object identifier begins a ContentInfo, everything else may be an SES_Signature.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from govseal.asn1 import times
from govseal.asn1.strict import Tolerance
from govseal.errors import EncodingError, FormatError, UnsupportedFormat
from govseal.formats import cms
from govseal.formats.base import Anomaly
from govseal.formats.cms import SignedData
from govseal.seal import codec
from govseal.seal.extensions import SEAL_ATTRIBUTE
from govseal.seal.model import Seal, SealSignature

TIME_STAMP = b"ETSI.RFC3161"
_PADES = b"ETSI.CAdES.detached"
_RAW_RSA = b"adbe.x509.rsa_sha1"
_SIGNED_DATA_GM = "1.2.156.10197.6.1.4.2.2"
_INDEFINITE = 0x80
_LONGEST_LENGTH = 4
_DATE = re.compile(
    r"D:(?P<text>\d{14})(?:(?P<utc>Z)(?:00'?00'?)?|(?P<sign>[+-])(?P<hour>\d\d)'?(?P<minute>\d\d)?'?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What was read: one of the three, and the seal that travels beside signed data."""

    stamp: SealSignature | None = None
    signed_data: SignedData | None = None
    problem: FormatError | None = None
    seal: Seal | None = None
    standard: str = ""
    anomalies: tuple[Anomaly, ...] = ()

    @property
    def tolerances(self) -> tuple[Tolerance, ...]:
        """What reading it had to tolerate, the seal apart."""
        read = self.stamp or self.signed_data
        return read.tolerances if read is not None else ()


def read_contents(octets: bytes, sub_filter: bytes) -> Contents:
    """The signature in ``octets``, which are padded with zeros; never raises.

    ``sub_filter`` is /SubFilter without its slash; it decides only over what the report calls it.
    """
    if sub_filter == TIME_STAMP:
        unread = UnsupportedFormat("document time stamps are not verified by this version")
        return Contents(problem=unread, standard="RFC 3161", anomalies=_padding(octets))
    try:
        der, rest = split(octets)
        anomalies = _behind(rest)
        if cms.is_signed_data(der):
            return _signed_data(der, sub_filter, anomalies)
        if codec.looks_like_signature(der):
            return Contents(stamp=codec.decode_signature(der), anomalies=anomalies)
        message = f"/Contents is no signature that is known here (SubFilter {_shown(sub_filter)})"
        raise EncodingError(message, part="/Contents")
    except FormatError as error:
        problem: FormatError = error
    if sub_filter == _RAW_RSA:
        problem = UnsupportedFormat("a bare RSA signature (adbe.x509.rsa_sha1)", part="/Contents")
    return Contents(problem=problem, standard=_standard(sub_filter, b""))


def split(octets: bytes) -> tuple[bytes, bytes]:
    """The first element of ``octets``, and what is behind it.

    Raises:
        UnsupportedFormat: an indefinite length (BER).
        EncodingError: no element, or not to its end.
    """
    if len(octets) < 2 or not octets.strip(b"\0"):
        raise EncodingError("/Contents is empty", part="/Contents")
    size = octets[1]
    body = 2
    if size == _INDEFINITE:
        raise UnsupportedFormat("signed data of indefinite length (BER)", part="/Contents")
    if size > _INDEFINITE:
        body += size - _INDEFINITE
        if body > 2 + _LONGEST_LENGTH:
            raise EncodingError("/Contents has an impossible length", part="/Contents")
        size = int.from_bytes(octets[2:body], "big")
    if body + size > len(octets):
        raise EncodingError("/Contents is cut off", part="/Contents")
    return octets[: body + size], octets[body + size :]


def _behind(rest: bytes) -> tuple[Anomaly, ...]:
    """Only zeros may follow the signature's data."""
    if not rest.strip(b"\0"):
        return ()
    detail = "bytes other than zero follow the signature's data in /Contents"
    return (Anomaly("trailing_bytes", detail, is_failure=True),)


def _padding(octets: bytes) -> tuple[Anomaly, ...]:
    try:
        return _behind(split(octets)[1])
    except FormatError:
        return ()


def _signed_data(der: bytes, sub_filter: bytes, anomalies: tuple[Anomaly, ...]) -> Contents:
    standard = _standard(sub_filter, der)
    try:
        signed_data = _decode(der)
        value = signed_data.signer.attribute(SEAL_ATTRIBUTE)
        seal = codec.decode_seal(value) if value is not None else None
    except FormatError as problem:
        return Contents(problem=problem, standard=standard, anomalies=anomalies)
    return Contents(signed_data=signed_data, seal=seal, standard=standard, anomalies=anomalies)


def _decode(der: bytes) -> SignedData:
    """The signed data; raises :class:`UnsupportedFormat` for a form that PDF does not know.

    Nothing of the document is inside but its digest (ISO 32000-1, 12.8.3.3).
    """
    signed_data = cms.decode_signed_data(der)
    if signed_data.content is not None and not signed_data.holds_digest:
        message = "content that is no digest inside the signed data"
        raise UnsupportedFormat(message, part="SignedData.contentInfo")
    return signed_data


def _standard(sub_filter: bytes, der: bytes) -> str:
    if sub_filter == _PADES:
        return "PAdES"
    if der and cms.outer_type(der) == _SIGNED_DATA_GM:
        return "GB/T 35275-2017"
    return "CMS" if der or sub_filter.startswith(b"adbe.") else ""


def _shown(name: bytes) -> str:
    return name.decode("latin-1")[:64] or "absent"


def read_date(text: str) -> times.Instant:
    """The time of /M (ISO 32000-2, 7.9.4); without a zone it is taken for Beijing time (Q8)."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return times.Instant(text[:64], None)
    zone = "Z" if match["utc"] else ""
    if match["sign"]:
        zone = f"{match['sign']}{match['hour']}{match['minute'] or '00'}"
    moment = times.read_free_time((match["text"] + zone).encode()).moment
    return times.Instant(text[:64], moment)
