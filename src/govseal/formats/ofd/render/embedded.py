"""Fonts inside documents, from hostile bytes: outlines only, every step of them counted.

TrueType and OpenType (with CFF) and bare CFF are read, no more of them than a glyph needs. What the
instructions of a font would do is left out.
"""

from __future__ import annotations

import io
import logging
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fontTools import agl
from fontTools.cffLib import CFFFontSet
from fontTools.misc.psCharStrings import T2CharString, T2OutlineExtractor
from fontTools.pens.basePen import AbstractPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

from govseal.errors import FormatError, LimitExceeded
from govseal.formats.ofd.render.budget import Budget
from govseal.formats.ofd.render.charmap import CharacterMap
from govseal.seal.drawing.outlines import contours_of
from govseal.seal.drawing.paths import Contour, Matrix

# Without a handler of the application's, a damaged font would fill standard error line by line.
logging.getLogger("fontTools").addHandler(logging.NullHandler())

_LARGEST_FILE = 40_000_000
_MOST_TABLES = 128
_TRUE_TYPE = (b"\0\1\0\0", b"true")
_CFF_IN_TABLES = b"OTTO"
_COLLECTION = b"ttcf"
_BARE_CFF = b"\1\0"
_DEEPEST = 8
# Far more than real ones have; fontTools copies what is left of a composite for each component.
_LARGEST_GLYPH = 65_536

Shape = tuple[tuple[Contour, ...], float]


class EmbeddedFont:
    """One font of a document; glyphs are read when they are first asked for, and kept.

    Raises:
        FormatError: it is damaged, or of no kind that is read.
        LimitExceeded: the page's allowance is used up.
    """

    def __init__(self, data: bytes, budget: Budget) -> None:
        self._budget = budget
        self._shapes: dict[int, Shape] = {}
        self._map: CharacterMap | None = None
        if len(data) > _LARGEST_FILE:
            message = "a font of the document is too large"
            raise LimitExceeded(message, limit=_LARGEST_FILE, found=len(data), part="font")
        budget.spend("fonts")
        budget.spend("font bytes", len(data))
        with _guarded():
            self._glyphs = _glyphs(data, budget)
            table = self._glyphs.character_table()
            self._map = CharacterMap(table) if table is not None else None

    def glyph(self, character: str, index: int | None = None) -> Shape | None:
        """Contours and advance of a character, in em, y down; None where the font has none.

        Args:
            character: one character.
            index: the glyph that the document names for it.

        Raises:
            FormatError: the glyph is damaged.
            LimitExceeded: the page's allowance is used up.
        """
        with _guarded():
            number = index or self._find(character)
        if not 0 < number < self._glyphs.count:
            return None
        if number not in self._shapes:
            with _guarded():
                self._shapes[number] = self._glyphs.shape(number)
        return self._shapes[number]

    def _find(self, character: str) -> int:
        if self._map is not None:
            return self._map.find(ord(character))
        return self._glyphs.named(character)


class _Pen(AbstractPen):  # type: ignore[misc]  # fontTools is untyped
    """Records outlines, resolves what is composed of other glyphs, and counts."""

    def __init__(self, budget: Budget, draw: Callable[[str, AbstractPen], object]) -> None:
        self.records: list[tuple[str, tuple[Any, ...]]] = []
        self._budget = budget
        self._draw = draw
        self._matrix: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        self._depth = 0

    def _record(self, command: str, points: tuple[Any, ...]) -> None:
        self._budget.spend("points", len(points) + 1)
        a, b, c, d, e, f = self._matrix
        moved = tuple(
            None if p is None else (a * p[0] + c * p[1] + e, b * p[0] + d * p[1] + f)
            for p in points
        )
        self.records.append((command, moved))

    def moveTo(self, pt: Any) -> None:  # noqa: N802, ANN401 - fontTools' names
        self._record("moveTo", (pt,))

    def lineTo(self, pt: Any) -> None:  # noqa: N802, ANN401 - as above
        self._record("lineTo", (pt,))

    def curveTo(self, *points: Any) -> None:  # noqa: N802, ANN401 - as above
        self._record("curveTo", points)

    def qCurveTo(self, *points: Any) -> None:  # noqa: N802, ANN401 - as above
        self._record("qCurveTo", points)

    def closePath(self) -> None:  # noqa: N802 - as above
        self._record("closePath", ())

    def endPath(self) -> None:  # noqa: N802 - as above
        self._record("endPath", ())

    def addComponent(self, glyphName: str, transformation: Any) -> None:  # noqa: N802, N803, ANN401
        """Draw another glyph as a part of this one."""
        self._budget.spend("points", 10)
        if self._depth >= _DEEPEST:
            raise FormatError("glyphs are nested too deeply", part="font")
        outer = self._matrix
        a, b, c, d, e, f = outer
        p, q, r, s, t, u = (float(value) for value in transformation)
        self._matrix = (
            *(a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s),
            *(a * t + c * u + e, b * t + d * u + f),
        )
        self._depth += 1
        self._draw(glyphName, self)
        self._depth -= 1
        self._matrix = outer


