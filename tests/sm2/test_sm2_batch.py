"""Many signatures in one call: the answers are those of one by one, whatever stands beside them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from govseal import sm2
from govseal.errors import EncodingError, InvalidSignature
from govseal.sm2 import PreparedKey, PrivateKey, PublicKey, encode_signature
from govseal.sm2.curve import SM2

# Around the widths of lanes, the groups that share an inversion, the grain of threads and a block.
SIZES = [*range(71), *(m + i for m in (96, 128, 256, 264, 512) for i in (-1, 0, 1)), 1023, 1025]
THREADS = (1, 2, 3, 4)
SHARE = {1: SIZES, **{threads: SIZES[threads::4] for threads in THREADS[1:]}}
Record = tuple[PublicKey | PreparedKey, bytes, bytes]


def number(value: int) -> bytes:
    return value.to_bytes(32, "big")


def raw(r: int, s: int) -> bytes:
    return encode_signature(number(r) + number(s))


def with_bit_flipped(record: Record) -> Record:
    key, signature, message = record
    parts = bytearray(sm2.decode_signature(signature))
    parts[len(message) % 64] ^= 1
    return key, encode_signature(parts), message


OTHER = PrivateKey.generate().public_key
DEFECTS = {
    "bit": with_bit_flipped,
    "message": lambda r: (r[0], r[1], r[2] + b"!"),
    "key": lambda r: (OTHER, r[1], r[2]),
    "empty": lambda r: (r[0], b"", r[2]),
    "cut": lambda r: (r[0], r[1][:-1], r[2]),
    "long": lambda r: (r[0], r[1] + b"\0", r[2]),
    "raw": lambda r: (r[0], sm2.decode_signature(r[1]), r[2]),
    "r = 0": lambda r: (r[0], raw(0, 1), r[2]),
    "s = 0": lambda r: (r[0], raw(1, 0), r[2]),
    "r = n": lambda r: (r[0], raw(SM2.n, 1), r[2]),
    "s = 2^256 - 1": lambda r: (r[0], raw(1, 2**256 - 1), r[2]),
    "r + s = n": lambda r: (r[0], raw(SM2.n - 1, 1), r[2]),
}


@pytest.fixture(scope="module")
def keys() -> list[PrivateKey]:
    """Five keys; the first is d = 1, whose point is G itself."""
    return [PrivateKey.from_bytes(number(1)), *(PrivateKey.generate() for _ in range(4))]


@pytest.fixture(scope="module")
def good(keys) -> list[Record]:
    """As many valid records as the largest size: ten keys, messages of many lengths."""
    plain = [key.public_key for key in keys]
    pairs = [*zip(keys, plain, strict=True), *((key, key.public_key.prepare()) for key in keys)]
    records = []
    for i in range(max(SIZES)):
        key, public = pairs[i * i % 10]  # neighbours in changing order
        message = b"%d " % i + bytes(i % 150)
        records.append((public, key.sign(message), message))
    assert {type(public) for public, _, _ in records[:8]} == {PublicKey, PreparedKey}
    return records


@pytest.fixture(scope="module")
def mixed(good) -> tuple[list[Record], list[bool]]:
    """The same with one in three spoilt, and the answers one by one."""
    defects = [*DEFECTS.values()]
    records = [
        defects[i // 3 % len(defects)](record) if i % 3 == 0 else record
        for i, record in enumerate(good)
    ]
    answers = [is_valid(record) for record in records]
    assert answers == [i % 3 != 0 for i in range(len(records))]
    return records, answers


def is_valid(record: Record) -> bool:
    key, signature, message = record
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def packed(records: list[Record]) -> bytes:
    """e ‖ r ‖ s of each; a malformed signature becomes zeros."""
    result = bytearray()
    for key, signature, message in records:
        plain = key.public_key if isinstance(key, PreparedKey) else key
        result += sm2.sm3(plain.identity_digest() + message)
        try:
            result += sm2.decode_signature(signature)
        except EncodingError:
            result += bytes(64)
    return bytes(result)


# --- the same answers ----------------------------------------------------------------------


@pytest.mark.parametrize("threads", THREADS)
def test_verifying_any_number(mixed, threads):
    records, answers = mixed
    for size in SHARE[threads]:
        assert sm2.verify_many(records[:size], threads=threads) == answers[:size], size


@pytest.mark.parametrize("threads", THREADS)
def test_signing_any_number(keys, threads):
    key = keys[2]
    messages = [b"%d" % i for i in range(max(SIZES))]
    for size in SHARE[threads]:
        signatures = key.sign_many(messages[:size], threads=threads)
        assert len(set(signatures)) == size
        step = 1 if size < 71 else size // 50
        for i in range(0, size, step):
            key.public_key.verify(signatures[i], messages[i])


@pytest.mark.parametrize("threads", THREADS)
def test_digests_of_any_number(mixed, threads):
    records, answers = mixed
    keys, buffer = [key for key, _, _ in records], packed(records)
    for size in SHARE[threads]:
        part = memoryview(buffer)[: 96 * size]
        assert sm2.verify_digests(keys[:size], part, threads=threads) == bytes(answers[:size])
    with pytest.raises(ValueError, match="one key"):
        sm2.verify_digests(keys, memoryview(buffer)[96:], threads=threads)


@pytest.mark.parametrize("threads", THREADS)
def test_signing_digests_of_any_number(keys, threads):
    key, digests = keys[1], b"".join(sm2.sm3(b"%d" % i) for i in range(max(SIZES)))
    for size in SHARE[threads]:
        signatures = sm2.sign_digests(key, digests[: 32 * size], threads=threads)
        assert len(signatures) == 64 * size
        records = b"".join(
            digests[32 * i : 32 * i + 32] + signatures[64 * i : 64 * i + 64] for i in range(size)
        )
        assert sm2.verify_digests(key.public_key, records) == b"\1" * size


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_a_bad_record_flips_its_own_answer_alone(good, defect):
    records = good[:40]
    for i in range(len(records)):
        spoilt = [*records[:i], defect(records[i]), *records[i + 1 :]]
        wanted = [j != i for j in range(len(records))]
        assert sm2.verify_many(spoilt, threads=1 + i % 2) == wanted


def test_one_good_record_among_bad_ones(good):
    defects = [*DEFECTS.values()]
    for i in range(24):
        records = [
            record if j == i else defects[(i + j) % len(defects)](record)
            for j, record in enumerate(good[:24])
        ]
        assert sm2.verify_many(records) == [j == i for j in range(24)]


def test_one_prepared_key(keys, good):
    key = keys[3].public_key.prepare()
    messages = [b"%d" % i for i in range(100)]
    pairs = [*zip(keys[3].sign_many(messages), messages, strict=True)]
    pairs[17] = (pairs[16][0], messages[17])
    pairs[90] = (b"", b"")
    wanted = [i not in {17, 90} for i in range(100)]
    for threads in THREADS:
        assert key.verify_many(pairs, threads=threads) == wanted
        assert key.verify_many(iter(pairs[:20]), threads=threads) == wanted[:20]
    assert key.verify_many([]) == []
    assert not any(key.verify_many(pairs, user_id=b"another"))
    records = packed([(key, *pair) for pair in pairs])
    assert sm2.verify_digests(key, records, threads=2) == bytes(wanted)
    for pair, error in (((b"",), ValueError), ((b"", 3), TypeError), (5, TypeError)):
        with pytest.raises(error):
            key.verify_many([pair])


@pytest.mark.parametrize("user_id", [b"", b"ALICE123@YAHOO.COM", b"i" * 8191], ids=len)
def test_user_ids(keys, user_id):
    messages = [b"%d" % i for i in range(40)]
    signatures = keys[1].sign_many(messages, user_id=user_id, threads=2)
    keys[1].public_key.verify(signatures[7], messages[7], user_id=user_id)
    records = [(keys[1].public_key, *pair) for pair in zip(signatures, messages, strict=True)]
    records[3] = (keys[2].public_key, keys[2].sign(b"x", user_id=user_id), b"x")
    assert sm2.verify_many(records, user_id=bytearray(user_id), threads=2) == [True] * 40
    assert sm2.verify_many(records) == [False] * 40


@pytest.mark.parametrize("length", [0, 1, 63, 64, 3000, 100_000])
def test_long_messages(keys, length):
    messages = [bytes([i]) * length for i in range(1, 40)]
    signatures = keys[1].sign_many(messages, threads=2)
    records = [(keys[1].public_key, *pair) for pair in zip(signatures, messages, strict=True)]
    assert all(is_valid(record) for record in records)
    assert all(sm2.verify_many(records, threads=2))


def test_more_than_one_block(good):
    records = good * 5
    records[3000] = DEFECTS["bit"](records[3000])
    assert sm2.verify_many(iter(records), threads=2) == [i != 3000 for i in range(len(records))]


TIERS = ("portable", "avx2", "ifma")


@pytest.mark.slow
@pytest.mark.parametrize("tier", TIERS[: TIERS.index(sm2.backend())])
def test_lower_tiers(tier):
    """The tests above with what this machine would not choose, every allocation guarded."""
    same = "any_number or alone or among or block"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-k", same, __file__]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        env=os.environ | {"GOVSEAL_SM2": tier, "PYTHONMALLOC": "debug"},
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


# --- buffers -------------------------------------------------------------------------------


def test_the_caller_may_bring_the_memory(keys):
    digests = bytes(range(256)) * 4
    out = bytearray(2 * len(digests))
    assert sm2.sign_digests(keys[1], digests, out=out) is out
    records = b"".join(digests[32 * i : 32 * i + 32] + out[64 * i : 64 * i + 64] for i in range(32))
    answers = memoryview(bytearray(b"\7" * 34))
    assert sm2.verify_digests(keys[1].public_key, records, out=answers[1:33]) is not None
    assert bytes(answers) == b"\7" + b"\1" * 32 + b"\7"
    out.append(0)  # nobody holds it


def refused(memory: bytearray) -> list[object]:
    return [bytes(128), memory[:-1], memory + b"\0", memoryview(memory)[::2], 3, "x" * 128]


def test_memory_that_does_not_fit(keys):
    for out in refused(bytearray(128)):
        with pytest.raises((TypeError, ValueError), match="out is"):
            sm2.sign_digests(keys[1], bytes(64), out=out)
    for out in refused(bytearray(2)):
        with pytest.raises((TypeError, ValueError), match="out is"):
            sm2.verify_digests(keys[1].public_key, bytes(192), out=out)


@pytest.mark.parametrize(("digests", "out"), [(0, 0), (0, 32), (64, 0), (127, 0), (0, 63)])
def test_memory_that_overlaps(keys, digests, out):
    memory = memoryview(bytearray(192))
    with pytest.raises(ValueError, match="overlap"):
        sm2.sign_digests(keys[1], memory[digests : digests + 64], out=memory[out : out + 128])


def test_memory_side_by_side(keys):
    memory = memoryview(bytearray(192))
    sm2.sign_digests(keys[1], memory[128:], out=memory[:128])
    sm2.sign_digests(keys[1], memory[:64], out=memory[64:])


def test_a_failure_leaves_zeros(keys):
    out = bytearray(b"\1" * 2)
    with pytest.raises(TypeError, match="key"):
        sm2._backend.core.verify_digests([keys[1].public_key._key, 3], bytes(192), out, 1)
    assert out == bytes(2)


@pytest.mark.parametrize("size", [1, 31, 33, 63])
def test_digests_have_one_length(keys, size):
    with pytest.raises(ValueError, match="digests are 32 bytes each"):
        sm2.sign_digests(keys[1], bytes(size))


@pytest.mark.parametrize("size", [1, 64, 95, 97, 160])
def test_records_have_one_length(keys, size):
    with pytest.raises(ValueError, match="records are 96 bytes each"):
        sm2.verify_digests(keys[1].public_key, bytes(size))


# --- hostile arguments ---------------------------------------------------------------------


@pytest.mark.parametrize("threads", [0, -1, 257, 2**64, -(2**64)])
def test_threads_out_of_range(keys, threads):
    for call in (
        lambda: keys[1].sign_many([b""], threads=threads),
        lambda: sm2.verify_many([], threads=threads),
        lambda: sm2.sign_digests(keys[1], b"", threads=threads),
        lambda: sm2.verify_digests(keys[1].public_key, b"", threads=threads),
    ):
        with pytest.raises(ValueError, match="threads is 1 to 256"):
            call()


@pytest.mark.parametrize("threads", [None, 1.0, "2", b"1"])
def test_threads_of_another_type(keys, threads):
    with pytest.raises(TypeError):
        keys[1].sign_many([b""], threads=threads)
    with pytest.raises(TypeError):
        sm2.verify_many([], threads=threads)


@pytest.mark.parametrize("bad", [None, 3, "text", [b"x"], object()])
@pytest.mark.parametrize("at", [0, 8, 39])
def test_a_message_of_another_type(keys, good, bad, at):
    messages = [b"m"] * 40
    messages[at] = bad
    with pytest.raises(TypeError):
        keys[1].sign_many(messages, threads=2)
    for part in (0, 1, 2):
        records = good[:40]
        records[at] = (*records[at][:part], bad, *records[at][part + 1 :])
        with pytest.raises(TypeError):
            sm2.verify_many(records, threads=2)


@pytest.mark.parametrize("messages", [None, 3, b"bytes", "text", [[]]])
def test_messages_that_are_no_list_of_messages(keys, messages):
    with pytest.raises(TypeError):
        keys[1].sign_many(messages)


@pytest.mark.parametrize("record", [(), (1, 2), (1, 2, 3, 4)])
def test_records_have_three_parts(record):
    with pytest.raises(ValueError, match="unpack"):
        sm2.verify_many([record])


def test_a_private_key_does_not_verify(keys, good):
    with pytest.raises(TypeError, match="PrivateKey"):
        sm2.verify_many([(keys[0], *good[0][1:])])
    with pytest.raises(TypeError, match="a PrivateKey is wanted"):
        sm2.sign_digests(keys[0].public_key, bytes(32))
    with pytest.raises(TypeError):
        sm2.verify_digests(keys[0], bytes(96))


def test_the_core_counts_for_itself(keys):
    key, core = keys[1].public_key._key, sm2._backend.core
    for arguments, error in (
        (([key], [b"", b""], [b"", b""], None, 1), "one key"),
        ((key, [b""], [b"", b""], None, 1), "one message"),
        ((key, [b"", b""], [b""], None, 1), "one message"),
        ((key, [b""], [b""], bytes(8192), 1), "8191"),
    ):
        with pytest.raises(ValueError, match=error):
            core.verify_many(*arguments)
    for arguments in ((key,), (3, [], [], None, 1), ([3], [b""], [b""], None, 1), (key,) * 5):
        with pytest.raises(TypeError):
            core.verify_many(*arguments)


def test_too_long_a_user_id(keys):
    with pytest.raises(ValueError, match="8191"):
        keys[1].sign_many([b""], user_id=bytes(8192))
    with pytest.raises(ValueError, match="8191"):
        sm2.verify_many([], user_id=bytes(8192))


def test_buffers_are_given_back(keys, good):
    """A bytearray cannot be resized while somebody holds its buffer."""
    key, signature, message = good[0]
    signature, message, user_id = bytearray(signature), bytearray(message), bytearray(b"me")
    sm2.verify_many([(key, signature, message)] * 40)
    for call in (
        lambda: sm2.verify_many([(key, signature, message)] * 40 + [(key, signature, None)]),
        lambda: sm2.verify_many([(key, signature, message)], user_id=user_id, threads=0),
        lambda: keys[1].sign_many([message, message, None], user_id=user_id),
        lambda: sm2.sign_digests(keys[1], message, out=user_id),
        lambda: sm2.verify_digests(key, message, out=user_id),
    ):
        with pytest.raises((TypeError, ValueError)):
            call()
    for buffer in (signature, message, user_id):
        buffer.append(0)


def test_an_iterable_that_fails(keys):
    def messages():
        yield b"m"
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        keys[1].sign_many(messages())


def test_many_calls_side_by_side(keys, good):
    answers = []

    def work() -> None:
        messages = [b"%d" % i for i in range(100)]
        signatures = keys[1].sign_many(messages, threads=2)
        records = [(keys[1].public_key, *pair) for pair in zip(signatures, messages, strict=True)]
        answers.extend(sm2.verify_many(records + good[:100], threads=2))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 800
