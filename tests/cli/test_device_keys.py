"""Commands with keys in devices: SoftHSM2 and a cryptographic machine in software."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import pdf_stamping
import quickkeys
import softdevices
from govseal.pki.certificate import load_certificates
from govseal.pki.devices.cryptoki import Session
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.request import load_request
from govseal.testing import Authority, x509

PLACE = ("--place", "1,20,30")
NAME = "测试市行政审批服务管理局行政审批专用章"


@dataclass(frozen=True)
class Office:
    """A bureau whose key is in a device: how commands are told of it."""

    folder: Path
    key: str
    certificate: Path | None
    """Where the device holds none."""
    is_sdf: bool

    @property
    def signing(self):
        cert = () if self.certificate is None else ("--cert", self.certificate)
        pin = ("--password-file", self.folder / "pin")
        return ("--seal", self.folder / "seal.esl", "--key", self.key, *cert, *pin)

    @property
    def trusted(self):
        return ("--trust", self.folder / "root.pem", "--crl", self.folder / "ca.crl")

    def path(self, name):
        return self.folder / name


def open_office(folder, desk, authority, key, certificate, *, is_sdf):
    (folder / "pin").write_text(softdevices.PIN + "\n")
    (folder / "root.pem").write_bytes(authority.certificate.to_pem())
    (folder / "ca.crl").write_bytes(authority.crl())
    (folder / "signer.pem").write_bytes(certificate.to_pem())
    (folder / "maker.p12").write_bytes(
        quickkeys.pkcs12(authority.issue("测试制章"), softdevices.PIN)
    )
    (folder / "permit.pdf").write_bytes(pdf_stamping.pdf())
    shutil.copy(desk.path("permit.ofd"), folder / "permit.ofd")
    shutil.copy(desk.path("note.txt"), folder / "note.txt")
    shutil.copy(desk.path("seal.png"), folder / "seal.png")
    return Office(folder, key, folder / "signer.pem" if is_sdf else None, is_sdf)


@pytest.fixture
def sdf(desk, tmp_path, monkeypatch):
    """A machine with an SM2 key, which tells how often it was used."""
    for name, value in softdevices.environment().items():
        monkeypatch.setenv(name, value)
    authority = Authority.create("测试设备 CA", at=softdevices.AT)
    machine = softdevices.soft_sdf(authority)
    office = open_office(tmp_path, desk, authority, machine.uri, machine.certificate, is_sdf=True)
    extension = x509.extended_key_usage_extension(("time_stamping",), is_critical=True)
    spki = machine.certificate.public_key.spki
    tsa = softdevices.certify(authority, spki, "测试时间戳服务", extension)
    (tmp_path / "tsa.pem").write_bytes(tsa.to_pem())
    maker = softdevices.certify(authority, spki, "测试制章")
    (tmp_path / "maker.pem").write_bytes(maker.to_pem())
    return office, machine.counters


@pytest.fixture(params=["softhsm", "sdf"])
def office(request, ask, desk, tmp_path):
    if request.param == "sdf":
        found = request.getfixturevalue("sdf")[0]
    else:
        hsm = softdevices.softhsm()
        authority = softdevices.rsa_authority()
        found = open_office(tmp_path, desk, authority, hsm.uri(), hsm.certificate, is_sdf=False)
    assert make_seal(ask, found, "--maker", found.path("maker.p12")).status == 0
    return found


def make_seal(ask, office, *words):
    return ask(
        *("seal", "make", "--password-file", office.path("pin"), "--signer"),
        *(office.path("signer.pem"), "--name", NAME, "--picture", office.path("seal.png")),
        *("-o", office.path("seal.esl"), *words),
    )


@pytest.mark.parametrize("kind", ["ofd", "pdf"])
def test_a_document_is_stamped_with_a_key_in_a_device(ask, office, kind):
    out = office.path(f"stamped.{kind}")
    answer = ask("stamp", office.path(f"permit.{kind}"), "-o", out, *PLACE, *office.signing)
    assert (answer.status, answer.out, answer.err) == (0, "", "")
    report = ask("verify", out, *office.trusted, "--json")
    assert (report.status, report.json["verdict"]) == (0, "passed")
    algorithm = "sm2-sm3" if office.is_sdf else "rsa-sha256"
    assert report.json["signatures"][0]["algorithm"] == algorithm


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="pdfsig (poppler-utils) not installed")
@pytest.mark.parametrize("office", ["softhsm"], indirect=True)
def test_poppler_accepts_the_stamp_of_a_token(ask, office):
    out = office.path("stamped.pdf")
    assert ask("stamp", office.path("permit.pdf"), "-o", out, *PLACE, *office.signing).status == 0
    said = subprocess.run(["pdfsig", out], capture_output=True, text=True, check=False).stdout
    assert "Signature Validation: Signature is Valid." in said


def test_a_detached_stamp(ask, office):
    note, out = office.path("note.txt"), office.path("note.ses")
    assert ask("stamp", note, "--detached", "-o", out, *office.signing).status == 0
    assert ask("verify", note, "--detached", out, *office.trusted).status == 0


def test_maker_and_time_stamps_from_a_device(ask, sdf):
    office, counters = sdf
    before = counters.softdevice_signatures
    maker = f"{office.key}&cert={office.path('maker.pem')}"
    tsa = f"{office.key}&cert={office.path('tsa.pem')}"
    words = ("--maker", maker, "--timestamp", tsa, "--generation", 2025)
    assert make_seal(ask, office, *words).status == 0
    assert counters.softdevice_signatures == before + 2
    shown = ask("verify", office.path("seal.esl"), *office.trusted, "--json")
    assert shown.json["verdict"] == "passed"


def test_each_command_uses_the_key_once(ask, sdf):
    office, counters = sdf
    assert make_seal(ask, office, "--maker", office.path("maker.p12")).status == 0
    for name, words in (
        ("permit.ofd", PLACE),
        ("permit.pdf", PLACE),
        ("note.txt", ("--detached",)),
    ):
        before = counters.softdevice_signatures
        out = office.path(f"out-{name}")
        assert ask("stamp", office.path(name), "-o", out, *words, *office.signing).status == 0
        assert counters.softdevice_signatures == before + 1


def test_a_refused_stamp_does_not_use_the_key(ask, sdf):
    office, counters = sdf
    assert make_seal(ask, office, "--maker", office.path("maker.p12")).status == 0
    before = counters.softdevice_signatures
    far = ("--place", "9,1,1")
    answer = ask("stamp", office.path("permit.ofd"), "-o", office.path("x"), *far, *office.signing)
    assert answer.status == 1
    assert counters.softdevice_signatures == before


def test_a_remote_key_in_two_steps(ask, office):
    """The device takes the place of the far-away key: it sees the digest alone."""
    waiting, value, out = (office.path(name) for name in ("p.json", "value", "out.pdf"))
    words = ("--seal", office.path("seal.esl"), "--cert", office.path("signer.pem"), *PLACE)
    answer = ask("stamp", office.path("permit.pdf"), "--prepare", waiting, *words)
    members = json.loads(waiting.read_bytes())
    assert (answer.status, answer.out) == (
        0,
        f"{members['algorithm']}  {members['digest']}\n",
    )
    value.write_bytes(far_away(office, members))
    finished = ask("stamp", "--finish", waiting, "--signature", value, "-o", out, "--json")
    assert finished.status == 0
    assert finished.json["size"] == out.stat().st_size
    assert ask("verify", out, *office.trusted).status == 0


def far_away(office, members):
    """The signature over a digest, by the device's own tools."""
    digest = bytes.fromhex(members["digest"])
    if office.is_sdf:
        return softdevices.device_key()._key.sign_digest(digest).hex().encode()
    hsm = softdevices.softhsm()
    info = bytes.fromhex("3031300d060960864801650304020105000420") + digest
    (office.folder / "info").write_bytes(info)
    tool = ("pkcs11-tool", "--module", hsm.module, "--token-label", "govseal", "--login")
    key = ("--pin", softdevices.PIN, "--id", "01", "--sign", "--mechanism", "RSA-PKCS")
    return softdevices.run(*tool, *key, "--input-file", office.folder / "info")


