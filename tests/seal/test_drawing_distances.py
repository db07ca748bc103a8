"""Nothing in a seal touches anything else: least distances between the parts, on paper."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import toyfont
from govseal.errors import SealError
from govseal.seal.drawing import Drawing, draw_seal
from govseal.seal.drawing.fonts import ENVIRONMENT, Font, find_font
from govseal.seal.drawing.paths import Path, circle, polygon

#: Two characters side by side, and two parts of different kinds; in an oval the corners of broad
#: characters stand out towards the ends of the ring.
CHARACTERS_MM, PARTS_MM, OVAL_PARTS_MM = 0.11, 0.3, 0.2
STEP_MM = 0.04
#: Each example measures thousands of points.
FEW = settings(max_examples=30)

# Frames fill their cells: no real character comes nearer to its neighbours.
FRAMES = st.sampled_from("测试市国国局一（）1")
POOL = "一乙人口囊酿鼎矗齉爨乡川丨亅国圆回测试市县区省厅局委政府行审批管理服务专用章（）0189〇"


#: The line below and its number, either of which may be missing.
def lines_below(longest: int) -> st.SearchStrategy[tuple[str, str]]:
    text = st.text(st.sampled_from("测国一章"), min_size=1, max_size=longest)
    number = st.sampled_from(["", "（1）", "（88）", "(100)"])
    return st.just(("", "")) | st.tuples(text, number)


OVALS = st.integers(20, 50).flatmap(
    lambda height: st.tuples(
        st.integers(max(26, height), min(60, int(1.7 * height))), st.just(height)
    )
)


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Font:
    return find_font(toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf"))


@pytest.fixture(scope="module")
def song() -> Font:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(ENVIRONMENT, raising=False)
        try:
            return find_font(bold=True)
        except SealError:
            pytest.skip("no Chinese font on this system")


def points(path: Path) -> list[tuple[float, float]]:
    """Places along the outlines, nowhere farther apart than a step."""
    found = []
    for contour in path.contours:
        corners = contour.flatten(0.01)
        for (x0, y0), (x1, y1) in itertools.pairwise([*corners, corners[0]]):
            pieces = max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / STEP_MM))
            found += [
                (x0 + (x1 - x0) * n / pieces, y0 + (y1 - y0) * n / pieces) for n in range(pieces)
            ]
    return found


def touching(paths: list[Path], limit: float) -> set[tuple[int, int]]:
    """The pairs of paths whose outlines come nearer than ``limit`` to one another."""
    cells: dict[tuple[int, int], list[tuple[int, float, float]]] = {}
    pairs = set()
    for index, path in enumerate(paths):
        mine: dict[tuple[int, int], list[tuple[int, float, float]]] = {}
        for x, y in points(path):
            column, row = math.floor(x / limit), math.floor(y / limit)
            for beside in itertools.product(
                (column - 1, column, column + 1), (row - 1, row, row + 1)
            ):
                for other, a, b in cells.get(beside, ()):
                    if math.hypot(a - x, b - y) < limit:
                        pairs.add((other, index))
            mine.setdefault((column, row), []).append((index, x, y))
        for place, found in mine.items():
            cells.setdefault(place, []).extend(found)
    return pairs


def parts(drawing: Drawing, counts: list[int]) -> list[Path]:
    """The border, the heart, and one path for each line of text."""
    ends = list(itertools.accumulate(counts))
    begins = [0, *ends[:-1]]
    assert ends[-1] == len(drawing.paths)
    return [
        Path(tuple(c for path in drawing.paths[begin:end] for c in path.contours))
        for begin, end in zip(begins, ends, strict=True)
        if end > begin
    ]


def check(drawing: Drawing, counts: list[int], limit: float = PARTS_MM) -> None:
    assert not touching(list(drawing.paths), CHARACTERS_MM)
    assert not touching(parts(drawing, counts), limit)
    # And nothing of the text leaves the border.
    for path in drawing.paths:
        for x, y in points(path):
            assert -1e-3 < x < drawing.width_mm + 1e-3
            assert -1e-3 < y < drawing.height_mm + 1e-3


def draw(name, font, **options) -> Drawing | None:
    """The drawing, or None where the text is refused as too long."""
    try:
        return draw_seal(name, font=font, **options)
    except SealError as error:
        if error.code != "E_NAME_TOO_LONG":
            raise
        return None


def test_the_measure_finds_what_touches():
    one, other = polygon([(0, 0), (1, 0), (1, 1), (0, 1)]), circle((1.6, 0.5), 0.5)
    paths = [Path((one,)), Path((other,))]
    assert not touching(paths, 0.09)
    assert touching(paths, 0.11) == {(0, 1)}
    inside = Path((polygon([(0.2, 0.2), (1.05, 0.2), (0.2, 0.9)]),))
    assert touching([paths[0], inside], 0.05) == {(0, 1)}


@pytest.mark.slow
@FEW
@given(
    name=st.text(FRAMES, min_size=1, max_size=45),
    below=lines_below(10),
    code=st.none() | st.text(st.sampled_from("0123456789"), min_size=1, max_size=24),
    diameter=st.integers(30, 60),
)
def test_round_parts_keep_their_distance(toy, name, below, code, diameter):
    drawing = draw(name, toy, bottom="".join(below) or None, code=code, diameter_mm=diameter)
    if drawing:
        check(drawing, [1, 1, len(name), *map(len, below), len(code or "")])


@pytest.mark.slow
@FEW
@given(
    name=st.text(FRAMES, min_size=1, max_size=30),
    below=lines_below(8),
    middle=st.none()
    | st.text(st.sampled_from("0123456789"), min_size=1, max_size=20)
    | st.text(st.sampled_from("测国一章"), min_size=1, max_size=6),
    size=OVALS,
)
def test_oval_parts_keep_their_distance(toy, name, below, middle, size):
    bottom = "".join(below) or None
    drawing = draw(name, toy, shape="oval", bottom=bottom, middle=middle, size_mm=size)
    if drawing:
        check(drawing, [1, len(name), len(middle or ""), *map(len, below)], OVAL_PARTS_MM)


@pytest.mark.slow
@FEW
@given(
    name=st.text(st.sampled_from("测试国一永"), min_size=2, max_size=9),
    size=st.tuples(st.integers(12, 50), st.integers(12, 50)),
)
def test_square_parts_keep_their_distance(toy, name, size):
    size = (min(size[0], 4 * size[1]), min(size[1], 4 * size[0]))
    drawing = draw(name, toy, shape="square", size_mm=size)
    if drawing:
        check(drawing, [1, len(name)])


@pytest.mark.slow
@FEW
@given(
    name=st.text(st.sampled_from(POOL), min_size=1, max_size=45),
    bottom=st.none() | st.text(st.sampled_from(POOL), min_size=1, max_size=10),
    diameter=st.integers(30, 60),
)
def test_real_characters_keep_their_distance_in_a_ring(song, name, bottom, diameter):
    if drawing := draw(name, song, bottom=bottom, diameter_mm=diameter, code="9900000000001"):
        assert not touching(list(drawing.paths), CHARACTERS_MM)


@pytest.mark.slow
@FEW
@given(
    name=st.text(st.sampled_from(POOL), min_size=1, max_size=24),
    size=st.sampled_from([(40, 30), (30, 20), (45, 30), (40, 28)]),
)
def test_real_characters_keep_their_distance_in_an_oval(song, name, size):
    options = {"middle": "91999999MA00WW0001", "bottom": "发票专用章（1）", "size_mm": size}
    if drawing := draw(name, song, shape="oval", **options):
        assert not touching(list(drawing.paths), CHARACTERS_MM)


@pytest.mark.parametrize(
    ("count", "diameter"), [(4, 42), (12, 30), (30, 42), (36, 42), (36, 45), (45, 42), (45, 45)]
)
def test_long_names_are_drawn(song, count, diameter):
    name = ("测试省测试市一囊自治县行政审批（服务）管理局" * 3)[:count]
    drawing = draw_seal(name, diameter_mm=diameter, font=song)
    assert not touching(list(drawing.paths), CHARACTERS_MM)
    assert drawing.measures.name_height_mm > 2.6
