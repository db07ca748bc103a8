"""PDF into OFD: what is refused, what is bounded, and what was signed before."""

from __future__ import annotations

import array
import functools
import io
import json
import random
import tracemalloc
from datetime import datetime
from pathlib import Path

import pytest
from PIL import ImageChops

import fuzzing
import govseal
import pagepictures as pages
import pdf_builder
import pdf_stamping as build
from conversions import AT, DPI, box, converted, facts, opened, picture, rendered, texts
from govseal.errors import FormatError, GovsealError, LimitExceeded, SealError, UnsupportedFormat
from govseal.formats import copies
from govseal.formats.conversion import Conversion
from govseal.formats.limits import Limits
from govseal.formats.ofd import sheets as ofd_sheets
from govseal.formats.ofd.compose import compose_document
from govseal.formats.pdf import pictures
from govseal.formats.places import Keyword
from govseal.formats.source import HeldBytes
from pdf_texts import chinese, latin, pdf

SMALL = "/MediaBox [0 0 200 100]"


@pytest.fixture(scope="module")
def office():
    return build.office("sm2")


@pytest.fixture(scope="module")
def plain():
    return build.pdf(SMALL)


def sized(width_mm, height_mm):
    sides = (round(side * 72 / 25.4, 3) for side in (width_mm, height_mm))
    return build.pdf("/MediaBox [0 0 {} {}]".format(*sides), content="1 0 0 rg 0 0 99 99 re f")


# --------------------------------------------------------------------------- what is no document


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a text",
        b"\x89PNG\r\n\x1a\n",
        compose_document([["任意文字"]], title="测试"),
    ],
    ids=("nothing", "a text", "a picture", "an OFD"),
)
def test_only_pdf_is_converted(data):
    with pytest.raises(UnsupportedFormat, match="only PDF"):
        converted(data)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:9],
        lambda data: data[:200],
        lambda data: data.replace(b"/Pages 2 0 R", b"/Pages 9 0 R"),
        lambda data: data.replace(b"/Root 1 0 R", b"/Root 3 0 R"),
        lambda data: data.replace(b"/Kids [4 0 R]", b"/Kids [     ]").replace(b"t 1 ", b"t 0 "),
        lambda data: data.replace(b"startxref", b"startxxxx"),
    ],
    ids=("head", "cut", "no pages", "no catalogue", "empty", "no table"),
)
def test_a_damaged_or_empty_document(plain, damage):
    assert damage(plain) != plain
    with pytest.raises(FormatError):
        converted(damage(plain))


@pytest.mark.samples
@pytest.mark.parametrize("name", ["minimal-aes256.pdf", "minimal-rc4.pdf"])
def test_an_encrypted_document(samples, name):
    with pytest.raises(UnsupportedFormat, match="encrypted"):
        converted(samples / "pdf" / name)


def test_a_form_in_xfa():
    data = build.pdf(SMALL, catalogue="/AcroForm << /Fields [] /XFA (x) >>")
    with pytest.raises(UnsupportedFormat, match="XFA"):
        converted(data)


def test_one_page_that_cannot_be_read_spoils_all():
    data = build.pdf(SMALL, pages=2).replace(b"/Kids [4 0 R 5 0 R]", b"/Kids [4 0 R 9 0 R]")
    with pytest.raises(FormatError):
        converted(data)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"dpi": 71}, "72 to 600 dpi"),
        ({"dpi": 601}, "72 to 600 dpi"),
        ({"title": "a\nb"}, "control characters"),
        ({"at": datetime(2026, 11, 29)}, "time zone"),  # noqa: DTZ001 - that is what is refused
    ],
)
def test_a_mistake_of_the_caller(plain, options, message):
    with pytest.raises(ValueError, match=message):
        converted(plain, **options)


def test_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        converted(tmp_path / "missing.pdf")


# ---------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(max_file_bytes=100), "too large"),
        (Limits(max_pages=2), "too many pages"),
        (Limits(max_entries=9), "too many pages to be one package"),
        (Limits(max_total_bytes=2000), "converted document is too large"),
        (Limits(max_held_bytes=100), "picture of the page is too large"),
        (Limits(max_searched=3), "too many characters"),
    ],
)
def test_limits(limits, message):
    source = pdf(latin("some"), latin("more"), latin("text"))
    assert len(opened(converted(source)).pages) == 3
    with pytest.raises(LimitExceeded, match=message):
        converted(source, limits=limits)


def test_the_ofd_is_no_larger_than_what_can_be_read(plain):
    source = build.pdf(SMALL, pages=2)
    size = len(converted(source))
    assert size > len(source)
    assert len(converted(source, limits=Limits(max_file_bytes=size))) == size
    with pytest.raises(LimitExceeded, match="converted document is too large"):
        converted(source, limits=Limits(max_file_bytes=size - 1))


def test_lines_of_a_page(monkeypatch):
    monkeypatch.setattr(ofd_sheets, "_MOST_RUNS", 1)
    assert texts(converted(pdf(latin("one")))) == ["one"]
    with pytest.raises(LimitExceeded, match="too many lines"):
        converted(pdf(latin("one") + latin("two", y_mm=50)))


