"""Marks of classification (密级标志) in texts: 秘密★, 机密★10年, 绝密★ (GB/T 9704-2012, 7.2.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

# The star between the level and the term is what makes a mark of a word; products draw it with
# several characters, and put blanks between the two characters of the level.
_MARK = re.compile(r"(?:秘\s*密|机\s*密|绝\s*密)\s*[★☆✩✭⭐⋆*＊]")


def is_marked(text: str) -> bool:
    """Whether a text bears a mark of classification."""
    return _MARK.search(text) is not None


def texts_of(data: bytes) -> Iterator[str]:
    """The texts of a document, as far as they can be had."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
        yield data.decode(encoding, "ignore")
