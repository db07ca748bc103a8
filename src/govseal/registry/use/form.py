"""用印审批单 as it is filled in: what the applicant states, before any rule is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypedDict, cast

from govseal.formats.limits import DEFAULT_LIMITS
from govseal.registry.texts import has_hidden
from govseal.registry.vocabulary import Basis, Classification, ItemClass, Openness
from govseal.sm2 import sm3

MAX_TEXT: Final = 2000
MAX_NUMBER: Final = 200
MAX_COPIES: Final = 100_000
MAX_DOCUMENT_BYTES: Final = min(64 * 1024 * 1024, DEFAULT_LIMITS.max_file_bytes)


class DecisionState(StrEnum):
    """How far the matter is whose paper is to be stamped."""

    DECIDED = "decided"  # 办结
    UNDER_REVIEW = "under_review"
    NOT_ACCEPTED = "not_accepted"


class UseDetails(TypedDict, total=False):
    """What a request may state beside its matter, reason, section and copies."""

    document_type: str | None
    """Of :class:`DocumentType`, or a further one of the profile; the profile's usual one where
    nothing is said."""
    basis: Basis | str | None
    """On what paper the use stands. Where nothing is said: the card, where one is named; a
    concluded matter for an approval seal; else the use form itself."""
    dispatch_card: str | None
    """Number of the 发文卡."""
    item_code: str | None
    item_class: ItemClass | str
    document_no: str | None
    certificate_no: str | None
    title: str | None
    classification: Classification | str
    openness: Openness | str | None
    openness_reason: str | None
    decision_state: DecisionState | str | None
    beneficiary: str | None
    """The person whom a personal certificate is about, by name."""
    decision_date: date | None
    """The date printed in the decision …"""
    reply_date: date | None
    """… and in the reply that goes with it."""
    origin: str | None
    """The system that the document was formed on; ``ministry_unconnected`` is refused."""
    printable: bool
    """Whether the licence can be printed online; it can, where nothing is said."""
    special_demand: bool
    """The item has special demand: it takes the official seal instead of the special one."""
    matter_class: str | None
    """``licensing`` or ``non_licensing``."""
    document_class: str | None
    holder: str | None
    corrects: str | None
    """The request whose document this one corrects."""


@dataclass(frozen=True, slots=True)
class UseForm:
    """A form that is complete in itself: texts within bounds, words of the vocabulary."""

    seal: str
    document: bytes = field(repr=False)
    matter: str
    reason: str
    section: str
    copies: int
    details: UseDetails
    sm3: str
    sha256: str

    @classmethod
    def fill(
        cls,
        *,
        seal: str,
        document: bytes,
        matter: str,
        reason: str,
        section: str,
        copies: int,
        details: UseDetails,
    ) -> UseForm:
        """The form.

        Raises:
            ValueError: a text is too long or no text, a word is not of the vocabulary, the
                document is empty or larger than 64 MiB.
        """
        if not 0 < len(document) <= MAX_DOCUMENT_BYTES:
            raise ValueError(f"the document has 1 to {MAX_DOCUMENT_BYTES} bytes")
        if type(copies) is not int or copies > MAX_COPIES:
            raise ValueError(f"copies: a whole number up to {MAX_COPIES}")
        texts = {"matter": matter, "reason": reason, "section": section}
        cleaned = {name: clean_text(name, value) for name, value in texts.items()}
        data = bytes(document)
        return cls(
            seal=seal,
            document=data,
            matter=cleaned["matter"],
            reason=cleaned["reason"],
            section=cleaned["section"],
            copies=copies,
            details=_details(details),
            sm3=sm3(data).hex(),
            sha256=hashlib.sha256(data).hexdigest(),
        )

    def text(self, name: str) -> str | None:
        """A text among the details."""
        value = self.details.get(name)
        return None if value is None else str(value)

    @property
    def item_class(self) -> ItemClass:
        """Whose item it is; the unit's own where nothing is said."""
        return ItemClass(self.details.get("item_class", ItemClass.OWN))

    def facts(self) -> dict[str, Any]:
        """The statements that have no column of their own, as they are stored."""
        columns = {
            *("document_type", "basis", "dispatch_card", "item_code", "item_class"),
            *("document_no", "certificate_no", "title", "corrects"),
        }
        stored: dict[str, Any] = {}
        for name, value in self.details.items():
            if name not in columns and value is not None:
                stored[name] = value.isoformat() if isinstance(value, date) else value
        return stored

    def stated(self) -> dict[str, Any]:
        """All that is stated, by name: what is looked through for a mark of classification."""
        texts = {"matter": self.matter, "reason": self.reason, "section": self.section}
        return {**texts, **self.details}


_WORDS: Final[Mapping[str, type[StrEnum]]] = {
    "basis": Basis,
    "item_class": ItemClass,
    "classification": Classification,
    "openness": Openness,
    "decision_state": DecisionState,
}
_DATES: Final = frozenset({"decision_date", "reply_date"})
_SWITCHES: Final = frozenset({"printable", "special_demand"})


def _details(details: UseDetails) -> UseDetails:
    checked: dict[str, Any] = {}
    for name, value in details.items():
        if name not in UseDetails.__annotations__:
            raise ValueError(f"a request does not state {name}")
        if value is None or value == "":
            continue
        if name in _WORDS:
            checked[name] = _word(name, value)
        elif name in _SWITCHES:
            if not isinstance(value, bool):
                raise ValueError(f"{name}: true or false")
            checked[name] = value
        elif name in _DATES:
            checked[name] = _date(name, value)
        else:
            checked[name] = clean_text(name, value)
            if name == "document_no" and len(checked[name]) > MAX_NUMBER:
                raise ValueError(f"{name}: up to {MAX_NUMBER} characters")
    return cast("UseDetails", checked)


def _word(name: str, value: object) -> StrEnum:
    known = _WORDS[name]
    try:
        return known(str(value))
    except ValueError as error:
        raise ValueError(f"{name}: one of {', '.join(known)}") from error


def _date(name: str, value: object) -> date:
    if type(value) is not date:
        raise ValueError(f"{name}: a date without a time")
    return value


def clean_text(name: str, value: object) -> str:
    """A text without blanks around it.

    Raises:
        ValueError: no text, too long, control characters, or others that nobody sees.
    """
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise ValueError(f"{name}: a text of up to {MAX_TEXT} characters")
    cleaned = value.strip()
    if has_hidden(cleaned):
        raise ValueError(f"{name}: control characters, or others that nobody sees")
    return cleaned