class _Extractor(T2OutlineExtractor):  # type: ignore[misc]  # fontTools is untyped
    """Runs a charstring; subroutines that call each other cost what they run."""

    budget: Budget

    def execute(self, charString: T2CharString) -> None:  # noqa: N803 - fontTools' name
        """Run a charstring or subroutine, paid for by its length."""
        size = len(charString.bytecode or b"") or len(charString.program or ())
        self.budget.spend("points", 4 + size)
        super().execute(charString)


class _Cff:
    """The glyphs of a CFF."""

    def __init__(self, fonts: CFFFontSet, budget: Budget) -> None:
        self._top = fonts[0]
        self._budget = budget
        self._strings = self._top.CharStrings
        # Some two hundred bytes of memory for each name, which may take two in the file.
        budget.spend("points", len(self._top.charset))
        self._names: list[str] = list(self._top.charset)
        self._numbers = {name: number for number, name in enumerate(self._names)}
        self.count = len(self._names)
        matrix = list(getattr(self._top, "FontMatrix", ()) or ())
        self.scale = float(matrix[0]) if matrix and 1e-5 < float(matrix[0]) < 1 else 0.001

    def character_table(self) -> bytes | None:
        """A bare CFF has no character map."""
        return None

    def named(self, character: str) -> int:
        """The glyph whose name says that it is this character."""
        names = [*agl.UV2AGL.get(ord(character), "").split(), f"uni{ord(character):04X}"]
        return next((self._numbers[name] for name in names if name in self._numbers), 0)

    def shape(self, number: int) -> Shape:
        """Contours and advance in em, y down."""
        pen = _Pen(self._budget, self._draw)
        width = self._draw(self._names[number], pen)
        flip = (self.scale, 0.0, 0.0, -self.scale, 0.0, 0.0)
        return tuple(c.transformed(flip) for c in contours_of(pen.records)), width * self.scale

    def _draw(self, name: str, pen: AbstractPen) -> float:
        string = self._strings[name]
        private = string.private
        extractor = _Extractor(
            pen,
            getattr(private, "Subrs", []),
            string.globalSubrs,
            private.nominalWidthX,
            private.defaultWidthX,
            private,
        )
        extractor.budget = self._budget
        extractor.execute(string)
        return float(extractor.width or 0.0)


