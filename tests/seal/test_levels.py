"""Whose seal is how large and has which centre (国发〔1999〕25号)."""

from __future__ import annotations

import pytest

import toyfont
from govseal.errors import SealError
from govseal.seal.drawing import draw_seal
from govseal.seal.drawing.fonts import Font, find_font
from govseal.seal.drawing.levels import LEVELS, find_level

NAME = "测试市行政审批服务管理局"
FIGURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M2 0L4 4L0 4Z"/></svg>'
)

FIXED = {
    "state_council": (60, "emblem", "二"),
    "province": (50, "emblem", "三"),
    "ministry": (50, "emblem", "三"),
    "direct_organ": (50, "emblem", "四"),
    "direct_organ_vice": (45, "emblem", "四"),
    "institution_administrative": (50, "emblem", "五"),
    "institution_administrative_vice": (45, "emblem", "五"),
    "institution": (50, "star", "五"),
    "institution_vice": (45, "star", "五"),
    "coordinating_body": (50, "star", "六"),
    "national_bureau": (45, "emblem", "七"),
    "foreign_affairs_department": (42, "emblem", "八"),
    "national_unit": (42, "emblem", "八"),
    "city": (45, "emblem", "九"),
    "prefecture": (45, "star", "十"),
    "township": (42, "star", "十一"),
    "embassy": (42, "emblem", "十二"),
}
BOUNDED = {"department": (30, 45), "organisation": (30, 45), "steel": (35, 42)}


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Font:
    return find_font(toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf"))


def emblem_for(key: str) -> bytes | None:
    return FIGURE if LEVELS[key].centre == "emblem" else None


def test_the_table_is_that_of_the_regulation():
    assert set(LEVELS) == set(FIXED) | set(BOUNDED)
    for key, (diameter, centre, article) in FIXED.items():
        level = LEVELS[key]
        assert level.is_fixed
        assert (level.most_mm, level.centre) == (diameter, centre)
        assert level.clause == f"国发〔1999〕25号 第{article}条"
    for key, level in LEVELS.items():
        assert level.key == key
        assert level.zh
        assert level.en
        assert level.is_fixed == (key in FIXED)


@pytest.mark.parametrize("key", FIXED)
def test_a_level_gives_the_diameter(toy, key):
    drawing = draw_seal(NAME, level=key, emblem=emblem_for(key), font=toy)
    assert drawing.width_mm == drawing.height_mm == FIXED[key][0]
    has_emblem = FIXED[key][1] == "emblem"
    assert (drawing.measures.emblem_mm is not None) == has_emblem
    assert (drawing.measures.star_mm is None) == has_emblem


@pytest.mark.parametrize("key", BOUNDED)
def test_a_level_bounds_the_diameter(toy, key):
    least, most = BOUNDED[key]
    assert draw_seal(NAME, level=key, font=toy).width_mm == 42
    for diameter in (least, most):
        assert draw_seal(NAME, level=key, diameter_mm=diameter, font=toy).width_mm == diameter


def test_the_diameter_of_the_level_may_be_given(toy):
    assert draw_seal(NAME, level="township", diameter_mm=42, font=toy).width_mm == 42


@pytest.mark.parametrize(
    ("key", "diameter", "says"),
    [
        ("township", 45, "42 mm across .*第十一条"),
        ("city", 42, "45 mm across"),
        ("department", 46, "at most 45 mm"),
        ("organisation", 60, "at most 45 mm"),
        ("steel", 34, "35 to 42 mm"),
        ("steel", 43, "35 to 42 mm"),
    ],
)
def test_refuses_another_diameter(toy, key, diameter, says):
    with pytest.raises(SealError, match=says) as caught:
        draw_seal(NAME, level=key, diameter_mm=diameter, emblem=emblem_for(key), font=toy)
    assert caught.value.code == "E_SEAL_SIZE"


@pytest.mark.parametrize("key", [key for key in LEVELS if emblem_for(key)])
def test_refuses_a_star_in_the_place_of_the_emblem(toy, key):
    with pytest.raises(SealError, match="national emblem") as caught:
        draw_seal(NAME, level=key, font=toy)
    assert caught.value.code == "E_EMBLEM_MISSING"


@pytest.mark.parametrize("key", [key for key in LEVELS if not emblem_for(key)])
def test_refuses_an_emblem_in_the_place_of_the_star(toy, key):
    with pytest.raises(SealError, match="five-point star") as caught:
        draw_seal(NAME, level=key, emblem=FIGURE, font=toy)
    assert caught.value.code == "E_EMBLEM_FORBIDDEN"


@pytest.mark.parametrize("key", ["", "City", "village", "市"])
def test_refuses_levels_that_are_not_there(toy, key):
    with pytest.raises(ValueError, match=r"no level .*township"):
        draw_seal(NAME, level=key, font=toy)
    with pytest.raises(ValueError, match="no level"):
        find_level(key)
