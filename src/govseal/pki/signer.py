"""Who signs: the interface that devices implement, and keys held in software."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol, final, overload

from govseal.errors import KeyLoadError
from govseal.pki import pkcs12
from govseal.pki.algorithms import SignatureAlgorithm
from govseal.pki.certificate import Certificate, load_certificates
from govseal.pki.devices import is_device_uri, load_device_signer
from govseal.pki.enveloped import decode_enveloped_key
from govseal.pki.files import read_source
from govseal.pki.keyfiles import MAX_BYTES, read_key_file
from govseal.pki.pkcs8 import PrivateKey

_OTHER_KEY: Final = "the certificate does not belong to the private key"


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
        """What :meth:`sign` makes: ``sm2-sm3``, ``rsa-sha256`` or ``ecdsa-sha256``."""

    def sign(self, message: bytes, /) -> bytes:
        """The signature over ``message``, Z and digest inside: PKCS#1 v1.5 for RSA, else DER."""


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
            raise KeyLoadError(_OTHER_KEY, kind="wrong_certificate")
        self._key = key
        self.certificate = certificate
        self.chain = tuple(chain)

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """``sm2-sm3``, ``rsa-sha256`` or ``ecdsa-sha256``."""
        return self._key.algorithm

    def sign(self, message: bytes, /) -> bytes:
        """The signature over ``message``: PKCS#1 v1.5 for RSA, else DER (SM2: default user ID)."""
        return self._key.sign(message)

    def to_pkcs12(self, password: str, scheme: str = "aes") -> bytes:
        """Key, certificate and chain as a PKCS#12 file under ``password``.

        ``scheme`` is ``aes`` (SHA-256, AES-256), which every program reads, or ``sm4`` (SM3, SM4).

        Raises:
            KeyLoadError: ``unsupported``: this machine lacks the cipher.
            ValueError: another scheme.
        """
        name = self.certificate.subject_value("CN") or "govseal"
        certificates = (self.certificate, *self.chain)
        return pkcs12.write_pkcs12(self._key, certificates, password, name=name, scheme=scheme)

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

    ``source`` is the content of a PKCS#12 or CFCA ``.sm2`` file or of a key (PEM, DER), a path to
    one, or a text ``pkcs11:…`` or ``sdf:…`` that names a key in a device; see
    :func:`govseal.pki.devices.load_device_signer`. ``certificate`` (one, or PEM text with more) is
    needed where the source holds none, and wins where it does. Certificates of other keys, in
    either place, become the chain. A key that a CA sends as SM2EnvelopedKey is opened with the
    signer it was made for: :meth:`SoftSigner.open_envelope`.

    Raises:
        KeyLoadError: ``wrong_password``, ``wrong_container`` (a certificate, a public key, no
            key file at all), ``unsupported``, ``damaged``, ``no_certificate`` or
            ``wrong_certificate``, which does not belong to the key.
        DeviceError: a device refuses, or its URI is wrong.
        FormatError: the certificate given beside the key cannot be read.
        OSError: a file cannot be read.
        SigningUnavailable: an SM2 key, and the compiled core is not installed.
    """
    if isinstance(source, str) and is_device_uri(source):
        return load_device_signer(source, password=password, certificates=_load_given(certificate))
    data = read_source(source, max_bytes=MAX_BYTES)
    store = read_key_file(data, password)
    key, found = store.key, store.certificates
    given = _load_given(certificate)
    if not given and not found:
        message = "a key without its certificate; give the certificate"
        raise KeyLoadError(message, kind="no_certificate")
    public_key = key.public_key
    own = next((c for c in given or found if c.public_key.is_same_key(public_key)), None)
    if own is None:
        raise KeyLoadError(_OTHER_KEY, kind="wrong_certificate")
    others = dict.fromkeys((*given, *found))
    return SoftSigner(key, own, (c for c in others if not c.public_key.is_same_key(public_key)))


def _load_given(certificate: Certificate | bytes | str | Path | None) -> tuple[Certificate, ...]:
    if certificate is None:
        return ()
    if isinstance(certificate, Certificate):
        return (certificate,)
    return load_certificates(read_source(certificate, max_bytes=MAX_BYTES))
