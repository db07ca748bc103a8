"""The picture of a seal: what it is, how large it is, and what is refused."""

from __future__ import annotations

import contextlib
import hashlib
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from govseal.errors import FormatError, GovsealError, LimitExceeded, UnsupportedFormat
from govseal.seal.picture import MAX_BYTES, SealPicture, load_picture

SVG = b'<?xml version="1.0"?>\n<!-- seal -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'
FORMATS = {"PNG": "png", "JPEG": "jpeg", "GIF": "gif", "BMP": "bmp"}


def made(form: str, size=(37, 21), **options) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "red").save(stream, form, **options)
    return stream.getvalue()


def png(width: int, height: int, *, name: bytes = b"IHDR", spoil: int = 0) -> bytes:
    header = name + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checksum = struct.pack(">I", zlib.crc32(header) ^ spoil)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + checksum


def gif(screen: tuple[int, int], frame: tuple[int, int, int, int]) -> bytes:
    extension = b"\x21\xf9\x04\x00\x00\x00\x00\x00"
    head = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x80, 0, 0) + bytes(6)
    return head + extension + b"\x2c" + struct.pack("<HHHH", *frame) + b"\x00"


def bmp(width: int, height: int, header: int = 40) -> bytes:
    return b"BM" + bytes(12) + struct.pack("<Iii", header, width, height) + bytes(28)


def jpeg(width: int, height: int) -> bytes:
    app = b"\xff\xe0\x00\x04ab"
    frame = b"\xff\xc2\x00\x11\x08" + struct.pack(">HH", height, width) + bytes(10)
    return b"\xff\xd8" + app + b"\xff" + frame  # 0xFF may be repeated as fill


@pytest.mark.parametrize(("form", "kind"), FORMATS.items())
def test_kind_and_size_as_pillow_writes_them(form, kind):
    picture = SealPicture("?", made(form), 42, 42)
    assert picture.kind == kind
    assert picture.pixel_size() == (37, 21)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (SVG, "svg"),
        (b"\xef\xbb\xbf<svg>", "svg"),
        (b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">\n<svg:svg a="b"/>', "svg"),
        (b"PK\x03\x04rest", "ofd"),
        (b"", "unknown"),
        (b"<html><svg/></html>", "unknown"),
        (b"<svgx/>", "unknown"),
        (b"%PDF-1.7", "unknown"),
        (b"\x89PNG", "unknown"),
    ],
)
def test_kind_of_other_bytes(data, kind):
    assert SealPicture("PNG", data, 42, 42).kind == kind


def test_type_is_the_seals_word_and_kind_the_truth():
    # One product labels GIF data "bmp".
    picture = SealPicture("bmp", made("GIF"), 42, 42)
    assert (picture.type, picture.kind) == ("bmp", "gif")


@pytest.mark.req("R-JC29S-06b")
def test_sha256_identifies_the_bytes():
    data = made("PNG")
    assert SealPicture("PNG", data, 42, 42).sha256 == hashlib.sha256(data).hexdigest()


def test_repr_leaves_the_bytes_out():
    assert "data" not in repr(SealPicture("PNG", made("PNG"), 42, 42))


@pytest.mark.parametrize("data", [SVG, b"PK\x03\x04"])
def test_no_pixels_in_vector_pictures(data):
    assert SealPicture("?", data, 42, 42).pixel_size() is None


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (png(992, 992), (992, 992)),
        (gif((10, 10), (5, 5, 100, 3)), (105, 10)),
        (gif((200, 100), (0, 0, 10, 10)), (200, 100)),
        (bmp(30, -20), (30, 20)),
        (b"BM" + bytes(12) + struct.pack("<IHH", 12, 7, 9), (7, 9)),
        (jpeg(40, 30), (40, 30)),
    ],
)
def test_pixel_size_from_headers(data, size):
    assert SealPicture("?", data, 42, 42).pixel_size() == size


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (made("PNG"), "PNG"),
        (made("JPEG"), "JPG"),
        (made("GIF"), "GIF"),
        (made("BMP"), "BMP"),
        (SVG, "SVG"),
        (b"PK\x03\x04", "OFD"),
    ],
)
def test_load_names_the_type(data, word):
    assert load_picture(data, 42, 40) == SealPicture(word, data, 42, 40)


@pytest.mark.parametrize("data", [b"", b"GIF", b"%PDF-1.7", b"hello", bytes(100)])
def test_load_refuses_unknown_bytes(data):
    with pytest.raises(UnsupportedFormat, match="no known kind"):
        load_picture(data, 42, 42)


