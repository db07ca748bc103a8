"""Stamps on pages: the picture of the seal inside the signature, where the signature puts it."""

from __future__ import annotations

import pytest

import ofd_builder
import pagepictures as pages
from govseal.errors import GovsealError, LimitExceeded
from govseal.formats.ofd.appearance import render_page
from govseal.formats.ofd.document import OfdDocument
from govseal.seal.drawing.drawing import Drawing
from govseal.seal.drawing.paths import Path, polygon
from pagepictures import BLACK, BLUE, RED, WHITE, ink

GREY = (128, 128, 128)


def clipped(data, clip):
    """The package with a Clip in its StampAnnot; digests are none of a picture's business."""
    return ofd_builder.edited(
        data, ofd_builder.SIGNATURE, " Boundary=", f' Clip="{clip}" Boundary='
    )


def moved(data, box):
    return ofd_builder.edited(data, ofd_builder.SIGNATURE, "2 2 10 10", box)


def svg_picture(colour=(255, 0, 0, 255)):
    square = polygon([(2, 2), (8, 2), (8, 8), (2, 8)])
    return Drawing((Path((square,), colour),), 10, 10).to_svg()


class TestPlace:
    def test_a_stamp_fills_its_box(self):
        data = pages.stamped(pages.document(), pages.png(colours=(RED, BLUE)))
        picture = pages.draw(data)
        assert ink(picture) == (20, 20, 120, 120)
        assert picture.getpixel((30, 30)) == RED
        assert picture.getpixel((110, 110)) == BLUE

    def test_stamps_can_be_left_out(self):
        data = pages.stamped(pages.document(), pages.png())
        assert ink(pages.draw(data, stamps=False)) is None

    def test_a_stamp_shows_on_its_own_page_only(self):
        data = ofd_builder.stamped(ofd_builder.package(pages=2))
        with_stamp, without = (pages.draw(data, 1, 25, stamps=on) for on in (True, False))
        assert ink(with_stamp) != ink(without)
        second = (pages.draw(data, 2, 25, stamps=on) for on in (True, False))
        assert len({picture.tobytes() for picture in second}) == 1

    @pytest.mark.parametrize(
        ("clip", "shown"),
        [
            ("0 0 4 10", (20, 20, 60, 120)),
            ("6 0 4 10", (80, 20, 120, 120)),
            ("0 2.5 10 2.5", (20, 45, 120, 70)),
            ("-5 -5 50 50", (20, 20, 120, 120)),
            ("20 0 5 5", None),
            ("0 0 0 0", None),
            ("8 0 -4 10", None),
            ("1e300 0 5 5", None),
            ("nonsense", (20, 20, 120, 120)),
        ],
    )
    def test_clips(self, clip, shown):
        data = pages.stamped(pages.document(), pages.png(colours=(RED, BLUE)))
        assert ink(pages.draw(clipped(data, clip))) == shown

    def test_the_strips_of_a_seam_make_one_seal(self):
        """Two pages, each with its half at the right edge (骑缝)."""
        data = pages.stamped(pages.document(), pages.png(colours=(RED, BLUE)))
        left = pages.draw(clipped(moved(data, "15 2 10 10"), "0 0 5 10"))
        right = pages.draw(clipped(moved(data, "10 2 10 10"), "5 0 5 10"))
        assert (ink(left), left.getpixel((160, 50))) == ((150, 20, 200, 120), RED)
        assert (ink(right), right.getpixel((160, 50))) == ((150, 20, 200, 120), BLUE)

    @pytest.mark.parametrize(
        "box", ["2 2 0 10", "2 2 -9 10", "nan 2 9 9", "", "50 50 9 9", "-1e9 0 9 9"]
    )
    def test_a_box_without_area_or_off_the_page_shows_nothing(self, box):
        data = pages.stamped(pages.document(), pages.png())
        assert ink(pages.draw(moved(data, box))) is None

    def test_an_enormous_box_shows_what_lies_on_the_page(self):
        data = pages.stamped(pages.document(), pages.png(colours=(RED, BLUE)))
        assert ink(pages.draw(moved(data, "-50000 -50000 100020 100020"))) == (0, 0, 200, 200)
        picture = pages.draw(moved(data, "-500 -500 1020 1020"))
        assert picture.getpixel((10, 100)) == RED
        assert picture.getpixel((190, 100)) == BLUE


class TestInk:
    def test_what_lies_below_shines_through(self):
        below = pages.document(pages.square(2, 2, 10, "0 0 255"))
        picture = pages.draw(pages.stamped(below, pages.png()))
        assert picture.getpixel((40, 70)) == BLACK  # red over blue
        assert picture.getpixel((100, 70)) == BLUE  # white leaves no trace

    def test_black_text_stays_black_and_yellow_turns_red(self):
        objects = pages.square(2, 2, 2) + pages.square(2, 5, 2, "255 255 0")
        picture = pages.draw(pages.stamped(pages.document(objects), pages.png()))
        assert picture.getpixel((30, 30)) == BLACK
        assert picture.getpixel((30, 60)) == RED

    def test_stamps_lie_on_each_other(self):
        once = pages.stamped(pages.document(), pages.png())
        twice = pages.stamped(once, pages.png(colours=(BLUE, WHITE)), place=(4, 2))
        assert pages.draw(twice).getpixel((55, 70)) == BLACK


