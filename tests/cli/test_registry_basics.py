"""``govseal registry``: how it is called, founded, and what it says when it cannot be."""

from __future__ import annotations

import builtins
import dataclasses
import importlib
import pkgutil
import re
import sys
from enum import StrEnum
from pathlib import Path

import pytest

import govseal.registry
import quickkeys
from govseal.cli.registry import FAMILIES, steps_of
from govseal.cli.registry.labels import is_labelled
from govseal.cli.registry.words import chinese
from govseal.pki.signer import load_signer
from govseal.registry import vocabulary
from govseal.registry.call import Call
from govseal.registry.policy import load_policy, policy_names
from govseal.registry.refusals import REFUSALS, refusal_of
from govseal.registry.use.form import DecisionState
from registryclerks import NAME, PASSWORD, UNIT, run

STEPS = [f"{family} {name}".strip() for family in ("", *FAMILIES) for name in steps_of(family)]
FOUNDING = (
    *("registry", "init", "--profile", "jincheng", "--unit", "测试局", "--level", "市"),
    *("--kind", "使用单位", "--administrator", "管理员"),
)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_help(step, lang):
    answer = run("registry", *step.split(), "--help", "--lang", lang)
    assert (answer.status, answer.err) == (0, "")
    assert f"govseal registry {step}" in answer.out


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_lists_its_steps(family, lang):
    answer = run("registry", family, "--help", "--lang", lang)
    assert answer.status == 0
    assert all(f"  {name}" in answer.out for name in steps_of(family))
    bare = run("registry", family, "--lang", lang)
    assert (bare.status, bare.out) == (2, "")
    assert bare.err.startswith("govseal: error: ")


def test_all_families_are_listed():
    answer = run("registry", "--help")
    assert all(f"  {name}" in answer.out for name in ("init", "todo", *FAMILIES))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "需要一个命令"),
        (("fly",), "registry 没有命令 fly"),
        (("seal", "fly"), "seal 没有 fly；seal 之后应为：apply, "),
        (("seal", "suspend"), "缺少参数"),
        (("role", "grant", "x", "国王"), "国王 不是其中之一"),
        (("info",), "没有指明登记系统"),
        (("info", "--db", "postgresql+psycopg://me:open@host/x"), "数据库的密码不写在命令行上"),
    ],
)
def test_a_call_that_is_none(words, said):
    answer = run("registry", *words)
    assert (answer.status, answer.out) == (2, "")
    assert said in answer.err.splitlines()[0]


def test_no_password_of_a_database_is_shown(monkeypatch):
    monkeypatch.setenv("GOVSEAL_REGISTRY", "postgresql+psycopg://me:hidden@127.0.0.1:1/x")
    answer = run("registry", "info")
    assert answer.status == 2
    assert "hidden" not in answer.out + answer.err


def test_a_registry_is_not_founded_by_looking(tmp_path):
    answer = run("registry", "info", "--db", tmp_path / "no.db", "--json")
    assert (answer.status, answer.json["code"]) == (2, "no_registry")
    assert "registry init" in answer.json["hint"]
    assert not (tmp_path / "no.db").exists()


def test_the_environment_names_registry_and_person(clerks, monkeypatch):
    monkeypatch.setenv("GOVSEAL_REGISTRY", str(clerks.path("bureau.db")))
    assert run("registry", "seal", "list").status == 2
    monkeypatch.setenv("GOVSEAL_PERSON", "office")
    answer = run("registry", "seal", "list")
    assert answer.status == 0
    assert NAME in answer.out


