"""``seal draw``: every shape, every form of file."""

from __future__ import annotations

import pytest

from govseal.cli.pictures import stated_size_mm
from govseal.seal.drawing import LEVELS

UNIT = "测试市行政审批服务管理局"


@pytest.mark.parametrize(("suffix", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_draw(ask, tmp_path, suffix, start):
    target = tmp_path / f"seal.{suffix}"
    words = ("--name", UNIT, "--bottom", "行政审批专用章", "--diameter", 45, "--dpi", 100)
    answer = ask("seal", "draw", *words, "-o", target, "--json")
    assert answer.status == 0
    assert answer.json["width_mm"] == answer.json["height_mm"] == 45
    assert target.read_bytes().startswith(start)
    assert stated_size_mm(target.read_bytes()) == (45, 45)


def test_draw_as_pdf(ask, tmp_path):
    answer = ask("seal", "draw", "--name", UNIT, "-o", tmp_path / "seal.PDF", "--json")
    assert answer.status == 0
    assert answer.json["width_mm"] == 42
    assert b"/MediaBox [0 0 119.0551 119.0551]" in (tmp_path / "seal.PDF").read_bytes()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--diameter", 100), 1, "E_SEAL_SIZE：印章尺寸不符合规定"),
        (("--name", "测试 市"), 1, "E_SEAL_NAME：印章名称不符合要求"),
        (("--name", "测" * 120), 1, "E_NAME_TOO_LONG"),
        (("--dpi", 5), 2, "--dpi 应为 72 至 2400"),
        (("--shape", "star"), 2, "--shape 只能取"),
        (("--shape", "oval", "--diameter", 42), 2, "--diameter 不能与 --shape oval 同用"),
        (("--shape", "square", "--bottom", "章"), 2, "--bottom 不能与 --shape square 同用"),
        (("--middle", "1"), 2, "--middle 不能与 --shape round 同用"),
        (("--level", "village"), 2, "--level 没有 village"),
        (("--level", "city"), 1, "E_EMBLEM_MISSING：该级别的印章中央须刊国徽"),
        (("--code", "12A"), 1, "E_SEAL_CODE"),
        (("--emblem", "absent.svg"), 2, "absent.svg：找不到文件"),
        (("--specimen", "--dpi", 600), 2, "--dpi 应为 72 至 150"),
        (("-o", "seal.jpg"), 2, "印模输出为 .svg、.pdf、.png 或 .ofd 文件"),
        (("-o", "absent/seal.png"), 2, "absent/seal.png：找不到文件"),
    ],
)
def test_draw_refusals(ask, empty, words, status, said):
    answer = ask("seal", "draw", "--name", UNIT, "-o", "seal.png", *words)
    assert answer.status == status
    assert said in answer.error
    assert list(empty.iterdir()) == []


def test_options_that_do_not_go_together_in_english(ask, tmp_path):
    words = ("seal", "draw", "--name", UNIT, "-o", tmp_path / "x.png", "--lang", "en")
    answer = ask(*words, "--size-mm", "42,42")
    assert answer.error == "--size-mm does not go with --shape round"
    assert ask(*words, "--dpi", 5).error == "--dpi is 72 to 2400"


def test_refusal_as_json(ask, tmp_path):
    words = ("seal", "draw", "--name", "a b", "-o", tmp_path / "x.png", "--json", "--lang", "en")
    answer = ask(*words)
    assert answer.status == 1
    assert answer.json["code"] == "E_SEAL_NAME"
    assert answer.error.startswith("E_SEAL_NAME: ")


RING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20mm" height="20mm" viewBox="0 0 20 20">'
    '<g fill="#FF0000"><path d="M2 2L18 2L18 18L2 18Z"/></g></svg>'
)


@pytest.fixture
def draw(ask, tmp_path):
    """Runs ``seal draw`` with options by name into a file of that suffix."""

    def call(name=UNIT, suffix="svg", **options):
        call.target = tmp_path / f"drawn.{suffix}"
        words = [w for k, v in options.items() for w in (f"--{k.replace('_', '-')}", v)]
        given = [word for word in words if word is not True]
        return ask("seal", "draw", "--name", name, *given, "-o", call.target, "--json")

    return call


