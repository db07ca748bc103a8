"""Seals made in three generations: what each holds, and what it has no place for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tokens
from govseal.asn1 import strict, write
from govseal.asn1.strict import SEQUENCE
from govseal.errors import (
    GovsealError,
    InvalidSignature,
    LimitExceeded,
    SealError,
    SigningFault,
    UnsupportedFormat,
)
from govseal.pki.algorithms import (
    ECDSA_SHA256,
    SignatureAlgorithm,
    digest_algorithm,
    signature_algorithm,
)
from govseal.seal import codec
from govseal.seal.make import VENDOR_ID, make_seal
from govseal.seal.model import CertificateDigest, Extension
from govseal.seal.picture import SPECIMEN_MARK, SealPicture
from govseal.seal.profiles import GENERATIONS
from govseal.seal.sign import lists, sign_seal
from govseal.testing import Authority, Hierarchy, x509

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
FOR_TIME_STAMPS = x509.extended_key_usage_extension(("time_stamping",), is_critical=True)
DAY = timedelta(days=1)
YEARS = (2014, 2020, 2025)
PICTURE = SealPicture("PNG", bytes.fromhex("89504e470d0a1a0a"), 42, 42)
NAME = "测试市行政审批服务管理局行政审批专用章"
NOTE = Extension("2.25.16117021064366053199187950425252085134.3", b"\x0c\x01a")
TSA = tokens.source(Hierarchy.create("sm2", at=AT).tsa, AT)
OTHER = TSA.timestamp(b"another value")
MADE = [(2014, "sm2"), (2014, "rsa"), (2020, "sm2"), (2020, "rsa"), (2025, "sm2")]


@pytest.fixture(scope="module")
def hierarchies():
    return {kind: Hierarchy.create(kind, at=AT) for kind in ("sm2", "rsa")}


@pytest.fixture(scope="module")
def pki(hierarchies):
    return hierarchies["sm2"]


def make(pki, **changes):
    values = {"name": NAME, "picture": PICTURE, "signers": [pki.signer.certificate], "at": AT}
    return make_seal(changes.pop("maker", pki.maker), **(values | changes))


def sign(pki, seal, **changes):
    values = {"data_digest": bytes(32), "property_info": "/Signature.xml", "at": AT + DAY}
    return sign_seal(seal, changes.pop("signer", pki.signer), **(values | changes))


def refused(code, call, *arguments, **changes):
    with pytest.raises(SealError) as caught:
        call(*arguments, **changes)
    assert caught.value.code == code
    return str(caught.value)


class Stamper:
    """A source of time stamps that remembers what it was asked to stamp."""

    def __init__(self, token=None):
        self.token = token
        self.messages = []
        self.given = []

    def timestamp(self, message):
        self.messages.append(message)
        if isinstance(self.token, Exception):
            raise self.token
        self.given.append(TSA.timestamp(message) if self.token is None else self.token)
        return self.given[-1]


@dataclass
class Device:
    """A signer whose answers are bent."""

    inner: object
    bend: object = staticmethod(lambda value: value)
    named: SignatureAlgorithm | None = None
    asked: int = 0

    @property
    def certificate(self):
        return self.inner.certificate

    @property
    def chain(self):
        return ()

    @property
    def algorithm(self):
        return self.named or self.inner.algorithm

    def sign(self, message):
        self.asked += 1
        return self.bend(self.inner.sign(message))


# --------------------------------------------------------------------------------- what is made


@pytest.mark.req("R-HLJ-02a")
@pytest.mark.parametrize(("year", "kind"), MADE)
def test_a_seal_of_each_generation(hierarchies, year, kind):
    pki = hierarchies[kind]
    seal = make(pki, generation=year, extensions=[NOTE], es_id="99000000000007")
    generation = GENERATIONS[year]
    assert seal.generation is generation
    assert (seal.header.id, seal.header.version) == ("ES", generation.version)
    assert seal.header.vendor_id == VENDOR_ID
    assert (seal.name, seal.es_id, seal.picture) == (NAME, "99000000000007", PICTURE)
    assert seal.extensions == (NOTE,)
    assert seal.properties.signers.certificates == (pki.signer.certificate.der,)
    assert seal.properties.create_date.moment == seal.properties.not_before.moment == AT
    assert seal.properties.not_after.moment == pki.signer.certificate.not_after
    assert seal.maker_certificate == pki.maker.certificate.der
    assert seal.time_stamp is None
    assert seal.tolerances == ()
    algorithm = signature_algorithm(seal.algorithm)
    pki.maker.certificate.public_key.verify(seal.signature, seal.signed, algorithm)
    assert not algorithm.weak


@pytest.mark.parametrize(("year", "expected"), [(2014, 1), (2020, 6), (2025, 6)])
def test_the_type_of_a_seal_by_default(pki, year, expected):
    assert make(pki, generation=year).properties.type == expected


def test_2014_knows_seals_of_units_and_of_persons(pki):
    assert make(pki, generation=2014, seal_type=2).properties.type == 2
    assert "types 1 and 2, not 6" in refused("E_SEAL_TYPE", make, pki, generation=2014, seal_type=6)


@pytest.mark.parametrize(("year", "tag", "digits"), [(2014, 0x17, 12), (2020, 0x18, 14)])
def test_times_are_of_the_generations_kind_and_strict(pki, year, tag, digits):
    beijing = timezone(timedelta(hours=8))
    at = AT.astimezone(beijing).replace(microsecond=7)
    seal = make(pki, generation=year, at=at)
    fields = strict.parse(seal.der).children()[0].children()[2].children()
    times = fields[3:] if year == 2014 else fields[4:]
    assert [field.tag for field in times] == [tag] * 3
    assert times[0].content == AT.strftime("%Y%m%d%H%M%SZ").encode()[-digits - 1 :]


def test_the_maker_of_2014_signs_its_certificate_too(pki):
    seal = make(pki, generation=2014)
    info = strict.parse(seal.der).children()[0].raw
    parts = (info, write.octets(pki.maker.certificate.der), write.oid(seal.algorithm))
    assert seal.signed == write.sequence(*parts)


@pytest.mark.parametrize("year", YEARS)
def test_further_data_stands_bare_and_says_whether_it_is_critical(pki, year):
    critical = Extension("1.2.156.1", b"b", critical=True)
    seal = make(pki, generation=year, extensions=[NOTE, critical])
    rows = strict.parse(seal.der).children()[0].children()[4]
    assert rows.tag == SEQUENCE
    assert [row.children()[1].raw.hex() for row in rows.children()] == ["010100", "0101ff"]


@pytest.mark.parametrize(("year", "kind"), [(2020, "sm2"), (2020, "rsa"), (2025, "sm2")])
def test_digests_stand_in_place_of_certificates(hierarchies, year, kind):
    pki = hierarchies[kind]
    others = [pki.signer.certificate, pki.signer_ca.issue("99000000000002").certificate]
    seal = make(pki, generation=year, signers=others, signer_list="digests")
    name = {"sm2": "sm3", "rsa": "sha256"}[kind]
    algorithm = digest_algorithm(name)
    assert seal.properties.signers.certificates == ()
    assert seal.properties.signers.digests == tuple(
        CertificateDigest(algorithm.oids[0], algorithm.digest(item.der)) for item in others
    )
    number = strict.parse(seal.der).children()[0].children()[2].children()[2]
    assert number.content == b"\x02"
    assert all(lists(seal.properties.signers, item.der) for item in others)


def test_a_seal_with_digests_is_used_by_whom_it_names(pki):
    seal = make(pki, signer_list="digests")
    assert codec.decode_signature(sign(pki, seal)).seal.der == seal.der
    stranger = pki.signer_ca.issue("99000000000002")
    refused("E_NOT_OWNER", sign, pki, seal, signer=stranger)


def test_keys_of_both_kinds_may_be_listed_by_digest(hierarchies):
    pki, other = hierarchies["sm2"], hierarchies["rsa"]
    seal = make(
        pki, signers=[pki.signer.certificate, other.signer.certificate], signer_list="digests"
    )
    assert [digest_algorithm(d.algorithm).name for d in seal.properties.signers.digests] == [
        "sm3",
        "sha256",
    ]


def test_a_seal_of_2025_is_time_stamped_over_its_signature_value(pki):
    source = Stamper()
    seal = make(pki, generation=2025, timestamp=source)
    elements = strict.parse(seal.der).children()
    assert elements[4].raw == write.explicit(0, write.bits(source.given[0]))
    assert source.messages == [strict.read_bits(elements[3], "signature")]
    assert [seal.time_stamp] == source.given
    assert not seal.tolerances


# ---------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"generation": 2014, "signer_list": "digests"}, "E_GENERATION"),
        ({"generation": 2014, "timestamp": Stamper()}, "E_GENERATION"),
        ({"generation": 2020, "timestamp": Stamper()}, "E_GENERATION"),
        ({"generation": 2014, "seal_type": 0}, "E_SEAL_TYPE"),
        ({"generation": 2020, "seal_type": -1}, "E_SEAL_TYPE"),
        ({"generation": 2025, "seal_type": 1 << 31}, "E_SEAL_TYPE"),
        ({"generation": 2025, "timestamp": Stamper(b"")}, "E_TIME_STAMP"),
        ({"generation": 2025, "timestamp": Stamper(b"\x04\x01a")}, "E_TIME_STAMP"),
        ({"generation": 2025, "timestamp": Stamper(OTHER + b"\x00")}, "E_TIME_STAMP"),
        ({"generation": 2025, "timestamp": Stamper(b"\x30\x80\x00\x00")}, "E_TIME_STAMP"),
        ({"generation": 2025, "timestamp": Stamper(b"\x30\x03\x02\x01\x01")}, "E_TIME_STAMP"),
        ({"generation": 2025, "timestamp": Stamper(OTHER)}, "E_TIME_STAMP"),
        (
            {"generation": 2025, "timestamp": Stamper(UnsupportedFormat("no answer"))},
            "E_TIME_STAMP",
        ),
    ],
)
def test_what_a_generation_has_no_place_for(pki, changes, code):
    refused(code, make, pki, **changes)


def test_a_failed_time_stamp_says_why_and_that_nothing_was_made(pki):
    source = Stamper(GovsealError("the authority is closed"))
    message = refused("E_TIME_STAMP", make, pki, generation=2025, timestamp=source)
    assert "not made" in message
    assert "the authority is closed" in message


def test_an_authority_that_had_expired_stamps_no_seal(pki):
    ended = tokens.authority(pki.signer_ca, not_before=AT - 2 * DAY, not_after=AT - DAY)
    message = refused(
        "E_TIME_STAMP", make, pki, generation=2025, timestamp=tokens.source(ended, AT)
    )
    assert "not valid at" in message


def test_a_source_that_is_broken_is_not_explained_away(pki):
    with pytest.raises(ZeroDivisionError):
        make(pki, generation=2025, timestamp=Stamper(ZeroDivisionError()))


@pytest.mark.parametrize(
    "changes", [{"generation": 2021}, {"generation": "2020"}, {"signer_list": "names"}]
)
def test_words_that_mean_nothing_are_the_callers_mistake(pki, changes):
    with pytest.raises(ValueError, match=r"generation is one of|signer_list is"):
        make(pki, **changes)


def test_2025_is_made_with_sm2_alone(hierarchies):
    sm2, rsa = hierarchies["sm2"], hierarchies["rsa"]
    refused("E_ALGORITHM", make, rsa, generation=2025)
    refused("E_ALGORITHM", make, sm2, generation=2025, signers=[rsa.signer.certificate])


@pytest.mark.parametrize("year", YEARS)
def test_nothing_is_made_or_used_with_ecdsa(hierarchies, year):
    """The standards name SM2, and PKCS #1 where they name anything else."""
    pki = hierarchies["sm2"]
    someone = Authority.create("测试 P-256 CA", algorithm="ec", at=AT).issue("99000000000001")
    assert "(ec)" in refused("E_ALGORITHM", make, pki, maker=someone, generation=year)
    refused("E_ALGORITHM", make, pki, signers=[someone.certificate], generation=year)
    seal = make(pki, generation=year)
    device = Device(pki.signer, named=ECDSA_SHA256)
    assert "ecdsa-sha256" in refused("E_ALGORITHM", sign, pki, seal, signer=device)
    assert not device.asked
    refused("E_NOT_OWNER", sign, pki, seal, signer=someone)


