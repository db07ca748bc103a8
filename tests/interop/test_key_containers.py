"""PKCS#12 files and certificate requests with SM2 keys, between Bouncy Castle and us."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from govseal import testing
from govseal.errors import InvalidSignature, KeyLoadError
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.pkcs12 import write_pkcs12
from govseal.pki.request import government_subject, load_request, make_request
from govseal.pki.signer import load_signer
from ofdrw_world import Ofdrw

pytestmark = pytest.mark.interop

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
PASSWORD = "secret"
UNIT = "测试市行政审批服务管理局"
CODE = "11990000MB0000019F"


@dataclass(frozen=True)
class Files:
    """A signer of ours as files that Bouncy Castle can read."""

    signer: Any
    root: Any
    folder: Path

    def path(self, name: str, content: bytes | None = None) -> Path:
        path = self.folder / name
        if content is not None:
            path.write_bytes(content)
        return path

    @property
    def keys(self) -> tuple[object, ...]:
        return ("--cert", self.path("signer.cer"), "--key", self.path("signer.pkcs8"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    root = testing.Authority.create("测试证书 CA", at=AT)
    found = Files(root.issue("99000000000001"), root, tmp_path_factory.mktemp("containers"))
    found.path("signer.cer", found.signer.certificate.der)
    found.path("signer.pkcs8", found.signer._key.to_pkcs8())
    return found


def ours(files: Files, scheme: str) -> bytes:
    signer = files.signer
    certificates = (signer.certificate, files.root.certificate)
    return write_pkcs12(signer._key, certificates, PASSWORD, scheme=scheme, iterations=1000)


def test_it_reads_our_pkcs12(ofdrw: Ofdrw, files: Files) -> None:
    aes, sm4 = (files.path(f"{name}.p12", ours(files, name)) for name in ("aes", "sm4"))
    spoiled = bytearray(ours(files, "sm4"))
    spoiled[-60] ^= 1
    answers = ofdrw.batch(
        [
            ("read-key-store", aes, "--password", PASSWORD),
            ("read-pfx", aes, "--password", PASSWORD),
            ("read-pfx", sm4, "--password", PASSWORD),
            ("read-pfx", sm4, "--password", "wrong"),
            ("read-pfx", files.path("spoiled.p12", bytes(spoiled)), "--password", PASSWORD),
        ]
    )
    certificate = base64.b64encode(files.signer.certificate.der).decode()
    right = {"ok": True, "certificate": certificate, "certificates": 2}
    # A key store puts the chain together itself: the root belongs to it.
    assert answers[:3] == [right] * 3
    assert [answer["ok"] for answer in answers[3:]] == [False, False]


@pytest.mark.parametrize("form", ["3des", "sm4"])
def test_we_read_its_pkcs12(form: str, ofdrw: Ofdrw, files: Files) -> None:
    path = files.path(f"theirs-{form}.p12")
    made = ofdrw.run("make-pkcs12", path, *files.keys, "--password", PASSWORD, "--form", form)
    assert made == {"ok": True}
    signer = load_signer(path, password=PASSWORD)
    assert signer.certificate == files.signer.certificate
    with pytest.raises(KeyLoadError) as caught:
        load_signer(path, password="wrong")
    assert caught.value.kind == "wrong_password"


def test_its_key_store_of_old_is_refused_by_name(ofdrw: Ofdrw, files: Files) -> None:
    path = files.path("theirs-old.p12")
    ofdrw.run("make-pkcs12", path, *files.keys, "--password", PASSWORD, "--form", "key-store")
    with pytest.raises(KeyLoadError, match="RC2-40") as caught:
        load_signer(path, password=PASSWORD)
    assert caught.value.kind == "unsupported"


def test_it_accepts_our_request_and_no_other(ofdrw: Ofdrw, files: Files) -> None:
    key = PrivateKey.generate("sm2")
    request = make_request(key, government_subject(CODE, UNIT, "99000000000001"))
    spoiled = request.der[:-1] + bytes([request.der[-1] ^ 1])
    answers = ofdrw.batch(
        [
            ("verify-request", files.path("ours.csr", request.der)),
            ("verify-request", files.path("spoiled.csr", spoiled)),
        ]
    )
    assert answers[0] == {
        "ok": True,
        "subject": f"C=CN,O={CODE}{UNIT},CN=99000000000001",
        "signs": True,
        "key": base64.b64encode(key.public_key.spki).decode(),
    }
    assert not answers[1]["ok"]


def test_we_accept_its_request_and_no_other(ofdrw: Ofdrw, files: Files) -> None:
    path = files.path("theirs.csr")
    made = ofdrw.run("make-request", path, *files.keys, "--subject", f"C=CN,O={UNIT},CN=x")
    assert made == {"ok": True}
    request = load_request(path)
    assert request.subject == f"C=CN, O={UNIT}, CN=x"
    assert request.key_usage == {"key_agreement"}
    assert request.public_key.is_same_key(files.signer.certificate.public_key)
    data = path.read_bytes()
    with pytest.raises(InvalidSignature):
        load_request(data.replace(b"\x0c\x01x", b"\x0c\x01y"))
