"""``govseal registry``: the bureau's registry from the command line, a module for each family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final, NoReturn

from govseal.cli.language import say
from govseal.cli.problems import UsageError

if TYPE_CHECKING:
    import argparse

    from govseal.cli.registry.desk import Desk
    from govseal.cli.registry.step import Step


@dataclass(frozen=True, slots=True)
class Family:
    """Steps that go together, and the modules that have them."""

    zh: str
    en: str
    modules: tuple[str, ...]


PREFIX: Final = "govseal registry"
ALONE: Final = Family("", "", ("setup",))
"""Steps of one word."""
FAMILIES: Final[Mapping[str, Family]] = {
    "profile": Family("制度", "policy profiles", ("rules",)),
    "calendar": Family("工作日历", "the calendar of working days", ("rules",)),
    "unit": Family("单位", "units", ("units",)),
    "department": Family("科室", "departments", ("units",)),
    "person": Family("人员", "people", ("people",)),
    "role": Family("角色", "roles", ("people",)),
    "certificate": Family("审批人的证书", "certificates of approvers", ("people",)),
    "substitute": Family("代理", "substitutions", ("people",)),
    "seal": Family(
        "印章：申请、保管、异常、续期、销毁",
        "seals: application, custody, incidents, renewal, destruction",
        ("seals", "custody", "incidents", "endings"),
    ),
    "use": Family("用印：申请、审批、盖章", "use: requests, approvals, stamping", ("use",)),
    "ledger": Family("台账", "the ledger", ("ledger",)),
    "document": Family("文书", "documents", ("documents",)),
    "deadline": Family("期限", "limits of time", ("deadlines",)),
    "log": Family("审计日志", "the audit log", ("logs",)),
    "outbox": Family("发件箱", "the outbox", ("logs",)),
}


def dispatch(arguments: list[str]) -> int:
    """Run one step; its exit status."""
    if arguments and arguments[0] in ("-h", "--help"):
        print(_overview())
        return 0
    if not arguments:
        raise UsageError(say("需要一个命令", "a command is needed"), _see_help(""))
    family, rest = arguments[0], arguments[1:]
    if family in FAMILIES and not rest:
        _no_step(family)
    if family in FAMILIES and rest[0] in ("-h", "--help"):
        print(_family(family))
        return 0
    name, step, rest = _find(arguments)
    return _run(name, step, rest)


def steps_of(name: str) -> dict[str, Step]:
    """The steps of a family by their words; of ``""`` those of one word."""
    family = FAMILIES[name] if name else ALONE
    found: dict[str, Step] = {}
    for module in family.modules:
        steps = import_module(f"govseal.cli.registry.{module}").STEPS.get(name, ())
        found.update({step.name: step for step in steps})
    return found


def _find(arguments: list[str]) -> tuple[str, Step, list[str]]:
    """The step by its words, its whole name, and what follows."""
    family = arguments[0] if arguments[0] in FAMILIES else ""
    words = arguments[1:] if family else arguments
    steps = steps_of(family)
    for count in (2, 1):
        name = " ".join(words[:count])
        if name in steps:
            return f"{family} {name}".strip(), steps[name], words[count:]
    if family:
        _no_step(family, words[0])
    unknown = arguments[0]
    raise UsageError(
        say(f"registry 没有命令 {unknown}", f"registry has no command {unknown}"), _see_help("")
    )


def _no_step(family: str, word: str = "") -> NoReturn:
    choices = ", ".join(dict.fromkeys(name.split()[0] for name in steps_of(family)))
    zh, en = f"{family} 之后应为：{choices}", f"{family} is followed by one of: {choices}"
    if word:
        zh, en = f"{family} 没有 {word}；{zh}", f"there is no {family} {word}; {en}"
    raise UsageError(say(zh, en), _see_help(f" {family}"))


def _run(name: str, step: Step, arguments: list[str]) -> int:
    from govseal.cli.registry import desk as desks  # noqa: PLC0415 - start-up
    from govseal.cli.registry.show import show  # noqa: PLC0415 - start-up

    options = _parse(name, step, arguments)
    desk = desks.Desk(options)
    try:
        if step.needs != "nothing":
            desks.imported()
        _look_up(step, options, desk)
        return show(name, step.run(desk, options), options, desk)
    except ModuleNotFoundError as error:
        raise desks.missing(error) from error
    except ValueError as error:  # what the library asks of its arguments
        raise UsageError(str(error)) from error
    finally:
        desk.close()


def _parse(name: str, step: Step, arguments: list[str]) -> argparse.Namespace:
    from govseal.cli.arguments import Parser  # noqa: PLC0415 - start-up
    from govseal.cli.registry.desk import add_person, add_registry  # noqa: PLC0415 - start-up
    from govseal.cli.registry.step import Argument  # noqa: PLC0415 - start-up

    parser = Parser(f"registry {name}", say(step.zh, step.en))
    for item in step.arguments:
        if isinstance(item, Argument):
            item.add_to(parser)
        else:
            item(parser)
    if step.needs != "nothing":
        add_registry(parser)
    if step.needs == "person":
        add_person(parser)
    parser.add_common()
    return parser.parse_args(arguments)


def _look_up(step: Step, options: argparse.Namespace, desk: Desk) -> None:
    """Put ids in the place of what things are called; departments last, within their unit."""
    from govseal.cli.registry.step import Argument  # noqa: PLC0415 - start-up

    named = [item for item in step.arguments if isinstance(item, Argument) and item.kind]
    for item in sorted(named, key=lambda item: item.kind == "department"):
        given = getattr(options, item.destination)
        if isinstance(given, str) and item.kind is not None:
            setattr(options, item.destination, desk.find(item.kind, given))


def _overview() -> str:
    alone = [(name, step.zh, step.en) for name, step in steps_of("").items()]
    families = [(name, family.zh, family.en) for name, family in FAMILIES.items()]
    rows = [f"  {name:<12} {say(zh, en)}" for name, zh, en in (*alone, *families)]
    head = say(f"用法：{PREFIX} 命令 …", f"usage: {PREFIX} COMMAND …")
    tail = say(f"各命令的用法：{PREFIX} 命令 --help", f"on each: {PREFIX} COMMAND --help")
    return "\n".join((head, "", *rows, "", tail))


def _family(name: str) -> str:
    steps = steps_of(name)
    wide = max(map(len, steps))
    rows = [f"  {step.name:<{wide}}  {say(step.zh, step.en)}" for step in steps.values()]
    head = say(f"用法：{PREFIX} {name} 命令 …", f"usage: {PREFIX} {name} COMMAND …")
    tail = say(
        f"各命令的用法：{PREFIX} {name} 命令 --help", f"on each: {PREFIX} {name} COMMAND --help"
    )
    return "\n".join((head, "", *rows, "", tail))


def _see_help(words: str) -> str:
    return say(f"参见 {PREFIX}{words} --help", f"see {PREFIX}{words} --help")
