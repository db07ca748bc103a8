"""Requests, responses, and an authority with a key: what it makes, and what it refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest

import tokens
from cms_builder import algorithm
from govseal.asn1 import strict, write
from govseal.errors import EncodingError, KeyLoadError, LimitExceeded, TimestampRefused
from govseal.pki.algorithms import SHA1, SHA256, SM3
from govseal.pki.signer import load_signer
from govseal.pki.timestamp import TimestampToken
from govseal.pki.timestamping import (
    ANY_POLICY,
    MAX_REQUEST_BYTES,
    TimestampRequest,
    TimestampResponse,
)
from govseal.testing import Hierarchy, x509
from govseal.testing.hierarchy import PASSWORD

MESSAGE = b"signature value"
REQUEST = TimestampRequest.over(MESSAGE, policy="1.2.3", nonce=1 << 63)


# 请求 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [
        REQUEST,
        TimestampRequest.over(MESSAGE),
        TimestampRequest.over(b"", SHA256, nonce=-1),
        TimestampRequest(REQUEST.imprint, wants_certificate=False),
    ],
)
def test_a_request_comes_back_as_it_was(request_):
    assert TimestampRequest.from_der(request_.encode()) == request_


def test_a_request_tells_the_digest_alone():
    assert REQUEST.imprint.digest == SM3.digest(MESSAGE)
    assert MESSAGE not in REQUEST.encode()


def request_of(*tail, version=1):
    imprint = write.sequence(algorithm(SM3.oids[0]), write.octets(bytes(32)))
    return write.sequence(write.integer(version), imprint, *tail)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "header"),
        (write.sequence(), "missing"),
        (request_of(version=2), "another version"),
        (request_of(write.integer(1), write.oid("1.2.3")), "no place"),
        (request_of(write.utf8("x")), "no place"),
        (request_of() + b"\0", "bytes follow"),
        (write.sequence(write.integer(1), write.sequence(write.null())), "messageImprint"),
        (
            write.sequence(
                write.integer(1),
                write.sequence(algorithm(SM3.oids[0]), write.octets(b""), write.null()),
            ),
            "too many",
        ),
    ],
)
def test_what_is_no_request(data, message):
    with pytest.raises(EncodingError, match=message):
        TimestampRequest.from_der(data)


def test_a_request_has_its_limit():
    with pytest.raises(LimitExceeded):
        TimestampRequest.from_der(bytes(MAX_REQUEST_BYTES + 1))


# 响应 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "response",
    [
        TimestampResponse("granted", token=write.sequence()),
        TimestampResponse("rejection", ("时钟未校准", "clock"), ("time_not_available",)),
        TimestampResponse("waiting"),
        TimestampResponse("rejection", failures=("bad_algorithm", "system_failure")),
    ],
)
def test_a_response_comes_back_as_it_was(response):
    assert TimestampResponse.from_der(response.encode()) == response


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (TimestampResponse("rejection", ("时钟",), ("time_not_available",)), "time_not_available"),
        (TimestampResponse("rejection"), "rejection"),
        (TimestampResponse("waiting", token=b"\x05\x00"), "waiting"),
    ],
)
def test_a_refusal_is_an_error_with_its_reason(response, code):
    with pytest.raises(TimestampRefused, match=code) as caught:
        TimestampResponse.from_der(response.encode()).token_for(REQUEST)
    assert caught.value.code == code
    assert all(text in str(caught.value) for text in response.texts)


def test_a_failure_without_a_name_keeps_its_number():
    status = write.sequence(write.integer(2), write.named_bits([7]))
    response = TimestampResponse.from_der(write.sequence(status))
    assert response.failures == ("failure_7",)
    with pytest.raises(ValueError, match="failure_7"):
        response.encode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x30", "header"),
        (write.sequence(), "missing"),
        (write.sequence(write.sequence(write.integer(6))), "not a status"),
        (write.sequence(write.sequence(write.integer(-1))), "not a status"),
        (write.sequence(write.sequence(write.integer(0), write.integer(0))), "not a status"),
        (write.sequence(write.sequence(write.integer(0)), b"\x05\x00\x05\x00"), "too many"),
        (write.sequence(write.sequence(write.integer(0), write.sequence(b"\x05\0"))), "expected"),
    ],
)
def test_what_is_no_response(data, message):
    with pytest.raises(EncodingError, match=message):
        TimestampResponse.from_der(data)


def test_a_token_that_is_granted_and_not_there():
    with pytest.raises(EncodingError, match="not there"):
        TimestampResponse("granted").token_for(REQUEST)


def test_a_token_that_is_none():
    with pytest.raises(EncodingError):
        TimestampResponse("granted", token=write.sequence()).token_for(REQUEST)


@pytest.mark.parametrize(
    "asked",
    [
        TimestampRequest.over(MESSAGE + b"\0", policy="1.2.3", nonce=5),
        TimestampRequest.over(MESSAGE, SHA256, policy="1.2.3", nonce=5),
        TimestampRequest.over(MESSAGE, policy="1.2.4", nonce=5),
        TimestampRequest.over(MESSAGE, policy="1.2.3", nonce=6),
        TimestampRequest.over(MESSAGE, policy="1.2.3"),
    ],
    ids=["message", "digest", "policy", "nonce", "no nonce"],
)
def test_the_answer_to_another_request(tsa, at, asked):
    request = TimestampRequest.over(MESSAGE, policy="1.2.3", nonce=5)
    response = tokens.source(tsa, at, policy_oid="1.2.3").respond(request)
    assert response.token_for(request).info.nonce == 5
    with pytest.raises(EncodingError, match="another request"):
        response.token_for(asked)


# 时间戳服务 ------------------------------------------------------------------------------------


def test_a_source_makes_tokens_that_count(judge, tsa, rsa_tsa, at):
    for signer in (tsa, rsa_tsa):
        der = tokens.source(signer, at).timestamp(MESSAGE)
        token = TimestampToken.from_der(der)
        assert judge(der) == ("passed", "")
        assert (token.gen_time, token.info.policy, token.info.nonce) == (at, ANY_POLICY, None)
        assert token.info.accuracy == timedelta(seconds=1)
        assert token.certificates == (signer.certificate.der,)


def test_a_source_counts_and_reads_its_clock_each_time(tsa, at):
    hours = iter(range(9))
    source = tokens.SignerTimestampSource(
        tsa,
        clock=lambda: at + timedelta(hours=next(hours)),
        serial=iter((5, 6)).__next__,
        policy_oid="1.2.9",
    )
    found = [TimestampToken.from_der(source.timestamp(MESSAGE)) for _ in range(2)]
    assert [token.info.serial for token in found] == [5, 6]
    assert [token.gen_time - at for token in found] == [timedelta(0), timedelta(hours=1)]
    assert {token.info.policy for token in found} == {"1.2.9"}


def test_serial_numbers_do_not_repeat(tsa, at):
    source = tokens.source(tsa, at)
    found = {TimestampToken.from_der(source.timestamp(MESSAGE)).info.serial for _ in range(8)}
    assert len(found) == 8
    assert all(number.bit_length() == 127 for number in found)


def test_a_fraction_of_a_second_is_cut_off(tsa, at):
    source = tokens.source(tsa, at + timedelta(microseconds=999_999))
    assert TimestampToken.from_der(source.timestamp(MESSAGE)).gen_time == at


def test_a_clock_without_a_zone_is_refused(tsa, at):
    with pytest.raises(ValueError, match="time zone"):
        tokens.source(tsa, at.replace(tzinfo=None)).timestamp(MESSAGE)


def test_the_certificate_travels_where_it_is_wanted(tsa, at):
    request = TimestampRequest(REQUEST.imprint, wants_certificate=False)
    response = tokens.source(tsa, at).respond(request)
    assert response.token_for(request).certificates == ()


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (TimestampRequest.over(MESSAGE, SHA1), "bad_algorithm"),
        (
            TimestampRequest(type(REQUEST.imprint)("1.2.3", bytes(32))),
            "bad_algorithm",
        ),
        (TimestampRequest(type(REQUEST.imprint)(SM3.oids[0], bytes(31))), "bad_data_format"),
        (TimestampRequest.over(MESSAGE, policy="1.2.4"), "unaccepted_policy"),
        (
            TimestampRequest.from_der(
                request_of(
                    write.element(0xA0, x509.encode_extension("1.2.3", b"\5\0", is_critical=True))
                )
            ),
            "unaccepted_extension",
        ),
    ],
)
def test_a_source_refuses_what_it_cannot_answer(tsa, at, asked, code):
    response = tokens.source(tsa, at, policy_oid="1.2.3").respond(asked)
    assert (response.status, response.failures, response.token) == ("rejection", (code,), None)
    with pytest.raises(TimestampRefused) as caught:
        response.token_for(asked)
    assert caught.value.code == code


def test_a_signer_is_no_authority(signer, at):
    with pytest.raises(KeyLoadError, match="not for time stamps alone") as caught:
        tokens.source(signer, at)
    assert caught.value.kind == "unsupported"


def test_the_authority_of_the_hierarchy_works(tmp_path, at):
    Hierarchy.create(at=at).write(tmp_path)
    signer = load_signer(tmp_path / "tsa.p12", password=PASSWORD)
    token = TimestampToken.from_der(tokens.source(signer, at).timestamp(MESSAGE))
    assert token.find_authority() == signer.certificate
    assert strict.parse(token.der).tag == strict.SEQUENCE
