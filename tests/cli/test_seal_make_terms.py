"""``seal make --profile``: a seal held to a regulation before it is made."""

from __future__ import annotations

import pytest

import scans
from govseal.cli.pictures import stated_size_mm
from govseal.seal.drawing import draw_seal
from govseal.seal.picture import load_picture

UNIT = "测试市行政审批服务管理局"
NAME = UNIT + "行政审批专用章"
NUMBERED = NAME + "（4）"
SEAL_NUMBER = """
extends = "test"
name = "own"

[rules.seal_sequence]
clause = "测试规范, 附件"
regions = {4 = ["990004"]}
"""
NAMED_CA = """
extends = "test"
name = "own"

[rules.certificate_ca]
clause = "测试规范, 第一条"
named = true
"""
ON_FILE = """
extends = "test"
name = "own"

[rules.imprint]
on = true
clause = "测试规范, 第二条"
"""


@pytest.fixture
def own(tmp_path):
    """A profile of one's own as a file."""

    def call(text):
        path = tmp_path / "own.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return call


@pytest.fixture
def bound(make, desk):
    """Runs ``seal make`` with the roots and lists of the desk, under a profile."""

    def call(*words, **changes):
        return make(*desk.trusted, *words, **changes)

    return call


@pytest.fixture
def jincheng(make, bureau):
    """Runs ``seal make`` by the rules of 晋城, with what those ask for."""

    def call(*words, **changes):
        values = {
            "profile": "jincheng",
            "picture": bureau.path("seal.svg"),
            "imprint": bureau.path("seal.svg"),
            "ca": bureau.path("ca.pem"),
        }
        return make(*bureau.trusted, *words, at=bureau, **values | changes)

    return call


def refused(answer, *codes):
    """A refusal by a profile: all of it, in the JSON and in the error line."""
    assert answer.status == 1
    violations = answer.json["violations"]
    assert tuple(item["code"] for item in violations) == codes
    assert answer.json["code"] == codes[0]
    assert answer.json["clause"] == violations[0]["clause"] != ""
    assert answer.error.startswith(f"{codes[0]}：")
    for item in violations:
        assert item["code"] in answer.error
        assert f"{item['detail']} ({item['clause']})" in answer.error
    return violations


# 缺省、自有的规定 · a shipped profile, one's own ----------------------------------------------


def test_a_seal_by_the_test_profile(ask, desk, make, bound):
    assert bound(profile="test").status == 0
    judged = ask("verify", make.target, *desk.trusted, "--profile", "test")
    assert judged.status == 0


def test_nobody_is_trusted_without_a_root(make, desk):
    found = refused(
        make(profile="test"), "E_CA_NOT_ALLOWED", "E_NO_REVOCATION_DATA", "E_MAKER_UNTRUSTED"
    )
    assert all(item["is_unknown"] for item in found)
    assert not make.target.exists()


def test_a_list_of_each_authority_is_needed(make, desk):
    trust = ("--trust", desk.path("pki/roots.pem"))
    answer = make(*trust, profile="test")
    refused(answer, "E_NO_REVOCATION_DATA")
    assert answer.hint.startswith("请用 --crl 提供吊销列表")


def test_what_helps_is_said_of_every_rule(make, desk, own):
    answer = make("--trust", desk.path("pki/roots.pem"), profile=own(NAMED_CA))
    refused(answer, "E_CA_NOT_ALLOWED", "E_NO_REVOCATION_DATA")
    wanted = "请用 --ca 指定允许的电子认证服务机构证书；请用 --crl 提供吊销列表"
    assert answer.hint.startswith(wanted)


def test_a_revoked_signer_gets_no_seal(make, bureau, tmp_path):
    lists = bureau.revoking(
        tmp_path / "bad.crl",
        bureau.pki.signer_ca,
        bureau.pki.signer.certificate,
        bureau.pki.signer_ca.at,
    )
    trust = ("--trust", bureau.path("pki/roots.pem"), "--crl", bureau.path("pki/maker-ca.crl"))
    refused(make(*trust, *lists, at=bureau, profile="test"), "E_CERT_REVOKED")


def test_the_ca_has_to_be_named(bound, desk, own):
    (item,) = refused(bound(profile=own(NAMED_CA)), "E_CA_NOT_ALLOWED")
    assert (item["rule"], item["is_unknown"]) == ("certificate_ca", True)
    assert item["clause"] == "测试规范, 第一条"
    assert bound(profile=own(NAMED_CA), ca=desk.path("pki/roots.pem")).status == 0


def test_another_ca_is_not_the_one(bound, desk, own):
    answer = bound(profile=own(NAMED_CA), ca=desk.path("foreign/roots.pem"))
    (item,) = refused(answer, "E_CA_NOT_ALLOWED")
    assert item["is_unknown"] is False


def test_makers_may_be_narrowed(bound, desk):
    refused(bound(profile="test", makers=desk.path("foreign/roots.pem")), "E_MAKER_UNTRUSTED")
    assert bound(profile="test", makers=desk.path("pki/maker.pem")).status == 0


def test_the_refusal_in_english(make, bound, desk):
    answer = bound("--lang", "en", profile="test", name="测试市财政局")
    assert answer.error.startswith("E_CERT_NAME_MISMATCH: the certificate is ")
    assert answer.error.endswith(" (C0121, 电子印章证书)")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "own"', "lacks"),
        ('extends = "village"\nname = "own"', "no shipped profile"),
        ('extends = "test"\nname = "own"\n[rules.size]\nclause = "a"', "there is no rule 'size'"),
        ("\x00", "not TOML"),
    ],
)
def test_what_is_no_profile(bound, own, text, said):
    answer = bound(profile=own(text))
    assert (answer.status, answer.json["code"]) == (2, "malformed")
    assert "own.toml: " in answer.error
    assert said in answer.error
    assert "violations" not in answer.json


