"""Who holds a document, as a portal knows the person: kept as a keyed digest alone.

Numbers of identity cards are few enough to be tried one by one; so the digest has a key, which
stands in the database encrypted at rest.
"""

from __future__ import annotations

import secrets as randomness
from typing import Final

import sqlalchemy as sa

from govseal.errors import RegistryError
from govseal.registry import tables
from govseal.registry.call import Call
from govseal.sm2 import hmac_sm3

HOLDER_KEY: Final = "holder_key"
"""The setting, and the label under which it is encrypted at rest."""
MAX_HOLDER = 200


def holder_digest(call: Call, holder: str) -> str:
    """HMAC-SM3 of what the portal calls a holder, hexadecimal.

    Raises:
        RegistryError: ``secrets_missing``.
        Refused: ``E_HOLDER``: no text, or more than 200 characters.
    """
    if not 0 < len(holder) <= MAX_HOLDER:
        call.refuse("E_HOLDER", f"a holder is a text of up to {MAX_HOLDER} characters")
    return hmac_sm3(_key(call), holder.encode()).hex()


def _key(call: Call) -> bytes:
    if call.secrets is None:
        message = "holders are known by a key that is encrypted at rest: the key for secrets"
        raise RegistryError(message, code="secrets_missing")
    settings = tables.settings
    query = sa.select(settings.c.value).where(settings.c.name == HOLDER_KEY)
    stored = call.connection.execute(query).scalar_one_or_none()
    if stored is None:
        stored = call.secrets.encrypt(randomness.token_bytes(32), HOLDER_KEY).hex()
        call.insert(tables.settings, name=HOLDER_KEY, value=stored)
    return call.secrets.decrypt(bytes.fromhex(stored), HOLDER_KEY)
