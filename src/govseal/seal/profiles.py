"""The generations of electronic seals as tables of data (SES_Header … SES_Signature).

GM/T 0031-2014 (version 1), GB/T 38540-2020 (version 4) and GM/T 0031-2025 (version 5) share most
of their parts; what differs stands in :data:`GENERATIONS`. The standards' misspelling
``SES_ESPictrueInfo`` is kept where the standards' own names are given.
"""

from __future__ import annotations

from dataclasses import dataclass

from govseal.asn1.schema import ANY_TAG, Field, Kind, Structure

_HEADER = Structure(
    "SES_Header",
    (
        Field("id", Kind.IA5),
        Field("version", Kind.INTEGER),
        Field("vendor_id", Kind.IA5),
    ),
)
_PICTURE = Structure(
    "SES_ESPictrueInfo",
    (
        Field("type", Kind.IA5),
        Field("data", Kind.OCTETS),
        Field("width", Kind.INTEGER),
        Field("height", Kind.INTEGER),
    ),
)
_EXTENSION = Structure(
    "ExtData",
    (
        Field("oid", Kind.OID),
        Field("critical", Kind.BOOLEAN, optional=True, default=False),
        Field("value", Kind.OCTETS),
    ),
)


def _properties(time: Kind, *, list_type: bool) -> Structure:
    kinds = (Field("signer_list_type", Kind.INTEGER),) if list_type else ()
    return Structure(
        "SES_ESPropertyInfo",
        (
            Field("type", Kind.INTEGER),
            Field("name", Kind.UTF8),
            *kinds,
            Field("signers", Kind.ANY),
            Field("create_date", time),
            Field("not_before", time),
            Field("not_after", time),
        ),
    )


def _seal_info(properties: Structure, *, is_loose: bool = False) -> Structure:
    return Structure(
        "SES_SealInfo",
        (
            Field("header", Kind.STRUCTURE, _HEADER),
            Field("es_id", Kind.IA5),
            Field("properties", Kind.STRUCTURE, properties),
            Field("picture", Kind.STRUCTURE, _PICTURE),
            Field(
                "extensions", Kind.ROW, _EXTENSION, tag=ANY_TAG, optional=True, is_loose=is_loose
            ),
        ),
    )


_INFO_2014 = _seal_info(_properties(Kind.UTC_TIME, list_type=False), is_loose=True)
_INFO_2020 = _seal_info(_properties(Kind.GENERALIZED_TIME, list_type=True))

_SIGN_INFO_2014 = Structure(
    "SES_SignInfo",
    (
        Field("certificate", Kind.OCTETS),
        Field("algorithm", Kind.OID),
        Field("signature", Kind.BITS),
    ),
)
_SEAL_2014 = Structure(
    "SESeal",
    (
        Field("info", Kind.STRUCTURE, _INFO_2014),
        Field("sign_info", Kind.STRUCTURE, _SIGN_INFO_2014, is_loose=True),
    ),
)
_SEAL_2020 = Structure(
    "SESeal",
    (
        Field("info", Kind.STRUCTURE, _INFO_2020),
        Field("certificate", Kind.OCTETS),
        Field("algorithm", Kind.OID),
        Field("signature", Kind.BITS),
    ),
)
_SEAL_2025 = Structure(
    "SESeal",
    (*_SEAL_2020.fields, Field("time_stamp", Kind.BITS, tag=0, optional=True)),
)

