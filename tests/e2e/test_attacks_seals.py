"""Attacks on who signed, with what, and when: seals, certificates, lists, values.

The rival has a genuine certificate and a genuine seal of the same PKI. What is his passes as his;
nothing of it may pass as the bureau's. Each row names the verdict and what must be among the
reasons; a document under attack is compared with one that passes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import md5

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

import attacker
import cms_builder
import ofd_builder as ofd
from govseal.asn1 import strict, write
from govseal.errors import FormatError
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.trust import TrustStore
from govseal.sm2 import encoding
from govseal.testing import Authority, Revoked
from govseal.verification.policy import Policy
from govseal.verification.render.text import render_text

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
T = AT + 3 * HOUR
NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
PERIOD = {"create_date": AT, "not_before": AT, "not_after": AT + timedelta(days=100)}


@pytest.fixture(scope="module")
def rival(office):
    return attacker.rival_of(office, AT + HOUR)


@pytest.fixture(scope="module")
def stamped(office):
    """A document with the bureau's stamp, open for more."""
    data = office.stamp(ofd.package())
    assert judged(office, data) == ("passed", set())
    return data


@pytest.fixture(scope="module")
def unsigned():
    """A document whose list of signatures is still empty."""
    return attacker.with_list(ofd.package())


def judged(office, data, **changes):
    report = office.verify(data, **changes)
    return report.verdict.value, set(report.reasons)


def signed_by(data, make_value, *, info="", **changes):
    """``data`` under a Signature.xml over everything in it, its value made from its bytes."""
    rows = attacker.references(data, attacker.content_names(data))
    return attacker.add_signature(data, attacker.signature_xml(rows + info, **changes), make_value)


def stamp_of(signer, seal, **changes):
    at = changes.pop("at", T)
    return lambda xml: attacker.stamp_value(signer, seal, xml, at=at, **changes)


def cms_of(signer, *, time=T, **changes):
    def make(xml):
        rows = cms_builder.attributes(xml, time=time)
        return attacker.cms_value(signer, xml, signed=rows, **changes)

    return make


# Somebody else's signature where the bureau's seal is shown


def test_a_plain_signature_lends_nothing_to_the_seal_beside_it(office, rival, stamped):
    """The bureau's Seal.esl is public; readers draw it, whoever signed."""
    xml = ofd.read(stamped, ofd.SIGNATURE)
    data = ofd.replaced(stamped, ofd.VALUE, cms_of(rival.signer)(xml))
    assert judged(office, data) == ("failed", {"seal_copy_differs"})


def test_a_plain_signature_in_raw_form_is_read_and_noticed(office, rival, unsigned):
    """Q4: r‖s instead of DER, which changes nothing about what is signed."""
    for form, notices in ((bytes, ()), (encoding.decode_signature, ("quirk_q4",))):
        report = office.verify(signed_by(unsigned, cms_of(rival.signer, form=form)))
        (signature,) = report.signatures
        assert report.verdict.value == "passed"
        assert set(signature.notices) == {"quirk_q9", "quirk_q16", *notices}
    broken = cms_of(rival.signer, form=lambda _: b"\1" * 64)
    assert judged(office, signed_by(unsigned, broken)) == ("failed", {"signature_invalid"})


# Times that no calendar of ours can hold


def test_a_seal_for_ever_is_reported(office, rival, unsigned):
    signers = [rival.signer.certificate]
    seal = attacker.seal_of(
        office.pki.maker, signers=signers, properties=PERIOD | {"not_after": NEVER}
    )
    report = office.verify(signed_by(unsigned, stamp_of(rival.signer, seal)))
    assert report.verdict.value == "passed"
    assert "9999-12-31T23:59:59" in report.to_json()
    assert "9999-12-31" in render_text(report, verbose=True) or report.signatures[0].seal


# Revocation


