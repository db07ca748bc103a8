"""A secret that a PKCS#11 token keeps as a data object: read with its PIN, and never written."""

from __future__ import annotations

from typing import Final

from govseal.errors import DeviceError
from govseal.pki.devices import sm2_mechanism
from govseal.pki.devices.cryptoki import Module
from govseal.pki.devices.pkcs11 import _PATH, _QUERY, _choose, _log_in, _read_wanted
from govseal.pki.devices.uris import find_pin, invalid, read_attributes, split_uri, text_of

_CKO_DATA: Final = 0
_CKA_VALUE: Final = 0x11
MAX_BYTES: Final = 4096


def read_pkcs11_secret(uri: str, *, password: str | bytes | None = None) -> bytes:
    """The value of the one data object that a ``pkcs11:`` URI with ``type=data`` names (RFC 7512).

    Args:
        uri: as for :func:`govseal.pki.devices.pkcs11.open_pkcs11_signer`, with ``type=data``.
        password: the PIN, where the URI has no ``pin-source``.

    Raises:
        DeviceError: ``invalid_uri``, ``no_library``, ``no_token``, ``several_tokens``, ``no_pin``,
            ``no_key``, ``several_keys``, ``bad_answer``, or the answer of the device by its name.
        OSError: a file that is named cannot be read.
    """
    path, query = split_uri(uri)
    attributes = read_attributes(path, ";", _PATH)
    if attributes.pop("type", b"") != b"data":
        raise invalid("type in the URI is data: an object that keeps a secret")
    wanted = _read_wanted(attributes)
    options = read_attributes(query, "&", _QUERY)
    library = text_of(options, "module-path") or sm2_mechanism.read_settings().module_path
    if library is None:
        raise invalid("the URI has no module-path, and the settings name none")
    pin = find_pin(options, password)
    module = Module(library)
    token = _choose(module, wanted)
    session = module.open_session(token)
    try:
        _log_in(session, token, pin)
        found = session.find(_CKO_DATA, wanted.key)
        if len(found) != 1:
            code = "several_keys" if found else "no_key"
            message = f"the token has {len(found)} data objects that the URI fits"
            raise DeviceError(message, call="C_FindObjects", code=code)
        value = session.attribute(found[0], _CKA_VALUE)
    finally:
        session.close()
    if not value or len(value) > MAX_BYTES:
        message = "the data object is empty, or larger than a secret"
        raise DeviceError(message, call="C_GetAttributeValue", code="bad_answer")
    return value
