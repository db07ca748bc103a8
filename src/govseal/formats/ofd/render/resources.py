"""What drawing objects refer to by ID: fonts, pictures, parameters, colour spaces, units.

GB/T 33190, 7.9: a document has PublicRes and DocumentRes, a page may add its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from govseal.errors import FormatError, LimitExceeded
from govseal.formats.limits import Limits
from govseal.formats.ofd import locations, xml
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.render import images
from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.embedded import EmbeddedFont
from govseal.formats.ofd.xml import Element

_KINDS = frozenset({"Font", "MultiMedia", "DrawParam", "ColorSpace", "CompositeGraphicUnit"})
_MOST_FILES = 64
_MOST_RELATIVES = 8
# Decoded pictures that are kept: enough for a page's logo on every line, not for an album.
_KEPT_PIXELS = 8_000_000


@dataclass(slots=True)
class Resources:
    """The resources of one document, or of one page of it."""

    package: Package
    limits: Limits
    items: dict[str, dict[str, tuple[Element, str]]] = field(default_factory=dict)
    """Kind → ID → element, and the file and directory that locations in it start from."""
    spaces: dict[str, Element] = field(default_factory=dict)
    """Colour spaces by ID."""
    bilevel: images.BilevelDecoder | None = None
    """Decodes JBIG2."""
    kept: dict[str, Image.Image | None] = field(default_factory=dict)
    """Decoded pictures by file name; None for those that cannot be decoded."""
    fonts: dict[str, EmbeddedFont | None] = field(default_factory=dict)
    """Fonts by file name; None for those that cannot be read."""

    def read(self, holder: str, parent: Element | None, *tags: str) -> None:
        """Add the resource files that ``parent``, found in the file ``holder``, names."""
        texts = [xml.text(child) for tag in tags for child in _named(parent, tag)]
        for text in texts[:_MOST_FILES]:
            name = locations.resolve(self.package, holder, text).name
            if name is not None:
                self._read_file(name)

    def copy(self) -> Resources:
        """The same resources, to be added to; decoded pictures stay shared."""
        items = {kind: dict(found) for kind, found in self.items.items()}
        return Resources(
            self.package,
            self.limits,
            items,
            dict(self.spaces),
            self.bilevel,
            self.kept,
            self.fonts,
        )

    def find(self, kind: str, text: str | None) -> Element | None:
        """The element of that kind with the ID in ``text``."""
        found = self.items.get(kind, {}).get((text or "").strip())
        return found[0] if found is not None else None

    def parameters(self, text: str | None) -> tuple[Element, ...]:
        """A DrawParam and those it rests on (Relative), nearest first."""
        found: list[Element] = []
        element = self.find("DrawParam", text)
        while element is not None and element not in found and len(found) < _MOST_RELATIVES:
            found.append(element)
            element = self.find("DrawParam", xml.attribute(element, "Relative"))
        return tuple(found)

    def picture(self, text: str | None, budget: Budget) -> Image.Image | None:
        """The picture with the ID in ``text``, as RGBA; None where there is none to be drawn.

        Raises:
            LimitExceeded: it is too large.
        """
        found = self.items.get("MultiMedia", {}).get((text or "").strip())
        if found is None:
            return None
        name = self._file(*found, "MediaFile")
        if name is None:
            return None
        if name not in self.kept:
            picture = self._decode(name, budget)
            size = picture.width * picture.height if picture is not None else 0
            if sum(p.width * p.height for p in self.kept.values() if p) + size > _KEPT_PIXELS:
                return picture
            self.kept[name] = picture
        return self.kept[name]

    def font(self, text: str | None, budget: Budget) -> EmbeddedFont | None:
        """The font file of the Font with the ID in ``text``; None where there is none to be read.

        Raises:
            LimitExceeded: it is too large, or the page's allowance is used up.
        """
        found = self.items.get("Font", {}).get((text or "").strip())
        if found is None or not xml.text(found[0], "FontFile"):
            return None
        name = self._file(*found, "FontFile")
        if name is None:
            return None
        if name not in self.fonts:
            try:
                self.fonts[name] = EmbeddedFont(self.package.read(name), budget)
            except LimitExceeded:
                raise
            except FormatError:
                self.fonts[name] = None
        return self.fonts[name]

    def _decode(self, name: str, budget: Budget) -> Image.Image | None:
        try:
            return images.decode(self.package.read(name), budget, self.bilevel)
        except LimitExceeded:
            raise
        except FormatError:
            return None

    def _file(self, element: Element, holder: str, tag: str) -> str | None:
        """The file of a resource; BaseLoc of the resource file comes before its own directory."""
        text = xml.text(element, tag)
        base = (xml.attribute(element.getroottree().getroot(), "BaseLoc") or "").strip()
        texts = [text] if text.startswith("/") or not base else [f"{base}/{text}", text]
        for candidate in texts:
            name = locations.resolve(self.package, holder, candidate).name
            if name is not None:
                return name
        return None

    def _read_file(self, name: str) -> None:
        try:
            root = xml.parse(self.package.read(name), f"/{name}", self.limits)
        except FormatError:
            return  # a page without its fonts is still a page
        for group in root:
            for element in group:
                kind = xml.name(element)
                if kind in _KINDS:
                    own_id = (xml.attribute(element, "ID") or "").strip()
                    self.items.setdefault(kind, {})[own_id] = (element, name)
                    if kind == "ColorSpace":
                        self.spaces[own_id] = element


def _named(parent: Element | None, tag: str) -> Iterator[Element]:
    return xml.children(parent, tag) if parent is not None else iter(())
