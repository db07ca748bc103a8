"""What a page shows: places, colours, order, text; and what it leaves out instead of failing."""

from __future__ import annotations

import pytest
from PIL import Image

import ofd_builder
import pagepictures as pages
import toyfont
from pagepictures import BLACK, BLUE, RED, WHITE, drawn, ink


@pytest.fixture(autouse=True)
def toy_font(tmp_path, monkeypatch):
    """宋体 is a font of squares and bars."""
    monkeypatch.setenv("GOVSEAL_FONT", str(toyfont.save(tmp_path / "toy.ttf")))


def resource(kind, body):
    return f"<ofd:{kind}s>{body}</ofd:{kind}s>"


def with_image(data, objects="", **page):
    """A page with an image, whose file holds ``data``."""
    return pages.document(objects or pages.image(), files={ofd_builder.IMAGE: data}, **page)


class TestPlaces:
    def test_millimetres_become_pixels_on_white_ground(self):
        picture = drawn(pages.square(5, 6, 4))
        assert picture.size == (200, 200)
        assert ink(picture) == (50, 60, 90, 100)
        assert picture.getpixel((70, 80)) == BLACK
        assert picture.getpixel((49, 80)) == WHITE

    def test_without_an_own_area_the_documents_box_holds(self):
        assert pages.draw(pages.document(box=""), dpi=25).size == (207, 292)

    @pytest.mark.parametrize("box", ["0 0 0 10", "0 0 -5 9", "0 0 nan 9", "1 2 3", "a b c d"])
    def test_an_impossible_area_counts_as_none(self, box):
        assert pages.draw(pages.document(box=box), dpi=25).size == (207, 292)

    def test_the_matrix_turns_before_the_box_shifts(self):
        turned = pages.path(
            "M 0 0 L 4 0 L 4 1 L 0 1 C",
            'Fill="true" Stroke="false" CTM="0 2 -2 0 2 0"',
            '<ofd:FillColor Value="0 0 0"/>',
            box="5 5 2 8",
        )
        assert ink(drawn(turned)) == (50, 50, 70, 130)

    def test_blocks_and_units_nest(self):
        unit = resource(
            "CompositeGraphicUnit",
            '<ofd:CompositeGraphicUnit ID="9" Width="4" Height="4"><ofd:Content>'
            f"{pages.square(0, 0, 4)}</ofd:Content></ofd:CompositeGraphicUnit>",
        )
        used = (
            '<ofd:PageBlock ID="60"><ofd:PageBlock ID="61"><ofd:CompositeObject ID="62" '
            'Boundary="10 10 8 8" CTM="0.5 0 0 0.5 1 1" ResourceID="9"/>'
            "</ofd:PageBlock></ofd:PageBlock>"
        )
        assert ink(drawn(used, resources=unit)) == (110, 110, 130, 130)

    def test_what_leaves_the_page_is_cut_off(self):
        assert ink(drawn(pages.square(18, -3, 6))) == (180, 0, 200, 30)

    def test_pages_count_through_all_documents(self):
        data = ofd_builder.replaced(
            ofd_builder.two_documents(), "Doc_1/Pages/Page_0/Content.xml", pages.content()
        )
        assert pages.draw(data, 2).size == (200, 200)

    def test_no_such_page(self):
        data = pages.document()
        for number in (0, -1, 2):
            with pytest.raises(ValueError, match="there is no page"):
                pages.draw(data, number)

    @pytest.mark.parametrize("dpi", [0, -150, 9, 1201, float("nan")])
    def test_no_such_resolution(self, dpi):
        with pytest.raises(ValueError, match="10 to 1200 dpi"):
            pages.draw(pages.document(), dpi=dpi)


