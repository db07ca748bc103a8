"""Pictures in the terminal: which way is taken, and that each of them carries the pixels."""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image, ImageChops, ImageStat

from govseal.cli.terminal import choose_way, picture_lines, show_picture, write_picture
from govseal.errors import FormatError, UnsupportedFormat
from govseal.seal.drawing import Drawing
from govseal.seal.drawing.paths import RED, Path, circle, star
from govseal.seal.picture import SPECIMEN_MARK, SealPicture

VARIABLES = (
    *("TERM", "TERM_PROGRAM", "COLORTERM", "KITTY_WINDOW_ID", "WEZTERM_PANE", "LC_TERMINAL"),
    *("TMUX", "STY", "NO_COLOR", "GOVSEAL_PICTURES"),
)
RING = (circle((21, 21), 21), circle((21, 21), 18, clockwise=False))
SEAL = Drawing((Path(RING, RED), Path((star((21, 21), 9),), RED)), 42, 42)
CUBE = (0, 95, 135, 175, 215, 255)


class Terminal(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def __init__(self, encoding="utf-8", *, is_shown=True):
        super().__init__(io.BytesIO(), encoding=encoding, newline="")
        self.is_shown = is_shown

    def isatty(self):
        return super().isatty() or self.is_shown  # a closed one raises

    @property
    def written(self):
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)


def png(size=(30, 20)):
    """Four fields of different colours, so that nothing can be turned or mirrored unseen."""
    picture = Image.new("RGB", size, (255, 0, 0))
    width, height = size[0] // 2, size[1] // 2
    picture.paste((255, 255, 255), (width, 0, size[0], height))
    picture.paste((0, 95, 215), (0, height, width, size[1]))
    picture.paste((128, 128, 128), (width, height, *size))
    output = io.BytesIO()
    picture.save(output, "PNG")
    return output.getvalue()


