"""The profiles that come with the library say what the regulations say."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import govseal.registry
from govseal.errors import Refused
from govseal.registry.policy import (
    Standing,
    check_in_force,
    check_seal_name,
    describe,
    expired_parts,
    load_policy,
    policy_names,
    standing,
)
from govseal.registry.policy.words import DEADLINES, RECORDED, SWITCHES
from govseal.registry.vocabulary import DocumentType, SealSubtype
from govseal.seal.binding import profile_names

ALL = ("ganzhou", "general", "heilongjiang-2014", "jincheng", "national-2025")
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
APPROVAL_SEAL = "晋城市行政审批服务管理局行政审批专用章"
CITY_UNIT = "赣州市某某局"

ganzhou, heilongjiang, jincheng, national = (
    load_policy(name) for name in ("ganzhou", "heilongjiang-2014", "jincheng", "national-2025")
)


def steps(profile, **facts):
    """The approvals of a case, each as its roles."""
    rule = profile.approval_rule({"kind": "use", **facts})
    return None if rule is None else [sorted(step.roles) for step in rule.steps]


def refusal(call, *arguments, **options):
    with pytest.raises(Refused) as refused:
        call(*arguments, **options)
    assert refused.value.clause
    return refused.value.code


def test_every_profile_makes_every_switch():
    assert policy_names() == ALL
    for name in ALL:
        profile = load_policy(name)
        assert set(profile.switches) == set(SWITCHES), name
        assert set(profile.deadlines) == set(DEADLINES), name
        assert all(switch.clause for switch in profile.switches.values()), name
        assert profile.binding in profile_names(), name


def test_the_contradictions_are_switches_with_the_chosen_defaults():
    general = load_policy("general")
    numbered = "".join(switch.clause for switch in general.switches.values())
    # C-3, C-4, C-6, C-7 and C-8 are tables: names, seal rules, matrix, ledger, custody.
    for number in (1, 2, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22):
        assert f"C-{number}" in numbered, number
    chosen = {
        "medium_policy": "mirrors_physical",
        "print_effect": "copy",
        "objection_counts_from": "receipt",
        "collector_id_required": True,
        "departure_only_for_approver": True,
        "emergency_permits_stamping": False,
        "opinions_leave_the_unit": False,
    }
    assert {name: general.switch(name).value for name in chosen} == chosen
    assert heilongjiang.switch("medium_policy").value == "electronic_only"
    assert heilongjiang.switch("print_effect").value == "archival_accepted"


@pytest.mark.req("R-JC10-YZ-1.1a", "R-JC10-YZ-3.5", "R-JC9-07a")
@pytest.mark.req("R-JC10-YZ-4.2.2(1)", "R-JC10-YZ-4.2.2(2)", "R-JC10-YZ-4.2.2(3)")
@pytest.mark.req("R-JC10-YZ-4.2.3", "R-JC10-YZ-3.2", "R-JC10-YZ-4.1.2")
def test_the_matrix_of_jincheng():
    leaders = ["principal_leader", "supervising_leader"]
    assert steps(jincheng, kind="carve", subtype="official") == [
        ["supervising_leader"],
        ["principal_leader"],
    ]
    assert steps(jincheng, kind="stop", subtype="official") == [["principal_leader"]]
    assert steps(jincheng, subtype="admin_approval", basis="case_decision") == [
        ["section_head"],
        leaders,
    ]
    party = [["section_head"], ["authorised_party_member", "party_secretary"]]
    assert steps(jincheng, subtype="party_group", basis="use_form") == party
    assert steps(jincheng, kind="take_out", subtype="party_group") == party
    assert steps(jincheng, subtype="party_group", basis="dispatch_card") == [["party_secretary"]]
    assert steps(jincheng, subtype="official", basis="dispatch_card") == [leaders]
    assert steps(jincheng, subtype="official", basis="use_form") == [["section_head"], leaders]
    assert steps(jincheng, subtype="office", basis="use_form", document_type="certificate") == [
        ["office_head"]
    ]
    assert steps(jincheng, subtype="office", basis="use_form", document_type="contract") == [
        ["office_head", "supervising_leader"]
    ]
    assert steps(jincheng, subtype="contract", basis="use_form") == [
        ["principal_leader", "section_head", "supervising_leader"]
    ]
    # Without a decided case nobody approves the seal of approvals.
    assert steps(jincheng, subtype="admin_approval", basis="use_form") is None


@pytest.mark.req("R-GZ-2.2")
def test_a_no2_seal_is_the_county_heads_and_may_be_departed_from():
    rule = ganzhou.approval_rule({"kind": "use", "subtype": "no2", "basis": "case_decision"})
    assert [sorted(step.roles) for step in rule.steps] == [["county_head"]]
    assert rule.may_depart
    taken = ganzhou.approval_rule({"kind": "take_out", "subtype": "no2"})
    assert not taken.may_depart


@pytest.mark.req("R-JC9-07b", "R-GZ-2.3b")
def test_the_mandatory_fields_of_the_ledger():
    assert set(jincheng.ledger.fields) == {
        "matter",
        "reason",
        "section",
        "stamped_on",
        "copies",
        "handler",
        "approvers",
    }
    assert set(ganzhou.ledger.fields) == {
        "stamped_on",
        "matter",
        "approvers",
        "certificate_no",
        "document_no",
        "item_class",
    }
    assert all(clause.endswith("第七条") for clause in jincheng.ledger.fields.values())


@pytest.mark.req("R-JC9-05")
def test_the_quotas_of_jincheng():
    found = {quota.medium: quota.max_count for quota in jincheng.quotas}
    assert found == {"physical_large": 1, "physical_small": 1, "steel": 1, "electronic": 2}
    assert {quota.name for quota in jincheng.quotas} == {APPROVAL_SEAL}


@pytest.mark.req("R-JC9-06")
def test_the_special_rule_on_custody_stands_before_the_general_one():
    assert jincheng.custody_rule({"subtype": "admin_approval"}).department == "证照发放科"
    assert not jincheng.custody_rule({"subtype": "official"}).department


@pytest.mark.req("R-HLJ-05a", "R-JC9-04")
def test_what_a_seal_may_stamp():
    assert heilongjiang.document_types[SealSubtype.ADMIN_LICENSING] == {
        DocumentType.ACCEPTANCE_NOTICE,
        DocumentType.NON_ACCEPTANCE_NOTICE,
        DocumentType.LICENSING_GRANT_DECISION,
        DocumentType.LICENSING_DENIAL_DECISION,
        DocumentType.APPROVAL_REPLY,
        DocumentType.MINISTRY_STANDARD_DOC,
    }
    assert DocumentType.CONTRACT not in jincheng.document_types[SealSubtype.ADMIN_APPROVAL]
    for profile in map(load_policy, ALL):
        known = set(DocumentType)
        assert all(types <= known for types in profile.document_types.values())


@pytest.mark.req("R-JC9-03", "R-HLJ-04b", "R-HLJ-19")
def test_which_seals_a_document_takes():
    case = {"basis": "case_decision", "kind": "use"}
    assert jincheng.seal_rule(case).required == {"admin_approval"}
    assert jincheng.seal_rule({**case, "kind": "special_demand"}).required == {"official"}
    licensing = heilongjiang.seal_rule({"matter_class": "licensing"})
    assert licensing.required == {"admin_licensing"}
    assert licensing.optional == {"official", "industry"}
    other = heilongjiang.seal_rule({"matter_class": "non_licensing"})
    assert other.required == {"admin_approval"}


@pytest.mark.req("R-JC9-01", "R-HLJ-02c", "R-JC29S-02a")
@pytest.mark.parametrize(
    ("profile", "subtype", "name"),
    [
        (jincheng, SealSubtype.ADMIN_APPROVAL, APPROVAL_SEAL),
        (jincheng, SealSubtype.OFFICE, "某局办公室"),
        (jincheng, SealSubtype.OFFICIAL, "某局"),
        (jincheng, SealSubtype.CONTRACT, "某局合同专用章"),
        (heilongjiang, SealSubtype.ADMIN_LICENSING, "黑龙江省某厅行政许可专用章"),
        (national, SealSubtype.BRANCH, "某局第一分局"),
    ],
)
def test_names_that_seals_may_have(profile, subtype, name):
    assert check_seal_name(profile, subtype, name, owner="某局") is None


@pytest.mark.req("R-JC9-01", "R-HLJ-02c", "R-JC29S-02a")
@pytest.mark.parametrize(
    ("profile", "subtype", "name"),
    [
        (jincheng, SealSubtype.ADMIN_APPROVAL, "晋城市行政审批服务管理局审批专用章"),
        (jincheng, SealSubtype.ADMIN_APPROVAL, APPROVAL_SEAL + "（1）"),
        (jincheng, SealSubtype.OFFICE, "别局办公室"),
        (jincheng, SealSubtype.OFFICE, "某局"),
        (jincheng, SealSubtype.CONTRACT, "某局\u200b合同专用章"),
        (jincheng, SealSubtype.CONTRACT, "  "),
        (jincheng, SealSubtype.CONTRACT, "某" * 101),
        (heilongjiang, SealSubtype.ADMIN_LICENSING, "黑龙江省某厅行政审批专用章"),
        (national, SealSubtype.OFFICE, "办公室（某局）"),
    ],
)
def test_names_that_seals_may_not_have(profile, subtype, name):
    with pytest.raises(Refused) as refused:
        check_seal_name(profile, subtype, name, owner="某局")
    assert refused.value.code == "E_SEAL_NAME"


def test_a_units_name_is_no_regular_expression():
    with pytest.raises(Refused):
        check_seal_name(jincheng, SealSubtype.OFFICE, "某局办公室", owner=".*")


@pytest.mark.req("R-GZ-A")
def test_the_eighteen_numbers_of_ganzhou():
    counties = [number.county for number in ganzhou.numbers]
    assert len(counties) == len(set(counties)) == 18
    assert (counties[0], counties[3], counties[17]) == ("章贡区", "信丰县", "石城县")
    for number in ganzhou.numbers:
        name = f"{CITY_UNIT}行政审批专用章（{number.number}）"
        for place in ({"county": number.county}, {"region": next(iter(number.regions))}):
            found = check_seal_name(ganzhou, SealSubtype.NO2, name, owner=CITY_UNIT, **place)
            assert found == number.number
    name = f"{CITY_UNIT}行政审批专用章（9）"
    for county in ("龙南县", "龙南市"):
        assert check_seal_name(ganzhou, SealSubtype.NO2, name, owner=CITY_UNIT, county=county) == 9


@pytest.mark.req("R-GZ-A")
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("赣州市某某局行政审批专用章（3）", "E_SEAL_NUMBER"),  # 赣县区
        ("赣州市某某局行政审批专用章（19）", "E_SEAL_NUMBER"),
        ("赣州市某某局行政审批专用章（0）", "E_SEAL_NUMBER"),
        ("赣州市某某局行政审批专用章(4)", "E_SEAL_NAME"),  # half-width brackets
        ("赣州市某某局行政审批专用章", "E_SEAL_NAME"),
        ("某某局行政审批专用章（4）", "E_SEAL_NAME"),
    ],
)
def test_numbers_that_are_another_countys(name, code):
    assert code == refusal(
        check_seal_name,
        ganzhou,
        SealSubtype.NO2,
        name,
        owner=CITY_UNIT,
        county="信丰县",
        region="360722",
    )


def test_a_number_without_a_county_is_nobodys():
    name = f"{CITY_UNIT}行政审批专用章（4）"
    code = refusal(check_seal_name, ganzhou, SealSubtype.NO2, name, owner=CITY_UNIT)
    assert code == "E_SEAL_NUMBER"


@pytest.mark.req("R-JC9-10", "R-JC9L-12", "R-JC29S-19")
def test_a_profile_is_inactive_before_its_day():
    assert standing(jincheng, date(2022, 9, 21)) is Standing.NOT_YET
    assert standing(jincheng, date(2022, 9, 22)) is Standing.IN_FORCE
    for clause in ("行政审批专用章, 第七条", "证照管理, 第六条"):
        cited = f"晋市审管发〔2022〕9号 {clause}"
        assert not jincheng.applies(cited, date(2022, 3, 23))
        assert jincheng.applies(cited, date(2022, 3, 24))
    before = datetime(2022, 9, 21, 15, 59, tzinfo=UTC)  # 23:59 in Beijing
    assert refusal(check_in_force, jincheng, before) == "E_PROFILE_NOT_IN_FORCE"
    check_in_force(jincheng, datetime(2022, 9, 21, 16, 0, tzinfo=UTC))


@pytest.mark.req("R-JC29L-32")
def test_rules_of_an_expired_regulation_hold_only_where_that_is_allowed(tmp_path):
    last, after = date(2024, 9, 22), date(2024, 9, 23)
    assert not expired_parts(jincheng, last)
    (part,) = expired_parts(jincheng, after)
    assert "第三十二条" in part
    assert jincheng.deadline("objection_mark", last).value == 1
    assert jincheng.deadline("objection_mark", after) is None
    assert jincheng.deadline("renewal_window", after).value == 30  # another paper's
    assert jincheng.deadline("log_retention", after).value == 3  # what is kept stays kept
    own = allowing(tmp_path, "jincheng")
    assert own.deadline("objection_mark", after).value == 1
    assert "第三十二条" in expired_parts(own, after)[0]


def allowing(tmp_path: Path, name: str, **words: str):
    path = tmp_path / "own.toml"
    more = "\n".join(f"{word} = {value}" for word, value in words.items())
    switch = 'allow_expired_profile = { value = true, clause = "本单位规定, 第一条" }'
    path.write_text(f'extends = "{name}"\nname = "own"\n{more}\n[switches]\n{switch}\n')
    return load_policy(path)


def test_a_repealed_profile_judges_old_documents_alone():
    assert standing(heilongjiang, date(2018, 5, 1)) is Standing.IN_FORCE
    assert standing(heilongjiang, date(2026, 3, 2)) is Standing.REPEALED
    for moment in (datetime(2018, 5, 1, tzinfo=UTC), NOW):
        assert refusal(check_in_force, heilongjiang, moment) == "E_PROFILE_NOT_IN_FORCE"
    assert refusal(check_in_force, load_policy("general"), NOW) == "E_PROFILE_NOT_IN_FORCE"
    for profile in (jincheng, ganzhou, national):
        check_in_force(profile, NOW)


def test_an_operator_may_enable_a_repealed_profile_and_has_to_say_so_twice(tmp_path):
    check_in_force(allowing(tmp_path, "heilongjiang-2014", may_stamp="true"), NOW)
    code = refusal(check_in_force, allowing(tmp_path, "heilongjiang-2014"), NOW)
    assert code == "E_PROFILE_NOT_IN_FORCE"
    path = tmp_path / "stamping.toml"
    path.write_text('extends = "heilongjiang-2014"\nname = "own"\nmay_stamp = true\n')
    assert refusal(check_in_force, load_policy(path), NOW) == "E_PROFILE_NOT_IN_FORCE"


@pytest.mark.req("R-JC9-02", "R-JC29L-04")
def test_profiles_are_read_by_people():
    text = describe(jincheng, day=date(2026, 3, 2))
    assert text.startswith("晋城市行政审批服务管理局印章管理制度（jincheng）\n")
    assert "行政审批专用章, 第二条" in text
    assert "2026-03-02: 施行中" in text
    assert "已失效: 晋城市一体化在线政务服务平台电子证照管理办法" in text
    assert "党组书记或经授权的党组成员" in text
    assert "次年 4 月底" in text
    assert "(d)" not in text
    english = describe(heilongjiang, "en", day=date(2026, 3, 2))
    assert "2026-03-02: repealed" in english
    assert "official, industry" in english
    for name in ALL:
        profile = load_policy(name)
        for language in ("zh", "en"):
            lines = describe(profile, language).splitlines()
            assert len([line for line in lines if line.startswith("- ")]) > len(SWITCHES)


def test_a_switch_that_no_step_asks_is_said_to_be_recorded():
    """What a bureau turns does something, or the description says that it does not."""
    root = Path(govseal.registry.__file__).parent
    sources = "".join(
        path.read_text(encoding="utf-8") for path in root.rglob("*.py") if path.name != "words.py"
    )
    asked = {name for name in SWITCHES if f'"{name}"' in sources}
    assert set(SWITCHES) - asked == RECORDED
    lines = describe(load_policy("jincheng"), "en").splitlines()
    said = {
        name for name in SWITCHES for line in lines if f"[{name}]" in line and "no step" in line
    }
    assert said == RECORDED
