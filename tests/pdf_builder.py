"""Signed PDFs bent in one place: updates, gaps, ranges and signed data that nobody checked."""

from __future__ import annotations

import io
import re

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields

import cms_builder
import pdf_stamping
from cms_builder import attribute
from govseal.asn1 import write

CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
TABLE = "%010d %05d n \n"
_RANGE = re.compile(rb"/ByteRange ?\[([^\]]*)\]")


def startxref(data):
    return int(re.findall(rb"startxref\s+(\d+)", data)[-1])


def update(data, objects, *, root=1, prev=True, size=1000, extra="", end="%%EOF\n", table=True):
    """The file with one more revision that holds ``objects`` (by number, their content)."""
    out = bytearray(data if data.endswith(b"\n") else data + b"\n")
    rows = []
    for number, content in sorted(objects.items()):
        rows.append(f"{number} 1\n" + TABLE % (len(out), 0))
        body = content if isinstance(content, bytes) else content.encode("latin-1")
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    if table:
        back = f"/Prev {startxref(data)}" if prev is True else (f"/Prev {prev}" if prev else "")
        trailer = f"trailer\n<< /Size {size} /Root {root} 0 R {back} {extra} >>\n"
        out += f"xref\n{''.join(rows)}{trailer}startxref\n{len(out)}\n{end}".encode("latin-1")
    return bytes(out)


def reader(data):
    return PdfFileReader(io.BytesIO(data), strict=False)


def field_number(data, at=0):
    """The number of a filled signature field's object, which is its widget too."""
    return list(enumerate_sig_fields(reader(data), filled_status=True))[at][2].idnum


def body_of(data, number):
    """The newest content of an object that is no stream, as written."""
    pattern = rb"(?:^|[\r\n])%d 0 obj\s(.*?)\sendobj" % number
    return re.findall(pattern, data, re.DOTALL)[-1].decode("latin-1")


def byte_range(data, at=-1):
    """The four numbers of a /ByteRange."""
    return [int(text) for text in list(_RANGE.finditer(data))[at].group(1).split()]


def with_range(data, text, at=-1):
    """The file with other text for the value of /ByteRange, nothing moved."""
    match = list(_RANGE.finditer(data))[at]
    start = match.start() + len(b"/ByteRange")
    room = match.end() - start
    return replaced(data, start, text.encode().ljust(room)[: max(room, len(text))])


def replaced(data, at, new):
    """The file with bytes written over."""
    return data[:at] + new + data[at + len(new) :]


def renamed(data, old, new, *, last=True):
    """The last (or first) occurrence of a text written over by one of the same length."""
    assert len(old) == len(new)
    at = data.rindex(old) if last else data.index(old)
    return replaced(data, at, new)


def gap(data, at=-1):
    """Where the hexadecimal string of a signature starts and ends, its brackets included."""
    _, start, end, _ = byte_range(data, at)
    return start, end


def contents(data, at=-1):
    start, end = gap(data, at)
    return bytes.fromhex(data[start + 1 : end - 1].decode())


def signed_bytes(data, at=-1):
    """What a signature protects."""
    _, start, second, size = byte_range(data, at)
    return data[:start] + data[second : second + size]


def with_contents(data, octets, at=-1):
    """The file with other octets in /Contents, padded with zeros."""
    start, end = gap(data, at)
    room = end - start - 2
    digits = octets.hex().ljust(room, "0").encode()
    assert len(digits) == room, "the signed data is too long for its place"
    return replaced(data, start + 1, digits)


def in_gap(data, text, at=-1):
    """The hexadecimal string cut off behind its data, and ``text`` in the rest of the gap."""
    start, end = gap(data, at)
    octets = contents(data, at)
    size = 4 + int.from_bytes(octets[2:4], "big")
    new = b"<" + octets[:size].hex().encode() + b">" + text
    return replaced(data, start, new.ljust(end - start))


# signed by hand -----------------------------------------------------------------------------------

ROOM = 18_000
DIGESTS = {"sm2": cms_builder.SM3} | dict.fromkeys(("rsa", "ec"), "2.16.840.1.101.3.4.2.1")


def signed_data(message, signer, *, attributes=None, more=(), without=(), **changes):
    """Signed data over ``message`` as PAdES has it; what is given replaces a part of it.

    Args:
        attributes: all signed attributes, encoded; else the two that must be, and ``more``.
        without: OIDs of attributes to leave out.
        changes: parts of SignerInfo or of SignedData, see :mod:`cms_builder`.
    """
    certificate, algorithm = signer.certificate, signer.algorithm
    rows = attributes
    if rows is None:
        rows = [
            attribute(CONTENT_TYPE, write.oid(cms_builder.PKCS7_DATA)),
            attribute(MESSAGE_DIGEST, write.octets(algorithm.digest.digest(message))),
            *more,
        ]
        rows = [row for row in rows if not any(write.oid(oid) in row for oid in without)]
    block = write.set_of(*rows)
    outer = {
        "certificates": (certificate.der,),
        "outer": cms_builder.PKCS7_SIGNED_DATA,
        "inner": cms_builder.PKCS7_DATA,
    }
    signers = changes.pop("signers", 1)
    outer |= {name: changes.pop(name) for name in [*outer, "content"] if name in changes}
    values = {
        "issuer": certificate.issuer_der,
        "serial": certificate.serial,
        "signed": rows,
        "value": signer.sign(block),
        "digest": DIGESTS[algorithm.key_kind],
        "signature": algorithm.oid,
    }
    values |= changes
    outer["digests"] = (values["digest"],)
    info = cms_builder.signer_info(**values)
    return cms_builder.signed_data(*[info] * signers, **outer)


def sign_by_hand(make, *, room=ROOM, sub_filter="/ETSI.CAdES.detached", entries="", pages=1):
    """A PDF whose signature is made by ``make`` out of the bytes that it protects."""
    form = (
        "<< /FT /Sig /T (Stamp) /Type /Annot /Subtype /Widget /F 132 /P 4 0 R "
        "/Rect [100 600 219 719] /V %d 0 R >>"
    )
    first = 4 + pages
    blank = "/ByteRange [0 0000000000 0000000000 0000000000]"
    signature = (
        f"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter {sub_filter} {blank} "
        f"/Contents <{'0' * room}> /M (D:20261121100000Z) {entries} >>"
    )
    data = pdf_stamping.pdf(
        page=f"{pdf_stamping.A4} /Annots [{first} 0 R]",
        pages=pages,
        content="0 g 100 600 50 50 re f",
        catalogue=f"/AcroForm << /Fields [{first} 0 R] /SigFlags 3 >>",
        more=[form % (first + 1), signature],
    )
    start = data.index(b"/Contents <0") + len("/Contents ")
    end = start + room + 2
    data = with_range(data, f" [0 {start} {end} {len(data) - end}]")
    return with_contents(data, make(signed_bytes(data)))
