"""Reading pyHanko's dictionaries and arrays, which hand out references as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils.generic import NullObject


def value(dictionary: Any, key: str, default: Any = None) -> Any:  # noqa: ANN401 - any PDF object
    """The object behind ``key``, followed if it is a reference; null counts as absent."""
    found = dictionary[key] if key in dictionary else None
    return default if found is None or isinstance(found, NullObject) else found


def items(array: Any) -> Iterator[Any]:  # noqa: ANN401 - any PDF object
    """The elements, each followed if it is a reference."""
    for item in array:
        yield item.get_object() if hasattr(item, "get_object") else item
