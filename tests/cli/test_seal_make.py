"""``seal make``: what goes in, what comes out, what is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta

import pytest

from govseal.asn1.times import BEIJING
from govseal.cli.pictures import stated_size_mm
from govseal.seal.drawing import draw_seal

NAME = "测试市行政审批服务管理局行政审批专用章"


def day(days):
    """A day from today, as Beijing counts them."""
    return (datetime.now(BEIJING) + timedelta(days=days)).date().isoformat()


def verified(ask, desk, seal, *words):
    """Status, and outcome by check, of a seal."""
    answer = ask("verify", seal, *desk.trusted, *words, "--json")
    checks = answer.json["signatures"][0]["checks"]
    return answer.status, {item["name"]: item["outcome"] for item in checks}


def test_every_option_is_in_the_seal(ask, desk, make):
    start, end = day(1), day(40)
    times = {"from": start, "to": f"{end}T12:30:00"}
    made = make(id="99000000000009", type=99, size_mm="40,41", **times)
    assert made.status == 0
    shown = ask("seal", "show", make.target, "--json")
    assert shown.status == 0
    assert {key: shown.json[key] for key in made.json} == made.json
    assert made.json["schema"] == "govseal.seal/1"
    assert (made.json["name"], made.json["id"], made.json["type"]) == (NAME, "99000000000009", 99)
    assert made.json["not_before"] == f"{start}T00:00:00+08:00"
    assert made.json["not_after"] == f"{end}T12:30:00+08:00"
    assert (made.json["picture"]["width_mm"], made.json["picture"]["height_mm"]) == (40, 41)
    assert made.json["signature_algorithm"] == "sm2-sm3"
    answer = ask("verify", make.target, *desk.trusted, "--as-of", f"{start}T00:00:00", "--json")
    assert answer.status == 0


@pytest.mark.parametrize(
    ("form", "standard", "seal_type"),
    [
        ({"generation": "2014", "list": "certificates"}, "GM/T 0031-2014", 1),
        ({}, "GB/T 38540-2020", 6),
        ({"generation": "2020", "list": "digests"}, "GB/T 38540-2020", 6),
        ({"generation": "2025", "list": "certificates"}, "GM/T 0031-2025", 6),
        ({"generation": "2025", "list": "digests"}, "GM/T 0031-2025", 6),
    ],
)
def test_each_generation_and_form_of_list(ask, desk, make, form, standard, seal_type):  # noqa: PLR0917 - fixtures
    made = make(**form).json
    assert (made["standard"], made["type"], made["has_time_stamp"]) == (standard, seal_type, False)
    count = (len(made["signers"]), len(made["signer_digests"]))
    assert count == ((0, 1) if form.get("list") == "digests" else (1, 0))
    assert verified(ask, desk, make.target)[0] == 0


def test_several_signers(desk, make):
    made = make("--signer", desk.path("pki/maker.pem"), signer=desk.path("pki/signer.pem"))
    assert len(made.json["signers"]) == 2


def test_nothing_is_said_where_nothing_is_asked(ask, desk, tmp_path):
    words = ("--maker", desk.path("pki/maker.p12"), "--password-file", desk.path("password"))
    words = (*words, "--signer", desk.path("pki/signer.pem"), "--name", NAME)
    answer = ask("seal", "make", *words, "--picture", desk.path("seal.png"), "-o", tmp_path / "a")
    assert (answer.status, answer.out, answer.err) == (0, "", "")


# 时间戳 · time stamps ---------------------------------------------------------------------------


def test_a_time_stamped_seal_verifies(ask, desk, make):
    made = make(generation="2025", timestamp=desk.path("pki/tsa.p12"))
    assert made.json["has_time_stamp"] is True
    status, checks = verified(ask, desk, make.target)
    assert (status, checks["timestamp"]) == (0, "passed")
    status, checks = verified(ask, desk, make.target, "--tsa", desk.path("pki/roots.pem"))
    assert (status, checks["timestamp"]) == (0, "passed")


def test_a_time_stamp_of_a_stranger_is_not_known(ask, desk, make):
    assert make(generation="2025", timestamp=desk.path("foreign/tsa.p12")).status == 0
    status, checks = verified(ask, desk, make.target)
    assert (status, checks["timestamp"]) == (3, "indeterminate")


def test_without_one_the_time_is_claimed(ask, desk, make):
    assert make(generation="2025").status == 0
    status, checks = verified(ask, desk, make.target)
    assert status == 0
    assert "timestamp" not in checks


@pytest.mark.parametrize(
    ("source", "code", "said"),
    [
        ("{desk}/pki/signer.p12", "key_unsupported", "pki/signer.p12: no time stamp authority"),
        ("{desk}/note.txt", "key_wrong_container", "note.txt: "),
        ("absent.p12", "io", "absent.p12：找不到文件"),
    ],
)
def test_what_gives_no_time_stamp(make, desk, source, code, said):
    answer = make(generation="2025", timestamp=source.format(desk=desk.root))
    assert (answer.status, answer.json["code"]) == (2, code)
    assert said in answer.error
    assert not make.target.exists()


@pytest.mark.parametrize("url", ["http://tsa.invalid", "ldap://tsa.invalid"])
def test_an_authority_that_cannot_be_reached(make, url):
    answer = make(generation="2025", timestamp=url)
    assert (answer.status, answer.json["code"]) == (1, "E_TIME_STAMP")
    assert not make.target.exists()


@pytest.mark.parametrize("year", ["2014", "2020"])
def test_earlier_generations_have_no_place_for_one(make, desk, year):
    answer = make(generation=year, timestamp=desk.path("pki/tsa.p12"))
    assert (answer.status, answer.json["code"]) == (1, "E_GENERATION")
    assert "has no place for a time stamp" in answer.error
    assert not make.target.exists()


# 拒绝 · refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"name": " "}, 1, "E_SEAL_NAME"),
        ({"to": "2126-01-01"}, 1, "E_VALIDITY_MISMATCH"),
        ({"from": "2027-01-01", "to": "2026-01-01"}, 1, "E_VALIDITY_MISMATCH"),
        ({"from": "0001-01-01"}, 2, "usage"),
        ({"from": "tomorrow"}, 2, "usage"),
        ({"generation": "2019"}, 2, "usage"),
        ({"generation": "2014", "list": "digests"}, 1, "E_GENERATION"),
        ({"generation": "2014", "type": 6}, 1, "E_SEAL_TYPE"),
        ({"list": "names"}, 2, "usage"),
        ({"profile": "village"}, 2, "io"),
        ({"region": "140500"}, 2, "usage"),
        ({"imprint": "{desk}/seal.png"}, 2, "usage"),
        ({"trust": "{desk}/pki/roots.pem"}, 2, "usage"),
        ({"crl": "{desk}/pki/ca.crl"}, 2, "usage"),
        ({"makers": "{desk}/pki/roots.pem"}, 2, "usage"),
        ({"ca": "{desk}/pki/roots.pem"}, 2, "usage"),
        ({"size_mm": "42"}, 2, "usage"),
        ({"size_mm": "0,42"}, 2, "usage"),
        ({"size_mm": "900,42"}, 2, "usage"),
        ({"id": "印章"}, 2, "usage"),
        ({"type": -1}, 2, "usage"),
        ({"maker": "absent.p12"}, 2, "io"),
        ({"signer": "absent.pem"}, 2, "io"),
        ({"scope": "absent.toml"}, 2, "io"),
        ({"signer": "{desk}/note.txt"}, 2, "malformed"),
        ({"picture": "{desk}/note.txt"}, 2, "usage"),
        ({"picture": "{desk}/note.txt", "size_mm": "42,42"}, 2, "unsupported"),
        ({"maker": "{desk}/note.txt"}, 2, "key_wrong_container"),
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


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"maker": "{desk}/note.txt"}, "note.txt: the private key was expected"),
        ({"password_file": "{desk}/note.txt"}, "pki/maker.p12: "),
        ({"signer": "{desk}/note.txt"}, "note.txt: "),
        ({"signer": "{empty}"}, "empty.txt: no certificate in it"),
        ({"picture": "{desk}/note.txt"}, "note.txt：印模没有注明尺寸"),
        ({"picture": "{desk}/note.txt", "size_mm": "42,42"}, "note.txt: the picture is of no"),
        ({"picture": "{wide}"}, "wide.svg：a seal picture is 1 to 500 mm"),
        ({"imprint": "{wide}", "profile": "test"}, "wide.svg：a seal picture is 1 to 500 mm"),
        ({"imprint": "{desk}/note.txt", "profile": "test"}, "note.txt: the picture is of no"),
        ({"profile": "{desk}/note.txt"}, "note.txt: the profile is not TOML"),
        ({"profile": "test", "trust": "{desk}/note.txt"}, "note.txt: "),
        ({"profile": "test", "crl": "{desk}/note.txt"}, "note.txt: "),
        ({"profile": "test", "ca": "{desk}/note.txt"}, "note.txt: "),
    ],
)
def test_what_is_wrong_is_told_with_the_name_of_its_file(make, desk, tmp_path, changes, said):
    (tmp_path / "empty.txt").write_text("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n")
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="900mm" height="900mm"/>'
    (tmp_path / "wide.svg").write_text(svg)
    places = {"desk": desk.root, "empty": tmp_path / "empty.txt", "wide": tmp_path / "wide.svg"}
    answer = make(**{key: value.format(**places) for key, value in changes.items()})
    assert answer.status == 2
    assert said in answer.error
    assert not make.target.exists()


def test_a_specimen_is_no_picture(ask, make, tmp_path):
    specimen = tmp_path / "specimen.png"
    draw = ("seal", "draw", "--name", NAME[:12], "--specimen", "-o", specimen)
    assert ask(*draw).status == 0
    answer = make(picture=specimen)
    assert (answer.status, answer.json["code"]) == (1, "E_SPECIMEN")
    assert "specimen.png" in answer.error


@pytest.mark.parametrize(
    "option",
    [
        *("maker", "signer", "picture", "password-file", "imprint", "timestamp"),
        *("scope", "trust", "makers", "crl", "ca", "profile"),
    ],
)
def test_the_output_replaces_no_input(make, desk, tmp_path, option):
    made_of = {"maker": "pki/maker.p12", "signer": "pki/signer.pem", "picture": "seal.png"}
    source = desk.path(made_of.get(option, "password")).read_bytes()
    make.target = tmp_path / "input"
    make.target.write_bytes(source)
    answer = make(**{option: make.target})
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert answer.error.startswith("输出会覆盖输入")
    assert make.target.read_bytes() == source


def test_nor_one_in_a_folder_of_roots(make, desk, tmp_path):
    make.target = tmp_path / "root.pem"
    make.target.write_bytes(desk.path("pki/roots.pem").read_bytes())
    answer = make(profile="test", trust=tmp_path)
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert answer.error.startswith("输出会覆盖输入")
    make.target = tmp_path / "new.esl"
    assert make(profile="test", trust=tmp_path, crl=desk.path("pki")).status == 0


def test_a_shipped_profile_is_no_file(make, desk, empty):
    make.target = "test"
    assert make(profile="test", trust=desk.path("pki/roots.pem"), crl=desk.path("pki")).status == 0
    assert (empty / "test").is_file()


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


@pytest.mark.parametrize(
    ("box", "size"),
    [
        (b"0 0 42 42", (42, 42)),
        (b"0 0 40.0 30", (40, 30)),
        (b"0 0 40.5 30", None),
        (b"0 0 0 30", None),
        (b"0 0 40", None),
        (b"", None),
    ],
)
def test_size_that_a_page_of_ofd_states(box, size):
    drawn = draw_seal("测试市行政审批服务管理局").to_ofd()
    parts = {}
    with zipfile.ZipFile(io.BytesIO(drawn)) as package:
        for name in package.namelist():
            parts[name] = package.read(name).replace(b"0 0 42 42<", box + b"<")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert stated_size_mm(data.getvalue()) == size


@pytest.mark.parametrize("end", [0, 10, 1000, -1])
def test_a_damaged_page_of_ofd_states_no_size(end):
    drawn = draw_seal("测试市行政审批服务管理局").to_ofd()
    assert stated_size_mm(drawn[:end]) is None


def test_a_seal_with_a_page_of_ofd_for_its_picture(ask, desk, make, tmp_path):
    drawing = tmp_path / "seal.ofd"
    assert ask("seal", "draw", "--name", NAME, "-o", drawing).status == 0
    made = make(picture=drawing)
    assert made.json["picture"] == made.json["picture"] | {"kind": "ofd", "width_mm": 42}
    assert verified(ask, desk, make.target)[0] == 0
    trust = ("--trust", desk.path("pki/roots.pem"), "--crl", desk.path("pki"))
    answer = ask("seal", "show", make.target, *trust, "--json")
    assert answer.json["use"]["verdict"] == "usable"
