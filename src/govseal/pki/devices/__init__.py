"""Keys that stay in devices: PKCS#11 modules (令牌), and machines of GM/T 0018 (密码机)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from govseal.errors import DeviceError

if TYPE_CHECKING:
    from govseal.pki.certificate import Certificate
    from govseal.pki.devices.library import BareKey
    from govseal.pki.signer import Signer

PKCS11: Final = "pkcs11:"
SDF: Final = "sdf:"


def is_device_uri(source: object) -> bool:
    """Whether ``source`` is a text that names a key in a device."""
    return isinstance(source, str) and source[:7].lower().startswith((PKCS11, SDF))


def load_device_signer(
    uri: str,
    *,
    password: str | bytes | None = None,
    certificates: tuple[Certificate, ...] = (),
) -> Signer:
    """The signer behind a ``pkcs11:`` or ``sdf:`` URI.

    See :func:`govseal.pki.devices.pkcs11.open_pkcs11_signer` and
    :func:`govseal.pki.devices.sdf.open_sdf_signer`.

    Raises:
        DeviceError: the URI or a setting is wrong, the device refuses, or a key, certificate or
            PIN is not there.
        KeyLoadError: no certificate that was given belongs to the key.
        FormatError: a certificate cannot be read.
        OSError: a file that the URI names cannot be read.
    """
    if uri.lower().startswith(PKCS11):
        from govseal.pki.devices.pkcs11 import open_pkcs11_signer  # noqa: PLC0415 - start-up

        return open_pkcs11_signer(uri, password=password, certificates=certificates)
    from govseal.pki.devices.sdf import open_sdf_signer  # noqa: PLC0415 - start-up

    return open_sdf_signer(uri, password=password, certificates=certificates)


def load_device_key(uri: str, *, password: str | bytes | None = None) -> BareKey:
    """The key behind a ``pkcs11:`` or ``sdf:`` URI that has no certificate yet: to request one.

    It signs as the signer of :func:`load_device_signer` does, and is closed alike.

    Raises:
        DeviceError: as there; ``no_public_key`` where a token does not show the public key.
        OSError: a file that the URI names cannot be read.
    """
    if not is_device_uri(uri):
        raise DeviceError("a key in a device has a pkcs11: or sdf: URI", code="invalid_uri")
    if uri.lower().startswith(PKCS11):
        from govseal.pki.devices.pkcs11 import open_pkcs11_key  # noqa: PLC0415 - start-up

        return open_pkcs11_key(uri, password=password)
    from govseal.pki.devices.sdf import open_sdf_key  # noqa: PLC0415 - start-up

    return open_sdf_key(uri, password=password)
