"""The vectors of the standards, and the edges of the verification equation."""

from __future__ import annotations

import pytest

from govseal.errors import InvalidSignature
from govseal.sm2 import (
    PrivateKey,
    PublicKey,
    encode_signature,
    identity_digest,
)
from govseal.sm2 import _reference as reference
from govseal.sm2.curve import SM2, Curve


def parameters(vector) -> Curve:
    return Curve(**{name: int(value, 16) for name, value in vector["parameters"].items()})


def public_of(edge) -> reference.Point:
    encoded = bytes.fromhex(edge["public"])
    return reference.Point(
        int.from_bytes(encoded[1:33], "big"), int.from_bytes(encoded[33:], "big")
    )


def test_reference_reproduces_the_standard(signature_vector):
    curve = parameters(signature_vector)
    d, k, r, s = (int(signature_vector[name], 16) for name in "dkrs")
    public = reference.public_point(d, curve)
    assert public == (int(signature_vector["x"], 16), int(signature_vector["y"], 16))
    user_id = signature_vector["user_id"].encode()
    assert reference.identity_digest(public, user_id, curve).hex() == signature_vector["z"]
    digest = reference.message_digest(public, signature_vector["message"].encode(), user_id, curve)
    assert digest.hex() == signature_vector["e"]
    e = int.from_bytes(digest, "big")
    assert reference.sign_digest(e, d, k, curve) == (r, s)
    assert reference.verify_digest(e, r, s, public, curve)
    assert not reference.verify_digest(e, r, curve.n - s, public, curve)
    assert not reference.verify_digest(e ^ 1, r, s, public, curve)


def test_generators_lie_on_their_curves(signature_vector):
    curve = parameters(signature_vector)
    assert reference.is_on_curve(reference.generator(curve), curve)
    assert reference.multiply(curve.n, reference.generator(curve), curve) is None


def test_compiled_core_reproduces_the_standard(signature_vector, testing_core):
    if signature_vector["curve"] != "sm2p256v1":
        assert parameters(signature_vector) != SM2
        return
    d, k, e = (bytes.fromhex(signature_vector[name]) for name in "dke")
    raw = testing_core.sign_with_nonce(d, e, k)
    assert raw.hex() == signature_vector["r"] + signature_vector["s"]
    key = PrivateKey.from_bytes(d)
    assert key.public_key.encode().hex() == "04" + signature_vector["x"] + signature_vector["y"]
    assert identity_digest(key.public_key).hex() == signature_vector["z"]
    message = signature_vector["message"].encode()
    key.public_key.verify(encode_signature(raw), message)
    key.public_key.verify_raw(raw, message)
    key.public_key.verify_digest(raw, e)
    with pytest.raises(InvalidSignature):
        key.public_key.verify(encode_signature(raw), message, user_id=b"")


@pytest.mark.parametrize("is_prepared", [False, True])
def test_edges_by_the_core(edge, is_prepared):
    public = PublicKey.decode(bytes.fromhex(edge["public"]))
    key = public.prepare() if is_prepared else public
    raw, digest = bytes.fromhex(edge["r"] + edge["s"]), bytes.fromhex(edge["e"])
    for signature in (raw, encode_signature(raw)):
        if edge["valid"]:
            key.verify_digest(signature, digest)
        else:
            with pytest.raises(InvalidSignature):
                key.verify_digest(signature, digest)


def test_edges_by_the_reference(edge):
    e, r, s = (int(edge[name], 16) for name in "ers")
    assert reference.verify_digest(e, r, s, public_of(edge)) == edge["valid"]


@pytest.mark.parametrize("byte", [0, 31, 32, 63])
def test_valid_edges_do_not_survive_a_flipped_bit(edge, byte):
    raw = bytearray(bytes.fromhex(edge["r"] + edge["s"]))
    raw[byte] ^= 0x10
    public = PublicKey.decode(bytes.fromhex(edge["public"]))
    for key in (public, public.prepare()):
        with pytest.raises(InvalidSignature):
            key.verify_digest(raw, bytes.fromhex(edge["e"]))


@pytest.mark.parametrize("is_prepared", [False, True])
def test_edges_reach_the_rare_paths(tiered_core, all_edges, is_prepared):
    """Doubling, infinity and the second candidate for x1 inside a verification."""
    before = tiered_core.path_counts()
    for edge in all_edges:
        key = tiered_core.load_public(bytes.fromhex(edge["public"]), 0)
        key = tiered_core.prepare(key) if is_prepared else key
        raw, digest = bytes.fromhex(edge["r"] + edge["s"]), bytes.fromhex(edge["e"])
        assert key.verify_digest(raw, digest) == edge["valid"]
    after = tiered_core.path_counts()
    paths = {"add_var_double", "add_var_infinity", "verify_second_x"}
    if tiered_core.tier() == "ifma":  # the lanes meet the others and give up
        paths = {"verify8_undecided", "verify_second_x"}
    for path in paths:
        assert after[path] > before[path]