@pytest.mark.parametrize(
    "data",
    [
        png(65535, 65535),
        png(2**31 - 1, 1),
        gif((1, 1), (0, 0, 65535, 65535)),
        gif((65535, 65535), (0, 0, 1, 1)),
        bmp(100_000, -100_000),
        jpeg(65535, 65535),
    ],
    ids=["png", "png-line", "gif-frame", "gif-screen", "bmp", "jpeg"],
)
def test_load_refuses_pixel_bombs(data):
    with pytest.raises(LimitExceeded, match="pixels") as caught:
        load_picture(data, 42, 42)
    assert caught.value.limit == 64_000_000
    assert caught.value.found > caught.value.limit


def test_load_refuses_too_many_bytes():
    with pytest.raises(LimitExceeded, match="too large"):
        load_picture(made("PNG") + bytes(MAX_BYTES), 42, 42)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (png(0, 10), "empty"),
        (png(10, 10, spoil=1), "damaged header"),
        (png(10, 10, name=b"IDAT"), "damaged header"),
        (png(10, 10)[:30], "cut short"),
        (bmp(-5, 5), "empty"),
        (bmp(5, 5, header=13), "unknown header"),
        (gif((9, 9), (0, 0, 9, 9))[:-6], "cut short"),
        (b"GIF89a" + bytes(7) + b"\x3b", "no frame"),
        (b"\xff\xd8\xff\xda\x00\x02", "without a size"),
        (b"\xff\xd8\xff\xe0\x00\x01\x00", "impossible segment"),
        (b"\xff\xd8\xff\xe0\x00\x02\x00\x00", "damaged"),
        (b"\xff\xd8\xff\xe0\xff\xff", "cut short"),
        (b"\xff\xd8\xff" + b"\xff" * 50, "cut short"),
    ],
)
def test_load_refuses_damaged_headers(data, reason):
    with pytest.raises(FormatError, match=reason):
        load_picture(data, 42, 42)


@pytest.mark.parametrize(
    "inside",
    [
        b"<script>1</script>",
        b"<SCRIPT/>",
        b"<s:script/>",
        b'<!ENTITY a "b">',
        b"<?xml-stylesheet?>",
        b'<g onload="f()"/>',
        b"<g\nonClick = 'f()'/>",
        b"<foreignObject/>",
        b'<x:animateTransform attributeName="d"/>',
        b'<set attributeName="d" to="M0 0"/>',
        b'<image href="https://example.org/a.png"/>',
        b"<image xlink:href = '//example.org/a.png'/>",
        b'<a href="&#106;avascript:f()"/>',
        b'<image href="data:text/html,x"/>',
        b"<style>@import 'a.css'</style>",
        b'<path fill="url(a.svg#b)"/>',
    ],
)
def test_load_refuses_active_svg(inside):
    with pytest.raises(FormatError, match="contains") as caught:
        load_picture(b"<svg>" + inside + b"</svg>", 42, 42)
    assert caught.value.code == "xml_forbidden"


@pytest.mark.parametrize(
    "inside",
    [
        b'<path fill="url(#red)" d="M0 0"/>',
        b'<use href="#star"/>',
        b'<image xlink:href="data:image/png;base64,iVBO"/>',
        b'<metadata one="1" xmlns:xlink="http://www.w3.org/1999/xlink"><settings/></metadata>',
    ],
)
def test_load_takes_what_stays_within_the_picture(inside):
    assert load_picture(b"<svg>" + inside + b"</svg>", 42, 42).type == "SVG"


def test_load_refuses_document_types():
    with pytest.raises(FormatError, match="DOCTYPE"):
        load_picture(b'<!DOCTYPE svg SYSTEM "http://example.test/x"><svg/>', 42, 42)


def test_load_refuses_svg_that_is_not_utf8():
    with pytest.raises(FormatError, match="UTF-8"):
        load_picture(b"<svg>\xff\xfe</svg>", 42, 42)


@pytest.mark.parametrize(("width", "height"), [(0, 42), (42, -1), (501, 42)])
def test_load_refuses_impossible_sizes(width, height):
    with pytest.raises(ValueError, match="1 to 500 mm"):
        load_picture(made("PNG"), width, height)


@pytest.mark.parametrize("size", [42.0, "42", None, True])
def test_load_wants_whole_millimetres(size):
    with pytest.raises(TypeError, match="whole millimetres"):
        load_picture(made("PNG"), size, 42)


@given(
    start=st.sampled_from([b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"\xff\xd8\xff", b"<svg ", b""]),
    rest=st.binary(max_size=200),
)
def test_any_bytes_give_a_picture_or_a_refusal(start, rest):
    picture = SealPicture("PNG", start + rest, 42, 42)
    assert picture.kind
    with contextlib.suppress(GovsealError):
        assert load_picture(start + rest, 42, 42).data == start + rest
