"""Time stamps that stamps do not get: from wrong tokens, and where there is no place for one."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_by_hypothesis
from hypothesis import strategies as st

import govseal
import pdf_stamping
import time_stamping
import tokens
from counting import Counting
from govseal.asn1 import write
from govseal.errors import FetchError, FormatError, GovsealError, SealError, StampError
from govseal.pki.algorithms import SHA1
from govseal.pki.pkcs8 import PrivateKey
from govseal.seal.extensions import SealScope
from govseal.stamping.pending import PendingStamp
from govseal.testing import Authority, invented_credit_code, x509
from time_stamping import (
    AT,
    KINDS,
    MINUTE,
    OFD,
    PLACE,
    Source,
    clock,
    judge,
    stamp,
    token_in,
)


@pytest.fixture(scope="module")
def office():
    return time_stamping.office("sm2")


# 取不到时间戳 · no token that can be used ---------------------------------------------------


@pytest.fixture(scope="module")
def stranger():
    return Authority.create("无关的根", at=pdf_stamping.AT)


@pytest.fixture(scope="module")
def given(office):
    """What authorities may give that is no time stamp of this stamp, and the code it gets."""
    tsa, ca = office.pki.tsa, office.pki.signer_ca
    other = tokens.source(tsa, AT).timestamp(b"another value")
    other_value = tokens.token(tsa, b"x", at=AT)

    def spoiled(message):
        made = clock(office).timestamp(message)
        return made[:-1] + bytes([made[-1] ^ 1])

    def of(signer, minutes=1, **changes):
        return lambda message: tokens.token(signer, message, at=AT + minutes * MINUTE, **changes)

    ended = tokens.authority(
        ca, not_before=pdf_stamping.AT, not_after=pdf_stamping.AT + pdf_stamping.HOUR
    )
    rsa, short = pdf_stamping.hierarchy("rsa").signer_ca, PrivateKey.generate("rsa", bits=1024)
    days = 24 * 60
    padding = x509.encode_extension("1.2.3.4", write.octets(bytes(16 * 1024)), is_critical=False)
    large = ca.issue("测试服务", extensions=(padding,))
    return {
        "nobody answers": (FetchError("nobody answers", url="http://tsa"), "timestamp_unavailable"),
        "a broken line": (ConnectionResetError("reset"), "timestamp_unavailable"),
        "a refusal": (
            govseal.errors.TimestampRefused("no", code="bad_algorithm"),
            "timestamp_refused",
        ),
        "no answer to this": (FormatError("another request"), "timestamp_invalid"),
        "nothing": (b"", "timestamp_invalid"),
        "garbage": (b"\x30\x03\x02\x01\x01", "timestamp_invalid"),
        "bytes behind": (lambda m: clock(office).timestamp(m) + b"\0", "timestamp_invalid"),
        "of another value": (other, "timestamp_imprint_mismatch"),
        "of another message": (other_value, "timestamp_imprint_mismatch"),
        "a spoiled signature": (spoiled, "timestamp_invalid"),
        "by a signer": (of(office.pki.signer), "timestamp_invalid"),
        "by one whose purpose is not critical": (
            of(tokens.authority(ca, is_critical=False)),
            "timestamp_invalid",
        ),
        "without its certificate": (of(tsa, certificates=()), "timestamp_invalid"),
        "a broken digest": (
            lambda m: of(tsa, oid=SHA1.oids[0], imprint=SHA1.digest(m))(m),
            "timestamp_invalid",
        ),
        "by one that has expired": (of(ended), "timestamp_invalid"),
        "by a short key": (of(tokens.authority(rsa, key=short)), "timestamp_invalid"),
        "by SM2 below RSA": (of(tokens.authority(rsa, algorithm="sm2")), "timestamp_invalid"),
        "older than the signature": (of(tsa, -6), "timestamp_too_early"),
        "after the seal's end": (of(tsa, 400 * days), "timestamp_invalid"),
        "too large": (
            of(tsa, certificates=(tsa.certificate.der, large.certificate.der)),
            "timestamp_too_large",
        ),
    }


GIVEN = [
    "nobody answers",
    "a broken line",
    "a refusal",
    "no answer to this",
    "nothing",
    "garbage",
    "bytes behind",
    "of another value",
    "of another message",
    "a spoiled signature",
    "by a signer",
    "by one whose purpose is not critical",
    "without its certificate",
    "a broken digest",
    "by one that has expired",
    "by a short key",
    "by SM2 below RSA",
    "older than the signature",
    "after the seal's end",
    "too large",
]


@pytest.mark.parametrize("what", GIVEN)
@pytest.mark.parametrize("kind", KINDS)
def test_it_costs_the_level_and_not_the_stamp(office, given, kind, what):
    answer, code = given[what]
    notices, signer, source = [], Counting(office.pki.signer), Source(answer)
    terms = govseal.TimestampTerms(source, on_notice=notices.append)
    stamped = stamp(office, kind, terms, signer=signer)
    assert [notice.code for notice in notices] == [code]
    assert (len(signer.messages), len(source.asked)) == (1, 1)
    assert token_in(kind, stamped)[0] is None
    found = judge(office, kind, stamped)
    assert (found.verdict.value, found.time_source) == ("passed", "claimed")


@pytest.mark.parametrize("what", GIVEN)
@pytest.mark.parametrize("kind", KINDS)
def test_whoever_insists_gets_no_stamp(office, given, kind, what):
    answer, code = given[what]
    notices = []
    terms = govseal.TimestampTerms(Source(answer), is_required=True, on_notice=notices.append)
    with pytest.raises(StampError, match="nothing was made") as caught:
        stamp(office, kind, terms)
    assert (caught.value.code, notices) == (code, [])


def test_the_table_is_whole(given):
    assert list(given) == GIVEN


def test_roots_that_are_named(office, stranger):
    ours, theirs = office.pki.trust, govseal.TrustStore([stranger.certificate])
    notices = []
    terms = govseal.TimestampTerms(clock(office), tsas=ours, on_notice=notices.append)
    assert judge(office, "ofd", stamp(office, "ofd", terms)).time_source == "timestamp"
    assert notices == []
    stamped = stamp(office, "ofd", replace(terms, tsas=theirs))
    assert token_in("ofd", stamped)[0] is None
    assert [notice.code for notice in notices] == ["timestamp_untrusted"]
    with pytest.raises(StampError) as caught:
        stamp(office, "ofd", replace(terms, tsas=govseal.TrustStore(()), is_required=True))
    assert caught.value.code == "timestamp_untrusted"


def test_a_clock_finds_tokens_of_the_future(office):
    notices = []
    terms = govseal.TimestampTerms(
        clock(office, 30), on_notice=notices.append, clock=lambda: AT + MINUTE
    )
    assert token_in("ofd", stamp(office, "ofd", terms))[0] is None
    assert "future" in notices[0].detail
    assert token_in("ofd", stamp(office, "ofd", replace(terms, clock=lambda: AT + 26 * MINUTE)))[0]


def test_a_token_beyond_the_agreement_of_a_delegated_seal(office):
    pki = office.pki
    scope = SealScope(
        delegator=invented_credit_code("140500"),
        delegate=invented_credit_code("140521"),
        region="140521",
        matters=("MATTER-1",),
        agreement=bytes(32),
        not_before=AT - MINUTE,
        not_after=AT + 10 * MINUTE,
    )
    seal = govseal.make_seal(
        pki.maker,
        name=office.seal.name,
        picture=pdf_stamping.FLAG,
        signers=[pki.signer.certificate],
        at=AT - MINUTE,
        extensions=[scope.encode()],
    )
    for minutes, codes in ((9, []), (11, ["timestamp_invalid"])):
        notices = []
        terms = govseal.TimestampTerms(clock(office, minutes), on_notice=notices.append)
        stamped = stamp(office, "ofd", terms, seal=seal, matter="MATTER-1")
        assert [notice.code for notice in notices] == codes
        assert judge(office, "ofd", stamped, after=9 * MINUTE).verdict.value == "passed"


def test_the_log_tells_whoever_has_no_ear(office, caplog):
    with caplog.at_level(logging.WARNING):
        stamp(office, "ofd", Source(GovsealError("the authority\nis closed")))
    (record,) = caplog.records
    assert record.getMessage() == "made without a time stamp: the authority is closed"


def test_what_an_authority_says_is_cut(office):
    notices = []
    terms = govseal.TimestampTerms(
        Source(GovsealError("\x1b[2J" + "长" * 9999)), on_notice=notices.append
    )
    stamp(office, "ofd", terms)
    assert len(notices[0].detail) <= 400
    assert notices[0].detail.isprintable()


def test_a_source_that_is_broken_is_not_explained_away(office):
    with pytest.raises(ZeroDivisionError):
        stamp(office, "ofd", Source(ZeroDivisionError()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given_by_hypothesis(
    changes=st.lists(st.tuples(st.integers(0, 4095), st.integers(0, 255)), min_size=1, max_size=3)
)
def test_a_changed_token_never_lowers_a_verdict(office, changes):
    def changed(message):
        token = bytearray(clock(office).timestamp(message))
        for place, value in changes:
            token[place % len(token)] = value
        return bytes(token)

    notices = []
    terms = govseal.TimestampTerms(Source(changed), on_notice=notices.append)
    stamped = stamp(office, "detached", terms)
    found = judge(office, "detached", stamped)
    assert found.verdict.value == "passed"
    assert found.time_source == ("claimed" if notices else "timestamp")


# 不接受 · refused before anything is signed -------------------------------------------------------


@pytest.mark.parametrize("kind", ["ofd", "detached"])
def test_stamps_of_2014_have_no_place_for_one(kind):
    office, source = time_stamping.office("sm2", 2014), Source(b"")
    signer = Counting(office.pki.signer)
    with pytest.raises(SealError, match="no place for a time stamp") as caught:
        stamp(office, kind, source, signer=signer)
    assert (caught.value.code, signer.messages, source.asked) == ("E_GENERATION", [], [])
    document, place = KINDS[kind]
    with pytest.raises(SealError):
        govseal.prepare_stamp(
            *(document, office.seal, signer.certificate, place), at=AT, timestamp_bytes=4096
        )


def test_a_stamp_prepared_without_room(office):
    for kind, (document, place) in KINDS.items():
        waiting = govseal.prepare_stamp(
            document, office.seal, office.pki.signer.certificate, place, at=AT
        )
        source = Source(b"")
        with pytest.raises(StampError) as caught:
            waiting.finish(office.pki.signer.sign(waiting.message), timestamp=source)
        assert (caught.value.code, source.asked) == ("no_timestamp_room", []), kind


def test_a_wrong_value_asks_no_authority(office):
    waiting = govseal.prepare_stamp(
        *(OFD, office.seal, office.pki.signer.certificate, PLACE), at=AT, timestamp_bytes=4096
    )
    source = Source(clock(office).timestamp)
    with pytest.raises(govseal.InvalidSignature):
        waiting.finish(office.pki.signer.sign(b"another"), timestamp=source)
    assert source.asked == []


def test_the_room_that_was_kept_is_the_limit(office):
    waiting = govseal.prepare_stamp(
        *(KINDS["pdf"][0], office.seal, office.pki.signer.certificate, PLACE),
        at=AT,
        timestamp_bytes=64,
    )
    value = office.pki.signer.sign(waiting.message)
    notices = []
    terms = govseal.TimestampTerms(clock(office), on_notice=notices.append)
    assert token_in("pdf", waiting.finish(value, timestamp=terms))[0] is None
    assert [notice.code for notice in notices] == ["timestamp_too_large"]
    with pytest.raises(ValueError, match="no room"):
        waiting.prepared.finish(value, clock(office).timestamp(value))


def test_a_token_that_just_fits_and_one_that_does_not():
    office = time_stamping.office("rsa")  # whose tokens are all of one length
    size = len(clock(office).timestamp(b"x"))
    for room, codes in ((size, []), (size - 1, ["timestamp_too_large"])):
        notices = []
        terms = govseal.TimestampTerms(clock(office), on_notice=notices.append, max_bytes=room)
        stamped = stamp(office, "pdf", terms)
        assert [notice.code for notice in notices] == codes
        assert judge(office, "pdf", stamped).verdict.value == "passed"


@pytest.mark.parametrize("room", [-1, 1024 * 1024 + 1])
def test_rooms_that_are_none(office, room):
    with pytest.raises(ValueError, match="1048576"):
        govseal.prepare_stamp(
            *(OFD, office.seal, office.pki.signer.certificate, PLACE), at=AT, timestamp_bytes=room
        )
    with pytest.raises(ValueError, match="1048576"):
        govseal.TimestampTerms(clock(office), max_bytes=room)


def test_whoever_edits_the_room_edits_the_message(office):
    waiting = govseal.prepare_stamp(
        *(KINDS["pdf"][0], office.seal, office.pki.signer.certificate, PLACE),
        at=AT,
        timestamp_bytes=4096,
    )
    kept = waiting.to_json().replace(b'"timestamp_bytes": 4096', b'"timestamp_bytes": 8192')
    with pytest.raises(FormatError, match="prepare the stamp again"):
        PendingStamp.from_json(kept)
