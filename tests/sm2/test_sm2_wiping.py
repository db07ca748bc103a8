"""What a process keeps of a private key: one copy while the key lives, none afterwards.

The memory of a child is searched from outside, so that the search finds nothing of its own. The
stack of each calculation by itself is searched in tests/native/wipe_tests.c.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/mem").exists(), reason="no /proc: memory cannot be searched here"
)

# Prints where the compiled key lies, waits, drops it, waits.
CHILD = """
from govseal import sm2
%s
print(id(key._key), flush=True)
input()
key.public_key.verify(key.sign(b"message"), b"message")
key.sign(b"message", verify_after_sign=True)
assert key.decrypt(key.public_key.encrypt(b"text")) == b"text"
print("used", flush=True)
input()
del key
print("gone", flush=True)
input()
"""
GENERATED = "key = sm2.PrivateKey.generate()"
LOADED = """
import os
d = bytearray(os.urandom(32))
d[0] &= 0x7F
key = sm2.PrivateKey.from_bytes(d)
d[:] = bytes(32)
"""
COPIED = GENERATED + "\ncopy = key.to_bytes()"  # the positive control

OBJECT_HEAD = 16  # reference count and type come before the key in the object


def writable_memory(pid: int) -> Iterator[bytes]:
    with Path(f"/proc/{pid}/maps").open() as maps, Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in maps:
            span, flags = line.split()[:2]
            if not flags.startswith("rw") or "[v" in line:
                continue
            begin, end = (int(part, 16) for part in span.split("-"))
            memory.seek(begin)
            yield memory.read(end - begin)


def count(pid: int, secret: bytes) -> int:
    """How often the first eight bytes of d appear, as the core's word or as bytes."""
    pieces = {secret[:8], secret[:8][::-1], secret[24:], secret[24:][::-1]}
    return sum(memory.count(piece) for memory in writable_memory(pid) for piece in pieces)


@pytest.fixture
def child(request):
    """A process after ``request.param`` has made ``key``; and the key's d, read from outside."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD % request.param],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        address = int(process.stdout.readline())
        with Path(f"/proc/{process.pid}/mem").open("rb", 0) as memory:
            memory.seek(address + OBJECT_HEAD)
            words = memory.read(32)
        yield process, words[::-1]  # four words, the lowest first: bytes from the last to the first
        process.stdin.close()


def go_on(process: subprocess.Popen[str]) -> str:
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


@pytest.mark.parametrize("child", [GENERATED, LOADED], ids=["generated", "loaded"], indirect=True)
def test_one_copy_while_the_key_lives_and_none_afterwards(child):
    process, d = child
    assert len(set(d)) > 8
    assert count(process.pid, d) == 2  # the first word and the last, in the object
    assert go_on(process) == "used"
    assert count(process.pid, d) == 2
    assert go_on(process) == "gone"
    assert count(process.pid, d) == 0


@pytest.mark.parametrize("child", [COPIED], indirect=True)
def test_the_search_finds_a_copy(child):
    process, d = child
    assert count(process.pid, d) >= 4
    assert go_on(process) == "used"
    assert go_on(process) == "gone"
    assert count(process.pid, d) >= 2
