from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import threading

import pytest

from govseal import sm2
from govseal.errors import EncodingError, InvalidSignature
from govseal.sm2 import DEFAULT_USER_ID, PrivateKey, PublicKey, identity_digest
from govseal.sm2 import _reference as reference
from govseal.sm2.curve import SM2

D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
POINT = reference.public_point(D)
X, Y = (value.to_bytes(32, "big") for value in POINT)
ENCODED = b"\4" + X + Y


def number(value: int) -> bytes:
    return value.to_bytes(32, "big")


@pytest.fixture(scope="module")
def key() -> PrivateKey:
    return PrivateKey.from_bytes(number(D))


# --- public keys ---------------------------------------------------------------------------


def test_decode_and_encode():
    assert PublicKey.decode(ENCODED).encode() == ENCODED
    assert PublicKey.decode(bytearray(ENCODED)) == PublicKey.decode(memoryview(ENCODED))


@pytest.mark.parametrize("d", [1, 2, 3, D, SM2.n - 3, SM2.n - 2])
def test_compressed_only_on_request(d):
    x, y = reference.public_point(d)
    compressed = bytes((2 + (y & 1),)) + number(x)
    opposite = bytes((3 - (y & 1),)) + number(x)
    assert PublicKey.decode(compressed, allow_compressed=True).encode()[1:] == number(x) + number(y)
    with pytest.raises(EncodingError, match="compressed"):
        PublicKey.decode(compressed)
    if d != 1:
        other = PublicKey.decode(opposite, allow_compressed=True)
        assert other.encode()[1:] == number(x) + number(SM2.p - y)


NON_RESIDUE = next(x for x in range(1, 50) if reference.lift_x(x, is_odd=True) is None)
SMALL_X = next(p for x in range(1, 50) if (p := reference.lift_x(x, is_odd=True)))
REFUSED = {
    "empty": b"",
    "infinity": b"\0",
    "infinity, long": bytes(65),
    "no prefix": X + Y,
    "one byte short": ENCODED[:-1],
    "one byte long": ENCODED + b"\0",
    "hybrid, right parity": bytes((6 + (Y[-1] & 1),)) + X + Y,
    "hybrid, wrong parity": bytes((7 - (Y[-1] & 1),)) + X + Y,
    "unknown prefix": b"\5" + X + Y,
    "off the curve": b"\4" + X + Y[:-1] + bytes((Y[-1] ^ 1,)),
    "(0, 0)": b"\4" + bytes(64),
    "x and y swapped": b"\4" + Y + X,
    "x + p": b"\4" + number(SMALL_X.x + SM2.p) + number(SMALL_X.y),
    "x = p": b"\4" + number(SM2.p) + Y,
    "y = 2^256-1": b"\4" + X + b"\xff" * 32,
    "-G": b"\4" + number(SM2.gx) + number(SM2.p - SM2.gy),
    "-G, compressed": b"\3" + number(SM2.gx),
    "compressed, no such point": b"\2" + number(NON_RESIDUE),
    "compressed, x + p": b"\3" + number(SMALL_X.x + SM2.p),
    "compressed, one byte long": b"\2" + X + b"\0",
    "compressed, too short": b"\2" + X[:-1],
    "a prefix alone": b"\4",
}


@pytest.mark.parametrize("encoded", REFUSED.values(), ids=REFUSED)
def test_everything_else_is_refused(encoded):
    with pytest.raises(EncodingError) as caught:
        PublicKey.decode(encoded, allow_compressed=True)
    assert caught.value.part == "SM2PublicKey"


@pytest.mark.parametrize("value", [None, 65, "04" * 65, ENCODED.hex()])
def test_public_key_of_another_type(value):
    with pytest.raises(TypeError):
        PublicKey.decode(value)


def test_a_point_of_p256_is_refused():
    gx = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
    gy = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
    with pytest.raises(EncodingError, match="not on the curve"):
        PublicKey.decode(b"\4" + number(gx) + number(gy))


def test_public_keys_compare_hash_and_travel(key):
    other = PublicKey.decode(ENCODED)
    assert key.public_key == other
    assert len({key.public_key, other}) == 1
    assert key.public_key != ENCODED
    assert pickle.loads(pickle.dumps(other)) == other  # noqa: S301 - our own bytes
    assert copy.copy(other) == other
    assert repr(other) == f"<PublicKey SM2 {sm2.sm3(ENCODED).hex()[:16]}>"
    assert other.fingerprint == sm2.sm3(ENCODED).hex()


