"""What is no plain record cannot be filled quickly, and is refused when its class is made."""

from __future__ import annotations

import dataclasses
from dataclasses import InitVar, dataclass, field

import pytest

from govseal.frozen import frozen


@frozen
class Point:
    x: int


def test_one_with_a_base_is_refused():
    class Base:
        __slots__ = ()

    with pytest.raises(TypeError, match="Derived is no plain record"):

        @frozen
        class Derived(Base):
            x: int


def test_one_that_is_a_base_is_refused():
    """It would make itself where the other was asked for."""
    with pytest.raises(TypeError, match="Point"):

        class Derived(Point):
            __slots__ = ()

    with pytest.raises(TypeError, match="Point"):

        @dataclass(frozen=True, slots=True)
        class More(Point):
            z: int = 0


@pytest.mark.parametrize(
    "strange",
    [
        field(init=False),
        field(init=False, default=1),
        field(kw_only=True),
        field(kw_only=True, default=1),
    ],
)
def test_fields_that_are_not_given_by_place_are_refused(strange):
    class Record:
        x: int
        y: int = strange

    with pytest.raises(TypeError, match="Record is no plain record"):
        frozen(Record)


def test_fields_behind_a_mark_for_names_alone_are_refused():
    with pytest.raises(TypeError, match="no plain record"):

        @frozen
        class Record:
            x: int
            _: dataclasses.KW_ONLY
            y: int


def test_what_is_given_and_is_no_field_is_refused():
    with pytest.raises(TypeError, match="Record is no plain record"):

        @frozen
        class Record:
            x: int
            seed: InitVar[int]

            def __post_init__(self, seed: int) -> None:
                object.__setattr__(self, "x", self.x + seed)


def test_a_maker_of_its_own_is_refused():
    """It would not be called."""
    with pytest.raises(TypeError, match="Record is no plain record"):

        @frozen
        class Record:
            x: int

            def __init__(self, x: int) -> None:
                object.__setattr__(self, "x", x + 1)


def test_what_dataclasses_refuse_is_refused():
    with pytest.raises(TypeError, match="non-default argument"):

        @frozen
        class Late:
            x: int = 1
            y: int

    with pytest.raises(ValueError, match="mutable default"):

        @frozen
        class Shared:
            rows: list[int] = []  # noqa: RUF012 - the fault
