"""What may be done to a genuine GB/T 35275 signature: makers like those of ofd_tampering."""

from __future__ import annotations

from base64 import b64encode

import cms_builder
import ofd_builder as ofd
from govseal import sm2
from govseal.asn1 import write


def cms_with(change):
    """The plain signature with its value bent."""
    name = "Doc_0/Signs/Sign_9/SignedValue.dat"
    return lambda world: ofd.replaced(world.plain, name, lambda old: change(old, world))


def no_signer(_, world):
    return cms_builder.signed_data(certificates=(world.signer.certificate.der,))


def two_signers(_, world):
    info = cms_builder.signer_info(signed=cms_builder.attributes(b"x"))
    other = cms_builder.signer_info(signed=cms_builder.attributes(b"x"), serial=2)
    return cms_builder.signed_data(info, other, certificates=(world.signer.certificate.der,))


def without_digest(world):
    """Signed attributes that hold no digest: they are genuine, and bind nothing."""
    rows = [cms_builder.attribute("1.2.840.113549.1.9.3", write.oid(cms_builder.GM_DATA))]
    return world.signed(world.cms(signed=rows))


def content_of(world, content, signed):
    """Form B, of whose content nothing need be true."""
    signer = world.signer
    info = cms_builder.signer_info(
        issuer=signer.certificate.issuer_der,
        serial=signer.certificate.serial,
        value=signer.sign(signed),
    )
    return cms_builder.signed_data(
        info,
        certificates=(signer.certificate.der,),
        content=write.explicit(0, write.octets(content)),
    )


def digest_of_something(world):
    other = sm2.sm3(b"another document")
    return world.signed(lambda _: content_of(world, other, other))


def base64_of_something(world):
    text = b64encode(sm2.sm3(b"another document"))
    return world.signed(lambda _: content_of(world, text, text))


def lent_content(world):
    """The content of one signature, signed by another key over something else."""
    return world.signed(lambda xml: content_of(world, sm2.sm3(xml), b"something else"))
