"""Genuine documents, and what may be done to them: the makers of the tamper cases of OFD.

A maker takes a :class:`World`, in which everything is genuine, and gives a file in which something
is not. Which of them are cases, and what is to be said of each, stands in ``ofd_tamper_cases.py``.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from datetime import timedelta

import attacker
import cms_builder
import ofd_builder as ofd
import quirk_files
from govseal import sm2
from govseal.asn1 import write
from govseal.seal import codec
from govseal.seal.model import CertificateDigest
from govseal.testing import Authority

PAGE_2 = "Doc_0/Pages/Page_1/Content.xml"
NOTES = "Doc_0/Annots/Annotations.xml"
SIGN_1 = "Doc_0/Signs/Sign_1"
SIGN_2 = "Doc_0/Signs/Sign_2"
EVIL = {"Doc_1/Document.xml": ofd.xml("Document"), "Doc_1/Page.xml": ofd.page("伪造")}
MORE_ATTACHMENT = (
    '<ofd:Attachment ID="a2"><ofd:FileLoc>e.pdf</ofd:FileLoc></ofd:Attachment></ofd:Attachments>'
)
EVIL_BODY = ofd.body("Doc_1/Document.xml", "2")
RSA_SHA256 = "1.2.840.113549.1.1.11"


class World:
    """A bureau, a rival whose keys are as genuine, and documents that the bureau stamped."""

    def __init__(self, office, at):
        self.office = office
        self.at = at
        self.maker = quirk_files.Maker(office, at)
        self.rival = attacker.rival_of(office, at - timedelta(hours=2))
        self.package = ofd.package(pages=2)
        self.one = office.stamp(self.package)
        self.two = office.stamp(self.one, hours=3)
        self.three = office.stamp(self.two, hours=4)
        self.whole = office.stamp(self.package, protect="whole")
        self.other = office.stamp(ofd.package(pages=3))
        self.open_list = attacker.with_list(self.package)
        self.plain = self.signed(self.cms())

    @property
    def signer(self):
        return self.office.pki.signer

    def left_out(self, *names, data=None, info=""):
        """The bureau's stamp from a product that leaves files out of its protection."""
        data = self.open_list if data is None else data
        rows = [name for name in attacker.content_names(data) if name not in names]
        return self.signed(self.ses(), data=data, names=rows, info=info)

    def signed(self, make, *, data=None, names=None, info="", **changes):
        """A package with one more signature over ``names``, whose value ``make`` makes."""
        data = self.open_list if data is None else data
        rows = attacker.references(data, names or attacker.content_names(data))
        changes = {"directory": changes.pop("directory", "Doc_0/Signs/Sign_9")}
        written = quirk_files.TIME
        return attacker.add_signature(
            data, attacker.signature_xml(written + rows + info), make, **changes
        )

    def ses(self, **changes):
        """A maker of the bureau's SES_Signature, whatever ``changes`` bend."""
        seal = changes.pop("seal", self.office.seal)
        signer = changes.pop("signer", self.signer)
        location = "/Doc_0/Signs/Sign_9/Signature.xml"
        values = {"at": self.at, "location": location} | changes
        return lambda xml: attacker.stamp_value(signer, seal, xml, **values)

    def cms(self, **changes):
        """A maker of the bureau's GB/T 35275 signature."""

        def make(xml):
            rows = cms_builder.attributes(xml, time=self.at)
            return attacker.cms_value(self.signer, xml, **({"signed": rows} | changes))

        return make

    def seal(self, **changes):
        """A seal of the genuine maker with other fields."""
        day = timedelta(days=1)
        period = {
            "create_date": self.at - day / 24,
            "not_before": self.at - day / 24,
            "not_after": self.at + 90 * day,
        }
        properties = period | changes.pop("properties", {})
        maker = changes.pop("maker", self.office.pki.maker)
        signers = changes.pop("signers", [self.signer.certificate])
        return attacker.seal_of(maker, signers=signers, properties=properties, **changes)


def edit(source, name, old, new):
    """One file of a stamped document edited."""
    return lambda world: ofd.edited(getattr(world, source), name, old, new)


