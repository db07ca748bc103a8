"""Chains of SM2 and of other keys: refused, unless the caller allows them."""

from __future__ import annotations

import pytest

from govseal.pki.path import validate_path
from govseal.pki.trust import TrustStore


@pytest.mark.parametrize(("upper", "lower"), [("sm2", "rsa"), ("rsa", "sm2")])
def test_mixed_chains_verify_like_others_where_they_are_allowed(upper, lower, at, ca, rsa_ca):
    root = ca if upper == "sm2" else rsa_ca
    middle = root.create_authority("混合 CA", algorithm=lower)
    leaf = middle.issue("x", algorithm=upper)
    store = TrustStore([root.certificate])
    result = validate_path(
        leaf.certificate, store, certificates=leaf.chain, at=at, allow_mixed=True
    )
    assert result.outcome == "passed"


@pytest.mark.parametrize(("upper", "lower"), [("sm2", "rsa"), ("rsa", "sm2")])
def test_a_mixed_chain_is_forbidden(upper, lower, at, ca, rsa_ca):
    root = ca if upper == "sm2" else rsa_ca
    leaf = root.issue("x", algorithm=lower)
    result = validate_path(leaf.certificate, TrustStore([root.certificate]), at=at)
    assert (result.outcome, result.reason) == ("failed", "chain_mixed")
    assert result.problem_certificate == leaf.certificate
    assert f"a key of kind {lower} below one of kind {upper}" in result.detail


def test_every_change_of_kind_is_told(at, ca):
    middle = ca.create_authority("混合 CA", algorithm="rsa")
    leaf = middle.issue("x", algorithm="sm2")
    store = TrustStore([ca.certificate])
    result = validate_path(leaf.certificate, store, certificates=leaf.chain, at=at)
    assert [failure.reason for failure in result.failures] == ["chain_mixed"] * 2
