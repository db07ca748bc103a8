"""Stamps on keywords in PDF: the text that PDFium reads, on pages as they are displayed."""

from __future__ import annotations

import pytest

import pdf_stamping as build
from govseal.errors import FormatError, LimitExceeded, StampError, UnsupportedFormat
from govseal.formats.base import Placement
from govseal.formats.limits import Limits
from govseal.formats.pdf.document import PdfDocument
from govseal.formats.pdf.pictures import read_characters
from govseal.formats.pdf.read import read_evidence
from govseal.formats.places import Keyword, OnPages, Seam
from pdf_texts import chinese, latin, pdf


@pytest.fixture(scope="module")
def office():
    return build.office("rsa")


def middle(office, data, keyword):
    """Page and middle of the seal that is stamped on a keyword."""
    stamped = office.stamp(data, keyword)
    (signature,) = read_evidence(stamped, Limits()).signatures
    (box,) = signature.appearances
    x, y = box.x_mm + box.width_mm / 2, box.y_mm + box.height_mm / 2
    return box.page, pytest.approx((x, y), abs=1)


@pytest.mark.parametrize(
    ("content", "word", "expected"),
    [
        (latin("SEAL"), "SEAL", (104.7, 195.8)),
        (latin("SE") + latin("AL", 104.7), "SEAL", (104.7, 195.8)),
        (chinese("盖章"), "盖章", (103.5, 195.8)),
        (chinese("请（盖章）处"), "(盖章)", (110.5, 195.8)),
    ],
)
def test_the_seal_is_centred_on_the_word(office, content, word, expected):
    assert middle(office, pdf(content), Keyword(word)) == (1, expected)


@pytest.mark.parametrize(
    ("turned", "expected"), [(0, (104.7, 195.8)), (90, (101.2, 104.7)), (180, (105.3, 101.2))]
)
def test_on_a_page_that_is_turned(office, turned, expected):
    page = f"{build.A4} /Rotate {turned}"
    assert middle(office, pdf(latin("SEAL"), page=page), Keyword("SEAL")) == (1, expected)


def test_on_a_page_that_is_cut(office):
    page = f"{build.A4} /CropBox [56.69 56.69 595.28 785.2]"
    assert middle(office, pdf(latin("SEAL"), page=page), Keyword("SEAL")) == (1, (84.7, 175.8))


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [("0 1 -1 0", (98.8, 192.3)), ("0 -1 1 0", (101.2, 201.7)), ("-1 0 0 -1", (95.3, 198.2))],
)
def test_text_that_runs_another_way(office, matrix, expected):
    data = pdf(latin("SEAL", matrix=matrix))
    assert middle(office, data, Keyword("SEAL")) == (1, expected)


def test_which_one(office):
    data = pdf(latin("SEAL"), "", latin("SEAL") + " " + latin("SEAL", y_mm=200))
    assert middle(office, data, Keyword("SEAL", 1)) == (1, (104.7, 195.8))
    assert middle(office, data, Keyword("SEAL", 2)) == (3, (104.7, 95.8))
    assert middle(office, data, Keyword("SEAL", "last")) == (3, (104.7, 195.8))
    assert middle(office, data, Keyword("SEAL", 1, 10, -5, "3")) == (3, (114.7, 90.8))


def test_a_seal_that_would_leave_the_page_is_moved_onto_it(office):
    assert middle(office, pdf(latin("SEAL", 1, 2)), Keyword("SEAL")) == (1, (20, 287))


def test_one_page_named_otherwise(office):
    assert middle(office, pdf("", latin("x")), OnPages("last", 20, 30)) == (2, (40, 40))


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (Keyword("STAMP"), "keyword_not_found"),
        (Keyword("SEAL"), "keyword_ambiguous"),
        (Keyword("SEAL", 3), "keyword_not_found"),
        (Keyword("SEAL", "all"), "unsupported"),
        (Keyword("SEAL", 1, 300), "outside_page"),
        (Keyword("SEAL", 1, pages="4-"), "no_such_page"),
        (OnPages("all", 20, 30), "unsupported"),
        (OnPages("4", 20, 30), "no_such_page"),
        (Placement(4, 20, 30), "no_such_page"),
        (Seam(), "seam_unsupported"),
        ((Placement(1, 0, 0), Seam()), "seam_unsupported"),
        ((Placement(1, 0, 0), Placement(2, 0, 0)), "unsupported"),
    ],
)
def test_refused(office, place, code):
    data = pdf(latin("SEAL"), "", latin("SEAL"))
    with pytest.raises(StampError) as refused:
        office.stamp(data, place)
    assert refused.value.code == code


def test_the_document_is_not_read_for_a_seam(office):
    with pytest.raises(StampError) as refused:
        PdfDocument(b"%PDF-1.7\nno document").prepare(office.request(placements=(Seam(),)))
    assert refused.value.code == "seam_unsupported"


def test_a_number_of_pages_that_nobody_has(office):
    data = pdf(latin("SEAL"), said=999_999_999)
    for place in (OnPages("all", 0, 0), Keyword("SEAL"), Placement(1, 0, 0)):
        with pytest.raises(LimitExceeded, match="too many pages"):
            office.stamp(data, place)


def test_more_text_than_is_searched():
    data = pdf(latin("SEAL" * 30))
    assert len(read_characters(data, [1])[0]) == 120
    with pytest.raises(LimitExceeded, match="too large to be searched"):
        read_characters(data, [1], limits=Limits(max_searched=100))


def test_a_file_too_large():
    data = pdf(latin("SEAL"))
    with pytest.raises(LimitExceeded, match="file is too large"):
        read_characters(data, [1], limits=Limits(max_file_bytes=100))


def test_a_page_that_is_not_there():
    with pytest.raises(FormatError, match="PDFium cannot read it"):
        read_characters(pdf(""), [2])


def test_no_pdf():
    with pytest.raises(FormatError, match="PDFium cannot read it"):
        read_characters(b"%PDF-1.7\n", [1])


def test_an_encrypted_document():
    locked = (
        "/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 "
        f"/O <{'11' * 32}> /U <{'22' * 32}> >>"
    )
    with pytest.raises(UnsupportedFormat, match="encrypted"):
        read_characters(pdf("", trailer=locked), [1])
