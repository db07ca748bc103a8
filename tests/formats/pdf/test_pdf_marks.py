"""Marks lie where PDFium shows the stamps, however the page is turned, cut or scaled."""

from __future__ import annotations

import contextlib
import io
from datetime import UTC, datetime

import pytest
from PIL import Image, ImageChops

import govseal
from govseal.errors import FormatError, UnsupportedFormat
from govseal.formats import marks
from govseal.formats.base import Extent
from govseal.formats.pages import PagePictures
from govseal.formats.pdf import compose
from govseal.seal.drawing import Drawing, pdf
from govseal.seal.drawing.paths import RED, Path, polygon
from govseal.testing import Hierarchy

AT = datetime(2026, 11, 30, 8, tzinfo=UTC)
DPI = 254  # ten pixels to the millimetre
BLUE = marks._BLUE[:3]
SQUARE = Drawing((Path((polygon([(0, 0), (10, 0), (10, 10), (0, 10)]),), RED),), 10, 10)


def built(page="") -> bytes:
    """A document of one empty page of 200 x 100 units."""
    head = f"/Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R {page}"
    return pdf._file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< {head} >>".encode(),
            pdf.pdf_stream(b""),
        ]
    )


@pytest.fixture(scope="module")
def stamp():
    """Stamps a document with a red square of 10 mm."""
    pki = Hierarchy.create("sm2", at=AT)
    seal = govseal.make_seal(
        pki.maker,
        name="测试印章",
        picture=SQUARE.picture("svg"),
        signers=[pki.signer.certificate],
        at=AT,
    )

    def call(data, *places):
        return govseal.stamp(data, seal, pki.signer, places, at=AT)

    return call


def drawn(data, page=1, **options) -> Image.Image:
    png = govseal.page_picture(data, page, dpi=DPI, **options)
    return Image.open(io.BytesIO(png)).convert("RGB")


def ink(picture):
    return ImageChops.invert(picture).getbbox()


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        "",
        "/Rotate 90",
        "/Rotate 180",
        "/Rotate 270",
        "/CropBox [20 10 180 90]",
        "/CropBox [20 10 180 90] /Rotate 90",
        "/UserUnit 2",
        "/UserUnit 2 /Rotate 270",
    ],
)
def test_the_mark_lies_around_the_stamp(stamp, page):
    data = stamp(built(page), govseal.Placement(1, 4, 12))
    plain, marked = drawn(data, marks=False, is_copy=False), drawn(data)
    assert ink(plain) == pytest.approx((40, 120, 140, 220), abs=1)
    for x, y in ((41, 170), (138, 170), (90, 218)):  # beside the label, which lies above
        assert plain.getpixel((x, y)) == (255, 0, 0)
        assert marked.getpixel((x, y)) == BLUE
    assert marked.getpixel((90, 170)) == (255, 0, 0)
    assert marked.getpixel((36, 170)) == (255, 255, 255)


def test_a_second_stamp_has_its_own_number(stamp):
    once = stamp(built(), govseal.Placement(1, 4, 12))
    twice = stamp(once, govseal.Placement(1, 24, 12))
    found = PagePictures(twice).evidence.signatures
    assert [item.coverage.extent for item in found] == [Extent.WHOLE_REVISION, Extent.WHOLE_FILE]
    rows = [row.text(in_english=False) for row in marks._caption(1, found)]
    assert rows[1].startswith("#1 [")
    assert "其后另有追加" in rows[1]
    assert rows[2].startswith("#2 [")
    assert drawn(twice).getpixel((241, 170)) == BLUE


def test_a_page_without_a_stamp(stamp):
    page = pdf.PdfPage(40, 30, b"")
    data = stamp(pdf.write_pdf([page, page]), govseal.Placement(2, 4, 12))
    assert PagePictures(data).count == 2
    assert ink(drawn(data).crop((0, 0, 400, 300))) is None
    assert drawn(data, 2).getpixel((41, 170)) == BLUE


def test_bytes_behind_the_stamp_lower_what_it_covers(stamp):
    data = stamp(built(), govseal.Placement(1, 4, 12)) + b"\n% more\n"
    (found,) = PagePictures(data).evidence.signatures
    rows = [row.text(in_english=False) for row in marks._caption(1, [found])]
    assert "保护整个文件" not in rows[1]


@pytest.mark.parametrize("cut", [20, 200, 600])
def test_a_cut_file_is_drawn_or_refused(stamp, cut):
    data = stamp(built(), govseal.Placement(1, 4, 12))[:-cut]
    with contextlib.suppress(FormatError):
        assert govseal.page_picture(data, dpi=30).startswith(b"\x89PNG")


def test_no_such_page(stamp):
    with pytest.raises(ValueError, match="there is no page 2; the document has 1"):
        govseal.page_picture(stamp(built(), govseal.Placement(1, 4, 12)), 2)


@pytest.mark.samples
def test_an_encrypted_file_is_refused(samples):
    data = (samples / "pdf" / "minimal-aes256.pdf").read_bytes()
    with pytest.raises(UnsupportedFormat, match="encrypted"):
        govseal.page_picture(data)


@pytest.mark.parametrize("unit", ["0", "-1", "1e30", "nan", "(a)", "[1]", "<< >>", "9 0 R"])
def test_an_absurd_unit_is_not_heeded(unit):
    assert drawn(built(f"/UserUnit {unit}"), marks=False).size == (706, 353)


# ------------------------------------------------------------------------------------- the letter


def test_a_letter_is_outlines_on_a4():
    data = compose.compose_document(
        [["一段。"], ["二段。"]], title="测试", closing=["某局", "某日"]
    )
    assert PagePictures(data).count == 2
    picture = drawn(data, marks=False)
    assert picture.size == (2100, 2970)
    left, top, right, bottom = ink(picture)
    assert 280 <= left < right <= 2100 - 260
    assert 370 <= top < bottom < 800
    assert b"/Font" not in data


@pytest.mark.parametrize(
    ("pages", "why"),
    [
        ([], "at least one page"),
        ([["\x07"]], "control"),
        ([["一"] * 40], "more text than it holds"),
    ],
)
def test_a_letter_that_cannot_be(pages, why):
    with pytest.raises(ValueError, match=why):
        compose.compose_document(pages, title="测试")
