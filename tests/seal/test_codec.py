"""Seals and stamps of three generations: read from the received bytes, by their structure."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ses_builder as build
from govseal.asn1 import strict, write
from govseal.errors import EncodingError, GovsealError, LimitExceeded, UnsupportedFormat
from govseal.seal import codec
from govseal.seal.model import CertificateDigest

YEARS = (2014, 2020, 2025)


def codes(found):
    return {item.code for item in found.tolerances}


@pytest.mark.parametrize("year", YEARS)
def test_a_seal_is_read_by_its_table(year):
    seal = codec.decode_seal(build.seal(year))
    assert seal.generation.year == year
    assert seal.der == build.seal(year)
    assert (seal.name, seal.es_id) == ("测试市行政审批服务管理局行政审批专用章", "14050000000001")
    assert seal.properties.not_after.moment == build.END
    assert seal.properties.signers.certificates == (b"certificate",)
    assert (seal.picture.type, seal.picture.width_mm, seal.picture.height_mm) == ("PNG", 42, 42)
    assert seal.maker_certificate == b"maker"
    assert not seal.tolerances


def test_a_seal_that_recurs_is_read_once_and_never_mistaken():
    seal = build.seal()
    first = codec.decode_signature(build.signature(seal=seal))
    assert codec.decode_signature(build.signature(seal=seal)).seal is first.seal
    other = seal.replace(b"14050000000001", b"14050000000002")
    assert codec.decode_signature(build.signature(seal=other)).seal.es_id == "14050000000002"
    broken = write.sequence(write.sequence(), write.sequence(), write.sequence())
    for _ in range(2):
        with pytest.raises(EncodingError, match="belong to no generation") as caught:
            codec.decode_signature(build.signature(seal=broken))
        assert caught.value.offset > 0  # where it is in the stamp


def test_the_maker_of_2014_signs_its_certificate_too():
    seal = codec.decode_seal(build.seal(2014))
    parts = (build.info(2014), write.octets(b"maker"), write.oid(build.SM2_SM3))
    assert seal.signed == write.sequence(*parts)


@pytest.mark.parametrize("year", [2020, 2025])
def test_later_makers_sign_the_information_alone(year):
    assert codec.decode_seal(build.seal(year)).signed == build.info(year)


@pytest.mark.parametrize("year", YEARS)
def test_a_stamp_is_read_by_its_table(year):
    stamp = codec.decode_signature(build.signature(year))
    assert stamp.generation.year == year
    assert stamp.claimed_time.moment == (
        build.SIGNED if year != 2014 else build.SIGNED.replace(hour=0)
    )
    assert stamp.signed == build.to_be_signed(year)
    assert stamp.signer_certificate == b"certificate"
    assert stamp.algorithm == build.SM2_SM3
    assert stamp.seal.der == build.seal(year)


def test_a_2014_layout_with_another_version_number_is_still_2014():
    header = {"id": "ES", "version": 4, "vendor_id": "other"}
    assert codec.decode_seal(build.seal(2014, header=header)).generation.year == 2014


def test_time_stamps_are_kept():
    assert codec.decode_signature(build.signature(time_stamp=b"token")).time_stamp == b"token"
    assert codec.decode_seal(build.seal(2025, time_stamp=b"token")).time_stamp == b"token"


def test_a_list_is_read_by_its_elements_not_by_its_number():
    entry = write.sequence(write.printable("SM3"), write.octets(bytes(32)))
    rows = write.sequence(entry)
    signers = codec.decode_seal(build.seal(signers=rows, signer_list_type=1)).properties.signers
    assert [(d.algorithm, d.value) for d in signers.digests] == [("SM3", bytes(32))]
    names = write.sequence(write.ia5("someone"))
    assert codec.decode_seal(build.seal(2014, signers=names)).properties.signers.identifiers == (
        "someone",
    )


def test_extensions_keep_an_explicit_default():
    rows = [
        {"oid": "1.2.3", "critical": False, "value": b"a"},
        {"oid": "1.2.4", "critical": True, "value": b"b"},
    ]
    seal = codec.decode_seal(build.seal(extensions=rows))
    assert [(e.oid, e.critical, e.value) for e in seal.extensions] == [
        ("1.2.3", False, b"a"),
        ("1.2.4", True, b"b"),
    ]


def test_q4_a_raw_value_becomes_der():
    stamp = codec.decode_signature(build.signature(value=build.RAW_VALUE))
    assert stamp.signature == build.DER_VALUE
    assert codes(stamp) == {"quirk_q4"}


def test_q5_integers_of_fixed_length_become_der():
    fixed = write.sequence(
        write.element(strict.INTEGER, build.RAW_VALUE[:32]),
        write.element(strict.INTEGER, build.RAW_VALUE[32:]),
    )
    seal = codec.decode_seal(build.seal(signature=fixed))
    assert seal.signature == build.DER_VALUE
    assert codes(seal) == {"quirk_q5"}


@pytest.mark.parametrize(
    "value",
    [b"", bytes(63), build.DER_VALUE + b"\x00", build.DER_VALUE[:-1], write.sequence()],
)
def test_a_value_of_another_form_is_kept_as_it_is(value):
    stamp = codec.decode_signature(build.signature(value=value))
    assert stamp.signature == value
    assert not stamp.tolerances


def test_q1_unused_bits_are_noted():
    digest = bytes(31) + b"\x08"
    usual = build.signature(data_digest=digest)
    bent = usual.replace(write.bits(digest), b"\x03\x21\x03" + digest)
    stamp = codec.decode_signature(bent)
    assert stamp.data_digest == digest
    assert codes(stamp) == {"quirk_q1"}
    assert stamp.signed in bent


def test_q11_a_padded_name_is_shown_without_its_padding():
    seal = codec.decode_seal(build.seal(name="测试章\x00\x00"))
    assert (seal.name, seal.properties.name) == ("测试章", "测试章\x00\x00")
    assert codes(seal) == {"quirk_q11"}


def test_property_info_of_other_bytes_is_read():
    data = build.signature(property_info="info").replace(b"info", b"\xff\xfe\x00\x01")
    stamp = codec.decode_signature(data)
    assert stamp.property_info == "ÿþ\x00\x01"
    assert codes(stamp) == {"quirk_q10"}


def test_a_bare_signature_is_unsupported_not_malformed():
    with pytest.raises(UnsupportedFormat, match="bare SM2 signature"):
        codec.decode_signature(build.DER_VALUE)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "header"),
        (write.octets(b"seal"), "expected tag"),
        (write.sequence(), "0 elements"),
        (write.sequence(*(write.null(),) * 3), "3 elements"),
        (write.sequence(*(write.null(),) * 4), "expected tag"),
        (build.seal() + b"\x00", "bytes follow"),
    ],
)
def test_bytes_that_are_no_seal(data, message):
    with pytest.raises(EncodingError, match=message):
        codec.decode_seal(data)


@pytest.mark.parametrize(
    "data",
    [
        write.sequence(),
        write.sequence(write.null()),
        write.sequence(write.sequence(), write.bits(b"")),
        write.sequence(write.sequence(write.integer(4)), write.bits(b"")),
        build.signature() + b"\x00",
        build.seal(),
    ],
)
def test_bytes_that_are_no_stamp(data):
    with pytest.raises(EncodingError):
        codec.decode_signature(data)


def test_a_seal_that_lacks_a_field_names_it():
    fields = strict.parse(build.info()).children()
    short = write.sequence(*(field.raw for field in fields if field.tag != strict.IA5_STRING))
    with pytest.raises(EncodingError, match=r"info\.es_id"):
        codec.decode_seal(build.seal(info_der=short))


def test_outlines_tell_stamps_from_seals():
    assert codec.looks_like_signature(build.signature())
    assert not codec.looks_like_signature(build.seal())
    assert not codec.looks_like_signature(b"")


@pytest.mark.parametrize("level", [0, 1])
def test_a_row_without_end_is_refused_before_anything_is_made_of_it(level):
    """An element takes two bytes, and what Python makes of it a hundred times as much."""
    stamp = b"\5\0" * 200_000
    for _ in range(level + 1):
        stamp = write.sequence(stamp)
    tracemalloc.start()
    try:
        with pytest.raises(LimitExceeded, match="too many elements"):
            codec.decode_signature(stamp)
        assert tracemalloc.get_traced_memory()[1] < len(stamp)
    finally:
        tracemalloc.stop()


@given(st.data())
def test_hostile_stamps_give_a_stamp_or_an_error(data):
    stamp = bytearray(build.signature(data.draw(st.sampled_from(YEARS))))
    for _ in range(data.draw(st.integers(1, 3))):
        stamp[data.draw(st.integers(0, len(stamp) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(stamp)))
    for candidate in (bytes(stamp), bytes(stamp[:cut])):
        try:
            assert codec.decode_signature(candidate).der == candidate
        except GovsealError:
            continue


@given(st.data())
def test_hostile_lists_of_digests_give_a_seal_or_an_error(data):
    digests = [CertificateDigest("1.2.156.10197.1.401", bytes(32)), CertificateDigest("x", b"")]
    rows = codec.digest_rows(digests)
    assert codec.decode_seal(build.seal(signers=rows)).properties.signers.digests == tuple(digests)
    bent = bytearray(rows)
    for _ in range(data.draw(st.integers(1, 3))):
        bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    seal = build.seal(signers=bytes(bent), signer_list_type=2)
    try:
        assert codec.decode_seal(seal).der == seal
    except GovsealError:
        return
