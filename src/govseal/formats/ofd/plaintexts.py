"""What certainly stands in no text of an XML file, told from its bytes: that takes no parsing.

Most files are UTF-8 and write their texts as they are. What could hide a word from a look at the
bytes gives no answer: another encoding, references to characters, sections, comments or
instructions inside a text, letters that are ASCII only in small. A text that elements interrupt is
looked at without any tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from govseal import usual
from govseal.formats.ofd.xml import USUAL_DECLARATION

#: The beginning of what is certainly read as UTF-8.
_DECLARED_UTF8 = re.compile(
    rb"""(?i:(?:\xef\xbb\xbf)?<(?:[^?!]|\?xml version=["']1\.[01]["'] """
    rb"""encoding=["']utf-?8["'][^>]{0,99}\?>))"""
)
#: A tag: what stands in quotes may hold its end.
_TAG = re.compile(rb"""<[^>"']*+(?:(?:"[^"]*+"|'[^']*+')[^>"']*+)*+>""")
#: XML of which each tag has an end. To look for that from each of many beginnings takes hours.
_ENDED = re.compile(rb"""[^<]*+(?:%b[^<]*+)*+""" % _TAG.pattern)
#: What stands between tags, where no value of an attribute holds the end of one.
_BETWEEN = re.compile(rb">([^<]+)<")
#: Letters such as the Kelvin sign, by their first byte, which is found far sooner.
_HIDING_LETTERS = (
    *((b"\xc3", b"\xc3\x9f"), (b"\xc4", b"\xc4\xb0"), (b"\xc5", b"\xc5\x89")),
    *((b"\xc5", b"\xc5\xbf"), (b"\xc7", b"\xc7\xb0"), (b"\xe1", b"\xe1\xba")),
    *((b"\xe2", b"\xe2\x84\xaa"), (b"\xef", b"\xef\xac")),
)
_ROOT = 4


def texts_without(data: bytes, parts: Sequence[bytes]) -> bytes | None:
    """The texts of an XML file one behind the other, in small letters, where none has a part.

    None where one of ``parts`` (in small letters) stands in a text, an attribute or across
    elements, or where the bytes alone do not tell. Whether the XML is well-formed is not asked.
    """
    if data.startswith(USUAL_DECLARATION):
        end = len(USUAL_DECLARATION)
    elif start := _DECLARED_UTF8.match(data):
        end = start.end()
    else:
        return None
    told = usual.texts(data, end, parts)
    if told is not None:
        return told if isinstance(told, bytes) else None
    if data.find(b"<?", end) >= 0:
        return None
    small = data.lower()
    if _may_hide(small):
        return None
    # Most have nothing that even starts like one of them.
    roots = {part[:_ROOT] for part in parts}
    if _has_any(small, roots) and _has_any(small, parts):
        return None
    texts = _texts(small)
    if texts is None:
        return None
    return None if _has_any(texts, roots) and _has_any(texts, parts) else texts


def _may_hide(small: bytes) -> bool:
    if b"\0" in small or (b"&" in small and b"&#" in small) or (b"!" in small and b"<!" in small):
        return True
    if small.isascii():
        return False
    for first, letter in _HIDING_LETTERS:  # noqa: SIM110 - a generator takes twice as long
        if first in small and letter in small:
            return True
    return False


def _texts(data: bytes) -> bytes | None:
    """What stands between tags; None where one of them has no end."""
    if data.count(b"<") == data.count(b">"):
        # Nothing is between behind the last tag, however long that is looked for.
        return b"".join(_BETWEEN.findall(data, 0, data.rfind(b"<") + 1))
    return _TAG.sub(b"", data) if _ENDED.fullmatch(data) else None


def _has_any(data: bytes, parts: Iterable[bytes]) -> bool:
    for part in parts:  # noqa: SIM110 - as above
        if part in data:
            return True
    return False
