"""One seal on every surface: our PNG, PDFium, poppler and Chromium show the same picture.

All at one resolution on white ground. Edges are smoothed differently everywhere, so what is
compared is the mean difference of a pixel and the box of the ink.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess

import pytest
from PIL import Image, ImageChops, ImageStat

from govseal.errors import SealError
from govseal.seal.drawing import Drawing, draw_seal
from govseal.seal.drawing.fonts import find_font

DPI = 254  # ten pixels to the millimetre
#: Of 255, over all pixels of all channels; a seal turned by one degree differs by more.
MEAN = 1.5
EDGE_PX = 1

UNIT = "测试市行政审批服务管理局"
FIGURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
    b'<path fill-rule="evenodd" d="M50 2L98 50L50 98L2 50ZM50 14L86 50L50 86L14 50Z"/>'
    b'<path d="M50 24C60 40 60 40 76 50Q58 58 50 76L24 50Z"/>'
    b'<path d="M50 24L76 50L50 60Z"/></svg>'
)
KINDS = {
    "round with a star": (UNIT, {}),
    "round with an emblem": ("测试市人民政府", {"level": "city", "emblem": FIGURE}),
    "special": (UNIT, {"bottom": "行政审批专用章（1）", "code": "9900000000001"}),
    "oval": (
        "测试市某某信息技术有限公司",
        {"shape": "oval", "middle": "91999999MA00000001", "bottom": "发票专用章"},
    ),
    "small oval": (
        "全国统一测试票据监制章",
        {"shape": "oval", "size_mm": (30, 20), "middle": "测试省", "bottom": "监制"},
    ),
    "square": ("测试之印", {"shape": "square"}),
    "rectangle": ("测试印", {"shape": "square", "size_mm": (12, 30)}),
}


def draw(kind: str, **changes) -> Drawing:
    """The seal of this kind in the font of the system."""
    try:
        font = find_font(bold=True)
    except SealError:
        pytest.skip("no Chinese font on this system")
    name, options = KINDS[kind]
    return draw_seal(name, font=font, **(options | changes))


def shown(drawing: Drawing) -> Image.Image:
    """Our own PNG, on white ground."""
    seal = Image.open(io.BytesIO(drawing.to_png(DPI))).convert("RGBA")
    ground = Image.new("RGBA", seal.size, "white")
    return Image.alpha_composite(ground, seal).convert("RGB")


def sides(drawing: Drawing) -> tuple[int, int]:
    return drawing.width_mm * 10, drawing.height_mm * 10


def program(*names: str) -> str:
    """The first of these programs that is there; without any the test is skipped by name."""
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        pytest.skip(f"{names[0]} not installed")
    return found


def run(*command: object, **more) -> None:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, timeout=120, check=False, **more
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")


def poppler(drawing: Drawing, folder) -> Image.Image:
    (folder / "seal.pdf").write_bytes(drawing.to_pdf())
    width, height = sides(drawing)
    run(
        *(program("pdftoppm"), "-scale-to-x", width, "-scale-to-y", height),
        *("-png", "-singlefile"),
        *(folder / "seal.pdf", folder / "poppler"),
    )
    return Image.open(folder / "poppler.png").convert("RGB")


def pdfium(drawing: Drawing, folder) -> Image.Image:
    module = pytest.importorskip("pypdfium2", reason="pypdfium2 not installed")
    document = module.PdfDocument(drawing.to_pdf())
    try:
        page = document[0]
        # Sides are rounded up and the page is stretched over them: 120.001 must not become 121.
        scale = DPI / 72 * 0.9999
        found = page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
        page.close()
    finally:
        document.close()
    return found


def chromium(drawing: Drawing, folder) -> Image.Image:
    found = program("chromium", "chromium-browser", "google-chrome")
    svg = drawing.to_svg().decode().split("?>", 1)[1]
    width, height = sides(drawing)
    declared = f'width="{drawing.width_mm}mm" height="{drawing.height_mm}mm"'
    assert declared in svg
    svg = svg.replace(declared, f'width="{width}" height="{height}"')
    page = f'<!DOCTYPE html><body style="margin:0;background:#fff">{svg}</body>'
    (folder / "seal.html").write_text(page, encoding="utf-8")
    run(
        *(found, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
        *(f"--user-data-dir={folder / 'profile'}", "--force-color-profile=srgb"),
        *("--force-device-scale-factor=1", f"--window-size={max(width, 500)},{height + 120}"),
        *(f"--screenshot={folder / 'chromium.png'}", (folder / "seal.html").as_uri()),
        env=os.environ | {"HOME": str(folder)},
    )
    return Image.open(folder / "chromium.png").convert("RGB").crop((0, 0, width, height))


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    """The box of what is clearly coloured."""
    shown = ImageChops.invert(picture).convert("L").point(lambda value: 255 * (value > 40))
    box = shown.getbbox()
    assert box is not None
    return box


def difference(one: Image.Image, other: Image.Image) -> float:
    means = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return sum(means) / len(means)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "surface", [pdfium, poppler, pytest.param(chromium, marks=pytest.mark.slow)]
)
def test_the_seal_looks_the_same(surface, kind, tmp_path):
    drawing = draw(kind)
    ours = shown(drawing)
    found = surface(drawing, tmp_path)
    assert found.size == ours.size == sides(drawing)
    assert difference(found, ours) < MEAN
    assert all(abs(a - b) <= EDGE_PX for a, b in zip(ink(found), ink(ours), strict=True))
    # Pure red: the middle of the border, and no colour but shades of it on white.
    assert found.getpixel((4, drawing.height_mm * 5)) == (255, 0, 0)
    red, green, blue = found.split()
    assert red.getextrema()[0] >= 250
    assert ImageChops.difference(green, blue).getextrema()[1] <= 8


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_measure_tells_seals_apart(kind):
    """What a seal turned by one degree, or moved by three pixels, gives is no equality."""
    ours = shown(draw(kind))
    turned = ours.rotate(1, Image.Resampling.BICUBIC, fillcolor="white")
    assert difference(turned, ours) > MEAN
    moved = Image.new("RGB", ours.size, "white")
    moved.paste(ours, (3, 0))
    assert difference(moved, ours) > MEAN
    assert ink(moved)[0] - ink(ours)[0] > EDGE_PX


@pytest.mark.slow
def test_another_seal_is_not_the_same():
    ours = shown(draw("special"))
    found = shown(draw("special", bottom="行政审批专用章（2）"))
    box = (180, 340, 240, 380)  # where the number stands
    assert difference(found.crop(box), ours.crop(box)) > MEAN
    found = shown(draw("special", code="9900000000007"))
    box = (240, 360, 300, 400)  # where the code ends
    assert difference(found.crop(box), ours.crop(box)) > MEAN
