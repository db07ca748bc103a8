"""The bureau: a database, a policy profile, a key for secrets, a clock, and who acts."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, Self

import sqlalchemy as sa

from govseal.pki.atrest import AtRestKey
from govseal.pki.signer import Signer
from govseal.registry import schema, tables
from govseal.registry.acting import Acting
from govseal.registry.backup import BackupFile, write_backup
from govseal.registry.clock import Clock, system_clock
from govseal.registry.database import Database
from govseal.registry.documents.register import Register
from govseal.registry.founded import check_founded, note_profile, policy_of
from govseal.registry.ledger.key import found_key
from govseal.registry.ledger.notes import LogKey
from govseal.registry.ledger.room import Ledger
from govseal.registry.outbox import Outbox
from govseal.registry.people.founding import Founded, set_up
from govseal.registry.policy import PolicyProfile, load_policy, read_own_policy
from govseal.registry.restore import Restored, restore
from govseal.registry.status import Status
from govseal.registry.tables.base import check_id
from govseal.registry.use.hooks import Validator
from govseal.registry.vocabulary import Level, OrganizationKind, Strength


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


class Bureau:
    """A registry that is open; :meth:`open` makes one, a ``with`` closes it."""

    def __init__(
        self,
        database: Database,
        profile: PolicyProfile,
        secrets: AtRestKey | None,
        clock: Clock,
        ledger_signer: Signer | None = None,
    ) -> None:
        self.database = database
        self.profile = profile
        self.secrets = secrets
        self.clock = clock
        self.validators: list[Validator] = []
        """Further checks of what is to be stamped, see :data:`govseal.registry.use.Validator`."""
        self.ledger_signer = ledger_signer
        self.ledger = Ledger(self)
        self.status = Status(self)
        self.register = Register(self)
        self.outbox = Outbox(self)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        profile: str | Path | PolicyProfile | None = None,
        secrets: bytes | AtRestKey | None = None,
        clock: Clock = system_clock,
        ledger_signer: Signer | None = None,
        founds: bool = True,
    ) -> Self:
        """Open a registry; an empty database is founded.

        Args:
            url: ``sqlite:///bureau.db`` or ``postgresql+psycopg://…``.
            profile: the policy profile of every unit that has none of its own: the name of one
                that comes with the library, or the path of an operator's own; None: what the
                registry was founded with.
            secrets: the key of 16 bytes that secrets are encrypted with at rest; without it
                seals are neither made nor used.
            clock: what time it is.
            ledger_signer: the SM2 key that signs the ledger's checkpoints, where a device holds
                it; else one is made at the founding and kept encrypted under ``secrets``.
            founds: False refuses an empty database.

        Raises:
            RegistryError: the database cannot be reached; ``schema_old``: its tables are of an
                older version (:meth:`upgrade`); ``schema_unknown``: of a newer one, or not ours;
                ``no_registry``: there is none, and none is to be founded, or not without a profile.
        """
        database = Database(url)
        try:
            if not founds or profile is None:
                check_founded(database)
            policy = policy_of(database, profile)
            key = AtRestKey(secrets) if isinstance(secrets, bytes) else secrets
            bureau = cls(database, policy, key, clock, ledger_signer)
            bureau._found(profile)
        except BaseException:
            database.close()
            raise
        return bureau

    @staticmethod
    def upgrade(url: str) -> str:
        """Bring a registry's tables up to date, after a backup; the revision that they have then.

        Raises:
            RegistryError: ``schema_unknown``: not a registry's tables, or a newer version's.
        """
        return schema.upgrade(url)

    def backup(self, path: str | Path) -> BackupFile:
        """A backup of now, in a new file; see :func:`govseal.registry.backup.write_backup`.

        Raises:
            FileExistsError: there is something of that name.
            OSError: it cannot be written.
        """
        return write_backup(self, Path(path))

    @staticmethod
    def restore(
        path: str | Path,
        url: str,
        *,
        secrets: bytes | AtRestKey | None = None,
        key: LogKey | None = None,
    ) -> Restored:
        """The registry of a backup in an empty database, proven again before it is good.

        See :func:`govseal.registry.restore.restore`.

        Raises:
            RegistryError: ``backup_damaged``, ``backup_unsigned``, ``not_empty``, ``not_proven``,
                ``schema_unknown``.
            LedgerBroken: the ledger is not what was written.
            OSError: the backup cannot be read.
        """
        at_rest = AtRestKey(secrets) if isinstance(secrets, bytes) else secrets
        return restore(Path(path), url, secrets=at_rest, key=key)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()

    def _found(self, profile: str | Path | PolicyProfile | None) -> None:
        """Create the tables in an empty database; refuse one that holds something else."""
        with self.database.begin() as connection:
            if schema.is_empty(connection):
                schema.lock(connection)
            if schema.is_empty(connection):  # still
                schema.found(connection)
                origin = f"govseal-{randomness.token_hex(8)}"
                connection.execute(tables.settings.insert().values(name="origin", value=origin))
                note_profile(connection, profile)
                found_key(connection, self.secrets, self.ledger_signer)
            else:
                schema.check(connection)

    def set_up(
        self,
        legal_name: str,
        *,
        administrator: str,
        level: Level | str,
        kinds: Collection[OrganizationKind | str],
        department: str | None = None,
        account: str | None = None,
        uscc: str | None = None,
        region_code: str | None = None,
    ) -> Founded:
        """The first unit and its administrator, who may do all further steps of keeping people.

        Args:
            legal_name: of the unit.
            administrator: a name for whoever keeps units, people and roles.
            level: of government.
            kinds: what the unit is in the business of seals.
            department: the administrator's, if any.
            account: what the platform that logs people in calls the administrator.
            uscc: 统一社会信用代码 of the unit.
            region_code: of the unit, GB/T 2260.

        Raises:
            Refused: ``E_SET_UP``: there are people already; ``E_NAME``, ``E_CREDIT_CODE``,
                ``E_REGION_CODE``.
        """
        with self.database.begin() as connection:
            return set_up(
                connection,
                self.clock(),
                legal_name=legal_name,
                level=level,
                kinds=kinds,
                administrator=administrator,
                department=department,
                account=account,
                uscc=uscc,
                region_code=region_code,
            )

    @contextmanager
    def acting(
        self,
        person: str | _HasId,
        *,
        strength: Strength = Strength.LOGIN,
        client: str = "",
        connection: sa.Connection | None = None,
    ) -> Iterator[Acting]:
        """The bureau as ``person`` may use it.

        Args:
            person: the id of a person of the registry, or an object that has it as ``id``.
            strength: how it is known that the person acts, as the caller vouches.
            client: from where, for the audit log.
            connection: the caller's own connection; then commit and rollback are the caller's.

        Raises:
            TypeError: neither an id, nor an object that has one.
            ValueError: no such strength.
        """
        id_ = check_id(getattr(person, "id", person))
        how = Strength(strength)
        yield Acting(self, id_, strength=how, client=client, connection=connection)

    def profile_of(self, connection: sa.Connection, organization: str) -> PolicyProfile:
        """The profile of a unit: its own, else that of the unit above (JC10-YZ-6.2)."""
        table = tables.organizations
        seen: set[str] = set()
        current: str | None = organization
        while current is not None and current not in seen:
            seen.add(current)
            query = sa.select(table.c.profile, table.c.parent).where(table.c.id == current)
            row = connection.execute(query).one_or_none()
            if row is None:
                break
            if row.profile is not None:
                return self._own_profile(connection, row.profile)
            current = row.parent
        return self.profile

    @staticmethod
    def _own_profile(connection: sa.Connection, name: str) -> PolicyProfile:
        """The rules that a unit gave itself, else what :func:`load_policy` knows by that name."""
        table = tables.settings
        query = sa.select(table.c.value).where(table.c.name == f"policy/{name}")
        text = connection.execute(query).scalar_one_or_none()
        return load_policy(name) if text is None else read_own_policy(text)
