"""``govseal registry profile``, ``calendar``: the rules and the working days."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from govseal.asn1.times import in_beijing
from govseal.cli.clock import now
from govseal.cli.files import speaking_of
from govseal.cli.language import current, say
from govseal.cli.registry.desk import Desk
from govseal.cli.registry.files import read_file
from govseal.cli.registry.refused import DERIVED
from govseal.cli.registry.show import Answer, cell
from govseal.cli.registry.step import FILE, Step, argument
from govseal.cli.registry.words import chinese
from govseal.registry.vocabulary import Role

if TYPE_CHECKING:
    from govseal.registry.calendar import YearCalendar
    from govseal.registry.policy import PolicyProfile

_UNITS: dict[str, str] = {
    "working_days": "{} 个工作日",
    "days": "{} 日",
    "hours": "{} 小时",
    "months": "{} 个月",
    "months_of_next_year": "至次年 {} 月底",
    "years": "{} 年",
}
_PROFILE = argument(
    "profile",
    zh="内置制度的名称，或 TOML 文件",
    en="a profile's name, or a TOML file",
    metavar="P",
)


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """A profile in the list of those that come with the library."""

    profile: str
    title: str
    in_force_from: date
    in_force_to: date | None
    may_stamp: bool


def _list(_: Desk, __: argparse.Namespace) -> object:
    from govseal.registry.policy import load_policy, policy_names  # noqa: PLC0415 - start-up

    return tuple(_line(load_policy(name)) for name in policy_names())


def _line(profile: PolicyProfile) -> ProfileLine:
    title = profile.title_en if current() == "en" else profile.title_zh
    return ProfileLine(
        profile.name, title, profile.in_force_from, profile.in_force_to, profile.may_stamp
    )


def _show(_: Desk, options: argparse.Namespace) -> object:
    from govseal.registry.policy import load_policy  # noqa: PLC0415 - start-up

    profile = load_policy(options.profile)
    return Answer(profile, lines=tuple(_page(profile)))


def _check(_: Desk, options: argparse.Namespace) -> object:
    from govseal.registry.policy import read_policy  # noqa: PLC0415 - start-up

    profile = read_policy(read_file(options.file, 1024 * 1024), str(options.file))
    day = in_beijing(now()).date()
    standing = (
        say("现行有效", "in force")
        if profile.is_in_force(day)
        else say("未施行或已废止", "not in force")
    )
    text = say(
        f"{options.file}：有效的制度“{profile.title_zh}”（{standing}）",
        f"{options.file}: a valid profile, {profile.title_en} ({standing})",
    )
    return Answer(_line(profile), lines=(text,))


def _page(profile: PolicyProfile) -> Iterator[str]:
    """A profile for people: what it decides, who approves what, who keeps which seal."""
    from govseal.registry.ledger.entry import heading  # noqa: PLC0415 - start-up
    from govseal.registry.policy.words import DEADLINES, SWITCHES  # noqa: PLC0415 - start-up

    is_english, colon = current() == "en", say("：", ": ")
    yield profile.title_en if is_english else profile.title_zh
    yield f"{say('来源：', 'source: ')}{profile.source}"
    end = profile.in_force_to or ""
    yield f"{say('施行：', 'in force: ')}{profile.in_force_from} – {end}".rstrip(" –")
    yield say("审批权限", "approvals")
    for rule in profile.matrix:
        steps = " → ".join("/".join(map(_role, sorted(step.roles))) for step in rule.steps)
        yield f"  {rule.name}{colon}{steps}{_clause(rule.clause)}"
    yield say("台账字段", "fields of the ledger")
    for name, clause in profile.ledger.fields.items():
        yield f"  {heading(name, current())} ({name}){_clause(clause)}"
    yield say("期限", "limits of time")
    for name, limit in profile.deadlines.items():
        text = DEADLINES[name].en if is_english else DEADLINES[name].zh
        value = say(_UNITS[limit.unit], f"{{}} {limit.unit.replace('_', ' ')}").format(limit.value)
        yield f"  {text} ({name}){colon}{value}{_clause(limit.clause)}"
    yield say("开关", "switches")
    for name, switch in profile.switches.items():
        text = SWITCHES[name].en if is_english else SWITCHES[name].zh
        decided = cell(switch.value, {}) or say("无", "none")
        yield f"  {text} ({name}){colon}{decided}{_clause(switch.clause)}"


def _clause(clause: str) -> str:
    """The clause behind a rule; rules that no regulation words have none."""
    return f"  〔{clause}〕" if clause and not clause.startswith(DERIVED) else ""


def _role(role: Role) -> str:
    return say(chinese(Role).get(role, role), role.replace("_", " "))


def _calendars(desk: Desk, _: argparse.Namespace) -> object:
    return tuple(str(year) for year in sorted(_days(desk).years))


def _year(desk: Desk, options: argparse.Namespace) -> object:
    from govseal.errors import RegistryError  # noqa: PLC0415 - start-up

    known = _days(desk).years
    if options.year not in known:
        message = f"没有 {options.year} 年的节假日安排 / there is no calendar for {options.year}"
        raise RegistryError(message, code="calendar_missing")
    return _shown(known[options.year])


def _days(desk: Desk) -> Any:  # noqa: ANN401 - WorkingDays, of a module that is imported late
    from govseal.registry.calendar import WorkingDays  # noqa: PLC0415 - start-up

    with desk.bureau.database.begin() as connection:
        return WorkingDays.of(connection)


def _check_calendar(_: Desk, options: argparse.Namespace) -> object:
    from govseal.registry.calendar import read_calendar  # noqa: PLC0415 - start-up

    with speaking_of(options.file):
        return _shown(read_calendar(read_file(options.file, 1 << 17), str(options.file)))


def _load_calendar(desk: Desk, options: argparse.Namespace) -> object:
    return _shown(desk.acting.organizations.add_calendar(read_file(options.file, 1 << 17)))


def _shown(year: YearCalendar) -> object:
    holidays = [{"name": day.name, "first": day.first, "last": day.last} for day in year.holidays]
    return {
        "year": year.year,
        "title": year.title,
        "source": year.source,
        "holidays": holidays,
        "working": [day.isoformat() for day in sorted(year.working)],
    }


STEPS = {
    "profile": (
        Step("list", "列出内置的制度", "the profiles that come along", _list, needs="nothing"),
        Step(
            "show",
            "制度的内容：审批权限、台账字段、期限、开关",
            "what a profile says: approvals, fields of the ledger, limits, switches",
            _show,
            (_PROFILE,),
            needs="nothing",
        ),
        Step(
            "check",
            "检查自己写的制度文件",
            "check a profile of one's own",
            _check,
            (FILE,),
            needs="nothing",
        ),
    ),
    "calendar": (
        Step(
            "list", "有节假日安排的年份", "the years that are known", _calendars, needs="registry"
        ),
        Step(
            "show",
            "某年的节假日和调休",
            "the holidays and make-up days of a year",
            _year,
            (argument("year", zh="年", en="the year", type=int),),
            needs="registry",
        ),
        Step(
            "check",
            "检查节假日文件",
            "check a calendar's file",
            _check_calendar,
            (FILE,),
            needs="nothing",
        ),
        Step(
            "load",
            "载入某年的节假日安排",
            "load a year's holidays into the registry",
            _load_calendar,
            (FILE,),
        ),
    ),
}
