"""Colours of drawing objects (CT_Color) as red, green, blue and alpha."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from govseal.formats.ofd import xml
from govseal.formats.ofd.render.values import number
from govseal.formats.ofd.xml import Element
from govseal.seal.drawing.paths import BLACK, Colour

_SPACES = {"gray": 1, "grey": 1, "rgb": 3, "cmyk": 4}
_SHADINGS = frozenset({"AxialShd", "RadialShd", "GouraudShd", "LaGourandShd", "LaGouraudShd"})
_MOST_STOPS = 64


def read_colour(element: Element, spaces: dict[str, Element]) -> Colour | None:
    """The colour that ``element`` states; None where it is a pattern, which is not drawn.

    A shading gives the mean of its colours. Missing channels are 0 (GB/T 33190, 8.3.2: black).
    """
    for child in element:
        kind = xml.name(child)
        if kind == "Pattern":
            return None
        if kind in _SHADINGS:
            return _mean(_stops(child, spaces)) or BLACK
    space = spaces.get((xml.attribute(element, "ColorSpace") or "").strip())
    channels = _channels(xml.attribute(element, "Value") or "", space)
    alpha = _byte(number(xml.attribute(element, "Alpha"), 255.0))
    return (*_as_rgb(channels, space), alpha)


def faded(colour: Colour, alpha: int) -> Colour:
    """The colour at ``alpha`` of its own opacity."""
    return (*colour[:3], colour[3] * alpha // 255)


def _channels(text: str, space: Element | None) -> list[float]:
    """Channel values from 0 to 255."""
    bits = number(xml.attribute(space, "BitsPerComponent"), 8.0) if space is not None else 8.0
    scale = 255 / (2**bits - 1) if bits in (1, 2, 4, 16) else 1.0
    return [_channel(word) * scale for word in text.split(None, 8)[:4]]


def _channel(word: str) -> float:
    """A channel in decimal or, after a ``#``, in hexadecimal digits."""
    if word.startswith("#"):
        try:
            return float(int(word[1:5], 16))
        except ValueError:
            return 0.0
    return number(word, 0.0)


def _as_rgb(channels: list[float], space: Element | None) -> tuple[int, int, int]:
    stated = (xml.attribute(space, "Type") or "").strip().lower() if space is not None else ""
    count = _SPACES.get(stated, len(channels))
    channels = [*channels, 0.0, 0.0, 0.0, 0.0]
    if count == 1:
        grey = _byte(channels[0])
        return (grey, grey, grey)
    if count == 4:
        left = 255 - _byte(channels[3])
        red, green, blue = ((255 - _byte(value)) * left // 255 for value in channels[:3])
        return (red, green, blue)
    return (_byte(channels[0]), _byte(channels[1]), _byte(channels[2]))


def _byte(value: float) -> int:
    return max(0, min(255, round(value)))


def _stops(shading: Element, spaces: dict[str, Element]) -> Iterable[Colour]:
    found = (child for child in shading.iter() if xml.name(child) == "Color")
    for element in itertools.islice(found, _MOST_STOPS):
        if len(element) == 0:  # a colour inside a colour would be a shading again
            colour = read_colour(element, spaces)
            if colour is not None:
                yield colour


def _mean(colours: Iterable[Colour]) -> Colour | None:
    found = list(colours)
    if not found:
        return None
    red, green, blue, alpha = (sum(channel) // len(found) for channel in zip(*found, strict=True))
    return (red, green, blue, alpha)
