"""Attacks on time and memory: a small file may not ask for much work.

Nothing is timed. Work is counted in executed lines of Python, and compared between an input and
one twice as large; memory is what Python's own allocator hands out at the peak.
"""

from __future__ import annotations

import contextlib
import sys
import tracemalloc

import pytest

import ofd_builder as ofd
from govseal.asn1 import strict, write
from govseal.errors import GovsealError


def lines(call):
    """How many lines of Python ``call`` executes; what it refuses is fine."""
    count = 0

    def trace(_frame, event, _argument):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with contextlib.suppress(GovsealError):
            call()
    finally:
        sys.settrace(before)
    return count


def peak_bytes(call):
    """The most memory that ``call`` holds at once; what it refuses is fine."""
    tracemalloc.start()
    try:
        with contextlib.suppress(GovsealError):
            call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def grows_in_step(work, size):
    """Whether twice the input is at most about twice the work."""
    return lines(work(2 * size)) < 3 * lines(work(size))


def test_a_row_of_a_million_elements_is_refused_before_it_is_laid_out():
    data = write.element(strict.SEQUENCE, write.null() * 1_000_000)
    assert peak_bytes(lambda: strict.parse(data)) < 1_000_000
    with pytest.raises(GovsealError, match="too many elements"):
        strict.parse(data)


def test_many_tolerances_are_kept_in_step():
    def work(size):
        found = strict.Tolerances()
        return lambda: [found.note("quirk_q17", str(number)) for number in range(size)]

    assert grows_in_step(work, 500)


def test_one_signature_listed_many_times_is_work_in_step(office):
    stamped = office.stamp(ofd.package())

    def work(size):
        row = f'<ofd:Signature ID="x" BaseLoc="/{ofd.SIGNATURE}"/>'
        data = ofd.edited(stamped, ofd.LIST, "</ofd:Signatures>", row * size + "</ofd:Signatures>")
        return lambda: office.verify(data)

    assert grows_in_step(work, 20)
