"""A stamp into a PDF as an incremental update: PAdES B-B or B-T, SM2 or RSA, and a seal that shows.

pyHanko places the field and keeps the bookkeeping of the file; the signed data is our own template,
so the key signs once and the room for it is known. ISO 32000-1, 12.7.4.5 and 12.8;
ETSI EN 319 142-1, 6.3. What was there before stays as it was, byte for byte.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from pyhanko.pdf_utils.generic import ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import constants
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import BuildProps, PreparedByteRangeDigest, SignatureObject

from govseal import __version__
from govseal.errors import GovsealError, StampError
from govseal.formats.base import Placement, Protect, StampRequest
from govseal.formats.digests import stamping_digest
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.pdf.appearance import add_form, ink
from govseal.formats.pdf.objects import dictionary, items, name, value
from govseal.formats.pdf.permissions import check_permissions
from govseal.formats.pdf.places import PageView, page_view
from govseal.formats.pdf.template import CmsTemplate, make_template
from govseal.formats.pdf.words import check_places, find_places

_log = logging.getLogger(__name__)
_HEADER: Final = b"%PDF-"
_FIELD_NAME: Final = "govseal-"
# Readers pass over objects with higher numbers (PDFium; ISO 32000-1, Annex C has twice as many).
_MOST_OBJECTS: Final = 4 * 1024 * 1024 - 1024

_Embedder = Generator[Any, Any, None]
"""pyHanko's protocol: it yields the field, takes the signature dictionary and the output."""


@dataclass(slots=True)
class PdfStamp:
    """A PDF that waits for the signature value over ``message``."""

    message: bytes
    """The signed attributes in DER: what the key signs, once."""
    template: CmsTemplate = field(repr=False)
    room: PreparedByteRangeDigest = field(repr=False)
    """Where the signed data goes."""
    output: io.BytesIO = field(repr=False)
    """The file, with zeros in that place."""

    def finish(self, signature_value: bytes, time_stamp: bytes | None = None) -> bytes:
        """The stamped PDF; with ``time_stamp``, a token over the value, of level B-T.

        Raises:
            ValueError: the value is longer than the signer's key can make it, or the time stamp
                than the room that was asked for.
        """
        signed_data = self.template.finish(self.message, signature_value, time_stamp)
        text = signed_data.hex().upper().encode("ascii")
        start = self.room.reserved_region_start + 1  # after "<"
        with self.output.getbuffer() as file:
            return b"".join((file[:start], text, file[start + len(text) :]))


class _Writer(IncrementalPdfFileWriter):
    """An update that leaves the document's description (title, dates, producer) as it was.

    pyHanko would write the time of the machine's clock there; the time of a stamp is an argument.
    """

    def _update_meta(self) -> None:
        pass

    def name_revision(self, content: bytes) -> None:
        """/ID (ISO 32000-1, 14.4) from ``content``, where pyHanko has random numbers.

        So the same request makes the same bytes, and a stamp can be finished elsewhere.
        """
        identifiers = self._document_id
        if "/ID" not in self.prev.trailer:
            identifiers[0] = ByteStringObject(hashlib.sha256(b"first" + content).digest()[:16])
        identifiers[1] = ByteStringObject(hashlib.sha256(content).digest()[:16])


def prepare(data: bytes, request: StampRequest, limits: Limits = DEFAULT_LIMITS) -> PdfStamp:
    """The PDF with everything of the stamp but the signature value.

    A file that breaks the rules of PDF in small ways is stamped too, and the log says so.

    Args:
        data: the file.
        request: with ``certificates``; one place, or none for a stamp that does not show.
        limits: how much text is searched for a keyword.

    Raises:
        StampError: ``no_such_page``, ``outside_page``, ``not_permitted`` (an earlier signature
            forbids it), ``not_first`` (the whole shall be protected, and there is a signature
            already), ``unsupported`` (encrypted, XFA, several places, a picture that PDF does not
            show), ``seam_unsupported``, ``keyword_not_found``, ``keyword_ambiguous``,
            ``algorithm_forbidden``, or the code of what is wrong with the file.
        ValueError: ``request`` names an unknown algorithm, no time, or no certificate; or a place,
            and no seal.
    """
    check_places(request.placements)
    if not data.startswith(_HEADER):
        message = "the file does not start like a PDF: what stands in front would be signed too"
        raise StampError(message, code="container_damaged")
    digest = stamping_digest(request.algorithm)
    seal = request.seal.der if request.seal is not None else None
    if seal is None and request.placements:
        raise ValueError("a signature without a seal shows nowhere")
    template = make_template(
        request.algorithm,
        digest,
        request.certificates,
        seal,
        request.extensions,
        timestamp_size=request.timestamp_bytes,
    )
    try:
        return _prepare(data, request, template, limits, strict=True)
    except GovsealError:
        raise
    except Exception as error:  # noqa: BLE001 - pyHanko raises what it likes
        return _tolerant(data, request, template, limits, error)


