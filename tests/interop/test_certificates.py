"""Certificates with SM2 keys: ours before Bouncy Castle, and its before us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from govseal import testing
from govseal.pki.certificate import Certificate
from govseal.pki.path import PathResult, validate_path
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.request import government_subject, make_request
from govseal.pki.trust import TrustStore
from govseal.testing import x509
from ofdrw_world import Ofdrw

pytestmark = pytest.mark.interop

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECONDS = ("--seconds", int(AT.timestamp()))
DAY = timedelta(days=1)
UNIT = "测试市行政审批服务管理局"
CODE = "11990000MB0000019F"


@dataclass(frozen=True)
class Office:
    """A root and a CA below it, as files that Bouncy Castle can read."""

    root: Any
    ca: Any
    folder: Path

    def file(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def path(self, leaf: Path, *more: object, root: str = "root") -> tuple[object, ...]:
        anchor = ("--root", self.folder / f"{root}.cer")
        return ("verify-path", leaf, *anchor, *(more or SECONDS))

    @property
    def over(self) -> tuple[object, ...]:
        return ("--ca", self.folder / "ca.cer")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    root = testing.Authority.create("测试根 CA", at=AT)
    found = Office(
        root, root.create_authority("测试证书 CA"), tmp_path_factory.mktemp("certificates")
    )
    found.file("root.cer", root.certificate.der)
    found.file("ca.cer", found.ca.certificate.der)
    found.file("ca.key", found.ca.key.to_pkcs8())
    found.file("other.cer", testing.Authority.create("测试根 CA", at=AT).certificate.der)
    return found


def test_bouncy_castle_validates_our_paths_and_no_others(ofdrw: Ofdrw, office: Office) -> None:
    signer = office.ca.issue("99000000000001", organization=CODE + UNIT, serial=0x1234)
    leaf = office.file("signer.cer", signer.certificate.der)
    spoiled = office.file("spoiled.cer", leaf.read_bytes()[:-1] + b"\x00")
    late = ("--seconds", int((AT + 4000 * DAY).timestamp()))
    answers = ofdrw.batch(
        [
            office.path(leaf, *office.over, *SECONDS),
            office.path(office.folder / "ca.cer"),
            office.path(leaf),
            office.path(spoiled, *office.over, *SECONDS),
            office.path(leaf, *office.over, *SECONDS, root="other"),
            office.path(leaf, *office.over, *late),
        ]
    )
    assert answers[0] == {
        "ok": True,
        "subject": f"C=CN,O={CODE}{UNIT},CN=99000000000001",
        "serial": "1234",
        "signs": True,
    }
    assert [answer["ok"] for answer in answers[1:]] == [True, False, False, False, False]


def judged(office: Office, data: bytes, *others: Certificate, at: datetime = AT) -> PathResult:
    certificate = Certificate.from_der(data)
    trust = TrustStore([office.root.certificate])
    return validate_path(certificate, trust, certificates=[office.ca.certificate, *others], at=at)


def test_we_validate_its_certificates_and_no_others(ofdrw: Ofdrw, office: Office) -> None:
    """Our request, its certificate: what happens between a bureau and its CA."""
    key = PrivateKey.generate("sm2")
    request = make_request(key, government_subject(CODE, UNIT, "99000000000001"))
    out = office.folder / "theirs.cer"
    by = ("--cert", office.folder / "ca.cer", "--key", office.folder / "ca.key", *SECONDS)
    made = ofdrw.run("issue", office.file("ours.csr", request.der), out, *by)
    assert made == {"ok": True}
    found = Certificate.from_der(out.read_bytes())
    assert found.subject == f"C=CN, O={CODE}{UNIT}, CN=99000000000001"
    assert found.public_key.is_same_key(key.public_key)
    assert found.key_usage == {"digital_signature", "non_repudiation"}
    assert judged(office, found.der).outcome == "passed"
    assert judged(office, found.der, at=AT + 2 * DAY).reason == "certificate_expired"
    changed = found.der.replace(b"99000000000001", b"99000000000002")
    assert judged(office, changed).reason == "chain_broken"


def test_what_its_cas_may_not_do_they_may_not_do_here(ofdrw: Ofdrw, office: Office) -> None:
    key, below = PrivateKey.generate("sm2"), PrivateKey.generate("sm2")
    requests = {}
    for name, who in (("上级", key), ("下级", below)):
        subject = (("C", "CN"), ("O", UNIT), ("CN", name))
        requests[name] = office.file(f"{name}.csr", make_request(who, subject).der)
    upper, lower = office.folder / "upper.cer", office.folder / "lower.cer"
    by_us = ("--cert", office.folder / "ca.cer", "--key", office.folder / "ca.key", *SECONDS)
    by_upper = ("--cert", upper, "--key", office.file("upper.key", key.to_pkcs8()), *SECONDS)
    length = ("--path-length", 0)
    assert ofdrw.run("issue", requests["上级"], upper, *by_us, *length)["ok"]
    assert ofdrw.run("issue", requests["下级"], lower, *by_upper, *length)["ok"]
    above = Certificate.from_der(upper.read_bytes())
    assert (above.is_ca, above.path_length) == (True, 0)
    assert judged(office, above.der).outcome == "passed"
    assert judged(office, lower.read_bytes(), above).outcome == "passed"
    leaf = issued_below(lower.read_bytes(), below)
    result = judged(office, leaf.der, above, Certificate.from_der(lower.read_bytes()))
    assert (result.outcome, result.reason) == ("failed", "chain_broken")


def issued_below(ca: bytes, key: PrivateKey) -> Certificate:
    """A certificate of ours under a CA that may have none below it."""
    issuer = Certificate.from_der(ca)
    template = x509.CertificateTemplate(
        x509.encode_name((("CN", "x"),)),
        issuer.subject_der,
        PrivateKey.generate("sm2").public_key.spki,
        AT,
        AT + DAY / 2,
    )
    template.extensions.append(x509.basic_constraints_extension(is_ca=False))
    return template.sign(key)
