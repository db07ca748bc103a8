"""PKCS#8 and its neighbours: read in every form seen, refused in three distinct ways."""

from __future__ import annotations

import base64
import itertools

import asn1crypto.keys
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from govseal.asn1 import write
from govseal.errors import KeyLoadError
from govseal.pki import blockcipher, keys, pbes2, pkcs12kdf
from govseal.pki.algorithms import SHA1
from govseal.pki.keys import EC_PUBLIC_KEY, SM2_CURVE
from govseal.pki.pkcs8 import PrivateKey, decode_private_key, encode_private_key

PASSWORD = "口令 pass"
# GB/T 32918.5, A.2
D = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
POINT = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
PLAIN = (
    serialization.Encoding.DER,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)
SEC1 = (
    serialization.Encoding.DER,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
)
P256_KEY = ec.generate_private_key(ec.SECP256R1())
P256 = P256_KEY.private_bytes(*PLAIN)
P384 = ec.generate_private_key(ec.SECP384R1()).private_bytes(*PLAIN)
P256_CURVE = write.oid("1.2.840.10045.3.1.7")


def ec_key(d=D, *rows, version=1):
    return write.sequence(write.integer(version), write.octets(d), *rows)


def pkcs8(inner, *, oid=EC_PUBLIC_KEY, parameters=None, version=0, ending=b""):
    curve = write.oid(SM2_CURVE) if parameters is None else parameters
    algorithm = write.sequence(write.oid(oid), curve)
    return write.sequence(write.integer(version), algorithm, write.octets(inner), ending)


def assert_refused(kind, der, password=None, match=None):
    with pytest.raises(KeyLoadError, match=match) as caught:
        decode_private_key(der, password)
    assert caught.value.kind == kind


def scheme_of(der):
    info = asn1crypto.keys.EncryptedPrivateKeyInfo.load(der)
    return pbes2.read_scheme(info["encryption_algorithm"], "the key")


CURVE = write.explicit(0, write.oid(SM2_CURVE))
ANY = write.set_of(write.null())
PUBLIC = write.explicit(1, write.bits(POINT))


@pytest.mark.parametrize(
    "der",
    [
        pkcs8(ec_key()),
        pkcs8(ec_key(D, PUBLIC)),
        pkcs8(ec_key(D, CURVE, PUBLIC)),
        pkcs8(ec_key(D, CURVE), version=1),
        pkcs8(ec_key(), version=1, ending=write.element(0x81, b"\0" + POINT)),
        pkcs8(ec_key(), ending=write.element(0xA0, write.sequence(write.oid("1.2"), ANY))),
        pkcs8(ec_key(), oid=SM2_CURVE, parameters=b""),
        pkcs8(ec_key(), parameters=write.oid("1.2.156.10197.1.301.1")),
        ec_key(D, CURVE, PUBLIC),
    ],
    ids=[
        "bare",
        "as GmSSL writes",
        "as OpenSSL writes",
        "v2",
        "point behind",
        "attributes",
        "curve only",
        "odd curve",
        "SEC 1",
    ],
)
def test_the_forms_of_an_sm2_key(der):
    key = decode_private_key(der)
    assert (key.public_key.kind, key.algorithm.name) == ("sm2", "sm2-sm3")
    assert key.public_key.spki == keys.encode_sm2_spki(POINT)
    assert decode_private_key(key.to_pkcs8()).public_key == key.public_key


def test_a_private_number_without_its_leading_zeros_is_read():
    key = decode_private_key(pkcs8(ec_key(b"\x05")))
    assert key.to_pkcs8().count(bytes(31) + b"\x05") == 1


def test_rsa_in_pkcs8_and_pkcs1():
    key = PrivateKey.generate("rsa")
    assert decode_private_key(key.to_pkcs8()).public_key == key.public_key
    assert decode_private_key(key._key.private_bytes(*SEC1)).public_key == key.public_key
    assert key.algorithm.name == "rsa-sha256"


