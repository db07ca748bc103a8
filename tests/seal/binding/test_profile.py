"""Profiles: those shipped are whole, an operator's own is read, anything else is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal.errors import FormatError
from govseal.seal import naming
from govseal.seal.binding import BindingProfile, load_profile, profile_names
from govseal.seal.binding.profile import MAX_PROFILE_BYTES
from govseal.seal.binding.table import ROWS
from govseal.seal.refusals import REFUSALS
from govseal.verification.reasons import REASONS

OWN = """
extends = "jincheng"
name = "county"
title_zh = "某县电子印章管理办法"
source = "测试县〔2026〕1号"
in_force_from = 2026-01-01

[rules.seal_period]
relation = "within"

[rules.picture_size]
clause = "第三条"
largest_mm = 45

[rules.imprint]
on = false
"""
WHOLE = """
name = "own"
title_zh = "规定"
title_en = "rules"
source = "测试"
clause_in_force = "第一条"
"""


def test_the_shipped_profiles():
    assert profile_names() == (
        "ganzhou",
        "government",
        "heilongjiang-2014",
        "jincheng",
        "national-2025",
        "test",
    )


@pytest.mark.parametrize("name", profile_names())
def test_a_shipped_profile_is_whole(name):
    profile = load_profile(name)
    assert profile.name == name
    assert profile.title_zh
    assert profile.title_en.isascii()
    assert profile.source
    assert profile.clause_in_force
    assert list(profile.rules) == list(ROWS)
    assert any(rule.is_on for rule in profile.rules.values())
    for rule in profile.rules.values():
        assert rule.clause or not rule.is_on
        assert set(rule.settings) == set(ROWS[rule.name].settings)


def test_periods_of_force():
    periods = {
        name: (profile.in_force_from, profile.in_force_to)
        for name in profile_names()
        for profile in (load_profile(name),)
    }
    assert periods == {
        "ganzhou": (date(2023, 8, 10), None),
        "government": (None, None),
        "heilongjiang-2014": (date(2014, 9, 26), date(2021, 12, 31)),
        "jincheng": (date(2022, 9, 22), None),
        "national-2025": (date(2025, 10, 9), None),
        "test": (None, None),
    }


@pytest.mark.req("R-GZ-A")
def test_the_regions_of_ganzhou_are_those_of_the_annex():
    annex = (
        *("章贡区", "南康区", "赣县区", "信丰县", "大余县", "上犹县", "崇义县", "安远县", "龙南县"),
        *("全南县", "定南县", "兴国县", "宁都县", "于都县", "瑞金市", "会昌县", "寻乌县", "石城县"),
    )
    regions = load_profile("ganzhou").rules["seal_sequence"].settings["regions"]
    assert list(regions) == [str(number) for number in range(1, 19)]
    found = {
        number: {naming.read_division(code).name for code in codes}
        for number, codes in regions.items()
    }
    for number, name in enumerate(annex, 1):
        assert name in found[str(number)]
    assert found["9"] == {"龙南县", "龙南市"}


def test_an_own_profile_extends_a_shipped_one(tmp_path):
    path = tmp_path / "county.toml"
    path.write_bytes(b"\xef\xbb\xbf" + OWN.encode())
    own, base = load_profile(path), load_profile("jincheng")
    assert own == load_profile(str(path))
    assert (own.name, own.title_en, own.in_force_from) == (
        "county",
        base.title_en,
        date(2026, 1, 1),
    )
    assert own.rules["seal_period"].settings["relation"] == "within"
    assert own.rules["seal_period"].clause == base.rules["seal_period"].clause
    assert own.rules["picture_size"].clause == "第三条"
    assert own.rules["picture_size"].settings["largest_mm"] == 45
    assert own.rules["picture_size"].settings["shape"] == "round"
    assert not own.rules["imprint"].is_on
    assert own.rules["seal_name"] == base.rules["seal_name"]
    assert base.rules["imprint"].is_on, "the shipped one is as it was"


def test_profiles_are_compared_and_hashed():
    own = BindingProfile.from_toml(OWN)
    assert {own, BindingProfile.from_toml(OWN)} == {own}
    assert own != BindingProfile.from_toml(OWN.replace("45", "44"))


def test_a_rule_that_is_not_named_is_off():
    own = BindingProfile.from_toml(WHOLE + '[rules.credit_code]\nclause = "第二条"\n')
    assert [rule.name for rule in own.rules.values() if rule.is_on] == ["credit_code"]


def test_a_rule_can_be_turned_off_without_a_clause():
    own = BindingProfile.from_toml(WHOLE + "[rules.credit_code]\non = false\n")
    assert not own.rules["credit_code"].is_on


REFUSED = [
    ("name =", "not TOML"),
    ("colour = " + "9" * 5000, "not TOML"),
    ("colour = 1", "no setting 'colour'"),
    ("rules = 1", "tables were expected"),
    ("[rules]\ncredit_code = 1", "tables were expected"),
    ("[rules.colour]\nclause = 'x'", "no rule 'colour'"),
    ("[rules.credit_code]\nclause = 'x'\ncolour = 1", "no setting 'colour'"),
    ("[rules.credit_code]", "needs its clause"),
    ("[rules.credit_code]\nclause = ' '", "needs its clause"),
    ("[rules.credit_code]\nclause = 1", "needs its clause"),
    ("[rules.credit_code]\nclause = 'x'\non = 1", "true or false"),
    ("[rules.seal_period]\nclause = 'x'\nrelation = 'alike'", "one of within, equal"),
    ("[rules.seal_period]\nclause = 'x'\nrelation = 1", "a text was expected"),
    ("[rules.seal_number]\nclause = 'x'\npattern = '('", "no pattern"),
    ("[rules.seal_number]\nclause = 'x'\nis_common_name = 1", "true or false"),
    ("[rules.seal_name]\nclause = 'x'\npatterns = ['(']", "no pattern"),
    ("[rules.seal_name]\nclause = 'x'\npatterns = 'a'", "a list of patterns"),
    ("[rules.seal_name]\nclause = 'x'\npatterns = [1]", "a list of patterns"),
    ("[rules.seal_generation]\nclause = 'x'\nallowed = [true]", "whole numbers"),
    ("[rules.picture_size]\nclause = 'x'\nlargest_mm = true", "a whole number"),
    ("[rules.seal_type]\nclause = 'x'\npurposes = []", "a table of lists"),
    ("[rules.seal_type]\nclause = 'x'\npurposes = {licensing = 'x'}", "a list of texts"),
    ("in_force_to = 1", "a date was expected"),
    ("in_force_to = 2026-01-01T00:00:00", "a date was expected"),
    ("extends = 'colour'", "no shipped profile"),
    ("extends = 1", "no shipped profile"),
    ("extends = ['test']", "no shipped profile"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[text[:60] for text, _ in REFUSED])
def test_what_is_no_profile(text, message):
    with pytest.raises(FormatError, match=message) as caught:
        BindingProfile.from_toml(WHOLE + text)
    assert caught.value.part == "profile"


@pytest.mark.parametrize("key", ["name", "title_zh", "title_en", "source", "clause_in_force"])
def test_a_field_that_is_missing(key):
    lines = [line for line in WHOLE.splitlines() if not line.startswith(key)]
    with pytest.raises(FormatError, match=f"lacks '{key}'"):
        BindingProfile.from_toml("\n".join(lines))
    with pytest.raises(FormatError, match="a text was expected"):
        BindingProfile.from_toml("\n".join((*lines, f'{key} = " "')))


def test_an_own_profile_has_its_own_name():
    with pytest.raises(FormatError, match="a name of its own"):
        BindingProfile.from_toml('extends = "test"')
    with pytest.raises(FormatError, match="small letters"):
        BindingProfile.from_toml('extends = "test"\nname = "../x"')


def test_files_that_are_no_profile(tmp_path):
    path = tmp_path / "own.toml"
    for content in (b"\xff", b"#" * (MAX_PROFILE_BYTES + 1)):
        path.write_bytes(content)
        with pytest.raises(FormatError):
            load_profile(path)
    with pytest.raises(FileNotFoundError):
        load_profile("nowhere")


@given(st.text(max_size=200))
def test_any_text_is_a_profile_or_refused(text):
    for whole in (text, WHOLE + text, "[rules.seal_number]\n" + text):
        try:
            BindingProfile.from_toml(whole)
        except FormatError as error:
            assert error.part == "profile"  # noqa: PT017 - either is right


def test_a_refusal_and_its_reason_share_their_texts():
    for code, refusal in REFUSALS.items():
        assert code == refusal.code
        assert refusal.zh
        assert refusal.en
        assert bool(refusal.hint_zh) is bool(refusal.hint_en)
        if refusal.is_reason:
            reason = REASONS[refusal.reason]
            assert (reason.zh, reason.en) == (refusal.zh, refusal.en)
            assert (reason.hint_zh, reason.hint_en) == (refusal.hint_zh, refusal.hint_en)
