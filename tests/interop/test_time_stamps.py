"""Time stamps between Bouncy Castle and us, with SM2 keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from govseal import testing
from govseal.pki.timestamp import verify_token
from govseal.pki.timestamping import SignerTimestampSource
from ofdrw_world import Ofdrw

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
