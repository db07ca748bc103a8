"""Frozen records are as frozen dataclasses to whoever uses them; what else there is, is refused."""

from __future__ import annotations

import copy
import dataclasses
import gc
import inspect
import pickle
import sys
import threading
from dataclasses import FrozenInstanceError, asdict, astuple, dataclass, field, fields
from typing import ClassVar

import pytest

import govseal.asn1.strict
from govseal.asn1.times import Instant
from govseal.frozen import changed, frozen

MADE = []


def make_row():
    MADE.append(1)
    return ["made"]


@frozen
class Point:
    """A place."""

    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list)
    hidden: str = field(default="h", repr=False, compare=False)
    KIND: ClassVar[str] = "point"

    def moved(self, by: int) -> Point:
        return changed(self, x=self.x + by)


@dataclass(frozen=True, slots=True)
class Plain:
    """A place."""

    x: int
    y: int = 2
    tags: list[str] = field(default_factory=list)
    hidden: str = field(default="h", repr=False, compare=False)
    KIND: ClassVar[str] = "point"

    def moved(self, by: int) -> Plain:
        return dataclasses.replace(self, x=self.x + by)


@frozen
class Key:
    name: str
    number: int = 0


@frozen
class Checked:
    low: int
    high: int
    width: int = 0

    def __post_init__(self) -> None:
        if self.low > self.high:
            message = "the wrong way round"
            raise ValueError(message)
        object.__setattr__(self, "width", self.high - self.low)


@frozen
class Nothing:
    pass


@pytest.fixture(params=[Point, Plain], ids=["frozen", "dataclass"])
def kind(request):
    """What is asked of records has to hold for dataclasses as well."""
    return request.param


# Making them


def test_values_by_place_and_by_name(kind):
    one = kind(1, 5, ["a"], "x")
    assert (one.x, one.y, one.tags, one.hidden) == (1, 5, ["a"], "x")
    other = kind(tags=["a"], hidden="x", y=5, x=1)
    assert one == other


def test_defaults(kind):
    one = kind(1)
    assert (one.x, one.y, one.tags, one.hidden, one.KIND) == (1, 2, [], "h", "point")


def test_each_has_a_default_of_its_own(kind):
    one, other = kind(1), kind(1)
    one.tags.append("mine")
    assert other.tags == kind(3).tags == []


def test_a_default_is_made_only_where_none_is_given():
    @frozen
    class Row:
        rows: list[str] = field(default_factory=make_row)

    MADE.clear()
    assert Row(["given"]).rows == ["given"]
    assert Row(rows=None).rows is None
    assert not MADE
    assert (Row().rows, len(MADE)) == (["made"], 1)


def test_a_default_that_cannot_be_made():
    @frozen
    class Row:
        rows: int = field(default_factory=lambda: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        Row()
    assert Row(3).rows == 3


@pytest.mark.parametrize("given", [None, 0, "", False, dataclasses.MISSING])
def test_any_value_may_be_given(given, kind):
    one = kind(given, given, given, given)
    assert one.x is one.y is one.tags is one.hidden is given


@pytest.mark.parametrize(
    ("values", "names"),
    [((), {}), ((1, 2, [], "h", 5), {}), ((1,), {"x": 1}), ((1,), {"z": 1}), ((), {"y": 1})],
)
def test_values_that_do_not_fit_are_an_error(kind, values, names):
    with pytest.raises(TypeError, match=r"__init__\(\)"):
        kind(*values, **names)


def test_one_without_fields():
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())
    assert repr(Nothing()) == "Nothing()"
    with pytest.raises(TypeError):
        Nothing(1)


def test_what_is_checked_when_it_is_made():
    assert Checked(1, 5).width == 4
    with pytest.raises(ValueError, match="wrong way round"):
        Checked(5, 1)
    with pytest.raises(ValueError, match="wrong way round"):
        changed(Checked(1, 5), low=9)
    with pytest.raises(ValueError, match="wrong way round"):
        dataclasses.replace(Checked(1, 5), low=9)


