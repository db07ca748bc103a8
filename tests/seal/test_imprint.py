"""Scanned imprints: what is cleaned, what is measured, and what is refused."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageStat

import scans
import toyfont
from govseal.errors import FormatError, GovsealError, LimitExceeded, SealError, UnsupportedFormat
from govseal.seal import imprint as module
from govseal.seal.drawing import Drawing, draw_seal
from govseal.seal.drawing.fonts import find_font
from govseal.seal.drawing.paths import RED, Path, polygon
from govseal.seal.drawing.specimen import specimen_png
from govseal.seal.imprint import clean_imprint
from govseal.seal.picture import SealPicture, load_picture


@pytest.fixture(scope="module")
def seal(tmp_path_factory) -> SealPicture:
    font = find_font(toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf"))
    return draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章", font=font).picture()


@pytest.fixture(scope="module")
def page(seal):
    return scans.scan(seal)


def ink(found):
    """The opacity of a cleaned imprint."""
    return Image.open(io.BytesIO(found.png)).convert("RGBA").getchannel("A")


def refused(code, data, **options):
    with pytest.raises(SealError) as caught:
        clean_imprint(data, **options)
    assert caught.value.code == code


# ---------------------------------------------------------------------------------------- cleaning


@pytest.mark.req("R-JC29S-06a")
@pytest.mark.parametrize("form", ["PNG", "JPEG"])
@pytest.mark.parametrize(
    "paper", [pytest.param(scans.WHITE, marks=pytest.mark.slow), scans.YELLOWISH]
)
def test_a_scan_becomes_red_on_nothing(seal, form, paper):
    found = clean_imprint(scans.saved(scans.scan(seal, paper=paper), form))
    picture = Image.open(io.BytesIO(found.png)).convert("RGBA")
    assert {colour[:3] for _, colour in picture.getcolors(1 << 20)} == {(255, 0, 0)}
    opacity = picture.getchannel("A")
    width, height = picture.size
    assert opacity.getpixel((width // 2, height // 2)) == 255  # the star
    assert max(opacity.crop((0, 0, 40, 40)).tobytes()) == 0  # outside of the ring
    assert opacity.point([255 * (value >= 128) for value in range(256)]).getbbox() is not None
    assert (found.dark_pixels, found.stray_areas) == (0, 0)


@pytest.mark.parametrize(
    "dpi", [150, *(pytest.param(dpi, marks=pytest.mark.slow) for dpi in (200, 300))]
)
def test_it_is_measured_by_the_resolution_of_the_file(seal, dpi):
    for form in ("PNG", "JPEG"):
        found = clean_imprint(scans.saved(scans.scan(seal, dpi=dpi), form, dpi))
        assert (found.width_mm, found.height_mm, found.dpi) == (42, 42, dpi)
        assert found.exact_width_mm == pytest.approx(42, abs=0.35)
        assert found.exact_height_mm == pytest.approx(42, abs=0.35)


def test_it_is_measured_by_the_resolution_that_is_given(page):
    bare = scans.saved(page, dpi=None)
    assert clean_imprint(bare, dpi=300).width_mm == 42
    # What is given counts before what the file states.
    assert clean_imprint(scans.saved(page, dpi=600), dpi=300).width_mm == 42


def test_it_is_measured_by_the_size_that_is_given(page):
    found = clean_imprint(scans.saved(page, dpi=None), size_mm=(42, 42.4))
    assert (found.exact_width_mm, found.exact_height_mm) == pytest.approx((42, 42.4))
    assert found.dpi == pytest.approx(300, abs=2)


def test_the_ink_covers_what_was_drawn(seal):
    found = clean_imprint(scans.jpeg(scans.scan(seal)))
    drawn = scans.seal_pixels(seal, 300)
    assert ImageStat.Stat(ink(found)).mean[0] == pytest.approx(
        ImageStat.Stat(drawn).mean[0], rel=0.05
    )
    assert found.ink_pixels == pytest.approx(sum(drawn.histogram()[128:]), rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"density": 0.45}, {"noise": 14}, {"blur": 1.5}])
def test_pale_noisy_and_blurred_ink_is_ink(seal, options):
    found = clean_imprint(scans.jpeg(scans.scan(seal, **options)))
    drawn = scans.seal_pixels(seal, 300)
    assert found.width_mm == found.height_mm == 42
    assert found.ink_pixels == pytest.approx(sum(drawn.histogram()[128:]), rel=0.1)
    assert max(ink(found).crop((0, 0, 40, 40)).tobytes()) < 64


def test_black_text_is_no_ink(seal):
    plain = clean_imprint(scans.jpeg(scans.scan(seal)))
    found = clean_imprint(scans.jpeg(scans.scan(seal, text=True)))
    assert found.dark_pixels > 1000
    assert plain.ink_pixels * 0.9 < found.ink_pixels < plain.ink_pixels
    assert ink(found).size == pytest.approx(ink(plain).size, abs=2)


def test_a_letterhead_in_red_is_left_out(seal):
    line = Image.new("L", (300, 12), 255)
    pages = scans.scan(seal, page_mm=(80, 100), at_mm=(18, 40), more=[(line, (230, 0, 0), (20, 8))])
    found = clean_imprint(scans.saved(pages))
    assert found.stray_areas >= 1
    assert (found.width_mm, found.height_mm) == (42, 42)


@pytest.mark.slow
def test_pixels_that_are_not_square_become_so(seal):
    wide = scans.scan(seal).resize((945 * 2, 1063))
    found = clean_imprint(scans.saved(wide, dpi=(600, 300)))
    assert found.exact_width_mm == pytest.approx(found.exact_height_mm, abs=0.3)
    assert found.dpi == 600
    assert ink(found).size == pytest.approx((992, 992), abs=6)


def test_a_page_on_its_side_is_turned_as_its_file_says(seal):
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: turn clockwise by 90 degrees
    upright = scans.scan(seal)
    data = scans.saved(upright.rotate(90, expand=True), "JPEG", 300, exif=exif)
    found, plain = ink(clean_imprint(data)), ink(clean_imprint(scans.saved(upright, "JPEG")))
    box = (180, 300, 320, 420)
    assert ImageStat.Stat(found.crop(box)).mean == pytest.approx(
        ImageStat.Stat(plain.crop(box)).mean, abs=6
    )


@pytest.mark.slow
def test_finer_scans_are_reduced_to_what_seals_have(seal):
    found = clean_imprint(
        scans.saved(scans.scan(seal, dpi=1000, page_mm=(50, 50), at_mm=(4, 4)), dpi=1000)
    )
    assert found.dpi == 600
    assert ink(found).size == pytest.approx((992, 992), abs=4)


def test_an_oval_is_measured_where_it_is_expected(seal):
    oval = scans.saved(scans.scan(seal, size_mm=(30, 20)))
    found = clean_imprint(oval, is_round=False)
    assert (found.width_mm, found.height_mm) == (30, 20)
    refused("E_IMPRINT_DISTORTED", oval)


def test_it_becomes_the_picture_of_a_seal(page):
    found = clean_imprint(scans.saved(page))
    assert load_picture(found.png, found.width_mm, found.height_mm) == found.picture()
    assert clean_imprint(scans.saved(page)) == found


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["P", "RGBA", "CMYK"])
def test_other_colour_modes_are_read(page, mode):
    form = "JPEG" if mode == "CMYK" else "PNG"
    found = clean_imprint(scans.saved(page.quantize() if mode == "P" else page.convert(mode), form))
    assert found.width_mm == 42


# ---------------------------------------------------------------------------------------- refusals


def test_without_a_resolution(page):
    refused("E_IMPRINT_DPI", scans.saved(page, dpi=None))
    refused("E_IMPRINT_DPI", scans.saved(page, "JPEG", dpi=None))


@pytest.mark.parametrize("dpi", [72, 149])
def test_too_coarse(seal, page, dpi):
    refused("E_IMPRINT_RESOLUTION", scans.saved(page, dpi=dpi))
    refused("E_IMPRINT_RESOLUTION", scans.saved(page), dpi=dpi)
    coarse = scans.scan(seal, dpi=dpi - 6)
    refused("E_IMPRINT_RESOLUTION", scans.saved(coarse, dpi=None), size_mm=(42, 42))


@pytest.mark.slow
@pytest.mark.parametrize("at_mm", [(-2, 20), (20, -2), (42, 20), (20, 55)])
def test_cut_off(seal, at_mm):
    refused("E_IMPRINT_CUT", scans.saved(scans.scan(seal, at_mm=at_mm)))


def test_touching_the_edge(seal):
    refused("E_IMPRINT_CUT", scans.saved(scans.scan(seal, at_mm=(0, 20))))
    # Our own picture is no scan: its ink reaches all edges.
    refused("E_IMPRINT_CUT", seal.data)


@pytest.mark.parametrize("ink", [(20, 20, 20), (30, 40, 200), (120, 110, 100)])
def test_no_red(seal, ink):
    refused("E_IMPRINT_EMPTY", scans.saved(scans.scan(seal, ink=ink)))


@pytest.mark.parametrize("colour", ["white", "red", "black"])
def test_nothing_at_all(colour):
    refused("E_IMPRINT_EMPTY", scans.saved(Image.new("RGB", (800, 800), colour)))


@pytest.mark.parametrize("mode", ["1", "L", "I;16"])
def test_no_colours(page, mode):
    grey = page.convert("L")
    refused("E_IMPRINT_EMPTY", scans.saved(grey if mode == "I;16" else page.convert(mode)))
    if mode == "I;16":
        refused("E_IMPRINT_EMPTY", scans.saved(grey.convert("I").convert(mode)))


def test_two_seals(seal):
    mask = scans.seal_pixels(seal, 300, (30, 30))
    page = scans.scan(seal, page_mm=(120, 80), at_mm=(10, 10), more=[(mask, scans.INK, (70, 20))])
    refused("E_IMPRINT_SEVERAL", scans.saved(page))


@pytest.mark.slow
@pytest.mark.parametrize("size_mm", [(42, 40), (40, 42), (43.5, 42)])
def test_distorted(seal, size_mm):
    data = scans.saved(scans.scan(seal, size_mm=size_mm))
    refused("E_IMPRINT_DISTORTED", data)
    refused("E_IMPRINT_DISTORTED", data, size_mm=(42, 42))
    assert clean_imprint(data, is_round=False).width_mm == round(size_mm[0])


@pytest.mark.slow
def test_of_no_size_that_seals_have(page):
    refused("E_IMPRINT_SIZE", scans.saved(page, dpi=5000))
    refused("E_IMPRINT_SIZE", scans.saved(page), dpi=2000)


def test_arguments_are_the_callers(page):
    data = scans.saved(page)
    for options in (
        {"dpi": 300, "size_mm": (42, 42)},
        {"dpi": 0},
        {"dpi": float("nan")},
        {"size_mm": (42, 0)},
        {"size_mm": (42, float("nan"))},
    ):
        with pytest.raises(ValueError):
            clean_imprint(data, **options)


@pytest.mark.parametrize("data", [b"", b"GIF89a" + bytes(60), b"BM" + bytes(60), b"PK\x03\x04"])
def test_only_png_and_jpeg(data):
    with pytest.raises(UnsupportedFormat):
        clean_imprint(data, dpi=300)


def test_damaged_files(page):
    for form in ("PNG", "JPEG"):
        data = scans.saved(page, form)
        for end in (20, 200, len(data) // 2):
            with pytest.raises(FormatError):
                clean_imprint(data[:end], dpi=300)


def test_a_bomb_is_refused_by_its_header():
    header = b"IHDR" + struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n\0\0\0\x0d" + header + struct.pack(">I", zlib.crc32(header))
    with pytest.raises(LimitExceeded):
        clean_imprint(png, dpi=300)


def test_too_many_bytes(monkeypatch, page):
    data = scans.saved(page)
    monkeypatch.setattr(module, "MAX_BYTES", len(data) - 1)
    with pytest.raises(LimitExceeded):
        clean_imprint(data)


TINY = scans.saved(
    scans.scan(
        Drawing((Path((polygon([(0, 0), (10, 0), (10, 10), (0, 10)]),), RED),), 10, 10).picture(),
        dpi=150,
        page_mm=(20, 20),
        at_mm=(5, 5),
        noise=0,
    ),
    dpi=150,
)


def test_the_smallest_scan_is_cleaned():
    assert clean_imprint(TINY).width_mm == 10


@settings(max_examples=min(120, settings.default.max_examples), deadline=None, derandomize=True)
@given(st.data())
def test_hostile_bytes_are_cleaned_or_refused(data):
    content = bytearray(TINY)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for found in (bytes(content), bytes(content[:cut])):
        with contextlib.suppress(GovsealError):
            assert clean_imprint(found, dpi=150).width_mm > 0


def test_a_specimen_is_no_imprint(seal):
    refused("E_SPECIMEN", specimen_png(seal), dpi=300)


@pytest.mark.parametrize("size", [(1, 70_000), (70_000, 1)])
def test_a_picture_of_one_endless_line_is_refused(size):
    with pytest.raises(LimitExceeded) as caught:
        clean_imprint(scans.saved(Image.new("RGB", size), "PNG"))
    assert (caught.value.limit, caught.value.found) == (65_535, 70_000)
