"""An authority whose clock is ahead: where the stamp is of now, its token does not go in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import govseal
from govseal.pki.timestamping import SignerTimestampSource
from govseal.testing import Hierarchy
from time_stamping import NOTE, OFD, PLACE


def now():
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def pki():
    return Hierarchy.create("sm2", at=now())


@pytest.fixture(scope="module")
def seal(pki):
    picture = govseal.draw_seal("测试局", diameter_mm=42)
    return govseal.make_seal(
        pki.maker, name="测试局", picture=picture, signers=[pki.signer.certificate], generation=2025
    )


CALLS = {
    "stamp": lambda seal, signer, terms: govseal.stamp(OFD, seal, signer, PLACE, timestamp=terms),
    "detached": lambda seal, signer, terms: govseal.stamp_detached(
        NOTE, seal, signer, timestamp=terms
    ),
    "many": lambda seal, signer, terms: govseal.stamp_many(
        OFD, [govseal.Stamp(seal, signer, PLACE, timestamp=terms)]
    ),
    "sign": lambda seal, signer, terms: govseal.sign(OFD, signer, timestamp=terms),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("is_bare", [False, True])
def test_a_clock_that_is_ahead(pki, seal, call, is_bare, caplog):
    source = SignerTimestampSource(pki.tsa, clock=lambda: now() + timedelta(days=1))
    terms = govseal.TimestampTerms(source, is_required=True)
    if is_bare:
        assert CALLS[call](seal, pki.signer, source)
        assert "of the future" in caplog.text
        return
    with pytest.raises(govseal.StampError, match="of the future") as refused:
        CALLS[call](seal, pki.signer, terms)
    assert refused.value.code == "timestamp_invalid"


@pytest.mark.parametrize("call", CALLS)
def test_one_that_is_right(pki, seal, call):
    source = SignerTimestampSource(pki.tsa, clock=now)
    assert CALLS[call](seal, pki.signer, govseal.TimestampTerms(source, is_required=True))
