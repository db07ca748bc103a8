"""Times as products write them (Q8), and texts that name no moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal.asn1 import strict, times, write
from govseal.errors import EncodingError

NOON = datetime(2021, 5, 19, 12, 0, 0, tzinfo=UTC)
GENERALIZED, UTC_TAG = strict.GENERALIZED_TIME, strict.UTC_TIME


def read(tag, text, wanted=GENERALIZED):
    tolerances = strict.Tolerances()
    element = strict.parse(write.element(tag, text.encode()))
    return times.read_time(element, "time", tolerances, tag=wanted), tolerances.items


@pytest.mark.parametrize(
    ("tag", "text", "wanted"),
    [(GENERALIZED, "20210519120000Z", GENERALIZED), (UTC_TAG, "210519120000Z", UTC_TAG)],
)
def test_the_standard_form_needs_no_tolerance(tag, text, wanted):
    instant, tolerances = read(tag, text, wanted)
    assert (instant.text, instant.moment) == (text, NOON)
    assert not tolerances


@pytest.mark.parametrize(
    ("tag", "text", "wanted"),
    [
        (GENERALIZED, "20210519200000", GENERALIZED),
        (GENERALIZED, "210519120000Z", GENERALIZED),
        (GENERALIZED, "20210519120000.763Z", GENERALIZED),
        (GENERALIZED, "20210519200000+0800", GENERALIZED),
        (UTC_TAG, "210519120000Z", GENERALIZED),
        (GENERALIZED, "20210519120000Z", UTC_TAG),
    ],
    ids=["no zone", "twelve digits", "fraction", "offset", "UTCTime", "GeneralizedTime"],
)
def test_q8_is_read_and_noted(tag, text, wanted):
    instant, tolerances = read(tag, text, wanted)
    assert instant.moment == NOON
    assert [item.code for item in tolerances] == ["quirk_q8"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Z",
        "2021",
        "20211319120000Z",
        "20210519250000Z",
        "20210519120000ZZ",
        "２０２１0519120000Z",
    ],
)
def test_texts_that_name_no_moment(text):
    with pytest.raises(EncodingError, match="not a time"):
        read(GENERALIZED, text)


def test_another_type_is_no_time():
    with pytest.raises(EncodingError, match="expected tag"):
        read(strict.IA5_STRING, "20210519120000Z")


@pytest.mark.parametrize(
    "text",
    [
        "2021-05-19 20:00:00",
        "2021/5/19 20:00:00",
        "20210519120000Z",
        "210519120000Z",
        "1621425600",
        "2021-05-19T12:00:00.376Z",
        "\x00" + "2021-05-19 20:00:00",
    ],
)
def test_the_free_text_of_2014_stamps(text):
    assert times.read_free_time(text.encode()).moment == NOON


@pytest.mark.parametrize("text", ["", "yesterday", "2021-13-19 20:00:00", "99999999999999Z", "0"])
def test_free_text_without_a_moment(text):
    assert times.read_free_time(text.encode()).moment is None


@given(st.binary(max_size=40))
def test_free_text_never_raises(data):
    times.read_free_time(data)
