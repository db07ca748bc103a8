"""More attacks on stamped PDFs: shadows, twins, borrowed signatures, odd files, hostile texts.

What the tests beside the reader bend byte by byte is bent here from end to end, as somebody would
who has a stamped file, an editor, and time before the stamping as well as after it.
"""

from __future__ import annotations

import functools
import json

import pytest

import govseal
import pdf_builder as bend
import pdf_stamping as build
from govseal.formats.base import Protect

AT = build.AT + 3 * build.HOUR
DRAWN = "0 g 100 600 50 50 re f"
EMPTY = "0 0\n"
EVIL = "0 0 1 rg 0 0 600 900 re f"


def stream(content, entries=""):
    return f"<< {entries} /Length {len(content)} >>\nstream\n{content}\nendstream"


def stamp(data, algorithm="rsa", place=build.CORNER, **changes):
    return build.office(algorithm).stamp(data, place, **changes)


@functools.cache
def stamped():
    return stamp(build.pdf(content=DRAWN, pages=2))


def judged(data, algorithm="rsa"):
    pki = build.hierarchy(algorithm)
    report = govseal.verify(data, pki.trust, materials=pki.materials, at=AT)
    json.loads(report.to_json())
    return report


def said(data, algorithm="rsa"):
    report = judged(data, algorithm)
    return report.verdict.value, set(report.reasons)


def edit(data, number, old, new, **how):
    """A later revision with a text of one object exchanged."""
    body = bend.body_of(data, number)
    assert old in body
    return bend.update(data, {number: body.replace(old, new, 1)}, **how)


def ended(data, objects, *, extra=""):
    """A later revision with a table written by hand: (number, generation, place or None)."""
    at = len(data)
    rows = "".join(
        f"{number} 1\n{place or 0:010d} {generation:05d} {'f' if place is None else 'n'} \n"
        for number, generation, place in objects
    )
    trailer = f"trailer\n<< /Size 1000 /Root 1 0 R /Prev {bend.startxref(data)} {extra} >>\n"
    return data + f"xref\n{rows or EMPTY}{trailer}startxref\n{at}\n%%EOF\n".encode("latin-1")


def xref_stream(data, number, places, *, head=b""):
    """A later revision whose cross-reference is a stream: type, place, index by number."""
    out = data + head
    at = len(out)
    places = {**places, number: (1, at, 0)}
    index = " ".join(f"{item} 1" for item in sorted(places))
    rows = b"".join(
        bytes([places[item][0]]) + places[item][1].to_bytes(4, "big") + bytes([places[item][2]])
        for item in sorted(places)
    )
    entries = (
        f"<< /Type /XRef /Size 1000 /W [1 4 1] /Index [{index}] /Root 1 0 R "
        f"/Prev {bend.startxref(data)} /Length {len(rows)} >>"
    )
    out += f"{number} 0 obj\n{entries}\nstream\n".encode() + rows + b"\nendstream\nendobj\n"
    return out + f"startxref\n{at}\n%%EOF\n".encode()


def object_stream(data, number, members):
    """An object stream as an object's bytes, and what the cross-reference says of its members."""
    head, body = "", ""
    for item, content in members.items():
        head += f"{item} {len(body)} "
        body += content + " "
    text = head + body
    entries = f"<< /Type /ObjStm /N {len(members)} /First {len(head)} /Length {len(text)} >>"
    octets = f"{number} 0 obj\n{entries}\nstream\n{text}\nendstream\nendobj\n".encode()
    places = {item: (2, number, at) for at, item in enumerate(members)}
    return octets, {**places, number: (1, len(data), 0)}


def packed(data, number, members):
    """A later revision whose objects are packed into object ``number``."""
    head, places = object_stream(data, number, members)
    return xref_stream(data, 990, places, head=head)


# objects that only some readers see ---------------------------------------------------------------


def evil_object(data):
    """The file with another content stream behind its end, in no revision yet."""
    return data + f"3 0 obj\n{stream(EVIL)}\nendobj\n".encode()


def comment_between(data):
    out = data + f"3 0 %x\nobj\n{stream(EVIL)}\nendobj\n".encode()
    return ended(out, [])


def with_size(data, size):
    return ended(data, []).replace(b"/Size 1000", b"/Size %d" % size)


def short_rows(data):
    """A table whose rows lack a byte: PDFium gives it up and shows the last object 3 it finds."""
    return ended(evil_object(data), []).replace(
        b"xref\n0 0\nt", b"xref\n0 1\n0000000000 65535 f\nt"
    )


def off_by_one(data):
    out = ended(data, [])
    place = bend.startxref(out)
    return out.replace(b"startxref\n%d" % place, b"startxref\n%d" % (place + 1))


def generation(data):
    out = data + f"3 1 obj\n{stream(EVIL)}\nendobj\n".encode()
    return ended(out, [(3, 1, len(data))])


