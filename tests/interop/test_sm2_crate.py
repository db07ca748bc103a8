"""The compiled core and the Rust crate ``sm2``, whose arithmetic fiat-crypto wrote and proved.

What is proved there is the arithmetic modulo p and modulo n; points and signatures stand on it.
"""

from __future__ import annotations

import hashlib
import itertools
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

import nativecore
from govseal.sm2.curve import SM2

pytestmark = pytest.mark.interop

HERE = Path(__file__).parent / "sm2-crate"
P, N = SM2.p, SM2.n
PAIRS = 100_000
ZERO = bytes(32)
OPERATIONS = {b"add": b"+", b"sub": b"-", b"mul": b"*", b"neg": b"n", b"sqr": b"s", b"inv": b"i"}
SCALAR_OPERATIONS = {b"add": b"A", b"sub": b"S", b"mul": b"M", b"neg": b"N", b"inv": b"I"}
UNARY = {b"neg", b"sqr", b"inv"}

Ask = Callable[[Iterable[bytes], int], list[bytes]]


def cargo_version() -> tuple[int, int]:
    if shutil.which("cargo") is None:
        return 0, 0
    said = subprocess.run(["cargo", "--version"], capture_output=True, text=True, check=True)
    major, minor = said.stdout.split()[1].split(".")[:2]
    return int(major), int(minor)


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Sends records (their form stands in main.rs) and returns the answers, all of one size."""
    if cargo_version() < (1, 78):
        pytest.skip("cargo 1.78 or later not installed")
    built = subprocess.run(
        [HERE / "build.sh"], capture_output=True, encoding="utf-8", timeout=600, check=False
    )
    assert built.returncode == 0, built.stderr
    program = built.stdout.strip()

    def answers(records: Iterable[bytes], size: int) -> list[bytes]:
        records = list(records)
        done = subprocess.run([program], input=b"".join(records), capture_output=True, check=True)
        assert len(done.stdout) == size * len(records)
        return [done.stdout[i : i + size] for i in range(0, len(done.stdout), size)]

    return answers


@pytest.fixture(scope="session")
def core() -> ModuleType:
    return nativecore.load()


def pack(value: int) -> bytes:
    return value.to_bytes(32, "big")


def digests(label: str, count: int) -> list[int]:
    """Numbers without a pattern, the same in every run."""
    texts = (f"{label} {i}".encode() for i in range(count))
    return [int.from_bytes(hashlib.sha256(text).digest(), "big") for text in texts]


def edges(modulus: int) -> list[int]:
    """Zero, both ends, and the neighbours of the places where limbs and words meet."""
    powers = (32, 52, 62, 64, 96, 104, 124, 128, 156, 192, 208, 224, 255)
    near = [2**k + i for k in powers for i in (-1, 0, 1)]
    halves = [(modulus - 1) // 2, (modulus + 1) // 2, 2**256 % modulus, 2**260 % modulus]
    low = [0, 1, 2, 3, *near, *halves]
    return sorted({value % modulus for value in (*low, *(-v for v in low))})


def pairs(modulus: int) -> list[tuple[int, int]]:
    crafted = list(itertools.product(edges(modulus), repeat=2))
    numbers = digests("pair", 2 * PAIRS)
    drawn = zip(numbers[::2], numbers[1::2], strict=True)
    return crafted + [(a % modulus, b % modulus) for a, b in drawn]


def compare(
    ask: Ask,
    ours: Callable[[bytes, bytes, bytes], bytes],
    operation: bytes,
    word: bytes,
    numbers: Sequence[tuple[int, int]],
) -> None:
    packed = [(pack(a), pack(b)) for a, b in numbers]
    unary = operation in UNARY
    theirs = ask((word + a + (b"" if unary else b) for a, b in packed), 32)
    for (a, b), wanted in zip(packed, theirs, strict=True):
        assert ours(operation, a, b) == wanted, (operation, a.hex(), b.hex())


@pytest.mark.parametrize("operation", OPERATIONS)
def test_arithmetic_modulo_p(ask, core, operation):
    compare(ask, core.field, operation, OPERATIONS[operation], pairs(P))


@pytest.mark.parametrize("operation", SCALAR_OPERATIONS)
def test_arithmetic_modulo_n(ask, core, operation):
    compare(ask, core.scalar, operation, SCALAR_OPERATIONS[operation], pairs(N))


LAST_ROW = 30 * 2**252 - N  # the comb's last addition doubles: see ecmult_gen_impl.h


def test_multiples_of_the_generator(ask, core):
    scalars = [k for k in edges(N) if k] + [LAST_ROW, N - LAST_ROW]
    scalars += [k % N for k in digests("comb", 3000)]
    theirs = ask((b"G" + pack(k) for k in scalars), 64)
    for k, wanted in zip(scalars, theirs, strict=True):
        assert core.base_multiply(pack(k)) == wanted, hex(k)


def test_multiples_of_other_points(ask, core):
    keys = [core.base_multiply(pack(d % N)) for d in digests("point", 40)]
    scalars = edges(N) + [k % N for k in digests("multiple", 100)]
    cases = list(itertools.product(keys, scalars))
    theirs = ask((b"P" + key + pack(k) for key, k in cases), 64)
    for (key, k), wanted in zip(cases, theirs, strict=True):
        for with_table in (b"\0", b"\1"):
            ours = core.multiply(ZERO, b"\4" + key, pack(k), with_table)
            assert (ours or bytes(64)) == wanted, (key.hex(), hex(k))
        if k:
            assert core.const_multiply(pack(k), b"\4" + key) == wanted, (key.hex(), hex(k))


def test_signatures(ask, core):
    """Each one as it is, and with r, s, e or the key exchanged for the next one's."""
    numbers = digests("signature", 900)
    cases = []
    for d, k, e in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True):
        signature = core.sign_with_nonce(pack(d % N), pack(e), pack(k % N))
        cases.append((core.base_multiply(pack(d % N)), pack(e), signature[:32], signature[32:]))
    foreign = [
        tuple(other[j] if i == j else case[j] for j in range(4))
        for case, other in itertools.pairwise(cases)
        for i in range(4)
    ]
    answers = ask((b"V" + b"".join(case) for case in cases + foreign), 1)
    assert answers == [b"\1"] * len(cases) + [b"\0"] * len(foreign)
    for (key, e, r, s), answer in zip(cases + foreign, answers, strict=True):
        assert core.load_public(b"\4" + key, 0).verify_digest(r + s, e) == (answer == b"\1")