def opened(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


# ------------------------------------------------------------------------------ reading them back


def read_kitty(text):
    """The keys of the first command, and the bytes of all of them."""
    commands = re.findall(r"\x1b_G([^;]*);([A-Za-z0-9+/=]*)\x1b\\", text)
    assert text == "".join(f"\x1b_G{head};{body}\x1b\\" for head, body in commands)
    heads = [dict(item.split("=") for item in head.split(",")) for head, _ in commands]
    assert [head["m"] for head in heads] == ["1"] * (len(heads) - 1) + ["0"]
    assert all(len(body) <= 4096 for _, body in commands)
    return heads[0], base64.b64decode("".join(body for _, body in commands))


def read_iterm(text):
    found = re.fullmatch(r"\x1b\]1337;File=([^:]*):([A-Za-z0-9+/=]*)\a", text)
    return dict(item.split("=") for item in found[1].split(";")), base64.b64decode(found[2])


def read_sixel(text):
    """The picture in a string of sixels."""
    found = re.fullmatch(r'\x1bP0;1q"1;1;(\d+);(\d+)(.*)\x1b\\', text, re.DOTALL)
    width, height = int(found[1]), int(found[2])
    picture = Image.new("RGB", (width, height), (1, 2, 3))  # what no run may leave
    palette, colour, x, top = {}, None, 0, 0
    token = re.compile(r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|([$-])")
    for match in token.finditer(found[3]):
        if match[1]:
            palette[int(match[1])] = tuple(round(int(match[n]) * 255 / 100) for n in (2, 3, 4))
        elif match[5]:
            colour = palette[int(match[5])]
        elif match[9]:
            x, top = 0, top + 6 * (match[9] == "-")
        else:
            bits = ord(match[7] or match[8]) - 63
            for column in range(x, x + int(match[6] or 1)):
                for bit in range(6):
                    if bits >> bit & 1:
                        picture.putpixel((column, top + bit), colour)
            x += int(match[6] or 1)
            assert x <= width
    assert token.sub("", found[3]) == ""
    return picture


def read_blocks(lines):
    """The picture in lines of half blocks."""
    rows = []
    for line in lines:
        assert line.endswith("\x1b[0m")
        above, below, colours = [], [], None
        for codes, character in re.findall(r"\x1b\[([0-9;]*)m|(.)", line):
            if character:
                assert character == "▀"
                above.append(colours[0])
                below.append(colours[1])
            elif codes != "0":
                found = re.fullmatch(r"38;(2;\d+;\d+;\d+|5;\d+);48;(2;\d+;\d+;\d+|5;\d+)", codes)
                colours = [read_colour(found[1]), read_colour(found[2])]
        rows += [above, below]
    picture = Image.new("RGB", (len(rows[0]), len(rows)))
    picture.putdata([pixel for row in rows for pixel in row])
    return picture


def read_colour(codes):
    kind, *values = map(int, codes.split(";"))
    if kind == 2:
        return tuple(values)
    number = values[0]
    if number >= 232:
        return (8 + 10 * (number - 232),) * 3
    number -= 16
    return (CUBE[number // 36], CUBE[number // 6 % 6], CUBE[number % 6])


# ----------------------------------------------------------------------------------- the encoders


@pytest.mark.parametrize("size", [(30, 20), (31, 17), (1, 1), (150, 150)])
def test_sixels_carry_every_pixel(size):
    data = png(size)
    (line,) = picture_lines(data, "sixel", 20)
    found = read_sixel(line)
    assert found.size == size
    assert max(ImageChops.difference(found, opened(data)).tobytes()) <= 2


def test_sixels_of_a_seal_are_small():
    (line,) = picture_lines(SEAL.to_png(96), "sixel", 20)
    assert len(line) < 20_000
    ground = Image.new("RGBA", (159, 159), "white")
    ground.alpha_composite(Image.open(io.BytesIO(SEAL.to_png(96))).convert("RGBA"))
    difference = ImageChops.difference(read_sixel(line), ground.convert("RGB"))
    assert max(ImageStat.Stat(difference).mean) < 3


@pytest.mark.parametrize("length", [10, 5000, 3072, 3073])
def test_kitty_gets_the_file_in_pieces(length):
    data = png() + bytes(length)
    (line,) = picture_lines(data, "kitty", 44)
    head, found = read_kitty(line)
    assert found == data
    assert (head["a"], head["f"], head["c"], head["r"]) == ("T", "100", "44", "15")
    assert head["q"] == "2"  # no answer is wanted: nobody would read it


def test_iterm_gets_the_file():
    (line,) = picture_lines(png(), "iterm", 44)
    head, found = read_iterm(line)
    assert found == png()
    assert head["inline"] == "1"
    assert (head["size"], head["width"], head["height"]) == (str(len(png())), "44", "15")


@pytest.mark.parametrize("way", ["blocks", "blocks256"])
def test_half_blocks_carry_two_pixels_each(way):
    lines = picture_lines(png((30, 20)), way, 30)
    assert len(lines) == 10
    found = read_blocks(lines)
    assert found.size == (30, 20)
    assert max(ImageChops.difference(found, opened(png((30, 20)))).tobytes()) <= 1


def test_half_blocks_keep_the_shape():
    assert read_blocks(picture_lines(png((300, 200)), "blocks", 44)).size == (44, 30)
    assert read_blocks(picture_lines(png((300, 2)), "blocks", 44)).size == (44, 2)


def test_the_palette_of_256_is_near_enough():
    ramp = Image.new("RGB", (64, 2))
    for x in range(64):
        ramp.putpixel((x, 0), (255, 255 - 4 * x, 255 - 4 * x))
        ramp.putpixel((x, 1), (4 * x,) * 3)
    output = io.BytesIO()
    ramp.save(output, "PNG")
    found = read_blocks(picture_lines(output.getvalue(), "blocks256", 64))
    assert max(ImageChops.difference(found, ramp).tobytes()) <= 48


def test_transparent_ground_is_paper():
    for way in ("blocks", "blocks256"):
        found = read_blocks(picture_lines(SEAL.to_png(72), way, 42))
        assert found.getpixel((0, 0)) == (255, 255, 255)
        assert found.getpixel((21, 20)) == (255, 0, 0)


# -------------------------------------------------------------------------------- which way it goes


@pytest.mark.parametrize(
    ("environ", "way"),
    [
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM": "xterm-ghostty"}, "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "iterm"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "iterm"),
        ({"TERM": "xterm-256color", "WEZTERM_PANE": "0"}, "iterm"),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, "iterm"),
        ({"TERM": "foot"}, "sixel"),
        ({"TERM": "xterm-sixel"}, "sixel"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "blocks"),
        ({"TERM": "xterm-direct"}, "blocks"),
        ({"TERM": "xterm-256color"}, "blocks256"),
        ({"TERM": "tmux-256color", "TMUX": "socket,1,0", "KITTY_WINDOW_ID": "1"}, "blocks256"),
        ({"TERM": "screen", "STY": "1", "TERM_PROGRAM": "iTerm.app"}, "blocks256"),
        ({"TERM": "dumb"}, None),
        ({"TERM": "linux"}, None),
        ({"TERM": "vt220"}, None),
        ({"TERM": ""}, None),
        ({}, None),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, None),
        ({"TERM": "dumb", "NO_COLOR": "1"}, None),
        ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, "kitty"),
        ({"TERM": "xterm-kitty", "GOVSEAL_PICTURES": "none"}, None),
        ({"TERM": "xterm-kitty", "GOVSEAL_PICTURES": "sixel"}, "sixel"),
        ({"TERM": "xterm-kitty", "GOVSEAL_PICTURES": "iTerm"}, "iterm"),
        ({"TERM": "dumb", "GOVSEAL_PICTURES": "kitty"}, "kitty"),
        ({"TERM": "xterm-kitty", "GOVSEAL_PICTURES": "blocks"}, "blocks256"),
        ({"TERM": "xterm-kitty", "GOVSEAL_PICTURES": "unheard-of"}, "kitty"),
    ],
)
def test_the_environment_tells(environ, way):
    assert choose_way(Terminal(), environ) == way


