"""Time stamp tokens built part by part so that a test can bend one, and where they are put."""

from __future__ import annotations

from datetime import timedelta

from cms_builder import algorithm, attribute
from govseal.asn1 import strict, write
from govseal.pki.timestamping import SignerTimestampSource
from govseal.testing import x509

TST_INFO = "1.2.840.113549.1.9.16.1.4"
SIGNED_DATA = "1.2.840.113549.1.7.2"
GM_SIGNED_DATA = "1.2.156.10197.6.1.4.2.2"
CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
TIME_STAMP = "1.2.840.113549.1.9.16.2.14"
SM3 = "1.2.156.10197.1.401"
SECOND = timedelta(seconds=1)


def source(signer, at, **changes):
    """An authority whose clock stands still."""
    return SignerTimestampSource(signer, clock=lambda: at, **changes)


def info(
    message,
    digest,
    *,
    at=None,
    version=1,
    time=None,
    oid=None,
    imprint=None,
    accuracy=b"",
    tail=b"",
    policy="1.2.3",
):
    """TSTInfo in DER; ``time`` is the element of genTime, ``tail`` whatever follows accuracy."""
    return write.sequence(
        write.integer(version),
        write.oid(policy),
        write.sequence(
            algorithm(oid or digest.oids[0]), write.octets(imprint or digest.digest(message))
        ),
        write.integer(7),
        time or write.generalized_time(at),
        accuracy,
        tail,
    )


def ess(certificate, digest, *, value=None, oid=None):
    """signing-certificate-v2 with the digest named."""
    row = write.sequence(
        algorithm(oid or digest.oids[0]), write.octets(value or digest.digest(certificate.der))
    )
    return attribute(SIGNING_CERTIFICATE_V2, write.sequence(write.sequence(row)))


def old_ess(value):
    """signing-certificate, whose digest is SHA-1."""
    row = write.sequence(write.octets(value))
    return attribute(SIGNING_CERTIFICATE, write.sequence(write.sequence(row)))


def rows(content, signer, **changes):
    """The signed attributes by name."""
    digest = signer.algorithm.digest
    found = {
        "type": attribute(CONTENT_TYPE, write.oid(TST_INFO)),
        "digest": attribute(MESSAGE_DIGEST, write.octets(digest.digest(content))),
        "ess": ess(signer.certificate, digest),
    }
    return [row for row in (found | changes).values() if row]


def token(signer, message, *, content=None, attributes=None, form=bytes, **changes):
    """A token over ``message``; ``form`` is what becomes of the value.

    Some ``changes`` belong to the structure around (see ``own``), the others to :func:`info`.
    """
    own = {
        "outer": SIGNED_DATA,
        "inner": TST_INFO,
        "version": 3,
        "signer_version": 1,
        "certificates": (signer.certificate.der,),
        "digest": signer.algorithm.digest.oids[0],
        "announced": None,
        "signature": signer.algorithm.oid,
        "named": signer.certificate,
        "signers": 1,
        "is_inside": True,
    }
    own |= {name: changes.pop(name) for name in tuple(changes) if name in own}
    content = content or info(message, signer.algorithm.digest, **changes)
    signed = sorted(rows(content, signer) if attributes is None else attributes(content))
    to_be_signed = write.element(strict.SET, b"".join(signed))
    name = own["named"]
    signer_info = write.sequence(
        write.integer(own["signer_version"]),
        write.sequence(name.issuer_der, write.integer(name.serial)),
        algorithm(own["digest"]),
        write.element(0xA0, b"".join(signed)) if signed else b"",
        algorithm(own["signature"], write.null()),
        write.octets(form(signer.sign(to_be_signed))),
    )
    body = write.sequence(
        write.integer(own["version"]),
        write.set_of(algorithm(own["announced"] or own["digest"])),
        write.sequence(
            write.oid(own["inner"]),
            write.explicit(0, write.octets(content)) if own["is_inside"] else b"",
        ),
        write.element(0xA0, b"".join(own["certificates"])) if own["certificates"] else b"",
        write.element(strict.SET, signer_info * own["signers"]),
    )
    return write.sequence(write.oid(own["outer"]), write.explicit(0, body))


def raw(value):
    """An SM2 value as r ‖ s (Q4)."""
    numbers = strict.parse(value).children()
    return b"".join(strict.read_integer(item, "").to_bytes(32, "big") for item in numbers)


def authority(
    ca, *, purposes=("time_stamping",), is_critical=True, name="测试时间戳服务", **changes
):
    """A time stamp authority below ``ca``, or nearly one."""
    extensions = ()
    if purposes:
        extensions = (x509.extended_key_usage_extension(purposes, is_critical=is_critical),)
    return ca.issue(name, extensions=extensions, **changes)


def stored_value(der):
    """The octets of the signature value in a SESeal or SES_Signature."""
    return strict.read_bits(strict.parse(der).children()[3], "")


def with_token(der, token):
    """A SESeal or SES_Signature with a time stamp behind its value."""
    fields = [item.raw for item in strict.parse(der).children()[:4]]
    return write.sequence(*fields, write.explicit(0, write.bits(token)))


def beside(*tokens):
    """The unsigned attributes of signed data with time stamps in one attribute."""
    return write.element(0xA1, attribute(TIME_STAMP, *tokens))
