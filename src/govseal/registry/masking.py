"""Numbers of identity cards do not stand in logs (R-JC29L-27): all but their ends is masked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

# GB 11643: division, day of birth, sequence, check character; the older form has two digits of
# the year and no check character.
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])(?:[1-9]\d{{5}}(?:18|19|20)\d{{2}}{_DAY}\d{{3}}[\dXx]"
    rf"|[1-9]\d{{5}}\d{{2}}{_DAY}\d{{3}})(?![0-9A-Za-z])"
)
_KEPT_BEFORE, _KEPT_AFTER = 3, 2
_WIDE = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")


MOST: Final = 4000
"""Characters of a text that a log keeps: more than any text that a step takes."""
_NO_TEXT = re.compile("[\0\ud800-\udfff]")


def masked(text: str) -> str:
    """The text, in which numbers of identity cards show their first three and last two characters.

    Full-width digits are read as well. What no database keeps is replaced, what is too long cut.
    """
    text = _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", text[:MOST])
    narrow = text.translate(_WIDE)  # of the same length
    found = [match.span() for match in _NUMBER.finditer(narrow)]
    for start, end in reversed(found):
        kept, last = text[start : start + _KEPT_BEFORE], text[end - _KEPT_AFTER : end]
        stars = "*" * (end - start - _KEPT_BEFORE - _KEPT_AFTER)
        text = f"{text[:start]}{kept}{stars}{last}{text[end:]}"
    return text


def masked_facts(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    """The same in every text and number, and every name of a member, of a value of JSON."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        shown = masked(str(value))
        return value if shown == str(value) else shown
    if isinstance(value, Mapping):
        return {masked(name): masked_facts(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked_facts(item) for item in value]
    return value
