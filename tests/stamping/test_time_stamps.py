"""Stamps with a time stamp of their own: what is made, and what verification says of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

import govseal
import pdf_stamping
import time_stamping
import tokens
from counting import Counting
from govseal.asn1 import strict, write
from govseal.errors import StampError
from govseal.formats.detect import open_document
from govseal.pki.timestamp import TimestampToken
from govseal.stamping.pending import PendingStamp
from time_stamping import (
    AT,
    KINDS,
    MINUTE,
    NOTE,
    OFD,
    PLACE,
    YEARS,
    Source,
    clock,
    judge,
    stamp,
    token_in,
)

# Every container with every kind of key and generation that can have a time stamp.
CASES = [
    *((kind, algorithm, 2020) for kind in KINDS for algorithm in ("sm2", "rsa")),
    *((kind, "sm2", 2025) for kind in KINDS),
]


@pytest.fixture(scope="module")
def office():
    return time_stamping.office("sm2")


# 往返 · round trips -----------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "algorithm", "year"), CASES)
def test_the_time_of_the_stamp_is_that_of_its_token(kind, algorithm, year):
    office = time_stamping.office(algorithm, year)
    signer = Counting(office.pki.signer)
    stamped = stamp(office, kind, clock(office, 3), signer=signer)
    found = judge(office, kind, stamped)
    assert (found.verdict.value, found.reasons) == ("passed", ())
    assert found.check("timestamp").outcome.value == "passed"
    assert (found.time_source, found.signed_at) == ("timestamp", AT + 3 * MINUTE)
    assert len(signer.messages) == 1
    token, value = token_in(kind, stamped)
    assert TimestampToken.from_der(token).info.imprint.digest == (
        office.pki.tsa.algorithm.digest.digest(value)
    )


@pytest.mark.parametrize(("kind", "algorithm", "year"), CASES)
def test_the_proof_outlives_certificate_and_seal(kind, algorithm, year):
    office = time_stamping.office(algorithm, year)
    # Lists that were current when it was stamped are all that there is.
    proved = judge(office, kind, stamp(office, kind, clock(office)), after=YEARS)
    assert (proved.verdict.value, proved.time_source) == ("passed", "timestamp")
    assert "expired_after_signing" in proved.notices
    claimed = judge(office, kind, stamp(office, kind), after=YEARS)
    assert claimed.verdict.value == "indeterminate"
    assert "no_proof_of_time" in claimed.reasons


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_elsewhere_and_the_token_at_the_end(office, kind):
    document, place = KINDS[kind]
    certificate, source = office.pki.signer.certificate, Source(clock(office).timestamp)
    waiting = govseal.prepare_stamp(
        document, office.seal, certificate, place, at=AT, timestamp_bytes=8192
    )
    waiting = PendingStamp.from_json(waiting.to_json())
    assert source.asked == []
    value = office.pki.signer.sign(waiting.message)
    found = judge(office, kind, waiting.finish(value, timestamp=source))
    assert (found.verdict.value, found.time_source) == ("passed", "timestamp")
    assert source.asked == [value]
    without = judge(office, kind, waiting.finish(value))
    assert (without.verdict.value, without.time_source) == ("passed", "claimed")


def test_several_places_make_one_signature_and_one_token(office):
    places = [PLACE, govseal.Placement(1, 100, 100)]
    source = Source(clock(office).timestamp)
    signed = govseal.stamp(OFD, office.seal, office.pki.signer, places, at=AT, timestamp=source)
    assert judge(office, "ofd", signed).time_source == "timestamp"
    assert len(source.asked) == 1


@pytest.mark.parametrize("kind", ["ofd", "pdf"])
def test_later_stamps_leave_the_time_of_earlier_ones(office, kind):
    first = stamp(office, kind, clock(office, 1))
    place = govseal.Placement(1, 100, 100)
    values = {"at": AT + 5 * MINUTE, "timestamp": clock(office, 6)}
    both = govseal.stamp(first, office.seal, office.pki.signer, place, **values)
    pki = office.pki
    report = govseal.verify(both, pki.trust, materials=pki.materials, at=AT + pdf_stamping.HOUR)
    found = [(item.verdict.value, item.signed_at - AT) for item in report.signatures]
    assert found == [("passed", MINUTE), ("passed", 6 * MINUTE)]


def test_a_pdf_may_have_a_token_whatever_its_seal():
    office = time_stamping.office("sm2", 2014)
    found = judge(office, "pdf", stamp(office, "pdf", clock(office)))
    assert (found.verdict.value, found.time_source) == ("passed", "timestamp")


def test_the_same_request_makes_the_same_room(office):
    with_room = [
        govseal.prepare_stamp(
            *(KINDS["pdf"][0], office.seal, office.pki.signer.certificate, PLACE),
            at=AT,
            timestamp_bytes=room,
        )
        for room in (0, 4096, 4096)
    ]
    value = [office.pki.signer.sign(waiting.message) for waiting in with_room]
    files = [waiting.finish(value[1 if place else 0]) for place, waiting in enumerate(with_room)]
    assert files[1] == files[2]
    assert len(files[1]) - len(files[0]) > 2 * 4096


def test_signed_data_has_it_on_the_same_terms(office, caplog):
    made = govseal.make_signed_data(NOTE, office.pki.signer, timestamp=clock(office))
    assert open_document(made).evidence().signatures[0].signed_data.signer.time_stamps
    notices = []
    terms = govseal.TimestampTerms(Source(b""), on_notice=notices.append)
    without = govseal.make_signed_data(NOTE, office.pki.signer, timestamp=terms)
    assert open_document(without).evidence().signatures[0].signed_data.signer.time_stamps == ()
    assert [notice.code for notice in notices] == ["timestamp_invalid"]
    with pytest.raises(StampError):
        govseal.make_signed_data(
            NOTE, office.pki.signer, timestamp=replace(terms, is_required=True)
        )


# 证明不了时间的 · tokens that others put in -------------------------------------------


def test_a_token_moved_to_another_stamp_fails_there(office):
    token, _ = token_in("detached", stamp(office, "detached", clock(office)))
    other = tokens.with_token(stamp(office, "detached"), token)
    found = judge(office, "detached", other)
    assert (found.verdict.value, found.reasons) == ("failed", ("timestamp_imprint_mismatch",))


def test_a_token_that_is_cut_out_leaves_the_claimed_time(office):
    stamped = stamp(office, "detached", clock(office))
    bare = govseal.inspect(stamped).signatures[0].stamp.der
    fields = [item.raw for item in strict.parse(bare).children()]
    assert len(fields) == 5
    rest = write.sequence(*fields[:4])
    found = judge(office, "detached", rest)
    assert (found.verdict.value, found.time_source) == ("passed", "claimed")
    assert "no_proof_of_time" in judge(office, "detached", rest, after=YEARS).reasons