def test_the_pin_is_asked_for_and_the_query_not_shown(desk, office, environment):
    ours, theirs = pty.openpty()
    words = [*map(str, office.signing)]
    words = words[: words.index("--password-file")]
    command = [sys.executable, "-m", "govseal", "stamp", str(office.path("permit.ofd"))]
    process = subprocess.Popen(
        [*command, "-o", str(office.path("out.ofd")), *PLACE, *words],
        stdin=theirs,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        env=environment,
        start_new_session=True,
    )
    said = process.stderr.read(4)
    os.write(ours, softdevices.PIN.encode() + b"\n")
    while piece := process.stderr.read(4096):
        said += piece
    process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    said = said.decode()
    assert process.returncode == 0, said
    assert "的密码：" in said
    assert "?" not in said
    assert softdevices.PIN not in said


# --- refused ---------------------------------------------------------------------------------


def refused(ask, office, *words, source="permit.ofd"):
    """The error of a stamp that must not be made."""
    target = office.path("none.ofd")
    answer = ask("stamp", office.path(source), "-o", target, *PLACE, "--json", *words)
    assert not target.exists()
    assert softdevices.PIN not in answer.out + answer.err
    assert "Traceback" not in answer.err
    return answer


def test_a_wrong_pin(ask, office):
    (office.folder / "pin").write_text("not-this-one\n")
    answer = refused(ask, office, *office.signing)
    code = "SDR_PARDENY" if office.is_sdf else "CKR_PIN_INCORRECT"
    assert (answer.status, answer.json["code"]) == (2, code)
    assert "不正确" in answer.error
    assert "not-this-one" not in answer.out + answer.err


