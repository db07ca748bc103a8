"""Signed data over one text in every form, made by a real key, and what is said of it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import cms_builder as build
import govseal
from govseal import sm2
from govseal.asn1 import strict, write
from govseal.testing import Hierarchy

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
PKI = Hierarchy.create("sm2", at=AT)
DATA = "测试市关于测试事项的批复".encode()

CONTENTS = {
    "outside": lambda data: None,
    "itself": lambda data: data,
    "digest": sm2.sm3,
    "Base64": lambda data: base64.b64encode(sm2.sm3(data)),
}


def raw(value):
    numbers = [strict.read_integer(item, "") for item in strict.parse(value).children()]
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def long_integers(value):
    """Q5: each number in 32 octets, negative or not."""
    octets = raw(value)
    halves = (write.element(strict.INTEGER, half) for half in (octets[:32], octets[32:]))
    return write.sequence(*halves)


def made(
    content="outside", *, attributes=True, data=DATA, signer=PKI.signer, form=bytes, **changes
):
    """Signed data over ``data`` in one of the forms; ``changes`` are those of cms_builder.

    ``block`` replaces the content as it stands inside, not what is signed; ``envelope_version`` is
    that of SignedData, ``version`` that of SignerInfo.
    """
    inside = CONTENTS[content](data)
    covered = data if inside is None else inside
    outer_names = ("outer", "inner", "crls", "certificates", "digests")
    outer = {name: changes.pop(name) for name in outer_names if name in changes}
    replaced = {"block": "content", "envelope_version": "version"}
    outer |= {replaced[name]: changes.pop(name) for name in replaced if name in changes}
    rows = sorted(changes.pop("signed", build.attributes(covered, time=AT)))
    message = write.element(strict.SET, b"".join(rows)) if attributes else covered
    values = {
        "issuer": signer.certificate.issuer_der,
        "serial": signer.certificate.serial,
        "signed": rows if attributes else (),
        "value": form(signer.sign(message)),
    }
    outer = {
        "certificates": (signer.certificate.der,),
        "content": b"" if inside is None else write.explicit(0, write.octets(inside)),
    } | outer
    signers = changes.pop("signers", 1)
    return build.signed_data(*[build.signer_info(**(values | changes))] * signers, **outer)


def judge(signed, data=DATA, *, trust=PKI.trust, materials=PKI.materials, **how):
    """The only signature of the signed data beside a file, without one of itself."""
    whole = (signed, None) if data is None else (data, signed)
    how |= {"at": AT, "detached": whole[1], "materials": materials}
    return govseal.verify(whole[0], trust, **how).signatures[0]


def said(signed, data=DATA):
    found = judge(signed, data)
    return found.verdict.value, set(found.reasons)
