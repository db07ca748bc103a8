"""The names that seals may have, and the numbers in them."""

from __future__ import annotations

import re
import unicodedata

from govseal.errors import Refused
from govseal.registry.policy.profile import PolicyProfile
from govseal.registry.policy.read import OWNER
from govseal.registry.vocabulary import SealSubtype

MAX_NAME = 100
_NUMBER = re.compile(r"（([0-9]{1,3})）\Z")


def check_seal_name(
    profile: PolicyProfile,
    subtype: SealSubtype,
    name: str,
    *,
    owner: str,
    county: str = "",
    region: str = "",
) -> int | None:
    """Refuse a name that the profile does not give; return the number in it, if it counts.

    Args:
        profile: whose patterns hold; a subtype without any takes every name.
        subtype: what the seal is.
        name: of the seal, with full-width brackets as the regulations print them.
        owner: the legal name of the unit that owns it, at the time.
        county: the name of the county that will use it, where the profile numbers seals.
        region: that county's code (GB/T 2260); enough without its name.

    Raises:
        Refused: ``E_SEAL_NAME``, or ``E_SEAL_NUMBER`` for another county's number or none at all.
    """
    if not name.strip() or len(name) > MAX_NAME or not name.isprintable():
        message = f"印章名称为空、过长或含不可见字符 / a seal's name has 1 to {MAX_NAME} characters"
        raise Refused(message, code="E_SEAL_NAME", clause=profile.clause("E_SEAL_NAME"))
    rules = [rule for rule in profile.names if rule.subtype == subtype]
    for rule in rules:
        if not any(_matches(pattern, name, owner) for pattern in rule.patterns):
            message = f"印章名称“{name}”不合规定 / {name} is no name of a {subtype} seal"
            raise Refused(message, code="E_SEAL_NAME", clause=rule.clause)
    numbers = [rule for rule in profile.numbers if rule.subtype == subtype]
    if not numbers:
        return None
    found = _NUMBER.search(name)
    number = int(found.group(1)) if found else 0
    rule_of = {rule.number: rule for rule in numbers}
    clause = numbers[0].clause
    if number not in rule_of:
        message = f"没有编号 {number} / there is no number {number}"
        raise Refused(message, code="E_SEAL_NUMBER", clause=clause)
    rule_ = rule_of[number]
    if not (region in rule_.regions or county in {rule_.county, *rule_.aliases}):
        where = county or region or "?"
        message = f"编号 {number} 属{rule_.county}，不属{where} / number {number} is not of {where}"
        raise Refused(message, code="E_SEAL_NUMBER", clause=rule_.clause)
    return number


def _matches(pattern: str, name: str, owner: str) -> bool:
    escaped = re.escape(unicodedata.normalize("NFC", owner))
    return (
        re.fullmatch(pattern.replace(OWNER, escaped), unicodedata.normalize("NFC", name))
        is not None
    )
