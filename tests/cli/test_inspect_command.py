"""``govseal inspect``: everything found, nothing judged."""

from __future__ import annotations

from datetime import UTC, datetime

import ses_builder
from govseal.testing import Authority

NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_document(ask, desk):
    answer = ask("inspect", desk.path("stamped.ofd"), "--json")
    assert answer.status == 0
    found = answer.json
    assert (found["schema"], found["format"], found["pages"]) == (
        "govseal.inspection/1",
        "ofd",
        1,
    )
    (signature,) = found["signatures"]
    assert signature["stamp"]["seal"]["name"] == "测试市行政审批服务管理局行政审批专用章"
    assert signature["coverage"] == "whole_file"
    assert all(part["expected"] == part["actual"] for part in signature["protected"])
    assert "/OFD.xml" in {part["name"] for part in found["parts"]}
    assert "verdict" not in answer.out


def test_for_people_in_both_languages(ask, desk):
    chinese = ask("inspect", desk.path("stamped.ofd")).out
    english = ask("inspect", desk.path("stamped.ofd"), "--lang", "en").out
    assert "格式：ofd" in chinese
    assert "format: ofd" in english
    assert len(chinese.splitlines()) == len(english.splitlines())


def test_bare_seal_and_bare_stamp(ask, desk):
    seal = ask("inspect", desk.path("approval.esl"), "--json").json
    stamp = ask("inspect", desk.path("note.ses"), "--json").json
    assert seal["format"] == "seal"
    assert stamp["format"] == "ses"
    assert stamp["signatures"][0]["stamp"]["seal"] == seal["seal"]


def test_what_never_ends_is_shown(ask, tmp_path):
    """RFC 5280, 4.1.2.5: 99991231235959Z, which Beijing's calendar has no day for."""
    maker = Authority.create("测试根", at=ses_builder.START, not_after=NEVER).certificate
    seal = ses_builder.seal(certificate=maker.der, not_after=NEVER)
    target = tmp_path / "ever.esl"
    target.write_bytes(seal)
    for command in (("inspect",), ("seal", "show")):
        answer = ask(*command, target)
        assert answer.status == 0
        assert answer.out.count("9999-12-31T23:59:59+00:00") == 2


def test_damage_is_shown_not_judged(ask, desk, tmp_path):
    target = tmp_path / "cut.ofd"
    target.write_bytes(desk.path("stamped.ofd").read_bytes()[:-40])
    answer = ask("inspect", target, "--json")
    assert answer.status == 0
    assert answer.json["problem"]["code"] == "container_damaged"


def test_unknown_format(ask, desk):
    answer = ask("inspect", desk.path("note.txt"), "--json")
    assert answer.status == 2
    assert answer.json["code"] == "unsupported"


def test_file_that_is_not_there(ask):
    assert ask("inspect", "absent.ofd").error == "absent.ofd：找不到文件"
