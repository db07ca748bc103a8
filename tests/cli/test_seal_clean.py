"""``seal clean``: a scan of an imprint on paper becomes a picture for a seal."""

from __future__ import annotations

import pytest

import scans
from govseal.cli.pictures import stated_size_mm
from govseal.seal.drawing import draw_seal

UNIT = "测试市行政审批服务管理局"


@pytest.fixture(scope="module")
def page():
    """A page with an imprint of 42 mm on it, at 300 dpi."""
    return scans.scan(draw_seal(UNIT, bottom="行政审批专用章").picture(), noise=3.0)


@pytest.fixture
def clean(ask, tmp_path):
    """Runs ``seal clean`` on these bytes."""

    def call(data, *words):
        call.source.write_bytes(data)
        return ask("seal", "clean", call.source, "-o", call.target, *words)

    call.source, call.target = tmp_path / "scan.png", tmp_path / "imprint.png"
    return call


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_the_size_follows_from_the_resolution(clean, page, form):
    answer = clean(scans.saved(page, form), "--json")
    assert answer.status == 0
    assert answer.json == {
        "schema": "govseal.imprint/1",
        "file": str(clean.target),
        "width_mm": 42,
        "height_mm": 42,
    }
    assert stated_size_mm(clean.target.read_bytes()) == (42, 42)


def test_it_says_the_size_in_words(clean, page):
    assert clean(scans.saved(page)).out == "印模 42 × 42 毫米\n"
    assert clean(scans.saved(page), "--lang", "en").out == "the imprint is 42 × 42 mm\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "size"),
    [(("--dpi", 300), 42), (("--dpi", 252), 50), (("--size-mm", "40,40"), 40)],
)
def test_what_the_scan_does_not_state_is_given(clean, page, words, size):
    answer = clean(scans.saved(page, dpi=None), *words, "--json")
    assert answer.status == 0
    assert answer.json["width_mm"] == answer.json["height_mm"] == size


@pytest.mark.parametrize(
    ("dpi", "words", "status", "code"),
    [
        (None, (), 1, "E_IMPRINT_DPI"),
        (100, (), 1, "E_IMPRINT_RESOLUTION"),
        (None, ("--dpi", 149), 1, "E_IMPRINT_RESOLUTION"),
        (None, ("--dpi", 2400), 1, "E_IMPRINT_SIZE"),
        (None, ("--dpi", 0), 2, "usage"),
        (None, ("--dpi", "fine"), 2, "usage"),
        (None, ("--dpi", 300, "--size-mm", "42,42"), 2, "usage"),
        (None, ("--size-mm", "42"), 2, "usage"),
        (None, ("--size-mm", "1,1"), 2, "usage"),
        (None, ("--size-mm", "42,30"), 1, "E_IMPRINT_DISTORTED"),
    ],
)
def test_refusals_of_a_scan(clean, page, dpi, words, status, code):  # noqa: PLR0917 - fixtures
    answer = clean(scans.saved(page, dpi=dpi), *words, "--json")
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.error
    assert not clean.target.exists()


def test_what_helps_is_said(clean, page):
    assert clean(scans.saved(page, dpi=None)).hint == "用 --dpi 或 --size-mm 指定"


def test_a_page_without_an_imprint(clean, page):
    blank = page.crop((0, 0, 200, 200))
    answer = clean(scans.saved(blank), "--json")
    assert (answer.status, answer.json["code"]) == (1, "E_IMPRINT_EMPTY")


def test_an_imprint_that_is_cut_off(clean, page):
    half = page.crop((page.width // 2, 0, page.width, page.height))
    answer = clean(scans.saved(half), "--json")
    assert (answer.status, answer.json["code"]) == (1, "E_IMPRINT_CUT")


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "unsupported"), (b"GIF89a", "unsupported"), (b"\x89PNG\r\n\x1a\n", "malformed")],
)
def test_what_is_no_scan(clean, data, code):
    answer = clean(data, "--json")
    assert (answer.status, answer.json["code"]) == (2, code)
    assert "scan.png" in answer.error
    assert not clean.target.exists()


def test_a_scan_that_is_absent(ask, tmp_path):
    answer = ask("seal", "clean", "absent.png", "-o", tmp_path / "x.png", "--json")
    assert (answer.status, answer.json["code"]) == (2, "io")
    assert answer.error == "absent.png：找不到文件"


def test_a_cleaned_imprint_is_a_png(ask, desk, tmp_path):
    answer = ask("seal", "clean", desk.path("seal.png"), "-o", tmp_path / "x.jpg", "--json")
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert answer.error == "印模输出为 .png 文件"


def test_the_scan_stays(clean, page):
    clean.target = clean.source
    answer = clean(scans.saved(page))
    assert answer.status == 2
    assert answer.error.startswith("输出会覆盖输入")
    assert clean.source.read_bytes() == scans.saved(page)
