"""Files with a private key, whatever their form: told apart by their content."""

from __future__ import annotations

from typing import Final

from govseal.errors import FormatError, KeyLoadError
from govseal.pki import cfca, containers, pem, pkcs12
from govseal.pki.certificate import PEM_LABELS, Certificate
from govseal.pki.pemkey import decode_pem_key
from govseal.pki.pkcs8 import PrivateKey, decode_private_key
from govseal.pki.pkcs12 import KeyStore

MAX_BYTES: Final = pkcs12.MAX_PKCS12_BYTES
# OpenSSL 3 labels an SM2 key in the form of SEC 1 with its own name.
_KEY_LABELS: Final = (
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "EC PRIVATE KEY",
    "SM2 PRIVATE KEY",
    "RSA PRIVATE KEY",
)
_CFCA_LABEL: Final = "CFCA KEY"


def read_key_file(data: bytes, password: str | bytes | None = None) -> KeyStore:
    """The private key of a file, and the certificates that lie beside it.

    Read are PKCS#12, PKCS#8, EC and RSA keys in DER and PEM (also with PEM's own encryption), and
    CFCA's ``.sm2`` files. An SM2EnvelopedKey is opened with :meth:`SoftSigner.open_envelope`.

    Raises:
        KeyLoadError: ``wrong_password``, ``wrong_container``, ``unsupported`` or ``damaged``.
        SigningUnavailable: an SM2 key, and the compiled core is not installed.
    """
    if pem.is_pem(data):
        return _read_pem(data, password)
    return _read_der(cfca.from_base64(data), password)


def _read_der(der: bytes, password: str | bytes | None) -> KeyStore:
    if pkcs12.is_pkcs12(der):
        return pkcs12.read_pkcs12(der, password)
    if cfca.is_cfca(der):
        return _store(*cfca.read_cfca(der, password))
    return _store(decode_private_key(der, password))


def _store(key: PrivateKey, *certificates: Certificate) -> KeyStore:
    return KeyStore(key, certificates)


def _read_pem(data: bytes, password: str | bytes | None) -> KeyStore:
    try:
        blocks = pem.read_pem(data)
        certificates = [Certificate.from_der(b.der) for b in blocks if b.label in PEM_LABELS]
    except FormatError as error:
        raise KeyLoadError(f"the PEM text is damaged: {error}", kind="damaged") from None
    keys = [block for block in blocks if block.label in (*_KEY_LABELS, _CFCA_LABEL)]
    if not keys:
        raise _without_key(blocks)
    if len(keys) > 1:
        message = f"the PEM text holds {len(keys)} private keys where one is needed"
        raise KeyLoadError(message, kind="unsupported")
    if keys[0].label == _CFCA_LABEL:
        return _store(*cfca.read_cfca(keys[0].der, password))
    key = decode_pem_key(keys[0], containers.password_octets(password))
    return _store(key, *certificates)


def _without_key(blocks: tuple[pem.PemBlock, ...]) -> KeyLoadError:
    """A key of a kind that is not read, or a text about something else."""
    labels = list(dict.fromkeys(block.label for block in blocks))
    for label in labels:
        if label.endswith("PRIVATE KEY"):
            return containers.unsupported("the PEM text", label)
    found = ", ".join(labels[:5]) or "nothing"
    message = f"the PEM text holds no private key, but {found}"
    return KeyLoadError(message, kind="wrong_container")
