"""Signatures that lie in a package and stand in no list: somebody may have taken them out.

The list of signatures mostly stays open for later stamps, so anybody can drop a row of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from govseal.asn1 import strict
from govseal.errors import FormatError
from govseal.formats.limits import Limits
from govseal.formats.ofd import xml
from govseal.formats.ofd.outline import Outline
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.signatures import Found
from govseal.seal import codec

_NAMES = frozenset({"signature.xml", "signatures.xml"})
_HEAD = 4096
_ELEMENT = re.compile(rb"<(?:[^\s<>/:]+:)?Signatures?[\s/>]")


def find_unlisted(
    package: Package, outline: Outline, found: Iterable[Found], limits: Limits
) -> FormatError | None:
    """The problem with the first file of a signature that no list leads to; None without any.

    Where signatures were found it is ``signature_unlisted``: the others may stand. Where none was
    it is ``malformed``, and the file's name is enough.
    """
    signatures = list(found)
    listed = {body.list_name for body in outline.bodies}
    listed.update(*(signature.files for signature in signatures))
    # Which values a Signature.xml calls its own is not known where that cannot be read; and a
    # document that nobody signed may have a stamp over something else attached.
    stamps = bool(signatures) and all(signature.own for signature in signatures)
    kinds = _Kinds(limits, stamps)
    for name in package.names:
        if name in listed or name in package.doubled:
            continue
        is_named_so = not signatures and name.rpartition("/")[2].lower() in _NAMES
        if is_named_so or kinds.has(package, name):
            message = "a signature's file is there, and no list names it"
            code = "signature_unlisted" if signatures else "malformed"
            return FormatError(message, code=code, part=f"/{name}")
    return None


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What counts as a file of a signature by its content."""

    limits: Limits
    stamps: bool
    """Whether a bare SES_Signature does, besides lists and each Signature.xml."""

    def has(self, package: Package, name: str) -> bool:
        try:
            head = package.head(name, _HEAD)
            if self.stamps and head[:1] == bytes([strict.SEQUENCE]):
                return package.entry(name).size <= strict.MAX_BYTES and _is_stamp(
                    package.read(name)
                )
            if _ELEMENT.search(head.replace(b"\0", b"")):
                return _is_signature_xml(xml.parse(package.read(name), f"/{name}", self.limits))
        except FormatError:
            pass
        return False


def _is_stamp(data: bytes) -> bool:
    if not codec.looks_like_signature(data):
        return False
    codec.decode_signature(data)
    return True


def _is_signature_xml(root: xml.Element) -> bool:
    """XML signatures of other kinds (an invoice's own) have neither SignedValue nor References."""
    if xml.name(root) == "Signatures":
        rows = xml.children(root, "Signature")
        return any(xml.attribute(row, "BaseLoc") is not None for row in rows)
    info = xml.child(root, "SignedInfo")
    if xml.name(root) != "Signature" or info is None:
        return False
    return any(
        xml.child(*path) is not None for path in ((root, "SignedValue"), (info, "References"))
    )
