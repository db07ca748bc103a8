"""The vault: seals, imprints and keys, encrypted at rest; nothing else reads or writes them."""

from __future__ import annotations

import base64
import hashlib
import secrets as randomness
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

import sqlalchemy as sa

from govseal.errors import RegistryError
from govseal.registry import tables
from govseal.registry.canonical import canonical, read_canonical
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import KeyState

if TYPE_CHECKING:
    from govseal.pki.atrest import AtRestKey
    from govseal.pki.certificate import Certificate
    from govseal.pki.signer import Signer
    from govseal.registry.call import Call
    from govseal.seal.model import Seal

KeyKind = Literal["server", "device"]
"""Where the key is: with the registry, encrypted, or in a device that the reference names."""


@dataclass(frozen=True, slots=True)
class SignerReference:
    """How the key that stamps with a seal is reached: the key file itself, or a device's URI."""

    kind: KeyKind
    _source: bytes | str = field(repr=False)
    _password: str | None = field(default=None, repr=False)
    _certificate: bytes | None = field(default=None, repr=False)

    @classmethod
    def from_key_file(cls, data: bytes, password: str | None = None) -> Self:
        """The key of a file (PKCS#12, PKCS#8, ``.sm2``) with its certificate.

        It is packed anew under a password of the registry's own: nobody's password is kept.

        Raises:
            KeyLoadError: it cannot be opened, or has no certificate.
        """
        from govseal.pki.keyfiles import read_key_file  # noqa: PLC0415 - start-up
        from govseal.pki.pkcs12 import write_pkcs12  # noqa: PLC0415 - start-up
        from govseal.pki.signer import load_signer  # noqa: PLC0415 - start-up

        signer = load_signer(data, password=password)
        key = read_key_file(data, password).key
        fresh = randomness.token_hex(16)
        chain = (signer.certificate, *signer.chain)
        # The password has 128 bits, and the whole is encrypted again: stretching it gains nothing.
        packed = write_pkcs12(key, chain, fresh, name="govseal", iterations=1)
        return cls("server", packed, fresh)

    @classmethod
    def from_device(
        cls, uri: str, *, pin: str | None = None, certificate: Certificate | None = None
    ) -> Self:
        """A key in a device: ``pkcs11:…`` or ``sdf:…``.

        Raises:
            ValueError: it is no such URI.
        """
        from govseal.pki.devices import is_device_uri  # noqa: PLC0415 - start-up

        if not is_device_uri(uri):
            raise ValueError("a device is named by a URI, pkcs11:… or sdf:…")
        return cls("device", uri, pin, certificate.der if certificate else None)

    def load(self) -> Signer:
        """The signer.

        Raises:
            KeyLoadError: the key cannot be opened.
            DeviceError: the device refuses.
        """
        from govseal.pki.signer import load_signer  # noqa: PLC0415 - start-up

        return load_signer(self._source, password=self._password, certificate=self._certificate)

    def pack(self) -> bytes:
        """What the vault encrypts."""
        source = self._source.encode() if isinstance(self._source, str) else self._source
        members: dict[str, Any] = {
            "kind": self.kind,
            "source": base64.b64encode(source).decode(),
            "password": self._password,
            "certificate": self._certificate,
        }
        return canonical(members)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """The inverse of :meth:`pack`."""
        members = read_canonical(data, "the reference of a key")
        source = base64.b64decode(members["source"])
        certificate = members["certificate"]
        return cls(
            members["kind"],
            source.decode() if members["kind"] == "device" else source,
            members["password"],
            bytes.fromhex(certificate) if certificate else None,
        )


def at_rest_key(call: Call) -> AtRestKey:
    """The key that secrets are encrypted with.

    Raises:
        RegistryError: ``secrets_missing``: the registry was opened without it.
    """
    if call.secrets is None:
        message = "未提供加密密钥 / the registry was opened without the key for its secrets"
        raise RegistryError(message, code="secrets_missing")
    return call.secrets


def load_seal(call: Call, seal_row: sa.Row[Any]) -> Seal:
    """The SESeal of a seal, the version that is used now.

    Raises:
        RegistryError: ``secrets_missing``, or ``no_seal``: none was made.
    """
    from govseal.seal.codec import decode_seal  # noqa: PLC0415 - start-up

    key = at_rest_key(call)
    if seal_row.sealed is None:
        raise RegistryError("尚未制作电子印章 / no electronic seal was made yet", code="no_seal")
    return decode_seal(key.decrypt(seal_row.sealed, f"seal {seal_row.id}"))


