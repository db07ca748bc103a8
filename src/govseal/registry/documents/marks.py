"""Marks of classification (密级标志) in texts: 秘密★, 机密★10年, 绝密★ (GB/T 9704-2012, 7.2.2)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from govseal.formats.texts import read_texts

# The star between the level and the term is what makes a mark of a word; products draw it with
# several characters, and put blanks between the two characters of the level. A plain asterisk is
# a mark only where a term follows it.
_LEVELS = ("秘密", "机密", "绝密")
_STARS = "★☆✩✭⭐⋆🟊"
_BLANKS = " \t\u3000\u00a0\n\r"
_ASTERISKS = "*＊"
_TERM = "0123456789０１２３４５６７８９长一二三五十"
_STATED = ("密级：", "密级:", "密级\n")
_ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")


def _any(texts: Iterable[str], encoding: str) -> bytes:
    return b"(?:" + b"|".join(re.escape(text.encode(encoding)) for text in texts) + b")"


def _pattern(encoding: str) -> re.Pattern[bytes]:
    blanks = _any(_BLANKS, encoding) + b"{0,8}"
    level = b"|".join(
        re.escape(level[0].encode(encoding)) + blanks + re.escape(level[1].encode(encoding))
        for level in _LEVELS
    )
    level = b"(?:" + level + b")"
    star = _any(_STARS, encoding)
    term = _any(_ASTERISKS, encoding) + blanks + _any(_TERM, encoding)
    stated = _any(_STATED, encoding) + blanks + level
    return re.compile(level + blanks + b"(?:" + star + b"|" + term + b")|" + stated)


# Bytes are searched as they are: decoding a large file four times would take its size each time.
_PATTERNS = {encoding: _pattern(encoding) for encoding in _ENCODINGS}


def is_marked(text: str | bytes) -> bool:
    """Whether a text, or bytes in UTF-8, UTF-16 or GB 18030, bear a mark of classification."""
    if isinstance(text, str):
        return _PATTERNS["utf-8"].search(text.encode("utf-8", "replace")) is not None
    return any(pattern.search(text) for pattern in _PATTERNS.values())


_KNOWN: dict[bytes, bool] = {}
_MOST_KNOWN = 10_000


def is_document_marked(data: bytes) -> bool:
    """Whether a mark stands in a document, as far as its text can be had.

    A hostile file takes minutes to be looked through. What was found is known by the digest from
    then on: whoever asks before a transaction begins holds nobody up within it.
    """
    digest = hashlib.sha256(data).digest()
    found = _KNOWN.get(digest)
    if found is None:
        found = any(map(is_marked, read_texts(data)))
        while len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.pop(next(iter(_KNOWN)), None)
        _KNOWN[digest] = found
    return found
