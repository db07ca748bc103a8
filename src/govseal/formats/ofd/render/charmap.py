"""The character map of a font (OpenType, cmap), searched and never unfolded.

A map of a hundred bytes may claim four thousand million characters; what is here looks up one.
"""

from __future__ import annotations

import struct

from govseal.errors import FormatError

# Platform and encoding, best first: full Unicode, the basic plane, symbols, Apple's Unicode.
_PREFERRED = ((3, 10), (0, 6), (0, 4), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0), (3, 0), (1, 0))
_SYMBOLS = 0xF000
_MOST_TABLES = 64


class CharacterMap:
    """Finds the glyphs of characters in the bytes of a cmap table.

    Raises:
        FormatError: the table is cut short, or of no form that is read (0, 4, 6 and 12).
    """

    def __init__(self, table: bytes) -> None:
        self._table = table
        count = self._number(2, 2)
        found: dict[tuple[int, int], int] = {}
        for row in range(min(count, _MOST_TABLES)):
            at = 4 + 8 * row
            place = self._number(at + 4, 4)
            if self._number(place, 2) in (0, 4, 6, 12):
                found.setdefault((self._number(at, 2), self._number(at + 2, 2)), place)
        best = next((key for key in _PREFERRED if key in found), None)
        if best is None:
            raise FormatError("the font has no character map that is read", part="font")
        self._is_symbolic = best in ((3, 0), (1, 0))
        self._at = found[best]
        self._form = self._number(self._at, 2)

    def find(self, code: int) -> int:
        """The glyph of a character; 0 where there is none.

        Raises:
            FormatError: the table is cut short.
        """
        found = self._find(code)
        if not found and self._is_symbolic and code < 0x100:
            found = self._find(_SYMBOLS + code)
        return found

    def _find(self, code: int) -> int:
        if self._form == 0:
            return self._number(self._at + 6 + code, 1) if code < 0x100 else 0
        if self._form == 6:
            first, count = self._number(self._at + 6, 2), self._number(self._at + 8, 2)
            inside = 0 <= code - first < count
            return self._number(self._at + 10 + 2 * (code - first), 2) if inside else 0
        if self._form == 12:
            return self._in_groups(code)
        return self._in_segments(code) if code <= 0xFFFF else 0

    def _in_segments(self, code: int) -> int:
        """Form 4: the first segment whose end is not below the code."""
        double = self._number(self._at + 6, 2) & ~1
        ends = self._at + 14
        low, high = 0, double // 2
        while low < high:
            middle = (low + high) // 2
            if self._number(ends + 2 * middle, 2) < code:
                low = middle + 1
            else:
                high = middle
        if low >= double // 2:
            return 0
        starts = ends + double + 2
        start = self._number(starts + 2 * low, 2)
        if code < start:
            return 0
        delta = self._number(starts + double + 2 * low, 2)
        place = starts + 2 * double + 2 * low
        shift = self._number(place, 2)
        if not shift:
            return (code + delta) & 0xFFFF
        found = self._number(place + shift + 2 * (code - start), 2)
        return (found + delta) & 0xFFFF if found else 0

    def _in_groups(self, code: int) -> int:
        """Form 12: groups of start, end and first glyph, sorted."""
        low, high = 0, self._number(self._at + 12, 4)
        while low < high:
            middle = (low + high) // 2
            at = self._at + 16 + 12 * middle
            if at + 12 > len(self._table):
                high = middle
                continue
            start, end, first = struct.unpack_from(">III", self._table, at)
            if code < start:
                high = middle
            elif code > end:
                low = middle + 1
            else:
                return int(first) + code - int(start)
        return 0

    def _number(self, at: int, length: int) -> int:
        piece = self._table[at : at + length]
        if len(piece) != length:
            raise FormatError("the font's character map is cut short", part="font")
        return int.from_bytes(piece, "big")
