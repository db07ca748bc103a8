"""Keys in PKCS#11 tokens (令牌): ``pkcs11:`` URIs of RFC 7512."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, final

from govseal import sm2
from govseal.asn1 import strict, write
from govseal.errors import DeviceError, EncodingError, FormatError
from govseal.pki.algorithms import (
    ECDSA_SHA256,
    RSA_SHA256,
    SHA256,
    SM2_SM3,
    SignatureAlgorithm,
)
from govseal.pki.certificate import Certificate
from govseal.pki.devices import cryptoki, sm2_mechanism
from govseal.pki.devices.cryptoki import Module, Session, Token
from govseal.pki.devices.library import BareKey, DeviceSigner, check_made, own_certificate
from govseal.pki.devices.uris import (
    find_pin,
    invalid,
    number_of,
    read_attributes,
    split_uri,
    text_of,
)
from govseal.pki.ecdsa import P256, EcPoint
from govseal.pki.keys import (
    PublicKey,
    RsaNumbers,
    decode_public_key,
    encode_ec_spki,
    encode_rsa_spki,
    encode_sm2_spki,
)

# What the URI's attributes are in the token's and the key's own description.
_TOKEN_NAMES: Final = {
    "token": "label",
    "manufacturer": "manufacturer",
    "model": "model",
    "serial": "serial",
}
_KEY_NAMES: Final = {"object": cryptoki.CKA_LABEL, "id": cryptoki.CKA_ID}
_PATH: Final = (*_TOKEN_NAMES, *_KEY_NAMES, "slot-id", "type")
_QUERY: Final = ("module-path", "pin-source", *sm2_mechanism.ATTRIBUTES)
_HIGHEST_SLOT: Final = 0xFFFFFFFF
# DigestInfo of SHA-256 up to the digest (RFC 8017, 9.2, note 1).
_DIGEST_INFO: Final = bytes.fromhex("3031300d060960864801650304020105000420")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the path of a URI names."""

    slot: int | None
    token: dict[str, str]
    """By the URI's names."""
    key: dict[int, bytes]
    """By the numbers of attributes."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How one key signs: the mechanism, what goes in, what is made of what comes out."""

    algorithm: SignatureAlgorithm
    mechanism: int
    prepare: Callable[[bytes], bytes]
    finish: Callable[[bytes], bytes]


@final
class Pkcs11Key(BareKey):
    """A key in a token; threads may share it, and sign one after the other.

    The session ends with :meth:`close`, or with the object. Every signature is one use of the key
    and is verified under the public key before it is given away.
    """

    __slots__ = ("__weakref__", "_close", "_handle", "_lock", "_session", "_way", "public_key")

    public_key: PublicKey

    def __init__(self, session: Session, handle: int, way: _Way, public_key: PublicKey) -> None:
        self._lock = threading.Lock()
        self._session = session
        self._handle = handle
        self._way = way
        self.public_key = public_key
        self._close = weakref.finalize(self, session.close)

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """``sm2-sm3``, ``rsa-sha256`` or ``ecdsa-sha256``."""
        return self._way.algorithm

    def sign(self, message: bytes, /) -> bytes:
        """The signature over ``message``: PKCS#1 v1.5 for RSA, else DER (SM2: default user ID).

        Raises:
            DeviceError: the device refuses, or the key is closed.
            SigningFault: what it made does not verify under the public key.
        """
        data = self._way.prepare(message)
        with self._lock:
            if not self._close.alive:
                raise DeviceError(
                    "the session was closed", call="C_Sign", code="CKR_SESSION_CLOSED"
                )
            made = self._session.sign(self._handle, self._way.mechanism, data)
        return check_made(self._way.finish(made), message, self.public_key, self.algorithm)

    def close(self) -> None:
        """End the session; twice is harmless."""
        with self._lock:
            self._close()


