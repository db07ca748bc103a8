"""Key files of every form: what kind of refusal a clerk meets, the same for each container."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import serialization as form

from govseal.asn1 import write
from govseal.errors import KeyLoadError
from govseal.pki import blockcipher, cfca, containers, pemkey
from govseal.pki.containers import Form, recognise
from govseal.pki.keyfiles import read_key_file
from govseal.pki.pem import write_pem
from govseal.pki.pkcs12 import write_pkcs12
from govseal.pki.request import make_request

PASSWORD = "口令 pass"
ENCRYPTED = ("pkcs12-aes", "pkcs12-sm4", "pkcs8-aes", "pkcs8-sm4", "pkcs8-pem", "sec1-pem", "cfca")
PLAIN = ("pkcs8", "sec1")


def sec1(key):
    """ECPrivateKey of an SM2 key (RFC 5915)."""
    curve = write.explicit(0, write.oid("1.2.156.10197.1.301"))
    return write.sequence(write.integer(1), write.octets(key.to_sm2_bytes()), curve)


def old_pem(der):
    iv = bytes(range(16))
    secret = pemkey._derive(PASSWORD.encode(), iv[:8], 16)
    body = base64.encodebytes(blockcipher.AES_128.encrypt(secret, iv, der, "the test"))
    head = f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{iv.hex()}\n\n".encode()
    label = b"EC PRIVATE KEY-----\n"
    return b"-----BEGIN " + label + head + body + b"-----END " + label


def cfca_file(signer):
    iv, key = cfca._derive(PASSWORD.encode())
    d = blockcipher.SM4.encrypt(key, iv, signer._key.to_sm2_bytes(), "the test")
    data = write.oid("1.2.156.10197.6.1.4.2.1")
    inner = write.sequence(data, write.oid("1.2.156.10197.1.104"), write.octets(d))
    certificate = write.sequence(data, write.octets(signer.certificate.der))
    return base64.b64encode(write.sequence(write.integer(1), inner, certificate))


@pytest.fixture(scope="module")
def files(signer):
    key, own = signer._key, [signer.certificate]
    return {
        "pkcs12-aes": write_pkcs12(key, own, PASSWORD, iterations=2),
        "pkcs12-sm4": write_pkcs12(key, own, PASSWORD, scheme="sm4", iterations=2),
        "pkcs8-aes": key.to_pkcs8(PASSWORD, iterations=2),
        "pkcs8-sm4": key.to_pkcs8(PASSWORD, scheme="sm4", iterations=2),
        "pkcs8-pem": write_pem("ENCRYPTED PRIVATE KEY", key.to_pkcs8(PASSWORD, iterations=2)),
        "sec1-pem": old_pem(sec1(key)),
        "cfca": cfca_file(signer),
        "pkcs8": key.to_pkcs8(),
        "sec1": sec1(key),
    }


def assert_refused(kind, data, password=PASSWORD, match=None):
    with pytest.raises(KeyLoadError, match=match) as caught:
        read_key_file(data, password)
    assert caught.value.kind == kind


@pytest.mark.parametrize("name", [*ENCRYPTED, *PLAIN])
def test_each_is_read(name, files, signer):
    found = read_key_file(files[name], PASSWORD)
    assert found.key.public_key == signer._key.public_key
    has_certificate = name.startswith(("pkcs12", "cfca"))
    assert found.certificates == ((signer.certificate,) if has_certificate else ())


@pytest.mark.parametrize("name", ENCRYPTED)
@pytest.mark.parametrize("password", ["wrong", "", None, b"\xff\xfe"])
def test_each_tells_a_wrong_password(name, password, files):
    assert_refused("wrong_password", files[name], password)


@pytest.mark.parametrize("name", [*ENCRYPTED, *PLAIN])
def test_each_is_damaged_when_cut_short(name, files):
    data = files[name]
    for size in (0, len(data) // 2, len(data) * 3 // 4, len(data) - 5):
        assert_refused("damaged", data[:size])


@pytest.mark.parametrize("name", [*ENCRYPTED, *PLAIN])
def test_each_is_damaged_when_an_octet_is_missing(name, files):
    data = files[name]
    for place in (len(data) // 2, len(data) - 40):
        found = data[:place] + data[place + 1 :]
        with pytest.raises(KeyLoadError) as caught:
            read_key_file(found, PASSWORD)
        # A ciphertext of the right length that was changed cannot be told from a wrong password.
        assert caught.value.kind in {"damaged", "wrong_password"}
        assert name in ENCRYPTED or caught.value.kind == "damaged"


def test_everything_else_is_the_wrong_container(signer, ca):
    request = make_request(signer._key, [("CN", "x")])
    public = signer.certificate.public_key.spki
    for data, match in (
        (signer.certificate.der, "a certificate"),
        (signer.certificate.to_pem(), "CERTIFICATE"),
        (public, "a public key"),
        (write_pem("PUBLIC KEY", public), "PUBLIC KEY"),
        (request.der, "a certificate, a request or a revocation list"),
        (request.to_pem(), "CERTIFICATE REQUEST"),
        (ca.crl(), "a certificate, a request or a revocation list"),
        (write_pem("X509 CRL", ca.crl()), "X509 CRL"),
        (b"PK\x03\x04", "something else"),
        (base64.b64encode(signer.certificate.der), "a certificate"),
        (b"-----BEGIN nothing", "nothing"),
    ):
        assert_refused("wrong_container", data, match=match)


def test_keys_of_other_programs_are_named():
    for label in ("OPENSSH PRIVATE KEY", "DSA PRIVATE KEY"):
        assert_refused("unsupported", write_pem(label, b"\x30\x00"), match=label)


def test_an_envelope_is_named(signer, ca):
    envelope = write.sequence(
        write.sequence(write.oid("1.2.156.10197.1.104.1")),
        write.sequence(write.integer(1)),
        write.bits(bytes(65)),
        write.bits(bytes(32)),
    )
    assert_refused("unsupported", envelope, match="an envelope, which is opened with the key")


def test_a_block_with_the_wrong_content(signer):
    for label in ("PRIVATE KEY", "EC PRIVATE KEY", "CFCA KEY"):
        data = write_pem(label, signer.certificate.der)
        assert_refused("wrong_container", data, match="not a certificate")


def test_too_many_bytes_are_refused(files):
    for data in (files["pkcs12-aes"], files["pkcs8"]):
        assert_refused("damaged", data + bytes(5 * 1024 * 1024))


def test_errors_show_neither_key_nor_password(files, signer):
    secret = signer._key.to_sm2_bytes()
    for data in files.values():
        for broken in (data[:-9], data[: len(data) // 2]):
            with pytest.raises(KeyLoadError) as caught:
                read_key_file(broken, PASSWORD)
            shown = repr(caught.value) + repr(caught.value.__cause__)
            assert PASSWORD not in shown
            assert secret.hex() not in shown
            assert repr(secret) not in shown
    assert secret.hex() not in repr(read_key_file(files["pkcs12-aes"], PASSWORD))


# --- told apart by their outline ------------------------------------------------------------


def test_what_each_is_by_its_outline(files, signer, rsa_signer):
    pkcs1 = rsa_signer._key._key.private_bytes(
        form.Encoding.DER, form.PrivateFormat.TraditionalOpenSSL, form.NoEncryption()
    )
    expected = {
        Form.PKCS12: files["pkcs12-sm4"],
        Form.PKCS8: files["pkcs8"],
        Form.ENCRYPTED_PKCS8: files["pkcs8-sm4"],
        Form.EC: files["sec1"],
        Form.RSA: pkcs1,
        Form.CFCA: base64.b64decode(files["cfca"]),
        Form.CERTIFICATE: signer.certificate.der,
        Form.PUBLIC_KEY: signer.certificate.public_key.spki,
    }
    for known, data in expected.items():
        assert recognise(data) is known


def test_an_rsa_key_cut_short_is_no_public_key(rsa_signer):
    pkcs1 = rsa_signer._key._key.private_bytes(
        form.Encoding.DER, form.PrivateFormat.TraditionalOpenSSL, form.NoEncryption()
    )
    for size in (20, 300, len(pkcs1) - 1):
        assert_refused("damaged", pkcs1[:size])
        assert_refused("damaged", write_pem("RSA PRIVATE KEY", pkcs1[:size]))


@pytest.mark.parametrize(
    "data", [b"", b"0", b"\x30\x00", b"\x30\x85", b"\x31\x03\x02\x01\x00", b"\x30\x80", bytes(9)]
)
def test_what_has_no_outline(data):
    assert recognise(data) is None


def test_the_limits_of_iterations():
    assert containers.check_iterations(containers.MAX_ITERATIONS, "x") == containers.MAX_ITERATIONS
    for count in (0, -1, containers.MAX_ITERATIONS + 1):
        with pytest.raises(KeyLoadError) as caught:
            containers.check_iterations(count, "x")
        assert caught.value.kind == "unsupported"
