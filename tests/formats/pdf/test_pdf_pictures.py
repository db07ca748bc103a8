"""Pages of PDF documents as pictures, and what PDFium refuses."""

from __future__ import annotations

import contextlib
import io
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from govseal.errors import FormatError, GovsealError, LimitExceeded, UnsupportedFormat
from govseal.formats.limits import Limits
from govseal.formats.pdf import pictures
from govseal.formats.pdf.pictures import count_pages, render_page
from govseal.seal.drawing import pdf
from govseal.seal.drawing.paths import RED, Path, polygon

DPI = 72  # a pixel for each point
BOX = "/MediaBox [0 0 200 100]"


def built(page="", content=b"1 0 0 rg 10 20 30 40 re f", *more: bytes, root="") -> bytes:
    """A document of one page of 200 x 100 points; ``more`` are objects from 5 on."""
    return pdf._file(
        [
            f"<< /Type /Catalog /Pages 2 0 R {root} >>".encode(),
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R {BOX} /Contents 4 0 R {page} >>".encode(),
            pdf.pdf_stream(content),
            *more,
        ]
    )


def drawn(data: bytes, page: int = 1, dpi: int = DPI) -> Image.Image:
    found = Image.open(io.BytesIO(render_page(data, page, dpi=dpi)))
    assert (found.format, found.mode) == ("PNG", "RGB")
    return found


def ink(picture: Image.Image):
    return ImageChops.invert(picture).getbbox()


# ---------------------------------------------------------------------------------------- drawing


def test_a_page_in_its_place_on_white_ground():
    found = drawn(built())
    assert found.size == (200, 100)
    assert ink(found) == (10, 40, 40, 80)  # y points down in pictures
    assert found.getpixel((20, 50)) == (255, 0, 0)
    assert found.getpixel((100, 50)) == (255, 255, 255)


def test_resolution_is_noted_and_kept():
    found = drawn(built(), dpi=144)
    assert found.size == (400, 200)
    assert found.info["dpi"] == pytest.approx((144, 144), abs=0.1)


def test_turned_and_cropped_as_displayed():
    assert drawn(built("/Rotate 90")).size == (100, 200)
    assert ink(drawn(built("/Rotate 90"))) == (20, 10, 60, 40)
    assert ink(drawn(built("/CropBox [10 20 110 80]"))) == (0, 20, 30, 60)


def test_the_appearance_of_a_signature_shows():
    form = pdf.pdf_stream(
        b"0 0 1 rg 0 0 50 50 re f", "/Type /XObject /Subtype /Form /BBox [0 0 50 50]"
    )
    widget = (
        b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (S) /F 132 /Rect [100 10 150 60] "
        b"/AP << /N 6 0 R >> /P 3 0 R >>"
    )
    root = "/AcroForm << /Fields [5 0 R] /SigFlags 3 >>"
    found = drawn(built("/Annots [5 0 R]", b"", widget, form, root=root))
    assert ink(found) == (100, 40, 150, 90)
    assert found.getpixel((120, 60)) == (0, 0, 255)


def test_every_page_is_its_own():
    operators = [
        pdf.pdf_operators(
            [Path((polygon([(x, 1), (x + 2, 1), (x + 2, 3)]),), RED)], pdf.page_matrix(20)
        )
        for x in (1, 5)
    ]
    data = pdf.write_pdf([pdf.PdfPage(20, 20, item) for item in operators])
    assert count_pages(data) == 2
    left = [ink(drawn(data, page, dpi=254))[0] for page in (1, 2)]
    assert left == pytest.approx([10, 50], abs=1)


def test_threads_take_turns():
    found: list[bytes] = []
    data = built()
    threads = [
        threading.Thread(target=lambda: found.append(render_page(data, 1, dpi=DPI)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


# --------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("page", [0, -1, 2])
def test_no_such_page(page):
    with pytest.raises(ValueError, match="there is no page"):
        render_page(built(), page)


@pytest.mark.parametrize("dpi", [0, 9, 1201])
def test_resolution_out_of_range(dpi):
    with pytest.raises(ValueError, match="10 to 1200 dpi"):
        render_page(built(), 1, dpi=dpi)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.4",
        b"\x89PNG\r\n\x1a\n",
        built()[:-200][:100],
        built().replace(b"/Pages 2 0 R", b"/Pages 9 0 R"),
        built().replace(b"/Kids [3 0 R]", b"/Kids [     ]").replace(b"/Count 1", b"/Count 0"),
    ],
)
def test_what_is_no_document(data):
    with pytest.raises(FormatError):
        render_page(data, 1)
    with pytest.raises(FormatError):
        count_pages(data)


@pytest.mark.samples
def test_a_password_is_asked_for(samples):
    data = (samples / "pdf" / "minimal-aes256.pdf").read_bytes()
    with pytest.raises(UnsupportedFormat, match="encrypted"):
        render_page(data, 1)


def test_too_many_pixels():
    data = built().replace(b"0 0 200 100", b"0 0 9e5 9e5")
    with pytest.raises(LimitExceeded, match="pixels is too large"):
        render_page(data, 1, dpi=1200)


def test_too_many_pages_and_bytes():
    page = pdf.PdfPage(20, 20, b"")
    data = pdf.write_pdf([page] * 3)
    with pytest.raises(LimitExceeded, match="too many pages"):
        count_pages(data, limits=Limits(max_pages=2))
    with pytest.raises(LimitExceeded, match="too large"):
        render_page(data, 1, limits=Limits(max_file_bytes=100))


def test_a_page_that_takes_too_long(monkeypatch):
    monkeypatch.setattr(pictures, "_MOST_SECONDS", -1.0)
    content = b"1 0 0 rg\n" + b"10 20 30 40 re f\n" * 5000
    with pytest.raises(LimitExceeded, match="too long"):
        render_page(built("", content), 1)


def test_the_next_page_can_be_drawn_after_a_refusal(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(pictures, "_MOST_SECONDS", -1.0)
        with pytest.raises(LimitExceeded):
            render_page(built("", b"10 20 30 40 re f\n" * 5000), 1)
    assert drawn(built()).size == (200, 100)


@given(st.data())
def test_damage_gives_a_picture_or_a_refusal(data):
    whole = bytearray(built())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(GovsealError):
        assert render_page(bytes(whole), 1, dpi=DPI).startswith(b"\x89PNG")


@pytest.mark.samples
@pytest.mark.slow
def test_real_files_give_pictures_or_refusals(samples):
    drawn_files = 0
    for file in sorted((samples / "pdf").rglob("*.pdf")):
        data = file.read_bytes()
        try:
            for page in range(1, min(count_pages(data), 3) + 1):
                drawn_files += render_page(data, page, dpi=30).startswith(b"\x89PNG")
        except FormatError:
            continue
    assert drawn_files > 80


def test_importing_it_loads_nothing_heavy():
    # In this process others may have loaded it; the module itself must not name it at the top.
    source = sys.modules[pictures.__name__].__dict__
    assert "pypdfium2" not in source
    assert "Image" not in source
