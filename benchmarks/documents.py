"""What the benchmarks stamp and verify."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import govseal
from govseal.formats.ofd.compose import compose_document
from govseal.seal.model import Seal
from govseal.testing import Hierarchy


@dataclass(frozen=True, slots=True)
class Case:
    """A document of some pages, before and after stamping."""

    plain: bytes
    stamped: bytes
    seal: Seal
    hierarchy: Hierarchy
    place: govseal.Placement


def case(pages: int) -> Case:
    """A letter of that many pages with one stamp on the first."""
    hierarchy = Hierarchy.create("sm2", at=datetime.now(UTC))
    seal = govseal.make_seal(
        hierarchy.maker,
        name="测试市行政审批服务管理局行政审批专用章",
        picture=govseal.draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章"),
        signers=[hierarchy.signer.certificate],
    )
    text = "经审查，申请材料齐全，符合法定条件和标准，决定准予行政许可。" * 8
    plain = compose_document([[text] for _ in range(pages)], title="准予行政许可决定书")
    place = govseal.Placement(page=1, x_mm=120, y_mm=210)
    stamped = govseal.stamp(plain, seal, hierarchy.signer, place)
    return Case(plain, stamped, seal, hierarchy, place)
