"""续期: a seal made again for new certificates and a new period, otherwise as it was.

A seal is signed as a whole and cannot be prolonged, so renewing makes another one that takes over
name, number, type, imprint and further data. 晋市政办〔2022〕29号, 8, opens a window for it: within
30 days before the old seal expires (R-JC29S-08b).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from govseal.asn1.times import in_beijing
from govseal.errors import FormatError, InvalidSignature, SealError
from govseal.pki.algorithms import signature_algorithm
from govseal.pki.certificate import Certificate
from govseal.seal.make import SignerListKind, generation_of, make_seal
from govseal.seal.model import Seal
from govseal.seal.profiles import Generation

if TYPE_CHECKING:
    from govseal.pki.signer import (  # at run time it would load the key containers
        Signer,
        TimestampSource,
    )

WINDOW_DAYS = 30
"""How long before its end a seal may be renewed (晋市政办〔2022〕29号, 8)."""


def renew_seal(
    seal: Seal,
    maker: Signer,
    *,
    signers: Sequence[Certificate],
    at: datetime,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    window_days: int | None = WINDOW_DAYS,
    generation: int | None = None,
    signer_list: SignerListKind | None = None,
    timestamp: TimestampSource | None = None,
    make: Callable[..., Seal] = make_seal,
) -> Seal:
    """The seal made again: name, number, type, imprint, extensions as they were.

    Whether the old seal deserves trust is not asked here: verify it first. What is asked is that it
    is of its standard's form and that its maker signed it.

    Args:
        seal: the old seal; it stays what old documents are verified with.
        maker: 制章人 of the new seal, who need not be that of the old one.
        signers: the certificates that may use the new seal.
        at: the moment of renewal, timezone-aware.
        not_before: start of validity; by default ``at``.
        not_after: end of validity, not before that of the old seal; by default the signers' end.
        window_days: days of Beijing before the old seal's last from which renewal is open; None
            asks for no window: making again after loss, compromise or expiry.
        generation: a later generation; by default that of the old seal.
        signer_list: see :func:`govseal.seal.make.make_seal`; by default as in the old seal.
        timestamp: see :func:`govseal.seal.make.make_seal`.
        make: what makes the seal, where that is held to terms.

    Raises:
        SealError: ``E_SEAL_INVALID`` (its maker's signature does not verify), ``E_SEAL_FORM`` (it
            departs from its standard), ``E_TOO_EARLY`` and ``E_EXPIRED`` (outside the window),
            ``E_VALIDITY_MISMATCH``, ``E_GENERATION``, and what making a seal is refused for.
        SigningFault: what was made does not verify.
    """
    table = _new_generation(seal, generation)
    old_end = _check_form(seal)
    _check_signature(seal)
    if window_days is not None:
        _check_window(seal, old_end, at, window_days)
    _check_end(old_end, not_after, signers)
    return make(
        maker,
        name=seal.properties.name,
        picture=seal.picture,
        signers=signers,
        at=at,
        es_id=seal.es_id,
        seal_type=seal.properties.type,
        not_before=not_before,
        not_after=not_after,
        extensions=seal.extensions,
        generation=table.year,
        signer_list=signer_list or _list_kind(seal),
        timestamp=timestamp,
    )


def _new_generation(seal: Seal, year: int | None) -> Generation:
    if year is None:
        return seal.generation
    generation = generation_of(year)
    if generation.year < seal.generation.year:
        message = f"a seal of {seal.generation.standard} is not made older, {generation.standard}"
        raise SealError(message, code="E_GENERATION")
    return generation


def _check_form(seal: Seal) -> datetime:
    """The end of the old seal; refuse one that was read with indulgence.

    Signing its contents anew would make them look as if they had always been proper.
    """
    departures = [f"{item.code} in {item.part}" for item in seal.tolerances]
    departures += [
        f"an extension whose identifier is none, {item.oid}"
        for item in seal.extensions
        if item.oid.startswith("0x")
    ]
    end = seal.properties.not_after.moment
    if departures or end is None:
        found = departures[0] if departures else "its end is no time"
        message = f"the seal departs from {seal.generation.standard}: {found}"
        raise SealError(message, code="E_SEAL_FORM")
    return end


def _check_signature(seal: Seal) -> None:
    """Refuse a seal that its maker did not sign, or whose signature proves nothing."""
    algorithm = signature_algorithm(seal.algorithm)
    if algorithm is None or algorithm.digest is None or algorithm.weak:
        name = seal.algorithm if algorithm is None else algorithm.name
        message = f"the maker's signature proves nothing: {name}"
        raise SealError(message, code="E_ALGORITHM")
    try:
        maker = Certificate.from_der(seal.maker_certificate)
        maker.public_key.verify(seal.signature, seal.signed, algorithm)
    except (FormatError, InvalidSignature) as error:
        message = f"the maker's signature of the seal {seal.name} does not verify: {error}"
        raise SealError(message, code="E_SEAL_INVALID") from error


def _check_window(seal: Seal, end: datetime, at: datetime, days: int) -> None:
    """Renewal is open from the ``days``-th day before the last one, whole days of Beijing."""
    if at.tzinfo is None:
        raise ValueError("the time of renewal needs its time zone")
    if at > end:
        message = f"the seal {seal.name} expired on {_day(end)}; it is made anew, not renewed"
        raise SealError(message, code="E_EXPIRED")
    first = (in_beijing(end) - timedelta(days=days)).date()
    if in_beijing(at).date() < first:
        message = f"the seal {seal.name} is valid until {_day(end)} and renewed from {first}"
        raise SealError(message, code="E_TOO_EARLY")


def _check_end(
    old_end: datetime, not_after: datetime | None, signers: Sequence[Certificate]
) -> None:
    """Refuse a new period that ends before the old one: renewing takes nothing away."""
    if not_after is not None and not_after.tzinfo is None:
        raise ValueError("a time needs its time zone")
    ends = [certificate.not_after for certificate in signers] if not_after is None else [not_after]
    if ends and min(ends) < old_end:
        message = f"the renewed seal would end before the old one, {_day(old_end)}"
        raise SealError(message, code="E_VALIDITY_MISMATCH")


def _list_kind(seal: Seal) -> SignerListKind:
    signers = seal.properties.signers
    return "digests" if signers.digests and not signers.certificates else "certificates"


def _day(moment: datetime) -> str:
    return f"{in_beijing(moment.astimezone(UTC)):%Y-%m-%d}"
