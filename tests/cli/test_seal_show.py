"""``seal show``: what a seal is, and whether it may be used."""

from __future__ import annotations


NAME = "测试市行政审批服务管理局行政审批专用章"


def test_show_for_people(ask, desk):
    chinese = ask("seal", "show", desk.path("approval.esl"))
    assert f"名称：{NAME}\n" in chinese.out
    assert "授权的签章人：1\n" in chinese.out
    assert "结论：不能确定能否使用\n" in chinese.out
    english = ask("seal", "show", desk.path("approval.esl"), "--lang", "en")
    assert f"name: {NAME}\n" in english.out


def test_show_of_what_is_no_seal(ask, desk):
    answer = ask("seal", "show", desk.path("stamped.ofd"), "--json")
    assert answer.status == 2
    assert answer.json["code"] == "malformed"
