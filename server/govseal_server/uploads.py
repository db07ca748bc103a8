"""What arrives: a file, in memory only, and its name, which is a label and nothing more."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import IO, Final

from flask import Request
from werkzeug.datastructures import FileStorage

from govseal_server.problems import Refused

_BEIJING: Final = timezone(timedelta(hours=8))
_MAX_NAME: Final = 255
_FORM: Final = "multipart/form-data"
_FIELDS: Final = "application/x-www-form-urlencoded"


class MemoryRequest(Request):
    """A request whose files never touch the disk; the limit of the body bounds the memory."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - Werkzeug's signature
        content_type: str | None,  # noqa: ARG002 - same
        filename: str | None = None,  # noqa: ARG002 - same
        content_length: int | None = None,  # noqa: ARG002 - same
    ) -> IO[bytes]:
        """Werkzeug would take a temporary file for anything over 500 kB."""
        return io.BytesIO()


class _NamedBytes(io.BytesIO):
    """Bytes with a name, as the library takes a label for its report."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


@dataclass(frozen=True, slots=True)
class Upload:
    """One file, and the detached stamp over it if there is one."""

    name: str
    data: bytes = field(repr=False)
    detached: bytes | None = field(default=None, repr=False)

    def open(self) -> IO[bytes]:
        """The file as the library reads it, with its name."""
        return _NamedBytes(self.data, self.name)


def read_upload(request: Request) -> Upload:
    """The file of a form, or the raw body.

    Raises:
        Refused: no file, more than one, or a form that carries no files.
        HTTPException: too large, or no form at all.
    """
    if request.mimetype == _FIELDS:
        raise Refused("media_type_unsupported")
    if request.mimetype != _FORM:
        return Upload("", _filled(request.get_data(cache=False)))
    file = _one(request, "file")
    if file is None:
        raise Refused("file_missing")
    detached = _one(request, "detached")
    data = _filled(file.read())
    return Upload(label(file.filename or ""), data, detached.read() if detached else None)


def _one(request: Request, name: str) -> FileStorage | None:
    """The file of that field; a browser sends an empty one without a name where none was chosen."""
    found = [file for file in request.files.getlist(name) if file.filename or file.stream.read(1)]
    if len(found) > 1:
        raise Refused("files_too_many")
    for file in found:
        file.stream.seek(0)
    return found[0] if found else None


def _filled(data: bytes) -> bytes:
    if not data:
        raise Refused("file_missing")
    return data


def label(name: str) -> str:
    """The last part of a name that some system's path may stand before."""
    return re.split(r"[/\\]", name)[-1][:_MAX_NAME]


def as_of(arguments: Mapping[str, str]) -> datetime | None:
    """The time to judge by; Beijing time where it names no zone.

    Raises:
        Refused: not a time in ISO 8601.
    """
    text = arguments.get("as_of")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=_BEIJING) if moment.tzinfo is None else moment
        for zone in (UTC, _BEIJING):  # the first and last day of the calendar have no such time
            moment.astimezone(zone)
    except (ValueError, OverflowError):
        raise Refused("as_of_invalid") from None
    return moment
