"""Every rule: a proper seal is accepted, and one thing changed is refused by its code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from binding_desk import AT, DAY, UNITS, codes, credit_code, picture, png
from govseal.errors import SealError
from govseal.seal.binding import BindingProfile, check_binding, profile_names, standing
from govseal.seal.refusals import REFUSALS

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.mark.parametrize("name", UNITS)
def test_a_proper_seal_is_accepted(desk, name):
    assert desk(name).judge() == ()


def test_every_shipped_profile_has_its_acceptance():
    assert set(UNITS) == set(profile_names())


def test_rsa_is_for_tests_alone(desk):
    rsa = desk("test", "rsa")
    assert rsa.judge() == ()
    found = rsa.judge(profile=desk("government").profile)
    assert ("E_ALGORITHM", "algorithm") in codes(found)


# 印章 · what the seal says: one fact changed, by profile ---------------------------------------

NUMBERS = [
    pytest.param("test", {"es_id": "9900000000001"}, "E_SEAL_NUMBER", id="13 digits"),
    pytest.param("test", {"es_id": "990000000000011"}, "E_SEAL_NUMBER", id="15 digits"),
    pytest.param("test", {"es_id": "99000000000001\n"}, "E_SEAL_NUMBER", id="line end"),
    pytest.param("test", {"es_id": "990000A0000001"}, "E_SEAL_NUMBER", id="letter"),
    pytest.param("test", {"es_id": "99000000000002"}, "E_SEAL_NUMBER", id="not the CN"),
    pytest.param("test", {"es_id": ""}, "E_SEAL_NUMBER", id="no identifier"),
    pytest.param(
        "ganzhou", {"name": "赣州市某局行政审批专用章（19）"}, "E_SEAL_NUMBER", id="number 19"
    ),
    pytest.param(
        "ganzhou", {"name": "赣州市某局行政审批专用章（0）"}, "E_SEAL_NUMBER", id="number 0"
    ),
    pytest.param("ganzhou", {"region": "360704"}, "E_SEAL_NUMBER", id="4 in another county"),
    pytest.param(
        "ganzhou",
        {"name": "赣州市某局行政审批专用章（3）", "region": "360722"},
        "E_SEAL_NUMBER",
        id="3 for 信丰县",
    ),
]
NAMES = [
    pytest.param("ganzhou", {"name": "赣州市某局行政审批专用章(4)"}, "E_SEAL_NAME", id="half"),
    pytest.param("ganzhou", {"name": "赣州市某局行政审批章（4）"}, "E_SEAL_NAME", id="other words"),
    pytest.param(
        "jincheng",
        {
            "name": "晋城市行政审批服务管理局审批专用章",
            "unit_name": "测试市某局",
        },
        "E_SEAL_NAME",
        id="bureau's other name",
    ),
    pytest.param("heilongjiang-2014", {"name": "测试省某厅行政许可章"}, "E_SEAL_NAME", id="许可章"),
    pytest.param(
        "heilongjiang-2014", {"name": "测试省公司行政许可专用章"}, "E_SEAL_NAME", id="no 厅"
    ),
    pytest.param("test", {"name": "测试市某局" + "章" * 300}, "E_SEAL_NAME", id="endless"),
    pytest.param(
        "test", {"name": "某局专用章", "unit_name": "测试市某局"}, "E_SEAL_NAME", id="no prefix"
    ),
    pytest.param(
        "test",
        {"name": "办公室", "unit_name": "测试市某局", "ownership": "internal_organ"},
        "E_SEAL_NAME",
        id="organ without its unit",
    ),
    pytest.param(
        "test",
        {"name": "测试市某局", "unit_name": "测试市某局", "ownership": "branch"},
        "E_SEAL_NAME",
        id="branch without a name",
    ),
    pytest.param(
        "test",
        {"unit_name": "测试市某局", "ownership": "legal_name"},
        "E_SEAL_NAME",
        id="legal name and more",
    ),
    pytest.param("test", {"picture_words": "测试市某局合同专用章"}, "E_SEAL_NAME", id="words"),
    pytest.param("test", {"picture_words": ""}, "E_SEAL_NAME", id="no words"),
]
OTHERS = [
    pytest.param("test", {"name": "另一局行政审批专用章"}, "E_CERT_NAME_MISMATCH", id="name"),
    pytest.param("test", {"unit_name": "另一局"}, "E_CERT_NAME_MISMATCH", id="unit"),
    pytest.param("test", {"not_after": AT + 366 * DAY}, "E_VALIDITY_MISMATCH", id="longer"),
    pytest.param("test", {"not_before": AT - 2 * DAY}, "E_VALIDITY_MISMATCH", id="earlier"),
    pytest.param("test", {"not_after": None}, "E_VALIDITY_MISMATCH", id="no end"),
    pytest.param("test", {"not_after": AT - 9 * DAY}, "E_VALIDITY_MISMATCH", id="ends first"),
    pytest.param("jincheng", {"not_after": AT + 30 * DAY}, "E_VALIDITY_MISMATCH", id="shorter"),
    pytest.param("jincheng", {"not_before": AT}, "E_VALIDITY_MISMATCH", id="later start"),
    pytest.param(
        "heilongjiang-2014",
        {"name": "测试省某厅行政审批专用章"},
        "E_SEAL_TYPE",
        id="审批 for licensing",
    ),
    pytest.param("test", {"picture": picture(61, 61)}, "E_SEAL_SIZE", id="too large"),
    pytest.param("test", {"picture": picture(42, 40)}, "E_SEAL_SIZE", id="not round"),
    pytest.param("test", {"picture": picture(width=80)}, "E_SEAL_SIZE", id="stretched"),
    pytest.param(
        "test", {"picture": replace(picture(), data=png()[:20])}, "E_SEAL_SIZE", id="cut short"
    ),
    pytest.param("test", {"generation": 2014}, "E_GENERATION", id="2014"),
    pytest.param("heilongjiang-2014", {"generation": 2025}, "E_GENERATION", id="2025"),
    pytest.param("jincheng", {"imprint": b"other"}, "E_IMPRINT_MISMATCH", id="another imprint"),
    pytest.param(
        "jincheng",
        {"imprint": b"other", "imprint_matches": False},
        "E_IMPRINT_MISMATCH",
        id="compared and unlike",
    ),
    pytest.param("jincheng", {"imprint": None}, "E_IMPRINT_MISMATCH", id="no imprint"),
]


PROVED = {
    ("ganzhou", "E_SEAL_NAME"): "R-GZ-A",
    ("ganzhou", "E_SEAL_NUMBER"): "R-GZ-A",
    ("heilongjiang-2014", "E_SEAL_NAME"): "R-HLJ-02c",
    ("heilongjiang-2014", "E_SEAL_TYPE"): "R-HLJ-19",
    ("jincheng", "E_IMPRINT_MISMATCH"): "R-JC29S-06b",
    ("jincheng", "E_SEAL_NAME"): "R-JC9-01",
    ("jincheng", "E_VALIDITY_MISMATCH"): "R-JC29S-08a",
    ("test", "E_CERT_NAME_MISMATCH"): "R-JC29S-07",
    ("test", "E_SEAL_NAME"): "R-JC29S-02a",
}


def _proving(row):
    """The row, marked with the clause that its refusal proves."""
    clause = PROVED.get((row.values[0], row.values[2]))
    marks = [pytest.mark.req(clause)] if clause else []
    return pytest.param(*row.values, id=row.id, marks=marks)


@pytest.mark.parametrize(
    ("name", "facts", "code"), [_proving(row) for row in (*NUMBERS, *NAMES, *OTHERS)]
)
def test_one_fact_changed_is_refused(desk, name, facts, code):
    found = desk(name).judge(facts=facts)
    assert found[0].code == code
    assert found[0].clause
    assert REFUSALS[code].is_reason


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        pytest.param("test", {"name": "测试市某局", "ownership": "legal_name"}, id="legal name"),
        pytest.param(
            "test",
            {"name": "测试市某局办公室", "unit_name": "测试市某局", "ownership": "internal_organ"},
            id="organ",
        ),
        pytest.param(
            "test",
            {"name": "某人", "unit_name": "测试市某局", "ownership": "personal_name"},
            id="personal name",
        ),
        pytest.param("test", {"picture_words": "测试市某局行政审批专用章"}, id="words"),
        pytest.param(
            "test",
            {"name": "测试市某局(合同专用章)", "picture_words": "测试市某局 合同专用章"},
            id="words without brackets",
        ),
        pytest.param("test", {"picture": replace(picture(), data=SVG)}, id="drawn"),
        pytest.param("test", {"picture": picture(30, 20), "type": 3}, id="ellipse for invoices"),
        pytest.param("test", {"name": "某人", "type": 5}, id="名章"),
        pytest.param("jincheng", {"imprint": b"other", "imprint_matches": True}, id="compared"),
        pytest.param("jincheng", {"imprint": None, "is_made": True}, id="made before"),
        pytest.param("ganzhou", {"region": "360722"}, id="4 for its county"),
        pytest.param(
            "ganzhou",
            {"name": "赣州市某局行政审批专用章（9）", "region": "360783"},
            id="9 under its newer code",
        ),
        pytest.param(
            "ganzhou",
            {"name": "赣州市某局行政审批专用章（9）", "region": "360727"},
            id="9 under its older code",
        ),
        pytest.param(
            "jincheng", {"name": "测试市某局行政审批专用章"}, id="another unit's approvals"
        ),
        pytest.param(
            "heilongjiang-2014",
            {"name": "测试省某厅行政审批专用章", "matter": "non_licensing"},
            id="审批 by analogy",
        ),
        pytest.param(
            "heilongjiang-2014", {"matter": "non_licensing"}, id="许可 for other approvals"
        ),
    ],
)
@pytest.mark.req("R-JC29S-02a")
@pytest.mark.req("R-GZ-A")
@pytest.mark.req("R-HLJ-19")
def test_what_else_is_accepted(desk, name, facts):
    assert desk(name).judge(facts=facts) == ()


@pytest.mark.parametrize("number", range(1, 19))
@pytest.mark.req("R-GZ-A")
def test_a_number_is_that_of_one_region(desk, number):
    ganzhou = desk("ganzhou")
    regions = ganzhou.profile.rules["seal_sequence"].settings["regions"]
    name = f"赣州市某局行政审批专用章（{number}）"
    for other, (region, *_) in regions.items():
        found = ganzhou.judge(facts={"name": name, "region": region})
        assert codes(found) == (
            [] if other == str(number) else [("E_SEAL_NUMBER", "seal_sequence")]
        )


@pytest.mark.req("R-GZ-A")
def test_the_county_may_stand_in_the_identifier(desk):
    ganzhou = desk("ganzhou")
    own, other = "36072200000001", "36072300000001"
    assert ganzhou.judge(ganzhou.issue(cn=own), facts={"es_id": own}) == ()
    found = ganzhou.judge(ganzhou.issue(cn=other), facts={"es_id": other})
    assert codes(found) == [("E_SEAL_NUMBER", "seal_sequence")]


@pytest.mark.req("R-JC9-01")
def test_the_bureaus_seal_for_approvals_has_one_name(desk):
    patterns = desk("jincheng").profile.rules["seal_name"]
    bureau = "晋城市行政审批服务管理局"
    jincheng = desk("jincheng")
    certificate = jincheng.issue(o=credit_code("140500") + bureau)
    for name, expected in (
        (bureau, []),
        (bureau + "行政审批专用章", []),
        (bureau + "办公室", []),
        (bureau + "行政审批专用章（1）", [("E_SEAL_NAME", "seal_name")]),
        (bureau + "行政审批章", [("E_SEAL_NAME", "seal_name")]),
        (bureau + "行政审 批章", [("E_SEAL_NAME", "seal_name")]),
        (bureau.replace("市", "市\u3000") + "行政审批章", [("E_SEAL_NAME", "seal_name")]),
    ):
        found = jincheng.judge(certificate, facts={"name": name})
        assert codes(found) == expected, name
        assert {item.clause for item in found} <= {patterns.clause}


@pytest.mark.parametrize("hidden", ["\u200b", "\x00", "\u202e", "\n", "\xa0", "\u2028", "\ud800"])
def test_a_name_has_no_character_that_nobody_sees(desk, hidden):
    for name in ("test", "government", "jincheng"):
        place = desk(name)
        seen = place.unit + "行政审" + hidden + "批专用章"
        assert ("E_SEAL_NAME", "seal_name") in codes(place.judge(facts={"name": seen})), name


# What a profile of one's own may ask ------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "setting", "facts", "code"),
    [
        ("picture_size", "smallest_mm = 38", {"picture": picture(37, 37)}, "E_SEAL_SIZE"),
        ("seal_type", "types = [1, 5]", {}, "E_SEAL_TYPE"),
        ("seal_period", 'relation = "equal"', {"not_before": AT}, "E_VALIDITY_MISMATCH"),
        ("certificate_name", 'name_in = "common_name"', {}, "E_CERT_NAME_MISMATCH"),
        ("certificate_ca", f'fingerprints = ["{"0" * 64}"]', {}, "E_CA_NOT_ALLOWED"),
        ("division", 'area = "9901"', {}, "E_DIVISION_CODE"),
        ("maker_allowed", "named = true", {}, "E_MAKER_UNTRUSTED"),
    ],
)
def test_a_setting_of_ones_own(desk, rule, setting, facts, code):
    text = f'extends = "test"\nname = "own"\n[rules.{rule}]\nclause = "第九条"\n{setting}\n'
    found = desk("test").judge(
        profile=BindingProfile.from_toml(text), facts=facts, cas=None, makers=None
    )
    assert [(item.code, item.clause) for item in found] == [(code, "第九条")]


def test_a_ca_may_be_named_by_its_fingerprint(desk):
    test = desk("test")
    text = f"""
        extends = "test"
        name = "own"
        [rules.certificate_ca]
        named = true
        fingerprints = ["{test.ca.certificate.fingerprint.upper()}"]
    """
    assert test.judge(profile=BindingProfile.from_toml(text), cas=None) == ()


def test_key_usage_may_have_to_be_stated(desk):
    test = desk("test")
    silent = test.issue(key_usage=None)
    assert test.judge(silent) == ()
    text = 'extends = "test"\nname = "own"\n[rules.certificate_usage]\nstated = true\n'
    found = test.judge(silent, profile=BindingProfile.from_toml(text))
    assert codes(found) == [("E_KEY_USAGE", "certificate_usage")]


@pytest.mark.parametrize(
    ("agreement", "code", "expected"),
    [
        ("province", "140100", []),
        ("prefecture", "140100", ["E_DIVISION_CODE"]),
        ("prefecture", "140521", []),
        ("prefecture", "140000", []),
        ("none", "330100", []),
    ],
)
def test_how_far_divisions_agree(desk, agreement, code, expected):
    government = desk("government")
    text = f'extends = "government"\nname = "own"\n[rules.division]\nagreement = "{agreement}"\n'
    found = government.judge(
        government.issue(o=credit_code(code) + government.unit),
        profile=BindingProfile.from_toml(text),
    )
    assert [item.code for item in found] == expected


# 施行期 · the profile's own time ---------------------------------------------------------------


@pytest.mark.req("R-JC29S-19")
@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("jincheng", datetime(2022, 9, 21, 15, 59, tzinfo=UTC)),
        ("heilongjiang-2014", AT),
        ("national-2025", datetime(2025, 10, 8, tzinfo=UTC)),
        ("ganzhou", datetime(2023, 8, 9, tzinfo=UTC)),
    ],
)
def test_a_profile_that_is_not_in_force_asks_nothing(desk, name, at):
    found = desk(name).judge(at=at)
    assert codes(found) == [("E_PROFILE_NOT_IN_FORCE", "in_force")]
    assert found[0].is_unknown


@pytest.mark.req("R-JC29S-19")
def test_a_day_begins_in_beijing(desk):
    assert desk("jincheng").profile.is_in_force(datetime(2022, 9, 21, 16, tzinfo=UTC))


# The refusal -----------------------------------------------------------------------------------


def test_a_refusal_names_every_violation(desk):
    test = desk("test")
    certificate = test.issue(cn="99000000000002", o="另一局")
    standings = [standing(certificate, test.trust, test.crls(), at=AT)]
    facts = test.facts(certificate, picture=picture(42, 20))
    with pytest.raises(SealError) as caught:
        check_binding(test.profile, facts, standings, at=AT)
    error = caught.value
    assert error.code == error.violations[0].code == "E_CERT_NAME_MISMATCH"
    assert error.clause == error.violations[0].clause
    assert [item.code for item in error.violations] == [
        "E_CERT_NAME_MISMATCH",
        "E_SEAL_NUMBER",
        "E_CREDIT_CODE",
        "E_SEAL_SIZE",
        "E_MAKER_UNTRUSTED",
    ]
    assert all(item.clause in str(error) for item in error.violations)


def test_what_is_not_known_is_refused_too(desk):
    test = desk("test")
    standings = [standing(test.signer, test.trust, at=AT)]
    maker = standing(test.maker.certificate, test.trust, test.crls(), at=AT)
    with pytest.raises(SealError) as caught:
        check_binding(test.profile, test.facts(), standings, at=AT, maker=maker)
    assert caught.value.code == "E_NO_REVOCATION_DATA"


def test_a_proper_seal_is_not_refused(desk):
    test = desk("test")
    standings = [standing(test.signer, test.trust, test.crls(), at=AT)]
    maker = standing(test.maker.certificate, test.trust, test.crls(), at=AT)
    check_binding(test.profile, test.facts(), standings, at=AT, maker=maker)


def test_a_time_without_zone_is_the_callers_mistake(desk):
    test = desk("test")
    with pytest.raises(ValueError, match="time zone"):
        check_binding(test.profile, test.facts(), [], at=datetime(2026, 6, 1))  # noqa: DTZ001
