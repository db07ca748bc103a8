"""Names of files in a package: which are safe, and which some reader takes for one another."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_DRIVE = re.compile(r"[A-Za-z]:")
# C0, C1, surrogates and the two code points that are no characters: XML cannot carry most of them.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: What nearly all names are, in which nothing is unsafe and nothing but case is overlooked.
_USUAL_NAME = re.compile(r"(?:[\w-]+(?:\.[\w-]+)*/){0,16}[\w-]+(?:\.[\w-]+)*", re.ASCII)
_ENDS_LOOSELY = re.compile(r"[. ](?:/|\Z)")
_LONGEST_NAME = 1024
_DEEPEST_NAME = 64
_KNOWN_NAME = 200


def judged(name: str) -> tuple[str | None, str]:
    """Why a name must not become a path, None for a safe one; and its :func:`twin_key`."""
    return _known(name) if len(name) <= _KNOWN_NAME else _judged(name)


def _judged(name: str) -> tuple[str | None, str]:
    if len(name) <= _LONGEST_NAME and _USUAL_NAME.fullmatch(name):
        return None, name.lower()
    return unsafe_name(name), _twin_key(name)


# Packages of one product have the same names: 3 MB of them at most.
@lru_cache(maxsize=2048)
def _known(name: str) -> tuple[str | None, str]:
    return _judged(name)


def twin_key(name: str) -> str:
    """What names have in common that some file system or reader takes for the same."""
    return judged(name)[1]


def _twin_key(name: str) -> str:
    if name.isascii():
        folded = name.lower()
        if not _ENDS_LOOSELY.search(folded):
            return folded.rstrip("/")
    else:
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return "/".join(segment.rstrip(". ") or segment for segment in folded.rstrip("/").split("/"))


def unsafe_name(name: str) -> str | None:
    """Why a name must not become a path, None for a safe one."""
    segments = name.removesuffix("/").split("/")
    if not name or name.startswith("/"):
        return "is absolute"
    if len(name) > _LONGEST_NAME or len(segments) > _DEEPEST_NAME:
        return "is too long"
    if "\\" in name:
        return "has a backslash"
    if _DRIVE.match(name):
        return "starts with a drive letter"
    if _CONTROL.search(name):
        return "has control characters"
    if any(segment in ("", ".", "..") for segment in segments):
        return "climbs or has empty parts"
    return None