@pytest.mark.parametrize("year", [2014, 2020])
def test_a_broken_digest_is_never_written(hierarchies, year):
    pki = hierarchies["rsa"]
    device = Device(pki.maker, named=signature_algorithm("1.2.840.113549.1.1.5"))
    assert "rsa-sha1" in refused("E_ALGORITHM", make, pki, maker=device, generation=year)
    assert not device.asked
    seal = make(pki, generation=year)
    weak = Device(pki.signer, named=signature_algorithm("1.2.840.113549.1.1.5"))
    refused("E_ALGORITHM", sign, pki, seal, signer=weak)
    bare = Device(pki.signer, named=signature_algorithm("1.2.840.113549.1.1.1"))
    refused("E_ALGORITHM", sign, pki, seal, signer=bare)
    assert not weak.asked
    assert not bare.asked


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key_usage": ("key_agreement",)}, "E_KEY_USAGE"),
        ({"extensions": (FOR_TIME_STAMPS,)}, "E_KEY_USAGE"),
        ({"not_after": AT - DAY, "not_before": AT - 2 * DAY}, "E_EXPIRED"),
        ({"not_before": AT + DAY}, "E_TOO_EARLY"),
    ],
)
def test_the_makers_certificate_is_looked_at_before_anything_else(pki, year, changes, code):
    device = Device(pki.maker_ca.issue("测试制章", **changes))
    refused(code, make, pki, maker=device, generation=year, name="", signers=[])
    assert not device.asked


