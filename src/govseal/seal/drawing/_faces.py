"""Everything that touches fontTools: opening one face of a font file and drawing its glyphs.

Imported only when a font is opened: fontTools is heavy and verifying needs none of it.
"""

from __future__ import annotations

import logging
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from govseal.errors import FormatError
from govseal.seal.drawing.outlines import contours_of
from govseal.seal.drawing.paths import Contour

# Without a handler of the application's, a damaged font would fill standard error line by line.
logging.getLogger("fontTools").addHandler(logging.NullHandler())

# Far more faces than any collection in use has.
_MAX_FACES = 64
# Family, full and typographic family name (OpenType, table name).
_NAME_IDS = frozenset({1, 4, 16})


def faces(path: Path) -> Iterator[TTFont]:
    """The faces of a font file, each reading the file only where it must.

    Raises:
        FormatError: The file is no font.
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            raise FormatError("the font file is empty", part=path.name)
        # The map outlives the file, and costs no memory for what is not read.
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    collection = content[:4] == b"ttcf"
    count = int.from_bytes(content[8:12], "big") if collection else 1
    if not 1 <= count <= _MAX_FACES:
        raise FormatError("the font file is damaged", part=path.name)
    for number in range(count):
        with guarded(path):
            face = TTFont(content, fontNumber=number if collection else -1, lazy=True)
        yield face


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turns whatever fontTools raises on a damaged file into FormatError."""
    try:
        yield
    except Exception as error:
        raise FormatError(f"the font file is damaged: {error}", part=path.name) from error


def family_names(face: TTFont) -> set[str]:
    """The names that a face goes by, in every language it has."""
    names = {record.toUnicode() for record in face["name"].names if record.nameID in _NAME_IDS}
    return {str(name) for name in names}


def simplified_family(path: Path) -> str:
    """The family of the first face that is meant for simplified Chinese, else no name at all.

    Raises:
        FormatError: The file is no font.
        OSError: The file cannot be read.
    """
    for face in faces(path):
        with guarded(path):
            for family in sorted(family_names(face)):
                if family.endswith((" SC", " CN", " GB")):
                    return family
    return ""


def pick_face(path: Path, family: str, weight: int) -> TTFont | None:
    """The face of a family (with the name "": of any) that is nearest in weight, or None.

    Raises:
        FormatError: The file is no font.
        OSError: The file cannot be read.
    """
    best: tuple[int, TTFont] | None = None
    for face in faces(path):
        with guarded(path):
            known = not family or any(n.startswith(family) for n in family_names(face))
            found = int(face["OS/2"].usWeightClass) if "OS/2" in face else 400
        distance = abs(found - weight)
        if known and (best is None or distance < best[0]):
            best = (distance, face)
    return best[1] if best else None


def draw_glyph(face: TTFont, name: str) -> tuple[tuple[Contour, ...], float]:
    """The contours (font units, y up) and the advance of a glyph; composites are resolved."""
    glyphs = face.getGlyphSet()
    glyph = glyphs[name]
    pen = DecomposingRecordingPen(glyphs)
    glyph.draw(pen)
    return tuple(contours_of(pen.value)), float(glyph.width)