def test_what_was_refused_is_frozen_all_the_same():
    """Whoever kept it from inside its making holds no record that can be written to."""
    kept = []

    @frozen
    class Strict:
        x: int

        def __post_init__(self) -> None:
            kept.append(self)
            raise ValueError

    with pytest.raises(ValueError):
        Strict(1)
    with pytest.raises(FrozenInstanceError):
        kept[0].x = 2
    assert type(kept[0]) is Strict


# Being frozen


def test_nothing_can_be_set_or_deleted(kind):
    one = kind(1)
    for name in ("x", "y", "tags", "hidden", "other", "KIND"):
        with pytest.raises((FrozenInstanceError, TypeError)):
            setattr(one, name, 5)
        with pytest.raises((FrozenInstanceError, TypeError)):
            delattr(one, name)
    assert one == kind(1)


@pytest.mark.parametrize("name", ["x", "tags", "hidden"])
def test_a_field_that_is_set_is_an_error_of_its_own(kind, name):
    with pytest.raises(FrozenInstanceError, match=f"cannot assign to field '{name}'"):
        setattr(kind(1), name, 5)
    with pytest.raises(FrozenInstanceError, match=f"cannot delete field '{name}'"):
        delattr(kind(1), name)


def test_it_has_slots_and_nothing_else(kind):
    assert kind.__slots__ == ("x", "y", "tags", "hidden")
    assert not hasattr(kind(1), "__dict__")
    with pytest.raises(AttributeError):
        _ = kind(1).other


def test_its_class_is_its_class(kind):
    one = kind(1)
    assert type(one) is one.__class__ is kind
    assert isinstance(one, kind)
    assert isinstance(dataclasses.replace(one, x=2), kind)
    assert kind.__mro__ == (kind, object)


def test_no_class_is_left_by_which_it_could_be_written_to():
    """An instance cannot be made writable again by what is within reach of it."""
    one = Key("a")
    reachable = {type(one), *type(one).__mro__, *type(one).__subclasses__()}
    assert reachable == {Key, object}


# Comparing and showing


def test_equal_where_the_values_are(kind):
    assert kind(1) == kind(1, 2, [])
    assert kind(1) == kind(1, hidden="other")
    assert kind(1) != kind(2)
    assert kind(1) != kind(1, tags=["a"])
    assert kind(1) != (1, 2, [], "h")
    assert kind(1).__eq__(1) is NotImplemented


def test_records_of_two_classes_are_never_equal():
    @frozen
    class Other:
        name: str
        number: int = 0

    assert Key("a") != Other("a")


def test_hashes():
    assert hash(Key("a", 1)) == hash(Key("a", 1)) == hash(("a", 1))
    assert len({Key("a"), Key("a", 0), Key("b")}) == 2
    assert {Key("a"): 1}[Key("a")] == 1


def test_one_with_a_list_has_no_hash(kind):
    with pytest.raises(TypeError, match="unhashable"):
        hash(kind(1))


def test_it_shows_itself(kind):
    assert repr(kind(1, 5, ["a"])) == f"{kind.__name__}(x=1, y=5, tags=['a'])"


def test_it_shows_where_it_belongs():
    @frozen
    class Inner:
        x: int

    shown = "test_it_shows_where_it_belongs.<locals>.Inner"
    assert repr(Inner(1)) == f"{shown}(x=1)"
    assert Inner.__init__.__qualname__ == f"{shown}.__init__"
    assert Inner.__module__ == Inner.__init__.__module__ == __name__


def test_patterns(kind):
    match kind(1, 5):
        case Point(x, y) | Plain(x, y):
            assert (x, y) == (1, 5)
        case _:
            pytest.fail("no match")
    match kind(1):
        case Point(x=2) | Plain(x=2):
            pytest.fail("another one")
        case Point(y=2, tags=[]) | Plain(y=2, tags=[]):
            pass
        case _:
            pytest.fail("no match")


# What dataclasses know of it


def test_fields(kind):
    assert dataclasses.is_dataclass(kind)
    assert [one.name for one in fields(kind)] == ["x", "y", "tags", "hidden"]
    assert [one.type for one in fields(kind)] == ["int", "int", "list[str]", "str"]
    assert asdict(kind(1)) == {"x": 1, "y": 2, "tags": [], "hidden": "h"}
    assert astuple(kind(1)) == (1, 2, [], "h")


