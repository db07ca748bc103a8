"""``seal draw``: every shape, every form of file."""

from __future__ import annotations

import pytest

from govseal.cli.pictures import stated_size_mm

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
        (("--dpi", 5), 2, "--dpi"),
        (("--shape", "star"), 2, "--shape 只能取"),
        (("--shape", "oval", "--diameter", 42), 2, "diameter_mm"),
        (("--level", "village"), 2, "--level 没有 village"),
        (("--level", "city"), 1, "E_EMBLEM_MISSING：该级别的印章中央须刊国徽"),
        (("--code", "12A"), 1, "E_SEAL_CODE"),
        (("--emblem", "absent.svg"), 2, "absent.svg：找不到文件"),
        (("--specimen", "--dpi", 600), 2, "--dpi"),
        (("-o", "seal.jpg"), 2, "印模输出为 .svg、.pdf、.png 或 .ofd 文件"),
        (("-o", "absent/seal.png"), 2, "absent/seal.png：找不到文件"),
    ],
)
def test_draw_refusals(ask, empty, words, status, said):
    answer = ask("seal", "draw", "--name", UNIT, "-o", "seal.png", *words)
    assert answer.status == status
    assert said in answer.error
    assert list(empty.iterdir()) == []


def test_refusal_as_json(ask, tmp_path):
    words = ("seal", "draw", "--name", "a b", "-o", tmp_path / "x.png", "--json", "--lang", "en")
    answer = ask(*words)
    assert answer.status == 1
    assert answer.json["code"] == "E_SEAL_NAME"
    assert answer.error.startswith("E_SEAL_NAME: ")
