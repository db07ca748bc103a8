"""Pictures of stamped pages say that they count as copies, and never verify as originals."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from PIL import Image, ImageChops

import govseal
import ofd_builder
import pagepictures as pages
from govseal.errors import SealError, UnsupportedFormat
from govseal.formats import copies
from govseal.formats.ofd.compose import compose_document
from govseal.formats.pages import PagePictures
from govseal.formats.pdf import compose as pdf
from govseal.seal.drawing.fonts import find_font
from govseal.testing import Hierarchy

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
PLACE = govseal.Placement(1, 120, 210)
# Where the note stands on a page of A4 at 72 dpi.
LOWER = (0, 815, 595, 842)


@pytest.fixture(scope="module", autouse=True)
def font():
    """The note is set in a font of the system."""
    copies.page_font.cache_clear()
    try:
        return find_font(style="hei")
    except SealError:
        pytest.skip("no Chinese font on this system")


@pytest.fixture(scope="module")
def hierarchy():
    return Hierarchy.create("sm2", at=AT)


@pytest.fixture(scope="module")
def seal(hierarchy):
    drawing = govseal.draw_seal("测试市行政审批服务管理局", diameter_mm=42)
    return govseal.make_seal(
        hierarchy.maker,
        name="测试市行政审批服务管理局",
        picture=drawing.picture("png"),
        signers=[hierarchy.signer.certificate],
        at=AT,
    )


@pytest.fixture(scope="module")
def ofd():
    return compose_document([["准予许可，期限五年。"]], title="测试决定书")


@pytest.fixture(scope="module")
def stamped(ofd, seal, hierarchy):
    return govseal.stamp(ofd, seal, hierarchy.signer, PLACE, at=AT)


def picture(data, **options):
    png = govseal.page_picture(data, dpi=72, **options)
    return Image.open(io.BytesIO(png))


@pytest.mark.req("R-JC29S-10b")
class TestNote:
    def test_a_stamped_page_says_that_it_counts_as_a_copy(self, stamped):
        found, plain = (picture(stamped, marks=False, is_copy=flag) for flag in (True, False))
        assert found.text[copies.KEYWORD] == copies.note()
        assert "视同复印件" in copies.note()
        assert copies.KEYWORD not in plain.text
        changed = ImageChops.difference(found.convert("RGB"), plain.convert("RGB")).getbbox()
        assert changed is not None
        assert changed[1] >= LOWER[1], "nothing but the lower margin is touched"

    def test_under_marks_the_caption_says_it(self, stamped):
        found, plain = (picture(stamped, is_copy=flag) for flag in (True, False))
        assert found.text[copies.KEYWORD] == copies.note()
        assert found.height > plain.height
        page = (0, 0, 595, 842)
        assert ImageChops.difference(found.crop(page), plain.crop(page)).getbbox() is None

    def test_an_svg_says_it(self, stamped):
        found, plain = (
            govseal.page_picture(stamped, form="svg", is_copy=flag) for flag in (True, False)
        )
        assert f"<desc>{copies.note()}</desc>".encode() in found
        assert b"<desc>" not in plain
        assert len(found) > len(plain) + 1000

    def test_without_the_stamps_it_is_a_copy_all_the_same(self, stamped):
        found = picture(stamped, marks=False, stamps=False)
        assert found.text[copies.KEYWORD] == copies.note()

    def test_a_page_without_any_stamp_says_nothing(self, ofd):
        assert copies.KEYWORD not in picture(ofd, marks=False).text
        assert b"<desc>" not in govseal.page_picture(ofd, form="svg")

    def test_a_small_page_still_holds_the_note(self):
        for sides in ((300, 120), (60, 40), (20, 20), (1, 1)):
            png = pages.encoded(Image.new("RGB", sides, "white"))
            found = Image.open(io.BytesIO(copies.noted_png(png, 150)))
            assert found.size == sides
            assert found.text[copies.KEYWORD] == copies.note()

    def test_without_a_font_the_description_alone_says_it(self, monkeypatch):
        monkeypatch.setattr(copies, "page_font", lambda: None)
        png = pages.encoded(Image.new("RGB", (300, 200), "white"))
        found = Image.open(io.BytesIO(copies.noted_png(png, 150)))
        assert found.text[copies.KEYWORD] == copies.note()
        assert pages.ink(found.convert("RGB")) is None


class TestForms:
    def test_pdf_is_no_svg_and_keeps_its_stamps(self):
        data = pdf.compose_document([["任意文字"]], title="测试")
        with pytest.raises(UnsupportedFormat, match="as PNG"):
            govseal.page_picture(data, form="svg")
        with pytest.raises(UnsupportedFormat, match="with their stamps"):
            govseal.page_picture(data, stamps=False)
        assert PagePictures(data).forms == ("png",)

    def test_no_such_form(self, ofd):
        with pytest.raises(ValueError, match="png or svg"):
            govseal.page_picture(ofd, form="gif")
        with pytest.raises(ValueError, match="not on SVG"):
            govseal.page_picture(ofd, form="svg", marks=True)
        with pytest.raises(ValueError, match="no page 2"):
            govseal.page_picture(ofd, 2, form="svg")


@pytest.mark.req("R-JC29S-10b")
class TestConverted:
    """What was printed or converted carries the picture of a seal, and no seal."""

    def report(self, data, hierarchy, **policy):
        policy = govseal.Policy(**policy)
        materials = hierarchy.materials
        return govseal.verify(data, hierarchy.trust, materials=materials, policy=policy, at=AT)

    def as_pdf(self, stamped):
        page = Image.open(io.BytesIO(govseal.page_picture(stamped, marks=False, is_copy=False)))
        buffer = io.BytesIO()
        page.convert("RGB").save(buffer, "PDF", resolution=150)
        return buffer.getvalue()

    def as_ofd(self, stamped):
        page = govseal.page_picture(stamped, marks=False, is_copy=False)
        return pages.document(pages.image(box="0 0 20 20"), files={ofd_builder.IMAGE: page})

    def test_the_original_passes(self, stamped, hierarchy):
        report = self.report(stamped, hierarchy)
        assert (report.verdict.value, report.effect.value) == ("passed", "original_equivalent")

    @pytest.mark.parametrize("convert", ["as_pdf", "as_ofd"])
    def test_a_converted_copy_is_unsigned_and_a_copy(self, stamped, hierarchy, convert):
        copy = getattr(self, convert)(stamped)
        report = self.report(copy, hierarchy)
        assert (report.verdict.value, report.effect.value) == ("unsigned", "copy")
        assert report.signatures == ()

    @pytest.mark.parametrize("convert", ["as_pdf", "as_ofd"])
    def test_where_a_seal_is_demanded_a_copy_fails(self, stamped, hierarchy, convert):
        copy = getattr(self, convert)(stamped)
        report = self.report(copy, hierarchy, require_seal=True)
        assert report.verdict.value == "failed"
        assert report.reasons == ("required_seal_missing",)

    @pytest.mark.parametrize("form", ["png", "svg"])
    def test_a_picture_is_no_document(self, stamped, hierarchy, form):
        copy = govseal.page_picture(stamped, form=form)
        with pytest.raises(UnsupportedFormat, match="视同复印件"):
            self.report(copy, hierarchy)

    def test_the_seals_own_picture_with_the_document_is_no_stamp(self, ofd, seal, hierarchy):
        """The imprint of a real seal, put onto the page as an image."""
        data = pages.document(
            pages.image(box="5 5 10 10"), files={ofd_builder.IMAGE: seal.picture.data}
        )
        assert pages.ink(pages.draw(data)) is not None
        report = self.report(data, hierarchy)
        assert (report.verdict.value, report.effect.value) == ("unsigned", "copy")