class TestColours:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            ('Value="255 0 0"', RED),
            ('Value="128"', (128, 128, 128)),
            ('Value="0 255 255 0"', RED),
            ('Value="0 0 255" Alpha="128"', (127, 127, 255)),
            ('Value="#FF #00 #00"', RED),
            ('Value="300 -7 0"', RED),
            ('Value="255 0 0" ColorSpace="8"', RED),
            ('Value="1" ColorSpace="9"', (17, 17, 17)),
            ("", BLACK),
            ('Value="red green blue"', BLACK),
            ('Value="nan inf 1e999"', BLACK),
            ('Value="255 0 0" Alpha="0"', WHITE),
        ],
    )
    def test_values(self, value, shown):
        spaces = resource(
            "ColorSpace",
            '<ofd:ColorSpace ID="8" Type="RGB"/>'
            '<ofd:ColorSpace ID="9" Type="GRAY" BitsPerComponent="4"/>',
        )
        filled = pages.square(5, 5, 5).replace('Value="0 0 0"', value)
        assert drawn(filled, resources=spaces).getpixel((70, 70)) == shown

    def test_a_shading_shows_its_mean_and_a_pattern_nothing(self):
        stops = "".join(
            f'<ofd:Segment><ofd:Color Value="{value}"/></ofd:Segment>' for value in (0, 200)
        )
        filled = '<ofd:FillColor Value="0 0 0">{}</ofd:FillColor>'
        plain = pages.square(5, 5, 5).replace('<ofd:FillColor Value="0 0 0"/>', filled)
        shaded = plain.replace("{}", f"<ofd:AxialShd>{stops}</ofd:AxialShd>")
        assert drawn(shaded).getpixel((70, 70)) == (100, 100, 100)
        assert ink(drawn(plain.replace("{}", "<ofd:Pattern/>"))) is None

    def test_parameters_are_inherited_and_overruled(self):
        parameters = resource(
            "DrawParam",
            '<ofd:DrawParam ID="5"><ofd:FillColor Value="0 0 255"/></ofd:DrawParam>'
            '<ofd:DrawParam ID="6" Relative="5" LineWidth="2"/>',
        )
        bare = pages.square(2, 2, 5).replace('<ofd:FillColor Value="0 0 0"/>', "")
        own = pages.square(10, 2, 5, "255 0 0")
        layers = pages.layer(bare + own, ' DrawParam="6"')
        picture = drawn(layers=layers, resources=parameters)
        assert picture.getpixel((40, 40)) == BLUE
        assert picture.getpixel((120, 40)) == RED

    def test_parameters_that_rest_on_each_other_end(self):
        loop = resource("DrawParam", '<ofd:DrawParam ID="5" Relative="5" LineWidth="2"/>')
        line = pages.path("M 2 5 L 18 5", 'DrawParam="5"')
        assert ink(drawn(line, resources=loop)) == (20, 40, 180, 60)

    def test_a_path_without_a_fill_colour_is_not_filled(self):
        bare = pages.square(2, 2, 5).replace('<ofd:FillColor Value="0 0 0"/>', "")
        assert ink(drawn(bare)) is None