def test_no_pin(ask, office):
    words = [*office.signing]
    del words[words.index("--password-file") :]
    answer = refused(ask, office, *words)
    assert (answer.status, answer.json["code"]) == (2, "no_pin")
    assert "--password-env" in answer.hint


def test_a_certificate_of_another_key(ask, office):
    answer = refused(ask, office, *office.signing, "--cert", office.path("root.pem"))
    assert (answer.status, answer.json["code"]) == (2, "key_wrong_certificate")
    assert "证书不属于该密钥" in answer.error
    assert "--cert" in answer.hint


SAYS = [  # fault, code, Chinese, English, and what the hint names
    ("open_device", "SDR_OPENDEVICE", "不能打开密码设备", "the device cannot be opened", "联网"),
    ("busy", "SDR_OPENSESSION", "不能与密码设备建立会话", "no session with the device", "sessions"),
    ("no_right", "SDR_PARDENY", "密码不正确", "the password is wrong", "index"),
    ("sign", "SDR_SIGNERR", "密码设备签名失败", "the device failed to sign", ""),
    ("release", "SDR_STEPERR", "多步运算的步骤错误", "the steps came in another order", ""),
    ("vendor_code", "0x01000100", "密码设备拒绝", "the device refuses", "访问控制码不正确"),
    ("bits", "bad_answer", "设备的应答不合接口标准", "a key of 384 bits", "ecc-max-bits"),
    ("no_handle", "bad_answer", "设备的应答不合接口标准", "gave no handle", ""),
]


@pytest.mark.parametrize("row", SAYS, ids=[row[0] for row in SAYS])
def test_what_a_machine_answers_is_told_in_words(ask, sdf, monkeypatch, row):
    (fault, code, zh, en, hint), (office, _) = row, sdf
    assert make_seal(ask, office, "--maker", office.path("maker.p12")).status == 0
    monkeypatch.setenv("SOFTDEVICE_FAULT", fault)
    answer = refused(ask, office, *office.signing)
    assert (answer.status, answer.json["code"]) == (2, code)
    assert zh in answer.error
    assert hint in answer.hint
    assert bool(answer.hint) is bool(hint)
    said = refused(ask, office, *office.signing, "--lang", "en")
    assert en in said.error
    assert not re.search("[\u4e00-\u9fff]", said.error.replace(str(office.folder), ""))
    assert bool(said.hint) is bool(hint)


def test_an_index_without_a_key(ask, sdf):
    office, _ = sdf
    assert make_seal(ask, office, "--maker", office.path("maker.p12")).status == 0
    other = office.key.replace("index=1", "index=2")
    answer = refused(ask, office, *office.signing, "--key", other)
    assert (answer.status, answer.json["code"]) == (2, "SDR_KEYNOTEXIST")
    assert "SDR_KEYNOTEXIST for index 2" in answer.error
    assert "index" in answer.hint
    said = refused(ask, office, *office.signing, "--key", other, "--lang", "en")
    assert "no key with this index in the device" in said.error


def test_a_library_of_another_interface(ask, sdf):
    """Found and loaded, and no library of GM/T 0018."""
    office, _ = sdf
    assert make_seal(ask, office, "--maker", office.path("maker.p12")).status == 0
    other = softdevices.built() / "softp11.so"
    answer = refused(ask, office, *office.signing, "--key", f"sdf:{other}?index=1")
    assert (answer.status, answer.json["code"]) == (2, "no_library")
    assert f"{other} has no function SDF_OpenDevice" in answer.error
    assert "设备厂商的接口库不能用" in answer.error
    assert "路径" in answer.hint


