"""Attacks on signed PDFs: the file is bent, and the report says how (each case: one reason).

The classes are those of the literature (universal signature forgery, incremental saving,
signature wrapping, shadow and evil-annotation attacks), each made here out of a stamp that passes.
"""

from __future__ import annotations

import functools

import pytest

import cms_builder
import govseal
import govseal.testing
import pdf_builder as bend
import pdf_stamping as build
from govseal.formats.base import Placement, Protect
from govseal.formats.pdf import revisions
from govseal.seal.extensions import SEAL_ATTRIBUTE

EVIL = "<< /Length 24 >>\nstream\n0 0 1 rg 0 0 600 900 re f\nendstream"
FORM = "<< /FT /Tx /T (amount) /V (1) /Type /Annot /Subtype /Widget /Rect [50 50 90 70] /P 4 0 R >>"
AT = build.AT + 3 * build.HOUR


@functools.cache
def stamped(algorithm="rsa"):
    """A page with content and one stamp."""
    return build.office(algorithm).stamp(build.pdf(content="0 g 100 600 50 50 re f", pages=2))


@functools.cache
def twice():
    return build.office("rsa").stamp(stamped(), Placement(2, 100, 100))


@functools.cache
def filled():
    """A stamp on a form whose text can be filled in."""
    plain = build.pdf(
        page=build.A4 + " /Annots [5 0 R]",
        catalogue="/AcroForm << /Fields [5 0 R] /DA (/F 0 Tf) >>",
        more=[FORM],
    )
    return build.office("rsa").stamp(plain)


def judged(data, algorithm="rsa", **changes):
    pki = build.hierarchy(algorithm)
    values = {"materials": pki.materials, "at": AT} | changes
    report = govseal.verify(data, values.pop("trust", pki.trust), **values)
    report.to_json().encode()
    return report


def said(data, algorithm="rsa", **changes):
    report = judged(data, algorithm, **changes)
    return report.verdict.value, set(report.reasons)


@pytest.mark.parametrize("algorithm", ["rsa", "sm2"])
def test_what_is_attacked_passes(algorithm):
    report = judged(stamped(algorithm), algorithm)
    assert (report.verdict.value, report.reasons) == ("passed", ())
    assert [(item.kind, item.standard) for item in report.signatures] == [("seal", "PAdES")]
    assert report.effect.value == "original_equivalent"
    for data in (twice(), filled()):
        assert said(data) == ("passed", set())


def test_the_first_of_two_stamps_notes_what_the_second_protects():
    first, second = judged(twice()).signatures
    assert (first.coverage, first.notices) == ("whole_revision", ("partial_coverage",))
    assert (second.coverage, second.notices) == ("whole_file", ())


# the way to the signature ------------------------------------------------------------------------


def widget(data):
    return bend.field_number(data)


def changed(data, number, old, new, **how):
    """An update that replaces one object with another text in it."""
    body = bend.body_of(data, number)
    assert old in body
    return bend.update(data, {number: body.replace(old, new)}, **how)


def without_value(data):
    """The stamp stripped: the field is empty again."""
    number = widget(data)
    body = bend.body_of(data, number)
    start = body.index("/V ")
    stop = body.index(" R", start) + 2
    return bend.update(data, {number: body[:start] + body[stop:]})


def new_root(data, extra="", **how):
    root = f"<< /Type /Catalog /Pages 2 0 R {extra} >>"
    return bend.update(data, {900: root}, root=900, **how)


def with_root(data, extra):
    """The catalogue with one more entry."""
    body = bend.body_of(data, 1).rstrip()
    return bend.update(data, {1: body[:-2] + extra + " >>"})


def annotated(data):
    note = (
        "<< /Type /Annot /Subtype /FreeText /Rect [90 590 200 700] /DA (/F 9 Tf) /Contents (x) >>"
    )
    body = bend.body_of(data, 4).rstrip()
    body = body.replace("/Annots [", "/Annots [900 0 R ").replace("/Annots\n[", "/Annots [900 0 R ")
    if "900 0 R" not in body:
        body = body[:-2] + "/Annots [900 0 R] >>"
    return bend.update(data, {4: body, 900: note})


