"""The registry as a command has it open: which one, with which keys, for whom."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from govseal.cli.arguments import Parser
from govseal.cli.keys import load_key
from govseal.cli.language import say
from govseal.cli.problems import UsageError

if TYPE_CHECKING:
    from govseal.pki.atrest import AtRestKey
    from govseal.pki.signer import Signer
    from govseal.registry.acting import Acting
    from govseal.registry.bureau import Bureau
    from govseal.registry.lookup import Kind

DATABASE = "GOVSEAL_REGISTRY"
PERSON = "GOVSEAL_PERSON"
SECRETS = "GOVSEAL_SECRETS"
LEDGER_KEY = "GOVSEAL_LEDGER_KEY"
CLIENT = "govseal registry"
# As SQLAlchemy reads it, whose passwords may hold anything but an @; one may follow the ? as well.
_PASSWORD = re.compile(r"^[^:]+://[^/@:]*:[^@]*@|[?&][a-z]*password=", re.IGNORECASE)
_PARTS = ("sqlalchemy", "alembic", "psycopg", "openpyxl", "mako", "greenlet")


def add_registry(parser: Parser) -> None:
    """``--db``, ``--profile``, ``--secrets`` and ``--ledger-key``."""
    parser.option(
        "--db",
        zh=f"登记系统的数据库：文件，或 postgresql+psycopg://…（也可用环境变量 {DATABASE}）",
        en=f"the registry: a file, or postgresql+psycopg://… (or the variable {DATABASE})",
        metavar="URL",
    )
    parser.option(
        "--profile",
        zh="制度：内置的名称或 TOML 文件；缺省为初始化时所用的",
        en="the policy profile: a name, or a TOML file; that of the founding by default",
        metavar="P",
    )
    parser.option(
        "--secrets",
        zh=f"静态数据密钥：文件、env:变量名或 pkcs11:…（也可用环境变量 {SECRETS}）",
        en=f"the key for secrets at rest: a file, env:NAME or pkcs11:… (or the variable {SECRETS})",
        metavar="KEY",
    )
    parser.option(
        "--ledger-key",
        zh=f"台账密钥在设备中时：pkcs11:…、sdf:…（也可用环境变量 {LEDGER_KEY}）；"
        "缺省由登记系统保存",
        en=f"the ledger's key where a device holds it: pkcs11:…, sdf:… (or the variable "
        f"{LEDGER_KEY}); the registry keeps it by default",
        metavar="KEY",
    )


def add_person(parser: Parser) -> None:
    """``--as``."""
    parser.option(
        "--as",
        dest="person_acting",
        zh=f"办理人：人员的编号或账号（也可用环境变量 {PERSON}）",
        en=f"who acts: a person's id or account (or the variable {PERSON})",
        metavar="PERSON",
    )


class Desk:
    """The registry that the options name, opened when it is first needed."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._opened: Bureau | None = None

    @cached_property
    def bureau(self) -> Bureau:
        """The registry.

        Raises:
            UsageError: nothing says which; a part of the extra is not installed.
            RegistryError: it cannot be opened.
        """
        return self.open(founds=False)

    def open(self, *, founds: bool) -> Bureau:
        """The registry; a new one where ``founds``."""
        options = self._options
        url = database_url(options.db)
        registry = imported()
        from govseal.registry.clock import system_clock  # noqa: PLC0415 - start-up

        self._opened = registry.open(
            url,
            profile=options.profile,
            secrets=self.secrets(),
            clock=system_clock,
            ledger_signer=self._ledger_signer(),
            founds=founds,
        )
        return self._opened

    def secrets(self) -> AtRestKey | None:
        """The key that secrets are encrypted with at rest; None where none is named."""
        source = self._options.secrets or os.environ.get(SECRETS)
        if not source:
            return None
        from govseal.registry.keysource import load_registry_key  # noqa: PLC0415 - start-up

        return load_registry_key(source)

    def _ledger_signer(self) -> Signer | None:
        """The key that signs the ledger's checkpoints, where it is not with the registry."""
        options = self._options
        source = options.ledger_key or os.environ.get(LEDGER_KEY)
        if not source:
            return None
        passwords = argparse.Namespace(
            password_env=getattr(options, "password_env", None),
            password_file=getattr(options, "password_file", None),
        )
        return load_key(source, passwords)

    @property
    def has_secrets(self) -> bool:
        """Whether a key for secrets is named."""
        return bool(self._options.secrets or os.environ.get(SECRETS))

    @cached_property
    def acting(self) -> Acting:
        """The rooms of the registry, as the person of ``--as`` may use them."""
        from govseal.registry.acting import Acting  # noqa: PLC0415 - start-up

        name = self._options.person_acting or os.environ.get(PERSON)
        if not name:
            raise UsageError(
                say("没有指明由谁办理", "nobody is named who acts"),
                say(
                    f"用 --as 或环境变量 {PERSON} 指明人员的编号或账号",
                    f"name a person with --as or the variable {PERSON}",
                ),
            )
        return Acting(self.bureau, self.find("person", name), client=CLIENT)

    def find(self, kind: Kind, text: str) -> str:
        """The id of what is called ``text``; a department is looked for in the unit first.

        That is the one that the step names, else that of whoever acts.
        """
        from govseal.registry.lookup import find_id, unit_of  # noqa: PLC0415 - start-up

        within = None
        if kind == "department":
            named = getattr(self._options, "using", None) or getattr(self._options, "unit", None)
            within = named or unit_of(self.bureau, self.acting.person)
        return find_id(self.bureau, kind, text, within=within)

    def names(self, ids: Collection[str]) -> Mapping[str, str]:
        """What units, departments, people, seals and requests of these ids are called."""
        if self._opened is None:
            return {}
        from govseal.registry.lookup import names_by_id  # noqa: PLC0415 - start-up

        return names_by_id(self._opened, ids)

    def signer(self) -> Signer | None:
        """The key of ``--key``; None where it is not given."""
        options = self._options
        if options.key is None:
            return None
        return load_key(options.key, options, options.cert)

    def close(self) -> None:
        """Give the database back, if it was opened."""
        if self._opened is not None:
            self._opened.close()