@final
class Pkcs11Signer(DeviceSigner):
    """A :class:`Pkcs11Key` with its certificate: signatures are verified under that one's key."""

    __slots__ = ("_key", "certificate", "chain")

    certificate: Certificate
    chain: tuple[Certificate, ...]

    def __init__(
        self, key: Pkcs11Key, certificate: Certificate, chain: tuple[Certificate, ...]
    ) -> None:
        self._key = key
        self.certificate = certificate
        self.chain = chain

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """As :attr:`Pkcs11Key.algorithm`."""
        return self._key.algorithm

    def sign(self, message: bytes, /) -> bytes:
        """As :meth:`Pkcs11Key.sign`; raises alike."""
        return self._key.sign(message)

    def close(self) -> None:
        """End the session; twice is harmless."""
        self._key.close()


def open_pkcs11_signer(
    uri: str,
    *,
    password: str | bytes | None = None,
    certificates: tuple[Certificate, ...] = (),
) -> Pkcs11Signer:
    """The signer behind a ``pkcs11:`` URI (RFC 7512).

    The path names token and key, with ``token``, ``manufacturer``, ``model``, ``serial``,
    ``slot-id``, ``object``, ``id`` and ``type``; they must fit one token and one private key. The
    query has ``module-path`` (or the settings of ``GOVSEAL_PKCS11_CONFIG``), ``pin-source`` (a
    file) and for SM2 keys those of :mod:`govseal.pki.devices.sm2_mechanism`.

    Args:
        uri: the URI.
        password: the PIN, where the URI has no ``pin-source``.
        certificates: the certificate of the key, and the chain; without them the certificate is
            the token's, with the ID of the key, else with its label.

    Raises:
        DeviceError: ``invalid_uri``, ``invalid_settings``, ``no_library``, ``no_token``,
            ``several_tokens``, ``no_pin``, ``no_key``, ``several_keys``, ``no_certificate``,
            ``several_certificates``, ``unsupported``, or the answer of the device by its name.
        KeyLoadError: no certificate that was given belongs to the key.
        FormatError: the token's certificate cannot be read.
        OSError: a file that is named cannot be read.
    """
    with _opened(uri, password) as found:
        own, chain = _certificates(found.session, found.handle, certificates)
        return Pkcs11Signer(found.key(own.public_key), own, chain)


def open_pkcs11_key(uri: str, *, password: str | bytes | None = None) -> Pkcs11Key:
    """The key behind a ``pkcs11:`` URI, for which there is no certificate yet.

    URI and ``password`` are those of :func:`open_pkcs11_signer`, and so is what is raised, but
    for certificates; ``no_public_key`` is raised where the token does not show the public key.
    """
    with _opened(uri, password) as found:
        return found.key(_public_key(found.session, found.handle))


@dataclass(frozen=True, slots=True)
class _Found:
    """A private key that a URI names, in a session that is logged in."""

    session: Session
    handle: int
    by_vendor: sm2_mechanism.Sm2Mechanism | None
    mechanisms: frozenset[int]

    def key(self, public_key: PublicKey) -> Pkcs11Key:
        """The key, to sign with."""
        way = _way_of(public_key, self.by_vendor, self.mechanisms)
        return Pkcs11Key(self.session, self.handle, way, public_key)


@contextmanager
def _opened(uri: str, password: str | bytes | None) -> Iterator[_Found]:
    """What the URI names; the session ends where the ``with`` fails."""
    path, query = split_uri(uri)
    wanted = _read_wanted(read_attributes(path, ";", _PATH))
    options = read_attributes(query, "&", _QUERY)
    settings = sm2_mechanism.read_settings()
    by_vendor = sm2_mechanism.read_mechanism(options) or settings.sm2
    library = text_of(options, "module-path") or settings.module_path
    if library is None:
        raise invalid("the URI has no module-path, and the settings name none")
    pin = find_pin(options, password)
    module = Module(library)
    token = _choose(module, wanted)
    session = module.open_session(token)
    try:
        _log_in(session, token, pin)
        handle = _find_key(session, wanted)
        yield _Found(session, handle, by_vendor, module.mechanisms(token))
    except BaseException:
        session.close()
        raise


