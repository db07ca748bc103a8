"""Pages of PDF documents as pictures, and what PDFium refuses."""

from __future__ import annotations

import array
import contextlib
import io
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from govseal.errors import FormatError, GovsealError, LimitExceeded, UnsupportedFormat
from govseal.formats.limits import Limits
from govseal.formats.pdf import painter, pictures
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


def nested(depth: int) -> bytes:
    """A form that shows another one ten times, which shows another one ten times …"""
    forms = [
        pdf.pdf_stream(
            b"/F Do\n" * 10 if number < depth - 1 else b"0 0 m 9 9 l S\n",
            "/Type /XObject /Subtype /Form /BBox [0 0 50 50] "
            f"/Resources << /XObject << /F {6 + number} 0 R >> >>",
        )
        for number in range(depth)
    ]
    return built("/Resources << /XObject << /F 5 0 R >> >>", b"/F Do\n", *forms)


def tiled(step: str) -> bytes:
    """A page filled with tiles that lie ``step`` apart."""
    tile = pdf.pdf_stream(
        b"0 0 m 9 9 l S\n" * 100,
        "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] "
        f"/XStep {step} /YStep {step} /Resources << >>",
    )
    content = b"/Pattern cs /P scn 0 0 200 100 re f\n"
    return built("/Resources << /Pattern << /P 5 0 R >> >>", content, tile)


def test_a_page_that_takes_too_long(monkeypatch):
    assert drawn(tiled("5")).size == (200, 100)
    with monkeypatch.context() as patch:
        patch.setattr(pictures, "_MOST_SECONDS", 1)
        with pytest.raises(LimitExceeded, match="too long"):
            render_page(tiled("0.00001"), 1)
    assert drawn(built()).size == (200, 100)


@pytest.mark.slow
def test_a_page_that_takes_too_much_memory(monkeypatch):
    monkeypatch.setattr(pictures, "_MEMORY", 300 * 1024**2)
    with pytest.raises(FormatError, match="gave up"):
        render_page(nested(7), 1)
    assert drawn(nested(2)).size == (200, 100)


def test_without_a_program_to_draw_with(monkeypatch):
    monkeypatch.setattr(pictures.sys, "executable", "/nowhere/python")
    with pytest.raises(FormatError, match="gave up"):
        render_page(built(), 1)


@pytest.mark.parametrize("said", [b"", b"no json\n", b'{"pages": 1, "width": 9, "height": 9}\n1'])
def test_an_answer_that_makes_no_sense(monkeypatch, tmp_path, said):
    script = tmp_path / "painter.py"
    script.write_text(f"import sys\nsys.stdout.buffer.write({said!r})\n")
    monkeypatch.setattr(pictures, "_PAINTER", script)
    with pytest.raises(FormatError):
        render_page(built(), 1)


def test_the_working_folder_is_not_loaded(monkeypatch, tmp_path):
    (tmp_path / "pypdfium2.py").write_text("raise SystemExit(3)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert drawn(built()).size == (200, 100)


@pytest.mark.slow
@settings(max_examples=20)  # a process for each
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
        with contextlib.suppress(FormatError):
            drawn_files += render_page(file.read_bytes(), 1, dpi=30).startswith(b"\x89PNG")
    assert drawn_files > 80


@pytest.mark.parametrize(
    ("data", "page", "answer", "size"),
    [
        (built(), 0, {"pages": 1}, 0),
        (built(), 2, {"pages": 1}, 0),
        (built(), 1, {"pages": 1, "width": 200, "height": 100}, 80_000),
        (built().replace(b"0 0 200 100", b"0 0 900 900"), 1, {"width": 900, "height": 900}, 0),
        (b"%PDF-1.4", 1, {"refused": "document"}, 0),
    ],
)
def test_what_the_painter_answers(data, page, answer, size):
    request = {"page": page, "scale": 1.0, "max_pages": 9, "max_pixels": 100_000}
    found, pixels = painter.work(data, request)
    assert answer.items() <= found.items()
    assert len(pixels) == size


TEXT = b"BT /F 10 Tf 1 0 0 1 20 30 Tm (ab) Tj ET"
FONT = "/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Courier >> >> >>"


@pytest.mark.parametrize(
    ("more", "answer", "size"),
    [
        ({"letters": 2}, {"drawn": True, "box": [0, 0, 200, 100], "turn": 90}, 80_000 + 2 * 36),
        ({"letters": 1}, {"refused": "size"}, 80_000),
        ({"letters": 2, "max_side": 199}, {"drawn": False, "width": 100}, 0),
    ],
)
def test_letters_come_behind_the_pixels(more, answer, size):
    request = {"page": 1, "scale": 1.0, "max_pages": 9, "max_pixels": 100_000} | more
    found, content = painter.work(built(f"{FONT} /Rotate 90", TEXT), request)
    assert answer.items() <= found.items()
    assert len(content) == size
    if size > 80_000:
        values = array.array("f", content[80_000:])
        rows = [list(values[at : at + 9]) for at in (0, 9)]
        assert [(chr(int(row[0])), *row[5:]) for row in rows] == [
            ("a", 0, 20, 30, 10),
            ("b", 0, 26, 30, 10),
        ]


def test_importing_it_loads_nothing_heavy():
    # In this process others may have loaded it; the module itself must not name it at the top.
    source = sys.modules[pictures.__name__].__dict__
    assert "pypdfium2" not in source
    assert "Image" not in source
