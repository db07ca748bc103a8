"""``govseal render``: pages as pictures, never over a file that is there."""

from __future__ import annotations

import io

import pytest
from PIL import Image

import ofd_builder
from govseal.formats import copies
from govseal.formats.pdf import compose as pdf


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    path = tmp_path_factory.mktemp("render") / "three.ofd"
    path.write_bytes(ofd_builder.package(pages=3))
    return path


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    path = tmp_path_factory.mktemp("render") / "page.pdf"
    path.write_bytes(pdf.compose_document([["任意文字"]], title="测试"))
    return path


def test_one_page_as_png(ask, desk, tmp_path):
    target = tmp_path / "page.png"
    answer = ask("render", desk.path("stamped.ofd"), "-o", target, "--dpi", 50, "--json")
    assert (answer.status, answer.json["schema"]) == (0, "govseal.render/1")
    assert answer.json["pages"] == [{"page": 1, "file": str(target), "size": target.stat().st_size}]
    with Image.open(target) as picture:
        assert picture.size == (413, 585)
        assert picture.text[copies.KEYWORD] == copies.note()


def test_one_page_as_svg(ask, desk, tmp_path):
    answer = ask("render", desk.path("stamped.ofd"), "-o", tmp_path / "page.SVG")
    assert answer.status == 0
    svg = (tmp_path / "page.SVG").read_bytes()
    assert b'viewBox="0 0 210 297"' in svg
    assert "视同复印件" in svg.decode()


def test_stamps_marks_and_note_can_be_chosen(ask, desk, tmp_path):
    source = desk.path("stamped.ofd")
    sizes = {}
    for name, *options in (
        ("all.svg",),
        ("bare.svg", "--no-stamps"),
        ("quiet.svg", "--no-copy-note"),
    ):
        assert ask("render", source, "-o", tmp_path / name, *options).status == 0
        sizes[name] = (tmp_path / name).read_text(encoding="utf-8")
    assert "multiply" in sizes["all.svg"]
    assert "multiply" not in sizes["bare.svg"]
    assert "复印件" not in sizes["quiet.svg"]
    assert ask("render", source, "-o", tmp_path / "m.png", "--marks", "--dpi", 50).status == 0
    with Image.open(tmp_path / "m.png") as picture:
        assert picture.height > 585


@pytest.mark.parametrize(
    ("pages", "numbers"), [("all", (1, 2, 3)), ("2-3", (2, 3)), ("1-2", (1, 2))]
)
def test_several_pages_get_their_numbers(ask, three, tmp_path, pages, numbers):
    answer = ask("render", three, "-o", tmp_path / "p.png", "--page", pages, "--dpi", 20)
    assert answer.status == 0
    assert {path.name for path in tmp_path.iterdir()} == {f"p-{n}.png" for n in numbers}
    assert len(answer.out.splitlines()) == len(numbers)


def test_a_page_of_its_own_keeps_the_name(ask, three, tmp_path):
    assert ask("render", three, "-o", tmp_path / "p.svg", "--page", 3).status == 0
    assert [path.name for path in tmp_path.iterdir()] == ["p.svg"]


def test_pages_of_pdf(ask, printed, tmp_path):
    assert ask("render", printed, "-o", tmp_path / "p.png", "--dpi", 30).status == 0
    with Image.open(io.BytesIO((tmp_path / "p.png").read_bytes())) as picture:
        assert picture.format == "PNG"


class TestRefused:
    @pytest.fixture
    def empty(self, tmp_path, monkeypatch):
        """The folder that the command runs in."""
        monkeypatch.chdir(tmp_path)
        return tmp_path

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (("-o", "page.gif"), ".png 或 .svg"),
            (("-o", "page"), ".png 或 .svg"),
            (("-o", "page.svg", "--dpi", 100), "只用于 PNG"),
            (("-o", "page.svg", "--marks"), "只用于 PNG"),
            (("-o", "page.png", "--dpi", 5), "10 到 1200"),
            (("-o", "page.png", "--page", 4), "没有第 4 页，文件共 3 页"),
            (("-o", "page.png", "--page", "2-9"), "没有第 9 页"),
            (("-o", "page.png", "--page", 0), "不是页码"),
            (("-o", "page.png", "--page", "3-2"), "不是页码"),
            (("-o", "page.png", "--page", "one"), "不是页码"),
        ],
    )
    def test_what_it_does_not_offer(self, ask, three, empty, options, said):
        answer = ask("render", three, *options)
        assert answer.status == 2
        assert said in answer.err
        assert list(empty.iterdir()) == []

    def test_no_file_is_overwritten(self, ask, three, tmp_path):
        (tmp_path / "p-2.png").write_bytes(b"mine")
        answer = ask("render", three, "-o", tmp_path / "p.png", "--page", "all", "--dpi", 20)
        assert answer.status == 2
        assert "已经存在" in answer.err
        assert [path.name for path in tmp_path.iterdir()] == ["p-2.png"]
        assert (tmp_path / "p-2.png").read_bytes() == b"mine"

    def test_pdf_as_svg_or_without_stamps(self, ask, printed, tmp_path):
        answer = ask("render", printed, "-o", tmp_path / "p.svg", "--lang", "en")
        assert (answer.status, "as PNG alone" in answer.err) == (2, True)
        answer = ask("render", printed, "-o", tmp_path / "p.png", "--no-stamps", "--lang", "en")
        assert (answer.status, "always drawn" in answer.err) == (2, True)
        assert list(tmp_path.iterdir()) == []

    def test_what_has_no_pages(self, ask, desk, tmp_path):
        for name in ("approval.esl", "note.ses", "note.txt"):
            answer = ask("render", desk.path(name), "-o", tmp_path / "p.png")
            assert answer.status == 2
        assert list(tmp_path.iterdir()) == []
