"""``govseal verify``: the round trip, and everything that must not pass (issue A, 5)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

import tokens
from govseal.formats.ofd.package import Package, write_package
from govseal.pki.signer import load_signer
from govseal.seal import codec

PAGE = "Doc_0/Pages/Page_0/Content.xml"
# The contract's list, word for word.
CHECKS = [
    *("container", "coverage", "data_digest", "property_info", "signature_value"),
    *("seal_signature", "seal_embedded_copy", "signer_listed", "seal_validity"),
    *("maker_chain", "signer_chain", "signer_key_usage", "signer_revocation"),
    *("maker_revocation", "signing_time", "timestamp", "seal_status"),
    *("seal_scope", "algorithms", "seal_binding"),
]
NOT_HERE = {"timestamp", "seal_status", "seal_scope", "seal_binding"}


def outcomes(report):
    (signature,) = report["signatures"]
    return {check["name"]: check["outcome"] for check in signature["checks"]}


def changed(desk, tmp_path, name, change):
    """The stamped file with one file of its package changed, the package well-formed."""
    package = Package.open(desk.path("stamped.ofd").read_bytes())
    data = write_package(
        package,
        {name: change(package.read(name))},
        {},
        modified=datetime(2026, 1, 1, tzinfo=UTC),
    )
    target = tmp_path / "changed.ofd"
    target.write_bytes(data)
    return target


def value_name(desk):
    package = Package.open(desk.path("stamped.ofd").read_bytes())
    (name,) = (name for name in package.names if name.endswith("SignedValue.dat"))
    return name


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_stamped_document_passes_with_every_check(ask, desk):
    answer = ask("verify", desk.path("stamped.ofd"), *desk.trusted, "--json")
    assert answer.status == 0
    report = answer.json
    assert report["schema"] == "govseal.report/1"
    assert (report["verdict"], report["effect"]) == ("passed", "original_equivalent")
    found = outcomes(report)
    assert list(found) == CHECKS
    assert {name for name, outcome in found.items() if outcome == "skipped"} == NOT_HERE
    assert {found[name] for name in CHECKS if name not in NOT_HERE} == {"passed"}


def test_detached_stamp_passes_with_every_check(ask, desk):
    stamp = ("--detached", desk.path("note.ses"))
    answer = ask("verify", desk.path("note.txt"), *stamp, *desk.trusted, "--json")
    assert answer.status == 0
    found = outcomes(answer.json)
    assert list(found) == CHECKS
    skipped = {name for name, outcome in found.items() if outcome == "skipped"}
    assert skipped == NOT_HERE | {"seal_embedded_copy"}


def test_directories_serve_as_trust_and_crl(ask, desk, tmp_path):
    (tmp_path / "roots.pem").write_bytes(desk.path("pki/roots.pem").read_bytes())
    answer = ask(
        *("verify", desk.path("stamped.ofd"), "--trust", tmp_path, "--crl", desk.path("pki"))
    )
    assert answer.status == 0


def test_without_revocation_lists_it_is_indeterminate(ask, desk):
    trust = ("--trust", desk.path("pki/roots.pem"))
    for target in (("stamped.ofd",), ("note.txt", "--detached", desk.path("note.ses"))):
        answer = ask("verify", desk.path(target[0]), *target[1:], *trust, "--json")
        assert answer.status == 3
        found = outcomes(answer.json)
        lowered = {name for name, outcome in found.items() if outcome == "indeterminate"}
        assert lowered == {"signer_revocation", "maker_revocation"}
        assert answer.json["reasons"] == ["no_revocation_data"]


def test_under_a_foreign_root_it_is_indeterminate(ask, desk):
    foreign = ("--trust", desk.path("foreign/roots.pem"), "--crl", desk.path("foreign"))
    answer = ask("verify", desk.path("stamped.ofd"), *foreign, "--json")
    assert answer.status == 3
    found = outcomes(answer.json)
    assert found["signer_chain"] == found["maker_chain"] == "indeterminate"
    assert found["data_digest"] == found["signature_value"] == found["seal_signature"] == "passed"
    assert "no_trust_anchor" in answer.json["reasons"]


def test_trusting_nobody_passes_nothing(ask, desk):
    assert ask("verify", desk.path("stamped.ofd")).status == 3


def test_makers_narrow_the_trust(ask, desk):
    makers = ("--makers", desk.path("foreign/roots.pem"))
    answer = ask("verify", desk.path("stamped.ofd"), *desk.trusted, *makers, "--json")
    assert answer.status == 1
    assert answer.json["reasons"][0] == "maker_untrusted"
    own = ("--makers", desk.path("pki/roots.pem"))
    assert ask("verify", desk.path("stamped.ofd"), *desk.trusted, *own).status == 0


def test_authorities_of_time_stamps_narrow_the_trust(ask, desk, tmp_path):
    tsa = load_signer(desk.path("pki/tsa.p12"), password="govseal")
    stamp = desk.path("note.ses").read_bytes()
    claimed = codec.decode_signature(stamp).claimed_time.moment
    token = tokens.source(tsa, claimed).timestamp(tokens.stored_value(stamp))
    stamped = tmp_path / "note.ses"
    stamped.write_bytes(tokens.with_token(stamp, token))
    words = ("verify", desk.path("note.txt"), "--detached", stamped, *desk.trusted)
    answer = ask(*words)
    assert answer.status == 0
    assert "由时间戳证明" in answer.out
    (found,) = ask(*words, "--tsa", desk.path("pki/tsa.pem"), "--json").json["signatures"]
    assert (found["verdict"], found["time_source"]) == ("passed", "timestamp")
    refused = ask(*words, "--tsa", desk.path("foreign/roots.pem"), "--json")
    assert refused.status == 1
    assert refused.json["reasons"] == ["timestamp_untrusted"]


def test_unstamped_document(ask, desk):
    answer = ask("verify", desk.path("permit.ofd"), *desk.trusted)
    assert answer.status == 4
    assert answer.out == "未签章  permit.ofd（视同复印件）\n"


def test_changed_page(ask, desk, tmp_path):
    def change(page):
        assert "五年".encode() in page
        return page.replace("五年".encode(), "九年".encode())

    target = changed(desk, tmp_path, PAGE, change)
    answer = ask("verify", target, *desk.trusted, "--json")
    assert answer.status == 1
    assert answer.json["reasons"] == ["data_digest_mismatch"]
    found = outcomes(answer.json)
    assert [name for name, outcome in found.items() if outcome == "failed"] == ["data_digest"]


def test_changed_picture_of_the_seal(ask, desk, tmp_path):
    def change(value):
        at = value.index(b"\x89PNG")
        return flipped(value, at + 400)

    target = changed(desk, tmp_path, value_name(desk), change)
    answer = ask("verify", target, *desk.trusted, "--json")
    assert answer.status == 1
    found = outcomes(answer.json)
    assert found["seal_signature"] == found["seal_embedded_copy"] == "failed"
    assert "seal_signature_invalid" in answer.json["reasons"]
    assert found["data_digest"] == "passed"


def test_changed_signature_value(ask, desk, tmp_path):
    target = changed(desk, tmp_path, value_name(desk), lambda value: flipped(value, len(value) - 1))
    answer = ask("verify", target, *desk.trusted, "--json")
    assert answer.status == 1
    assert answer.json["reasons"] == ["signature_invalid"]
    found = outcomes(answer.json)
    assert [name for name, outcome in found.items() if outcome == "failed"] == ["signature_value"]


def test_changed_document_under_a_detached_stamp(ask, desk, tmp_path):
    other = tmp_path / "note.txt"
    other.write_bytes(desk.path("note.txt").read_bytes() + b" ")
    answer = ask("verify", other, "--detached", desk.path("note.ses"), *desk.trusted, "--json")
    assert answer.status == 1
    assert answer.json["reasons"] == ["data_digest_mismatch"]


def test_cut_short_container_is_a_report(ask, desk, tmp_path):
    target = tmp_path / "cut.ofd"
    target.write_bytes(desk.path("stamped.ofd").read_bytes()[:-40])
    answer = ask("verify", target, *desk.trusted, "--json")
    assert answer.status == 1
    assert answer.json["checks"][0]["outcome"] == "failed"


def test_bare_seal_is_judged(ask, desk):
    answer = ask("verify", desk.path("approval.esl"), *desk.trusted, "--json")
    assert answer.status == 0
    names = set(outcomes(answer.json))
    assert {"seal_signature", "seal_validity", "maker_chain", "maker_revocation"} <= names
    assert ask("verify", desk.path("approval.esl")).status == 3


def test_before_it_was_made_nothing_passes(ask, desk):
    words = (*desk.trusted, "--as-of", "2001-01-01", "--json")
    answer = ask("verify", desk.path("stamped.ofd"), *words)
    assert answer.status == 3
    found = outcomes(answer.json)
    assert found["signing_time"] == "indeterminate"
    assert (found["signer_chain"], found["maker_chain"]) == ("passed", "passed")
    assert "signing_time_in_future" in answer.json["reasons"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2031-05-06T07:08:09", "2031-05-06T07:08:09+08:00"),
        ("2031-05-06T07:08:09Z", "2031-05-06T15:08:09+08:00"),
        ("2031-05-06 07:08:09+09:00", "2031-05-06T06:08:09+08:00"),
        ("2031-05-06", "2031-05-06T00:00:00+08:00"),
    ],
)
def test_time_of_judging(ask, desk, text, shown):
    answer = ask("verify", desk.path("permit.ofd"), "--as-of", text, "--json")
    assert answer.json["verified_at"] == shown


def test_several_files_take_the_worst_status(ask, desk, tmp_path):
    files = {
        0: desk.path("stamped.ofd"),
        4: desk.path("permit.ofd"),
        1: changed(desk, tmp_path, PAGE, lambda page: page.replace(b"</", b"\n</", 1)),
        2: tmp_path / "absent.ofd",
    }
    for order, worst in (((0, 4), 4), ((4, 0), 4), ((0, 1, 4), 1), ((2, 1, 0), 2), ((0, 0), 0)):
        answer = ask("verify", *(files[status] for status in order), *desk.trusted)
        assert answer.status == worst, order
    untrusted = ask("verify", files[0], files[4])
    assert untrusted.status == 4
    assert ask("verify", files[0], files[0]).status == 3


def test_several_files_as_json_lines(ask, desk, tmp_path):
    files = (desk.path("stamped.ofd"), tmp_path / "absent.ofd", desk.path("note.txt"))
    answer = ask("verify", *files, desk.path("permit.ofd"), *desk.trusted, "--json")
    assert answer.status == 2
    first, second, third, fourth = answer.rows
    assert first["verdict"] == "passed"
    assert second == {
        "schema": "govseal.error/1",
        "file": "absent.ofd",
        "code": "io",
        "message": f"{tmp_path}/absent.ofd：找不到文件",
        "hint": "",
    }
    assert third["code"] == "unsupported"
    assert fourth["verdict"] == "unsigned"
    assert answer.err.count("govseal: error: ") == 2


def test_unknown_format_names_the_file(ask, desk):
    answer = ask("verify", desk.path("note.txt"))
    assert answer.status == 2
    assert "note.txt" in answer.error
    assert "不支持或无法识别的格式" in answer.error


@pytest.mark.parametrize(
    "options",
    [
        ("--trust", "absent.pem"),
        ("--makers", "absent.pem"),
        ("--tsa", "absent.pem"),
        ("--crl", "absent.crl"),
        ("--policy", "absent.toml"),
    ],
)
def test_materials_that_are_not_there(ask, desk, options):
    answer = ask("verify", desk.path("stamped.ofd"), *options)
    assert answer.status == 2
    assert answer.error == f"{options[1]}：找不到文件"
    assert answer.out == ""


@pytest.mark.parametrize("option", ["--trust", "--crl"])
def test_materials_of_another_kind(ask, desk, option):
    answer = ask("verify", desk.path("stamped.ofd"), option, desk.path("note.txt"))
    assert answer.status == 2
    assert "note.txt" in answer.error


def test_policy(ask, desk, tmp_path):
    policy = tmp_path / "office.toml"
    policy.write_text('name = "office"\nrequire_seal = true\n')
    answer = ask("verify", desk.path("permit.ofd"), "--policy", policy, "--json")
    assert answer.status == 1
    assert answer.json["reasons"] == ["required_seal_missing"]
    assert answer.json["policy"] == "office"
    said = ask("verify", desk.path("permit.ofd"), "--policy", policy)
    assert "required_seal_missing：文件应当盖章而没有盖章" in said.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"require = 1", "the policy has no setting 'require'"),
        (b"= =", "the policy is not TOML"),
        (b'name = "\xff"', "the policy is not a text in UTF-8"),
        (b'signer_policies = ["1.2", "one"]', "signer_policies: 'one' is not an object identifier"),
        (b"allow_mixed = 1", "allow_mixed: bool was expected"),
    ],
)
def test_policy_that_is_none(ask, desk, tmp_path, content, said):
    policy = tmp_path / "office.toml"
    policy.write_bytes(content)
    answer = ask("verify", desk.path("permit.ofd"), "--policy", policy)
    assert answer.status == 2
    assert f"{policy}: {said}" in answer.error
    assert "文件不符合格式要求" in answer.error


def test_policy_names_what_certificates_have_to_carry(ask, desk, tmp_path):
    policy = tmp_path / "office.toml"
    policy.write_text('signer_policies = ["1.2.156.99999.1"]\n')
    words = ("verify", desk.path("stamped.ofd"), *desk.trusted, "--policy", policy)
    answer = ask(*words, "--json")
    assert answer.status == 1
    assert answer.json["reasons"] == ["certificate_policy_refused"]
    assert answer.json["policy_settings"] == {"signer_policies": ["1.2.156.99999.1"]}
    said = ask(*words).out
    assert "证书链没有验证策略所要求的证书策略" in said


def test_report_is_written(ask, desk, tmp_path):
    target = tmp_path / "report.html"
    answer = ask("verify", desk.path("stamped.ofd"), *desk.trusted, "--report", target)
    assert answer.status == 0
    page = target.read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "电子签章验证报告" in page
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--report", "x.pdf"), "报告文件应为 .html"),
        (("{desk}/permit.ofd", "--report", "x.html"), "--report 只用于一个文件"),
        (("{desk}/permit.ofd", "--detached", "{desk}/note.ses"), "--detached 只用于一个文件"),
        (("--report", "absent/x.html"), "absent/x.html：找不到文件"),
    ],
)
def test_report_refusals(ask, desk, empty, options, said):
    words = [word.format(desk=desk.root) for word in options]
    answer = ask("verify", desk.path("stamped.ofd"), *words)
    assert answer.status == 2
    assert said in answer.error
    assert list(empty.iterdir()) == []


def test_report_never_replaces_the_file(ask, tmp_path, desk):
    target = tmp_path / "odd.html"
    target.write_bytes(desk.path("stamped.ofd").read_bytes())
    answer = ask("verify", target, "--report", target)
    assert answer.status == 2
    assert "输出会覆盖输入" in answer.error
    assert target.read_bytes() == desk.path("stamped.ofd").read_bytes()


def test_text_names_seal_signer_and_time(ask, desk):
    answer = ask("verify", desk.path("stamped.ofd"), *desk.trusted)
    assert answer.out.startswith("通过  stamped.ofd（与盖章原件具有同等效力）\n")
    assert "印章：测试市行政审批服务管理局行政审批专用章" in answer.out
    assert "签章人：C=CN, O=" in answer.out
    assert "北京时间" in answer.out
    assert "\x1b" not in answer.out
    assert "signature_value" not in answer.out


def test_verbose_lists_every_check(ask, desk):
    answer = ask("verify", desk.path("stamped.ofd"), *desk.trusted, "--verbose", "--lang", "en")
    assert all(f" {name} " in answer.out for name in CHECKS)


def test_text_gives_reason_and_hint(ask, desk):
    answer = ask("verify", desk.path("stamped.ofd"), "--lang", "en")
    assert "? signer_chain" in answer.out
    assert "the certificate leads to no trusted root" in answer.out
    assert "hint: name the trusted roots with --trust" in answer.out


def test_json_is_utf8_on_one_line(ask, desk):
    answer = ask("verify", desk.path("stamped.ofd"), "--json")
    assert answer.out.count("\n") == 1
    assert "测试市" in answer.out
    assert json.loads(answer.out)["file"] == "stamped.ofd"


# 规定 · profiles -------------------------------------------------------------------------------


def binding(answer):
    (signature,) = answer.json["signatures"]
    (check,) = (check for check in signature["checks"] if check["name"] == "seal_binding")
    return check["outcome"], check["reason"]


@pytest.mark.parametrize(
    ("options", "status", "expected"),
    [
        (("--profile", "test"), 0, ("passed", "")),
        (("--profile", "test", "--ca", "pki/roots.pem"), 0, ("passed", "")),
        (("--profile", "test", "--ca", "foreign/roots.pem"), 1, ("failed", "ca_not_allowed")),
        (("--profile", "government"), 1, ("failed", "division_code")),
        (("--profile", "heilongjiang-2014"), 3, ("indeterminate", "profile_not_in_force")),
    ],
    ids=["proper", "named CA", "other CA", "test codes", "repealed"],
)
def test_a_profile_judges_what_the_seal_binds(ask, desk, options, status, expected):
    words = [desk.path(word) if word.endswith(".pem") else word for word in options]
    answer = ask("verify", desk.path("stamped.ofd"), *desk.trusted, *words, "--json")
    assert answer.status == status
    assert binding(answer) == expected
    bare = ask("verify", desk.path("approval.esl"), *desk.trusted, *words, "--json")
    assert (bare.status, binding(bare)) == (status, expected)


def test_a_profile_of_ones_own(ask, desk, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "test"\nname = "own"\n'
        '[rules.picture_size]\nclause = "第九条"\nlargest_mm = 41\n',
        encoding="utf-8",
    )
    answer = ask("verify", desk.path("stamped.ofd"), *desk.trusted, "--profile", own)
    assert answer.status == 1
    assert "印章尺寸不符合规定" in answer.out
    assert "第九条" in answer.out
    policy = tmp_path / "policy.toml"
    policy.write_text('binding = "government"\n', encoding="utf-8")
    words = ("verify", desk.path("stamped.ofd"), *desk.trusted, "--policy", policy, "--json")
    assert binding(ask(*words)) == ("failed", "division_code")
    assert binding(ask(*words, "--profile", "test")) == ("passed", "")
    ca = ask(*words, "--ca", desk.path("foreign/roots.pem"))
    assert "ca_not_allowed" in ca.out


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--profile", "nowhere"), "找不到文件"),
        (("--profile", "roots"), "文件不符合格式要求"),
        (("--ca", "roots"), "--ca 须与 --profile 同用"),
        (("--profile", "test", "--ca", "nowhere"), "找不到文件"),
    ],
    ids=["no profile", "no TOML", "CA alone", "no CA"],
)
def test_profiles_that_cannot_be_used(ask, desk, empty, options, error):
    (empty / "roots").write_bytes(desk.path("pki/roots.pem").read_bytes())
    answer = ask("verify", desk.path("stamped.ofd"), *options)
    assert answer.status == 2
    assert error in answer.err


@pytest.mark.parametrize("option", ["--trust", "--makers", "--tsa", "--crl", "--ca", "--profile"])
def test_nor_what_it_is_judged_by(ask, tmp_path, desk, option):
    target = tmp_path / "roots.html"
    target.write_bytes(desk.path("pki/roots.pem").read_bytes())
    answer = ask("verify", desk.path("stamped.ofd"), option, target, "--report", target)
    assert answer.status == 2
    assert "输出会覆盖输入" in answer.error
    assert target.read_bytes() == desk.path("pki/roots.pem").read_bytes()
