"""The seal's picture in the terminal, where the terminal can show one.

What a terminal can is told by the environment alone: nothing is asked of it, so nothing waits for
an answer that never comes. The ways are the graphics protocol of kitty, the inline images of
iTerm2, sixels (DEC STD 070), and half blocks, which are characters in two colours.

A picture here is only shown: a terminal that could save it gets a specimen (样章). Half blocks are
too coarse for the mark, and for anybody to carve a seal after them.
"""

from __future__ import annotations

import base64
import io
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Literal, TextIO

from govseal.cli.arguments import is_terminal
from govseal.seal.picture import SealPicture

if TYPE_CHECKING:
    from PIL import Image

Way = Literal["kitty", "iterm", "sixel", "blocks", "blocks256"]
_Rgb = tuple[int, int, int]

#: Overrides what the environment tells: kitty, iterm, sixel, blocks or none.
ENVIRONMENT = "GOVSEAL_PICTURES"

# Columns that a picture takes at most; a cell is about twice as high as wide.
_COLUMNS = 44
# And rows: a higher picture gets narrower.
_ROWS = 32
_HALF = "▀"
_GRAPHICS: dict[str, Way] = {"kitty": "kitty", "iterm": "iterm", "sixel": "sixel"}
_TERMS: dict[str, Way] = {
    "xterm-kitty": "kitty",
    "xterm-ghostty": "kitty",
    "foot": "sixel",
    "foot-extra": "sixel",
    "mlterm": "sixel",
    "yaft-256color": "sixel",
}
_PROGRAMS: dict[str, Way] = {
    "ghostty": "kitty",
    "iTerm.app": "iterm",
    "WezTerm": "iterm",
    "mintty": "iterm",
}
# Without colours, or without the character for half a cell.
_PLAIN = ("dumb", "linux", "vt", "ansi", "unknown", "cons")
# What stands between the program and the terminal, and passes no pictures on.
_MULTIPLEXERS = ("screen", "tmux")
_KITTY_CHUNK = 4096
_SIXEL_COLOURS = 16
# Steps of the colour cube and of the greys in the palette of 256 colours (xterm).
_CUBE = (0, 95, 135, 175, 215, 255)
_GREYS = tuple(range(8, 239, 10))
# An OFD is drawn so, to be reduced afterwards.
_OFD_DPI = 150


def show_picture(picture: SealPicture, stream: TextIO) -> bool:
    """Show the picture of a seal on a stream; whether the stream can.

    Raises:
        FormatError: The picture cannot be drawn (``UnsupportedFormat``, ``LimitExceeded``).
    """
    way = choose_way(stream, os.environ)
    if way is None:
        return False
    columns = min(_COLUMNS, shutil.get_terminal_size().columns - 1)
    return write_picture(_shown(picture, way), stream, os.environ, columns)


def write_picture(png: bytes, stream: TextIO, environ: Mapping[str, str], columns: int) -> bool:
    """Write a PNG, ``columns`` cells wide at most, as the terminal can; whether it can."""
    way = choose_way(stream, environ)
    if way is None or columns < 1:
        return False
    print(*picture_lines(png, way, columns), sep="\n", file=stream)
    return True


def choose_way(stream: TextIO, environ: Mapping[str, str]) -> Way | None:
    """How the terminal behind ``stream`` shows pictures; None where it does not, or is none."""
    wanted = environ.get(ENVIRONMENT, "").strip().lower()
    if wanted == "none" or not is_terminal(stream):
        return None
    if wanted in _GRAPHICS:
        return _GRAPHICS[wanted]
    term = environ.get("TERM", "")
    if wanted == "blocks":
        return _blocks(term, environ)
    is_multiplexed = "TMUX" in environ or "STY" in environ or term.startswith(_MULTIPLEXERS)
    graphics = None if is_multiplexed else _graphics(term, environ)
    if graphics or environ.get("NO_COLOR") or not term or term.startswith(_PLAIN):
        return graphics
    return _blocks(term, environ) if _can_encode(stream) else None


def _graphics(term: str, environ: Mapping[str, str]) -> Way | None:
    if environ.get("KITTY_WINDOW_ID"):
        return "kitty"
    # LC_TERMINAL is what iTerm2 sends through ssh.
    if environ.get("WEZTERM_PANE") or environ.get("LC_TERMINAL") == "iTerm2":
        return "iterm"
    program = environ.get("TERM_PROGRAM", "")
    return _TERMS.get(term) or _PROGRAMS.get(program) or ("sixel" if "sixel" in term else None)


def _blocks(term: str, environ: Mapping[str, str]) -> Way:
    is_direct = environ.get("COLORTERM") in ("truecolor", "24bit") or term.endswith("-direct")
    return "blocks" if is_direct else "blocks256"


def _can_encode(stream: TextIO) -> bool:
    try:
        _HALF.encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def _shown(picture: SealPicture, way: Way) -> bytes:
    """The picture as a PNG on white: a specimen, or what half blocks make coarse."""
    from govseal.seal.drawing.specimen import (  # noqa: PLC0415 - start-up
        reduce_picture,
        specimen_png,
    )

    if picture.kind == "ofd":
        from govseal.formats.ofd.appearance import render_page  # noqa: PLC0415 - start-up
        from govseal.formats.ofd.document import OfdDocument  # noqa: PLC0415 - start-up

        page = render_page(OfdDocument(picture.data), 1, dpi=_OFD_DPI)
        picture = replace(picture, data=page)
    if way in _GRAPHICS:
        return specimen_png(picture)
    output = io.BytesIO()
    reduce_picture(picture).save(output, "PNG")
    return output.getvalue()


