"""An operator's own profile: read as a whole or refused by the word that is wrong."""

from __future__ import annotations

import copy
import random
import re
from dataclasses import replace
from datetime import date
from importlib import resources

import pytest

from govseal.errors import Refused, RegistryError
from govseal.registry.policy import LedgerRule, load_policy, read_policy
from govseal.registry.policy.strict import check_stricter, weaker

SHIPPED = resources.files("govseal.registry.policy") / "profiles"
ROW = "[[matrix]]\nname = 'a'\nclause = '一'\n"
STEPS = "steps = [{ roles = ['custodian'] }]\n"
OWN = """\
extends = "jincheng"
name = "own"
title_zh = "某区行政审批服务管理局印章管理办法"
title_en = "Seal rules of a district's bureau"
"""


def read(text: str):
    return read_policy(text.encode())


def complaint(text: str | bytes) -> str:
    """What is said of a profile that is refused."""
    with pytest.raises(RegistryError) as refused:
        read_policy(text if isinstance(text, bytes) else text.encode(), "own.toml")
    assert refused.value.code == "policy_invalid"
    assert str(refused.value).startswith("policy own.toml: ")
    return str(refused.value)


def whole(name: str = "general") -> str:
    return (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")


def own_whole() -> str:
    """A complete profile of an operator's own, which extends nothing."""
    text = whole().replace('name = "general"', 'name = "own"')
    return text.replace("may_stamp = false", "may_stamp = true")


def test_an_operator_writes_a_profile_without_touching_code(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(
        own_whole()
        + '\n[document_types]\ncontract = ["contract", "own_form"]\n'
        + '\n[[names]]\nsubtype = "contract"\nclause = "办法, 第二条"\n'
        + 'patterns = ["{owner}合同章"]\n',
        encoding="utf-8",
    )
    profile = load_policy(path)
    assert (profile.name, profile.may_stamp) == ("own", True)
    assert "own_form" in profile.document_types["contract"]
    assert load_policy(str(path)) == profile


def test_an_own_profile_says_only_what_is_otherwise():
    profile = read(
        OWN
        + '[deadlines]\nobjection_result = { value = 3, unit = "working_days", clause = "一" }\n'
    )
    jincheng = load_policy("jincheng")
    assert profile.deadlines["objection_result"].value == 3
    assert profile.deadlines["objection_mark"] == jincheng.deadlines["objection_mark"]
    assert profile.matrix == jincheng.matrix


@pytest.mark.parametrize(
    ("addition", "said"),
    [
        ("colour = 3\n", "unknown: colour"),
        ('extends = "nowhere"\n', "not TOML|extends|overwrite"),
        ("may_stamp = 1\n", "may_stamp is no bool"),
        ("in_force_from = 2026-01-01T00:00:00\n", "in_force_from is no date"),
        ("in_force_to = 2020-01-01\n", "in_force_to: before in_force_from"),
        ('legal_basis = ""\n', "legal_basis: empty"),
        ('source = "a\\u0007b"\n', "source: empty, longer than 500, or not printable"),
        (
            "[switches]\nown_switch = { value = true, clause = '一' }\n",
            "switches: unknown: own_switch",
        ),
        ("[switches]\nprint_effect = { value = 'red', clause = '一' }\n", "print_effect: red"),
        (
            "[switches]\nneed_to_know = { value = 1, clause = '一' }\n",
            "need_to_know: 1: not one of",
        ),
        ("[switches]\ndestruction_witnesses = { value = 1, clause = '一' }\n", "2 to 9"),
        ("[switches]\nneed_to_know = { value = [], clause = '一' }\n", "need_to_know: value is"),
        ("[switches]\nneed_to_know = true\n", "switches.need_to_know is no table"),
        ("[switches]\nneed_to_know = { value = true, clause = '' }\n", "clause: empty"),
        ("[switches]\nneed_to_know = { value = true, clause = '一', on = 1 }\n", "unknown: on"),
        (
            "[deadlines]\nsoon = { value = 1, unit = 'days', clause = '一' }\n",
            "deadlines: unknown: soon",
        ),
        (
            "[deadlines]\nminutes = { value = 1, unit = 'weeks', clause = '一' }\n",
            "minutes: unit: weeks",
        ),
        (
            "[deadlines]\nminutes = { value = -1, unit = 'days', clause = '一' }\n",
            "value: not from 0",
        ),
        (
            "[deadlines]\nminutes = { value = 99999999999999999999, unit = 'days', clause = '' }\n",
            "value: not from",
        ),
        (
            "[deadlines]\nminutes = { value = true, unit = 'days', clause = '一' }\n",
            "value is no int",
        ),
        (
            "[deadlines]\nminutes = { value = 13, unit = 'months_of_next_year', clause = '一' }\n",
            "not from 1 to 12",
        ),
        ("[seal_types]\nround = 'business'\n", "'round' is not a valid SealSubtype"),
        ("[seal_types]\noffice = 'round'\n", "'round' is not a valid SealType"),
        ("[document_types]\noffice = 'licence'\n", "document_types.office is no list"),
        ("[document_types]\noffice = ['A licence']\n", "document_types.office: A licence"),
        ("[ledger]\nretention_years = 2\n", "retention_years: not from 3"),
        ("[ledger.fields]\nshoe_size = '一'\n", "fields: unknown: shoe_size"),
        ("[ledger.fields]\ntitle = 3\n", "title is no text"),
        ("[clauses]\nBAD = '一'\n", "BAD is no code"),
        ("[clauses]\nE_EXPIRED = 3\n", "E_EXPIRED is no text"),
        (
            "[[names]]\nsubtype = 'office'\nclause = '一'\npatterns = ['(']\n",
            "names, number 1: .* is no regular",
        ),
        ("[[names]]\nsubtype = 'office'\nclause = '一'\npatterns = ['(a+)+']\n", "repeats a group"),
        (
            "[[names]]\nsubtype = 'office'\nclause = '一'\npatterns = ['.*.*.*.*']\n",
            "more than 3 repetitions",
        ),
        (
            "[[names]]\nsubtype = 'office'\nclause = '一'\npatterns = [3]\n",
            "patterns: something is no text",
        ),
        ("[[quotas]]\nname = 'a'\nmedium = 'wood'\nmax_count = 1\nclause = '一'\n", "'wood'"),
        ("[[matrix]]\nname = 'a'\nclause = '一'\nsteps = []\n", "it needs steps"),
        ("[[matrix]]\nname = 'a'\nclause = '一'\nsteps = [{ roles = [] }]\n", "a step needs roles"),
        ("[[matrix]]\nname = 'a'\nclause = '一'\nsteps = [{ roles = ['king'] }]\n", "'king'"),
        (
            ROW + "steps = [{ roles = ['custodian'], of = 'x' }]\n",
            "of: x",
        ),
        (
            ROW + "when = { kinds = ['sale'] }\n" + STEPS,
            "kinds: unknown: sale",
        ),
        (
            ROW + "when = { moods = ['x'] }\n" + STEPS,
            "unknown: moods",
        ),
        (
            ROW + "may_depart = 'yes'\n" + STEPS,
            "may_depart is no bool",
        ),
        (
            "[[matrix]]\nname = 'a'\nclause = '一'\nsteps = [{ roles = ['custodian'] }]\n" * 2,
            "two rows are called a",
        ),
        ("[[seal_rules]]\nclause = '一'\noptional = ['office']\n", "required is empty"),
        (
            "[[numbers]]\nsubtype = 'no2'\nnumber = 0\ncounty = 'a'\nclause = '一'\n",
            "number: not from 1",
        ),
        ("matrix = 'all'\n", "matrix is no list"),
        ("quotas = [1]\n", "quotas, number 1 is no table"),
    ],
)
def test_a_word_that_is_wrong_is_named(addition, said):
    assert re.search(said, complaint(OWN + addition))


@pytest.mark.parametrize(
    "pattern",
    [
        "(a|ab)*",
        "(a|a)?",
        "(a|a)" * 20,
        "a?" * 20 + "a" * 20,
        ".{0,99}.{0,99}.{0,99}.{0,99}b",
        "[a-z]+[a-z]+[a-z]+[a-z]+",
        "a" * 301,
        "a{99999999999999999999}",
        "(?P<x>a",
        "[a",
    ],
)
def test_a_pattern_that_may_never_end_is_refused(pattern):
    words = f"[[names]]\nsubtype = 'office'\nclause = '一'\npatterns = ['{pattern}']\n"
    assert "names, number 1: " in complaint(OWN + words)


@pytest.mark.parametrize("word", ["title_zh", "source", "in_force_from", "may_stamp", "binding"])
def test_a_word_that_is_missing_is_named(word):
    text = re.sub(rf"^{word} = .*\n", "", own_whole(), flags=re.MULTILINE)
    assert f"{word} is missing" in complaint(text)


@pytest.mark.parametrize("table", ["switches", "deadlines"])
def test_a_profile_decides_everything_itself(table):
    words = re.search(rf"\[{table}\]\n(\w+) = ", own_whole())
    text = re.sub(rf"(\[{table}\]\n)\w+ = .*\n", r"\1", own_whole())
    assert f"{table}: missing: {words.group(1)}" in complaint(text)


@pytest.mark.parametrize("name", ["jincheng", "heilongjiang-2014"])
def test_nobody_takes_the_name_of_a_regulation(name):
    assert f"{name} comes with the library" in complaint(f'extends = "jincheng"\nname = "{name}"\n')
    assert "jincheng comes with the library" in complaint('extends = "jincheng"\n')


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"x = " + b"[" * 5000,
        b"x = [[",
        b'extends = ["jincheng"]',
        b"extends = 3",
        b'extends = "../jincheng"\nname = "own"',
        b"\x00",
        b"a = 1\n" * 2,
        b"#" * ((1 << 20) + 1),
    ],
)
def test_hostile_bytes_are_refused_and_no_more(data):
    with pytest.raises(RegistryError):
        read_policy(data)


