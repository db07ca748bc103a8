"""A report as the page shows it and as it is saved."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

import govseal
from govseal.verification.render.html import render_fragment, render_html


@dataclass(frozen=True, slots=True)
class Result:
    """One report, ready for the template."""

    report: govseal.Report
    lang: str
    pictures: Mapping[int, bytes] = field(repr=False)
    """PNG pictures of pages by their number."""

    @property
    def fragment(self) -> Markup:
        """The report as HTML; the renderer has escaped what comes from the document."""
        return Markup(render_fragment(self.report, self.lang, self.pictures))  # noqa: S704 - above

    @property
    def file_name(self) -> str:
        """A name for the saved report that says nothing of the document but its digest."""
        return f"govseal-{self.report.sha256[:12]}.html"

    @property
    def address(self) -> str:
        """The report as a page of its own, as a data: address, since nothing is kept here."""
        page = render_html(self.report, self.lang).encode()
        return f"data:text/html;base64,{base64.b64encode(page).decode()}"
