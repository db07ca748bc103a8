"""Stamp any file without changing it, with a key that lives elsewhere: 分离式签章.

    python examples/detached.py

A signer is anything with a certificate, a chain, an algorithm, and `sign(message)`. A device or a
signing service takes the place of `RemoteSigner` here; the library never sees its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import govseal
from govseal.pki.algorithms import SignatureAlgorithm
from govseal.pki.signer import Signer
from govseal.testing import Hierarchy


@dataclass(frozen=True)
class RemoteSigner:
    """A signer that hands each message to somebody else."""

    service: Signer
    """Stands for the device; here a key in memory."""

    @property
    def certificate(self) -> govseal.Certificate:
        """The certificate of the key."""
        return self.service.certificate

    @property
    def chain(self) -> tuple[govseal.Certificate, ...]:
        """Further certificates up to the anchor."""
        return self.service.chain

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """What `sign` makes."""
        return self.service.algorithm

    def sign(self, message: bytes, /) -> bytes:
        """The signature over a message."""
        print(f"the device signs {len(message)} bytes")
        return self.service.sign(message)


def main() -> None:
    """Write minutes.txt and minutes.txt.ses, and verify them."""
    hierarchy = Hierarchy.create("sm2", at=datetime.now(UTC))
    seal = govseal.make_seal(
        hierarchy.maker,
        name="测试市行政审批服务管理局行政审批专用章",
        picture=govseal.draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章"),
        signers=[hierarchy.signer.certificate],
    )
    file = Path("minutes.txt")
    file.write_text("会议纪要\n", encoding="utf-8")
    stamp = govseal.stamp_detached(file, seal, RemoteSigner(hierarchy.signer))
    Path("minutes.txt.ses").write_bytes(stamp)

    report = govseal.verify(
        file, hierarchy.trust, materials=hierarchy.materials, detached="minutes.txt.ses"
    )
    report.require_valid()
    print(report.verdict.value, len(stamp), "bytes beside the file")


if __name__ == "__main__":
    main()
