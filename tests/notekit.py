"""A log of two leaves whose key is at hand: what notes and proofs are made of."""

from __future__ import annotations

import pytest

from govseal import sm2
from govseal.errors import RegistryError
from govseal.registry.ledger.merkle import leaf_hash, node_hash
from govseal.registry.ledger.notes import LogKey

NAME = "govseal-0123456789abcdef"
PRIVATE = sm2.PrivateKey.from_bytes(bytes(31) + b"\x07")
KEY = LogKey(NAME, PRIVATE.public_key)
LEAVES = [leaf_hash(b"%d" % number) for number in range(2)]
ROOT = node_hash(*LEAVES)


def refused(act, *arguments, **options) -> str:
    """The code of the refusal."""
    with pytest.raises(RegistryError) as error:
        act(*arguments, **options)
    return error.value.code
