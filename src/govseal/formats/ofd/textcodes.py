"""TextCode (GB/T 33190, 11.3): its characters, and the steps from one to the next."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from govseal.formats.ofd.render.values import deltas
from govseal.formats.ofd.xml import Element
from govseal.seal.drawing.paths import Point

_LINE_BREAKS = ("\r", "\n")


def content(code: Element) -> str:
    """The characters as they are: spaces count, but not the indentation of a formatted file."""
    text = "".join(code.itertext())
    return text.strip() if text.lstrip(" \t").startswith(_LINE_BREAKS) else text


def steps(delta_x: str | None, delta_y: str | None) -> Iterator[Point] | None:
    """The steps from character to character that the document gives, without end."""
    across, down = deltas(delta_x), deltas(delta_y)
    if across is None and down is None:
        return None
    return zip(across or itertools.repeat(0.0), down or itertools.repeat(0.0), strict=False)


def along(length: float, degrees: int) -> Point:
    """A step of ``length`` in a direction; y down, so that 90 degrees lead down."""
    return {0: (length, 0.0), 90: (0.0, length), 180: (-length, 0.0), 270: (0.0, -length)}[degrees]


def written(value: float) -> str:
    """Millimetres as they are written: to a thousandth."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def written_deltas(steps: Iterable[float]) -> str:
    """The distances between characters, repetitions written as ``g count value``."""
    parts: list[str] = []
    for value, row in itertools.groupby(map(written, steps)):
        count = len(list(row))
        parts.append(f"g {count} {value}" if count > 1 else value)
    return " ".join(parts)
