"""Fonts for seals and pages: found on the system, read as outlines, never bundled or embedded.

Official seals are set in 宋体 (国发〔1999〕25号). Proprietary fonts are used where they are
installed or named, and free ones are looked for first.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from govseal.errors import FormatError, SealError
from govseal.seal.drawing.paths import Box, Contour, bounds

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

FontStyle = Literal["song", "hei"]

#: Names a font file (宋体) to use before any other.
ENVIRONMENT = "GOVSEAL_FONT"

_BOLD, _REGULAR = 700, 400


@dataclass(frozen=True, slots=True)
class Outline:
    """One glyph in font units, y up from the baseline.

    ``box`` is the measured extent of the ink, None for a glyph without any (a space).
    """

    contours: tuple[Contour, ...]
    box: Box | None
    advance: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    """File names in order of preference, and the face to pick from them."""

    family: str
    files: tuple[str, ...]
    weight: int = _REGULAR


def _candidates(style: FontStyle, weight: int) -> tuple[_Candidate, ...]:
    """What to look for, best first; the weight that was not asked for follows the one that was."""
    words = ("Bold", "Regular") if weight == _BOLD else ("Regular", "Bold")

    def files(*patterns: str) -> tuple[str, ...]:
        return tuple(pattern.format(word) for word in words for pattern in patterns)

    if style == "hei":
        return (
            _Candidate(
                "Noto Sans CJK SC", files("NotoSansCJK-{}.ttc", "NotoSansCJKsc-{}.otf"), weight
            ),
            _Candidate("Noto Sans SC", files("NotoSansSC-{}.otf", "NotoSansSC-{}.ttf"), weight),
            _Candidate(
                "Source Han Sans",
                files("SourceHanSansSC-{}.otf", "SourceHanSansCN-{}.otf", "SourceHanSans-{}.ttc"),
                weight,
            ),
            _Candidate("WenQuanYi", ("wqy-zenhei.ttc", "wqy-microhei.ttc")),
            _Candidate("Heiti SC", ("STHeiti Medium.ttc",)),
            _Candidate("SimHei", ("simhei.ttf",)),
        )
    return (
        _Candidate(
            "Noto Serif CJK SC", files("NotoSerifCJK-{}.ttc", "NotoSerifCJKsc-{}.otf"), weight
        ),
        _Candidate("Noto Serif SC", files("NotoSerifSC-{}.otf", "NotoSerifSC-{}.ttf"), weight),
        _Candidate("AR PL SungtiL GB", ("gbsn00lp.ttf",)),
        _Candidate("AR PL UMing CN", ("uming.ttc",)),
        _Candidate(
            "Source Han Serif SC",
            files("SourceHanSerifSC-{}.otf", "SourceHanSerif-{}.ttc"),
            weight,
        ),
        _Candidate("Source Han Serif CN", files("SourceHanSerifCN-{}.otf"), weight),
        _Candidate("Songti SC", ("Songti.ttc",), weight),
        _Candidate("SimSun", ("simsun.ttc", "simsun.ttf")),
    )


class Font:
    """One face of a font file; glyphs are read when they are first asked for, and kept.

    Safe to share between threads. A character is a string of one code point.
    """

    def __init__(self, path: Path, face: TTFont) -> None:
        self._face = face
        self._lock = threading.Lock()
        self._outlines: dict[str, Outline] = {}
        self.path = path
        from govseal.seal.drawing._faces import guarded  # noqa: PLC0415  loads fontTools

        with guarded(path):
            self.name = str(face["name"].getDebugName(4) or path.stem)
            self.units_per_em = int(face["head"].unitsPerEm)
            self.ascent = int(face["hhea"].ascent)
            self.descent = int(face["hhea"].descent)
            self._names: Mapping[int, str] = MappingProxyType(face.getBestCmap() or {})
        if not 16 <= self.units_per_em <= 16384 or not self._names:
            raise FormatError("the font file has no usable characters", part=path.name)

    def __repr__(self) -> str:
        return f"<Font {self.name!r}>"

    def has(self, character: str) -> bool:
        """Whether the font can draw the character."""
        return ord(character) in self._names

    def advance(self, character: str) -> float:
        """How far the character moves the pen, in font units.

        Raises:
            SealError: ``E_GLYPH_MISSING``, the font lacks the character.
        """
        return self.outline(character).advance

    def outline(self, character: str) -> Outline:
        """The shape of the character.

        Raises:
            SealError: ``E_GLYPH_MISSING``, the font lacks the character.
            FormatError: The font file is damaged.
        """
        found = self._outlines.get(character)
        if found is None:
            with self._lock:
                found = self._outlines[character] = self._read(character)
        return found

    def _read(self, character: str) -> Outline:
        from govseal.seal.drawing._faces import draw_glyph, guarded  # noqa: PLC0415  heavy

        name = self._names.get(ord(character))
        if name is None:
            message = f"the font {self.name} has no {character!r} (U+{ord(character):04X})"
            raise SealError(message, code="E_GLYPH_MISSING")
        with guarded(self.path):
            contours, advance = draw_glyph(self._face, name)
        return Outline(contours, bounds(contours, self.units_per_em / 10000), advance)


def font_directories() -> tuple[Path, ...]:
    """Where fonts usually are on this system: the user's own first."""
    home = Path.home()
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA", str(home))
        windows = os.environ.get("WINDIR", "C:\\Windows")
        return (Path(local, "Microsoft", "Windows", "Fonts"), Path(windows, "Fonts"))
    if sys.platform == "darwin":
        return (home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts"))
    data = os.environ.get("XDG_DATA_HOME") or str(home / ".local/share")
    return (
        Path(data, "fonts"),
        home / ".fonts",
        Path("/usr/local/share/fonts"),
        Path("/usr/share/fonts"),
    )


def find_font(
    path: str | os.PathLike[str] | None = None,
    style: FontStyle = "song",
    *,
    bold: bool = False,
    directories: Iterable[Path] | None = None,
) -> Font:
    """A Chinese font: the one at ``path``, else the best of the system.

    ``style`` is "song" (宋体) or "hei" (黑体). For 宋体 a file named by the environment variable
    ``GOVSEAL_FONT`` comes first; then Noto Serif CJK SC, AR PL SungtiL GB, AR PL UMing CN,
    Source Han Serif and what Windows and macOS have. The result is kept and shared.

    Raises:
        ValueError: The style is unknown.
        SealError: ``E_FONT_MISSING``, there is no such file or no such font here.
        FormatError: The file at ``path`` is no font.
    """
    if style not in {"song", "hei"}:
        raise ValueError(f"no font style {style!r}; there are song and hei")
    weight = _BOLD if bold else _REGULAR
    if path is None and style == "song":
        path = os.environ.get(ENVIRONMENT) or None
    if path is not None:
        return _open_named(Path(path), weight)
    places = font_directories() if directories is None else tuple(directories)
    return _search(places, style, weight)


@lru_cache(maxsize=16)
def _open_named(path: Path, weight: int) -> Font:
    """The font of a file; of a collection the simplified Chinese face, else the nearest one."""
    from govseal.seal.drawing._faces import pick_face, simplified_family  # noqa: PLC0415  heavy

    try:
        face = pick_face(path, simplified_family(path), weight)
    except OSError as error:
        message = f"the font file {path} cannot be read: {error.strerror}"
        raise SealError(message, code="E_FONT_MISSING") from error
    if face is None:
        raise FormatError("the font file has no named face", part=path.name)
    return Font(path, face)


@lru_cache(maxsize=16)
def _search(places: tuple[Path, ...], style: FontStyle, weight: int) -> Font:
    from govseal.seal.drawing._faces import pick_face  # noqa: PLC0415  loads fontTools

    candidates = _candidates(style, weight)
    wanted = {name.lower() for candidate in candidates for name in candidate.files}
    present = _files(places, wanted)
    for candidate in candidates:
        for name in candidate.files:
            path = present.get(name.lower())
            if path is None:
                continue
            try:
                face = pick_face(path, candidate.family, candidate.weight)
            except (FormatError, OSError):
                continue  # a damaged file must not hide the next font
            if face is not None:
                return Font(path, face)
    kind = "宋体" if style == "song" else "黑体"
    raise SealError(
        f"no Chinese font ({kind}) was found; install one (Debian: apt install fonts-noto-cjk) "
        f"or name a font file in {ENVIRONMENT}",
        code="E_FONT_MISSING",
    )


def _files(places: tuple[Path, ...], wanted: set[str]) -> dict[str, Path]:
    """Where the wanted file names (in lower case) are; the first place wins."""
    found: dict[str, Path] = {}
    for place in places:
        for folder, folders, names in os.walk(place):
            folders.sort()
            for name in sorted(names):
                if name.lower() in wanted:
                    found.setdefault(name.lower(), Path(folder, name))
    return found
