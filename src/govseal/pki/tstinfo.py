"""TSTInfo: what a time stamp authority signs (RFC 3161, 2.4.2; GB/T 20520), read and written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from govseal.asn1 import strict, write
from govseal.asn1.strict import Tlv, Tolerances
from govseal.errors import EncodingError, UnsupportedFormat
from govseal.pki import cms
from govseal.pki import extensions as ext

TST_INFO: Final = "1.2.840.113549.1.9.16.1.4"
_TIME: Final = re.compile(r"(\d{14})(?:\.(\d{1,9}))?Z", re.ASCII)
_MAX_SECONDS: Final = 2**31


@dataclass(frozen=True, slots=True)
class Imprint:
    """MessageImprint: the digest that stands for a message."""

    algorithm: str
    """OID of the digest algorithm."""
    digest: bytes

    def encode(self) -> bytes:
        """The imprint in DER."""
        algorithm = write.sequence(write.oid(self.algorithm))
        return write.sequence(algorithm, write.octets(self.digest))


@dataclass(frozen=True, slots=True)
class TimestampInfo:
    """TSTInfo."""

    policy: str
    """OID of the policy under which the token was made."""
    imprint: Imprint
    serial: int
    gen_time: datetime
    """The time that the token proves, UTC."""
    accuracy: timedelta | None = None
    """How far the authority's clock may be off, where it says; whole seconds are written."""
    nonce: int | None = None
    version: int = 1
    """1, or 2 (GB/T 20520-2025)."""
    critical_unknown: tuple[str, ...] = ()
    """OIDs of critical extensions: none is understood here, and none is written."""

    @classmethod
    def from_der(cls, der: bytes, tolerances: Tolerances) -> TimestampInfo:
        """The TSTInfo in ``der``; a fraction of a second that ends in zeros is noted (Q8).

        Raises:
            EncodingError: not a TSTInfo, or not DER.
            UnsupportedFormat: a version other than 1 and 2, or an unknown digest with parameters.
        """
        return _read(der, tolerances)

    def encode(self) -> bytes:
        """TSTInfo in DER, the time to the second."""
        accuracy = b""
        if self.accuracy is not None:
            accuracy = write.sequence(write.integer(int(self.accuracy.total_seconds())))
        return write.sequence(
            write.integer(self.version),
            write.oid(self.policy),
            self.imprint.encode(),
            write.integer(self.serial),
            write.generalized_time(self.gen_time),
            accuracy,
            b"" if self.nonce is None else write.integer(self.nonce),
        )


def _read(der: bytes, tolerances: Tolerances) -> TimestampInfo:
    what = "TSTInfo"
    rest = list(cms.read_children(strict.parse(der, part=what), what, 5))
    version = strict.read_integer(rest.pop(0), f"{what}.version")
    if version not in (1, 2):
        raise UnsupportedFormat(f"{what}: version {version}", part=what)
    policy = strict.read_oid(rest.pop(0), f"{what}.policy")
    imprint = read_imprint(rest.pop(0))
    serial = strict.read_integer(rest.pop(0), f"{what}.serialNumber")
    gen_time = _read_time(rest.pop(0), tolerances)
    accuracy = take(rest, strict.SEQUENCE)
    ordering = take(rest, strict.BOOLEAN)
    nonce = take(rest, strict.INTEGER)
    take(rest, 0xA0)  # the authority's name: a hint, for its certificate is named by a digest
    extensions = take(rest, 0xA1)
    if rest:
        raise EncodingError(f"{what}: an element that has no place", part=what)
    if ordering is not None:
        strict.read_boolean(ordering, f"{what}.ordering")
    return TimestampInfo(
        policy,
        imprint,
        serial,
        gen_time,
        accuracy=None if accuracy is None else _read_accuracy(accuracy),
        nonce=None if nonce is None else strict.read_integer(nonce, f"{what}.nonce"),
        version=version,
        critical_unknown=() if extensions is None else read_critical(extensions, what),
    )


def take(rest: list[Tlv], tag: int) -> Tlv | None:
    """The first element of ``rest``, taken out, where it has this tag; else None."""
    return rest.pop(0) if rest and rest[0].tag == tag else None


def read_imprint(tlv: Tlv) -> Imprint:
    """A MessageImprint; raises :class:`EncodingError` for anything else."""
    fields = cms.read_children(tlv, "messageImprint", 2)
    if len(fields) > 2:
        raise EncodingError("messageImprint: an element too many", part="messageImprint")
    oid = cms.read_algorithm(fields[0], "messageImprint.hashAlgorithm")
    return Imprint(oid, strict.read_octets(fields[1], "messageImprint.hashedMessage"))


def read_critical(tlv: Tlv, what: str) -> tuple[str, ...]:
    """The OIDs of critical extensions in a row of extensions under an IMPLICIT tag."""
    row = strict.parse(write.element(strict.SEQUENCE, tlv.content), part=what)
    return ext.unknown_critical(ext.read_extensions(row, what), frozenset())


def _read_time(tlv: Tlv, tolerances: Tolerances) -> datetime:
    """With seconds and in UTC; a fraction has no zeros at its end."""
    what = "TSTInfo.genTime"
    content = strict.expect(tlv, strict.GENERALIZED_TIME, what).content
    match = _TIME.fullmatch(content.decode("latin-1"))
    if match is None:
        raise EncodingError(f"{what}: not a time in UTC", part=what, offset=tlv.start)
    fraction = match[2] or ""
    if fraction.endswith("0"):
        tolerances.note("quirk_q8", what)
    try:
        moment = datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        message = f"{what}: not a moment of the calendar"
        raise EncodingError(message, part=what, offset=tlv.start) from None
    return moment.replace(microsecond=int(fraction.ljust(6, "0")[:6]))


def _read_accuracy(tlv: Tlv) -> timedelta:
    """Seconds, milliseconds [0] and microseconds [1], each optional."""
    what = "TSTInfo.accuracy"
    rest = list(tlv.children())
    numbers: list[int] = []
    for tag, limit in ((strict.INTEGER, _MAX_SECONDS), (0x80, 1000), (0x81, 1000)):
        part = take(rest, tag)
        content = b"\x00" if part is None else part.content
        plain = strict.parse(write.element(strict.INTEGER, content), part=what)
        number = strict.read_integer(plain, what)
        if not 0 <= number < limit:
            raise EncodingError(f"{what}: out of range", part=what, offset=tlv.start)
        numbers.append(number)
    if rest:
        raise EncodingError(f"{what}: an element that has no place", part=what)
    seconds, millis, micros = numbers
    return timedelta(seconds=seconds, milliseconds=millis, microseconds=micros)
