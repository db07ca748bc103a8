"""Names that asn1crypto does not know, registered into it once, where it is first loaded."""

from __future__ import annotations

from typing import Final

from asn1crypto import keys

SM2_CURVE_NAME: Final = "sm2p256v1"
"""The SM2 curve (GB/T 33560), by the name that OpenSSL and GmSSL give it; keys of 32 bytes."""

keys.NamedCurve.register(SM2_CURVE_NAME, "1.2.156.10197.1.301", 32)