@pytest.mark.parametrize("password", [PASSWORD, PASSWORD.encode()])
@pytest.mark.parametrize("scheme", ["aes", "sm4"])
@pytest.mark.parametrize("kind", ["sm2", "rsa", "ec"])
def test_what_is_encrypted_is_read(kind, scheme, password):
    key = PrivateKey.generate(kind)
    der = key.to_pkcs8(PASSWORD, scheme=scheme, iterations=10)
    assert decode_private_key(der, password).public_key == key.public_key
    assert key.to_pkcs8()[-64:] not in der


def test_our_encryption_is_what_was_promised():
    der = encode_private_key(PrivateKey.generate("sm2"), PASSWORD)
    scheme = scheme_of(der)
    derivation = scheme.derivation
    assert (derivation.prf, scheme.cipher.name) == ("sha256", "AES-256-CBC")
    assert len(derivation.salt) == 16
    assert derivation.iterations >= 100_000


def test_sm4_comes_with_sm3():
    scheme = scheme_of(PrivateKey.generate("sm2").to_pkcs8(PASSWORD, scheme="sm4"))
    assert (scheme.derivation.prf, scheme.cipher.name) == ("sm3", "SM4-CBC")
    assert scheme.derivation.iterations >= 100_000


def test_two_encryptions_differ_in_salt_and_iv():
    key = PrivateKey.generate("sm2")
    schemes = [scheme_of(encode_private_key(key, PASSWORD, iterations=1)) for _ in "12"]
    assert schemes[0].derivation.salt != schemes[1].derivation.salt
    assert schemes[0].iv != schemes[1].iv


def test_cryptography_reads_our_rsa_key():
    key = PrivateKey.generate("rsa")
    der = encode_private_key(key, PASSWORD, iterations=10)
    other = serialization.load_der_private_key(der, PASSWORD.encode())
    assert isinstance(other, rsa.RSAPrivateKey)
    assert other.private_numbers() == key._key.private_numbers()


def encrypted(
    inner,
    kdf_rows,
    *,
    scheme=pbes2.PBES2,
    cipher="2.16.840.1.101.3.4.1.2",
    iv=bytes(16),
    kdf="1.2.840.113549.1.5.12",
):
    kdf_der = write.sequence(write.oid(kdf), write.sequence(*kdf_rows))
    aes = write.sequence(write.oid(cipher), write.octets(iv))
    algorithm = write.sequence(write.oid(scheme), write.sequence(kdf_der, aes))
    return write.sequence(algorithm, write.octets(inner))


SALT, ROUNDS = write.octets(b"saltsalt"), write.integer(10)


@pytest.mark.parametrize(
    ("prf", "name"),
    [
        ("1.2.840.113549.2.7", "sha1"),
        ("1.2.840.113549.2.9", "sha256"),
        ("1.2.840.113549.2.11", "sha512"),
        ("1.2.156.10197.1.401.2", "sm3"),
        (None, "sha1"),
    ],
)
def test_every_prf_of_the_table(prf, name):
    rows = [SALT, ROUNDS, write.integer(16)]
    if prf is not None:
        rows.append(write.sequence(write.oid(prf), write.null()))
    der = encrypted(b"", rows)
    scheme = scheme_of(der)
    assert (scheme.derivation.prf, scheme.derivation.iterations) == (name, 10)


def test_pbkdf2_with_sm3_gives_the_known_value():
    derivation = pbes2.Derivation("sm3", b"salt1234", 10_000, None)
    try:
        value = derivation.key(b"password", 32, "the key")
    except KeyLoadError as error:
        assert error.kind == "unsupported"  # noqa: PT017 - a Python without SM3 in hashlib
        return
    assert value.hex() == "d846fd1eb44e8ab0931e61da66590124860b6c64089b9d4a2f66bcba04064db9"


def old_encryption(plain=None, *, iterations=3, size=16):
    """As the PKCS#12 programs of the nineties encrypt: pbeWithSHAAnd3-KeyTripleDES-CBC."""
    parameters = write.sequence(write.octets(b"saltsalt"), write.integer(iterations))
    algorithm = write.sequence(write.oid(pbes2.PBE_SHA1_3DES), parameters)
    content = bytes(size)
    if plain is not None:
        bmp = pkcs12kdf.bmp_password(PASSWORD)
        key, iv = (
            pkcs12kdf.derive(SHA1, bmp, b"saltsalt", iterations, size=length, purpose=purpose)
            for length, purpose in ((24, pkcs12kdf.KEY), (8, pkcs12kdf.IV))
        )
        content = blockcipher.TRIPLE_DES.encrypt(key, iv, plain, "the test")
    return write.sequence(algorithm, write.octets(content))


