"""The tamper cases of OFD and of stamps: how each is made, and what is to be said of it.

A case takes a :class:`World`, in which everything is genuine, and gives a file in which something
is not. The reasons are exact: whatever else lowers the verdict is another mistake. Cases are data
for ``test_ofd_tampering.py``, and for whoever wants the files: they depend on nothing but the keys.
"""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True)
class Case:
    """One case: its class, how it is made, the verdict and the exact reasons."""

    group: str
    make: Callable[[World], bytes]
    reasons: frozenset[str]
    verdict: str = "failed"
    policy: Callable[[World], dict[str, object]] = field(default=lambda _: {})


def case(group, make, *reasons, verdict="failed", **more):
    return Case(group, make, frozenset(reasons), verdict, **more)


def undecided(group, make, *reasons, **more):
    return case(group, make, *reasons, verdict="indeterminate", **more)


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


# GB/T 35275


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


DIGEST, MISSING, FORM = "data_digest_mismatch", "reference_missing", "malformed"
SHOWN, PART = "rendered_unprotected", "partial_coverage"
DAMAGED, UNSAFE = "container_damaged", "container_unsafe_name"
TWICE, LARGE = "container_duplicate_name", "container_too_large"
VALUE, SEAL = "signature_invalid", "seal_signature_invalid"

