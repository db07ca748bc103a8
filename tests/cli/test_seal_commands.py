"""``pki init``, ``seal draw``, ``seal make``, ``seal show``."""

from __future__ import annotations

import pytest

from govseal.cli.pictures import stated_size_mm

UNIT = "测试市行政审批服务管理局"
NAME = UNIT + "行政审批专用章"


@pytest.fixture
def make(ask, desk, tmp_path):
    """Runs ``seal make`` with what it needs; later options replace earlier ones."""

    def call(**changes):
        values = {
            "--maker": desk.path("pki/maker.p12"),
            "--password-file": desk.path("password"),
            "--signer": desk.path("pki/signer.pem"),
            "--name": NAME,
            "--picture": desk.path("seal.png"),
            "-o": call.target,
        }
        values |= {f"--{key.replace('_', '-')}": value for key, value in changes.items()}
        words = [word for item in values.items() if item[1] is not None for word in item]
        return ask("seal", "make", *words, "--json")

    call.target = tmp_path / "new.esl"
    return call


def test_pki_init_writes_the_hierarchy(ask, tmp_path):
    answer = ask("pki", "init", tmp_path / "pki", "--algorithm", "rsa", "--json")
    assert answer.status == 0
    assert answer.json["password"] == "govseal"
    names = {path.name for path in (tmp_path / "pki").iterdir()}
    wanted = "roots.pem maker.p12 maker.pem signer.p12 signer.pem tsa.p12 tsa.pem"
    assert names == {*wanted.split(), "ca.crl", "maker-ca.crl", "signer.ocsp"}


def test_pki_init_keeps_what_is_there(ask, desk):
    before = desk.path("pki/signer.p12").read_bytes()
    answer = ask("pki", "init", desk.path("pki"))
    assert answer.status == 2
    assert "不是空的" in answer.error
    assert desk.path("pki/signer.p12").read_bytes() == before


def test_pki_init_says_that_it_is_for_tests(ask, tmp_path):
    answer = ask("pki", "init", tmp_path / "pki", "--lang", "en")
    assert "for tests only" in answer.out


def test_pki_init_on_a_file(ask, desk):
    answer = ask("pki", "init", desk.path("note.txt"))
    assert answer.status == 2
    assert "已经存在" in answer.error


@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_draw(ask, tmp_path, suffix, start):
    target = tmp_path / f"seal.{suffix}"
    words = ("--name", UNIT, "--bottom", "行政审批专用章", "--diameter", 45, "--dpi", 100)
    answer = ask("seal", "draw", *words, "-o", target, "--json")
    assert answer.status == 0
    assert answer.json["width_mm"] == answer.json["height_mm"] == 45
    assert target.read_bytes().startswith(start)
    assert stated_size_mm(target.read_bytes()) == (45, 45)


def test_draw_as_pdf(ask, tmp_path):
    answer = ask("seal", "draw", "--name", UNIT, "-o", tmp_path / "seal.PDF", "--json")
    assert answer.status == 0
    assert answer.json["width_mm"] == 42
    assert b"/MediaBox [0 0 119.0551 119.0551]" in (tmp_path / "seal.PDF").read_bytes()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--diameter", 100), 1, "E_SEAL_SIZE：印章尺寸不符合规定"),
        (("--name", "测试 市"), 1, "E_SEAL_NAME：印章名称不符合要求"),
        (("--name", "测" * 120), 1, "E_NAME_TOO_LONG"),
        (("--dpi", 5), 2, "--dpi"),
        (("--shape", "star"), 2, "--shape 只能取"),
        (("--shape", "oval", "--diameter", 42), 2, "diameter_mm"),
        (("--level", "village"), 2, "--level 没有 village"),
        (("--level", "city"), 1, "E_EMBLEM_MISSING：该级别的印章中央须刊国徽"),
        (("--code", "12A"), 1, "E_SEAL_CODE"),
        (("--emblem", "absent.svg"), 2, "absent.svg：找不到文件"),
        (("--specimen", "--dpi", 600), 2, "--dpi"),
        (("-o", "seal.jpg"), 2, "印模输出为 .svg、.pdf、.png 或 .ofd 文件"),
        (("-o", "absent/seal.png"), 2, "absent/seal.png：找不到文件"),
    ],
)
def test_draw_refusals(ask, empty, words, status, said):
    answer = ask("seal", "draw", "--name", UNIT, "-o", "seal.png", *words)
    assert answer.status == status
    assert said in answer.error
    assert list(empty.iterdir()) == []


def test_refusal_as_json(ask, tmp_path):
    words = ("seal", "draw", "--name", "a b", "-o", tmp_path / "x.png", "--json", "--lang", "en")
    answer = ask(*words)
    assert answer.status == 1
    assert answer.json["code"] == "E_SEAL_NAME"
    assert answer.error.startswith("E_SEAL_NAME: ")


