"""Whether a signature's file is content too is told from bytes where that is certain."""

from __future__ import annotations

import random

import pytest

import ofd_builder as build
from govseal.asn1.strict import Tolerances
from govseal.formats.limits import DEFAULT_LIMITS
from govseal.formats.ofd.outline import read_outline
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.plaintexts import texts_without
from govseal.formats.ofd.reach import Reach

FILES = frozenset({build.LIST, build.SIGNATURE, build.VALUE, build.SEAL})
TEXT = "Signs/Sign_0/SignedValue.dat"


@pytest.fixture(scope="module")
def stamped():
    return build.stamped()


def content(data):
    """What the quick look finds, and what following every file does."""
    package = Package.open(data)
    root = read_outline(package, DEFAULT_LIMITS, Tolerances()).root
    quick = Reach(package, DEFAULT_LIMITS).content_of(FILES, root)
    followed = Reach(package, DEFAULT_LIMITS)
    return quick, {name for name in FILES if name in package and followed.is_content(name)}


def with_document(stamped, more):
    return build.edited(stamped, build.DOCUMENT, "</ofd:Document>", f"{more}</ofd:Document>")


@pytest.mark.parametrize(
    "more",
    [
        f"<a>{TEXT}</a>",
        f'<a b="{TEXT.upper()}"/>',
        "<a>Signs/Sign_0/Signed&#86;alue.dat</a>",
        f"<a><![CDATA[{TEXT}]]></a>",
        "<a>Signs/Sign_0/Signed<!-- x -->Value.dat</a>",
        "<a>Signs/Sign_0/Signed<?x y?>Value.dat</a>",
        "<a>Signs/Sign_0/Signed<b/>Value.dat</a>",
        "<a><b>Signs/Sign_0/Signed</b><c d='>'>Value.dat</c></a>",
        f"<a>{TEXT}/x/..</a>",
        f"<a>{TEXT}/</a>",
        "<a>Signs\\Sign_0\\SignedValue.dat</a>",
        "<a>\u017figns/Sign_0/\u017figned\u017falue.dat Signs/Sign_0/\u017fignedValue.dat</a>",
        "<a>Signs/Sign_0/\u017fignedValue.dat</a>",
    ],
)
def test_a_signatures_file_that_is_named_is_content(stamped, more):
    quick, followed = content(with_document(stamped, more))
    assert build.VALUE in quick or more.count("\u017f") == 4
    assert quick == followed


def test_the_list_in_its_place_is_no_content_and_elsewhere_it_is(stamped):
    assert content(stamped) == (set(), set())
    row = f"<ofd:Signatures>/{build.LIST}</ofd:Signatures>"
    for place in ("</ofd:OFD>", "</ofd:DocInfo>"):
        moved = build.edited(stamped, build.ENTRY, place, f"{row}{place}")
        quick, followed = content(moved)
        assert quick == followed
        assert build.LIST in quick


def test_a_location_too_long_to_be_read_leaves_it_open(stamped):
    quick, followed = content(with_document(stamped, f"<a>{'/../' * 300}</a>"))
    assert quick == followed == FILES


_PIECES = (
    *("<a>", "</a>", "<a/>", "<b c='", "'/>", '">', ">", "&#83;", "&amp;", "<!-- ", " -->", "<?x "),
    *("?>", "<![CDATA[", "]]>", "Signs/", "Sign_0/", "Signed", "Value.dat", "Seal.esl", "seal"),
    *(".ESL", "Signature", "s.xml", ".xml", "/", "..", "../", "\\", " ", "\n", "\u017f", "\u212a"),
    *("证照", "\0", "<ofd:Signatures>", "</ofd:Signatures>", "Doc_0/"),
)


def test_the_quick_look_never_says_less_than_following(stamped):
    """Texts of all kinds, well-formed or not, in a page and in Document.xml."""
    draw, differences = random.Random(20261129), []  # noqa: S311 - no secret
    for _ in range(60):
        more = "".join(draw.choices(_PIECES, k=draw.randint(1, 12)))
        data = build.edited(stamped, build.PAGE, "</ofd:Page>", f"{more}</ofd:Page>")
        quick, followed = content(data if draw.random() < 0.5 else with_document(stamped, more))
        if quick != followed:
            differences.append((more, quick, followed))
    assert not differences


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<a>one<b>two</b></a>", b"onetwo"),
        (b"<a b='>x'>one</a>", b"one"),
        (b"<a>WORD</a>", None),
        (b"<a>wo<b/>rd</a>", None),
        (b"<a b='word'/>", None),
        (b"<a>&#119;ord</a>", None),
        (b"<a>wo<!-- -->rd</a>", None),
        ("<a>wor\u017f</a>".encode(), None),
        ("<a>x</a>".encode("utf-16"), None),
        (b"<?xml version='1.0' encoding='GBK'?><a>x</a>", None),
        (b"<?xml version='1.0' encoding='UTF-8'?><a>x</a>", b"x"),
        (b"<a b='>'>one<c d='\"' e=\"'>\">two</c></a> three", b"onetwo three"),
        # Where a tag has no end it is no XML; and to look for the end of each takes hours.
        (b"<a>one<c", None),
        (b"<a>one<c d='</a>", None),
        *((b"<a '" * count, None) for count in (1_000, 90_000)),
        *((b'<a b="\'"' * count + b"<", None) for count in (1_000, 90_000)),
        (b"<" * 400_000 + b">" * 400_000, b""),
    ],
)
def test_texts_are_told_only_where_nothing_can_hide_in_them(data, found):
    assert texts_without(data, [b"word", b"work"]) == found
