"""Public keys: one ``verify`` that refuses what does not fit, unusable keys that stay readable."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from govseal import sm2
from govseal.asn1 import write
from govseal.errors import EncodingError, InvalidSignature, UnsupportedFormat
from govseal.pki import algorithms, keys
from govseal.pki.algorithms import RSA_SHA256, SM2_SM3, signature_algorithm
from govseal.pki.keys import decode_public_key, encode_rsa_spki, encode_sm2_spki
from govseal.pki.pkcs8 import PrivateKey

MESSAGE = "签章".encode()
# GB/T 32918.5, A.2
POINT = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
SIGNED = bytes.fromhex(
    "3046022100F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "022100B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)
P256 = bytes.fromhex(
    "3059301306072a8648ce3d020106082a8648ce3d030107034200"
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
SECP256K1 = P256.replace(bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06052b8104000a"))
SECP256K1 = b"\x30\x56\x30\x10" + SECP256K1[4:]
ED25519 = write.sequence(write.sequence(write.oid("1.3.101.112")), write.bits(bytes(32)))


def spki(oid, parameters, content):
    return write.sequence(write.sequence(write.oid(oid), parameters), write.bits(content))


def test_the_sm2_vector_of_the_standard_verifies():
    key = decode_public_key(encode_sm2_spki(POINT))
    assert (key.kind, key.bits) == ("sm2", 256)
    key.verify(SIGNED, b"message digest", SM2_SM3)
    key.verify(sm2.decode_signature(SIGNED), b"message digest", SM2_SM3, raw=True)


def test_the_encoding_is_the_one_every_product_writes():
    prefix = "3059301306072A8648CE3D020106082A811CCF5501822D034200"
    assert encode_sm2_spki(POINT) == bytes.fromhex(prefix) + POINT


@pytest.mark.parametrize("raw", [False, True])
def test_the_two_forms_of_an_sm2_value_are_not_taken_for_each_other(raw):
    key = decode_public_key(encode_sm2_spki(POINT))
    value = SIGNED if raw else sm2.decode_signature(SIGNED)
    with pytest.raises(InvalidSignature):
        key.verify(value, b"message digest", SM2_SM3, raw=raw)


@pytest.mark.parametrize(
    "value",
    [b"", SIGNED[:-1], SIGNED + b"\0", b"\x30\x81" + SIGNED[1:], bytes(64), b"\x30\x00"],
    ids=["empty", "short", "long", "long-form length", "zeros", "empty sequence"],
)
def test_an_sm2_value_that_is_not_strict_der_is_refused(value):
    with pytest.raises(InvalidSignature):
        decode_public_key(encode_sm2_spki(POINT)).verify(value, b"message digest", SM2_SM3)


def test_rsa_verifies_with_every_digest_of_the_table(rsa_signer):
    key = rsa_signer.certificate.public_key
    for algorithm in algorithms.SIGNATURE_ALGORITHMS:
        if algorithm.key_kind == "rsa" and algorithm.digest is not None:
            hashing = keys.hash_of(algorithm.digest.name)
            value = rsa_signer._key._key.sign(MESSAGE, padding.PKCS1v15(), hashing)
            key.verify(value, MESSAGE, algorithm)
            with pytest.raises(InvalidSignature):
                key.verify(value, MESSAGE + b"!", algorithm)


def test_rsa_pss_is_not_taken_for_pkcs1(rsa_signer):
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    value = rsa_signer._key._key.sign(MESSAGE, pss, hashes.SHA256())
    with pytest.raises(InvalidSignature):
        rsa_signer.certificate.public_key.verify(value, MESSAGE, RSA_SHA256)


def test_an_rsa_value_of_another_length_is_refused(rsa_signer):
    value = rsa_signer.sign(MESSAGE)
    for wrong in (b"\0" + value, value[1:], b"", value + b"\0"):
        with pytest.raises(InvalidSignature):
            rsa_signer.certificate.public_key.verify(wrong, MESSAGE, RSA_SHA256)


def test_a_loose_pkcs1_padding_is_refused(rsa_signer):
    """Bytes behind the digest (BERserk): the block is compared whole."""
    numbers = rsa_signer._key._key.private_numbers()
    n = numbers.public_numbers.n
    info = write.sequence(
        write.sequence(write.oid("2.16.840.1.101.3.4.2.1"), write.null()),
        write.octets(algorithms.SHA256.digest(MESSAGE)),
    )
    size = (n.bit_length() + 7) // 8
    for block in (
        b"\0\1" + b"\xff" * 8 + b"\0" + info + bytes(size - 11 - len(info)),
        b"\0\1" + b"\xff" * (size - 4 - len(info)) + b"\0" + info + b"\0",
        b"\0\2" + b"\xff" * (size - 3 - len(info)) + b"\0" + info,
    ):
        value = pow(int.from_bytes(block, "big"), numbers.d, n).to_bytes(size, "big")
        with pytest.raises(InvalidSignature):
            rsa_signer.certificate.public_key.verify(value, MESSAGE, RSA_SHA256)


def test_an_algorithm_of_another_kind_of_key_is_an_invalid_signature(signer, rsa_signer):
    with pytest.raises(InvalidSignature, match="rsa-sha256 does not fit a key of kind sm2"):
        signer.certificate.public_key.verify(signer.sign(MESSAGE), MESSAGE, RSA_SHA256)
    with pytest.raises(InvalidSignature, match="sm2-sm3 does not fit a key of kind rsa"):
        rsa_signer.certificate.public_key.verify(rsa_signer.sign(MESSAGE), MESSAGE, SM2_SM3)
    with pytest.raises(InvalidSignature):
        rsa_signer.certificate.public_key.verify(
            rsa_signer.sign(MESSAGE), MESSAGE, RSA_SHA256, raw=True
        )
    with pytest.raises(InvalidSignature, match="the digest of the RSA signature is not named"):
        rsa_signer.certificate.public_key.verify(
            rsa_signer.sign(MESSAGE), MESSAGE, signature_algorithm("1.2.840.113549.1.1.1")
        )


@pytest.mark.parametrize("der", [SECP256K1, ED25519], ids=["secp256k1", "Ed25519"])
def test_a_key_of_an_unknown_kind_is_read_and_cannot_verify(der):
    key = decode_public_key(der)
    assert (key.kind, key.spki) == ("unsupported", der)
    with pytest.raises(UnsupportedFormat):
        key.verify(SIGNED, MESSAGE, SM2_SM3)
    assert not key.is_same_key(key)


def test_explicit_curve_parameters_are_never_sm2():
    explicit = write.sequence(write.integer(1), write.octets(b"p and a and b"))
    key = decode_public_key(spki(keys.EC_PUBLIC_KEY, explicit, POINT))
    assert key.kind == "unsupported"


@pytest.mark.parametrize(
    ("oid", "parameters"),
    [
        (keys.EC_PUBLIC_KEY, write.oid("1.2.156.10197.1.301.1")),
        (keys.SM2_CURVE, b""),
        (keys.SM2_CURVE, write.null()),
    ],
    ids=["signature OID as the curve", "curve as the algorithm", "and NULL"],
)
def test_the_odd_spellings_of_an_sm2_key_are_read(oid, parameters):
    key = decode_public_key(spki(oid, parameters, POINT))
    key.verify(SIGNED, b"message digest", SM2_SM3)
    assert key.is_same_key(decode_public_key(encode_sm2_spki(POINT)))


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", POINT[:-1], POINT[:-1] + b"\x14", b"\x02" + POINT[1:33], b"\x06" + POINT[1:]],
    ids=["empty", "infinity", "short", "off the curve", "compressed", "hybrid"],
)
def test_a_point_that_is_none_is_refused(content):
    with pytest.raises(EncodingError):
        decode_public_key(spki(keys.EC_PUBLIC_KEY, write.oid(keys.SM2_CURVE), content))


@pytest.mark.parametrize(("bits", "kind"), [(1023, "unsupported"), (16385, "unsupported")])
def test_rsa_sizes_outside_the_limits_are_not_used(bits, kind):
    key = decode_public_key(encode_rsa_spki((1 << bits - 1) + 1, 65537))
    assert (key.kind, key.bits) == (kind, bits)
    with pytest.raises(UnsupportedFormat):
        key.verify(bytes(bits // 8 + 1), MESSAGE, RSA_SHA256)


def test_an_enormous_rsa_exponent_is_not_used():
    key = decode_public_key(encode_rsa_spki((1 << 2047) + 1, (1 << 2046) + 1))
    assert key.kind == "unsupported"


@pytest.mark.parametrize(
    ("modulus", "exponent"),
    [((1 << 2047) + 2, 65537), ((1 << 2047) + 1, 65536), ((1 << 2047) + 1, 1), (-5, 3), (5, 0)],
)
def test_rsa_numbers_that_are_no_key_are_refused(modulus, exponent):
    with pytest.raises(EncodingError):
        decode_public_key(encode_rsa_spki(modulus, exponent))


@pytest.mark.parametrize(
    "der",
    [
        b"",
        write.null(),
        write.sequence(),
        write.sequence(write.sequence(), write.bits(b"")),
        write.sequence(write.sequence(write.oid(keys.RSA_ENCRYPTION)), write.bits(b"")),
        write.sequence(write.sequence(write.oid(keys.RSA_ENCRYPTION)), write.octets(b"")),
        spki(keys.RSA_ENCRYPTION, write.null(), write.sequence(write.integer(15))),
        spki(keys.RSA_ENCRYPTION, write.null(), write.sequence(*[write.integer(15)] * 3)),
        encode_sm2_spki(POINT) + b"\0",
        encode_sm2_spki(POINT)[:-1],
    ],
)
def test_what_is_no_subject_public_key_info_is_refused(der):
    with pytest.raises(EncodingError):
        decode_public_key(der)


def test_rsa_with_a_digest_that_has_no_place_is_unsupported(rsa_signer):
    odd = replace(RSA_SHA256, name="rsa-sm3", digest=algorithms.SM3)
    with pytest.raises(UnsupportedFormat):
        rsa_signer.certificate.public_key.verify(rsa_signer.sign(MESSAGE), MESSAGE, odd)


def test_a_private_key_shows_and_gives_nothing_away(signer):
    key = PrivateKey.generate("sm2")
    assert repr(key) == "<PrivateKey sm2>"
    with pytest.raises(TypeError, match="cannot be copied or pickled"):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        pickle.dumps(signer)


def test_another_kind_of_key_is_not_made():
    with pytest.raises(ValueError, match="sm2, rsa or ec was expected"):
        PrivateKey.generate("dsa")
