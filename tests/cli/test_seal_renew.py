"""``seal renew``: a seal made again before it ends, or at any time for a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from govseal.asn1.times import BEIJING
from govseal.pki.signer import load_signer
from govseal.seal import codec
from govseal.seal.make import make_seal

NAME = "测试市行政审批服务管理局行政审批专用章"
DAY = timedelta(days=1)
TAKEN_OVER = ("id", "name", "type", "picture", "extensions")


def day(days):
    """A day from today, as Beijing counts them."""
    return (datetime.now(BEIJING) + timedelta(days)).date().isoformat()


@pytest.fixture
def old(make, tmp_path):
    """The old seal as a file, which ends in so many days."""

    def call(days=10, **changes):
        make.target = tmp_path / "old.esl"
        assert make(to=day(days), **changes).status == 0
        return make.target

    return call


@pytest.fixture
def renew(ask, desk, tmp_path):
    """Runs ``seal renew`` with what it needs; changes replace that, None leaves it out."""

    def call(source, *words, **changes):
        values = {
            "--maker": desk.path("pki/maker.p12"),
            "--password-file": desk.path("password"),
            "--signer": desk.path("pki/signer.pem"),
            "-o": call.target,
        }
        values |= {f"--{key.replace('_', '-')}": value for key, value in changes.items()}
        given = [word for item in values.items() if item[1] is not None for word in item]
        return ask("seal", "renew", source, *given, *words, "--json")

    call.target = tmp_path / "new.esl"
    return call


@pytest.mark.req("R-JC29S-08b")
def test_within_the_window_it_is_made_again(ask, desk, old, renew):
    source = old(id="99000000000007", type=99)
    made = renew(source)
    assert made.status == 0
    before = ask("seal", "show", source, "--json").json
    assert {key: made.json[key] for key in TAKEN_OVER} == {key: before[key] for key in TAKEN_OVER}
    assert made.json["standard"] == before["standard"] == "GB/T 38540-2020"
    assert made.json["not_after"] == made.json["signers"][0]["not_after"] > before["not_after"]
    assert ask("verify", renew.target, *desk.trusted).status == 0
    assert ask("verify", source, *desk.trusted).status == 0


@pytest.mark.req("R-JC29S-08b")
def test_before_the_window_it_is_too_early(old, renew):
    source = old(31)
    answer = renew(source)
    assert (answer.status, answer.json["code"]) == (1, "E_TOO_EARLY")
    assert f"renewed from {day(1)}" in answer.error
    assert not renew.target.exists()
    assert renew(source, "--any-time").status == 0


@pytest.mark.req("R-JC29S-08b")
def test_after_its_end_it_is_made_anew(desk, renew, tmp_path):
    ended = tmp_path / "ended.esl"
    now = datetime.now(UTC)
    seal = make_seal(
        load_signer(desk.path("pki/maker.p12"), password="govseal"),
        name=NAME,
        picture=codec.decode_seal(desk.path("approval.esl").read_bytes()).picture,
        signers=[load_signer(desk.path("pki/signer.p12"), password="govseal").certificate],
        at=now - DAY / 2,
        not_after=now - DAY / 4,
    )
    ended.write_bytes(seal.der)
    answer = renew(ended)
    assert (answer.status, answer.json["code"]) == (1, "E_EXPIRED")
    assert renew(ended, "--any-time").status == 0


@pytest.mark.parametrize(
    ("before", "changes", "standard"),
    [
        ("2014", {}, "GM/T 0031-2014"),
        ("2014", {"generation": "2020"}, "GB/T 38540-2020"),
        ("2020", {"generation": "2025"}, "GM/T 0031-2025"),
        ("2025", {}, "GM/T 0031-2025"),
    ],
)
def test_a_later_standard_may_be_taken(ask, desk, old, renew, before, changes, standard):  # noqa: PLR0917 - fixtures
    made = renew(old(generation=before), **changes)
    assert (made.status, made.json["standard"]) == (0, standard)
    assert ask("verify", renew.target, *desk.trusted).status == 0


@pytest.mark.parametrize(
    ("before", "changes", "code"),
    [
        ("2020", {"generation": "2014"}, "E_GENERATION"),
        ("2025", {"generation": "2020"}, "E_GENERATION"),
        ("2014", {"list": "digests"}, "E_GENERATION"),
        ("2020", {"timestamp": "{desk}/pki/tsa.p12"}, "E_GENERATION"),
        ("2020", {"to": "{early}"}, "E_VALIDITY_MISMATCH"),
        ("2020", {"to": "2126-01-01"}, "E_VALIDITY_MISMATCH"),
        ("2020", {"from": "2020-01-01"}, "E_VALIDITY_MISMATCH"),
    ],
)
def test_what_may_not_be(desk, old, renew, before, changes, code):  # noqa: PLR0917 - fixtures
    places = {"desk": desk.root, "early": day(5)}
    given = {key: value.format(**places) for key, value in changes.items()}
    answer = renew(old(generation=before), **given)
    assert (answer.status, answer.json["code"]) == (1, code)
    assert not renew.target.exists()


def test_the_form_of_the_list_stays_or_is_chosen(old, renew):
    source = old(list="digests")
    made = renew(source).json
    assert (len(made["signers"]), len(made["signer_digests"])) == (0, 1)
    made = renew(source, list="certificates").json
    assert (len(made["signers"]), len(made["signer_digests"])) == (1, 0)


def test_the_period_is_chosen(old, renew):
    made = renew(old(), **{"from": day(2), "to": day(100)}).json
    assert made["not_before"] == f"{day(2)}T00:00:00+08:00"
    assert made["not_after"] == f"{day(100)}T00:00:00+08:00"


def test_a_time_stamp_is_put_on_it(ask, desk, old, renew):
    made = renew(old(), generation="2025", timestamp=desk.path("pki/tsa.p12"))
    assert made.json["has_time_stamp"] is True
    checks = ask("verify", renew.target, *desk.trusted, "--json").json["signatures"][0]["checks"]
    assert ("timestamp", "passed") in [(item["name"], item["outcome"]) for item in checks]


def test_others_may_be_permitted_and_another_may_make_it(ask, desk, old, renew):
    made = renew(
        old(), signer=desk.path("foreign/signer.pem"), maker=desk.path("foreign/maker.p12")
    )
    assert made.status == 0
    assert ask("verify", renew.target, *desk.trusted).status == 3


# 规定 · held to a regulation ------------------------------------------------------------------


def test_it_is_held_to_a_profile(desk, old, renew):
    source = old()
    assert renew(source, *desk.trusted, profile="test").status == 0
    same = renew(source, *desk.trusted, profile="test", imprint=desk.path("seal.png"))
    assert same.status == 0
    answer = renew(source, "--trust", desk.path("pki/roots.pem"), profile="test")
    assert (answer.status, answer.json["code"]) == (1, "E_NO_REVOCATION_DATA")
    assert answer.json["clause"] == "GB/T 38540-2020, 7.2"
    assert [item["rule"] for item in answer.json["violations"]] == ["certificate_revocation"]


def test_an_old_seal_that_never_met_it_does_not_now(desk, old, renew):
    answer = renew(old(name="测试市财政局", id="1"), *desk.trusted, profile="test")
    codes = [item["code"] for item in answer.json["violations"]]
    assert (answer.status, set(codes)) == (
        1,
        {"E_CERT_NAME_MISMATCH", "E_SEAL_NUMBER", "E_DIVISION_CODE"},
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"imprint": "{desk}/seal.png"},
        {"region": "990000"},
        {"makers": "{desk}/pki/roots.pem"},
        {"crl": "{desk}/pki/ca.crl"},
        {"ca": "{desk}/pki/roots.pem"},
    ],
)
def test_what_goes_with_a_profile_goes_not_without(desk, old, renew, changes):
    (name,) = changes
    answer = renew(old(), **{key: value.format(desk=desk.root) for key, value in changes.items()})
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert answer.error == f"--{name} 须与 --profile 同用"


# 原印章 · the old seal ------------------------------------------------------------------------


def test_a_forged_seal_is_not_renewed(old, renew, tmp_path):
    forged = tmp_path / "forged.esl"
    forged.write_bytes(old().read_bytes().replace("行政审批专用".encode(), "行政审批贵用".encode()))
    answer = renew(forged)
    assert (answer.status, answer.json["code"]) == (1, "E_SEAL_INVALID")
    assert answer.hint == "印章数据被改动或系伪造，请报告印章管理部门"


@pytest.mark.parametrize(
    ("source", "changes", "code", "said"),
    [
        ("note.txt", {}, "malformed", "note.txt: "),
        ("absent.esl", {}, "io", "absent.esl：找不到文件"),
        ("approval.esl", {"maker": "{desk}/note.txt"}, "key_wrong_container", "note.txt: "),
        ("approval.esl", {"signer": "{desk}/note.txt"}, "malformed", "note.txt: "),
        ("approval.esl", {"signer": None}, "usage", "--signer"),
        ("approval.esl", {"maker": None}, "usage", "--maker"),
        ("approval.esl", {"generation": "2019"}, "usage", "2019"),
        ("approval.esl", {"profile": "village"}, "io", "village"),
    ],
)
def test_what_is_wrong_is_told_with_its_name(desk, renew, source, changes, code, said):  # noqa: PLR0917 - fixtures
    given = {key: value and value.format(desk=desk.root) for key, value in changes.items()}
    answer = renew(desk.path(source), **given)
    assert (answer.status, answer.json["code"]) == (2, code)
    assert said in answer.error
    assert not renew.target.exists()


def test_the_new_seal_never_replaces_the_old_one(old, renew):
    source = renew.target = old()
    before = source.read_bytes()
    answer = renew(source)
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert answer.error.startswith("输出会覆盖输入")
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    "option",
    [
        *("maker", "signer", "password-file", "imprint", "timestamp"),
        *("trust", "makers", "crl", "ca", "profile"),
    ],
)
def test_nor_any_other_input(desk, renew, tmp_path, option):
    renew.target = tmp_path / "input"
    renew.target.write_bytes(b"input")
    answer = renew(desk.path("approval.esl"), **{option: renew.target})
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert answer.error.startswith("输出会覆盖输入")
    assert renew.target.read_bytes() == b"input"
