"""Codes of units that do not exist, with the check characters that they would have."""

from __future__ import annotations

from govseal.errors import FormatError
from govseal.seal import naming

_GOVERNMENT = "11"
"""机构编制, 机关 (GB 32100-2015)."""


def invented_credit_code(division: str, body: str = "TEXT0001") -> str:
    """A unified social credit code of an organ of ``division`` that nobody has.

    ``body`` are the eight characters of the organization code before its check character.

    Raises:
        ValueError: the characters make no code.
    """
    head = _GOVERNMENT + division + body + naming.organization_check(body)
    code = head + naming.credit_check(head)
    try:
        naming.read_credit_code(code)
    except FormatError:
        raise ValueError(f"{division!r} and {body!r} make no code") from None
    return code
