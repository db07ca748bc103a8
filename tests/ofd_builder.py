"""Small OFD packages, built byte by byte so that a test can bend any of them.

``files()`` gives the files of an unsigned document, ``pack()`` makes a package of files and of
:class:`Member` objects with whatever is wrong about them, ``stamped()`` adds stamps whose structure
is right and whose signature value is not a real one. The mutators take a package and give another.
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass, replace

import ses_builder
from govseal import sm2
from govseal.formats.base import Placement, Protect, StampRequest
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.package import Package
from govseal.seal import codec

NAMESPACE = "http://www.ofdspec.org/2016"
SIGNED_AT = "20260601080000Z"
PLACE = Placement(1, 120, 210)

ENTRY = "OFD.xml"
DOCUMENT = "Doc_0/Document.xml"
RESOURCES = "Doc_0/PublicRes.xml"
IMAGE = "Doc_0/Res/image.png"
PAGE = "Doc_0/Pages/Page_0/Content.xml"
TEMPLATE = "Doc_0/Tpls/Tpl_0/Content.xml"
ATTACHMENTS = "Doc_0/Attachs/Attachments.xml"
ATTACHMENT = "Doc_0/Attachs/data.xml"
LIST = "Doc_0/Signs/Signatures.xml"
SIGNATURE = "Doc_0/Signs/Sign_0/Signature.xml"
VALUE = "Doc_0/Signs/Sign_0/SignedValue.dat"
SEAL = "Doc_0/Signs/Sign_0/Seal.esl"


def xml(name, body="", attributes="", namespace=NAMESPACE):
    """One XML file with the root ``ofd:name``."""
    text = f'<ofd:{name} xmlns:ofd="{namespace}"{attributes}>{body}</ofd:{name}>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def body(root="Doc_0/Document.xml", doc_id="1f761cd5064544fe8a50d10a7a3a3cf0", more=""):
    """One DocBody."""
    return (
        f"<ofd:DocBody><ofd:DocInfo><ofd:DocID>{doc_id}</ofd:DocID></ofd:DocInfo>"
        f"<ofd:DocRoot>{root}</ofd:DocRoot>{more}</ofd:DocBody>"
    )


def entry(*bodies):
    """OFD.xml."""
    return xml("OFD", "".join(bodies or (body(),)), ' Version="1.0" DocType="OFD"')


def page(text="测试", more=""):
    """The content of a page."""
    return xml(
        "Page",
        f'{more}<ofd:Content><ofd:Layer ID="90"><ofd:TextObject ID="91" Boundary="20 20 40 8" '
        f'Font="1" Size="5"><ofd:TextCode X="0" Y="4">{text}</ofd:TextCode></ofd:TextObject>'
        "</ofd:Layer></ofd:Content>",
    )


def files(pages=1, *, permissions="", namespace=NAMESPACE, directory="Doc_0"):
    """The files of an unsigned document: pages, a template, a resource, an attachment."""
    listed = "".join(
        f'<ofd:Page ID="{10 + n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(pages)
    )
    document = (
        "<ofd:CommonData><ofd:MaxUnitID>100</ofd:MaxUnitID><ofd:PageArea>"
        "<ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
        "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"
        '<ofd:TemplatePage ID="2" BaseLoc="Tpls/Tpl_0/Content.xml"/></ofd:CommonData>'
        f"<ofd:Pages>{listed}</ofd:Pages>{permissions}"
        "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>"
    )
    resources = (
        '<ofd:MultiMedias><ofd:MultiMedia ID="3" Type="Image">'
        "<ofd:MediaFile>image.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>"
    )
    attachment = (
        '<ofd:Attachment ID="a1" Name="data"><ofd:FileLoc>data.xml</ofd:FileLoc></ofd:Attachment>'
    )
    found = {
        "Document.xml": xml("Document", document),
        "PublicRes.xml": xml("Res", resources, ' BaseLoc="Res"'),
        "Res/image.png": b"\x89PNG\r\n\x1a\n" + bytes(64),
        "Tpls/Tpl_0/Content.xml": page("样式"),
        "Attachs/Attachments.xml": xml("Attachments", attachment),
        "Attachs/data.xml": b"<data>1</data>",
        **{f"Pages/Page_{n}/Content.xml": page(f"第{n + 1}页") for n in range(pages)},
    }
    built = {ENTRY: entry(body(f"{directory}/Document.xml"))}
    built |= {f"{directory}/{name}": data for name, data in found.items()}
    return {
        name: data.replace(NAMESPACE.encode(), namespace.encode()) for name, data in built.items()
    }


@dataclass(frozen=True)
class Member:
    """One entry of a package, and what is said about it where that is not the truth."""

    name: str
    data: bytes = b""
    method: int = 8
    flags: int = 0
    raw_name: bytes | None = None
    local_name: bytes | None = None
    local_flags: int | None = None
    local_sizes: tuple[int, int, int] | None = None
    central_sizes: tuple[int, int, int] | None = None
    packed: bytes | None = None
    descriptor: bytes | None = None
    mode: int = 0
    local_extra: bytes = b""
    central_extra: bytes = b""
    start: int | None = None


def members(source):
    """The members of a package, or of a mapping of files."""
    if isinstance(source, dict):
        return [Member(name, data) for name, data in source.items()]
    if isinstance(source, bytes):
        package = Package.open(source)
        return [Member(name, package.read(name)) for name in package.names]
    return list(source)


def deflated(data):
    """``data`` as raw deflate."""
    deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
    return deflater.compress(data) + deflater.flush()


def pack(source, *, comment=b"", prefix=b"", gap=b"", tail=b""):
    """A package of files (a mapping) or members, with bytes in front, before the directory, behind.

    Offsets are right, whatever stands in front.
    """
    output, directory = bytearray(prefix), bytearray()
    rows = members(source)
    for member in rows:
        start = len(output) if member.start is None else member.start
        packed = member.packed
        if packed is None:
            packed = deflated(member.data) if member.method == 8 else member.data
        sizes = (zlib.crc32(member.data), len(packed), len(member.data))
        sizes = member.central_sizes or sizes
        raw = member.name.encode() if member.raw_name is None else member.raw_name
        flags = member.flags | (0 if raw.isascii() or member.raw_name is not None else 0x800)
        local_raw = raw if member.local_name is None else member.local_name
        local_flags = flags if member.local_flags is None else member.local_flags
        extra = member.local_extra
        output += struct.pack(
            "<4s5H3I2H",
            *(b"PK\3\4", 20, local_flags, member.method, 0, 0x21),
            *(sizes if member.local_sizes is None else member.local_sizes),
            *(len(local_raw), len(extra)),
        )
        output += local_raw + extra + packed + (member.descriptor or b"")
        directory += struct.pack(
            "<4s6H3I5H2I",
            *(b"PK\1\2", 20, 20, flags, member.method, 0, 0x21),
            *sizes,
            *(len(raw), len(member.central_extra), 0, 0, 0, member.mode << 16, start),
        )
        directory += raw + member.central_extra
    output += gap
    count = len(rows)
    end = struct.pack(
        "<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), len(output), len(comment)
    )
    return bytes(output + directory + end) + comment + tail


def package(**changes):
    """A small unsigned document as a package; ``changes`` go to :func:`files`."""
    return pack(files(**changes))


def two_documents():
    """A package with the documents ``A`` and ``B``, one page each, their lists still empty."""
    built = files() | files(directory="Doc_1")
    bodies = []
    for number, doc_id in enumerate("AB"):
        path = f"Doc_{number}/Signs/Signatures.xml"
        built[path] = xml("Signatures")
        more = f"<ofd:Signatures>/{path}</ofd:Signatures>"
        bodies.append(body(f"Doc_{number}/Document.xml", doc_id, more))
    return pack(built | {ENTRY: entry(*bodies)})


def read(data, name):
    """One file of a sound package."""
    return Package.open(data).read(name)


def replaced(data, name, content):
    """The package with other content in one file; ``content`` may be a function of the old."""
    return pack(
        replace(item, data=content(item.data) if callable(content) else content)
        if item.name == name
        else item
        for item in members(data)
    )


def edited(data, name, old, new):
    """The package with ``old`` replaced by ``new`` in one file, where it must occur."""
    old, new = (text.encode() if isinstance(text, str) else text for text in (old, new))
    assert old in read(data, name), f"{name} does not hold {old!r}"
    return replaced(data, name, lambda content: content.replace(old, new))


def added(data, **new):
    """The package with further files; ``new`` is written with ``__`` for the slash."""
    extra = [Member(name.replace("__", "/"), content) for name, content in new.items()]
    return pack([*members(data), *extra])


def with_files(data, new):
    """The package with the files of the mapping ``new`` behind its own."""
    return pack([*members(data), *members(new)])


def removed(data, name):
    """The package without one file."""
    kept = [item for item in members(data) if item.name != name]
    assert len(kept) < len(members(data)), f"{name} is not there"
    return pack(kept)


def doubled(data, name, content=None):
    """The package with a second file of that name."""
    again = next(item for item in members(data) if item.name == name)
    return pack([*members(data), again if content is None else replace(again, data=content)])


def renamed(data, old, new):
    """The package with one file under another name."""
    return pack(replace(item, name=new) if item.name == old else item for item in members(data))


def with_doctype(data, name):
    """The package with a document type in front of one file's root element."""
    declared = b'<!DOCTYPE x [<!ENTITY e "aaaaaaaaaa">]>'
    return replaced(data, name, lambda old: old.replace(b"\n", b"\n" + declared, 1))