def picture_lines(png: bytes, way: Way, columns: int) -> list[str]:
    """The lines that show a PNG, at most ``columns`` cells wide."""
    from PIL import Image  # noqa: PLC0415 - start-up

    with Image.open(io.BytesIO(png), formats=("PNG",)) as source:
        columns = max(1, min(columns, round(2 * _ROWS * source.width / source.height)))
        rows = min(_ROWS, max(1, round(columns * source.height / source.width / 2)))
        if way == "kitty":
            return [_kitty(png, columns, rows)]
        if way == "iterm":
            return [_iterm(png, columns, rows)]
        picture = source.convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    if way == "sixel":
        return [_sixel(paper.convert("RGB"))]
    small = paper.convert("RGB").resize((columns, 2 * rows), Image.Resampling.BOX)
    return list(_half_blocks(small, _direct if way == "blocks" else _indexed))


def _kitty(png: bytes, columns: int, rows: int) -> str:
    """The PNG for the graphics protocol of kitty, which takes it in pieces; it answers nothing."""
    text = base64.b64encode(png).decode("ascii")
    pieces = [text[at : at + _KITTY_CHUNK] for at in range(0, len(text), _KITTY_CHUNK)]
    commands = []
    for number, piece in enumerate(pieces, 1):
        head = f"a=T,f=100,q=2,c={columns},r={rows}," if number == 1 else ""
        more = int(number < len(pieces))
        commands.append(f"\x1b_G{head}m={more};{piece}\x1b\\")
    return "".join(commands)


def _iterm(png: bytes, columns: int, rows: int) -> str:
    """The PNG as an inline image of iTerm2."""
    text = base64.b64encode(png).decode("ascii")
    size = f"size={len(png)};width={columns};height={rows};preserveAspectRatio=1"
    return f"\x1b]1337;File=inline=1;{size}:{text}\a"


def _sixel(picture: Image.Image) -> str:
    """The picture in sixels: bands of six rows, in each of them one run for each colour."""
    width, height = picture.size
    indexed = picture.quantize(_SIXEL_COLOURS)
    palette = (indexed.getpalette() or [])[: 3 * _SIXEL_COLOURS]
    parts = [f'\x1bP0;1q"1;1;{width};{height}']
    for number in range(len(palette) // 3):
        levels = (round(value * 100 / 255) for value in palette[3 * number : 3 * number + 3])
        parts.append(f"#{number};2;" + ";".join(map(str, levels)))
    pixels = indexed.tobytes()
    for top in range(0, height, 6):
        rows = [pixels[y * width : (y + 1) * width] for y in range(top, min(top + 6, height))]
        runs = (
            f"#{colour}{_sixel_run(rows, colour, width)}" for colour in sorted(set(b"".join(rows)))
        )
        parts.append("$".join(runs) + "-")
    return "".join(parts) + "\x1b\\"


def _sixel_run(rows: list[bytes], colour: int, width: int) -> str:
    """What of a band has one colour: a character for each column, repetitions counted."""
    columns = (sum((row[x] == colour) << bit for bit, row in enumerate(rows)) for x in range(width))
    parts = []
    for value, run in groupby(columns):
        count, character = len(list(run)), chr(63 + value)
        parts.append(f"!{count}{character}" if count > 3 else character * count)
    return "".join(parts)


def _half_blocks(picture: Image.Image, colour: Callable[[_Rgb], str]) -> Iterator[str]:
    """Two pixels for each cell: the upper one in the foreground, the lower one behind it."""
    width, height = picture.size
    data = picture.tobytes()
    pixels = [tuple(data[at : at + 3]) for at in range(0, len(data), 3)]
    for top in range(0, height, 2):
        above, below = (pixels[y * width : (y + 1) * width] for y in (top, top + 1))
        parts = []
        for (upper, lower), run in groupby(zip(above, below, strict=True)):
            codes = f"\x1b[38;{colour(_rgb(upper))};48;{colour(_rgb(lower))}m"
            parts.append(codes + _HALF * len(list(run)))
        yield "".join(parts) + "\x1b[0m"


def _rgb(pixel: tuple[int, ...]) -> _Rgb:
    red, green, blue = pixel
    return red, green, blue


def _direct(colour: _Rgb) -> str:
    red, green, blue = colour
    return f"2;{red};{green};{blue}"


@lru_cache(maxsize=4096)
def _indexed(colour: _Rgb) -> str:
    """The nearest of the 240 fixed colours of the palette of 256."""
    cube = [min(range(6), key=lambda step: abs(_CUBE[step] - value)) for value in colour]
    mean = sum(colour) / 3
    grey = min(range(len(_GREYS)), key=lambda step: abs(_GREYS[step] - mean))

    def distance(other: _Rgb) -> int:
        return sum((a - b) ** 2 for a, b in zip(colour, other, strict=True))

    red, green, blue = cube
    if distance((_GREYS[grey],) * 3) < distance((_CUBE[red], _CUBE[green], _CUBE[blue])):
        return f"5;{232 + grey}"
    return f"5;{16 + 36 * red + 6 * green + blue}"
