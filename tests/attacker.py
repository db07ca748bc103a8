"""What an attacker with a certificate of his own can make: signatures whose form nobody checked.

The rival is a stranger to the bureau whose certificate the same CA issued, with a seal that the
same maker made: everything about him is genuine but his intentions.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

import cms_builder
import ofd_builder as ofd
from govseal import sm2
from govseal.asn1 import write
from govseal.seal import codec
from govseal.seal.make import make_seal
from govseal.seal.picture import SealPicture
from govseal.seal.profiles import GENERATIONS

PICTURE = SealPicture("PNG", bytes.fromhex("89504e470d0a1a0a") + bytes(100), 42, 42)
GENERATION = GENERATIONS[2020]


@dataclass(frozen=True)
class Rival:
    """A genuine signer with a genuine seal, who is not the bureau."""

    signer: object
    seal: object


def rival_of(office, at):
    signer = office.pki.signer_ca.issue("99000000000002", organization="测试市某某有限公司")
    seal = make_seal(
        office.pki.maker,
        name="测试市某某有限公司",
        picture=PICTURE,
        signers=[signer.certificate],
        at=at,
    )
    return Rival(signer, seal)


def stamp_value(signer, seal, data, *, at, location="/x", value=None, **changes):
    """SES_Signature in DER over ``data``, whether or not any rule allows it."""
    body = codec.encode_structure(
        GENERATION.signature,
        "to_be_signed",
        {
            "version": 4,
            "seal": seal if isinstance(seal, bytes) else seal.der,
            "time": at,
            "data_digest": signer.algorithm.digest.digest(data),
            "property_info": location,
            **changes,
        },
    )
    return codec.encode_signature(
        GENERATION,
        body,
        certificate=signer.certificate.der,
        algorithm=signer.algorithm.oid,
        signature=signer.sign(body) if value is None else value,
    )


def cms_value(signer, data, **changes):
    """Signed data of form A over ``data``, by any signer."""
    return cms_builder.sign(data, signer, **changes)


def seal_of(maker, *, signers, properties=(), picture=PICTURE, value=None, **changes):
    """A seal whose fields nobody checked, signed by any key."""
    info = codec.encode_structure(
        GENERATION.seal,
        "info",
        {
            "header": {"id": "ES", "version": 4, "vendor_id": "x"},
            "es_id": "99000000000001",
            "properties": {
                "type": 6,
                "name": "测试市行政审批服务管理局行政审批专用章",
                "signer_list_type": 1,
                "signers": codec.signer_rows(certificate.der for certificate in signers),
                **dict(properties),
            },
            "picture": {"type": picture.type, "data": picture.data, "width": 42, "height": 42},
            **changes,
        },
    )
    return codec.encode_seal(
        GENERATION,
        info,
        certificate=maker.certificate.der,
        algorithm=maker.algorithm.oid,
        signature=maker.sign(info) if value is None else value,
    )


def references(data, names, *, method="1.2.156.10197.1.401", digest=sm2.sm3):
    """References over files of a package as they are."""
    rows = "".join(
        f'<ofd:Reference FileRef="/{name}"><ofd:CheckValue>'
        f"{b64encode(digest(ofd.read(data, name))).decode()}</ofd:CheckValue></ofd:Reference>"
        for name in names
    )
    return f'<ofd:References CheckMethod="{method}">{rows}</ofd:References>'


def signature_xml(info, *, value="SignedValue.dat", more=""):
    """Signature.xml around the content of SignedInfo."""
    return ofd.xml(
        "Signature",
        f"<ofd:SignedInfo>{info}</ofd:SignedInfo><ofd:SignedValue>{value}</ofd:SignedValue>{more}",
    )


def listed(data, location, *, id_="s900", kind="Seal"):
    """The package with one more entry at the end of its list of signatures."""
    row = f'<ofd:Signature ID="{id_}" Type="{kind}" BaseLoc="{location}"/></ofd:Signatures>'
    return ofd.edited(data, ofd.LIST, "</ofd:Signatures>", row)


def with_list(data, rows="", *, content=""):
    """An unsigned package whose OFD.xml names a list of signatures with these entries."""
    body = ofd.body(more=f"<ofd:Signatures>/{ofd.LIST}</ofd:Signatures>")
    data = ofd.replaced(data, ofd.ENTRY, ofd.entry(body))
    return ofd.with_files(data, {ofd.LIST: ofd.xml("Signatures", rows + content)})


def add_signature(data, xml, sign, *, directory="Doc_0/Signs/Sign_9", name="Signature.xml"):
    """The package with ``xml`` as one more listed signature, its value made by ``sign(xml)``."""
    files = {f"{directory}/{name}": xml, f"{directory}/SignedValue.dat": sign(xml)}
    return listed(ofd.with_files(data, files), f"/{directory}/{name}")


def stamped_elsewhere(office, data, *, at, without="", more=""):
    """The package with the bureau's stamp from a product that looks at nothing.

    It leaves out the file ``without``; ``more`` goes into SignedInfo.
    """
    names = [name for name in content_names(data) if name != without]
    xml = signature_xml(references(data, names) + more)
    signer = office.pki.signer
    return add_signature(data, xml, lambda x: stamp_value(signer, office.seal, x, at=at))


def content_names(data):
    """The names of all files that have nothing to do with signatures."""
    return [item.name for item in ofd.members(data) if "/Signs/" not in item.name]


def bit_string(value):
    """The place of a BIT STRING with this content in a DER structure."""
    return write.bits(value)
