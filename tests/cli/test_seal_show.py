"""``seal show``: what a seal is, and whether it may be used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import delegated
from binding_desk import picture
from govseal.seal.make import make_seal
from govseal.testing import Authority, Hierarchy, Revoked

NAME = "测试市行政审批服务管理局行政审批专用章"
AT = datetime(2026, 6, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
SHOWN_AT = "2026-07-01T12:00:00"
PICTURE = picture()

CHINESE = """\
名称：测试市行政审批服务管理局行政审批专用章
编码：99000000000001
类型：业务专用章（6）
单位：测试市行政审批服务管理局
统一社会信用代码：11990000MB0000019F
有效期：2026-06-01 至 2027-06-01，尚余 335 天
印模：42 × 42 毫米，PNG
标准：GB/T 38540-2020
制章人：C=CN, O=测试市电子印章管理中心, CN=测试电子印章制作系统
授权的签章人：1
  - C=CN, O=11990000MB0000019F测试市行政审批服务管理局, CN=99000000000001
    可以签章，证书有效期至 2027-06-01

结论：可以使用
"""
ENGLISH = """\
name: 测试市行政审批服务管理局行政审批专用章
code: 99000000000001
type: business seal (6)
unit: 测试市行政审批服务管理局
credit code: 11990000MB0000019F
valid: 2026-06-01 to 2027-06-01, 335 days left
imprint: 42 × 42 mm, PNG
standard: GB/T 38540-2020
maker: C=CN, O=测试市电子印章管理中心, CN=测试电子印章制作系统
permitted signers: 1
  - C=CN, O=11990000MB0000019F测试市行政审批服务管理局, CN=99000000000001
    may sign, certificate valid until 2027-06-01

verdict: may be used
"""
SCOPED = """\
名称：测试市测试局行政审批专用章（4）
编码：99000000000001
类型：业务专用章（6）
单位：测试市行政审批服务管理局
统一社会信用代码：11990000MB0000019F
有效期：2026-06-01 至 2027-06-01，尚余 304 天
印模：42 × 42 毫米，PNG
标准：GB/T 38540-2020
制章人：C=CN, O=测试市电子印章管理中心, CN=测试电子印章制作系统
用章范围：11990000MB0000019F 委托 11990001MB0000027X（990001）：360700-0001、360700-0002
授权的签章人：1
  - C=CN, O=11990000MB0000019F测试市行政审批服务管理局, CN=99000000000001
    可以签章，证书有效期至 2027-06-01

结论：不得使用
  · 签章时间不在委托协议的期限内
"""
REVOKED = """\
permitted signers: 1
  - C=CN, O=11990000MB0000019F测试市行政审批服务管理局, CN=99000000000001
    may not sign, certificate valid until 2027-06-01, the certificate was revoked before signing

verdict: may not be used
  · the certificate was revoked before signing
"""
NO_TRUST = """\
结论：不能确定能否使用
  · 证书不能追溯到受信任的根。请用 --trust 指定受信任的根证书
  · 没有可用的吊销信息。请用 --crl 提供吊销列表，或用 --ocsp 提供 OCSP 应答\
