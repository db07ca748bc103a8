"""Real stamped documents: every page is drawn, as pixels and as outlines, with its stamps."""

from __future__ import annotations

import io
import json

import pytest
from lxml import etree
from PIL import Image, ImageChops

import realfiles
from govseal.formats.pages import PagePictures
from govseal.seal.picture import check_svg

pytestmark = [pytest.mark.samples, pytest.mark.slow]

FOLDER = realfiles.folder()
ROWS = json.loads((FOLDER / "index.json").read_text("utf-8")) if FOLDER else []
SIGNED = [row["path"] for row in ROWS if row.get("sigs") and row["path"].endswith(".ofd")]


@pytest.mark.parametrize("path", SIGNED)
def test_every_page_is_drawn_with_its_stamps(samples, path):
    pages = PagePictures((samples / path).read_bytes())
    places = {
        place.page
        for found in pages.evidence.signatures
        for place in found.appearances
        if place.page
    }
    for number in range(1, pages.count + 1):
        svg = pages.draw(number, form="svg")
        check_svg(svg)
        etree.fromstring(svg)
        whole, bare = (
            Image.open(
                io.BytesIO(pages.draw(number, dpi=50, marks=False, stamps=stamps, is_copy=False))
            )
            for stamps in (True, False)
        )
        changed = ImageChops.difference(whole, bare).getbbox() is not None
        assert changed is (number in places)
        assert (b"mix-blend-mode" in svg) is (number in places)
