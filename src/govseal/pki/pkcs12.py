"""PKCS#12: a key and its certificates under one password (RFC 7292), read and written."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from govseal.asn1 import strict, write
from govseal.errors import FormatError, KeyLoadError
from govseal.pki import ber, pbes2
from govseal.pki.algorithms import SHA256, SM3, DigestAlgorithm, digest_algorithm
from govseal.pki.certificate import Certificate
from govseal.pki.keys import algorithm_identifier
from govseal.pki.pkcs8 import PrivateKey, decode_private_key, encode_private_key

_DATA: Final = "1.2.840.113549.1.7.1"
_ENCRYPTED_DATA: Final = "1.2.840.113549.1.7.6"
_KEY_BAG: Final = "1.2.840.113549.1.12.10.1.1"
_SHROUDED_KEY_BAG: Final = "1.2.840.113549.1.12.10.1.2"
_CERT_BAG: Final = "1.2.840.113549.1.12.10.1.3"
_X509_CERTIFICATE: Final = "1.2.840.113549.1.9.22.1"
_FRIENDLY_NAME: Final = "1.2.840.113549.1.9.20"
_LOCAL_KEY_ID: Final = "1.2.840.113549.1.9.21"

WHAT: Final = "the PKCS#12 file"
MAX_PKCS12_BYTES: Final = 4 * 1024 * 1024
MAX_BAGS: Final = 100
_MAX_SAFES: Final = 8
_MAC_DIGESTS: Final = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512", "sm3"})
_BMP_STRING: Final = 0x1E
_MAC_PURPOSE: Final = 3


@dataclass(frozen=True, slots=True)
class KeyStore:
    """What a PKCS#12 file holds."""

    key: PrivateKey
    certificates: tuple[Certificate, ...]
    """All certificates, the one of the key first where it is there."""


@dataclass(slots=True)
class _Contents:
    keys: list[PrivateKey] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    bags: int = 0


def is_pkcs12(der: bytes) -> bool:
    """Whether the bytes begin as a PFX does: a SEQUENCE, and in it INTEGER 3."""
    return der[:1] == b"\x30" and b"\x02\x01\x03\x30" in der[:12]


