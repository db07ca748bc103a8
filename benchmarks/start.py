"""Whole processes against a bare interpreter: what a command costs before it does anything."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from documents import case
from figures import Row, interleaved, show

ROUNDS = 21


def process(words: Sequence[object]) -> Callable[[], object]:
    """A task that runs one program to its end."""
    return partial(subprocess.run, list(map(str, words)), check=True, capture_output=True)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one = case(pages=1)
        one.hierarchy.write(folder)
        file = folder / "stamped.ofd"
        file.write_bytes(one.stamped)
        command = Path(sys.executable).with_name("govseal")
        times = interleaved(
            {
                "python -c pass": process([sys.executable, "-c", "pass"]),
                "import govseal": process([sys.executable, "-c", "import govseal"]),
                "govseal --version": process([command, "--version"]),
                "govseal verify, one page": process(
                    [command, "verify", file, "--trust", folder / "roots.pem", "--crl", folder]
                ),
            },
            ROUNDS,
        )
    bare = times["python -c pass"]
    goals = {"import govseal": 2.5, "govseal verify, one page": 20.0}
    rows = [Row(task, took, took / bare, goals.get(task)) for task, took in times.items()]
    show("Starting up: whole processes, ratio to a bare interpreter", rows)


if __name__ == "__main__":
    main()
