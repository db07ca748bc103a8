"""A progress bar for people: on a terminal, with several files, else nothing."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from govseal.cli.arguments import is_terminal
from govseal.verification.render.printable import printable

_CELLS = 24
_NAME = 40


class Progress:
    """A bar on standard error; a context manager that leaves no trace."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._is_shown = total > 1 and is_terminal(sys.stderr)

    def step(self, name: str) -> None:
        """Show that the next item, ``name``, is being worked on."""
        if self._is_shown:
            filled = _CELLS * self._done // self._total
            bar = "#" * filled + "." * (_CELLS - filled)
            name = printable(name[-_NAME:])
            print(f"\r\x1b[K[{bar}] {self._done}/{self._total} {name}", end="", file=sys.stderr)
            sys.stderr.flush()
        self._done += 1

    def reach(self, done: int, total: int, name: str) -> None:
        """Show how far one long piece of work has come."""
        self._total, self._done = max(total, 1), min(done, total)
        self._is_shown = is_terminal(sys.stderr)
        self.step(name)
        self._done = done

    def clear(self) -> None:
        """Take the bar away, so that a line can be written."""
        if self._is_shown:
            print("\r\x1b[K", end="", file=sys.stderr)
            sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()
