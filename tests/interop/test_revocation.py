"""OCSP answers and CRLs between Bouncy Castle and us, with SM2 keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from govseal import testing
from govseal.pki.algorithms import SHA1, SM3
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.ocsp import OcspRequest, OcspResponse
from govseal.pki.revocation import check_revocation
from govseal.pki.trust import TrustStore
from govseal.testing import Revoked
from ofdrw_world import Ofdrw

pytestmark = pytest.mark.interop

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECONDS = ("--seconds", int(AT.timestamp()))
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Office:
    """A CA, a responder and a signer, as files that Bouncy Castle can read."""

    ca: Any
    responder: Any
    signer: Any
    folder: Path

    def file(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    @property
    def about(self) -> tuple[object, ...]:
        return ("--issuer", self.folder / "ca.cer", "--cert", self.folder / "signer.cer")

    def state(self, **materials: Any) -> tuple[str, str | None]:
        """What we make of lists and answers about the signer."""
        status = check_revocation(
            self.signer.certificate,
            TrustStore([self.ca.certificate]),
            materials=Materials(**materials),
            at=AT + DAY / 2,
        )
        return status.state, status.revocation_reason


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    ca = testing.Authority.create("测试证书 CA", at=AT)
    made = Office(
        ca, ca.create_responder(), ca.issue("99000000000001"), tmp_path_factory.mktemp("x")
    )
    for name, certificate, key in (
        ("ca", ca.certificate, ca.key),
        ("responder", made.responder.certificate, made.responder._key),
        ("signer", made.signer.certificate, made.signer._key),
    ):
        made.file(f"{name}.cer", certificate.der)
        made.file(f"{name}.pkcs8", key.to_pkcs8())
    return made


def keys(office: Office, who: str) -> tuple[object, ...]:
    return ("--cert", office.folder / f"{who}.cer", "--key", office.folder / f"{who}.pkcs8")


def test_answers_of_bouncy_castle_count(ofdrw: Ofdrw, office: Office) -> None:
    out = office.folder
    commands, expected = [], []
    for number, (digest, who, state) in enumerate(
        (
            (SM3, "responder", "good"),
            (SHA1, "ca", "good"),
            (SM3, "ca", "revoked"),
            (SM3, "signer", "good"),
        )
    ):
        request = OcspRequest.about(
            office.signer.certificate, office.ca.certificate, algorithm=digest
        )
        asked = office.file(f"request{number}", request.encode())
        where = out / f"answer{number}"
        commands.append(("ocsp", asked, where, *keys(office, who), "--state", state, *SECONDS))
        expected.append("unknown" if who == "signer" else state)
    assert all(answer == {"ok": True} for answer in ofdrw.batch(commands))
    for number, state in enumerate(expected):
        response = OcspResponse.from_der((out / f"answer{number}").read_bytes())
        assert office.state(ocsps=(response,))[0] == state


def test_bouncy_castle_accepts_our_answers_and_no_others(ofdrw: Ofdrw, office: Office) -> None:
    ca, certificate = office.ca, office.signer.certificate
    answers = {
        "by the CA": ca.ocsp(certificate),
        "by a responder": ca.ocsp(certificate, responder=office.responder),
        "by sha1": ca.ocsp(certificate, responder=office.responder, algorithm=SHA1),
        "revoked": ca.ocsp(certificate, state="revoked"),
        "by the signer": ca.ocsp(certificate, responder=office.signer),
        "forged": ca.ocsp(certificate, key=office.signer._key),
        "another": ca.ocsp(office.responder.certificate),
    }
    said = ofdrw.batch(
        [
            (
                *("verify-ocsp", office.file(f"{number}.ocsp", der), *office.about),
                *("--digest", "sha1" if name == "by sha1" else "sm3"),
            )
            for number, (name, der) in enumerate(answers.items())
        ]
    )
    good, other = {"ok": True, "state": "good"}, {"ok": True, "state": "other"}
    assert said[:4] == [good, good, good, other]
    assert [answer["ok"] for answer in said[4:]] == [False, False, False]


def test_lists_of_bouncy_castle_count(ofdrw: Ofdrw, office: Office) -> None:
    out, revoked = office.folder, ("--revoked", office.folder / "signer.cer")
    made = ofdrw.batch(
        [
            ("crl", out / "empty", *keys(office, "ca"), "--number", 5, *SECONDS),
            ("crl", out / "full", *keys(office, "ca"), "--number", 6, *SECONDS, *revoked),
            ("crl", out / "delta", *keys(office, "ca"), "--number", 7, "--base", 5, *SECONDS),
            ("crl", out / "forged", *keys(office, "signer"), "--number", 8, *SECONDS),
        ]
    )
    assert made == [{"ok": True}] * 4
    empty, full, delta, forged = (
        Crl.from_der((out / name).read_bytes()) for name in ("empty", "full", "delta", "forged")
    )
    assert office.state(crls=(empty,)) == ("good", None)
    assert office.state(crls=(empty, full)) == ("revoked", "superseded")
    assert delta.completes(empty)
    assert office.state(crls=(empty, delta)) == ("good", None)
    assert office.state(crls=(delta,)) == ("unknown", None)
    assert office.state(crls=(forged,)) == ("unknown", None)


def test_bouncy_castle_reads_our_lists(ofdrw: Ofdrw, office: Office) -> None:
    ca, row = office.ca, Revoked(office.signer.certificate, AT, "key_compromise", AT - DAY)
    empty = ca.crl()
    lists = (
        (empty, {"ok": True, "revoked": False, "delta": False}),
        (ca.crl([row]), {"ok": True, "revoked": True, "delta": False}),
        (ca.delta_crl(Crl.from_der(empty), [row]), {"ok": True, "revoked": True, "delta": True}),
    )
    files = [office.file(f"{number}.crl", der) for number, (der, _) in enumerate(lists)]
    files.append(office.file("forged.crl", ca.crl(key=office.signer._key)))
    said = ofdrw.batch([("verify-crl", file, *office.about) for file in files])
    assert said[:3] == [expected for _, expected in lists]
    assert not said[3]["ok"]
