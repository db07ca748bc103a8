"""Filling outlines with pixels, against the definition of the winding number."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from govseal.errors import FormatError, LimitExceeded
from govseal.seal.drawing.paths import Contour, Path, circle, polygon
from govseal.seal.drawing.png import encode_png
from govseal.seal.drawing.raster import coverage, merged_coverage, rasterise

RED = (255, 0, 0, 255)


def square(x0, y0, x1, y1) -> Contour:
    return polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def rows(pixels, width):
    return [list(pixels[i : i + width]) for i in range(0, len(pixels), width)]


def winding(polygons, x, y) -> int:
    """The definition: signed crossings of a ray to the right."""
    number = 0
    for points in polygons:
        for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
            if (y0 <= y) != (y1 <= y):
                at = x0 + (y - y0) * (x1 - x0) / (y1 - y0)
                number += (1 if y1 > y0 else -1) if at > x else 0
    return number


def test_whole_and_half_pixels():
    pixels = coverage([square(1, 0.5, 2.5, 2)], 4, 3)
    assert rows(pixels, 4) == [[0, 128, 64, 0], [0, 255, 128, 0], [0, 0, 0, 0]]


def test_slanted_edge_covers_by_area():
    pixels = coverage([polygon([(0, 0), (4, 0), (0, 4)])], 4, 4)
    assert rows(pixels, 4) == [
        [255, 255, 255, 128],
        [255, 255, 128, 0],
        [255, 128, 0, 0],
        [128, 0, 0, 0],
    ]


def test_rules_differ_where_outlines_overlap():
    overlapping = [square(0, 0, 4, 1), square(2, 0, 6, 1)]
    assert list(coverage(overlapping, 6, 1)) == [255] * 6
    assert list(coverage(overlapping, 6, 1, rule="evenodd")) == [255, 255, 0, 0, 255, 255]


def test_counter_of_opposite_direction_stays_open():
    hole = polygon([(1, 1), (1, 3), (3, 3), (3, 1)])
    expected = [[255] * 4, [255, 0, 0, 255], [255, 0, 0, 255], [255] * 4]
    for rule in ("nonzero", "evenodd"):
        assert rows(coverage([square(0, 0, 4, 4), hole], 4, 4, rule=rule), 4) == expected


def test_direction_does_not_matter():
    points = [(0.3, 0.2), (5.5, 1.1), (3.2, 5.9)]
    assert coverage([polygon(points)], 6, 6) == coverage([polygon(points[::-1])], 6, 6)


@pytest.mark.parametrize(
    "shape", [square(-50, -50, 50, 50), circle((2, 2), 100), square(-1e8, -1e8, 1e8, 1e8)]
)
def test_outlines_beyond_the_picture_are_cut(shape):
    assert coverage([shape], 4, 4) == bytes([255] * 16)


@pytest.mark.parametrize(
    "shape",
    [square(5, 0, 9, 4), square(-9, 0, -5, 4), square(0, -5, 4, -1), square(0, 5, 4, 9)],
)
def test_outlines_beside_the_picture_fill_nothing(shape):
    assert not any(coverage([shape], 4, 4))


def test_cut_edge_keeps_its_slope():
    whole = coverage([polygon([(-3, 0), (9, 0), (-3, 12)])], 6, 6)
    assert rows(whole, 6)[5] == [255, 255, 255, 128, 0, 0]
    assert rows(whole, 6)[0] == [255] * 6


points = st.tuples(st.integers(-40, 120), st.integers(-40, 120)).map(lambda p: (p[0] / 5, p[1] / 5))


@given(
    polygons=st.lists(st.lists(points, min_size=3, max_size=7), min_size=1, max_size=3),
    rule=st.sampled_from(["nonzero", "evenodd"]),
)
def test_every_pixel_off_the_edges_follows_the_winding_number(polygons, rule):
    size = 16
    pixels = coverage([polygon(p) for p in polygons], size, size, rule=rule)
    for y in range(size):
        for x in range(size):
            corners = [(x + a, y + b) for a in (0.01, 0.5, 0.99) for b in (0.01, 0.5, 0.99)]
            if any(_near(polygons, x + 0.5, y + 0.5)):
                continue
            numbers = {winding(polygons, *corner) for corner in corners}
            assert len(numbers) == 1
            number = numbers.pop()
            filled = number % 2 if rule == "evenodd" else number != 0
            assert pixels[y * size + x] == (255 if filled else 0)


def _near(polygons, x, y):
    """Whether an edge may touch the pixel around a point."""
    for corners in polygons:
        for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
            length = (x1 - x0) ** 2 + (y1 - y0) ** 2
            along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length if length else 0.0
            t = min(max(along, 0.0), 1.0)
            px, py = x0 + t * (x1 - x0), y0 + t * (y1 - y0)
            yield (px - x) ** 2 + (py - y) ** 2 < 0.51


def test_curves_are_followed():
    pixels = coverage([circle((50, 50), 40)], 100, 100)
    assert sum(pixels) / 255 == pytest.approx(3.14159 * 1600, rel=0.001)
    quadratic = Contour((0, 0), (((50, 100), (100, 0)),))
    assert sum(coverage([quadratic], 100, 100)) / 255 == pytest.approx(100 * 50 * 2 / 3, rel=0.001)


@pytest.mark.parametrize(("width", "height"), [(0, 5), (5, 0), (-1, 5)])
def test_refuses_empty_areas(width, height):
    with pytest.raises(ValueError, match="no picture"):
        coverage([], width, height)


def test_refuses_huge_areas():
    with pytest.raises(LimitExceeded, match="too large") as caught:
        coverage([], 100_000, 100_000)
    assert caught.value.found == 10**10


def test_refuses_outlines_without_end():
    zigzag = polygon([(x % 2 * 900 + 0.5, x % 7 * 100) for x in range(1000)])
    with pytest.raises(LimitExceeded, match="cross more than 5000"):
        coverage([zigzag], 1000, 1000, max_cells=5000)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf"), 1e300])
def test_refuses_coordinates_that_are_no_place(bad):
    for points in ([(0, 0), (bad, 1), (1, 1)], [(0, bad), (1, 1), (2, 0)]):
        with pytest.raises(FormatError, match="coordinate"):
            coverage([polygon(points)], 4, 4)
        with pytest.raises(FormatError, match="coordinate"):
            rasterise([Path((polygon(points),))], 4, 4)
    with pytest.raises(FormatError, match="coordinate"):
        coverage([Contour((0, 0), (((1, 1), (bad, 2), (3, 3)),))], 4, 4)


def test_paints_in_order_on_nothing():
    green = Path((square(1, 0, 3, 2),), (0, 255, 0, 255))
    image = rasterise([Path((square(0, 0, 2, 2),), RED), green], 4, 2)
    assert image.mode == "RGBA"
    assert [image.getpixel((x, 0)) for x in range(4)] == [
        RED,
        (0, 255, 0, 255),
        (0, 255, 0, 255),
        (0, 0, 0, 0),
    ]


def test_paints_by_scale_and_by_matrix():
    path = Path((square(0, 0, 1, 1),), RED)
    assert rasterise([path], 10, 10, 4).getbbox() == (0, 0, 4, 4)
    assert rasterise([path], 10, 10, matrix=(2, 0, 0, 3, 5, 6)).getbbox() == (5, 6, 7, 9)


def test_paints_half_clear_colours():
    path = Path((square(0, 0, 1, 1),), (255, 0, 0, 128))
    ground = (255, 255, 255, 255)
    assert rasterise([path], 1, 1, background=ground).getpixel((0, 0)) == (255, 127, 127, 255)


def test_paints_onto_a_picture():
    page = Image.new("RGBA", (4, 4), (255, 255, 255, 255))
    assert rasterise([Path((square(0, 0, 1, 1),), RED)], 4, 4, onto=page) is page
    assert page.getpixel((0, 0)) == RED
    assert page.getpixel((1, 1)) == (255, 255, 255, 255)


def test_paints_nothing_outside():
    paths = [Path((square(9, 9, 12, 12),), RED), Path((), RED)]
    assert rasterise(paths, 4, 4).getbbox() is None


@pytest.mark.parametrize("page", [Image.new("RGB", (4, 4)), Image.new("RGBA", (5, 4))])
def test_refuses_to_paint_onto_another_kind_of_picture(page):
    with pytest.raises(ValueError, match="RGBA picture of 4 x 4"):
        rasterise([], 4, 4, onto=page)


def test_png_of_odd_width(tmp_path):
    path = tmp_path / "three.png"
    path.write_bytes(encode_png(bytes([0, 128, 255, 255, 0, 17]), 3, 2, RED, 300))
    with Image.open(path) as image:
        alphas = list(image.convert("RGBA").getchannel("A").tobytes())
    assert alphas == [0, 136, 255, 255, 0, 17]


def test_merged_paths_keep_their_rules():
    """A hole stays open, and paths of opposite direction do not undo one another."""
    hole = Path((square(0, 0, 3, 3), square(1, 1, 2, 2)), rule="evenodd")
    assert list(merged_coverage([hole], 3, 3)) == [255] * 4 + [0] + [255] * 4
    turned = Path((polygon([(0, 0), (0, 2), (2, 2), (2, 0)]),))
    both = [Path((square(0, 0, 2, 2),)), turned]
    assert list(merged_coverage(both, 3, 2)) == [255, 255, 0] * 2


def test_merged_paths_are_cut_to_the_picture():
    paths = [
        Path((square(-5, -5, 1, 1),)),
        Path((square(2, 1, 9, 9),)),
        Path((square(7, 7, 9, 9),)),
    ]
    assert list(merged_coverage(paths, 3, 2)) == [255, 0, 0, 0, 0, 255]


def test_merging_refuses_an_empty_area():
    with pytest.raises(ValueError, match="no picture"):
        merged_coverage([], 0, 4)


@pytest.mark.slow
def test_curves_beyond_the_limit_are_never_laid_out():
    bends = tuple(((900.0, 990.0), (0.0, 0.0)) for _ in range(20_000))
    tracemalloc.start()
    with pytest.raises(LimitExceeded, match="cross more than 100000"):
        coverage([Contour((0.0, 0.0), bends)], 1000, 1000, max_cells=100_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000
