"""``govseal registry init``, ``info``, ``todo``, ``upgrade``, ``backup``, ``restore`` …"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from govseal.cli.language import say
from govseal.cli.problems import UsageError
from govseal.cli.registry.desk import SECRETS, Desk, database_url, imported
from govseal.cli.registry.ledger import read_log_key
from govseal.cli.registry.show import Answer, text_of
from govseal.cli.registry.step import FILE, Step, argument
from govseal.cli.registry.units import KINDS, LEVEL, REGION, USCC

if TYPE_CHECKING:
    from govseal.registry.backup import BackupFile
    from govseal.registry.waiting import Waiting

_UNIT = argument(
    "--unit",
    zh="第一个单位的法定名称",
    en="the first unit's legal name",
    metavar="NAME",
    required=True,
)
_FOUNDING = (
    _UNIT,
    LEVEL,
    KINDS,
    USCC,
    REGION,
    argument(
        "--administrator",
        zh="管理员的姓名",
        en="the administrator's name",
        metavar="NAME",
        required=True,
    ),
    argument("--account", zh="管理员的登录账号", en="the administrator's account", metavar="NAME"),
    argument(
        "--department", zh="管理员的科室", en="the administrator's department", metavar="NAME"
    ),
    argument(
        "--new-secrets",
        zh="生成新的静态数据密钥，写入 --secrets 所指的文件",
        en="make a new key for secrets and write it into the file of --secrets",
        action="store_true",
    ),
)


def _init(desk: Desk, options: argparse.Namespace) -> object:
    url = database_url(options.db)
    if options.profile is None:
        raise UsageError(
            say("没有指明制度", "no policy profile is named"),
            say(
                "用 --profile 指明，内置的见 registry profile list",
                "name one with --profile; see registry profile list",
            ),
        )
    imported()
    _secrets_for(desk, options)
    bureau = desk.open(founds=True)
    founded = bureau.set_up(
        options.unit,
        administrator=options.administrator,
        level=options.level,
        kinds=options.kinds,
        department=options.department,
        account=options.account,
        uscc=options.uscc,
        region_code=options.region_code,
    )
    key = bureau.ledger.key
    return {
        "organization": founded.organization,
        "administrator": founded.administrator,
        "key": None if key is None else key.text,
        "database": url.rpartition("@")[2].partition("?")[0],
    }


def _secrets_for(desk: Desk, options: argparse.Namespace) -> None:
    """See that there is a key for secrets, and make one where that is asked for."""
    from govseal.registry.keysource import write_registry_key  # noqa: PLC0415 - start-up

    if options.new_secrets:
        if options.secrets is None or ":" in options.secrets:
            raise UsageError(
                say(
                    "--new-secrets 须与 --secrets 文件 同用",
                    "--new-secrets goes with --secrets FILE",
                )
            )
        # Before the database, which holds what this key alone opens.
        write_registry_key(Path(options.secrets))
    elif not desk.has_secrets:
        raise UsageError(
            say(
                "没有静态数据密钥：印章、密钥和文件都用它加密存放",
                "there is no key for secrets: seals, keys and documents are kept under it",
            ),
            say(
                f"用 --secrets 或环境变量 {SECRETS} 指明；加 --new-secrets 生成",
                f"name it with --secrets or the variable {SECRETS}; --new-secrets makes one",
            ),
        )


def _info(desk: Desk, _: argparse.Namespace) -> object:
    from govseal.registry.overview import overview  # noqa: PLC0415 - start-up

    return overview(desk.bureau)


def _todo(desk: Desk, _: argparse.Namespace) -> tuple[Waiting, ...]:
    found = (*desk.acting.use.waiting(), *desk.acting.seals.waiting())
    return tuple(sorted(found, key=lambda item: item.since))


def _daily(desk: Desk, _: argparse.Namespace) -> object:
    """What a timer does once a day, in one go."""
    acting = desk.acting
    return {
        "settled": acting.organizations.settle(),
        "swept": acting.seals.sweep(),
        "expired": acting.use.expire(),
        "reminded": acting.deadlines.remind().count,
        "checkpoint": desk.bureau.ledger.checkpoint().size,
    }


def _upgrade(_: Desk, options: argparse.Namespace) -> object:
    bureau = imported()
    return {"revision": bureau.upgrade(database_url(options.db))}


def _backup(desk: Desk, options: argparse.Namespace) -> object:
    made = desk.bureau.backup(options.file)
    return Answer(made, lines=tuple(text_of(_brief(made), desk)))


def _brief(made: BackupFile) -> dict[str, object]:
    """What people need to know of a backup: not the rows of each table."""
    return {
        "origin": made.origin,
        "revision": made.revision,
        "at": made.at,
        "rows": sum(made.rows.values()),
        "sm3": made.sm3,
        "key": made.key
        or say("没有签名，任何人都可以改写", "not signed: anybody could rewrite it"),
    }


def _restore(desk: Desk, options: argparse.Namespace) -> object:
    found = imported().restore(
        options.file,
        database_url(options.db),
        secrets=desk.secrets(),
        key=read_log_key(options.log_key),
    )
    facts = {
        "backup": _brief(found.backup),
        "ledger_entries": found.ledger_entries,
        "checkpoints": found.checkpoints,
        "audit_events": found.audit_events,
        "stamps": found.stamps,
    }
    return Answer(found, lines=tuple(text_of(facts, desk)))


def _rotate(desk: Desk, options: argparse.Namespace) -> object:
    from govseal.registry.keysource import (  # noqa: PLC0415 - start-up
        load_registry_key,
        write_registry_key,
    )
    from govseal.registry.rotation import rotate_key  # noqa: PLC0415 - start-up

    acting = desk.acting
    make = write_registry_key if options.make else load_registry_key
    return rotate_key(acting, make(Path(options.new) if options.make else options.new))


STEPS = {
    "": (
        Step(
            "init",
            "建立登记系统：第一个单位和管理员",
            "found a registry",
            _init,
            _FOUNDING,
            needs="registry",
        ),
        Step("info", "登记系统的概况", "how a registry stands", _info, needs="registry"),
        Step("todo", "待办：等办理人处理的事项", "what waits for whoever acts", _todo),
        Step(
            "daily",
            "每日运行：更名生效、印章到期、批准逾期、提醒、检查点",
            "to be run daily: names, expiries, reminders, a checkpoint",
            _daily,
        ),
        Step(
            "upgrade",
            "把旧版的表升级（先备份）",
            "bring older tables up to date",
            _upgrade,
            needs="registry",
        ),
        Step(
            "backup", "备份到新文件", "a backup into a new file", _backup, (FILE,), needs="registry"
        ),
        Step(
            "restore",
            "把备份恢复到空数据库，并全部重新验证",
            "restore a backup into an empty database, and prove it again",
            _restore,
            (
                FILE,
                argument(
                    "--key",
                    zh="台账的公钥，应在别处保存",
                    en="the ledger's key",
                    dest="log_key",
                    metavar="TEXT|F",
                ),
            ),
            needs="registry",
        ),
        Step(
            "rotate-secrets",
            "换用新的静态数据密钥，全部重新加密",
            "encrypt every secret under a new key",
            _rotate,
            (
                argument(
                    "new",
                    zh="新密钥：文件、env:变量名或 pkcs11:…",
                    en="the new key: a file, env:NAME or pkcs11:…",
                ),
                argument(
                    "--make",
                    zh="生成新密钥并写入该文件",
                    en="make it, in that file",
                    action="store_true",
                ),
            ),
        ),
    ),
}
