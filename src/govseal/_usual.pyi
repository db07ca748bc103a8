from collections.abc import Sequence
from typing import TypeVar

_Node = TypeVar("_Node", bound=tuple[object, ...])

# Where the first element of data ends if it is DER to its leaves, else 0. An element from start
# to end is known: it is so many elements, and so deep. All together there may be most.
def der(
    data: bytes, start: int, end: int, elements: int, depth: int, most: int, /
) -> int | None: ...

# Pairs of the names, without prefixes, of an element and of two or more of its children. data is
# well-formed XML from start on, in UTF-8. None where an attribute is in a namespace, or the bytes
# alone do not tell.
def doubled(data: bytes, start: int, /) -> list[tuple[bytes, bytes]] | None: ...

# The elements in DER that stand one behind the other from at to end, each as buffer, tag, start,
# body and end; nothing is looked at inside them. None where there is something else.
def elements(
    buffer: bytes, at: int, end: int, element: type[_Node], /
) -> tuple[_Node, ...] | None: ...

# Whether something longer than limit has a slash in it: a tag of data with the text before it, or
# texts as a whole.
def long_location(data: bytes, texts: bytes, limit: int, /) -> bool | None: ...

# Offset of the end record of a ZIP archive, size and offset of its directory, and for each entry
# the values of a records.Entry. The numbers are limits: what is above one of them is not told.
def records(
    data: bytes,
    entries: int,
    directory: int,
    entry: int,
    total: int,
    ratio: int,
    ratio_from: int,
    /,
) -> tuple[int, int, int, list[tuple[object, ...]]] | None: ...

# The texts of XML in small letters, False where one of parts may be in it. data is UTF-8, and
# behind its declaration from start on.
def texts(data: bytes, start: int, parts: Sequence[bytes], /) -> bytes | bool | None: ...

# The root of XML: name, namespace, attributes, text, children and tail of each element as a node.
# data is UTF-8, and behind its declaration from start on.
def tree(data: bytes, start: int, deepest: int, node: type[_Node], /) -> _Node | None: ...