def _read_wanted(attributes: dict[str, bytes]) -> _Wanted:
    if attributes.get("type", b"private") != b"private":
        raise invalid("type in the URI is private: that is the key that signs")
    token = {name: text_of(attributes, name) for name in _TOKEN_NAMES}
    return _Wanted(
        slot=number_of(attributes, "slot-id", highest=_HIGHEST_SLOT),
        token={name: text for name, text in token.items() if text is not None},
        key={_KEY_NAMES[name]: attributes[name] for name in _KEY_NAMES if name in attributes},
    )


def _choose(module: Module, wanted: _Wanted) -> Token:
    """The one token that the URI fits."""
    found = [
        token
        for token in module.tokens()
        if wanted.slot in (None, token.slot)
        and all(getattr(token, _TOKEN_NAMES[name]) == text for name, text in wanted.token.items())
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise DeviceError(
            "there is no token that the URI fits", call="C_GetSlotList", code="no_token"
        )
    labels = ", ".join(f"{token.label} (slot {token.slot})" for token in found[:8])
    message = f"the URI fits several tokens; name one by token, serial or slot-id: {labels}"
    raise DeviceError(message, call="C_GetSlotList", code="several_tokens")


def _log_in(session: Session, token: Token, pin: bytes | None) -> None:
    if pin is None and token.needs_login and not token.has_keypad:
        raise DeviceError(
            f"the token {token.label} asks for its PIN", call="C_Login", code="no_pin"
        )
    if pin is not None or token.needs_login:
        session.log_in(pin)


def _find_key(session: Session, wanted: _Wanted) -> int:
    """The one private key that the URI fits."""
    found = session.find(cryptoki.CKO_PRIVATE_KEY, wanted.key)
    if len(found) == 1:
        return found[0]
    if not found:
        message = "the token has no private key that the URI fits"
        raise DeviceError(message, call="C_FindObjects", code="no_key")
    message = f"the URI fits {len(found)} private keys; name one by object and id"
    raise DeviceError(message, call="C_FindObjects", code="several_keys")


def _certificates(
    session: Session, handle: int, given: tuple[Certificate, ...]
) -> tuple[Certificate, tuple[Certificate, ...]]:
    """The certificate of the key and the chain: those given, else the token's."""

    def is_possible(key: PublicKey) -> bool:
        return _fits(session, handle, key) is not False

    if given:
        return own_certificate(given, is_possible)
    found = tuple(_on_token(session, handle))
    if not found:
        message = "the token has no certificate with the ID or label of the key; give it"
        raise DeviceError(message, call="C_FindObjects", code="no_certificate")
    fitting = tuple(c for c in found if is_possible(c.public_key))
    if len(fitting) > 1:
        message = f"the token has {len(fitting)} certificates of the key; give the one"
        raise DeviceError(message, call="C_FindObjects", code="several_certificates")
    return own_certificate(fitting or found, is_possible)


def _on_token(session: Session, handle: int) -> Iterator[Certificate]:
    """The certificates with the key's ID, else those with its label."""
    for number in (cryptoki.CKA_ID, cryptoki.CKA_LABEL):
        value = session.attribute(handle, number)
        found = session.find(cryptoki.CKO_CERTIFICATE, {number: value}) if value else []
        for item in found:
            der = session.attribute(item, cryptoki.CKA_VALUE)
            if der is None:
                message = "a certificate on the token has no value"
                raise FormatError(message, part="CKA_VALUE")
            yield Certificate.from_der(der)
        if found:
            return


def _fits(session: Session, handle: int, key: PublicKey) -> bool | None:
    """Whether the device's key is the one of a certificate; None where it does not show that."""
    kind = session.attribute(handle, cryptoki.CKA_KEY_TYPE)
    if kind and (kind == cryptoki.CKK_RSA) is not (key.kind == "rsa"):
        return False
    if isinstance(key.material, RsaNumbers):
        modulus = session.attribute(handle, cryptoki.CKA_MODULUS)
        return None if not modulus else int.from_bytes(modulus) == key.material.modulus
    if not isinstance(key.material, sm2.PublicKey | EcPoint):
        return None
    point = _told(session, handle, cryptoki.CKA_EC_POINT)
    return None if not point else _bare_point(point) == key.material.encode()


def _told(session: Session, handle: int, number: int) -> bytes | None:
    """What the private key, or else the public key with its ID, shows of the public key."""
    value = session.attribute(handle, number)
    identifier = session.attribute(handle, cryptoki.CKA_ID)
    if not value and identifier:
        for item in session.find(cryptoki.CKO_PUBLIC_KEY, {cryptoki.CKA_ID: identifier}):
            value = session.attribute(item, number)
    return value


def _public_key(session: Session, handle: int) -> PublicKey:
    """The public key as the token shows it."""
    if session.attribute(handle, cryptoki.CKA_KEY_TYPE) == cryptoki.CKK_RSA:
        modulus = _told(session, handle, cryptoki.CKA_MODULUS)
        exponent = _told(session, handle, cryptoki.CKA_PUBLIC_EXPONENT)
        if modulus and exponent:
            spki = encode_rsa_spki(int.from_bytes(modulus), int.from_bytes(exponent))
            return decode_public_key(spki)
    else:
        point = _told(session, handle, cryptoki.CKA_EC_POINT)
        if point:
            return _read_point(_bare_point(point))
    message = "the token does not show the public key: give the request that its maker's tool makes"
    raise DeviceError(message, call="C_GetAttributeValue", code="no_public_key")


def _read_point(point: bytes) -> PublicKey:
    """The key on SM2's curve or P-256 whose point this is."""
    with suppress(EncodingError):
        return decode_public_key(encode_sm2_spki(sm2.PublicKey.decode(point).encode()))
    try:
        return decode_public_key(encode_ec_spki(EcPoint.decode(P256, point)))
    except EncodingError:
        message = "a key on a curve that is not used here"
        raise DeviceError(message, code="unsupported") from None


def _bare_point(value: bytes) -> bytes:
    """The point inside an OCTET STRING, which some modules leave out."""
    try:
        return strict.expect(strict.parse(value), strict.OCTET_STRING, "CKA_EC_POINT").content
    except EncodingError:
        return value


def _way_of(
    public_key: PublicKey,
    by_vendor: sm2_mechanism.Sm2Mechanism | None,
    mechanisms: frozenset[int],
) -> _Way:
    material = public_key.material
    if isinstance(material, RsaNumbers):
        if cryptoki.CKM_SHA256_RSA_PKCS in mechanisms:
            return _Way(RSA_SHA256, cryptoki.CKM_SHA256_RSA_PKCS, _same, _same)
        return _Way(RSA_SHA256, cryptoki.CKM_RSA_PKCS, _digest_info, _same)
    if isinstance(material, EcPoint) and material.curve == P256:
        return _Way(ECDSA_SHA256, cryptoki.CKM_ECDSA, SHA256.digest, _ecdsa_value)
    if not isinstance(material, sm2.PublicKey):
        message = f"a key of a kind that is not used here: {public_key.algorithm_oid}"
        raise DeviceError(message, code="unsupported")
    if by_vendor is None:
        message = "PKCS#11 has no mechanism for SM2: name the vendor's with sm2-mechanism"
        raise DeviceError(message, code="unsupported")
    key = material
    return _Way(
        SM2_SM3,
        by_vendor.mechanism,
        lambda message: by_vendor.prepare(message, key),
        by_vendor.finish,
    )


def _same(data: bytes) -> bytes:
    return data


def _digest_info(message: bytes) -> bytes:
    return _DIGEST_INFO + SHA256.digest(message)


def _ecdsa_value(made: bytes) -> bytes:
    """The DER signature of r ‖ s (PKCS#11, 6.3.1)."""
    if len(made) != 2 * P256.size:
        message = f"{len(made)} bytes are no signature of P-256"
        raise DeviceError(message, call="C_Sign", code="bad_answer")
    halves = (made[: P256.size], made[P256.size :])
    return write.sequence(*(write.integer(int.from_bytes(half, "big")) for half in halves))
