"""Places of a stamp: what may be asked for, what it means in a document, how it is kept."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import govseal
from govseal.errors import StampError
from govseal.formats.places import (
    MOST_PLACES,
    Keyword,
    OnPages,
    Seam,
    check_count,
    chosen,
    is_pages,
    onto,
    pages_in,
    place_from_json,
    place_to_json,
)

PLACES = [
    govseal.Placement(2, 1.5, -0.5),
    OnPages("1-3,last", 10, 20.5),
    Seam(),
    Seam("facing", "2-", 30, 1.5),
    Seam("left", "all", None, 0, 12),
    Keyword("盖章"),
    Keyword("盖章", "last", -3, 4.5, "2-"),
    Keyword("盖章", 7),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all", (1, 2, 3, 4, 5)),
        ("last", (5,)),
        ("3", (3,)),
        ("2-4", (2, 3, 4)),
        ("4-", (4, 5)),
        ("4-last", (4, 5)),
        ("5,1-2,last", (1, 2, 5)),
    ],
)
def test_pages(text, expected):
    assert pages_in(text, 5) == expected


@pytest.mark.parametrize("text", ["6", "1-6", "6-", "2,9"])
def test_pages_that_the_document_does_not_have(text):
    with pytest.raises(StampError) as refused:
        pages_in(text, 5)
    assert refused.value.code == "no_such_page"


def test_a_document_without_pages_has_no_last_one():
    for text in ("all", "last", "1"):
        with pytest.raises(StampError, match="has 0"):
            pages_in(text, 0)


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "0-3", "3-1", "-2", "a", "1,", ",1", "1;2", "1 - 3", "last-", "all-3"),
        *("1-2-3", "１", "1e3", "9999999", "1," * 2000),
    ],
)
def test_texts_that_mean_no_pages(text):
    assert not is_pages(text)
    for make in (
        lambda: OnPages(text, 0, 0),
        lambda: Seam(pages=text),
        lambda: Keyword("x", 1, 0, 0, text),
    ):
        with pytest.raises(ValueError, match="pages"):
            make()


@given(st.text(max_size=12), st.integers(0, 30))
def test_any_text_means_pages_or_is_refused(text, count):
    if not is_pages(text):
        return
    try:
        found = pages_in(text, count)
    except StampError as error:
        assert error.code == "no_such_page"  # noqa: PT017 - either is right
        return
    assert found
    assert set(found) <= set(range(1, count + 1))


@pytest.mark.parametrize(
    "values",
    [
        {"edge": "middle"},
        {"margin_mm": -0.1},
        {"margin_mm": math.nan},
        {"offset_mm": math.inf},
        {"offset_mm": 1e6},
        {"group": 1},
        {"group": 0},
        {"edge": "facing", "group": 2},
    ],
)
def test_seams_that_are_none(values):
    with pytest.raises(ValueError, match=r"edge|seam|group|millimetres"):
        Seam(**values)


@pytest.mark.parametrize(
    "values",
    [
        {"text": ""},
        {"text": " 　\n"},
        {"text": "x" * 201},
        {"text": "x", "occurrence": 0},
        {"text": "x", "occurrence": -1},
        {"text": "x", "occurrence": "first"},
        {"text": "x", "dx_mm": math.nan},
    ],
)
def test_keywords_that_are_none(values):
    with pytest.raises(ValueError, match=r"keyword|occurrence|millimetres"):
        Keyword(**values)


def test_which_occurrence():
    pages = [1, 1, 4]
    assert chosen(Keyword("x"), [3]) == slice(0, 1)
    assert chosen(Keyword("x", 2), pages) == slice(1, 2)
    assert chosen(Keyword("x", "last"), pages) == slice(2, 3)
    assert chosen(Keyword("x", "all"), pages) == slice(0, 3)


@pytest.mark.parametrize(
    ("keyword", "pages", "code", "said"),
    [
        (Keyword("盖章"), [], "keyword_not_found", "no '盖章'"),
        (Keyword("盖章", "all"), [], "keyword_not_found", "no '盖章'"),
        (Keyword("盖章", 4), [1, 1, 4], "keyword_not_found", "3 times"),
        (Keyword("盖章"), [1, 1, 4], "keyword_ambiguous", r"3 times \(pages 1, 4\)"),
        (Keyword("盖章", "all"), [1] * (MOST_PLACES + 1), "too_many_places", "20001"),
    ],
)
def test_occurrences_that_are_refused(keyword, pages, code, said):
    with pytest.raises(StampError, match=said) as refused:
        chosen(keyword, pages)
    assert refused.value.code == code


def test_texts_without_characters_are_told_of():
    with pytest.raises(StampError, match="3 texts have glyph numbers alone"):
        chosen(Keyword("x"), [], unread=3)


def test_the_number_of_places_has_an_end():
    check_count(MOST_PLACES)
    with pytest.raises(StampError) as refused:
        check_count(MOST_PLACES + 1)
    assert refused.value.code == "too_many_places"


@pytest.mark.parametrize(
    ("middle", "expected"), [(50, 30), (5, 0), (98, 60), (20, 0), (80, 60), (0, 0)]
)
def test_a_box_is_moved_into_its_room(middle, expected):
    assert onto(middle, 40, 100) == expected


def test_a_box_too_large_for_its_room_stays_where_it_is():
    assert onto(50, 120, 100) == -10


@pytest.mark.parametrize("place", PLACES, ids=repr)
def test_kept_as_json(place):
    assert place_from_json(json.loads(json.dumps(place_to_json(place)))) == place


@pytest.mark.parametrize(
    "found",
    [
        None,
        "seam",
        [1, 2],
        [1, 2, 3, 4],
        [True, 2, 3],
        [1, "2", 3],
        {},
        {"kind": "seam"},
        {"kind": "elsewhere"},
        {"kind": ["seam"]},
        place_to_json(Seam()) | {"edge": "middle"},
        place_to_json(Seam()) | {"edge": ["right"]},
        place_to_json(Seam()) | {"group": True},
        place_to_json(Seam()) | {"margin_mm": "0"},
        place_to_json(Seam()) | {"margin_mm": None},
        place_to_json(Seam()) | {"more": 1},
        place_to_json(Keyword("x")) | {"occurrence": 1.5},
        place_to_json(Keyword("x")) | {"text": None},
        place_to_json(OnPages("1", 0, 0)) | {"pages": "x"},
    ],
)
def test_json_that_is_no_place(found):
    with pytest.raises((ValueError, TypeError)):
        place_from_json(found)
