"""防夹带文件: the signed list of the files that belong to a package (GM/T 0099-2020, annex D).

``/OFDEntries.xml`` names the files, ``/signedvalue.dat`` is signed data (GB/T 35275) over it. The
list holds names and no digests: it shows that a file was put in or taken out, not that one was
changed.
"""

from __future__ import annotations

from collections.abc import Iterable

from govseal.asn1 import strict
from govseal.asn1.strict import Tolerances
from govseal.errors import FormatError, UnsupportedFormat
from govseal.formats import cms
from govseal.formats.base import FileList
from govseal.formats.cms import SignedData
from govseal.formats.limits import Limits
from govseal.formats.ofd import locations, xml
from govseal.formats.ofd.outline import Outline
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.signatures import Found

NAME = "OFDEntries.xml"


def read_file_list(
    package: Package, outline: Outline, found: Iterable[Found], limits: Limits
) -> FileList | None:
    """The list and what the package holds beside it; None where there is no list.

    Files of signatures that were found are told by the lists of signatures: a stamp that was added
    later takes nothing away.
    """
    if NAME not in package:
        return None
    data = b""
    try:
        data = package.read(NAME)
        root = xml.parse(data, f"/{NAME}", limits, expected="DocEntries")
        tolerances = Tolerances()
        if xml.namespace(root) != xml.NAMESPACE:
            tolerances.note("quirk_q14", f"/{NAME}")
        named = _named(package, root, limits)
        value = locations.resolve(package, NAME, xml.text(root, "SignedValueLoc"))
        signed_data = _signed_data(package, value)
    except FormatError as problem:
        return FileList(f"/{NAME}", data, problem=problem.kept())
    ours = {NAME, value.name}
    ours.update(body.list_name for body in outline.bodies)
    for signature in found:
        ours.update(signature.own)
    names = {location.name for location in named if location.name is not None}
    return FileList(
        location=f"/{NAME}",
        data=data,
        signed_data=signed_data,
        unlisted=tuple(f"/{name}" for name in package.names if name not in names | ours),
        missing=tuple(location.path for location in named if location.name is None),
        tolerances=(*tolerances.items, *signed_data.tolerances),
    )


def _named(package: Package, root: xml.Element, limits: Limits) -> list[locations.Location]:
    listed = xml.child(root, "FileList")
    rows = list(xml.children(listed, "File")) if listed is not None else []
    if not rows:
        raise FormatError("the list of files names none", part=f"/{NAME}")
    if len(rows) > limits.max_entries:
        raise FormatError("the list of files is too long", part=f"/{NAME}")
    texts = (xml.attribute(row, "FileLoc") or xml.text(row, "FileLoc") for row in rows)
    return [locations.resolve(package, NAME, text) for text in texts]


def _signed_data(package: Package, value: locations.Location) -> SignedData:
    if value.name is None:
        raise FormatError("the signed value of the list of files is missing", part=value.path)
    data = package.read(value.name)
    if _is_bare(data):
        # One product of 2021 wrote it so, and broke its inside too.
        raise UnsupportedFormat("signed data without its ContentInfo", part=value.path)
    return cms.decode_signed_data(data)


def _is_bare(data: bytes) -> bool:
    rows = strict.parse(data).children() if data[:1] == b"\x30" else ()
    return bool(rows) and rows[0].tag == strict.INTEGER
