"""Certificates inside real seals and stamps: every one must load."""

from __future__ import annotations

import pytest

import embedded
from govseal.errors import GovsealError, KeyLoadError
from govseal.pki.certificate import Certificate
from govseal.pki.names import is_same_name
from govseal.pki.path import validate_path
from govseal.pki.signer import load_signer
from govseal.pki.trust import TrustStore

pytestmark = pytest.mark.samples


def test_every_certificate_in_the_samples_loads(samples):
    found = {
        der: name
        for name, data in embedded.stamped_data(samples)
        for der in embedded.certificates(data)
    }
    assert len(found) >= 18
    for der, name in found.items():
        certificate = Certificate.from_der(der)
        assert certificate.public_key.kind in ("sm2", "rsa"), name
        assert certificate.signature_algorithm is not None, name
        assert certificate.subject_value("CN"), name
        at = certificate.not_before
        result = validate_path(certificate, TrustStore(), at=at)
        assert result.reason == "no_trust_anchor", name
        assert validate_path(certificate, TrustStore([certificate]), at=at).outcome == "passed"


def test_every_sample_certificate_chains_where_its_issuer_is_there(samples):
    data = [*embedded.stamped_data(samples), *embedded.pdf_signatures(samples)]
    ders = {der for _, inside in data for der in embedded.certificates(inside)}
    found = {Certificate.from_der(der) for der in ders}
    roots = TrustStore(item for item in found if item.is_self_issued)
    passed = 0
    for certificate in found:
        at = certificate.not_before
        result = validate_path(certificate, roots, certificates=found, at=at)
        if any(is_same_name(item.subject_der, certificate.issuer_der) for item in found):
            assert result.reason in (None, "unsupported"), certificate
        passed += result.outcome == "passed"
    assert len(found) >= 42
    assert passed >= 16


@pytest.mark.slow
def test_every_sample_certificate_refuses_to_be_changed(samples):
    for _, data in embedded.stamped_data(samples):
        for der in embedded.certificates(data):
            store = TrustStore([Certificate.from_der(der)])
            for place in range(30, len(der), 37):
                changed = der[:place] + bytes([der[place] ^ 1]) + der[place + 1 :]
                try:
                    certificate = Certificate.from_der(changed)
                except GovsealError:
                    continue
                result = validate_path(certificate, store, at=certificate.not_before)
                assert result.outcome != "passed"


@pytest.mark.parametrize("name", ["USER.p12", "SealBuilder.p12"])
def test_the_old_containers_are_refused_by_name(name, samples):
    path = next(samples.rglob(name))
    with pytest.raises(KeyLoadError, match="PBE-SHA1-RC2-40") as caught:
        load_signer(path, password="777777")
    assert caught.value.kind == "unsupported"
    with pytest.raises(KeyLoadError) as caught:
        load_signer(path, password="wrong")
    assert caught.value.kind == "wrong_password"
