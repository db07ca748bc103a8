"""Finding fonts and reading glyphs as outlines."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

import toyfont
from govseal.errors import FormatError, SealError
from govseal.seal.drawing.fonts import ENVIRONMENT, Font, find_font, font_directories
from govseal.seal.drawing.paths import Box


@pytest.fixture(autouse=True)
def no_named_font(monkeypatch):
    monkeypatch.delenv(ENVIRONMENT, raising=False)


@pytest.fixture(scope="module")
def toy(tmp_path_factory) -> Font:
    return find_font(toyfont.save(tmp_path_factory.mktemp("font") / "toy.ttf"))


def test_metrics(toy):
    assert (toy.units_per_em, toy.ascent, toy.descent) == (1000, 880, -120)
    assert toy.name.startswith("Toy Song SC")
    assert repr(toy) == f"<Font {toy.name!r}>"


def test_outline_is_measured_in_font_units(toy):
    outline = toy.outline("国")
    assert outline.box == Box(50, -80, 950, 840)
    assert outline.advance == toy.advance("国") == 1000
    assert len(outline.contours) == 2
    assert toy.advance("1") == 500


def test_has(toy):
    assert toy.has("国")
    assert not toy.has("龘")


def test_outline_is_read_once(toy):
    assert toy.outline("政") is toy.outline("政")


def test_blank_glyph_has_no_box(toy):
    outline = toy.outline(toyfont.BLANK)
    assert outline.box is None
    assert outline.contours == ()


def test_contour_of_control_points_only(toy):
    outline = toy.outline(toyfont.ROUND)
    assert len(outline.contours) == 1
    assert all(len(segment) == 2 for segment in outline.contours[0].segments)
    # The curve touches the middles of the sides and stays off the corners.
    assert outline.box == Box(50, -80, 950, 840)
    assert (50, -80) not in outline.contours[0].flatten(1)


def test_composite_glyph_is_resolved(toy):
    assert len(toy.outline(toyfont.COMPOSITE).contours) == 3


def test_threads_share_a_font(tmp_path):
    font = find_font(toyfont.save(tmp_path / "shared.ttf"))
    found = []
    threads = [
        threading.Thread(target=lambda: found.append([font.outline(c).box for c in toyfont.FRAMES]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[Box(50, -80, 950, 840)] * len(toyfont.FRAMES)] * 4


def test_missing_glyph_is_named(toy):
    with pytest.raises(SealError, match=r"龘.*U\+9F98") as caught:
        toy.outline("龘")
    assert caught.value.code == "E_GLYPH_MISSING"


@pytest.mark.parametrize("text", ["", "国国"])
def test_a_character_is_one_code_point(toy, text):
    with pytest.raises(TypeError):
        toy.has(text)


def test_environment_names_a_font(tmp_path, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, str(toyfont.save(tmp_path / "mine.ttf", "Mine")))
    assert find_font().name.startswith("Mine")


def test_explicit_path_goes_before_environment(tmp_path, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, str(toyfont.save(tmp_path / "mine.ttf", "Mine")))
    other = toyfont.save(tmp_path / "other.ttf", "Other")
    assert find_font(other).name.startswith("Other")


def test_collection_gives_the_simplified_face(tmp_path):
    faces = (("Toy JP", 400), ("Toy TC", 400), ("Toy SC", 400))
    font = find_font(toyfont.save_collection(tmp_path / "toy.ttc", *faces))
    assert font.name.startswith("Toy SC")


def test_collection_gives_the_wanted_weight(tmp_path):
    path = toyfont.save_collection(tmp_path / "Songti.ttc", ("Songti SC", 300), ("Songti SC", 700))
    assert find_font(bold=True, directories=[tmp_path]).name == "Songti SC W700"
    assert find_font(directories=[tmp_path]).name == "Songti SC W300"
    assert find_font(path, bold=True).name == "Songti SC W700"


def test_noto_bold_first_for_seals(tmp_path):
    toyfont.save(tmp_path / "gbsn00lp.ttf", "AR PL SungtiL GB")
    toyfont.save_collection(
        tmp_path / "NotoSerifCJK-Regular.ttc",
        ("Noto Serif CJK JP", 400),
        ("Noto Serif CJK SC", 400),
    )
    toyfont.save_collection(
        tmp_path / "NotoSerifCJK-Bold.ttc", ("Noto Serif CJK JP", 700), ("Noto Serif CJK SC", 700)
    )
    assert find_font(bold=True, directories=[tmp_path]).name == "Noto Serif CJK SC W700"
    assert find_font(directories=[tmp_path]).name == "Noto Serif CJK SC W400"


def test_search_looks_into_folders_and_ignores_case(tmp_path):
    folder = tmp_path / "truetype" / "arphic"
    folder.mkdir(parents=True)
    toyfont.save_collection(folder / "UMing.ttc", ("AR PL UMing HK", 300), ("AR PL UMing CN", 300))
    assert find_font(directories=[tmp_path]).name.startswith("AR PL UMing CN")


def test_search_passes_a_damaged_file_by(tmp_path):
    (tmp_path / "NotoSerifCJK-Bold.ttc").write_bytes(b"ttcf" + bytes(40))
    toyfont.save(tmp_path / "simsun.ttf", "SimSun")
    assert find_font(bold=True, directories=[tmp_path]).name.startswith("SimSun")


@pytest.mark.slow
def test_a_damaged_font_is_not_told_line_by_line(tmp_path):
    data = toyfont.save(tmp_path / "toy.ttf").read_bytes()
    at = 12 + 16 * [data[n : n + 4] for n in range(12, 200, 16)].index(b"name") + 8
    start = int.from_bytes(data[at : at + 4], "big")
    # As many records as the table says, and none of them within it.
    damaged = data[: start + 2] + b"\xff\xff" + data[start + 4 :]
    (tmp_path / "toy.ttf").write_bytes(damaged)
    script = (
        "import sys; from govseal.seal.drawing import draw_seal; draw_seal('测', font=sys.argv[1])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "toy.ttf")],
        capture_output=True,
        timeout=60,
        check=False,
        text=True,
    )
    assert "skipping malformed" not in done.stderr


def test_search_goes_by_the_name_inside(tmp_path):
    toyfont.save(tmp_path / "simsun.ttf", "Something Else")
    with pytest.raises(SealError):
        find_font(directories=[tmp_path])


def test_hei_is_another_style(tmp_path):
    toyfont.save(tmp_path / "simsun.ttf", "SimSun")
    toyfont.save(tmp_path / "simhei.ttf", "SimHei")
    assert find_font(style="hei", directories=[tmp_path]).name.startswith("SimHei")


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_every_system_has_font_directories(monkeypatch, platform):
    monkeypatch.setattr("sys.platform", platform)
    assert font_directories()


def test_no_font_names_the_package(tmp_path):
    with pytest.raises(SealError, match=r"fonts-noto-cjk.*GOVSEAL_FONT") as caught:
        find_font(directories=[tmp_path])
    assert caught.value.code == "E_FONT_MISSING"


def test_named_file_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "nowhere.ttf"))
    with pytest.raises(SealError, match=r"nowhere\.ttf") as caught:
        find_font()
    assert caught.value.code == "E_FONT_MISSING"


def test_named_file_is_a_directory(tmp_path):
    with pytest.raises(SealError) as caught:
        find_font(tmp_path)
    assert caught.value.code == "E_FONT_MISSING"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a font at all",
        b"ttcf\x00\x01\x00\x00\x00\x00\x00\x00",
        b"ttcf\x00\x01\x00\x00\xff\xff\xff\xff" + bytes(64),
        b"\x00\x01\x00\x00\x00\x00" + bytes(64),
        b"OTTO\x00\x05" + b"\xff" * 200,
    ],
)
def test_named_file_is_no_font(tmp_path, content):
    path = tmp_path / "bad.ttf"
    path.write_bytes(content)
    with pytest.raises(FormatError):
        find_font(path)


def test_font_cut_short_is_refused(tmp_path):
    whole = toyfont.save(tmp_path / "whole.ttf").read_bytes()
    for size in range(12, len(whole), 97):
        path = tmp_path / f"cut{size}.ttf"
        path.write_bytes(whole[:size])
        try:
            find_font(path).outline("国")
        except FormatError:
            continue


def test_unknown_style():
    with pytest.raises(ValueError, match="no font style 'kai'"):
        find_font(style="kai")