def test_a_revocation_to_come_hides_no_question_about_the_ca(office):
    """The signer's own list is at hand, that of its CA is not."""
    ca = office.pki.signer_ca.create_authority("测试二级 CA")
    signer = ca.issue("99000000000003")
    seal = attacker.seal_of(office.pki.maker, signers=[signer.certificate], properties=PERIOD)
    late = AT + timedelta(days=30)
    lists = [Crl.from_der(ca.crl([Revoked(signer.certificate, late)]))]
    lists.append(Crl.from_der(office.pki.maker_crl))
    data = signed_by(attacker.with_list(ofd.package()), stamp_of(signer, seal))
    materials = Materials(certificates=(ca.certificate,), crls=tuple(lists))
    assert judged(office, data, materials=materials) == ("indeterminate", {"no_revocation_data"})
    root = Crl.from_der(office.pki.signer_crl)
    materials = Materials(certificates=(ca.certificate,), crls=(*lists, root))
    assert judged(office, data, materials=materials) == ("passed", set())


# One act of signing that shall count as two


def test_a_signature_listed_twice_counts_once(office, stamped):
    data = attacker.listed(stamped, f"/{ofd.SIGNATURE}")
    report = office.verify(data)
    assert judged(office, data) == ("failed", {"signature_repeated"})
    assert [s.verdict.value for s in report.signatures] == ["passed", "failed"]


def test_a_copied_signature_counts_once(office, rival, unsigned):
    data = signed_by(unsigned, stamp_of(rival.signer, rival.seal))
    files = {
        name.replace("Sign_9", "Sign_8"): ofd.read(data, name)
        for name in ("Doc_0/Signs/Sign_9/Signature.xml", "Doc_0/Signs/Sign_9/SignedValue.dat")
    }
    copied = attacker.listed(ofd.with_files(data, files), "/Doc_0/Signs/Sign_8/Signature.xml")
    assert judged(office, data)[0] == "passed"
    verdict, reasons = judged(office, copied)
    assert (verdict, reasons & {"signature_repeated"}) == ("failed", {"signature_repeated"})


# What is no seal has not the effect of one


def test_a_plain_signature_has_not_the_effect_of_a_seal(office, rival, unsigned):
    report = office.verify(signed_by(unsigned, cms_of(rival.signer)))
    assert (report.verdict.value, report.effect.value) == ("passed", "none")
    required = office.verify(
        signed_by(unsigned, cms_of(rival.signer)), policy=Policy(require_seal=True)
    )
    assert (required.verdict.value, required.reasons) == ("failed", ("required_seal_missing",))


def test_a_seal_without_a_document_is_no_sealed_original(office):
    report = office.verify(office.seal.der)
    assert (report.verdict.value, report.effect.value) == ("passed", "none")


# What is not understood, or was not there yet, proves nothing


def bent_seal(office, signer, **changes):
    """A seal of the real maker for ``signer``, with other properties or fields."""
    properties = PERIOD | {key: changes.pop(key) for key in PERIOD if key in changes}
    return attacker.seal_of(
        office.pki.maker, signers=[signer.certificate], properties=properties, **changes
    )


ONES = write.sequence(write.integer(1), write.integer(1))
CRITICAL = [{"oid": "1.2.3.4", "critical": True, "value": b"x"}]


@pytest.mark.parametrize(
    "row",
    [
        ({}, {}, ("passed", set())),
        ({"extensions": CRITICAL}, {}, ("indeterminate", {"unsupported"})),
        ({}, {"extensions": CRITICAL}, ("indeterminate", {"unsupported"})),
        ({"create_date": T + 9 * HOUR}, {}, ("failed", {"seal_not_yet_valid"})),
        ({"not_before": T + HOUR}, {}, ("failed", {"seal_not_yet_valid"})),
        ({"not_after": T - HOUR}, {}, ("failed", {"seal_expired"})),
        ({"not_before": T + HOUR, "not_after": T - HOUR}, {}, ("failed", {"malformed"})),
        ({}, {"at": T + 20 * HOUR}, ("indeterminate", {"signing_time_in_future"})),
        ({}, {"at": AT - 50 * HOUR}, ("failed", {"certificate_not_yet_valid"})),
        (
            {"value": ONES},
            {},
            ("failed", {"seal_signature_invalid"}),
        ),
        ({}, {"value": ONES}, ("failed", {"signature_invalid"})),
        ({}, {"data_digest": bytes(32)}, ("failed", {"data_digest_mismatch"})),
        ({}, {"data_digest": b""}, ("failed", {"data_digest_mismatch"})),
    ],
)
def test_a_seal_or_stamp_that_says_otherwise(office, rival, unsigned, row):
    seal, stamp, expected = row
    bent = bent_seal(office, rival.signer, **seal)
    found = judged(office, signed_by(unsigned, stamp_of(rival.signer, bent, **stamp)))
    assert found[0] == expected[0]
    assert found[1] >= expected[1]


