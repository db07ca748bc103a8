"""SM2EnvelopedKey: a private key under way, in which CAs deliver the key pair for encryption.

``SM2EnvelopedKey ::= SEQUENCE { symAlgID AlgorithmIdentifier, symEncryptedKey SM2Cipher,
sm2PublicKey SM2PublicKey, sm2EncryptedPrivateKey BIT STRING }`` (GB/T 35276, 7.4; GM/T 0009). The
SM4 key is encrypted to the recipient's (signing) key with SM2, the private key d with SM4 in ECB
mode, without padding. ECB over one random number of two blocks tells nothing; that nobody changed
them is known only because d has to belong to the public key beside it, so that is always checked.
"""

from __future__ import annotations

import os
from typing import Final

from govseal import sm2
from govseal.asn1 import strict, write
from govseal.errors import FormatError, InvalidCiphertext, KeyLoadError
from govseal.pki.keys import PublicKey, algorithm_identifier
from govseal.pki.pkcs8 import PrivateKey

WHAT: Final = "SM2EnvelopedKey"
SM4_ECB: Final = "1.2.156.10197.1.104.1"
# Some CAs name the cipher without its mode; the standard leaves but one (GB/T 33560).
_SM4_ECB_SPELLINGS: Final = (SM4_ECB, "1.2.156.10197.1.104")
_SM4_KEY_BYTES: Final = 16
_SCALAR_BYTES: Final = 32
MAX_BYTES: Final = 4096
"""A real one has about 350."""


def _damaged(message: str) -> KeyLoadError:
    return KeyLoadError(f"the {WHAT} is damaged: {message}", kind="damaged")


def _unsupported(message: str) -> KeyLoadError:
    return KeyLoadError(f"the {WHAT} cannot be read: {message}", kind="unsupported")


def _sm4_ecb(key: bytes, data: bytes, *, decrypting: bool) -> bytes:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - start-up
    from cryptography.hazmat.primitives import ciphers  # noqa: PLC0415 - start-up

    cipher = ciphers.Cipher(ciphers.algorithms.SM4(key), ciphers.modes.ECB())  # noqa: S305 - the form
    try:
        context = cipher.decryptor() if decrypting else cipher.encryptor()
    except UnsupportedAlgorithm:
        raise _unsupported("the OpenSSL at hand has no SM4") from None
    return context.update(data) + context.finalize()


def is_enveloped_key(root: strict.Tlv) -> bool:
    """Whether a parsed structure has the outline of an SM2EnvelopedKey."""
    if root.tag != strict.SEQUENCE:
        return False
    tags = tuple(child.tag for child in root.children())
    return tags == (strict.SEQUENCE, strict.SEQUENCE, strict.BIT_STRING, strict.BIT_STRING)


def _check_algorithm(element: strict.Tlv) -> None:
    oid, parameters = algorithm_identifier(element, "symAlgID")
    if oid not in _SM4_ECB_SPELLINGS:
        raise _unsupported(f"it uses {oid} where SM4-ECB was expected")
    if parameters is not None and parameters.tag != strict.NULL:
        raise _damaged("SM4-ECB has no parameters")


def _symmetric_key(cipher: bytes, recipient: PrivateKey) -> bytes:
    try:
        key = recipient.decrypt(cipher)
    except InvalidCiphertext:
        message = f"the {WHAT} is not for this key, or it was changed"
        raise KeyLoadError(message, kind="wrong_key") from None
    if len(key) != _SM4_KEY_BYTES:
        raise _damaged(f"an SM4 key of {len(key)} bytes")
    return key


def _private_key(key: bytes, masked: bytes) -> sm2.PrivateKey:
    """The key of 32 bytes d; of 64, as some CAs write it, whose first 32 are zero (GM/T 0016)."""
    d = _sm4_ecb(key, masked, decrypting=True)
    padding, d = d[:-_SCALAR_BYTES], d[-_SCALAR_BYTES:]
    if any(padding):
        raise _damaged("the private key is longer than 256 bits")
    return sm2.PrivateKey.from_bytes(d)


def _read(der: bytes, recipient: PrivateKey) -> PrivateKey:
    root = strict.parse(der, part=WHAT, max_bytes=MAX_BYTES)
    if not is_enveloped_key(root):
        raise _unsupported("it is another structure")
    algorithm, cipher, public, masked = root.children()
    _check_algorithm(algorithm)
    point = sm2.PublicKey.decode(strict.read_bits(public, "sm2PublicKey"))
    octets = strict.read_bits(masked, "sm2EncryptedPrivateKey")
    if len(octets) not in (_SCALAR_BYTES, 2 * _SCALAR_BYTES):
        raise _damaged(f"an encrypted private key of {len(octets)} bytes")
    key = _private_key(_symmetric_key(cipher.raw, recipient), octets)
    if key.public_key != point:
        raise _damaged("the private key does not belong to the public key beside it")
    return PrivateKey(key)


def decode_enveloped_key(der: bytes, recipient: PrivateKey) -> PrivateKey:
    """The private key inside an SM2EnvelopedKey that was made for ``recipient``.

    Raises:
        KeyLoadError: ``wrong_key`` where it was made for another key (or the SM2 ciphertext was
            changed, which is the same to see); ``damaged`` where the bytes are not strict DER,
            lengths are wrong, or the private key does not belong to the public key inside;
            ``unsupported`` where it is another structure, uses another cipher, or the
            recipient's key is not an SM2 key.
        SigningUnavailable: the compiled core is not installed.
    """
    if recipient.public_key.kind != "sm2":
        raise _unsupported("it is opened with an SM2 key")
    try:
        return _read(bytes(der), recipient)
    except FormatError as error:
        raise _damaged(str(error)) from None


def encode_enveloped_key(key: PrivateKey, recipient: PublicKey) -> bytes:
    """An SM2EnvelopedKey in DER with ``key``, an SM2 key, for the holder of ``recipient``.

    Raises:
        ValueError: one of the two is not an SM2 key.
        KeyLoadError: ``unsupported``: the OpenSSL at hand has no SM4.
        SigningUnavailable: the compiled core is not installed.
    """
    receiver, point = recipient.material, key.public_key.material
    if not isinstance(receiver, sm2.PublicKey) or not isinstance(point, sm2.PublicKey):
        raise ValueError("an SM2EnvelopedKey takes an SM2 key to the holder of an SM2 key")  # noqa: TRY004
    symmetric = os.urandom(_SM4_KEY_BYTES)
    return write.sequence(
        write.sequence(write.oid(SM4_ECB)),
        receiver.encrypt(symmetric),
        write.bits(point.encode()),
        write.bits(_sm4_ecb(symmetric, key.to_sm2_bytes(), decrypting=False)),
    )
