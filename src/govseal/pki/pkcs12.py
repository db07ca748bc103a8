"""PKCS#12: a key and its certificates under one password (RFC 7292), read and written."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from asn1crypto import algos, cms, core, pkcs12

from govseal.asn1 import write
from govseal.errors import FormatError, KeyLoadError
from govseal.pki import containers, pbes2, pkcs12kdf
from govseal.pki.algorithms import DigestAlgorithm, digest_algorithm
from govseal.pki.certificate import Certificate
from govseal.pki.pkcs8 import PrivateKey, decode_private_key

WHAT: Final = "the PKCS#12 file"
MAX_PKCS12_BYTES: Final = 4 * 1024 * 1024
MAX_BAGS: Final = 100
_MAX_SAFES: Final = 8
_MAC_DIGESTS: Final = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512", "sm3"})
PBMAC1: Final = "1.2.840.113549.1.5.14"
_MIN_MAC_KEY_BYTES: Final = 16
_MAX_MAC_KEY_BYTES: Final = 64
_OWN: Final = frozenset({containers.Form.PKCS12})

_DATA: Final = "1.2.840.113549.1.7.1"
_ENCRYPTED_DATA: Final = "1.2.840.113549.1.7.6"
_SHROUDED_KEY_BAG: Final = "1.2.840.113549.1.12.10.1.2"
_CERT_BAG: Final = "1.2.840.113549.1.12.10.1.3"
_X509_CERTIFICATE: Final = "1.2.840.113549.1.9.22.1"
_FRIENDLY_NAME: Final = "1.2.840.113549.1.9.20"
_LOCAL_KEY_ID: Final = "1.2.840.113549.1.9.21"
_BMP_STRING: Final = 0x1E


@dataclass(frozen=True, slots=True)
class KeyStore:
    """What a PKCS#12 file holds."""

    key: PrivateKey
    certificates: tuple[Certificate, ...]
    """All certificates, the one of the key first where it is there."""


@dataclass(slots=True)
class _Contents:
    keys: list[PrivateKey] = field(default_factory=list)
    certificates: list[bytes] = field(default_factory=list)
    bags: int = 0


def is_pkcs12(data: bytes) -> bool:
    """Whether the bytes begin as a PFX does: version 3, and content of PKCS#7 around the rest."""
    return data[:1] == b"\x30" and b"\x02\x01\x03\x30" in data[:12]