def test_a_time_stamp_that_is_none_is_no_proof(office, rival, unsigned):
    token = write.sequence(write.oid("1.2.3"))
    block = write.element(0xA1, cms_builder.attribute("1.2.840.113549.1.9.16.2.14", token))
    data = signed_by(unsigned, cms_of(rival.signer, unsigned=block))
    assert judged(office, data) == ("failed", {"timestamp_invalid"})
    other = write.element(0xA1, cms_builder.attribute("1.2.3", token))
    assert judged(office, signed_by(unsigned, cms_of(rival.signer, unsigned=other)))[0] == "passed"
    seal = office.seal.der
    fields = strict.parse(seal).children()
    stamped = write.sequence(*(f.raw for f in fields), write.explicit(0, write.bits(token)))
    assert judged(office, stamped)[1] == {"timestamp_invalid"}


# Algorithms


def test_a_check_method_that_is_not_named_is_md5(office, rival, unsigned):
    rows = attacker.references(
        unsigned,
        attacker.content_names(unsigned),
        digest=lambda data: md5(data, usedforsecurity=False).digest(),
    )
    xml = attacker.signature_xml(rows.replace('CheckMethod="1.2.156.10197.1.401"', ""))
    data = attacker.add_signature(unsigned, xml, stamp_of(rival.signer, rival.seal))
    assert judged(office, data) == ("failed", {"algorithm_forbidden"})


@pytest.mark.parametrize("place", ["signer", "ca"])
def test_short_rsa_keys_anywhere_in_the_chain_are_forbidden(office, unsigned, place):
    root = Authority.create("测试 RSA 根", algorithm="rsa", at=AT)
    short = short_rsa_key() if place == "ca" else None
    ca = root.create_authority("测试 RSA 二级 CA", key=short)
    signer = ca.issue("99000000000004")
    if place == "signer":
        signer = ca.issue("99000000000004", key=short_rsa_key())
    seal = bent_seal(office, signer)
    lists = tuple(Crl.from_der(der) for der in (root.crl(), ca.crl(), office.pki.maker_crl))
    found = judged(
        office,
        signed_by(unsigned, stamp_of(signer, seal)),
        trust=TrustStore((root.certificate, office.pki.maker_ca.certificate)),
        materials=Materials(certificates=(ca.certificate,), crls=lists),
    )
    assert found == ("failed", {"algorithm_forbidden"})


def short_rsa_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - on purpose
    return PrivateKey(key)


def test_a_digest_that_the_policy_forbids_may_not_sign_certificates(office, stamped):
    policy = Policy.from_toml('forbidden_digests = ["SM3"]')
    assert judged(office, stamped, policy=policy)[0] == "failed"
    policy = Policy(forbidden_digests=frozenset({"sha256"}))
    assert judged(office, stamped, policy=policy)[0] == "passed"


@pytest.mark.parametrize("text", ["SHA_256", "sha2", "sm-3", ""])
def test_a_policy_may_not_forbid_by_a_misspelt_name(text):
    with pytest.raises(FormatError, match="no digest known"):
        Policy.from_toml(f'forbidden_digests = ["{text}"]')


def test_a_digest_may_be_spelt_as_the_standards_do():
    policy = Policy.from_toml('forbidden_digests = ["SHA-224", "1.2.156.10197.1.401"]')
    assert policy.forbidden_digests == {"md5", "sha1", "sha224", "sm3"}


def test_a_strict_policy_refuses_tolerances_of_the_package_too(office):
    plain = office.stamp(ofd.package(namespace="http://www.ofdspec.org"))
    found = judged(office, plain, policy=Policy(strict=True))
    assert found == ("failed", {"tolerance_refused"})
    assert judged(office, plain)[0] == "passed"
    assert judged(office, office.stamp(), policy=Policy(strict=True))[0] == "passed"
