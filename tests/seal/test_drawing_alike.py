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
SIDE = 420
#: Of 255, over all pixels of all channels; a seal turned by one degree differs by more than 6.
MEAN = 1.5
EDGE_PX = 1


@pytest.fixture(scope="module")
def drawing() -> Drawing:
    try:
        font = find_font(bold=True)
    except SealError:
        pytest.skip("no Chinese font on this system")
    return draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章（1）", font=font)


@pytest.fixture(scope="module")
def ours(drawing) -> Image.Image:
    seal = Image.open(io.BytesIO(drawing.to_png(DPI))).convert("RGBA")
    ground = Image.new("RGBA", seal.size, "white")
    return Image.alpha_composite(ground, seal).convert("RGB")


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
    run(
        *(program("pdftoppm"), "-scale-to-x", SIDE, "-scale-to-y", SIDE, "-png", "-singlefile"),
        *(folder / "seal.pdf", folder / "poppler"),
    )
    return Image.open(folder / "poppler.png").convert("RGB")


def pdfium(drawing: Drawing, folder) -> Image.Image:
    module = pytest.importorskip("pypdfium2", reason="pypdfium2 not installed")
    document = module.PdfDocument(drawing.to_pdf())
    try:
        page = document[0]
        found = page.render(scale=DPI / 72, rev_byteorder=True).to_pil().convert("RGB")
        page.close()
    finally:
        document.close()
    # 419.99… pixels are rounded up.
    return found.crop((0, 0, SIDE, SIDE))


def chromium(drawing: Drawing, folder) -> Image.Image:
    found = program("chromium", "chromium-browser", "google-chrome")
    svg = drawing.to_svg().decode().split("?>", 1)[1]
    svg = svg.replace('width="42mm" height="42mm"', f'width="{SIDE}" height="{SIDE}"')
    page = f'<!DOCTYPE html><body style="margin:0;background:#fff">{svg}</body>'
    (folder / "seal.html").write_text(page, encoding="utf-8")
    run(
        *(found, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
        *(f"--user-data-dir={folder / 'profile'}", "--force-color-profile=srgb"),
        *("--force-device-scale-factor=1", f"--window-size={SIDE},{SIDE + 80}"),
        *(f"--screenshot={folder / 'chromium.png'}", (folder / "seal.html").as_uri()),
        env=os.environ | {"HOME": str(folder)},
    )
    return Image.open(folder / "chromium.png").convert("RGB").crop((0, 0, SIDE, SIDE))


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    """The box of what is clearly coloured."""
    shown = ImageChops.invert(picture).convert("L").point(lambda value: 255 * (value > 40))
    box = shown.getbbox()
    assert box is not None
    return box


def difference(one: Image.Image, other: Image.Image) -> float:
    means = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return sum(means) / len(means)


@pytest.mark.parametrize(
    "surface", [pdfium, poppler, pytest.param(chromium, marks=pytest.mark.slow)]
)
def test_the_seal_looks_the_same(surface, drawing, ours, tmp_path):
    found = surface(drawing, tmp_path)
    assert found.size == ours.size == (SIDE, SIDE)
    assert difference(found, ours) < MEAN
    assert all(abs(a - b) <= EDGE_PX for a, b in zip(ink(found), ink(ours), strict=True))
    # Pure red: the middle of the star, and no colour but shades of it on white.
    assert found.getpixel((SIDE // 2, SIDE // 2)) == (255, 0, 0)
    red, green, blue = found.split()
    assert red.getextrema()[0] >= 250
    assert ImageChops.difference(green, blue).getextrema()[1] <= 8


def test_the_measure_tells_seals_apart(ours):
    """What a seal turned by one degree, or moved by three pixels, gives is no equality."""
    turned = ours.rotate(1, Image.Resampling.BICUBIC, fillcolor="white")
    assert difference(turned, ours) > MEAN
    moved = Image.new("RGB", ours.size, "white")
    moved.paste(ours, (3, 0))
    assert difference(moved, ours) > MEAN
    assert ink(moved)[0] - ink(ours)[0] > EDGE_PX


def test_another_seal_is_not_the_same(ours):
    other = draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章（2）")
    seal = Image.open(io.BytesIO(other.to_png(DPI))).convert("RGBA")
    ground = Image.new("RGBA", seal.size, "white")
    found = Image.alpha_composite(ground, seal).convert("RGB")
    box = (160, 340, 260, 380)  # where the number stands
    assert difference(found.crop(box), ours.crop(box)) > MEAN
