"""What this machine does, as ratios to OpenSSL in the same process.

Single times vary with the machine and its neighbours; the median of the ratios of short bursts
that ran side by side varies little. The baseline is OpenSSL as the package `cryptography` brings
it, called from Python as we are: for signatures P-256 with SHA-256, the fastest that it has; for
digests its SM3.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median

from cryptography.hazmat.backends.openssl import backend as openssl
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from govseal import sm2

Task = Callable[[], object]

MESSAGE = bytes(200)
"""About what is signed of a certificate or a stamp."""

BATCH = 256
"""Records of one batch call."""

BURST_SECONDS = 0.004
ROUNDS = 100

_TIERS = ("portable", "avx2", "ifma")

GOALS: dict[str, tuple[float, float, float]] = {
    "sign": (1.5, 1.5, 3),
    "verify": (1.0, 1.0, 1.1),
    "verify_prepared": (2.5, 2.5, 10),
    "sign_many": (1.5, 1.5, 9),
    "verify_many": (1.0, 1.0, 5.5),
    "verify_many_prepared": (2.5, 2.5, 13),
    "sm3_64": (1.1, 1.1, 1.15),
    "sm3_1k": (1.1, 1.1, 1.15),
    "sm3_16k": (1.1, 1.1, 1.15),
    "sm3_1m": (1.1, 1.1, 1.15),
    "sm3_many_16k": (1.0, 3.5, 9.5),
}
"""The ratio to reach in each tier of the core: ``portable``, ``avx2``, ``ifma``."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: ours against a baseline."""

    key: str
    """The row's name for programs."""
    name: str
    unit: str
    """What is counted per second: ``/s`` operations or ``MB/s``."""
    ours: float
    """Per second, of the second percentile of the times."""
    baseline: float
    ratio: float
    """The median of the ratios of bursts that ran side by side."""
    goal: float | None = None

    @property
    def is_short(self) -> bool:
        """Whether a goal is missed."""
        return self.goal is not None and self.ratio < self.goal


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two tasks that do the same amount of work, and how much that is."""

    key: str
    name: str
    ours: Task
    baseline: Task
    amount: float = 1
    """Operations, or megabytes, in one call of ``ours``."""
    baseline_amount: float = 1
    """The same in one call of ``baseline``."""
    unit: str = "/s"


def goal_of(key: str, backend: str) -> float | None:
    """The ratio that a row must reach on a backend; None where there is no goal."""
    if key not in GOALS or backend not in _TIERS:
        return None
    return GOALS[key][_TIERS.index(backend)]


def burst(task: Task, repeats: int) -> float:
    """Seconds for one call, of so many."""
    begin = time.perf_counter()
    for _ in range(repeats):
        task()
    return (time.perf_counter() - begin) / repeats


def repeats_for(task: Task) -> int:
    """How often a task fits into a burst, judged by its second call."""
    task()
    return max(1, round(BURST_SECONDS / burst(task, 1)))


def measure(comparison: Comparison, rounds: int) -> Figure:
    """Alternate bursts of the two, ``rounds`` times."""
    tasks = (comparison.ours, comparison.baseline)
    counts = [repeats_for(task) for task in tasks]
    amounts = (comparison.amount, comparison.baseline_amount)
    pairs = [
        tuple(
            burst(task, count) / amount
            for task, count, amount in zip(tasks, counts, amounts, strict=True)
        )
        for _ in range(rounds)
    ]
    ours, baseline = (sorted(times)[len(times) // 50] for times in zip(*pairs, strict=True))
    return Figure(
        comparison.key,
        comparison.name,
        comparison.unit,
        1 / ours,
        1 / baseline,
        median(theirs / own for own, theirs in pairs),
        goal_of(comparison.key, sm2.backend()),
    )


def _signatures() -> Iterator[Comparison]:
    key, theirs = sm2.PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    public, their_public = key.public_key, theirs.public_key()
    algorithm = ec.ECDSA(hashes.SHA256())
    signature, their_signature = key.sign(MESSAGE), theirs.sign(MESSAGE, algorithm)

    def sign() -> object:
        return theirs.sign(MESSAGE, algorithm)

    def verify() -> object:
        return their_public.verify(their_signature, MESSAGE, algorithm)

    prepared = public.prepare()
    keys = [sm2.PrivateKey.generate() for _ in range(BATCH)]
    mixed = [(one.public_key, one.sign(MESSAGE), MESSAGE) for one in keys]
    same = [(key.sign(MESSAGE), MESSAGE) for _ in range(BATCH)]
    messages = [MESSAGE] * BATCH
    yield Comparison("sign", "sign", lambda: key.sign(MESSAGE), sign)
    yield Comparison("generate", "make a key", sm2.PrivateKey.generate,
                     lambda: ec.generate_private_key(ec.SECP256R1()))  # fmt: skip
    yield Comparison("verify", "verify, unknown key", lambda: public.verify(signature, MESSAGE),
                     verify)  # fmt: skip
    yield Comparison("verify_prepared", "verify, prepared key",
                     lambda: prepared.verify(signature, MESSAGE), verify)  # fmt: skip
    yield Comparison("sign_many", f"sign {BATCH} in one call", lambda: key.sign_many(messages),
                     sign, BATCH)  # fmt: skip
    yield Comparison("verify_many", f"verify {BATCH} in one call, {BATCH} keys",
                     lambda: sm2.verify_many(mixed), verify, BATCH)  # fmt: skip
    yield Comparison("verify_many_prepared", f"verify {BATCH} in one call, one prepared key",
                     lambda: prepared.verify_many(same), verify, BATCH)  # fmt: skip


def _encryption() -> Iterator[Comparison]:
    """Beside the same number of multiplications on P-256: an exchange, and a key for it."""
    key, theirs = sm2.PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    public, peer = key.public_key, ec.generate_private_key(ec.SECP256R1()).public_key()
    secret = MESSAGE[:32]
    ciphertext = public.encrypt(secret)

    def exchange() -> object:
        return theirs.exchange(ec.ECDH(), peer)

    def exchange_with_new_key() -> object:
        return ec.generate_private_key(ec.SECP256R1()).exchange(ec.ECDH(), peer)

    yield Comparison("encrypt", "encrypt 32 bytes, beside a new key and ECDH",
                     lambda: public.encrypt(secret), exchange_with_new_key)  # fmt: skip
    yield Comparison("decrypt", "decrypt 32 bytes, beside ECDH",
                     lambda: key.decrypt(ciphertext), exchange)  # fmt: skip


def openssl_sm3(data: bytes) -> bytes:
    """SM3 by the OpenSSL of the package `cryptography`."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def _digests() -> Iterator[Comparison]:
    sizes = {"64": 64, "1k": 1024, "16k": 16384, "1m": 1 << 20}
    names = {"64": "64 B", "1k": "1 KB", "16k": "16 KB", "1m": "1 MB"}
    for key, size in sizes.items():
        data = os.urandom(size)
        yield Comparison(f"sm3_{key}", f"SM3, {names[key]}", partial(sm2.sm3, data),
                         partial(openssl_sm3, data), size / 1e6, size / 1e6, "MB/s")  # fmt: skip
    for key in ("64", "16k"):
        size = sizes[key]
        many = [os.urandom(size) for _ in range(64)]
        yield Comparison(f"sm3_many_{key}", f"SM3, 64 messages of {names[key]}",
                         partial(sm2.sm3_many, many), partial(openssl_sm3, many[0]),
                         64 * size / 1e6, size / 1e6, "MB/s")  # fmt: skip


def comparisons() -> Iterator[Comparison]:
    """Every row, made when it is its turn."""
    yield from _signatures()
    yield from _encryption()
    yield from _digests()


def baseline_version() -> str:
    """The OpenSSL that we are compared with."""
    return openssl.openssl_version_text()
