"""``govseal stamp``: places, outputs, passwords, refusals."""

from __future__ import annotations

import stat

import pytest


@pytest.fixture
def stamp(ask, desk, tmp_path):
    """Runs ``stamp`` on the permit into a new file."""

    def call(*words, source=None, to=None):
        source = source or desk.path("permit.ofd")
        return ask("stamp", source, "-o", to or call.target, *words)

    call.target = tmp_path / "out.ofd"
    return call


def test_place_is_where_the_stamp_shows(ask, desk, stamp, tmp_path):
    answer = stamp(*desk.signing, "--place", "1,12.5,200", "--place", "1,100,30", "--json")
    assert answer.status == 0
    assert answer.json["seal"] == "测试市行政审批服务管理局行政审批专用章"
    found = ask("inspect", tmp_path / "out.ofd", "--json").json
    places = [(a["page"], a["x_mm"], a["y_mm"]) for a in found["signatures"][0]["appearances"]]
    assert places == [(1, 12.5, 200.0), (1, 100.0, 30.0)]


def test_second_stamp_keeps_the_first(ask, desk, stamp, tmp_path):
    answer = stamp(*desk.signing, "--place", "1,20,20", source=desk.path("stamped.ofd"))
    assert answer.status == 0
    report = ask("verify", tmp_path / "out.ofd", *desk.trusted, "--json")
    assert report.status == 0
    assert [item["verdict"] for item in report.json["signatures"]] == ["passed", "passed"]


def test_whole_protection_closes_the_document(ask, desk, stamp, tmp_path):
    closed = tmp_path / "closed.ofd"
    assert stamp(*desk.signing, "--place", "1,1,1", "--protect", "whole", to=closed).status == 0
    answer = stamp(*desk.signing, "--place", "1,90,90", "--json", source=closed)
    assert answer.status == 1
    assert answer.json["code"] == "whole_protected"
    assert answer.error.startswith("whole_protected：")
    assert ask("verify", closed, *desk.trusted).status == 0


def test_silence_on_success(desk, stamp):
    answer = stamp(*desk.signing, "--place", "1,120,210")
    assert (answer.status, answer.out, answer.err) == (0, "", "")


@pytest.mark.parametrize(
    "place", ["1,2", "0,1,1", "-1,1,1", "1,a,b", "1,1e9,1", "1,nan,1", "1;2;3", "１,1,1", ""]
)
def test_places_that_are_none(desk, stamp, tmp_path, place):
    answer = stamp(*desk.signing, f"--place={place}")
    assert answer.status == 2
    assert "--place" in answer.error
    assert not (tmp_path / "out.ofd").exists()


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (("--place", "9,1,1"), 1, "no_such_page"),
        (("--place", "1,200,1"), 1, "outside_page"),
        (("--place", "1,-50,1"), 1, "outside_page"),
        ((), 2, "usage"),
        (("--detached", "--place", "1,1,1"), 2, "usage"),
        (("--detached", "--protect", "whole"), 2, "usage"),
        (("--place", "1,1,1", "--protect", "none"), 2, "usage"),
        (("--place", "1,1,1", "--password-env", "HOME"), 2, "usage"),
    ],
)
def test_refusals(desk, stamp, words, status, code):
    answer = stamp(*desk.signing, *words, "--json")
    assert answer.status == status
    assert answer.json["code"] == code
    assert not stamp.target.exists()


def test_key_that_the_seal_does_not_permit(desk, stamp):
    answer = stamp(
        *("--seal", desk.path("approval.esl"), "--key", desk.path("foreign/signer.p12")),
        *("--password-file", desk.path("password"), "--place", "1,1,1", "--json"),
    )
    assert answer.status == 1
    assert answer.json["code"] == "E_NOT_OWNER"
    assert answer.error.startswith("E_NOT_OWNER：印章没有授权该证书")
    assert answer.hint == "用 govseal seal show 查看印章授权的证书"


@pytest.mark.parametrize("name", ["permit.ofd", "approval.esl", "pki/signer.p12", "password"])
def test_inputs_are_never_replaced(desk, stamp, name):
    before = desk.path(name).read_bytes()
    answer = stamp(*desk.signing, "--place", "1,1,1", to=desk.path(name))
    assert answer.status == 2
    assert answer.error.startswith("输出会覆盖输入")
    assert desk.path(name).read_bytes() == before


