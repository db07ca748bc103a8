"""A copy handed to ``verify`` on the command line never passes (晋城 29号, clause 10)."""

from __future__ import annotations

import io

import pytest
from PIL import Image


@pytest.mark.req("R-JC29S-10b")
@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_picture_is_told_to_be_a_copy(ask, desk, tmp_path, suffix):
    target = tmp_path / f"page.{suffix}"
    assert ask("render", desk.path("stamped.ofd"), "-o", target).status == 0
    answer = ask("verify", target, *desk.trusted)
    assert answer.status == 2
    assert "视同复印件" in answer.err


@pytest.mark.req("R-JC29S-10b")
def test_a_page_printed_to_pdf_is_unsigned(ask, desk, tmp_path):
    options = ("--no-copy-note", "--dpi", 60)
    assert ask("render", desk.path("stamped.ofd"), "-o", tmp_path / "p.png", *options).status == 0
    buffer = io.BytesIO()
    with Image.open(tmp_path / "p.png") as page:
        page.save(buffer, "PDF", resolution=60)
    (tmp_path / "p.pdf").write_bytes(buffer.getvalue())
    answer = ask("verify", tmp_path / "p.pdf", *desk.trusted, "--json")
    assert (answer.status, answer.json["verdict"], answer.json["effect"]) == (4, "unsigned", "copy")