@pytest.mark.parametrize(
    ("options", "size", "text"),
    [
        ({}, (42, 42), UNIT),
        ({"bottom": "行政审批专用章（1）"}, (42, 42), UNIT + "行政审批专用章（1）"),
        ({"diameter": 45}, (45, 45), UNIT),
        ({"code": "1405000000001"}, (42, 42), None),
        ({"shape": "oval"}, (40, 30), UNIT),
        ({"shape": "oval", "size_mm": "45,30", "middle": "91140500TEST00012X"}, (45, 30), None),
        ({"shape": "square", "name": "测试印章"}, (20, 20), "测试印章"),
        ({"shape": "square", "name": "测试印章", "size_mm": "30,20"}, (30, 20), "测试印章"),
        ({"specimen": True}, (25, 25), ""),
    ],
)
def test_each_option_draws(draw, options, size, text):
    answer = draw(**options)
    assert answer.status == 0
    assert answer.json["schema"] == "govseal.drawing/1"
    assert (answer.json["width_mm"], answer.json["height_mm"]) == size
    assert answer.json["file"] == str(draw.target)
    if text is not None:
        assert answer.json["text"] == text
    assert all(value > 0 for value in answer.json["measures"].values())


@pytest.mark.parametrize("level", [level for level in LEVELS.values() if level.centre == "star"])
def test_a_level_fixes_the_size(draw, level):
    answer = draw(level=level.key)
    assert answer.status == 0
    assert answer.json["width_mm"] <= level.most_mm
    answer = draw(level=level.key, diameter=level.most_mm + 1)
    assert (answer.status, answer.json["code"]) == (1, "E_SEAL_SIZE")


def test_an_emblem_takes_the_place_of_the_star(draw, tmp_path):
    emblem = tmp_path / "emblem.svg"
    emblem.write_text(RING)
    assert draw().status == 0
    plain = draw.target.read_bytes()
    assert draw(emblem=emblem).status == 0
    assert draw.target.read_bytes() != plain


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "ofd"])
def test_each_form_of_file(draw, suffix):
    starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "ofd": b"PK"}
    assert draw(suffix=suffix).status == 0
    assert draw.target.read_bytes().startswith(starts[suffix])


def test_nothing_is_said_where_nothing_is_asked(ask, tmp_path):
    answer = ask("seal", "draw", "--name", UNIT, "-o", tmp_path / "seal.svg")
    assert (answer.status, answer.out, answer.err) == (0, "", "")


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"shape": "square", "bottom": "专用章"}, 2, "usage"),
        ({"shape": "oval", "level": "city"}, 2, "usage"),
        ({"shape": "round", "size_mm": "42,42"}, 2, "usage"),
        ({"shape": "round", "middle": "1"}, 2, "usage"),
        ({"size_mm": "42"}, 2, "usage"),
        ({"diameter": "wide"}, 2, "usage"),
        ({"shape": "square", "name": "一"}, 1, "E_SEAL_NAME"),
        ({"shape": "oval", "size_mm": "500,2"}, 1, "E_SEAL_SIZE"),
        ({"bottom": "专 用 章"}, 1, "E_SEAL_NAME"),
        ({"emblem": "{note}"}, 1, "E_EMBLEM"),
        ({"font": "{note}"}, 2, "malformed"),
        ({"font": "absent.ttf"}, 1, "E_FONT_MISSING"),
        ({"name": "测试市\U0002b740局"}, 1, "E_GLYPH_MISSING"),
        ({"dpi": 5, "suffix": "png"}, 2, "usage"),
        ({"specimen": True, "dpi": 300, "suffix": "png"}, 2, "usage"),
    ],
)
def test_further_refusals(draw, tmp_path, options, status, code):
    note = tmp_path / "note.txt"
    note.write_text("nothing")
    given = {k: str(note) if v == "{note}" else v for k, v in options.items()}
    answer = draw(**given)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert not draw.target.exists()


def test_a_wrong_level_lists_those_that_are(ask, tmp_path):
    words = ("seal", "draw", "--name", UNIT, "--level", "village", "-o", tmp_path / "seal.svg")
    chinese = ask(*words).hint
    assert chinese.startswith("取值：state_council 国务院；")
    assert all(f"{key} {level.zh}" in chinese for key, level in LEVELS.items())
    answer = ask(*words, "--lang", "en")
    assert answer.error == "--level: there is no village"
    assert all(f"{key} {level.en}" in answer.hint for key, level in LEVELS.items())


@pytest.mark.parametrize("option", ["--emblem", "--font"])
def test_the_drawing_replaces_no_input(ask, tmp_path, option):
    source = tmp_path / "source.svg"
    source.write_text(RING)
    answer = ask("seal", "draw", "--name", UNIT, option, source, "-o", source)
    assert answer.status == 2
    assert answer.error.startswith("输出会覆盖输入")
    assert source.read_text() == RING
