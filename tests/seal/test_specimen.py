"""Specimens: smaller, marked, and never the picture of a seal."""

from __future__ import annotations

import contextlib
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

import toyfont
from govseal.errors import FormatError, GovsealError, LimitExceeded, SealError, UnsupportedFormat
from govseal.seal.drawing import Drawing, draw_seal
from govseal.seal.drawing.fonts import find_font
from govseal.seal.drawing.paths import RED, Path, circle, polygon
from govseal.seal.drawing.raster import coverage
from govseal.seal.drawing.specimen import Specimen, reduce_picture, specimen, specimen_png
from govseal.seal.drawing.svg import paths_from_svg
from govseal.seal.picture import SPECIMEN_MARK, SealPicture, load_picture

SOLID = Drawing(
    (Path((polygon([(0, 0), (50, 0), (50, 50), (0, 50)]),), RED),), width_mm=50, height_mm=50
)


@pytest.fixture(scope="module")
def drawing(tmp_path_factory) -> Drawing:
    font = find_font(toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf"))
    return draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章（1）", font=font)


def alpha(png):
    return Image.open(io.BytesIO(png)).convert("RGBA").getchannel("A")


def saved(form, size=(300, 300), **options):
    output = io.BytesIO()
    Image.new("RGB", size, (200, 20, 30)).save(output, form, **options)
    return output.getvalue()


def cover(paths, width, height, per_mm):
    """The pixels that paths fill, whatever a drawing does with its resolution."""
    matrix = (per_mm, 0.0, 0.0, per_mm, 0.0, 0.0)
    contours = [item.transformed(matrix) for path in paths for item in path.contours]
    size = (round(width * per_mm), round(height * per_mm))
    return Image.frombytes("L", size, bytes(coverage(contours, *size)))


@pytest.mark.req("R-HLJ-12b")
def test_it_is_smaller(drawing):
    found = drawing.specimen()
    assert (found.width_mm, found.height_mm) == (25, 25)
    wide = Drawing(SOLID.paths, 50, 30).specimen()
    assert (wide.width_mm, wide.height_mm) == (30, 18)


@pytest.mark.req("R-HLJ-12b")
def test_its_png_is_coarse(drawing):
    found = drawing.specimen()
    assert max(alpha(found.to_png()).size) <= 150
    for dpi in (151, 600, 71):
        with pytest.raises(ValueError, match="72 to 150 dpi"):
            found.to_png(dpi)


@pytest.mark.req("R-HLJ-12b")
def test_ink_is_cut_by_lines_everywhere():
    found = SOLID.specimen()
    shown = cover(found.paths, 30, 30, 20)
    # In every square of 3 mm of what was solid there is ground, and without the letters there is
    # no more than that.
    for x in range(0, 600, 60):
        for y in range(0, 600, 60):
            assert shown.crop((x, y, x + 60, y + 60)).getextrema()[0] < 64
    assert 0.6 < ImageStat.Stat(shown).mean[0] / 255 < 0.95


@pytest.mark.req("R-HLJ-12b")
def test_nothing_lies_under_the_letters():
    """Who takes the letters off finds no ink of the seal there."""
    found = SOLID.specimen()
    *rest, letters = found.paths
    seal, mark = cover(rest, 30, 30, 20), cover([letters], 30, 30, 20)
    assert ImageStat.Stat(mark).mean[0] > 10
    assert ImageStat.Stat(ImageChops.multiply(seal, mark)).mean[0] < 0.05
    # They reach across the middle, so none of it can be cropped to be without them.
    left, top, right, bottom = mark.getbbox()
    assert right - left > 360
    assert top < 300 < bottom


def test_what_is_left_lies_where_it_lay(drawing):
    found = drawing.specimen()
    *rest, letters = found.paths
    cut = cover(rest, 25, 25, 20)
    scale = 25 / 42
    small = [path.transformed((scale, 0, 0, scale, 0, 0)) for path in drawing.paths]
    whole = cover(small, 25, 25, 20)
    # Coarser outlines stray by 0.02 mm, which is 0.4 pixels here.
    assert max(ImageChops.subtract(cut, whole).tobytes()) < 128
    assert ImageStat.Stat(cut).mean[0] > 0.6 * ImageStat.Stat(whole).mean[0]
    assert letters.colour == drawing.colour


def test_a_hole_stays_a_hole():
    ring = Path((circle((25, 25), 24), circle((25, 25), 12, clockwise=False)), RED)
    *rest, _ = Drawing((ring,), 50, 50).specimen().paths
    shown = cover(rest, 30, 30, 10)
    assert max(shown.crop((110, 110, 190, 190)).tobytes()) == 0


def test_a_path_that_is_cut_away_is_gone():
    speck = Path((polygon([(25, 25), (25.01, 25), (25.01, 25.01)]),), RED)
    assert 1 <= len(Drawing((speck,), 50, 50).specimen().paths) <= 2


def test_it_is_the_same_every_time(drawing):
    assert drawing.specimen().to_svg() == drawing.specimen().to_svg()
    assert drawing.specimen().to_png() == drawing.specimen().to_png()
    found = specimen(drawing)
    assert isinstance(found, Specimen)
    assert found.specimen() is found


@pytest.mark.req("R-HLJ-12b")
@pytest.mark.parametrize("form", ["png", "svg", "ofd"])
def test_it_becomes_no_picture(drawing, form):
    with pytest.raises(SealError) as caught:
        drawing.specimen().picture(form)
    assert caught.value.code == "E_SPECIMEN"


def test_it_becomes_no_ofd(drawing):
    with pytest.raises(SealError) as caught:
        drawing.specimen().to_ofd()
    assert caught.value.code == "E_SPECIMEN"


@pytest.mark.req("R-HLJ-12b")
def test_its_files_are_known_again(drawing):
    found = drawing.specimen()
    for data in (found.to_svg(), found.to_png(), specimen_png(drawing.picture())):
        assert SealPicture("", data, 25, 25).is_specimen
        with pytest.raises(SealError) as caught:
            load_picture(data, 25, 25)
        assert caught.value.code == "E_SPECIMEN"
    assert not drawing.picture().is_specimen
    assert not drawing.picture("svg").is_specimen


def test_what_the_mark_does_not_prevent(drawing):
    """Written anew, the file has no mark; what was drawn is all that tells."""
    output = io.BytesIO()
    Image.open(io.BytesIO(drawing.specimen().to_png())).convert("RGBA").save(output, "PNG")
    assert load_picture(output.getvalue(), 25, 25).kind == "png"


def test_its_svg_is_one_of_ours(drawing):
    found = drawing.specimen()
    assert len(paths_from_svg(found.to_svg(), 25, 25)) == len(found.paths)
    assert re.match(rb"<\?xml[^>]*>\n<!-- govseal:[a-z-]+ -->\n<svg", found.to_svg())


def test_its_pdf_is_a_page_of_its_size(drawing):
    assert b"/MediaBox [0 0 70.8661 70.8661]" in drawing.specimen().to_pdf()


# ------------------------------------------------------------------------- of pictures that exist


@pytest.mark.req("R-HLJ-12b")
@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP"])
def test_pictures_are_reduced_and_marked(form):
    picture = SealPicture(form, saved(form, (900, 600)), 45, 30)
    found = Image.open(io.BytesIO(specimen_png(picture)))
    assert (found.format, found.mode, found.size) == ("PNG", "RGB", (150, 100))
    plain = reduce_picture(picture)
    assert plain.size == (150, 100)
    assert ImageStat.Stat(ImageChops.difference(found, plain)).mean[1] > 20
    assert found.text == {"Comment": SPECIMEN_MARK.decode()}


def test_outlines_are_reduced_and_marked(drawing):
    found = Image.open(io.BytesIO(specimen_png(drawing.picture("svg"))))
    assert found.size == (150, 150)
    pixels = Image.open(io.BytesIO(specimen_png(drawing.picture())))
    means = ImageStat.Stat(ImageChops.difference(found, pixels)).mean
    assert sum(means) / 3 < 4


def test_a_small_picture_is_not_enlarged():
    picture = SealPicture("PNG", saved("PNG", (60, 1)), 42, 1)
    assert Image.open(io.BytesIO(specimen_png(picture))).size == (60, 1)


def test_transparent_ground_becomes_white(drawing):
    assert reduce_picture(drawing.picture()).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", UnsupportedFormat),
        (b"%PDF-1.7", UnsupportedFormat),
        (b"PK\x03\x04", UnsupportedFormat),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><text/></svg>', UnsupportedFormat),
        (saved("PNG")[:60], FormatError),
        (saved("JPEG")[:-200], FormatError),
        (saved("BMP", (8000, 1))[:18] + b"\0\0\x01\0\0\0\x01\0" + bytes(60), LimitExceeded),
    ],
)
def test_what_is_no_picture_is_refused(data, error):
    with pytest.raises(error):
        specimen_png(SealPicture("PNG", data, 42, 42))


@pytest.mark.slow
@settings(max_examples=min(80, settings.default.max_examples), deadline=None, derandomize=True)
@given(st.sampled_from(("PNG", "JPEG", "GIF", "BMP")), st.data())
def test_damaged_pictures_are_reduced_or_refused(form, data):
    content = bytearray(saved(form, (20, 20)))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for found in (bytes(content), bytes(content[:cut])):
        with contextlib.suppress(GovsealError):
            assert specimen_png(SealPicture("", found, 42, 42)).startswith(b"\x89PNG")
