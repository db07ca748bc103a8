"""Names and codes of units and seals: how they are compared, and what they say.

Credit codes are those of GB 32100-2015, divisions those of GB/T 2260 with the years they were in
force (``data/divisions.csv``, written by ``tools/divisions.py``). Divisions that begin with 99 do
not exist; this project's test units carry them.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from govseal.errors import FormatError

NATIONAL_DIVISION: Final = "100000"
"""What the credit codes of national bodies carry in the place of a division."""
TEST_PREFIX: Final = "99"
MAX_NAME: Final = 200
"""Characters of a name that is looked at; no regulation prints a longer one."""

_CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_BODY_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BODY_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_CODE: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-Z]{10}")
_DIVISION: Final = re.compile(r"[1-9][0-9]{5}")

# Only what two keyboards write for one character: widths of ASCII, the blank, round brackets.
# Letters that merely look alike stay different, and so do brackets of other shapes.
_WIDTHS: Final = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    ord("﹙"): "(",
    ord("﹚"): ")",
    ord(" "): None,
    ord("\u3000"): None,
}

# Controls, formats such as U+200B, and blanks other than those that are left out.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})

_NUMBER: Final = re.compile(r"\((\d{1,3})\)\Z", re.ASCII)
# The longest first: 行政审批业务专用章 is one purpose, not a unit called …行政审批.
_PURPOSES: Final = (
    "行政审批业务专用章",
    "行政审批专用章",
    "行政许可专用章",
    "不动产登记专用章",
    "电子证照专用章",
    "政务服务专用章",
    "财务专用章",
    "发票专用章",
    "合同专用章",
    "业务专用章",
    "监制章",
    "专用章",
)


def normalise(name: str) -> str:
    """The name as it is compared: without blanks and NUL padding, brackets and widths as one."""
    return name.rstrip("\x00").translate(_WIDTHS)


def has_hidden(name: str) -> bool:
    """Whether a name has characters that nobody sees: two such names look the same."""
    return any(unicodedata.category(character) in _HIDDEN for character in normalise(name))


def is_ideograph(character: str) -> bool:
    """Whether the character's place is kept for Han characters beyond the first plane.

    GB 18030-2022 has characters for names that the Unicode of this Python does not know yet.
    Planes 2 and 3 hold no others; their last two places are no characters.
    """
    return 0x20000 <= ord(character) < 0x40000 and ord(character) & 0xFFFE != 0xFFFE


def is_same_name(one: str, other: str) -> bool:
    """Whether two names differ in brackets, widths and blanks at most."""
    return normalise(one) == normalise(other)


def is_prefixed(name: str, unit: str) -> bool:
    """Whether a name begins with the unit's name, which is not empty."""
    return bool(normalise(unit)) and normalise(name).startswith(normalise(unit))


@dataclass(frozen=True, slots=True)
class SealName:
    """A seal's name in its parts, each normalised."""

    unit: str
    """单位名称, with 内设机构 or 分支机构 where the seal is theirs."""
    purpose: str
    """用途, such as 行政审批专用章; empty for 法定名称章."""
    number: int | None
    """序号: the n of 专用章（n）."""


def read_seal_name(name: str, unit: str = "") -> SealName:
    """The parts of a seal's name: unit, purpose and number.

    Where ``unit`` is given and the name begins with it, the purpose is all that follows; else it
    is the longest usual purpose at the end. A purpose may stand in brackets of its own, as in
    测试市自然资源局(不动产登记专用章).
    """
    rest = normalise(name)
    found = _NUMBER.search(rest)
    number = int(found[1]) if found else None
    if found:
        rest = rest[: found.start()]
    if unit and is_prefixed(rest, unit):
        head = normalise(unit)
        purpose = rest[len(head) :]
    else:
        bare = rest.removesuffix(")")
        purpose = next((word for word in _PURPOSES if bare.endswith(word)), "")
        head = bare.removesuffix(purpose).removesuffix("(") if purpose else rest
    if purpose.startswith("(") and purpose.endswith(")"):
        purpose = purpose[1:-1]
    return SealName(head, purpose, number)


