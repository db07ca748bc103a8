"""The audit of a large ledger: it streams, and memory does not grow with the entries."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import ledgerkit
from govseal.registry import Bureau

_ENTRIES = int(os.environ.get("LEDGER_ENTRIES", "1000000"))
#: A process starts with the peak of the one that made it, so a small one has to.
LAUNCHER = """
import os, sys
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""
AUDIT = """
import sys
from govseal.registry import Bureau
with Bureau.open(sys.argv[1], profile="jincheng") as bureau:
    audit = bureau.ledger.audit()
    print(audit.size, audit.checkpoints, *[(f.code, f.first, f.last) for f in audit.findings])
"""


def audited(url: str) -> tuple[str, int]:
    """What an audit in a process of its own says, and the peak of its resident size in KiB."""
    words = [sys.executable, "-I", "-S", "-c", LAUNCHER, sys.executable, "-c", AUDIT, url]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
    said, usage = done.stdout.splitlines()
    code, peak = usage.split()
    assert code == "0"
    return said, int(peak)


def filled(url: str, entries: int) -> None:
    with Bureau.open(url, profile="jincheng", secrets=bytes(16)) as bureau:
        for start in range(0, entries, 10_000):
            ledgerkit.notes(bureau, min(10_000, entries - start))
        bureau.ledger.checkpoint()


def check_streams(tmp_path, small: int, large: int) -> None:
    """The same peak for both, and one changed entry in the middle is named."""
    urls = {size: f"sqlite:///{tmp_path / f'{size}.db'}" for size in (small, large)}
    for size, url in urls.items():
        filled(url, size)
    (few, little), (many, much) = (audited(url) for url in urls.values())
    assert (few, many) == (f"{small} 1", f"{large} 1")
    assert much < little * 1.15
    with Bureau.open(urls[large], profile="jincheng") as bureau:
        ledgerkit.Thief(bureau).say(large // 2, n=-1)
    said, peak = audited(urls[large])
    assert said == f"{large} 1 ('entry_changed', {large // 2}, {large // 2})"
    assert peak < little * 1.15


@pytest.mark.slow
def test_memory_does_not_grow(tmp_path):
    check_streams(tmp_path, 3_000, 30_000)


@pytest.mark.prove
def test_memory_does_not_grow_with_a_million_entries(tmp_path, record_property):
    check_streams(tmp_path, 10_000, _ENTRIES)
    record_property("examples", _ENTRIES)
