"""Seals as OFD, the picture type of tax seals: the page shows what the other files show."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree
from PIL import Image, ImageChops, ImageStat

import pagepictures as pages
import toyfont
from govseal.errors import StampError, UnsupportedFormat
from govseal.formats.ofd.appearance import render_page
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.pdf.appearance import ink as pdf_ink
from govseal.seal.drawing import Drawing, draw_seal
from govseal.seal.drawing.fonts import find_font
from govseal.seal.drawing.ofd import write_ofd
from govseal.seal.drawing.paths import BLACK, RED, Contour, Path, circle, polygon
from govseal.seal.drawing.specimen import specimen_png
from govseal.seal.picture import load_picture

NAMESPACE = "{http://www.ofdspec.org/2016}"
DPI = 254


@pytest.fixture(scope="module")
def drawing(tmp_path_factory) -> Drawing:
    font = find_font(toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf"))
    return draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章（1）", font=font)


def files(data):
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def on_white(png):
    seal = Image.open(io.BytesIO(png)).convert("RGBA")
    ground = Image.new("RGBA", seal.size, "white")
    return Image.alpha_composite(ground, seal).convert("RGB")


def page(data, dpi=DPI):
    return Image.open(io.BytesIO(render_page(OfdDocument(data), 1, dpi=dpi)))


def test_our_renderer_shows_what_our_png_shows(drawing):
    found, ours = page(drawing.to_ofd()), on_white(drawing.to_png(DPI))
    assert found.size == ours.size == (420, 420)
    means = ImageStat.Stat(ImageChops.difference(found, ours)).mean
    assert sum(means) / 3 < 1.5
    assert found.getpixel((210, 210)) == (255, 0, 0)


def test_the_page_is_exactly_as_large_as_the_seal(drawing):
    for part in ("Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml"):
        root = etree.fromstring(files(drawing.to_ofd())[part])
        boxes = [box.text for box in root.iter(f"{NAMESPACE}PhysicalBox")]
        assert boxes == ["0 0 42 42"]


def test_every_path_is_an_object_of_its_own_number(drawing):
    root = etree.fromstring(files(drawing.to_ofd())["Doc_0/Pages/Page_0/Content.xml"])
    objects = list(root.iter(f"{NAMESPACE}PathObject"))
    assert len(objects) == len(drawing.paths)
    ids = [int(item.get("ID")) for item in root.iter() if item.get("ID")]
    assert len(set(ids)) == len(ids)
    document = etree.fromstring(files(drawing.to_ofd())["Doc_0/Document.xml"])
    assert int(document.findtext(f".//{NAMESPACE}MaxUnitID")) == max(ids)
    assert {item[0].get("Value") for item in objects} == {"255 0 0"}


def test_the_same_drawing_gives_the_same_bytes(drawing):
    assert drawing.to_ofd() == drawing.to_ofd()
    with zipfile.ZipFile(io.BytesIO(drawing.to_ofd())) as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.create_system for info in package.infolist()} == {0}


def test_rules_curves_and_alpha_are_written():
    ring = (circle((5, 5), 5), circle((5, 5), 3))  # of one direction: a hole by even-odd alone
    bow = Contour((10, 0), (((15, 0), (20, 5)), ((20, 10),)))
    paths = [
        Path(ring, RED, "evenodd"),
        Path((bow,), BLACK),
        Path((polygon([(0, 11), (4, 11), (4, 15), (0, 15)]),), (255, 0, 0, 128)),
    ]
    found = page(write_ofd(paths, 20, 15.5))
    assert found.size == (200, 155)
    assert found.getpixel((50, 50)) == (255, 255, 255)
    assert found.getpixel((90, 50)) == (255, 0, 0)
    assert found.getpixel((170, 50)) == (0, 0, 0)
    red, green, blue = found.getpixel((20, 130))
    assert (red, green) == (255, blue)
    assert 120 <= green <= 135


def test_it_is_the_picture_of_a_seal(drawing):
    picture = drawing.picture("ofd")
    assert (picture.type, picture.kind) == ("OFD", "ofd")
    assert (picture.width_mm, picture.height_mm) == (42, 42)
    assert load_picture(picture.data, 42, 42) == picture
    with pytest.raises(ValueError, match="png, svg or ofd"):
        drawing.picture("gif")


@pytest.mark.req("R-HLJ-07b")
def test_a_stamp_shows_it_in_red_on_a_page_of_ofd(drawing):
    shown = pages.draw(pages.stamped(pages.document(), drawing.to_ofd(), kind="OFD"))
    same = pages.draw(pages.stamped(pages.document(), drawing.to_png(1200), kind="PNG"))
    means = ImageStat.Stat(ImageChops.difference(shown, same)).mean
    assert sum(means) / 3 < 1.5
    assert pages.ink(shown) == (20, 20, 120, 120)
    assert shown.getpixel((70, 70)) == (255, 0, 0)


def test_pdf_does_not_show_it(drawing):
    with pytest.raises(StampError) as caught:
        pdf_ink(drawing.picture("ofd"))
    assert caught.value.code == "unsupported"


def test_it_is_not_reduced_on_this_floor(drawing):
    with pytest.raises(UnsupportedFormat):
        specimen_png(drawing.picture("ofd"))
