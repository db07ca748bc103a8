"""Answers of the registry: as JSON, as facts one to a line, as tables that line up in Chinese."""

from __future__ import annotations

import argparse
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from govseal.asn1.times import in_beijing
from govseal.cli import problems
from govseal.cli.files import STANDARD_OUTPUT
from govseal.cli.language import say
from govseal.cli.registry.labels import field_label
from govseal.cli.registry.words import loose_text, word_text
from govseal.registry.policy.words import DEADLINES
from govseal.verification.render.printable import printable

if TYPE_CHECKING:
    from govseal.cli.registry.desk import Desk

SCHEMA: Final = "govseal.registry/1"
_EMPTY: Final[tuple[object, ...]] = (None, "", (), [], {}, frozenset())
_MOST: Final = 200
_IDS: Final = frozenset({"id", "subject"})
# Fields whose texts are words of the vocabulary, though the records have them as plain texts.
_WORDS: Final = frozenset(
    {"what", "decision", "of", "result", "level", "kind", "state", "type", "openness", "status"}
)
_COUNTED: Final = {"copies": "实盖", "spoiled": "作废"}  # in what was said of a stamp by hand
# What tables show of each kind of record; facts show everything.
_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "Organization": ("id", "legal_name", "level", "kinds", "parent", "profile", "state"),
    "LegalName": ("name", "since", "until", "basis"),
    "Department": ("id", "name", "active_from", "inactive_from"),
    "Person": ("id", "name", "organization", "department", "account"),
    "RoleAssignment": ("id", "role", "organization", "department", "since", "until"),
    "Substitution": ("id", "principal", "stand_in", "since", "until", "authorized_by"),
    "PersonCertificate": ("id", "person", "sha256", "since", "until"),
    "SealRecord": ("id", "name", "subtype", "medium", "state", "valid_to"),
    "SealStatus": ("state", "effective_at", "recorded_at", "reason_class"),
    "PetitionRecord": ("id", "kind", "seal", "applicant", "state", "approved_steps", "steps"),
    "HandOver": ("id", "giver", "receiver", "registrar", "completed_at", "dropped_at"),
    "Permit": ("id", "seal", "borrower", "matter", "due_back", "taken_at", "returned_at"),
    "Incident": ("id", "seal", "kind", "effective_at", "reported_by", "closed_at"),
    "Task": ("id", "kind", "seal", "due_at", "reason"),
    "ReviewStep": ("level", "organization", "reviewer", "decision", "at", "reason"),
    "UseRequest": ("number", "seal", "matter", "applicant", "state", "requested_at"),
    "Act": ("at", "what", "name", "detail"),
    "DocumentRecord": ("id", "number", "type", "title", "completed_on", "state"),
    "PublicRecord": ("number", "type", "organization", "completed_on", "status", "successor"),
    "OrderRecord": ("id", "document", "state", "due_at", "finding"),
    "DueItem": ("due_at", "kind", "subject", "organization", "clause"),
    "ProfileLine": ("profile", "title", "in_force_from", "in_force_to", "may_stamp"),
    "Waiting": ("what", "number", "title", "since", "subject"),
    "AuditEvent": ("sequence", "at", "actor", "action", "subject", "result", "code"),
    "Message": ("sequence", "at", "kind", "subject"),
    "Finding": ("code", "first", "last", "detail"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a step says: a value for both forms, where the plain one needs words of its own."""

    value: object
    status: int = 0
    lines: tuple[str, ...] | None = None
    """The text for people, where the value's facts are not it."""


def show(name: str, found: object, options: argparse.Namespace, desk: Desk) -> int:
    """Print an answer in the form that ``options`` ask for; its exit status."""
    answer = found if isinstance(found, Answer) else Answer(found)
    if options.json:
        problems.print_json({"schema": SCHEMA, "step": name, "result": plain(answer.value)})
        return answer.status
    if getattr(options, "output", None) == STANDARD_OUTPUT:
        return answer.status  # taken by the file
    for line in answer.lines if answer.lines is not None else text_of(answer.value, desk):
        print(line)
    return answer.status


def plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """A record as JSON has it; what a record does not show of itself is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        shown = (item for item in fields(value) if item.repr)
        return {item.name.strip("_"): plain(getattr(value, item.name)) for item in shown}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return in_beijing(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(map(plain, value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value


def text_of(value: object, desk: Desk) -> Iterator[str]:
    """A value for people, a line at a time."""
    if value is None or value is True:
        yield say("已办理", "done")
    elif is_dataclass(value) and not isinstance(value, type):
        names = _names(desk, _ids([value]))
        yield from _facts(value, names)
    elif isinstance(value, Mapping):
        yield from _facts(value, _names(desk, _ids([value])))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from _list(value, desk)
    else:
        yield cell(value, {})


def _list(values: Sequence[Any], desk: Desk) -> Iterator[str]:
    if not values:
        yield say("（无）", "(none)")
        return
    columns = _COLUMNS.get(type(values[0]).__name__)
    names = _names(desk, _ids(values))
    if columns is None:
        for item in values:
            yield cell(item, names)
        return
    head = [field_label(column) for column in columns]
    yield from table(
        [
            head,
            *(
                [_cell(column, getattr(item, column), names) for column in columns]
                for item in values
            ),
        ]
    )


def _facts(record: object, names: Mapping[str, str], indent: str = "") -> Iterator[str]:
    """A record, a fact to a line; records within it are indented."""
    members = record if isinstance(record, Mapping) else _members(record)
    for key, value in members.items():
        name = str(key)
        if value in _EMPTY or name == "events":
            continue
        label = f"{indent}{field_label(name)}{say('：', ':')}"
        if isinstance(value, Mapping) or (is_dataclass(value) and not isinstance(value, type)):
            yield label
            yield from _facts(value, names, indent + "  ")
        elif isinstance(value, tuple | list) and _has_records(value):
            yield label
            for item in value:
                yield from _item(item, names, indent + "  ")
        else:
            yield f"{label}{say('', ' ')}{_full(name, value, names)}"


def _members(record: object) -> Mapping[str, Any]:
    shown = fields(record) if is_dataclass(record) else ()
    return {item.name: getattr(record, item.name) for item in shown if item.repr}


def _has_records(values: Sequence[object]) -> bool:
    return any(is_dataclass(item) or isinstance(item, Mapping) for item in values)


def _item(item: object, names: Mapping[str, str], indent: str) -> Iterator[str]:
    """A record within a record: on one line."""
    members = dict(item if isinstance(item, Mapping) else _members(item))
    if {"name", "person"} <= set(members):  # whoever is named need not be numbered too
        del members["person"]
    filled = [_cell(str(k), v, names) for k, v in members.items() if v not in _EMPTY]
    yield f"{indent}- {say('，', ', ').join(filled)}"


def _cell(field: str, value: object, names: Mapping[str, str]) -> str:
    """A value under the name of its field: ids stay, words are translated."""
    if field in _IDS and isinstance(value, str):
        return printable(value, limit=_MOST)
    if field == "kind" and isinstance(value, str) and value in DEADLINES:
        return say(DEADLINES[value].zh, DEADLINES[value].en)
    if field in _WORDS and type(value) is str:
        return printable(loose_text(value), limit=_MOST)
    if field == "detail" and isinstance(value, str):
        return printable(say("，", ", ").join(map(_part, value.split(", "))), limit=_MOST)
    return cell(value, names)


def _part(text: str) -> str:
    """A part of what an act was: ``step 0``, a role, how it was proven."""
    if text.startswith("step "):
        number = text.removeprefix("step ")
        return say(f"第 {int(number) + 1} 步", text) if number.isdigit() else text
    what, _, count = text.partition(" ")
    if count.isdigit() and what in _COUNTED:
        return say(f"{_COUNTED[what]} {count} 份", text)
    return loose_text(text)


def _full(field: str, value: object, names: Mapping[str, str]) -> str:
    """The same where there is room: what an id stands for, and the id."""
    text = _cell(field, value, names)
    is_named = isinstance(value, str) and field not in _IDS and value in names
    return f"{text}{say(f'（{value}）', f' ({value})')}" if is_named else text


def cell(value: object, names: Mapping[str, str]) -> str:
    """A value on one line; in the place of an id stands what it is called."""
    if value in _EMPTY:
        return ""
    if isinstance(value, bool):
        return say("是", "yes") if value else say("否", "no")
    if isinstance(value, datetime):
        return f"{in_beijing(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        pairs = (f"{field_label(str(k))}={cell(v, names)}" for k, v in value.items())
        return say("，", ", ").join(pairs)
    if isinstance(value, AbstractSet):
        return say("、", ", ").join(sorted(cell(item, names) for item in value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return say("、", ", ").join(cell(item, names) for item in value)
    if isinstance(value, str):
        is_word = type(value) is not str
        return printable(word_text(value) if is_word else names.get(value, value), limit=_MOST)
    if is_dataclass(value):
        return " ".join(_item(value, names, ""))
    return str(value)


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows with their columns in line; characters of Chinese are two columns wide."""
    widths = [max(width(row[at]) for row in rows) for at in range(len(rows[0]))]
    for number, row in enumerate(rows):
        padded = (text + " " * (wide - width(text)) for text, wide in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()
        if number == 0:
            yield "  ".join("-" * wide for wide in widths)


def width(text: str) -> int:
    """The columns that a text takes in a terminal."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def _ids(values: Iterable[object]) -> set[str]:
    """Every text in records that may be an id."""
    found: set[str] = set()
    for value in values:
        if isinstance(value, str):
            if "-" in value and value.isascii():
                found.add(value)
        elif isinstance(value, Mapping):
            found |= _ids(value.values())
        elif is_dataclass(value) and not isinstance(value, type):
            found |= _ids(_members(value).values())
        elif isinstance(value, Iterable) and not isinstance(value, bytes):
            found |= _ids(value)
    return found


def _names(desk: Desk, ids: set[str]) -> Mapping[str, str]:
    return desk.names(ids) if ids else {}
