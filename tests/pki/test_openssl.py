"""The openssl program reads what we write, and we read what it writes: RSA and SM2."""

from __future__ import annotations

import functools
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


KINDS = ("sm2", "rsa", "ec")


@pytest.fixture(params=["signer", "rsa_signer", "ec_signer"])
def someone(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def made(openssl, tmp_path_factory):
    """A self-signed certificate and its key as openssl makes them; give the kind."""
    folder = tmp_path_factory.mktemp("openssl")

    @functools.cache
    def make(kind):
        key, certificate = folder / f"{kind}.key.pem", folder / f"{kind}.pem"
        if kind == "sm2":
            openssl("ecparam", "-name", "SM2", "-genkey", "-noout", "-out", key)
            signing = ("-sm3", "-sigopt", DISTID)
        elif kind == "ec":
            openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
            signing = ("-sha384",)
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


@pytest.mark.parametrize("kind", KINDS)
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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prf", ["hmacWithSHA1", "hmacWithSHA256", "hmacWithSHA512"])
def test_its_encrypted_pkcs8_is_read(kind, prf, openssl, made):
    key, path = made(kind)
    data = openssl(
        *("pkcs8", "-topk8", "-in", key, "-v2", "aes-256-cbc", "-v2prf", prf, "-iter", "100"),
        *("-passout", f"pass:{PASSWORD}"),
    )
    signer = load_signer(data, password=PASSWORD, certificate=path)
    signer.certificate.public_key.verify(signer.sign(b"x"), b"x", signer.algorithm)


@pytest.mark.parametrize("kind", KINDS)
def test_its_plain_keys_are_read(kind, openssl, made):
    key, path = made(kind)
    for data in (key.read_bytes(), openssl("pkey", "-in", key, "-outform", "DER")):
        assert load_signer(data, certificate=path).certificate.public_key.kind == kind


@pytest.mark.parametrize("kind", KINDS)
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
    "options",
    [
        ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "AES-128-CBC"),
        ("-keypbe", "AES-192-CBC", "-certpbe", "PBE-SHA1-3DES"),
        ("-keypbe", "SM4-CBC", "-certpbe", "SM4-CBC", "-macalg", "sm3"),
        ("-keypbe", "DES-EDE3-CBC", "-certpbe", "NONE", "-macalg", "sha1"),
        ("-keypbe", "NONE", "-certpbe", "NONE", "-nomac"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_its_pkcs12_is_read_under_every_encryption(kind, options, openssl, made):
    key, path = made(kind)
    data = openssl(
        *("pkcs12", "-export", "-inkey", key, "-in", path, "-passout", f"pass:{PASSWORD}"),
        *options,
    )
    assert load_signer(data, password=PASSWORD).certificate.public_key.kind == kind


@pytest.mark.parametrize(
    "options",
    [
        ("-v2", "sm4-cbc"),
        ("-v2", "sm4-cbc", "-v2prf", "hmacWithSHA1"),
        ("-v2", "des3"),
        ("-v1", "PBE-SHA1-3DES"),
    ],
)
def test_its_other_encryptions_of_pkcs8_are_read(options, openssl, made):
    key, path = made("sm2")
    data = openssl(
        *("pkcs8", "-topk8", "-in", key, *options, "-passout", f"pass:{PASSWORD}"),
        *("-outform", "DER"),
    )
    expected = Certificate.from_pem(path.read_bytes()).public_key
    assert decode_private_key(data, PASSWORD).public_key == expected
    with pytest.raises(KeyLoadError) as caught:
        decode_private_key(data, "wrong")
    assert caught.value.kind == "wrong_password"


@pytest.mark.parametrize("cipher", ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "sm4", "des3"])
@pytest.mark.parametrize("kind", KINDS)
def test_its_keys_with_an_encryption_of_pems_own_are_read(kind, cipher, openssl, made):
    key, path = made(kind)
    program = ("rsa", "-traditional") if kind == "rsa" else ("ec",)
    data = openssl(*program, "-in", key, f"-{cipher}", "-passout", f"pass:{PASSWORD}")
    assert b"DEK-Info" in data
    signer = load_signer(data, password=PASSWORD, certificate=path)
    assert signer.certificate.public_key.kind == kind
    for password, expected in (("wrong", "wrong_password"), (None, "wrong_password")):
        with pytest.raises(KeyLoadError) as caught:
            load_signer(data, password=password, certificate=path)
        assert caught.value.kind == expected


def test_it_reads_our_encrypted_pkcs8(someone, openssl, tmp_path):
    path = tmp_path / "ours.pem"
    for scheme in ("aes", "sm4"):
        der = someone._key.to_pkcs8(PASSWORD, scheme=scheme, iterations=10)
        path.write_bytes(write_pem("ENCRYPTED PRIVATE KEY", der))
        command = ("pkey", "-in", path, "-passin", f"pass:{PASSWORD}", "-pubout", "-outform", "DER")
        if scheme == "aes":
            assert openssl(*command) == someone.certificate.public_key.spki
        else:
            # OpenSSL 3.0 has no hmacWithSM3 in PBKDF2; Bouncy Castle reads it (tests/interop).
            with pytest.raises(AssertionError):
                openssl(*command)


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


@pytest.mark.parametrize("authority", ["ca", "rsa_ca", "ec_ca"])
def test_it_verifies_our_chain_link_by_link(authority, openssl, tmp_path, request, at):
    root = request.getfixturevalue(authority)
    middle = root.create_authority("二级")
    leaf = middle.issue("x")
    paths = []
    for name, certificate in enumerate((leaf.certificate, *leaf.chain, root.certificate)):
        paths.append(tmp_path / f"{name}.pem")
        paths[-1].write_bytes(certificate.to_pem())
    # The distid of -vfyopt reaches the leaf alone, so each link is verified by itself.
    for lower, upper in itertools.pairwise(paths):
        openssl(
            *("verify", "-partial_chain", "-trusted", upper, "-attime", int(at.timestamp())),
            *(("-vfyopt", DISTID) if authority == "ca" else ()),
            lower,
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
