"""Time stamps between Bouncy Castle and us, with SM2 keys."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import govseal
import pdf_stamping
from govseal import testing
from govseal.formats.detect import open_document
from govseal.formats.ofd.compose import compose_document
from govseal.pki.algorithms import SM3
from govseal.pki.timestamp import verify_token
from govseal.pki.timestamping import SignerTimestampSource
from ofdrw_world import SEAL_NAME, Ofdrw
from tokens import stored_value

pytestmark = pytest.mark.interop

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Stamps:
    """A message and our authority as files that Bouncy Castle can read."""

    pki: Any
    folder: Path
    message: bytes = b"signature value"

    def file(self, name: str, content: bytes = b"") -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path


@pytest.fixture(scope="module")
def stamps(tmp_path_factory: pytest.TempPathFactory) -> Stamps:
    found = Stamps(testing.Hierarchy.create("sm2", at=AT), tmp_path_factory.mktemp("stamps"))
    found.file("tsa.cer", found.pki.tsa.certificate.der)
    found.file("tsa.pkcs8", found.pki.tsa._key.to_pkcs8())
    found.file("message", found.message)
    return found


def test_a_time_stamp_of_bouncy_castle_counts(ofdrw: Ofdrw, stamps: Stamps) -> None:
    token, message = stamps.file("token"), stamps.folder / "message"
    keys = ("--cert", stamps.folder / "tsa.cer", "--key", stamps.folder / "tsa.pkcs8")
    made = ofdrw.run("time-stamp", message, token, *keys, "--seconds", int(AT.timestamp()))
    assert made == {"ok": True}
    pki = stamps.pki
    result = verify_token(token.read_bytes(), stamps.message, pki.trust, materials=pki.materials)
    assert (result.outcome, result.detail, result.proved_at) == ("passed", "", AT)
    other = verify_token(token.read_bytes(), b"other", pki.trust, materials=pki.materials)
    assert other.reason == "timestamp_imprint_mismatch"


def test_bouncy_castle_accepts_our_time_stamp_and_no_other(ofdrw: Ofdrw, stamps: Stamps) -> None:
    source = SignerTimestampSource(stamps.pki.tsa, clock=lambda: AT)
    ours = source.timestamp(stamps.message)
    certificate = ("--cert", stamps.folder / "tsa.cer")
    good = stamps.file("ours", ours)
    bad = stamps.file("spoiled", ours[:-1] + bytes([ours[-1] ^ 1]))
    message, other = stamps.folder / "message", stamps.file("other", b"other")
    answers = ofdrw.batch(
        [
            ("verify-time-stamp", good, message, *certificate),
            ("verify-time-stamp", bad, message, *certificate),
            ("verify-time-stamp", good, other, *certificate),
        ]
    )
    assert answers[0] == {"ok": True, "seconds": int(AT.timestamp())}
    assert [answer["ok"] for answer in answers[1:]] == [False, False]


DOCUMENTS = (compose_document([["准予许可。"]], title="测试"), pdf_stamping.pdf())


def stamped(pki: testing.Hierarchy, document: bytes) -> bytes:
    """The document with a stamp that has a time stamp of its own."""
    place = govseal.Placement(page=1, x_mm=120, y_mm=210)
    seal = govseal.make_seal(
        pki.maker,
        name=SEAL_NAME,
        picture=pdf_stamping.FLAG,
        signers=[pki.signer.certificate],
        at=AT,
    )
    source = SignerTimestampSource(pki.tsa, clock=lambda: AT)
    return govseal.stamp(document, seal, pki.signer, place, at=AT, timestamp=source)


def token_and_value(stamps: Stamps, data: bytes) -> tuple[Path, Path]:
    """The token of a stamped document, and the octets it is over, as files."""
    (found,) = open_document(data).evidence().signatures
    if found.stamp is not None:
        token, value = found.stamp.time_stamp, stored_value(found.stamp.der)
    else:
        assert found.signed_data is not None
        (token,) = found.signed_data.signer.time_stamps
        value = found.signed_data.signer.signature_octets
    assert token is not None
    name = SM3.digest(data).hex()[:16]
    return stamps.file(f"token-{name}", token), stamps.file(f"value-{name}", value)


def test_openssl_accepts_the_time_stamps_of_our_stamps(stamps: Stamps) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl not installed")
    pki = testing.Hierarchy.create("rsa", at=AT)
    roots = stamps.file("rsa.pem", pki.signer_ca.certificate.to_pem())
    at = ("-attime", str(int(AT.timestamp())))
    for document in DOCUMENTS:
        inside, over = token_and_value(stamps, stamped(pki, document))
        for data, code in ((over, 0), (stamps.folder / "message", 1)):
            command = [program, "ts", "-verify", "-in", inside, "-token_in", "-data", data]
            done = subprocess.run(
                [*command, "-CAfile", roots, *at], capture_output=True, check=False
            )
            assert done.returncode == code, done.stderr


def test_bouncy_castle_accepts_the_time_stamps_of_our_stamps(ofdrw: Ofdrw, stamps: Stamps) -> None:
    certificate = ("--cert", stamps.folder / "tsa.cer")
    commands = []
    for document in DOCUMENTS:
        inside, over = token_and_value(stamps, stamped(stamps.pki, document))
        commands.append(("verify-time-stamp", inside, over, *certificate))
    answers = ofdrw.batch(commands)
    assert answers == [{"ok": True, "seconds": int(AT.timestamp())}] * 2


def test_ofdrw_accepts_a_stamp_with_a_time_stamp(ofdrw: Ofdrw, stamps: Stamps) -> None:
    data = stamped(stamps.pki, DOCUMENTS[0])
    assert ofdrw.verify(data) == {"ok": True, "signatures": 1, "kinds": ["v4"]}
