"""The openssl program reads what we write, and we read what it writes: RSA and SM2."""

from __future__ import annotations

import itertools

import pytest

from govseal.errors import InvalidSignature, KeyLoadError
from govseal.pki.algorithms import SM2_SM3
from govseal.pki.certificate import Certificate
from govseal.pki.crl import Crl
from govseal.pki.path import validate_path
from govseal.pki.pem import write_pem
from govseal.pki.pkcs8 import decode_private_key
from govseal.pki.pkcs12 import write_pkcs12
from govseal.pki.signer import load_signer
from govseal.pki.trust import TrustStore
from govseal.testing import Revoked

PASSWORD = "pass"
DISTID = "distid:1234567812345678"
SUBJECT = "/C=CN/O=测试市行政审批服务管理局/CN=99000000000003"


@pytest.fixture(params=["signer", "rsa_signer"])
def someone(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def made(openssl, tmp_path, at):
    """A self-signed certificate and its key as openssl makes them; give the kind."""

    def make(kind):
        key, certificate = tmp_path / "k.pem", tmp_path / "c.pem"
        if kind == "sm2":
            openssl("ecparam", "-name", "SM2", "-genkey", "-noout", "-out", key)
            signing = ("-sm3", "-sigopt", DISTID)
        else:
            openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", key)
            signing = ("-sha256",)
        openssl(
            *("req", "-x509", "-new", "-utf8", "-key", key, "-out", certificate, "-days", "3650"),
            *("-subj", SUBJECT, *signing),
        )
        return key, certificate

    return make


@pytest.fixture
def moment(made):
    """A moment at which what openssl made just now is valid, whatever the clock says."""
    return lambda certificate: certificate.not_before


@pytest.mark.parametrize("kind", ["sm2", "rsa"])
def test_its_self_signed_certificate_is_its_own_issuer(kind, made, moment):
    _, path = made(kind)
    certificate = Certificate.from_pem(path.read_bytes())
    assert certificate.subject == "C=CN, O=测试市行政审批服务管理局, CN=99000000000003"
    assert certificate.public_key.kind == kind
    certificate.public_key.verify(
        certificate.signature, certificate.tbs, certificate.signature_algorithm
    )
    at = moment(certificate)
    assert validate_path(certificate, TrustStore.from_pem(path), at=at).outcome == "passed"


def test_its_certificate_without_distid_does_not_verify(openssl, made, tmp_path):
    key, _ = made("sm2")
    path = tmp_path / "empty-id.pem"
    openssl("req", "-x509", "-new", "-key", key, "-out", path, "-sm3", "-subj", "/CN=x")
    certificate = Certificate.from_pem(path.read_bytes())
    with pytest.raises(InvalidSignature):
        certificate.public_key.verify(certificate.signature, certificate.tbs, SM2_SM3)


@pytest.mark.parametrize("kind", ["sm2", "rsa"])
@pytest.mark.parametrize("prf", ["hmacWithSHA1", "hmacWithSHA256", "hmacWithSHA512"])
def test_its_encrypted_pkcs8_is_read(kind, prf, openssl, made):
    key, path = made(kind)
    data = openssl(
        *("pkcs8", "-topk8", "-in", key, "-v2", "aes-256-cbc", "-v2prf", prf, "-iter", "100"),
        *("-passout", f"pass:{PASSWORD}"),
    )
    signer = load_signer(data, password=PASSWORD, certificate=path)
    signer.certificate.public_key.verify(signer.sign(b"x"), b"x", signer.algorithm)


@pytest.mark.parametrize("kind", ["sm2", "rsa"])
def test_its_plain_keys_are_read(kind, openssl, made):
    key, path = made(kind)
    for data in (key.read_bytes(), openssl("pkey", "-in", key, "-outform", "DER")):
        assert load_signer(data, certificate=path).certificate.public_key.kind == kind


@pytest.mark.parametrize("kind", ["sm2", "rsa"])
def test_its_pkcs12_is_read(kind, openssl, made):
    key, path = made(kind)
    data = openssl(
        *("pkcs12", "-export", "-inkey", key, "-in", path, "-passout", f"pass:{PASSWORD}"),
    )
    assert load_signer(data, password=PASSWORD).certificate.public_key.kind == kind
    with pytest.raises(KeyLoadError) as caught:
        load_signer(data, password="wrong")
    assert caught.value.kind == "wrong_password"


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("-keypbe", "PBE-SHA1-3DES", "-certpbe", "AES-128-CBC"), "PBE-SHA1-3DES"),
        (("-keypbe", "AES-128-CBC", "-certpbe", "PBE-SHA1-3DES"), "PBE-SHA1-3DES"),
    ],
)
def test_its_old_pkcs12_is_named(options, name, openssl, made):
    key, path = made("sm2")
    data = openssl(
        *("pkcs12", "-export", "-inkey", key, "-in", path, "-passout", f"pass:{PASSWORD}"),
        *options,
    )
    with pytest.raises(KeyLoadError, match=name) as caught:
        load_signer(data, password=PASSWORD)
    assert caught.value.kind == "unsupported"


