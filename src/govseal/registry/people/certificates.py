"""The certificates whose keys sign for people: registered with a proof, withdrawn."""

from __future__ import annotations

import hashlib
from typing import Final

import sqlalchemy as sa

from govseal.errors import FormatError, InvalidSignature
from govseal.pki.algorithms import RSA_SHA256, SM2_SM3
from govseal.pki.certificate import Certificate
from govseal.registry import tables
from govseal.registry.call import Call
from govseal.registry.canonical import canonical
from govseal.registry.people.authority import check_administers
from govseal.registry.tables.base import new_id

MAX_BYTES = 1 << 16
_ALGORITHMS: Final = {"sm2": SM2_SM3, "rsa": RSA_SHA256}
_LEAST_RSA_BITS = 2048


def certificate_statement(person: str, certificate: bytes) -> bytes:
    """What the key of a certificate signs to prove that the person has it (canonical JSON)."""
    sha256 = hashlib.sha256(certificate).hexdigest()
    return canonical({"certificate": sha256, "kind": "certificate of a person", "person": person})


def register(call: Call, der: bytes, proof: bytes) -> str:
    """See :meth:`People.register_certificate`; its id."""
    certificate = _read(call, der)
    algorithm = _ALGORITHMS.get(certificate.public_key.kind)
    if algorithm is None or (
        certificate.public_key.kind == "rsa" and certificate.public_key.bits < _LEAST_RSA_BITS
    ):
        message = "证书密钥须为 SM2 或 2048 位以上 RSA / neither SM2 nor RSA of 2048 bits or more"
        call.refuse("E_CERTIFICATE", message)
    if certificate.is_ca or not certificate.is_for_signing:
        call.refuse("E_CERTIFICATE", "不是签名证书 / the certificate is not for signing")
    if not certificate.is_valid_at(call.at):
        call.refuse("E_CERTIFICATE", "证书不在有效期内 / the certificate is not valid now")
    table = tables.person_certificates
    query = sa.select(table.c.id).where(table.c.sha256 == certificate.fingerprint)
    if call.rows(query):
        call.refuse("E_CERT_TAKEN", "证书已登记过 / the certificate was registered before")
    try:
        statement = certificate_statement(call.actor.id, certificate.der)
        certificate.public_key.verify(proof, statement, algorithm)
    except (InvalidSignature, FormatError):
        call.refuse("E_PROOF", "未能证明持有私钥 / the key did not sign that it is the actor's")
    id_ = new_id("cert")
    call.insert(
        table,
        id=id_,
        person=call.actor.id,
        sha256=certificate.fingerprint,
        der=certificate.der,
        since=call.at,
    )
    call.subject = id_
    call.tell("certificate.registered", call.actor.id, sha256=certificate.fingerprint)
    return id_


def _read(call: Call, der: bytes) -> Certificate:
    if len(der) > MAX_BYTES:
        call.refuse("E_CERTIFICATE", f"证书过大 / more than {MAX_BYTES} bytes")
    try:
        return Certificate.from_der(der)
    except FormatError as error:
        call.refuse("E_CERTIFICATE", f"证书无法读取 / it is no certificate: {error}")


def withdraw(call: Call, certificate: str) -> None:
    """See :meth:`People.withdraw_certificate`."""
    row = call.one(tables.person_certificates, certificate, lock=True)
    if row.person != call.actor.id:
        check_administers(call, call.one(tables.people, row.person).organization)
    if row.until is not None:
        call.refuse("E_PERIOD", "证书已停用 / it was withdrawn")
    _end(call, row.id, row.person, row.sha256)


def end_all(call: Call, person: str) -> None:
    """None of a person's certificates signs from now on."""
    table = tables.person_certificates
    query = sa.select(table).where(table.c.person == person, table.c.until.is_(None))
    for row in call.rows(query.with_for_update()):
        _end(call, row.id, row.person, row.sha256)


def _end(call: Call, id_: str, person: str, sha256: str) -> None:
    call.update(tables.person_certificates, id_, until=call.at)
    call.tell("certificate.withdrawn", person, sha256=sha256)
