"""Seals and stamps between bytes and objects, by the tables of :mod:`govseal.seal.profiles`.

Which generation bytes belong to is decided on their structure, not on the version number they
claim: the number is not reliable in the field.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress

from govseal.asn1 import schema, strict, times, write
from govseal.asn1.schema import Record
from govseal.asn1.strict import Tlv, Tolerances
from govseal.errors import EncodingError, UnsupportedFormat
from govseal.pki.algorithms import signature_algorithm
from govseal.seal.model import (
    CertificateDigest,
    Extension,
    Seal,
    SealHeader,
    SealProperties,
    SealSignature,
    SignerList,
)
from govseal.seal.picture import SealPicture
from govseal.seal.profiles import GENERATIONS, Generation

_MAX_KNOWN_BYTES = 256 * 1024
_MAX_KNOWN_SEALS = 32
_KEY_BYTES = 48
_V5 = 5
_HEADER_ID = "ES"


def decode_seal(data: bytes) -> Seal:
    """The seal in ``data``, which holds nothing else (SESeal of any generation).

    Raises:
        EncodingError: not a seal, or not DER.
        LimitExceeded: larger or deeper than any seal is.
    """
    return _seal(strict.parse(data, part="SESeal"))


def decode_signature(data: bytes) -> SealSignature:
    """The stamp in ``data``, which holds nothing else (SES_Signature of any generation).

    Raises:
        EncodingError: not a stamp, or not DER.
        UnsupportedFormat: a signature of another kind, where a stamp was expected.
        LimitExceeded: larger or deeper than any stamp is.
    """
    data = bytes(data)
    known = _find_known(data)
    tlv = strict.parse(data, part="SES_Signature", checked=known[1] if known else None)
    children = strict.expect(tlv, strict.SEQUENCE, "SES_Signature").children()
    if children and all(child.tag == strict.INTEGER for child in children):
        raise UnsupportedFormat("a bare SM2 signature names neither seal nor signer")
    if not children or children[0].tag != strict.SEQUENCE:
        raise EncodingError("not an SES_Signature", part="SES_Signature")
    tolerances = Tolerances()
    seal = known[0] if known else _embedded(children[0], tolerances if len(children) == 2 else None)
    generation = GENERATIONS[2014] if len(children) == 2 else seal.generation
    if len(children) > 2 and generation.year == 2014:
        generation = GENERATIONS[2020]
    record = schema.decode(generation.signature, tlv, tolerances)
    body = record.record("to_be_signed")
    outside = record if "certificate" in record else body
    algorithm = outside.text("algorithm")
    return SealSignature(
        der=tlv.raw,
        generation=generation,
        version=body.integer("version"),
        seal=seal,
        claimed_time=_claimed_time(body),
        data_digest=_restored_digest(body.octets("data_digest"), algorithm, tolerances),
        property_info=body.text("property_info"),
        extensions=_extensions(body),
        signer_certificate=outside.octets("certificate"),
        algorithm=algorithm,
        signature=_bit_string_value(
            record.octets("signature"), algorithm, "SES_Signature.signature", tolerances
        ),
        signed=body.raw,
        time_stamp=record.octets("time_stamp") if "time_stamp" in record else None,
        tolerances=(*tolerances.items, *seal.tolerances),
    )


def looks_like_signature(data: bytes) -> bool:
    """Whether ``data`` has the outline of a stamp rather than of a seal; never raises.

    A stamp's first element starts with an INTEGER (its version), a seal's with a SEQUENCE (its
    header).
    """
    try:
        first = strict.parse(data).children()[0].children()[0]
    except (EncodingError, IndexError):
        return False
    return first.tag == strict.INTEGER


def _embedded(to_be_signed: Tlv, tolerances: Tolerances | None) -> Seal:
    """The seal inside; with ``tolerances`` it may be wrapped in a string, as in 2014 (Q19)."""
    what = "TBS_Sign.seal"
    fields = to_be_signed.children()
    if len(fields) < 2:
        raise EncodingError(f"{what} is missing", part=what)
    tlv = fields[1]
    if tolerances is not None:
        tlv = schema.unwrapped(tlv, what, tolerances)
    seal = _seal(tlv)
    _KNOWN.keep(seal, *strict.measure(tlv))
    return seal


def _find_known(data: bytes) -> tuple[Seal, strict.Checked] | None:
    """The seal inside a stamp, where its very bytes were read before."""
    # Header by header: nothing has counted the elements yet, which may be millions.
    try:
        body, end = strict.extent(data, 0, len(data))
        body, end = strict.extent(data, body, end)
        _, version_end = strict.extent(data, body, end)
        _, seal_end = strict.extent(data, version_end, end)
    except EncodingError:
        return None
    found = _KNOWN.find(data, version_end, seal_end)
    return (found[0], strict.Checked(version_end, seal_end, *found[1:])) if found else None


class _KnownSeals:
    """The seals that were read last: one seal stands in stamp after stamp.

    What is kept is what was read, no judgement, at most 8 MB of DER. It is found by its last bytes,
    and counts where all bytes are the same. Threads may lose each other's seals, and nothing more;
    there is no lock that a process forked meanwhile would wait for.
    """

    def __init__(self) -> None:
        self._seals: OrderedDict[bytes, tuple[Seal, int, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seals)

    def keep(self, seal: Seal, elements: int, depth: int) -> None:
        """Keep a seal with how many elements it has, and how deep they are nested."""
        if len(seal.der) > _MAX_KNOWN_BYTES:
            return
        self._seals[seal.der[-_KEY_BYTES:]] = (seal, elements, depth)
        with suppress(KeyError):
            while len(self._seals) > _MAX_KNOWN_SEALS:
                self._seals.popitem(last=False)

    def find(self, data: bytes, start: int, end: int) -> tuple[Seal, int, int] | None:
        """What was kept of the seal that lies there in ``data``; None where it is no known one."""
        key = data[max(start, end - _KEY_BYTES) : end]
        found = self._seals.get(key)
        if found is None:
            return None
        der = found[0].der
        if len(der) != end - start or not data.startswith(der, start):
            return None
        with suppress(KeyError):
            self._seals.move_to_end(key)
        return found


_KNOWN = _KnownSeals()


def _seal(tlv: Tlv) -> Seal:
    count = len(strict.expect(tlv, strict.SEQUENCE, "SESeal").children())
    if count not in (2, 4, 5):
        message = f"SESeal: {count} elements belong to no generation"
        raise EncodingError(message, part="SESeal", offset=tlv.start)
    generation = GENERATIONS[{2: 2014, 4: 2020, 5: 2025}[count]]
    tolerances = Tolerances()
    record = schema.decode(generation.seal, tlv, tolerances)
    info = record.record("info")
    header = info.record("header")
    if header.text("id") != _HEADER_ID:
        raise EncodingError("SES_Header.ID is not ES", part="SES_Header.ID", offset=tlv.start)
    if generation.year == 2020 and header.integer("version") == _V5:
        generation = GENERATIONS[2025]
    signing = record if "certificate" in record else record.record("sign_info")
    algorithm = signing.text("algorithm")
    picture = info.record("picture")
    return Seal(
        der=tlv.raw,
        generation=generation,
        header=SealHeader(header.text("id"), header.integer("version"), header.text("vendor_id")),
        es_id=info.text("es_id"),
        properties=_properties(info.record("properties"), tolerances),
        picture=SealPicture(
            picture.text("type"),
            picture.octets("data"),
            picture.integer("width"),
            picture.integer("height"),
        ),
        extensions=_extensions(info),
        maker_certificate=signing.octets("certificate"),
        algorithm=algorithm,
        signature=_bit_string_value(
            signing.octets("signature"), algorithm, "SESeal.signature", tolerances
        ),
        signed=_seal_signed(
            generation, info.raw, signing.raw_of("certificate"), signing.raw_of("algorithm")
        ),
        time_stamp=record.octets("time_stamp") if "time_stamp" in record else None,
        tolerances=tuple(tolerances.items),
    )


def _properties(record: Record, tolerances: Tolerances) -> SealProperties:
    name = record.text("name")
    if name.endswith("\x00"):
        tolerances.note("quirk_q11", "SES_ESPropertyInfo.name")
    return SealProperties(
        type=record.integer("type"),
        name=name,
        signers=_signers(record.element("signers")),
        create_date=record.instant("create_date"),
        not_before=record.instant("not_before"),
        not_after=record.instant("not_after"),
    )


def _signers(tlv: Tlv) -> SignerList:
    """The list by what its elements are: the number that announces them is wrong in the field."""
    what = "SES_ESPropertyInfo.signers"
    certificates: list[bytes] = []
    digests: list[CertificateDigest] = []
    identifiers: list[str] = []
    for item in strict.expect(tlv, strict.SEQUENCE, what).children():
        if item.tag == strict.OCTET_STRING:
            certificates.append(item.content)
        elif item.tag == strict.IA5_STRING:
            identifiers.append(item.content.decode("latin-1"))
        else:
            parts = strict.expect(item, strict.SEQUENCE, what).children()
            if len(parts) != 2:
                raise EncodingError("CertDigestObj has two elements", part=what, offset=item.start)
            algorithm = strict.expect(parts[0], strict.PRINTABLE_STRING, what).content
            value = strict.read_octets(parts[1], what)
            digests.append(CertificateDigest(algorithm.decode("latin-1"), value))
    return SignerList(tuple(certificates), tuple(digests), tuple(identifiers))


def _extensions(record: Record) -> tuple[Extension, ...]:
    if "extensions" not in record:
        return ()
    return tuple(
        Extension(row.text("oid"), row.octets("value"), row.boolean("critical"))
        for row in record.rows("extensions")
    )


def _claimed_time(record: Record) -> times.Instant:
    if isinstance(record.values["time"], times.Instant):
        return record.instant("time")
    return times.read_free_time(record.octets("time"))


_RAW = 64
#: The INTEGER of 32 octets and a zero in front, with its header; and two of them.
_LONGEST_NUMBER = 35
_LONGEST_PROPER = 2 + 2 * _LONGEST_NUMBER
_MOST_LOST = 4
"""Octets that Q2 may have cut off: one in 256 values ends in a zero, one in 2³² in four."""


def _restored(octets: bytes, size: int) -> bytes:
    """``octets`` with the zeros at the end that Q2's encoder cuts off; as it is if none are.

    That encoder leaves none behind, so that what ends in a zero was cut by somebody else.
    """
    is_cut = octets[-1:] not in (b"", b"\0") and 0 < size - len(octets) <= _MOST_LOST
    return octets.ljust(size, b"\0") if is_cut else octets


def _restored_digest(octets: bytes, algorithm: str, tolerances: Tolerances) -> bytes:
    known = signature_algorithm(algorithm)
    size = known.digest.size if known is not None and known.digest is not None else 0
    restored = _restored(octets, size)
    if restored != octets:
        tolerances.note("quirk_q2", "TBS_Sign.data_digest")
    return restored


def _bit_string_value(octets: bytes, algorithm: str, what: str, tolerances: Tolerances) -> bytes:
    """The signature value in a BIT STRING, whose last zeros may be missing (Q2)."""
    known = signature_algorithm(algorithm)
    if known is not None and known.key_kind == "sm2":
        is_der = octets[:1] == b"\x30" and octets[2:3] == b"\x02"
        restored = _restored(octets, octets[1] + 2 if is_der else _RAW)
        if restored != octets and (not is_der or _two_integers(restored) is not None):
            tolerances.note("quirk_q2", what)
            octets = restored
    return signature_value(octets, algorithm, what, tolerances)


def signature_value(value: bytes, algorithm: str, what: str, tolerances: Tolerances) -> bytes:
    """The signature value as the algorithm's own form wants it; never raises.

    An SM2 value comes back as DER (GM/T 0009): Q4 is the raw ``r‖s`` of 64 octets, Q5 INTEGERs of
    a fixed 32 octets, so that they look negative. What is none of these comes back unchanged, and
    does not verify.
    """
    known = signature_algorithm(algorithm)
    if known is None or known.key_kind != "sm2":
        return value
    if _is_proper(value):
        return value
    numbers = _two_integers(value)
    if numbers is not None:
        proper = write.sequence(*(write.integer(number) for number in numbers))
        if proper != value:
            tolerances.note("quirk_q5", what)
        return proper
    if len(value) == _RAW:
        tolerances.note("quirk_q4", what)
        half = _RAW // 2
        return write.sequence(
            write.integer(int.from_bytes(value[:half], "big")),
            write.integer(int.from_bytes(value[half:], "big")),
        )
    return value


def _is_proper(value: bytes) -> bool:
    """Whether it is SEQUENCE{INTEGER, INTEGER} in DER of two numbers above zero: most are."""
    size = len(value)
    if not 8 <= size <= _LONGEST_PROPER or value[0] != strict.SEQUENCE or value[1] != size - 2:
        return False
    second = 4 + value[3]
    if second + 3 > size or second + 2 + value[second + 1] != size:
        return False
    return _is_positive(value, 2, second) and _is_positive(value, second, size)


def _is_positive(value: bytes, at: int, end: int) -> bool:
    """Whether an INTEGER from ``at`` to ``end`` is above zero, and in its shortest form."""
    if value[at] != strict.INTEGER or not 3 <= end - at <= _LONGEST_NUMBER:
        return False
    first = value[at + 2]
    return 0 < first < 0x80 or (first == 0 and end - at > 3 and value[at + 3] >= 0x80)


def _two_integers(value: bytes) -> tuple[int, int] | None:
    """The two unsigned numbers of SEQUENCE{INTEGER, INTEGER}, None if it is not that.

    Read by hand because Q5's INTEGERs are not DER, which :mod:`govseal.asn1.strict` refuses.
    """
    if len(value) < 8 or value[0] != strict.SEQUENCE or value[1] != len(value) - 2:
        return None
    numbers: list[int] = []
    at = 2
    while at < len(value):
        if len(numbers) == 2 or at + 2 > len(value) or value[at] != strict.INTEGER:
            return None
        length = value[at + 1]
        end = at + 2 + length
        if not 1 <= length <= 33 or end > len(value):
            return None
        numbers.append(int.from_bytes(value[at + 2 : end], "big"))
        at = end
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None


def _seal_signed(generation: Generation, info: bytes, certificate: bytes, oid: bytes) -> bytes:
    """What the maker signs: the information alone, or together with what names the key."""
    if generation.seal_signature_covers_certificate:
        return write.sequence(info, certificate, oid)
    return info


def seal_signed(
    generation: Generation, info: bytes, *, certificate: bytes, algorithm: str
) -> bytes:
    """The bytes that a maker signs around a SES_SealInfo that is already encoded."""
    return _seal_signed(generation, info, write.octets(certificate), write.oid(algorithm))


def encode_info(
    generation: Generation,
    *,
    header: SealHeader,
    es_id: str,
    properties: Mapping[str, object],
    picture: SealPicture,
    extensions: Iterable[Extension] = (),
) -> bytes:
    """SES_SealInfo in DER; ``properties`` by the names of the generation's table."""
    values = {
        "header": {"id": header.id, "version": header.version, "vendor_id": header.vendor_id},
        "es_id": es_id,
        "properties": properties,
        "picture": {
            "type": picture.type,
            "data": picture.data,
            "width": picture.width_mm,
            "height": picture.height_mm,
        },
        "extensions": extension_rows(extensions),
    }
    return encode_structure(generation.seal, "info", values)


