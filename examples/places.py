"""Stamps on a keyword, across pages and without showing, in one pass: 关键字、骑缝章、一次多章.

    python examples/places.py

Keys and document are throw-away ones, written into the current folder.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import govseal
from govseal.formats.ofd.compose import compose_document
from govseal.testing import Hierarchy

UNIT = "测试市行政审批服务管理局"


def main() -> None:
    """Write contract.ofd, and seam-1.png … seam-3.png."""
    hierarchy = Hierarchy.create("sm2", at=datetime.now(UTC))
    signer = hierarchy.signer
    pages = [["第一条　略。"], ["第二条　略。"], ["甲方（盖章）：", "乙方（盖章）："]]
    document = compose_document(pages, title="测试合同")
    seal = govseal.make_seal(
        hierarchy.maker,
        name=f"{UNIT}合同专用章",
        picture=govseal.draw_seal(UNIT, bottom="合同专用章", diameter_mm=42),
        signers=[signer.certificate],
    )

    # One stamp that shows on the last page and as a strip on every page …
    both = govseal.Stamp(seal, signer, [govseal.Keyword("甲方（盖章）"), govseal.Seam("right")])
    # … and a signature without a seal over all of it, after which nothing may follow.
    closing = govseal.Stamp(None, signer, protect="whole")
    stamped = govseal.stamp_many(document, [both, closing])
    Path("contract.ofd").write_bytes(stamped)

    report = govseal.verify(stamped, hierarchy.trust, materials=hierarchy.materials)
    for signature in report.signatures:
        print(signature.id, signature.kind, signature.verdict.value)
    for page in (1, 2, 3):
        picture = govseal.page_picture(stamped, page, dpi=72, marks=False)
        Path(f"seam-{page}.png").write_bytes(picture)

    # A keyword that stands there twice is refused, so that no stamp lands where nobody meant it.
    try:
        govseal.stamp(document, seal, signer, govseal.Keyword("盖章"))
    except govseal.StampError as error:
        print(error.code, error)


if __name__ == "__main__":
    main()
