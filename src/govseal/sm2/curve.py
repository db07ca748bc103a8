"""The recommended curve of GB/T 32918.5 in integers, for the reference; the core has its own."""

from __future__ import annotations

from typing import Final, NamedTuple


class Curve(NamedTuple):
    """A curve y² = x³ + ax + b over GF(p) with a base point G of prime order n, cofactor 1."""

    p: int
    a: int
    b: int
    n: int
    gx: int
    gy: int


SM2: Final = Curve(
    p=0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_00000000_FFFFFFFF_FFFFFFFF,
    a=0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_00000000_FFFFFFFF_FFFFFFFC,
    b=0x28E9FA9E_9D9F5E34_4D5A9E4B_CF6509A7_F39789F5_15AB8F92_DDBCBD41_4D940E93,
    n=0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_7203DF6B_21C6052B_53BBF409_39D54123,
    gx=0x32C4AE2C_1F198119_5F990446_6A39C994_8FE30BBF_F2660BE1_715A4589_334C74C7,
    gy=0xBC3736A2_F4F6779C_59BDCEE3_6B692153_D0A9877C_C62A4740_02DF32E5_2139F0A0,
)
"""The recommended curve sm2p256v1, OID 1.2.156.10197.1.301 (GB/T 32918.5)."""