@pytest.mark.parametrize("source", ["nowhere.toml", "a\0b", "", "/dev/null/x"])
def test_a_file_that_is_not_there(source):
    with pytest.raises(RegistryError) as refused:
        load_policy(source)
    assert refused.value.code == "policy_unknown"


def test_a_folder_is_no_profile(tmp_path):
    with pytest.raises(RegistryError) as refused:
        load_policy(tmp_path)
    assert refused.value.code == "policy_unknown"


def test_whatever_is_changed_in_a_profile_it_is_read_or_refused():
    text = whole("ganzhou").replace('name = "ganzhou"', 'name = "own"').encode()
    dice = random.Random(20260302)  # noqa: S311 - the same changes in every run
    read_at_all = 0
    for _ in range(400):
        data = bytearray(text)
        for _ in range(dice.randrange(1, 4)):
            place = dice.randrange(len(data))
            kind = dice.randrange(3)
            if kind == 0:
                data[place] = dice.randrange(256)
            elif kind == 1:
                del data[place : place + dice.randrange(1, 40)]
            else:
                end = dice.randrange(len(data))
                data[place:place] = data[end : end + dice.randrange(1, 60)]
        try:
            read_policy(bytes(data))
        except RegistryError:
            continue
        read_at_all += 1
    assert 0 < read_at_all < 400


