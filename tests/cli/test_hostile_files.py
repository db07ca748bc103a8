"""Files and streams that mean harm: nothing is overwritten, no traceback, no half reading."""

from __future__ import annotations

import itertools
import os
import pty
import subprocess
import sys

import pytest

import scans
import ses_builder as build
import toyfont
from govseal.seal.drawing import draw_seal
from govseal.seal.drawing.fonts import find_font
from govseal.testing import invented_credit_code

GOVSEAL = [sys.executable, "-m", "govseal"]
HUGE = "a = " + "1" * 6000
UNIT = "测试市行政审批服务管理局"


@pytest.fixture
def making(desk):
    """What ``seal make`` needs beside its output."""
    return (
        *("seal", "make", "--maker", desk.path("pki/maker.p12")),
        *("--password-file", desk.path("password"), "--signer", desk.path("pki/signer.pem")),
        *("--name", UNIT, "--picture", desk.path("seal.png")),
    )


@pytest.fixture
def renewing(desk):
    """What ``seal renew`` needs beside its output, at any time."""
    return (
        *("seal", "renew", "--any-time", "--maker", desk.path("pki/maker.p12")),
        *("--password-file", desk.path("password"), "--signer", desk.path("pki/signer.pem")),
    )


@pytest.fixture
def commands(desk, making, renewing):
    """Both commands that write a seal, whole but for the output."""
    return {"make": making, "renew": (*renewing, desk.path("approval.esl"))}


READ = {
    "--timestamp": "pki/tsa.p12",
    "--imprint": "seal.png",
    "--trust": "pki/roots.pem",
    "--makers": "pki/maker.pem",
    "--ca": "pki/roots.pem",
    "--crl": "pki/ca.crl",
    "--profile": "password",
}


@pytest.mark.parametrize("case", [*itertools.product(("make", "renew"), READ)])
def test_no_file_that_is_read_is_overwritten(ask, desk, commands, tmp_path, case):
    command, option = case
    read = tmp_path / "read"
    data = desk.path(READ[option]).read_bytes()
    read.write_bytes(data)
    answer = ask(*commands[command], option, read, "-o", read)
    assert (answer.status, "输出会覆盖输入" in answer.error) == (2, True)
    assert read.read_bytes() == data


@pytest.mark.parametrize("command", ["make", "renew"])
def test_a_seal_and_json_do_not_share_standard_output(ask, commands, command):
    answer = ask(*commands[command], "-o", "-", "--json")
    assert answer.status == 2
    assert answer.json["code"] == "usage"


@pytest.mark.parametrize(
    "words", [("seal", "make", "--scope"), ("verify", "--policy"), ("seal", "show", "--profile")]
)
def test_a_number_without_end_is_no_toml(ask, desk, making, tmp_path, words):
    file = tmp_path / "huge.toml"
    file.write_text(HUGE)
    *command, option = words
    rest = (*making[2:], "-o", tmp_path / "x") if option == "--scope" else ()
    subject = () if option == "--scope" else (desk.path("approval.esl"),)
    answer = ask(*command, *rest, *subject, option, file)
    assert answer.status == 2
    assert "TOML" in answer.error


@pytest.mark.parametrize("option", ["--scope", "--policy"])
def test_a_long_file_is_never_read_in_part(ask, desk, making, tmp_path, option):
    file = tmp_path / "long.toml"
    file.write_text("#" * 1023 + "\n" + ("#" * 1023 + "\n") * 1024)
    words = (*making, "-o", tmp_path / "x") if option == "--scope" else ("verify",)
    subject = () if option == "--scope" else (desk.path("approval.esl"),)
    answer = ask(*words, *subject, option, file)
    assert answer.status == 2
    assert {"--scope": "过大", "--policy": "允许的大小"}[option] in answer.error


def test_a_scope_at_the_start_of_the_calendar(ask, making, tmp_path):
    (tmp_path / "agreement").write_bytes(b"x")
    lines = {
        "delegator": f'"{invented_credit_code("360700")}"',
        "delegate": f'"{invented_credit_code("360702")}"',
        "region": '"360702"',
        "agreement": '"agreement"',
        "not_before": "0001-01-01",
        "not_after": "2027-01-01",
    }
    scope = tmp_path / "scope.toml"
    scope.write_text("\n".join(f"{key} = {value}" for key, value in lines.items()))
    answer = ask(*making, "--scope", scope, "-o", tmp_path / "x")
    assert answer.status == 2
    assert "0001-01-01" in answer.error


@pytest.mark.parametrize("command", [("verify",), ("seal", "show")])
def test_a_moment_that_utc_does_not_have(ask, desk, command):
    answer = ask(*command, "--as-of", "0001-01-01", desk.path("approval.esl"))
    assert answer.status == 2
    assert "--as-of" in answer.error


