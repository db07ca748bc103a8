"""GB/T 35275 signed data of form A, built part by part so that a test can bend one."""

from __future__ import annotations

from datetime import UTC, datetime

from govseal import sm2
from govseal.asn1 import strict, write

GM_SIGNED_DATA = "1.2.156.10197.6.1.4.2.2"
GM_DATA = "1.2.156.10197.6.1.4.2.1"
PKCS7_SIGNED_DATA = "1.2.840.113549.1.7.2"
PKCS7_DATA = "1.2.840.113549.1.7.1"
SM3 = "1.2.156.10197.1.401"
SM2_1 = "1.2.156.10197.1.301.1"
EMPTY_NAME = write.sequence()
SIGNED = datetime(2026, 6, 1, tzinfo=UTC)


def attribute(oid, *values):
    return write.sequence(write.oid(oid), write.element(strict.SET, b"".join(values)))


def attributes(message, *, content_type=GM_DATA, time=SIGNED, extra=()):
    """The signed attributes, each encoded."""
    return [
        attribute("1.2.840.113549.1.9.3", write.oid(content_type)),
        attribute("1.2.840.113549.1.9.4", write.octets(sm2.sm3(message))),
        attribute("1.2.840.113549.1.9.5", write.utc_time(time)),
        *extra,
    ]


def algorithm(oid, parameters=b""):
    return write.sequence(write.oid(oid), parameters)


def signer_info(
    *,
    issuer=EMPTY_NAME,
    serial=1,
    signed=(),
    value=b"value",
    digest=SM3,
    signature=SM2_1,
    unsigned=b"",
    version=1,
    parameters=None,
    key_id=None,
):
    """SignerInfo; ``signed`` are the attributes, none leaves the field out.

    ``parameters`` are those of the signature algorithm, NULL by default; ``key_id`` names the
    certificate in place of issuer and number.
    """
    block = write.element(0xA0, b"".join(sorted(signed))) if signed else b""
    return write.sequence(
        write.integer(version),
        write.sequence(issuer, write.integer(serial))
        if key_id is None
        else write.element(0x80, key_id),
        algorithm(digest),
        block,
        algorithm(signature, write.null() if parameters is None else parameters),
        write.octets(value),
        unsigned,
    )


def signed_data(
    *signers,
    certificates=(),
    outer=GM_SIGNED_DATA,
    inner=GM_DATA,
    content=b"",
    crls=b"",
    version=1,
    digests=(SM3,),
):
    """ContentInfo around SignedData."""
    body = write.sequence(
        write.integer(version),
        write.set_of(*(algorithm(digest) for digest in digests)),
        write.sequence(write.oid(inner), content),
        write.element(0xA0, b"".join(certificates)) if certificates else b"",
        crls,
        write.element(strict.SET, b"".join(signers)),
    )
    return write.sequence(write.oid(outer), write.explicit(0, body))


def sign(message, signer, *, form=bytes, **changes):
    """Signed data over ``message`` with a real key; ``form`` is what becomes of the value."""
    rows = sorted(changes.pop("signed", attributes(message)))
    to_be_signed = write.element(strict.SET, b"".join(rows))
    certificate = signer.certificate
    info = signer_info(
        issuer=certificate.issuer_der,
        serial=certificate.serial,
        signed=rows,
        value=form(signer.sign(to_be_signed)),
        **changes,
    )
    return signed_data(info, certificates=(certificate.der,))
