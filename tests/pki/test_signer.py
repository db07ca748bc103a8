"""Signers: loaded from every container, key and certificate belonging together, nothing shown."""

from __future__ import annotations

import pytest

from govseal.asn1 import write
from govseal.errors import FormatError, KeyLoadError, LimitExceeded
from govseal.pki.algorithms import ECDSA_SHA256, RSA_SHA256, SM2_SM3
from govseal.pki.certificate import Certificate
from govseal.pki.pem import write_pem
from govseal.pki.pkcs8 import PrivateKey, encode_private_key
from govseal.pki.pkcs12 import write_pkcs12
from govseal.pki.signer import Signer, SoftSigner, load_signer
from govseal.testing import x509

PASSWORD = "口令"
MESSAGE = b"to be signed"


def check(signer: Signer, expected: SoftSigner) -> None:
    """The loaded signer is the expected one, and signs what its certificate verifies."""
    assert signer.certificate == expected.certificate
    key = signer.certificate.public_key
    key.verify(signer.sign(MESSAGE), MESSAGE, signer.algorithm)


@pytest.fixture(params=["signer", "rsa_signer", "ec_signer"])
def someone(request):
    return request.getfixturevalue(request.param)


def encrypted_pem(someone):
    der = encode_private_key(someone._key, PASSWORD, iterations=5)
    return write_pem("ENCRYPTED PRIVATE KEY", der)


def test_the_algorithm_follows_the_key(signer, rsa_signer, ec_signer):
    found = [someone.algorithm for someone in (signer, rsa_signer, ec_signer)]
    assert found == [SM2_SM3, RSA_SHA256, ECDSA_SHA256]


def test_from_pkcs12_bytes_and_paths(someone, tmp_path):
    data = write_pkcs12(someone._key, [someone.certificate], PASSWORD, iterations=5)
    path = tmp_path / "signer.p12"
    path.write_bytes(data)
    for source in (data, path, str(path)):
        check(load_signer(source, password=PASSWORD), someone)


def test_from_one_pem_file_with_both(someone, tmp_path):
    path = tmp_path / "both.pem"
    path.write_bytes(someone.certificate.to_pem() + encrypted_pem(someone))
    check(load_signer(path, password=PASSWORD), someone)


def test_from_a_key_with_its_certificate(someone, tmp_path):
    path = tmp_path / "u.pem"
    path.write_bytes(someone.certificate.to_pem())
    key = someone._key.to_pkcs8()
    for certificate in (someone.certificate, someone.certificate.der, path, str(path)):
        check(load_signer(key, certificate=certificate), someone)
        check(load_signer(write_pem("PRIVATE KEY", key), certificate=certificate), someone)


def test_the_chain_comes_along_in_order(ca):
    middle = ca.create_authority("二级")
    leaf = middle.issue("x")
    assert leaf.chain == (middle.certificate,)
    data = write_pkcs12(leaf._key, [leaf.certificate, *leaf.chain], PASSWORD, iterations=5)
    assert load_signer(data, password=PASSWORD).chain == (middle.certificate,)
    text = b"".join(c.to_pem() for c in (middle.certificate, leaf.certificate))
    loaded = load_signer(leaf._key.to_pkcs8(), certificate=text)
    assert (loaded.certificate, loaded.chain) == (leaf.certificate, (middle.certificate,))


def test_the_certificate_given_wins_over_the_one_in_the_file(ca, signer):
    renewed = ca.issue("99000000000001", key=signer._key).certificate
    data = write_pkcs12(signer._key, [signer.certificate], PASSWORD, iterations=5)
    loaded = load_signer(data, password=PASSWORD, certificate=renewed)
    assert (loaded.certificate, loaded.chain) == (renewed, ())


def test_spellings_of_the_same_key_belong_together(rsa_ca, rsa_signer):
    def modify(template):
        numbers = rsa_signer.certificate.public_key.material
        key = write.sequence(write.integer(numbers.modulus), write.integer(numbers.exponent))
        bare = write.sequence(write.oid("1.2.840.113549.1.1.1"))
        template.spki = write.sequence(bare, write.bits(key))

    # The test CA builds a signer, so belonging together was checked there.
    odd = rsa_ca.issue("x", key=rsa_signer._key, modify=modify)
    check(load_signer(odd._key.to_pkcs8(), certificate=odd.certificate), odd)


@pytest.mark.parametrize("scheme", ["aes", "sm4"])
def test_to_pkcs12_and_back(scheme, signer):
    check(load_signer(signer.to_pkcs12(PASSWORD, scheme), password=PASSWORD), signer)


