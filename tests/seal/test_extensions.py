"""Our extensions: the exact encodings of the contract, and everything that is not they."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

import delegated
from govseal.asn1 import write
from govseal.errors import EncodingError, FormatError, LimitExceeded, UnsupportedFormat
from govseal.seal.extensions import (
    ARC,
    OIDS,
    ApprovalDigest,
    CounterStamp,
    LedgerReference,
    Matter,
    SealScope,
    decode_own,
)
from govseal.seal.model import Extension

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
SCOPE = delegated.scope(AT)
OWN = [
    SCOPE,
    delegated.only_listed(AT),
    delegated.scope(AT, matters=(), redelegation=True),
    LedgerReference("测试县用印台账", 0, bytes(32)),
    LedgerReference("log", (1 << 63) - 1, b"\xff" * 32),
    Matter("360700-0001"),
    ApprovalDigest(bytes(32)),
    CounterStamp(bytes(range(32))),
]


class Codes(core.SequenceOf):
    _child_spec = core.UTF8String


class Scope(core.Sequence):
    _fields = [  # noqa: RUF012 - asn1crypto's way
        ("version", core.Integer),
        ("delegator", core.UTF8String),
        ("delegate", core.UTF8String),
        ("region", core.PrintableString),
        ("matters", Codes),
        ("matterList", core.OctetString, {"explicit": 0, "optional": True}),
        ("agreement", core.OctetString),
        ("notBefore", core.GeneralizedTime),
        ("notAfter", core.GeneralizedTime),
        ("redelegation", core.Boolean, {"default": False}),
    ]


class Reference(core.Sequence):
    _fields = [  # noqa: RUF012 - asn1crypto's way
        ("version", core.Integer),
        ("log", core.UTF8String),
        ("sequence", core.Integer),
        ("leaf", core.OctetString),
    ]


def second_opinion(own):
    """The value as asn1crypto writes it from the contract's notation."""
    if isinstance(own, SealScope):
        values = {
            "version": 1,
            "delegator": own.delegator,
            "delegate": own.delegate,
            "region": own.region,
            "matters": list(own.matters),
            "agreement": own.agreement,
            "notBefore": own.not_before,
            "notAfter": own.not_after,
            "redelegation": own.redelegation,
        }
        if own.matter_list is not None:
            values["matterList"] = own.matter_list
        return Scope(values).dump()
    if isinstance(own, LedgerReference):
        values = {"version": 1, "log": own.log, "sequence": own.sequence, "leaf": own.leaf}
        return Reference(values).dump()
    if isinstance(own, Matter):
        return core.UTF8String(own.code).dump()
    return core.OctetString(own.value).dump()


@pytest.mark.parametrize("own", OWN, ids=lambda own: type(own).__name__)
def test_each_is_written_as_the_contract_says_and_read_back(own):
    extension = own.encode()
    assert extension.value == second_opinion(own)
    assert (extension.oid, extension.critical) == (OIDS[type(own).__name__], False)
    assert type(own).decode(extension) == own
    assert decode_own(extension) == own


def test_the_identifiers_are_those_of_the_contract():
    assert ARC == "2.25.16117021064366053199187950425252085134"
    names = ("SealScope", "LedgerReference", "Matter", "ApprovalDigest", "CounterStamp", "Seal")
    assert dict(OIDS) == {name: f"{ARC}.{number}" for number, name in enumerate(names, 1)}


@pytest.mark.parametrize("oid", [OIDS["Seal"], f"{ARC}.7", "1.2.3", "0x41"])
def test_what_is_none_of_them_is_left_alone(oid):
    assert decode_own(Extension(oid, b"any")) is None


def test_a_matter_by_its_bytes():
    assert Matter("事项1").encode().value == b"\x0c\x07" + "事项1".encode()


def test_times_are_whole_seconds_in_utc():
    beijing = datetime(2026, 6, 1, 16, 0, 0, 999999, tzinfo=timezone(timedelta(hours=8)))
    made = delegated.scope(beijing)
    assert made.not_before == AT
    assert made.not_before.tzinfo is UTC
    assert b"20260601080000Z" in made.encode().value


