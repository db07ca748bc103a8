"""Names and codes: what is one name, what a code says, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal.errors import FormatError
from govseal.seal import naming
from govseal.seal.naming import SealName
from govseal.testing.hierarchy import UNIT_CODE, UNIT_NAME

# Public codes, from the standards' own examples and from seals in the field.
CODES = (
    "11370306MB2867521U",
    "115300000151003540",
    "12100000000018032A",
    "11100000000013338W",
    "11430000006122244L",
    "11330105002500287C",
    UNIT_CODE,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("测试局专用章（1）", "测试局专用章(1)"),
        ("测试局　专用章", "测试局专用章"),
        ("测试局 专用章\x00\x00", "测试局专用章"),
        ("测试局专用章﹙１﹚", "测试局专用章(1)"),
        ("ＡＢＣ测试局", "ABC测试局"),
    ],
    ids=["brackets", "wide blank", "padding", "small brackets", "wide letters"],
)
@pytest.mark.req("R-JC29S-07")
def test_what_is_one_name(one, other):
    assert naming.is_same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("测试局", "测式局"),
        ("测试局〔1〕", "测试局(1)"),
        ("测试局\u200b", "测试局"),
        ("测试局\x00章", "测试局章"),
        ("土木局", "士木局"),
        ("测试市⼀局", "测试市一局"),
        ("O局", "О局"),
    ],
    ids=["another", "other brackets", "hidden", "inner NUL", "alike", "radical", "Cyrillic"],
)
def test_what_is_not_one_name(one, other):
    assert not naming.is_same_name(one, other)


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        (f"{UNIT_NAME}行政审批专用章", "", SealName(UNIT_NAME, "行政审批专用章", None)),
        ("测试市某局行政审批专用章（12）", "", SealName("测试市某局", "行政审批专用章", 12)),
        (
            "测试区自然资源局(不动产登记专用章)",
            "",
            SealName("测试区自然资源局", "不动产登记专用章", None),
        ),
        ("测试省某厅", "", SealName("测试省某厅", "", None)),
        ("测试市某局办公室", "测试市某局", SealName("测试市某局", "办公室", None)),
        ("测试市某局(合同专用章)（2）", "测试市某局", SealName("测试市某局", "合同专用章", 2)),
        ("专用章", "", SealName("", "专用章", None)),
        ("", "", SealName("", "", None)),
    ],
)
def test_a_seal_name_has_parts(name, unit, expected):
    assert naming.read_seal_name(name, unit) == expected


@pytest.mark.parametrize("code", CODES)
def test_a_credit_code(code):
    found = naming.read_credit_code(code)
    assert found.text == code
    assert found.department + found.category + found.division + found.organization == code[:17]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("11370306MB2867521T", "check character"),
        ("11370306MB2867522U", "organization code"),
        ("11370306MB286752U", "not a unified"),
        ("11370306SB28675250", "check character"),
        ("11370306mb2867521u", "not a unified"),
        ("1137O306MB2867521U", "not a unified"),
        ("１１370306MB2867521U", "not a unified"),
        ("11370306MB2867521U\n", "not a unified"),
        ("", "not a unified"),
    ],
)
def test_what_is_no_credit_code(code, message):
    with pytest.raises(FormatError, match=message):
        naming.read_credit_code(code)


@pytest.mark.parametrize("place", range(18))
def test_one_wrong_character_is_seen(place):
    code = CODES[0]
    for other in "0123456789":
        if other != code[place]:
            with pytest.raises(FormatError):
                naming.read_credit_code(code[:place] + other + code[place + 1 :])


@pytest.mark.slow
@given(st.text(max_size=20))
def test_any_text_is_a_code_or_refused(text):
    for read in (naming.read_credit_code, naming.read_division, naming.read_organization):
        try:
            read(text)
        except FormatError as error:
            assert error.part  # noqa: PT017 - either is right
    naming.read_seal_name(text, text[:3])


def test_an_organization_is_code_and_name():
    code, name = naming.read_organization(UNIT_CODE + UNIT_NAME)
    assert (code.text, name) == (UNIT_CODE, UNIT_NAME)
    assert naming.unit_name(UNIT_CODE + UNIT_NAME) == UNIT_NAME
    assert naming.unit_name(UNIT_NAME) == UNIT_NAME


@pytest.mark.parametrize("text", [UNIT_NAME, UNIT_CODE, UNIT_CODE + " ", "1" + UNIT_CODE])
def test_an_organization_that_is_not_both(text):
    with pytest.raises(FormatError):
        naming.read_organization(text)


@pytest.mark.parametrize(
    ("code", "year", "name"),
    [
        ("140500", 2022, "晋城市"),
        ("360727", 2020, "龙南县"),
        ("360783", 2020, "龙南市"),
        ("360704", 2016, "赣县"),
        ("360704", 2017, "赣县区"),
        ("360704", None, "赣县区"),
        ("110000", 1980, "北京市"),
        ("110000", 2200, "北京市"),
        ("530112", 2021, "西山区"),
    ],
)
def test_a_division_of_its_time(code, year, name):
    assert naming.read_division(code, year).name == name


@pytest.mark.parametrize(
    ("code", "year"),
    [
        ("360727", 2021),
        ("360783", 2019),
        ("990000", None),
        ("140599", 2022),
        ("14050", None),
        ("0140500", None),
        ("１40500", None),
        ("140501", 2022),
    ],
    ids=["ended", "not yet", "test", "unknown", "short", "long", "wide digit", "group"],
)
def test_what_is_no_division(code, year):
    with pytest.raises(FormatError):
        naming.read_division(code, year)


def test_the_table_of_divisions_is_whole():
    table = naming._divisions()
    assert len(table) > 3000
    for code, periods in table.items():
        assert all(item.name and item.first_year >= 1980 for item in periods)
        years = [item.first_year for item in periods]
        assert years == sorted(years)
        assert sum(item.last_year is None for item in periods) <= 1
        assert not code.startswith(naming.TEST_PREFIX)
        if any(item.last_year is None for item in periods):
            assert naming.read_division(code[:2] + "0000").last_year is None
    assert len([code for code in table if code.endswith("0000")]) == 34


def test_test_codes_are_no_divisions():
    assert naming.is_test_division("990000")
    assert not naming.is_test_division("140500")
    assert not naming.is_test_division("99")


def test_blanks_that_are_left_out_hide_nothing():
    for name in ("测试市某局", "测试市 某局\u3000", "测试市某局\x00\x00", "某局（１）", "\ue000"):
        assert not naming.has_hidden(name)
    for name in ("测试市\u200b某局", "测试市\x00某局", "测试市某局\ufeff", "某\u2003局"):
        assert naming.has_hidden(name)
