"""Stamps in PDF judged by our own reader: every check of a seal, as in an OFD."""

from __future__ import annotations

import pypdfium2
import pypdfium2.raw
import pytest
from hypothesis import given
from hypothesis import strategies as st

import govseal
import pdf_stamping as build
from govseal.errors import GovsealError
from govseal.formats.base import Placement, Protect
from govseal.seal.drawing import draw_seal
from govseal.seal.extensions import CounterStamp

ALGORITHMS = ["rsa", "sm2"]
PASSED = {
    "container",
    "coverage",
    "data_digest",
    "signature_value",
    "seal_signature",
    "signer_listed",
    "seal_validity",
    "maker_chain",
    "signer_chain",
    "signer_key_usage",
    "signer_revocation",
    "maker_revocation",
    "signing_time",
    "algorithms",
}


def verified(data, office, **changes):
    values = {"materials": office.pki.materials, "at": build.AT + 9 * build.HOUR} | changes
    return govseal.verify(data, values.pop("trust", office.pki.trust), **values)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("protect", list(Protect))
def test_every_check_of_a_seal_passes(algorithm, protect):
    office = build.office(algorithm)
    report = verified(office.stamp(build.pdf(), protect=protect), office)
    (signature,) = report.signatures
    assert report.verdict.value == "passed"
    assert {item.name for item in signature.checks if item.outcome.value == "passed"} == PASSED
    assert signature.seal.name == office.seal.name


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_both_of_two_stamps_pass(algorithm):
    office = build.office(algorithm)
    data = office.stamp(office.stamp(build.pdf()), Placement(1, 100, 150))
    report = verified(data, office)
    assert [item.verdict.value for item in report.signatures] == ["passed", "passed"]
    assert [item.id for item in report.signatures] == ["govseal-1", "govseal-2"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_changed_page_is_found(algorithm):
    office = build.office(algorithm)
    data = office.stamp(build.pdf(content="0 0 1 rg 10 10 99 99 re f"))
    report = verified(data.replace(b"0 0 1 rg", b"0 1 0 rg"), office)
    assert report.verdict.value == "failed"


def test_an_empty_store_trusts_nobody():
    office = build.office("sm2")
    report = verified(office.stamp(build.pdf()), office, trust=govseal.TrustStore(()))
    assert report.verdict.value == "indeterminate"


def test_without_revocation_lists_nothing_is_certain():
    office = build.office("sm2")
    report = verified(office.stamp(build.pdf()), office, materials=None)
    assert report.verdict.value == "indeterminate"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_reader_finds_the_stamp_where_it_was_put(rotation):
    page = f"/MediaBox [-20 10 595.28 841.89] /CropBox [100 50 900 741.89] /Rotate {rotation}"
    data = build.office("sm2").stamp(build.pdf(page), Placement(1, 10, 20))
    (signature,) = govseal.inspect(data).signatures
    (place,) = signature.appearances
    found = (place.page, place.x_mm, place.y_mm, place.width_mm, place.height_mm)
    assert found == pytest.approx((1, 10, 20, 40, 20), abs=0.001)


def test_a_stamp_that_shows_nowhere_has_no_place():
    office = build.office("sm2")
    data = office.stamp(build.pdf(), ())
    assert govseal.inspect(data).signatures[0].appearances == ()
    assert verified(data, office).verdict.value == "passed"


def test_the_seal_travels_along_as_its_maker_made_it():
    picture = draw_seal("测试市行政审批服务管理局").picture("png")
    office = build.office("sm2", picture)
    (signature,) = govseal.inspect(office.stamp(build.pdf())).signatures
    assert signature.seal.der == office.seal.der
    assert signature.seal.picture == office.seal.picture


def test_further_signed_data_does_not_disturb():
    office = build.office("sm2")
    extension = CounterStamp(bytes(32)).encode()
    assert verified(office.stamp(build.pdf(), extensions=[extension]), office).verdict.value == (
        "passed"
    )


def test_a_file_with_object_streams_passes():
    office = build.office("sm2")
    data = office.stamp(office.stamp(build.with_object_streams()), Placement(1, 1, 1))
    assert verified(data, office).verdict.value == "passed"


@pytest.mark.slow
@pytest.mark.samples
@pytest.mark.measured
def test_real_files_are_stamped_or_refused_with_a_code(samples):
    """PDFium sees one signature more, our reader passes it; nothing but our own errors escapes."""
    office, stamped = build.office("rsa"), 0
    for path in sorted((samples / "pdf").rglob("*.pdf")):
        data = build.stamped_or_none(office, path.read_bytes())
        if data is None:
            continue
        stamped += 1
        found, before = counted(data), counted(path.read_bytes())
        assert found == (before[0] + 1, before[1]), path.name
        last = [item for item in verified(data, office).signatures if "govseal-" in item.id][-1]
        assert last.verdict.value == "passed", path.name
    assert stamped > 70


def counted(data):
    """How many signatures and pages PDFium sees."""
    document = pypdfium2.PdfDocument(data)
    found = (pypdfium2.raw.FPDF_GetSignatureCount(document), len(document))
    document.close()
    return found


@given(st.data())
def test_any_bytes_are_stamped_or_refused(data):
    """No other exception leaves, whatever a few bytes of a stamped file become."""
    office = build.office("rsa")
    pdf = bytearray(office.stamp(build.pdf()))
    places = st.integers(0, 560) | st.integers(len(pdf) - 700, len(pdf) - 1)
    for _ in range(data.draw(st.integers(1, 6))):
        pdf[data.draw(places)] = data.draw(st.sampled_from(b"0123456789<>[]()/R% \nxA\x00\xff"))
    try:
        stamped = office.stamp(bytes(pdf), Placement(1, 100, 100))
    except GovsealError:
        return
    assert stamped.startswith(bytes(pdf))