class TestLines:
    def test_strokes_lie_on_both_sides_of_the_outline(self):
        line = pages.path("M 5 10 L 15 10", 'LineWidth="2"')
        assert ink(drawn(line)) == (50, 90, 150, 110)

    def test_caps_joins_and_dashes(self):
        capped = pages.path("M 5 10 L 15 10", 'LineWidth="2" Cap="Square"')
        assert ink(drawn(capped)) == (40, 90, 160, 110)
        mitered = pages.path("M 5 15 L 10 5 L 15 15", 'LineWidth="1"')
        beveled = pages.path("M 5 15 L 10 5 L 15 15", 'LineWidth="1" Join="Bevel"')
        assert ink(drawn(mitered))[1] < ink(drawn(beveled))[1]
        dashed = pages.path("M 0 10 L 20 10", 'LineWidth="1" DashPattern="3 2"')
        assert pages.columns(drawn(dashed)) == [0, 50, 100, 150]

    def test_thin_lines_stay_visible(self):
        line = pages.path("M 0 10.05 L 20 10.05", 'LineWidth="0"')
        assert drawn(line).getpixel((100, 100))[0] < 128

    @pytest.mark.parametrize(
        "data",
        [
            "M 5 10 Q 10 0 15 10",
            "S 5 10 B 7 3.333 13 3.333 15 10",
            "M 5 10 A 5 5 0 0 1 15 10",
        ],
    )
    def test_curves_reach_their_height(self, data):
        filled = 'Fill="true" Stroke="false"'
        shown = ink(drawn(pages.path(data, filled, '<ofd:FillColor Value="0"/>')))
        assert shown == (50, 50, 150, 100)

    def test_winding_rules(self):
        both = "M 2 2 L 18 2 L 18 18 L 2 18 C M 6 6 L 14 6 L 14 14 L 6 14 C"
        black = '<ofd:FillColor Value="0"/>'
        filled = 'Fill="true" Stroke="false"'
        assert drawn(pages.path(both, filled, black)).getpixel((100, 100)) == BLACK
        holed = drawn(pages.path(both, f'{filled} Rule="Even-Odd"', black))
        assert holed.getpixel((100, 100)) == WHITE

    def test_clips_narrow_the_object(self):
        clips = (
            '<ofd:Clips TransFlag="false">'
            '<ofd:Clip><ofd:Area><ofd:Path Boundary="0 0 20 20"><ofd:AbbreviatedData>'
            "M 2 2 L 12 2 L 12 12 L 2 12 C</ofd:AbbreviatedData></ofd:Path></ofd:Area></ofd:Clip>"
            '<ofd:Clip><ofd:Area><ofd:Path Boundary="0 0 20 20"><ofd:AbbreviatedData>'
            "M 0 0 L 20 0 L 0 20 C</ofd:AbbreviatedData></ofd:Path></ofd:Area></ofd:Clip>"
            "</ofd:Clips>"
        )
        whole = "M 0 0 L 20 0 L 20 20 L 0 20 C"
        filled = 'Fill="true" Stroke="false"'
        picture = drawn(pages.path(whole, filled, f'<ofd:FillColor Value="0"/>{clips}'))
        assert ink(picture) == (20, 20, 120, 120)
        assert picture.getpixel((70, 70)) == BLACK
        assert picture.getpixel((115, 115)) == WHITE

    @pytest.mark.parametrize("data", ["", "L", "M 1", "M nan inf", "x", "M 1 1 L 1e9 2", "C C C"])
    def test_what_is_no_outline_shows_nothing(self, data):
        assert ink(drawn(pages.path(data))) is None

    def test_an_outline_shows_as_far_as_it_can_be_read(self):
        assert ink(drawn(pages.path("M 5 10 L 15 10 L oops", 'LineWidth="2"'))) == (
            50,
            90,
            150,
            110,
        )


