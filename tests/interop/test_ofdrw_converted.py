"""PDFs that became OFDs here: ofdrw reads their text, finds words, and accepts our stamps."""

from __future__ import annotations

import pytest

import govseal
import ofd_builder
import pdf_stamping as build
from conversions import AT, texts
from ofdrw_world import Ofdrw, World, assert_everything_passed
from pdf_texts import chinese, latin, pdf

pytestmark = pytest.mark.interop

WORD = "（盖章处）"
SOURCE = pdf(
    chinese("准予行政许可决定书", 60, 250, 22) + latin("Room 501, Unit 2", 30, 190, 12),
    chinese("请在此盖章" + WORD, 60, 120, 16),
    page=f"{build.A4} /Rotate 90",
)


@pytest.fixture(scope="session")
def converted(ofdrw: Ofdrw) -> bytes:
    data = govseal.convert(SOURCE, at=AT)
    (ofdrw.folder / "converted.ofd").write_bytes(data)
    return data


def test_ofdrw_reads_the_text(ofdrw: Ofdrw, converted: bytes) -> None:
    answer = ofdrw.run("text", ofdrw.folder / "converted.ofd")
    assert answer == {"ok": True, "pages": 2, "texts": texts(converted) + texts(converted, 2)}
    assert answer["texts"] == ["准予行政许可决定书", "Room 501, Unit 2", "请在此盖章" + WORD]


def test_ofdrw_finds_a_word_where_we_do(ofdrw: Ofdrw, world: World, converted: bytes) -> None:
    answer = ofdrw.run("find", ofdrw.folder / "converted.ofd", WORD)
    (place,) = answer["places"]
    page, left, top, width, height = map(float, place.split())
    stamped = world.stamp(converted, govseal.Keyword(WORD))
    (shown,) = govseal.inspect(stamped).signatures[0].appearances
    middle = (shown.x_mm + shown.width_mm / 2, shown.y_mm + shown.height_mm / 2)
    assert (shown.page, *middle) == pytest.approx(
        (page, left + width / 2, top + height / 2), abs=1.5
    )


def test_ofdrw_finds_no_word_that_is_not_there(ofdrw: Ofdrw, converted: bytes) -> None:
    assert converted
    answer = ofdrw.run("find", ofdrw.folder / "converted.ofd", "不予许可")
    assert answer == {"ok": True, "places": []}


def test_ofdrw_accepts_our_stamp_on_it(ofdrw: Ofdrw, world: World, converted: bytes) -> None:
    data = world.stamp(converted, govseal.Keyword(WORD))
    assert ofdrw.verify(data) == {"ok": True, "signatures": 1, "kinds": ["v4"]}
    assert_everything_passed(world.verify(data), 1)


def test_we_accept_ofdrws_stamp_on_it(ofdrw: Ofdrw, world: World, converted: bytes) -> None:
    assert converted
    source, target = (ofdrw.folder / name for name in ("converted.ofd", "theirs.ofd"))
    assert ofdrw.run(*world.sign_command(source, target))["ok"]
    assert_everything_passed(world.verify(target.read_bytes()), 1)


def test_a_changed_text_under_a_stamp_is_refused_on_both_sides(
    ofdrw: Ofdrw, world: World, converted: bytes
) -> None:
    data = world.stamp(converted, govseal.Keyword(WORD))
    changed = ofd_builder.edited(data, "Doc_0/Pages/Page_0/Content.xml", "准予", "不予")
    assert "FileIntegrityException" in ofdrw.verify(changed)["error"]
    assert world.verify(changed).verdict.value == "failed"
