"""Keys in cryptographic machines (服务器密码机) of GM/T 0018 and GB/T 36322: ``sdf:`` URIs."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, final

from govseal import sm2
from govseal.errors import DeviceError
from govseal.pki.algorithms import SM2_SM3, SignatureAlgorithm
from govseal.pki.certificate import Certificate, load_certificates
from govseal.pki.devices.library import BareKey, DeviceSigner, check_made, own_certificate
from govseal.pki.devices.sdf_library import MAX_BITS, Sdf
from govseal.pki.devices.uris import (
    decode,
    find_pin,
    invalid,
    number_of,
    read_attributes,
    split_uri,
    text_of,
)
from govseal.pki.files import read_source
from govseal.pki.keys import PublicKey, decode_public_key, encode_sm2_spki

_QUERY: Final = ("index", "cert", "pin-source", "sessions", "ecc-max-bits")
_HIGHEST_INDEX: Final = 0xFFFFFFFF
_MOST_SESSIONS: Final = 256
_SESSIONS: Final = 8
_MAX_CERTIFICATE_BYTES: Final = 1024 * 1024


class _Sessions:
    """The sessions with one device: each is lent to one thread, and kept for the next."""

    def __init__(self, sdf: Sdf, most: int) -> None:
        self._sdf = sdf
        self._room = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._idle: list[int] = []
        self._lent = 0
        self._is_closed = False
        self._device = sdf.open_device()

    @contextmanager
    def lend(self) -> Iterator[int]:
        """A session for the length of a ``with``; waits while all are lent.

        A session in which anything went wrong is not used again.
        """
        with self._room:
            session = self._take()
            is_sound = False
            try:
                yield session
                is_sound = True
            finally:
                self._give_back(session, is_sound=is_sound)

    def _take(self) -> int:
        with self._lock:
            if self._is_closed:
                message = "the device was closed"
                raise DeviceError(message, call="SDF_OpenSession", code="SDR_OPENSESSION")
            session = self._idle.pop() if self._idle else self._sdf.open_session(self._device)
            self._lent += 1
        return session

    def _give_back(self, session: int, *, is_sound: bool) -> None:
        with self._lock:
            self._lent -= 1
            if is_sound and not self._is_closed:
                self._idle.append(session)
                return
            self._sdf.close_session(session)
            if self._is_closed and not self._lent:
                self._sdf.close_device(self._device)

    def close(self) -> None:
        """End the idle sessions now, the lent ones when they come back, and then the device."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            for session in self._idle:
                self._sdf.close_session(session)
            if not self._lent:
                self._sdf.close_device(self._device)


@final
class SdfKey(BareKey):
    """An SM2 key in a device; threads may share it, each with its own session.

    The device is given back with :meth:`close`, or with the object. Every signature is one use of
    the key and is verified under the public key before it is given away.
    """

    __slots__ = (
        *("__weakref__", "_close", "_index", "_key", "_password", "_sdf", "_sessions"),
        "public_key",
    )

    public_key: PublicKey

    def __init__(self, sdf: Sdf, index: int, password: bytes, *, sessions: int = _SESSIONS) -> None:
        """A key; nothing but its public part is asked for yet.

        Raises:
            DeviceError: the device refuses.
        """
        self._sdf = sdf
        self._index = index
        self._password = password
        self._sessions = _Sessions(sdf, sessions)
        self._close = weakref.finalize(self, self._sessions.close)
        try:
            with self._sessions.lend() as session:
                self._key = sdf.export_public_key(session, index)
            self.public_key = decode_public_key(encode_sm2_spki(self._key.encode()))
        except BaseException:
            self._close()
            raise

    def try_password(self) -> None:
        """Ask for the right to use the key, and give it back; the key is not used.

        Raises:
            DeviceError: the device refuses.
        """
        with self._sessions.lend() as session, self._access_right(session):
            pass

    @contextmanager
    def _access_right(self, session: int) -> Iterator[None]:
        """私钥使用权限 for the length of a ``with``; none is asked for without a password."""
        if not self._password:
            yield
            return
        self._sdf.get_access_right(session, self._index, self._password)
        yield
        self._sdf.release_access_right(session, self._index)

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """``sm2-sm3``."""
        return SM2_SM3

    def sign(self, message: bytes, /) -> bytes:
        """The DER signature over ``message`` (default user ID).

        Raises:
            DeviceError: the device refuses, or the key is closed.
            SigningFault: what it made does not verify under the public key.
        """
        digest = sm2.sm3(self._key.identity_digest() + message)
        with self._sessions.lend() as session, self._access_right(session):
            raw = self._sdf.sign(session, self._index, digest)
        return check_made(sm2.encode_signature(raw), message, self.public_key, SM2_SM3)

    def close(self) -> None:
        """Give the device back; twice is harmless."""
        self._close()