def test_the_3des_of_the_nineties_is_read():
    key = PrivateKey.generate("sm2")
    der = old_encryption(key.to_pkcs8())
    assert decode_private_key(der, PASSWORD).public_key == key.public_key
    for password in ("wrong", b"\xff\xfe", ""):
        assert_refused("wrong_password", der, password)


@pytest.mark.parametrize("count", [0, -1, 200_001, 1 << 200])
def test_iterations_outside_the_limits_of_the_nineties(count):
    assert_refused("unsupported", old_encryption(iterations=count), PASSWORD, "iterations")


def test_p256_in_every_form():
    key = decode_private_key(P256)
    assert (key.public_key.kind, key.algorithm.name) == ("ec", "ecdsa-sha256")
    number = P256_KEY.private_numbers().private_value.to_bytes(32, "big")
    point = write.explicit(1, write.bits(key.public_key.spki[-65:]))
    for der in (
        P256_KEY.private_bytes(*SEC1),
        pkcs8(ec_key(number), parameters=P256_CURVE),
        pkcs8(ec_key(number, point), parameters=P256_CURVE),
        ec_key(number, write.explicit(0, P256_CURVE)),
        key.to_pkcs8(),
    ):
        assert decode_private_key(der).public_key == key.public_key
    key.public_key.verify(key.sign(b"message"), b"message", key.algorithm)


@pytest.mark.parametrize(
    ("scheme", "kdf"),
    [
        (pbes2.PBES2, pbes2.PBKDF2),
        ("1.2.156.10197.6.1.4.1.5.2", "1.2.156.10197.6.1.4.1.5.1"),
        ("1.2.156.10197.6.4.1.5.2", "1.2.156.10197.6.4.1.5.1"),
    ],
    ids=["as GmSSL writes", "GM/T 0091", "the other spelling"],
)
def test_sm4_is_read_under_every_identifier(scheme, kdf):
    rows = [SALT, ROUNDS, write.integer(16), write.sequence(write.oid("1.2.156.10197.1.401.2"))]
    key = PrivateKey.generate("sm2")
    sm4 = blockcipher.SM4
    secret = pbes2.Derivation("sm3", b"saltsalt", 10, None).key(PASSWORD.encode(), 16, "the test")
    content = sm4.encrypt(secret, bytes(16), key.to_pkcs8(), "the test")
    der = encrypted(content, rows, scheme=scheme, kdf=kdf, cipher=sm4.oid)
    assert decode_private_key(der, PASSWORD).public_key == key.public_key


# --- wrong_password -------------------------------------------------------------------------


def test_a_wrong_password_every_time():
    der = encode_private_key(PrivateKey.generate("sm2"), PASSWORD, iterations=1)
    # One in 256 guesses leaves a padding that looks right: it must be told all the same.
    for number in range(600):
        assert_refused("wrong_password", der, f"guess {number}")


def test_no_password():
    der = encode_private_key(PrivateKey.generate("sm2"), PASSWORD, iterations=1)
    assert_refused("wrong_password", der, None, "needs a password")


# --- unsupported ----------------------------------------------------------------------------


def test_other_curves_and_keys():
    assert_refused("unsupported", P384, match="another curve than SM2 and P-256")
    assert_refused("unsupported", pkcs8(ec_key(), parameters=write.sequence()), match="curve")
    assert_refused("unsupported", pkcs8(b"", oid="1.3.101.112"), match=r"1\.3\.101\.112")
    not_rsa = pkcs8(P384, oid=keys.RSA_ENCRYPTION, parameters=write.null())
    assert_refused("unsupported", not_rsa, match="another algorithm than RSA")
    other = write.explicit(0, write.oid("1.3.132.0.10"))
    assert_refused("unsupported", ec_key(D, other, PUBLIC), match="another curve than SM2")


