"""Small fonts made on the spot, so that tests of drawing need none of the system's."""

from __future__ import annotations

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

EM = 1000
# What each character fills: a square frame with a counter, a bar, or a narrow stroke.
FRAMES = "测试市省行政审批服务管理局专用章国中育教永"
BAR = "一"
NARROW = "（）()0123456789"
#: A circle of control points only, as TrueType allows.
ROUND = "圆"
#: A composite glyph: the frame of 国 with the bar of 一 in it.
COMPOSITE = "日"
BLANK = "\u3000"
#: A character of GB 18030-2022 (CJK extension I), which looks like 国 here.
NEW = "\U0002ebf0"


def _rectangle(pen: TTGlyphPen, box: tuple[int, int, int, int], *, clockwise: bool = True) -> None:
    left, bottom, right, top = box
    corners = [(left, bottom), (left, top), (right, top), (right, bottom)]
    if not clockwise:
        corners.reverse()
    pen.moveTo(corners[0])
    for corner in corners[1:]:
        pen.lineTo(corner)
    pen.closePath()


def _frame(pen: TTGlyphPen) -> None:
    _rectangle(pen, (50, -80, 950, 840))
    _rectangle(pen, (150, 20, 850, 740), clockwise=False)


def _glyphs() -> dict[str, tuple[object, int]]:
    """Glyph name → (glyph, advance)."""
    made: dict[str, tuple[object, int]] = {}
    for name in (".notdef", *(f"u{ord(c):04X}" for c in FRAMES)):
        pen = TTGlyphPen(None)
        _frame(pen)
        made[name] = (pen.glyph(), EM)
    pen = TTGlyphPen(None)
    _rectangle(pen, (60, 350, 940, 430))
    made[f"u{ord(BAR):04X}"] = (pen.glyph(), EM)
    for character in NARROW:
        pen = TTGlyphPen(None)
        _rectangle(pen, (60, 0, 300, 740))
        made[f"u{ord(character):04X}"] = (pen.glyph(), EM // 2)
    pen = TTGlyphPen(None)
    pen.qCurveTo((50, -80), (50, 840), (950, 840), (950, -80), None)
    pen.closePath()
    made[f"u{ord(ROUND):04X}"] = (pen.glyph(), EM)
    pen = TTGlyphPen(made)
    pen.addComponent(f"u{ord('国'):04X}", (1, 0, 0, 1, 0, 0))
    pen.addComponent(f"u{ord(BAR):04X}", (0.5, 0, 0, 0.5, 250, 200))
    made[f"u{ord(COMPOSITE):04X}"] = (pen.glyph(), EM)
    made[f"u{ord(BLANK):04X}"] = (TTGlyphPen(None).glyph(), EM)
    return made


def build(family: str = "Toy Song SC", weight: int = 400) -> TTFont:
    """A TrueType font of a few dozen glyphs."""
    glyphs = _glyphs()
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    characters = FRAMES + BAR + NARROW + ROUND + COMPOSITE + BLANK
    places = {ord(c): f"u{ord(c):04X}" for c in characters}
    builder.setupCharacterMap(places | {ord(NEW): f"u{ord('国'):04X}"})
    builder.setupGlyf({name: glyph for name, (glyph, _) in glyphs.items()})
    table = builder.font["glyf"]
    bearings = {
        name: (width, getattr(table[name], "xMin", 0)) for name, (_, width) in glyphs.items()
    }
    builder.setupHorizontalMetrics(bearings)
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    style = f"W{weight}"
    names = {"familyName": family, "styleName": style, "fullName": f"{family} {style}"}
    builder.setupNameTable(names)
    builder.setupOS2(usWeightClass=weight)
    builder.setupPost()
    return builder.font


def save(path: Path, family: str = "Toy Song SC", weight: int = 400) -> Path:
    """Write a font file and return its path."""
    build(family, weight).save(path)
    return path


def save_collection(path: Path, *faces: tuple[str, int]) -> Path:
    """Write a font collection of (family, weight) faces and return its path."""
    collection = TTCollection()
    collection.fonts = [build(family, weight) for family, weight in faces]
    collection.save(path)
    return path
