"""What a new time stamp has to meet, and what becomes of a signature that gets none.

A time stamp is over the signature value, so the key has signed before one is asked for, and a key
signs once. An authority that cannot be reached, refuses or errs therefore costs the proof of time,
never the signature, unless the terms insist; and whoever signs is told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from govseal.errors import FormatError, GovsealError, SealError, StampError, TimestampRefused
from govseal.pki.timestamp import (
    MAX_TOKEN_BYTES,
    TimestampResult,
    TimestampRules,
    TimestampToken,
    algorithm_problem,
    verify_token,
)
from govseal.pki.trust import TrustStore

if TYPE_CHECKING:
    from govseal.pki.certificate import Certificate
    from govseal.pki.signer import TimestampSource  # at run time it would load the key containers

DEFAULT_MAX_BYTES: Final = 16 * 1024
"""Tokens of public authorities have 3 to 8 KiB, with the certificates of their chain."""
CLOCK_SKEW: Final = timedelta(minutes=5)
"""By which the clocks of signer and authority may differ."""

_log = logging.getLogger(__name__)
_MOST_SAID: Final = 400
_REASONS: Final = frozenset(
    {"timestamp_imprint_mismatch", "timestamp_too_early", "timestamp_untrusted"}
)
# Whoever verifies looks into revocation; here no list is at hand.
_LEFT_OPEN: Final = frozenset({"", "no_revocation_data", "revocation_stale"})


@dataclass(frozen=True, slots=True)
class TimestampNotice:
    """Why something was signed and carries no time stamp."""

    code: str
    """``timestamp_unavailable`` (nobody answers, or not in time), ``timestamp_refused``,
    ``timestamp_invalid``, ``timestamp_imprint_mismatch``, ``timestamp_too_early``,
    ``timestamp_untrusted`` or ``timestamp_too_large``."""
    detail: str
    """A sentence in English, on one line."""


@dataclass(frozen=True, slots=True)
class TimestampTerms:
    """Who stamps the time of a signature, and what happens where that fails.

    A token goes into a document only if it is over the signature value, its own signature holds,
    its authority is one and was valid at the token's time, and that time fits.

    Raises:
        ValueError: ``max_bytes`` is not from 1 to 1 MiB.
    """

    source: TimestampSource
    tsas: TrustStore | None = None
    """The roots of the authorities that are taken; None leaves that to whoever verifies."""
    is_required: bool = False
    """Whether nothing is made without a time stamp."""
    on_notice: Callable[[TimestampNotice], None] | None = field(default=None, repr=False)
    """Called where something is made without its time stamp; without it the log has a warning."""
    max_bytes: int = DEFAULT_MAX_BYTES
    """The largest token that is taken: a PDF keeps that much room before it is signed."""
    clock: Callable[[], datetime] | None = field(default=None, repr=False)
    """Gives the time, timezone-aware, against which a token of the future is refused; what the
    functions of the package sign *now* takes none either."""

    def __post_init__(self) -> None:
        if not 0 < self.max_bytes <= MAX_TOKEN_BYTES:
            raise ValueError(f"max_bytes is from 1 to {MAX_TOKEN_BYTES}")

    @classmethod
    def of(cls, timestamp: TimestampSource | TimestampTerms | None) -> TimestampTerms | None:
        """The terms that a ``timestamp`` argument states: a source alone has the default ones."""
        if timestamp is None or isinstance(timestamp, TimestampTerms):
            return timestamp
        return cls(timestamp)

    def obtain(
        self,
        value: bytes,
        *,
        signed_at: datetime | None = None,
        max_bytes: int | None = None,
        check_time: Callable[[datetime], None] | None = None,
    ) -> bytes | None:
        """The token in DER over the octets of a signature value; None where there is none.

        Args:
            value: the signature value as it is stored.
            signed_at: the signing time that is claimed; no token is earlier.
            max_bytes: the room that there is, if less than that of the terms.
            check_time: raises ``SealError`` where the signer could not sign at a token's time.

        Raises:
            StampError: no usable token, and the terms insist; ``code`` is that of the notice.
        """
        found = obtain_token(
            self.source, value, tsas=self.tsas, not_before=_earlier(signed_at), clock=self.clock
        )
        most = min(self.max_bytes, max_bytes or self.max_bytes)
        if isinstance(found, TimestampToken):
            found = _fitting(found, most, check_time)
        if isinstance(found, TimestampToken):
            return found.der
        if self.is_required:
            message = f"no time stamp, so nothing was made: {found.detail}"
            raise StampError(message, code=found.code)
        if self.on_notice is not None:
            self.on_notice(found)
        else:
            _log.warning("made without a time stamp: %s", found.detail)
        return None


def obtain_token(
    source: TimestampSource,
    message: bytes,
    *,
    tsas: TrustStore | None = None,
    not_before: datetime | None = None,
    clock: Callable[[], datetime] | None = None,
) -> TimestampToken | TimestampNotice:
    """The token of ``source`` over ``message``, verified; or why there is none that can be used.

    The authority's path is judged where ``tsas`` are given. Without them the certificate has still
    to be an authority's, and valid at the token's time. Revocation is for whoever verifies.
    """
    try:
        der = source.timestamp(message)
    except TimestampRefused as error:
        return _notice("timestamp_refused", str(error))
    except FormatError as error:
        return _notice("timestamp_invalid", str(error))
    except (GovsealError, OSError) as error:
        return _notice("timestamp_unavailable", str(error))
    trust = TrustStore(()) if tsas is None else tsas
    result = verify_token(der, message, trust, rules=TimestampRules(not_before=not_before))
    token, path = result.token, result.path
    is_open = result.reason in _LEFT_OPEN
    is_open |= result.reason == "timestamp_untrusted" and tsas is None
    if not is_open or token is None or path is None:
        return _problem(result)
    time, authority = token.gen_time, path.chain[0]
    if not authority.is_valid_at(time):
        detail = f"the certificate of the authority {authority.subject} is not valid at {time}"
        return _notice("timestamp_invalid", detail)
    # Wherever it leads, such a chain fails in verification, and the stamp with it.
    forbidden = algorithm_problem(path.chain, is_whole=False) or _mixture(path.chain)
    if tsas is None and forbidden:
        return _notice("timestamp_invalid", forbidden)
    if clock is not None and time > clock() + CLOCK_SKEW:
        return _notice("timestamp_invalid", f"a time stamp of the future: {time}")
    return token


def _mixture(chain: tuple[Certificate, ...]) -> str:
    """What of SM2 stands beside other keys; empty for nothing."""
    kinds = {certificate.public_key.kind for certificate in chain}
    kinds |= {item.signature_algorithm.key_kind for item in chain if item.signature_algorithm}
    return "SM2 and other keys in one path" if "sm2" in kinds and len(kinds) > 1 else ""


def _problem(result: TimestampResult) -> TimestampNotice:
    code = result.reason if result.reason in _REASONS else "timestamp_invalid"
    return _notice(code, f"what was given is no time stamp of this: {result.detail}")


def _fitting(
    token: TimestampToken, most: int, check_time: Callable[[datetime], None] | None
) -> TimestampToken | TimestampNotice:
    """The token, where there is room for it, and its time is one at which the signer may sign."""
    if len(token.der) > most:
        detail = f"the time stamp has {len(token.der)} bytes, and there is room for {most}"
        return _notice("timestamp_too_large", detail)
    try:
        if check_time is not None:
            check_time(token.gen_time)
    except SealError as error:
        return _notice("timestamp_invalid", f"at the time stamp's {token.gen_time}: {error}")
    return token


def _notice(code: str, detail: str) -> TimestampNotice:
    """Authorities have their say in it: it is shown on one line, and not without end."""
    plain = "".join(char if char.isprintable() else " " for char in detail[:_MOST_SAID])
    return TimestampNotice(code, plain)


def _earlier(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment - CLOCK_SKEW