def add(source, name, content=b"x"):
    return lambda world: ofd.with_files(getattr(world, source), {name: content})


def row_of(data, place):
    """One entry of the list of signatures, as text."""
    text = ofd.read(data, ofd.LIST).decode()
    start = [at for at in range(len(text)) if text.startswith("<ofd:Signature ", at)][place]
    return text[start : text.index("/>", start) + 2]


def without_row(data, place):
    return ofd.edited(data, ofd.LIST, row_of(data, place), "")


# Files that nobody protects


def unprotected(name, *changes, **new):
    """A stamp that leaves ``name`` out, in which then something is changed and added."""

    def make(world):
        data = world.left_out(name)
        for old, text in changes:
            data = ofd.edited(data, name, old, text)
        return ofd.with_files(data, {key.replace("__", "/"): v for key, v in new.items()})

    return make


def late_annotations(world):
    """The document names annotations that were not there when it was stamped."""
    named = f"<ofd:Annotations>{NOTES[6:]}</ofd:Annotations></ofd:Document>"
    data = ofd.edited(world.package, ofd.DOCUMENT, "</ofd:Document>", named)
    return ofd.with_files(world.office.stamp(data), {NOTES: ofd.xml("Annotations")})


def list_as_content(world):
    """The list of signatures, which stays open, is what the document shows as its annotations."""
    named = f"<ofd:Annotations>/{ofd.LIST}</ofd:Annotations></ofd:Document>"
    return world.office.stamp(ofd.edited(world.package, ofd.DOCUMENT, "</ofd:Document>", named))


def rival_covers(world):
    """The page that the bureau left out, changed, and protected by a rival's stamp."""
    shown = '<ofd:StampAnnot ID="s9" PageRef="10" Boundary="120 210 42 42"/>'
    data = world.left_out(ofd.PAGE, info=shown)
    data = ofd.edited(data, ofd.PAGE, "第1页", "第9页")
    names = [item.name for item in ofd.members(data) if item.name != ofd.LIST]
    make = world.ses(
        signer=world.rival.signer,
        seal=world.rival.seal,
        location="/Doc_0/Signs/Sign_10/Signature.xml",
    )
    return world.signed(make, data=data, names=names, directory="Doc_0/Signs/Sign_10")


# The list of signatures


def emptied(world):
    return ofd.replaced(world.one, ofd.LIST, ofd.xml("Signatures"))


def dropped_and_gone(world):
    """The second of three stamps, with all its files."""
    data = without_row(world.three, 1)
    for name in ("Signature.xml", "SignedValue.dat", "Seal.esl"):
        data = ofd.removed(data, f"{SIGN_1}/{name}")
    return data


def reordered(world):
    first, second = row_of(world.two, 0), row_of(world.two, 1)
    data = ofd.edited(world.two, ofd.LIST, first, "@")
    data = ofd.edited(data, ofd.LIST, second, first)
    return ofd.edited(data, ofd.LIST, "@", second)


def another_list(world):
    """A list of the attacker's own, which an unprotected OFD.xml leads to."""
    data = world.left_out(ofd.ENTRY)
    data = ofd.edited(data, ofd.ENTRY, f"/{ofd.LIST}", "/Doc_0/L.xml")
    return ofd.with_files(data, {"Doc_0/L.xml": ofd.xml("Signatures")})


def row_to_another(world):
    """The second entry leads to the first one's Signature.xml."""
    return ofd.edited(world.two, ofd.LIST, f"/{SIGN_1}/Signature.xml", f"/{ofd.SIGNATURE}")


# Signatures of one document in another


def transplanted(*names):
    def make(world):
        data = world.one
        for name in names:
            data = ofd.replaced(data, name, ofd.read(world.other, name))
        return data

    return make


def exchanged_values(world):
    """Two stamps of one document under each other's value."""
    other = f"{SIGN_1}/SignedValue.dat"
    first, second = ofd.read(world.two, ofd.VALUE), ofd.read(world.two, other)
    return ofd.replaced(ofd.replaced(world.two, ofd.VALUE, second), other, first)


