"""The throw-away CA writes what it is asked for, right things and wrong ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from govseal.asn1 import strict, write
from govseal.errors import EncodingError
from govseal.pki import extensions as ext
from govseal.pki.certificate import Certificate
from govseal.pki.crl import Crl
from govseal.testing import Authority, Revoked, x509

AT = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def ca():
    return Authority.create("测试证书 CA", at=AT)


def test_a_root_is_a_ca(ca):
    certificate = ca.certificate
    assert certificate.is_ca
    assert certificate.is_self_issued
    assert certificate.key_usage == {"key_cert_sign", "crl_sign"}
    assert certificate.is_valid_at(AT)
    assert ca.chain == ()


@pytest.mark.parametrize("algorithm", ["sm2", "rsa"])
def test_the_algorithm_goes_down_the_tree(algorithm):
    root = Authority.create("根", algorithm=algorithm, at=AT)
    leaf = root.create_authority("二级").issue("x")
    assert leaf.certificate.public_key.kind == algorithm
    assert len(leaf.chain) == 1


def test_a_leaf_has_the_subject_uses_and_times_asked_for(ca):
    leaf = ca.issue(
        "x",
        subject=(("C", "CN"), ("L", "测试市"), ("1.2.3.4", "odd")),
        key_usage=("key_encipherment", "decipher_only"),
        not_before=AT,
        not_after=datetime(2060, 1, 1, tzinfo=UTC),
    ).certificate
    assert leaf.subject == "C=CN, L=测试市, 1.2.3.4=odd"
    assert leaf.key_usage == {"key_encipherment", "decipher_only"}
    assert (leaf.not_before, leaf.not_after.year) == (AT, 2060)
    assert not leaf.is_ca


def test_key_usage_may_be_left_out_and_a_leaf_may_claim_to_be_a_ca(ca):
    assert ca.issue("x", key_usage=None).certificate.key_usage is None
    assert ca.issue("x", is_ca=True).certificate.is_ca


def test_serial_numbers_differ_and_are_positive(ca):
    serials = {ca.issue("x").certificate.serial for _ in range(20)}
    assert len(serials) == 20
    assert min(serials) > 0


def test_issued_certificates_say_where_the_crl_is():
    root = Authority.create("根", at=AT, crl_urls=["http://x/ca.crl"])
    assert root.issue("x").certificate.crl_urls == ("http://x/ca.crl",)


def test_a_template_may_be_made_wrong(ca):
    def modify(template):
        template.inner_algorithm = write.sequence(write.oid("1.2.3"))

    with pytest.raises(EncodingError):
        ca.issue("x", modify=modify)


def test_an_unknown_reason_or_use_is_refused(ca):
    with pytest.raises(ValueError, match="not a key usage"):
        ca.issue("x", key_usage=["sign_everything"])
    with pytest.raises(ValueError, match="not a reason"):
        ca.crl([Revoked(1, AT, "bad mood")])


def test_crl_numbers_rise_and_names_may_be_forged(ca):
    one, two = Crl.from_der(ca.crl()), Crl.from_der(ca.crl())
    assert two.number == one.number + 1
    forged = Crl.from_der(ca.crl(issuer_der=x509.encode_name((("CN", "别人"),))))
    assert forged.issuer == "CN=别人"


def test_a_crl_takes_certificates_and_serial_numbers(ca):
    leaf = ca.issue("x").certificate
    rows = [Revoked(leaf, AT), Revoked(5, AT, "superseded", AT - timedelta(days=1))]
    crl = Crl.from_der(ca.crl(rows, this_update=AT, next_update=AT + timedelta(days=7)))
    assert set(crl.entries) == {leaf.serial, 5}
    assert crl.next_update == AT + timedelta(days=7)


def test_named_bits_have_no_trailing_zeros():
    assert write.named_bits([0, 1]).hex() == "030206c0"
    assert write.named_bits([8]).hex() == "0303070080"
    assert write.named_bits([]).hex() == "030100"
    element = strict.parse(write.named_bits([0, 5, 6, 8]))
    assert ext.read_named_bits(element, "bits") == (0, 5, 6, 8)


def test_what_we_issue_is_der(ca):
    leaf = ca.issue("x").certificate
    assert strict.parse(leaf.der).raw == leaf.der
    assert Certificate.from_der(leaf.der) == leaf


def test_repr_shows_no_key(ca):
    assert "key" not in repr(ca)