class TestKinds:
    def test_our_own_svg(self):
        data = pages.stamped(pages.document(), svg_picture(), kind="SVG")
        picture = pages.draw(data)
        assert ink(picture) == (40, 40, 100, 100)
        assert picture.getpixel((70, 70)) == RED

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b"<g ", b'<g transform="spin(2)" '),
            (b"<g ", b"<text>1</text><g "),
            (b"<g ", b"<script/><g "),
            (b"#FF0000", b"url(#a)"),
            (b'd="M', b'd="L'),
            (b'd="M2', b'd="Mnan'),
            (b'd="', b'style="fill:url(#a)" d="'),
            (b'"0 0 10 10"', b'"0 0 0 10"'),
            (b"</svg>", b""),
            (b"<svg ", b"<!DOCTYPE svg><svg "),
        ],
    )
    def test_a_foreign_svg_is_a_neutral_frame(self, old, new):
        source = svg_picture()
        assert old in source
        data = pages.stamped(pages.document(), source.replace(old, new, 1), kind="SVG")
        picture = pages.draw(data)
        assert ink(picture) == (20, 20, 120, 120)
        assert picture.getpixel((20, 20)) == GREY

    @pytest.mark.parametrize("source", [b"", b"text", pages.png()[:40], b"GIF89a", b"PK\3\4junk"])
    def test_a_damaged_picture_is_a_neutral_frame(self, source):
        picture = pages.draw(pages.stamped(pages.document(), source))
        assert ink(picture) == (20, 20, 120, 120)
        assert picture.getpixel((20, 20)) == GREY

    def test_a_picture_of_too_many_pixels(self):
        data = pages.stamped(pages.document(), pages.png_header(60_000, 60_000))
        with pytest.raises(LimitExceeded, match="too large"):
            pages.draw(data)

    def test_a_document_shows_its_own_page_area(self):
        """Document.xml says A4, the page says 10 x 10 mm: the page is right."""
        inner = pages.document(pages.square(2, 3, 4, "255 0 0"), box="0 0 10 10")
        picture = pages.draw(pages.stamped(pages.document(), inner, kind="OFD"))
        assert ink(picture) == (40, 50, 80, 90)
        assert picture.getpixel((60, 70)) == RED

    def test_documents_in_seals_end(self):
        innermost = pages.document(pages.square(0, 0, 20, "255 0 0"))
        data = innermost
        for _ in range(2):
            data = pages.stamped(pages.document(), data, (0, 0), 20, "OFD")
        assert pages.draw(data).getpixel((100, 100)) == RED
        deeper = pages.stamped(pages.document(), data, (0, 0), 20, "OFD")
        assert pages.draw(deeper).getpixel((0, 0)) == GREY

    def test_a_document_without_pages_is_a_neutral_frame(self):
        inner = ofd_builder.package(pages=0)
        picture = pages.draw(pages.stamped(pages.document(), inner, kind="OFD"))
        assert picture.getpixel((20, 20)) == GREY

    def test_a_signature_that_cannot_be_read_shows_nothing(self):
        data = pages.stamped(pages.document(), pages.png())
        assert ink(pages.draw(ofd_builder.replaced(data, ofd_builder.VALUE, b"0"))) is None


@pytest.mark.samples
class TestSamples:
    @pytest.mark.slow
    @pytest.mark.measured
    def test_the_first_page_of_every_document(self, samples):
        found = sorted((samples / "ofd").rglob("*.ofd"))
        assert len(found) > 50
        for path in found:
            document = OfdDocument(path.read_bytes())
            try:
                png = render_page(document, 1, dpi=40)
            except GovsealError:
                assert not document.pages, path.name
            else:
                assert png.startswith(b"\x89PNG"), path.name

    @pytest.mark.parametrize("name", ["999.ofd", "SESV4SignDoc.ofd"])
    def test_stamps_are_red(self, samples, name):
        data = (samples / "ofd" / "ofdrw" / name).read_bytes()
        plain, stamped = (pages.draw(data, 1, 40, stamps=on) for on in (False, True))
        assert not reds(plain)
        assert reds(stamped) > 50

    def test_strips_of_a_seam(self, samples):
        data = (samples / "ofd" / "ofdrw" / "V4RideRight.ofd").read_bytes()
        for number in range(1, 6):
            plain, stamped = (pages.draw(data, number, 40, stamps=on) for on in (False, True))
            assert ink(plain)[2] < plain.width - 20
            assert ink(stamped)[2] > stamped.width - 4


def reds(picture):
    """How many pixels are plainly red."""
    return sum(
        count
        for count, (red, green, blue) in picture.getcolors(1 << 20)
        if red > 180 and green < 90 and blue < 90
    )
