"""Drawing a seal of any shape."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType

from govseal.seal.drawing import wording
from govseal.seal.drawing.drawing import Drawing
from govseal.seal.drawing.fonts import Font, find_font
from govseal.seal.drawing.oval_seal import draw_oval
from govseal.seal.drawing.round_seal import draw_round, round_diameter
from govseal.seal.drawing.square_seal import draw_square

#: What :func:`draw_seal` draws, and the options that each shape takes beside name and font.
SHAPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "round": ("bottom", "diameter_mm", "level", "emblem", "code"),
        "oval": ("bottom", "size_mm", "middle"),
        "square": ("size_mm",),
    }
)


def draw_seal(
    name: str,
    *,
    bottom: str | None = None,
    shape: str = "round",
    diameter_mm: int | None = None,
    size_mm: tuple[int, int] | None = None,
    level: str | None = None,
    emblem: bytes | None = None,
    code: str | None = None,
    middle: str | None = None,
    font: Font | str | os.PathLike[str] | None = None,
) -> Drawing:
    """A seal in pure red (#FF0000), as wide and high as it says and filled to its edges.

    ``shape`` is one of these:

    - "round", an official seal (42 mm unless ``diameter_mm`` or ``level`` says otherwise): ring,
      five-point star, the name around it. ``bottom`` is the purpose in a straight line, as in
      行政审批专用章; a number in brackets at its end, as in （1）, follows on a smaller line.
      ``level`` is a key of :data:`govseal.seal.drawing.LEVELS`, by which 国发〔1999〕25号
      fixes the diameter and the centre. ``emblem`` is an SVG of filled outlines of one colour
      that takes the place of the star. ``code`` is a row of small digits at the lower edge.
    - "oval", such as 发票专用章 (40 by 30 mm unless ``size_mm`` says otherwise): the name on the
      upper arc, ``middle`` across the middle (a tax number), ``bottom`` as above.
    - "square", a name seal (20 by 20 mm unless ``size_mm`` says otherwise, which may be a
      rectangle): a frame and 2 to 9 characters in columns, read from the right.

    ``font`` is a font or the path of one; without it the best 宋体 of the system is taken.

    Raises:
        SealError: ``E_SEAL_SIZE``, a size out of range or not that of the level; ``E_SEAL_NAME``,
            an empty text, one with spaces or control characters, or of too few or too many
            characters for a square; ``E_SEAL_CODE``, a code not of digits; ``E_NAME_TOO_LONG``,
            a text that would not be legible; ``E_EMBLEM``, an emblem that is no plain SVG;
            ``E_EMBLEM_MISSING``, ``E_EMBLEM_FORBIDDEN``, not the centre of the level;
            ``E_GLYPH_MISSING``, ``E_FONT_MISSING``.
        FormatError: The font file is damaged.
        TypeError: An option that the shape does not take, or a size not of whole millimetres.
        ValueError: An unknown shape or level.
    """
    options: dict[str, object] = {"bottom": bottom, "diameter_mm": diameter_mm, "level": level}
    options |= {"size_mm": size_mm, "emblem": emblem, "code": code, "middle": middle}
    _check(name, shape, options)
    if not isinstance(font, Font):
        font = find_font(font, "song", bold=True)
    if shape == "oval":
        return draw_oval(name, font, bottom=bottom, size_mm=size_mm, middle=middle)
    if shape == "square":
        return draw_square(name, font, size_mm=size_mm)
    size = round_diameter(diameter_mm, level, has_emblem=emblem is not None)
    return draw_round(name, font, bottom=bottom, diameter_mm=size, emblem=emblem, code=code)


def _check(name: str, shape: str, options: Mapping[str, object]) -> None:
    """Refuse what this shape does not take, and words and codes that are none."""
    if shape not in SHAPES:
        raise ValueError(f"no shape {shape!r}; there are {', '.join(SHAPES)}")
    wording.refuse_options(shape, options, SHAPES[shape])
    wording.check_words(name, "the name")
    for option, what in (("bottom", "the line below"), ("middle", "the middle line")):
        if options[option] is not None:
            wording.check_words(options[option], what)
    if options["code"] is not None:
        wording.check_code(options["code"])
