"""CFCA's ``.sm2`` files: an SM2 key and its certificate, as that CA's toolkit delivers them.

``SEQUENCE { INTEGER 1, SEQUENCE { data, SM4, OCTET STRING }, SEQUENCE { data, OCTET STRING } }`` in
Base64: d encrypted with SM4-CBC, the certificate in the clear. IV ‖ key is SM2's key derivation
(GB/T 32918.4, 5.4.3) of the password, one round and no salt. There is no published standard; the
layout is the one that the gmsm library (``cfca`` package) documents.
"""

from __future__ import annotations

import base64
import re
from typing import Final

from govseal import sm2
from govseal.asn1 import strict
from govseal.errors import EncodingError, FormatError, KeyLoadError
from govseal.pki import blockcipher, containers
from govseal.pki.certificate import Certificate
from govseal.pki.pkcs8 import PrivateKey

WHAT: Final = "the CFCA .sm2 file"
MAX_BYTES: Final = 64 * 1024
_DATA: Final = "1.2.156.10197.6.1.4.2.1"
_SM4_SPELLINGS: Final = ("1.2.156.10197.1.104", "1.2.156.10197.1.104.2")
_OWN: Final = frozenset({containers.Form.CFCA})
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/\s]+={0,2}\s*")


def from_base64(data: bytes) -> bytes:
    """What a file without PEM's lines holds in Base64, also where it breaks off; else the file."""
    if not data.startswith(b"MI") or not _BASE64.fullmatch(data):
        return data
    text = b"".join(data.split()).rstrip(b"=")
    text = text[: len(text) - (len(text) % 4 == 1)]
    return base64.b64decode(text + b"=" * (-len(text) % 4))


def is_cfca(der: bytes) -> bool:
    """Whether the structure has the outline of such a file."""
    return containers.recognise(der) is containers.Form.CFCA


def _derive(password: bytes) -> tuple[bytes, bytes]:
    """IV and key: SM3(password ‖ 1), 32 octets."""
    value = sm2.sm3(password + (1).to_bytes(4, "big"))
    return value[:16], value[16:]


def _split(der: bytes) -> tuple[bytes, bytes]:
    """The encrypted key and the certificate."""
    rows = strict.parse(der, part=WHAT, max_bytes=MAX_BYTES).children()
    if len(rows) != 3 or strict.read_integer(rows[0], "version") != 1:
        raise containers.damaged(WHAT)
    key = strict.expect(rows[1], strict.SEQUENCE, "key").children()
    certificate = strict.expect(rows[2], strict.SEQUENCE, "certificate").children()
    if len(key) != 3 or len(certificate) != 2:
        raise containers.damaged(WHAT)
    for row in (key, certificate):
        if strict.read_oid(row[0], "contentType") != _DATA:
            raise containers.damaged(WHAT)
    if (cipher := strict.read_oid(key[1], "algorithm")) not in _SM4_SPELLINGS:
        raise containers.unsupported(WHAT, cipher)
    return strict.read_octets(key[2], "key"), strict.read_octets(certificate[1], "certificate")


def _decrypt(ciphertext: bytes, password: bytes) -> sm2.PrivateKey:
    iv, key = _derive(password)
    d = blockcipher.SM4.decrypt(key, iv, ciphertext, WHAT)
    try:
        # The toolkit strips leading zeros, as Java and Go do with big numbers.
        return sm2.PrivateKey.from_bytes(d.rjust(32, b"\0"))
    except EncodingError:
        raise containers.wrong_password(WHAT) from None


def read_cfca(der: bytes, password: str | bytes | None = None) -> tuple[PrivateKey, Certificate]:
    """The SM2 key and its certificate.

    Raises:
        KeyLoadError: ``wrong_password`` (or the key was changed: that the key belongs to the
            certificate is all that tells), ``wrong_container``, ``unsupported`` or ``damaged``.
        SigningUnavailable: the compiled core is not installed.
    """
    octets = containers.password_octets(password)
    if not is_cfca(der):
        raise containers.refusal(der, WHAT, _OWN)
    try:
        ciphertext, certificate_der = _split(bytes(der))
        certificate = Certificate.from_der(certificate_der)
    except FormatError as error:
        raise KeyLoadError(f"{WHAT} is damaged: {error}", kind="damaged") from None
    if octets is None:
        raise KeyLoadError(f"{WHAT} needs a password", kind="wrong_password")
    key = PrivateKey(_decrypt(ciphertext, octets))
    if not key.public_key.is_same_key(certificate.public_key):
        message = f"the password of {WHAT[4:]} is wrong, or its key is not the certificate's"
        raise KeyLoadError(message, kind="wrong_password")
    return key, certificate