def grafted(world):
    """A genuine signature of another document, listed in one that has none of its own."""
    files = {name: ofd.read(world.other, name) for name in (ofd.SIGNATURE, ofd.VALUE, ofd.SEAL)}
    data = ofd.with_files(world.open_list, files)
    return attacker.listed(data, f"/{ofd.SIGNATURE}")


# Seals


def seal_beside(world):
    """Another seal beside a stamp that does not protect its copy."""
    info = "<ofd:Seal><ofd:BaseLoc>Seal.esl</ofd:BaseLoc></ofd:Seal>"
    data = world.signed(world.ses(), info=info)
    return ofd.with_files(data, {"Doc_0/Signs/Sign_9/Seal.esl": world.rival.seal.der})


def seal_beside_plain(world):
    info = "<ofd:Seal><ofd:BaseLoc>Seal.esl</ofd:BaseLoc></ofd:Seal>"
    data = world.signed(world.cms(), info=info)
    return ofd.with_files(data, {"Doc_0/Signs/Sign_9/Seal.esl": world.office.seal.der})


def only_a_picture(world):
    """The imprint drawn as an ordinary image: it looks like a stamp, and nothing is signed."""
    return ofd.replaced(world.package, ofd.IMAGE, attacker.PICTURE.data)


def with_seal(**changes):
    return lambda world: world.signed(world.ses(seal=world.seal(**changes)))


def digests(*rows):
    return codec.digest_rows(CertificateDigest(*row) for row in rows)


def digest_of_another(world):
    rival = sm2.sm3(world.rival.signer.certificate.der)
    rows = {"signer_list_type": 2, "signers": digests(("1.2.156.10197.1.401", rival))}
    return world.signed(world.ses(seal=world.seal(properties=rows)))


def digest_cut(world):
    mine = sm2.sm3(world.signer.certificate.der)[:20]
    rows = {"signer_list_type": 2, "signers": digests(("1.2.156.10197.1.401", mine))}
    return world.signed(world.ses(seal=world.seal(properties=rows)))


def own_maker(world):
    """A maker of the attacker's own, by the name of the genuine one."""
    name = world.office.pki.maker_ca.certificate.subject_value("CN") or "CA"
    maker = Authority.create(name, at=world.at).issue("测试电子印章制作系统")
    return world.signed(world.ses(seal=world.seal(maker=maker)))


def makers_alone(world):
    """A policy under which the genuine makers alone make seals."""
    from govseal.pki.trust import TrustStore  # noqa: PLC0415 - beside its use
    from govseal.verification.policy import Policy  # noqa: PLC0415 - beside its use

    return {"policy": Policy(makers=TrustStore((world.office.pki.maker_ca.certificate,)))}


def patched_value(change):
    """The genuine SES_Signature with its elements bent after signing."""

    def make(world):
        value = change(ofd.read(world.one, ofd.VALUE), world)
        return ofd.replaced(world.one, ofd.VALUE, value)

    return make


def in_header(old, new):
    """The seal's header inside the stamp, edited without a new signature."""

    def change(value, _):
        assert value.count(old) == 1
        return value.replace(old, new)

    return patched_value(change)


def with_element(place, raw):
    def change(value, world):
        row = quirk_files.fields(value)
        row[place] = raw(world) if callable(raw) else raw
        return write.sequence(*row)

    return patched_value(change)


def more_element(value, _):
    return write.sequence(*quirk_files.fields(value), write.null())


def indefinite(value, _):
    return b"\x30\x80" + b"".join(quirk_files.fields(value)) + b"\0\0"


def long_length(value, _):
    body = b"".join(quirk_files.fields(value))
    return b"\x30\x84" + len(body).to_bytes(4, "big") + body


def default_left_out(world):
    """What an encoder that leaves out defaults would make of an extension: other bytes."""
    seal = world.seal(extensions=[{"oid": "1.2.3", "critical": False, "value": b"x"}])
    short = seal.replace(write.boolean(False), b"")  # noqa: FBT003 - a value in DER
    top = quirk_files.fields(seal)
    info = quirk_files.fields(top[0])
    row = quirk_files.fields(quirk_files.fields(info[-1])[0])
    info[-1] = write.sequence(write.sequence(row[0], row[2]))
    assert short != seal
    return world.signed(world.ses(seal=write.sequence(write.sequence(*info), *top[1:])))


