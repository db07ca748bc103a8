"""What the documents of a package say about themselves, as plain data for JSON and for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from govseal.cli.facts import Facts, problem_facts
from govseal.cli.language import current
from govseal.formats.licence import LicenceIdentifier
from govseal.formats.metadata import (
    Attachment,
    DocumentInfo,
    Licence,
    Metadata,
    NamedValue,
    TagFile,
)
from govseal.verification.reasons import reason_text


def document_facts(documents: Iterable[Metadata]) -> list[Facts]:
    """Everything that each document says about itself."""
    return [
        {
            "info": _info(document.info),
            "licence": _licence(document.licence) if document.licence else None,
            "attachments": [attachment_facts(item) for item in document.attachments],
            "tags": [_tags(item) for item in document.tags],
            "extensions": [
                {
                    "app": item.app,
                    "company": item.company,
                    "version": item.version,
                    "date": item.date,
                    "reference": item.reference,
                    "properties": _named(item.properties),
                    "location": item.location,
                }
                for item in document.extensions
            ],
            "problems": [problem_facts(item) for item in document.problems],
            "tolerances": [asdict(item) for item in document.tolerances],
        }
        for document in documents
    ]


def attachment_facts(attachment: Attachment) -> Facts:
    """An attachment, and how each signature stands to it."""
    return {
        "id": attachment.id,
        "name": attachment.name,
        "format": attachment.format,
        "creation_date": attachment.created,
        "modification_date": attachment.modified,
        "usage": attachment.usage,
        "is_visible": attachment.is_visible,
        "stated_size_kb": attachment.stated_size_kb,
        "location": attachment.location,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "covers": [
            {"signature": item.signature, "file": item.file.value, "list": item.list.value}
            for item in attachment.covers
        ],
        "problem": problem_facts(attachment.problem) if attachment.problem else None,
    }


def _named(values: Iterable[NamedValue]) -> list[Facts]:
    return [{"name": item.name, "value": item.value} for item in values]


def _info(info: DocumentInfo) -> Facts:
    return {
        "doc_id": info.doc_id,
        "title": info.title,
        "author": info.author,
        "subject": info.subject,
        "abstract": info.abstract,
        "creation_date": info.created,
        "modification_date": info.modified,
        "usage": info.usage,
        "cover": info.cover,
        "creator": info.creator,
        "creator_version": info.creator_version,
        "keywords": list(info.keywords),
        "custom_data": _named(info.custom_data),
    }


def _tags(file: TagFile) -> Facts:
    return {
        "name_space": file.name_space,
        "location": file.location,
        "fields": [
            {"name": item.name, "value": item.value, "missing": list(item.missing)}
            for item in file.fields
        ],
        "problem": problem_facts(file.problem) if file.problem else None,
    }


def _licence(licence: Licence) -> Facts:
    return {
        "identifiers": [
            {
                "text": item.text,
                "source": item.source.value,
                "field": item.name,
                **_identifier(item.identifier),
            }
            for item in licence.mentions
        ],
        "fields": _named(licence.fields),
    }


def _identifier(identifier: LicenceIdentifier | None) -> Facts:
    """What is right and wrong about an identifier; ``check`` is null where it cannot be read."""
    if identifier is None:
        return {"check": None, "faults": [_fault("licence_identifier_malformed")]}
    check = "right" if identifier.is_check_right else "wrong"
    return {
        "check": "faulty_variant" if identifier.is_faulty_variant else check,
        "expected_check": identifier.expected_check,
        "faults": [_fault(code) for code in identifier.faults],
        "type_code": identifier.type_code,
        "issuer_code": identifier.issuer_code,
        "serial": identifier.serial,
        "version": identifier.version,
    }


def _fault(code: str) -> Facts:
    return {"code": code, "message": reason_text(code, current())}
