"""Whether a PDF takes one more signature: what its earlier signatures and its form forbid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from govseal.errors import StampError
from govseal.formats.pdf.fields import filled_fields
from govseal.formats.pdf.objects import items, value


def check_permissions(writer: Any, name: str, *, is_whole: bool, is_visible: bool) -> None:  # noqa: ANN401 - pyHanko is untyped
    """Refuse a stamp that the document, or a signature that it has, does not allow.

    A certified document (DocMDP) takes no further field that shows, whatever its level: readers
    that compare revisions would call the certification broken. ISO 32000-1, 12.8.2.2 and 12.8.2.4.

    Args:
        writer: pyHanko's writer on the document.
        name: of the new field.
        is_whole: whether the stamp shall close the document.
        is_visible: whether the stamp shows.

    Raises:
        StampError: ``not_permitted``, ``not_first``, ``unsupported`` (an XFA form).
    """
    root = writer.root
    if "/XFA" in value(root, "/AcroForm", {}):
        message = "an XFA form shows something else than its pages, and is not stamped"
        raise StampError(message, code="unsupported")
    signatures = [value(field.reference.get_object(), "/V") for field in filled_fields(writer.prev)]
    certification = value(value(root, "/Perms", {}), "/DocMDP")
    if certification is not None:
        signatures.append(certification)
    if is_whole and signatures:
        message = "only the first signature of a PDF can protect the whole of it"
        raise StampError(message, code="not_first")
    for signature in signatures:
        for method, parameters in _transforms(signature):
            if _forbids(method, parameters, name, is_visible=is_visible):
                message = "an earlier signature does not permit one more"
                raise StampError(message, code="not_permitted")


def _transforms(signature: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - as above
    """What a signature says about later changes: method and parameters."""
    (dictionary,) = items((signature,))
    for reference in items(value(dictionary, "/Reference", ())):
        yield value(reference, "/TransformMethod", ""), value(reference, "/TransformParams", {})


def _forbids(method: str, parameters: Any, name: str, *, is_visible: bool) -> bool:  # noqa: ANN401 - as above
    if value(parameters, "/P") == 1:
        return True
    if not is_visible or method != "/FieldMDP":
        return is_visible and method == "/DocMDP"
    listed = name in list(items(value(parameters, "/Fields", ())))
    action = value(parameters, "/Action")
    return listed if action == "/Include" else action != "/Exclude" or not listed
