"""``pki key`` and ``pki request``: from nothing to what a CA is sent."""

from __future__ import annotations

import pytest

from govseal.cli import arguments
from govseal.pki.keyfiles import read_key_file
from govseal.pki.request import load_request

UNIT = "测试市行政审批服务管理局"
CODE = "11990000MB0000019F"
SEAL = "99000000000001"
OFFICIAL = ("--credit-code", CODE, "--unit", UNIT, "--seal-code", SEAL)
NAME = ("--subject", f"C=CN, O={UNIT}, CN=测试")


@pytest.fixture
def password(desk):
    return ("--password-file", desk.path("password"))


@pytest.fixture
def making(ask, password, tmp_path):
    """Runs a command with the password; what it writes is the folder's ``out``."""
    return lambda *words: ask("pki", *words, "-o", tmp_path / "out", *password, "--json")


@pytest.fixture
def key(ask, password, tmp_path):
    path = tmp_path / "key.pem"
    assert ask("pki", "key", "-o", path, *password).status == 0
    return path


@pytest.mark.parametrize(
    ("options", "kind", "bits"),
    [
        ((), "sm2", 256),
        (("--algorithm", "ec"), "ec", 256),
        (("--algorithm", "rsa", "--bits", "2048"), "rsa", 2048),
        (("--scheme", "sm4"), "sm2", 256),
    ],
)
def test_a_key_is_made_under_its_password(options, kind, bits, making, tmp_path):
    path = tmp_path / "out"
    answer = making("key", *options)
    assert answer.status == 0
    assert answer.json == {
        "schema": "govseal.key/1",
        "file": str(path),
        "algorithm": kind,
        "bits": bits,
    }
    assert read_key_file(path.read_bytes(), "govseal").key.public_key.kind == kind
    assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")


def test_a_key_is_for_its_owner_alone(key):
    assert key.stat().st_mode & 0o777 == 0o600


def test_the_password_may_come_from_the_environment(ask, tmp_path, monkeypatch):
    monkeypatch.setenv("KEY_PASSWORD", "口令")
    path = tmp_path / "key.pem"
    assert ask("pki", "key", "-o", path, "--password-env", "KEY_PASSWORD").status == 0
    assert read_key_file(path.read_bytes(), "口令").key.public_key.kind == "sm2"


def test_at_a_terminal_the_password_is_asked_for_twice(ask, tmp_path, monkeypatch):
    said = iter(["口令", "口令", "one", "another", "", ""])
    monkeypatch.setattr(arguments, "ask_password", lambda _: next(said))
    monkeypatch.setattr("getpass.getpass", lambda _: next(said))
    path = tmp_path / "key.pem"
    assert ask("pki", "key", "-o", path).status == 0
    assert read_key_file(path.read_bytes(), "口令").key.public_key.kind == "sm2"
    other = tmp_path / "other.pem"
    for words in ("不同", "不能没有密码"):
        answer = ask("pki", "key", "-o", other)
        assert answer.status == 2
        assert words in answer.error
    assert not other.exists()


def test_a_request_for_an_official_seal(ask, key, password, tmp_path):
    path = tmp_path / "r.csr"
    answer = ask("pki", "request", "--key", key, *OFFICIAL, "-o", path, *password, "--json")
    assert answer.json == {
        "schema": "govseal.request/1",
        "file": str(path),
        "subject": f"C=CN, O={CODE}{UNIT}, CN={SEAL}",
        "algorithm": "sm2-sm3",
        "key_usage": ["digital_signature", "non_repudiation"],
    }
    request = load_request(path)
    assert request.public_key == read_key_file(key.read_bytes(), "govseal").key.public_key


def test_a_request_for_something_else(ask, desk, password, tmp_path):
    path = tmp_path / "r.csr"
    asked = ("--usage", "digital_signature", "--purpose", "time_stamping", "--purpose", "1.2.3")
    where = ("--key", desk.path("pki/tsa.p12"), *password, "-o", path)
    answer = ask("pki", "request", *NAME, *asked, *where)
    assert answer.status == 0
    assert "CN=测试" in answer.out
    request = load_request(path)
    assert request.key_usage == {"digital_signature"}
    assert request.extended_key_usage == {"time_stamping", "1.2.3"}


