"""Make a seal and stamp a document with it: 制章与签章.

    python examples/make_and_stamp.py

Keys and document are throw-away ones, written into the current folder. In real use the keys come
from `govseal.load_signer`, and the document is yours.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import govseal
from govseal.formats.ofd.compose import compose_document
from govseal.testing import Hierarchy

UNIT = "测试市行政审批服务管理局"


def main() -> None:
    """Write approval.esl and stamped.ofd."""
    hierarchy = Hierarchy.create("sm2", at=datetime.now(UTC))
    document = compose_document([["本文件为示例，不具有法律效力。"]], title="准予行政许可决定书")

    picture = govseal.draw_seal(UNIT, bottom="行政审批专用章", diameter_mm=42)
    seal = govseal.make_seal(
        hierarchy.maker,
        name=f"{UNIT}行政审批专用章",
        picture=picture,
        signers=[hierarchy.signer.certificate],
    )
    Path("approval.esl").write_bytes(seal.der)

    place = govseal.Placement(page=1, x_mm=120, y_mm=210)
    stamped = govseal.stamp(document, seal, hierarchy.signer, place)
    Path("stamped.ofd").write_bytes(stamped)

    # A second stamp leaves the first one valid; a seal refuses whom it does not name.
    twice = govseal.stamp(stamped, seal, hierarchy.signer, govseal.Placement(1, 30, 210))
    report = govseal.verify(twice, hierarchy.trust, materials=hierarchy.materials)
    print(report.verdict.value, [signature.id for signature in report.signatures])
    try:
        govseal.stamp(document, seal, hierarchy.maker, place)
    except govseal.SealError as error:
        print(error.code, error)


if __name__ == "__main__":
    main()
