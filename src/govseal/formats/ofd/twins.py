"""Elements that may occur once and occur twice: which of them counts depends on the reader.

GB/T 33190, 7.4 (OFD.xml), 7.5 (Document.xml), 18 (signatures) and 19 (versions). Names are
compared without their namespace, as they are read.
"""

from __future__ import annotations

from govseal import usual
from govseal.errors import FormatError
from govseal.formats.ofd import xml
from govseal.formats.ofd.xml import Element

#: What each element may hold once; whatever else stands in it may repeat.
_ONCE = {
    "DocBody": frozenset({"DocInfo", "DocRoot", "Versions", "Signatures"}),
    "DocInfo": frozenset({"DocID"}),
    "DocVersion": frozenset({"FileList", "DocRoot"}),
    "Document": frozenset(
        {
            "CommonData",
            "Pages",
            "Outlines",
            "Permissions",
            "Actions",
            "VPreferences",
            "Bookmarks",
            "Annotations",
            "CustomTags",
            "Attachments",
            "Extensions",
        }
    ),
    "CommonData": frozenset({"PageArea"}),
    "PageArea": frozenset({"PhysicalBox", "ApplicationBox", "ContentBox", "BleedBox"}),
    "Permissions": frozenset({"Signature"}),
    "Signature": frozenset({"SignedInfo", "SignedValue"}),
    "SignedInfo": frozenset(
        {"Provider", "SignatureMethod", "SignatureDateTime", "References", "Seal"}
    ),
    "Reference": frozenset({"CheckValue"}),
    "Seal": frozenset({"BaseLoc", "ImageLoc"}),
}
_TWINS = frozenset(
    (holder.encode(), name.encode()) for holder, names in _ONCE.items() for name in names
)


def refuse_twins(root: Element, part: str, data: bytes = b"") -> None:
    """Refuse a tree with two elements, or two attributes, of one name where one is allowed.

    ``data`` is the file that the tree was read from: most tell by their bytes that they have none.

    Raises:
        FormatError: there are such; ``part`` names the file.
    """
    if data.startswith(xml.USUAL_DECLARATION):
        pairs = usual.doubled(data, len(xml.USUAL_DECLARATION))
        if pairs is not None and _TWINS.isdisjoint(pairs):
            return
    if type(root) is xml.Node:
        root = xml.parse(data, part)
    names = xml.NAMES
    for element in xml.elements(root):
        twin = None
        if len(element) > 1:
            once = _ONCE.get(names[element.tag])
            twin = _doubled([names[item.tag] for item in element], once) if once else None
        keys = element.keys()
        # One name twice takes an attribute in a namespace.
        if twin is None and len(keys) > 1 and "{" in "".join(keys):
            twin = _doubled([key.rpartition("}")[2] for key in keys], None)
        if twin is not None:
            message = f"{xml.name(element)} has {twin} twice"
            raise FormatError(message, part=part)


def _doubled(names: list[str], wanted: frozenset[str] | None) -> str | None:
    """The first name that comes again, of those wanted (None for all)."""
    if len(set(names)) == len(names):
        return None
    seen: set[str] = set()
    for name in names:
        if name in seen and (wanted is None or name in wanted):
            return name
        seen.add(name)
    return None
