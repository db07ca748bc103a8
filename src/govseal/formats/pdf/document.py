"""An open PDF document: what is found in it, and a place for a stamp."""

from __future__ import annotations

from functools import cached_property

from govseal.formats.base import Evidence, PreparedMessage, StampRequest
from govseal.formats.limits import DEFAULT_LIMITS, Limits


class PdfDocument:
    """A PDF document (ISO 32000) in memory; opening one never fails, reading it may.

    pyHanko is loaded when the document is read or stamped, not before.
    """

    format = "pdf"

    def __init__(self, data: bytes, limits: Limits = DEFAULT_LIMITS) -> None:
        self.data = bytes(data)
        self.limits = limits

    def evidence(self) -> Evidence:
        """Everything found in the document; see :class:`govseal.formats.base.Evidence`."""
        return self._evidence

    @cached_property
    def _evidence(self) -> Evidence:
        from govseal.formats.pdf.read import read_evidence  # noqa: PLC0415 - pyHanko, when needed

        return read_evidence(self.data, self.limits)

    def prepare(self, request: StampRequest) -> PreparedMessage:
        """The document with room for a signature; see :func:`govseal.formats.pdf.write.prepare`.

        Raises:
            StampError: the document cannot take it.
        """
        from govseal.formats.pdf.write import prepare  # noqa: PLC0415 - verifying needs no writer

        return prepare(self.data, request, self.limits)