@dataclass(frozen=True, slots=True)
class CreditCode:
    """统一社会信用代码 (GB 32100-2015), both check characters right."""

    text: str
    """All 18 characters."""

    @property
    def department(self) -> str:
        """登记管理部门代码: ``1`` 机构编制, ``5`` 民政, ``9`` 市场监管."""
        return self.text[0]

    @property
    def category(self) -> str:
        """机构类别代码; under department 1: ``1`` 机关, ``2`` 事业单位."""
        return self.text[1]

    @property
    def division(self) -> str:
        """登记管理机关行政区划码: six digits of GB/T 2260, 100000 for national bodies."""
        return self.text[2:8]

    @property
    def organization(self) -> str:
        """主体标识码: the organization code of GB 11714, its check character included."""
        return self.text[8:17]


def read_credit_code(text: str) -> CreditCode:
    """The credit code that ``text`` is.

    Raises:
        FormatError: not 18 characters of the code's alphabet, or a check character is wrong
            (GB 32100-2015, annex A; GB 11714).
    """
    if not _CREDIT_CODE.fullmatch(text):
        raise FormatError("not a unified social credit code", part="credit_code")
    if organization_check(text[8:16]) != text[16]:
        message = "the organization code's check character is wrong"
        raise FormatError(message, part="credit_code", offset=16)
    if credit_check(text[:17]) != text[17]:
        raise FormatError("the check character is wrong", part="credit_code", offset=17)
    return CreditCode(text)


def credit_check(text: str) -> str:
    """The last character of a credit code for its first seventeen; empty where there is none."""
    # A letter of the organization code that the outer alphabet lacks makes no valid code.
    places = [_CREDIT_ALPHABET.find(character) for character in text]
    if -1 in places:
        return ""
    total = sum(place * weight for place, weight in zip(places, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[-total % 31]


def organization_check(text: str) -> str:
    """The check character of an organization code (GB 11714) for its first eight."""
    places = map(_BODY_ALPHABET.index, text)
    total = sum(place * weight for place, weight in zip(places, _BODY_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def read_organization(text: str) -> tuple[CreditCode, str]:
    """Credit code and unit name of a certificate's O (national platform practice: both in one).

    Raises:
        FormatError: it does not begin with a credit code, or no name follows.
    """
    code, name = read_credit_code(text[:18]), text[18:]
    if not normalise(name):
        raise FormatError("no name follows the credit code", part="credit_code", offset=18)
    return code, name


def unit_name(organization: str) -> str:
    """The unit's name in a certificate's O, without the credit code where it has one."""
    try:
        return read_organization(organization)[1]
    except FormatError:
        return organization


@dataclass(frozen=True, slots=True)
class Division:
    """行政区划 (GB/T 2260) under one name."""

    code: str
    """Six digits."""
    name: str
    first_year: int
    """The first year in which the code had this name; 1980 where it is older than the table."""
    last_year: int | None
    """The last one, in which it ended; None where it is in force."""

    def is_in_force(self, year: int) -> bool:
        """Whether the code had this name in some part of the year."""
        return self.first_year <= year and (self.last_year is None or year <= self.last_year)


@functools.cache
def _divisions() -> Mapping[str, tuple[Division, ...]]:
    """The whole table by code, read when it is first asked for."""
    import csv  # noqa: PLC0415 - start-up
    from importlib import resources  # noqa: PLC0415 - as above

    file = resources.files("govseal.seal").joinpath("data", "divisions.csv")
    table: dict[str, tuple[Division, ...]] = {}
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            last = int(row["last"]) if row["last"] else None
            division = Division(row["code"], row["name"], int(row["first"]), last)
            table[division.code] = (*table.get(division.code, ()), division)
    return table


def read_division(code: str, year: int | None = None) -> Division:
    """The division of that code in that year, or under its newest name without a year.

    Years before the table's first (1980) and after its last are asked like any other: what is in
    force stays so. For a year in which the name changed the newer name comes back.

    Raises:
        FormatError: not six digits, or no such division in that year.
    """
    if not _DIVISION.fullmatch(code):
        raise FormatError(f"{code[:12]!r} is no division code", part="division")
    periods = _divisions().get(code, ())
    found = [item for item in periods if year is None or item.is_in_force(year)]
    if not found:
        when = "" if year is None else f" in {year}"
        raise FormatError(f"there is no division {code}{when}", part="division")
    return found[-1]


def is_test_division(code: str) -> bool:
    """Whether a division code is one of this project's test codes, which no province has."""
    return bool(_DIVISION.fullmatch(code)) and code.startswith(TEST_PREFIX)