def _tolerant(
    data: bytes, request: StampRequest, template: CmsTemplate, limits: Limits, first: Exception
) -> PdfStamp:
    """The same with a reader that forgives small faults."""
    try:
        prepared = _prepare(data, request, template, limits, strict=False)
    except GovsealError:
        raise
    except Exception as error:  # as above
        message = f"the PDF cannot be stamped: {first}"
        code = "container_damaged" if isinstance(error, PdfError) else "malformed"
        raise StampError(message, code=code) from error
    _log.warning("the PDF breaks rules of its format, and was stamped all the same: %s", first)
    return prepared


def _prepare(
    data: bytes, request: StampRequest, template: CmsTemplate, limits: Limits, *, strict: bool
) -> PdfStamp:
    stream = io.BytesIO(data if data.endswith((b"\n", b"\r")) else data + b"\n")
    writer = _Writer(stream, strict=strict)
    if writer.prev.encrypted:
        raise StampError("an encrypted PDF is not stamped", code="unsupported")
    _check_size(writer.prev)
    request = replace(request, placements=find_places(writer, data, request, limits))
    told = (
        *(request.signed_at, request.placements, request.protect.value, template.attributes),
        template.timestamp_size,
    )
    writer.name_revision(hashlib.sha256(data).digest() + repr(told).encode())
    is_whole = request.protect is Protect.WHOLE
    title = _free_name(writer)
    check_permissions(writer, title, is_whole=is_whole, is_visible=bool(request.placements))
    writer.register_extension(constants.ESIC_EXTENSION_1)
    embedder = _start(writer, title, request)
    embedder.send(_signature(request, template, is_whole=is_whole))
    room, output = embedder.send(SigIOSetup(md_algorithm=template.digest.name, in_place=True))
    return PdfStamp(template.message(room.document_digest), template, room, output)


def _check_size(reader: PdfFileReader) -> None:
    """Refuse a file whose /Size is false: numbers of new objects are counted from there."""
    size, highest = reader.trailer["/Size"], 0
    for revision in range(reader.xrefs.total_revisions):
        data = reader.xrefs.get_xref_data(revision)
        further = data.hybrid.xref_data.explicit_refs_in_revision if data.hybrid else ()
        for number, _ in (*data.explicit_refs_in_revision, *further):
            highest = max(highest, number)
    if highest > size or size > _MOST_OBJECTS:
        message = f"the file says that it has {size} objects, and has {highest}"
        raise StampError(message, code="malformed")


def _free_name(writer: _Writer) -> str:
    """A name that no field of the form has."""
    fields = value(value(writer.root, "/AcroForm", {}), "/Fields", ())
    taken = {value(item, "/T") for item in items(fields)}
    return next(title for step in count(1) if (title := f"{_FIELD_NAME}{step}") not in taken)


def _start(writer: _Writer, title: str, request: StampRequest) -> _Embedder:
    """The embedder, which has made the new field, with the seal as its appearance."""
    page, box = 0, None
    placement = next(iter(request.placements), None)
    if isinstance(placement, Placement) and request.seal is not None:
        picture = request.seal.picture
        drawn = ink(picture)
        page = placement.page - 1
        view = _page_view(writer, placement)
        box = view.rectangle(placement, picture.width_mm, picture.height_mm)
    spec = SigFieldSpec(title, on_page=page, box=box)  # type: ignore[arg-type] # it takes floats
    embedder: _Embedder = PdfCMSEmbedder(spec).write_cms(title, writer)
    widget = next(embedder).get_object()
    if request.placements:
        form = add_form(writer, drawn, view.rotation)
        widget[name("AP")] = dictionary({"N": form})
    return embedder


def _page_view(writer: Any, placement: Placement) -> PageView:  # noqa: ANN401 - not annotated
    reference, _ = writer.find_page_for_modification(placement.page - 1)
    return page_view(reference.get_object())


def _signature(request: StampRequest, template: CmsTemplate, *, is_whole: bool) -> SigObjSetup:
    """The signature dictionary, with exactly the room that the signed data can need."""
    digest = template.digest.name
    return SigObjSetup(
        sig_placeholder=SignatureObject(
            timestamp=datetime.strptime(request.signed_at, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC),
            subfilter=SigSeedSubFilter.PADES,
            app_build_props=BuildProps("govseal", revision=__version__),
            bytes_reserved=2 * template.size,  # hexadecimal
        ),
        mdp_setup=SigMDPSetup(digest, certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
        if is_whole
        else None,
    )
