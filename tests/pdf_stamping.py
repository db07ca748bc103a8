"""Plain PDFs of every build, an office that stamps them, and what other programs say of them."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pypdfium2
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter

import govseal
from govseal.errors import StampError
from govseal.formats.base import Placement, Protect, StampRequest
from govseal.seal.model import Seal
from govseal.seal.picture import SealPicture
from govseal.testing import Hierarchy

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
A4 = "/MediaBox [0 0 595.28 841.89]"
CORNER = Placement(1, 20, 30)
#: A bar along the upper edge and a block in the lower left corner: it shows which way up it is.
FLAG = SealPicture(
    "SVG",
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><g fill="#FF0000">'
    b'<path d="M0 0L40 0L40 5L0 5Z"/><path d="M0 15L5 15L5 20L0 20Z"/></g></svg>',
    40,
    20,
)


@dataclass(frozen=True, slots=True)
class Office:
    """A bureau that may use one seal."""

    pki: Hierarchy
    seal: Seal

    def request(self, **changes):
        values = {
            "seal": self.seal,
            "placements": (CORNER,),
            "algorithm": self.pki.signer.algorithm.oid,
            "signed_at": "20261121100000Z",
            "protect": Protect.CONTINUE,
            "certificates": (self.pki.signer.certificate,),
        }
        return StampRequest(**(values | changes))

    def stamp(self, data, place=CORNER, **changes):
        """The PDF with one more stamp, made at ten o'clock."""
        values = {"at": AT + 2 * HOUR} | changes
        return govseal.stamp(data, self.seal, self.pki.signer, place, **values)


def stamp_with(signer, office, data, place=CORNER):
    """The same with another signer in place of the office's."""
    return govseal.stamp(data, office.seal, signer, place, at=AT + 2 * HOUR)


def stamped_or_none(office, data):
    """The file with a stamp in the corner, or None where it is refused."""
    try:
        return office.stamp(data, Placement(1, 0, 0))
    except StampError as error:
        assert error.code  # noqa: PT017 - a helper of tests
        return None


def make_seal(pki, picture):
    return govseal.make_seal(
        pki.maker,
        name="测试市行政审批服务管理局行政审批专用章",
        picture=picture,
        signers=[pki.signer.certificate],
        at=AT + HOUR,
    )


@functools.cache
def hierarchy(algorithm):
    return Hierarchy.create(algorithm, at=AT)


@functools.cache
def office(algorithm, picture=FLAG):
    pki = hierarchy(algorithm)
    return Office(pki, make_seal(pki, picture))


def assemble(objects, trailer=""):
    """A PDF of these objects, numbered from 1, the first of them the catalogue."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    table = ["0000000000 65535 f \n"]
    for number, content in enumerate(objects, start=1):
        table.append(f"{len(out):010d} 00000 n \n")
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content.encode("latin-1"))
    size = len(objects) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF\n"
    return bytes(out) + f"xref\n0 {size}\n{''.join(table)}{end}".encode("latin-1")


def pdf(page=A4, *, pages=1, tree="", catalogue="", content="", more=(), trailer=""):
    """Pages that are alike; ``tree`` goes into the node that they inherit from.

    Object 1 is the catalogue, 2 the node, 3 the content, then the pages, then ``more``.
    """
    kids = " ".join(f"{number} 0 R" for number in range(4, 4 + pages))
    return assemble(
        [
            f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {pages} {tree} >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
            *[f"<< /Type /Page /Parent 2 0 R /Resources << >> /Contents 3 0 R {page} >>"] * pages,
            *more,
        ],
        trailer,
    )


def with_object_streams():
    """A PDF whose table is a stream, and whose page lies in an object stream."""
    writer = PdfFileWriter(stream_xrefs=True)
    packed = writer.prepare_object_stream()
    name = generic.pdf_name
    page = generic.DictionaryObject(
        {
            name("/Type"): name("/Page"),
            name("/Resources"): generic.DictionaryObject(),
            name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))),
        }
    )
    tree_reference = writer.root.raw_get("/Pages")
    page[name("/Parent")] = tree_reference
    reference = writer.add_object(page, obj_stream=packed)
    tree = tree_reference.get_object()
    tree["/Kids"].append(reference)
    tree[name("/Count")] = generic.NumberObject(1)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def reader(data):
    return PdfFileReader(io.BytesIO(data))


def signatures(data):
    return reader(data).embedded_signatures


def picture(data, page=1, scale=2.0):
    """A page as PDFium shows it, with its stamps."""
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    image = document[page - 1].render(scale=scale).to_pil().convert("RGB")
    document.close()
    return image


def is_red(pixel):
    return pixel[0] > 200 and max(pixel[1:]) < 80


def red_box_mm(image, width_mm):
    """Left, top, right and bottom of what is red, in millimetres; the page is so wide."""
    red, green, _ = image.split()
    strong = red.point(lambda level: 255 * (level > 200))
    weak = green.point(lambda level: 255 * (level < 80))
    strong.paste(0, mask=weak.point(lambda level: 255 - level))
    return tuple(edge * width_mm / image.width for edge in strong.getbbox())