def bomb(data, name="Doc_0/Res/zeros.bin", size=8 << 20):
    """The package with a file that unpacks to far more than its size."""
    return pack([*members(data), Member(name, bytes(size))])


def seal():
    """A seal whose structure is right and whose signature is nobody's."""
    return codec.decode_seal(ses_builder.seal())


def request(*placements, protect=Protect.CONTINUE, algorithm=ses_builder.SM2_SM3, **changes):
    """What a stamp asks of a document."""
    values = {"seal": seal(), "placements": placements or (PLACE,), "signed_at": SIGNED_AT}
    return StampRequest(**values | changes, algorithm=algorithm, protect=protect)


def signature_for(prepared, seal_der=None):
    """A SES_Signature over what was prepared; its signature value is nobody's."""
    return ses_builder.signature(
        seal=seal_der or ses_builder.seal(),
        data_digest=prepared.data_digest,
        property_info=prepared.property_info,
    )


def stamped(data=None, count=1, **changes):
    """The package with ``count`` more stamps; ``changes`` go to :func:`request`."""
    data = package() if data is None else data
    for _ in range(count):
        prepared = OfdDocument(data).prepare(request(**changes))
        data = prepared.finish(signature_for(prepared))
    return data


def resigned(data, change, signature=SIGNATURE):
    """The package with Signature.xml changed by a function, and a SignedValue.dat that fits it."""
    directory = signature.rpartition("/")[0]
    content = change(read(data, signature))
    value = ses_builder.signature(data_digest=sm2.sm3(content), property_info=f"/{signature}")
    return replaced(replaced(data, signature, content), f"{directory}/SignedValue.dat", value)


def unreferenced(data, *names, signature=SIGNATURE):
    """The package as if the signer had left ``names`` out of the References."""

    def change(content):
        for name in names:
            pattern = rf'<ofd:Reference FileRef="/{re.escape(name)}">.*?</ofd:Reference>'
            content, count = re.subn(pattern.encode(), b"", content)
            assert count, f"{name} is not protected"
        return content

    return resigned(data, change, signature)


def evidence(data):
    """The evidence of a package."""
    return OfdDocument(data).evidence()
