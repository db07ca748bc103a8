"""How long the unit of a page is (/UserUnit), which PDFium does not heed."""

from __future__ import annotations

import io
from functools import cached_property
from typing import Any

from govseal.errors import FormatError

# Acrobat's own limit is 75 000.
_LEAST, _MOST = 0.001, 1e5


class UserUnits:
    """The units of the pages of one document, in points; it is read when one is asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def of(self, page: int) -> float:
        """Of a page, from 1; 1 where it states none, or an absurd one.

        Raises:
            FormatError: the page cannot be read.
        """
        if b"/UserUnit" not in self._data and b"/ObjStm" not in self._data:
            return 1.0
        from govseal.formats.pdf.hooks import guarded  # noqa: PLC0415 - pyHanko, for few files
        from govseal.formats.pdf.objects import value  # noqa: PLC0415 - as above

        def read() -> float:
            reference, _ = self._reader.find_page_for_modification(page - 1)
            return float(value(reference.get_object(), "/UserUnit", 1))

        unit = guarded(read, "the page")
        # Written so that NaN is refused too.
        return unit if _LEAST < unit < _MOST else 1.0

    def lenient(self, page: int) -> float:
        """The same, and 1 where the page cannot be read: for what is only looked at."""
        try:
            return self.of(page)
        except FormatError:
            return 1.0

    @cached_property
    def _reader(self) -> Any:  # noqa: ANN401 - pyHanko is not annotated
        from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415 - for few files

        return PdfFileReader(io.BytesIO(self._data), strict=False)
