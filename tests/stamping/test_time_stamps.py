"""Stamps with a time stamp of their own: what is made, what is refused, what verification says."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

import govseal
import pdf_stamping
import tokens
from govseal.asn1 import strict, write
from govseal.errors import FetchError, FormatError, GovsealError, SealError, StampError
from govseal.formats.detect import open_detached, open_document
from govseal.formats.ofd.compose import compose_document
from govseal.pki.algorithms import SHA1
from govseal.pki.timestamp import TimestampToken
from govseal.seal.extensions import SealScope
from govseal.stamping.pending import PendingStamp
from govseal.testing import Authority, invented_credit_code, x509

AT = pdf_stamping.AT + 2 * pdf_stamping.HOUR
MINUTE = timedelta(minutes=1)
YEARS = timedelta(days=2 * 366)
PLACE = govseal.Placement(1, 20, 30)
OFD = compose_document([["测试许可证", "准予许可。"]], title="测试许可证")
NOTE = "任意文件\n".encode()
KINDS = {"ofd": (OFD, PLACE), "pdf": (pdf_stamping.pdf(), PLACE), "detached": (NOTE, None)}
# Every container with every kind of key and generation that can have a time stamp.
CASES = [
    *((kind, algorithm, 2020) for kind in KINDS for algorithm in ("sm2", "rsa")),
    *((kind, "sm2", 2025) for kind in KINDS),
]


class Counting:
    """A signer that counts how often its key is used."""

    def __init__(self, signer):
        self.certificate, self.chain, self.algorithm = (
            signer.certificate,
            signer.chain,
            signer.algorithm,
        )
        self.signer, self.messages = signer, []

    def sign(self, message):
        self.messages.append(message)
        return self.signer.sign(message)


class Source:
    """An authority that gives whatever a test wants, and counts who asks."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def timestamp(self, message):
        self.asked.append(message)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer(message) if callable(self.answer) else self.answer


@pytest.fixture(scope="module")
def offices():
    """By algorithm and generation: an office and its seal."""
    found = {}
    for algorithm, year in (("sm2", 2020), ("rsa", 2020), ("sm2", 2025), ("sm2", 2014)):
        office = pdf_stamping.office(algorithm)
        if year != 2020:
            pki = office.pki
            seal = govseal.make_seal(
                pki.maker,
                name=office.seal.name,
                picture=pdf_stamping.FLAG,
                signers=[pki.signer.certificate],
                at=AT - pdf_stamping.HOUR,
                generation=year,
            )
            office = pdf_stamping.Office(pki, seal)
        found[algorithm, year] = office
    return found


@pytest.fixture(scope="module")
def office(offices):
    return offices["sm2", 2020]


def clock(office, minutes=1):
    return tokens.source(office.pki.tsa, AT + minutes * MINUTE)


def stamp(office, kind="ofd", timestamp=None, **changes):
    document, place = KINDS[kind]
    values = {"at": AT, "timestamp": timestamp} | changes
    signer = values.pop("signer", office.pki.signer)
    seal = values.pop("seal", office.seal)
    if place is None:
        return govseal.stamp_detached(document, seal, signer, **values)
    return govseal.stamp(document, seal, signer, place, **values)


def judge(office, kind, stamped, *, after=pdf_stamping.HOUR, **changes):
    values = {"materials": office.pki.materials, "at": AT + after} | changes
    document = KINDS[kind][0]
    if kind == "detached":
        report = govseal.verify(document, office.pki.trust, detached=stamped, **values)
    else:
        report = govseal.verify(stamped, office.pki.trust, **values)
    (found,) = report.signatures
    return found


def token_in(kind, stamped):
    """The token in a stamped document and the octets it is over; None where there is none."""
    document = KINDS[kind][0]
    opened = open_detached(stamped, document) if kind == "detached" else open_document(stamped)
    (found,) = opened.evidence().signatures
    if found.stamp is None:
        held = found.signed_data.signer
        return (held.time_stamps or (None,))[0], held.signature_octets
    return found.stamp.time_stamp, tokens.stored_value(found.stamp.der)


# 往返 · round trips -----------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "algorithm", "year"), CASES)
def test_the_time_of_the_stamp_is_that_of_its_token(offices, kind, algorithm, year):
    office = offices[algorithm, year]
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
def test_the_proof_outlives_certificate_and_seal(offices, kind, algorithm, year):
    office = offices[algorithm, year]
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


def test_a_pdf_may_have_a_token_whatever_its_seal(offices):
    office = offices["sm2", 2014]
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


# 不接受 · refused before anything is signed -------------------------------------------------------


@pytest.mark.parametrize("kind", ["ofd", "detached"])
def test_stamps_of_2014_have_no_place_for_one(offices, kind):
    office, source = offices["sm2", 2014], Source(b"")
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
