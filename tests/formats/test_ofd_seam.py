"""骑缝章: strips by the formulas, one signature for all, and pictures that make the whole seal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageStat

import ofd_builder as build
import pagepictures as pages
import ses_builder
from govseal.errors import StampError
from govseal.formats.base import Extent
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.outline import Box
from govseal.formats.ofd.seam import strips
from govseal.formats.places import Keyword, OnPages, Seam
from govseal.seal import codec

A4 = (210.0, 297.0)
SEAL_MM = 40
PER_MM = 10


def rows(found):
    return [
        (strip.page, strip.box.x_mm, strip.box.y_mm, strip.clip.x_mm, strip.clip.y_mm)
        for strip in found
    ]


def shown(strip):
    """The part of the page that a strip covers: left, top, right, bottom."""
    box, clip = strip.box, strip.clip
    left, top = box.x_mm + clip.x_mm, box.y_mm + clip.y_mm
    return left, top, left + clip.width_mm, top + clip.height_mm


class TestFormulas:
    def test_right(self):
        found = strips(Seam("right", margin_mm=1), [A4] * 4, 40, 40)
        assert rows(found) == [
            (0, 199, 128.5, 0, 0),
            (1, 189, 128.5, 10, 0),
            (2, 179, 128.5, 20, 0),
            (3, 169, 128.5, 30, 0),
        ]
        assert {(s.clip.width_mm, s.clip.height_mm) for s in found} == {(10, 40)}
        assert {(s.box.width_mm, s.box.height_mm) for s in found} == {(40, 40)}

    def test_left(self):
        found = strips(Seam("left", margin_mm=1), [A4] * 4, 40, 40)
        assert rows(found) == [
            (0, -29, 128.5, 30, 0),
            (1, -19, 128.5, 20, 0),
            (2, -9, 128.5, 10, 0),
            (3, 1, 128.5, 0, 0),
        ]

    def test_bottom(self):
        found = strips(Seam("bottom", offset_mm=15), [A4] * 2, 40, 30)
        assert rows(found) == [(0, 15, 282, 0, 0), (1, 15, 267, 0, 15)]
        assert {(s.clip.width_mm, s.clip.height_mm) for s in found} == {(40, 15)}

    def test_top(self):
        found = strips(Seam("top"), [A4] * 2, 40, 30)
        assert rows(found) == [(0, 85, -15, 0, 15), (1, 85, 0, 0, 0)]

    def test_facing_pages_share_a_seal_at_every_fold(self):
        found = strips(Seam("facing", margin_mm=2), [A4] * 3, 40, 40)
        assert [(s.page, shown(s)[0], shown(s)[2], s.clip.x_mm) for s in found] == [
            (0, 188, 208, 0),
            (1, 2, 22, 20),
            (1, 188, 208, 0),
            (2, 2, 22, 20),
        ]

    def test_pages_of_different_sizes_each_have_their_own_edge(self):
        found = strips(Seam("right"), [A4, (297.0, 210.0)], 40, 40)
        assert [shown(strip)[2] for strip in found] == [210, 297]
        assert [strip.box.y_mm for strip in found] == [128.5, 85]

    @pytest.mark.parametrize(
        ("count", "group", "expected"),
        [
            (50, None, [17, 17, 16]),
            (20, None, [20]),
            (21, None, [11, 10]),
            (2, None, [2]),
            (50, 50, [50]),
            (7, 3, [3, 4]),
            (8, 3, [3, 3, 2]),
            (9, 3, [3, 3, 3]),
            (5, 2, [2, 3]),
            (5, 60, [5]),
        ],
    )
    def test_groups(self, count, group, expected):
        found = strips(Seam(group=group), [A4] * count, 40, 40)
        assert [strip.page for strip in found] == list(range(count))
        widths = [strip.clip.width_mm for strip in found]
        assert widths == [40 / size for size in expected for _ in range(size)]
        firsts = [strip.page for strip in found if strip.clip.x_mm == 0]
        assert firsts == [sum(expected[:at]) for at in range(len(expected))]

    @given(
        st.sampled_from(["right", "left", "top", "bottom"]),
        st.integers(2, 90),
        st.floats(5, 60),
        st.floats(0, 20),
        st.one_of(st.none(), st.integers(2, 40)),
    )
    def test_every_group_is_one_whole_seal(self, edge, count, size, margin, group):
        try:
            found = strips(Seam(edge, "all", None, margin, group), [A4] * count, size, size)
        except StampError as error:
            assert error.code == "strip_too_narrow"  # noqa: PT017 - either is right
            return
        assert [strip.page for strip in found] == list(range(count))
        is_upright = edge in ("right", "left")
        spans = sorted(
            (s.clip.x_mm, s.clip.width_mm) if is_upright else (s.clip.y_mm, s.clip.height_mm)
            for s in found
        )
        groups = sum(start == 0 for start, _ in spans)
        assert sum(length for _, length in spans) == pytest.approx(groups * size)
        for strip in found:
            left, top, right, bottom = shown(strip)
            gap = {"right": 210 - right, "left": left, "top": top, "bottom": 297 - bottom}[edge]
            assert gap == pytest.approx(margin)

    @pytest.mark.parametrize("sizes", [[], [A4]])
    def test_one_page_has_no_seam(self, sizes):
        with pytest.raises(StampError) as refused:
            strips(Seam(), sizes, 40, 40)
        assert refused.value.code == "too_few_pages"

    def test_strips_that_nobody_could_see(self):
        assert strips(Seam(group=200), [A4] * 200, 40, 40)
        with pytest.raises(StampError, match=r"0\.20 mm") as refused:
            strips(Seam(group=201), [A4] * 201, 40, 40)
        assert refused.value.code == "strip_too_narrow"


def picture_seal(width=SEAL_MM, height=SEAL_MM):
    """A seal whose picture differs in every part: colours that run across and down."""
    across = Image.linear_gradient("L").rotate(90).resize((width * PER_MM, height * PER_MM))
    down = Image.linear_gradient("L").resize(across.size)
    picture = Image.merge("RGB", (across, down, Image.new("L", across.size, 40)))
    der = ses_builder.seal(
        picture={"type": "PNG", "data": pages.encoded(picture), "width": width, "height": height}
    )
    return codec.decode_seal(der), picture


def stamped(data, seam, seal=None):
    seal = seal or picture_seal()[0]
    request = build.request(seal=seal, placements=(seam,))
    prepared = OfdDocument(data).prepare(request)
    return prepared.finish(build.signature_for(prepared, seal.der))


def blank(count, boxes=()):
    """Pages without text, A4 unless ``boxes`` gives their sizes."""
    files = build.files(pages=count)
    for number in range(count):
        box = f"0 0 {boxes[number]}" if boxes else ""
        files[f"Doc_0/Pages/Page_{number}/Content.xml"] = pages.content("", box=box)
    return build.pack(files)


def annotations(data):
    text = build.read(data, build.SIGNATURE).decode()
    return re.findall(r'PageRef="(\d+)" Boundary="([^"]+)" Clip="([^"]+)"', text)


class TestStamps:
    def test_what_is_written(self):
        data = stamped(blank(3), Seam("right", offset_mm=20))
        assert annotations(data) == [
            ("10", "196.667 20 40 40", "0 0 13.333 40"),
            ("11", "183.333 20 40 40", "13.333 0 13.333 40"),
            ("12", "170 20 40 40", "26.667 0 13.333 40"),
        ]

    def test_fifty_pages_are_one_signature(self):
        data = stamped(blank(50), Seam(group=50))
        (signature,) = build.evidence(data).signatures
        assert signature.id == "s001"
        assert signature.coverage.extent is Extent.WHOLE_FILE
        assert [item.page for item in signature.appearances] == list(range(1, 51))
        assert {item.clip_mm[2] for item in signature.appearances} == {0.8}
        assert "<ofd:MaxSignId>s051<" in build.read(data, build.LIST).decode()

    def test_some_pages(self):
        data = stamped(blank(6), Seam(pages="2-3,6"))
        assert [page for page, _, _ in annotations(data)] == ["11", "12", "15"]

    def test_a_seam_and_a_stamp_are_one_signature(self):
        seal = picture_seal()[0]
        places = (Seam(), OnPages("last", 120, 210), OnPages("1-2", 10, 10))
        prepared = OfdDocument(blank(3)).prepare(build.request(*places, seal=seal))
        (signature,) = build.evidence(
            prepared.finish(build.signature_for(prepared, seal.der))
        ).signatures
        assert [item.page for item in signature.appearances] == [1, 2, 3, 3, 1, 2]
        assert [item.clip_mm is None for item in signature.appearances] == [False] * 3 + [True] * 3

    @pytest.mark.parametrize(
        ("data", "seam", "code"),
        [
            (blank(1), Seam(), "too_few_pages"),
            (blank(3), Seam(pages="2"), "too_few_pages"),
            (blank(3), Seam(pages="2-4"), "no_such_page"),
            (blank(3), Seam(offset_mm=-2), "outside_page"),
            (blank(3), Seam(offset_mm=260), "outside_page"),
            (blank(3), Seam("top", offset_mm=180), "outside_page"),
            (blank(3), Seam(margin_mm=200), "outside_page"),
            (blank(3, ["210 297", "210 30", "210 297"]), Seam(), "outside_page"),
            (blank(3, ["210 297", "0 0", "210 297"]), Seam(), "malformed"),
            (blank(3, ["210 297", "210 297", "1e308 297"]), Seam(), "malformed"),
            (build.two_documents(), Seam(), "no_such_page"),
            (stamped(blank(2), Seam(group=2)) + b"x", Seam(), "container_damaged"),
        ],
    )
    def test_refused(self, data, seam, code):
        with pytest.raises(StampError) as refused:
            stamped(data, seam)
        assert refused.value.code == code

    def test_pages_without_a_size(self):
        data = build.edited(blank(2), build.DOCUMENT, "PhysicalBox", "Elsewhere")
        with pytest.raises(StampError, match="does not state its size") as refused:
            stamped(data, Seam())
        assert refused.value.code == "malformed"

    def test_the_document_does_not_change_for_a_refused_one(self):
        data = blank(2)
        with pytest.raises(StampError):
            stamped(data, Keyword("没有"))
        assert build.evidence(data).signatures == ()


def strip_of(picture, edge, length_mm):
    """What lies on one edge of a page."""
    length = round(length_mm * PER_MM)
    width, height = picture.size
    return picture.crop(
        {
            "right": (width - length, 0, width, height),
            "left": (0, 0, length, height),
            "top": (0, 0, width, length),
            "bottom": (0, height - length, width, height),
        }[edge]
    )


def fanned(data, edge, count, length_mm):
    """The strips of all pages, laid side by side as a fan shows them."""
    found = [strip_of(pages.draw(data, number), edge, length_mm) for number in range(1, count + 1)]
    if edge in ("left", "top"):
        found.reverse()
    is_upright = edge in ("left", "right")
    step = found[0].width if is_upright else found[0].height
    size = (step * count, found[0].height) if is_upright else (found[0].width, step * count)
    whole = Image.new("RGB", size)
    for number, strip in enumerate(found):
        whole.paste(strip, (step * number, 0) if is_upright else (0, step * number))
    return whole


class TestPictures:
    @pytest.mark.parametrize("edge", ["right", "left", "top", "bottom"])
    def test_the_strips_of_all_pages_are_the_seal(self, edge):
        seal, picture = picture_seal()
        sizes = ["60 50", "60 50", "60 50", "60 50"]
        data = stamped(blank(4, sizes), Seam(edge), seal)
        whole = fanned(data, edge, 4, 10)
        at = (0, 50) if edge in ("right", "left") else (100, 0)
        found = whole.crop((*at, at[0] + picture.width, at[1] + picture.height))
        difference = ImageStat.Stat(ImageChops.difference(found, picture))
        assert max(difference.mean) < 1
        assert max(high for _, high in difference.extrema) < 12

    def test_nothing_shows_beside_the_strip(self):
        data = stamped(blank(4, ["60 50"] * 4), Seam("right", margin_mm=3))
        for number in range(1, 5):
            assert pages.ink(pages.draw(data, number)) == (470, 50, 570, 450)

    def test_facing_pages_laid_side_by_side_show_the_seal(self):
        seal, picture = picture_seal()
        data = stamped(blank(2, ["60 50"] * 2), Seam("facing"), seal)
        left = strip_of(pages.draw(data, 1), "right", 20)
        right = strip_of(pages.draw(data, 2), "left", 20)
        whole = Image.new("RGB", picture.size)
        whole.paste(left.crop((0, 50, 200, 450)), (0, 0))
        whole.paste(right.crop((0, 50, 200, 450)), (200, 0))
        assert max(ImageStat.Stat(ImageChops.difference(whole, picture)).mean) < 1

    def test_a_picture_that_is_another_differs(self):
        seal, picture = picture_seal()
        data = stamped(blank(4, ["60 50"] * 4), Seam("right"), seal)
        whole = fanned(data, "left", 4, 10).crop((0, 50, 400, 450))
        assert max(ImageStat.Stat(ImageChops.difference(whole, picture)).mean) > 20


def test_a_box_is_plain():
    assert strips(Seam(), [A4] * 2, 40, 40)[0].box == Box(190, 128.5, 40, 40)
