"""Times as seals and stamps carry them, the raw text kept beside the moment it means.

DER asks for ``YYYYMMDDHHMMSSZ`` (GeneralizedTime) and ``YYMMDDHHMMSSZ`` (UTCTime). Q8 names what
products write instead: no ``Z`` for Beijing time, twelve-digit text under the GeneralizedTime tag,
one tag in place of the other, a fraction of a second.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from govseal.asn1 import strict
from govseal.errors import EncodingError
from govseal.frozen import frozen

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")

_TEXT = re.compile(
    r"(?P<year>\d{4}|\d{2})(?P<rest>\d{10})(?:[.,]\d{1,9})?(?P<zone>Z|[+-]\d{4})?", re.ASCII
)
_USUAL = re.compile(r"\d{14}Z", re.ASCII)
_LOOSE = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(Z?)", re.ASCII
)


def in_beijing(moment: datetime) -> datetime:
    """``moment`` in Beijing time; at the ends of the calendar it stays as it is.

    RFC 5280, 4.1.2.5, writes 99991231235959Z for "never", and no calendar here has a day after.
    """
    try:
        return moment.astimezone(BEIJING)
    except OverflowError:
        return moment


@frozen
class Instant:
    """A time as written and as understood."""

    text: str
    """The received text."""
    moment: datetime | None
    """The moment in UTC; None where the text names none."""


def _zone(text: str | None) -> timezone:
    if text is None:
        return BEIJING
    if text == "Z":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return timezone(-offset if text[0] == "-" else offset)


def _moment(text: str) -> datetime | None:
    if _USUAL.fullmatch(text):
        try:
            numbers = [int(text[at : at + 2]) for at in range(4, 14, 2)]
            return datetime(int(text[:4]), *numbers, tzinfo=UTC)  # type: ignore[misc,arg-type]
        except ValueError:
            return None
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    year, rest = int(match["year"]), match["rest"]
    if len(match["year"]) == 2:
        year += 2000 if year < 50 else 1900
    month, day, hour, minute, second = (int(rest[at : at + 2]) for at in range(0, 10, 2))
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=_zone(match["zone"]))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_time(
    element: strict.Tlv,
    what: str,
    tolerances: strict.Tolerances,
    *,
    tag: int = strict.GENERALIZED_TIME,
) -> Instant:
    """The time in a UTCTime or GeneralizedTime; ``tag`` is the one the standard asks for.

    Raises:
        EncodingError: another type, or a text that names no moment.
    """
    if element.tag not in (strict.UTC_TIME, strict.GENERALIZED_TIME):
        strict.expect(element, tag, what)
    text = element.content.decode("latin-1")
    moment = _moment(text)
    if moment is None:
        message = f"{what}: not a time"
        raise EncodingError(message, part=what, offset=element.start)
    digits = 12 if element.tag == strict.UTC_TIME else 14
    if element.tag != tag or len(text) != digits + 1 or text[-1] != "Z":
        tolerances.note("quirk_q8", what)
    return Instant(text, moment)


def read_free_time(content: bytes) -> Instant:
    """The time in the free text that GM/T 0031-2014 stamps carry; never raises.

    Seen in the field: ``2018-09-28 10:33:33`` (Beijing), ``20211014033404Z``, Unix seconds,
    ISO 8601.
    """
    text = content.decode("latin-1").strip("\x00 ")
    moment = _moment(text)
    loose = _LOOSE.fullmatch(text)
    if loose is not None:
        try:
            numbers = [int(part) for part in loose.groups()[:6]]
            zone = UTC if loose[7] else BEIJING
            moment = datetime(*numbers, tzinfo=zone).astimezone(UTC)  # type: ignore[arg-type,misc]
        except (ValueError, OverflowError):
            moment = None
    elif re.fullmatch(r"\d{10}", text, re.ASCII):
        moment = datetime.fromtimestamp(int(text), UTC)
    return Instant(text, moment)
