"""What the words of a seal may be, and how small they may get."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from govseal.errors import SealError
from govseal.seal.naming import is_ideograph

# Narrower characters than this part of their height look crushed; the text gets smaller instead.
_NARROWEST, _NARROWEST_PLAIN = 0.5, 0.33
# Below this width and height, in millimetres on paper whatever the size of the seal, strokes run
# together; digits and capitals have few.
_LEGIBLE_MM, _LEGIBLE_PLAIN_MM = (1.5, 2.6), (0.5, 1.0)
#: No text of a legible size is longer than this on the largest seal.
MAX_CHARACTERS = 120
#: Two characters side by side keep this distance: less runs together in red paste and in print.
BETWEEN_MM = 0.12

# "行政审批专用章（1）": the number goes on a smaller line of its own.
_NUMBERED = re.compile(r"(?P<text>.+?)(?P<number>[（(][0-9]{1,3}[）)])")
_CODE = re.compile(r"[0-9]+")
_PLAIN = re.compile(r"[0-9A-Z（）()]+")


def check_words(text: object, what: str) -> None:
    """Refuse what has no place on a seal: nothing, spaces, controls, combining marks.

    Raises:
        SealError: ``E_SEAL_NAME``; ``E_NAME_TOO_LONG``, more than any seal has room for.
        TypeError: It is no text.
    """
    if not isinstance(text, str):
        raise TypeError(f"{what} of a seal is a text, not {text!r}")
    if not text:
        raise SealError(f"{what} of a seal is empty", code="E_SEAL_NAME")
    if len(text) > MAX_CHARACTERS:
        raise too_long(what)
    for character in text:
        if unicodedata.category(character)[0] in "ZCM" and not is_ideograph(character):
            message = f"{what} of a seal cannot contain U+{ord(character):04X}"
            raise SealError(message, code="E_SEAL_NAME")


def check_code(code: object) -> None:
    """Refuse a code that is not of digits 0 to 9.

    Raises:
        SealError: ``E_SEAL_CODE``; ``E_NAME_TOO_LONG``, more than any seal has room for.
        TypeError: It is no text.
    """
    if not isinstance(code, str):
        raise TypeError(f"the code of a seal is a text, not {code!r}")
    if not _CODE.fullmatch(code):
        raise SealError("the code of a seal is made of digits 0 to 9", code="E_SEAL_CODE")
    if len(code) > MAX_CHARACTERS:
        raise too_long("the code")


def split_number(bottom: str) -> tuple[str, str | None]:
    """The line below without its number, and the number with its brackets if there is one."""
    found = _NUMBERED.fullmatch(bottom)
    return (found["text"], found["number"]) if found else (bottom, None)


def is_plain(text: str) -> bool:
    """Whether the text is of digits, capitals and brackets only, as a tax number is."""
    return _PLAIN.fullmatch(text) is not None


def narrowest(*, is_plain: bool = False) -> float:
    """The least width of a character as a part of its height."""
    return _NARROWEST_PLAIN if is_plain else _NARROWEST


def legible(*, is_plain: bool = False) -> tuple[float, float]:
    """The least width and height of a legible character, in millimetres."""
    return _LEGIBLE_PLAIN_MM if is_plain else _LEGIBLE_MM


def too_long(what: str) -> SealError:
    """The refusal of a text that would not be legible."""
    return SealError(f"{what} is too long to stay legible in the seal", code="E_NAME_TOO_LONG")


def refuse_options(shape: str, given: Mapping[str, object], taken: Collection[str]) -> None:
    """Refuse what a shape has no place for.

    Raises:
        TypeError: An option is given that is not ``taken``.
    """
    for option, value in given.items():
        if value is not None and option not in taken:
            raise TypeError(f"a {shape} seal takes no {option}")


def whole_sides(size_mm: tuple[int, int]) -> tuple[int, int]:
    """The width and height that a caller gave.

    Raises:
        TypeError: They are not two whole numbers.
    """
    sides: object = size_mm
    # A seal declares its size in whole millimetres.
    if not isinstance(sides, tuple) or [type(side) for side in sides] != [int, int]:
        raise TypeError(f"the size is two whole numbers of millimetres, not {size_mm!r}")
    return size_mm