@pytest.mark.parametrize("wanted", ["kitty", "iterm", "sixel", "blocks", ""])
def test_a_file_gets_no_picture(wanted):
    stream = Terminal(is_shown=False)
    environ = {"TERM": "xterm-kitty", "GOVSEAL_PICTURES": wanted}
    assert choose_way(stream, environ) is None
    assert not write_picture(png(), stream, environ, 44)
    assert stream.written == ""


def test_a_closed_stream_gets_no_picture():
    stream = Terminal()
    stream.close()
    assert choose_way(stream, {"TERM": "xterm-kitty"}) is None


def test_what_cannot_write_half_blocks_gets_none():
    assert choose_way(Terminal("latin-1"), {"TERM": "xterm-256color"}) is None
    assert choose_way(Terminal("latin-1"), {"TERM": "xterm-kitty"}) == "kitty"


def test_a_terminal_without_width_gets_no_picture():
    stream = Terminal()
    assert not write_picture(png(), stream, {"TERM": "xterm-kitty"}, 0)
    assert stream.written == ""


# ------------------------------------------------------------------------------------- of the seal


@pytest.fixture
def shown(monkeypatch):
    """Shows a picture in a terminal of a kind; the written text comes back."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")

    def show(picture, way=None):
        if way:
            monkeypatch.setenv("GOVSEAL_PICTURES", way)
        stream = Terminal()
        assert show_picture(picture, stream) is (way != "none")
        return stream.written

    return show


@pytest.mark.parametrize("form", ["png", "svg", "ofd"])
def test_every_kind_of_picture_shows_as_blocks(shown, form):
    found = read_blocks(shown(SEAL.picture(form)).splitlines())
    assert found.size == (44, 44)
    assert found.getpixel((22, 21)) == (255, 0, 0)
    assert found.getpixel((1, 1)) == (255, 255, 255)
    assert found.getpixel((22, 8))[1] > 200


@pytest.mark.req("R-HLJ-12b")
@pytest.mark.parametrize("form", ["png", "svg", "ofd"])
def test_what_could_be_saved_is_a_specimen(shown, form):
    _, kitty = read_kitty(shown(SEAL.picture(form), "kitty").removesuffix("\n"))
    _, iterm = read_iterm(shown(SEAL.picture(form), "iterm").removesuffix("\n"))
    for data in (kitty, iterm):
        assert SPECIMEN_MARK in data
        assert max(opened(data).size) <= 150
    sixel = read_sixel(shown(SEAL.picture(form), "sixel").removesuffix("\n"))
    assert max(ImageStat.Stat(ImageChops.difference(sixel, opened(kitty))).mean) < 4


def test_a_narrow_terminal_gets_a_narrow_picture(shown, monkeypatch):
    monkeypatch.setenv("COLUMNS", "21")
    assert read_blocks(shown(SEAL.picture()).splitlines()).size == (20, 20)


def test_nothing_is_shown_where_none_is_wanted(shown):
    assert shown(SEAL.picture(), "none") == ""


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", UnsupportedFormat),
        (b"PK\x03\x04 and no package", FormatError),
        (SEAL.to_png(72)[:80], FormatError),
    ],
)
def test_what_cannot_be_drawn_is_refused(shown, data, error):
    with pytest.raises(error):
        shown(SealPicture("PNG", data, 42, 42))


@pytest.mark.parametrize("way", ["blocks", "blocks256"])
def test_a_high_picture_gets_narrower(way):
    lines = picture_lines(png((20, 60)), way, 44)
    assert (len(lines), read_blocks(lines).size) == (32, (21, 64))
    assert len(picture_lines(png((2, 150)), way, 44)) == 32


def test_a_high_picture_takes_few_rows_of_a_graphic_terminal():
    (line,) = picture_lines(png((2, 150)), "kitty", 44)
    assert "c=1,r=32," in line
