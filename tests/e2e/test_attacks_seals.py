"""Attacks on who signed, with what, and when: seals, certificates, lists, values.

The rival has a genuine certificate and a genuine seal of the same PKI. What is his passes as his;
nothing of it may pass as the bureau's. Each row names the verdict and what must be among the
reasons; a document under attack is compared with one that passes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import attacker
import cms_builder
import ofd_builder as ofd
from govseal.pki.materials import Materials
from govseal.pki.revocation import Crl
from govseal.testing import Revoked
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