def test_inputs_are_known_behind_links(desk, stamp, tmp_path):
    link = tmp_path / "link.ofd"
    link.symlink_to(desk.path("permit.ofd"))
    answer = stamp(*desk.signing, "--place", "1,1,1", to=link)
    assert answer.status == 2
    assert "输出会覆盖输入" in answer.error


def test_an_older_output_is_replaced_whole_and_keeps_its_mode(desk, stamp, tmp_path):
    target = tmp_path / "out.ofd"
    target.write_bytes(b"older")
    target.chmod(0o600)
    assert stamp(*desk.signing, "--place", "1,1,1", to=target).status == 0
    assert target.read_bytes().startswith(b"PK")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_a_refusal_leaves_an_older_output_alone(desk, stamp, tmp_path):
    target = tmp_path / "out.ofd"
    target.write_bytes(b"older")
    assert stamp(*desk.signing, "--place", "9,1,1", to=target).status == 1
    assert target.read_bytes() == b"older"


def test_output_into_a_folder_that_is_not_there(desk, stamp, tmp_path):
    answer = stamp(*desk.signing, "--place", "1,1,1", to=tmp_path / "absent/out.ofd")
    assert answer.status == 2
    assert answer.error == f"{tmp_path}/absent/out.ofd：找不到文件"


def test_output_that_is_a_folder(desk, stamp, tmp_path):
    answer = stamp(*desk.signing, "--place", "1,1,1", to=tmp_path)
    assert answer.status == 2
    assert answer.error == f"{tmp_path}：是目录，不是文件"


def test_password_from_the_environment(desk, stamp, monkeypatch):
    key = ("--seal", desk.path("approval.esl"), "--key", desk.path("pki/signer.p12"))
    monkeypatch.setenv("SEAL_PIN", "govseal")
    words = (*key, "--password-env", "SEAL_PIN", "--place", "1,1,1")
    assert stamp(*words).status == 0
    monkeypatch.setenv("SEAL_PIN", "not-this-one")
    answer = stamp(*words, "--json")
    assert answer.status == 2
    assert answer.json["code"] == "key_wrong_password"
    assert "not-this-one" not in answer.out + answer.err


@pytest.mark.parametrize("content", ["govseal", "govseal\n", "govseal\r\n", "\ufeffgovseal\nmore"])
def test_password_from_a_file_is_its_first_line(desk, stamp, tmp_path, content):
    file = tmp_path / "pin"
    file.write_bytes(content.encode())
    key = ("--seal", desk.path("approval.esl"), "--key", desk.path("pki/signer.p12"))
    assert stamp(*key, "--password-file", file, "--place", "1,1,1").status == 0


def test_password_file_that_is_no_text(desk, stamp, tmp_path):
    file = tmp_path / "pin"
    file.write_bytes(b"\xff\xfe")
    key = ("--seal", desk.path("approval.esl"), "--key", desk.path("pki/signer.p12"))
    answer = stamp(*key, "--password-file", file, "--place", "1,1,1")
    assert answer.status == 2
    assert "UTF-8" in answer.error


def test_stamping_what_is_no_ofd(desk, stamp):
    answer = stamp(*desk.signing, "--place", "1,1,1", "--json", source=desk.path("note.txt"))
    assert answer.status == 2
    assert answer.json["code"] == "unsupported"


def test_stamping_a_bare_seal(desk, stamp):
    words = (*desk.signing, "--place", "1,1,1", "--json")
    answer = stamp(*words, source=desk.path("pki/../approval.esl"))
    assert answer.status == 1
    assert answer.json["code"] == "unsupported"


def test_stamping_a_damaged_document(desk, stamp, tmp_path):
    damaged = tmp_path / "damaged.ofd"
    damaged.write_bytes(desk.path("permit.ofd").read_bytes()[:-30])
    answer = stamp(*desk.signing, "--place", "1,1,1", "--json", source=damaged)
    assert answer.status in (1, 2)
    assert answer.json["code"] == "container_damaged"
    assert not (tmp_path / "out.ofd").exists()


def test_json_and_standard_output_exclude_each_other(desk, stamp):
    answer = stamp(*desk.signing, "--place", "1,1,1", "--json", to="-")
    assert answer.status == 2
    assert answer.json["code"] == "usage"
