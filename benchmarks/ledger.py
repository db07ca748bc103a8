"""Appending to ledgers of 10^3 to 10^6 entries, and auditing them, on SQLite.

All ledgers are there at once and every round visits each of them. What is appended is rolled
back, so that a ledger keeps its size. The memory of an audit is the peak of a process of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from figures import Row, interleaved, show
from govseal.registry import Bureau
from govseal.registry.ledger.append import NewEntry, append_entries, append_entry
from memory import peak_megabytes

ROUNDS = 15
APPENDED = 200
BATCH = 10_000
FLAT = 1.5
"""How much more one entry may take in the largest ledger than in the smallest, noise included."""
MORE_MEMORY = 1.15
AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
FIELDS = {
    "seal_name": "测试市行政审批服务管理局行政审批专用章",
    "stamped_on": "2026-03-02",
    "matter": "建筑工程施工许可证核发",
    "reason": "办结",
    "section": "规划建设科",
    "copies": 2,
    "handler": "handler",
    "approvers": [{"name": "leader", "role": "supervising_leader"}],
    "document_sm3": "0" * 64,
}
AUDIT = """
import sys
from govseal.registry import Bureau
with Bureau.open(sys.argv[1], profile="jincheng") as bureau:
    bureau.ledger.audit().check()
"""


def filled(folder: Path, size: int) -> Bureau:
    """A registry with that many entries in its ledger."""
    bureau = Bureau.open(f"sqlite:///{folder}/{size}.db", profile="jincheng", secrets=bytes(16))
    for start in range(0, size, BATCH):
        entries = [NewEntry("note", AT, FIELDS)] * min(BATCH, size - start)
        with bureau.database.begin() as connection:
            append_entries(connection, entries)
    return bureau


def append(bureau: Bureau) -> None:
    """Several entries, one by one, and none of them stays."""
    with bureau.database.engine.connect() as connection, connection.begin() as transaction:
        for _ in range(APPENDED):
            append_entry(connection, kind="note", at=AT, seal=None, use=None, fields=FIELDS)
        transaction.rollback()


def audited(bureau: Bureau) -> float:
    """Seconds of an audit."""
    begin = time.perf_counter()
    bureau.ledger.audit().check()
    return time.perf_counter() - begin


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--largest", type=int, default=1_000_000, help="a power of ten")
    largest = parser.parse_args().largest
    sizes = [10**power for power in range(3, len(str(largest)))]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledgers = {size: filled(folder, size) for size in sizes}
        tasks: dict[str, Callable[[], object]] = {
            f"append to {size:,} entries": partial(append, bureau)
            for size, bureau in ledgers.items()
        }
        times = interleaved(tasks, ROUNDS)
        base = times[next(iter(tasks))]
        rows = [
            Row(task, took / APPENDED, took / base, FLAT if took is not base else None)
            for task, took in times.items()
        ]
        show("One entry appended, ratio to the smallest ledger", rows)
        took = {size: audited(bureau) for size, bureau in ledgers.items()}
        smallest = took[sizes[0]] / sizes[0]
        rows = [
            Row(f"audit of {size:,} entries, each", one / size, one / size / smallest)
            for size, one in took.items()
        ]
        show("One entry audited, ratio to the smallest ledger", rows)
        print(f"{sizes[-1]:,} entries: audited at {sizes[-1] / took[sizes[-1]]:,.0f} entries/s")
        for bureau in ledgers.values():
            bureau.close()
        _show_memory(folder, sizes)


def _show_memory(folder: Path, sizes: list[int]) -> None:
    print("\nPeak resident size of an audit in MB, ratio to 10,000 entries")
    base = None
    for size in sizes[1:]:
        url = f"sqlite:///{folder}/{size}.db"
        peak = peak_megabytes([sys.executable, "-c", AUDIT, url])
        base = base or peak
        short = "short" if peak / base > MORE_MEMORY else ""
        line = f"  {size:<44,}{peak:8.0f} MB {peak / base:6.2f}  goal {MORE_MEMORY}  {short}"
        print(line.rstrip(), flush=True)


if __name__ == "__main__":
    main()