def imported() -> type[Bureau]:
    """The registry's library.

    Raises:
        UsageError: it is not installed.
    """
    try:
        from govseal.registry.bureau import Bureau  # noqa: PLC0415 - start-up
    except ModuleNotFoundError as error:
        raise missing(error) from error
    return Bureau


def missing(error: ModuleNotFoundError) -> Exception:
    """What to install for a module that is not there; the error itself where it is another's."""
    if (error.name or "").partition(".")[0] not in _PARTS:
        return error
    return UsageError(
        say(f"没有安装登记系统所需的 {error.name}", f"the registry needs {error.name}"),
        say("安装：pip install 'govseal[registry]'", "install it: pip install 'govseal[registry]'"),
    )


def database_url(given: str | None) -> str:
    """The URL of the database: a file is SQLite's.

    Raises:
        UsageError: none is named, or a password stands on the command line.
    """
    if given is not None and _PASSWORD.search(given):
        raise UsageError(
            say("数据库的密码不写在命令行上", "no password on the command line"),
            say(
                f"把 URL 放入环境变量 {DATABASE}，或把密码放入 ~/.pgpass",
                f"put the URL into the variable {DATABASE}, or the password into ~/.pgpass",
            ),
        )
    url = given or os.environ.get(DATABASE)
    if not url:
        raise UsageError(
            say("没有指明登记系统", "no registry is named"),
            say(
                f"用 --db 或环境变量 {DATABASE} 指明",
                f"name it with --db or the variable {DATABASE}",
            ),
        )
    return url if "://" in url else f"sqlite:///{Path(url)}"
