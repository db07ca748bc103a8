"""The functions of the README: they open paths and read the clock, and call the floors below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import IO, TYPE_CHECKING, Literal

from govseal.formats.base import Protect
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.formats.source import Source, open_source, read_source
from govseal.verification.policy import DEFAULT_POLICY, Policy

if TYPE_CHECKING:
    from govseal.formats.base import Evidence
    from govseal.formats.places import Place
    from govseal.pki.certificate import Certificate
    from govseal.pki.fetch import Fetcher
    from govseal.pki.materials import Materials
    from govseal.pki.revocation import RevocationStatus
    from govseal.pki.signer import Signer, TimestampSource
    from govseal.pki.timestampterms import TimestampTerms
    from govseal.pki.trust import TrustStore
    from govseal.seal.binding import BindingTerms
    from govseal.seal.extensions import LedgerReference
    from govseal.seal.make import Drawn, SignerListKind
    from govseal.seal.model import Extension, Seal
    from govseal.seal.picture import SealPicture
    from govseal.stamping.pending import PendingStamp
    from govseal.verification.report import Report
    from govseal.verification.status import StatusSource
    from govseal.verification.usability import SealUse


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the façade is where the clock is read


def verify(
    data: Source,
    trust: TrustStore,
    *,
    materials: Materials | None = None,
    policy: Policy = DEFAULT_POLICY,
    at: datetime | None = None,
    detached: Source | None = None,
    fetcher: Fetcher | None = None,
    status: StatusSource | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Report:
    """The report on a file: 验章. Offline, unless a fetcher is given.

    Args:
        data: the file.
        trust: the anchors of signers and, unless the policy names others, of seal makers; an
            empty store trusts nobody.
        materials: further certificates, revocation lists, OCSP responses, lists of matters.
        policy: what the verifier asks for.
        at: the time of judging, timezone-aware; now by default.
        detached: a detached stamp (.ses) or signed data (.p7s) over ``data``.
        fetcher: who gets the lists and answers that certificates name where ``materials`` say
            nothing, such as a :class:`govseal.HttpFetcher`. What cannot be had leaves the check
            of revocation *indeterminate*.
        status: who knows what became of the seals and the document: a registry, or its signed
            status file (:func:`govseal.load_status`).
        limits: bounds on the input.

    Raises:
        FormatError: no format that is known (``UnsupportedFormat``), or too large.
        FileChanged: somebody wrote into the file meanwhile.
        OSError: the system cannot open the file.
    """
    from govseal.formats.detect import open_detached, open_document  # noqa: PLC0415 - start-up
    from govseal.verification.verifier import verify_document  # noqa: PLC0415 - start-up

    with open_source(data, limits) as source:
        if detached is None:
            document = open_document(source, limits)
        else:
            document = open_detached(read_source(detached, limits), source.whole(), limits)
        return verify_document(
            document,
            source,
            trust,
            at=_aware(at),
            materials=materials,
            policy=policy,
            fetcher=fetcher,
            status=status,
            name=source.name,
        )


def inspect(data: Source, *, limits: Limits = DEFAULT_LIMITS) -> Evidence:
    """Everything found in a file, nothing judged.

    Of OFD that includes ``documents``: metadata, custom tags, attachments, and what they say of an
    e-licence.

    Raises:
        FormatError: no format that is known (``UnsupportedFormat``), or too large.
        FileChanged: somebody wrote into the file meanwhile.
        OSError: the system cannot open the file.
    """
    from govseal.formats.detect import open_document  # noqa: PLC0415 - start-up
    from govseal.formats.metadata import described  # noqa: PLC0415 - start-up

    with open_source(data, limits) as source:
        return described(open_document(source, limits))


def page_picture(
    data: Source,
    page: int = 1,
    *,
    form: Literal["png", "svg"] = "png",
    dpi: int = 150,
    marks: bool | None = None,
    stamps: bool = True,
    is_copy: bool = True,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """One page of a document (OFD or PDF) as a picture, for the eye: it proves nothing.

    An SVG holds outlines and pictures alone, nothing that runs or is fetched. Its view box is in
    millimetres from the page's top-left corner, as a :class:`govseal.Placement` wants them; in a
    PNG a millimetre is ``dpi / 25.4`` pixels.

    Args:
        data: the document.
        page: from 1.
        form: ``png``; or ``svg``, of OFD.
        dpi: pixels per inch of a PNG, 10 to 1200.
        marks: whether the place of each stamp is outlined, and what it covers is said in a
            caption under the page; facts, no verdict. On PNG alone, and there by default.
        stamps: whether the stamps are drawn; those of a PDF always are.
        is_copy: whether the picture of a document with stamps says, on the page and in its
            description, that it counts as a copy (视同复印件). Switch it off only for what does not
            leave the house, such as a page on which a stamp is to be placed.
        limits: bounds on the input.

    Raises:
        ValueError: there is no such page or form, ``dpi`` is out of range, or marks are asked for
            on SVG.
        FormatError: the page cannot be read or drawn, or the format has no pages or none of this
            form (``UnsupportedFormat``); it is too large (``LimitExceeded``).
        OSError: the system cannot open the file.
    """
    from govseal.formats.pages import PagePictures  # noqa: PLC0415 - start-up

    with open_source(data, limits) as source:
        pages = PagePictures(source, limits)
        return pages.draw(page, form=form, dpi=dpi, marks=marks, stamps=stamps, is_copy=is_copy)


def stamp(
    data: Source,
    seal: Seal | Source,
    signer: Signer,
    placement: Place | Sequence[Place],
    *,
    at: datetime | None = None,
    protect: Protect | str = Protect.CONTINUE,
    matter: str | None = None,
    ledger: LedgerReference | None = None,
    approvals: bytes | None = None,
    matter_list: str | bytes | None = None,
    extensions: Sequence[Extension] = (),
    timestamp: TimestampSource | TimestampTerms | None = None,
    output: IO[bytes] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """The file with one more stamp: 签章.

    Args:
        data: the document (OFD or PDF).
        seal: the seal, or the file that holds it.
        signer: key and certificate, which the seal must permit.
        placement: where the stamp shows: a :class:`Placement`, :class:`OnPages` or
            :class:`Keyword`, in OFD a :class:`Seam` or several places too; ``()`` for nowhere.
        at: 签章时间, timezone-aware; now by default.
        protect: ``continue`` lets later stamps follow, ``whole`` closes the document.
        matter: code of 用印事项; a delegated seal (“2号章”) is used for those of its scope only.
        ledger: the entry of the ledger that the stamp belongs to.
        approvals: SM3 over the approvers' signed statements, in their order.
        matter_list: the matters whose digest the seal's scope names, one to a line; or in UTF-8.
        extensions: further signed data.
        timestamp: who stamps the time; where none is had the stamp is made without one, and the
            log or the terms' ``on_notice`` says so, unless the terms insist.
        output: a file that takes the stamped document piece by piece; then nothing is returned.
        limits: bounds on the input.

    Raises:
        FormatError: the file, the seal's scope or the list of matters cannot be read.
        SealError: the seal may not be used so.
        StampError: the document cannot take the stamp, or has to have a time stamp and gets none.
        FileChanged: somebody wrote into the file meanwhile.
        OSError: the system cannot open a file.
    """
    from govseal.formats.detect import open_document  # noqa: PLC0415 - start-up
    from govseal.stamping.stamp import StampUse, stamp_document  # noqa: PLC0415 - start-up

    with open_source(data, limits) as source:
        return stamp_document(
            open_document(source, limits),
            load_seal(seal),
            signer,
            tuple(placement) if isinstance(placement, Sequence) else (placement,),
            at=_aware(at),
            protect=Protect(protect),
            use=StampUse(matter, ledger, approvals, matter_list, extensions),
            timestamp=_timed(timestamp, at),
            output=output,
        )


def stamp_detached(
    data: Source,
    seal: Seal | Source,
    signer: Signer,
    *,
    at: datetime | None = None,
    matter: str | None = None,
    ledger: LedgerReference | None = None,
    approvals: bytes | None = None,
    matter_list: str | bytes | None = None,
    extensions: Sequence[Extension] = (),
    timestamp: TimestampSource | TimestampTerms | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """A detached stamp (SES_Signature in DER) over all bytes of a file of any kind.

    The arguments are those of :func:`stamp`.

    Raises:
        SealError: the seal may not be used so.
        StampError: it has to have a time stamp and gets none.
        FormatError: the seal's scope, or the list of matters, cannot be read.
        OSError: the system cannot open a file.
    """
    from govseal.stamping.stamp import StampUse, stamp_bytes  # noqa: PLC0415 - start-up

    return stamp_bytes(
        read_source(data, limits),
        load_seal(seal),
        signer,
        at=_aware(at),
        use=StampUse(matter, ledger, approvals, matter_list, extensions),
        timestamp=_timed(timestamp, at),
    )


def prepare_stamp(
    data: Source,
    seal: Seal | Source,
    certificate: Certificate | Sequence[Certificate],
    placement: Place | Sequence[Place] | None,
    *,
    at: datetime | None = None,
    protect: Protect | str = Protect.CONTINUE,
    matter: str | None = None,
    ledger: LedgerReference | None = None,
    approvals: bytes | None = None,
    matter_list: str | bytes | None = None,
    extensions: Sequence[Extension] = (),
    timestamp_bytes: int = 0,
    limits: Limits = DEFAULT_LIMITS,
) -> PendingStamp:
    """A stamp that waits for its signature value, for a key that sits elsewhere.

    What has to be signed is ``message``, or for devices that take digests ``digest``; then
    ``finish(signature)`` gives the stamped file. In between it can be kept with ``to_json()`` and
    :meth:`govseal.PendingStamp.from_json`.

    ``certificate`` is the signer's, with those above it if any; ``placement`` is None for a
    detached stamp over any file. ``timestamp_bytes`` is the room for a time stamp that ``finish``
    shall ask for, 16384 say; 0 for none. The other arguments are those of :func:`stamp`.

    Raises:
        FormatError: the file is damaged, or of no format that is known.
        SealError: the seal may not be used so.
        StampError: the document cannot take the stamp.
        OSError: the system cannot open a file.
    """
    from govseal.stamping.pending import PendingStamp, StampPlan  # noqa: PLC0415 - start-up

    places = placement if placement is None or isinstance(placement, Sequence) else (placement,)
    plan = StampPlan.state(
        read_source(data, limits),
        load_seal(seal),
        tuple(certificate) if isinstance(certificate, Sequence) else (certificate,),
        None if places is None else tuple(places),
        at=_aware(at),
        protect=Protect(protect),
        matter=matter,
        ledger=ledger,
        approvals=approvals,
        matter_list=matter_list,
        extensions=extensions,
        timestamp_bytes=timestamp_bytes,
    )
    return PendingStamp.create(plan, limits)


def load_seal(source: Seal | Source) -> Seal:
    """The seal in a file (.esl) or in bytes; a seal comes back as it is.

    Raises:
        FormatError: not a seal.
        OSError: the system cannot open the file.
    """
    from govseal.seal.codec import decode_seal  # noqa: PLC0415 - start-up
    from govseal.seal.model import Seal  # noqa: PLC0415 - start-up

    return source if isinstance(source, Seal) else decode_seal(read_source(source))


def make_seal(
    maker: Signer,
    *,
    name: str,
    picture: SealPicture | Drawn,
    signers: Sequence[Certificate],
    at: datetime | None = None,
    es_id: str | None = None,
    seal_type: int | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    extensions: Sequence[Extension] = (),
    generation: int = 2020,
    signer_list: SignerListKind = "certificates",
    timestamp: TimestampSource | None = None,
    binding: BindingTerms | None = None,
) -> Seal:
    """A seal signed by its maker: 制章; see :func:`govseal.seal.make.make_seal`.

    ``at`` is the moment of making, now by default. ``generation`` is 2014, 2020 or 2025;
    ``signer_list`` is ``certificates`` or ``digests``; ``timestamp`` stamps seals of 2025.
    ``binding`` holds the seal to the rules of a profile, before anything is signed.

    Raises:
        SealError: it may not be made so; ``code`` says why, and where a profile's rule does,
            ``clause`` and ``violations`` too.
        SigningFault: what was made does not verify.
    """
    return _making(binding)(
        maker,
        name=name,
        picture=picture,
        signers=signers,
        at=_aware(at),
        es_id=es_id,
        seal_type=seal_type,
        not_before=not_before,
        not_after=not_after,
        extensions=extensions,
        generation=generation,
        signer_list=signer_list,
        timestamp=timestamp,
    )


def _making(binding: BindingTerms | None) -> Callable[..., Seal]:
    """The function that makes seals, held to the terms where there are any."""
    if binding is None:
        from govseal.seal.make import make_seal as make  # noqa: PLC0415 - start-up

        return make
    from govseal.seal.binding import make_bound_seal  # noqa: PLC0415 - start-up

    return partial(make_bound_seal, binding)


def renew_seal(
    seal: Seal | Source,
    maker: Signer,
    *,
    signers: Sequence[Certificate],
    at: datetime | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    window_days: int | None = 30,
    generation: int | None = None,
    signer_list: SignerListKind | None = None,
    timestamp: TimestampSource | None = None,
    binding: BindingTerms | None = None,
) -> Seal:
    """The seal made again for new certificates: 续期; see :func:`govseal.seal.renew.renew_seal`.

    Args:
        seal: the old seal, or the file that holds it; verify it first.
        maker: 制章人 of the new seal.
        signers: the certificates that may use the new seal.
        at: the moment of renewal, timezone-aware; now by default.
        not_before: start of validity; by default ``at``.
        not_after: end of validity; by default the end of the signers' common validity.
        window_days: days before the old seal's end from which renewal is open; None for no window.
        generation: a later generation; by default that of the old seal.
        signer_list: ``certificates`` or ``digests``; by default as in the old seal.
        timestamp: who stamps the time, where the new seal is of 2025.
        binding: the rules that the new seal has to meet.

    Raises:
        SealError: it may not be renewed so; ``code`` says why.
        SigningFault: what was made does not verify.
        FormatError: the file holds no seal.
        OSError: the system cannot open the file.
    """
    from govseal.seal import renew  # noqa: PLC0415 - start-up

    return renew.renew_seal(
        load_seal(seal),
        maker,
        signers=signers,
        at=_aware(at),
        not_before=not_before,
        not_after=not_after,
        window_days=window_days,
        generation=generation,
        signer_list=signer_list,
        timestamp=timestamp,
        make=_making(binding),
    )


def judge_use(
    seal: Seal | Source,
    trust: TrustStore,
    *,
    materials: Materials | None = None,
    policy: Policy = DEFAULT_POLICY,
    at: datetime | None = None,
) -> SealUse:
    """Whether a seal may be used, and by whom; see :mod:`govseal.verification.usability`.

    ``at`` is the moment asked about, timezone-aware; now by default.

    Raises:
        FormatError: the file holds no seal.
        OSError: the system cannot open the file.
    """
    from govseal.verification import usability  # noqa: PLC0415 - start-up

    loaded = load_seal(seal)
    report = verify(loaded.der, trust, materials=materials, policy=policy, at=at)
    return usability.judge_use(loaded, report, trust, materials=materials, policy=policy)


def check_revocation(
    certificate: Certificate,
    trust: TrustStore,
    *,
    materials: Materials | None = None,
    fetcher: Fetcher | None = None,
    at: datetime | None = None,
) -> RevocationStatus:
    """Whether a certificate was revoked (吊销), as far as the materials tell.

    Where they do not, and a ``fetcher`` is given, the certificate's responder and lists are asked;
    what cannot be had is told in ``problems``. ``at`` is the moment asked about, timezone-aware;
    now by default.
    """
    if fetcher is None:
        from govseal.pki.revocation import check_revocation as check  # noqa: PLC0415 - start-up
    else:
        from govseal.pki.online import OnlineRevocation  # noqa: PLC0415 - start-up

        check = OnlineRevocation(fetcher).check
    return check(certificate, trust, materials=materials, at=_aware(at))


def _timed(
    timestamp: TimestampSource | TimestampTerms | None, at: datetime | None
) -> TimestampSource | TimestampTerms | None:
    """What is signed now takes no token of the future; a time that is given may be any."""
    if timestamp is None or at is not None:
        return timestamp
    from govseal.pki.timestampterms import TimestampTerms  # noqa: PLC0415 - start-up

    terms = TimestampTerms.of(timestamp)
    return replace(terms, clock=_now) if terms is not None and terms.clock is None else terms


def _aware(at: datetime | None) -> datetime:
    if at is None:
        return _now()
    if at.tzinfo is None:
        raise ValueError("a time needs its time zone")
    try:
        at.astimezone(UTC)
    except OverflowError as error:  # within a day of the ends of the calendar
        raise ValueError(f"{at} is no time in UTC") from error
    return at
