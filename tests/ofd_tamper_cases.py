"""The tamper cases of OFD and of stamps: how each is made, and what is to be said of it.

The reasons are exact: whatever else lowers the verdict is another mistake. Cases are data for
``test_ofd_tampering.py``, and for whoever wants the files: they depend on nothing but the keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import attacker
import ofd_builder as ofd
import quirk_files
from cms_tampering import (
    base64_of_something,
    cms_with,
    digest_of_something,
    lent_content,
    no_signer,
    two_signers,
    without_digest,
)
from govseal.asn1 import write
from ofd_tampering import (
    BILLION,
    EVIL,
    EVIL_BODY,
    MORE_ATTACHMENT,
    OUTSIDE_ENTITY,
    PAGE_2,
    RSA_SHA256,
    World,
    add,
    another_list,
    deep,
    default_left_out,
    digest_cut,
    digest_of_another,
    doctype,
    dropped_and_gone,
    edit,
    emptied,
    exchanged_values,
    false_descriptor,
    false_encoding,
    grafted,
    hidden,
    huge_attribute,
    in_header,
    indefinite,
    late_annotations,
    list_as_content,
    long_length,
    lying,
    makers_alone,
    many_files,
    md5,
    more_element,
    one_more,
    only_a_picture,
    other_encoding,
    overlapping,
    own_maker,
    packed,
    patched_value,
    reordered,
    rival_covers,
    row_to_another,
    seal_beside,
    seal_beside_plain,
    transplanted,
    twin_elements,
    two_ends,
    unprotected,
    with_element,
    with_seal,
    without_row,
    xinclude,
    zip64,
)


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
