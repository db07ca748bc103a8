"""Drawings as PDF, byte for byte, and the SVG reader that gives the outlines back."""

from __future__ import annotations

import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import toyfont
from govseal.seal.drawing import Drawing, draw_seal
from govseal.seal.drawing.fonts import Font, find_font
from govseal.seal.drawing.paths import RED, Path, circle, polygon
from govseal.seal.drawing.pdf import PdfPage, page_matrix, pdf_operators, write_pdf
from govseal.seal.drawing.svg import MAX_COMMANDS, MAX_ELEMENTS, paths_from_svg

SQUARE = polygon([(1, 2), (5, 2), (5, 6)])
#: A quadratic curve, as TrueType glyphs have them.
CURVED = type(SQUARE)((0.0, 0.0), (((3.0, 6.0), (6.0, 0.0)),))
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" version="1.1" viewBox="0 0 10 20">'


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Font:
    return find_font(toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf"))


@pytest.fixture(scope="module")
def drawing(toy) -> Drawing:
    return draw_seal("永章管局", bottom="国国", font=toy)


# ------------------------------------------------------------------------------------- the file


def entries(data: bytes) -> list[int]:
    """Where the table says that the objects are."""
    start = int(re.search(rb"startxref\n(\d+)\n%%EOF\n\Z", data)[1])
    assert data[start:].startswith(b"xref\n0 ")
    rows = data[start:].split(b"trailer")[0].splitlines(keepends=True)[2:]
    assert all(len(row) == 20 for row in rows)  # ISO 32000-1, 7.5.4
    return [int(row[:10]) for row in rows[1:]]


def content(data: bytes) -> bytes:
    """What the only stream of the file holds."""
    (stream,) = re.findall(rb"stream\n(.*)\nendstream", data, re.DOTALL)
    (length,) = re.findall(rb"/Length (\d+)", data)
    assert len(stream) == int(length)
    return zlib.decompress(stream)


def test_the_table_leads_to_the_objects(drawing):
    data = drawing.to_pdf()
    assert data.startswith(b"%PDF-1.4\n%")
    for number, place in enumerate(entries(data), start=1):
        assert data[place:].startswith(b"%d 0 obj\n" % number)


def test_one_page_exactly_of_the_size_of_the_seal(drawing):
    data = drawing.to_pdf()
    assert data.count(b"/Type /Page ") == 1
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
    assert [float(side) / 72 * 25.4 for side in box.groups()] == pytest.approx([42, 42], abs=1e-4)


def test_pure_red_outlines_and_nothing_else(drawing):
    data = drawing.to_pdf()
    lines = content(data).decode("ascii").splitlines()
    assert lines[0] == "q"
    assert lines[-1] == "Q"
    assert [line for line in lines if line.endswith("rg")] == ["1 0 0 rg"]
    assert {line.split()[-1] for line in lines} == {
        *("q", "cm", "rg", "m", "l", "c", "h", "f", "Q")
    }
    for word in (b"/Font", b"/XObject", b"/ExtGState", b"/Annots", b"/JavaScript", b"Date"):
        assert word not in data


def test_the_same_drawing_gives_the_same_bytes(toy, drawing):
    assert draw_seal("永章管局", bottom="国国", font=toy).to_pdf() == drawing.to_pdf()


def test_two_pages():
    page = PdfPage(210, 297, pdf_operators([Path((SQUARE,))], page_matrix(297)))
    data = write_pdf([page, page])
    assert b"/Kids [3 0 R 5 0 R] /Count 2" in data
    assert len(entries(data)) == 6


def test_no_page():
    with pytest.raises(ValueError, match="at least one page"):
        write_pdf([])


# ------------------------------------------------------------------------------------ operators


def test_operators_as_they_are():
    found = pdf_operators([Path((SQUARE,), RED), Path((CURVED,), RED, "evenodd")])
    assert found == (b"q\n1 0 0 rg\n1 2 m\n5 2 l\n5 6 l\nh\nf\n0 0 m\n2 4 4 4 6 0 c\nh\nf*\nQ\n")


def test_the_matrix_comes_first():
    assert pdf_operators([], (2, 0, 0, -0.5, 1e-9, 7)) == b"q\n2 0 0 -0.5 0 7 cm\nQ\n"


def test_a_path_without_contours_fills_nothing():
    assert pdf_operators([Path((), RED)]) == b"q\n1 0 0 rg\nQ\n"


def test_numbers_have_no_exponent():
    found = pdf_operators([Path((polygon([(1e-7, 1e7), (-1e-9, 0.1), (3, 4)]),))])
    assert b"e" not in found
    assert b"0 10000000 m\n0 0.1 l" in found


def test_colours_that_show_through_are_refused():
    with pytest.raises(ValueError, match="opaque"):
        pdf_operators([Path((SQUARE,), (255, 0, 0, 128))])


# --------------------------------------------------------------------------------- SVG, read back


def test_our_own_svg_gives_the_outlines_back(drawing):
    found = paths_from_svg(drawing.to_svg(), 42, 42)
    assert found is not None
    # To a thousandth of a millimetre: so writing it again gives the same.
    assert Drawing(found, 42, 42).to_svg() == drawing.to_svg()
    assert Drawing(found, 42, 42).to_pdf() == drawing.to_pdf()


def test_the_view_box_is_stretched():
    data = HEAD.replace("0 0 10 20", "5 5 10 20") + '<path d="M5 5L15 25L5 25Z"/></svg>'
    (path,) = paths_from_svg(data.encode(), 100, 100)
    assert path.contours == (polygon([(0, 0), (100, 100), (0, 100)]),)


def test_colour_and_rule():
    data = f'{HEAD}<g fill="#0000FF"><path fill-rule="evenodd" d="M1 2L5 2L5 6Z"/>'
    data += "<!-- a note --><path fill='#010203' d='M1 2L5 2L5 6Z'></path></g></svg>"
    found = paths_from_svg(data.encode(), 10, 20)
    assert found == (
        Path((SQUARE,), (0, 0, 255, 255), "evenodd"),
        Path((SQUARE,), (1, 2, 3, 255)),
    )


@pytest.mark.parametrize(
    "inside",
    [
        "<script>1</script>",
        "<image/>",
        "<text>印</text>",
        "印",
        '<path d="M0 0L1 1Z" transform="scale(2)"/>',
        '<path d="M0 0L1 1Z" style="fill:none"/>',
        '<path d="M0 0L1 1Z" d="M0 0L1 1Z"/>',
        '<path d="M0 0l1 1Z"/>',
        '<path d="M0 0A1 1 0 0 0 2 2Z"/>',
        '<path d="M0 0L1 1 2 2Z"/>',
        '<path d="M0 0L1Z"/>',
        '<path d="L1 1Z"/>',
        '<path d="M0 0L1e999 1Z"/>',
        '<path d="M0 0L9999999 1Z"/>',
        '<path d="M0 0Lnan 1Z"/>',
        '<path d="&#77;0 0L1 1Z"/>',
        '<path fill="red" d="M0 0L1 1Z"/>',
        '<path fill="#12345" d="M0 0L1 1Z"/>',
        '<path fill-rule="odd" d="M0 0L1 1Z"/>',
        '<path d="M0 0L1 1Z"><g/></path>',
        '<path d="M0 0L1 1Z">',
        "<g>",
        "</g>",
        "<g></path>",
        "<svg:g/>",
        "<!DOCTYPE svg>",
        "<!-- -- -->",
        "<!-- open",
        "<?xml-stylesheet href='a'?>",
        "<![CDATA[ ]]>",
        HEAD + "</svg>",
        "<g>" * 40 + "</g>" * 40,
    ],
)
def test_whatever_is_no_plain_outline_is_foreign(inside):
    assert paths_from_svg(f"{HEAD}{inside}</svg>".encode(), 10, 10) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"<svg/>",
        HEAD.encode(),
        HEAD.replace("2000", "1999").encode() + b"</svg>",
        HEAD.replace("0 0 10 20", "0 0 10").encode() + b"</svg>",
        HEAD.replace("0 0 10 20", "0 0 0 20").encode() + b"</svg>",
        HEAD.replace("0 0 10 20", "0 0 -1 20").encode() + b"</svg>",
        HEAD.replace("0 0 10 20", "0 0 a b").encode() + b"</svg>",
        HEAD.replace('version="1.1"', 'onload="x()"').encode() + b"</svg>",
        HEAD.encode() + b"</svg>" + HEAD.encode() + b"</svg>",
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_what_is_no_svg_of_ours(data):
    assert paths_from_svg(data, 10, 10) is None


def test_too_much_is_foreign():
    for inside in (
        '<path d="M0 0' + "L1 1" * MAX_COMMANDS + 'Z"/>',
        '<path d="M0 0L1 1Z"/>' * (MAX_ELEMENTS + 1),
        " " * 8 * 1024 * 1024,
    ):
        assert paths_from_svg(f"{HEAD}{inside}</svg>".encode(), 10, 10) is None


@pytest.mark.parametrize(
    "inside",
    [
        "<!--" + "a-" * 500_000,
        "<g" + " " * 1_000_000,
        "<path" + ' d="1"' * 200_000,
        '<path d="' + "M" * 1_000_000 + '"/>',
        '<path d="M0 0L' + "1" * 1_000_000 + '"/>',
        '<path d="M0 0L' + "1 " * 500_000 + '"/>',
    ],
)
def test_hostile_repetition_ends(inside):
    assert paths_from_svg(f"{HEAD}{inside}".encode(), 10, 10) is None


@given(st.text("<>/=\"' svgpathMLQCZ0123456789.-#!", max_size=200))
def test_any_text_gives_paths_or_nothing(text):
    found = paths_from_svg(f"{HEAD}{text}</svg>".encode(), 10, 10)
    assert found is None or isinstance(found, tuple)


def test_a_circle_survives():
    ring = Path((circle((21, 21), 20), circle((21, 21), 18, clockwise=False)), RED)
    data = Drawing((ring,), 42, 42).to_svg()
    (found,) = paths_from_svg(data, 42, 42)
    assert [len(contour.segments) for contour in found.contours] == [8, 8]
