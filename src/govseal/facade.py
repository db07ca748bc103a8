"""The functions of the README: they open paths and read the clock, and call the floors below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from govseal.errors import LimitExceeded
from govseal.formats.base import Protect
from govseal.formats.limits import DEFAULT_LIMITS, Limits
from govseal.verification.policy import DEFAULT_POLICY, Policy

if TYPE_CHECKING:
    from govseal.formats.base import Evidence
    from govseal.formats.places import Place
    from govseal.pki.certificate import Certificate
    from govseal.pki.fetch import Fetcher
    from govseal.pki.materials import Materials
    from govseal.pki.revocation import RevocationStatus
    from govseal.pki.signer import Signer, TimestampSource
    from govseal.pki.trust import TrustStore
    from govseal.seal.binding import BindingTerms
    from govseal.seal.extensions import LedgerReference
    from govseal.seal.make import Drawn, SignerListKind
    from govseal.seal.model import Extension, Seal
    from govseal.seal.picture import SealPicture
    from govseal.stamping.pending import PendingStamp
    from govseal.verification.report import Report
    from govseal.verification.usability import SealUse

Source = bytes | bytearray | memoryview | str | Path | IO[bytes]
"""Bytes, a path, or a seekable binary file."""


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the façade is where the clock is read


def read_source(source: Source, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes behind ``source``, at most ``limits.max_file_bytes`` of them.

    Raises:
        LimitExceeded: there are more.
        OSError: the system cannot open the file.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif isinstance(source, str | Path):
        with Path(source).open("rb") as file:
            data = file.read(limits.max_file_bytes + 1)
    else:
        source.seek(0)
        data = source.read(limits.max_file_bytes + 1)
    if len(data) > limits.max_file_bytes:
        raise LimitExceeded("the file is too large", limit=limits.max_file_bytes, found=len(data))
    return data


def _name(source: Source) -> str:
    if isinstance(source, str | Path):
        return Path(source).name
    name = getattr(source, "name", "")
    return Path(name).name if isinstance(name, str) else ""


def verify(
    data: Source,
    trust: TrustStore,
    *,
    materials: Materials | None = None,
    policy: Policy = DEFAULT_POLICY,
    at: datetime | None = None,
    detached: Source | None = None,
    fetcher: Fetcher | None = None,
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
        limits: bounds on the input.

    Raises:
        FormatError: no format that is known (``UnsupportedFormat``), or too large.
        OSError: the system cannot open the file.
    """
    from govseal.formats.detect import open_detached, open_document  # noqa: PLC0415 - start-up
    from govseal.verification.verifier import verify_document  # noqa: PLC0415 - start-up

    received = read_source(data, limits)
    if detached is None:
        document = open_document(received, limits, name=_name(data))
    else:
        document = open_detached(read_source(detached, limits), received, limits)
    return verify_document(
        document,
        received,
        trust,
        at=_aware(at),
        materials=materials,
        policy=policy,
        fetcher=fetcher,
        name=_name(data),
    )


def inspect(data: Source, *, limits: Limits = DEFAULT_LIMITS) -> Evidence:
    """Everything found in a file, nothing judged.

    Raises:
        FormatError: no format that is known (``UnsupportedFormat``), or too large.
        OSError: the system cannot open the file.
    """
    from govseal.formats.detect import open_document  # noqa: PLC0415 - start-up

    return open_document(read_source(data, limits), limits, name=_name(data)).evidence()


def page_picture(
    data: Source,
    page: int = 1,
    *,
    dpi: int = 150,
    marks: bool = True,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """One page of a document (OFD or PDF) as a PNG picture, for the eye: it proves nothing.

    Args:
        data: the document.
        page: from 1.
        dpi: pixels per inch, 10 to 1200.
        marks: whether the place of each stamp is outlined, and what it covers is said in a
            caption under the page; facts, no verdict.
        limits: bounds on the input.

    Raises:
        ValueError: there is no such page, or ``dpi`` is out of range.
        FormatError: the page cannot be read or drawn, or the format has no pages
            (``UnsupportedFormat``); it is too large (``LimitExceeded``).
        OSError: the system cannot open the file.
    """
    from govseal.formats.pages import PagePictures  # noqa: PLC0415 - start-up

    return PagePictures(read_source(data, limits), limits).draw(page, dpi=dpi, marks=marks)


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
        matter: code of the matter that the stamp is for (用印事项); a seal with a scope (a
            delegated one, “2号章”) is used for a matter of its scope only.
        ledger: the entry of the ledger that the stamp belongs to.
        approvals: SM3 over the approvers' signed statements, in their order.
        matter_list: the list of matters whose digest the seal's scope names: one code to a line,
            as text or in UTF-8.
        extensions: further signed data.
        limits: bounds on the input.

    Raises:
        FormatError: the file is damaged, or of no format that is known; or the seal's scope, or
            the list of matters, cannot be read.
        SealError: the seal may not be used so.
        StampError: the document cannot take the stamp.
        OSError: the system cannot open a file.
    """
    from govseal.formats.detect import open_document  # noqa: PLC0415 - start-up
    from govseal.stamping.stamp import stamp_document  # noqa: PLC0415 - start-up

    return stamp_document(
        open_document(read_source(data, limits), limits),
        load_seal(seal),
        signer,
        tuple(placement) if isinstance(placement, Sequence) else (placement,),
        at=_aware(at),
        protect=Protect(protect),
        matter=matter,
        ledger=ledger,
        approvals=approvals,
        matter_list=matter_list,
        extensions=extensions,
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
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """A detached stamp (SES_Signature in DER) over all bytes of a file of any kind.

    The arguments are those of :func:`stamp`.

    Raises:
        SealError: the seal may not be used so.
        FormatError: the seal's scope, or the list of matters, cannot be read.
        OSError: the system cannot open a file.
    """
    from govseal.stamping.stamp import stamp_bytes  # noqa: PLC0415 - start-up

    return stamp_bytes(
        read_source(data, limits),
        load_seal(seal),
        signer,
        at=_aware(at),
        matter=matter,
        ledger=ledger,
        approvals=approvals,
        matter_list=matter_list,
        extensions=extensions,
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
    limits: Limits = DEFAULT_LIMITS,
) -> PendingStamp:
    """A stamp that waits for its signature value, for a key that sits elsewhere.

    What has to be signed is ``message``, or for devices that take digests ``digest``; then
    ``finish(signature)`` gives the stamped file. In between it can be kept with ``to_json()`` and
    :meth:`govseal.PendingStamp.from_json`.

    ``certificate`` is the signer's, with those above it if any; ``placement`` is None for a
    detached stamp over any file. The other arguments are those of :func:`stamp`.

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
