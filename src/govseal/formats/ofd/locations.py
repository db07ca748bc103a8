"""Locations in a package (ST_Loc): from the text in a file to the name of another file.

GB/T 33190, 7.2: ``/`` is the root of the package, all else is relative to the file that holds the
text; case counts. Products also write paths relative to the root without the slash, or to a
directory further up (Q15); those are tried where the standard's reading finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from govseal.formats.ofd.package import Package
from govseal.frozen import frozen

_LONGEST = 1024
#: Parts of a path that are empty, or start with a dot: they may stand for other directories.
_NOT_NORMAL = re.compile(r"/(?:/|\.|\Z)|\A\.")


@frozen
class Location:
    """What a location text means."""

    path: str
    """Absolute path, ``/Doc_0/Document.xml``; the text itself where it is none."""
    name: str | None
    """The file's name in the package; None where there is no such file."""
    is_loose: bool = False
    """Whether it took a reading that the standard does not give (Q15)."""


def _normal(text: str) -> tuple[int, str]:
    """How far ``text`` climbs, and the path that is left, without ``.`` and ``..``."""
    climbs = 0
    parts: list[str] = []
    for part in text.split("/"):
        if part == "..":
            if parts:
                parts.pop()
            else:
                climbs += 1
        elif part not in ("", "."):
            parts.append(part)
    return climbs, "/".join(parts)


def directory_of(name: str) -> str:
    """The directory of a file, without a slash at its end; empty for the root."""
    return name.rpartition("/")[0]


def readings(holder: str, text: str) -> Iterator[str]:
    """The names that ``text`` in the file ``holder`` may mean, the standard's own first."""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return
    climbs, tail = _normal(text)
    parents = [] if text.startswith("/") else holder.split("/")[:-1]
    first = len(parents)
    # Then the root, then the directories between.
    for depth in (first, *([0] if first else ()), *range(first - 1, 0, -1)):
        if climbs <= depth:
            name = "/".join([*parents[: depth - climbs], tail])
            if tail:
                yield name


def resolve(package: Package, holder: str, text: str) -> Location:
    """Where ``text``, found in the file ``holder``, points to."""
    text = text.strip()
    name = text[1:] if text.startswith("/") else f"{holder[: holder.rfind('/') + 1]}{text}"
    # Most are written as the file is named.
    if name in package.files and len(text) <= _LONGEST and not _NOT_NORMAL.search(text):
        return Location(f"/{name}", name)
    path = None
    for name in readings(holder, text):
        if name in package:
            return Location(f"/{name}", name, is_loose=path is not None)
        path = path or f"/{name}"
    return Location(path or text[:_LONGEST], None)
