"""Many signatures in one call, and the system around: threads, signals, forks, memory."""

from __future__ import annotations

import subprocess
import sys

import pytest


def run(program: str) -> subprocess.CompletedProcess[str]:
    head = (
        "import os, signal, sys, threading, resource\n"
        "from govseal import sm2\n"
        "key = sm2.PrivateKey.generate()\n"
        "public = key.public_key\n"
        "record = (public, key.sign(b'm'), b'm')\n"
    )
    return subprocess.run(
        [sys.executable, "-c", head + program],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_without_threads_the_work_is_done_all_the_same():
    done = run(
        "size = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "threading.stack_size(1 << 30)\n"
        "resource.setrlimit(resource.RLIMIT_AS, (size + (256 << 20),) * 2)\n"
        "try:\n"
        "    threading.Thread(target=print).start()\n"
        "except RuntimeError as error:\n"
        "    print(error)\n"
        "print(sm2.verify_many([record] * 200, threads=4) == [True] * 200)\n"
        "print(len(key.sign_many([b'm'] * 200, threads=4)))\n"
    )
    assert done.stdout.split("\n") == ["can't start new thread", "True", "200", ""], done.stderr


def test_an_interrupt_ends_a_long_call():
    """The handler runs between two blocks, and its exception comes out."""
    done = run(
        "def stop(*_):\n"
        "    raise KeyboardInterrupt\n"
        "signal.signal(signal.SIGALRM, stop)\n"
        "digests = bytes(32) * 1_000_000\n"
        "out = bytearray(b'\\7') * (64 * 1_000_000)\n"
        "try:\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0.05)\n"
        "    while True:\n"
        "        sm2.sign_digests(key, digests, out=out, threads=2)\n"
        "except KeyboardInterrupt:\n"
        "    print(out.count(0) == len(out) or out.count(7) == len(out))\n"
    )
    assert done.stdout.strip() == "True", done.stderr


def test_a_fork_beside_a_call():
    done = run(
        "stop = threading.Event()\n"
        "def work():\n"
        "    while not stop.is_set():\n"
        "        key.sign_many([b'm'] * 100, threads=2)\n"
        "thread = threading.Thread(target=work)\n"
        "thread.start()\n"
        "for _ in range(20):\n"
        "    child = os.fork()\n"
        "    if child == 0:\n"
        "        answers = sm2.verify_many([record] * 100, threads=2)\n"
        "        os._exit(0 if all(answers) else 1)\n"
        "    assert os.waitpid(child, 0)[1] == 0\n"
        "stop.set()\n"
        "thread.join()\n"
        "print('done')\n"
    )
    assert done.stdout == "done\n", done.stderr


@pytest.mark.slow
def test_memory_of_a_big_batch_is_that_of_its_result():
    """A hundred thousand records of 96 bytes, and messages, cost no copy of themselves."""
    done = run(
        "def peak():\n"
        "    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "message = bytes(200_000)\n"
        "key.sign_many([message] * 64)\n"
        "before = peak()\n"
        "key.sign_many([message] * 1000, threads=2)\n"
        "print(peak() - before)\n"
        "digests, out = bytes(32 * 100_000), bytearray(64 * 100_000)\n"
        "before = peak()\n"
        "sm2.sign_digests(key, digests, out=out)\n"
        "print(peak() - before)\n"
    )
    assert all(int(line) < 4096 for line in done.stdout.split()), done.stdout  # KiB
    assert len(done.stdout.split()) == 2, done.stderr
