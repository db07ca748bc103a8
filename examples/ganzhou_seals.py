"""The eighteen “2号章” of a city unit, one for each county: 委托用章.

    python examples/ganzhou_seals.py

By 《赣州市行政审批“2号章”使用管理规范（试行）》 a city unit hands a numbered seal to each county,
for listed matters and the term of an agreement. The unit is invented, its keys are throw-away
ones; drawings, seals and a stamped document come into the folder ganzhou/.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import govseal
from govseal.formats.ofd.compose import compose_document
from govseal.pki.signer import SoftSigner
from govseal.seal.model import Seal
from govseal.sm2 import sm3
from govseal.testing import Hierarchy, invented_credit_code

UNIT = "赣州市测试局"
UNIT_CODE = invented_credit_code("360700")
PURPOSE = "行政审批专用章"
MATTERS = ("360700-TEST-0001", "360700-TEST-0002")
# 附件：序号与县（市、区），by division code (GB/T 2260).
_REGIONS = (
    *("360702", "360703", "360704", "360722", "360723", "360724", "360725", "360726", "360783"),
    *("360729", "360728", "360732", "360730", "360731", "360781", "360733", "360734", "360735"),
)
COUNTIES = dict(enumerate(_REGIONS, 1))


@dataclass(frozen=True)
class Handed:
    """A seal that was handed to a county, and who uses it."""

    seal: Seal
    signer: SoftSigner


def make(hierarchy: Hierarchy, number: int, folder: Path) -> Handed:
    """The seal of one number, made under the rules of the norm; its drawing beside it."""
    now, region = datetime.now(UTC), COUNTIES[number]
    signer = hierarchy.signer_ca.issue(f"360700{number:08d}", organization=UNIT_CODE + UNIT)
    scope = govseal.SealScope(
        delegator=UNIT_CODE,
        delegate=invented_credit_code(region, "TEXT0002"),
        region=region,
        matters=MATTERS,
        agreement=sm3(f"委托协议（{number}）".encode()),
        not_before=now,
        not_after=now + timedelta(days=180),
    )
    rules = govseal.BindingTerms(
        govseal.load_profile("ganzhou"),
        hierarchy.trust,
        materials=hierarchy.materials,
        unit_name=UNIT,
        region=region,
    )
    picture = govseal.draw_seal(UNIT, bottom=f"{PURPOSE}（{number}）", diameter_mm=42)
    seal = govseal.make_seal(
        hierarchy.maker,
        name=f"{UNIT}{PURPOSE}（{number}）",
        picture=picture,
        signers=[signer.certificate],
        at=now,
        extensions=[scope.encode()],
        binding=rules,
    )
    (folder / f"{number:02d}.esl").write_bytes(seal.der)
    (folder / f"{number:02d}.svg").write_bytes(picture.to_svg())
    return Handed(seal, signer)


def main() -> None:
    """Draw and make all eighteen, use the fourth, and see what is refused."""
    folder = Path("ganzhou")
    folder.mkdir(exist_ok=True)
    hierarchy = Hierarchy.create("sm2", at=datetime.now(UTC))
    handed = {number: make(hierarchy, number, folder) for number in COUNTIES}
    for number, item in handed.items():
        print(COUNTIES[number], item.seal.es_id, item.seal.name)

    # 信丰县 decides a delegated matter and stamps it; anybody can see offline that it may.
    used = handed[4]
    document = compose_document([["本文件为示例，不具有法律效力。"]], title="准予行政许可决定书")
    place = govseal.Placement(page=1, x_mm=120, y_mm=210)
    stamped = govseal.stamp(document, used.seal, used.signer, place, matter=MATTERS[0])
    (folder / "stamped.ofd").write_bytes(stamped)
    report = govseal.verify(stamped, hierarchy.trust, materials=hierarchy.materials)
    print(report.verdict.value, report.signatures[0].matter)

    # The county's own matters are not for this seal; nor is any without a matter.
    for matter in ("361121-TEST-9999", None):
        try:
            govseal.stamp(document, used.seal, used.signer, place, matter=matter)
        except govseal.SealError as error:
            print(error.code, error)
    # A number belongs to one county.
    try:
        rules = govseal.BindingTerms(
            govseal.load_profile("ganzhou"),
            hierarchy.trust,
            materials=hierarchy.materials,
            unit_name=UNIT,
            region=COUNTIES[3],
        )
        govseal.make_seal(
            hierarchy.maker,
            name=used.seal.name,
            picture=used.seal.picture,
            signers=[used.signer.certificate],
            binding=rules,
        )
    except govseal.SealError as error:
        print(error.code, error.clause, error)


if __name__ == "__main__":
    main()
