"""Time stamp tokens: what is read, and what is refused and why."""

from __future__ import annotations

from datetime import timedelta

import pytest

import tokens
from cms_builder import attribute
from govseal.asn1 import strict, write
from govseal.errors import EncodingError, LimitExceeded, UnsupportedFormat
from govseal.pki.algorithms import SM3
from govseal.pki.timestamp import (
    MAX_TOKEN_BYTES,
    TimestampToken,
)

MESSAGE = b"signature value"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


PASSED = ("passed", "")
INVALID = ("failed", "timestamp_invalid")
UNSUPPORTED = ("indeterminate", "unsupported")


# 读取 ------------------------------------------------------------------------------------------


def test_everything_in_a_token_is_read(tsa, at):
    moment = at + timedelta(milliseconds=250)
    fraction = write.element(strict.GENERALIZED_TIME, b"20261121120000.25Z")
    accuracy = write.sequence(
        write.integer(2), write.element(0x80, b"\x05"), write.element(0x81, b"\x07")
    )
    tail = write.boolean(value=True) + write.integer(99) + write.explicit(0, write.sequence())
    der = tokens.token(tsa, MESSAGE, time=fraction, accuracy=accuracy, tail=tail)
    token = TimestampToken.from_der(der)
    assert token.der == der
    assert token.gen_time == token.info.gen_time == moment
    assert token.info.accuracy == timedelta(seconds=2, milliseconds=5, microseconds=7)
    assert (token.info.serial, token.info.policy, token.info.nonce) == (7, "1.2.3", 99)
    assert token.info.imprint.digest == SM3.digest(MESSAGE)
    assert token.certificates == (tsa.certificate.der,)
    assert token.find_authority() == tsa.certificate
    assert token.tolerances == ()


@pytest.mark.parametrize("outer", [tokens.SIGNED_DATA, tokens.GM_SIGNED_DATA])
@pytest.mark.parametrize("versions", [(1, 1), (1, 3), (2, 3)])
def test_both_families_and_both_versions(judge, tsa, at, outer, versions):
    version, structure = versions
    content = tokens.info(MESSAGE, SM3, at=at, version=version)
    token = tokens.token(tsa, MESSAGE, content=content, outer=outer, version=structure)
    assert TimestampToken.from_der(token).info.version == version
    assert judge(token) == PASSED


@pytest.mark.parametrize("oid", ["1.2.156.10197.1.501", "1.2.156.10197.1.301.1"])
@pytest.mark.parametrize("case", [(bytes, []), (tokens.raw, ["quirk_q4"])])
def test_both_names_and_forms_of_an_sm2_value(judge, tsa, at, oid, case):
    form, codes = case
    token = tokens.token(tsa, MESSAGE, at=at, signature=oid, form=form)
    assert [item.code for item in TimestampToken.from_der(token).tolerances] == codes
    assert judge(token) == PASSED


def test_a_fraction_that_ends_in_zeros_is_noted(judge, tsa):
    time = write.element(strict.GENERALIZED_TIME, b"20261121120000.500Z")
    token = tokens.token(tsa, MESSAGE, time=time)
    assert [item.code for item in TimestampToken.from_der(token).tolerances] == ["quirk_q8"]
    assert judge(token) == PASSED


def generalized(text):
    return {"time": write.element(strict.GENERALIZED_TIME, text)}


def accuracy(*parts):
    return {"accuracy": write.sequence(*parts)}


UNREADABLE = {
    "no content": ({"is_inside": False}, "no TSTInfo"),
    "other content": ({"inner": "1.2.840.113549.1.7.1"}, "no TSTInfo"),
    "version of signed data": ({"version": 2}, "version 2"),
    "version of the signer": ({"signer_version": 3}, "version 3"),
    "digest not announced": ({"announced": "1.2.3"}, "does not announce"),
    "local time": (generalized(b"20261121120000"), "not a time in UTC"),
    "time with a zone": (generalized(b"20261121120000+0800"), "not a time in UTC"),
    "time without seconds": (generalized(b"202611211200Z"), "not a time in UTC"),
    "no such day": (generalized(b"20261131120000Z"), "not a moment"),
    "year nought": (generalized(b"00001121120000Z"), "not a moment"),
    "UTCTime": ({"time": write.element(strict.UTC_TIME, b"261121120000Z")}, "expected tag"),
    "negative accuracy": (accuracy(write.integer(-1)), "out of range"),
    "accuracy of ages": (accuracy(write.integer(2**31)), "out of range"),
    "a thousand milliseconds": (accuracy(write.element(0x80, b"\x03\xe8")), "out of range"),
    "accuracy in disorder": (
        accuracy(write.element(0x81, b"\x01"), write.element(0x80, b"\x01")),
        "no place",
    ),
    "empty number": (accuracy(write.element(0x80, b"")), "shortest form"),
    "elements in disorder": ({"tail": write.integer(1) + write.boolean(value=True)}, "no place"),
    "no imprint": ({"content": write.sequence(write.integer(1))}, "missing"),
}


@pytest.mark.parametrize(("changes", "message"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_token_is_refused(judge, tsa, at, changes, message):
    token = tokens.token(tsa, MESSAGE, **({"at": at} | changes))
    with pytest.raises(EncodingError, match=message):
        TimestampToken.from_der(token)
    assert judge(token) == INVALID


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"type": b""}, "not signed"),
        ({"digest": b""}, "not signed"),
        ({"ess": b""}, "signing certificate is not signed"),
        ({"type": attribute(tokens.CONTENT_TYPE, write.oid("1.2.3"))}, "another one"),
        ({"digest": attribute(tokens.MESSAGE_DIGEST)}, "exactly one value"),
        ({"ess": attribute(tokens.SIGNING_CERTIFICATE_V2, write.sequence())}, "missing"),
    ],
)
def test_the_signed_attributes_are_all_there(judge, tsa, at, row, message):
    token = tokens.token(
        tsa, MESSAGE, at=at, attributes=lambda content: tokens.rows(content, tsa, **row)
    )
    with pytest.raises(EncodingError, match=message):
        TimestampToken.from_der(token)
    assert judge(token) == INVALID


def test_a_token_without_attributes_is_refused(judge, tsa, at):
    token = tokens.token(tsa, MESSAGE, at=at, attributes=lambda _: [])
    with pytest.raises(EncodingError, match="without signed attributes"):
        TimestampToken.from_der(token)
    assert judge(token) == INVALID


def test_forms_that_are_recognised_and_not_read(judge, tsa, at):
    two = tokens.token(tsa, MESSAGE, at=at, signers=2)
    third = tokens.token(tsa, MESSAGE, content=tokens.info(MESSAGE, SM3, at=at, version=3))
    for token in (
        two,
        third,
        b"\x30\x80\x00\x00",
        tokens.token(tsa, MESSAGE, at=at, outer="1.2.3"),
    ):
        with pytest.raises(UnsupportedFormat):
            TimestampToken.from_der(token)
        assert judge(token) == UNSUPPORTED


def test_a_token_has_its_limit(judge):
    with pytest.raises(LimitExceeded):
        TimestampToken.from_der(bytes(MAX_TOKEN_BYTES + 1))
    assert judge(bytes(MAX_TOKEN_BYTES + 1)) == INVALID


@pytest.mark.parametrize("data", [b"", b"\x30", b"token", write.sequence(write.integer(1))])
def test_other_bytes_are_no_token(judge, data):
    assert judge(data) == INVALID
