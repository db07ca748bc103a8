"""The sizes and the default ID that SM2 goes by."""

from __future__ import annotations

TYPE_CHECKING = False  # what typing's constant is, without the cost of importing typing
if TYPE_CHECKING:
    from typing import Final, TypeAlias

BytesLike: TypeAlias = bytes | bytearray | memoryview

DEFAULT_USER_ID: Final = b"1234567812345678"
"""The ID that certificates, seals and CMS use when nothing else is agreed (GB/T 35276, 10)."""

MAX_USER_ID_BYTES: Final = 8191
"""ENTL holds the length in bits in two bytes (GB/T 32918.2, 5.5)."""

SCALAR_BYTES: Final = 32
DIGEST_BYTES: Final = 32
RAW_SIGNATURE_BYTES: Final = 64
PUBLIC_KEY_BYTES: Final = 65

CIPHERTEXT_OVERHEAD_BYTES: Final = PUBLIC_KEY_BYTES + DIGEST_BYTES
"""What a raw ciphertext is longer than its plaintext: C1 and C3."""

MAX_PLAINTEXT_BYTES: Final = 64 * 1024 * 1024
"""Far above any key that is wrapped so; the key derivation itself would go on to 128 GiB."""

MAX_THREADS: Final = 256
"""Of one call that works on many signatures."""

MAX_KDF_BYTES: Final = (2**32 - 1) * DIGEST_BYTES - 1
"""The counter of the key derivation has 32 bits (GB/T 32918.4, 5.4.3)."""
