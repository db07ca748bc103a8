"""One page with everything on it, from the background to the stamps.

GB/T 33190, 7.7: templates and layers lie in three levels (background, body, foreground);
annotations lie above them (clause 15) and stamps above those (clause 18).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from govseal.errors import FormatError, LimitExceeded, UnsupportedFormat
from govseal.formats.base import Appearance
from govseal.formats.ofd import locations, xml
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.outline import Body, Box, Page, read_box
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.render.budget import Budget, check_size
from govseal.formats.ofd.render.canvas import Canvas, Window, bounding_window
from govseal.formats.ofd.render.content import Painter, State
from govseal.formats.ofd.render.resources import Resources
from govseal.formats.ofd.render.seals import DocumentDrawer, SealPictures
from govseal.formats.ofd.render.typefaces import Typefaces
from govseal.formats.ofd.render.values import apply, flag, is_usable, moved
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
        depth: int = 0,
    ) -> None:
        self.document = document
        self.stamps = stamps
        self.budget = budget
        self.typefaces = typefaces or Typefaces()
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
        return self._draw(page, content, box, width, height)

    def fit(self, page: Page, width: int, height: int) -> Image.Image:
        """The page stretched to ``width`` by ``height`` pixels.

        Raises:
            FormatError: the page cannot be read.
            LimitExceeded: it is too large, or asks for too much.
        """
        content = self._open(page)
        return self._draw(page, content, self._box(page, content), width, height)

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

    def _draw(self, page: Page, content: Element, box: Box, width: int, height: int) -> Image.Image:
        check_size(width, height)
        budget = self.budget or Budget(f"page {page.number}")
        canvas = Canvas(width, height, budget)
        to_pixels: Matrix = (width / box.width_mm, 0.0, 0.0, height / box.height_mm, 0.0, 0.0)
        body = self.document.body_of(page)
        common = self._resources(body)
        for layer in self._layers(page, content, body, common):
            painter = Painter(canvas, layer.resources, self.typefaces)
            painter.draw_block(layer.element, State(to_pixels, canvas.clip))
        for appearance in self._annotations(page, body, budget):
            _draw_appearance(Painter(canvas, common, self.typefaces), appearance, to_pixels)
        if self.stamps:
            self._draw_stamps(page, canvas, to_pixels)
        return canvas.image

    def _resources(self, body: Body) -> Resources:
        resources = Resources(self._package, self.document.limits)
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

    def _draw_stamps(self, page: Page, canvas: Canvas, to_pixels: Matrix) -> None:
        pictures = SealPictures(canvas.budget, self._inner_drawer(canvas.budget))
        for found in self.document.signatures:
            signature = found.evidence
            if signature.stamp is None:
                continue
            picture = signature.stamp.seal.picture
            for appearance in signature.appearances:
                if appearance.page != page.number:
                    continue
                canvas.budget.spend("objects")
                unit = _unit(appearance, to_pixels)
                if unit is None:
                    continue
                clip = canvas.clip.within(_strip(appearance, to_pixels, canvas))
                if not clip.is_empty:
                    image = pictures.picture(picture, unit[0], unit[3])
                    canvas.place(image, unit, clip, multiply=True)

    def _inner_drawer(self, budget: Budget) -> DocumentDrawer:
        """Draws seal pictures that are documents themselves, to a limited depth."""

        def draw(data: bytes, width: int, height: int) -> Image.Image:
            if self.depth >= _DEEPEST:
                raise UnsupportedFormat("documents are nested too deeply in seals")
            inner = OfdDocument(data, self.document.limits)
            if not inner.pages:
                raise inner.problem or FormatError("the seal's document has no page")
            renderer = PageRenderer(
                inner, budget=budget, typefaces=self.typefaces, depth=self.depth + 1
            )
            return renderer.fit(inner.pages[0], width, height).convert("RGBA")

        return draw


def _pixels(length: float) -> int:
    """Whole pixels, at least one; absurd lengths are kept finite for the limit to refuse."""
    return max(1, round(min(length, _FARTHEST_PX)))


def _level(element: Element, attribute: str, default: int) -> int:
    return _LEVELS.get((xml.attribute(element, attribute) or "").strip().lower(), default)


def _draw_appearance(painter: Painter, appearance: Element, to_pixels: Matrix) -> None:
    """Draw what an annotation shows, inside its box."""
    box = read_box(xml.attribute(appearance, "Boundary"))
    clip = painter.canvas.clip
    if box is not None:
        to_pixels = moved(to_pixels, box.x_mm, box.y_mm)
    painter.draw_block(appearance, State(to_pixels, clip))


def _unit(appearance: Appearance, to_pixels: Matrix) -> Matrix | None:
    """From the unit square to a stamp's box in pixels; None for a box without area."""
    across, down = to_pixels[0], to_pixels[3]
    width, height = appearance.width_mm * across, appearance.height_mm * down
    unit = (width, 0.0, 0.0, height, appearance.x_mm * across, appearance.y_mm * down)
    return unit if width > 0 and height > 0 and is_usable(unit) else None


def _strip(appearance: Appearance, to_pixels: Matrix, canvas: Canvas) -> Window:
    """The pixels in which a stamp shows: its Clip, or all of the page (its box ends it anyway)."""
    if appearance.clip_mm is None:
        return canvas.clip.window
    x, y, width, height = appearance.clip_mm
    left, top = appearance.x_mm + x, appearance.y_mm + y
    points = [(left, top), (left + width, top + height)]
    (x0, y0), (x1, y1) = (apply(to_pixels, point) for point in points)
    if bounding_window([(x0, y0), (x1, y1)]) is None:
        return (0, 0, 0, 0)
    return (round(x0), round(y0), round(x1), round(y1))