def test_nobody_acts_for_whom_there_is_none(clerks):
    refused = clerks.refused("E_PERSON", "seal", "list", by="nobody")
    assert "--as" in refused.json["hint"]
    english = clerks.call("seal", "list", by="nobody", lang="en")
    assert english.err.splitlines()[0].startswith("govseal: error: E_PERSON: nobody called")


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.partition(".")[0] == "sqlalchemy":
            raise ModuleNotFoundError(name, name="sqlalchemy")
        return real(name, *rest, **more)

    for name in [name for name in sys.modules if name.startswith("govseal.registry.bureau")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", without)
    answer = run("registry", "info", "--db", "x.db")
    assert (answer.status, answer.err.splitlines()) == (
        2,
        [
            "govseal: error: 没有安装登记系统所需的 sqlalchemy",
            "govseal: hint: 安装：pip install 'govseal[registry]'",
        ],
    )


def test_founding(tmp_path):
    registry = ("--db", tmp_path / "x.db", "--secrets", tmp_path / "key")
    assert "--new-secrets" in run(*FOUNDING, "--db", tmp_path / "x.db").err
    absent = run(*FOUNDING, *registry, "--json")
    assert (absent.status, absent.json["code"]) == (2, "key_absent")
    assert not (tmp_path / "x.db").exists()
    founded = run(*FOUNDING, *registry, "--new-secrets", "--json")
    assert founded.status == 0
    assert founded.result["organization"]["legal_name"] == "测试局"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    again = run(*FOUNDING, *registry, "--json")
    assert (again.status, again.json["code"]) == (1, "E_SET_UP")
    key = (tmp_path / "key").read_bytes()
    assert run(*FOUNDING, *registry, "--new-secrets").status == 2
    assert (tmp_path / "key").read_bytes() == key


def test_a_ledger_key_that_the_registry_does_not_hold(clerks, tmp_path, monkeypatch):
    registry = ("--db", tmp_path / "x.db", "--secrets", clerks.path("secrets.hex"))
    key = load_signer(clerks.path("head.p12"), password=PASSWORD)
    clerks.path("ledger.p12").write_bytes(quickkeys.pkcs12(key, ""))
    monkeypatch.setenv("GOVSEAL_LEDGER_KEY", str(clerks.path("ledger.p12")))
    founded = run(*FOUNDING, *registry, "--json")
    assert founded.status == 0
    assert run("registry", "ledger", "checkpoint", *registry).status == 0
    monkeypatch.delenv("GOVSEAL_LEDGER_KEY")
    without = run("registry", "ledger", "checkpoint", *registry, "--json")
    assert (without.status, without.json["code"]) == (2, "secrets_missing")


def test_a_key_that_others_may_read_is_not_used(clerks):
    clerks.path("secrets.hex").chmod(0o644)
    answer = clerks.ask("info")
    assert (answer.status, answer.json["code"]) == (2, "key_unsafe_file")


def test_without_the_key_for_secrets_nothing_is_stamped(clerks):
    request = clerks.approved()
    where = ("--place", "1,120,210", "-o", clerks.path("x.ofd"), "--as", "custodian", "--json")
    answer = run("registry", "use", "stamp", request, "--db", clerks.path("bureau.db"), *where)
    assert (answer.status, answer.json["code"]) == (2, "secrets_missing")
    assert not clerks.path("x.ofd").exists()


def test_what_waits_for_whom(clerks):
    assert clerks.ok("todo", by="leader") == []
    request = clerks.ok("use", "request", *clerks.filing(), by="handler")["number"]
    assert clerks.ok("todo", by="leader") == []
    assert [item["number"] for item in clerks.ok("todo", by="head")] == [request]
    clerks.ok("use", "approve", request, *clerks.key("head"), by="head")
    assert [item["what"] for item in clerks.ok("todo", by="leader")] == ["approve"]
    clerks.ok("use", "approve", request, *clerks.key("leader"), by="leader")
    assert [item["what"] for item in clerks.ok("todo", by="custodian")] == ["stamp"]
    assert "用印或拒印  2026-000001" in clerks.call("todo", by="custodian").out
    assert clerks.call("todo", by="second").lines == ["（无）"]


def test_what_is_run_daily(clerks):
    clerks.approved()
    clerks.clock.forward(days=40)
    done = clerks.ok("daily", by="admin")
    assert (done["expired"], done["settled"]) == (1, 0)
    clerks.refused("E_AUDITOR_WRITES", "daily", by="auditor")


def test_secrets_under_a_new_key(clerks):
    new = clerks.path("new.hex")
    clerks.refused("E_NOT_AUTHORIZED", "rotate-secrets", clerks.path("secrets.hex"), by="head")
    assert clerks.ok("rotate-secrets", new, "--make", by="admin")["count"] > 0
    clerks.path("secrets.hex").write_bytes(new.read_bytes())
    clerks.stamped()


def test_upgrading_what_is_up_to_date(clerks):
    assert clerks.ok("upgrade")["revision"]


def test_every_word_of_the_vocabulary_has_a_chinese_one():
    kinds = [
        kind
        for kind in vars(vocabulary).values()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
    ]
    for kind in (*kinds, DecisionState):
        assert set(chinese(kind)) == {member.value for member in kind}, kind


def test_every_field_that_is_shown_has_a_chinese_label():
    shown = set()
    for found in pkgutil.walk_packages(govseal.registry.__path__, "govseal.registry."):
        if "migrations" not in found.name:
            for record in vars(importlib.import_module(found.name)).values():
                if isinstance(record, type) and dataclasses.is_dataclass(record):
                    fields = {item.name for item in dataclasses.fields(record) if item.repr}
                    if "events" in fields and record is not Call:
                        shown |= fields - {"events"}
    assert len(shown) > 100
    assert not {name for name in shown if not is_labelled(name)}


def test_every_refusal_of_the_registry_has_its_words():
    folder = Path(govseal.registry.__file__).parent
    sources = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    codes = {code for code in re.findall(r'"(E_[A-Z_0-9]+)"', sources) if code[-1] != "_"}
    assert not {code for code in codes if refusal_of(code) is None}
    # And none is told of that nothing refuses; the page has every one, in both languages.
    assert set(REFUSALS) <= codes
    page = (Path(__file__).parents[2] / "docs" / "refusals.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(E_[A-Z_0-9]+)` \| (.+? \| .+?) \|", page, re.MULTILINE))
    assert codes <= set(told)
    for code in REFUSALS:
        refusal = refusal_of(code)
        zh, en = told[code].split(" | ")
        assert zh.startswith(refusal.zh), code
        assert en.startswith(refusal.en), code


@pytest.mark.parametrize("name", policy_names())
def test_every_clause_of_a_profile_is_of_a_refusal_that_there_is(name):
    assert not {code for code in load_policy(name).clauses if refusal_of(code) is None}


def test_units_are_found_by_their_names(clerks):
    assert clerks.ok("department", "list", UNIT, by="admin")
    clerks.refused("E_NOT_FOUND", "unit", "show", "无此单位", by="admin")
