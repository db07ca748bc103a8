"""PDFs, seals and requests that take no stamp, and why."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

import pdf_stamping as build
import ses_builder
from govseal.errors import GovsealError, StampError
from govseal.formats.base import Placement, Protect
from govseal.formats.pdf.write import prepare
from govseal.seal.extensions import SEAL_ATTRIBUTE
from govseal.seal.model import Extension
from govseal.seal.picture import SealPicture

RSA_SHA1 = "1.2.840.113549.1.1.5"
SIGNATURE = "<< /Type /Sig /Filter /X /SubFilter /X /ByteRange [0 1 2 3] /Contents <00> {} >>"
FORM = "/AcroForm << /SigFlags 3 /Fields [5 0 R] >>"
FIELD = "<< /FT /Sig /T (a) /V 6 0 R >>"


def refused(data, code, **changes):
    with pytest.raises(StampError) as caught:
        build.office("rsa").stamp(data, **changes)
    assert caught.value.code == code
    return str(caught.value)


def locked(method, parameters, catalogue=FORM):
    """A PDF with a signature that says what may follow it."""
    reference = f"<< /TransformMethod /{method} /TransformParams << {parameters} >> >>"
    return build.pdf(
        catalogue=catalogue, more=(FIELD, SIGNATURE.format("/Reference [7 0 R]"), reference)
    )


def encrypted(password):
    source = PdfFileReader(io.BytesIO(build.pdf()))
    writer = copy_into_new_writer(source)
    writer.encrypt(owner_pass="owner", user_pass=password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_nothing_follows_a_stamp_that_closed_the_document():
    data = build.office("rsa").stamp(build.pdf(), protect=Protect.WHOLE)
    assert "does not permit" in refused(data, "not_permitted")
    refused(data, "not_permitted", place=())


@pytest.mark.parametrize("first", [Protect.CONTINUE, Protect.WHOLE])
def test_only_the_first_stamp_closes_the_document(first):
    data = build.office("rsa").stamp(build.pdf(), protect=first)
    refused(data, "not_first", protect=Protect.WHOLE)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("DocMDP", "/P 1"),
        ("DocMDP", "/P 2"),
        ("DocMDP", ""),
        ("DocMDP", "/P 3"),
        ("FieldMDP", "/Action /All"),
        ("FieldMDP", "/Action /Exclude /Fields [(a)]"),
        ("FieldMDP", "/Action /Include /Fields [(a) (govseal-1)]"),
        ("FieldMDP", ""),
        ("FieldMDP", "/Action /Include /Fields [(a)] /P 1"),
    ],
)
def test_an_earlier_signature_may_forbid_a_stamp(method, parameters):
    refused(locked(method, parameters), "not_permitted")


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("FieldMDP", "/Action /Include /Fields [(a)]"),
        ("FieldMDP", "/Action /Exclude /Fields [(govseal-1)]"),
        ("UR3", ""),
    ],
)
def test_an_earlier_signature_may_leave_room(method, parameters):
    assert build.office("rsa").stamp(locked(method, parameters))


def test_a_certified_document_takes_a_stamp_that_does_not_show():
    office = build.office("rsa")
    assert office.stamp(locked("DocMDP", "/P 2"), ())
    refused(locked("DocMDP", "/P 1"), "not_permitted", place=())


def test_a_certification_is_found_without_its_field():
    data = locked("DocMDP", "/P 1", catalogue="/Perms << /DocMDP 6 0 R >>")
    refused(data, "not_permitted")


@pytest.mark.parametrize("password", ["", "user"])
def test_an_encrypted_document(password):
    assert "encrypted" in refused(encrypted(password), "unsupported")


@pytest.mark.parametrize("form", ["<< /Fields [] /XFA [] >>", "5 0 R"])
def test_an_xfa_form(form):
    data = build.pdf(catalogue=f"/AcroForm {form}", more=("<< /Fields [] /XFA (x) >>",))
    assert "XFA" in refused(data, "unsupported")


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n",
        build.pdf()[:-40],
        build.pdf().replace(b"/Root 1 0 R", b"/Root 9 0 R"),
        build.pdf().replace(b"/Root 1 0 R", b"/Roof 1 0 R"),
        build.pdf().replace(b"/Kids [4 0 R]", b"/Kids [2 0 R]"),
        build.pdf().replace(b"/Count 1", b"/Count 0"),
        build.pdf().replace(b"/Count 1", b"/Xount 1"),
        build.pdf(catalogue="/AcroForm 7"),
        build.pdf(catalogue="/AcroForm << /Fields [7] >>"),
        build.pdf(catalogue="/AcroForm << /Fields (x) >>"),
        build.pdf(f"{build.A4} /Annots 7"),
    ],
)
def test_a_damaged_document(data):
    with pytest.raises(GovsealError) as caught:
        build.office("rsa").stamp(data)
    assert caught.value.code in ("malformed", "no_such_page", "container_damaged")


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4194304, 10**12])
def test_a_file_that_counts_its_objects_wrongly(size):
    """New objects would replace old ones, or be numbered higher than readers look."""
    data = build.pdf().replace(b"/Size 5", b"/Size %d" % size)
    assert f"says that it has {size} objects" in refused(data, "malformed")


def test_bytes_in_front_of_a_pdf():
    refused(b"MZ\n" + build.pdf(), "container_damaged")


@pytest.mark.parametrize("part", range(12))
def test_a_document_cut_short(part):
    data = build.pdf()
    with pytest.raises(GovsealError):
        build.office("rsa").stamp(data[: len(data) * part // 12])


TEXT = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text/></svg>'
HUGE = b"BM" + bytes(12) + b"\x28\0\0\0" + b"\xff\xff\0\0" * 2


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (SealPicture("OFD", b"PK\x03\x04", 42, 42), "unsupported"),
        (SealPicture("X", b"?", 42, 42), "unsupported"),
        (SealPicture("SVG", TEXT, 9, 9), "unsupported"),
        (SealPicture("PNG", ses_builder.PNG[:40], 42, 42), "malformed"),
        (SealPicture("GIF", b"GIF89a" + bytes(20), 42, 42), "malformed"),
        (SealPicture("BMP", HUGE, 42, 42), "container_too_large"),
        (SealPicture("PNG", ses_builder.PNG, 0, 42), "outside_page"),
        (SealPicture("PNG", ses_builder.PNG, 42, -1), "outside_page"),
    ],
)
def test_a_picture_that_a_pdf_does_not_show(picture, code):
    seal = replace(build.office("rsa").seal, picture=picture)
    with pytest.raises(StampError) as caught:
        prepare(build.pdf(), build.office("rsa").request(seal=seal))
    assert caught.value.code == code


def test_a_weak_algorithm():
    with pytest.raises(StampError) as caught:
        prepare(build.pdf(), build.office("rsa").request(algorithm=RSA_SHA1))
    assert caught.value.code == "algorithm_forbidden"


def test_an_unknown_algorithm_is_the_callers_mistake():
    with pytest.raises(ValueError, match="no signature algorithm"):
        prepare(build.pdf(), build.office("rsa").request(algorithm="1.2.3"))


def test_a_signature_needs_the_certificate():
    with pytest.raises(ValueError, match="certificate"):
        prepare(build.pdf(), build.office("rsa").request(certificates=()))


@pytest.mark.parametrize(
    ("oid", "value", "why"),
    [
        (SEAL_ATTRIBUTE, b"\x05\x00", "no extension of a stamp"),
        ("1.2.840.113549.1.9.5", b"\x05\x00", "twice"),
        ("1.2.3", b"", "DER"),
        ("1.2.3", b"\x05\x00\x05\x00", "DER"),
        ("0x2a", b"\x05\x00", "0x2a"),
    ],
)
def test_further_data_that_cannot_be_an_attribute(oid, value, why):
    with pytest.raises(ValueError, match=why):
        build.office("rsa").stamp(build.pdf(), extensions=[Extension(oid, value)])


def test_critical_data_that_an_attribute_would_make_harmless():
    with pytest.raises(ValueError, match="critical"):
        build.office("rsa").stamp(
            build.pdf(), extensions=[Extension("1.2.3", b"\x05\x00", critical=True)]
        )


def test_the_same_attribute_twice():
    twice = [Extension("1.2.3", b"\x05\x00")] * 2
    with pytest.raises(ValueError, match="twice"):
        build.office("rsa").stamp(build.pdf(), extensions=twice)


@pytest.mark.parametrize("size", [0, 257])
def test_a_signature_value_that_the_key_cannot_make(size):
    prepared = prepare(build.pdf(), build.office("rsa").request())
    with pytest.raises(ValueError, match="does not come from"):
        prepared.finish(bytes(size))


def test_a_request_can_be_finished_again():
    office = build.office("rsa")
    prepared = prepare(build.pdf(), office.request(placements=(Placement(1, 0, 0),)))
    value = office.pki.signer.sign(prepared.message)
    assert prepared.finish(value) == prepared.finish(value)
