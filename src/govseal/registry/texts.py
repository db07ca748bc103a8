"""Texts that show what they say: nothing in them hides, turns around, or is no character."""

from __future__ import annotations

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs"})
"""Controls; marks without width and of direction; halves of characters."""


def has_hidden(text: str) -> bool:
    """Whether a text of several lines holds a character that nobody sees."""
    return any(
        unicodedata.category(character) in _HIDDEN and character not in "\n\t" for character in text
    )
