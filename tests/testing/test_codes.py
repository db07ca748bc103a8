"""Codes of units that do not exist: well-formed, and of the division that was asked for."""

from __future__ import annotations

import pytest

from govseal.errors import FormatError
from govseal.seal import naming
from govseal.testing import invented_credit_code


@pytest.mark.parametrize("division", ["140500", "360722", "990000", "100000"])
def test_its_check_characters_are_right(division):
    code = naming.read_credit_code(invented_credit_code(division))
    assert code.division == division
    assert code.text.startswith("11" + division)


def test_bodies_make_units():
    first, second = invented_credit_code("140500"), invented_credit_code("140500", "TEXT0002")
    assert first != second
    assert second[8:16] == "TEXT0002"
    assert invented_credit_code("140500") == first


def test_one_character_changed_is_no_code():
    code = invented_credit_code("140500")
    other = code[:-1] + ("0" if code[-1] != "0" else "1")
    with pytest.raises(FormatError):
        naming.read_credit_code(other)


@pytest.mark.parametrize(
    ("division", "body"),
    [
        ("14050", "TEXT0001"),
        ("1405000", "TEXT0001"),
        ("14O500", "TEXT0001"),
        ("", "TEXT0001"),
        ("晋城市市本级", "TEXT0001"),
        ("140500", "TEXT001"),
        ("140500", "TEXT00011"),
        ("140500", "text0001"),
        ("140500", "TEIT0001"),
        ("140500", ""),
    ],
)
def test_what_makes_no_code(division, body):
    with pytest.raises(ValueError):
        invented_credit_code(division, body)