def second_field(data):
    """One more field with the same signature in it."""
    number = widget(data)
    body = bend.body_of(data, number)
    catalogue = bend.body_of(data, 1)
    name = f"{number} 0 R"
    return bend.update(
        data,
        {
            900: body.replace("/T (govseal", "/T (other"),
            **form_with(data, catalogue, name, f"{name} 900 0 R"),
        },
    )


def form_with(data, catalogue, old, new):
    """The object that holds /Fields, with other fields."""
    if "/Fields" in catalogue:
        return {1: catalogue.replace(old, new)}
    at = int(catalogue.split("/AcroForm")[1].split()[0])
    return {at: bend.body_of(data, at).replace(old, new)}


def no_fields(data):
    number = widget(data)
    return bend.update(data, form_with(data, bend.body_of(data, 1), f"{number} 0 R", ""))


def hidden_revision(data):
    """An update that the chain leaves out, behind it one that goes back to the signed state."""
    back = bend.startxref(data)
    evil = bend.update(data, {3: EVIL})
    return bend.update(evil, {901: "<< >>"}, prev=back)


OTHER = {"changed_after_signing"}
LOST = {"malformed"}
TAIL = {"trailing_bytes"}
RANGE = {"byte_range_invalid"}

UPDATES = {
    # incremental saving
    "the content replaced": (lambda d: bend.update(d, {3: EVIL}), OTHER),
    "the page replaced": (lambda d: changed(d, 4, "595.28", "195.28"), OTHER),
    "a page taken out": (lambda d: changed(d, 2, "/Count 2", "/Count 1"), OTHER),
    "a page added": (
        lambda d: bend.update(
            d,
            {
                2: bend.body_of(d, 2).replace("4 0 R", "4 0 R 900 0 R"),
                900: "<< /Type /Page /Parent 2 0 R /Contents 3 0 R /MediaBox [0 0 9 9] >>",
            },
        ),
        OTHER,
    ),
    "an action on opening": (lambda d: with_root(d, "/OpenAction [4 0 R /Fit]"), OTHER),
    "scripts by name": (
        lambda d: with_root(d, "/Names << /JavaScript << /Names [(a) 900 0 R] >> >>"),
        OTHER,
    ),
    "an object freed": (lambda d: bend.update(d, {3: "null"}), OTHER),
    "an annotation over the text": (annotated, OTHER),
    "the stamp made larger": (
        lambda d: changed(d, widget(d), "/Rect", "/Rect [0 0 9 9] /Old"),
        OTHER,
    ),
    "the stamp's picture exchanged": (lambda d: changed(d, widget(d), "/AP", "/XX"), OTHER),
    # bytes that belong to no revision
    "objects behind the end": (
        lambda d: bend.update(d, {3: EVIL}, table=False),
        TAIL,
    ),
    "no end of file": (lambda d: bend.update(d, {3: EVIL}, end=""), TAIL),
    "an end of file in other letters": (lambda d: bend.update(d, {3: EVIL}, end="%%Eof\n"), TAIL),
    "garbage behind the end": (lambda d: d + b"garbage", TAIL),
    "a comment behind the end": (lambda d: d + b"% nothing\n", TAIL),
    "a second end": (lambda d: d + b"startxref\n0\n%%EOF\n", LOST),
    "a revision left out of the chain": (hidden_revision, TAIL),
    # the way to the signature
    "the stamp stripped": (without_value, LOST),
    "the form emptied": (no_fields, LOST),
    "another root with a chain": (new_root, LOST),
    "another root alone": (lambda d: new_root(d, prev=False), LOST),
    "the field renamed to text": (lambda d: changed(d, widget(d), "/FT /Sig", "/FT /Btn"), LOST),
    "the signature replaced": (
        lambda d: changed(d, widget(d), "/V ", "/V << /Type /Sig /Contents <00> >> /Old "),
        RANGE,
    ),
    "one signature in two fields": (second_field, OTHER),
}


@pytest.mark.parametrize("algorithm", ["rsa", "sm2"])
@pytest.mark.parametrize(("attack", "reasons"), UPDATES.values(), ids=UPDATES.keys())
def test_what_is_appended(attack, reasons, algorithm):
    data = attack(stamped(algorithm))
    verdict, found = said(data, algorithm)
    assert verdict == "failed"
    assert reasons <= found


# ranges, gap and contents ------------------------------------------------------------------------