# --- private keys --------------------------------------------------------------------------


@pytest.mark.parametrize("d", [1, 2, D, SM2.n - 3, SM2.n - 2])
def test_private_key_round_trip(d):
    key = PrivateKey.from_bytes(number(d))
    assert key.to_bytes() == number(d)
    assert key.public_key.encode()[1:] == b"".join(map(number, reference.public_point(d)))
    signature = key.sign(b"message")
    key.public_key.verify(signature, b"message")


@pytest.mark.parametrize("d", [0, SM2.n - 1, SM2.n, SM2.n + 1, 2**256 - 1])
def test_private_key_out_of_range(d):
    with pytest.raises(EncodingError, match=r"not in \[1, n-2\]") as caught:
        PrivateKey.from_bytes(number(d))
    assert number(d).hex() not in str(caught.value)


@pytest.mark.parametrize("length", [0, 1, 31, 33, 64])
def test_private_key_has_one_length(length):
    with pytest.raises(EncodingError, match="32 bytes"):
        PrivateKey.from_bytes(b"\1" * length)


@pytest.mark.parametrize("value", [None, D, "3945"])
def test_private_key_of_another_type(value):
    with pytest.raises(TypeError):
        PrivateKey.from_bytes(value)


def test_leading_zeros_are_kept():
    key = PrivateKey.from_bytes(number(5))
    assert key.to_bytes() == number(5)


def test_generated_keys_differ():
    keys = {PrivateKey.generate().to_bytes() for _ in range(20)}
    assert len(keys) == 20
    assert all(1 <= int.from_bytes(d, "big") <= SM2.n - 2 for d in keys)


def test_secrets_do_not_show(key):
    shown = f"{key!r} {key} {vars(type(key))}"
    assert number(D).hex() not in shown.lower()
    assert str(D) not in shown
    assert repr(key) == f"<PrivateKey of {key.public_key!r}>"


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, pickle.dumps])
def test_private_keys_do_not_multiply(key, copier):
    with pytest.raises(TypeError, match="cannot be copied or pickled"):
        copier(key)


@pytest.mark.parametrize("cls", [PrivateKey, PublicKey])
def test_constructors_are_named(cls):
    with pytest.raises(TypeError, match="use "):
        cls()


def test_core_types_cannot_be_made_from_python(key):
    for thing in (key._key, key.public_key._key, sm2.Sm3()._state):
        with pytest.raises(TypeError):
            type(thing)()
    with pytest.raises(TypeError):
        pickle.dumps(key._key)


# --- signing and verifying -----------------------------------------------------------------


def test_signatures_differ_and_verify(key):
    signatures = {key.sign(b"message") for _ in range(20)}
    assert len(signatures) == 20
    for signature in signatures:
        key.public_key.verify(signature, b"message")
        key.public_key.verify_raw(sm2.decode_signature(signature), b"message")


@pytest.mark.parametrize("message", [b"", b"m", b"x" * 63, b"x" * 5000])
def test_reference_accepts_what_the_core_signs(key, message):
    raw = sm2.decode_signature(key.sign(message))
    e = int.from_bytes(reference.message_digest(POINT, message, DEFAULT_USER_ID), "big")
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    assert reference.verify_digest(e, r, s, POINT)


def test_a_signature_is_for_one_message_key_and_id(key):
    signature = key.sign(b"message", user_id=b"ALICE123@YAHOO.COM")
    key.public_key.verify(signature, b"message", user_id=b"ALICE123@YAHOO.COM")
    other = PrivateKey.generate().public_key
    for public, message, user_id in (
        (key.public_key, b"message", DEFAULT_USER_ID),
        (key.public_key, b"message", b""),
        (key.public_key, b"messagf", b"ALICE123@YAHOO.COM"),
        (other, b"message", b"ALICE123@YAHOO.COM"),
    ):
        with pytest.raises(InvalidSignature):
            public.verify(signature, message, user_id=user_id)
        with pytest.raises(InvalidSignature):
            public.verify_raw(sm2.decode_signature(signature), message, user_id=user_id)