def hybrid(data):
    """The object in a stream of references that old readers do not look into."""
    out = evil_object(data)
    rows = bytes([1]) + len(data).to_bytes(4, "big") + bytes(1)
    at = len(out)
    entries = "/Type /XRef /Size 1000 /W [1 4 1] /Index [3 1] /Root 1 0 R"
    out += f"902 0 obj\n<< {entries} /Length 6 >>\nstream\n".encode() + rows
    out += b"\nendstream\nendobj\n"
    return ended(out, [(902, 0, at)], extra=f"/XRefStm {at}")


def without_chain(data):
    out = ended(data, [])
    return out.replace(b"/Prev %d" % bend.startxref(data), b"/Prev %d" % bend.startxref(out))


def two_roots(data):
    out = ended(data + b"901 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n", [])
    return out.replace(b"/Root 1 0 R", b"/Root 901 0 R /Root 1 0 R")


TAIL = {"trailing_bytes"}
OTHER = {"changed_after_signing"}
DAMAGED = {"container_damaged"}
RANGE = {"byte_range_invalid"}
LOST = {"malformed"}

DISPUTED = {
    "an object that no table lists": (lambda d: ended(evil_object(d), []), TAIL),
    "the same with a comment in its head": (comment_between, TAIL),
    "rows that are too short": (short_rows, TAIL),
    "a table one byte away": (off_by_one, TAIL),
    "a row for object 0": (lambda d: ended(d, [(0, 0, 20)]), TAIL),
    "a row for another object's place": (lambda d: ended(d, [(999, 0, 20)]), TAIL),
    "a row behind the file": (lambda d: ended(d, [(999, 0, 9_999_999_999)]), TAIL),
    "objects cut off by the size": (lambda d: with_size(d, 3), OTHER),
    "a negative size": (lambda d: with_size(d, -1), OTHER),
    "another generation": (generation, OTHER),
    "an object freed": (lambda d: ended(d, [(3, 0, None)]), OTHER),
    "a hybrid reference": (hybrid, OTHER),
    "a chain that is a loop": (without_chain, DAMAGED),
    "two roots": (two_roots, DAMAGED),
    "a stream of references in the content's place": (lambda d: xref_stream(d, 3, {}), OTHER),
    "a stream of objects in the content's place": (lambda d: packed(d, 3, {900: "<< >>"}), OTHER),
    "a page in a stream of objects": (
        lambda d: packed(d, 905, {4: bend.body_of(d, 4).replace("3 0 R", "901 0 R")}),
        OTHER,
    ),
}


@pytest.mark.parametrize(("attack", "reasons"), DISPUTED.values(), ids=DISPUTED.keys())
def test_what_only_some_readers_see(attack, reasons):
    verdict, found = said(attack(stamped()))
    assert (verdict, reasons <= found) == ("failed", True)


@pytest.mark.parametrize(
    "harmless",
    [
        lambda d: ended(d, []),
        lambda d: packed(d, 900, {901: "<< >>"}),
        lambda d: bend.update(d, {900: "<< /Text (an obj here) >>"}),
    ],
    ids=["a table of nothing", "a stream of objects", "the word in a text"],
)
def test_an_empty_revision_is_harmless(harmless):
    assert said(harmless(stamped())) == ("passed", set())


# prepared before the stamping, sprung after it ----------------------------------------------------


def page_sprung(data, **how):
    """The page shows another content; what else names the page is to excuse it."""
    page = bend.body_of(data, 4).replace("3 0 R", "901 0 R", 1)
    return bend.update(data, {4: page, 901: stream(EVIL)}, **how)


def planted(data):
    at = data.index(b"\n3 0 obj", data.index(b"/Hidden (")) + 1
    return ended(data, [(3, 0, at)])


def rebuilt(data):
    """The hidden object is in the signed bytes; a damaged table makes readers look for it."""
    return ended(data, [(0, 0, 20)])


def content_sprung(data):
    return bend.update(data, {3: stream(EVIL)})


HIDDEN = {"more": [f"<< /Hidden (\n3 0 obj\n{stream(EVIL)}\nendobj\n) >>"]}
PREPARED = {
    "an object inside a text": (HIDDEN, planted, OTHER),
    "an object for readers that search": (HIDDEN, rebuilt, TAIL),
    "the content as a certificate": (
        {"catalogue": "/DSS << /Certs [3 0 R] >>"},
        content_sprung,
        OTHER,
    ),
    "the page as a security store": ({"catalogue": "/DSS 4 0 R"}, page_sprung, OTHER),
    "the page as the information": (
        {"trailer": "/Info 4 0 R"},
        lambda d: page_sprung(d, extra="/Info 4 0 R"),
        OTHER,
    ),
    "the page as an extension": ({"catalogue": "/Extensions 4 0 R"}, page_sprung, OTHER),
    "the page as marks": ({"catalogue": "/MarkInfo 4 0 R"}, page_sprung, OTHER),
    "the content as metadata": ({"catalogue": "/Metadata 3 0 R"}, content_sprung, OTHER),
    "a layer switched": (
        {
            "catalogue": "/OCProperties << /OCGs [6 0 R] /D << /ON [6 0 R] >> >>",
            "more": ["<< >>", "<< /Type /OCG /Name (x) >>"],
        },
        lambda d: edit(d, 1, "/ON", "/OFF"),
        OTHER,
    ),
}


