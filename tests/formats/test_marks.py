"""Marks on page pictures: places outlined, coverage said, nothing judged."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import pytest
from PIL import Image, ImageChops

import govseal
import ofd_builder
import pagepictures as pages
from govseal.errors import FormatError, LimitExceeded, SealError, UnsupportedFormat
from govseal.formats import copies, marks
from govseal.formats.base import Appearance, Coverage, Extent, SignatureEvidence, SignatureKind
from govseal.formats.limits import Limits
from govseal.formats.marks import mark_page
from govseal.formats.ofd.compose import compose_document
from govseal.formats.pages import PagePictures

DPI = 254  # ten pixels to the millimetre
BLUE = marks._BLUE[:3]
WHITE = (255, 255, 255)


def page(width=600, height=400) -> bytes:
    return pages.encoded(Image.new("RGB", (width, height), "white"))


def signature(*places, name="s001", extent=Extent.WHOLE_FILE, **more) -> SignatureEvidence:
    return SignatureEvidence(
        name,
        SignatureKind.SEAL,
        "/Doc_0/Signs/Sign_0/Signature.xml",
        coverage=Coverage(extent),
        appearances=tuple(places),
        **more,
    )


def opened(png: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(png))
    assert (found.format, found.mode) == ("PNG", "RGB")
    return found


def said(number: int, *signatures: SignatureEvidence) -> list[str]:
    return [row.text(in_english=False) for row in marks._caption(number, signatures)]


# ------------------------------------------------------------------------------------------ marks


def test_the_box_is_outlined_where_the_stamp_lies():
    found = opened(mark_page(page(), 1, DPI, [signature(Appearance(1, 20, 10, 15, 15))]))
    assert found.getpixel((201, 200)) == BLUE
    assert found.getpixel((348, 200)) == BLUE
    assert found.getpixel((275, 248)) == BLUE
    assert found.getpixel((275, 175)) == WHITE  # the stamp itself stays as it is
    assert found.getpixel((195, 200)) == WHITE


def test_only_the_strip_that_shows_is_outlined():
    place = Appearance(1, 20, 10, 30, 20, clip_mm=(10, 0, 5, 20))
    found = opened(mark_page(page(), 1, DPI, [signature(place)]))
    assert found.getpixel((301, 250)) == BLUE
    assert found.getpixel((348, 250)) == BLUE
    assert found.getpixel((201, 250)) == WHITE


def test_the_page_keeps_its_place_and_the_caption_lies_under_it():
    png = page()
    found = opened(mark_page(png, 2, DPI, [signature(Appearance(1, 20, 10, 15, 15))]))
    assert found.width == 600
    assert found.height > 400
    whole = found.crop((0, 0, 600, 400))
    assert ImageChops.difference(whole, opened(png)).getbbox() is None
    assert found.info["dpi"] == pytest.approx((DPI, DPI), abs=0.1)


def test_the_same_page_gives_the_same_picture():
    several = [signature(Appearance(1, 20, 10, 15, 15)), signature(name="s002")]
    assert mark_page(page(), 1, DPI, several) == mark_page(page(), 1, DPI, several)


@pytest.mark.parametrize(
    "place",
    [
        Appearance(1, math.nan, 0, 10, 10),
        Appearance(1, 1e300, 0, 10, 10),
        Appearance(1, 0, 0, math.inf, 10),
        Appearance(1, 70, 0, 10, 10),
        Appearance(1, 10, 10, -5, 5),
        Appearance(1, 10, 10, 0, 0),
        Appearance(1, 10, 10, 5, 5, clip_mm=(math.nan, 0, 1, 1)),
        Appearance(0, 10, 10, 5, 5),
        Appearance(2, 10, 10, 5, 5),
    ],
)
def test_a_place_that_is_not_on_the_page_is_not_marked(place):
    png = page()
    found = opened(mark_page(png, 1, DPI, [signature(place)]))
    assert ImageChops.difference(found.crop((0, 0, 600, 400)), opened(png)).getbbox() is None


def test_a_stamp_over_the_edge_is_cut():
    found = opened(mark_page(page(), 1, DPI, [signature(Appearance(1, -5, -5, 10, 10))]))
    assert found.getpixel((48, 47)) == BLUE


@pytest.mark.slow
@pytest.mark.measured
def test_a_thousand_stamps_are_bounded(monkeypatch):
    monkeypatch.setattr(marks, "_MOST_MARKS", 3)
    several = [signature(Appearance(1, 1 + x, 20, 1, 1), name="") for x in range(1000)]
    found = opened(mark_page(page(), 1, DPI, several))
    assert found.getpixel((30, 201)) == BLUE
    assert found.getpixel((50, 201)) == WHITE
    assert found.height < 400 + 3000  # a narrow page takes several lines for a row
    assert said(1, *several)[-1] == f"另有 {1000 - marks._MOST_ROWS} 个 / {1000 - 24} more"


def test_a_page_of_one_pixel():
    found = opened(mark_page(page(1, 1), 1, 10, [signature(Appearance(1, 0, 0, 1, 1))]))
    assert found.width == 1


# ---------------------------------------------------------------------------------------- caption


@pytest.mark.parametrize(
    ("extent", "zh", "en"),
    [
        (Extent.WHOLE_FILE, "保护整个文件", "covers the whole file"),
        (Extent.WHOLE_REVISION, "其后另有追加", "more was added later"),
        (Extent.PARTIAL, "只保护部分文件", "covers a part of the file"),
        (Extent.NONE, "未保护任何内容", "covers nothing"),
    ],
)
def test_what_it_covers_is_said_in_both_languages(extent, zh, en):
    heading, row = said(1, signature(Appearance(1, 1, 1, 5, 5), extent=extent))
    assert "不是验证结论 / marks state facts and are no verdict" in heading
    assert row.startswith("#1 [s001] 签章，")
    assert zh in row
    assert en in row


def test_no_word_of_a_verdict():
    rows = " ".join(said(1, *(signature(extent=extent) for extent in Extent)))
    for word in ("通过", "有效", "passed", "failed", "valid", "trusted"):
        assert word not in rows


def test_numbers_count_through_the_document():
    first, second = signature(Appearance(1, 1, 1, 5, 5)), signature(Appearance(2, 1, 1, 5, 5))
    assert said(2, first, second)[1].startswith("#2 ")


def test_what_shows_nowhere_is_on_the_first_page_only():
    hidden = signature(name="hidden")
    assert "#1 [hidden] 签章，保护整个文件，不在任何页面显示" in said(1, hidden)[1]
    assert said(2, hidden) == ["本页没有签章 / there is no stamp on this page"]
    nowhere = signature(Appearance(0, 1, 1, 5, 5))
    assert "shows on no page" in said(1, nowhere)[1]


def test_what_cannot_be_read_covers_nothing_that_is_known():
    broken = replace(signature(Appearance(1, 1, 1, 5, 5)), problem=FormatError("damaged"))
    assert said(1, broken)[1] == "#1 [s001] 签章，无法读取 / stamp, cannot be read"


def test_an_unsigned_document():
    assert said(1) == ["文件中没有签章 / there is no signature in the file"]


def test_an_id_cannot_move_the_text():
    row = said(1, signature(name="a\u202e\n\x00" + "长" * 500))[1]
    assert row.startswith("#1 [a???")
    assert len(row) < 120
    assert row.isprintable()


def test_without_a_font_it_is_english(monkeypatch):
    def missing(**_):
        raise SealError("none", code="E_FONT_MISSING")

    monkeypatch.setattr(copies, "find_font", missing)
    copies.page_font.cache_clear()
    try:
        found = opened(mark_page(page(), 1, DPI, [signature(Appearance(1, 20, 10, 15, 15))]))
    finally:
        copies.page_font.cache_clear()
    assert ImageChops.difference(
        found.crop((0, 410, 600, found.height)),
        Image.new("RGB", (600, found.height - 410), marks._STRIP[:3]),
    ).getbbox()


# -------------------------------------------------------------------------------------- documents


@pytest.fixture(scope="module")
def stamped() -> bytes:
    return pages.stamped(pages.document(box="0 0 60 40"), pages.png(), place=(20, 10), size=15)


def test_an_ofd_through_the_facade(stamped):
    plain = opened(govseal.page_picture(stamped, dpi=DPI, marks=False))
    marked = opened(govseal.page_picture(io.BytesIO(stamped), 1, dpi=DPI))
    assert plain.size == (600, 400)
    assert plain.getpixel((201, 200)) == (255, 0, 0)
    assert marked.getpixel((201, 200)) == BLUE
    assert marked.height > 400


def test_a_document_is_read_once(stamped):
    document = PagePictures(stamped)
    assert document.count == 1
    assert document.evidence is document.evidence
    assert document.draw(1) == document.draw(1)


@pytest.mark.parametrize("number", [0, 2, -1])
def test_no_such_page(stamped, number):
    with pytest.raises(ValueError, match="there is no page"):
        govseal.page_picture(stamped, number)


def test_a_resolution_out_of_range(stamped):
    with pytest.raises(ValueError, match="10 to 1200 dpi"):
        govseal.page_picture(stamped, dpi=9)


def test_what_has_no_pages():
    for data in (b"plain text", b""):
        with pytest.raises(UnsupportedFormat):
            govseal.page_picture(data)
    with pytest.raises(UnsupportedFormat, match="no pages in this format: seal"):
        PagePictures(pages.ses_builder.seal())


def test_damage_and_size():
    data = compose_document([["一页。"]], title="测试")
    with pytest.raises(FormatError):
        govseal.page_picture(data[: len(data) // 2])
    with pytest.raises(FormatError):
        _ = PagePictures(b"PK\x03\x04" + b"\0" * 100).count
    with pytest.raises(LimitExceeded):
        govseal.page_picture(data, limits=Limits(max_file_bytes=100))


def test_a_package_without_pages():
    files = ofd_builder.files()
    document = files[ofd_builder.DOCUMENT]
    start, end = document.index(b"<ofd:Pages>"), document.index(b"</ofd:Pages>")
    files[ofd_builder.DOCUMENT] = document[: start + len(b"<ofd:Pages>")] + document[end:]
    with pytest.raises(FormatError):
        _ = PagePictures(ofd_builder.pack(files)).count
