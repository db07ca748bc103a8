"""Stamps into PDFs as other programs see them: pyHanko, poppler and PDFium."""

from __future__ import annotations

import ctypes
import hashlib
import re
import shutil
import subprocess
from datetime import timedelta

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from pyhanko.sign.validation import validate_pdf_signature

import gmhanko
import pdf_stamping as build
from counting import Counting
from govseal import sm2
from govseal.asn1 import strict
from govseal.formats.base import Placement, Protect
from govseal.formats.pdf.write import prepare
from govseal.seal.extensions import ARC, SEAL_ATTRIBUTE
from govseal.seal.model import Extension

ALGORITHMS = ["rsa", "sm2"]
NOON = build.AT + 4 * build.HOUR
SECOND = Placement(1, 100, 150)


def validated(data, office, number=0, at=NOON):
    """What pyHanko says of one signature, with the root, the CRL and nothing else."""
    is_sm2 = office.pki.signer.algorithm.key_kind == "sm2"
    context = gmhanko.context(
        office.pki.signer_ca,
        at,
        crls=[office.pki.signer_crl],
        validator=gmhanko.Sm2Validator() if is_sm2 else None,
    )
    return validate_pdf_signature(build.signatures(data)[number], context)


def contents(data, number=0):
    """Where the signature lies (from and to), and its bytes without the padding."""
    start, size, end, tail = build.signatures(data)[number].byte_range
    assert start == 0
    if number == len(build.signatures(data)) - 1:
        assert end + tail == len(data)
    padded = bytes.fromhex(data[size + 1 : end - 1].decode())
    return (size, end), strict.parse_prefix(padded).raw, padded


def attributes(data, number=0):
    (_, der, _) = contents(data, number)
    signed_data = strict.parse(der).children()[1].children()[0]
    signer = signed_data.children()[-1].children()[0]
    rows = [item.children() for item in signer.children()[3].children()]
    return {strict.read_oid(name, ""): values.children()[0].raw for name, values in rows}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_pyhanko_accepts_the_stamp(algorithm):
    office = build.office(algorithm)
    status = validated(office.stamp(build.pdf()), office)
    assert status.bottom_line
    assert status.intact
    assert status.trusted
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.signer_reported_dt == build.AT + 2 * build.HOUR


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_pyhanko_finds_a_changed_byte(algorithm):
    office = build.office(algorithm)
    data = office.stamp(build.pdf(content="0 0 1 rg 10 10 99 99 re f"))
    status = validated(data.replace(b"0 0 1 rg", b"0 1 0 rg"), office)
    assert not status.intact
    assert not status.bottom_line


def test_pyhanko_finds_another_signers_value():
    office, data = build.office("sm2"), build.office("sm2").stamp(build.pdf())
    (start, end), der, _ = contents(data)
    other = bytearray(der)
    other[-1] ^= 1
    forged = data[: start + 1] + bytes(other).hex().encode() + data[start + 1 + 2 * len(der) :]
    assert len(forged) == len(data)
    assert end > start
    assert not validated(forged, office).valid


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="pdfsig (poppler-utils) not installed")
def test_poppler_accepts_the_stamp(tmp_path):
    office = build.office("rsa")
    path = tmp_path / "stamped.pdf"
    path.write_bytes(office.stamp(office.stamp(build.pdf()), SECOND))
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature Validation: Signature is Valid.") == 2
    assert said.count("Signature Type: ETSI.CAdES.detached") == 2
    assert said.count("- Not total document signed") == 1
    assert said.count("- Total document signed") == 1


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="pdfsig (poppler-utils) not installed")
def test_poppler_finds_a_changed_byte(tmp_path):
    path = tmp_path / "changed.pdf"
    data = build.office("rsa").stamp(build.pdf(content="0 0 1 rg 10 10 99 99 re f"))
    path.write_bytes(data.replace(b"0 0 1 rg", b"0 1 0 rg"))
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert "Signature Validation: Digest Mismatch." in said


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_pdfium_lists_the_same_signature(algorithm):
    office = build.office(algorithm)
    data = office.stamp(office.stamp(build.pdf()), SECOND)
    document = pypdfium2.PdfDocument(data)
    assert pdfium.FPDF_GetSignatureCount(document) == 2
    for number in range(2):
        signature = pdfium.FPDF_GetSignatureObject(document, number)
        size = pdfium.FPDFSignatureObj_GetByteRange(signature, None, 0)
        found = (ctypes.c_int * size)()
        pdfium.FPDFSignatureObj_GetByteRange(signature, found, size)
        assert list(found) == list(build.signatures(data)[number].byte_range)
        for read, expected in (
            (pdfium.FPDFSignatureObj_GetContents, contents(data, number)[2]),
            (pdfium.FPDFSignatureObj_GetSubFilter, b"ETSI.CAdES.detached\0"),
            (pdfium.FPDFSignatureObj_GetTime, b"D:20261121100000Z\0"),
        ):
            buffer = ctypes.create_string_buffer(read(signature, None, 0))
            read(signature, buffer, len(buffer))
            assert buffer.raw == expected
    document.close()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_second_stamp_leaves_the_first_valid(algorithm):
    office = build.office(algorithm)
    first = office.stamp(build.pdf())
    second = office.stamp(first, SECOND, at=build.AT + 3 * build.HOUR)
    assert second.startswith(first)
    assert [item.field_name for item in build.signatures(second)] == ["govseal-1", "govseal-2"]
    earlier, later = validated(second, office, 0), validated(second, office, 1)
    assert earlier.bottom_line
    assert earlier.coverage.name == "ENTIRE_REVISION"
    assert later.bottom_line
    assert later.coverage.name == "ENTIRE_FILE"


