"""One page with everything on it, from the background to the stamps.

GB/T 33190, 7.7: templates and layers lie in three levels (background, body, foreground);
annotations lie above them (clause 15) and stamps above those (clause 18).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from PIL import Image

from govseal.errors import FormatError, LimitExceeded, UnsupportedFormat
from govseal.formats.base import Appearance
from govseal.formats.ofd import locations, xml
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.outline import Body, Box, Page, read_box
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.render.budget import MAX_SIDE_MM, Budget
from govseal.formats.ofd.render.canvas import Canvas
from govseal.formats.ofd.render.content import Painter, State
from govseal.formats.ofd.render.images import BilevelDecoder
from govseal.formats.ofd.render.resources import Resources
from govseal.formats.ofd.render.seals import DocumentDrawer, draw_seal
from govseal.formats.ofd.render.surface import (
    Clip,
    Surface,
    Window,
    bounding_window,
    overlap,
)
from govseal.formats.ofd.render.typefaces import Typefaces
from govseal.formats.ofd.render.values import apply, compose, flag, is_usable, moved
from govseal.formats.ofd.render.vector import UNITS_PER_MM, VectorSheet
from govseal.formats.ofd.xml import Element
from govseal.seal.drawing.paths import Matrix

_MM_PER_INCH = 25.4
_A4 = Box(0.0, 0.0, 210.0, 297.0)
_LEVELS = {"background": 0, "body": 1, "foreground": 2}
# Files of which a page needs one or two; each costs a parse.
_MOST_TEMPLATES = 16
_MOST_ANNOTATION_FILES = 16
_FARTHEST_PX = 1e9
#: A seal's picture may be a document with a stamp; that stamp's picture may not be one again.
_DEEPEST = 2


@dataclass(frozen=True, slots=True)
class _Layer:
    """Something to draw, and the resources that it refers to."""

    level: int
    element: Element
    resources: Resources


class PageRenderer:
    """Draws pages of one document; the glyphs and the allowance are shared with inner ones."""

    def __init__(
        self,
        document: OfdDocument,
        *,
        stamps: bool = True,
        budget: Budget | None = None,
        typefaces: Typefaces | None = None,
        bilevel: BilevelDecoder | None = None,
        depth: int = 0,
    ) -> None:
        self.document = document
        self.stamps = stamps
        self.budget = budget
        self.typefaces = typefaces or Typefaces()
        self.bilevel = bilevel
        self.depth = depth

    def render(self, page: Page, dpi: float) -> Image.Image:
        """The page at ``dpi`` as an RGB picture.

        Raises:
            FormatError: the page cannot be read.
            LimitExceeded: it is too large, or asks for too much.
        """
        content = self._open(page)
        box = self._box(page, content)
        per_mm = dpi / _MM_PER_INCH
        width, height = (_pixels(side * per_mm) for side in (box.width_mm, box.height_mm))
        canvas = Canvas((0, 0, width, height), self._allowance(page))
        matrix: Matrix = (width / box.width_mm, 0.0, 0.0, height / box.height_mm, 0.0, 0.0)
        self._paint(canvas, page, content, matrix, canvas.clip)
        return canvas.image

    def vector(self, page: Page) -> VectorSheet:
        """The page as outlines, to be written as SVG.

        Raises:
            FormatError: the page cannot be read.
            LimitExceeded: it is larger than 10 m, or asks for too much.
        """
        content = self._open(page)
        box = self._box(page, content)
        longest = max(box.width_mm, box.height_mm)
        if longest > MAX_SIDE_MM:
            message = "the page is too large"
            raise LimitExceeded(message, limit=MAX_SIDE_MM, found=math.ceil(min(longest, 1e9)))
        sheet = VectorSheet(box.width_mm, box.height_mm, self._allowance(page), page.number)
        matrix: Matrix = (UNITS_PER_MM, 0.0, 0.0, UNITS_PER_MM, 0.0, 0.0)
        self._paint(sheet, page, content, matrix, sheet.clip)
        return sheet

    def paint(self, surface: Surface, page: Page, unit: Matrix, clip: Clip) -> None:
        """Draw the page so that it fills the unit square under ``unit``, inside of ``clip``.

        Raises:
            FormatError: the page cannot be read.
            LimitExceeded: it asks for too much.
        """
        content = self._open(page)
        box = self._box(page, content)
        scale: Matrix = (1 / box.width_mm, 0.0, 0.0, 1 / box.height_mm, 0.0, 0.0)
        matrix = compose(unit, scale)
        if is_usable(matrix):
            self._paint(surface, page, content, matrix, clip)

    def _allowance(self, page: Page) -> Budget:
        return self.budget or Budget(f"page {page.number}")

    @property
    def _package(self) -> Package:
        if self.document.package is None:
            raise self.document.problem or FormatError("no package")
        return self.document.package

    def _open(self, page: Page) -> Element:
        if page.name is None:
            raise FormatError("the page's content is missing", part=f"page {page.number}")
        return self._parse(page.name)

    def _parse(self, name: str) -> Element:
        return xml.parse(self._package.read(name), f"/{name}", self.document.limits)

    def _box(self, page: Page, content: Element) -> Box:
        own = read_box(xml.text(content, "Area", "PhysicalBox"))
        for box in (own, self.document.body_of(page).page_box):
            if box is not None and box.width_mm > 0 and box.height_mm > 0:
                return box
        return _A4

    def _paint(
        self, surface: Surface, page: Page, content: Element, matrix: Matrix, clip: Clip
    ) -> None:
        """Everything on the page; ``matrix`` leads from its millimetres to the surface."""
        body = self.document.body_of(page)
        common = self._resources(body)
        state = State(matrix, clip, matrix)
        for layer in self._layers(page, content, body, common):
            painter = Painter(surface, layer.resources, self.typefaces)
            painter.draw_block(layer.element, state)
        for appearance in self._annotations(page, body, surface.budget):
            _draw_appearance(Painter(surface, common, self.typefaces), appearance, state)
        if self.stamps:
            self._draw_stamps(page, surface, matrix, clip)

    def _resources(self, body: Body) -> Resources:
        resources = Resources(self._package, self.document.limits, bilevel=self.bilevel)
        if body.root is not None:
            common = xml.child(body.document, "CommonData")
            resources.read(body.root, common, "PublicRes", "DocumentRes")
        return resources

    def _layers(self, page: Page, content: Element, body: Body, common: Resources) -> list[_Layer]:
        """All layers of the page and of its templates, in the order in which they are drawn."""
        back: list[_Layer] = []
        front: list[_Layer] = []
        templates = xml.children(content, "Template")
        for template in itertools.islice(templates, _MOST_TEMPLATES):
            found = self._template(template, body)
            if found is None:
                continue
            name, root, level = found
            layers = self._own_layers(name, root, common)
            (front if level == _LEVELS["foreground"] else back).extend(layers)
        own = self._own_layers(page.name or "", content, common)
        return [*back, *own, *front]

    def _own_layers(self, name: str, content: Element, common: Resources) -> list[_Layer]:
        resources = common
        if xml.child(content, "PageRes") is not None:
            resources = common.copy()
            resources.read(name, content, "PageRes")
        parent = xml.child(content, "Content")
        elements = xml.children(parent, "Layer") if parent is not None else ()
        layers = [_Layer(_level(layer, "Type", 1), layer, resources) for layer in elements]
        return sorted(layers, key=lambda layer: layer.level)

    def _template(self, template: Element, body: Body) -> tuple[str, Element, int] | None:
        """File, content and level of the template that a page uses; None where it is missing."""
        wanted = (xml.attribute(template, "TemplateID") or "").strip()
        common = xml.child(body.document, "CommonData")
        if common is None or body.root is None:
            return None
        for entry in xml.children(common, "TemplatePage"):
            if (xml.attribute(entry, "ID") or "").strip() != wanted:
                continue
            name = self._find(body.root, xml.attribute(entry, "BaseLoc"))
            root = self._try_parse(name)
            level = _level(template, "ZOrder", _level(entry, "ZOrder", 0))
            return (name, root, level) if name is not None and root is not None else None
        return None

    def _find(self, holder: str, text: str | None) -> str | None:
        return locations.resolve(self._package, holder, text or "").name

    def _try_parse(self, name: str | None) -> Element | None:
        """The root of a file that the page can do without."""
        try:
            return self._parse(name) if name is not None else None
        except LimitExceeded:
            raise
        except FormatError:
            return None

    def _annotations(self, page: Page, body: Body, budget: Budget) -> Iterator[Element]:
        """The appearances of the page's visible annotations."""
        name = self._find(body.root or "", xml.text(body.document, "Annotations"))
        listing = self._try_parse(name)
        if name is None or listing is None:
            return
        own = (
            entry
            for entry in xml.children(listing, "Page")
            if (xml.attribute(entry, "PageID") or "").strip() == page.id
        )
        for entry in itertools.islice(own, _MOST_ANNOTATION_FILES):
            root = self._try_parse(self._find(name, xml.text(entry, "FileLoc")))
            for annotation in xml.children(root, "Annot") if root is not None else ():
                budget.spend("objects")
                appearance = xml.child(annotation, "Appearance")
                is_shown = flag(xml.attribute(annotation, "Visible"), default=True)
                if appearance is not None and is_shown:
                    yield appearance

    def _draw_stamps(self, page: Page, surface: Surface, matrix: Matrix, clip: Clip) -> None:
        draw_document = self._inner_drawer(surface.budget)
        for found in self.document.signatures:
            signature = found.evidence
            if signature.stamp is None:
                continue
            picture = signature.stamp.seal.picture
            for appearance in signature.appearances:
                if appearance.page != page.number:
                    continue
                surface.budget.spend("objects")
                unit = _unit(appearance, matrix)
                if unit is None:
                    continue
                shown = clip.within(_strip(appearance, matrix, unit))
                if not shown.is_empty:
                    draw_seal(surface, picture, unit, shown, draw_document)

    def _inner_drawer(self, budget: Budget) -> DocumentDrawer:
        """Draws seal pictures that are documents themselves, to a limited depth."""

        def draw(data: bytes, surface: Surface, unit: Matrix, clip: Clip) -> None:
            if self.depth >= _DEEPEST:
                raise UnsupportedFormat("documents are nested too deeply in seals")
            inner = OfdDocument(data, self.document.limits)
            if not inner.pages:
                raise inner.problem or FormatError("the seal's document has no page")
            renderer = PageRenderer(
                inner,
                budget=budget,
                typefaces=self.typefaces,
                bilevel=self.bilevel,
                depth=self.depth + 1,
            )
            renderer.paint(surface, inner.pages[0], unit, clip)

        return draw


