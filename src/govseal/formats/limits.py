"""How much an input may ask for, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on every input; exceeding one raises :class:`govseal.errors.LimitExceeded`."""

    max_file_bytes: int = 512 * 1024 * 1024
    """Size of a document as received."""
    max_entries: int = 10_000
    """Files in a package."""
    max_directory_bytes: int = 16 * 1024 * 1024
    """The directory of a package."""
    max_entry_bytes: int = 512 * 1024 * 1024
    """One file of a package, unpacked."""
    max_held_bytes: int = 64 * 1024 * 1024
    """One file of a package, unpacked, that is read as a whole: XML, a seal, a picture to draw."""
    max_total_bytes: int = 1024 * 1024 * 1024
    """All files of a package, unpacked."""
    max_ratio: int = 100
    """Unpacked size over packed size of one file …"""
    ratio_threshold_bytes: int = 1024 * 1024
    """… where the unpacked file is larger than this."""
    max_xml_bytes: int = 64 * 1024 * 1024
    """One XML file."""
    max_xml_depth: int = 100
    """Nesting of XML elements."""
    max_signatures: int = 1_000
    """Signatures in one document."""
    max_references: int = 100_000
    """Protected files over all signatures of one document."""
    max_unreadable: int = 32
    """Signature values of one document that cannot be read: each may cost much."""
    max_pages: int = 20_000
    """Pages of one document."""
    max_searched: int = 1_000_000
    """Objects and characters of pages that are looked through for a keyword."""
    max_fields: int = 100_000
    """Metadata, tags and attachments of one document, each with each signature; only shown."""


DEFAULT_LIMITS = Limits()
