"""Whether a seal may be used now: it never may where a stamp made with it would not pass."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import attacker
import delegated
from govseal.asn1 import write
from govseal.formats.sesfile import SealDocument
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.trust import TrustStore
from govseal.seal import codec
from govseal.seal.extensions import SealScope
from govseal.seal.model import Extension
from govseal.testing import Authority, x509
from govseal.verification.policy import Policy
from govseal.verification.usability import Usability, judge_use
from govseal.verification.verifier import verify_document
from outcomes import at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def seal_for(world, *certificates, extensions=()):
    """A seal by the world's maker that lists these certificates; no rule is asked."""
    start = at(world)
    der = attacker.seal_of(
        world.pki.maker,
        signers=certificates,
        properties={"create_date": start, "not_before": start, "not_after": start + 60 * DAY},
        extensions=codec.extension_rows(extensions),
    )
    return codec.decode_seal(der)


def use(world, seal, *, when=None, materials=None, policy=Policy(), trust=None):  # noqa: B008 - frozen
    """The judgement, and its reasons."""
    materials = materials or world.materials
    trust = trust or world.trust
    how = {"materials": materials, "policy": policy}
    report = verify_document(
        SealDocument(seal.der), seal.der, trust, at=when or at(world) + 3 * HOUR, **how
    )
    found = judge_use(seal, report, trust, **how)
    assert found.at == report.verified_at
    assert (found.usability is Usability.USABLE) is (found.reasons == ())
    return found.usability.value, found.reasons


def foreign(ca, spki):
    """A certificate of the CA for any public key."""
    template = x509.CertificateTemplate(
        x509.encode_name((("CN", "99000000000001"),)),
        ca.certificate.subject_der,
        spki,
        ca.at - DAY,
        ca.at + 300 * DAY,
    )
    template.extensions.append(x509.basic_constraints_extension(is_ca=False))
    template.extensions.append(x509.key_usage_extension(("digital_signature",)))
    return template.sign(ca.key)


def spki(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_a_proper_seal_is_usable(world):
    assert use(world, world.seal) == ("usable", ())


def test_one_who_may_sign_is_enough(world):
    encryption = world.pki.signer_ca.issue("x", key_usage=("key_encipherment",)).certificate
    both = seal_for(world, encryption, world.pki.signer.certificate)
    assert use(world, both) == ("usable", ())
    assert use(world, seal_for(world, encryption)) == ("unusable", ("key_usage_refused",))


def test_a_short_key_is_not_usable(world):
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - on purpose
    ca = Authority.create("测试 RSA CA", algorithm="rsa", at=at(world))
    seal = seal_for(world, foreign(ca, spki(key)))
    how = {
        "trust": TrustStore((*world.trust, ca.certificate)),
        "materials": world.materials | Materials(crls=(Crl.from_der(ca.crl()),)),
    }
    assert use(world, seal, **how) == ("unusable", ("algorithm_forbidden",))
    assert use(world, seal, policy=Policy(min_rsa_bits=1024), **how) == ("usable", ())


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (spki(ec.generate_private_key(ec.SECP256R1())), ("unusable", ("chain_mixed",))),
        (spki(ec.generate_private_key(ec.SECP521R1())), ("unknown", ("unsupported",))),
        (
            write.sequence(write.sequence(write.oid("1.2.3")), write.bits(b"x")),
            ("unknown", ("unsupported",)),
        ),
    ],
    ids=["below a CA of another kind", "another curve", "another algorithm"],
)
def test_a_key_that_nobody_can_verify_with_here(world, key, expected):
    seal = seal_for(world, foreign(world.pki.signer_ca, key))
    assert use(world, seal) == expected


def test_a_time_stamp_authority_may_not_sign(world):
    seal = seal_for(world, world.pki.tsa.certificate)
    assert use(world, seal) == ("unusable", ("key_usage_refused",))


def test_a_stranger_is_unknown(world):
    stranger = Authority.create("测试他方 CA", at=at(world)).issue("x").certificate
    assert use(world, seal_for(world, stranger)) == (
        "unknown",
        ("no_trust_anchor",),
    )


def test_nobody_named_is_unknown(world):
    assert use(world, seal_for(world)) == ("unknown", ("signer_list_unusable",))


def test_a_signer_who_has_expired_is_not_usable(world):
    own = world.pki.signer_ca.issue("x", not_after=at(world) + HOUR).certificate
    assert use(world, seal_for(world, own)) == ("unusable", ("certificate_expired",))


@pytest.mark.parametrize(
    ("party", "hours", "expected"),
    [
        ("signer", 2, ("unusable", ("certificate_revoked_before_signing",))),
        ("signer", 9, ("usable", ())),
        ("maker", 2, ("unknown", ("certificate_revoked_no_proof_of_time",))),
        ("maker", 0, ("unusable", ("certificate_revoked_before_signing",))),
    ],
)
def test_who_is_revoked(world, party, hours, expected):
    certificate = getattr(world.pki, party).certificate
    ca = world.pki.signer_ca if party == "signer" else world.pki.maker_ca
    lists = world.revoking(ca, certificate, at(world) + hours * HOUR)
    assert use(world, world.seal, materials=lists) == expected


def test_a_critical_extension_is_not_passed_over(world):
    row = Extension("1.2.3.4", b"\x05\x00", critical=True)
    seal = seal_for(world, world.pki.signer.certificate, extensions=[row])
    assert use(world, seal) == ("unknown", ("unsupported",))


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (2, ("unusable", ("outside_term",))),
        (4, ("usable", ())),
        (34, ("unusable", ("outside_term",))),
    ],
)
def test_a_delegation_has_its_term(world, days, expected):
    scope = delegated.scope(at(world) + 3 * DAY)
    seal = seal_for(world, world.pki.signer.certificate, extensions=[scope.encode()])
    assert use(world, seal, when=at(world) + days * DAY) == expected


def test_a_scope_that_cannot_be_read_is_not_usable(world):
    row = Extension(SealScope.OID, b"\x05\x00")
    seal = seal_for(world, world.pki.signer.certificate, extensions=[row])
    assert use(world, seal) == ("unusable", ("malformed",))
