"""Signatures that lie in a package and stand in no list: somebody may have taken them out.

The list of signatures mostly stays open for later stamps, so anybody can drop a row of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from govseal.errors import FormatError
from govseal.formats.limits import Limits
from govseal.formats.ofd import xml
from govseal.formats.ofd.outline import ENTRY, Outline
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.signatures import Found
from govseal.seal import codec

_NAMES = frozenset({"signature.xml", "signatures.xml"})
_HEAD = 4096
_MOST_LOOKED_AT = 100
_ELEMENT_NAME = b"Signature"
_ELEMENT = re.compile(rb"<(?:[^\s<>/:]+:)?Signatures?[\s/>]")
#: SES_Signature: two SEQUENCEs, and the version.
_STAMP = re.compile(rb"(?s:0(?:[\x00-\x7f]|\x81.|\x82..|\x83...|\x84....)){2}\x02")


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
    looked_at = 0
    for name in package.names:
        if name in listed or name in package.doubled:
            continue
        is_found = not signatures and name.rpartition("/")[2].lower() in _NAMES
        if not is_found and _may_be_signature(package, name, stamps=stamps):
            looked_at += 1
            # OFD.xml has been read: it is none. So many that nobody can look at them all are as
            # bad as one that is found.
            is_found = looked_at > _MOST_LOOKED_AT or (
                name != ENTRY and _is_signature(package, name, limits)
            )
        if is_found:
            message = "a signature's file is there, and no list names it"
            code = "signature_unlisted" if signatures else "malformed"
            return FormatError(message, code=code, part=f"/{name}")
    return None


def _may_be_signature(package: Package, name: str, *, stamps: bool) -> bool:
    """Whether the first bytes of a file allow a signature; bare values only with ``stamps``."""
    try:
        head = package.head(name, _HEAD)
    except FormatError:
        return False
    if stamps and _STAMP.match(head) is not None:
        return True
    plain = head.replace(b"\0", b"")
    return _ELEMENT_NAME in plain and _ELEMENT.search(plain) is not None


def _is_signature(package: Package, name: str, limits: Limits) -> bool:
    """Whether a file is a list of signatures, a Signature.xml or a SES_Signature by its content."""
    try:
        data = package.read(name)
        if not _STAMP.match(data):
            return _is_signature_xml(xml.parse(data, f"/{name}", limits))
        codec.decode_signature(data)
    except FormatError:
        return False
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
