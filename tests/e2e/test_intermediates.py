"""Certificates between root and signer that travel in the signature itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

import govseal
import pdf_stamping as build
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.testing import Revoked

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def branch():
    """An office whose signer is certified by a CA below the root, and a PDF that it stamped."""
    pki = build.hierarchy("sm2")
    ca = pki.signer_ca.create_authority("测试下级 CA")
    signer = ca.issue("99000000000077")
    seal = govseal.make_seal(
        pki.maker, name="测试章", picture=build.FLAG, signers=[signer.certificate], at=build.AT
    )
    stamped = govseal.stamp(build.pdf(), seal, signer, build.CORNER, at=build.AT + HOUR)
    return pki, ca, signer, stamped


def judged(branch, *lists):
    pki, _, _, stamped = branch
    crls = (pki.signer_crl, pki.maker_crl, *lists)
    materials = Materials(crls=tuple(Crl.from_der(crl) for crl in crls))
    at = build.AT + 2 * HOUR
    return govseal.verify(stamped, pki.trust, materials=materials, at=at).signatures[0]


def test_a_list_of_a_ca_that_only_the_signature_carries_speaks(branch):
    found = judged(branch, branch[1].crl())
    assert (found.verdict.value, found.reasons) == ("passed", ())


def test_without_that_list_it_is_undecided(branch):
    assert judged(branch).reasons == ("no_revocation_data",)


def test_a_revocation_by_that_ca_counts(branch):
    _, ca, signer, _ = branch
    revoked = ca.crl([Revoked(signer.certificate, build.AT)])
    assert judged(branch, revoked).reasons == ("certificate_revoked_before_signing",)


def test_a_namesake_of_that_ca_says_nothing(branch):
    namesake = build.hierarchy("sm2").signer_ca.create_authority("测试下级 CA")
    assert judged(branch, namesake.crl()).reasons == ("no_revocation_data",)