def test_a_request_through_a_pipe(ask, key, password):
    answer = ask("pki", "request", "--key", key, *NAME, "-o", "-", *password)
    assert load_request(answer.out.encode()).subject_value("CN") == "测试"


def test_the_words_in_english(ask, key, password, tmp_path):
    answer = ask(
        "pki", "request", "--key", key, *NAME, "-o", tmp_path / "r", *password, "--lang=en"
    )
    assert answer.out.startswith("wrote ")
    answer = ask("pki", "key", "-o", tmp_path / "k", *password, "--lang=en")
    assert answer.out == f"wrote {tmp_path / 'k'} (sm2, 256 bits)\n"


# --- refused --------------------------------------------------------------------------------


def test_a_key_never_replaces_a_file(ask, key, password):
    before = key.read_bytes()
    answer = ask("pki", "key", "-o", key, *password)
    assert answer.status == 2
    assert "新文件" in answer.error
    assert key.read_bytes() == before


def test_a_key_is_not_shown(ask, password):
    answer = ask("pki", "key", "-o", "-", *password)
    assert answer.status == 2
    assert answer.out == ""


def test_a_key_without_a_password_is_not_made(ask, tmp_path):
    path = tmp_path / "key.pem"
    answer = ask("pki", "key", "-o", path)
    assert answer.status == 2
    assert "不能没有密码" in answer.error
    assert "--password-file" in answer.hint
    (tmp_path / "empty").write_text("\n")
    assert ask("pki", "key", "-o", path, "--password-file", tmp_path / "empty").status == 2
    assert not path.exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--algorithm", "dsa"),
        ("--bits", "2048"),
        ("--algorithm", "rsa", "--bits", "1024"),
        ("--scheme", "des"),
    ],
)
def test_keys_that_are_not_made(options, ask, password, tmp_path):
    path = tmp_path / "key.pem"
    assert ask("pki", "key", *options, "-o", path, *password).status == 2
    assert not path.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--subject"),
        ((*NAME, *OFFICIAL), "--subject"),
        ((*NAME, "--unit", UNIT), "--subject"),
        (OFFICIAL[:4], "--subject"),
        (("--subject", "测试"), "not a name"),
        (("--subject", "C=中国, CN=x"), "two letters"),
        (("--subject", "C=CN, XX=x"), "no such part"),
        ((*OFFICIAL[:1], CODE[:-1] + "A", *OFFICIAL[2:]), "check character"),
        ((*OFFICIAL[:5], "1234"), "14 digits"),
        ((*NAME, "--purpose", "sealing"), "not a purpose"),
        ((*NAME, "--usage", "sealing"), "sealing"),
    ],
)
def test_requests_that_are_not_made(options, said, making, key, tmp_path):
    answer = making("request", "--key", key, *options)
    assert answer.status == 2
    assert said in answer.error
    assert not (tmp_path / "out").exists()


def test_a_request_never_replaces_its_key(ask, key, password):
    before = key.read_bytes()
    answer = ask("pki", "request", "--key", key, *NAME, "-o", key, *password)
    assert answer.status == 2
    assert key.read_bytes() == before


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("pki/signer.pem", "key_wrong_container"),
        ("note.txt", "key_wrong_container"),
        ("absent", "io"),
    ],
)
def test_files_that_hold_no_key(file, code, making, desk, tmp_path):
    answer = making("request", "--key", desk.path(file), *NAME)
    assert (answer.status, answer.json["code"]) == (2, code)
    assert not (tmp_path / "out").exists()


def test_a_key_that_breaks_off(making, desk, tmp_path):
    path = tmp_path / "cut.p12"
    path.write_bytes(desk.path("pki/signer.p12").read_bytes()[:-100])
    answer = making("request", "--key", path, *NAME)
    assert (answer.status, answer.json["code"]) == (2, "key_damaged")


def test_a_key_whose_password_is_not_given(ask, desk, tmp_path):
    words = ("--key", desk.path("pki/signer.p12"), *NAME, "-o", tmp_path / "r.csr")
    answer = ask("pki", "request", *words, "--json")
    assert (answer.status, answer.json["code"]) == (2, "key_wrong_password")
    assert "--password-file" in answer.hint