class _Outlines:
    """The ``glyf`` of a TrueType font, glyph by glyph; their names are their numbers.

    fontTools' own table names all glyphs first, for which it unfolds every character map: a few
    bytes can claim four thousand million characters.
    """

    extended = False

    def __init__(self, face: TTFont, budget: Budget) -> None:
        self._budget = budget
        self._data, self._places = bytes(face.reader["glyf"]), bytes(face.reader["loca"])
        self._form = ">II" if face["head"].indexToLocFormat else ">HH"

    def __getitem__(self, name: str) -> Glyph:
        size = struct.calcsize(self._form)
        start, end = struct.unpack_from(self._form, self._places, int(name) * size // 2)
        if size == 4:  # in words of two bytes
            start, end = 2 * start, 2 * end
        if not start <= end <= len(self._data):
            raise FormatError("a glyph lies outside of the font", part="font")
        data = self._data[start:end]
        if len(data) > _LARGEST_GLYPH:
            raise FormatError("a glyph of the font is too large", part="font")
        # Paid for before it is read: a damaged one is read as often as it is asked for.
        self._budget.spend("points", _cost(data))
        glyph = Glyph(data)
        glyph.expand(self)
        return glyph

    def getGlyphName(self, glyphID: int) -> str:  # noqa: N802, N803 - fontTools' names
        """What a component is called."""
        return str(glyphID)


class _Tables:
    """The glyphs of a font in tables (sfnt): TrueType, or OpenType with CFF."""

    def __init__(self, data: bytes, budget: Budget, *, is_collection: bool) -> None:
        count = struct.unpack_from(">H", data, 4)[0]
        if not is_collection and count > _MOST_TABLES:
            raise FormatError("the font has too many tables", part="font")
        self._budget = budget
        self._face = TTFont(io.BytesIO(data), fontNumber=0 if is_collection else -1, lazy=True)
        self._em = int(self._face["head"].unitsPerEm)
        if not 16 <= self._em <= 16384:
            raise FormatError("the font has an impossible size", part="font")
        self._cff = _Cff(self._face["CFF "].cff, budget) if "CFF " in self._face else None
        self._outlines = None if self._cff else _Outlines(self._face, budget)
        self.count = self._cff.count if self._cff else int(self._face["maxp"].numGlyphs)
        self._metrics, self._long = b"", 0
        if "hmtx" in self._face.reader and "hhea" in self._face.reader:
            self._metrics = bytes(self._face.reader["hmtx"])
            self._long = int(self._face["hhea"].numberOfHMetrics)

    def character_table(self) -> bytes | None:
        """The bytes of the character map."""
        return bytes(self._face.reader["cmap"]) if "cmap" in self._face.reader else None

    def named(self, character: str) -> int:
        """A font in tables without a character map may still name its glyphs."""
        return self._cff.named(character) if self._cff is not None else 0

    def shape(self, number: int) -> Shape:
        """Contours and advance in em, y down."""
        if self._cff is not None:
            contours, width = self._cff.shape(number)
            return contours, self._advance(number, width)[0]
        pen = _Pen(self._budget, self._draw)
        width, side = self._advance(number, 1.0)
        glyph = self._glyph(str(number))
        shift = side - glyph.xMin if side is not None and hasattr(glyph, "xMin") else 0
        glyph.draw(pen, self._outlines, shift)
        flip = (1 / self._em, 0.0, 0.0, -1 / self._em, 0.0, 0.0)
        return tuple(c.transformed(flip) for c in contours_of(pen.records)), width

    def _draw(self, name: str, pen: AbstractPen) -> None:
        self._glyph(name).draw(pen, self._outlines)

    def _glyph(self, name: str) -> Glyph:
        if self._outlines is None:
            raise FormatError("the font has no outlines", part="font")
        return self._outlines[name]

    def _advance(self, number: int, otherwise: float) -> tuple[float, int | None]:
        """Advance in em, and left side bearing in units of the font, as ``hmtx`` has them."""
        table, long = self._metrics, self._long
        at = 4 * min(number, long - 1)
        if long < 1 or at + 4 > len(table):
            return otherwise, None
        width, side = struct.unpack_from(">Hh", table, at)
        if number >= long:
            at = 4 * long + 2 * (number - long)
            side = struct.unpack_from(">h", table, at)[0] if at + 2 <= len(table) else None
        return width / self._em, side


def _cost(glyph: bytes) -> int:
    """How many points reading a TrueType glyph may unfold to: some bytes can hold 65536."""
    contours = struct.unpack_from(">h", glyph)[0] if glyph else 0
    if contours <= 0:
        return 1 + len(glyph)
    return 2 + int(struct.unpack_from(">H", glyph, 8 + 2 * contours)[0])


def _glyphs(data: bytes, budget: Budget) -> _Cff | _Tables:
    if data.startswith((*_TRUE_TYPE, _CFF_IN_TABLES)):
        return _Tables(data, budget, is_collection=False)
    if data.startswith(_COLLECTION):
        return _Tables(data, budget, is_collection=True)
    if data.startswith(_BARE_CFF):
        fonts = CFFFontSet()
        fonts.decompile(io.BytesIO(data), None, isCFF2=False)
        return _Cff(fonts, budget)
    raise FormatError("the font is of no kind that is read", part="font")


@contextmanager
def _guarded() -> Iterator[None]:
    """Turns whatever fontTools raises into errors of this library."""
    try:
        yield
    except FormatError:
        raise
    except Exception as error:
        raise FormatError("a font of the document is damaged", part="font") from error
