"""Verify files and say what is wrong with them: 验章.

    python examples/verify_file.py FILE... --trust roots.pem [--crl ca.crl]...

Without files it shows what a tampered document looks like.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import govseal
from govseal.testing import Hierarchy
from govseal.verification.reasons import reason_hint, reason_text
from govseal.verification.report import Outcome


def main() -> None:
    """Print the verdict on each file, and every check that lowered it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--trust", type=Path)
    parser.add_argument("--crl", type=Path, action="append", default=[])
    options = parser.parse_args()
    if not options.files:
        show_tampering()
        return
    trust = govseal.TrustStore.from_pem(options.trust) if options.trust else govseal.TrustStore(())
    materials = govseal.Materials.from_files(*options.crl)
    for file in options.files:
        try:
            show(str(file), govseal.verify(file, trust, materials=materials))
        except govseal.FormatError as error:
            print(f"{file}: {error.code}: {error}")


def show(name: str, report: govseal.Report) -> None:
    """Print one report."""
    print(f"{name}: {report.verdict.value} ({report.effect.value})")
    for signature in report.signatures:
        seal = signature.seal.name if signature.seal else ""
        print(f"  {signature.id} {seal} {signature.verdict.value}")
        for check in signature.checks:
            if check.outcome in (Outcome.FAILED, Outcome.INDETERMINATE):
                text = reason_text(check.reason)
                print(f"    {check.name}: {text} {reason_hint(check.reason)} {check.detail}")


def show_tampering() -> None:
    """Stamp a text, change it, and verify both."""
    hierarchy = Hierarchy.create("sm2", at=datetime.now(UTC))
    picture = govseal.draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章")
    seal = govseal.make_seal(
        hierarchy.maker,
        name="测试市行政审批服务管理局行政审批专用章",
        picture=picture,
        signers=[hierarchy.signer.certificate],
    )
    text = "准予许可，有效期五年。".encode()
    stamp = govseal.stamp_detached(text, seal, hierarchy.signer)
    for name, data in (
        ("original", text),
        ("tampered", text.replace("五".encode(), "九".encode())),
    ):
        report = govseal.verify(
            data, hierarchy.trust, materials=hierarchy.materials, detached=stamp
        )
        show(name, report)


if __name__ == "__main__":
    main()