def test_an_rsa_key_that_is_too_large():
    """OpenSSL would look for hours at whether the primes are prime."""
    numbers = (0, *[(1 << 20_000) + 1] * 8)
    der = write.sequence(*map(write.integer, numbers))
    assert_refused("unsupported", der, match="an RSA key of 20")


def test_an_rsa_key_that_is_too_small():
    with pytest.raises(KeyLoadError) as caught:
        PrivateKey(SmallKey())
    assert caught.value.kind == "unsupported"
    assert str(caught.value) == (
        "the private key uses an RSA key of 1000 bits, which is not read here"
    )


class SmallKey:
    """As much of an RSA key as a PrivateKey looks at."""

    def public_key(self):
        return self

    def public_numbers(self):
        return rsa.RSAPublicNumbers(65537, (1 << 999) + 1)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"scheme": "1.2.840.113549.1.12.1.5"}, "PBE-SHA1-RC2-128"),
        ({"scheme": "1.2.840.113549.1.12.1.6"}, "PBE-SHA1-RC2-40"),
        ({"scheme": "1.2.840.113549.1.5.3"}, "PBE-MD5-DES"),
        ({"kdf": "1.3.6.1.4.1.11591.4.11"}, "scrypt"),
        ({"cipher": "1.2.840.113549.3.2"}, "RC2-CBC"),
        ({"cipher": "1.2.156.10197.1.104"}, "SM4 without a mode"),
        ({"cipher": "1.2.3.4"}, "1.2.3.4"),
    ],
)
def test_other_encryption_is_named(changes, name):
    der = encrypted(bytes(16), [SALT, ROUNDS], **changes)
    assert_refused("unsupported", der, PASSWORD, f"uses {name}")


def test_another_prf_is_named():
    rows = [SALT, ROUNDS, write.sequence(write.oid("1.2.840.113549.2.12"))]
    assert_refused("unsupported", encrypted(bytes(16), rows), PASSWORD, r"1\.2\.840\.113549\.2\.12")


def test_a_salt_from_elsewhere_is_not_followed():
    der = encrypted(bytes(16), [write.sequence(write.oid("1.2.3")), ROUNDS])
    assert_refused("unsupported", der, PASSWORD, "a salt from elsewhere")


def test_a_prf_that_this_python_lacks_is_named(monkeypatch):
    def lacking(*_):
        raise ValueError("unsupported hash type")

    monkeypatch.setattr(pbes2.hashlib, "pbkdf2_hmac", lacking)
    rows = [SALT, ROUNDS, write.sequence(write.oid("1.2.156.10197.1.401.2"))]
    assert_refused("unsupported", encrypted(bytes(16), rows), PASSWORD, "needs HMAC-SM3")


@pytest.mark.parametrize("count", [0, -1, 2_000_001, 1 << 200])
def test_iterations_outside_the_limits(count):
    der = encrypted(bytes(16), [SALT, write.integer(count)])
    assert_refused("unsupported", der, PASSWORD, "iterations")