def test_2014_tells_no_year_after_2049(pki):
    late = datetime(2050, 1, 1, tzinfo=UTC)
    signer = pki.signer_ca.issue("99000000000003", not_after=late + DAY)
    message = refused("E_GENERATION", make, pki, generation=2014, signers=[signer.certificate])
    assert "1950 to 2049" in message
    last = late - timedelta(seconds=1)
    seal = make(pki, generation=2014, signers=[signer.certificate], not_after=last)
    assert seal.properties.not_after.moment == last
    assert not seal.tolerances
    seal = make(pki, signers=[signer.certificate])
    assert seal.properties.not_after.moment == late + DAY


def test_2014_tells_no_year_before_1950():
    old = datetime(1949, 6, 1, tzinfo=UTC)
    pki = Hierarchy.create("sm2", at=old)
    refused("E_GENERATION", make, pki, generation=2014, at=old)


# ------------------------------------------------------------------------ read back and verified


def flipped(value):
    return value[:-1] + bytes([value[-1] ^ 1])


def as_raw(value):
    numbers = strict.parse(value).children()
    return b"".join(
        strict.read_integer(number, "").to_bytes(32, "big", signed=False) for number in numbers
    )


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("bend", [flipped, as_raw, lambda _: b""], ids=["flipped", "raw", "empty"])
def test_a_seal_that_does_not_verify_is_not_given_away(pki, year, bend):
    device = Device(pki.maker, bend)
    with pytest.raises(SigningFault, match="just made"):
        make(pki, maker=device, generation=year)
    assert device.asked == 1