STRICTER = (
    OWN
    + """
[switches]
approval_must_be_signed = { value = true, clause = "本单位规定, 第三条" }
destruction_witnesses = { value = 3, clause = "本单位规定, 第四条" }
seal_date_and_decision_date = { value = "refuse", clause = "本单位规定, 第五条" }
[deadlines]
objection_result = { value = 3, unit = "working_days", clause = "本单位规定, 第六条" }
log_retention = { value = 10, unit = "years", clause = "本单位规定, 第七条" }
[ledger]
retention_years = 10
[ledger.fields]
document_no = "本单位规定, 第八条"
"""
)


@pytest.mark.req("R-HLJ-14b")
def test_a_unit_may_ask_more_than_the_regulation():
    own = read(STRICTER)
    check_stricter(load_policy("jincheng"), own)
    assert own.switch("destruction_witnesses").value == 3


@pytest.mark.req("R-HLJ-14b")
@pytest.mark.parametrize(
    ("addition", "word"),
    [
        ("[switches]\nneed_to_know = { value = false, clause = '一' }\n", "switches.need_to_know"),
        (
            "[switches]\nprint_effect = { value = 'archival_accepted', clause = '一' }\n",
            "switches.print_effect",
        ),
        (
            "[switches]\nallow_expired_profile = { value = true, clause = '一' }\n",
            "switches.allow_expired_profile",
        ),
        (
            "[switches]\nmaking_route = { value = 'owner_unit', clause = '一' }\n",
            "switches.making_route",
        ),
        (
            "[deadlines]\nminutes = { value = 6, unit = 'working_days', clause = '一' }\n",
            "deadlines.minutes",
        ),
        (
            "[deadlines]\nminutes = { value = 5, unit = 'days', clause = '一' }\n",
            "deadlines.minutes",
        ),
        (
            "[deadlines]\nlog_retention = { value = 2, unit = 'years', clause = '一' }\n",
            "deadlines.log_retention",
        ),
        ("in_force_from = 2022-01-01\n", "in_force_from"),
        ("binding = 'government'\n", "binding"),
        ("quotas = []\n", "quotas: "),
        ("names = []\n", "names"),
        ("custody = []\n", "custody"),
        ("matrix = []\n", "matrix"),
        ("[document_types]\nadmin_approval = ['contract']\n", "document_types.admin_approval"),
    ],
)
def test_a_unit_may_not_ask_less(addition, word):
    with pytest.raises(Refused) as refused:
        check_stricter(load_policy("jincheng"), read(OWN + addition))
    assert refused.value.code == "E_POLICY_WEAKER"
    assert word in str(refused.value)


