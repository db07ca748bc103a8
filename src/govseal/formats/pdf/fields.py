"""The filled signature fields of a form, each looked at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader

from govseal.formats.pdf.objects import value


@dataclass(frozen=True, slots=True)
class Field:
    """A signature field that is filled."""

    name: str
    reference: Any
    """pyHanko's reference to it."""


def filled_fields(reader: PdfFileReader) -> Iterator[Field]:
    """The signature fields that have a value, whatever their SubFilter.

    pyHanko's own walk follows every path, and paths multiply where fields share their kids.
    """
    fields = value(value(reader.root, "/AcroForm", {}), "/Fields", ())
    pending: list[tuple[Any, str, Any]] = [(item, "", None) for item in reversed(list(fields))]
    seen: set[Any] = set()
    while pending:
        reference, parent, inherited = pending.pop()
        number = getattr(reference, "reference", None)
        if number is None or number in seen:
            continue
        seen.add(number)
        field = reference.get_object()
        name = value(field, "/T") if isinstance(field, DictionaryObject) else None
        if name is None:  # a bare widget
            continue
        name = f"{parent}.{name}" if parent else str(name)
        kind = value(field, "/FT", inherited)
        if kind == "/Sig" and value(field, "/V") is not None:
            yield Field(name, reference)
        kids = value(field, "/Kids", ())
        pending.extend((kid, name, kind) for kid in reversed(list(kids)))
