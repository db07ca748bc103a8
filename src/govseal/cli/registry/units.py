"""``govseal registry unit``, ``department``: units and their departments."""

from __future__ import annotations

import argparse
from pathlib import Path

from govseal.cli.arguments import moment
from govseal.cli.registry.desk import Desk
from govseal.cli.registry.files import read_file
from govseal.cli.registry.step import EFFECTIVE, UNIT, Run, Step, argument, word
from govseal.registry.vocabulary import Level, OrganizationKind

MAX_RULES = 1024 * 1024
_NAME = argument("name", zh="单位的法定名称", en="the unit's legal name")
LEVEL = argument(
    "--level",
    zh="层级：县、市、省、国家",
    en="county, city, province or nation",
    metavar="LEVEL",
    type=word(Level),
    required=True,
)
KINDS = argument(
    "--kind",
    zh="类别，可重复，如 使用单位、印章管理部门",
    en="what it is, repeatable: using …",
    metavar="KIND",
    dest="kinds",
    type=word(OrganizationKind),
    action="append",
    required=True,
)
USCC = argument("--uscc", zh="统一社会信用代码", en="unified social credit code", metavar="CODE")
REGION = argument(
    "--region",
    zh="行政区划代码（GB/T 2260）",
    en="division code, GB/T 2260",
    dest="region_code",
    metavar="CODE",
)
_BASIS = argument(
    "--basis", zh="依据的文件", en="the paper that says so", metavar="TEXT", required=True
)


def _add(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.organizations.create(
        options.name,
        level=options.level,
        kinds=options.kinds,
        parent=options.parent,
        uscc=options.uscc,
        region_code=options.region_code,
        active_from=options.active_from,
    )


def _change(what: str) -> Run:
    def run(desk: Desk, options: argparse.Namespace) -> object:
        rooms = desk.acting.organizations
        more = {"effective_at": options.effective_at, "basis": options.basis}
        if what == "rename":
            return rooms.rename(options.unit, options.name, **more)
        if what == "merge":
            return rooms.merge(options.unit, options.into, **more)
        return rooms.abolish(options.unit, **more)

    return run


def _show(desk: Desk, options: argparse.Namespace) -> object:
    rooms = desk.acting.organizations
    return {
        "organization": rooms.get(options.unit),
        "history": rooms.history(options.unit),
        "open_points": rooms.open_points(options.unit),
    }


def _rules(desk: Desk, options: argparse.Namespace) -> object:
    rooms = desk.acting.organizations
    if options.file is not None:
        return rooms.set_rules(options.unit, read_file(options.file, MAX_RULES))
    return rooms.set_profile(options.unit, options.follows)


_UNIT_STEPS = (
    Step(
        "add",
        "新增单位",
        "a new unit",
        _add,
        (
            _NAME,
            LEVEL,
            KINDS,
            argument("--parent", zh="上级单位", en="the unit above", kind="unit", metavar="UNIT"),
            USCC,
            REGION,
            argument(
                "--from",
                zh="设立时间（缺省为现在）",
                en="since when (now by default)",
                dest="active_from",
                metavar="TIME",
                type=moment,
            ),
        ),
    ),
    Step("rename", "单位更名", "another name", _change("rename"), (UNIT, _NAME, _BASIS, EFFECTIVE)),
    Step(
        "merge",
        "单位并入另一单位",
        "a unit goes into another",
        _change("merge"),
        (
            UNIT,
            argument(
                "--into", zh="并入的单位", en="which", kind="unit", metavar="UNIT", required=True
            ),
            _BASIS,
            EFFECTIVE,
        ),
    ),
    Step("abolish", "撤销单位", "a unit ends", _change("abolish"), (UNIT, _BASIS, EFFECTIVE)),
    Step(
        "show", "单位、历次名称和缺少的角色", "a unit, its names, its open points", _show, (UNIT,)
    ),
    Step(
        "list",
        "列出单位",
        "all units, or those below one, or of a name",
        lambda desk, options: desk.acting.organizations.find(
            parent=options.parent, name=options.name
        ),
        (
            argument(
                "--parent", zh="只列其下属单位", en="those below it", kind="unit", metavar="UNIT"
            ),
            argument(
                "--name",
                zh="只列现用或曾用该名称的",
                en="those called so, now or before",
                metavar="NAME",
            ),
        ),
    ),
    Step(
        "rules",
        "单位自己的规则，或所用的制度",
        "a unit's own rules, or the profile that it follows",
        _rules,
        (
            UNIT,
            argument(
                "--file",
                zh="自定规则（TOML），不得宽于上级",
                en="own rules (TOML)",
                metavar="F",
                type=Path,
            ),
            argument(
                "--follows", zh="内置制度的名称；都不给则同上级", en="a profile's name", metavar="P"
            ),
        ),
    ),
    Step(
        "settle",
        "把已生效的更名写入单位（定期运行）",
        "write names into units that have come into effect (to be run daily)",
        lambda desk, _: desk.acting.organizations.settle(),
    ),
)
_DEPARTMENT_STEPS = (
    Step(
        "add",
        "新增科室",
        "a new department",
        lambda desk, options: desk.acting.organizations.add_department(options.unit, options.name),
        (UNIT, argument("name", zh="科室名称", en="its name")),
    ),
    Step(
        "close",
        "撤销科室",
        "a department ends",
        lambda desk, options: desk.acting.organizations.close_department(options.department),
        (argument("department", zh="科室：编号或名称", en="its id, or name", kind="department"),),
    ),
    Step(
        "list",
        "列出单位的科室",
        "the departments of a unit",
        lambda desk, options: desk.acting.organizations.departments(options.unit),
        (UNIT,),
    ),
)
STEPS = {"unit": _UNIT_STEPS, "department": _DEPARTMENT_STEPS}
