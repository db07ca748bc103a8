"""The report for a terminal: both languages, and nothing from a document that could act."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import govseal.verification
from govseal.formats.base import Extent
from govseal.pki import timestamp
from govseal.verification.checks import CHECKS
from govseal.verification.reasons import REASONS, reason_hint, reason_text
from govseal.verification.render import words
from govseal.verification.render.printable import printable
from govseal.verification.render.text import render_text
from govseal.verification.report import Effect, Outcome, Verdict
from reports import HOSTILE, check, report, signature

SOURCES = Path(govseal.verification.__path__[0])


def test_every_reason_has_both_texts():
    for code, reason in REASONS.items():
        assert re.fullmatch(r"[a-z0-9_]+", code)
        assert re.search("[\u4e00-\u9fff]", reason.zh), code
        assert reason.en.strip(), code
        assert not re.search("[\u4e00-\u9fff]", reason.en), code
        assert bool(reason.hint_zh) is bool(reason.hint_en), code
        assert reason_text(code, "zh") == reason.zh
        assert reason_text(code, "en") == reason.en
        assert reason_hint(code, "en") == reason.hint_en


def test_every_reason_that_a_check_gives_is_known():
    pattern = re.compile(r"(?:failed|indeterminate|noticed)\(\s*\"([a-z0-9_]+)\"")
    used = {
        code
        for path in (*SOURCES.glob("checks/*.py"), SOURCES / "verifier.py")
        for code in pattern.findall(path.read_text())
    }
    assert len(used) > 20
    assert used - REASONS.keys() == set()


def test_every_reason_that_a_time_stamp_gives_is_known():
    text = Path(timestamp.__file__).read_text(encoding="utf-8")
    used = {code for code in re.findall(r'"([a-z]+_[a-z_]+)"', text) if code in text.split("``")}
    assert len(used) >= 5
    assert used - REASONS.keys() == set()


def test_every_wire_string_has_both_words():
    tables = (words.VERDICTS, words.STATEMENTS, words.EFFECTS, words.OUTCOMES)
    for table, members in zip(tables, (Verdict, Verdict, Effect, Outcome), strict=True):
        assert set(table) == set(members)
    others = {"coverage", "base_signature", "file_list", "tolerances"}
    assert {row.name for row in CHECKS} | others == set(words.CHECKS)
    assert {extent.value for extent in Extent} == set(words.COVERAGES)
    pairs = [
        pair
        for table in (*tables, words.CHECKS, words.COVERAGES, words.FIELDS, words.KINDS)
        for pair in table.values()
    ]
    assert all(zh.strip() and en.strip() for zh, en in pairs)


def test_unknown_codes_stand_for_themselves():
    assert reason_text("quirk_q99") == "quirk_q99"
    assert words.word(words.CHECKS, "later_check", "zh") == "later_check"


def test_failed_in_chinese():
    text = render_text(report(signature(check("data_digest", "failed", "data_digest_mismatch"))))
    assert text.splitlines() == [
        "不通过  permit.ofd",
        "  签章 s001  不通过",
        "    印章：测试市行政审批服务管理局行政审批专用章（99000000000001）",
        "    签章人：C=CN, CN=签章人",
        "    签章时间：2026-06-01 18:00:00（北京时间），签章人自称，未经时间戳证明",
        "    × data_digest 原文杂凑：受保护的内容在签章后被修改",
        "      提示：不要使用该文件，请向出具单位核实",
    ]


def test_indeterminate_in_english():
    found = check("signer_chain", "indeterminate", "no_trust_anchor", detail="CN=somebody")
    text = render_text(report(signature(found, notices=("quirk_q8",))), lang="en")
    claimed = "claimed by the signer, proved by no time stamp"
    no_root = "the certificate leads to no trusted root"
    assert text.splitlines() == [
        "indeterminate  permit.ofd",
        "  stamp s001  indeterminate",
        "    seal: 测试市行政审批服务管理局行政审批专用章 (99000000000001)",
        "    signer: C=CN, CN=签章人",
        f"    stamped at: 2026-06-01 18:00:00 (UTC+8), {claimed}",
        f"    ? signer_chain signer's certificate chain: {no_root} (CN=somebody)",
        "      hint: name the trusted roots with --trust",
        "    · notice quirk_q8: a time is written otherwise than the standard asks",
    ]


def test_passed_and_unsigned():
    assert render_text(report(signature(check("coverage", "passed")))).startswith(
        "通过  permit.ofd（与盖章原件具有同等效力）\n"
    )
    assert render_text(report(), lang="en") == "unsigned  permit.ofd (counts as a copy)\n"


def test_verbose_shows_what_passed_and_what_did_not_apply():
    found = signature(check("coverage", "passed"), check("timestamp", "skipped"))
    short, long = render_text(report(found)), render_text(report(found), verbose=True)
    assert "coverage" not in short
    assert "    + coverage 保护范围：通过\n" in long
    assert "    - timestamp 时间戳：不适用\n" in long


def test_a_reason_of_the_file_is_told_once():
    damaged = check("container", "failed", "container_damaged")
    text = render_text(report(signature(damaged), checks=(damaged,)))
    assert text.count("文件包已损坏") == 1


def test_a_reason_that_no_check_gave_is_told():
    text = render_text(report(reasons=("required_seal_missing",), verdict=Verdict.FAILED))
    assert "× required_seal_missing：文件应当盖章而没有盖章" in text


def test_a_bare_seal_is_called_a_seal():
    found = signature(check("seal_signature", "passed"), is_bare=True)
    text = render_text(report(found, format="seal"))
    assert "  印章 s001  通过\n" in text
    assert "制章人：" in text


def test_colours_only_when_asked_for():
    found = report(signature(check("coverage", "indeterminate", "partial_coverage")))
    assert "\x1b" not in render_text(found)
    assert "\x1b[33m无法确定\x1b[0m" in render_text(found, colour=True)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_hostile_reaches_the_terminal(lang):
    found = signature(
        check("coverage", "failed", "malformed", detail=HOSTILE), name=HOSTILE, id=HOSTILE
    )
    text = render_text(report(found, file=HOSTILE), lang=lang, verbose=True)
    assert all(line.replace("\u3000", "").isprintable() for line in text.splitlines())
    assert text.count("\n") == len(text.splitlines())
    assert "\\u001b[2J" in text
    assert "\\u202e" in text
    text.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("印章 A-1", "印章 A-1"),
        ("全角　空格\u00a0", "全角　空格\u00a0"),
        ("a\nb\tc\x7f", "a\\u000ab\\u0009c\\u007f"),
        ("\x9b31m", "\\u009b31m"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("\u200b\ufeff", "\\u200b\\ufeff"),
        ("\u2028", "\\u2028"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
        ("", ""),
        ("测\U0002ebf0\U000323af", "测\U0002ebf0\U000323af"),
        ("测\U0002ffff\n", r"测\U0002ffff\u000a"),
    ],
)
def test_printable(text, shown):
    assert printable(text) == shown


def test_printable_is_short():
    assert printable("x" * 1000, limit=10) == "x" * 9 + "…"
