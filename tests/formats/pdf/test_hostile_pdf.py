"""Shapes that make a reader run in circles: each gives a report, and none a pass."""

from __future__ import annotations

import zlib

import pytest

import govseal
import pdf_builder as bend
import pdf_stamping as build

AT = build.AT + 3 * build.HOUR
FIELD = "<< /FT /Sig /T (a) /V %s >>"
SIGNATURE = "<< /ByteRange [0 100 200 3] /Contents <3030> >>"


def form(*fields, acroform="<< /Fields [5 0 R] >>"):
    return build.pdf(catalogue=f"/AcroForm {acroform}", more=fields)


def chained_to_itself():
    """The last revision's /Prev is the revision itself."""
    data = bend.update(build.office("rsa").stamp(build.pdf()), {900: "<< >>"}, prev=11111111)
    return data.replace(b"/Prev 11111111", b"/Prev %08d" % bend.startxref(data))


def many_revisions():
    data = build.office("rsa").stamp(build.pdf())
    for _ in range(501):
        data = bend.update(data, {900: "<< >>"})
    return data


def packed(size):
    """An object stream that unpacks to ``size`` zeros."""
    stream = zlib.compress(bytes(size))
    head = f"<< /Type /ObjStm /N 1 /First 10 /Filter /FlateDecode /Length {len(stream)} >>"
    return f"{head}\nstream\n{stream.decode('latin-1')}\nendstream"


SHAPES = {
    "a chain to itself": (chained_to_itself, "failed", "container_damaged"),
    "more revisions than anybody makes": (many_revisions, "indeterminate", "unsupported"),
    "a form of brackets": (
        lambda: form(acroform="<< /Fields " + "[" * 50_000 + "]" * 50_000 + " >>"),
        "failed",
        "malformed",
    ),
    "a form of dictionaries": (
        lambda: form(acroform="<< /A " * 50_000 + ">>" * 50_000),
        "failed",
        "container_damaged",
    ),
    "a form that is itself": (
        lambda: form("6 0 R", "5 0 R", acroform="5 0 R"),
        "failed",
        "malformed",
    ),
    "a value that is its field": (lambda: form(FIELD % "5 0 R"), "failed", "byte_range_invalid"),
    "a value in a circle": (
        lambda: form(FIELD % "6 0 R", "7 0 R", "6 0 R"),
        "failed",
        "malformed",
    ),
    "a value that is text": (lambda: form(FIELD % "(signed)"), "failed", "malformed"),
    "many fields": (
        lambda: form(
            *[FIELD % SIGNATURE] * 300,
            acroform=f"<< /Fields [{' '.join(f'{at} 0 R' for at in range(5, 305))}] >>",
        ),
        "failed",
        "byte_range_invalid",
    ),
    "many ranges": (lambda: build.pdf() + b"/ByteRange " * 900, "failed", "container_damaged"),
    "a string without an end": (
        lambda: build.pdf(catalogue="/A " + "(" * 100_000),
        "failed",
        "container_damaged",
    ),
    "a length in a circle": (
        lambda: form("<< /Length 5 0 R >>\nstream\nx\nendstream", acroform="5 0 R"),
        "failed",
        "malformed",
    ),
    "a table of a hundred million rows": (
        lambda: build.pdf().replace(b"xref\n0 5", b"xref\n0 99999999"),
        "failed",
        "malformed",
    ),
}


def judged(data):
    pki = build.hierarchy("rsa")
    return govseal.verify(data, pki.trust, materials=pki.materials, at=AT)


@pytest.mark.parametrize(("make", "verdict", "reason"), SHAPES.values(), ids=SHAPES.keys())
def test_a_shape_without_end(make, verdict, reason):
    report = judged(make())
    assert (report.verdict.value, reason in report.reasons) == (verdict, True), report.reasons


def shared_kids():
    """Sixty fields, each the parent of the next two: the paths are as many as Fibonacci's."""
    rows = [f"<< /T (a) /Kids [{at + 1} 0 R {at + 2} 0 R] >>" for at in range(5, 65)]
    return form(*rows, FIELD % SIGNATURE, "<< /T (b) >>")


def test_fields_that_share_their_kids_are_looked_at_once():
    report = judged(shared_kids())
    assert [item.verdict.value for item in report.signatures] == ["failed"]


def test_stamping_looks_at_fields_once_too():
    report = judged(build.office("rsa").stamp(shared_kids()))
    assert len(report.signatures) == 2
    assert report.verdict.value == "failed"


def test_a_value_of_null_is_no_signature():
    report = judged(form(FIELD % "6 0 R", "null"))
    assert (report.verdict.value, report.signatures) == ("unsigned", ())


def test_fields_are_named_by_the_way_to_them():
    rows = ("<< /FT /Sig /T (a) /Kids [6 0 R] >>", "<< /T (b) /V %s >>" % SIGNATURE)  # noqa: UP031 - as above
    (found,) = judged(form(*rows)).signatures
    assert found.id == "a.b"


@pytest.mark.parametrize("size", [1000, pytest.param(300_000_000, marks=pytest.mark.slow)])
def test_what_unpacks_to_more_than_fits_is_not_unpacked_or_refused(size):
    assert judged(form(packed(size), acroform="5 0 R")).verdict.value in ("unsigned", "failed")
