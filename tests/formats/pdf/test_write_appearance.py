"""The seal's picture as a PDF shows it: kinds of pictures, ink over text, what is embedded."""

from __future__ import annotations

import io
import zlib

import pytest
from PIL import Image

import pdf_stamping as build
from govseal.formats.pdf.appearance import ink
from govseal.seal.drawing import draw_seal
from govseal.seal.picture import load_picture

CENTRE = (20 + 20, 30 + 10)
BLACK_PAGE_LEFT = "0 g 0 0 113.4 842 re f"  # up to 40 mm
PX_PER_POINT = 3


def pixels(mode, colour, kind, **options):
    """A picture of 40 x 20 mm of one colour."""
    out = io.BytesIO()
    Image.new(mode, (80, 40), colour).save(out, kind, **options)
    return load_picture(out.getvalue(), 40, 20)


def stamped(picture, content=""):
    data = build.office("rsa", picture).stamp(build.pdf(content=content))
    return data, build.picture(data, scale=PX_PER_POINT)


def at(image, x_mm, y_mm):
    scale = image.width / 210
    return image.getpixel((round(x_mm * scale), round(y_mm * scale)))


@pytest.mark.parametrize(
    "picture",
    [
        pixels("RGB", (255, 0, 0), "PNG"),
        pixels("RGBA", (255, 0, 0, 255), "PNG"),
        pixels("RGB", (255, 0, 0), "BMP"),
        pixels("RGB", (255, 0, 0), "GIF"),
        pixels("RGB", (254, 0, 0), "JPEG", quality=100),
        pixels("CMYK", (0, 255, 255, 0), "JPEG", quality=100),
    ],
    ids=["png", "png-alpha", "bmp", "gif", "jpeg", "jpeg-cmyk"],
)
def test_pictures_of_pixels_fill_their_box(picture):
    _, image = stamped(picture)
    assert build.is_red(at(image, *CENTRE))
    assert build.red_box_mm(image, 210) == pytest.approx((20, 30, 60, 50), abs=0.4)


def test_a_transparent_picture_lets_the_page_show():
    data, image = stamped(pixels("RGBA", (255, 0, 0, 128), "PNG"))
    red, green, _ = at(image, *CENTRE)
    assert red == 255
    assert 120 <= green <= 135
    assert b"/SMask" in data


def test_a_white_ground_vanishes():
    _, image = stamped(pixels("RGB", (255, 255, 255), "JPEG"), "0 1 0 rg 0 0 595 842 re f")
    assert at(image, *CENTRE) == (0, 255, 0)


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_text_beneath_the_ink_stays_readable(kind):
    seal = draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章").picture(kind)
    _, image = stamped(seal, BLACK_PAGE_LEFT)
    reds = [at(image, 20 + 42 - 0.6, 51), at(image, 20 + 0.6, 51)]
    assert build.is_red(reds[0])
    assert max(reds[1]) < 40


def test_a_drawing_stays_outlines():
    data, _ = stamped(draw_seal("测试市行政审批服务管理局").picture("svg"))
    assert b"/Subtype /Image" not in data
    assert b"/Font" not in data
    widget = build.signatures(data)[0].sig_field
    form = widget["/AP"]["/N"]
    assert form["/Subtype"] == "/Form"
    assert form["/Filter"] == "/FlateDecode"
    assert b" 1 0 0 rg" in b" " + form.data.replace(b"\n", b" ")
    assert b" c" in form.data
    assert [float(side) for side in form["/BBox"]] == pytest.approx([0, 0, 119.0551, 119.0551])


def test_the_widget_prints_and_is_locked():
    data, _ = stamped(build.FLAG)
    widget = build.signatures(data)[0].sig_field
    assert widget["/F"] == 0b10000100
    assert widget["/P"] == build.reader(data).root["/Pages"]["/Kids"][0]


def test_the_operators_of_a_flag():
    operators = zlib.decompress(ink(build.FLAG).operators)
    assert operators.startswith(b"q /G gs\nq\n2.834646 0 0 -2.834646 0 56.692913 cm\n1 0 0 rg\n")
    assert operators.count(b"\nf\n") == 2
    assert (
        operators.count(b"q\n") + operators.count(b"q ") == operators.upper().count(b"Q\n") - 1 + 0
    )


def test_the_picture_is_prepared_once():
    assert ink(build.FLAG) is ink(build.FLAG)