def encode_seal(
    generation: Generation,
    info: bytes,
    *,
    certificate: bytes,
    algorithm: str,
    signature: bytes,
    time_stamp: bytes | None = None,
) -> bytes:
    """SESeal around a SES_SealInfo that is already encoded and signed."""
    signing = {"certificate": certificate, "algorithm": algorithm, "signature": signature}
    return schema.encode(
        generation.seal, {"info": info, "sign_info": signing, **signing, "time_stamp": time_stamp}
    )


def encode_signature(
    generation: Generation,
    to_be_signed: bytes,
    *,
    certificate: bytes,
    algorithm: str,
    signature: bytes,
    time_stamp: bytes | None = None,
) -> bytes:
    """SES_Signature around a TBS_Sign that is already encoded and signed.

    In the 2014 generation certificate and algorithm stand inside TBS_Sign, and only there; it has
    no place for ``time_stamp``, a token over the octets of ``signature``.
    """
    return schema.encode(
        generation.signature,
        {
            "to_be_signed": to_be_signed,
            "certificate": certificate,
            "algorithm": algorithm,
            "signature": signature,
            "time_stamp": time_stamp,
        },
    )


def encode_structure(
    structure: schema.Structure, field: str, values: Mapping[str, object]
) -> bytes:
    """One inner structure of a generation's table, by the name of its field."""
    for candidate in structure.fields:
        if candidate.name == field and candidate.inner is not None:
            return schema.encode(candidate.inner, values)
    message = f"{structure.name} has no structure {field}"
    raise ValueError(message)


def extension_rows(extensions: Iterable[Extension]) -> list[dict[str, object]] | None:
    """Extensions as :func:`govseal.asn1.schema.encode` takes them; None for none."""
    rows: list[dict[str, object]] = [
        {"oid": item.oid, "critical": item.critical, "value": item.value} for item in extensions
    ]
    return rows or None


def signer_rows(certificates: Iterable[bytes]) -> bytes:
    """CertInfoList: the certificates, each in an OCTET STRING."""
    return write.sequence(*(write.octets(certificate) for certificate in certificates))


def digest_rows(digests: Iterable[CertificateDigest]) -> bytes:
    """CertDigestList: digests of certificates, each with the name of its algorithm."""
    return write.sequence(
        *(
            write.sequence(write.printable(digest.algorithm), write.octets(digest.value))
            for digest in digests
        )
    )