CASES = {
    # what a stamp protects
    "a page changed": case("protected", edit("one", ofd.PAGE, "第1页", "第9页"), DIGEST),
    "a picture changed": case(
        "protected", lambda w: ofd.replaced(w.one, ofd.IMAGE, attacker.PICTURE.data), DIGEST
    ),
    "an attachment changed": case("protected", edit("one", ofd.ATTACHMENT, "1", "2"), DIGEST),
    "a page taken out": case("protected", lambda w: ofd.removed(w.one, PAGE_2), MISSING, FORM),
    "a page under other letters": case(
        "protected",
        lambda w: ofd.renamed(w.one, PAGE_2, PAGE_2.replace("Content", "content")),
        MISSING,
        FORM,
        SHOWN,
    ),
    "another DocRoot": case(
        "protected",
        lambda w: ofd.with_files(
            ofd.edited(w.one, ofd.ENTRY, "Doc_0/Document.xml", "Doc_1/Document.xml"), EVIL
        ),
        DIGEST,
        SHOWN,
    ),
    # files that no signature protects
    "a loose file": undecided("unprotected file", add("one", "Doc_0/Res/x.xml"), PART),
    "a page where readers look second": undecided(
        "unprotected file", add("one", "Pages/Page_0/Content.xml", ofd.page("伪造")), SHOWN
    ),
    "annotations that were missing": undecided("unprotected file", late_annotations, SHOWN),
    "the open list as annotations": undecided("unprotected file", list_as_content, SHOWN),
    "a font of unprotected resources": undecided(
        "unprotected file",
        unprotected(
            ofd.RESOURCES,
            (
                "</ofd:Res>",
                '<ofd:Font ID="7"><ofd:FontFile>f.ttf</ofd:FontFile></ofd:Font></ofd:Res>',
            ),
            Doc_0__Res__f_ttf=b"",
            **{"Doc_0__Res__f.ttf": b"\0\1\0\0"},
        ),
        SHOWN,
    ),
    "an attachment of an unprotected list": undecided(
        "unprotected file",
        unprotected(
            ofd.ATTACHMENTS,
            (
                "</ofd:Attachments>",
                MORE_ATTACHMENT,
            ),
            **{"Doc_0__Attachs__e.pdf": b"%PDF-"},
        ),
        SHOWN,
    ),
    # references that the signer left out
    "an unprotected page changed": undecided(
        "omission", unprotected(ofd.PAGE, ("第1页", "第9页")), SHOWN
    ),
    "an unprotected template changed": undecided(
        "omission", unprotected(ofd.TEMPLATE, ("样式", "伪造")), SHOWN
    ),
    "an unprotected picture": undecided("omission", unprotected(ofd.IMAGE), SHOWN),
    "an unprotected Document.xml": undecided(
        "omission", unprotected(ofd.DOCUMENT, ("Page_0/Content", "Page_1/Content")), SHOWN
    ),
    "an unprotected DocRoot moved": undecided(
        "omission",
        lambda w: ofd.with_files(
            ofd.edited(w.left_out(ofd.ENTRY), ofd.ENTRY, ofd.DOCUMENT, "Doc_1/Document.xml"), EVIL
        ),
        SHOWN,
    ),
    "a second document under an unprotected OFD.xml": undecided(
        "omission",
        lambda w: ofd.with_files(
            ofd.edited(w.left_out(ofd.ENTRY), ofd.ENTRY, "</ofd:OFD>", f"{EVIL_BODY}</ofd:OFD>"),
            EVIL,
        ),
        SHOWN,
    ),
    "a version under an unprotected OFD.xml": undecided(
        "omission",
        lambda w: ofd.with_files(
            ofd.edited(
                w.left_out(ofd.ENTRY),
                ofd.ENTRY,
                "</ofd:DocBody>",
                '<ofd:Versions><ofd:Version ID="9" Index="1" Current="true" BaseLoc="/V.xml"/>'
                "</ofd:Versions></ofd:DocBody>",
            ),
            EVIL
            | {"V.xml": ofd.xml("DocVersion", "<ofd:DocRoot>/Doc_1/Document.xml</ofd:DocRoot>")},
        ),
        SHOWN,
    ),
    "a stamp on a page that only a rival protects": undecided("omission", rival_covers, SHOWN),
    "no references at all": case(
        "omission",
        lambda w: attacker.add_signature(
            w.open_list, attacker.signature_xml("<ofd:References/>"), w.ses()
        ),
        MISSING,
        SHOWN,
    ),
    # the list of signatures
    "the only stamp dropped": case("list", emptied, FORM),
    "the first of two dropped": undecided(
        "list", lambda w: without_row(w.two, 0), "signature_unlisted"
    ),
    "the last of two dropped": undecided(
        "list", lambda w: without_row(w.two, 1), "signature_unlisted", PART
    ),
    "one of three dropped with its files": case("list", dropped_and_gone, MISSING),
    "two stamps exchanged in the list": undecided("list", reordered, "signature_reordered"),
    "two entries for one stamp": case(
        "list", row_to_another, "signature_repeated", "signature_unlisted", PART
    ),
    "an entry that leads nowhere": case(
        "list", lambda w: attacker.listed(w.one, "/none.xml"), FORM, PART
    ),
    "an entry that is a page": case(
        "list", lambda w: attacker.listed(w.one, f"/{ofd.PAGE}"), FORM, PART
    ),
    "another list": case("list", another_list, FORM),
    "a list that the whole stamp protects": case(
        "list", lambda w: attacker.listed(w.whole, "/none.xml"), DIGEST, FORM, SHOWN
    ),
    # Signature.xml and SignedValue.dat apart
    "another document's Signature.xml": case("signature file", transplanted(ofd.SIGNATURE), DIGEST),
    "another document's value": case("signature file", transplanted(ofd.VALUE), DIGEST),
    "another document's signature": case(
        "signature file", transplanted(ofd.SIGNATURE, ofd.VALUE), DIGEST
    ),
    "a signature grafted on": case("signature file", grafted, DIGEST),
    "two values exchanged": case("signature file", exchanged_values, DIGEST),
    "the value taken out": case("signature file", lambda w: ofd.removed(w.one, ofd.VALUE), FORM),
    "Signature.xml taken out": case(
        "signature file", lambda w: ofd.removed(w.one, ofd.SIGNATURE), FORM, SHOWN
    ),
    # the seal and where it shows
    "Seal.esl exchanged": case(
        "seal picture",
        lambda w: ofd.replaced(w.one, ofd.SEAL, w.rival.seal.der),
        DIGEST,
        "seal_copy_differs",
    ),
    "an unprotected Seal.esl exchanged": case("seal picture", seal_beside, "seal_copy_differs"),
    "a seal beside a plain signature": case("seal picture", seal_beside_plain, "seal_copy_differs"),
    "the stamp moved": case(
        "seal picture", edit("one", ofd.SIGNATURE, 'Boundary="120', 'Boundary="20'), DIGEST
    ),
    "the stamp enlarged": case(
        "seal picture", edit("one", ofd.SIGNATURE, '210 42 42"', '210 80 80"'), DIGEST
    ),
    "the stamp clipped away": case(
        "seal picture", edit("one", ofd.SIGNATURE, '42 42"', '42 42" Clip="0 0 0 0"'), DIGEST
    ),
    "the stamp on another page": case(
        "seal picture", edit("one", ofd.SIGNATURE, 'PageRef="10"', 'PageRef="11"'), DIGEST
    ),
    "an imprint and no signature": Case(
        "seal picture", only_a_picture, frozenset(), verdict="unsigned"
    ),
    # who may use the seal
    "a signer who is not listed": case(
        "signer list", lambda w: w.signed(w.ses(signer=w.rival.signer)), "signer_not_listed"
    ),
    "a digest of somebody else's certificate": case(
        "signer list", digest_of_another, "signer_not_listed"
    ),
    "a digest cut short": case("signer list", digest_cut, "signer_not_listed"),
    "names in place of certificates": undecided(
        "signer list",
        with_seal(properties={"signers": write.sequence(write.ia5("bureau"))}),
        "signer_list_unusable",
    ),
    "a list of nobody": undecided(
        "signer list", with_seal(properties={"signers": write.sequence()}), "signer_list_unusable"
    ),
    # forged seals
    "a maker of one's own": case(
        "forged seal", own_maker, "maker_untrusted", "no_revocation_data", policy=makers_alone
    ),
    "a maker's signature of nothing": case(
        "forged seal", with_seal(value=write.sequence(write.integer(1), write.integer(1))), SEAL
    ),
    "a maker's algorithm of another key": case(
        "forged seal",
        lambda w: w.signed(
            w.ses(seal=quirk_files.with_field(w.office.seal.der, 2, write.oid(RSA_SHA256)))
        ),
        "algorithm_mismatch",
    ),
    "a seal that has expired": case(
        "forged seal",
        lambda w: w.signed(
            w.ses(seal=w.seal(properties={"not_after": w.at - timedelta(minutes=1)}))
        ),
        "seal_expired",
        "no_proof_of_time",
    ),
    "a seal of tomorrow": case(
        "forged seal",
        lambda w: w.signed(w.ses(seal=w.seal(properties={"not_before": w.at + timedelta(days=1)}))),
        "seal_not_yet_valid",
    ),
    "a header that is not ES": case(
        "forged seal", with_seal(header={"id": "EX", "version": 4, "vendor_id": "x"}), FORM
    ),
    "a header changed to version 5": case(
        "forged seal",
        in_header(b"\x16\2ES\2\1\4", b"\x16\2ES\2\1\5"),
        VALUE,
        SEAL,
        "seal_copy_differs",
    ),
    "a seal made another's": case(
        "forged seal",
        in_header("行政审批专用章".encode(), "行政处罚专用章".encode()),
        VALUE,
        SEAL,
        "seal_copy_differs",
    ),
    "a time stamp that is none": case(
        "forged seal",
        patched_value(
            lambda value, _: write.sequence(
                *quirk_files.fields(value), write.explicit(0, write.bits(write.null()))
            )
        ),
        "timestamp_invalid",
    ),
    # DER
    "BER of indefinite length": case("encoding", patched_value(indefinite), FORM),
    "a length in its long form": case("encoding", patched_value(long_length), FORM),
    "bytes behind the stamp": case("encoding", patched_value(lambda v, _: v + b"\0"), FORM),
    "an element more": case("encoding", patched_value(more_element), FORM),
    "a default left out": case("encoding", default_left_out, SEAL),
    # algorithms
    "a digest for an algorithm": undecided(
        "algorithm", with_element(2, write.oid("1.2.156.10197.1.401.2")), "unsupported"
    ),
    "RSA with an SM2 key": case(
        "algorithm", with_element(2, write.oid(RSA_SHA256)), DIGEST, "algorithm_mismatch"
    ),
    "files by MD5": case(
        "algorithm",
        lambda w: attacker.add_signature(
            w.open_list,
            attacker.signature_xml(w.maker.references(data=w.open_list, digest=md5, method="MD5")),
            w.ses(),
        ),
        "algorithm_forbidden",
    ),
    "files by no method at all": case(
        "algorithm",
        lambda w: attacker.add_signature(
            w.open_list,
            attacker.signature_xml(
                w.maker.references(data=w.open_list, digest=md5).replace(
                    f' CheckMethod="{quirk_files.SM3_OID}"', ""
                )
            ),
            w.ses(),
        ),
        "algorithm_forbidden",
    ),
    "a method nobody knows": undecided(
        "algorithm",
        lambda w: attacker.add_signature(
            w.open_list,
            attacker.signature_xml(w.maker.references(data=w.open_list, method="none")),
            w.ses(),
        ),
        "unsupported",
    ),
    "the certificate exchanged": case(
        "algorithm",
        with_element(1, lambda w: write.octets(w.rival.signer.certificate.der)),
        VALUE,
        "signer_not_listed",
    ),
    # names in the package
    "a name that climbs": case("zip name", one_more("../evil.txt"), UNSAFE, PART),
    "an absolute name": case("zip name", one_more("/etc/passwd"), UNSAFE, PART),
    "a name with a drive": case("zip name", one_more("C:/evil.txt"), UNSAFE, PART),
    "a name with a NUL": case("zip name", one_more("OFD.xml\0.png"), UNSAFE, PART),
    "a name with a backslash": case("zip name", one_more("Doc_0\\evil.xml"), UNSAFE, PART),
    "a link": case("zip name", one_more("Doc_0/link", b"/etc/passwd", mode=0o120777), UNSAFE, PART),
    # records of the package
    "two files of one name": case(
        "zip records",
        lambda w: ofd.doubled(w.one, ofd.PAGE, ofd.page("伪造")),
        TWICE,
        "reference_duplicated",
    ),
    "names apart by case": case("zip records", one_more("ofd.XML"), TWICE, PART),
    "names apart by Unicode form": case(
        "zip records",
        packed(
            lambda rows: [*rows, ofd.Member("Doc_0/é.xml", b"1"), ofd.Member("Doc_0/é.xml", b"2")]
        ),
        TWICE,
        PART,
    ),
    "another name in the local header": case(
        "zip records", lying(ofd.PAGE, local_name=b"evil.xml"), DAMAGED
    ),
    "other sizes in the local header": case(
        "zip records", lying(ofd.PAGE, local_sizes=(1, 2, 3)), DAMAGED
    ),
    "a false data descriptor": case("zip records", false_descriptor, DAMAGED),
    "an entry that the directory does not know": case("zip records", hidden, DAMAGED),
    "bytes in front": case("zip records", packed(list, prefix=b"MZ"), DAMAGED),
    "bytes behind": case("zip records", lambda w: w.one + b"\0", DAMAGED),
    "two end records": case("zip records", two_ends, DAMAGED),
    "the form of ZIP64": undecided("zip records", zip64, "unsupported"),
    "a checksum that is wrong": case(
        "zip records",
        lying(
            ofd.IMAGE, central_sizes=(1, len(ofd.deflated(b"\x89PNG\r\n\x1a\n" + bytes(64))), 72)
        ),
        DAMAGED,
        "unsupported",
    ),
    # more than anybody should unpack
    "a bomb": case("zip bomb", one_more("Doc_0/zeros", bytes(50 << 20)), LARGE),
    "too many files": case("zip bomb", many_files, LARGE),
    "entries that overlap": case("zip bomb", overlapping, DAMAGED),
    "a package in the package": undecided(
        "zip bomb",
        lambda w: ofd.with_files(w.one, {"Doc_0/inner.ofd": w.other}),
        PART,
    ),
    # XML
    "a document type": case("xml", doctype(ofd.ENTRY, b"<!DOCTYPE x>"), "xml_forbidden"),
    "entities without an end": case("xml", doctype(ofd.ENTRY, BILLION), "xml_forbidden"),
    "an entity from outside": case("xml", doctype(ofd.ENTRY, OUTSIDE_ENTITY), "xml_forbidden"),
    "a document type in the list": case(
        "xml", lambda w: ofd.with_doctype(w.one, ofd.LIST), "xml_forbidden"
    ),
    "an inclusion": undecided("xml", xinclude, SHOWN),
    "depth without an end": case("xml", deep, LARGE),
    "an attribute of megabytes": case("xml", huge_attribute, LARGE),
    "two roots of one document": case(
        "xml",
        twin_elements(
            ofd.ENTRY,
            "</ofd:DocRoot>",
            "</ofd:DocRoot><ofd:DocRoot>Doc_1/Document.xml</ofd:DocRoot>",
        ),
        FORM,
    ),
    "a root in a foreign namespace": case(
        "xml",
        twin_elements(
            ofd.ENTRY,
            "<ofd:DocRoot>",
            "<x:DocRoot xmlns:x='u'>Doc_1/Document.xml</x:DocRoot><ofd:DocRoot>",
        ),
        FORM,
    ),
    "two current versions": case(
        "xml",
        twin_elements(
            ofd.ENTRY,
            "</ofd:DocBody>",
            '<ofd:Versions><ofd:Version ID="8" Current="true" BaseLoc="V.xml"/>'
            '<ofd:Version ID="9" Current="true" BaseLoc="V.xml"/></ofd:Versions></ofd:DocBody>',
        ),
        FORM,
    ),
    "an encoding that is not read": case("xml", other_encoding, FORM),
    "bytes that are not of the encoding": case("xml", false_encoding, FORM),
    # GB/T 35275
    "no signer": case("signed data", cms_with(no_signer), FORM),
    "two signers": undecided("signed data", cms_with(two_signers), "unsupported"),
    "attributes without a digest": case("signed data", without_digest, FORM),
    "the digest of something else": case(
        "signed data", digest_of_something, DIGEST, "no_signing_time"
    ),
    "another digest in Base64": case("signed data", base64_of_something, DIGEST, "no_signing_time"),
    "content that another value is over": case(
        "signed data", lent_content, VALUE, "no_signing_time"
    ),
    "bytes behind signed data": case("signed data", cms_with(lambda v, _: v + b"\0"), FORM),
}


def md5(data):
    from hashlib import md5 as broken  # noqa: PLC0415 - for two cases

    return broken(data, usedforsecurity=False).digest()
