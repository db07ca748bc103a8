"""Imprints laid upon each other: the same seal from any source, and every other seal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image, ImageOps

import scans
from govseal.errors import FormatError, LimitExceeded, SealError, UnsupportedFormat
from govseal.seal.drawing import Drawing, draw_seal
from govseal.seal.drawing.fonts import find_font
from govseal.seal.drawing.paths import Path, circle
from govseal.seal.imprint import clean_imprint
from govseal.seal.likeness import ALIKE, compare_imprints
from govseal.seal.picture import SealPicture

NAME = "测试市行政审批服务管理局"
PURPOSE = "行政审批专用章（1）"


@pytest.fixture(scope="module")
def font():
    try:
        return find_font(bold=True)
    except SealError:
        pytest.skip("no Chinese font on this system")


@pytest.fixture(scope="module")
def seal(font) -> Drawing:
    return draw_seal(NAME, bottom=PURPOSE, font=font)


@pytest.fixture(scope="module")
def filed(seal) -> SealPicture:
    """The imprint on file, in outlines."""
    return seal.picture("svg")


def cleaned(picture, dpi=300, quality=75, **options):
    return clean_imprint(
        scans.jpeg(scans.scan(picture, dpi=dpi, **options), dpi, quality)
    ).picture()


def changed(picture, change):
    """The picture with its pixels changed."""
    output = io.BytesIO()
    change(Image.open(io.BytesIO(picture.data)).convert("RGBA")).save(output, "PNG")
    return replace(picture, data=output.getvalue())


@pytest.mark.req("R-JC29S-06b")
def test_the_same_bytes_are_identical(seal, filed):
    for form in ("png", "svg", "ofd"):
        found = compare_imprints(seal.picture(form), seal.picture(form))
        assert (found.is_identical, found.likeness, found.is_alike) == (True, 1.0, True)
    # The same bytes of another size are another imprint.
    found = compare_imprints(filed, replace(filed, width_mm=45, height_mm=45))
    assert not found.is_identical
    assert not found.is_alike


@pytest.mark.req("R-JC29S-06b")
@pytest.mark.parametrize(
    "dpi", [150, *(pytest.param(dpi, marks=pytest.mark.slow) for dpi in (300, 600))]
)
def test_pixels_are_like_outlines(seal, filed, dpi):
    found = compare_imprints(seal.picture("png", dpi), filed)
    assert not found.is_identical
    assert found.is_alike
    assert found.likeness > 0.9


@pytest.mark.req("R-JC29S-06b")
@pytest.mark.parametrize(
    "options",
    [
        {"angle": 1.0},
        pytest.param({}, marks=pytest.mark.slow),
        pytest.param({"angle": -1.0, "dpi": 200}, marks=pytest.mark.slow),
        pytest.param({"dpi": 150, "quality": 50}, marks=pytest.mark.slow),
        pytest.param({"dpi": 600, "blur": 3.0, "noise": 10.0}, marks=pytest.mark.slow),
        pytest.param({"blur": 1.5, "quality": 50}, marks=pytest.mark.slow),
        pytest.param({"density": 0.45, "noise": 12.0}, marks=pytest.mark.slow),
        pytest.param(
            {"paper": scans.WHITE, "ink": (225, 60, 40), "angle": 0.5}, marks=pytest.mark.slow
        ),
        pytest.param({"size_mm": (41.7, 41.8)}, marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_a_scan_is_like_its_seal(seal, filed, options):
    found = compare_imprints(cleaned(seal.picture(), **options), filed)
    assert found.is_alike
    assert found.likeness > ALIKE + 0.02


@pytest.mark.req("R-JC29S-06b")
@pytest.mark.parametrize(
    ("name", "bottom"),
    [
        pytest.param(NAME, "行政审批专用章（2）", marks=pytest.mark.slow),
        pytest.param(NAME, "行政审批专用章（7）", marks=pytest.mark.slow),
        pytest.param(NAME, "行政审批专用章", marks=pytest.mark.slow),
        (NAME, "行政审批专用草（1）"),
        pytest.param("测试县行政审批服务管理局", PURPOSE, marks=pytest.mark.slow),
        pytest.param("测试市行政审批服务菅理局", PURPOSE, marks=pytest.mark.slow),
        pytest.param("测试市行政审批服务管埋局", PURPOSE, marks=pytest.mark.slow),
        pytest.param("测试市教育局", PURPOSE, marks=pytest.mark.slow),
        pytest.param(NAME, None, marks=pytest.mark.slow),
    ],
)
def test_another_seal_is_not_alike(font, filed, name, bottom):
    other = draw_seal(name, bottom=bottom, font=font)
    for picture in (other.picture("svg"), cleaned(other.picture(), 200)):
        found = compare_imprints(picture, filed)
        assert not found.is_alike
        assert found.likeness < ALIKE - 0.02


@pytest.mark.slow
@pytest.mark.parametrize("diameter", [30, 60])
def test_small_and_large_seals_are_told_apart_too(font, diameter):
    one, other = (
        draw_seal(NAME, bottom=f"行政审批专用章（{number}）", diameter_mm=diameter, font=font)
        for number in (1, 2)
    )
    scanned = cleaned(one.picture(), page_mm=(90, 90), at_mm=(10, 10))
    assert compare_imprints(scanned, one.picture("svg")).is_alike
    assert not compare_imprints(scanned, other.picture("svg")).is_alike


@pytest.mark.slow
@pytest.mark.req("R-JC29S-06b")
@pytest.mark.parametrize(
    "change",
    [
        ImageOps.mirror,
        ImageOps.flip,
        lambda picture: picture.rotate(5, Image.Resampling.BICUBIC),
        lambda picture: picture.rotate(-5, Image.Resampling.BICUBIC),
        lambda picture: picture.rotate(72, Image.Resampling.BICUBIC),
    ],
    ids=["mirrored", "flipped", "by 5", "by -5", "by 72"],
)
def test_turned_and_mirrored_is_not_alike(seal, filed, change):
    assert not compare_imprints(changed(seal.picture(), change), filed).is_alike


@pytest.mark.slow
@pytest.mark.parametrize("size", [(40, 40), (41, 41), (43, 43), (45, 45), (41, 42)])
def test_of_another_size_is_not_alike(seal, filed, size):
    other = SealPicture("PNG", seal.picture().data, *size)
    assert not compare_imprints(other, filed).is_alike


@pytest.mark.slow
def test_text_over_the_imprint_is_for_a_person_to_judge(seal, filed):
    assert not compare_imprints(cleaned(seal.picture(), text=True), filed).is_alike


@pytest.mark.slow
@pytest.mark.measured
def test_margins_and_colours_do_not_count(seal, filed):
    def widened(picture):
        ground = Image.new("RGB", (1181, 1181), "white")
        ground.paste((30, 40, 160), (120, 70), picture.getchannel("A"))
        return ground

    wide = replace(changed(seal.picture(), widened), width_mm=50, height_mm=50)
    found = compare_imprints(wide, replace(filed))
    assert found.likeness > 0.85


@pytest.mark.slow
def test_it_is_the_same_from_both_sides(seal, filed):
    scanned = cleaned(seal.picture())
    there, back = compare_imprints(scanned, filed), compare_imprints(filed, scanned)
    assert there.likeness == pytest.approx(back.likeness, abs=0.03)


# ---------------------------------------------------------------------------------------- refusals


def test_an_ofd_is_compared_by_its_bytes_only(seal, filed):
    with pytest.raises(UnsupportedFormat):
        compare_imprints(seal.picture("ofd"), filed)
    with pytest.raises(UnsupportedFormat):
        compare_imprints(filed, seal.picture("ofd"))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", UnsupportedFormat),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><image/></svg>', UnsupportedFormat),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x10\x00\x10" + bytes(9), FormatError),
        (b"BM" + bytes(12) + b"\x28\0\0\0\0\0\1\0\0\0\1\0" + bytes(28), LimitExceeded),
    ],
)
def test_what_cannot_be_drawn_is_refused(filed, data, error):
    with pytest.raises(error):
        compare_imprints(filed, SealPicture("PNG", data, 42, 42))


def test_a_picture_of_nothing_is_refused(filed):
    empty = Drawing((Path((circle((21, 21), 0.01),)),), 42, 42).picture("svg")
    with pytest.raises(FormatError, match="no imprint"):
        compare_imprints(filed, empty)


@pytest.mark.parametrize("size", [(0, 42), (42, -1), (501, 42)])
def test_a_picture_without_a_size_is_refused(filed, size):
    with pytest.raises(FormatError, match="no size"):
        compare_imprints(filed, SealPicture("SVG", filed.data, *size))


@pytest.mark.parametrize("side", [0, -42, 501, 2**500])
def test_a_size_that_no_seal_has(filed, side):
    for pair in ((filed, replace(filed, width_mm=side)), (replace(filed, height_mm=side), filed)):
        with pytest.raises(FormatError, match="no size"):
            compare_imprints(*pair)
