"""Where a stamp lies in a PDF, measured on what PDFium draws, and what is refused."""

from __future__ import annotations

import pytest

import pdf_stamping as build
from govseal.errors import StampError
from govseal.formats.base import Placement

A4_MM = (210.0, 297.0)
PX_PER_POINT = 3


def shown(data, placement, width_mm, *, page=1):
    """The corners of the stamp in millimetres, and whether it stands upright."""
    image = build.picture(build.office("rsa").stamp(data, placement), page, PX_PER_POINT)
    box = build.red_box_mm(image, width_mm)
    per_mm = image.width / width_mm

    def at(x, y):
        return build.is_red(
            image.getpixel(
                (round((placement.x_mm + x) * per_mm), round((placement.y_mm + y) * per_mm))
            )
        )

    is_upright = [at(20, 2.5), at(2.5, 17.5), at(37.5, 17.5), at(20, 10)] == [
        True,
        True,
        False,
        False,
    ]
    return box, is_upright


def assert_lies_at(data, placement, width_mm=210.0, **more):
    box, is_upright = shown(data, placement, width_mm, **more)
    x, y = placement.x_mm, placement.y_mm
    assert box == pytest.approx((x, y, x + 40, y + 20), abs=0.3)
    assert is_upright


def refused(data, code, placement=build.CORNER):
    with pytest.raises(StampError) as caught:
        build.office("rsa").stamp(data, placement)
    assert caught.value.code == code


@pytest.mark.parametrize(("x", "y"), [(0, 0), (20, 30), (170, 277), (100.5, 33.3)])
def test_millimetres_count_from_the_upper_left_corner(x, y):
    assert_lies_at(build.pdf(), Placement(1, x, y))


@pytest.mark.parametrize("rotation", [0, 90, 180, 270, -90, 450])
def test_a_turned_page_is_stamped_as_it_is_shown(rotation):
    width = A4_MM[rotation % 180 != 0]
    data = build.pdf(f"{build.A4} /Rotate {rotation}")
    assert_lies_at(data, Placement(1, 15, 120), width)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_visible_part_of_a_page_counts(rotation):
    # The box to the right of 100 points, below 741.89 and above 50: 495.28 by 691.89 points.
    page = f"/MediaBox [-20 10 595.28 841.89] /CropBox [100 50 900 741.89] /Rotate {rotation}"
    width = (495.28, 691.89)[rotation % 180 != 0] / 72 * 25.4
    assert_lies_at(build.pdf(page), Placement(1, 10, 20), width)


def test_boxes_may_name_any_two_corners():
    assert_lies_at(build.pdf("/MediaBox [595.28 841.89 0 0]"), build.CORNER)


def test_a_page_inherits_its_box_and_its_turn():
    data = build.pdf("", tree=f"{build.A4} /Rotate 90")
    assert_lies_at(data, build.CORNER, 297)


def test_a_box_may_be_given_by_reference():
    data = build.pdf("/MediaBox 5 0 R", more=("[0 0 6 0 R 841.89]", "595.28"))
    assert_lies_at(data, build.CORNER)


def test_a_page_may_count_in_larger_units():
    data = build.pdf("/MediaBox [0 0 297.64 420.945] /UserUnit 2")
    assert_lies_at(data, build.CORNER)


def test_another_page():
    assert_lies_at(build.pdf(pages=3), Placement(3, 5, 5), page=3)


def test_other_pages_stay_as_they_are():
    data = build.office("rsa").stamp(build.pdf(pages=3), Placement(2, 5, 5))
    assert [bool(build.picture(data, page).getcolors(1)) for page in (1, 2, 3)] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("page", [2, 3, 10**9])
def test_a_page_that_is_not_there(page):
    refused(build.pdf(), "no_such_page", Placement(page, 1, 1))


@pytest.mark.parametrize(
    ("x", "y"), [(-1.1, 0), (0, -1.1), (171.1, 0), (0, 278.1), (500, 500), (-43, -43)]
)
def test_a_place_outside_the_page(x, y):
    refused(build.pdf(), "outside_page", Placement(1, x, y))


@pytest.mark.parametrize(("x", "y"), [(-0.9, -0.9), (170.9, 277.9)])
def test_a_little_over_the_edge_is_allowed(x, y):
    assert build.office("rsa").stamp(build.pdf(), Placement(1, x, y))


def test_what_a_turned_page_shows_decides_whether_a_place_is_outside():
    turned = build.pdf(f"{build.A4} /Rotate 90")
    assert build.office("rsa").stamp(turned, Placement(1, 250, 30))
    refused(build.pdf(), "outside_page", Placement(1, 250, 30))


@pytest.mark.parametrize(
    "page",
    [
        "",
        "/MediaBox [0 0 595]",
        "/MediaBox [0 0 0 842]",
        "/MediaBox [0 0 (a) 842]",
        "/MediaBox 7",
        f"{build.A4} /CropBox [700 900 800 1000]",
        f"{build.A4} /Rotate 45",
        f"{build.A4} /Rotate /N",
        f"{build.A4} /UserUnit 0",
        f"{build.A4} /UserUnit -1",
    ],
)
def test_a_page_that_does_not_say_how_it_is_shown(page):
    refused(build.pdf(page), "malformed")


def test_a_page_tree_that_runs_in_a_circle():
    refused(build.pdf("", tree="/Parent 2 0 R"), "malformed")


def test_one_signature_shows_in_one_place():
    with pytest.raises(StampError, match="one place") as caught:
        build.office("rsa").stamp(build.pdf(), [build.CORNER, Placement(1, 100, 100)])
    assert caught.value.code == "unsupported"
