"""SM2 and SM3 in one process, in short bursts that alternate with OpenSSL's and others'.

Single times vary with the machine and its neighbours; the median of the ratios of bursts that ran
side by side varies little. The baseline is OpenSSL as the package `cryptography` brings it (for
signatures P-256 with SHA-256, its fastest), called from Python like ours; for SM3 also the OpenSSL
that this Python's hashlib is linked to. Every row whose goal is missed says `short`.

Usage: python benchmarks/sm2.py [--json] [--rounds N]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from statistics import median

from cryptography.hazmat.backends.openssl import backend as openssl
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from gmssl.sm2 import CryptSM2

from govseal import sm2

MESSAGE = bytes(200)  # about what is signed of a certificate or a stamp
Task = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Figure:
    """Ours against a baseline: operations (or megabytes) per second, and the ratio of the two."""

    name: str
    unit: str
    ours: float
    baseline: float
    ratio: float
    goal: float | None

    @property
    def is_short(self) -> bool:
        return self.goal is not None and self.ratio < self.goal


def burst(task: Task, repeats: int) -> float:
    """Seconds per call."""
    begin = time.perf_counter()
    for _ in range(repeats):
        task()
    return (time.perf_counter() - begin) / repeats


def repeats_for(task: Task, seconds: float) -> int:
    """How often a task fits into a burst of this length, judged by its second call."""
    task()
    return max(1, round(seconds / burst(task, 1)))


def measure(
    name: str,
    ours: Task,
    baseline: Task,
    rounds: int,
    *,
    goal: float | None = None,
    megabytes: float | None = None,
) -> Figure:
    """Rates of the second percentile of the times, and the median of the ratios."""
    counts = [repeats_for(task, 0.004) for task in (ours, baseline)]
    pairs = [(burst(ours, counts[0]), burst(baseline, counts[1])) for _ in range(rounds)]
    best = [sorted(times)[len(times) // 50] for times in zip(*pairs, strict=True)]
    ratio = median(theirs / own for own, theirs in pairs)
    amount = megabytes or 1
    unit = "MB/s" if megabytes else "/s"
    return Figure(name, unit, amount / best[0], amount / best[1], ratio, goal)


def signatures(rounds: int) -> list[Figure]:
    key, theirs = sm2.PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    public, their_public = key.public_key, theirs.public_key()
    algorithm = ec.ECDSA(hashes.SHA256())
    signature, their_signature = key.sign(MESSAGE), theirs.sign(MESSAGE, algorithm)
    gmssl = CryptSM2(key.to_bytes().hex(), public.encode()[1:].hex())
    raw = sm2.decode_signature(signature).hex()
    few = max(3, rounds // 50)
    return [
        measure("sign, P-256 of OpenSSL", lambda: key.sign(MESSAGE),
                lambda: theirs.sign(MESSAGE, algorithm), rounds, goal=1.5),
        measure("verify, unknown key, P-256 of OpenSSL", lambda: public.verify(signature, MESSAGE),
                lambda: their_public.verify(their_signature, MESSAGE, algorithm), rounds, goal=1.0),
        measure("make a key, P-256 of OpenSSL", sm2.PrivateKey.generate,
                lambda: ec.generate_private_key(ec.SECP256R1()), rounds),
        measure("sign, SM2 of gmssl", lambda: key.sign(MESSAGE),
                lambda: gmssl.sign_with_sm3(MESSAGE), few),
        measure("verify, SM2 of gmssl", lambda: public.verify(signature, MESSAGE),
                lambda: gmssl.verify_with_sm3(raw, MESSAGE), few),
    ]  # fmt: skip


def openssl_sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()


def hashlib_sm3(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def digests(rounds: int) -> list[Figure]:
    rows = []
    for size, name in ((64, "64 B"), (1024, "1 KB"), (16384, "16 KB"), (1 << 20, "1 MB")):
        data = os.urandom(size)
        rows.append(
            measure(f"SM3, {name}, OpenSSL of cryptography", partial(sm2.sm3, data),
                    partial(openssl_sm3, data), rounds, goal=1.1, megabytes=size / 1e6)
        )  # fmt: skip
        if "sm3" in hashlib.algorithms_available:
            rows.append(
                measure(f"SM3, {name}, OpenSSL of hashlib", partial(sm2.sm3, data),
                        partial(hashlib_sm3, data), rounds,
                        megabytes=size / 1e6)
            )  # fmt: skip
    return rows


def show(figures: list[Figure]) -> None:
    print(f"SM2 and SM3 ({sm2.backend()} core), Python {platform.python_version()},",
          openssl.openssl_version_text())  # fmt: skip
    print(f"  {'what, against what':<40}{'ours':>12}{'baseline':>12}  {'':<5}{'ratio':>7}")
    for figure in figures:
        goal = "" if figure.goal is None else f"goal {figure.goal:g}x"
        line = (
            f"  {figure.name:<40}{figure.ours:>12,.0f}{figure.baseline:>12,.0f}  {figure.unit:<5}"
            f"{figure.ratio:>6.2f}x  {goal:<11}{'short' if figure.is_short else ''}"
        )
        print(line.rstrip())


def main() -> None:
    """Print the table, or one JSON object per row."""
    parser = argparse.ArgumentParser(description="SM2 and SM3 against OpenSSL and gmssl")
    parser.add_argument("--json", action="store_true", help="one JSON object per row")
    parser.add_argument("--rounds", type=int, default=150, help="pairs of bursts per row")
    options = parser.parse_args()
    figures = signatures(options.rounds) + digests(options.rounds)
    if options.json:
        for figure in figures:
            print(json.dumps(asdict(figure) | {"short": figure.is_short}))
    else:
        show(figures)


if __name__ == "__main__":
    main()
