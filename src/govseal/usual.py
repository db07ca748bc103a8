"""What most input looks like, told by compiled code: the quick way beside the readable one.

Each function answers for input of the usual form alone. To all else it gives None, or 0, as it does
to everything where nothing was compiled: then the readable code beside the call reads it, tolerates
it, or refuses it by name. So nothing is judged here, and no error is made here.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what typing's constant is, without the cost of importing typing
if TYPE_CHECKING:
    from govseal._usual import der, doubled, elements, long_location, records, texts, tree
else:
    try:
        from govseal._usual import der, doubled, elements, long_location, records, texts, tree
    except ImportError:

        def _not_told(*_arguments: object) -> None:
            return None

        der = doubled = elements = long_location = records = texts = tree = _not_told

__all__ = ["der", "doubled", "elements", "long_location", "records", "texts", "tree"]
