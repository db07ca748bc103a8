"""Compiled and readable code beside each other, by the million: what is told has to be the same.

Execution ``n`` of seed ``s`` is always the same one, so a difference is told by two numbers:
``case(target, s, n)`` makes it again.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import fuzzing
import usual_der
import usual_records
import usual_texts
import usual_xml

DEPTHS = (1, 2, 3, 5, 47, 48, 49, *[100] * 9)


@dataclass(frozen=True, slots=True)
class Target:
    """What makes a case, and what says whether it is told and fails where the two differ."""

    make: Callable[[random.Random], tuple[Any, ...]]
    is_told: Callable[..., bool]


def grown(rng: random.Random) -> tuple[bytes]:
    """A made document, half of them twisted."""
    data = usual_xml.usual_xml(rng)
    return (usual_xml.twisted(rng, data) if rng.random() < 0.5 else data,)


def bent(rng: random.Random) -> tuple[bytes]:
    """A file of a small package, twisted or bent."""
    files = [row.data for row in fuzzing.packages()[1] if row.data.startswith(usual_xml.START)]
    data = usual_xml.twisted(rng, rng.choice(files))
    return (fuzzing.bent(rng, data) if rng.random() < 0.2 else data,)


def with_depth(rng: random.Random) -> tuple[bytes, int]:
    """A document, and how deep it may be."""
    return (*grown(rng), rng.choice(DEPTHS))


TARGETS = {
    "made xml": Target(with_depth, usual_xml.is_tree_told),
    "bent xml": Target(bent, usual_xml.is_tree_told),
    "made twins": Target(grown, usual_xml.are_twins_told),
    "bent twins": Target(bent, usual_xml.are_twins_told),
    "records": Target(usual_records.archive, usual_records.is_told),
    "texts": Target(usual_texts.file, usual_texts.are_texts_told),
    "locations": Target(usual_texts.located, usual_texts.is_location_told),
    "der": Target(usual_der.case, usual_der.is_told),
    "rows of der": Target(usual_der.row, usual_der.is_row_told),
}


def case(name: str, seed: int, number: int) -> tuple[Any, ...]:
    """Case ``number`` of a target under a seed."""
    return TARGETS[name].make(random.Random(f"{seed} {number}"))  # noqa: S311 - to be repeatable


def run(name: str, seed: int, executions: int) -> int:
    """Compares so many cases, and says how many were told.

    Raises:
        AssertionError: compiled code told something else than the readable code.
    """
    told = 0
    is_told = TARGETS[name].is_told
    for number in range(executions):
        made = case(name, seed, number)
        try:
            told += is_told(*made)
        except Exception as error:
            message = f"{name}, seed {seed}, case {number}: {error!r}"
            raise AssertionError(message) from error
    return told
