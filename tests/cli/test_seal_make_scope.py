"""``seal make --scope``: a seal that is handed over, from the agreement to the stamp."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from delegated import CITY, COUNTY, LIST, LISTED, OTHER
from govseal import sm2
from govseal.asn1.times import BEIJING
from govseal.cli.problems import UsageError
from govseal.cli.scope import read_scope
from govseal.seal import codec
from govseal.seal.extensions import SealScope

AGREEMENT = "委托协议".encode()


@pytest.fixture
def scope(tmp_path):
    """Writes a scope as TOML, with its agreement and list beside it; None leaves an entry out."""
    folder = tmp_path / "scope"
    folder.mkdir()
    (folder / "agreement.pdf").write_bytes(AGREEMENT)
    (folder / "list.txt").write_bytes(LIST)

    def call(**changes):
        today = datetime.now(BEIJING).date()
        entries = {
            "delegator": f'"{CITY}"',
            "delegate": f'"{COUNTY}"',
            "region": '"990001"',
            "agreement": '"agreement.pdf"',
            "matters": f'["{LISTED}"]',
            "not_before": today,
            "not_after": today + timedelta(days=90),
        }
        rows = [f"{k} = {v}" for k, v in (entries | changes).items() if v is not None]
        path = folder / "scope.toml"
        path.write_text("\n".join(rows), encoding="utf-8")
        return path

    return call


@pytest.fixture
def hand_over(make):
    """Runs ``seal make --scope``; the seal is valid from today on, the whole day."""

    def call(path, **changes):
        today = datetime.now(BEIJING).date()
        return make(scope=path, **{"from": today} | changes)

    return call


@pytest.fixture
def stamped(ask, desk, make, tmp_path):
    """Stamps with the seal that was made last; the answer, and the stamped file."""

    def call(*words):
        target = tmp_path / "stamped.ofd"
        signing = ("--key", desk.path("pki/signer.p12"), "--password-file", desk.path("password"))
        place = ("--seal", make.target, "--place", "1,120,210", "-o", target)
        return ask("stamp", desk.path("permit.ofd"), *place, *signing, *words, "--json"), target

    return call


@pytest.mark.req("R-GZ-1.1")
def test_a_scoped_seal_is_made_used_and_verified(ask, desk, hand_over, scope, stamped):
    made = hand_over(scope())
    assert made.status == 0
    (row,) = made.json["extensions"]
    assert row["seal_scope"]["matters"] == [LISTED]
    answer, target = stamped("--matter", LISTED)
    assert answer.status == 0
    report = ask("verify", target, *desk.trusted, "--json")
    assert (report.status, report.json["signatures"][0]["matter"]) == (0, LISTED)


@pytest.mark.parametrize(
    ("words", "code"),
    [(("--matter", OTHER), "E_ITEM_NOT_DELEGATED"), ((), "E_SEAL_SCOPE")],
)
def test_outside_the_scope_it_stamps_nothing(hand_over, scope, stamped, words, code):
    assert hand_over(scope()).status == 0
    answer, target = stamped(*words)
    assert (answer.status, answer.json["code"]) == (1, code)
    assert not target.exists()


def test_a_list_is_named_by_its_digest(ask, desk, hand_over, scope, stamped):
    assert hand_over(scope(matters=None, matter_list='"list.txt"')).status == 0
    given = ("--matter-list", scope().parent / "list.txt")
    answer, target = stamped("--matter", "360700-0003", *given)
    assert answer.status == 0
    assert ask("verify", target, *desk.trusted, *given).status == 0
    assert ask("verify", target, *desk.trusted).status == 3
    answer, _ = stamped("--matter", OTHER, *given)
    assert (answer.status, answer.json["code"]) == (1, "E_ITEM_NOT_DELEGATED")


@pytest.mark.req("R-GZ-1.3a")
def test_days_are_whole_days_of_beijing(make, scope):
    start, end = datetime(2027, 3, 1).date(), datetime(2027, 3, 31).date()  # noqa: DTZ001 - days
    found, files = read_scope(scope(not_before=start, not_after=end))
    assert found.not_before == datetime(2027, 2, 28, 16, tzinfo=UTC)
    assert found.not_after == datetime(2027, 3, 31, 15, 59, 59, tzinfo=UTC)
    assert found.agreement == sm2.sm3(AGREEMENT)
    assert [file.name for file in files] == ["agreement.pdf"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-03-01T08:00:00", datetime(2027, 3, 1, tzinfo=UTC)),
        ("2027-03-01T08:00:00Z", datetime(2027, 3, 1, 8, tzinfo=UTC)),
        ("2027-03-01T08:00:00-08:00", datetime(2027, 3, 1, 16, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_of_beijing(scope, text, moment):
    assert read_scope(scope(not_before=text))[0].not_before == moment


@pytest.mark.usefixtures("empty")
def test_files_are_beside_the_toml_wherever_one_stands(make, hand_over, scope):
    assert hand_over(scope(matter_list='"list.txt"')).status == 0
    found = SealScope.find(codec.decode_seal(make.target.read_bytes()).extensions)
    assert found.matter_list == sm2.sm3(LIST)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"matters": "[1]"}, "内容不正确：1 is no text"),
        ({"matters": '"a"'}, "内容不正确：'a' is no list"),
        ({"region": '"99"'}, "内容不正确：a division code has six digits"),
        ({"delegate": '"测试县"'}, "内容不正确：a unified social credit code"),
        ({"delegator": "11"}, "内容不正确：11 is no text"),
        ({"agreement": "1"}, "内容不正确：1 is no text"),
        ({"matter_list": "1"}, "内容不正确：1 is no text"),
        ({"agreement": '"a\\u0000"'}, "内容不正确："),
        ({"not_after": '"2027-01-01"'}, "内容不正确：'2027-01-01' is no date"),
        ({"not_after": "08:00:00"}, "is no date"),
        ({"not_before": "0001-01-01"}, "内容不正确："),
        ({"not_after": "9999-12-31T23:59:59-08:00"}, "内容不正确："),
        ({"not_after": None}, "多余或缺少的项：not_after"),
        ({"redelegation": "true", "region": None}, "多余或缺少的项：redelegation, region"),
        ({"not_after": "2027-13-01"}, "不是 TOML 文本："),
        ({"matters": "[" * 5000}, "不是 TOML 文本："),
    ],
)
def test_what_is_no_scope(make, scope, changes, said):
    path = scope(**changes)
    answer = make(scope=path)
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert answer.error.startswith(f"{path}：")
    assert said in answer.error
    assert not make.target.exists()


@pytest.mark.parametrize("data", [b"\xff", "地区 = 1".encode("gb18030"), bytes(2)])
def test_other_bytes_are_no_scope(tmp_path, data):
    (tmp_path / "scope.toml").write_bytes(data)
    with pytest.raises(UsageError, match="不是 TOML 文本"):
        read_scope(tmp_path / "scope.toml")


def test_a_scope_is_read_whole_or_not_at_all(scope):
    path = scope()
    path.write_bytes(path.read_bytes() + b"\n#" + bytes([0x20]) * (1 << 20))
    with pytest.raises(UsageError, match="文件过大"):
        read_scope(path)


@pytest.mark.parametrize("entry", ["agreement", "matter_list"])
def test_a_file_that_is_absent_is_named(make, scope, entry):
    answer = make(scope=scope(**{entry: '"absent.pdf"'}))
    assert (answer.status, answer.json["code"]) == (2, "io")
    assert "absent.pdf：找不到文件" in answer.error


@pytest.mark.parametrize("name", ["agreement.pdf", "list.txt", "scope.toml"])
def test_the_seal_replaces_no_paper(make, scope, name):
    path = scope(matter_list='"list.txt"')
    make.target = path.parent / name
    before = make.target.read_bytes()
    answer = make(scope=path)
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert answer.error.startswith("输出会覆盖输入")
    assert make.target.read_bytes() == before


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (-90, -30, "does not end within"),
        (1, 500, "does not end within"),
        (400, 500, "does not end within"),
        (3, 1, "ends before"),
    ],
)
def test_a_term_outside_the_seal(make, hand_over, scope, start, end, said):  # noqa: PLR0917 - fixtures
    today = datetime.now(BEIJING).date()
    days = {"not_before": today + timedelta(start), "not_after": today + timedelta(end)}
    answer = hand_over(scope(**days))
    assert (answer.status, answer.json["code"]) == (1, "E_VALIDITY_MISMATCH")
    assert said in answer.error
    assert not make.target.exists()


def test_a_term_may_have_begun_this_morning(make, scope):
    assert make(scope=scope()).status == 0
