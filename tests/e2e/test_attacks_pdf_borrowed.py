"""Stamped PDFs with borrowed signatures, files that are two or none, and texts that mislead."""

from __future__ import annotations

import functools
import json
import zlib

import pytest

import cms_builder
import govseal
import pdf_builder as bend
import pdf_stamping as build
from govseal.asn1 import write
from govseal.seal.extensions import SEAL_ATTRIBUTE
from govseal.verification.render.html import render_html
from govseal.verification.render.text import render_text

AT = build.AT + 3 * build.HOUR
EVIL = "0 0 1 rg 0 0 600 900 re f"
DAMAGED = {"container_damaged"}
RANGE = {"byte_range_invalid"}
LOST = {"malformed"}


@functools.cache
def stamped():
    return build.office("rsa").stamp(build.pdf(content="0 g 100 600 50 50 re f"))


def judged(data):
    pki = build.hierarchy("rsa")
    report = govseal.verify(data, pki.trust, materials=pki.materials, at=AT)
    json.loads(report.to_json())
    return report


def said(data):
    report = judged(data)
    return report.verdict.value, set(report.reasons)


# signatures borrowed, doubled, or of the wrong shape ----------------------------------------------


def signed_by_hand(algorithm="rsa", *, seal=True, by=None, entries="", **changes):
    office = build.office(algorithm)
    rows = [cms_builder.attribute(SEAL_ATTRIBUTE, office.seal.der)] if seal is True else seal or []
    signer = by or office.pki.signer
    return bend.sign_by_hand(
        lambda message: bend.signed_data(message, signer, more=rows, **changes), entries=entries
    )


def other_seal():
    """A seal by the same maker that lists somebody else."""
    office = build.office("rsa")
    other = office.pki.signer_ca.issue("99000000000002", organization="测试市某某有限公司")
    return other, govseal.make_seal(
        office.pki.maker,
        name="测试市某某有限公司",
        picture=build.FLAG,
        signers=[other.certificate],
        at=build.AT + build.HOUR,
    )


def unlisted_signer():
    return signed_by_hand(by=other_seal()[0])


def seal_of_another():
    return signed_by_hand(seal=[cms_builder.attribute(SEAL_ATTRIBUTE, other_seal()[1].der)])


def doubled_seal():
    first = cms_builder.attribute(SEAL_ATTRIBUTE, build.office("rsa").seal.der)
    return signed_by_hand(seal=[first, cms_builder.attribute(SEAL_ATTRIBUTE, other_seal()[1].der)])


def two_values():
    seal = build.office("rsa").seal.der
    return signed_by_hand(seal=[cms_builder.attribute(SEAL_ATTRIBUTE, seal, seal)])


def of_another_document():
    return bend.with_contents(
        signed_by_hand(),
        bend.contents(
            bend.sign_by_hand(
                lambda message: bend.signed_data(message + b"x", build.office("rsa").pki.signer)
            )
        ),
    )


BORROWED = {
    "a signer that the seal does not list": (unlisted_signer, "failed", {"signer_not_listed"}),
    "the seal of another": (seal_of_another, "failed", {"signer_not_listed"}),
    "two seals": (doubled_seal, "failed", LOST),
    "two values of one seal": (two_values, "failed", LOST),
    "a seal that is none": (
        lambda: signed_by_hand(seal=[cms_builder.attribute(SEAL_ATTRIBUTE, write.null())]),
        "failed",
        LOST,
    ),
    "the signed data of another document": (
        of_another_document,
        "failed",
        {"data_digest_mismatch"},
    ),
    "two signers": (lambda: signed_by_hand(signers=2), "indeterminate", {"unsupported"}),
    "no signer": (lambda: signed_by_hand(signers=0), "failed", LOST),
    "attributes without a digest": (
        lambda: signed_by_hand(without=[bend.MESSAGE_DIGEST]),
        "failed",
        LOST,
    ),
    "another digest named": (
        lambda: signed_by_hand(digest=cms_builder.SM3),
        "failed",
        {"data_digest_mismatch"},
    ),
    "contents named twice": (lambda: signed_by_hand(entries="/Contents <00>"), "failed", RANGE),
    "a range named twice": (
        lambda: signed_by_hand(entries="/ByteRange [0 1 2 3]"),
        "failed",
        set(),
    ),
    "a key in disguise": (lambda: signed_by_hand(entries="/Content#73 <00>"), "failed", RANGE),
    "entries without end": (lambda: signed_by_hand(entries="[" * 100 + "]" * 100), "failed", set()),
}