def test_a_document_takes_a_row_of_stamps():
    office, data = build.office("rsa"), build.pdf()
    for number in range(5):
        data = office.stamp(data, Placement(1, 10, 10 + 40 * number))
    assert all(validated(data, office, number).bottom_line for number in range(5))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_no_byte_that_was_there_changes(algorithm):
    for plain in (build.pdf(), build.pdf().rstrip(b"\n"), build.with_object_streams()):
        assert build.office(algorithm).stamp(plain).startswith(plain)


def test_a_file_with_object_streams_stays_one():
    office = build.office("rsa")
    data = office.stamp(build.with_object_streams())
    assert build.reader(data).has_xref_stream
    assert validated(data, office).bottom_line
    assert build.picture(data).getcolors(1) is None


def test_a_form_that_is_there_keeps_its_fields():
    form = "/AcroForm 5 0 R"
    more = (
        "<< /Fields [6 0 R] /NeedAppearances true >>",
        "<< /FT /Tx /T (govseal-1) /V (text) >>",
    )
    office = build.office("rsa")
    data = office.stamp(build.pdf(catalogue=form, more=more))
    assert [item.field_name for item in build.signatures(data)] == ["govseal-2"]
    assert [
        str(item.get_object()["/T"]) for item in build.reader(data).root["/AcroForm"]["/Fields"]
    ] == [
        "govseal-1",
        "govseal-2",
    ]
    assert validated(data, office).bottom_line


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_signed_attributes(algorithm):
    office = build.office(algorithm)
    data = office.stamp(build.pdf())
    found = attributes(data)
    assert set(found) == {
        "1.2.840.113549.1.9.3",
        "1.2.840.113549.1.9.4",
        "1.2.840.113549.1.9.16.2.47",
        SEAL_ATTRIBUTE,
    }
    (start, end), _, _ = contents(data)
    digest = sm2.sm3 if algorithm == "sm2" else lambda part: hashlib.sha256(part).digest()
    assert found["1.2.840.113549.1.9.4"][2:] == digest(data[:start] + data[end:])
    assert found[SEAL_ATTRIBUTE] == office.seal.der
    assert digest(office.pki.signer.certificate.der) in found["1.2.840.113549.1.9.16.2.47"]


def test_there_is_no_signing_time_in_the_signed_data():
    data = build.office("sm2").stamp(build.pdf())
    assert "1.2.840.113549.1.9.5" not in attributes(data)
    assert build.signatures(data)[0].sig_object["/M"] == "D:20261121100000Z"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_room_for_the_signed_data_is_exact(algorithm):
    for hour in range(8):
        _, der, padded = contents(
            build.office(algorithm).stamp(build.pdf(), at=build.AT + timedelta(hours=2 + hour))
        )
        assert padded == der + bytes(len(padded) - len(der))
        assert len(padded) - len(der) <= (8 if algorithm == "sm2" else 0)


