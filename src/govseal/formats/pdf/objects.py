"""PDF objects of pyHanko: made from Python values, and read with references followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pyhanko.pdf_utils import generic

_generic: Any = generic  # its constructors are not annotated


def value(holder: Any, key: str, default: Any = None) -> Any:  # noqa: ANN401 - any PDF object
    """The object behind ``key``, followed if it is a reference; null counts as absent."""
    try:
        found = holder[key]  # unlike get(), this follows the reference
    except KeyError:  # also where the reference leads to null
        return default
    return default if isinstance(found, generic.NullObject) else found


def items(array: Any) -> Iterator[Any]:  # noqa: ANN401 - any PDF object
    """The elements, each followed if it is a reference."""
    for item in array:
        yield item.get_object() if hasattr(item, "get_object") else item


def name(text: str) -> Any:  # noqa: ANN401 - any PDF object
    """A name, given without its slash."""
    return _generic.pdf_name(f"/{text}")


def dictionary(entries: Mapping[str, object]) -> Any:  # noqa: ANN401 - any PDF object
    """A dictionary; the keys are given without their slashes."""
    return _generic.DictionaryObject({name(key): item for key, item in entries.items()})


def stream(entries: Mapping[str, object], packed: bytes) -> Any:  # noqa: ANN401 - any PDF object
    """A stream whose content is packed with zlib already."""
    head = {name(key): item for key, item in entries.items()}
    return _generic.StreamObject(head | {name("Filter"): name("FlateDecode")}, encoded_data=packed)


def numbers(values: Iterable[float]) -> Any:  # noqa: ANN401 - any PDF object
    """An array of numbers to a ten-thousandth; PDF knows no exponents."""
    return _generic.ArrayObject(number(item) for item in values)


def number(amount: float) -> Any:  # noqa: ANN401 - any PDF object
    """A number to a ten-thousandth."""
    if amount == int(amount):
        return _generic.NumberObject(amount)
    return _generic.FloatObject(f"{amount:.4f}")