# ----------------------------------------------------------------------------- made in a wrong form


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"delegator": "11990000MB000001"}, "18 digits"),
        ({"delegate": "11990000mb0000019f"}, "18 digits"),
        ({"delegate": "１1990000MB0000019F"}, "18 digits"),
        ({"delegator": delegated.CITY + "\n"}, "18 digits"),
        ({"region": "99000"}, "six digits"),
        ({"region": "99000A"}, "six digits"),
        ({"agreement": b""}, "32 bytes"),
        ({"agreement": bytes(33)}, "32 bytes"),
        ({"matter_list": bytes(20)}, "32 bytes"),
        ({"not_before": datetime(2026, 6, 1)}, "time zone"),  # noqa: DTZ001 - that is the point
        ({"not_after": datetime(2026, 6, 1)}, "time zone"),  # noqa: DTZ001 - that is the point
    ],
)
def test_a_scope_is_not_made_in_a_wrong_form(changes, why):
    with pytest.raises(ValueError, match=why):
        delegated.scope(AT, **changes)


@pytest.mark.parametrize("code", ["", " a", "a ", "a\nb", "\u202ea", "a" * 101, "\udc80"])
def test_a_code_that_no_matter_has(code):
    with pytest.raises(ValueError, match="printable"):
        Matter(code)


@pytest.mark.parametrize(
    ("log", "sequence", "leaf"),
    [
        ("", 1, bytes(32)),
        ("a\x00", 1, bytes(32)),
        ("a" * 256, 1, bytes(32)),
        ("a", -1, bytes(32)),
        ("a", 1 << 63, bytes(32)),
        ("a", 1, bytes(31)),
    ],
)
def test_a_reference_is_not_made_in_a_wrong_form(log, sequence, leaf):
    with pytest.raises(ValueError, match=r"origin|number|digest"):
        LedgerReference(log, sequence, leaf)


@pytest.mark.parametrize("kind", [ApprovalDigest, CounterStamp])
def test_a_digest_of_another_length(kind):
    with pytest.raises(ValueError, match="32 bytes"):
        kind(bytes(31))


# ----------------------------------------------------------------------------- read in a wrong form

VALUE = SCOPE.encode().value
REFERENCE = delegated.LEDGER.encode().value


def scope_der(*, behind=b"", **changes):
    """A scope field by field, each already encoded."""
    fields = {
        "version": write.integer(1),
        "delegator": write.utf8(delegated.CITY),
        "delegate": write.utf8(delegated.COUNTY),
        "region": write.printable("990001"),
        "matters": write.sequence(write.utf8("1")),
        "list": b"",
        "agreement": write.octets(bytes(32)),
        "start": write.generalized_time(AT),
        "end": write.generalized_time(AT + delegated.DAY),
    }
    return write.sequence(*(fields | changes).values(), behind)


def test_the_builder_of_these_tests_is_right():
    assert SealScope.decode(Extension(SealScope.OID, scope_der())).matters == ("1",)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        VALUE[:-1],
        VALUE + b"\x00",
        b"\x31" + VALUE[1:],
        write.sequence(),
        scope_der(behind=write.null()),
        scope_der(behind=b"\x01\x01\x00"),  # the default is left out
        scope_der(behind=b"\x01\x01\xff" * 2),
        scope_der(behind=write.element(0x01, b"\x01")),
        scope_der(delegator=write.printable(delegated.CITY)),
        scope_der(delegator=write.utf8("short")),
        scope_der(delegate=write.element(0x0C, b"\xff" * 18)),
        scope_der(region=write.utf8("990001")),
        scope_der(region=write.printable("99000")),
        scope_der(matters=write.octets(b"")),
        scope_der(matters=write.sequence(write.printable("1"))),
        scope_der(matters=write.sequence(write.element(0x0C, b"\xff"))),
        scope_der(list=write.element(0x80, bytes(32))),  # IMPLICIT
        scope_der(list=write.explicit(1, write.octets(bytes(32)))),
        scope_der(list=write.explicit(0, write.octets(bytes(31)))),
        scope_der(agreement=write.octets(bytes(20))),
        scope_der(agreement=b""),
        scope_der(start=write.utc_time(AT)),
        scope_der(start=write.element(0x18, b"20260601080000")),
        scope_der(start=write.element(0x18, b"20260601080000.5Z")),
        scope_der(start=write.element(0x18, b"20260601160000+0800")),
        scope_der(end=write.element(0x18, b"20261301080000Z")),
        scope_der(end=b""),
    ],
)
def test_a_scope_that_is_not_in_its_one_form_is_refused(value):
    with pytest.raises(EncodingError):
        SealScope.decode(Extension(SealScope.OID, value))