@pytest.mark.parametrize("sides", [(5000, 5000), (90000, 10), (3000, 2000)])
def test_a_page_that_is_too_large_is_refused_before_it_is_drawn(sides):
    source = sized(*sides)
    tracemalloc.start()
    try:
        with pytest.raises(LimitExceeded, match="mm is too large to be drawn at 72 dpi"):
            converted(source, dpi=200)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.slow
def test_a_large_page_gets_a_lower_resolution():
    conversion = Conversion(HeldBytes(sized(1200, 900)), at=AT, dpi=600)
    data = b"".join(conversion.pieces())
    width, height = picture(data).size
    assert 39_000_000 < width * height <= 40_000_000
    (page, dpi), *rest = conversion.lowered.items()
    assert (page, rest, 150 < dpi < 156) == (1, [], True)
    assert (box(data).width_mm, box(data).height_mm) == pytest.approx((1200, 900), abs=0.01)


@pytest.mark.slow
@pytest.mark.measured
def test_a_long_page_gets_a_lower_resolution():
    data = converted(sized(20_000, 50), dpi=200)
    assert max(picture(data).size) == pytest.approx(65_000, abs=900)
    assert max(picture(data).size) <= 65_000
    assert pages.ink(rendered(data, dpi=10)) is not None


def test_a_page_without_area():
    with pytest.raises(FormatError, match="no area"):
        converted(build.pdf("/MediaBox [0 0 200 0.1]"))


# ------------------------------------------------------------------------- what was signed before


@pytest.fixture(scope="module")
def signed(office):
    source = pdf(chinese("准予许可（盖章处）", 40, 150), latin("second"))
    return source, office.stamp(source, Keyword("（盖章处）"))


@pytest.mark.req("R-JC29S-10b")
class TestSigned:
    def test_every_page_says_that_it_is_a_copy(self, signed):
        source, stamped = signed
        data = converted(stamped)
        for page in (1, 2):
            after = rendered(data, page)
            unmarked = rendered(stamped, page)
            changed = ImageChops.difference(after, unmarked.resize(after.size)).getbbox()
            assert changed is not None
            assert changed[1] > 800, "nothing but the lower margin is touched"
        assert facts(data)["Note"] == copies.note()
        assert facts(data)["SourceSignatures"] == "1"
        assert not {"Note", "SourceSignatures"} & facts(converted(source)).keys()

    def test_the_seal_shows_and_is_no_seal(self, office, signed):
        source, stamped = signed
        data = converted(stamped)
        middle = (0, 300, 595, 800)
        shown = rendered(data).crop(middle)
        assert ImageChops.difference(shown, rendered(converted(source)).crop(middle)).getbbox()
        report = govseal.verify(
            data, office.pki.trust, materials=office.pki.materials, at=build.AT + 3 * build.HOUR
        )
        assert (report.verdict.value, report.effect.value) == ("unsigned", "copy")
        assert report.signatures == ()
        assert govseal.inspect(data).signatures == ()

    def test_where_a_seal_is_demanded_it_fails(self, office, signed):
        policy = govseal.Policy(require_seal=True)
        report = govseal.verify(converted(signed[1]), office.pki.trust, policy=policy)
        assert (report.verdict.value, report.reasons) == ("failed", ("required_seal_missing",))

    def test_a_signature_that_no_field_reaches_counts(self, signed):
        _, stamped = signed
        form = pdf_builder.body_of(stamped, pdf_builder.field_number(stamped))
        assert "/Sig" in form
        hidden = stamped.replace(b"/AcroForm", b"/AcroFxxx")
        assert hidden != stamped
        assert facts(converted(hidden))["SourceSignatures"] == "1"

    def test_without_a_font_there_is_no_copy(self, signed, monkeypatch):
        monkeypatch.setattr(copies, "page_font", lambda: None)
        assert converted(signed[0], at=AT)
        with pytest.raises(SealError) as refused:
            converted(signed[1], at=AT)
        assert refused.value.code == "E_FONT_MISSING"

    def test_the_copy_can_be_stamped_for_itself(self, office, signed):
        data = office.stamp(converted(signed[1]), Keyword("（盖章处）"))
        report = govseal.verify(
            data, office.pki.trust, materials=office.pki.materials, at=build.AT + 3 * build.HOUR
        )
        assert report.verdict.value == "passed"
        assert len(report.signatures) == 1


# --------------------------------------------------------------------------------- hostile bytes


@functools.cache
def bases() -> tuple[bytes, ...]:
    """Small documents with text, with a form, with a signature, with packed objects."""
    texts = pdf(latin("SEAL") + chinese("请（盖章）处"), latin("x"))
    return (
        texts,
        build.pdf(SMALL, catalogue="/AcroForm << /Fields [] >>", trailer="/Info << /Title (x) >>"),
        build.office("sm2").stamp(build.pdf(SMALL), govseal.Placement(1, 0, 0)),
        build.with_object_streams(),
    )