# Containers


def packed(change, **around):
    """The stamped package with its members, or what stands around them, otherwise."""
    return lambda world: ofd.pack(change(ofd.members(world.one)), **around)


def one_more(name, data=b"x", **changes):
    return packed(lambda rows: [*rows, ofd.Member(name, data, **changes)])


def lying(name, **changes):
    return packed(lambda rows: [replace(r, **changes) if r.name == name else r for r in rows])


def hidden(world):
    """An entry between the others that the central directory does not know."""
    ghost = ofd.pack({"evil.xml": b"<x/>"})
    local = ghost[: ghost.index(b"PK\1\2")]
    return ofd.pack(ofd.members(world.one), gap=local)


def two_ends(world):
    """A second end record, whose comment would swallow the first."""
    data = world.one
    end = data[data.rindex(b"PK\5\6") :]
    first = end[:20] + struct.pack("<H", len(end))
    return data[: -len(end)] + first + end


def overlapping(world):
    rows = ofd.members(world.one)
    return ofd.pack([*rows, ofd.Member("Doc_0/Res/again.png", rows[3].data, start=0)])


def zip64(world):
    data = bytearray(world.one)
    at = data.rindex(b"PK\5\6")
    data[at + 8 : at + 12] = b"\xff" * 4
    return bytes(data)


def false_descriptor(world):
    rows = ofd.members(world.one)
    row = next(item for item in rows if item.name == ofd.PAGE)
    wrong = struct.pack("<4s3I", b"PK\7\x08", zlib.crc32(row.data) ^ 1, 1, 1)
    bent = replace(row, flags=8, local_sizes=(0, 0, 0), descriptor=wrong)
    return ofd.pack(bent if item is row else item for item in rows)


def many_files(world):
    return ofd.with_files(world.one, {f"x/{number}": b"" for number in range(10_001)})


# XML


def doctype(name, declared):
    def make(world):
        return ofd.replaced(
            world.left_out(name), name, lambda old: old.replace(b"\n", b"\n" + declared, 1)
        )

    return make


BILLION = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in b"bcdefghij"
    )
    + b"]>"
)
OUTSIDE_ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def xinclude(world):
    """XInclude is not followed: what a reader that does would show is unprotected."""
    inside = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="../../Evil.xml"/>'
    data = ofd.edited(world.open_list, ofd.PAGE, "<ofd:Content>", f"{inside}<ofd:Content>")
    data = world.signed(world.ses(), data=data)
    return ofd.with_files(data, {"Doc_0/Evil.xml": ofd.page("伪造")})


def twin_elements(name, old, new):
    """An element that may occur once, twice, in a document stamped just so."""

    def make(world):
        data = ofd.edited(world.open_list, name, old, new)
        return world.signed(world.ses(), data=ofd.with_files(data, EVIL))

    return make


def deep(world):
    return ofd.replaced(world.left_out(ofd.LIST), ofd.LIST, b"<a>" * 200 + b"</a>" * 200)


def huge_attribute(world):
    """An attribute of megabytes where an ID belongs is read, and changes what is protected."""
    return ofd.edited(world.one, ofd.SIGNATURE, 'PageRef="10"', f'PageRef="{"1" * 3_000_000}"')


def other_encoding(world):
    text = ofd.read(world.left_out(ofd.ENTRY), ofd.ENTRY).decode().replace("UTF-8", "UTF-7")
    return ofd.replaced(world.left_out(ofd.ENTRY), ofd.ENTRY, text.encode("utf-7"))


def false_encoding(world):
    """Declared as UTF-8, and not in it."""
    data = world.left_out(ofd.ENTRY)
    return ofd.replaced(data, ofd.ENTRY, lambda old: old.replace(b"</ofd:OFD>", b"\xff</ofd:OFD>"))


def md5(data):
    from hashlib import md5 as broken  # noqa: PLC0415 - for two cases

    return broken(data, usedforsecurity=False).digest()
