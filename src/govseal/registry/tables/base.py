"""What all tables share: one catalogue, times, and where a row's identifier comes from."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa

from govseal.errors import RegistryError

# Names are given here, not by the database, so that a migration can speak of them on any of them.
METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"
ID_CHARACTERS = 24


class Moment(sa.types.TypeDecorator[datetime]):
    """A time in UTC, to the microsecond: text of one width, so that its order is that of time.

    It is text on every database: whoever looks at a row sees what was hashed.
    """

    impl = sa.String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:
        """The text of an aware time."""
        del dialect
        return None if value is None else moment_text(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:
        """The time of a text.

        Raises:
            RegistryError: ``registry_damaged``: somebody else wrote there.
        """
        del dialect
        try:
            return None if value is None else read_moment(value)
        except (TypeError, ValueError):
            message = "a column of the database holds no time"
            raise RegistryError(message, code="registry_damaged") from None


def moment_text(moment: datetime) -> str:
    """``2026-11-29T04:30:00.000000Z``.

    Raises:
        ValueError: the time is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC).strftime(_FORM)


def read_moment(text: str) -> datetime:
    """The inverse of :func:`moment_text`.

    Raises:
        ValueError: it is no such text.
    """
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC)


def check_id(value: object) -> str:
    """An id as it was given.

    Raises:
        TypeError: no text, as where a record is given instead of its id.
    """
    if not isinstance(value, str):
        raise TypeError(f"an id is a text, not a {type(value).__name__}")
    return value


def new_id(kind: str) -> str:
    """An identifier that nobody can guess: the kind, a hyphen, 16 hexadecimal digits."""
    return f"{kind}-{secrets.token_hex(8)}"


def id_column() -> sa.Column[str]:
    """The primary key of a table whose rows are named by :func:`new_id`."""
    return sa.Column("id", sa.String(ID_CHARACTERS), primary_key=True)


def reference(
    name: str, target: str, *, optional: bool = False, index: bool = True
) -> sa.Column[str]:
    """A column that names a row of another table, ``table`` or ``table.column``."""
    column = target if "." in target else f"{target}.id"
    return sa.Column(
        name, sa.String(ID_CHARACTERS), sa.ForeignKey(column), nullable=optional, index=index
    )


def moment(name: str, *, optional: bool = False, index: bool = False) -> sa.Column[datetime]:
    """A column that holds a time."""
    return sa.Column(name, Moment, nullable=optional, index=index)


def text(name: str, *, optional: bool = False, unique: bool = False) -> sa.Column[str]:
    """A column that holds words; no empty text stands for an absent one where ``optional``."""
    return sa.Column(name, sa.Text, nullable=optional, unique=unique)