class TestText:
    def test_glyphs_stand_on_the_baseline(self):
        # The toy digit fills 0.06 … 0.3 em across and 0 … 0.74 em above the baseline.
        assert ink(drawn(pages.text("0"))) == (23, 33, 35, 70)

    def test_without_offsets_glyphs_follow_their_own_width(self):
        assert pages.columns(drawn(pages.text("000"))) == [23, 48, 73]

    @pytest.mark.parametrize(
        ("delta", "starts"),
        [
            ("3 4 5", [23, 53, 93, 143]),
            ("g 2 3 5", [23, 53, 83, 133]),
            ("4 g 2 3", [23, 63, 93, 123]),
            ("3", [23, 53, 83, 113]),
            ("g 1000000000 3", [23, 53, 83, 113]),
            ("g 0 9 g 3 3", [23, 53, 83, 113]),
            ("3 oops 9", [23, 53, 83, 113]),
            ("g 3", [23]),
            ("g -5 3", [23]),
            ("nan", [23]),
        ],
    )
    def test_offsets(self, delta, starts):
        picture = drawn(pages.text("0000", f'X="0" Y="4" DeltaX="{delta}"'))
        assert pages.columns(picture) == starts

    def test_vertical_text(self):
        assert ink(drawn(pages.text("00", 'X="0" Y="4" DeltaY="6"'))) == (23, 33, 35, 130)

    def test_letters_wider_than_their_place_are_made_narrower(self):
        squeezed = drawn(pages.text("00", 'X="0" Y="4" DeltaX="1.5"'))
        assert pages.columns(squeezed) == [21, 38]

    def test_size_scale_and_direction(self):
        assert ink(drawn(pages.text("0", attributes='Size="5" HScale="2"'))) == (26, 33, 50, 70)
        matrix = 'Size="5" CTM="2 0 0 2 0 0"'
        assert ink(drawn(pages.text("0", attributes=matrix))) == (26, 36, 50, 110)
        turned = ink(drawn(pages.text("0", attributes='Size="5" CharDirection="90"')))
        assert turned == (20, 73, 57, 85)

    def test_spaces_count_but_indentation_does_not(self):
        delta = 'X="0" Y="4" DeltaX="3"'
        assert pages.columns(drawn(pages.text(" 0", delta))) == [53]
        assert pages.columns(drawn(pages.text("\n    0\n  ", delta))) == [23]

    def test_colour_and_the_outline_alone(self):
        red = '<ofd:FillColor Value="255 0 0"/>'
        assert drawn(pages.text("0", children=red)).getpixel((29, 50)) == RED
        outlined = 'Size="5" Fill="false" Stroke="true" LineWidth="0.2"'
        picture = drawn(pages.text("0", attributes=outlined))
        assert picture.getpixel((29, 50)) == WHITE
        assert picture.getpixel((23, 50)) == BLACK

    def test_large_glyphs(self):
        shown = ink(drawn(pages.text("0", 'X="0" Y="17"', 'Size="21"', box="0 0 20 20")))
        assert shown == (12, 14, 63, 170)

    @pytest.mark.parametrize("character", ["龘", "\ue123", "A", "\U0001f600"])
    def test_a_missing_glyph_is_an_empty_box(self, character):
        picture = drawn(pages.text(character))
        left, top, right, bottom = ink(picture)
        assert (top, bottom) == (30, 73)
        assert picture.getpixel(((left + right) // 2, (top + bottom) // 2)) == WHITE

    def test_a_missing_font_shows_boxes(self, tmp_path, monkeypatch):
        monkeypatch.setenv("GOVSEAL_FONT", str(tmp_path / "none.ttf"))
        assert ink(drawn(pages.text("国"))) is not None

    @pytest.mark.parametrize("size", ["", "0", "-0", "nan", "1e99", "five"])
    def test_text_of_no_size_shows_nothing(self, size):
        assert ink(drawn(pages.text("0", attributes=f'Size="{size}"'))) is None


class TestImages:
    def test_a_picture_fills_the_square_under_its_matrix(self):
        placed = pages.image(attributes='CTM="8 0 0 6 1 1"')
        picture = pages.draw(with_image(pages.png(colours=(RED, BLUE)), placed))
        assert ink(picture) == (30, 30, 110, 90)
        assert picture.getpixel((40, 50)) == RED
        assert picture.getpixel((100, 50)) == BLUE

    @pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
    @pytest.mark.parametrize("mode", ["RGB", "L", "1"])
    def test_kinds_and_modes(self, kind, mode):
        data = pages.encoded(Image.new("RGB", (8, 8)).convert(mode), kind)
        assert ink(pages.draw(with_image(data))) == (20, 20, 120, 120)

    def test_turned_and_faded(self):
        placed = pages.image(attributes='CTM="0 10 -10 0 10 0" Alpha="128"')
        picture = pages.draw(with_image(pages.png(colours=(RED, BLUE)), placed))
        assert picture.getpixel((70, 40)) == (255, 127, 127)
        assert picture.getpixel((70, 100)) == (127, 127, 255)

    def test_transparent_pictures_let_the_page_show(self):
        clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
        objects = pages.square(0, 0, 20, "0 0 255") + pages.image()
        assert pages.draw(with_image(pages.encoded(clear), objects)).getpixel((70, 70)) == BLUE

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"II*\0" + bytes(40),
            pages.png(64, 64)[:60],
            pages.png()[:20],
            b"\x89PNG\r\n\x1a\n" + bytes(64),
            b"\x97JB2\r\n\x1a\n",
            b"<svg/>",
        ],
    )
    def test_what_cannot_be_decoded_is_left_out(self, data):
        assert ink(pages.draw(with_image(data))) is None

    def test_a_picture_that_is_not_there_is_left_out(self):
        assert ink(drawn(pages.image(77))) is None
        data = ofd_builder.removed(with_image(pages.png()), ofd_builder.IMAGE)
        assert ink(pages.draw(data)) is None