@pytest.mark.parametrize(("plan", "attack", "reasons"), PREPARED.values(), ids=PREPARED.keys())
def test_shadows(plan, attack, reasons):
    data = stamp(build.pdf(content=DRAWN, **plan))
    assert said(data) == ("passed", set())
    assert said(attack(data)) == ("failed", reasons)


# what may be done after a stamp, and how far ------------------------------------------------------


def form_number(data):
    return int(bend.body_of(data, 1).split("/AcroForm")[1].split()[0])


def in_form(data, entry):
    number = form_number(data)
    return bend.update(data, {number: bend.body_of(data, number).rstrip()[:-2] + f"{entry} >>"})


def overlaid(data, kind="/Sig", more="", flags=4, **objects):
    """One more field, as large as the page, with a picture of its own."""
    number, form = bend.field_number(data), form_number(data)
    page = bend.body_of(data, 4).replace("/Annots [", "/Annots [900 0 R ")
    if "900 0 R" not in page:
        page = page.rstrip()[:-2] + "/Annots [900 0 R] >>"
    field = (
        f"<< /FT {kind} /T (more) /Type /Annot /Subtype /Widget /Rect [0 0 600 900] /P 4 0 R "
        f"/F {flags} /AP << /N 901 0 R >> {more} >>"
    )
    fields = bend.body_of(data, form).replace(f"{number} 0 R", f"{number} 0 R 900 0 R")
    picture = stream(EVIL, "/Type /XObject /Subtype /Form /BBox [0 0 600 900]")
    return bend.update(
        data,
        {
            form: fields,
            4: page,
            900: field,
            901: picture,
            **{int(key[1:]): value for key, value in objects.items()},
        },
    )


def in_widget(old, new):
    return lambda data: edit(data, bend.field_number(data), old, new)


def picture_exchanged(data):
    """The picture's own object, so that the field itself stays as it was."""
    body = bend.body_of(data, bend.field_number(data))
    number = int(body.split("/N ")[1].split()[0])
    return bend.update(data, {number: stream("", "/Type /XObject /Subtype /Form /BBox [0 0 1 1]")})


def with_catalogue(entry):
    return lambda d: bend.update(d, {1: bend.body_of(d, 1).rstrip()[:-2] + f"{entry} >>"})


SHOWN = {"rendered_unprotected"}
STAMP_OF_TIME = "<< /Type /DocTimeStamp /SubFilter /ETSI.RFC3161 /Contents <00> >>"
LATER = {
    "an empty field over the page": (overlaid, "indeterminate", SHOWN),
    "the same, hidden": (lambda d: overlaid(d, flags=2), "indeterminate", SHOWN),
    "the same, locking all": (
        lambda d: overlaid(d, more="/Lock << /Type /SigFieldLock /Action /All >>"),
        "indeterminate",
        SHOWN,
    ),
    "a text over the page": (lambda d: overlaid(d, "/Tx", "/V (x)"), "failed", OTHER),
    "a time stamp without a range": (
        lambda d: overlaid(d, more="/V 902 0 R", _902=STAMP_OF_TIME),
        "failed",
        RANGE,
    ),
    "an empty signature": (lambda d: overlaid(d, more="/V << >>"), "failed", RANGE),
    "a number for a signature": (lambda d: overlaid(d, more="/V 3"), "failed", LOST),
    "fields to be drawn anew": (
        lambda d: in_form(d, "/NeedAppearances true"),
        "indeterminate",
        SHOWN,
    ),
    "a form of another kind": (lambda d: in_form(d, "/XFA (x)"), "failed", OTHER),
    "the stamp hidden": (in_widget("/F 132", "/F 2"), "failed", OTHER),
    "the stamp renamed": (in_widget("/T (", "/T (x"), "failed", OTHER),
    "the stamp's drawing exchanged": (picture_exchanged, "failed", OTHER),
    "layers added": (with_catalogue("/OCProperties << /OCGs [] >>"), "failed", OTHER),
    "a script on opening": (
        with_catalogue("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
        "failed",
        OTHER,
    ),
    "actions of the document": (with_catalogue("/AA << >>"), "failed", OTHER),
    "permissions added": (with_catalogue("/Perms << >>"), "failed", OTHER),
    "material to verify by": (with_catalogue("/DSS << /Certs [] >>"), "passed", set()),
    "a later version": (with_catalogue("/Version /2.0"), "passed", set()),
}


@pytest.mark.parametrize(("attack", "verdict", "reasons"), LATER.values(), ids=LATER.keys())
def test_what_is_done_after_the_stamp(attack, verdict, reasons):
    found, given = said(attack(stamped()))
    assert (found, reasons <= given) == (verdict, True)


@pytest.mark.parametrize("attack", [overlaid, picture_exchanged, in_widget("/T (", "/T (x")])
def test_a_closed_document_takes_nothing(attack):
    data = stamp(build.pdf(), protect=Protect.WHOLE)
    assert said(attack(data))[0] == "failed"