def load_version(call: Call, version_row: sa.Row[Any]) -> Seal:
    """The SESeal of one version, which old documents are verified with."""
    from govseal.seal.codec import decode_seal  # noqa: PLC0415 - start-up

    label = f"seal {version_row.seal} version {version_row.number}"
    return decode_seal(at_rest_key(call).decrypt(version_row.sealed, label))


def load_key(call: Call, seal_row: sa.Row[Any]) -> Signer:
    """The signer that stamps with a seal.

    Raises:
        RegistryError: ``secrets_missing``, or ``no_key``: none was kept, or it was destroyed.
        KeyLoadError: the key cannot be opened.
        DeviceError: the device refuses.
    """
    key = at_rest_key(call)
    if seal_row.key is None:
        raise RegistryError("没有该印章的密钥 / the seal has no key here", code="no_key")
    return SignerReference.unpack(key.decrypt(seal_row.key, f"key {seal_row.id}")).load()


def keep(call: Call, seal_id: str, seal: Seal, signer_reference: SignerReference) -> int:
    """A new version of a seal and where its key is, in place of what was used before.

    Returns:
        The number of the version, from 1.
    """
    at_rest = at_rest_key(call)
    row = call.one(tables.seals, seal_id, lock=True)
    number: int = row.version + 1
    not_before = seal.properties.not_before.moment
    not_after = seal.properties.not_after.moment
    if not_before is None or not_after is None:
        raise RegistryError(
            "印章没有有效期 / the seal has no period that can be told", code="no_seal"
        )
    versions = tables.seal_versions
    call.connection.execute(
        versions.update()
        .where(versions.c.seal == seal_id, versions.c.ended_at.is_(None))
        .values(ended_at=call.at)
    )
    call.insert(
        versions,
        id=new_id("ver"),
        seal=seal_id,
        number=number,
        es_id=seal.es_id,
        sealed=at_rest.encrypt(seal.der, f"seal {seal_id} version {number}"),
        sha256=sha256(seal.der),
        valid_from=not_before,
        valid_to=not_after,
        made_by=call.actor.id,
        made_at=call.at,
    )
    call.update(
        tables.seals,
        seal_id,
        es_id=seal.es_id,
        version=number,
        valid_from=not_before,
        valid_to=not_after,
        picture_sha256=seal.picture.sha256,
        sealed=at_rest.encrypt(seal.der, f"seal {seal_id}"),
        key=at_rest.encrypt(signer_reference.pack(), f"key {seal_id}"),
        key_state=KeyState.ISSUED,
    )
    note_key(call, seal_id, KeyState.ISSUED, version=number, kind=signer_reference.kind)
    return number


def note_key(
    call: Call,
    seal_id: str,
    state: KeyState,
    *,
    version: int,
    kind: str,
    note: str | None = None,
) -> None:
    """What became of a key's medium, for good."""
    call.insert(
        tables.key_media_states,
        seal=seal_id,
        version=version,
        kind=kind,
        state=state,
        by=call.actor.id,
        at=call.at,
        note=note,
    )


def key_kind(call: Call, seal_row: sa.Row[Any]) -> KeyKind:
    """Where the key of the present version is, or was."""
    table = tables.key_media_states
    query = sa.select(table.c.kind).where(table.c.seal == seal_row.id)
    kind = call.connection.execute(query.order_by(table.c.sequence.desc()).limit(1)).scalar_one()
    return "device" if kind == "device" else "server"


def destroy_key(call: Call, seal_id: str) -> None:
    """Forget the key, whose bytes the database overwrites, or the way to it."""
    call.update(tables.seals, seal_id, key=None)


def keep_picture(call: Call, picture: bytes, label: str) -> bytes:
    """A picture, encrypted; ``label`` says whose and what."""
    return at_rest_key(call).encrypt(picture, label)


def load_picture(call: Call, stored: bytes, label: str) -> bytes:
    """The inverse of :func:`keep_picture`."""
    return at_rest_key(call).decrypt(stored, label)


def sha256(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