def _pixels(length: float) -> int:
    """Whole pixels, at least one; absurd lengths are kept finite for the limit to refuse."""
    return max(1, round(min(length, _FARTHEST_PX)))


def _level(element: Element, attribute: str, default: int) -> int:
    return _LEVELS.get((xml.attribute(element, attribute) or "").strip().lower(), default)


def _draw_appearance(painter: Painter, appearance: Element, state: State) -> None:
    """Draw what an annotation shows, inside its box."""
    box = read_box(xml.attribute(appearance, "Boundary"))
    if box is not None:
        state = replace(state, matrix=moved(state.matrix, box.x_mm, box.y_mm))
    painter.draw_block(appearance, state)


def _unit(appearance: Appearance, matrix: Matrix) -> Matrix | None:
    """From the unit square to a stamp's box on the surface; None for a box without area."""
    if appearance.width_mm <= 0 or appearance.height_mm <= 0:
        return None
    size = (appearance.width_mm, 0.0, 0.0, appearance.height_mm)
    unit = compose(matrix, (*size, appearance.x_mm, appearance.y_mm))
    return unit if is_usable(unit) else None


def _strip(appearance: Appearance, matrix: Matrix, unit: Matrix) -> Window:
    """Where a stamp shows: its box, or the part of it that Clip leaves."""
    corners = [apply(unit, corner) for corner in ((0.0, 0.0), (1.0, 1.0))]
    whole = bounding_window(corners)
    if appearance.clip_mm is None:
        return whole or (0, 0, 0, 0)
    x, y, width, height = appearance.clip_mm
    left, top = appearance.x_mm + x, appearance.y_mm + y
    (x0, y0), (x1, y1) = (apply(matrix, p) for p in ((left, top), (left + width, top + height)))
    if whole is None or bounding_window([(x0, y0), (x1, y1)]) is None:
        return (0, 0, 0, 0)
    return overlap(whole, (round(x0), round(y0), round(x1), round(y1)))
