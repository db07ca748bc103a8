"""Frozen records that are filled quickly.

A frozen dataclass sets each of its fields by ``object.__setattr__``, which takes longer than all
else about it. Here a record is filled while it is of a class that is not frozen, with the same
slots, and becomes what it is when it is full: eight fields take a third of the time.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

_Made = TypeVar("_Made")

_set_class: Any = object.__dict__["__class__"].__set__


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_Made]) -> type[_Made]:
    """``dataclass(frozen=True, slots=True)``, for a class of which many are made, and no base.

    Raises:
        TypeError: it has a base or an ``__init__``, or other things are given to it when it is made
            than its fields by their places.
    """
    has_own = "__init__" in vars(cls)
    made: Any = dataclass(frozen=True, slots=True)(cls)
    code = made.__init__.__code__
    taken = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    if has_own or made.__bases__ != (object,) or taken != made.__slots__ or code.co_kwonlyargcount:
        message = f"{cls.__name__} is no plain record"
        raise TypeError(message)
    given = fields(made)
    filled = type(cls.__name__, (), {"__slots__": made.__slots__})
    slow = made.__init__
    space: dict[str, Any] = {"_set_class": _set_class, "_filled": filled, "_made": made}
    # Names of fields alone get into the text, as in what dataclasses write.
    exec(_text(given, space, has_more=hasattr(made, "__post_init__")), space)  # noqa: S102
    made.__init__, made.__replace__ = space["__init__"], space["__replace__"]
    made.__init_subclass__ = classmethod(_refuse)
    for part in ("__defaults__", "__annotations__", "__qualname__", "__module__"):
        setattr(made.__init__, part, getattr(slow, part))
    defaults = dict(zip(reversed(made.__slots__), reversed(slow.__defaults__ or ()), strict=False))
    space |= {f"_absent_{one.name}": defaults.get(one.name) for one in given}
    return made  # type: ignore[no-any-return]


def _refuse(cls: type, /) -> None:
    message = f"{cls.__mro__[1].__name__} is a record, and no base of others"
    raise TypeError(message)


def _text(given: tuple[Field[Any], ...], space: dict[str, Any], *, has_more: bool) -> str:
    """``__init__`` and ``__replace__`` of a record; what they call is put into ``space``."""
    fill = []
    for one in given:
        fill.append(f"  self.{one.name} = {one.name}")
        if one.default_factory is not MISSING:
            space[f"_make_{one.name}"] = one.default_factory
            fill[-1] += f" if {one.name} is not _absent_{one.name} else _make_{one.name}()"
    more = ["  self.__post_init__()"] if has_more else []
    return "\n".join(
        [
            f"def __init__(self, {', '.join(one.name for one in given)}):",
            "  _set_class(self, _filled)",
            *fill,
            "  self.__class__ = _made",
            *more,
            "def __replace__(self, /, **changes):",
            "  other = _filled()",
            *(f"  other.{one.name} = self.{one.name}" for one in given),
            "  for name in changes:",
            "    setattr(other, name, changes[name])",
            "  other.__class__ = _made",
            *(["  other.__post_init__()"] if has_more else []),
            "  return other",
        ]
    )


def changed(record: _Made, /, **changes: object) -> _Made:
    """Like :func:`dataclasses.replace`, of a frozen record.

    Raises:
        AttributeError: it has no such field.
    """
    return record.__replace__(**changes)  # type: ignore[attr-defined,no-any-return]
