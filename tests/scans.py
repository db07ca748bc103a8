"""Imprints on paper as a scanner sees them, made from our own drawings."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageDraw, ImageFilter

INK = (198, 32, 44)
WHITE = (252, 252, 250)
YELLOWISH = (246, 238, 214)
BLACK = (28, 28, 30)


def seal_pixels(picture, dpi, size_mm=None):
    """The ink of a PNG picture as a mask at a resolution, stretched to ``size_mm``."""
    found = Image.open(io.BytesIO(picture.data)).convert("RGBA").getchannel("A")
    across, down = size_mm or (picture.width_mm, picture.height_mm)
    size = (round(across / 25.4 * dpi), round(down / 25.4 * dpi))
    return found.resize(size, Image.Resampling.BOX)


def scan(  # every argument is a way in which paper and scanners differ
    picture,
    *,
    dpi=300,
    page_mm=(80, 90),
    at_mm=(18, 22),
    size_mm=None,
    angle=0.0,
    paper=YELLOWISH,
    ink=INK,
    density=0.92,
    blur=0.6,
    noise=6.0,
    text=False,
    more=(),
):
    """A page in RGB with the imprint on it; ``more`` are further (mask, ink, place in mm)."""
    mask = seal_pixels(picture, dpi, size_mm)
    if angle:
        mask = mask.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    page = Image.new("RGB", tuple(round(side / 25.4 * dpi) for side in page_mm), paper)
    for layer, colour, place in [(mask, ink, at_mm), *more]:
        corner = tuple(round(side / 25.4 * dpi) for side in place)
        page.paste(colour, corner, layer.point([round(value * density) for value in range(256)]))
    if text:
        pen = ImageDraw.Draw(page)
        line = max(1, round(0.4 / 25.4 * dpi))
        for row in range(6, round(page_mm[1]) - 4, 12):
            y = round(row / 25.4 * dpi)
            pen.line((y, y, page.width - line * 8, y), fill=BLACK, width=line)
    if blur:
        page = page.filter(ImageFilter.GaussianBlur(blur))
    if noise:
        grains = [Image.effect_noise(page.size, noise) for _ in range(3)]
        page = ImageChops.add(page, Image.merge("RGB", grains), offset=-128)
    return page


def saved(page, form="PNG", dpi=300, **options):
    """The page as a file that states its resolution (or, with None, does not)."""
    output = io.BytesIO()
    stated = {} if dpi is None else {"dpi": dpi if isinstance(dpi, tuple) else (dpi, dpi)}
    page.save(output, form, **stated, **options)
    return output.getvalue()


def jpeg(page, dpi=300, quality=75):
    """The page as scanners save it by default."""
    return saved(page, "JPEG", dpi, quality=quality)
