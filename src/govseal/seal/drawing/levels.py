"""Whose seal has which size and centre: 国发〔1999〕25号, articles 2 to 14 and 17, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from govseal.errors import SealError

Centre = Literal["emblem", "star"]


@dataclass(frozen=True, slots=True)
class Level:
    """One kind of owner, and the seal that it has.

    ``least_mm`` and ``most_mm`` are equal where the regulation fixes the diameter; ``least_mm``
    is None where it only sets a maximum.
    """

    key: str
    zh: str
    en: str
    least_mm: int | None
    most_mm: int
    centre: Centre
    clause: str

    @property
    def is_fixed(self) -> bool:
        """Whether the regulation leaves no choice of the diameter."""
        return self.least_mm == self.most_mm


def _article(number: str) -> str:
    return f"国发〔1999〕25号 第{number}条"


_TABLE = (
    Level("state_council", "国务院", "State Council", 60, 60, "emblem", _article("二")),
    Level(
        "province",
        "省、自治区、直辖市人民政府",
        "government of a province, autonomous region or municipality",
        50,
        50,
        "emblem",
        _article("三"),
    ),
    Level(
        "ministry",
        "国务院办公厅、国务院各部委",
        "General Office, ministry or commission of the State Council",
        50,
        50,
        "emblem",
        _article("三"),
    ),
    Level(
        "direct_organ",
        "国务院直属机构、办事机构（正部级）",
        "organ or office directly under the State Council, of ministerial rank",
        50,
        50,
        "emblem",
        _article("四"),
    ),
    Level(
        "direct_organ_vice",
        "国务院直属机构、办事机构（副部级）",
        "organ or office directly under the State Council, of vice-ministerial rank",
        45,
        45,
        "emblem",
        _article("四"),
    ),
    Level(
        "institution_administrative",
        "国务院直属事业单位（正部级，具有行政职能）",
        "institution under the State Council with administrative functions, of ministerial rank",
        50,
        50,
        "emblem",
        _article("五"),
    ),
    Level(
        "institution_administrative_vice",
        "国务院直属事业单位（副部级，具有行政职能）",
        "institution under the State Council with administrative functions, "
        "of vice-ministerial rank",
        45,
        45,
        "emblem",
        _article("五"),
    ),
    Level(
        "institution",
        "国务院直属事业单位（正部级，没有行政职能）",
        "institution under the State Council without administrative functions, of ministerial rank",
        50,
        50,
        "star",
        _article("五"),
    ),
    Level(
        "institution_vice",
        "国务院直属事业单位（副部级，没有行政职能）",
        "institution under the State Council without administrative functions, "
        "of vice-ministerial rank",
        45,
        45,
        "star",
        _article("五"),
    ),
    Level(
        "coordinating_body",
        "国务院议事协调机构和临时机构",
        "coordinating or temporary body of the State Council",
        50,
        50,
        "star",
        _article("六"),
    ),
    Level(
        "national_bureau",
        "国务院部委管理的国家局",
        "national bureau under a ministry or commission",
        45,
        45,
        "emblem",
        _article("七"),
    ),
    Level(
        "foreign_affairs_department",
        "国务院部委的外事司（局）",
        "foreign affairs department of a ministry or commission",
        42,
        42,
        "emblem",
        _article("八"),
    ),
    Level(
        "national_unit",
        "国务院部门冠“中华人民共和国”或“国家”的内设机构和所属事业单位",
        "unit of a department of the State Council whose legal name begins with "
        "中华人民共和国 or 国家",
        42,
        42,
        "emblem",
        _article("八"),
    ),
    Level(
        "city",
        "自治州、市、县级和市辖区人民政府",
        "government of an autonomous prefecture, city, county or district",
        45,
        45,
        "emblem",
        _article("九"),
    ),
    Level(
        "prefecture",
        "地区（盟）行政公署",
        "administrative office of a prefecture or league",
        45,
        45,
        "star",
        _article("十"),
    ),
    Level(
        "township",
        "乡（镇）人民政府",
        "government of a township or town",
        42,
        42,
        "star",
        _article("十一"),
    ),
    Level(
        "embassy",
        "驻外国的大使馆、领事馆",
        "embassy or consulate",
        42,
        42,
        "emblem",
        _article("十二"),
    ),
    Level(
        "department",
        "国家行政机关内设机构或直属单位",
        "department inside or directly under an administrative organ",
        None,
        45,
        "star",
        _article("十三"),
    ),
    Level(
        "organisation",
        "企业事业单位、社会团体",
        "enterprise, institution or association",
        None,
        45,
        "star",
        _article("十四"),
    ),
    Level("steel", "钢印", "steel (embossing) seal", 35, 42, "star", _article("十七")),
)

#: By key, in the order of the regulation.
LEVELS: Mapping[str, Level] = MappingProxyType({level.key: level for level in _TABLE})


def find_level(key: str) -> Level:
    """The level of this key.

    Raises:
        ValueError: There is none.
    """
    found = LEVELS.get(key)
    if found is None:
        raise ValueError(f"no level {key!r}; there are {', '.join(LEVELS)}")
    return found


def level_diameter(level: Level, diameter_mm: int | None, usual_mm: int) -> int:
    """The diameter that a seal of this level has: the given one, else the level's or usual one.

    Raises:
        SealError: ``E_SEAL_SIZE``, the level does not allow the given diameter.
    """
    if diameter_mm is None:
        return level.most_mm if level.is_fixed else min(usual_mm, level.most_mm)
    if not (level.least_mm or 0) <= diameter_mm <= level.most_mm:
        if level.is_fixed:
            wanted = f"{level.most_mm} mm"
        elif level.least_mm:
            wanted = f"{level.least_mm} to {level.most_mm} mm"
        else:
            wanted = f"at most {level.most_mm} mm"
        message = f"a seal of level {level.key} is {wanted} across ({level.clause})"
        raise SealError(f"{message}, not {diameter_mm}", code="E_SEAL_SIZE")
    return diameter_mm


def check_centre(level: Level, *, has_emblem: bool) -> None:
    """Refuse an emblem where the regulation has a star, and a star where it has the emblem.

    Raises:
        SealError: ``E_EMBLEM_MISSING`` or ``E_EMBLEM_FORBIDDEN``.
    """
    if level.centre == "emblem" and not has_emblem:
        message = f"a seal of level {level.key} has the national emblem ({level.clause})"
        raise SealError(f"{message}; give its outlines", code="E_EMBLEM_MISSING")
    if level.centre == "star" and has_emblem:
        message = f"a seal of level {level.key} has a five-point star ({level.clause})"
        raise SealError(f"{message} and no emblem", code="E_EMBLEM_FORBIDDEN")
