"""``seal make``: what goes in, what comes out, what is refused."""

from __future__ import annotations

import pytest

from govseal.cli.pictures import stated_size_mm

NAME = "测试市行政审批服务管理局行政审批专用章"


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
        ({"timestamp": "http://tsa.example"}, 2, "usage"),
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