def test_make_and_show(ask, make, tmp_path):
    times = {"from": "2026-12-01", "to": "2027-01-01"}
    made = make(id="99000000000001", type=6, size_mm="40,41", **times)
    if made.status:  # the throw-away certificates are valid for a year from now
        assert made.json["code"] == "E_VALIDITY_MISMATCH"
        made = make(id="99000000000001", type=6, size_mm="40,41")
    assert made.status == 0
    shown = ask("seal", "show", tmp_path / "new.esl", "--json")
    assert shown.status == 0
    assert {key: shown.json[key] for key in made.json} == made.json
    assert shown.json["schema"] == "govseal.seal/1"
    assert shown.json["name"] == NAME
    assert shown.json["standard"] == "GB/T 38540-2020"
    assert (shown.json["picture"]["width_mm"], shown.json["picture"]["height_mm"]) == (40, 41)
    assert len(shown.json["signers"]) == 1
    assert shown.json["signature_algorithm"] == "sm2-sm3"


def test_show_for_people(ask, desk):
    chinese = ask("seal", "show", desk.path("approval.esl"))
    assert f"名称：{NAME}\n" in chinese.out
    assert "授权的签章人：1\n" in chinese.out
    assert "结论：不能确定能否使用\n" in chinese.out
    english = ask("seal", "show", desk.path("approval.esl"), "--lang", "en")
    assert f"name: {NAME}\n" in english.out


def test_several_signers(ask, desk, tmp_path):
    signers = (desk.path("pki/signer.pem"), desk.path("pki/maker.pem"))
    answer = ask(
        *("seal", "make", "--maker", desk.path("pki/maker.p12"), "--name", NAME),
        *("--password-file", desk.path("password"), "--picture", desk.path("seal.png")),
        *("--signer", *signers, "-o", tmp_path / "two.esl", "--json"),
    )
    assert answer.status == 0
    assert len(answer.json["signers"]) == 2


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"name": " "}, 1, "E_SEAL_NAME"),
        ({"to": "2126-01-01"}, 1, "E_VALIDITY_MISMATCH"),
        ({"from": "2027-01-01", "to": "2026-01-01"}, 1, "E_VALIDITY_MISMATCH"),
        ({"generation": "2019"}, 2, "usage"),
        ({"generation": "2014", "list": "digests"}, 1, "E_GENERATION"),
        ({"generation": "2014", "type": 6}, 1, "E_SEAL_TYPE"),
        ({"timestamp": "{desk}/pki/tsa.p12"}, 1, "E_GENERATION"),
        ({"timestamp": "http://tsa.invalid"}, 1, "E_GENERATION"),
        ({"timestamp": "http://tsa.invalid", "generation": "2025"}, 1, "E_TIME_STAMP"),
        ({"timestamp": "ldap://tsa.invalid", "generation": "2025"}, 1, "E_TIME_STAMP"),
        ({"profile": "village"}, 2, "io"),
        ({"region": "140500"}, 2, "usage"),
        ({"imprint": "{desk}/seal.png"}, 2, "usage"),
        ({"size_mm": "42"}, 2, "usage"),
        ({"size_mm": "0,42"}, 2, "usage"),
        ({"size_mm": "900,42"}, 2, "usage"),
        ({"id": "印章"}, 2, "usage"),
        ({"type": -1}, 2, "usage"),
        ({"maker": "absent.p12"}, 2, "io"),
        ({"signer": "{desk}/note.txt"}, 2, "malformed"),
        ({"picture": "{desk}/note.txt"}, 2, "usage"),
        ({"picture": "{desk}/note.txt", "size_mm": "42,42"}, 2, "unsupported"),
        ({"maker": "{desk}/note.txt"}, 2, "key_damaged"),
        ({"password_file": None}, 2, "key_wrong_password"),
        ({"password_file": "{desk}/note.txt"}, 2, "key_wrong_password"),
        ({"password_file": "absent"}, 2, "io"),
        ({"password_env": "GOVSEAL_NOT_SET"}, 2, "usage"),
    ],
)
def test_make_refusals(make, desk, changes, status, code):
    changes = {
        key: value.format(desk=desk.root) if isinstance(value, str) else value
        for key, value in changes.items()
    }
    answer = make(**changes)
    assert answer.status == status
    assert answer.json["code"] == code
    assert not make.target.exists()


def test_missing_password_has_a_hint(make):
    answer = make(password_file=None)
    assert answer.hint == "用 --password-env 或 --password-file 提供密码"


def test_make_never_replaces_the_picture(ask, desk, tmp_path):
    picture = tmp_path / "seal.png"
    picture.write_bytes(desk.path("seal.png").read_bytes())
    answer = ask(
        *("seal", "make", "--maker", desk.path("pki/maker.p12"), "--name", NAME),
        *("--password-file", desk.path("password"), "--picture", picture),
        *("--signer", desk.path("pki/signer.pem"), "-o", picture),
    )
    assert answer.status == 2
    assert picture.read_bytes() == desk.path("seal.png").read_bytes()


def test_show_of_what_is_no_seal(ask, desk):
    answer = ask("seal", "show", desk.path("stamped.ofd"), "--json")
    assert answer.status == 2
    assert answer.json["code"] == "malformed"


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (b'<svg xmlns="x" width="42mm" height="30.0mm" viewBox="0 0 1 1">', (42, 30)),
        (b"<svg height='30mm'\n width='42mm'>", (42, 30)),
        (b'<svg width="42" height="30">', None),
        (b'<svg width="42mm">', None),
        (b'<svg viewBox="0 0 1 1"><rect width="1mm" height="2mm"/>', None),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None),
        (b"GIF89a", None),
        (b"", None),
    ],
)
def test_size_that_a_picture_states(data, size):
    assert stated_size_mm(data) == size
