"""Seals and stamps of every generation, built field by field so that a test can bend one."""

from __future__ import annotations

from datetime import UTC, datetime

from govseal.asn1 import schema, write
from govseal.seal import codec
from govseal.seal.profiles import GENERATIONS

SM2_SM3 = "1.2.156.10197.1.501"
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)
SIGNED = datetime(2026, 6, 1, tzinfo=UTC)
DER_VALUE = write.sequence(write.integer(1 << 255), write.integer(1 << 254))
RAW_VALUE = (1 << 255).to_bytes(32, "big") + (1 << 254).to_bytes(32, "big")
PNG = bytes.fromhex("89504e470d0a1a0a")
VERSIONS = {2014: 1, 2020: 4, 2025: 5}


def info(year=2020, **changes):
    """SES_SealInfo in DER."""
    properties = {
        "type": 6,
        "name": "测试市行政审批服务管理局行政审批专用章",
        "signer_list_type": 1,
        "signers": write.sequence(write.octets(b"certificate")),
        "create_date": CREATED,
        "not_before": START,
        "not_after": END,
    }
    values = {
        "header": {"id": "ES", "version": VERSIONS[year], "vendor_id": "test"},
        "es_id": "14050000000001",
        "picture": {"type": "PNG", "data": PNG, "width": 42, "height": 42},
        "extensions": None,
    }
    for name, value in changes.items():
        (properties if name in properties else values)[name] = value
    return codec.encode_structure(
        GENERATIONS[year].seal,
        "info",
        {**values, "properties": values.get("properties", properties)},
    )


def seal(year=2020, *, signature=DER_VALUE, certificate=b"maker", time_stamp=None, **changes):
    """SESeal in DER; ``changes`` go to :func:`info`."""
    body = changes.pop("info_der", None) or info(year, **changes)
    signing = {"certificate": certificate, "algorithm": SM2_SM3, "signature": signature}
    values = {"info": body, "sign_info": signing, **signing, "time_stamp": time_stamp}
    return schema.encode(GENERATIONS[year].seal, values)


def to_be_signed(year=2020, **changes):
    """TBS_Sign in DER."""
    values = {
        "version": VERSIONS[year],
        "seal": seal(year),
        "time": b"2026-06-01 08:00:00" if year == 2014 else SIGNED,
        "data_digest": bytes(32),
        "property_info": "/Doc_0/Signs/Sign_0/Signature.xml",
        "certificate": b"certificate",
        "algorithm": SM2_SM3,
        "extensions": None,
    }
    return codec.encode_structure(GENERATIONS[year].signature, "to_be_signed", values | changes)


def signature(year=2020, *, value=DER_VALUE, time_stamp=None, **changes):
    """SES_Signature in DER; ``changes`` go to :func:`to_be_signed`."""
    values = {
        "to_be_signed": to_be_signed(year, **changes),
        "certificate": b"certificate",
        "algorithm": SM2_SM3,
        "signature": value,
        "time_stamp": time_stamp,
    }
    return schema.encode(GENERATIONS[year].signature, values)