def range_of(text):
    """/ByteRange with other numbers, made of the old ones a, b and the file's size n."""

    def attack(data):
        _, a, b, c = bend.byte_range(data)
        return bend.with_range(data, text.format(a=a, b=b, c=c, n=len(data), d=c - 20, e=a - 10))

    return attack


def resaid(octets):
    return lambda data: bend.with_contents(data, octets(bend.contents(data)))


def flipped(data, at):
    return bend.replaced(data, at, bytes([data[at] ^ 1]))


def value_flipped(data):
    octets = bend.contents(data).rstrip(b"\0")
    return bend.with_contents(data, octets[:-1] + bytes([octets[-1] ^ 1]))


DAMAGED = {"container_damaged"}
CHANGED = {"data_digest_mismatch"}
BYTES = {
    "a byte of the page": (lambda d: bend.renamed(d, b"100 600", b"100 500"), CHANGED),
    "a byte of the end": (lambda d: flipped(d, len(d) - 20), DAMAGED),
    "the time": (lambda d: bend.renamed(d, b"/M (D:2", b"/M (D:1"), CHANGED),
    "bytes in front": (lambda d: b"%junk\n" + d, DAMAGED),
    "the file cut off": (lambda d: d[:-200], DAMAGED),
    "the signature's value": (value_flipped, {"signature_invalid"}),
    "the range absent": (lambda d: bend.renamed(d, b"/ByteRange", b"/ByteRangf"), RANGE),
    "the range null": (lambda d: bend.with_range(d, " null"), RANGE),
    "the range empty": (range_of("[]"), RANGE),
    "the range of zeros": (range_of("[0 0 0 0]"), RANGE),
    "a negative range": (range_of("[0 -{a} {b} {c}]"), RANGE),
    "three numbers": (range_of("[0 {a} {b}]"), RANGE),
    "real numbers": (range_of("[0 {a} {b} 9.]"), RANGE),
    "ranges that overlap": (range_of("[0 {b} {a} {c}]"), RANGE),
    "ranges without a gap": (range_of("[0 {a} {a} {c}]"), RANGE),
    "a range from the middle": (range_of("[1 {a} {b} {c}]"), RANGE),
    "a range behind the file": (range_of("[0 {a} {b} {n}]"), RANGE),
    "a range that stops early": (range_of("[0 {a} {b} {d}]"), {"partial_coverage"}),
    "a gap too large": (range_of("[0 {e} {b} {c}]"), RANGE),
    "contents absent": (lambda d: bend.renamed(d, b"/Contents", b"/Contentz"), RANGE),
    "contents of zeros": (resaid(lambda _: b""), LOST),
    "contents without digits": (
        lambda d: bend.replaced(d, bend.gap(d)[0], b"<>".ljust(bend.gap(d)[1] - bend.gap(d)[0])),
        RANGE,
    ),
    "contents with a sign": (lambda d: bend.replaced(d, bend.gap(d)[0] + 1, b"xy"), DAMAGED),
    "another SubFilter": (
        lambda d: bend.renamed(d, b"/ETSI.CAdES.detached", b"/EVIL.CAdES.detached"),
        CHANGED,
    ),
    "keys in the gap": (lambda d: bend.in_gap(d, b"/Reason (x)"), RANGE),
    "a second range in the gap": (lambda d: bend.in_gap(d, b"/ByteRange [0 1 2 3]"), RANGE),
    "second contents in the gap": (lambda d: bend.in_gap(d, b"/Contents <00>"), RANGE),
    "objects in the gap": (lambda d: bend.in_gap(d, b">>endobj 3 0 obj<<>>"), RANGE),
    "a comment in the gap": (lambda d: bend.in_gap(d, b"%x"), DAMAGED),
    "bytes behind the signed data": (resaid(lambda o: tail_of(o) + b"\xde\xad\xbe\xef"), TAIL),
}


def tail_of(octets):
    """The signed data, cut to where its own length ends, with the bytes that may follow free."""
    return octets[: 4 + int.from_bytes(octets[2:4], "big")]


@functools.cache
def roomy():
    """A stamp whose /Contents has room behind the signed data."""
    office = build.office("rsa")
    seal = cms_builder.attribute(SEAL_ATTRIBUTE, office.seal.der)
    return bend.sign_by_hand(lambda m: bend.signed_data(m, office.pki.signer, more=[seal]))