# --- damaged --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30",
        pkcs8(ec_key()) + b"\0",
        pkcs8(ec_key())[:-1],
        pkcs8(ec_key(), version=7),
        pkcs8(b"junk"),
        pkcs8(ec_key(version=2)),
        pkcs8(ec_key(bytes(32))),
        pkcs8(ec_key(b"\xff" * 32)),
        pkcs8(ec_key(b"")),
        pkcs8(ec_key(b"\0" + D)),
        pkcs8(ec_key(D, write.explicit(1, write.bits(POINT[:-1] + b"\0")))),
        pkcs8(ec_key(D, write.explicit(2, write.null()))),
        pkcs8(ec_key(D, CURVE, PUBLIC, PUBLIC, PUBLIC)),
        ec_key(),
        pkcs8(ec_key(D, write.explicit(0, P256_CURVE))),
        pkcs8(ec_key(D, CURVE), parameters=P256_CURVE),
        pkcs8(ec_key(bytes(32)), parameters=P256_CURVE),
        pkcs8(ec_key(b"\xff" * 32), parameters=P256_CURVE),
        pkcs8(ec_key(D + b"\0"), parameters=P256_CURVE),
        pkcs8(ec_key(D, PUBLIC), parameters=P256_CURVE),
        write.sequence(write.integer(0), write.integer(15), write.integer(3)),
        pkcs8(b"junk", oid=keys.RSA_ENCRYPTION, parameters=write.null()),
        encrypted(b"", [SALT, ROUNDS]),
        encrypted(bytes(15), [SALT, ROUNDS]),
        encrypted(bytes(16), [SALT]),
        encrypted(bytes(16), [SALT, ROUNDS, write.integer(16), SALT, SALT]),
        write.sequence(write.sequence(write.oid(pbes2.PBES2)), write.octets(bytes(16))),
        write.sequence(
            write.sequence(
                write.oid(pbes2.PBES2),
                write.sequence(
                    write.sequence(write.oid("1.2.840.113549.1.5.12")), write.sequence()
                ),
            ),
            write.octets(bytes(16)),
        ),
        encrypted(bytes(16), [SALT, ROUNDS], iv=bytes(8)),
        encrypted(bytes(16), [SALT, ROUNDS, write.integer(32)]),
        pkcs8(ec_key(), ending=write.null()),
        pkcs8(ec_key(), oid=keys.RSA_ENCRYPTION, ending=write.octets(b"")),
        write.sequence(write.integer(0), write.element(0x30, b"\x1f" + b"\xff" * 5000 + b"\x01\0")),
        b"\x30\x80" * 5000,
        b"\x30\x80\x02\x01\x00" + b"\x05\x00" * 140_000 + b"\0\0",
        old_encryption(iterations=1, size=7),
        bytes(2 * 1024 * 1024),
    ],
    ids=itertools.count(),
)
def test_what_is_no_key_is_damaged(der):
    assert_refused("damaged", der, PASSWORD)


@pytest.mark.parametrize("kind", ["sm2", "rsa", "ec"])
@pytest.mark.parametrize("is_encrypted", [False, True])
def test_a_key_cut_short_is_damaged(kind, is_encrypted):
    der = PrivateKey.generate(kind).to_pkcs8("p" if is_encrypted else None, iterations=1)
    for size in range(1, len(der), max(1, len(der) // 40)):
        assert_refused("damaged", der[:size], "p")


# --- wrong_container ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("der", "found"),
    [
        (b"not a key", "something else"),
        (b"%PDF-1.7", "something else"),
        (write.null(), "something else"),
        (write.sequence(), "something else"),
        (write.sequence(write.null(), write.null()), "something else"),
        (write.sequence(write.integer(15), write.integer(3)), "a public key"),
        (keys.encode_sm2_spki(POINT), "a public key"),
        (write.sequence(write.oid("1.2.3"), write.explicit(0, write.null())), "a signed or env"),
    ],
)
def test_what_is_something_else_is_the_wrong_container(der, found):
    assert_refused("wrong_container", der, PASSWORD, f"the private key was expected, not {found}")


def test_certificates_are_the_wrong_container(signer, rsa_signer):
    for someone in (signer, rsa_signer):
        der = someone.certificate.der
        for size in (len(der), len(der) // 2, 20):
            assert_refused("wrong_container", der[:size], match="a certificate")


def test_another_scheme_is_not_written():
    with pytest.raises(ValueError, match="aes or sm4 was expected"):
        PrivateKey.generate("ec").to_pkcs8(PASSWORD, scheme="des")


def test_a_public_part_of_another_key_is_damaged():
    other = PrivateKey.generate("sm2").public_key.spki[-65:]
    der = pkcs8(ec_key(D, CURVE, write.explicit(1, write.bits(other))))
    assert_refused("damaged", der, match="does not belong to its public part")


def test_errors_show_no_secret():
    der = pkcs8(ec_key(D, write.explicit(2, write.null())))
    with pytest.raises(KeyLoadError) as caught:
        decode_private_key(der, PASSWORD)
    text = repr(caught.value) + str(caught.value.__cause__)
    for secret in (D.hex(), PASSWORD, base64.b64encode(D).decode(), str(D)):
        assert secret not in text
