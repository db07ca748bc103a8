"""PKITS made anew with SM2 keys: nothing changes but keys, signatures and key identifiers."""

from __future__ import annotations

from collections.abc import Iterator

import pkits
from govseal.asn1 import strict, write
from govseal.pki import extensions as ext
from govseal.pki.algorithms import SM2_SM3
from govseal.pki.pkcs8 import PrivateKey
from govseal.testing import x509

_EXPLICIT = (0xA0, 0xA3)
_KEY_PLACE = 6
"""Of subjectPublicKeyInfo in TBSCertificate of version 3."""
_ALGORITHM = x509.algorithm_identifier(SM2_SM3)
# The files whose signature is wrong, by the document: 4.1.2, 4.1.3, 4.1.6 and 4.4.4.
_WRONG = frozenset(
    {
        "BadSignedCACert",
        "InvalidEESignatureTest3EE",
        "InvalidDSASignatureTest6EE",
        "BadCRLSignatureCACRL",
    }
)


class Suite:
    """All certificates and lists of PKITS under SM2 keys."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._keys: dict[bytes, PrivateKey] = {}
        """By SubjectPublicKeyInfo of the original."""
        self._owners: dict[bytes, PrivateKey] = {}
        """By the subject key identifier of the original."""
        certificates = {name: _signed(pkits.original(name)) for name in pkits.names("certs")}
        for fields in certificates.values():
            key = self._keys.setdefault(fields[_KEY_PLACE].raw, PrivateKey.generate("sm2"))
            for identifier in _identifiers(fields, ext.SUBJECT_KEY_IDENTIFIER):
                self._owners[identifier] = key
        for name, fields in certificates.items():
            self._files[name] = self._remade(name, fields)
        for name in pkits.names("crls"):
            self._files[name] = self._remade(name, _signed(pkits.original(name)))

    def file(self, name: str) -> bytes:
        """A certificate or list by its name."""
        return self._files[name]

    def _remade(self, name: str, fields: list[strict.Tlv]) -> bytes:
        issuer = self._owners[next(_identifiers(fields, *_EITHER))]
        tbs = write.sequence(*(self._field(field) for field in fields))
        if name in _WRONG:
            signature = issuer.sign(tbs + b"!")
            return write.sequence(tbs, _ALGORITHM, write.bits(signature))
        return x509.sign_structure(tbs, _ALGORITHM, issuer)

    def _field(self, field: strict.Tlv) -> bytes:
        key = self._keys.get(field.raw)
        if key is not None:
            return key.public_key.spki
        if _is_signature_algorithm(field):
            return _ALGORITHM
        return self._with_new_identifiers(field) if field.tag in _EXPLICIT else field.raw

    def _with_new_identifiers(self, field: strict.Tlv) -> bytes:
        new = field.raw
        for old in _identifiers([field], *_EITHER):
            new = new.replace(old, x509.key_id(self._owners[old].public_key.spki))
        return new


_EITHER = (ext.AUTHORITY_KEY_IDENTIFIER, ext.SUBJECT_KEY_IDENTIFIER)


def _signed(der: bytes) -> list[strict.Tlv]:
    """The fields of what is signed."""
    return list(strict.parse(der).children()[0].children())


def _is_signature_algorithm(field: strict.Tlv) -> bool:
    """Whether a field is the AlgorithmIdentifier: no other begins with an OID."""
    children = field.children() if field.is_constructed else ()
    return bool(children) and children[0].tag == strict.OBJECT_IDENTIFIER


def _identifiers(fields: list[strict.Tlv], *oids: str) -> Iterator[bytes]:
    """The key identifiers in the extensions of these kinds, in the order of ``oids``."""
    extensions: dict[str, ext.Extension] = {}
    for field in fields:
        if field.tag in _EXPLICIT and field.children()[0].tag == strict.SEQUENCE:
            extensions = ext.read_extensions(field.children()[0], "extensions")
    readers = {
        ext.AUTHORITY_KEY_IDENTIFIER: ext.read_authority_key_id,
        ext.SUBJECT_KEY_IDENTIFIER: ext.read_subject_key_id,
    }
    for oid in oids:
        if oid in extensions:
            found = readers[oid](extensions[oid].value)
            if found is not None:
                yield found
