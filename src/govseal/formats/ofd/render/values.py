"""Attribute values of drawing objects: read from hostile text, always usable numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from govseal.seal.drawing.paths import Matrix, Point

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

# Far beyond any page in millimetres; what is larger is taken for missing.
_LARGEST = 1e6
# Matrices multiply: beyond this a picture shows nothing and floats lose their sense.
_LARGEST_FACTOR = 1e9
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_LONGEST_ROW = 4_000_000
_WORD = re.compile(r"\S+")


def number(text: str | None, default: float) -> float:
    """The number in ``text``; ``default`` where it is missing, none, infinite or absurd."""
    try:
        value = float(text) if text is not None else default
    except ValueError:
        return default
    # Written so that NaN is refused too.
    return value if -_LARGEST < value < _LARGEST else default


def numbers(text: str | None, most: int) -> tuple[float, ...]:
    """The numbers in ``text``; empty where one of them is none, or there are more than ``most``."""
    words = (text or "").split(None, most)
    if len(words) > most:
        return ()
    values = tuple(number(word, math.nan) for word in words)
    return () if any(math.isnan(value) for value in values) else values


def flag(text: str | None, *, default: bool) -> bool:
    """The truth value in ``text`` (xs:boolean), else ``default``."""
    return _FLAGS.get((text or "").strip().lower(), default)


def matrix(text: str | None) -> Matrix:
    """The transformation in ``text`` (CTM), else the identity."""
    values = numbers(text, 6)
    if len(values) != 6:
        return IDENTITY
    a, b, c, d, e, f = values
    return (a, b, c, d, e, f)


def compose(outer: Matrix, inner: Matrix) -> Matrix:
    """The map that applies ``inner`` first and ``outer`` to its result."""
    a, b, c, d, e, f = outer
    p, q, r, s, t, u = inner
    return (
        a * p + c * q,
        b * p + d * q,
        a * r + c * s,
        b * r + d * s,
        a * t + c * u + e,
        b * t + d * u + f,
    )


def moved(outer: Matrix, x: float, y: float) -> Matrix:
    """``outer`` after a shift by (x, y)."""
    return compose(outer, (1.0, 0.0, 0.0, 1.0, x, y))


def apply(matrix: Matrix, point: Point) -> Point:
    """The point under an affine map."""
    a, b, c, d, e, f = matrix
    x, y = point
    return (a * x + c * y + e, b * x + d * y + f)


def determinant(matrix: Matrix) -> float:
    """By how much areas grow; negative where the map is a mirror."""
    return matrix[0] * matrix[3] - matrix[1] * matrix[2]


def is_usable(matrix: Matrix) -> bool:
    """Whether the map is finite, keeps areas, and leads to no absurd place."""
    if not all(-_LARGEST_FACTOR < value < _LARGEST_FACTOR for value in matrix):
        return False
    return abs(determinant(matrix)) > 1e-12


def deltas(text: str | None) -> Iterator[float] | None:
    """The offsets in a DeltaX or DeltaY, endless: the last is repeated; None for no offsets.

    GB/T 33190, 11.3: ``g n d`` stands for ``d``, n times. Read as far as asked for, because n may
    be any number; what cannot be read ends the row.
    """
    if text is None or not text.strip() or len(text) > _LONGEST_ROW:
        return None
    return _deltas(text)


def _deltas(text: str) -> Iterator[float]:
    last = 0.0
    words = (match.group() for match in _WORD.finditer(text))
    for word in words:
        count = 1
        if word == "g":
            count = _count(next(words, ""))
            word = next(words, "")  # noqa: PLW2901  the same entry, read on
        value = number(word, math.nan)
        if math.isnan(value):
            break
        last = value if count > 0 else last
        for _ in range(count):
            yield value
    while True:
        yield last


def _count(word: str) -> int:
    """How often an offset is repeated; 0 for what is no count."""
    try:
        value = float(word)
    except ValueError:
        return 0
    # No text is as long; NaN fails the comparison.
    return int(min(value, 1e9)) if value > 0 else 0


def inverse(matrix: Matrix) -> Matrix:
    """The map that undoes a usable one."""
    a, b, c, d, e, f = matrix
    whole = determinant(matrix)
    return (
        d / whole,
        -b / whole,
        -c / whole,
        a / whole,
        (c * f - d * e) / whole,
        (b * e - a * f) / whole,
    )