def answered(data: bytes) -> bool:
    """Whether it became an OFD, which is sound; a refusal is an answer too."""
    try:
        made = converted(data)
    except GovsealError:
        return False
    assert not opened(made).signatures
    return True


def bent(seed: int) -> bytes:
    documents = bases()
    rng = random.Random(seed)  # noqa: S311 - a find must be made again
    return fuzzing.bent(rng, documents[seed % len(documents)])


@pytest.mark.slow
@pytest.mark.measured
def test_bent_documents_give_an_ofd_or_a_refusal():
    assert {answered(bent(seed)) for seed in range(40)} == {True, False}


@pytest.mark.prove
def test_many_bent_documents_give_an_ofd_or_a_refusal():
    for seed in range(40, 640):
        answered(bent(seed))


@pytest.mark.samples
@pytest.mark.slow
def test_real_files_give_an_ofd_or_a_refusal(samples: Path):
    made = [answered(path.read_bytes()) for path in sorted((samples / "pdf").rglob("*.pdf"))]
    assert made.count(True) > 70
    assert made.count(False) > 20


@pytest.mark.parametrize(
    "said",
    [
        '{"pages": 1}',
        '{"pages": 1, "width": 1, "height": 1, "drawn": true}',
        '{"pages": 1, "width": 1, "height": 1, "drawn": true, "box": [0, 0, NaN, 9]}',
        '{"pages": 1, "width": 1, "height": 1, "drawn": true, "box": [0, 0, 9]}',
        '{"pages": 1, "width": 9, "height": 9, "drawn": true, "box": [0, 0, 9, 9]}',
        '{"pages": 1, "refused": "page"}',
    ],
)
def test_an_answer_that_makes_no_sense(monkeypatch, tmp_path, plain, said):
    script = tmp_path / "painter.py"
    script.write_text(f"import sys\nsys.stdout.write({said + chr(10) + 'BGRx'!r})\n")
    monkeypatch.setattr(pictures, "_PAINTER", script)
    with pytest.raises(FormatError):
        converted(plain, at=AT)


def test_letters_that_make_no_sense(monkeypatch, tmp_path, plain):
    nan, far = float("nan"), 1e30
    rows = [
        (nan, 0, 0, 5, 5, 0, 0, 0, 5),
        (65, nan, 0, 5, 5, 0, 0, 0, 5),
        (1e9, 0, 0, 5, 5, 0, 0, 0, 5),
        (65, far, far, far, far, 0, far, far, 5),
        (65, 0, 0, 5, 5, 0, 0, 0, -5),
        (0xD800, 0, 0, 5, 5, 0, 0, 0, 5),
        (0xDC00, 0, 0, 5, 5, 0, 0, 0, 5),
        (0xDC00, 0, 0, 5, 5, 0, 0, 0, 5),
        (65, 1, 1, 5, 5, 1e9, far, far, far),
    ]
    answer = {"pages": 1, "width": 1, "height": 1, "drawn": True, "box": [0, 0, 9, 9], "turn": 450}
    sent = json.dumps(answer).encode() + b"\nBGRx"
    sent += array.array("f", [value for row in rows for value in row]).tobytes() + b"odd"
    script = tmp_path / "painter.py"
    script.write_text(
        "import json, sys\n"
        "request = json.loads(sys.stdin.buffer.readline())\n"
        f"sys.stdout.buffer.write({sent!r} if 'letters' in request else b'{{\"pages\": 1}}\\n')\n"
    )
    monkeypatch.setattr(pictures, "_PAINTER", script)
    assert texts(converted(plain, at=AT)) == ["\U00010000", "A"]


@pytest.mark.parametrize(
    "content",
    [
        "BT /L 10 Tf 1 0 0 1 100 100 Tm <00010b1f7f> Tj ET",
        "BT /L 0 Tf 1 0 0 1 100 100 Tm (zero) Tj ET",
        "BT /L 1e9 Tf 1 0 0 1 100 100 Tm (huge) Tj ET",
        "BT /L 10 Tf 0 0 0 0 100 100 Tm (flat) Tj ET",
        "BT /L 10 Tf 1e30 0 0 1e30 100 100 Tm (far) Tj ET",
        "BT /L 10 Tf 1 0 0 1 1e9 -1e9 Tm (away) Tj ET",
        "BT /L 10 Tf 1 0.4 -0.4 1 100 100 Tm (slant) Tj ET",
        "BT /L 10 Tf -1 0 0 1 300 300 Tm (mirrored) Tj ET",
        "BT /L 10 Tf 1 0 0 1 100 100 Tm -9e9 Tc (spaced) Tj ET",
        "BT /L 10 Tf 1 0 0 1 100 100 Tm 0.0001 Tz (narrow) Tj ET",
    ],
)
def test_absurd_text_does_no_harm(content):
    data = converted(pdf(content))
    assert picture(data).width == round(595.28 * DPI / 72)
    for item in texts(data):
        assert item.isprintable()


def test_an_output_that_fails_is_told(plain):
    class Full(io.BytesIO):
        def writelines(self, lines):
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        converted(plain, output=Full())
