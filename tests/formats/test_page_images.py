"""Pictures in JBIG2 and TIFF on pages: decoded within bounds, or left out."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import ofd_builder
import pagepictures as pages
from govseal.errors import FormatError, GovsealError, LimitExceeded, UnsupportedFormat
from govseal.formats.ofd.appearance import render_page
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.pages import PagePictures
from govseal.formats.pdf.jbig2 import MAGIC, decode_jbig2, jbig2_size
from pagepictures import BLACK, BLUE, RED, WHITE

SIDE = 64


def halves():
    """Black on the left, white on the right."""
    picture = Image.new("1", (SIDE, SIDE), 255)
    picture.paste(0, (0, 0, SIDE // 2, SIDE))
    return picture


def group4(picture) -> bytes:
    """The bytes of a picture in ITU-T T.6, which a generic region may hold (MMR)."""
    buffer = io.BytesIO()
    picture.save(buffer, "TIFF", compression="group4", tiffinfo={262: 0})
    with Image.open(buffer) as found:
        (start,), (length,) = found.tag_v2[273], found.tag_v2[279]
    return buffer.getvalue()[start : start + length]


def segment(number, kind, data, *, page=1, length=None):
    header = struct.pack(">IBBB", number, kind, 0, page)
    return header + struct.pack(">I", len(data) if length is None else length), data


def jbig2(*, size=(SIDE, SIDE), sequential=True, more=()) -> bytes:
    region = struct.pack(">IIIIB", SIDE, SIDE, 0, 0, 0) + b"\1" + group4(halves())
    rows = [
        segment(0, 48, struct.pack(">IIIIBH", *size, 0, 0, 0, 0)),
        *more,
        segment(1, 38, region),
        segment(2, 49, b""),
        segment(3, 51, b"", page=0),
    ]
    head = MAGIC + struct.pack(">BI", 1 if sequential else 0, 1)
    if sequential:
        return head + b"".join(header + data for header, data in rows)
    return head + b"".join(header for header, _ in rows) + b"".join(data for _, data in rows)


def with_image(data) -> bytes:
    return pages.document(pages.image(), files={ofd_builder.IMAGE: data})


def shown(data):
    png = PagePictures(with_image(data)).draw(1, dpi=pages.DPI, marks=False)
    return Image.open(io.BytesIO(png))


class TestJbig2:
    @pytest.mark.parametrize("sequential", [True, False])
    def test_it_shows(self, sequential):
        found = shown(jbig2(sequential=sequential))
        assert found.getpixel((40, 60)) == BLACK
        assert found.getpixel((100, 60)) == WHITE
        assert pages.ink(found) == (20, 20, 71, 120)  # one pixel of smoothing

    def test_its_size_is_read_before_anything_is_decoded(self):
        assert jbig2_size(jbig2()) == (SIDE, SIDE)

    def test_without_a_decoder_the_page_does_without_it(self):
        png = render_page(OfdDocument(with_image(jbig2())), 1, dpi=50)
        assert pages.ink(Image.open(io.BytesIO(png))) is None

    @pytest.mark.parametrize("size", [(0, 5), (20_000, 5), (5, 0xFFFFFFFF)])
    def test_impossible_sizes(self, size):
        with pytest.raises(FormatError, match="no size"):
            decode_jbig2(jbig2(size=size))

    def test_too_many_pixels(self):
        with pytest.raises(LimitExceeded, match="too large"):
            decode_jbig2(jbig2(size=(14_000, 14_000)))

    def test_a_segment_without_a_length(self):
        endless = segment(9, 38, b"", length=0xFFFFFFFF)
        with pytest.raises(UnsupportedFormat, match="length"):
            decode_jbig2(jbig2(more=[endless]))

    @pytest.mark.parametrize("length", [0, 8, 12, 20, 40, 60])
    def test_cut_short(self, length):
        with pytest.raises(FormatError):
            decode_jbig2(jbig2()[:length])

    @settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_any_header_gives_a_size_or_an_error(self, data):
        changed = bytearray(jbig2())
        for _ in range(data.draw(st.integers(1, 4))):
            changed[data.draw(st.integers(0, 40))] = data.draw(st.integers(0, 255))
        try:
            width, height = jbig2_size(bytes(changed))
        except GovsealError:
            return
        assert min(width, height) >= 1

    def test_one_page_decodes_a_few_and_no_more(self):
        files = {f"Doc_0/Res/{n}.jb2": jbig2() + bytes(n) for n in range(20)}
        media = "".join(
            f'<ofd:MultiMedia ID="{100 + n}" Type="Image"><ofd:MediaFile>{n}.jb2</ofd:MediaFile>'
            "</ofd:MultiMedia>"
            for n in range(20)
        )
        data = pages.document(
            "".join(pages.image(100 + n) for n in range(20)),
            resources=f"<ofd:MultiMedias>{media}</ofd:MultiMedias>",
            files=files,
        )
        png = pages.png(1, 1)
        with pytest.raises(LimitExceeded, match="too many inner documents"):
            render_page(OfdDocument(data), 1, dpi=20, bilevel=lambda _: png)


class TestTiff:
    @pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
    def test_it_shows(self, compression):
        picture = Image.new("RGB", (40, 40), "blue")
        picture.paste("red", (0, 0, 20, 40))
        buffer = io.BytesIO()
        picture.save(buffer, "TIFF", compression=compression)
        found = shown(buffer.getvalue())
        assert found.getpixel((40, 60)) == RED
        assert found.getpixel((100, 60)) == BLUE

    def test_a_giant_is_not_decoded(self):
        def entry(tag, value):
            return struct.pack("<HHII", tag, 4, 1, value)

        entries = b"".join(
            entry(tag, value)
            for tag, value in (
                *((256, 50_000), (257, 50_000), (258, 8), (259, 1), (262, 1)),
                *((273, 8), (277, 1), (278, 50_000), (279, 10)),
            )
        )
        data = b"II*\0" + struct.pack("<IH", 8, 9) + entries + bytes(4)
        with pytest.raises(LimitExceeded, match="too large"):
            shown(data)

    @pytest.mark.parametrize("data", [b"II*\0", b"MM\0*" + bytes(40), b"II*\0" + b"\xff" * 60])
    def test_what_cannot_be_decoded_is_left_out(self, data):
        assert pages.ink(shown(data)) is None
