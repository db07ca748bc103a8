"""ECDSA over P-256 and P-384: points on their curves, values in strict DER, nothing mixed up."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from govseal import sm2
from govseal.asn1 import write
from govseal.errors import (
    EncodingError,
    InvalidSignature,
    KeyLoadError,
    SigningFault,
    UnsupportedFormat,
)
from govseal.pki import algorithms, keys
from govseal.pki.algorithms import ECDSA_SHA256, RSA_SHA256, SM2_SM3, signature_algorithm
from govseal.pki.certificate import Certificate
from govseal.pki.ecdsa import P256, P384, EcPoint
from govseal.pki.keys import decode_public_key, encode_ec_spki
from govseal.pki.path import validate_path
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.trust import TrustStore
from govseal.testing import Authority

MESSAGE = "签章".encode()
# SP 800-186, 3.2.1.3: the base point of P-256.
BASE = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
# GB/T 32918.5, A.2
SM2_POINT = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
ECDSA = [a for a in algorithms.SIGNATURE_ALGORITHMS if a.key_kind == "ec"]
KEYS = {
    "P-256": ec.generate_private_key(ec.SECP256R1()),
    "P-384": ec.generate_private_key(ec.SECP384R1()),
}


def spki(curve, point, *, oid=keys.EC_PUBLIC_KEY):
    return write.sequence(write.sequence(write.oid(oid), write.oid(curve)), write.bits(point))


def public(name):
    encoding = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return decode_public_key(KEYS[name].public_key().public_bytes(*encoding))


@pytest.fixture(params=["P-256", "P-384"])
def name(request):
    return request.param


def test_the_base_point_of_the_standard_is_read():
    key = decode_public_key(spki(P256.oid, BASE))
    assert (key.kind, key.bits) == ("ec", 256)
    assert key.material.encode() == BASE
    assert encode_ec_spki(key.material) == key.spki


@pytest.mark.parametrize("algorithm", ECDSA, ids=lambda a: a.name)
def test_every_digest_verifies(name, algorithm):
    hashing = keys.hash_of(algorithm.digest.name)
    value = KEYS[name].sign(MESSAGE, ec.ECDSA(hashing))
    key = public(name)
    key.verify(value, MESSAGE, algorithm)
    with pytest.raises(InvalidSignature):
        key.verify(value, MESSAGE + b"!", algorithm)
    other = signature_algorithm("1.2.840.10045.4.3.1" if "512" in algorithm.name else ECDSA[-1].oid)
    with pytest.raises(InvalidSignature):
        key.verify(value, MESSAGE, other)


def test_we_sign_with_sha256_and_verify_what_we_signed():
    key = PrivateKey.generate("ec")
    value = key.sign(MESSAGE)
    assert key.algorithm is ECDSA_SHA256
    key.public_key.verify(value, MESSAGE, ECDSA_SHA256)
    key._key.public_key().verify(value, MESSAGE, ec.ECDSA(hashes.SHA256()))
    assert key.sign(MESSAGE) != value


def test_a_spoiled_signature_is_not_given_away():
    key = PrivateKey.generate("ec")
    key.public_key = PrivateKey.generate("ec").public_key
    with pytest.raises(SigningFault):
        key.sign(MESSAGE)


@pytest.mark.parametrize(
    ("algorithm", "outcome"), [("ec", "passed"), ("rsa", "passed"), ("sm2", "failed")]
)
def test_a_chain_with_a_p256_root(algorithm, outcome, at):
    root = Authority.create("测试 P-256 根", algorithm="ec", at=at)
    leaf = root.create_authority("二级").issue("x", algorithm=algorithm)
    store = TrustStore([root.certificate])
    result = validate_path(leaf.certificate, store, certificates=leaf.chain, at=at)
    assert result.outcome == outcome  # SM2 is not mixed with other kinds


def test_a_forged_certificate_of_a_p256_root_fails(ec_ca, at):
    other = Authority.create("测试 P-256 CA", algorithm="ec", at=at)
    forged = other.issue("x").certificate
    # The key identifier of the real root, or it would not even be tried.
    der = forged.der.replace(forged.authority_key_id, ec_ca.certificate.subject_key_id)
    result = validate_path(Certificate.from_der(der), TrustStore([ec_ca.certificate]), at=at)
    assert (result.outcome, result.reason) == ("failed", "chain_broken")


# --- refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("curve", "point"),
    [
        (keys.SM2_CURVE, BASE),
        (P256.oid, SM2_POINT),
        (P384.oid, BASE),
        (P256.oid, b""),
        (P256.oid, b"\0"),
        (P256.oid, BASE[:-1]),
        (P256.oid, BASE + b"\0"),
        (P256.oid, BASE[:-1] + b"\xf4"),
        (P256.oid, b"\x03" + BASE[1:33]),
        (P256.oid, b"\x06" + BASE[1:]),
        (P256.oid, b"\x04" + bytes(64)),
        (P256.oid, b"\x04" + b"\xff" * 64),
        (P256.oid, BASE[:33] + (int.from_bytes(BASE[33:]) + P256.prime).to_bytes(33)),
    ],
    ids=[
        "P-256 point named SM2",
        "SM2 point named P-256",
        "P-256 point named P-384",
        "empty",
        "infinity",
        "short",
        "long",
        "off the curve",
        "compressed",
        "hybrid",
        "zero",
        "above the field",
        "not reduced",
    ],
)
def test_a_point_that_is_none_is_refused(curve, point):
    with pytest.raises(EncodingError):
        decode_public_key(spki(curve, point))


def test_the_curve_in_the_place_of_the_algorithm_is_no_p256_key():
    key = decode_public_key(write.sequence(write.sequence(write.oid(P256.oid)), write.bits(BASE)))
    assert key.kind == "unsupported"


def value_of(r, s):
    return write.sequence(write.integer(r), write.integer(s))


def test_a_value_that_is_not_strict_der_is_refused(name):
    value = KEYS[name].sign(MESSAGE, ec.ECDSA(hashes.SHA256()))
    long_form = b"\x30\x81" + value[1:] if value[1] < 0x80 else value + b"\0"
    wrong = [b"", value[:-1], value + b"\0", long_form, bytes(64), b"\x30\x00", b"\x02\x01\x01"]
    wrong += [value_of(0, 1), value_of(1, 0), value_of(-1, 5), value_of(1 << 600, 1)]
    wrong += [write.sequence(write.integer(1)), write.sequence(*[write.integer(1)] * 3)]
    for item in wrong:
        with pytest.raises(InvalidSignature):
            public(name).verify(item, MESSAGE, ECDSA_SHA256)


def test_a_raw_value_is_none():
    with pytest.raises(InvalidSignature):
        public("P-256").verify(bytes(64), MESSAGE, ECDSA_SHA256, raw=True)


def test_algorithms_of_other_kinds_of_key_do_not_fit(signer, ec_signer):
    key = ec_signer.certificate.public_key
    for algorithm in (SM2_SM3, RSA_SHA256):
        with pytest.raises(InvalidSignature, match="does not fit a key of kind ec"):
            key.verify(ec_signer.sign(MESSAGE), MESSAGE, algorithm)
    with pytest.raises(InvalidSignature, match="ecdsa-sha256 does not fit a key of kind sm2"):
        signer.certificate.public_key.verify(signer.sign(MESSAGE), MESSAGE, ECDSA_SHA256)


def test_digests_that_are_not_named_or_have_no_place():
    key = public("P-256")
    value = KEYS["P-256"].sign(MESSAGE, ec.ECDSA(hashes.SHA256()))
    nameless = algorithms.SignatureAlgorithm("ecdsa", "1.2.3", "ec", None)
    with pytest.raises(InvalidSignature, match="digest of the ECDSA signature is not named"):
        key.verify(value, MESSAGE, nameless)
    odd = algorithms.SignatureAlgorithm("ecdsa-sm3", "1.2.3", "ec", algorithms.SM3)
    with pytest.raises(UnsupportedFormat):
        key.verify(value, MESSAGE, odd)


def test_a_p384_key_does_not_sign():
    with pytest.raises(KeyLoadError, match="the curve secp384r1") as caught:
        PrivateKey(KEYS["P-384"])
    assert caught.value.kind == "unsupported"


def test_keys_of_two_curves_are_never_the_same():
    point = EcPoint(P256, *(int.from_bytes(half) for half in (BASE[1:33], BASE[33:])))
    assert point != EcPoint(P384, point.x, point.y)
    other = decode_public_key(keys.encode_sm2_spki(SM2_POINT))
    assert isinstance(other.material, sm2.PublicKey)
    assert not other.is_same_key(decode_public_key(encode_ec_spki(point)))


def test_a_private_key_shows_nothing():
    key = PrivateKey.generate("ec")
    number = key._key.private_numbers().private_value
    assert repr(key) == "<PrivateKey ec>"
    assert str(number) not in repr(key.public_key)
