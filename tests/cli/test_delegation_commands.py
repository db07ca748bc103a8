"""Delegated seals on the command line: a matter stated, a list given, a scope shown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import delegated
from delegated import LEDGER, LISTED, OTHER
from govseal import stamp, stamp_detached
from govseal.cli.facts import extension_facts
from govseal.formats.base import Placement
from govseal.pki.signer import load_signer
from govseal.seal import codec
from govseal.seal.extensions import ApprovalDigest, CounterStamp, Matter, SealScope
from govseal.seal.make import make_seal
from govseal.seal.model import Extension


@pytest.fixture(scope="module")
def county(desk, tmp_path_factory):
    """A folder with a delegated seal, one that names a list by its digest, and that list."""
    folder = tmp_path_factory.mktemp("county")
    maker = load_signer(desk.path("pki/maker.p12"), password="govseal")
    signer = load_signer(desk.path("pki/signer.p12"), password="govseal")
    plain = codec.decode_seal(desk.path("approval.esl").read_bytes())
    now = datetime.now(UTC)
    for name, scope in (
        ("scoped", delegated.scope(now)),
        ("listed", delegated.only_listed(now)),
    ):
        seal = make_seal(
            maker,
            name=delegated.NAME,
            picture=plain.picture,
            signers=[signer.certificate],
            at=now,
            extensions=[scope.encode()],
        )
        (folder / f"{name}.esl").write_bytes(seal.der)
    (folder / "list.txt").write_bytes(delegated.LIST)
    (folder / "gb.txt").write_bytes("事项".encode("gb18030"))
    return folder


@pytest.fixture
def put(ask, desk, county, tmp_path):
    """Runs ``stamp`` with a seal of the county's into a new file."""

    def call(name, *words, source="permit.ofd", place=("--place", "1,120,210")):
        signing = ("--key", desk.path("pki/signer.p12"), "--password-file", desk.path("password"))
        seal = ("--seal", county / f"{name}.esl")
        return ask("stamp", desk.path(source), "-o", call.target, *seal, *signing, *place, *words)

    call.target = tmp_path / "out"
    return call


@pytest.mark.req("R-GZ-1.1")
def test_a_stated_matter_is_stamped_verified_and_shown(ask, desk, put):
    answer = put("scoped", "--matter", LISTED, "--json")
    assert answer.status == 0
    assert answer.json["matter"] == LISTED
    report = ask("verify", put.target, *desk.trusted, "--json")
    assert report.status == 0
    (signature,) = report.json["signatures"]
    assert signature["matter"] == LISTED
    assert signature["seal"]["scope"]["matters"] == list(delegated.MATTERS)
    said = ask("verify", put.target, *desk.trusted).out
    assert f"用印事项：{LISTED}" in said
    assert f"{delegated.CITY} 委托 {delegated.COUNTY}" in said


def test_a_detached_stamp_states_its_matter_too(ask, desk, put):
    assert put("scoped", "--matter", LISTED, source="note.txt", place=("--detached",)).status == 0
    stamped = ("verify", desk.path("note.txt"), "--detached", put.target)
    assert ask(*stamped, *desk.trusted).status == 0


def test_the_list_is_given_to_both_commands(ask, desk, county, put):
    given = ("--matter-list", county / "list.txt")
    assert put("listed", "--matter", "360700-0003", *given).status == 0
    command = ("verify", put.target, *desk.trusted)
    assert ask(*command, *given, *given).status == 0
    answer = ask(*command)
    assert answer.status == 3
    assert "用 --matter-list 提供事项清单" in answer.out


def test_the_html_report_is_no_list(ask, county, put, tmp_path):
    assert put("scoped", "--matter", LISTED).status == 0
    page = tmp_path / "list.html"
    page.write_text("a")
    answer = ask("verify", put.target, "--matter-list", page, "--report", page)
    assert answer.status == 2
    assert answer.error.startswith("输出会覆盖输入")


@pytest.mark.parametrize(
    ("name", "words", "code", "meaning"),
    [
        ("scoped", ("--matter", OTHER), "E_ITEM_NOT_DELEGATED", "用印事项不在委托范围内"),
        ("scoped", (), "E_SEAL_SCOPE", "与印章的用章范围不符"),
        ("listed", ("--matter", LISTED), "E_SEAL_SCOPE", "与印章的用章范围不符"),
    ],
)
def test_outside_the_scope_nothing_is_written(put, name, words, code, meaning):
    answer = put(name, *words, "--json")
    assert (answer.status, answer.json["code"]) == (1, code)
    assert answer.error.startswith(f"{code}：{meaning}")
    assert ("--matter" in answer.hint) == (code == "E_SEAL_SCOPE")
    assert not put.target.exists()


