"""Stamping PDF in one process, against pyHanko as it comes, with the same seal on the same file.

Both sign PAdES B-B over SHA-256 with the same RSA key, which each has loaded before; stock pyHanko
signs twice, because it makes a trial signature to learn the size. SM2 has no such baseline.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import partial

from pyhanko.pdf_utils import layout
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.stamp import StaticStampStyle

import govseal
from figures import Row, interleaved, show
from govseal.seal.drawing.pdf import PdfPage, page_matrix, pdf_operators, write_pdf
from govseal.seal.model import Seal
from govseal.testing import Hierarchy
from govseal.testing.hierarchy import PASSWORD

ROUNDS = 15
PAGES = (1, 200)
GOAL = 0.066  # at least 15 times as fast
PLACE = govseal.Placement(page=1, x_mm=120, y_mm=210)
BOX = (340, 128, 459, 247)
DRAWING = govseal.draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章")


def plain(pages: int) -> bytes:
    text = b"".join(b"56 %d 480 4 re f\n" % (780 - 24 * line) for line in range(20))
    return write_pdf([PdfPage(210, 297, text)] * pages)


def office(algorithm: str) -> tuple[Hierarchy, Seal]:
    hierarchy = Hierarchy.create(algorithm, at=datetime.now(UTC))
    seal = govseal.make_seal(
        hierarchy.maker,
        name="测试市行政审批服务管理局行政审批专用章",
        picture=DRAWING.picture("svg"),
        signers=[hierarchy.signer.certificate],
    )
    return hierarchy, seal


def stock_signer(hierarchy: Hierarchy) -> signers.PdfSigner:
    """pyHanko's own signer, with the seal as the appearance of the field."""
    signer = signers.SimpleSigner.load_pkcs12_data(
        hierarchy.signer.to_pkcs12(PASSWORD), other_certs=[], passphrase=PASSWORD.encode()
    )
    box = layout.BoxConstraints(BOX[2] - BOX[0], BOX[3] - BOX[1])
    picture = RawContent(pdf_operators(DRAWING.paths, page_matrix(42)), box=box)
    return signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name="Signature", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
        ),
        signer,
        stamp_style=StaticStampStyle(background=picture, border_width=0, background_opacity=1),
        new_field_spec=fields.SigFieldSpec("Signature", box=BOX),
    )


def stamp_stock(data: bytes, signer: signers.PdfSigner) -> None:
    signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(data)))


def stamp(data: bytes, hierarchy: Hierarchy, seal: Seal) -> None:
    govseal.stamp(data, seal, hierarchy.signer, PLACE)


def main() -> None:
    """Print the table."""
    rsa, sm2 = office("rsa"), office("sm2")
    stock = stock_signer(rsa[0])
    rows = []
    for pages in PAGES:
        data = plain(pages)
        baseline = f"{pages} pages: stock pyHanko, RSA"
        ours = f"{pages} pages: stamp, RSA"
        tasks = {
            baseline: partial(stamp_stock, data, stock),
            ours: partial(stamp, data, *rsa),
            f"{pages} pages: stamp, SM2": partial(stamp, data, *sm2),
        }
        times = interleaved(tasks, ROUNDS)
        for name, took in times.items():
            goal = GOAL if name == ours and pages == 1 else None
            rows.append(Row(name, took, took / times[baseline], goal))
        print(f"{pages} pages: stamping is {times[baseline] / times[ours]:.1f}x stock pyHanko, RSA")
    show("PDF in one process, ratio to stock pyHanko", rows)


if __name__ == "__main__":
    main()