def test_the_key_is_used_once():
    office = build.office("sm2")
    counting = Counting(office.pki.signer)
    data = build.stamp_with(counting, office, build.pdf())
    assert len(counting.messages) == 1
    assert counting.messages[0][:1] == b"\x31"
    assert validated(data, office).bottom_line


def test_the_certificates_of_the_chain_travel_along():
    office = build.office("rsa")
    root = office.pki.signer_ca.certificate
    request = office.request(certificates=(office.pki.signer.certificate, root, root))
    prepared = prepare(build.pdf(), request)
    data = prepared.finish(office.pki.signer.sign(prepared.message))
    (signature,) = build.signatures(data)
    assert [item.dump() for item in signature.other_embedded_certs] == [root.der]
    assert validated(data, office).bottom_line


def test_further_signed_data_becomes_attributes():
    office = build.office("rsa")
    oid = f"{ARC}.99"
    data = office.stamp(build.pdf(), extensions=[Extension(oid, b"\x0c\x02ok")])
    assert attributes(data)[oid] == b"\x0c\x02ok"
    assert validated(data, office).bottom_line


def test_a_whole_stamp_certifies_the_document():
    office = build.office("rsa")
    data = office.stamp(build.pdf(), protect=Protect.WHOLE)
    status = validated(data, office)
    assert status.bottom_line
    assert status.docmdp_ok
    certification = build.reader(data).root["/Perms"]["/DocMDP"]
    (reference,) = certification["/Reference"]
    assert reference["/TransformParams"]["/P"] == 1


def test_a_stamp_may_show_nowhere():
    office = build.office("rsa")
    data = office.stamp(build.pdf(), ())
    assert build.picture(data).getcolors(1) is not None
    assert validated(data, office).bottom_line


def test_the_description_of_the_document_stays_as_it_was():
    plain = build.pdf(more=("<< /Title (Permit) /Producer (x) >>",), trailer="/Info 5 0 R")
    data = build.office("rsa").stamp(plain)
    info = build.reader(data).trailer["/Info"]
    assert dict(info) == {"/Title": "Permit", "/Producer": "x"}
    assert not re.search(rb"ModDate", data)


def test_a_fault_that_readers_forgive_is_told(caplog):
    office = build.office("rsa")
    data = office.stamp(build.pdf().replace(b"/Size 5", b"/Size 4"))
    assert "breaks rules of its format" in caplog.text
    assert len(pypdfium2.PdfDocument(data)) == 1
    assert build.picture(data).getcolors(1) is None


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl not installed")
def test_openssl_accepts_the_signed_data(tmp_path):
    office = build.office("rsa")
    data = office.stamp(build.pdf())
    (start, end), der, _ = contents(data)
    for name, content in (
        ("signed.der", der),
        ("content", data[:start] + data[end:]),
        ("roots.pem", office.pki.roots_pem),
    ):
        (tmp_path / name).write_bytes(content)
    options = "-verify -binary -cades -inform DER -purpose any -no_check_time -out /dev/null"
    files = ["-in", "signed.der", "-content", "content", "-CAfile", "roots.pem"]
    done = subprocess.run(
        ["openssl", "cms", *options.split(), *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.strip()) == (0, "CAdES Verification successful")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_signed_data_is_der(algorithm):
    office = build.office(algorithm)
    _, der, _ = contents(office.stamp(build.pdf()))
    signed_data = strict.parse(der).children()[1].children()[0]
    version, digests, content, certificates, signers = signed_data.children()
    assert version.raw == b"\x02\x01\x01"
    assert len(digests.children()) == 1
    assert len(content.children()) == 1  # detached: the type, and nothing else
    assert [item.raw for item in certificates.children()] == [office.pki.signer.certificate.der]
    (signer,) = signers.children()
    rows = [item.raw for item in signer.children()[3].children()]
    assert rows == sorted(rows)
    name = office.pki.signer.certificate.issuer_der
    assert signer.children()[1].children()[0].raw == name
    oid = strict.read_oid(signer.children()[4].children()[0], "")
    assert oid == office.pki.signer.algorithm.oid
