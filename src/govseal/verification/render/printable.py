"""Text from a document made safe to show: it may not move a cursor or turn the line around."""

from __future__ import annotations

from govseal.seal.naming import is_ideograph

_SHOWN = frozenset("\u3000\u00a0")
MAX_SHOWN = 400


def printable(text: str, *, limit: int = MAX_SHOWN) -> str:
    r"""``text`` on one line, at most ``limit`` characters of it.

    Control characters, bidirectional overrides, surrogates and whatever else has no shape of its
    own become visible escapes (``\u202e``).
    """
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    if shown.isprintable():
        return shown
    return "".join(char if _has_shape(char) else _escape(ord(char)) for char in shown)


def _has_shape(character: str) -> bool:
    return character.isprintable() or character in _SHOWN or is_ideograph(character)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
