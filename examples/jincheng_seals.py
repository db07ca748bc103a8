"""The five seals of an approval bureau: three on paper, two electronic.

    python examples/jincheng_seals.py

晋市审管发〔2022〕9号 gives the bureau a large seal, a small one and a steel one, which are drawings
for whoever carves them, and two electronic seals. 晋市政办〔2022〕29号 wants these to show the
imprint on file, to bind a certificate of a named CA in the unit's name, and to be valid as long.
The bureau is invented, its keys are throw-away ones; all goes into the folder jincheng/.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import govseal
from govseal.testing import Hierarchy, invented_credit_code

UNIT = "测试市行政审批服务管理局"
PURPOSE = "行政审批专用章"
CODE = invented_credit_code("140500")
# Medium, and diameter in millimetres.
PAPER = {"large": 42, "small": 38, "steel": 35}
ELECTRONIC = ("14050000000001", "14050000000002")


def main() -> None:
    """Draw the three, make the two, and see what the rules refuse."""
    folder = Path("jincheng")
    folder.mkdir(exist_ok=True)
    hierarchy = Hierarchy.create("sm2", at=datetime.now(UTC))
    drawings = {
        medium: govseal.draw_seal(UNIT, bottom=PURPOSE, diameter_mm=size)
        for medium, size in PAPER.items()
    }
    for medium, drawing in drawings.items():
        (folder / f"{medium}.pdf").write_bytes(drawing.to_pdf())
        # For everybody who only wants to see it: nobody may carve a seal from this one.
        (folder / f"{medium}-specimen.png").write_bytes(drawing.specimen().to_png())
        print(medium, f"{drawing.width_mm} mm", drawing.text)

    on_file = drawings["large"].picture("svg")
    rules = govseal.BindingTerms(
        govseal.load_profile("jincheng"),
        hierarchy.trust,
        materials=hierarchy.materials,
        cas=govseal.TrustStore([hierarchy.signer_ca.certificate]),
        imprint=on_file,
        unit_name=UNIT,
    )
    for number in ELECTRONIC:
        signer = hierarchy.signer_ca.issue(number, organization=CODE + UNIT)
        seal = govseal.make_seal(
            hierarchy.maker,
            name=UNIT + PURPOSE,
            picture=on_file,
            signers=[signer.certificate],
            binding=rules,
        )
        (folder / f"{number}.esl").write_bytes(seal.der)
        use = govseal.judge_use(seal, hierarchy.trust, materials=hierarchy.materials)
        print(number, seal.name, use.usability.value)

    # 图样与备案印模一致，名称与证书一致: another imprint, another unit's certificate.
    stranger = hierarchy.signer_ca.issue("14050000000003", organization=CODE + "测试市财政局")
    other = govseal.draw_seal(UNIT, bottom=PURPOSE + "（2）", diameter_mm=42).picture("svg")
    for certificate, picture in ((signer.certificate, other), (stranger.certificate, on_file)):
        try:
            govseal.make_seal(
                hierarchy.maker,
                name=UNIT + PURPOSE,
                picture=picture,
                signers=[certificate],
                binding=rules,
            )
        except govseal.SealError as error:
            print([f"{item.code} {item.clause}" for item in error.violations])


if __name__ == "__main__":
    main()
