"""A revision behind a signature held to the letter, where readers disagree over what is not.

A reader that finds a cross-reference damaged gives it up, looks for objects through the whole file,
and shows the last one of each number. So a revision that one reader finds empty may be another
page in the next reader: what is behind a signature must be written so that nobody has to guess.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from govseal.formats.pdf.guard import BLANKS

_BLANK = rb"[\x00\t\n\x0c\r ]"
_REGULAR = rb"[^\x00\t\n\x0c\r ()<>\[\]{}/%]"
_HEADER = re.compile(
    rb"(\d{1,10})" + _BLANK + rb"+\d{1,5}" + _BLANK + rb"+obj(?!" + _REGULAR + rb")"
)
_KEYWORD = re.compile(rb"(?<=[\x00\t\n\x0c\r ])obj(?!" + _REGULAR + rb")")
_LINE_END = re.compile(rb"[\r\n]")
_WINDOW = 1024

# ISO 32000-2, 7.5.4: an entry has twenty bytes, the end of its line among them.
_TABLE_START = re.compile(rb"xref[ \t]*(?:\r\n|\r|\n)")
_SUBSECTION = re.compile(rb"[ \t\r\n]*(\d{1,10}) (\d{1,10})[ \t]*(?:\r\n|\r|\n)")
_ENTRY_SIZE = 20
_ENTRIES = re.compile(rb"(?:\d{10} \d{5} [nf](?: \r| \n|\r\n))*")
_TRAILER = re.compile(rb"[ \t\r\n]*trailer(?!" + _REGULAR + rb")")
_MAX_SUBSECTIONS = 100_000


def stray_object(
    data: bytes, start: int, end: int, listed: Collection[tuple[int, int]]
) -> int | None:
    """Where a cross-reference and the objects that it lists disagree; None for nowhere.

    Either no object of that number is where the cross-reference says, or an object starts (or
    seems to start) where it says nothing.

    Args:
        data: the file.
        start: where the revision starts.
        end: where it ends.
        listed: number and place of its objects by its own cross-reference; number -1 for any.
    """
    known = set()
    for number, place in sorted(listed):
        match = _HEADER.match(data, place) if place < len(data) else None
        if match is not None:
            known.add(match.end())
        if number >= 0 and (match is None or int(match.group(1)) != number):
            return place
    for match in _KEYWORD.finditer(data, start, end):
        if match.end() not in known and _ends_header(data, match.start()):
            return match.start()
    return None


def _ends_header(data: bytes, at: int) -> bool:
    """Whether a number may stand before ``at``, blanks and comments left out."""
    before = data[max(0, at - _WINDOW) : at].rstrip(BLANKS)
    if not before or before[-1:].isdigit():
        return True
    line = _LINE_END.split(before)[-1]
    return b"%" in line or len(line) == len(before)


def is_proper_table(data: bytes, at: int) -> bool:
    """Whether a cross-reference table stands at ``at``, to the letter (ISO 32000-2, 7.5.4)."""
    match = _TABLE_START.match(data, at)
    if match is None:
        return False
    at = match.end()
    for _ in range(_MAX_SUBSECTIONS):
        if _TRAILER.match(data, at) is not None:
            return True
        head = _SUBSECTION.match(data, at)
        if head is None:
            return False
        at = head.end() + int(head.group(2)) * _ENTRY_SIZE
        if _ENTRIES.fullmatch(data, head.end(), at) is None or at > len(data):
            return False
        if int(head.group(1)) == 0 and data[head.end() : at][17:18] == b"n":
            return False  # object 0 is free for ever, and who reads it otherwise is misled
    return False
