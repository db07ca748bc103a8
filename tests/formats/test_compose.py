"""A plain letter as OFD: it reads back, and every character stands where it should."""

from __future__ import annotations

import re
from datetime import date

import pytest

from govseal.formats.ofd.compose import compose_document
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.outline import Box

TITLE = "准予行政许可决定书"
LETTER = [
    "测试市某某有限公司：",
    "你单位提交的行政许可申请（受理号：2026-000123）收悉。经审查，符合法定条件，决定准予行政许可。"
    * 2,
]
CLOSING = ("测试市行政审批服务管理局", "2026年6月1日")
LINE = re.compile(
    r'Boundary="([\d. ]+)" Size="([\d.]+)".*?<ofd:TextCode X="0" Y="[\d.]+"'
    r'(?: DeltaX="([^"]+)")?>([^<]+)<'
)


def letter(**changes):
    values = {"title": TITLE, "closing": CLOSING, "created": date(2026, 6, 1)}
    return compose_document(changes.pop("pages", [LETTER]), **values | changes)


def lines(data, number=0):
    content = OfdDocument(data).package.read(f"Doc_0/Pages/Page_{number}/Content.xml").decode()
    return [
        (tuple(map(float, box.split())), float(size), delta, text)
        for box, size, delta, text in LINE.findall(content)
    ]


def expanded(delta):
    """DeltaX without its ``g count value`` short form."""
    words = delta.split()
    while "g" in words:
        at = words.index("g")
        words[at : at + 3] = [words[at + 2]] * int(words[at + 1])
    return [float(word) for word in words]


def test_a_letter_reads_back():
    document = OfdDocument(letter(pages=[LETTER, ["附件一。"]]))
    evidence = document.evidence()
    assert (evidence.problem, evidence.pages, evidence.signatures) == (None, 2, ())
    assert document.page_box(document.pages[0]) == Box(0, 0, 210, 297)
    assert "宋体" in document.package.read("Doc_0/PublicRes.xml").decode()


def test_every_word_is_on_the_page():
    text = "".join(line[3] for line in lines(letter()))
    assert text == TITLE + "".join(LETTER) + "".join(CLOSING)


def test_lines_stay_inside_the_margins_and_below_each_other():
    rows = lines(letter())
    tops = [box[1] for box, *_ in rows]
    assert tops == sorted(set(tops))
    for (x, y, width, height), size, _, text in rows:
        assert x >= 28
        assert y + height <= 297 - 35
        assert x + width <= 28 + 156 + (size if text[-1] in "，。）：" else 0) + 0.01


def test_every_character_is_placed():
    for (_, _, width, _), size, delta, text in lines(letter()):
        steps = expanded(delta)
        assert len(steps) == len(text) - 1
        for step, character in zip(steps, text, strict=False):
            assert step == pytest.approx(size if ord(character) > 0x2000 else size / 2, abs=0.001)
        assert sum(steps) < width


def test_no_line_starts_with_closing_punctuation():
    assert not [text for *_, text in lines(letter()) if text[0] in "，。；：、！？）》"]


def test_numbers_are_not_broken():
    assert any("2026-000123" in text for *_, text in lines(letter()))


def test_a_word_longer_than_a_line_is_broken():
    found = [text for *_, text in lines(letter(pages=[["x" * 200]]))]
    assert "".join(found[1:-2]) == "x" * 200


def test_a_single_character_needs_no_distances():
    assert [line[2:] for line in lines(letter(pages=[["一"]], title="", closing=()))] == [
        ("", "一")
    ]


def test_ids_are_unique_and_the_highest_is_stated():
    package = OfdDocument(letter(pages=[LETTER, LETTER])).package
    names = [name for name in package.names if name != "OFD.xml"]
    text = "".join(package.read(name).decode() for name in names)
    ids = [int(number) for number in re.findall(r' ID="(\d+)"', text)]
    assert len(ids) == len(set(ids))
    assert f"<ofd:MaxUnitID>{max(ids)}</ofd:MaxUnitID>" in text


def test_the_same_letter_gives_the_same_bytes():
    assert letter() == letter()
    assert letter() != letter(title="不予行政许可决定书")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pages": []}, "at least one page"),
        ({"pages": [["很长" * 400]]}, "page 1"),
        ({"pages": [[], ["一"] * 23], "closing": ()}, "page 2"),
        ({"title": "a\0b"}, "control"),
        ({"pages": [["第一行\n第二行"]]}, "control"),
        ({"closing": ("\ud800",)}, "control"),
    ],
)
def test_what_does_not_fit_is_the_callers_mistake(changes, reason):
    with pytest.raises(ValueError, match=reason):
        letter(**changes)
