"""Forms of certificates that are read although DER or RFC 5280 ask for another (Q18).

Verifying is over the received bytes, so such a form changes nothing about what a certificate says.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from govseal.asn1 import strict
from govseal.asn1.strict import Tlv
from govseal.errors import FormatError
from govseal.pki.extensions import BASIC_CONSTRAINTS

_EXTENSIONS = 0xA3
_FALSE = b"\x01\x01\x00"
_FIRST_GENERALIZED = b"2050"
_MAX_KNOWN_BYTES = 16 * 1024


def has_loose_form(der: bytes) -> bool:
    """Whether a certificate encodes a default (FALSE), or writes a time otherwise than it has to.

    RFC 5280, 4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050. What is no certificate has no
    loose form.
    """
    return _known(der) if len(der) <= _MAX_KNOWN_BYTES else _is_loose(der)


# As for certificates: what is large is not kept.
@lru_cache(maxsize=256)
def _known(der: bytes) -> bool:
    return _is_loose(der)


def _is_loose(der: bytes) -> bool:
    try:
        fields = strict.parse(der).children()[0].children()
        sequences = [item for item in fields if item.tag == strict.SEQUENCE]
        validity = sequences[2].children()
        block = next((item for item in fields if item.tag == _EXTENSIONS), None)
        extensions = block.children()[0].children() if block is not None else ()
        return any(_is_early(time) for time in validity) or any(_defaults(extensions))
    except (FormatError, IndexError, ValueError):
        return False


def _is_early(time: Tlv) -> bool:
    return time.tag == strict.GENERALIZED_TIME and time.content[:4] < _FIRST_GENERALIZED


def _defaults(extensions: tuple[Tlv, ...]) -> Iterator[bool]:
    """For each extension whether a FALSE is encoded in it that is left out in DER."""
    for extension in extensions:
        oid, *rest = extension.children()
        yield any(item.raw == _FALSE for item in rest)
        if strict.read_any_oid(oid, "extnID") == BASIC_CONSTRAINTS:
            inner = strict.parse(strict.read_octets(rest[-1], "extnValue")).children()
            yield any(item.raw == _FALSE for item in inner)
