"""How much memory the command line takes for large OFD packages: the peak of a whole process.

The peak resident size of `govseal verify` and `govseal stamp` is asked of the system when the
process has ended. Three packages of 300 MB: 300 pictures that do not shrink, one file that is all
of it, and one as large as it may unpack, which shrinks as far as it may.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from documents import Case, case
from govseal.testing.hierarchy import PASSWORD

MEGABYTE = 1 << 20
GOAL_MEGABYTES = 250


def extended(case: Case, path: Path, files: Iterator[tuple[str, Iterator[bytes]]]) -> None:
    """The plain document with further files, written without holding them."""
    path.write_bytes(case.plain)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for name, pieces in files:
            with package.open(name, "w") as entry:
                for piece in pieces:
                    entry.write(piece)


def random(megabytes: int) -> Iterator[bytes]:
    return (os.urandom(MEGABYTE) for _ in range(megabytes))


def shrinking(megabytes: int) -> Iterator[bytes]:
    """What shrinks to about a sixtieth."""
    for _ in range(megabytes):
        yield os.urandom(MEGABYTE // 64) + bytes(MEGABYTE - MEGABYTE // 64)


def shapes(megabytes: int) -> dict[str, list[tuple[str, Iterator[bytes]]]]:
    large = 3 * megabytes // 4
    return {
        f"{megabytes} pictures of 1 MB": [
            (f"Doc_0/Res/image_{number}.png", random(1)) for number in range(megabytes)
        ],
        f"one file of {megabytes} MB": [("Doc_0/Res/film.mp4", random(megabytes))],
        f"four of {large} MB, unpacked": [
            (f"Doc_0/Res/data_{number}.bin", shrinking(large)) for number in range(4)
        ],
    }


#: A process starts with the peak of the one that made it, so a small one has to.
LAUNCHER = """
import os, sys
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


def peak_megabytes(words: list[object]) -> float:
    """The peak resident size of a process, which has to succeed."""
    launch = [sys.executable, "-I", "-S", "-c", LAUNCHER, *map(str, words)]
    done = subprocess.run(launch, stdout=subprocess.PIPE, text=True, check=True)
    code, kilobytes = done.stdout.split()[-2:]
    if code != "0":
        raise SystemExit(f"{words[1]} ended with {code}")
    return int(kilobytes) / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=300)
    megabytes = parser.parse_args().megabytes
    command = Path(sys.executable).with_name("govseal")
    print(f"Peak resident size in MB, packages of {megabytes} MB")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one = case(pages=1)
        one.hierarchy.write(folder)
        (folder / "seal.esl").write_bytes(one.seal.der)
        (folder / "password").write_text(PASSWORD)
        anchors = ["--trust", folder / "roots.pem", "--crl", folder]
        key = ["--key", folder / "signer.p12", "--password-file", folder / "password"]
        plain, stamped = folder / "plain.ofd", folder / "stamped.ofd"
        for shape, files in {"one page, 10 KB": [], **shapes(megabytes)}.items():
            extended(one, plain, iter(files))
            seal = ["--seal", folder / "seal.esl", "--place", "1,120,210", "-o", stamped]
            for task, words in (
                ("stamp", [command, "stamp", plain, *seal, *key]),
                ("verify", [command, "verify", stamped, *anchors]),
            ):
                peak = peak_megabytes(words)
                short = "short" if peak > GOAL_MEGABYTES else ""
                line = (
                    f"  {shape + ': ' + task:<44}{peak:8.0f} MB  goal {GOAL_MEGABYTES} MB  {short}"
                )
                print(line.rstrip(), flush=True)


if __name__ == "__main__":
    main()