；验证时也可用 --online 联网查询
"""


@pytest.fixture(scope="module")
def pki():
    return Hierarchy.create(at=AT)


@pytest.fixture(scope="module")
def folder(pki, tmp_path_factory):
    """Seals and lists of June 2026, and what is said of them is said as of July."""
    root = tmp_path_factory.mktemp("show")
    pki.write(root / "pki")
    Hierarchy.create(at=AT).write(root / "foreign")
    plain = {"name": NAME, "picture": PICTURE, "signers": [pki.signer.certificate], "at": AT}
    handed = plain | {"name": delegated.NAME, "extensions": [delegated.scope(AT).encode()]}
    seals = {
        "plain": plain,
        "old": plain | {"generation": 2014},
        "digests": plain | {"signer_list": "digests"},
        "two": plain | {"signers": [pki.signer.certificate, pki.maker.certificate]},
        "scoped": handed,
        "short": plain | {"not_after": AT + 10 * DAY},
        "late": plain | {"not_before": AT + 90 * DAY},
        "other": plain | {"seal_type": 42, "name": "测试市章"},
    }
    for name, values in seals.items():
        (root / f"{name}.esl").write_bytes(make_seal(pki.maker, **values).der)
    broken = (root / "plain.esl").read_bytes().replace("专用章".encode(), "专用意".encode())
    (root / "broken.esl").write_bytes(broken)
    lists = {
        "signer": pki.signer_ca.crl([Revoked(pki.signer.certificate, AT + DAY)]),
        "maker": pki.maker_ca.crl([Revoked(pki.maker.certificate, AT - DAY / 2)]),
        "maker-after": pki.maker_ca.crl([Revoked(pki.maker.certificate, AT + DAY)]),
        "stranger": Authority.create("另一 CA", at=AT).crl(),
    }
    for name, der in lists.items():
        (root / f"{name}.crl").write_bytes(der)
    return root


@pytest.fixture
def show(ask, folder):
    """Runs ``seal show`` under the roots and lists that are named."""

    def call(name, *words, trust=("pki/roots.pem",), crl=("pki/ca.crl", "pki/maker-ca.crl")):
        given = [w for item in trust for w in ("--trust", folder / item)]
        given += [w for item in crl for w in ("--crl", folder / item)]
        moment = () if "--as-of" in words else ("--as-of", SHOWN_AT)
        return ask("seal", "show", folder / f"{name}.esl", *given, *moment, *words)

    return call


# 给人看的 · for people ------------------------------------------------------------------------


def test_a_usable_seal_in_chinese(show):
    answer = show("plain")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == CHINESE


def test_a_usable_seal_in_english(show):
    answer = show("plain", "--lang", "en")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == ENGLISH


def test_a_seal_that_was_handed_over(show):
    assert show("scoped", "--as-of", "2026-08-01").out == SCOPED
    within = show("scoped", "--as-of", "2026-06-30").out
    assert within.endswith("结论：可以使用\n")


def test_a_revoked_signer_in_english(show):
    answer = show("plain", "--lang", "en", crl=("signer.crl", "pki/maker-ca.crl"))
    assert answer.status == 0
    assert answer.out.endswith(REVOKED)


def test_what_is_missing_and_how_to_give_it(show):
    assert show("plain", trust=(), crl=()).out.endswith(NO_TRUST)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("old", "类型：单位印章（1）\n"),
        ("plain", "类型：业务专用章（6）\n"),
        ("other", "类型：42\n"),
        ("digests", "授权的签章人：1\n  - "),
        ("two", "授权的签章人：2\n  - "),
        ("old", "标准：GM/T 0031-2014\n"),
    ],
)
def test_rows_by_kind_of_seal(show, name, row):
    assert row in show(name).out


def test_only_the_first_day_counts_down_to_none(show):
    assert "2026-06-11，尚余 1 天\n" in show("short", "--as-of", "2026-06-10T23:59:59").out
    assert "2026-06-11，尚余 0 天\n" in show("short", "--as-of", "2026-06-11T00:00:00").out
    assert "2026-06-11\n" in show("short", "--as-of", "2026-06-12").out


def test_digests_name_no_unit(show):
    shown = show("digests").out
    assert "单位：" not in shown
    assert "统一社会信用代码" not in shown
    assert "授权证书列表无法比对" in shown


def test_everything_inside_follows_on_demand(show):
    plain, verbose = show("plain").out, show("plain", "--verbose").out
    assert verbose.startswith(plain + "\n标识：99000000000001\n")
    assert "SHA-256：" in verbose


# 结论 · the verdict ---------------------------------------------------------------------------

GOOD = {}
VERDICTS = [
    ("plain", GOOD, SHOWN_AT, "usable", []),
    ("old", GOOD, SHOWN_AT, "usable", []),
    ("two", GOOD, SHOWN_AT, "usable", []),
    ("scoped", GOOD, "2026-06-01T12:00:00", "usable", []),
    ("plain", {"crl": ("pki/ca.crl", "maker-after.crl")}, SHOWN_AT, "unknown", None),
    ("plain", {"trust": ()}, SHOWN_AT, "unknown", ["no_trust_anchor", "no_revocation_data"]),
    ("plain", {"crl": ()}, SHOWN_AT, "unknown", ["no_revocation_data"]),
    ("plain", {"crl": ("stranger.crl",)}, SHOWN_AT, "unknown", ["no_revocation_data"]),
    ("plain", {"crl": ("pki/maker-ca.crl",)}, SHOWN_AT, "unknown", ["no_revocation_data"]),
    ("plain", {"trust": ("foreign/roots.pem",)}, SHOWN_AT, "unknown", None),
    ("digests", GOOD, SHOWN_AT, "unknown", ["signer_list_unusable"]),
    ("plain", GOOD, "2027-06-02", "unusable", None),
    ("short", GOOD, SHOWN_AT, "unusable", ["seal_expired"]),
    ("late", GOOD, SHOWN_AT, "unusable", ["seal_not_yet_valid"]),
    ("digests", GOOD, "2027-06-02", "unusable", None),
    (
        "plain",
        {"crl": ("signer.crl", "pki/maker-ca.crl")},
        SHOWN_AT,
        "unusable",
        ["certificate_revoked_before_signing"],
    ),
    (
        "plain",
        {"crl": ("pki/ca.crl", "maker.crl")},
        SHOWN_AT,
        "unusable",
        ["certificate_revoked_before_signing"],
    ),
    ("broken", GOOD, SHOWN_AT, "unusable", ["seal_signature_invalid"]),
    ("broken", {"trust": (), "crl": ()}, SHOWN_AT, "unusable", None),
    ("scoped", GOOD, "2026-08-01", "unusable", ["outside_term"]),
    ("scoped", {"trust": (), "crl": ()}, "2026-08-01", "unusable", None),
]


@pytest.mark.parametrize(("name", "given", "moment", "verdict", "reasons"), VERDICTS)
def test_the_verdict(show, name, given, moment, verdict, reasons):  # noqa: PLR0917 - a table
    answer = show(name, "--as-of", moment, "--json", **given)
    assert answer.status == 0
    use = answer.json["use"]
    assert use["verdict"] == verdict
    if reasons is not None:
        assert use["reasons"] == reasons
    assert bool(use["reasons"]) is (verdict != "usable")
    assert use["at"].startswith(moment)
    assert use["at"].endswith("+08:00")


def test_one_of_two_is_enough_and_each_is_told(show, pki, folder):
    answer = show("two", "--json", crl=("signer.crl", "pki/maker-ca.crl"))
    use = answer.json["use"]
    assert use["verdict"] == "usable"
    assert use["reasons"] == []
    assert [(item["verdict"], item["reason"]) for item in use["signers"]] == [
        ("unusable", "certificate_revoked_before_signing"),
        ("usable", ""),
    ]
    assert [item["subject"] for item in use["signers"]] == [
        pki.signer.certificate.subject,
        pki.maker.certificate.subject,
    ]


def test_the_checks_are_listed(show):
    use = show("broken", "--json").json["use"]
    checks = {item["name"]: item for item in use["checks"]}
    assert checks["seal_signature"]["outcome"] == "failed"
    assert checks["seal_signature"]["reason"] == "seal_signature_invalid"
    assert checks["maker_chain"]["outcome"] == "passed"


# 选项 · options -------------------------------------------------------------------------------


def test_makers_may_be_narrowed(show, folder):
    use = show("plain", "--makers", folder / "foreign/roots.pem", "--json").json["use"]
    assert (use["verdict"], use["reasons"]) == (
        "unusable",
        ["maker_untrusted", "no_revocation_data"],
    )
    use = show("plain", "--makers", folder / "pki/maker.pem", "--json").json["use"]
    assert use["verdict"] == "usable"


@pytest.mark.parametrize(
    ("words", "verdict", "reasons"),
    [
        (("--profile", "test"), "usable", []),
        (("--profile", "test", "--ca", "{pki}/roots.pem"), "usable", []),
        (("--profile", "test", "--ca", "{pki}/maker.pem"), "unusable", ["ca_not_allowed"]),
        (("--profile", "government"), "unusable", ["division_code"]),
    ],
)
def test_a_profile_is_asked(show, folder, words, verdict, reasons):
    given = [word.format(pki=folder / "pki") for word in words]
    use = show("plain", *given, "--json").json["use"]
    assert (use["verdict"], use["reasons"]) == (verdict, reasons)


def test_roots_of_time_stamps_may_be_narrowed(ask, desk, make):
    assert make(generation="2025", timestamp=desk.path("pki/tsa.p12")).status == 0
    show = ("seal", "show", make.target, *desk.trusted, "--json")
    assert ask(*show).json["use"]["verdict"] == "usable"
    use = ask(*show, "--tsa", desk.path("foreign/roots.pem")).json["use"]
    assert (use["verdict"], use["reasons"]) == ("unusable", ["timestamp_untrusted"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--trust", "{folder}/plain.esl"), "malformed", "plain.esl: "),
        (("--trust", "absent.pem"), "io", "absent.pem：找不到文件"),
        (("--crl", "{folder}/plain.esl"), "malformed", "plain.esl: "),
        (("--makers", "absent.pem"), "io", "absent.pem：找不到文件"),
        (("--tsa", "absent.pem"), "io", "absent.pem：找不到文件"),
        (("--profile", "village"), "io", "village：找不到文件"),
        (("--profile", "{folder}/plain.esl"), "malformed", "plain.esl: "),
        (("--ca", "{folder}/pki/roots.pem"), "usage", "--ca 须与 --profile 同用"),
        (("--profile", "test", "--ca", "absent.pem"), "io", "absent.pem：找不到文件"),
        (("--as-of", "tomorrow"), "usage", "tomorrow 不是 ISO 8601 时间"),
        (("--imprint", "seal.png"), "usage", "无法识别的参数：--imprint"),
    ],
)
def test_what_cannot_be_asked(show, folder, words, code, said):
    answer = show("plain", *(word.format(folder=folder) for word in words), "--json")
    assert (answer.status, answer.json["code"]) == (2, code)
    assert said in answer.error


@pytest.mark.parametrize(
    ("name", "code"), [("stamped.ofd", "malformed"), ("absent.esl", "io"), ("pki", "io")]
)
def test_what_is_no_seal(ask, desk, name, code):
    answer = ask("seal", "show", desk.path(name), "--json")
    assert (answer.status, answer.json["code"]) == (2, code)
    assert name in answer.error


def test_names_move_no_cursor(ask, pki, tmp_path):
    seal = make_seal(pki.maker, name=NAME, picture=PICTURE, signers=[pki.signer.certificate], at=AT)
    target = tmp_path / "bent.esl"
    target.write_bytes(seal.der.replace("专用章".encode(), "专\u202e\x1b[2".encode()))
    answer = ask("seal", "show", target)
    assert answer.status == 0
    assert "\u202e" not in answer.out
    assert "\x1b" not in answer.out
    assert "专\\u202e\\u001b[2" in answer.out
