"""PKCS#12: a key and its certificates under one password (RFC 7292), read and written."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from asn1crypto import cms, core, keys, pkcs12

from govseal.errors import FormatError, KeyLoadError
from govseal.pki import pbes2
from govseal.pki.algorithms import SHA256, DigestAlgorithm, digest_algorithm
from govseal.pki.certificate import Certificate
from govseal.pki.pkcs8 import PrivateKey, decode_private_key, encode_private_key

WHAT: Final = "the PKCS#12 file"
MAX_PKCS12_BYTES: Final = 4 * 1024 * 1024
MAX_BAGS: Final = 100
_MAX_SAFES: Final = 8
_MAC_DIGESTS: Final = frozenset({"sha1", "sha224", "sha256", "sha384", "sha512", "sm3"})
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
    certificates: list[bytes] = field(default_factory=list)
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
    # Typeshed asks for more than HMAC does.
    return hmac.digest(key, content, digest.factory)  # type: ignore[arg-type]


def _check_mac(data: pkcs12.MacData, content: bytes, password: str) -> None:
    """MacData (RFC 7292, 4): wrong passwords and changed files are told from nothing else."""
    what = f"the MAC of {WHAT[4:]}"
    with pbes2.reading(WHAT):
        oid = data["mac"]["digest_algorithm"]["algorithm"].dotted
        expected, salt = data["mac"]["digest"].native, data["mac_salt"].native
        iterations = pbes2.check_iterations(data["iterations"].native, what)
    digest = digest_algorithm(oid)
    if digest is None or digest.name not in _MAC_DIGESTS:
        raise pbes2.unsupported(what, oid)
    # An empty password is written as nothing by some and as two NULs by others.
    for bmp in (_bmp(password), b"") if not password else (_bmp(password),):
        if hmac.compare_digest(_mac(digest, bmp, salt, iterations, content), expected):
            return
    message = "the password of the PKCS#12 file is wrong, or the file was changed"
    raise KeyLoadError(message, kind="wrong_password")


def _open(item: cms.ContentInfo, password: bytes) -> pkcs12.SafeContents:
    """The bags of one part: in the clear, or EncryptedData (RFC 5652, 8)."""
    scheme = None
    with pbes2.reading(WHAT):
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
        return pbes2.load(pkcs12.SafeContents, octets, WHAT)
    plain = pbes2.decrypt(scheme, octets, password, WHAT)
    try:
        return pbes2.load(pkcs12.SafeContents, plain, WHAT)
    except KeyLoadError:
        # Where there is no MAC, one wrong password in 256 leaves a padding that looks right.
        raise pbes2.wrong_password(WHAT) from None


def _collect(bags: pkcs12.SafeContents, found: _Contents) -> list[bytes]:
    """The private keys among the bags (PKCS#8); bags of no use here are passed over."""
    found_keys = []
    with pbes2.reading(WHAT):
        found.bags += len(bags)
        if found.bags > MAX_BAGS:
            raise pbes2.damaged(WHAT)
        for bag in bags:
            kind, value = bag["bag_id"].native, bag["bag_value"]
            if kind in ("key_bag", "pkcs8_shrouded_key_bag"):
                found_keys.append(value.untag().dump())
            elif kind == "cert_bag" and value["cert_id"].native == "x509":
                found.certificates.append(bytes(value["cert_value"]))
    return found_keys


def _read(data: bytes, password: str) -> _Contents:
    pfx = pbes2.load(pkcs12.Pfx, data, WHAT)
    with pbes2.reading(WHAT):
        if pfx["version"].native != "v3":
            raise pbes2.damaged(WHAT)
        if pfx["auth_safe"]["content_type"].native != "data":
            raise KeyLoadError(f"{WHAT} is signed, not MACed: not read here", kind="unsupported")
        safe, mac = bytes(pfx["auth_safe"]["content"]), pfx["mac_data"]
    if not isinstance(mac, core.Void):
        _check_mac(mac, safe, password)
    safes = pbes2.load(pkcs12.AuthenticatedSafe, safe, WHAT)
    with pbes2.reading(WHAT):
        # Every encrypted part costs a key derivation.
        if len(safes) > _MAX_SAFES:
            raise pbes2.damaged(WHAT)
        items = list(safes)
    found = _Contents()
    octets = pbes2.password_octets(password)
    for item in items:
        for der in _collect(_open(item, octets), found):
            if found.keys:
                raise KeyLoadError(f"{WHAT} holds several private keys", kind="unsupported")
            found.keys.append(decode_private_key(der, octets))
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
        text = (password.decode() if isinstance(password, bytes) else password) or ""
        found = _read(bytes(data), text)
        certificates = [Certificate.from_der(der) for der in dict.fromkeys(found.certificates)]
    except UnicodeError:
        raise pbes2.wrong_password(WHAT) from None
    except FormatError as error:
        raise KeyLoadError(f"{WHAT} is damaged: {error}", kind="damaged") from None
    if not found.keys:
        raise KeyLoadError(f"{WHAT} holds no private key", kind="damaged")
    key = found.keys[0]
    certificates.sort(key=lambda c: not c.public_key.is_same_key(key.public_key))
    return KeyStore(key, tuple(certificates))


def _cert_bag(certificate: Certificate) -> dict[str, object]:
    value = {"cert_id": "x509", "cert_value": core.ParsableOctetString(certificate.der)}
    return {"bag_id": "cert_bag", "bag_value": value}


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
    attributes = [
        {"type": "friendly_name", "values": [name.encode("utf-8", "replace").decode()]},
        {"type": "local_key_id", "values": [key_id]},
    ]
    bags = [_cert_bag(certificate) for certificate in certificates]
    bags[0]["bag_attributes"] = attributes
    secret = password.encode()
    algorithm, ciphertext = pbes2.encrypt(pkcs12.SafeContents(bags).dump(), secret, iterations)
    encrypted = {
        "content_type": "data",
        "content_encryption_algorithm": algorithm,
        "encrypted_content": ciphertext,
    }
    shrouded = encode_private_key(key, secret, iterations=iterations)
    key_bag = {
        "bag_id": "pkcs8_shrouded_key_bag",
        "bag_value": keys.EncryptedPrivateKeyInfo.load(shrouded),
        "bag_attributes": attributes,
    }
    data = {"version": 0, "encrypted_content_info": encrypted}
    safes = [
        {"content_type": "encrypted_data", "content": data},
        {"content_type": "data", "content": pkcs12.SafeContents([key_bag]).dump()},
    ]
    safe = pkcs12.AuthenticatedSafe(safes).dump()
    salt = os.urandom(16)
    mac = _mac(SHA256, _bmp(password), salt, iterations, safe)
    info = {"digest_algorithm": {"algorithm": "sha256"}, "digest": mac}
    pfx = {
        "version": 3,
        "auth_safe": {"content_type": "data", "content": safe},
        "mac_data": {"mac": info, "mac_salt": salt, "iterations": iterations},
    }
    return bytes(pkcs12.Pfx(pfx).dump())