def derive(
    digest: DigestAlgorithm,
    password: bytes,
    salt: bytes,
    iterations: int,
    *,
    size: int,
    purpose: int,
) -> bytes:
    """The key derivation of RFC 7292, appendix B.2; ``password`` is BMPString with its NULs."""
    block = 128 if digest.size > 32 else 64

    def stretch(octets: bytes) -> bytes:
        length = -(-len(octets) // block) * block
        return (octets * (length // len(octets) + 1))[:length] if octets else b""

    row = bytearray(stretch(salt) + stretch(password))
    out = b""
    while True:
        value = digest.digest(bytes([purpose]) * block + bytes(row))
        for _ in range(iterations - 1):
            value = digest.digest(value)
        out += value
        if len(out) >= size:
            return out[:size]
        step = int.from_bytes((value * block)[:block], "big") + 1
        for at in range(0, len(row), block):
            number = int.from_bytes(row[at : at + block], "big") + step
            row[at : at + block] = (number % (1 << 8 * block)).to_bytes(block, "big")


def _bmp(password: str) -> bytes:
    return password.encode("utf-16-be", "surrogatepass") + b"\0\0"


def _mac(
    digest: DigestAlgorithm, bmp: bytes, salt: bytes, iterations: int, content: bytes
) -> bytes:
    key = derive(digest, bmp, salt, iterations, size=digest.size, purpose=_MAC_PURPOSE)
    return _hmac_sm3(key, content) if digest == SM3 else hmac.digest(key, content, digest.name)


def _hmac_sm3(key: bytes, content: bytes) -> bytes:
    """HMAC (RFC 2104) with SM3 and a key of at most 64 bytes; hashlib need not have SM3."""
    padded = key.ljust(64, b"\0")
    inner = SM3.digest(bytes(octet ^ 0x36 for octet in padded) + content)
    return SM3.digest(bytes(octet ^ 0x5C for octet in padded) + inner)


def _check_mac(element: strict.Tlv, content: bytes, password: str) -> None:
    """MacData (RFC 7292, 4): wrong passwords and changed files are told from nothing else."""
    parts = strict.expect(element, strict.SEQUENCE, WHAT).children()
    if not 2 <= len(parts) <= 3:
        raise pbes2.damaged(WHAT)
    info = strict.expect(parts[0], strict.SEQUENCE, WHAT).children()
    if len(info) != 2:
        raise pbes2.damaged(WHAT)
    oid, _ = algorithm_identifier(info[0], WHAT)
    digest = digest_algorithm(oid)
    if digest is None or digest.name not in _MAC_DIGESTS:
        raise pbes2.unsupported(f"the MAC of {WHAT[4:]}", oid)
    expected, salt = strict.read_octets(info[1], WHAT), strict.read_octets(parts[1], WHAT)
    iterations = strict.read_integer(parts[2], WHAT) if len(parts) == 3 else 1
    pbes2.check_iterations(iterations, f"the MAC of {WHAT[4:]}")
    # An empty password is written as nothing by some and as two NULs by others.
    for bmp in (_bmp(password), b"") if not password else (_bmp(password),):
        if hmac.compare_digest(_mac(digest, bmp, salt, iterations, content), expected):
            return
    message = "the password of the PKCS#12 file is wrong, or the file was changed"
    raise KeyLoadError(message, kind="wrong_password")


def _content_info(element: strict.Tlv) -> tuple[str, strict.Tlv]:
    parts = strict.expect(element, strict.SEQUENCE, WHAT).children()
    if len(parts) != 2:
        raise pbes2.damaged(WHAT)
    return strict.read_oid(parts[0], WHAT), strict.explicit(parts[1], 0, WHAT)


def _decrypt(element: strict.Tlv, password: bytes) -> bytes:
    """The content of EncryptedData (RFC 5652, 8), DER."""
    parts = strict.expect(element, strict.SEQUENCE, WHAT).children()
    if len(parts) < 2:
        raise pbes2.damaged(WHAT)
    info = strict.expect(parts[1], strict.SEQUENCE, WHAT).children()
    if len(info) != 3 or strict.read_oid(info[0], WHAT) != _DATA:
        raise pbes2.damaged(WHAT)
    scheme = pbes2.read_scheme(info[1], WHAT)
    if info[2].tag == 0x80:
        ciphertext = info[2].content
    else:  # [0] constructed: the string came in segments
        segments = strict.expect(info[2], 0xA0, WHAT).children()
        ciphertext = b"".join(strict.read_octets(segment, WHAT) for segment in segments)
    plaintext = pbes2.decrypt(scheme, ciphertext, password, WHAT)
    try:
        return ber.to_der(plaintext)
    except FormatError:
        # Where there is no MAC, one wrong password in 256 leaves a padding that looks right.
        raise pbes2.wrong_password(WHAT) from None


def _bags(safe_contents: bytes) -> Iterator[tuple[str, strict.Tlv]]:
    row = strict.parse(ber.to_der(safe_contents), part=WHAT)
    for bag in strict.expect(row, strict.SEQUENCE, WHAT).children():
        parts = strict.expect(bag, strict.SEQUENCE, WHAT).children()
        if not 2 <= len(parts) <= 3:
            raise pbes2.damaged(WHAT)
        yield strict.read_oid(parts[0], WHAT), strict.explicit(parts[1], 0, WHAT)


def _collect(safe_contents: bytes, password: bytes, found: _Contents) -> None:
    for kind, value in _bags(safe_contents):
        found.bags += 1
        if found.bags > MAX_BAGS:
            raise pbes2.damaged(WHAT)
        if kind in (_KEY_BAG, _SHROUDED_KEY_BAG):
            if found.keys:
                raise KeyLoadError(f"{WHAT} holds several private keys", kind="unsupported")
            found.keys.append(decode_private_key(value.raw, password))
        elif kind == _CERT_BAG:
            parts = strict.expect(value, strict.SEQUENCE, WHAT).children()
            if len(parts) == 2 and strict.read_oid(parts[0], WHAT) == _X509_CERTIFICATE:
                der = strict.read_octets(strict.explicit(parts[1], 0, WHAT), WHAT)
                found.certificates.append(Certificate.from_der(der))


def _read(data: bytes, password: str | None) -> _Contents:
    pfx = strict.parse(ber.to_der(data), part=WHAT)
    parts = strict.expect(pfx, strict.SEQUENCE, WHAT).children()
    if not 2 <= len(parts) <= 3 or strict.read_integer(parts[0], WHAT) != 3:
        raise pbes2.damaged(WHAT)
    kind, content = _content_info(parts[1])
    if kind != _DATA:
        raise KeyLoadError(f"{WHAT} is signed, not MACed: not read here", kind="unsupported")
    safe = strict.read_octets(content, WHAT)
    secret = password or ""
    octets = pbes2.password_octets(secret)
    if len(parts) == 3:
        _check_mac(parts[2], safe, secret)
    found = _Contents()
    row = strict.parse(ber.to_der(safe), part=WHAT)
    items = strict.expect(row, strict.SEQUENCE, WHAT).children()
    # Every encrypted part costs a key derivation.
    if len(items) > _MAX_SAFES:
        raise pbes2.damaged(WHAT)
    for item in items:
        kind, content = _content_info(item)
        if kind == _DATA:
            _collect(strict.read_octets(content, WHAT), octets, found)
        elif kind == _ENCRYPTED_DATA:
            _collect(_decrypt(content, octets), octets, found)
        else:
            raise KeyLoadError(f"{WHAT} is enveloped: not read here", kind="unsupported")
    return found


def read_pkcs12(data: bytes, password: str | bytes | None = None) -> KeyStore:
    """The one key and the certificates of a PKCS#12 file, after its MAC.

    Read are PBES2 with AES-CBC, and contents in the clear; the MAC may use SHA-1, SHA-2 or SM3.
    Iterations above two million are refused.

    Raises:
        KeyLoadError: ``wrong_password`` (or the file was changed: the MAC cannot tell),
            ``unsupported`` (PBE of the nineties, PBMAC1, another key type, several keys),
            ``damaged`` (not PKCS#12, no key).
        SigningUnavailable: an SM2 key, and the compiled core is not installed.
    """
    if len(data) > MAX_PKCS12_BYTES:
        raise pbes2.damaged(WHAT)
    try:
        text = password.decode() if isinstance(password, bytes) else password
        found = _read(bytes(data), text)
    except UnicodeError:
        raise pbes2.wrong_password(WHAT) from None
    except FormatError as error:
        raise KeyLoadError(f"{WHAT} is damaged: {error}", kind="damaged") from None
    if not found.keys:
        raise KeyLoadError(f"{WHAT} holds no private key", kind="damaged")
    key = found.keys[0]
    unique = dict.fromkeys(found.certificates)
    ordered = sorted(unique, key=lambda c: not c.public_key.is_same_key(key.public_key))
    return KeyStore(key, tuple(ordered))


def _attributes(name: str, key_id: bytes) -> bytes:
    friendly = write.element(_BMP_STRING, name.encode("utf-16-be", "replace"))
    return write.set_of(
        write.sequence(write.oid(_FRIENDLY_NAME), write.set_of(friendly)),
        write.sequence(write.oid(_LOCAL_KEY_ID), write.set_of(write.octets(key_id))),
    )


def _data_info(content: bytes) -> bytes:
    return write.sequence(write.oid(_DATA), write.explicit(0, write.octets(content)))


def write_pkcs12(
    key: PrivateKey,
    certificates: Iterable[Certificate],
    password: str,
    *,
    name: str = "govseal",
    iterations: int = pbes2.DEFAULT_ITERATIONS,
) -> bytes:
    """A PKCS#12 file with the key and its certificates, the key's own first.

    PBES2 (PBKDF2-HMAC-SHA256, AES-256-CBC) for both parts, MAC with SHA-256: what OpenSSL 3 and
    Java's keytool read.

    Raises:
        ValueError: no certificate, or the first does not belong to the key.
    """
    certificates = tuple(certificates)
    if not certificates or not certificates[0].public_key.is_same_key(key.public_key):
        raise ValueError("the first certificate must be the key's own")
    key_id = hashlib.sha1(certificates[0].der, usedforsecurity=False).digest()
    bags = []
    for place, certificate in enumerate(certificates):
        wrapped = write.explicit(0, write.octets(certificate.der))
        bag = write.explicit(0, write.sequence(write.oid(_X509_CERTIFICATE), wrapped))
        extra = b"" if place else _attributes(name, key_id)
        bags.append(write.sequence(write.oid(_CERT_BAG), bag, extra))
    secret = password.encode()
    algorithm, ciphertext = pbes2.encrypt(write.sequence(*bags), secret, iterations)
    info = write.sequence(write.oid(_DATA), algorithm, write.element(0x80, ciphertext))
    encrypted = write.sequence(write.integer(0), info)
    shrouded = write.explicit(0, encode_private_key(key, secret, iterations=iterations))
    key_bag = write.sequence(write.oid(_SHROUDED_KEY_BAG), shrouded, _attributes(name, key_id))
    safe = write.sequence(
        write.sequence(write.oid(_ENCRYPTED_DATA), write.explicit(0, encrypted)),
        _data_info(write.sequence(key_bag)),
    )
    salt = os.urandom(16)
    mac = _mac(SHA256, _bmp(password), salt, iterations, safe)
    sha256 = write.sequence(write.oid(SHA256.oids[0]), write.null())
    mac_data = write.sequence(
        write.sequence(sha256, write.octets(mac)), write.octets(salt), write.integer(iterations)
    )
    return write.sequence(write.integer(3), _data_info(safe), mac_data)