@pytest.mark.parametrize(
    "user_id",
    [b"", b"x", DEFAULT_USER_ID, "测试市".encode(), b"\0\xff", b"i" * 8191],
    ids=["empty", "one", "default", "utf-8", "binary", "8191"],
)
def test_user_ids(key, user_id):
    expected = reference.identity_digest(POINT, user_id)
    assert identity_digest(key.public_key, user_id) == expected
    assert key.public_key.identity_digest(bytearray(user_id)) == expected
    signature = key.sign(b"message", user_id=user_id)
    key.public_key.verify(signature, b"message", user_id=user_id)


def test_too_long_a_user_id(key):
    signature = key.sign(b"message")
    for call in (
        lambda: identity_digest(key.public_key, bytes(8192)),
        lambda: key.sign(b"message", user_id=bytes(8192)),
        lambda: key.public_key.verify(signature, b"message", user_id=bytes(8192)),
        lambda: key.public_key.verify_raw(bytes(64), b"message", user_id=bytes(8192)),
    ):
        with pytest.raises(ValueError, match="8191"):
            call()


@pytest.mark.parametrize("length", [0, 1, 20, 31, 33, 48, 64])
def test_a_digest_has_one_length(key, length):
    with pytest.raises(ValueError, match="32 bytes"):
        key.sign_digest(bytes(length))
    with pytest.raises(ValueError, match="32 bytes"):
        key.public_key.verify_digest(bytes(64), bytes(length))


def test_digest_level(key):
    digest = reference.message_digest(POINT, b"message", DEFAULT_USER_ID)
    signature = key.sign_digest(digest)
    key.public_key.verify(signature, b"message")
    key.public_key.verify_digest(signature, digest)
    with pytest.raises(InvalidSignature):
        key.public_key.verify_digest(signature, sm2.sm3(b"message"))


@pytest.mark.parametrize("value", ["text", 3, None, [1]])
def test_arguments_of_other_types(key, value):
    signature = key.sign(b"message")
    for call in (
        lambda: key.sign(value),
        lambda: key.sign(b"", user_id=value if value is not None else 1),
        lambda: key.sign_digest(value),
        lambda: key.public_key.verify(value, b"message"),
        lambda: key.public_key.verify(signature, value),
        lambda: key.public_key.verify_digest(signature, value),
    ):
        with pytest.raises(TypeError):
            call()


def test_buffers_are_given_back(key):
    """A bytearray cannot be resized while somebody holds its buffer."""
    signature, message, user_id, digest = (
        bytearray(key.sign(b"message")),
        bytearray(b"message"),
        bytearray(b"me"),
        bytearray(32),
    )
    key.public_key.verify(signature, message)
    key.sign(message, user_id=user_id)
    key.sign_digest(digest)
    for call in (
        lambda: key.public_key.verify(signature, message, user_id=user_id),
        lambda: key.public_key.verify(signature, 3),
        lambda: key.public_key.verify_raw(message, message),
        lambda: key.public_key.verify_digest(signature, digest),
        lambda: key.sign(message, user_id=bytearray(8192)),
        lambda: key.sign_digest(message),
        lambda: PublicKey.decode(message),
        lambda: PrivateKey.from_bytes(digest),
    ):
        with pytest.raises((InvalidSignature, TypeError, ValueError, EncodingError)):
            call()
    for buffer in (signature, message, user_id, digest):
        buffer.append(0)


def test_many_threads_share_one_key(key):
    failures = []

    def work(index: int) -> None:
        for i in range(50):
            message = b"%d %d" % (index, i)
            try:
                key.public_key.verify(key.sign(message), message)
            except InvalidSignature:
                failures.append(message)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_objects_are_freed():
    """Two hundred thousand objects of each type would show in the resident size."""
    program = (
        "import resource\n"
        "from govseal.sm2 import PublicKey, PrivateKey, Sm3\n"
        "encoded = PrivateKey.from_bytes(bytes(31) + b'\\7').public_key.encode()\n"
        "def use():\n"
        "    for _ in range(3000):\n"
        "        PublicKey.decode(encoded); Sm3(b'x').copy().digest()\n"
        "        try: PublicKey.decode(encoded[:-1])\n"
        "        except ValueError: pass\n"
        "        except Exception: pass\n"
        "    for _ in range(300): PrivateKey.generate().sign(b'x' * 5000)\n"
        "use()\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for _ in range(8): use()\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert int(result.stdout) < 4096  # KiB