_TBS_2014 = Structure(
    "TBS_Sign",
    (
        Field("version", Kind.INTEGER),
        Field("seal", Kind.ANY),
        Field("time", Kind.BITS, is_loose=True),
        Field("data_digest", Kind.BITS, is_loose=True),
        Field("property_info", Kind.IA5),
        Field("certificate", Kind.OCTETS),
        Field("algorithm", Kind.OID),
    ),
)
_TBS_2020 = Structure(
    "TBS_Sign",
    (
        Field("version", Kind.INTEGER),
        Field("seal", Kind.ANY),
        Field("time", Kind.GENERALIZED_TIME),
        Field("data_digest", Kind.BITS),
        Field("property_info", Kind.IA5),
        Field("extensions", Kind.ROW, _EXTENSION, tag=0, optional=True),
    ),
)
_SIGNATURE_2014 = Structure(
    "SES_Signature",
    (
        Field("to_be_signed", Kind.STRUCTURE, _TBS_2014),
        Field("signature", Kind.BITS),
    ),
)
_SIGNATURE_2020 = Structure(
    "SES_Signature",
    (
        Field("to_be_signed", Kind.STRUCTURE, _TBS_2020),
        Field("certificate", Kind.OCTETS),
        Field("algorithm", Kind.OID),
        Field("signature", Kind.BITS),
        Field("time_stamp", Kind.BITS, tag=0, optional=True),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What one standard says about seals and stamps."""

    year: int
    """2014, 2020 or 2025: the ``--generation`` of the command line."""
    standard: str
    """The wire string of the report."""
    version: int
    """The version that is written into the header."""
    seal: Structure
    signature: Structure
    seal_signature_covers_certificate: bool
    """Whether the maker signs SEQUENCE{SealInfo, cert, algorithm} (2014) or SealInfo alone."""
    key_kinds: frozenset[str]
    """The keys of makers and signers with which seals are made and used."""
    years: range
    """The years that its kind of time can tell."""
    seal_types: tuple[int, ...]
    """The only numbers of 印章类型, the usual one first; empty where applications define them."""
    has_digest_list: bool
    """Whether a seal may list digests of certificates (certListType 2)."""
    has_seal_time_stamp: bool
    """Whether a seal has a place for a time stamp of its own."""
    has_stamp_time_stamp: bool
    """Whether a stamp has a place for a time stamp over its signature value."""
    has_stamp_extensions: bool
    """Whether TBS_Sign has a place for further signed data."""


_SM2_ALONE = frozenset({"sm2"})
_SM2_AND_RSA = frozenset({"sm2", "rsa"})
_UTC_TIME_YEARS = range(1950, 2050)
_GENERALIZED_TIME_YEARS = range(1, 10_000)

GENERATIONS: dict[int, Generation] = {
    generation.year: generation
    for generation in (
        Generation(
            year=2014,
            standard="GM/T 0031-2014",
            version=1,
            seal=_SEAL_2014,
            signature=_SIGNATURE_2014,
            seal_signature_covers_certificate=True,
            # The standard refers to PKCS #1 beside GM/T 0009; the field has makers of both kinds.
            key_kinds=_SM2_AND_RSA,
            years=_UTC_TIME_YEARS,
            # 1 is a seal of a unit, 2 one of a person; the standard leaves no number to others.
            seal_types=(1, 2),
            has_digest_list=False,
            has_seal_time_stamp=False,
            # By its text timeInfo may hold one; that is signed, and so over no signature value.
            has_stamp_time_stamp=False,
            has_stamp_extensions=False,
        ),
        Generation(
            year=2020,
            standard="GB/T 38540-2020",
            version=4,
            seal=_SEAL_2020,
            signature=_SIGNATURE_2020,
            seal_signature_covers_certificate=False,
            # SM2 is bound to GB/T 35276 "if it is used": RSA is neither named nor shut out, and
            # dual stamps for foreign readers need it.
            key_kinds=_SM2_AND_RSA,
            years=_GENERALIZED_TIME_YEARS,
            seal_types=(),
            has_digest_list=True,
            has_seal_time_stamp=False,
            has_stamp_time_stamp=True,
            has_stamp_extensions=True,
        ),
        Generation(
            year=2025,
            standard="GM/T 0031-2025",
            version=5,
            seal=_SEAL_2025,
            signature=_SIGNATURE_2020,
            seal_signature_covers_certificate=False,
            # What is public of the text names SM2 with SM3 alone; nothing made by it with RSA is
            # known, so none is made here. What others make is verified all the same.
            key_kinds=_SM2_ALONE,
            years=_GENERALIZED_TIME_YEARS,
            seal_types=(),
            has_digest_list=True,
            has_seal_time_stamp=True,
            has_stamp_time_stamp=True,
            has_stamp_extensions=True,
        ),
    )
}
