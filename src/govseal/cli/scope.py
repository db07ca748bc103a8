"""A scope (用章范围) as a clerk writes it down: TOML, with the agreement as a file beside it."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time
from pathlib import Path

from govseal import sm2
from govseal.asn1.times import BEIJING
from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.seal.delegation import MAX_LIST_BYTES
from govseal.seal.extensions import SealScope

_MAX_TOML_BYTES = 1024 * 1024
_MAX_AGREEMENT_BYTES = 256 * 1024 * 1024
_NEEDED = ("delegator", "delegate", "region", "agreement", "not_before", "not_after")
_ALLOWED = frozenset((*_NEEDED, "matters", "matter_list"))


def read_scope(path: Path) -> tuple[SealScope, tuple[Path, ...]]:
    """The scope in a TOML file, and the files that it names: ``agreement``, ``matter_list``.

    Dates without a time are whole days of Beijing: the last one counts to its end.

    Raises:
        UsageError: not such a file.
        OSError: it, or a file that it names, cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(_MAX_TOML_BYTES + 1)
    if len(data) > _MAX_TOML_BYTES:
        raise _problem(path, say("文件过大", "too large"), f"> {_MAX_TOML_BYTES}")
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # of numbers too, which TOML does not bound
        raise _problem(path, say("不是 TOML 文本", "no TOML text"), str(error)) from None
    unknown = sorted(set(table) - _ALLOWED)
    missing = [name for name in _NEEDED if name not in table]
    if unknown or missing:
        what = say("多余或缺少的项", "entries too many or missing")
        raise _problem(path, what, ", ".join((*unknown, *missing)))
    try:
        agreement = path.parent / _text(table["agreement"])
        listed = path.parent / _text(table["matter_list"]) if "matter_list" in table else None
        scope = SealScope(
            delegator=_text(table["delegator"]),
            delegate=_text(table["delegate"]),
            region=_text(table["region"]),
            matters=tuple(map(_text, _row(table.get("matters", [])))),
            agreement=_digest(agreement, _MAX_AGREEMENT_BYTES),
            not_before=_moment(table["not_before"], time.min),
            not_after=_moment(table["not_after"], time(23, 59, 59)),
            matter_list=None if listed is None else _digest(listed, MAX_LIST_BYTES),
        )
    except (ValueError, OverflowError) as error:  # the first day of the calendar has no UTC
        raise _problem(path, say("内容不正确", "not as it should be"), str(error)) from None
    return scope, (agreement,) if listed is None else (agreement, listed)


def _problem(path: Path, what: str, detail: str) -> UsageError:
    return UsageError(f"{path}{say('：', ': ')}{what}{say('：', ': ')}{detail}")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")  # noqa: TRY004 - of a file, not of the caller
    return value


def _row(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is no list")  # noqa: TRY004 - of a file, not of the caller
    return value


def _moment(value: object, of_day: time) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=BEIJING)
    if isinstance(value, date):
        return datetime.combine(value, of_day, tzinfo=BEIJING)
    raise ValueError(f"{value!r} is no date")


def _digest(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{path.name} is larger than {most} bytes")
    return sm2.sm3(data)