@pytest.mark.parametrize("side", ["0", "999"])
def test_an_imprint_on_file_of_an_impossible_size(ask, desk, making, tmp_path, side):
    file = tmp_path / "filed.svg"
    size = f'width="{side}mm" height="{side}mm"'
    file.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 1 1"/>')
    words = ("--profile", "test", *desk.trusted, "--imprint", file, "-o", tmp_path / "x")
    answer = ask(*making, *words)
    assert answer.status == 2
    assert "filed.svg" in answer.error


def test_a_stranger_s_seal_is_not_renewed(ask, desk, making, renewing, tmp_path):
    forged = tmp_path / "forged.esl"
    words = [str(word).replace("/pki/", "/foreign/") for word in making]
    assert ask(*words, "-o", forged).status == 0
    answer = ask(*renewing, forged, "--trust", desk.path("pki/roots.pem"), "-o", tmp_path / "x")
    assert answer.status == 1
    assert answer.error.startswith("E_SEAL_INVALID")
    assert "maker_chain" in answer.error
    assert not (tmp_path / "x").exists()


def test_the_old_seal_may_follow_the_signers(ask, desk, renewing, tmp_path):
    answer = ask(*renewing, desk.path("approval.esl"), "-o", tmp_path / "x")
    assert answer.status == 0


def test_a_known_maker_s_seal_is_renewed(ask, desk, renewing, tmp_path):
    target = tmp_path / "new.esl"
    assert ask(*renewing, desk.path("approval.esl"), *desk.trusted, "-o", target).status == 0
    assert target.exists()


@pytest.mark.parametrize("words", [("--trust", "pki/roots.pem"), ("--crl", "pki/ca.crl")])
def test_anchors_without_a_profile_are_not_passed_over(ask, desk, making, tmp_path, words):
    answer = ask(*making, words[0], desk.path(words[1]), "-o", tmp_path / "x")
    assert answer.status == 2
    assert "--profile" in answer.error


@pytest.mark.parametrize("words", [("seal", "show"), ("verify",), ("seal", "show", "--json")])
def test_a_closed_standard_output(environment, desk, words):
    script = '"$@" >&-'
    command = [*GOVSEAL, *words, str(desk.path("approval.esl"))]
    done = subprocess.run(
        ["sh", "-c", script, "sh", *command],
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, 3)
    assert done.stderr == b""


def test_a_seal_is_not_lost_in_a_closed_standard_output(environment, making):
    command = [*GOVSEAL, *map(str, making), "-o", "-"]
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command],
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "标准输出已关闭" in done.stderr.decode()


@pytest.mark.parametrize(
    "picture",
    [
        build.PNG,
        b"PK\x03\x04",
        b"\x1b[2J",
        b'<svg xmlns="http://www.w3.org/2000/svg"><text/></svg>',
    ],
)
def test_a_picture_that_cannot_be_shown_hides_nothing(environment, tmp_path, picture):
    file = tmp_path / "hostile.esl"
    values = {"type": "\x1b[2J", "data": picture, "width": 42, "height": 42}
    file.write_bytes(build.seal(name="测试\x1b[2J\u202e", picture=values))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*GOVSEAL, "seal", "show", str(file)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=environment | {"TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # Linux: the last writer is gone
        pass
    os.close(ours)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, b"")
    text = shown.decode()
    assert "测试\\u001b[2J\\u202e" in text
    assert "不能显示" in text
    assert "结论：不得使用" in text
    assert "\x1b" not in text


def test_an_ended_certificate_signs_nothing_whoever_issued_it(ask, desk):
    words = ("--as-of", "2090-01-01", "--json")
    (signer,) = ask("seal", "show", desk.path("approval.esl"), *words).json["use"]["signers"]
    assert (signer["verdict"], signer["reason"]) == ("unusable", "certificate_expired")


@pytest.mark.parametrize(("words", "status"), [((), 1), (("--shape", "oval"), 0)])
def test_an_oval_is_cleaned_where_it_is_expected(ask, tmp_path, words, status):
    font = find_font(toyfont.save(tmp_path / "toy.ttf"))
    oval = draw_seal(UNIT, shape="oval", font=font).picture()
    (tmp_path / "scan.png").write_bytes(scans.saved(scans.scan(oval), "PNG"))
    target = tmp_path / "imprint.png"
    answer = ask("seal", "clean", tmp_path / "scan.png", "-o", target, "--json", *words)
    assert answer.status == status
    if status:
        assert answer.json["code"] == "E_IMPRINT_DISTORTED"
    else:
        assert (answer.json["width_mm"], answer.json["height_mm"]) == (40, 30)
    assert target.exists() is not bool(status)