def test_a_maker_with_anothers_certificate_is_found_out(pki):
    other = pki.maker_ca.issue("测试制章二")
    stolen = Device(other)
    stolen.inner = type("Both", (), {})()
    stolen.inner.certificate = pki.maker.certificate
    stolen.inner.algorithm = other.algorithm
    stolen.inner.sign = other.sign
    with pytest.raises(SigningFault) as caught:
        make(pki, maker=stolen)
    assert isinstance(caught.value.__cause__, InvalidSignature)


def test_a_seal_that_no_reader_takes_is_too_large_not_faulty(pki, monkeypatch):
    monkeypatch.setattr(strict, "MAX_ELEMENTS", 20)
    with pytest.raises(LimitExceeded):
        make(pki)


# ------------------------------------------------------------------------------- stamps of 2014


@pytest.mark.parametrize("kind", ["sm2", "rsa"])
def test_a_stamp_of_2014(hierarchies, kind):
    pki = hierarchies[kind]
    seal = make(pki, generation=2014)
    stamp = codec.decode_signature(sign(pki, seal))
    assert (stamp.generation.year, stamp.version) == (2014, 1)
    assert stamp.seal.der == seal.der
    assert stamp.signer_certificate == pki.signer.certificate.der
    assert stamp.claimed_time.text == "260602080000Z"
    assert stamp.claimed_time.moment == AT + DAY
    assert stamp.tolerances == ()
    outer = strict.parse(stamp.der).children()
    assert len(outer) == 2
    body = outer[0].children()
    assert body[2].raw == write.bits(b"260602080000Z")
    assert body[5].raw == write.octets(pki.signer.certificate.der)
    algorithm = signature_algorithm(stamp.algorithm)
    pki.signer.certificate.public_key.verify(stamp.signature, stamp.signed, algorithm)


