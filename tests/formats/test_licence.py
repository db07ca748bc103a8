"""证照标识: published identifiers, what is wrong with others, and what is never made."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal import LicenceIdentifier
from govseal.errors import FormatError
from govseal.formats import licence
from govseal.testing import invented_credit_code

ROOT = "1.2.156.3005.2."
TYPE = "11100000000013338W011"
ISSUER = "11430000006122244L"
#: Published: a ministry's standard and its interface, a portal's file name, two systems' tables.
PUBLISHED = (
    f"{ROOT}11100000000013338W009.11330105002500287C.2025052201.002.0",
    f"{ROOT}{TYPE}.{ISSUER}.20230000403.001.U",
    f"{ROOT}{TYPE}.{ISSUER}.20230000403.002.S",
    f"{ROOT}{TYPE}.11110000000021135M.20230329701.003.Y",
    f"{ROOT}11100000000013338W032.11220000013544541J.2430599.001.F",
)
#: Published with a check character that a faulty program computes; the right one is D.
FAULTY = f"{ROOT}11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"
#: Published: the check character is right, the issuer is a division instead of a unit.
DIVISION = f"{ROOT}11100000MB03271699022.340100.000000016.001.9"
CHARACTERS = string.digits + string.ascii_uppercase


@pytest.mark.parametrize("text", PUBLISHED)
def test_published_identifiers_are_valid(text):
    found = LicenceIdentifier.parse(text)
    assert found.is_valid
    assert found.text == str(found) == text


@pytest.mark.parametrize("text", [*PUBLISHED, FAULTY, DIVISION])
def test_parts_are_read_as_written(text):
    found = LicenceIdentifier.parse(text, tolerant=True)
    type_code, issuer, serial, version, check = text.removeprefix(ROOT).split(".")
    assert (found.type_code, found.issuer_code, found.serial) == (type_code, issuer, serial)
    assert (found.version, found.check, found.text) == (int(version), check, text)


def test_a_correction_is_the_next_version():
    old = LicenceIdentifier.parse(PUBLISHED[1])
    new = LicenceIdentifier.make(old.type_code, old.issuer_code, old.serial, old.version + 1)
    assert new.text == PUBLISHED[2]


def test_the_faulty_variant_is_refused_by_its_name():
    with pytest.raises(FormatError) as refused:
        LicenceIdentifier.parse(FAULTY)
    assert (refused.value.code, refused.value.part) == (licence.FAULTY_VARIANT, "check")
    found = LicenceIdentifier.parse(FAULTY, tolerant=True)
    assert found.is_faulty_variant
    assert not found.is_check_right
    assert found.expected_check == "D"
    assert found.faults == (licence.FAULTY_VARIANT,)


@pytest.mark.parametrize(("serial", "count"), [("1V8HCSOLHGFF", 0), ("20230000403", 1)])
def test_where_the_faulty_program_is_right_by_chance_nothing_is_wrong(serial, count):
    """As it is for one identifier in about forty."""
    made = LicenceIdentifier.make(TYPE, ISSUER, serial)
    others = [replace(made, check=check) for check in CHARACTERS]
    assert sum(other.is_faulty_variant for other in others) == count
    assert sum(other.is_valid for other in others) == 1


@pytest.mark.parametrize(
    "change",
    [
        ("U", "V"),
        ("20230000403", "20230000430"),
        (".001.", ".003."),
        ("W011", "W01A"),
        ("338W", "339W"),
    ],
    ids=["check", "serial", "version", "type", "definer"],
)
def test_what_was_altered_is_refused(change):
    with pytest.raises(FormatError) as refused:
        LicenceIdentifier.parse(PUBLISHED[1].replace(*change))
    assert (refused.value.code, refused.value.part) == (licence.CHECK_WRONG, "check")


def with_right_check(type_code=TYPE, issuer_code=ISSUER, serial="1", version=1):
    """An identifier whose parts may be wrong and whose check character is not."""
    draft = LicenceIdentifier(type_code, issuer_code, serial, version, "0")
    return LicenceIdentifier(type_code, issuer_code, serial, version, draft.expected_check).text


@pytest.mark.parametrize(
    ("parts", "code", "part"),
    [
        ({"type_code": "11100000000013338W"}, licence.TYPE_CODE, "type_code"),
        ({"type_code": "11100000000013338W01A"}, licence.TYPE_CODE, "type_code"),
        ({"type_code": "11100000000013339W011"}, licence.TYPE_CODE, "type_code"),
        ({"issuer_code": "340100"}, licence.ISSUER_CODE, "issuer_code"),
        ({"issuer_code": "11430000006122244M"}, licence.ISSUER_CODE, "issuer_code"),
        ({"version": 0}, licence.VERSION, "version"),
    ],
    ids=["no number", "letter", "definer's check", "division", "issuer's check", "version 000"],
)
def test_a_wrong_part_is_refused_though_the_check_character_is_right(parts, code, part):
    text = with_right_check(**parts)
    with pytest.raises(FormatError) as refused:
        LicenceIdentifier.parse(text)
    assert (refused.value.code, refused.value.part) == (code, part)
    assert LicenceIdentifier.parse(text, tolerant=True).faults == (code,)
    with pytest.raises(ValueError, match=r"code|version"):
        LicenceIdentifier.make(**{"type_code": TYPE, "issuer_code": ISSUER, "serial": "1"} | parts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ROOT,
        PUBLISHED[1].removeprefix(ROOT),
        PUBLISHED[1] + ".OFD",
        PUBLISHED[1] + "\n",
        " " + PUBLISHED[1],
        PUBLISHED[1].lower(),
        PUBLISHED[1].replace(".001.", ".1."),
        PUBLISHED[1].replace(".001.", ".０01."),
        PUBLISHED[1].replace("3005.2", "3005.6"),
        PUBLISHED[1].replace("20230000403", "2023-403"),
        PUBLISHED[1].replace("20230000403", ""),
        PUBLISHED[1].replace("20230000403", "A" * 65),
        PUBLISHED[1].replace(".", "。"),
    ],
)
def test_another_layout_is_refused_even_tolerantly(text):
    for tolerant in (False, True):
        with pytest.raises(FormatError) as refused:
            LicenceIdentifier.parse(text, tolerant=tolerant)
        assert refused.value.code == licence.MALFORMED


@pytest.mark.parametrize(
    "parts",
    [
        (TYPE, ISSUER, "abc", 1),
        (TYPE, ISSUER, "", 1),
        (TYPE, ISSUER, "A.B", 1),
        (TYPE, ISSUER, "1" * 65, 1),
        (TYPE, ISSUER, "1", 1000),
        (TYPE, ISSUER, "1", -1),
        (TYPE.lower(), ISSUER, "1", 1),
    ],
)
def test_what_has_no_place_in_the_layout_is_not_made(parts):
    with pytest.raises(ValueError, match="layout"):
        LicenceIdentifier.make(*parts)


@given(
    serial=st.text(CHARACTERS, min_size=1, max_size=64),
    version=st.integers(1, 999),
    at=st.integers(0, 200),
    other=st.sampled_from(CHARACTERS),
)
def test_one_changed_character_is_always_noticed(serial, version, at, other):
    """ISO 7064: a hybrid system detects every single substitution."""
    made = LicenceIdentifier.make(invented_credit_code("990100") + "001", ISSUER, serial, version)
    assert LicenceIdentifier.parse(made.text) == made
    body = made.serial + f"{made.version:03d}" + made.check
    at %= len(body)
    changed = body[:at] + other + body[at + 1 :]
    text = f"{ROOT}{made.type_code}.{ISSUER}.{changed[:-4]}.{changed[-4:-1]}.{changed[-1]}"
    if changed == body:
        return
    with pytest.raises(FormatError):
        LicenceIdentifier.parse(text)


def test_identifiers_are_found_in_a_text():
    text = f"证照标识：{PUBLISHED[0]}，另见{FAULTY}。文件{PUBLISHED[1]}.OFD {ROOT}x"
    found = list(licence.find_identifiers(text))
    assert found == [PUBLISHED[0], FAULTY, PUBLISHED[1], f"{ROOT}x"]


@pytest.mark.parametrize(
    "text", [ROOT, f"9{PUBLISHED[0]}", f"0.{PUBLISHED[0]}", "1.2.156.3005.6.1"]
)
def test_other_numbers_are_none(text):
    assert not list(licence.find_identifiers(text))