def test_the_stamp_with_room_passes():
    assert said(roomy()) == ("passed", set())


@pytest.mark.parametrize(("attack", "reasons"), BYTES.values(), ids=BYTES.keys())
def test_what_is_written_over(attack, reasons):
    verdict, found = said(attack(roomy()))
    assert verdict == "failed"
    assert reasons <= found


# what a signature permits ------------------------------------------------------------------------


def fill(data, value="(2)"):
    """The text of the form filled in, and nothing else."""
    return bend.update(data, {5: bend.body_of(data, 5).replace("(1)", value)})


def test_a_form_filled_in_after_signing_is_not_protected():
    assert said(fill(filled())) == ("indeterminate", {"rendered_unprotected"})


def test_a_form_filled_in_and_stamped_again_is_protected_again():
    report = judged(build.office("rsa").stamp(fill(filled()), Placement(1, 100, 200)))
    assert (report.verdict.value, report.reasons) == ("passed", ())
    assert report.signatures[0].notices == ("partial_coverage",)


def certified():
    return build.office("rsa").stamp(build.pdf(), protect=Protect.WHOLE)


def test_a_closed_document_may_not_change():
    assert said(certified()) == ("passed", set())
    assert said(bend.update(certified(), {3: EVIL})) == ("failed", OTHER)


def test_a_closed_document_takes_no_field():
    """What an open document would take as one more signature field, if it showed."""
    field = "<< /FT /Sig /T (more) /Type /Annot /Subtype /Widget /Rect [0 0 90 90] /P 4 0 R /F 4 >>"
    name = f"{widget(certified())} 0 R"

    def more(data):
        return bend.update(
            data, {900: field, **form_with(data, bend.body_of(data, 1), name, f"{name} 900 0 R")}
        )

    assert said(more(certified())) == ("failed", OTHER)


def test_a_strangers_stamp_does_not_hide_what_it_shows():
    """The first stamp is genuine; what the stranger's shows lies outside of what it protects."""
    pki = govseal.testing.Hierarchy.create("rsa", at=build.AT)
    other = build.Office(pki, build.make_seal(pki, build.FLAG))
    report = judged(other.stamp(stamped(), Placement(2, 50, 50)))
    assert report.verdict.value == "indeterminate"
    first, second = report.signatures
    assert first.reasons == ("rendered_unprotected",)
    assert "no_trust_anchor" in second.reasons


def test_encryption_put_on_top_leaves_a_signature_that_cannot_be_read():
    report = judged(
        bend.update(stamped(), {900: "<< >>"}, extra="/Encrypt << /Filter /Standard /V 1 >>")
    )
    assert (report.verdict.value, report.reasons) == ("indeterminate", ("unsupported",))
    assert len(report.signatures) == 1


def test_a_signed_file_attached_without_compression_is_not_overlooked():
    inner = stamped()
    data = build.pdf(content=inner.decode("latin-1"))
    report = judged(data)
    assert (report.verdict.value, report.reasons) == ("indeterminate", ("unsupported",))
    assert judged(build.office("rsa").stamp(data)).verdict.value == "indeterminate"


def test_an_unsigned_file_is_unsigned():
    report = judged(build.pdf())
    assert (report.verdict.value, report.reasons, report.signatures) == ("unsigned", (), ())
    assert report.effect.value == "copy"


@pytest.mark.parametrize("limit", [1, 2])
def test_limits_are_kept(limit):
    limits = govseal.Limits(max_signatures=limit)
    report = judged(twice(), limits=limits)
    expected = ("failed", ("container_too_large",)) if limit == 1 else ("passed", ())
    assert (report.verdict.value, report.reasons) == expected


def test_objects_that_share_others_without_end_are_given_up(monkeypatch):
    """A graph of thirty objects with 2 to the 28th paths through it."""
    monkeypatch.setattr(revisions, "MAX_STEPS", 50_000)
    more = [f"<< /A {at + 1} 0 R /B {at + 1} 0 R >>" for at in range(6, 36)] + ["<< >>"]
    plain = build.pdf(catalogue="/Odd 6 0 R", more=["<< >>", *more])
    data = build.office("rsa").stamp(plain)
    assert said(data) == ("passed", set())
    assert said(bend.update(data, {3: EVIL})) == ("indeterminate", {"unsupported"})