@pytest.mark.parametrize(
    "value",
    [
        REFERENCE[:-1],
        REFERENCE + b"\x05\x00",
        write.sequence(write.integer(1), write.utf8("a"), write.integer(1)),
        write.sequence(
            write.integer(1), write.utf8("a"), write.integer(-1), write.octets(bytes(32))
        ),
        write.sequence(write.integer(1), write.ia5("a"), write.integer(1), write.octets(bytes(32))),
        write.sequence(write.integer(1), write.utf8(""), write.integer(1), write.octets(bytes(32))),
        write.sequence(write.integer(1), write.utf8("a"), write.integer(1), write.octets(b"")),
    ],
)
def test_a_reference_that_is_not_in_its_one_form_is_refused(value):
    with pytest.raises(EncodingError):
        LedgerReference.decode(Extension(LedgerReference.OID, value))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Matter, b""),
        (Matter, b"\x0c\x00"),
        (Matter, b"\x13\x01a"),
        (Matter, b"\x0c\x01\xff"),
        (Matter, b"\x0c\x81\x01a"),
        (Matter, b"\x0c\x01a\x0c\x01b"),
        (Matter, write.utf8("\u202ea")),
        (ApprovalDigest, write.octets(bytes(31))),
        (ApprovalDigest, write.bits(bytes(32))),
        (ApprovalDigest, b"\x24\x22" + write.octets(bytes(32))),
        (CounterStamp, write.sequence(write.octets(bytes(32)))),
    ],
)
def test_a_small_one_that_is_not_in_its_one_form_is_refused(kind, value):
    with pytest.raises(EncodingError):
        kind.decode(Extension(kind.OID, value))


@pytest.mark.parametrize(
    "extension",
    [
        Extension(SealScope.OID, scope_der(version=write.integer(2))),
        Extension(SealScope.OID, write.sequence(write.integer(0))),
        Extension(LedgerReference.OID, write.sequence(write.integer(2), write.null())),
    ],
)
def test_another_version_is_unsupported(extension):
    with pytest.raises(UnsupportedFormat) as caught:
        decode_own(extension)
    assert caught.value.code == "unsupported"


@pytest.mark.parametrize("own", OWN, ids=lambda own: type(own).__name__)
def test_a_critical_one_is_refused(own):
    with pytest.raises(EncodingError, match="never critical"):
        decode_own(replace(own.encode(), critical=True))


def test_one_that_is_too_large_is_refused():
    with pytest.raises(LimitExceeded):
        Matter.decode(Extension(Matter.OID, write.utf8("a" * 3000)))
    with pytest.raises(LimitExceeded):
        SealScope.decode(delegated.scope(AT, matters=("1",) * 21_000).encode())


def test_twice_is_refused_and_none_is_none():
    matter = Matter("a").encode()
    assert Matter.find([]) is None
    assert Matter.find([delegated.LEDGER.encode(), matter]) == Matter("a")
    with pytest.raises(EncodingError, match="twice"):
        Matter.find([matter, matter])


def test_one_of_another_kind_is_the_callers_mistake():
    with pytest.raises(ValueError, match="no Matter"):
        Matter.decode(delegated.LEDGER.encode())


# ------------------------------------------------------------------------------------ hostile bytes


@st.composite
def mutated(draw):
    """One of ours cut short, or with some octets changed, doubled or left out."""
    extension = draw(st.sampled_from(OWN)).encode()
    data = bytearray(extension.value)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(("flip", "cut", "drop", "insert", "set")))
        if not data:
            break
        if kind == "flip":
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif kind == "set":
            data[place] = draw(st.sampled_from((0x00, 0x01, 0x30, 0x80, 0x84, 0xA0, 0xFF)))
        elif kind == "cut":
            del data[place:]
        elif kind == "drop":
            del data[place]
        else:
            data[place:place] = draw(st.binary(min_size=1, max_size=4))
    return replace(extension, value=bytes(data))


def check_one_form(extension):
    """Refused by an error of ours, or read as something that is written just so."""
    try:
        found = decode_own(extension)
    except FormatError:
        return
    assert found.encode() == extension


@given(mutated())
def test_a_mutated_one_is_refused_or_is_another_in_its_one_form(extension):
    check_one_form(extension)


@given(st.sampled_from(sorted(set(OIDS.values()) - {OIDS["Seal"]})), st.binary(max_size=200))
def test_any_bytes_are_refused_or_in_their_one_form(oid, data):
    check_one_form(Extension(oid, data))


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=5),
    st.datetimes(timezones=st.just(UTC)),
    st.booleans(),
)
def test_whatever_can_be_made_is_read_back(matters, start, redelegation):
    made = delegated.scope(
        AT, matters=matters, not_before=start, not_after=start, redelegation=redelegation
    )
    assert SealScope.decode(made.encode()) == made
