"""The frame around the commands: help, languages, usage errors, the error line."""

from __future__ import annotations

import json

import pytest

from govseal.cli import COMMANDS, main
from govseal.cli.language import from_environment, take_option
from govseal.cli.problems import explain
from govseal.errors import GovsealError, SigningUnavailable, StampError

WORDS = [name.split() for name in COMMANDS]


def test_overview_names_every_command(ask):
    answer = ask("--help")
    assert answer.status == 0
    assert all(f"  {name} " in answer.out for name in COMMANDS)
    assert answer.err == ""


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_explains_itself(ask, words, lang):
    answer = ask(*words, "--help", "--lang", lang)
    assert answer.status == 0
    assert answer.out.startswith({"zh": "用法：", "en": "usage: "}[lang] + "govseal " + words[0])
    has_chinese = any("\u4e00" <= char <= "\u9fff" for char in answer.out)
    assert has_chinese is (lang == "zh")


def test_version(ask):
    answer = ask("--version")
    assert (answer.status, answer.out) == (0, "govseal 0.1.0\n")


def test_no_command(ask):
    answer = ask()
    assert answer.status == 2
    assert answer.error == "需要一个命令"
    assert answer.hint == "参见 govseal --help"


def test_unknown_command(ask):
    answer = ask("sing", "--lang", "en")
    assert answer.status == 2
    assert answer.error == "there is no command sing"


def test_half_a_command(ask):
    answer = ask("seal", "carve")
    assert answer.status == 2
    assert answer.error == "seal 之后应为：draw, clean, make, renew, show"
    assert ask("seal", "--help").status == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("verify",), "缺少参数：FILE"),
        (("verify", "x.ofd", "--on-line"), "无法识别的参数：--on-line"),
        (("verify", "x.ofd", "--trust"), "参数 --trust 需要一个值"),
        (("verify", "x.ofd", "--json=1"), "参数 --json 不带值"),
        (("verify", "x.ofd", "--as-of", "soon"), "参数 --as-of：soon 不是 ISO 8601 时间"),
        (("seal", "draw", "--name", "x", "-o", "x.png", "--dpi", "many"), "参数 --dpi 需要整数"),
        (("pki", "init", "x", "--algorithm", "dsa"), "参数 --algorithm 只能取 'sm2', 'rsa'"),
    ],
)
def test_usage_errors_are_one_line_and_exit_2(ask, words, said):
    answer = ask(*words)
    assert answer.status == 2
    assert answer.error.startswith(said)
    assert answer.hint.endswith("--help")
    assert answer.out == ""


def test_usage_error_in_english(ask):
    answer = ask("verify", "--lang", "en")
    assert answer.error == "the following arguments are required: FILE"
    assert answer.hint == "see govseal verify --help"


def test_usage_error_as_json(ask):
    answer = ask("verify", "--json", "--on-line", "x.ofd")
    assert answer.status == 2
    assert answer.json["schema"] == "govseal.error/1"
    assert answer.json["code"] == "usage"


@pytest.mark.parametrize("word", ["--key-password", "--password", "--tsa", "--pkcs11"])
def test_options_of_other_versions_are_absent(ask, word):
    answer = ask("stamp", "x.ofd", "-o", "y.ofd", "--seal", "s", "--key", "k", word, "v")
    assert answer.status == 2
    assert word in answer.error


def test_abbreviations_are_refused(ask):
    assert ask("verify", "x.ofd", "--trus", "y").status == 2


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LC_ALL": "de_DE", "LANG": "en_US"}, "zh"),
        ({"LC_MESSAGES": "en_US", "LANG": "zh_CN"}, "en"),
        ({"LC_ALL": "", "LANG": "en"}, "en"),
    ],
)
def test_language_of_the_locale(environ, language):
    assert from_environment(environ) == language


@pytest.mark.parametrize(
    ("given", "language", "rest"),
    [
        (["verify", "x"], None, ["verify", "x"]),
        (["--lang", "en", "verify"], "en", ["verify"]),
        (["verify", "x", "--lang=zh"], "zh", ["verify", "x"]),
        (["--lang=en", "verify", "--lang", "zh"], "zh", ["verify"]),
        (["verify", "--", "--lang", "en"], None, ["verify", "--", "--lang", "en"]),
        (["verify", "--lang"], "", ["verify"]),
    ],
)
def test_language_option_stands_anywhere(given, language, rest):
    assert take_option(given) == (language, rest)


@pytest.mark.parametrize("value", ["de", "", "EN"])
def test_unknown_language(ask, value):
    answer = ask("--lang", value, "verify", "x")
    assert answer.status == 2
    assert "--lang" in answer.error


def test_locale_decides_and_the_option_overrules(ask, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert ask("verify", "absent.ofd").error == "absent.ofd: no such file"
    assert ask("--lang", "zh", "verify", "absent.ofd").error == "absent.ofd：找不到文件"


def test_refusals_carry_their_code(capsys):
    problem = explain(StampError("there is no page 9", code="no_such_page"))
    assert (problem.status, problem.code) == (1, "no_such_page")
    assert "there is no page 9" in problem.message


def test_other_errors_are_of_use_not_of_rule():
    assert explain(SigningUnavailable("no core")).status == 2
    assert explain(GovsealError("something")).status == 2
    assert explain(OSError(28, "No space left on device", "x")).message.endswith("left on device")


def test_error_lines_hold_no_control_characters(ask):
    answer = ask("verify", "no\x1b[2Jsuch\u202e.ofd")
    assert answer.status == 2
    assert "\x1b" not in answer.err
    assert "\u202e" not in answer.err
    assert "\\u001b" in answer.error


def test_json_of_a_name_that_is_no_text(capfd):
    assert main(["verify", "--json", "caf\udce9.ofd"]) == 2
    assert json.loads(capfd.readouterr().out)["file"] == "caf\udce9.ofd"
