"""A finished drawing: filled outlines in millimetres, and the files made from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from govseal.seal.drawing.measures import NOTHING, Measures
from govseal.seal.drawing.ofd import write_ofd
from govseal.seal.drawing.paths import Colour, Contour, Path, Segment
from govseal.seal.drawing.pdf import PdfPage, page_matrix, pdf_operators, write_pdf
from govseal.seal.drawing.png import encode_png
from govseal.seal.drawing.raster import merged_coverage
from govseal.seal.picture import SealPicture

_MM_PER_INCH = 25.4
_COMMANDS = ("", "L", "Q", "C")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture made of outlines: sharp at every size, and without any font.

    ``paths`` are in millimetres from the upper left corner, y down; all have one colour. Those of
    a seal follow one another as border, star or emblem, then one for each character: name, middle
    line, line below with its number, code.
    """

    dpi_range: ClassVar[tuple[int, int]] = (72, 2400)
    """The least and the greatest resolution of a PNG."""
    paths: tuple[Path, ...] = field(repr=False)
    width_mm: int
    height_mm: int
    text: str = ""
    """The words of the seal in the order of reading: the name and the line below."""
    measures: Measures = field(default=NOTHING, repr=False)
    """What the drawing claims of itself."""

    @property
    def colour(self) -> Colour:
        """The colour of all paths."""
        return self.paths[0].colour

    def to_svg(self) -> bytes:
        """The drawing as SVG 1.1, in millimetres; the same drawing gives the same bytes."""
        red, green, blue, _ = self.colour
        width, height = self.width_mm, self.height_mm
        root = (
            '<svg xmlns="http://www.w3.org/2000/svg" version="1.1" '
            f'width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}">'
        )
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            root,
            f'<g fill="#{red:02X}{green:02X}{blue:02X}">',
            *(_svg_path(path) for path in self.paths),
            "</g>",
            "</svg>",
            "",
        ]
        return "\n".join(lines).encode("ascii")

    def to_png(self, dpi: int = 600) -> bytes:
        """The drawing as PNG on transparent ground, 72 to 2400 dpi (noted in the file).

        Raises:
            ValueError: The resolution is out of range.
        """
        low, high = self.dpi_range
        if not low <= dpi <= high:
            raise ValueError(f"a seal is drawn at {low} to {high} dpi, not {dpi}")
        width = round(self.width_mm / _MM_PER_INCH * dpi)
        height = round(self.height_mm / _MM_PER_INCH * dpi)
        # The drawing fills the pixels exactly: nothing is cut off by the rounding above.
        to_pixels = (width / self.width_mm, 0.0, 0.0, height / self.height_mm, 0.0, 0.0)
        paths = [path.transformed(to_pixels) for path in self.paths]
        return encode_png(merged_coverage(paths, width, height), width, height, self.colour, dpi)

    def to_pdf(self) -> bytes:
        """The drawing as a PDF 1.4 of one page of its size; the same drawing, the same bytes."""
        operators = pdf_operators(self.paths, page_matrix(self.height_mm))
        return write_pdf([PdfPage(self.width_mm, self.height_mm, operators)])

    def to_ofd(self) -> bytes:
        """The drawing as an OFD of one page of its size; the same drawing, the same bytes."""
        return write_ofd(self.paths, self.width_mm, self.height_mm)

    def specimen(self) -> Drawing:
        """The drawing as it may be shown: smaller, cut by lines and marked 样章.

        It is never the picture of a seal: see :class:`govseal.seal.drawing.specimen.Specimen`.
        """
        from govseal.seal.drawing.specimen import specimen  # noqa: PLC0415  it is made of drawings

        return specimen(self)

    def picture(
        self,
        format: Literal["png", "svg", "ofd"] = "png",  # noqa: A002  the word everybody knows
        dpi: int = 600,
    ) -> SealPicture:
        """The drawing as the picture of a seal, with its size in millimetres.

        Raises:
            ValueError: The format is neither "png", "svg" nor "ofd", or the resolution out of
                range.
            SealError: ``E_SPECIMEN``, a specimen is no picture of a seal.
        """
        if format == "png":
            return SealPicture("PNG", self.to_png(dpi), self.width_mm, self.height_mm)
        if format == "svg":
            return SealPicture("SVG", self.to_svg(), self.width_mm, self.height_mm)
        if format == "ofd":
            return SealPicture("OFD", self.to_ofd(), self.width_mm, self.height_mm)
        raise ValueError(f"a seal is drawn as png, svg or ofd, not {format}")


def _svg_path(path: Path) -> str:
    data = "".join(part for contour in path.contours for part in _svg_contour(contour))
    rule = ' fill-rule="evenodd"' if path.rule == "evenodd" else ""
    return f'<path{rule} d="{data}"/>'


def _svg_contour(contour: Contour) -> Iterator[str]:
    yield "M" + _numbers((contour.start,))
    for segment in contour.segments:
        yield _COMMANDS[len(segment)] + _numbers(segment)
    yield "Z"


def _numbers(points: Segment) -> str:
    """Coordinates to a thousandth of a millimetre, which is finer than any printer."""
    return " ".join(_number(value) for point in points for value in point)


def _number(value: float) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
