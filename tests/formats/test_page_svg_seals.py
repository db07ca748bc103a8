"""Seals in SVG of other products: shapes are drawn, anything else shows a neutral frame."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import pagepictures as pages
from govseal.errors import GovsealError, LimitExceeded, UnsupportedFormat
from govseal.formats.limits import DEFAULT_LIMITS
from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.canvas import Canvas
from govseal.formats.ofd.render.svgpaths import read_path
from govseal.formats.ofd.render.svgseal import draw_svg
from pagepictures import RED, WHITE, ink

FRAME = (240, 240, 240)
SHAPES = """
  <title>seal</title><metadata><x/></metadata>
  <g fill="none" stroke="#f00" stroke-width="4"><circle cx="50" cy="50" r="46"/>
    <ellipse cx="50" cy="50" rx="40" ry="38" style="stroke:rgb(255,0,0);stroke-width:1"/></g>
  <path d="m50 20l9 26h-22z" fill="red"/>
  <polygon points="50,80 41,54 59,54" fill="#ff0000"/>
  <g transform="translate(50 50) rotate(90)"><path fill="red" d="M-6-28q6 8 12 0v8H-6z"/></g>
  <g transform="rotate(-90 50 50)"><path fill="red" d="M44 22c2 6 4 6 6 0s4-6 6 0v8h-12z"/></g>
  <polyline points="30 70 40 66 50 88" fill="none" stroke="red" stroke-linejoin="round"/>
  <line x1="20" y1="30" x2="30" y2="20" stroke="red" stroke-width="2" stroke-linecap="round"/>
  <rect x="70" y="68" width="8" height="8" fill="red" opacity=".5"/>
  <path d="M64 76a6 4 30 0112 4t-4 6Z" fill="#F00" fill-rule="evenodd"/>
"""


def picture(body=SHAPES, attributes='viewBox="0 0 100 100"') -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{body}</svg>'.encode()


def drawn(data, side=200):
    canvas = Canvas((0, 0, side, side), Budget("test"))
    draw_svg(canvas, data, (side, 0.0, 0.0, side, 0.0, 0.0), canvas.clip, DEFAULT_LIMITS)
    return canvas.image


def stamped(data) -> Image.Image:
    return pages.draw(pages.stamped(pages.document(), data, kind="SVG"))


class TestShapes:
    def test_it_shows_on_the_page(self):
        found = stamped(picture())
        assert ink(found) == (22, 22, 118, 118)
        assert found.getpixel((70, 48)) == RED
        assert found.getpixel((35, 70)) == WHITE

    @pytest.mark.slow
    def test_chromium_shows_the_same(self, tmp_path):
        shown = pages.in_browser(picture(), (200, 200), tmp_path)
        ours = drawn(picture())
        assert pages.difference(shown, ours) < 1.5
        turned = ours.rotate(3, fillcolor="white")
        assert pages.difference(shown, turned) > 1.5

    @pytest.mark.parametrize(
        ("attributes", "box"),
        [
            ('viewBox="0 0 100 100"', (0, 0, 100, 100)),
            ('viewBox="-100 -100 200 200"', (100, 100, 200, 200)),
            ('width="200" height="100"', (0, 0, 100, 200)),
            ('width="50mm" height="50mm" viewBox="0,0,50,100"', (0, 0, 200, 200)),
        ],
    )
    def test_the_view_box_fills_the_stamp(self, attributes, box):
        square = '<rect width="100" height="100" fill="red"/>'
        wanted = box if "0,0,50" in attributes else tuple(box)
        found = ink(drawn(picture(square, attributes)))
        scale = 2 if attributes == 'viewBox="0 0 100 100"' else 1
        assert found == tuple(value * scale for value in wanted)

    def test_path_data_in_every_form(self):
        budget = Budget("test")
        (one,) = read_path("M1 2L3 4H5V6Z", budget)
        (other,) = read_path("m1,2l2 2h2v2z", budget)
        assert one == other
        assert one.is_closed
        (first, second) = read_path("M0 0 1 1 2 0zM5 5l1-1.5.5.5", budget)
        assert len(first.contour.segments) == 2
        assert second.contour.segments == (((6.0, 3.5),), ((6.5, 4.0),))


class TestRefused:
    @pytest.mark.parametrize(
        "body",
        [
            '<text x="1" y="9">章</text>',
            "<style>.a{fill:red}</style>",
            '<image href="data:image/png;base64,AA=="/>',
            '<use href="#a"/>',
            '<g clip-path="url(#a)"/>',
            '<g filter="url(#a)"/>',
            '<path class="a" d="M0 0L1 1"/>',
            '<path fill="url(#a)" d="M0 0L1 1"/>',
            '<path fill="hotpink" d="M0 0L1 1"/>',
            '<rect width="5" height="5" rx="2"/>',
            '<path stroke-dasharray="1 2" d="M0 0L1 1"/>',
            '<path d="M0 0X1"/>',
            '<path d="M0 0L1"/>',
            '<path d="L1 1"/>',
            '<path d="M0 0L1e9 1"/>',
            '<path d="M0 0A1 1 0 2 0 5 5"/>',
            '<g transform="spin(4)"/>',
            '<g transform="rotate(1"/>',
            '<g stroke-width="5em"/>',
            f'<g stroke-width="{"1" * 1_000_000}!"/>',
            "<script/>",
            "<svg/>",
        ],
    )
    def test_what_is_more_than_shapes(self, body):
        with pytest.raises(UnsupportedFormat):
            drawn(picture(body))
        assert stamped(picture(SHAPES + body)).getpixel((70, 70)) == FRAME

    @pytest.mark.parametrize("attributes", ["", 'viewBox="0 0 0 9"', 'width="-5" height="5"'])
    def test_without_a_size(self, attributes):
        with pytest.raises(UnsupportedFormat, match="no size"):
            drawn(picture(attributes=attributes))

    def test_groups_are_nested_too_deeply(self):
        with pytest.raises(LimitExceeded):
            drawn(picture("<g>" * 60 + "</g>" * 60))

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_any_change_gives_a_picture_or_an_error(self, data):
        changed = bytearray(picture())
        for _ in range(data.draw(st.integers(1, 4))):
            changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
        try:
            assert drawn(bytes(changed), 40).size == (40, 40)
        except GovsealError:
            return

    @given(st.text(alphabet="MmLlHhVvCcSsQqTtAaZz0123456789.-+eE, ", max_size=60))
    def test_any_words_are_path_data_or_none(self, text):
        try:
            for item in read_path(text, Budget("test")):
                assert item.contour.segments
        except UnsupportedFormat:
            return
