"""What the benchmarks stamp and verify."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import govseal
from govseal.formats.ofd.compose import compose_document
from govseal.seal.model import Seal
from govseal.testing import Hierarchy

PLACE = govseal.Placement(page=1, x_mm=120, y_mm=210)
_TEXT = "经审查，申请材料齐全，符合法定条件和标准，决定准予行政许可。" * 8


@dataclass(frozen=True, slots=True)
class Office:
    """Who stamps, with which seal."""

    hierarchy: Hierarchy
    seal: Seal
    trust: govseal.TrustStore
    materials: govseal.Materials


@dataclass(frozen=True, slots=True)
class Case:
    """A document of some pages, before and after stamping."""

    plain: bytes
    stamped: bytes
    seal: Seal
    hierarchy: Hierarchy
    place: govseal.Placement


def office() -> Office:
    """A throw-away hierarchy, and a round seal of it, both a few hours old."""
    now = datetime.now(UTC)
    hierarchy = Hierarchy.create("sm2", at=now)
    seal = govseal.make_seal(
        hierarchy.maker,
        name="测试市行政审批服务管理局行政审批专用章",
        picture=govseal.draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章"),
        signers=[hierarchy.signer.certificate],
        at=now - timedelta(hours=2),
    )
    return Office(hierarchy, seal, hierarchy.trust, hierarchy.materials)


def letter(pages: int, number: int = 0) -> bytes:
    """A letter of that many pages; each number gives another, on every page."""
    return compose_document(
        [[f"第 {number} 号，第 {page} 页。{_TEXT}"] for page in range(pages)],
        title="准予行政许可决定书",
    )


def case(pages: int) -> Case:
    """A letter of that many pages with one stamp on the first."""
    made = office()
    plain = letter(pages)
    stamped = govseal.stamp(plain, made.seal, made.hierarchy.signer, PLACE)
    return Case(plain, stamped, made.seal, made.hierarchy, PLACE)