class _Pbmac1Params(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """PBMAC1-params (RFC 8018, A.5)."""

    _fields: ClassVar = [("kdf", algos.KdfAlgorithm), ("scheme", algos.HmacAlgorithm)]


def _mac(
    digest: DigestAlgorithm, bmp: bytes, salt: bytes, iterations: int, content: bytes
) -> bytes:
    purpose = pkcs12kdf.MAC
    key = pkcs12kdf.derive(digest, bmp, salt, iterations, size=digest.size, purpose=purpose)
    # Typeshed asks for more than HMAC does.
    return hmac.digest(key, content, digest.factory)  # type: ignore[arg-type]


def _is_pbmac1_right(algorithm: Any, expected: bytes, content: bytes, password: str) -> bool:  # noqa: ANN401 - asn1crypto has no types
    """Whether a PBMAC1 fits (RFC 9579): salt and iterations stand in its own parameters."""
    what = f"the MAC of {WHAT[4:]}"
    with containers.reading(WHAT):
        parameters = pbes2.read_parameters(algorithm, _Pbmac1Params)
        derivation = pbes2.read_derivation(parameters["kdf"], what)
        prf = parameters["scheme"]["algorithm"].dotted
        size = derivation.key_bytes
    digest = digest_algorithm(pbes2.PRFS.get(prf, ""))
    if digest is None:
        raise containers.unsupported(what, prf)
    # RFC 9579, 3: the length has to be there, and a short key would weaken the MAC.
    if size is None or not _MIN_MAC_KEY_BYTES <= size <= _MAX_MAC_KEY_BYTES:
        raise containers.damaged(what)
    key = derivation.key(containers.password_octets(password), size, what)
    value = hmac.digest(key, content, digest.factory)  # type: ignore[arg-type]
    return hmac.compare_digest(value, expected)


def _is_mac_right(data: pkcs12.MacData, content: bytes, password: str) -> bool:
    what = f"the MAC of {WHAT[4:]}"
    with containers.reading(WHAT):
        algorithm = data["mac"]["digest_algorithm"]
        oid = algorithm["algorithm"].dotted
        expected, salt = data["mac"]["digest"].native, data["mac_salt"].native
        count = data["iterations"].native
    if oid == PBMAC1:
        return _is_pbmac1_right(algorithm, expected, content, password)
    iterations = containers.check_iterations(count, what)
    digest = digest_algorithm(oid)
    if digest is None or digest.name not in _MAC_DIGESTS:
        raise containers.unsupported(what, oid)
    # An empty password is written as nothing by some and as two NULs by others.
    bmp = pkcs12kdf.bmp_password(password)
    return any(
        hmac.compare_digest(_mac(digest, octets, salt, iterations, content), expected)
        for octets in ((bmp,) if password else (bmp, b""))
    )


def _check_mac(data: pkcs12.MacData, content: bytes, password: str) -> None:
    """MacData (RFC 7292, 4): wrong passwords and changed files are told from nothing else."""
    if not _is_mac_right(data, content, password):
        message = "the password of the PKCS#12 file is wrong, or the file was changed"
        raise KeyLoadError(message, kind="wrong_password")


def _open(item: cms.ContentInfo, password: bytes) -> pkcs12.SafeContents:
    """The bags of one part: in the clear, or EncryptedData (RFC 5652, 8)."""
    scheme = None
    with containers.reading(WHAT):
        kind = item["content_type"].native
        if kind == "data":
            octets = bytes(item["content"])
        elif kind == "encrypted_data":
            info = item["content"]["encrypted_content_info"]
            scheme = pbes2.read_scheme(info["content_encryption_algorithm"], WHAT)
            octets = bytes(info["encrypted_content"])
        else:
            raise KeyLoadError(f"{WHAT} is enveloped: not read here", kind="unsupported")
    if scheme is None:
        return containers.load(pkcs12.SafeContents, octets, WHAT)
    plain = scheme.decrypt(octets, password, WHAT)
    try:
        return containers.load(pkcs12.SafeContents, plain, WHAT)
    except KeyLoadError:
        # Where there is no MAC, one wrong password in 256 leaves a padding that looks right.
        raise containers.wrong_password(WHAT) from None


def _collect(bags: pkcs12.SafeContents, found: _Contents) -> list[bytes]:
    """The private keys among the bags (PKCS#8); bags of no use here are passed over."""
    found_keys = []
    with containers.reading(WHAT):
        found.bags += len(bags)
        if found.bags > MAX_BAGS:
            raise containers.damaged(WHAT)
        for bag in bags:
            kind, value = bag["bag_id"].native, bag["bag_value"]
            if kind in ("key_bag", "pkcs8_shrouded_key_bag"):
                found_keys.append(value.untag().dump())
            elif kind == "cert_bag" and value["cert_id"].native == "x509":
                found.certificates.append(bytes(value["cert_value"]))
    return found_keys


def _read(data: bytes, password: str) -> _Contents:
    pfx = containers.load(pkcs12.Pfx, data, WHAT)
    with containers.reading(WHAT):
        if pfx["version"].native != "v3":
            raise containers.damaged(WHAT)
        if pfx["auth_safe"]["content_type"].native != "data":
            raise KeyLoadError(f"{WHAT} is signed, not MACed: not read here", kind="unsupported")
        safe, mac = bytes(pfx["auth_safe"]["content"]), pfx["mac_data"]
    if not isinstance(mac, core.Void):
        _check_mac(mac, safe, password)
    safes = containers.load(pkcs12.AuthenticatedSafe, safe, WHAT)
    with containers.reading(WHAT):
        # Every encrypted part costs a key derivation.
        if len(safes) > _MAX_SAFES:
            raise containers.damaged(WHAT)
        items = list(safes)
    found = _Contents()
    octets = containers.password_octets(password)
    for item in items:
        for der in _collect(_open(item, octets), found):
            if found.keys:
                raise KeyLoadError(f"{WHAT} holds several private keys", kind="unsupported")
            found.keys.append(decode_private_key(der, octets))
    return found


def read_pkcs12(data: bytes, password: str | bytes | None = None) -> KeyStore:
    """The one key and the certificates of a PKCS#12 file, after its MAC.

    Read are PBES2 with AES, SM4 or 3DES, pbeWithSHAAnd3-KeyTripleDES-CBC, and contents in the
    clear; the MAC may use SHA-1, SHA-2 or SM3, and be PBMAC1 (RFC 9579). Iterations above two
    million are refused.

    Raises:
        KeyLoadError: ``wrong_password`` (or the file was changed: the MAC cannot tell),
            ``wrong_container`` (not PKCS#12, or without a private key), ``unsupported`` (RC2 and
            RC4 of the nineties, another key type, several keys) or ``damaged``.
        SigningUnavailable: an SM2 key, and the compiled core is not installed.
    """
    if len(data) > MAX_PKCS12_BYTES:
        raise containers.damaged(WHAT)
    if not is_pkcs12(data):
        raise containers.refusal(data, WHAT, _OWN)
    try:
        text = (password.decode() if isinstance(password, bytes) else password) or ""
        found = _read(bytes(data), text)
        certificates = [Certificate.from_der(der) for der in dict.fromkeys(found.certificates)]
    except UnicodeError:
        raise containers.wrong_password(WHAT) from None
    except FormatError as error:
        raise KeyLoadError(f"{WHAT} is damaged: {error}", kind="damaged") from None
    if not found.keys:
        raise KeyLoadError(f"{WHAT} holds no private key", kind="wrong_container")
    key = found.keys[0]
    certificates.sort(key=lambda c: not c.public_key.is_same_key(key.public_key))
    return KeyStore(key, tuple(certificates))


def _attribute(oid: str, value: bytes) -> bytes:
    return write.sequence(write.oid(oid), write.set_of(value))


def _bag(oid: str, value: bytes, attributes: tuple[bytes, ...] = ()) -> bytes:
    """SafeBag (RFC 7292, 4.2)."""
    rows = write.set_of(*attributes) if attributes else b""
    return write.sequence(write.oid(oid), write.explicit(0, value), rows)


def _data(content: bytes) -> bytes:
    """ContentInfo of type data."""
    return write.sequence(write.oid(_DATA), write.explicit(0, write.octets(content)))


def _encrypted_data(algorithm: bytes, ciphertext: bytes) -> bytes:
    """ContentInfo of type encryptedData (RFC 5652, 8)."""
    info = write.sequence(write.oid(_DATA), algorithm, write.element(0x80, ciphertext))
    body = write.sequence(write.integer(0), info)
    return write.sequence(write.oid(_ENCRYPTED_DATA), write.explicit(0, body))


def _certificate_bags(certificates: tuple[Certificate, ...], own: tuple[bytes, ...]) -> bytes:
    """SafeContents with the certificates, the attributes with the first."""
    bags = []
    for number, certificate in enumerate(certificates):
        inner = write.explicit(0, write.octets(certificate.der))
        value = write.sequence(write.oid(_X509_CERTIFICATE), inner)
        bags.append(_bag(_CERT_BAG, value, () if number else own))
    return write.sequence(*bags)


def _mac_data(safe: bytes, password: str, digest: DigestAlgorithm, iterations: int) -> bytes:
    """MacData with the derivation of PKCS#12, which every reader knows."""
    salt = os.urandom(16)
    value = _mac(digest, pkcs12kdf.bmp_password(password), salt, iterations, safe)
    algorithm = write.sequence(write.oid(digest.oids[0]), write.null())
    info = write.sequence(algorithm, write.octets(value))
    count = write.integer(iterations) if iterations != 1 else b""  # DEFAULT 1
    return write.sequence(info, write.octets(salt), count)


def write_pkcs12(
    key: PrivateKey,
    certificates: Iterable[Certificate],
    password: str,
    *,
    name: str = "govseal",
    scheme: str = "aes",
    iterations: int = pbes2.DEFAULT_ITERATIONS,
) -> bytes:
    """A PKCS#12 file with the key and its certificates, the key's own first.

    PBES2 for both parts. ``scheme`` is ``aes`` (PBKDF2-HMAC-SHA256, AES-256-CBC, MAC with
    SHA-256), which OpenSSL 3 and Java's keytool read, or ``sm4`` (PBKDF2-HMAC-SM3, SM4-CBC, MAC
    with SM3).

    Raises:
        KeyLoadError: ``unsupported``: this machine lacks the cipher.
        ValueError: no certificate, the first does not belong to the key, or another scheme.
    """
    certificates = tuple(certificates)
    if not certificates or not certificates[0].public_key.is_same_key(key.public_key):
        raise ValueError("the first certificate must be the key's own")
    digest, secret = pbes2.suite(scheme).digest, password.encode()
    key_id = hashlib.sha1(certificates[0].der, usedforsecurity=False).digest()
    label = name.encode("utf-16-be", "replace")
    attributes = (
        _attribute(_FRIENDLY_NAME, write.element(_BMP_STRING, label)),
        _attribute(_LOCAL_KEY_ID, write.octets(key_id)),
    )
    row = _certificate_bags(certificates, attributes)
    shrouded = key.to_pkcs8(secret, scheme=scheme, iterations=iterations)
    safe = write.sequence(
        _encrypted_data(*pbes2.encrypt(row, secret, iterations, scheme)),
        _data(write.sequence(_bag(_SHROUDED_KEY_BAG, shrouded, attributes))),
    )
    mac_data = _mac_data(safe, password, digest, iterations)
    return write.sequence(write.integer(3), _data(safe), mac_data)
