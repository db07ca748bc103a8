"""SM2 signatures, SM2 encryption, SM3 (GB/T 32918.2, GB/T 32918.4, GB/T 32905, GB/T 35276).

The arithmetic runs in a compiled core. Where that is absent (or ``GOVSEAL_SM2=reference`` is
set), verifying and SM3 still work, slowly and with one warning; what has a secret (signing,
encrypting, decrypting) does not.
"""

from __future__ import annotations

from govseal.sm2 import _backend
from govseal.sm2.ahead import LikeMessages, SignedDigest, digest_ahead
from govseal.sm2.batch import sign_digests, verify_digests, verify_many
from govseal.sm2.digest import (
    HmacSm3,
    Sm3,
    hmac_sm3,
    identity_digest,
    kdf,
    sm3,
    sm3_many,
    sm3_records,
)
from govseal.sm2.encoding import decode_signature, encode_signature
from govseal.sm2.encryption import decode_ciphertext, decrypt, encode_ciphertext, encrypt
from govseal.sm2.keys import PreparedKey, PrivateKey, PublicKey
from govseal.sm2.params import DEFAULT_USER_ID

TYPE_CHECKING = False  # what typing's constant is, without the cost of importing typing
if TYPE_CHECKING:
    from typing import Literal

__all__ = [
    "DEFAULT_USER_ID",
    "HmacSm3",
    "LikeMessages",
    "PreparedKey",
    "PrivateKey",
    "PublicKey",
    "SignedDigest",
    "Sm3",
    "backend",
    "decode_ciphertext",
    "decode_signature",
    "decrypt",
    "digest_ahead",
    "encode_ciphertext",
    "encode_signature",
    "encrypt",
    "hmac_sm3",
    "identity_digest",
    "kdf",
    "sign_digests",
    "sm3",
    "sm3_many",
    "sm3_records",
    "verify_digests",
    "verify_many",
]


def backend() -> Literal["reference", "portable", "avx2", "ifma"]:
    """Which arithmetic runs here: a tier of the compiled core, or the readable fallback.

    ``ifma`` needs AVX-512 with IFMA, ``avx2`` needs AVX2 and BMI2, ``portable`` any 64-bit
    processor; the environment variable ``GOVSEAL_SM2`` asks for a lower one.
    """
    return _backend.name
