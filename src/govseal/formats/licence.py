"""证照标识 of e-licences (GB/T 36904-2018): its parts, its check character, and one known fault.

``1.2.156.3005.2.<证照类型代码>.<证照颁发机构代码>.<流水号>.<版本号>.<校验位>``. The text of the
standard is not public; layout and check are as published identifiers show them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from govseal.errors import FormatError
from govseal.seal.naming import read_credit_code

ROOT: Final = "1.2.156.3005.2"
"""电子证照根代码."""
MAX_VERSION: Final = 999

MALFORMED: Final = "licence_identifier_malformed"
CHECK_WRONG: Final = "licence_check_wrong"
FAULTY_VARIANT: Final = "licence_check_faulty_variant"
TYPE_CODE: Final = "licence_type_code_invalid"
ISSUER_CODE: Final = "licence_issuer_code_invalid"
VERSION: Final = "licence_version_invalid"

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LAYOUT: Final = re.compile(
    re.escape(ROOT) + r"\.([0-9A-Z]{1,32})\.([0-9A-Z]{1,32})\.([0-9A-Z]{1,64})"
    r"\.([0-9]{3})\.([0-9A-Z])"
)
_MENTION: Final = re.compile(
    r"(?<![0-9A-Za-z.])" + re.escape(ROOT) + r"(?:\.[0-9A-Za-z_-]{1,64}){1,5}"
)
_TYPE_NUMBER: Final = re.compile(r"[0-9]{3}")

_MESSAGES: Final = {
    CHECK_WRONG: ("the check character is wrong", "check"),
    FAULTY_VARIANT: ("the check character is that of a known faulty program", "check"),
    TYPE_CODE: ("the type code is no credit code with three digits", "type_code"),
    ISSUER_CODE: ("the issuer's code is no credit code", "issuer_code"),
    VERSION: ("versions count from 001", "version"),
}


@dataclass(frozen=True, slots=True)
class LicenceIdentifier:
    """A 证照标识; :meth:`parse` and :meth:`make` are the ways to one."""

    type_code: str
    """证照类型代码: credit code of the body that defined the licence, and three digits."""
    issuer_code: str
    """证照颁发机构代码: credit code of the issuing unit."""
    serial: str
    """流水号: digits and capital letters."""
    version: int
    """版本号, from 1: each correction counts one on."""
    check: str
    """校验位, as it was read."""

    def __post_init__(self) -> None:
        if not 0 <= self.version <= MAX_VERSION or _LAYOUT.fullmatch(self.text) is None:
            raise ValueError(f"{self.text[:160]!r} has not the layout of a licence identifier")

    @classmethod
    def parse(cls, text: str, *, tolerant: bool = False) -> LicenceIdentifier:
        """The identifier that ``text`` is.

        With ``tolerant`` only the layout is asked; what is wrong stands in :attr:`faults`.

        Raises:
            FormatError: ``licence_identifier_malformed``; without ``tolerant`` the first of
                :attr:`faults` too, and ``part`` names the field.
        """
        found = _LAYOUT.fullmatch(text)
        if found is None:
            message = "not the layout of a licence identifier"
            raise FormatError(message, code=MALFORMED, part="licence_identifier")
        identifier = cls(found[1], found[2], found[3], int(found[4]), found[5])
        if not tolerant:
            for code in identifier.faults:
                message, part = _MESSAGES[code]
                raise FormatError(message, code=code, part=part)
        return identifier

    @classmethod
    def make(
        cls, type_code: str, issuer_code: str, serial: str, version: int = 1
    ) -> LicenceIdentifier:
        """A new identifier, with its check character.

        Args:
            type_code: 21 characters: a credit code and three digits.
            issuer_code: the issuing unit's credit code.
            serial: up to 64 digits and capital letters, such as the licence's number.
            version: 1 to 999.

        Raises:
            ValueError: a part is none of these.
        """
        draft = cls(type_code, issuer_code, serial, version, "0")
        made = cls(type_code, issuer_code, serial, version, draft.expected_check)
        for code in made.faults:
            raise ValueError(_MESSAGES[code][0])
        return made

    @property
    def text(self) -> str:
        """The whole identifier."""
        parts = (self.type_code, self.issuer_code, self.serial, f"{self.version:03d}", self.check)
        return ".".join((ROOT, *parts))

    def __str__(self) -> str:
        return self.text

    @property
    def expected_check(self) -> str:
        """The right check character: GB/T 17710 (ISO 7064) MOD 37,36, root and dots left out."""
        return _ALPHABET[(37 - _remainder(self._checked)) % 36]

    @property
    def is_check_right(self) -> bool:
        """Whether the check character is the right one."""
        return self.check == self.expected_check

    @property
    def is_faulty_variant(self) -> bool:
        """Whether the check character is wrong, and is what a known faulty program computes.

        Such identifiers were issued, so that it is worth knowing; right it is not.
        """
        faulty = _ALPHABET[36 - _remainder(self._checked, excess=1)]
        return self.check == faulty and not self.is_check_right

    @property
    def faults(self) -> tuple[str, ...]:
        """Codes of what is wrong, the check character first; empty for a valid identifier."""
        found = []
        if not self.is_check_right:
            found.append(FAULTY_VARIANT if self.is_faulty_variant else CHECK_WRONG)
        code, number = self.type_code[:-3], self.type_code[-3:]
        if not (_is_credit_code(code) and _TYPE_NUMBER.fullmatch(number)):
            found.append(TYPE_CODE)
        if not _is_credit_code(self.issuer_code):
            found.append(ISSUER_CODE)
        if self.version == 0:
            found.append(VERSION)
        return tuple(found)

    @property
    def is_valid(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.faults

    @property
    def _checked(self) -> str:
        """What the check character is over."""
        return f"{self.type_code}{self.issuer_code}{self.serial}{self.version:03d}"


def find_identifiers(text: str) -> Iterator[str]:
    """Whatever in ``text`` begins like an identifier, well-formed or not."""
    return (found[0] for found in _MENTION.finditer(text))


def _remainder(text: str, excess: int = 0) -> int:
    """The last remainder of MOD 37,36, from 1 to 36.

    The faulty program counts letters from 11 (``excess`` 1), which comes right again where its
    reduction by 37 applies; and takes its result for a position, which is one too low.
    """
    remainder = 36
    for character in text:
        place = _ALPHABET.index(character)
        total = remainder + place
        if place > 9 and total <= 36:
            total += excess
        remainder = 2 * (total % 36 or 36) % 37
    return remainder


def _is_credit_code(text: str) -> bool:
    try:
        read_credit_code(text)
    except FormatError:
        return False
    return True
