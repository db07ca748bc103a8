"""What may not be stamped here, and of what is classified not a byte is kept (4.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from govseal.registry.call import Call
from govseal.registry.documents.marks import is_document_marked, is_marked
from govseal.registry.policy import PolicyProfile
from govseal.registry.vocabulary import Classification, Medium

_CLASSIFIED = "classified material has no place in this system; nothing of it was kept"
_DEPTH = 8
_MESSAGES: Final = {
    "E_EXCLUDED_ORIGIN": "formed on an online system of a ministry that is not connected",
    "E_EXCLUDED_UNPRINTABLE": "a licence that cannot be printed online",
    "E_EXCLUDED_BY_LAW": "a law excludes electronic seals from such documents",
}


def check_excluded(call: Call, facts: Mapping[str, Any], data: bytes | None) -> None:
    """Refuse what may not be stamped here: call it first, before anything is written.

    Args:
        call: the call; what it was about to log of the document is dropped where it is refused
            as classified.
        facts: the statements of the request, by name: ``classification`` (of
            :class:`Classification`; absent: none), ``origin``, ``printable``,
            ``excluded_by_law``, ``document_type``, ``item_code``, and any texts, in which a mark
            of classification is looked for. ``medium`` of the seal: a physical one is what such
            documents take; only what is classified is refused then.
        data: the document, in whose text such a mark is looked for as well.

    Raises:
        Refused: ``E_EXCLUDED_CLASSIFIED`` (R-JC10-BM-1, R-HLJ-06), ``E_EXCLUDED_ORIGIN``,
            ``E_EXCLUDED_UNPRINTABLE``, ``E_EXCLUDED_BY_LAW``.
    """
    stated = facts.get("classification")
    if stated not in {None, "", Classification.NONE} or _is_marked(call, facts, data):
        # The refusal is logged with what the call knows of its subject: that must be nothing.
        call.facts.clear()
        call.events.clear()
        call.subject = ""
        call.refuse("E_EXCLUDED_CLASSIFIED", _CLASSIFIED)
    if facts.get("medium", Medium.ELECTRONIC) != Medium.ELECTRONIC:
        return
    for code, holds in (
        ("E_EXCLUDED_ORIGIN", facts.get("origin") == "ministry_unconnected"),
        ("E_EXCLUDED_UNPRINTABLE", facts.get("printable") is False),
        ("E_EXCLUDED_BY_LAW", _is_barred(call, facts)),
    ):
        if holds:
            call.refuse(code, _MESSAGES[code])


def look_through(profile: PolicyProfile, data: bytes) -> None:
    """What :func:`check_excluded` will ask of a document, before a transaction waits for it."""
    if profile.is_on("classification_marks_refused"):
        is_document_marked(data)


def _is_barred(call: Call, facts: Mapping[str, Any]) -> bool:
    """Whether the profile names the type of document or the matter as one that a law excludes."""
    barred = str(call.profile.switch("excluded_by_law").value).split()
    named = {str(facts.get(name)) for name in ("document_type", "item_code")}
    return facts.get("excluded_by_law") is True or bool(named.intersection(barred))


def _is_marked(call: Call, facts: Mapping[str, Any], data: bytes | None) -> bool:
    if not call.profile.is_on("classification_marks_refused"):
        return False
    if any(is_marked(text) for text in _texts(facts, _DEPTH)):
        return True
    return data is not None and is_document_marked(data)


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item, depth - 1)
    elif depth and isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, depth - 1)