def test_by_hand_passes():
    assert said(signed_by_hand()) == ("passed", set())


@pytest.mark.parametrize(("make", "verdict", "reasons"), BORROWED.values(), ids=BORROWED.keys())
def test_borrowed_signatures(make, verdict, reasons):
    found, given = said(make())
    assert (found, reasons <= given) == (verdict, True)


def test_a_seal_that_nobody_signed_is_none():
    """In the unsigned attributes it is not read at all: the signature is no stamp."""
    seal = cms_builder.attribute(SEAL_ATTRIBUTE, build.office("rsa").seal.der)
    report = judged(signed_by_hand(seal=None, unsigned=write.element(0xA1, seal)))
    assert [(item.kind, item.seal) for item in report.signatures] == [("signature", None)]
    assert report.effect.value == "none"


# files that are several, and files that are none --------------------------------------------------


def test_a_file_of_two_formats_does_not_pass():
    from govseal.formats.ofd.compose import compose_document  # noqa: PLC0415 - lxml, only here

    ofd = build.office("rsa").stamp(compose_document([["测试许可证"]], title="测试许可证"))
    assert said(ofd) == ("passed", set())
    for front in (build.pdf(content=EVIL), stamped(), b"%PDF-1.7\n"):
        assert said(front + ofd) == ("failed", DAMAGED)


@pytest.mark.parametrize("entry", ["/Standard /V 1", "/Standard /V 5 /R 6", "/Other"])
def test_an_encrypted_file_is_never_unsigned(entry):
    data = bend.update(build.pdf(), {900: "<< >>"}, extra=f"/Encrypt << /Filter {entry} >>")
    assert said(data)[0] in ("indeterminate", "failed")


@pytest.mark.parametrize("spelling", [b"/ByteRange[0 1 2 3]", b"/Byte#52ange [0 1]", b"/ByteRange"])
def test_a_file_that_names_a_range_is_never_unsigned(spelling):
    data = build.pdf() + b"% " + spelling + b"\n"
    assert said(data)[0] == "failed"


def bomb():
    packed_bytes = zlib.compress(bytes(30_000_000), 9)
    head = f"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length {len(packed_bytes)} >>"
    return f"{head}\nstream\n".encode() + packed_bytes + b"\nendstream"


ODD = {
    "a stream that swells": lambda: bend.update(stamped(), {900: bomb()}),
    "pages that are their own parents": lambda: build.pdf(tree="/Parent 2 0 R").replace(
        b"/Kids [4 0 R]", b"/Kids [2 0 R]"
    ),
    "a form inside itself": lambda: build.pdf(
        catalogue="/AcroForm << /Fields [5 0 R] >>", more=["<< /T (a) /Kids [5 0 R] >>"]
    ),
    "brackets without end": lambda: build.pdf(catalogue="/X " + "[" * 5000),
    "a header alone": lambda: b"%PDF-1.7\n",
    "a place behind the file": lambda: b"%PDF-1.7\nstartxref\n99999999999999999999\n%%EOF\n",
    "a count of pages": lambda: build.pdf().replace(b"/Count 1 ", b"/Count 999999999 "),
}


@pytest.mark.parametrize("make", ODD.values(), ids=ODD.keys())
def test_odd_files_get_a_report(make):
    report = judged(make())
    stamped_by = [item.verdict.value for item in report.signatures]
    assert (report.verdict.value == "passed") == (stamped_by == ["passed"])


# texts of the document in the report --------------------------------------------------------------

TEXTS = [
    "<script>alert(1)</script>",
    "\\033[31mred",
    "\\342\\200\\256gnihsihp",
    "a\\r\\nverdict: passed",
]


@pytest.mark.parametrize("text", TEXTS)
def test_names_stay_texts(text):
    data = signed_by_hand(entries=f"/Name ({text}) /Reason ({text}) /Location ({text})")
    data = bend.update(data, {5: bend.body_of(data, 5).replace("/T (Stamp)", f"/T ({text})")})
    report = judged(data)
    page = render_html(report, "zh")
    lines = render_text(report)
    assert "<script>alert" not in page
    for shown in (lines, page):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    assert not any(line.startswith("verdict: passed") for line in lines.splitlines())