def test_what_is_taken_apart_is_a_copy(kind):
    one = kind(1, tags=["a"])
    asdict(one)["tags"].append("b")
    assert one.tags == ["a"]


def test_signatures_are_alike():
    one, other = inspect.signature(Point), inspect.signature(Plain)
    assert str(one) == str(other)
    assert list(one.parameters) == list(other.parameters)
    init = inspect.signature(Point.__init__)
    assert init.return_annotation == inspect.signature(Plain.__init__).return_annotation
    assert Point.__doc__ == Plain.__doc__ == "A place."
    assert Point.__match_args__ == Plain.__match_args__


# Copies


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))],  # noqa: S301 - ours
    ids=["copy", "deepcopy", "pickle"],
)
def test_copies(copied):
    one = Point(1, 5, ["a"], "x")
    other = copied(one)
    assert other == one
    assert (other.hidden, type(other)) == ("x", Point)
    with pytest.raises(FrozenInstanceError):
        other.x = 2
    assert (other.tags is one.tags) is (copied is copy.copy)


def test_copies_of_what_was_checked_are_not_checked_again():
    other = copy.deepcopy(Checked(1, 5))
    assert (other, other.width) == (Checked(1, 5), 4)


@pytest.mark.parametrize("change", [changed, dataclasses.replace])
def test_changes(change):
    one = Point(1, 5, ["a"], "x")
    other = change(one, y=7)
    assert (other.x, other.y, other.tags, other.hidden) == (1, 7, ["a"], "x")
    assert (one.y, type(other)) == (5, Point)
    assert other.tags is one.tags
    with pytest.raises(FrozenInstanceError):
        other.y = 8
    assert change(one) == one
    assert change(one) is not one


def test_a_change_is_checked_and_worked_out_again():
    assert changed(Checked(1, 5), high=9).width == 8
    assert dataclasses.replace(Checked(1, 5), high=9).width == 8


def test_no_default_is_made_for_a_change():
    @frozen
    class Row:
        x: int
        rows: list[str] = field(default_factory=make_row)

    one = Row(1)
    MADE.clear()
    assert changed(one, x=2).rows is one.rows
    assert not MADE


@pytest.mark.parametrize("name", ["z", "KIND", "moved", "__class__x", "__dict__"])
def test_a_change_of_no_field_is_an_error(name):
    with pytest.raises(AttributeError):
        changed(Point(1), **{name: 5})


@pytest.mark.parametrize("one", [object(), 5, None, (1, 2)])
def test_a_change_of_what_is_no_such_record_is_an_error(one):
    with pytest.raises(AttributeError):
        changed(one, x=2)


def test_fields_of_any_name_can_be_changed():
    @frozen
    class Odd:
        record: int
        changes: int = 0
        name: int = 0
        other: int = 0

    one = changed(Odd(1, 2, 3, 4), record=5, changes=6, name=7, other=8)
    assert astuple(one) == (5, 6, 7, 8)
    assert one.__replace__(record=9).record == 9


def test_methods_are_there(kind):
    assert kind(1).moved(3).x == 4


# Several threads


def test_threads_see_whole_records_alone():
    """While one thread makes records, another finds each of them full and frozen."""
    made, wrong = [Key("0", 0)], []
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            one = made[-1]
            if type(one) is not Key or one.name != str(one.number):
                wrong.append(one)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=look) for _ in range(2)]
    try:
        for thread in threads:
            thread.start()
        for number in range(20_000):
            made.append(Key(str(number), number))
            made.append(changed(made[-1], number=-number, name=str(-number)))
    finally:
        ended.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(before)
    assert not wrong


# The records of the library


def records():
    found = [
        one
        for one in gc.get_objects()
        if isinstance(one, type)
        and str(one.__module__).startswith("govseal.")
        and "__replace__" in vars(one)
        and vars(one)["__replace__"].__code__.co_filename == "<string>"
    ]
    return sorted(found, key=lambda one: (one.__module__, one.__qualname__))


def test_those_of_the_library_are_plain():
    assert {govseal.asn1.strict.Tolerance, Instant} <= set(records())
    for one in records():
        assert [row.name for row in fields(one)] == list(one.__slots__)
        assert str(inspect.signature(one)).count(":") >= len(one.__slots__)
