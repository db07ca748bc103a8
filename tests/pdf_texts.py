"""Pages of PDF with text on them, Latin and Chinese, in places given in millimetres."""

from __future__ import annotations

import pdf_stamping as build

LATIN = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
CHINESE = (
    "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
    "/DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light "
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>] >>"
)
MM = 72 / 25.4


def latin(text, x_mm=100, y_mm=100, size=10, matrix="1 0 0 1"):
    """A text whose baseline starts at a place, in millimetres from the lower left corner."""
    return f"BT /L {size} Tf {matrix} {x_mm * MM} {y_mm * MM} Tm ({text}) Tj ET"


def chinese(text, x_mm=100, y_mm=100, size=10, matrix="1 0 0 1"):
    """The same in Chinese."""
    code = text.encode("utf-16-be").hex()
    return f"BT /C {size} Tf {matrix} {x_mm * MM} {y_mm * MM} Tm <{code}> Tj ET"


def pdf(*contents, page=build.A4, trailer="", said=None):
    """One page for each content; ``said`` is what the tree says how many they are."""
    count = len(contents)
    kids = " ".join(f"{number} 0 R" for number in range(5, 5 + count))
    fonts = "/Resources << /Font << /L 3 0 R /C 4 0 R >> >>"
    return build.assemble(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{kids}] /Count {said or count} >>",
            LATIN,
            CHINESE,
            *(
                f"<< /Type /Page /Parent 2 0 R {fonts} /Contents {number} 0 R {page} >>"
                for number in range(5 + count, 5 + 2 * count)
            ),
            *(f"<< /Length {len(text)} >>\nstream\n{text}\nendstream" for text in contents),
        ],
        trailer,
    )
