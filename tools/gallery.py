"""Draws every kind of seal into docs/seals/ and writes docs/seals.md: claimed and measured.

What is measured is the PNG of the drawing, pixel by pixel; nothing is taken from its outlines.
"""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageFilter

from govseal.seal.drawing import Drawing, draw_seal
from govseal.seal.drawing.measures import Measures

DOCS = Path(__file__).resolve().parents[1] / "docs"
DPI = 600

UNIT = "测试市行政审批服务管理局"
LONG = "测试省测试市测试自治县行政审批服务管理局政务服务公共资源交易数据管理中心"
COMPANY = "测试市某某信息技术有限公司"
TAX_NUMBER = "91999999MA00000001"
#: A made-up figure: no emblem of anybody's.
EMBLEM = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
    b'<path fill-rule="evenodd" d="M50 2L98 50L50 98L2 50ZM50 14L86 50L50 86L14 50Z"/>'
    b'<path d="M50 24L58 42L76 50L58 58L50 76L42 58L24 50L42 42Z"/></svg>'
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One seal of the gallery: what it is called, and how it is drawn."""

    key: str
    zh: str
    en: str
    name: str
    options: dict[str, Any] = field(default_factory=dict)

    def draw(self) -> Drawing:
        """The seal, in the best 宋体 of the system."""
        return draw_seal(self.name, **self.options)


KINDS = (
    Kind("round-star", "圆形，五角星", "round, with a star", UNIT, {"diameter_mm": 42}),
    Kind(
        "round-emblem",
        "圆形，徽记（示例图形）",
        "round, with an emblem (a made-up figure)",
        "测试市人民政府",
        {"level": "city", "emblem": EMBLEM},
    ),
    Kind(
        "special",
        "专用章",
        "for a special purpose",
        UNIT,
        {"bottom": "行政审批专用章", "diameter_mm": 42},
    ),
    Kind(
        "special-numbered",
        "专用章，带序号和防伪编码",
        "for a special purpose, numbered, with a code",
        UNIT,
        {"bottom": "行政审批专用章（1）", "code": "9900000000001", "diameter_mm": 42},
    ),
    Kind("round-short", "名称四个字", "a name of four characters", "测试市局", {"diameter_mm": 42}),
    Kind("round-long", "名称三十六个字", "a name of 36 characters", LONG, {"diameter_mm": 45}),
    Kind(
        "oval",
        "椭圆形发票专用章",
        "oval invoice seal",
        COMPANY,
        {"shape": "oval", "middle": TAX_NUMBER, "bottom": "发票专用章"},
    ),
    Kind(
        "oval-small",
        "椭圆形监制章",
        "oval supervision seal",
        "全国统一测试票据监制章",
        {"shape": "oval", "size_mm": (30, 20), "middle": "测试省", "bottom": "监制"},
    ),
    Kind("square", "方形名章", "square name seal", "测试之印", {"shape": "square"}),
    Kind(
        "square-three",
        "方形名章，三个字",
        "square name seal of three characters",
        "测试印",
        {"shape": "square"},
    ),
    Kind(
        "rectangle",
        "长方形名章",
        "rectangular name seal",
        "测试印",
        {"shape": "square", "size_mm": (12, 30)},
    ),
)

LABELS = {
    "outer_width_mm": ("宽", "width"),
    "outer_height_mm": ("高", "height"),
    "border_mm": ("边宽", "border"),
    "star_mm": ("五角星直径", "diameter of the star"),
    "emblem_mm": ("徽记长边", "longer side of the emblem"),
    "name_gap_mm": ("名称距边", "from border to name"),
    "name_height_mm": ("名称字高", "height of the name"),
    "name_width_mm": ("名称字宽", "width of a character"),
    "name_span_deg": ("名称环排角度", "span of the name"),
    "middle_height_mm": ("中行字高", "height of the middle line"),
    "middle_width_mm": ("中行总宽", "width of the middle line"),
    "bottom_height_mm": ("横行字高", "height of the line below"),
    "bottom_width_mm": ("横行总宽", "width of the line below"),
    "number_height_mm": ("序号字高", "height of the number"),
    "number_width_mm": ("序号总宽", "width of the number"),
    "code_height_mm": ("编码字高", "height of the code"),
    "code_span_deg": ("编码环排角度", "span of the code"),
}


class Ink:
    """The ink of some of a drawing's paths, in its PNG; places are in mm from its middle."""

    def __init__(self, drawing: Drawing, part: slice, dpi: int) -> None:
        self.px_mm = 25.4 / dpi
        self.width_mm, self.height_mm = drawing.width_mm, drawing.height_mm
        data = replace(drawing, paths=drawing.paths[part]).to_png(dpi)
        with Image.open(io.BytesIO(data)) as image:
            alpha = image.convert("RGBA").getchannel("A")
        self.image = alpha.point(lambda value: 255 if value >= 128 else 0)

    def box(self) -> tuple[float, float]:
        """Width and height of the ink."""
        left, top, right, bottom = self.image.getbbox() or (0, 0, 0, 0)
        return (right - left) * self.px_mm, (bottom - top) * self.px_mm

    def edges(self) -> list[tuple[float, float]]:
        """The places of inked pixels that have a bare one beside them."""
        width, height = self.image.size
        eroded = self.image.filter(ImageFilter.MinFilter(3))
        shown = ImageChops.subtract(self.image, eroded).tobytes()
        places = []
        index = shown.find(255)
        while index >= 0:
            row, column = divmod(index, width)
            x, y = (column + 0.5) / width - 0.5, (row + 0.5) / height - 0.5
            places.append((x * self.width_mm, y * self.height_mm))
            index = shown.find(255, index + 1)
        return places

    def border(self) -> float:
        """The width of the ink from the left edge inward, half way down."""
        width, height = self.image.size
        row = self.image.crop((0, height // 2, width, height // 2 + 1)).tobytes()
        return row.index(0) * self.px_mm


def distance_inside(half_width: float, half_height: float) -> Callable[[float, float], float]:
    """How far inside an ellipse a place lies: by trying the places of its edge."""

    def away(t: float, x: float, y: float) -> float:
        return math.hypot(half_width * math.cos(t) - abs(x), half_height * math.sin(t) - abs(y))

    def found(x: float, y: float) -> float:
        low, high = 0.0, math.pi / 2
        while high - low > 1e-4:
            third = (high - low) / 3
            if away(low + third, x, y) < away(high - third, x, y):
                high -= third
            else:
                low += third
        return away(low, x, y)

    return found


def span(places: Iterable[tuple[float, float]], side: int) -> float:
    """The angle that ink takes, counted from the top (side 1) or the bottom (-1)."""
    angles = [math.degrees(math.atan2(x, -side * y)) for x, y in places]
    return max(angles) - min(angles)


def text_parts(kind: Kind, drawing: Drawing, dpi: int) -> tuple[dict[str, Ink], int]:
    """The ink of each text of a drawing, and where among its paths the first one begins."""
    words, bracket, number = kind.options.get("bottom", "").partition("（")
    middle, code = kind.options.get("middle", ""), kind.options.get("code", "")
    # Read from the end: before the name there may be several paths of an emblem.
    end = len(drawing.paths)
    parts = {}
    for part, text in (
        ("code", code),
        ("number", bracket + number),
        ("bottom", words),
        ("middle", middle),
        ("name", kind.name),
    ):
        if text:
            parts[part] = Ink(drawing, slice(end - len(text), end), dpi)
            end -= len(text)
    return parts, end


def measured(kind: Kind, drawing: Drawing, dpi: int = DPI) -> Measures:
    """The measures of a drawing's PNG, of which the claims are only told what to look for."""
    claims, options = drawing.measures, kind.options
    outer = Ink(drawing, slice(None), dpi).box()
    border = Ink(drawing, slice(1), dpi).border()
    found = {
        "outer_width_mm": outer[0],
        "outer_height_mm": outer[1],
        "border_mm": border,
    }
    parts, end = text_parts(kind, drawing, dpi)
    if claims.star_mm is not None:
        places = Ink(drawing, slice(1, end), dpi).edges()
        found["star_mm"] = 2 * max(math.hypot(x, y) for x, y in places) + 25.4 / dpi
    if claims.emblem_mm is not None:
        found["emblem_mm"] = max(Ink(drawing, slice(1, end), dpi).box())
    for part in ("middle", "bottom", "number"):
        if line := parts.get(part):
            found[f"{part}_width_mm"], found[f"{part}_height_mm"] = line.box()
    if options.get("shape") == "square":
        singles = [Ink(drawing, slice(n, n + 1), dpi).box() for n in range(1, len(drawing.paths))]
        found["name_width_mm"] = max(width for width, _ in singles)
        found["name_height_mm"] = max(height for _, height in singles)
    else:
        inside = distance_inside(outer[0] / 2 - border, outer[1] / 2 - border)
        for part, side in (("name", 1), ("code", -1)):
            if arc := parts.get(part):
                places = arc.edges()
                away = [inside(x, y) for x, y in places]
                found[f"{part}_gap_mm"] = min(away) - arc.px_mm / 2
                found[f"{part}_height_mm"] = max(away) - min(away) + arc.px_mm
                found[f"{part}_span_deg"] = span(places, side)
    known = {item.name for item in fields(Measures)}
    return Measures(**{name: value for name, value in found.items() if name in known})


def section(kind: Kind, drawing: Drawing) -> list[str]:
    """The part of the page about one kind."""
    found = measured(kind, drawing)
    lines = [
        f"## {kind.zh} · {kind.en}",
        "",
        f"![{kind.zh}](seals/{kind.key}.svg)",
        "",
        "| 量 · Measure | 声明 · Claimed | 实测 · Measured |",
        "|---|---:|---:|",
    ]
    for name, (zh, en) in LABELS.items():
        claim = getattr(drawing.measures, name)
        if claim is not None:
            unit = "°" if name.endswith("_deg") else " mm"
            lines.append(f"| {zh} · {en} | {claim:.2f}{unit} | {getattr(found, name):.2f}{unit} |")
    return [*lines, ""]


def page(drawings: dict[str, Drawing]) -> str:
    """The text of docs/seals.md."""
    lines = [
        "# 印模图例 · Seals",
        "",
        "由 `make gallery` 绘制：每种印章一幅，名称均为虚构。“声明”是绘图程序声称的尺寸，",
        f"“实测”是从它自己的 {DPI} dpi 位图上逐像素量得的尺寸；",
        "环排文字的字高从离边最近的墨迹量到最远的墨迹。",
        "",
        "Drawn by `make gallery`: one of each kind, all names invented. “Claimed” is what the",
        "drawing says of itself, “measured” is taken pixel by pixel from its own picture of",
        f"{DPI} dpi. The height of text on an arc goes from the ink nearest to the border to the",
        "ink farthest from it. Angles are seen from the middle.",
        "",
    ]
    for kind in KINDS:
        lines += section(kind, drawings[kind.key])
    return "\n".join(lines).rstrip("\n") + "\n"


def main() -> int:
    """Draw all kinds and write the page."""
    folder = DOCS / "seals"
    folder.mkdir(exist_ok=True)
    drawings = {kind.key: kind.draw() for kind in KINDS}
    for key, drawing in drawings.items():
        (folder / f"{key}.svg").write_bytes(drawing.to_svg())
    (DOCS / "seals.md").write_text(page(drawings), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
