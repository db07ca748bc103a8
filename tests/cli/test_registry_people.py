"""``govseal registry``: units, departments, people, roles, certificates, stand-ins."""

from __future__ import annotations

from registryclerks import UNIT

NEXT = "2026-03-10T09:00:00"


def county(clerks, name="测试县行政审批局"):
    words = ("--level", "县", "--kind", "县级审批单位", "--parent", UNIT, "--region", "140521")
    return clerks.ok("unit", "add", name, *words, by="admin")["id"]


def test_a_unit_is_renamed_merged_and_abolished(clerks):
    unit = county(clerks)
    basis = ("--basis", "晋市编〔2026〕1号")
    clerks.clock.forward(hours=1)
    renamed = clerks.ok("unit", "rename", unit, "测试县审批服务局", *basis, by="admin")
    assert renamed["legal_name"] == "测试县审批服务局"
    shown = clerks.ok("unit", "show", "测试县审批服务局", by="admin")
    assert [name["name"] for name in shown["history"]] == ["测试县行政审批局", "测试县审批服务局"]
    assert "county_head" in shown["open_points"]
    assert "县级审批单位主要负责人" in clerks.call("unit", "show", unit, by="admin").out
    merged = clerks.ok("unit", "merge", unit, "--into", UNIT, *basis, by="admin")
    assert merged["state"] == "merged"
    clerks.refused("E_ORG_INACTIVE", "unit", "abolish", unit, *basis, by="admin")
    other = county(clerks, "测试县另一审批局")
    clerks.clock.forward(hours=1)
    assert clerks.ok("unit", "abolish", other, *basis, by="admin")["state"] == "abolished"


def test_only_an_administrator_keeps_units(clerks):
    words = ("unit", "add", "另一局", "--level", "市", "--kind", "使用单位")
    refused = clerks.refused("E_NOT_AUTHORIZED", *words, by="handler")
    assert refused.json["message"].startswith("E_NOT_AUTHORIZED：")
    clerks.refused("E_ORG_NAME", "unit", "add", UNIT, *words[3:], by="admin")


def test_the_rules_of_a_unit(clerks):
    unit = county(clerks)
    assert clerks.ok("unit", "rules", unit, "--follows", "ganzhou", by="admin")["profile"]
    clerks.refused("E_PROFILE_UNKNOWN", "unit", "rules", unit, "--follows", "x", by="admin")
    rules = clerks.path("own.toml")
    rules.write_text(
        'extends = "ganzhou"\nname = "own"\n[switches]\n'
        'approver_is_not_applicant = { value = false, clause = "x" }\n'
    )
    clerks.refused("E_POLICY_WEAKER", "unit", "rules", unit, "--file", rules, by="admin")


def test_a_department_with_people_stays(clerks):
    clerks.refused("E_DEPARTMENT", "department", "close", "规划建设科", by="admin")
    clerks.ok("department", "add", UNIT, "督查室", by="admin")
    assert clerks.ok("department", "close", "督查室", by="admin")["inactive_from"]
    names = [item["name"] for item in clerks.ok("department", "list", UNIT, by="admin")]
    assert "督查室" in names
    clerks.refused("E_DEPARTMENT", "department", "add", UNIT, "办公室", by="admin")


def test_people_come_move_and_leave(clerks):
    who = ("--unit", UNIT, "--account")
    clerks.ok("person", "add", "新来者", *who, "new", "--department", "办公室", by="admin")
    clerks.refused("E_ACCOUNT", "person", "add", "另一人", *who, "new", by="admin")
    clerks.ok("role", "grant", "new", "科室经办人", "--department", "办公室", by="admin")
    clerks.ok("person", "move", "new", "--department", "规划建设科", by="admin")
    assert clerks.ok("role", "list", "new", by="admin") == []
    clerks.ok("person", "leave", "new", by="admin")
    clerks.refused("E_PERSON", "seal", "list", by="new")
    clerks.refused("E_LAST_ADMINISTRATOR", "person", "leave", "admin", by="admin")


def test_people_are_listed_by_role(clerks):
    found = clerks.ok("person", "list", "--role", "印章保管人", by="admin")
    assert {person["account"] for person in found} == {"custodian", "second"}
    table = clerks.call("person", "list", "--unit", UNIT, by="admin").lines
    assert table[0].split() == ["编号", "名称", "单位", "科室", "账号"]
    assert len(table) == 2 + len(clerks.ok("person", "list", "--unit", UNIT, by="admin"))


def test_roles_are_given_and_taken(clerks):
    clerks.refused("E_OWN_RIGHTS", "role", "grant", "admin", "制章人", by="admin")
    clerks.refused("E_ORG_KIND", "role", "grant", "handler", "县级审批单位主要负责人", by="admin")
    role = clerks.ok("role", "grant", "second", "证照发放科", "--until", NEXT, by="admin")
    assert role["until"] == "2026-03-10T09:00:00+08:00"
    clerks.clock.forward(minutes=1)
    clerks.ok("role", "revoke", role["id"], by="admin")
    clerks.refused("E_PERIOD", "role", "revoke", role["id"], by="admin")
    assert "印章保管人" in clerks.call("role", "list", "second", by="admin").out
    assert "custodian" in clerks.call("role", "list", "second", by="admin", lang="en").out


def test_a_certificate_is_registered_by_its_own_key(clerks):
    clerks.refused("E_CERT_TAKEN", "certificate", "add", *clerks.key("head"), by="second")
    found = clerks.ok("certificate", "list", "head", by="admin")
    assert [item["until"] for item in found] == [None]
    clerks.refused("E_NOT_AUTHORIZED", "certificate", "withdraw", found[0]["id"], by="second")
    clerks.ok("certificate", "withdraw", found[0]["id"], by="head")
    request = clerks.ok("use", "request", *clerks.filing(), by="handler")["number"]
    refused = clerks.refused(
        "E_SIGNATURE", "use", "approve", request, *clerks.key("head"), by="head"
    )
    assert "certificate add" in refused.json["hint"]


def test_a_wrong_password_is_no_refusal(clerks):
    clerks.path("wrong").write_text("x\n")
    key = ("--key", clerks.path("head.p12"), "--password-file", clerks.path("wrong"))
    answer = clerks.ask("certificate", "add", *key, by="head")
    assert (answer.status, answer.json["code"]) == (2, "key_wrong_password")


def test_somebody_stands_in(clerks):
    named = clerks.ok("substitute", "name", "principal", "--until", NEXT, by="leader")
    assert named["stand_in"] != named["principal"]
    request = clerks.ok("use", "request", *clerks.filing(), by="handler")["number"]
    clerks.ok("use", "approve", request, *clerks.key("head"), by="head")
    approval = clerks.ok("use", "approve", request, *clerks.key("principal"), by="principal")
    assert approval["state"] == "approved"
    clerks.refused("E_NOT_AUTHORIZED", "substitute", "authorize", named["id"], by="leader")
    assert clerks.ok("substitute", "authorize", named["id"], by="secretary")["authorized_by"]
    clerks.clock.forward(hours=1)
    clerks.ok("substitute", "end", named["id"], by="leader")
    assert len(clerks.ok("substitute", "list", "leader", by="admin")) == 1
    clerks.refused("E_STAND_IN", "substitute", "name", "leader", "--until", NEXT, by="leader")


def test_a_password_was_changed(clerks):
    assert clerks.ok("person", "password-changed", by="head")["password_changed_at"]
    assert clerks.ok("person", "show", "head", by="admin")["certificates"]