# 晋城 · a regulation with all its rules -------------------------------------------------------


@pytest.mark.req("R-JC29S-06b")
def test_a_seal_by_the_rules_of_jincheng(ask, bureau, make, jincheng):
    made = jincheng()
    assert made.status == 0
    (signer,) = made.json["signers"]
    assert (made.json["not_before"], made.json["not_after"]) == (
        signer["not_before"],
        signer["not_after"],
    )
    rules = ("--profile", "jincheng", "--ca", bureau.path("ca.pem"))
    assert ask("verify", make.target, *bureau.trusted, *rules).status == 0
    shown = ask("seal", "show", make.target, *bureau.trusted, *rules, "--json").json
    assert shown["use"]["verdict"] == "usable"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"ca": None}, ["E_CA_NOT_ALLOWED"]),
        ({"ca": "{bureau}/maker-ca.pem"}, ["E_CA_NOT_ALLOWED"]),
        ({"imprint": None}, ["E_IMPRINT_MISMATCH"]),
        ({"imprint": None, "ca": None}, ["E_CA_NOT_ALLOWED", "E_IMPRINT_MISMATCH"]),
        ({"name": "测试市财政局"}, ["E_CERT_NAME_MISMATCH"]),
        ({"id": "14050000000002"}, ["E_SEAL_NUMBER"]),
        ({"id": "14050000000002", "name": "测试"}, ["E_CERT_NAME_MISMATCH", "E_SEAL_NUMBER"]),
        ({"id": "11000000000001"}, ["E_SEAL_NUMBER", "E_DIVISION_CODE"]),
        ({"size_mm": "42,38"}, ["E_SEAL_SIZE"]),
        ({"generation": "2014"}, ["E_GENERATION"]),
        ({"from": "{day}"}, ["E_VALIDITY_MISMATCH"]),
        ({"maker": "{bureau}/pki/signer.p12"}, ["E_MAKER_IS_SIGNER"]),
    ],
)
def test_each_rule_refuses(make, jincheng, bureau, changes, codes):
    places = {"bureau": bureau.root, "day": f"{bureau.pki.signer_ca.at.isoformat()}"}
    given = {key: value and value.format(**places) for key, value in changes.items()}
    refused(jincheng(**given), *codes)
    assert not make.target.exists()


# 备案印模 · the imprint on file ---------------------------------------------------------------


@pytest.fixture
def cleaned(ask, bureau, tmp_path):
    """What ``seal clean`` makes of a scan of the imprint on paper."""
    paper, target = tmp_path / "scan.png", tmp_path / "imprint.png"
    data = bureau.path("seal.png").read_bytes()
    picture = load_picture(data, *stated_size_mm(data))
    paper.write_bytes(scans.saved(scans.scan(picture)))
    assert ask("seal", "clean", paper, "-o", target).status == 0
    return target


def test_the_drawing_in_another_form_is_the_imprint(bound, bureau, own):
    answer = bound(
        profile=own(ON_FILE), picture=bureau.path("seal.svg"), imprint=bureau.path("seal.png")
    )
    assert answer.status == 0


@pytest.mark.slow
@pytest.mark.req("R-JC29S-06b")
def test_a_cleaned_scan_is_the_imprint(bound, bureau, own, cleaned):
    rules = own(ON_FILE)
    assert bound(profile=rules, picture=bureau.path("seal.svg"), imprint=cleaned).status == 0
    assert bound(profile=rules, picture=cleaned, imprint=bureau.path("seal.svg")).status == 0


def test_another_seal_is_not_the_imprint(bound, bureau, own, tmp_path):
    other = tmp_path / "other.svg"
    other.write_bytes(draw_seal(UNIT, bottom="行政审批专用章（2）").to_svg())
    answer = bound(profile=own(ON_FILE), picture=other, imprint=bureau.path("seal.svg"))
    (item,) = refused(answer, "E_IMPRINT_MISMATCH")
    assert (item["detail"], item["is_unknown"]) == ("the picture is not the imprint on file", False)


def test_by_default_no_imprint_is_asked_for(bound, bureau, tmp_path):
    other = tmp_path / "other.svg"
    other.write_bytes(draw_seal("测试县财政局", bottom="财务专用章").to_svg())
    assert bound(profile="test", picture=other).status == 0


def test_a_specimen_is_no_imprint(bound, tmp_path):
    specimen = tmp_path / "specimen.svg"
    specimen.write_bytes(draw_seal(UNIT).specimen().to_svg())
    answer = bound(profile="test", imprint=specimen)
    assert (answer.status, answer.json["code"]) == (1, "E_SPECIMEN")
    assert "specimen.svg" in answer.error


# 使用地 · the unit that uses the seal ---------------------------------------------------------


def test_a_number_belongs_to_one_region(bound, own):
    rules = own(SEAL_NUMBER)
    assert bound(profile=rules, name=NUMBERED, region="990004").status == 0
    (item,) = refused(bound(profile=rules, name=NUMBERED, region="990005"), "E_SEAL_NUMBER")
    assert item["detail"] == "number 4 is not that of 990005"
    assert item["clause"] == "测试规范, 附件"
    refused(bound(profile=rules, name=NAME + "（5）", region="990004"), "E_SEAL_NUMBER")