def test_its_sm4_key_is_named(openssl, made):
    key, _ = made("sm2")
    data = openssl(
        *("pkcs8", "-topk8", "-in", key, "-v2", "sm4-cbc", "-passout", f"pass:{PASSWORD}"),
        *("-outform", "DER"),
    )
    with pytest.raises(KeyLoadError, match="SM4-CBC") as caught:
        decode_private_key(data, PASSWORD)
    assert caught.value.kind == "unsupported"


def test_it_reads_our_pkcs12(someone, openssl, tmp_path, ca):
    path = tmp_path / "ours.p12"
    path.write_bytes(
        write_pkcs12(someone._key, [someone.certificate, ca.certificate], PASSWORD, iterations=100)
    )
    common = ("pkcs12", "-in", path, "-passin", f"pass:{PASSWORD}")
    text = openssl(*common, "-nodes", "-nocerts")
    assert load_signer(text, certificate=someone.certificate).certificate == someone.certificate
    listed = openssl(*common, "-nokeys")
    assert listed.count(b"BEGIN CERTIFICATE") == 2


def test_it_reads_our_pkcs8(someone, openssl, tmp_path):
    path = tmp_path / "ours.pem"
    path.write_bytes(write_pem("PRIVATE KEY", someone._key.to_pkcs8()))
    openssl("pkey", "-in", path, "-check", "-noout")
    assert openssl("pkey", "-in", path, "-pubout", "-outform", "DER") == (
        someone.certificate.public_key.spki
    )


def test_it_verifies_our_chain_link_by_link(openssl, tmp_path, ca, rsa_ca, at):
    for authority in (ca, rsa_ca):
        middle = authority.create_authority("二级")
        leaf = middle.issue("x")
        paths = []
        for name, certificate in enumerate((leaf.certificate, *leaf.chain, authority.certificate)):
            paths.append(tmp_path / f"{name}.pem")
            paths[-1].write_bytes(certificate.to_pem())
        # The distid of -vfyopt reaches the leaf alone, so each link is verified by itself.
        for lower, upper in itertools.pairwise(paths):
            openssl(
                *("verify", "-partial_chain", "-trusted", upper, "-vfyopt", DISTID)
                if authority is ca
                else ("verify", "-partial_chain", "-trusted", upper),
                *("-attime", int(at.timestamp()), lower),
            )


def test_it_reads_our_crl(openssl, ca, rsa_ca, at, tmp_path):
    row = Revoked(0xABCDEF, at, "key_compromise", at)
    der = rsa_ca.crl([row])
    roots, crl = tmp_path / "roots.pem", tmp_path / "x.crl"
    roots.write_bytes(rsa_ca.certificate.to_pem())
    crl.write_bytes(der)
    text = openssl("crl", "-in", crl, "-inform", "DER", "-CAfile", roots, "-text").decode()
    assert "Key Compromise" in text
    assert "ABCDEF" in text
    crl.write_bytes(ca.crl([row]))
    assert b"SM2-with-SM3" in openssl("crl", "-in", crl, "-inform", "DER", "-text")
    assert Crl.from_der(der).find(0xABCDEF).reason == "key_compromise"


def test_signatures_in_both_directions(openssl, signer, tmp_path):
    key, public = tmp_path / "k.pem", tmp_path / "p.pem"
    message, value = tmp_path / "m", tmp_path / "s"
    key.write_bytes(write_pem("PRIVATE KEY", signer._key.to_pkcs8()))
    public.write_bytes(write_pem("PUBLIC KEY", signer.certificate.public_key.spki))
    message.write_bytes(b"message")
    options = ("-rawin", "-digest", "sm3", "-in", message, "-pkeyopt", DISTID)
    signed = openssl("pkeyutl", "-sign", "-inkey", key, *options)
    signer.certificate.public_key.verify(signed, b"message", SM2_SM3)
    value.write_bytes(signer.sign(b"message"))
    openssl("pkeyutl", "-verify", "-pubin", "-inkey", public, *options, "-sigfile", value)
