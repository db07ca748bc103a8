"""The compiled functions of :mod:`govseal.usual` taken away, and what is then the same.

Whatever compiled code tells, the readable code has to give for the same input. Where it may refuse,
the refusals are compared as well: their class, their words, the part and the place.
"""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from govseal import usual
from govseal.errors import GovsealError
from govseal.seal import codec


def nothing(*_arguments: object) -> None:
    """What every function of it gives where nothing was compiled."""


@contextmanager
def untold(*names: str) -> Iterator[None]:
    """Within, these functions tell nothing; without names, none of them does."""
    with pytest.MonkeyPatch.context() as patch:
        for name in names or usual.__all__:
            patch.setattr(usual, name, nothing)
        yield


def outcome(call: Callable[..., object], *arguments: Any, **named: Any) -> tuple[object, ...]:
    """What a call gives, or how it refuses."""
    try:
        return "gives", call(*arguments, **named)
    except GovsealError as error:
        return "refuses", type(error), str(error), vars(error)


def forget() -> None:
    """Empties what is kept from file to file: else the second reading would read nothing."""
    for one in _caches(len(sys.modules)):
        one.cache_clear()
    codec._KNOWN._seals.clear()


@functools.cache
def _caches(_modules: int) -> list[Any]:
    """The caches of the library, looked for again when more was loaded."""
    kind = functools._lru_cache_wrapper
    found = [one for one in gc.get_objects() if isinstance(one, kind)]
    return [one for one in found if one.__module__.startswith("govseal")]