def test_a_stamp_of_2025_carries_its_version(pki):
    source = Stamper()
    seal = make(pki, generation=2025, timestamp=source)
    stamp = codec.decode_signature(sign(pki, seal, extensions=[NOTE]))
    assert (stamp.generation.year, stamp.version) == (2025, 5)
    assert [stamp.seal.time_stamp] == source.given
    assert stamp.extensions == (NOTE,)


def test_a_stamp_of_2014_takes_no_further_data(pki):
    seal = make(pki, generation=2014)
    refused("E_GENERATION", sign, pki, seal, extensions=[NOTE])


def test_a_stranger_stamps_with_no_seal_of_2014(pki):
    seal = make(pki, generation=2014)
    refused("E_NOT_OWNER", sign, pki, seal, signer=pki.signer_ca.issue("99000000000004"))
    refused("E_EXPIRED", sign, pki, seal, at=AT + 400 * DAY)
    refused("E_TOO_EARLY", sign, pki, seal, at=AT - DAY / 2)


def test_a_seal_of_2025_is_not_used_with_rsa(hierarchies):
    """Such a seal is not made here; one made elsewhere is not used either."""
    pki = hierarchies["rsa"]
    older = make(pki)
    header = write.sequence(write.ia5("ES"), write.integer(4), write.ia5(VENDOR_ID))
    newer = write.sequence(write.ia5("ES"), write.integer(5), write.ia5(VENDOR_ID))
    seal = codec.decode_seal(older.der.replace(header, newer, 1))
    assert seal.generation.year == 2025
    refused("E_ALGORITHM", sign, pki, seal)


# ------------------------------------------------------------------------------------------ fuzz


@given(st.data())
def test_whatever_is_made_is_read_as_it_was_meant(pki, data):
    year = data.draw(st.sampled_from(YEARS))
    name = data.draw(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=9))
    printable = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
    es_id = data.draw(st.text(printable, min_size=1, max_size=40))
    pixels = st.binary(max_size=300).filter(lambda octets: SPECIMEN_MARK not in octets)
    picture = SealPicture("PNG", data.draw(pixels), 42, 30)
    arcs = st.lists(st.integers(0, 1 << 70), max_size=5)
    extensions = data.draw(
        st.lists(
            st.builds(
                lambda rest, value, critical: Extension(
                    ".".join(map(str, (1, 2, *rest))), value, critical
                ),
                arcs,
                st.binary(max_size=40),
                st.booleans(),
            ),
            max_size=4,
        )
    )
    seal = make(
        pki, name=name, es_id=es_id, picture=picture, extensions=extensions, generation=year
    )
    assert (seal.name, seal.es_id, seal.picture) == (name, es_id, picture)
    assert seal.extensions == tuple(extensions)
    assert codec.decode_seal(seal.der) == seal


@given(st.data())
def test_hostile_tokens_give_a_seal_or_a_refusal(pki, data):
    token = data.draw(
        st.one_of(
            st.binary(max_size=60),
            st.binary(max_size=60).map(write.sequence),
            st.binary(max_size=60).map(lambda inner: write.sequence(write.octets(inner))),
        )
    )
    try:
        seal = make(pki, generation=2025, timestamp=Stamper(token))
    except SealError as error:
        assert error.code == "E_TIME_STAMP"  # noqa: PT017 - either outcome is right
    else:
        assert seal.time_stamp == token
