"""How figures are taken and shown: ratios within one run, because machines differ."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was measured, how often the baseline fits into it, and the goal."""

    name: str
    seconds: float
    ratio: float | None = None
    goal: float | None = None
    """The ratio that must not be exceeded."""


def interleaved(tasks: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each task; every round runs all of them, so that noise hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()  # caches of the system are warm for everybody
    for _ in range(rounds):
        for name, task in tasks.items():
            begin = time.perf_counter()
            task()
            times[name].append(time.perf_counter() - begin)
    return {name: median(values) for name, values in times.items()}


def show(title: str, rows: Sequence[Row]) -> None:
    """Print the table; the word ``short`` stands on every row that misses its goal."""
    print(title)
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:8.2f}×"
        goal = "" if row.goal is None else f"goal {row.goal:g}×"
        is_short = row.goal is not None and row.ratio is not None and row.ratio > row.goal
        line = f"  {row.name:<44}{row.seconds * 1000:10.2f} ms {ratio:>10}  {goal:<11}"
        print((line + ("short" if is_short else "")).rstrip())