def test_repr_shows_subject_and_fingerprint_alone(signer):
    assert repr(signer) == (
        f"<SoftSigner {signer.certificate.subject} {signer.certificate.fingerprint[:16]}>"
    )


# --- refused --------------------------------------------------------------------------------


def assert_refused(kind, source, *, match=None, **options):
    with pytest.raises(KeyLoadError, match=match) as caught:
        load_signer(source, **options)
    assert caught.value.kind == kind


def test_a_certificate_of_another_key(signer, rsa_signer, ca, tmp_path):
    key = signer._key.to_pkcs8()
    path = tmp_path / "other.pem"
    path.write_bytes(ca.certificate.to_pem())
    for other in (rsa_signer.certificate, ca.certificate, ca.certificate.der, path):
        assert_refused("wrong_certificate", key, certificate=other, match="does not belong")
    both = write_pem("PRIVATE KEY", key) + ca.certificate.to_pem()
    assert_refused("wrong_certificate", both, match="does not belong")
    with pytest.raises(KeyLoadError, match="does not belong"):
        SoftSigner(signer._key, ca.certificate)


def test_a_certificate_of_another_key_beside_a_pkcs12(signer, ca):
    data = write_pkcs12(signer._key, [signer.certificate], PASSWORD, iterations=5)
    assert_refused(
        "wrong_certificate",
        data,
        password=PASSWORD,
        certificate=ca.certificate,
        match="does not belong",
    )
    assert_refused(
        "wrong_certificate",
        data,
        password=PASSWORD,
        certificate=ca.certificate.der,
        match="does not belong",
    )


def test_a_certificate_whose_key_cannot_be_used(signer, ca):
    def modify(template):
        ed25519 = write.sequence(write.oid("1.3.101.112"))
        template.spki = write.sequence(ed25519, write.bits(bytes(32)))

    with pytest.raises(KeyLoadError, match="does not belong"):
        ca.issue("x", key=signer._key, modify=modify)


def test_a_key_alone(signer):
    assert_refused("no_certificate", signer._key.to_pkcs8(), match="without its certificate")


def test_a_certificate_alone(signer):
    pem_text = signer.certificate.to_pem()
    assert_refused("wrong_container", pem_text, match="no private key, but CERTIFICATE")
    assert_refused("wrong_container", signer.certificate.der, match="not a certificate")


def test_two_keys_in_one_file(signer):
    text = write_pem("PRIVATE KEY", signer._key.to_pkcs8())
    assert_refused("unsupported", text + text, match="holds 2 private keys")


def test_wrong_and_missing_passwords(signer):
    text = encrypted_pem(signer)
    for password in (None, "", "wrong", b"wrong"):
        assert_refused("wrong_password", text, password=password, certificate=signer.certificate)


@pytest.mark.parametrize("data", [b"\0", b"%PDF-1.7", bytes(50), b"MQ=="])
def test_what_is_no_key_is_the_wrong_container(data):
    assert_refused("wrong_container", data)


@pytest.mark.parametrize("data", [b"", b"-----BEGIN A-----\n", b"MIIB", b"MIIBAAAA"])
def test_what_breaks_off_is_damaged(data):
    assert_refused("damaged", data)


def test_a_broken_certificate_in_the_pem_text(signer):
    text = write_pem("PRIVATE KEY", signer._key.to_pkcs8()) + write_pem("CERTIFICATE", b"0")
    assert_refused("damaged", text, match="the PEM text is damaged")


def test_a_broken_certificate_beside_the_key(signer):
    with pytest.raises(FormatError):
        load_signer(signer._key.to_pkcs8(), certificate=b"0")


def test_files_that_are_not_there_or_too_large(signer, tmp_path):
    with pytest.raises(FileNotFoundError):
        load_signer(tmp_path / "none.p12")
    with pytest.raises(LimitExceeded):
        load_signer(bytes(5 * 1024 * 1024))


@pytest.mark.parametrize("source", [None, 5, ["signer.p12"]])
def test_a_source_of_another_type(source):
    with pytest.raises(TypeError, match="bytes or a path"):
        load_signer(source)


def test_errors_and_repr_show_no_secret(ca):
    key = PrivateKey.generate("sm2")
    d = key._key.to_bytes()
    with pytest.raises(KeyLoadError) as caught:
        load_signer(key.to_pkcs8(), password=PASSWORD, certificate=ca.certificate)
    shown = repr(caught.value) + repr(key) + repr(x509.CertificateTemplate)
    assert d.hex() not in shown
    assert PASSWORD not in shown


def test_a_soft_signer_fits_the_protocol(signer):
    def needs_signer(it: Signer) -> Certificate:
        return it.certificate

    assert needs_signer(signer) == signer.certificate
