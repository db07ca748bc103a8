"""Outlines as OFD (GB/T 33190): one page of exactly their size, the picture type of tax seals.

The few files are written as text, their outlines as AbbreviatedData (clause 9.1) in colours of the
default space, which is RGB; neither fonts nor resources are needed to show them.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence

from govseal.seal.drawing.paths import Contour, Path, Segment

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_PAGE_ID, _LAYER_ID = 1, 2
# The earliest time that a ZIP can state; when the drawing was made is not part of it.
_DATE = (1980, 1, 1, 0, 0, 0)
_COMMANDS = ("", "L", "Q", "B")


def write_ofd(paths: Sequence[Path], width_mm: float, height_mm: float) -> bytes:
    """The paths as an OFD 1.0 package of one page; the same paths give the same bytes.

    Paths are in millimetres from the upper left corner, y down, and are written to a thousandth.
    """
    box = f"0 0 {_number(width_mm)} {_number(height_mm)}"
    page = _page(paths, box)
    identifier = hashlib.sha256(page.encode("ascii")).hexdigest()[:32]
    return _pack(
        {
            "OFD.xml": _entry(identifier),
            "Doc_0/Document.xml": _document(box, _LAYER_ID + len(paths)),
            "Doc_0/Pages/Page_0/Content.xml": page,
        }
    )


def _entry(identifier: str) -> str:
    info = f"<ofd:DocInfo><ofd:DocID>{identifier}</ofd:DocID></ofd:DocInfo>"
    body = f"<ofd:DocBody>{info}<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"
    return f'{_HEAD}<ofd:OFD {_NAMESPACE} Version="1.0" DocType="OFD">{body}</ofd:OFD>\n'


def _document(box: str, max_unit_id: int) -> str:
    common = (
        f"<ofd:CommonData><ofd:MaxUnitID>{max_unit_id}</ofd:MaxUnitID>"
        f"<ofd:PageArea><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData>"
    )
    page = f'<ofd:Page ID="{_PAGE_ID}" BaseLoc="Pages/Page_0/Content.xml"/>'
    root = f"<ofd:Document {_NAMESPACE}>{common}<ofd:Pages>{page}</ofd:Pages></ofd:Document>"
    return f"{_HEAD}{root}\n"


def _page(paths: Sequence[Path], box: str) -> str:
    # Stated here too: a reader takes the page's own area before that of the document.
    area = f"<ofd:Area><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:Area>"
    objects = (_object(path, number, box) for number, path in enumerate(paths, _LAYER_ID + 1))
    lines = [
        f"{_HEAD}<ofd:Page {_NAMESPACE}>{area}<ofd:Content>",
        f'<ofd:Layer ID="{_LAYER_ID}" Type="Body">',
        *objects,
        "</ofd:Layer></ofd:Content></ofd:Page>",
        "",
    ]
    return "\n".join(lines)


def _object(path: Path, number: int, box: str) -> str:
    red, green, blue, alpha = path.colour
    rule = "Even-Odd" if path.rule == "evenodd" else "NonZero"
    opacity = "" if alpha == 255 else f' Alpha="{alpha}"'
    data = " ".join(part for contour in path.contours for part in _contour(contour))
    return (
        f'<ofd:PathObject ID="{number}" Boundary="{box}" Stroke="false" Fill="true" Rule="{rule}">'
        f'<ofd:FillColor Value="{red} {green} {blue}"{opacity}/>'
        f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def _contour(contour: Contour) -> Iterator[str]:
    yield "M " + _numbers((contour.start,))
    for segment in contour.segments:
        yield f"{_COMMANDS[len(segment)]} {_numbers(segment)}"
    yield "C"


def _numbers(points: Segment) -> str:
    return " ".join(_number(value) for point in points for value in point)


def _number(value: float) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _pack(files: dict[str, str]) -> bytes:
    """A ZIP of the files, in their order."""
    import zipfile  # noqa: PLC0415, TID251  start-up; written only, by a floor below formats.ofd

    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as package:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system = 0  # else the bytes would tell the system that made them
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, content.encode("ascii"), compresslevel=9)
    return output.getvalue()
