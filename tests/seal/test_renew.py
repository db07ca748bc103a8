"""Renewing: the seal stays what it is, the window is kept, and nothing doubtful is signed anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ses_builder as build
import tokens
from govseal.asn1 import write
from govseal.errors import FormatError, GovsealError, SealError, SigningFault
from govseal.pki.algorithms import signature_algorithm
from govseal.seal import codec
from govseal.seal.make import make_seal
from govseal.seal.model import Extension
from govseal.seal.picture import SealPicture
from govseal.seal.profiles import GENERATIONS
from govseal.seal.renew import renew_seal
from govseal.testing import Hierarchy

DAY = timedelta(days=1)
BEIJING_NIGHT = timedelta(hours=8)
AT = datetime(2026, 1, 10, 2, tzinfo=UTC)
END = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)  # the last second of the year in Beijing
IN_TIME = datetime(2026, 12, 10, 1, tzinfo=UTC)
YEARS = (2014, 2020, 2025)
PICTURE = SealPicture("png", bytes.fromhex("89504e470d0a1a0a") + bytes(range(64)), 42, 30)
NOTE = Extension("1.2.156.10197.6.7.2.2.1", b"\x30\x00", critical=True)


@pytest.fixture(scope="module")
def pki():
    return Hierarchy.create("sm2", at=AT)


@pytest.fixture(scope="module")
def successor(pki):
    """The signer with a new certificate, valid for a year from December."""
    return pki.signer_ca.issue(
        "99000000000001", not_before=IN_TIME - 20 * DAY, not_after=IN_TIME + 365 * DAY
    )


@pytest.fixture(scope="module")
def old(pki):
    """Seals of each generation, for the whole year."""
    return {year: seal_of(pki, year) for year in YEARS}


def seal_of(pki, year=2020, **changes):
    values = {
        "name": "测试市行政审批服务管理局行政审批专用章",
        "picture": PICTURE,
        "signers": [pki.signer.certificate],
        "at": AT,
        "es_id": "99000000000001",
        "seal_type": 2,
        "not_after": END,
        "extensions": [NOTE],
        "generation": year,
    }
    return make_seal(pki.maker, **(values | changes))


def renew(pki, seal, successor, **changes):
    values = {"signers": [successor.certificate], "at": IN_TIME}
    return renew_seal(seal, changes.pop("maker", pki.maker), **(values | changes))


def refused(code, *arguments, **changes):
    with pytest.raises(SealError) as caught:
        renew(*arguments, **changes)
    assert caught.value.code == code
    return str(caught.value)


# -------------------------------------------------------------------------------- what stays


@pytest.mark.req("R-JC29S-08b")
@pytest.mark.parametrize("year", YEARS)
def test_all_but_certificates_and_period_stays(pki, old, successor, year):
    seal = renew(pki, old[year], successor)
    before, after = old[year].properties, seal.properties
    assert seal.generation is old[year].generation
    assert (seal.es_id, seal.picture, seal.extensions) == ("99000000000001", PICTURE, (NOTE,))
    assert (after.name, after.type) == (before.name, before.type)
    assert after.signers.certificates == (successor.certificate.der,)
    assert after.create_date.moment == after.not_before.moment == IN_TIME
    assert after.not_after.moment == successor.certificate.not_after
    assert seal.der != old[year].der
    pki.maker.certificate.public_key.verify(
        seal.signature, seal.signed, signature_algorithm(seal.algorithm)
    )


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        ({"type": "SVG", "data": b"<svg><script/></svg>", "width": 42, "height": 42}, "script"),
        ({"type": "png", "data": PICTURE.data, "width": 0, "height": 42}, "1 to 500 mm"),
        ({"type": "png", "data": PICTURE.data, "width": 42, "height": 1 << 200}, "1 to 500 mm"),
    ],
)
def test_a_foreign_picture_that_no_seal_should_carry_is_not_signed_anew(
    pki, successor, picture, reason
):
    generation, algorithm = GENERATIONS[2020], pki.maker.algorithm.oid
    info = build.info(picture=picture)
    signing = {"certificate": pki.maker.certificate.der, "algorithm": algorithm}
    value = pki.maker.sign(codec.seal_signed(generation, info, **signing))
    seal = codec.decode_seal(codec.encode_seal(generation, info, signature=value, **signing))
    with pytest.raises(FormatError, match=reason):
        renew(pki, seal, successor, window_days=None)


def test_a_period_may_be_given(pki, old, successor):
    start = END + timedelta(seconds=1)
    seal = renew(pki, old[2020], successor, not_before=start, not_after=END + 90 * DAY)
    assert seal.properties.not_before.moment == start
    assert seal.properties.not_after.moment == END + 90 * DAY


@pytest.mark.parametrize(("year", "later"), [(2014, 2020), (2014, 2025), (2020, 2025)])
def test_the_generation_may_be_raised(pki, old, successor, year, later):
    seal = renew(pki, old[year], successor, generation=later)
    assert seal.generation is GENERATIONS[later]
    assert (seal.picture, seal.extensions) == (PICTURE, (NOTE,))
    assert seal.properties.type == old[year].properties.type


def test_the_list_keeps_its_form(pki, successor):
    listed = seal_of(pki, signer_list="digests")
    assert renew(pki, listed, successor).properties.signers.digests
    changed = renew(pki, listed, successor, signer_list="certificates")
    assert changed.properties.signers.certificates == (successor.certificate.der,)


def test_a_time_stamp_is_made_new_or_not_at_all(pki, successor):
    source = tokens.source(pki.tsa, AT)
    stamped = seal_of(pki, 2025, timestamp=source)
    assert renew(pki, stamped, successor).time_stamp is None
    renewed = renew(pki, stamped, successor, timestamp=source)
    assert renewed.time_stamp not in (None, stamped.time_stamp)


def test_another_maker_may_renew(pki, old, successor):
    maker = pki.maker_ca.issue("测试制章二", not_after=END + 900 * DAY)
    seal = renew(pki, old[2020], successor, maker=maker)
    assert seal.maker_certificate == maker.certificate.der


# -------------------------------------------------------------------------------- the window


@pytest.mark.req("R-JC29S-08b")
@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 30, 16, tzinfo=UTC),  # 1 December begins in Beijing
        datetime(2026, 12, 1, 1, tzinfo=UTC),
        END,
    ],
)
def test_the_window_is_open(pki, old, successor, at):
    assert renew(pki, old[2020], successor, at=at).properties.create_date.moment == at


@pytest.mark.req("R-JC29S-08b")
@pytest.mark.parametrize(
    ("at", "code"),
    [
        (datetime(2026, 11, 30, 1, tzinfo=UTC), "E_TOO_EARLY"),
        (datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC), "E_TOO_EARLY"),
        (END + timedelta(seconds=1), "E_EXPIRED"),
        (datetime(2027, 1, 1, 1, tzinfo=UTC), "E_EXPIRED"),
    ],
)
def test_outside_the_window_nothing_is_renewed(pki, old, successor, at, code):
    refused(code, pki, old[2020], successor, at=at)


@pytest.mark.parametrize("days", [0, 60])
def test_the_window_may_be_another(pki, old, successor, days):
    first = datetime(2026, 12, 31, tzinfo=UTC) - days * DAY - BEIJING_NIGHT
    signers = [pki.signer_ca.issue("9", not_after=END + 90 * DAY).certificate]
    renew(pki, old[2020], successor, at=first, window_days=days, signers=signers)
    early = first - timedelta(seconds=1)
    refused("E_TOO_EARLY", pki, old[2020], successor, at=early, window_days=days, signers=signers)


def test_without_a_window_a_seal_is_made_again_early_or_late(pki, old):
    """A compromised key, a lost carrier, a seal that has run out."""
    early = AT + 2 * DAY
    fresh = pki.signer_ca.issue("99000000000001", not_after=END + DAY)
    assert renew(pki, old[2020], fresh, at=early, window_days=None)
    late = END + 5 * DAY
    later = pki.signer_ca.issue("99000000000001", not_after=late + 365 * DAY)
    assert renew(pki, old[2020], later, at=late, window_days=None).es_id == old[2020].es_id


# -------------------------------------------------------------------------------- what is refused


def test_a_new_period_does_not_end_before_the_old_one(pki, old, successor):
    message = refused("E_VALIDITY_MISMATCH", pki, old[2020], successor, not_after=END - DAY)
    assert "2026-12-31" in message
    short = pki.signer_ca.issue("99000000000001", not_after=END - DAY)
    refused("E_VALIDITY_MISMATCH", pki, old[2020], short)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"generation": 2014}, "E_GENERATION"),
        ({"generation": 2020, "timestamp": object()}, "E_GENERATION"),
        ({"signers": []}, "E_NO_CERT"),
    ],
)
def test_renewals_that_are_refused(pki, old, successor, changes, code):
    refused(code, pki, old[2020], successor, **changes)


def test_certificates_are_asked_as_for_any_seal(pki, old, successor):
    refused("E_EXPIRED", pki, old[2020], successor, signers=[expired(pki)], not_after=END)
    usage = pki.signer_ca.issue("9", key_usage=("key_agreement",), not_after=END + DAY)
    refused("E_KEY_USAGE", pki, old[2020], successor, signers=[usage.certificate])
    maker = pki.maker_ca.issue("测试制章三", not_after=AT + DAY)
    refused("E_EXPIRED", pki, old[2020], successor, maker=maker)


def expired(pki):
    return pki.signer_ca.issue("9", not_after=IN_TIME - DAY).certificate


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    "change",
    [("行政审批专用章".encode(), "行政复议专用章".encode()), (bytes(range(64)), bytes(64))],
    ids=["name", "picture"],
)
def test_a_seal_that_its_maker_did_not_sign(pki, old, successor, year, change):
    forged = codec.decode_seal(old[year].der.replace(*change, 1))
    refused("E_SEAL_INVALID", pki, forged, successor)


def test_a_seal_whose_maker_certificate_is_none(pki, successor):
    seal = codec.decode_seal(build.seal(not_after=END))
    refused("E_SEAL_INVALID", pki, seal, successor)


def test_a_seal_that_needs_indulgence(pki, successor):
    padded = codec.decode_seal(build.seal(not_after=END, name="测试章\x00"))
    assert "quirk_q11" in refused("E_SEAL_FORM", pki, padded, successor)
    raw = codec.decode_seal(build.seal(not_after=END, signature=build.RAW_VALUE))
    assert "quirk_q4" in refused("E_SEAL_FORM", pki, raw, successor)


def test_a_seal_with_an_identifier_that_is_none(pki, successor):
    rows = write.sequence(write.sequence(write.element(0x06, b"tag\x80"), write.octets(b"1")))
    seal = codec.decode_seal(build.seal(not_after=END, extensions=rows))
    assert "identifier" in refused("E_SEAL_FORM", pki, seal, successor)


@pytest.mark.parametrize(("year", "oid"), [(2014, "1.2.840.113549.1.1.5"), (2020, "1.2.3")])
def test_a_signature_that_proves_nothing_is_not_made_respectable(pki, successor, year, oid):
    """RSA with SHA-1, and an algorithm that nobody knows."""
    table, info = GENERATIONS[year], build.info(year, not_after=END)
    der = codec.encode_seal(table, info, certificate=b"m", algorithm=oid, signature=bytes(256))
    refused("E_ALGORITHM", pki, codec.decode_seal(der), successor)


def test_a_type_that_2014_does_not_know_stays_out(pki, successor):
    maker = pki.maker
    info = build.info(2014, not_after=END)
    message = codec.seal_signed(
        GENERATIONS[2014], info, certificate=maker.certificate.der, algorithm=build.SM2_SM3
    )
    seal = codec.decode_seal(
        codec.encode_seal(
            GENERATIONS[2014],
            info,
            certificate=maker.certificate.der,
            algorithm=build.SM2_SM3,
            signature=maker.sign(message),
        )
    )
    assert seal.properties.type == 6
    refused("E_SEAL_TYPE", pki, seal, successor)
    assert renew(pki, seal, successor, generation=2020).properties.type == 6


def test_a_faulty_maker_gives_no_seal(pki, old, successor):
    class Faulty:
        certificate, algorithm, chain = pki.maker.certificate, pki.maker.algorithm, ()

        def sign(self, message):
            return pki.maker.sign(message + b"\x00")

    with pytest.raises(SigningFault):
        renew(pki, old[2020], successor, maker=Faulty())


@pytest.mark.parametrize("name", ["at", "not_before", "not_after"])
@pytest.mark.parametrize("window", [None, 30])
def test_a_time_without_zone_is_the_callers_mistake(pki, old, successor, name, window):
    naive = datetime(2027, 6, 1)  # noqa: DTZ001 - the mistake under test
    with pytest.raises(ValueError, match="time zone"):
        renew(pki, old[2020], successor, window_days=window, **{name: naive})


def test_a_generation_that_is_none_is_the_callers_mistake(pki, old, successor):
    with pytest.raises(ValueError, match="generation is one of"):
        renew(pki, old[2020], successor, generation=2026)


@given(st.data())
def test_hostile_seals_are_refused_or_renewed_as_their_maker_signed_them(pki, old, successor, data):
    original = old[data.draw(st.sampled_from(YEARS))]
    bent = bytearray(original.der)
    for _ in range(data.draw(st.integers(1, 3))):
        bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    try:
        seal = codec.decode_seal(bytes(bent))
        renewed = renew(pki, seal, successor)
    except GovsealError:
        return
    # what the maker's signature leaves open (his certificate, in 2020) does not travel on
    assert seal.signed == original.signed
    assert (renewed.name, renewed.picture) == (original.name, original.picture)
    assert renewed.extensions == original.extensions