class TestOrder:
    def test_layers_lie_by_type(self):
        top = pages.layer(pages.square(2, 2, 5, "255 0 0"), ' Type="Foreground"')
        body = pages.layer(pages.square(2, 2, 5, "0 0 255"))
        back = pages.layer(pages.square(2, 2, 8), ' Type="Background"')
        picture = drawn(layers=top + body + back)
        assert picture.getpixel((40, 40)) == RED
        assert picture.getpixel((90, 90)) == BLACK

    @pytest.mark.parametrize(("order", "shown"), [("Background", BLUE), ("Foreground", RED)])
    def test_templates_lie_below_or_above(self, order, shown):
        template = pages.content(pages.square(2, 2, 5, "255 0 0"))
        use = f'<ofd:Template TemplateID="2" ZOrder="{order}"/>'
        files = {ofd_builder.TEMPLATE: template}
        blue = pages.square(2, 2, 5, "0 0 255")
        assert drawn(blue, more=use, files=files).getpixel((40, 40)) == shown

    def test_a_template_that_cannot_be_read_is_left_out(self):
        uses = '<ofd:Template TemplateID="2"/><ofd:Template TemplateID="88"/><ofd:Template/>'
        files = {ofd_builder.TEMPLATE: b"<broken"}
        assert ink(drawn(pages.square(5, 6, 4), more=uses, files=files)) == (50, 60, 90, 100)

    @pytest.mark.parametrize(("visible", "shown"), [("true", RED), ("false", WHITE)])
    def test_hidden_layers_and_objects(self, visible, shown):
        flag = f' Visible="{visible}"'
        hidden = pages.layer(pages.square(2, 2, 5, "255 0 0"), flag)
        assert drawn(layers=hidden).getpixel((40, 40)) == shown
        hidden = pages.square(2, 2, 5, "255 0 0", more=flag)
        assert drawn(hidden).getpixel((40, 40)) == shown

    @pytest.mark.parametrize(
        ("attributes", "shown"), [("", (100, 110, 120, 130)), (' Visible="false"', None)]
    )
    def test_annotations_lie_on_top(self, attributes, shown):
        note = (
            f'<ofd:Annot ID="70" Type="Stamp"{attributes}><ofd:Appearance Boundary="9 10 5 5">'
            f"{pages.square(1, 1, 2)}</ofd:Appearance></ofd:Annot>"
        )
        listing = '<ofd:Page PageID="10"><ofd:FileLoc>/Doc_0/Note.xml</ofd:FileLoc></ofd:Page>'
        files = {
            pages.ANNOTATIONS: ofd_builder.xml("Annotations", listing),
            "Doc_0/Note.xml": ofd_builder.xml("PageAnnot", note),
        }
        more = "<ofd:Annotations>Annots.xml</ofd:Annotations>"
        assert ink(drawn(files=files, document_more=more)) == shown

    def test_annotations_that_cannot_be_read_are_left_out(self):
        more = "<ofd:Annotations>Annots.xml</ofd:Annotations>"
        files = {pages.ANNOTATIONS: b"\0"}
        assert ink(drawn(pages.square(5, 6, 4), files=files, document_more=more)) is not None
