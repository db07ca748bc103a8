"""Pages with given objects, drawn at ten pixels to the millimetre, and what shows on them."""

from __future__ import annotations

import io
import os
import shutil
import struct
import subprocess
import zlib

import pytest
from PIL import Image, ImageChops, ImageStat

import ofd_builder
import ses_builder
from govseal.formats.base import Placement
from govseal.formats.ofd.appearance import render_page
from govseal.formats.ofd.document import OfdDocument
from govseal.seal import codec

DPI = 254
WHITE, BLACK, RED, BLUE = (255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 0, 255)
ANNOTATIONS = "Doc_0/Annots.xml"
#: A filled square: its corner and side in mm, and its colour.
SQUARE = (
    '<ofd:PathObject ID="{id}" Boundary="{x} {y} {side} {side}" Fill="true" Stroke="false"{more}>'
    '<ofd:FillColor Value="{colour}"/>'
    "<ofd:AbbreviatedData>M 0 0 L {side} 0 L {side} {side} L 0 {side} C</ofd:AbbreviatedData>"
    "</ofd:PathObject>"
)


def square(x, y, side, colour="0 0 0", more=""):
    return SQUARE.format(id=50, x=x, y=y, side=side, colour=colour, more=more)


def path(data, attributes="", children="", box="0 0 20 20"):
    """A path object."""
    return (
        f'<ofd:PathObject ID="51" Boundary="{box}" {attributes}>{children}'
        f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def text(content, code='X="0" Y="4"', attributes='Size="5"', children="", box="2 3 18 10"):
    """A text object."""
    return (
        f'<ofd:TextObject ID="52" Boundary="{box}" Font="1" {attributes}>{children}'
        f"<ofd:TextCode {code}>{content}</ofd:TextCode></ofd:TextObject>"
    )


def image(resource=3, attributes="", box="2 2 10 10"):
    """An image object."""
    return f'<ofd:ImageObject ID="53" Boundary="{box}" ResourceID="{resource}" {attributes}/>'


def layer(objects, attributes=""):
    return f'<ofd:Layer ID="40"{attributes}>{objects}</ofd:Layer>'


def content(objects="", *, layers="", box="0 0 20 20", more=""):
    """The content of a page of 20 x 20 mm."""
    area = f"<ofd:Area><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:Area>" if box else ""
    layers = layers or layer(objects)
    return ofd_builder.xml("Page", f"{area}{more}<ofd:Content>{layers}</ofd:Content>")


def document(objects="", *, resources="", files=None, document_more="", **page):
    """A package of one page."""
    built = ofd_builder.files()
    built[ofd_builder.PAGE] = content(objects, **page)
    fonts = '<ofd:Fonts><ofd:Font ID="1" FontName="宋体"/></ofd:Fonts>'
    built[ofd_builder.RESOURCES] = built[ofd_builder.RESOURCES].replace(
        b"</ofd:Res>", f"{fonts}{resources}</ofd:Res>".encode()
    )
    built[ofd_builder.DOCUMENT] = built[ofd_builder.DOCUMENT].replace(
        b"</ofd:Document>", f"{document_more}</ofd:Document>".encode()
    )
    return ofd_builder.pack(built | (files or {}))


def stamped(data, picture, place=(2, 2), size=10, kind="PNG"):
    """The package with a stamp of ``size`` mm that shows ``picture``."""
    der = ses_builder.seal(picture={"type": kind, "data": picture, "width": size, "height": size})
    request = ofd_builder.request(Placement(1, *place), seal=codec.decode_seal(der))
    prepared = OfdDocument(data).prepare(request)
    return prepared.finish(ofd_builder.signature_for(prepared, der))


def draw(data, page=1, dpi=DPI, **options):
    """The page as an RGB picture."""
    png = render_page(OfdDocument(data), page, dpi=dpi, **options)
    picture = Image.open(io.BytesIO(png))
    assert (picture.format, picture.mode) == ("PNG", "RGB")
    return picture


def drawn(objects="", **page):
    """A page with these objects as an RGB picture."""
    return draw(document(objects, **page))


def ink(picture):
    """The box (left, top, right, bottom) of what is not white, None for nothing."""
    return ImageChops.invert(picture).getbbox()


def columns(picture):
    """The first column of every stretch of columns with ink."""
    shown = ImageChops.invert(picture).convert("L")
    inked = [shown.crop((x, 0, x + 1, shown.height)).getbbox() for x in range(shown.width)]
    return [
        x for x, found in enumerate(inked) if found is not None and (x == 0 or inked[x - 1] is None)
    ]


def png(width=100, height=100, colours=((255, 0, 0), (255, 255, 255))):
    """A PNG whose left half has the first colour and whose right half the second."""
    picture = Image.new("RGB", (width, height), colours[1])
    picture.paste(colours[0], (0, 0, width // 2, height))
    return encoded(picture)


def png_header(width, height):
    """A sound header of a PNG, and nothing of its pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    checksum = struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + checksum


def encoded(picture, kind="PNG"):
    buffer = io.BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def in_browser(svg, size, folder):
    """An SVG as Chromium shows it in an ``<img>`` of that many pixels."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        pytest.skip("chromium not installed")
    width, height = size
    (folder / "page.svg").write_bytes(svg)
    page = (
        '<!DOCTYPE html><body style="margin:0;background:#fff"><img src="page.svg" '
        f'style="display:block;width:{width}px;height:{height}px"></body>'
    )
    (folder / "page.html").write_text(page, encoding="utf-8")
    command = (
        *(found, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
        *(f"--user-data-dir={folder / 'profile'}", "--force-color-profile=srgb"),
        *("--force-device-scale-factor=1", f"--window-size={max(width, 500)},{height + 120}"),
        *(f"--screenshot={folder / 'page.png'}", (folder / "page.html").as_uri()),
    )
    environment = os.environ | {"HOME": str(folder)}
    subprocess.run(command, capture_output=True, timeout=120, check=True, env=environment)
    return Image.open(folder / "page.png").convert("RGB").crop((0, 0, width, height))


def difference(one, other):
    """The mean difference of a pixel, of 255."""
    means = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return sum(means) / len(means)
