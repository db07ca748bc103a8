"""JSON with one form alone: what is hashed and signed here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from govseal.errors import RegistryError
from govseal.registry.tables.base import moment_text


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one UTF-8 text of an object: members in order of their names, no blanks, no floats.

    Times become text as they stand in the tables, bytes hexadecimal digits.

    Raises:
        TypeError: something that has no one form, as a float.
    """
    plain = _plain(value)
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def read_canonical(data: bytes | str, what: str) -> dict[str, Any]:
    """The object of such a text.

    Raises:
        RegistryError: it is no JSON, or not in the one form.
    """
    raw = data.encode() if isinstance(data, str) else data
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise RegistryError(f"{what}: not JSON", code="malformed") from error
    if not isinstance(value, dict) or not _is_canonical(value, raw):
        raise RegistryError(f"{what}: not in the one form", code="malformed")
    return value


def _is_canonical(value: Mapping[str, Any], raw: bytes) -> bool:
    try:
        return canonical(value) == raw
    except (TypeError, ValueError, RecursionError):  # a number with a point, half a character …
        return False


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise TypeError("the names of members are texts")
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no one form in JSON")