@pytest.mark.req("R-HLJ-14b")
@pytest.mark.parametrize(
    ("name", "words", "word"),
    [
        ("heilongjiang-2014", {"may_stamp": True}, "may_stamp"),
        ("heilongjiang-2014", {"in_force_to": date(2030, 1, 1)}, "in_force_to"),
        ("heilongjiang-2014", {"in_force_to": None}, "in_force_to"),
        ("heilongjiang-2014", {"document_types": {}}, "document_types.admin_licensing"),
        ("heilongjiang-2014", {"seal_rules": ()}, "seal_rules"),
        ("ganzhou", {"numbers": ()}, "numbers"),
        ("ganzhou", {"regulations": ()}, "regulations"),
        ("ganzhou", {"ledger": LedgerRule({}, 3, "一")}, "ledger.fields"),
    ],
)
def test_what_a_units_rules_may_not_leave_out(name, words, word):
    above = load_policy(name)
    assert word in list(weaker(above, replace(above, **words)))


def test_a_ledger_is_not_kept_for_a_shorter_time():
    above = read(STRICTER)
    own = replace(above, ledger=replace(above.ledger, retention_years=9))
    assert list(weaker(above, own)) == ["ledger.retention_years"]


def own_matrix(change) -> str:
    """The profile with its matrix, some of it written otherwise."""
    found = re.findall(r"\[\[matrix\]\]\n(?:[^\n]+\n)+", whole("jincheng"))
    return OWN + "\n" + "\n".join(change(copy.copy(row)) for row in found)


def test_the_order_of_approvals_may_only_grow():
    above = load_policy("jincheng")
    same = read(own_matrix(lambda row: row))
    assert not list(weaker(above, same))
    head = '    { roles = ["section_head"], of = "department" },\n'
    legal = '    { roles = ["legal_reviewer"] },\n'
    assert not list(weaker(above, read(own_matrix(lambda row: row.replace(head, head + legal)))))
    shorter = read(own_matrix(lambda row: row.replace(head, "")))
    assert "matrix: 党组印章" in list(weaker(above, shorter))
    wider = read(
        own_matrix(lambda row: row.replace('["office_head"]', '["office_head", "custodian"]'))
    )
    assert list(weaker(above, wider)) == ["matrix: 办公室印章（证明、介绍信）"]
    departs = read(own_matrix(lambda row: row.rstrip() + "\nmay_depart = true\n"))
    assert len(list(weaker(above, departs))) == len(above.matrix)
