"""Seals of any content: judged, never a surprise."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binding_desk import open_desk
from govseal.seal.binding import profile_names
from govseal.seal.picture import SealPicture
from govseal.seal.refusals import REFUSALS

NAMES = st.one_of(
    st.text(max_size=300),
    st.text("测试市某局行政审批许可专用章（）()1289 \x00", max_size=60),
    st.builds("赣州市{}局行政审批专用章（{}）".format, st.text(max_size=5), st.integers(-9, 999)),
)
CODES = st.one_of(st.text(max_size=30), st.from_regex(r"[0-9]{14}", fullmatch=True))
MOMENTS = st.one_of(st.none(), st.datetimes(timezones=st.just(UTC)))
PICTURES = st.builds(
    SealPicture,
    st.text(max_size=4),
    st.one_of(st.binary(max_size=60), st.binary(max_size=40).map(b"\x89PNG\r\n\x1a\n".__add__)),
    st.integers(-5, 2**40),
    st.integers(-5, 2**40),
)


@pytest.mark.parametrize("profile", profile_names())
@settings(
    suppress_health_check=[HealthCheck.too_slow],
    deadline=None,
    max_examples=min(60, settings.default.max_examples),
)
@given(
    facts=st.fixed_dictionaries(
        {
            "name": NAMES,
            "es_id": CODES,
            "type": st.integers(-(2**70), 2**70),
            "not_before": MOMENTS,
            "not_after": MOMENTS,
            "made_at": MOMENTS,
            "picture": PICTURES,
            "generation": st.sampled_from([2014, 2020, 2025]),
        }
    ),
    organization=st.text(max_size=40),
)
def test_any_seal_is_judged(profile, facts, organization):
    desk = open_desk(profile)
    certificate = desk.signer
    known = {"unit_name": organization, "picture_words": organization, "region": organization}
    for more in ({}, known):
        found = desk.judge(certificate, facts=facts | more)
        assert all(item.code in REFUSALS and item.clause for item in found)
        assert all(REFUSALS[item.code].reason == item.reason for item in found)
        assert [item.is_unknown for item in found] == sorted(item.is_unknown for item in found)


def test_details_stay_short():
    desk = open_desk("test")
    found = desk.judge(facts={"name": "长" * 100_000})
    assert found
    assert all(len(item.detail) <= 500 for item in found)
