"""Stamping and verifying OFD in one process, against unpacking and digesting the same file.

No verification can do less than read every entry and digest it; the ratio says what the rest costs.
"""

from __future__ import annotations

import io
import zipfile
from functools import partial

import govseal
from documents import Case, case
from figures import Row, interleaved, show
from govseal import sm2

ROUNDS = 15
PAGES = (1, 50)


def unpack_and_digest(data: bytes) -> None:
    """The baseline."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for entry in package.namelist():
            sm2.sm3(package.read(entry))


def stamp(one: Case) -> None:
    govseal.stamp(one.plain, one.seal, one.hierarchy.signer, one.place)


def verify(one: Case) -> None:
    report = govseal.verify(one.stamped, one.hierarchy.trust, materials=one.hierarchy.materials)
    report.require_valid()


def main() -> None:
    """Print the table."""
    rows = []
    for pages in PAGES:
        one = case(pages)
        baseline = f"{pages} pages: unpack and digest"
        tasks = {
            baseline: partial(unpack_and_digest, one.stamped),
            f"{pages} pages: stamp": partial(stamp, one),
            f"{pages} pages: verify": partial(verify, one),
        }
        times = interleaved(tasks, ROUNDS)
        rows += [Row(name, took, took / times[baseline]) for name, took in times.items()]
    show("OFD in one process, ratio to unpacking and digesting", rows)


if __name__ == "__main__":
    main()
