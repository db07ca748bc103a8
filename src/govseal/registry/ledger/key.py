"""The registry's key: SM2, made at its founding, encrypted at rest, or held by a device.

It signs checkpoints and nothing that a person decides. Auditors keep its public half (the text of
:class:`LogKey`) outside the registry: whoever can write to the database can put another there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from govseal import sm2
from govseal.errors import GovsealError, RegistryError
from govseal.registry import tables
from govseal.registry.ledger.append import origin
from govseal.registry.ledger.notes import LogKey

if TYPE_CHECKING:
    from govseal.pki.atrest import AtRestKey
    from govseal.pki.signer import Signer

SETTING: Final = "ledger_key"


def found_key(connection: sa.Connection, secrets: AtRestKey | None, signer: Signer | None) -> None:
    """Give a new registry its key: that of ``signer``, else one made here.

    Nothing happens without either: the first checkpoint needs one of them.

    Raises:
        RegistryError: ``ledger_key``: the signer's key is not SM2.
    """
    if signer is not None:
        _store(connection, _public_key(signer), None)
    elif secrets is not None:
        private = sm2.PrivateKey.generate()
        sealed = secrets.encrypt(private.to_bytes(), _label(origin(connection)))
        _store(connection, private.public_key, sealed)


def log_key(connection: sa.Connection) -> LogKey | None:
    """The public half, as the registry itself knows it; None before there is any."""
    stored = _stored(connection)
    if stored is None:
        return None
    try:
        return LogKey(origin(connection), sm2.PublicKey.decode(bytes.fromhex(stored["public"])))
    except ValueError as error:
        message = "the ledger's name in the settings is damaged"
        raise RegistryError(message, code="ledger_key") from error


def signing_key(
    connection: sa.Connection, secrets: AtRestKey | None, signer: Signer | None = None
) -> tuple[LogKey, Callable[[bytes], bytes]]:
    """The key and what signs with it.

    Raises:
        RegistryError: ``secrets_missing``: it is encrypted and the registry was opened without
            the key for secrets, or it is a device's and no signer was given; ``ledger_key``:
            the signer holds another key.
        KeyLoadError: it was encrypted under another key, or changed.
    """
    if _stored(connection) is None:
        found_key(connection, secrets, signer)
    stored = _stored(connection)
    key = log_key(connection)
    if stored is None or key is None:
        raise RegistryError("the ledger has no key, and none can be made", code="secrets_missing")
    if signer is not None:
        if _public_key(signer) != key.public_key:
            raise RegistryError("the signer holds another key than the ledger's", code="ledger_key")
        return key, signer.sign
    if stored["private"] is None or secrets is None:
        raise RegistryError("the ledger's key is not at hand", code="secrets_missing")
    opened = secrets.decrypt(bytes.fromhex(stored["private"]), _label(key.name))
    return key, sm2.PrivateKey.from_bytes(opened).sign


def _label(log: str) -> str:
    return f"ledger key {log}"


def _public_key(signer: Signer) -> sm2.PublicKey:
    material = signer.certificate.public_key.material
    if not isinstance(material, sm2.PublicKey):
        raise RegistryError("the ledger's key is an SM2 key", code="ledger_key")
    return material


def _store(connection: sa.Connection, public: sm2.PublicKey, sealed: bytes | None) -> None:
    value = {"public": public.encode().hex(), "private": sealed.hex() if sealed else None}
    connection.execute(tables.settings.insert().values(name=SETTING, value=value))


def _stored(connection: sa.Connection) -> dict[str, Any] | None:
    table = tables.settings
    value = connection.execute(
        sa.select(table.c.value).where(table.c.name == SETTING)
    ).scalar_one_or_none()
    if value is None:
        return None
    try:
        sm2.PublicKey.decode(bytes.fromhex(value["public"]))
        bytes.fromhex(value["private"] or "")
    except (GovsealError, KeyError, TypeError, ValueError) as error:
        message = "the ledger's key in the settings is damaged"
        raise RegistryError(message, code="ledger_key") from error
    return dict(value)
