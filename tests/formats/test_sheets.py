"""Letters put together line by line, and what a run of them says of itself."""

from __future__ import annotations

import pytest

from govseal.formats.sheets import Letter, TextRun, from_line, onto_line, runs_of

ROOM = Letter("", 0, 0, 0, 0)
BLANK = Letter(" ", 0, 0, 0, 0)


def row(text, x=10.0, y=20.0, *, size=4.0, advance=4.0, turn=0):
    """Letters one behind the other; a blank is as wide as they are."""
    start, line = onto_line((x, y), turn)
    places = [from_line((start + order * advance, line), turn) for order in range(len(text))]
    return [
        BLANK if letter == " " else Letter(letter, *place, advance, size, turn)
        for letter, place in zip(text, places, strict=True)
    ]


def texts(letters):
    return [run.text for run in runs_of(letters)]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_letters_of_a_line_are_one_run(turn):
    (run,) = runs_of(row("盖章处", turn=turn))
    assert run == TextRun("盖章处", 10, 20, 4, pytest.approx((4, 4, 4)), turn)


@pytest.mark.parametrize(
    ("turn", "there"), [(0, (14, 20)), (90, (10, 24)), (180, (6, 20)), (270, (10, 16))]
)
def test_a_turned_line_runs_that_way(turn, there):
    _, second = row("盖章", turn=turn)
    assert (second.x, second.y) == there


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"x": 19}, ["ab", "cd"]),  # a column
        ({"x": 17.9}, ["abcd"]),
        ({"x": 14, "y": 20.3}, ["abcd"]),
        ({"x": 14, "y": 20.5}, ["ab", "cd"]),  # a footnote
        ({"x": 14, "size": 3.3}, ["abcd"]),
        ({"x": 14, "size": 3.0}, ["ab", "cd"]),
        ({"x": 14, "turn": 90}, ["ab", "cd"]),
        ({"x": 2}, ["ab", "cd"]),
        ({"x": 10, "y": 26}, ["ab", "cd"]),
    ],
)
def test_what_goes_on_and_what_does_not(second, expected):
    letters = row("ab", advance=2) + row("cd", **{"advance": 2} | second)
    assert texts(letters) == expected


@pytest.mark.parametrize(
    ("between", "gap", "expected"),
    [
        ([], 1.0, ["abcd"]),
        ([BLANK], 1.0, ["ab cd"]),
        ([BLANK], 0.0, ["ab cd"]),
        ([ROOM], 1.0, ["ab cd"]),
        ([ROOM], 0.2, ["abcd"]),
        ([ROOM, BLANK, ROOM], 0.2, ["ab cd"]),
        ([BLANK, BLANK], 1.0, ["ab cd"]),
        ([BLANK], 9.0, ["ab", "cd"]),
    ],
)
def test_blanks(between, gap, expected):
    letters = [*row("ab", advance=2), *between, *row("cd", 14 + gap, advance=2)]
    assert texts(letters) == expected


def test_a_blank_never_leads_back():
    (run,) = runs_of([*row("a", advance=5), BLANK, *row("b", 12, advance=5)])
    assert (run.text, run.steps_mm) == ("a b", (2, 0, 5))


@pytest.mark.parametrize("letters", [[], [BLANK], [ROOM, BLANK, BLANK]])
def test_nothing_but_blanks_is_no_text(letters):
    assert runs_of(letters) == ()


def test_blanks_at_the_ends_are_left_out():
    assert texts([BLANK, *row("ab"), BLANK]) == ["ab"]


def test_the_parts_of_a_ligature_stand_together():
    pair = [Letter(letter, 10, 20, 3, 4) for letter in "fi"]
    (run,) = runs_of([*pair, *row("nd", 13, advance=2)])
    assert (run.text, run.steps_mm) == ("find", (0, 3, 2, 2))


def test_no_run_is_without_end():
    assert [len(text) for text in texts(row("a" * 450, advance=2))] == [200, 200, 50]


@pytest.mark.parametrize(
    ("text", "advance", "expected"), [("ab", 2, 1), ("ab", 3, 1.5), ("ab", 1, 0.5), ("盖章", 3, 1)]
)
def test_how_wide_a_run_is_set(text, advance, expected):
    (run,) = runs_of(row(text, advance=advance))
    assert run.stretch == expected


def test_a_last_letter_of_unusual_width_stands_apart_from_chinese_ones():
    usual = row("附件") + row("12", 18, advance=2)
    wide = row("附件") + row("12", 18, advance=4)
    assert texts(usual) == ["附件12"]
    assert texts(wide) == ["附件", "12"]
    assert [run.stretch for run in runs_of(wide)] == [1, 2]
    spaced = [*row("附件"), BLANK, *row("12", 19, advance=4)]
    assert texts(spaced) == ["附件", "12"]