@pytest.mark.parametrize("code", ["", " a", "a\tb", "a" * 101])
def test_a_code_that_is_none_is_bad_usage(put, code):
    answer = put("scoped", "--matter", code, "--json")
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert "--matter" in answer.error


def test_a_list_that_is_none_is_told(ask, desk, county, put):
    given = ("--matter-list", county / "gb.txt")
    answer = put("listed", "--matter", LISTED, *given, "--json")
    assert (answer.status, answer.json["code"]) == (2, "malformed")
    assert ask("verify", desk.path("stamped.ofd"), *given).status == 2
    assert ask("verify", desk.path("stamped.ofd"), "--matter-list", county / "none").status == 2


def test_an_output_does_not_replace_the_list(ask, desk, county, put):
    put.target = county / "list.txt"
    answer = put("listed", "--matter", LISTED, "--matter-list", county / "list.txt")
    assert answer.status == 2
    assert (county / "list.txt").read_bytes() == delegated.LIST


def test_seal_show_says_the_scope_in_words(ask, county):
    shown = ask("seal", "show", county / "scoped.esl", "--verbose").out
    for text in (
        "用章范围",
        f"委托单位：{delegated.CITY}",
        f"受托单位：{delegated.COUNTY}",
        LISTED,
    ):
        assert text in shown
    (row,) = ask("seal", "show", county / "scoped.esl", "--json").json["extensions"]
    assert row["seal_scope"]["region"] == "990001"
    assert row["oid"] == SealScope.OID
    assert bytes.fromhex(row["value"])


def test_inspect_says_what_each_extension_means(ask, desk, county, tmp_path):
    seal = codec.decode_seal((county / "scoped.esl").read_bytes())
    signer = load_signer(desk.path("pki/signer.p12"), password="govseal")
    stated = {
        "matter": LISTED,
        "ledger": LEDGER,
        "approvals": delegated.APPROVALS,
        "extensions": [CounterStamp(bytes(32)).encode(), Extension("1.2.3", b"\x05\x00")],
    }
    target = tmp_path / "note.ses"
    target.write_bytes(stamp_detached(b"any", seal, signer, **stated))
    found = ask("inspect", target, "--json").json["signatures"][0]["stamp"]["extensions"]
    meanings = [{key for key in row if key not in ("oid", "critical", "value")} for row in found]
    assert meanings == [{"matter"}, {"ledger"}, {"approvals"}, {"counter_stamp"}, set()]
    assert found[1]["ledger"]["sequence"] == 41
    shown = ask("inspect", target).out
    for text in (f"用印事项：{LISTED}", "台账：测试县用印台账", "序号：41", "受托单位"):
        assert text in shown


def test_inspect_shows_the_attributes_of_a_pdf(ask, desk, county, tmp_path):
    import pdf_stamping  # noqa: PLC0415 - pyHanko is slow to load

    seal = codec.decode_seal((county / "scoped.esl").read_bytes())
    signer = load_signer(desk.path("pki/signer.p12"), password="govseal")
    target = tmp_path / "stamped.pdf"
    data = stamp(pdf_stamping.pdf(), seal, signer, Placement(1, 20, 30), matter=LISTED)
    target.write_bytes(data)
    found = ask("inspect", target, "--json").json["signatures"][0]
    (row,) = found["signed_data"]["extensions"]
    assert (row["matter"], row["oid"]) == (LISTED, Matter.OID)
    assert found["seal"]["extensions"][0]["seal_scope"]["delegate"] == delegated.COUNTY


def test_a_scope_of_a_later_version_is_shown_with_its_problem(ask, county, tmp_path):
    der = (county / "scoped.esl").read_bytes()
    value = SealScope.find(codec.decode_seal(der).extensions).encode().value
    later = value.replace(b"\x02\x01\x01", b"\x02\x01\x02", 1)
    target = tmp_path / "later.esl"
    target.write_bytes(der.replace(value, later))
    (row,) = ask("seal", "show", target, "--json").json["extensions"]
    assert row["problem"]["code"] == "unsupported"
    assert "seal_scope" not in row
    assert "SealScope of version 2" in ask("seal", "show", target, "--verbose").out


def test_an_approval_that_cannot_be_read_is_shown_with_its_problem():
    (row,) = extension_facts([Extension(ApprovalDigest.OID, b"\x04\x00")])
    assert row["problem"]["code"] == "malformed"
