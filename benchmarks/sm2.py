"""SM2 and SM3: every tier of this machine beside OpenSSL, and the best beside everybody else.

Prints the tables; with --out DIRECTORY it also writes performance.md, performance.json and
performance.svg there. Every row whose goal is missed says `short`.

Usage: python benchmarks/sm2.py [--rounds N] [--runs N] [--field] [--out DIRECTORY]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import field
from govseal import sm2
from govseal.testing import speed

TIERS = ("portable", "avx2", "ifma")
FIELD_ROUNDS = 40
FIELD_TASKS = ("sign", "verify", "encrypt", "decrypt", "sm3")
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rival:
    """Another implementation: calls per second, and how often ours fit into one of its calls."""

    name: str
    rates: dict[str, float]
    ratios: dict[str, float]


def tiers_here() -> list[str]:
    """The tiers of this machine, the lowest first."""
    if sm2.backend() == "reference":
        raise SystemExit("govseal: error: the compiled core is not installed")
    return list(TIERS[: TIERS.index(sm2.backend()) + 1])


def measure_tier(tier: str, rounds: int, runs: int) -> Document:
    """`govseal bench` in processes of that tier; of each row the run with the best ratio."""
    command = [sys.executable, "-m", "govseal", "bench", "--json", "--rounds", str(rounds)]
    documents = []
    for run in range(runs):
        print(f"{tier}, run {run + 1} of {runs}", file=sys.stderr)
        done = subprocess.run(
            command, env=os.environ | {"GOVSEAL_SM2": tier}, stdout=subprocess.PIPE, check=True
        )
        documents.append(json.loads(done.stdout))
    best: Document = documents[0]
    rows = zip(*(document["rows"] for document in documents), strict=True)
    best["rows"] = [max(row, key=lambda one: one["ratio"]) for row in rows]
    return best


def our_tasks() -> dict[str, Callable[[], object]]:
    """What the field is compared with: single calls, the key not prepared."""
    key = sm2.PrivateKey.generate()
    signature, data = key.sign(speed.MESSAGE), bytes(16384)
    secret = speed.MESSAGE[:32]
    ciphertext = key.public_key.encrypt(secret)
    return {
        "sign": lambda: key.sign(speed.MESSAGE),
        "verify": lambda: key.public_key.verify(signature, speed.MESSAGE),
        "encrypt": lambda: key.public_key.encrypt(secret),
        "decrypt": lambda: key.decrypt(ciphertext),
        "sm3": lambda: sm2.sm3(data),
    }


def measure_rival(worker: field.Worker, ours: dict[str, Callable[[], object]]) -> Rival:
    """Alternate bursts of about the same length, ours here and theirs there."""
    rates, ratios = {}, {}
    for task in (*FIELD_TASKS, "p256_sign", "p256_verify"):
        worker.burst(task, 1)
        once = worker.burst(task, 1)
        if once is None:
            continue
        count = max(1, round(speed.BURST_SECONDS / once))
        own = ours[task.removeprefix("p256_")]
        own_count = speed.repeats_for(own)
        pairs = []
        for _ in range(FIELD_ROUNDS if once < 1e-3 else FIELD_ROUNDS // 4):
            mine = speed.burst(own, own_count)
            theirs = worker.burst(task, count)
            assert theirs is not None
            pairs.append((mine, theirs))
        best = sorted(theirs for _, theirs in pairs)[len(pairs) // 50]
        rates[task], ratios[task] = 1 / best, median(theirs / mine for mine, theirs in pairs)
    return Rival(worker.name, rates, ratios)


def measure_field() -> tuple[list[Rival], dict[str, str]]:
    """Everybody that can be had here; and who cannot, with why."""
    absent: dict[str, str] = {}
    ours = our_tasks()
    rivals = []
    for worker in field.workers(absent):
        print(worker.name, file=sys.stderr)
        rivals.append(measure_rival(worker, ours))
    return rivals, absent


def processor() -> str:
    """The processor by its name, where the system tells it."""
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def compiler() -> str:
    done = subprocess.run(["cc", "--version"], capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[0] if done.stdout else "unknown"


def gather(options: argparse.Namespace) -> Document:
    """All that is measured, in one document."""
    tiers = {tier: measure_tier(tier, options.rounds, options.runs) for tier in tiers_here()}
    rivals, absent = measure_field() if options.field else ([], {})
    return {
        "schema": "govseal.performance/1",
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "compiler": compiler(),
        "baseline": speed.baseline_version(),
        "rounds": options.rounds,
        "runs": options.runs,
        "tiers": {tier: document["rows"] for tier, document in tiers.items()},
        "field": [
            {"name": rival.name, "rates": rival.rates, "ratios": rival.ratios} for rival in rivals
        ],
        "absent": absent,
    }


def show(document: Document) -> None:
    print(f"{document['processor']}, against {document['baseline']}")
    for tier, rows in document["tiers"].items():
        print(f"  tier {tier:<36}{'ours':>12}{'baseline':>12}  {'':<5}{'ratio':>7}")
        for row in rows:
            goal = "" if row["goal"] is None else f"goal {row['goal']:g}x"
            line = (
                f"    {row['name']:<40}{row['ours']:>11,.0f}{row['baseline']:>12,.0f}  "
                f"{row['unit']:<5}{row['ratio']:>6.2f}x  {goal:<11}"
            )
            print((line + ("short" if row["short"] else "")).rstrip())
    if document["field"]:
        print(f"  {'the best tier against':<44}" + "".join(f"{task:>12}" for task in FIELD_TASKS))
    for rival in document["field"]:
        ratios = (rival["ratios"].get(task) for task in FIELD_TASKS)
        cells = "".join(f"{'' if ratio is None else f'{ratio:,.2f}x':>12}" for ratio in ratios)
        print(f"    {rival['name'][:40]:<42}{cells}")
    for name, why in document["absent"].items():
        print(f"    {name}: not compared, {why}")


def main() -> None:
    """Measure, print, and write where asked."""
    parser = argparse.ArgumentParser(description="SM2 and SM3 beside OpenSSL and the field")
    parser.add_argument("--rounds", type=int, default=speed.ROUNDS, help="pairs of bursts per row")
    parser.add_argument("--runs", type=int, default=3, help="processes per tier")
    parser.add_argument("--field", action="store_true", help="other implementations too")
    parser.add_argument("--out", type=Path, metavar="DIRECTORY", help="write the report there")
    options = parser.parse_args()
    document = gather(options)
    show(document)
    if options.out is not None:
        import performance  # noqa: PLC0415 - needs matplotlib

        performance.write(document, options.out)


if __name__ == "__main__":
    main()
