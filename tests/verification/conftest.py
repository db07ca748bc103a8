"""A small world to judge: keys, a seal, a stamp, and a document that holds it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from govseal import sm2
from govseal.formats.base import (
    Coverage,
    Evidence,
    Extent,
    Presence,
    ProtectedPart,
    SignatureEvidence,
    SignatureKind,
)
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.seal import codec
from govseal.seal.make import make_seal
from govseal.seal.picture import SealPicture
from govseal.seal.sign import sign_seal
from govseal.testing import Hierarchy, Revoked
from govseal.verification.policy import Policy
from govseal.verification.verifier import verify_document

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOCATION = "/Doc_0/Signs/Sign_0/Signature.xml"
DATA = b"<Signature/>"
PAGE = b"<Page/>"
PICTURE = SealPicture("PNG", bytes.fromhex("89504e470d0a1a0a"), 42, 42)
NAME = "测试市行政审批服务管理局行政审批专用章"


@dataclass
class Paper:
    """A document made of evidence alone."""

    found: Evidence
    format: str = "ofd"

    def evidence(self):
        return self.found


@dataclass
class World:
    """Everything that a judgement takes; tests bend one thing of it."""

    pki: Hierarchy
    seal: object
    trust: object
    materials: Materials

    def stamp(self, *, seal=None, signer=None, at=AT + 2 * HOUR, data=DATA):
        """SES_Signature in DER, made the proper way."""
        return sign_seal(
            seal or self.seal,
            signer or self.pki.signer,
            data_digest=(signer or self.pki.signer).algorithm.digest.digest(data),
            property_info=LOCATION,
            at=at,
        )

    def improper(self, signer=None, *, at=AT + 2 * HOUR, seal=None, info=LOCATION):
        """SES_Signature in DER by any key, at any time, with any seal: no rule is asked."""
        signer, seal = signer or self.pki.signer, seal or self.seal
        body = codec.encode_structure(
            seal.generation.signature,
            "to_be_signed",
            {
                "version": 4,
                "seal": seal.der,
                "time": at,
                "data_digest": sm2.sm3(DATA),
                "property_info": info,
            },
        )
        return codec.encode_signature(
            seal.generation,
            body,
            certificate=signer.certificate.der,
            algorithm=signer.algorithm.oid,
            signature=signer.sign(body),
        )

    def evidence(self, stamp=None, **changes):
        """The evidence of one signature that protects one page."""
        digest = sm2.sm3(PAGE)
        values = {
            "id": "s001",
            "kind": SignatureKind.SEAL,
            "location": LOCATION,
            "data": DATA,
            "digest_algorithm": "SM3",
            "parts": (ProtectedPart("/Page.xml", Presence.PRESENT, digest, digest),),
            "stamp": codec.decode_signature(stamp or self.stamp()),
            "coverage": Coverage(Extent.WHOLE_FILE, frozenset({"/Page.xml"})),
        }
        return SignatureEvidence(**values | changes)

    def report(self, *signatures, at=AT + 3 * HOUR, policy=Policy(), problem=None, **changes):  # noqa: B008 - frozen
        """The report on a document with these signatures."""
        paper = Paper(Evidence("ofd", tuple(signatures), problem=problem))
        return verify_document(
            paper,
            b"file",
            changes.get("trust", self.trust),
            at=at,
            materials=changes.get("materials", self.materials),
            policy=policy,
            fetcher=changes.get("fetcher"),
            status=changes.get("status"),
            name="permit.ofd",
        )

    def judge(self, stamp=None, *, change=None, **how):
        """The report on the only signature of a document."""
        return self.report(self.evidence(stamp, **(change or {})), **how).signatures[0]

    def revoking(self, authority, certificate, date, **row):
        """The materials with ``certificate`` on its issuer's list."""
        bad = Crl.from_der(authority.crl([Revoked(certificate, date, **row)]))
        others = [crl for crl in self.materials.crls if crl.issuer_der != bad.issuer_der]
        return replace(self.materials, crls=(*others, bad))


def build_world(algorithm):
    pki = Hierarchy.create(algorithm, at=AT)
    seal = make_seal(
        pki.maker, name=NAME, picture=PICTURE, signers=[pki.signer.certificate], at=AT + HOUR
    )
    return World(pki, seal, pki.trust, pki.materials)


@pytest.fixture(scope="session", params=["sm2", "rsa"])
def either(request):
    return build_world(request.param)


@pytest.fixture(scope="session")
def world():
    return build_world("sm2")