def test_a_key_without_a_password_takes_an_empty_file(ask, sdf, monkeypatch):
    office, _ = sdf
    assert make_seal(ask, office, "--maker", office.path("maker.p12")).status == 0
    (office.folder / "pin").write_text("")
    answer = refused(ask, office, *office.signing)
    assert answer.json["code"] == "SDR_PARDENY"
    assert "SDF_InternalSign_ECC" in answer.error
    monkeypatch.setenv("SOFTDEVICE_PASSWORD", "")
    out = office.path("out.ofd")
    assert ask("stamp", office.path("permit.ofd"), "-o", out, *PLACE, *office.signing).status == 0


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("pkcs11:token=a", "invalid_uri"),
        ("pkcs11:token=a?pin-value=123456", "invalid_uri"),
        ("pkcs11:token=a?module-path=/none.so", "no_library"),
        ("sdf:/none.so", "invalid_uri"),
        ("sdf:/none.so?index=1", "no_library"),
        ("SDF:relative.so?index=1", "invalid_uri"),
    ],
)
def test_keys_that_are_none(ask, sdf, key, code):
    office, _ = sdf
    assert make_seal(ask, office, "--maker", office.path("maker.p12")).status == 0
    answer = refused(ask, office, *office.signing, "--key", key)
    assert (answer.status, answer.json["code"]) == (2, code)
    assert "123456" not in answer.out + answer.err


def test_a_signature_of_another_device(ask, sdf, monkeypatch):
    office, _ = sdf
    assert make_seal(ask, office, "--maker", office.path("maker.p12")).status == 0
    monkeypatch.setenv("SOFTDEVICE_FAULT", "wrong_signature")
    answer = refused(ask, office, *office.signing)
    assert (answer.status, answer.json["code"]) == (2, "signing_fault")
    monkeypatch.delenv("SOFTDEVICE_FAULT")
    monkeypatch.setenv("SOFTDEVICE_KEY", PrivateKey.generate("sm2").to_sm2_bytes().hex())
    assert refused(ask, office, *office.signing).json["code"] == "key_wrong_certificate"


# 申请证书 · asking for a certificate -------------------------------------------------------------

SUBJECT = ("--subject", "C=CN, O=测试市行政审批服务管理局, CN=99000000000001")


def test_a_certificate_is_asked_for_a_key_in_a_device(ask, office):
    path = office.path("seal.csr")
    pin = ("--password-file", office.path("pin"))
    answer = ask("pki", "request", "--key", office.key, *SUBJECT, *pin, "-o", path, "--json")
    assert answer.status == 0
    assert answer.json["algorithm"] == ("sm2-sm3" if office.is_sdf else "rsa-sha256")
    request = load_request(path)
    request.verify()
    (certificate,) = load_certificates(office.path("signer.pem").read_bytes())
    assert request.public_key.is_same_key(certificate.public_key)


def test_a_request_uses_the_key_once(ask, sdf):
    office, counters = sdf
    before = counters.softdevice_signatures
    pin = ("--password-file", office.path("pin"), "-o", office.path("seal.csr"))
    assert ask("pki", "request", "--key", office.key, *SUBJECT, *pin).status == 0
    assert counters.softdevice_signatures == before + 1
    assert (counters.softsdf_devices, counters.softsdf_sessions) == (0, 0)
    wrong = ("--subject", "测试")
    assert ask("pki", "request", "--key", office.key, *wrong, *pin).status == 2
    assert counters.softdevice_signatures == before + 1


def test_no_request_under_a_wrong_pin(ask, office):
    office.path("wrong").write_text("not-it\n")
    path = office.path("seal.csr")
    pin = ("--password-file", office.path("wrong"), "-o", path)
    answer = ask("pki", "request", "--key", office.key, *SUBJECT, *pin, "--json")
    assert (answer.status, answer.json["code"]) == (
        2,
        "SDR_PARDENY" if office.is_sdf else "CKR_PIN_INCORRECT",
    )
    assert "not-it" not in answer.error + answer.out
    assert not path.exists()


def test_a_token_that_hides_its_public_key_is_told_in_words(ask, tmp_path, monkeypatch):
    uri = softdevices.softhsm().uri()
    (tmp_path / "pin").write_text(softdevices.PIN)
    monkeypatch.setattr(Session, "attribute", lambda *_: None)
    pin = ("--password-file", tmp_path / "pin", "-o", tmp_path / "seal.csr")
    answer = ask("pki", "request", "--key", uri, *SUBJECT, *pin, "--json")
    assert (answer.status, answer.json["code"]) == (2, "no_public_key")
    assert "公钥" in answer.error
