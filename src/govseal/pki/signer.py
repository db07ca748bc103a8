"""Who signs: the interface that devices implement, and keys held in software."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, final, overload

from govseal.errors import FormatError, KeyLoadError
from govseal.pki import pem, pkcs12
from govseal.pki.algorithms import SignatureAlgorithm
from govseal.pki.certificate import PEM_LABELS, Certificate, load_certificates
from govseal.pki.devices import is_device_uri, load_device_signer
from govseal.pki.enveloped import decode_enveloped_key
from govseal.pki.files import read_source
from govseal.pki.pkcs8 import PrivateKey, decode_private_key

_MAX_BYTES = pkcs12.MAX_PKCS12_BYTES
_KEY_LABELS = ("PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY")


class Signer(Protocol):
    """A key that signs, wherever it lives, with its certificate."""

    @property
    def certificate(self) -> Certificate:
        """The certificate of the key."""

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """Further certificates up to the anchor, as far as they are known; may be empty."""

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """What :meth:`sign` makes: ``sm2-sm3`` or ``rsa-sha256``."""

    def sign(self, message: bytes, /) -> bytes:
        """The signature over ``message``, Z and digest inside: DER for SM2, PKCS#1 v1.5 for RSA."""


class TimestampSource(Protocol):
    """Whoever gives time stamps: an authority (时间戳服务) across a network, or one held here."""

    def timestamp(self, message: bytes, /) -> bytes:
        """The TimeStampToken over ``message`` in DER (GB/T 20520); the source takes the digest.

        Raises:
            GovsealError: none is given.
        """


@final
class SoftSigner:
    """A signer whose key is in this process's memory."""

    __slots__ = ("_key", "certificate", "chain")

    certificate: Certificate
    chain: tuple[Certificate, ...]

    def __init__(
        self, key: PrivateKey, certificate: Certificate, chain: Iterable[Certificate] = ()
    ) -> None:
        """A signer; raises :class:`KeyLoadError` where key and certificate do not belong."""
        if not key.public_key.is_same_key(certificate.public_key):
            raise KeyLoadError("the certificate does not belong to the private key", kind="damaged")
        self._key = key
        self.certificate = certificate
        self.chain = tuple(chain)

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """``sm2-sm3`` or ``rsa-sha256``."""
        return self._key.algorithm

    def sign(self, message: bytes, /) -> bytes:
        """The signature over ``message``: DER for SM2 (default user ID), PKCS#1 v1.5 for RSA."""
        return self._key.sign(message)

    def to_pkcs12(self, password: str) -> bytes:
        """Key, certificate and chain as a PKCS#12 file under ``password``."""
        name = self.certificate.subject_value("CN") or "govseal"
        return pkcs12.write_pkcs12(self._key, (self.certificate, *self.chain), password, name=name)

    def open_envelope(self, der: bytes) -> PrivateKey:
        """The private key that a CA sends to this signer as an SM2EnvelopedKey.

        Raises:
            KeyLoadError: ``wrong_key``, ``damaged`` or ``unsupported``; see
                :func:`govseal.pki.enveloped.decode_enveloped_key`.
        """
        return decode_enveloped_key(der, self._key)

    def __repr__(self) -> str:
        certificate = self.certificate
        return f"<SoftSigner {certificate.subject} {certificate.fingerprint[:16]}>"


@overload
def load_signer(
    source: bytes | Path,
    *,
    password: str | bytes | None = None,
    certificate: Certificate | bytes | str | Path | None = None,
) -> SoftSigner: ...
@overload
def load_signer(
    source: bytes | str | Path,
    *,
    password: str | bytes | None = None,
    certificate: Certificate | bytes | str | Path | None = None,
) -> Signer: ...
def load_signer(
    source: bytes | str | Path,
    *,
    password: str | bytes | None = None,
    certificate: Certificate | bytes | str | Path | None = None,
) -> Signer:
    """A signer from a key file, or from a device.

    ``source`` is the content of a PKCS#12 file or of a PKCS#8 key (PEM, DER), a path to one, or a
    text ``pkcs11:…`` or ``sdf:…`` that names a key in a device; see
    :func:`govseal.pki.devices.load_device_signer`. ``certificate`` (one, or PEM text with more) is
    needed where the source holds none, and wins where it does. Certificates of other keys, in
    either place, become the chain.

    Raises:
        KeyLoadError: ``wrong_password``, ``unsupported`` or ``damaged``; also where no
            certificate is there, or it does not belong to the key.
        DeviceError: a device refuses, or its URI is wrong.
        FormatError: the certificate given beside the key cannot be read.
        OSError: a file cannot be read.
        SigningUnavailable: an SM2 key, and the compiled core is not installed.
    """
    if isinstance(source, str) and is_device_uri(source):
        return load_device_signer(source, password=password, certificates=_load_given(certificate))
    data = read_source(source, max_bytes=_MAX_BYTES)
    key, found = _load_key(data, password)
    given = _load_given(certificate)
    if not given and not found:
        raise KeyLoadError("a key without its certificate; give the certificate", kind="damaged")
    public_key = key.public_key
    own = next((c for c in given or found if c.public_key.is_same_key(public_key)), None)
    if own is None:
        raise KeyLoadError("the certificate does not belong to the private key", kind="damaged")
    others = dict.fromkeys((*given, *found))
    return SoftSigner(key, own, (c for c in others if not c.public_key.is_same_key(public_key)))


def _load_given(certificate: Certificate | bytes | str | Path | None) -> tuple[Certificate, ...]:
    if certificate is None:
        return ()
    if isinstance(certificate, Certificate):
        return (certificate,)
    return load_certificates(read_source(certificate, max_bytes=_MAX_BYTES))


def _load_key(
    data: bytes, password: str | bytes | None
) -> tuple[PrivateKey, tuple[Certificate, ...]]:
    if not pem.is_pem(data):
        if pkcs12.is_pkcs12(data):
            store = pkcs12.read_pkcs12(data, password)
            return store.key, store.certificates
        return decode_private_key(data, password), ()
    try:
        blocks = pem.read_pem(data)
        certificates = tuple(
            Certificate.from_der(block.der) for block in blocks if block.label in PEM_LABELS
        )
    except FormatError as error:
        raise KeyLoadError(f"the PEM text is damaged: {error}", kind="damaged") from None
    keys = [block for block in blocks if block.label in _KEY_LABELS]
    if len(keys) != 1:
        message = f"the PEM text holds {len(keys)} private keys where one is needed"
        raise KeyLoadError(message, kind="damaged")
    if keys[0].has_headers:
        message = "an old PEM key with its own encryption is not read; convert it to PKCS#8"
        raise KeyLoadError(message, kind="unsupported")
    return decode_private_key(keys[0].der, password), certificates
