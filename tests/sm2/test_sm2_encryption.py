"""Encrypting and decrypting: the core against the reference, every receiver's check, both forms."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal import sm2
from govseal.errors import (
    EncodingError,
    GovsealError,
    InvalidCiphertext,
    LimitExceeded,
)
from govseal.sm2 import (
    PrivateKey,
    PublicKey,
    decode_ciphertext,
    encode_ciphertext,
)
from govseal.sm2 import _reference as reference
from govseal.sm2.curve import SM2, Curve
from govseal.sm2.params import MAX_PLAINTEXT_BYTES

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
POINT = reference.public_point(D)
SIZES = [1, 2, 15, 16, 31, 32, 33, 48, 63, 64, 65, 100, 127, 128, 129, 255, 256]


def number(value: int) -> bytes:
    return value.to_bytes(32, "big")


def encode(point: reference.Point) -> bytes:
    return b"\4" + number(point.x) + number(point.y)


@pytest.fixture(scope="module")
def key() -> PrivateKey:
    return PrivateKey.from_bytes(number(D))


@pytest.fixture(scope="module")
def raw(key) -> bytes:
    return key.public_key.encrypt_raw(b"sixteen byte key")


# --- multiplication by a secret ----------------------------------------------------------------

EDGES = [1, 2, 3, 5, 6, 7, 15, 16, 17, 26, 30, SM2.n // 2, SM2.n // 2 + 1, 2**252, 2**255]
SCALARS = st.sampled_from(EDGES) | st.integers(1, SM2.n - 1)


@given(k=SCALARS, minus=st.booleans(), a=SCALARS)
def test_core_multiplies_as_the_reference(testing_core, k, minus, a):
    k = SM2.n - k if minus else k
    point = reference.multiply(a, reference.generator())
    product = reference.multiply(k, point)
    got = testing_core.const_multiply(number(k), encode(point))
    assert got == number(product.x) + number(product.y)


@pytest.mark.slow
def test_core_multiplies_small_and_large_scalars_as_the_reference(testing_core):
    multiple, last = None, encode(POINT)
    for k in range(1, 1200):
        multiple = reference.add(multiple, POINT)
        opposite = reference.negate(multiple)
        assert testing_core.const_multiply(number(k), last) == encode(multiple)[1:]
        assert testing_core.const_multiply(number(SM2.n - k), last) == encode(opposite)[1:]


# --- the examples of the standard ----------------------------------------------------------------


@pytest.fixture(params=[0, 1], ids=["recommended curve", "example curve"])
def published(request):
    """An example, and the parameters of its curve."""
    case = json.loads((VECTORS / "sm2_encryptions.json").read_text())[request.param]
    curves = json.loads((VECTORS / "sm2_signatures.json").read_text())["curves"]
    values = {name: int(value, 16) for name, value in curves[case["curve"]].items()}
    return case, Curve(**values)


def test_reference_reproduces_the_standard(published):
    case, curve = published
    public = reference.public_point(int(case["d"], 16), curve)
    message = case["message"].encode()
    expected = bytes.fromhex("04" + case["x1"] + case["y1"] + case["c3"] + case["c2"])
    assert reference.encrypt(message, public, int(case["k"], 16), curve) == expected
    assert reference.decrypt(expected, int(case["d"], 16), curve) == message
    if "x2" in case:
        shared = reference.multiply(int(case["k"], 16), public, curve)
        assert shared == (int(case["x2"], 16), int(case["y2"], 16))


def test_core_reproduces_the_standard(published, testing_core):
    case, curve = published
    if curve != SM2:
        return
    d, k = bytes.fromhex(case["d"]), bytes.fromhex(case["k"])
    key, message = PrivateKey.from_bytes(d), case["message"].encode()
    expected = bytes.fromhex("04" + case["x1"] + case["y1"] + case["c3"] + case["c2"])
    encoded = key.public_key.encode()
    assert testing_core.encrypt_with_nonce(encoded, message, k) == expected
    assert testing_core.const_multiply(k, encoded).hex() == case["x2"] + case["y2"]
    assert key.decrypt_raw(expected) == key.decrypt(encode_ciphertext(expected)) == message


# --- encrypting --------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_core_encrypts_as_the_reference(testing_core, size):
    for k in (1, 6, SM2.n - 6, SM2.n - 1, 0x59276E27D506861A):
        plaintext = bytes(range(size)) if size < 256 else bytes(size)
        expected = reference.encrypt(plaintext, POINT, k)
        assert testing_core.encrypt_with_nonce(encode(POINT), plaintext, number(k)) == expected
        if expected is not None:
            assert reference.decrypt(expected, D) == plaintext


@pytest.mark.slow
def test_an_empty_key_stream_wants_another_number(testing_core):
    wanted = [k for k in range(1, 600) if reference.encrypt(b"\x42", POINT, k) is None]
    assert wanted
    for k in wanted:
        assert testing_core.encrypt_with_nonce(encode(POINT), b"\x42", number(k)) is None


@pytest.mark.parametrize("size", [*SIZES, 5000, 100_000])
def test_round_trips(key, size):
    plaintext = bytes(i * 7 & 0xFF for i in range(size))
    raw, der = key.public_key.encrypt_raw(plaintext), sm2.encrypt(key.public_key, plaintext)
    assert len(raw) == size + 97
    assert raw != key.public_key.encrypt_raw(plaintext)
    assert key.decrypt_raw(raw) == sm2.decrypt(key, der) == plaintext
    assert key.decrypt(encode_ciphertext(raw)) == key.decrypt_raw(decode_ciphertext(der))


def test_the_reference_decrypts_ours(key):
    assert reference.decrypt(key.public_key.encrypt_raw(b"message"), D) == b"message"


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_bytes_like(key, kind):
    assert key.decrypt(kind(key.public_key.encrypt(kind(b"abc")))) == b"abc"
    assert key.decrypt_raw(kind(key.public_key.encrypt_raw(kind(b"abc")))) == b"abc"


def test_wide_items_are_bytes_too(key):
    raw = key.public_key.encrypt_raw(bytes(7))
    assert key.decrypt_raw(memoryview(raw).cast("Q")) == bytes(7)  # 104 bytes in 13 items


def test_an_empty_plaintext_has_no_ciphertext(key):
    for encrypt in (key.public_key.encrypt, key.public_key.encrypt_raw):
        with pytest.raises(ValueError, match="1 byte"):
            encrypt(b"")


@pytest.mark.slow
def test_the_longest_plaintext(key):
    plaintext = bytes(MAX_PLAINTEXT_BYTES)
    assert key.decrypt(key.public_key.encrypt(plaintext)) == plaintext
    with pytest.raises(ValueError, match="64 MiB"):
        key.public_key.encrypt(plaintext + b"x")


@pytest.mark.parametrize("value", ["text", None, 3])
def test_only_bytes_like(key, value):
    for call in (
        key.public_key.encrypt,
        key.public_key.encrypt_raw,
        key.decrypt,
        key.decrypt_raw,
        encode_ciphertext,
        decode_ciphertext,
    ):
        with pytest.raises(TypeError):
            call(value)


def test_keys_work_in_many_threads(key):
    failures = []

    def work() -> None:
        for size in range(1, 60):
            plaintext = bytes(range(size))
            if key.decrypt(key.public_key.encrypt(plaintext)) != plaintext:
                failures.append(size)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


# --- refusals ----------------------------------------------------------------------------------


def refuses(key: PrivateKey, raw: bytes) -> None:
    """Both forms are refused, in the same words."""
    for decrypt, data in ((key.decrypt_raw, raw), (key.decrypt, encode_ciphertext(raw))):
        with pytest.raises(InvalidCiphertext) as caught:
            decrypt(data)
        assert str(caught.value) == str(sm2.encryption.refused())
        assert caught.value.__cause__ is None


def test_every_changed_byte_is_refused_alike(key, raw):
    for at in range(1, len(raw)):
        changed = bytearray(raw)
        changed[at] ^= 0x80
        refuses(key, bytes(changed))


def test_another_key_is_refused(raw):
    refuses(PrivateKey.generate(), raw)


def test_a_shorter_and_a_longer_text_are_refused(key, raw):
    refuses(key, raw[:-1])
    refuses(key, raw + b"\0")


SMALL = reference.lift_x(3, is_odd=True) or reference.lift_x(4, is_odd=True)
BAD_POINTS = {
    "off the curve": number(POINT.x) + number(POINT.y ^ 1),
    "zero": bytes(64),
    "x = p": number(SM2.p) + number(reference.lift_x(0, is_odd=False).y),
    "y = p": number(POINT.x) + number(SM2.p),
    "all ones": b"\xff" * 64,
    "x and y swapped": number(POINT.y) + number(POINT.x),
    # of order 7 on y² = x³ - 3x + 5, which the formulas would take for a point
    "of small order on another curve": bytes.fromhex(
        "74fbddba6e978e4192ae83b42e0141ffadcb41b7723c8eface41f4e6abf935a6"
        "cf6f923a1c859e80e06e5f86399e14106b92153d7de16d1f2c82a85d3eaba7c8"
    ),
}


@pytest.mark.parametrize("point", BAD_POINTS.values(), ids=BAD_POINTS)
def test_c1_off_the_curve_is_refused(key, raw, point):
    refuses(key, b"\4" + point + raw[65:])
    assert reference.decrypt(b"\4" + point + raw[65:], D) is None


def test_an_empty_key_stream_is_refused(key):
    """What a sender makes who does not look: C2 is the plaintext, and C3 fits."""
    plaintext = b"\x42"
    k = next(k for k in range(1, 9999) if reference.encrypt(plaintext, POINT, k) is None)
    shared = reference.multiply(k, POINT)
    digest = reference.sm3(number(shared.x) + plaintext + number(shared.y))
    raw = encode(reference.public_point(k)) + digest + plaintext
    refuses(key, raw)
    assert reference.decrypt(raw, D) is None


@pytest.mark.parametrize("form", [0, 1, 2, 3, 5, 6, 7, 0x44, 0xFF])
def test_other_forms_of_c1(key, raw, form):
    with pytest.raises(EncodingError, match="C1 is not"):
        key.decrypt_raw(bytes((form,)) + raw[1:])


@pytest.mark.parametrize("size", [0, 1, 32, 65, 96, 97])
def test_too_short_for_a_ciphertext(key, raw, size):
    with pytest.raises(EncodingError, match="bytes are no C1, C3 and C2"):
        key.decrypt_raw(raw[:size])
    with pytest.raises(ValueError, match="bytes are no C1, C3 and C2"):
        encode_ciphertext(raw[:size])


def test_too_long(key):
    with pytest.raises(LimitExceeded) as caught:
        key.decrypt_raw(b"\4" + bytes(MAX_PLAINTEXT_BYTES + 97))
    assert caught.value.found == caught.value.limit + 1
    with pytest.raises(LimitExceeded):
        key.decrypt(b"\x30" + bytes(MAX_PLAINTEXT_BYTES + 200))
    with pytest.raises(ValueError, match="too large"):
        encode_ciphertext(b"\4" + bytes(MAX_PLAINTEXT_BYTES + 97))


def test_the_old_order_only_on_request(key, raw):
    old = raw[:65] + raw[97:] + raw[65:97]
    assert key.decrypt_raw(old, old_order=True) == key.decrypt_raw(raw)
    with pytest.raises(InvalidCiphertext):
        key.decrypt_raw(old)
    with pytest.raises(InvalidCiphertext):
        key.decrypt_raw(raw, old_order=True)
    with pytest.raises(EncodingError):
        key.decrypt_raw(old[:97], old_order=True)


# --- SM2Cipher -----------------------------------------------------------------------------------

INTEGER_X, INTEGER_Y = b"\x02\x20" + b"\x11" * 32, b"\x02\x21\0" + b"\xee" * 32
HASH, TEXT = b"\x04\x20" + b"\xaa" * 32, b"\x04\x03abc"
GOOD_RAW = b"\4" + b"\x11" * 32 + b"\xee" * 32 + b"\xaa" * 32 + b"abc"


def sequence(*parts: bytes) -> bytes:
    body = b"".join(parts)
    return (b"\x30" if len(body) < 128 else b"\x30\x81") + bytes((len(body),)) + body


GOOD = sequence(INTEGER_X, INTEGER_Y, HASH, TEXT)
MALFORMED = {
    "empty": b"",
    "a lone tag": b"\x30",
    "an empty sequence": b"\x30\x00",
    "long form of length": b"\x30\x81" + GOOD[1:],
    "two-byte length": b"\x30\x82\x00" + GOOD[1:],
    "five-byte length": b"\x30\x85\0\0\0\0" + GOOD[1:],
    "indefinite length": b"\x30\x80" + GOOD[2:] + b"\0\0",
    "a needless zero": sequence(b"\x02\x21\0" + b"\x11" * 32, INTEGER_Y, HASH, TEXT),
    "a negative coordinate": sequence(INTEGER_X, b"\x02\x20" + b"\xee" * 32, HASH, TEXT),
    "an empty coordinate": sequence(b"\x02\x00", INTEGER_Y, HASH, TEXT),
    "x + 2^256": sequence(b"\x02\x21\x01" + b"\x11" * 32, INTEGER_Y, HASH, TEXT),
    "34 bytes": sequence(b"\x02\x22\x01" + b"\x11" * 33, INTEGER_Y, HASH, TEXT),
    "long form of a coordinate": sequence(b"\x02\x81\x20" + b"\x11" * 32, INTEGER_Y, HASH, TEXT),
    "an octet string for x": sequence(b"\4" + INTEGER_X[1:], INTEGER_Y, HASH, TEXT),
    "a short hash": sequence(INTEGER_X, INTEGER_Y, b"\x04\x1f" + b"\xaa" * 31, TEXT),
    "a long hash": sequence(INTEGER_X, INTEGER_Y, b"\x04\x21" + b"\xaa" * 33, TEXT),
    "hash and text swapped": sequence(INTEGER_X, INTEGER_Y, TEXT, HASH),
    "no text": sequence(INTEGER_X, INTEGER_Y, HASH),
    "an empty text": sequence(INTEGER_X, INTEGER_Y, HASH, b"\x04\x00"),
    "a bit string for the text": sequence(INTEGER_X, INTEGER_Y, HASH, b"\x03\x03abc"),
    "a constructed text": sequence(INTEGER_X, INTEGER_Y, HASH, b"\x24\x05" + TEXT),
    "long form of the text's length": sequence(INTEGER_X, INTEGER_Y, HASH, b"\x04\x81\x03abc"),
    "a fifth element": sequence(INTEGER_X, INTEGER_Y, HASH, TEXT, b"\x05\x00"),
    "a byte behind": GOOD + b"\0",
    "a set": b"\x31" + GOOD[1:],
    "truncated": GOOD[:-1],
    "text that runs out": sequence(INTEGER_X, INTEGER_Y, HASH, b"\x04\x04abc"),
    "raw": GOOD_RAW,
}


@pytest.mark.parametrize("der", MALFORMED.values(), ids=MALFORMED)
def test_only_der_is_der(key, der):
    for call in (decode_ciphertext, key.decrypt):
        with pytest.raises(EncodingError) as caught:
            call(der)
        assert caught.value.part == "SM2Cipher"
        assert caught.value.offset is not None


def test_the_good_one():
    assert decode_ciphertext(GOOD) == GOOD_RAW
    assert encode_ciphertext(GOOD_RAW) == GOOD


@given(st.binary(min_size=64, max_size=64), st.integers(1, 400))
def test_codec_round_trip(point, size):
    raw = b"\4" + point + bytes(32) + b"\x5a" * size
    assert decode_ciphertext(encode_ciphertext(raw)) == raw


@given(st.integers(0, 31).map(bytes))
def test_short_coordinates(zeros):
    raw = b"\4" + zeros.ljust(32, b"\x01") + zeros.ljust(32, b"\xff") + bytes(32) + b"t"
    assert decode_ciphertext(encode_ciphertext(raw)) == raw


@pytest.mark.parametrize("size", [127, 128, 255, 256, 65535, 65536])
def test_lengths_in_their_shortest_form(size):
    raw = GOOD_RAW[:97] + bytes(size)
    assert decode_ciphertext(encode_ciphertext(raw)) == raw


# --- random bytes --------------------------------------------------------------------------------


@given(
    st.binary(max_size=200)
    | st.binary(max_size=120).map(lambda body: b"\4" + body)
    | st.binary(max_size=120).map(sequence)
)
def test_any_bytes_are_refused_by_our_errors(key, data):
    for call in (key.decrypt, key.decrypt_raw, decode_ciphertext):
        try:
            result = call(data)
        except GovsealError:
            continue
        assert call is decode_ciphertext
        assert encode_ciphertext(result) == data


@given(st.integers(0, 10**6), st.integers(0, 255))
def test_a_changed_octet_of_an_sm2cipher(key, raw, at, value):
    der = bytearray(encode_ciphertext(raw))
    at %= len(der)
    is_same = der[at] == value
    der[at] = value
    try:
        assert key.decrypt(der) == b"sixteen byte key"
        assert is_same
    except (EncodingError, InvalidCiphertext):
        assert not is_same


def test_public_keys_do_not_decrypt(raw):
    assert not hasattr(PublicKey, "decrypt")


# --- numbers k ---------------------------------------------------------------------------------


@pytest.fixture
def stuck(testing_core):
    """The core with randomness that is always the same byte."""
    testing_core.randomness(7)
    yield testing_core
    testing_core.randomness(-1)


def test_stuck_randomness_does_not_repeat_k(stuck, key):
    """k comes from the message and the receiver too, and there is always another one."""
    encoded = key.public_key.encode()
    other = PrivateKey.generate().public_key.encode()
    ciphertexts = [stuck.load_public(encoded, 0).encrypt(bytes((i,))) for i in range(256)]
    ciphertexts.append(stuck.load_public(other, 0).encrypt(b"\0"))
    assert len({raw[:65] for raw in ciphertexts}) == 257
    assert [key.decrypt_raw(raw) for raw in ciphertexts[:-1]] == [bytes((i,)) for i in range(256)]


def test_no_randomness_is_no_ciphertext(testing_core, key):
    public = testing_core.load_public(key.public_key.encode(), 0)
    testing_core.randomness(-2)
    try:
        with pytest.raises(OSError, match=r"."):
            public.encrypt(b"message")
    finally:
        testing_core.randomness(-1)
    assert key.decrypt_raw(public.encrypt(b"message")) == b"message"