@final
class SdfSigner(DeviceSigner):
    """An :class:`SdfKey` with its certificate."""

    __slots__ = ("_device_key", "certificate", "chain")

    certificate: Certificate
    chain: tuple[Certificate, ...]

    def __init__(self, key: SdfKey, certificates: tuple[Certificate, ...]) -> None:
        """A signer; the certificate is compared with the device's key, then the password tried.

        Raises:
            DeviceError: the device refuses.
            KeyLoadError: no certificate belongs to the key.
        """
        self._device_key = key
        self.certificate, self.chain = own_certificate(certificates, key.public_key.is_same_key)
        key.try_password()

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """``sm2-sm3``."""
        return self._device_key.algorithm

    def sign(self, message: bytes, /) -> bytes:
        """As :meth:`SdfKey.sign`; raises alike."""
        return self._device_key.sign(message)

    def close(self) -> None:
        """Give the device back; twice is harmless."""
        self._device_key.close()


def open_sdf_signer(
    uri: str,
    *,
    password: str | bytes | None = None,
    certificates: tuple[Certificate, ...] = (),
) -> SdfSigner:
    """The signer behind an ``sdf:`` URI: ``sdf:/opt/device/libsdf.so?index=1``.

    The path is that of the library. The query has ``index`` (of the signing key), and where they
    are wanted ``cert`` (a file), ``pin-source`` (a file), ``sessions`` (at most so many at once, 8
    by default) and ``ecc-max-bits`` (256 for the structures of devices from before 2012).

    Args:
        uri: the URI.
        password: the password of the key (私钥访问控制码), where the URI has no ``pin-source``; an
            empty one for a key that has none.
        certificates: the certificate of the key, and the chain; they win over those of ``cert``.

    Raises:
        DeviceError: ``invalid_uri``, ``no_library``, ``no_certificate``, ``no_pin``,
            ``bad_answer``, or the answer of the device by its name.
        KeyLoadError: no certificate belongs to the key.
        FormatError: the file of ``cert`` cannot be read as certificates.
        OSError: a file that is named cannot be read.
    """
    wanted = _read_wanted(uri, password)
    if not certificates and wanted.certificate is not None:
        data = read_source(Path(wanted.certificate), max_bytes=_MAX_CERTIFICATE_BYTES)
        certificates = load_certificates(data)
    if not certificates:
        message = "a device of GM/T 0018 holds no certificates; give the one of its key"
        raise DeviceError(message, code="no_certificate")
    key = _open(wanted)
    try:
        return SdfSigner(key, certificates)
    except BaseException:
        key.close()
        raise


def open_sdf_key(uri: str, *, password: str | bytes | None = None) -> SdfKey:
    """The key behind an ``sdf:`` URI, for which there is no certificate yet.

    URI and ``password`` are those of :func:`open_sdf_signer`, and so is what is raised, but for
    certificates; one that the URI names is not read.
    """
    key = _open(_read_wanted(uri, password))
    try:
        key.try_password()
    except BaseException:
        key.close()
        raise
    return key


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a URI says."""

    library: str
    index: int
    sessions: int
    max_bits: int
    certificate: str | None
    pin: bytes | None = field(repr=False)


def _read_wanted(uri: str, password: str | bytes | None) -> _Wanted:
    path, query = split_uri(uri)
    options = read_attributes(query, "&", _QUERY)
    library = text_of({"the path": decode(path, "the path")}, "the path") or ""
    index = number_of(options, "index", highest=_HIGHEST_INDEX)
    if index is None:
        raise invalid("the URI has no index: the number of the key in the device")
    sessions = number_of(options, "sessions", highest=_MOST_SESSIONS)
    bits = number_of(options, "ecc-max-bits", highest=max(MAX_BITS))
    if sessions == 0 or bits not in (None, *MAX_BITS):
        raise invalid("sessions in the URI is at least 1, ecc-max-bits 512 or 256")
    pin = find_pin(options, password)
    named = text_of(options, "cert")
    return _Wanted(library, index, sessions or _SESSIONS, bits or MAX_BITS[0], named, pin)


def _open(wanted: _Wanted) -> SdfKey:
    if wanted.pin is None:
        message = "the device asks for the password of the key"
        raise DeviceError(message, call="SDF_GetPrivateKeyAccessRight", code="no_pin")
    sdf = Sdf(wanted.library, max_bits=wanted.max_bits)
    return SdfKey(sdf, wanted.index, wanted.pin, sessions=wanted.sessions)
