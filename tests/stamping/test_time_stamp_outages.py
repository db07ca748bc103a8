"""Authorities behind real sockets that fail in every way a network knows: the stamp is made."""

from __future__ import annotations

import socket

import pytest

import govseal
import pdf_stamping
import tokens
from govseal.errors import StampError
from govseal.formats.ofd.compose import compose_document
from govseal.pki.algorithms import SHA256, SM3
from govseal.pki.fetch import HttpFetcher
from govseal.pki.timestamping import (
    QUERY_TYPE,
    REPLY_TYPE,
    HttpTimestampSource,
    TimestampRequest,
    TimestampResponse,
)
from website import LOOPBACK, Site, running

AT = pdf_stamping.AT + 2 * pdf_stamping.HOUR
PLACE = govseal.Placement(1, 20, 30)
OFD = compose_document([["测试许可证", "准予许可。"]], title="测试许可证")
FILES = {"ofd": OFD, "pdf": pdf_stamping.pdf()}
# Short for those that wait for it, and only they do.
SHORT_S = 0.3


@pytest.fixture(scope="module")
def site():
    with running(Site()) as found:
        yield found


@pytest.fixture(scope="module", params=["sm2", "rsa"])
def office(request):
    return pdf_stamping.office(request.param)


@pytest.fixture(scope="module")
def sm2_office():
    return pdf_stamping.office("sm2")


def replying(answer):
    """A responder that answers with what ``answer`` makes of the request."""

    def handle(handler):
        body = answer(handler.server_request)
        handler.send_response_only(200)
        handler.send_header("Content-Type", REPLY_TYPE)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = True

    return handle


def serve(site, path, answer):
    """``answer`` gets the request that was asked, and gives the body of the response."""

    def handle(handler):
        handler.server_request = TimestampRequest.from_der(site.asked[-1][3])
        replying(answer)(handler)

    site.answers[path] = handle
    return site.url(path)


def stamp(office, url, *, file=OFD, timeout_s=15.0, **terms):
    limits = {"timeout_s": timeout_s, "max_bytes": 4 * 1024 * 1024, "max_redirects": 0}
    fetcher = HttpFetcher(allowed_networks=LOOPBACK, **limits)
    algorithm = office.pki.signer.algorithm.digest
    source = HttpTimestampSource(url, fetcher, algorithm=algorithm)
    timestamp = govseal.TimestampTerms(source, **terms)
    signer = office.pki.signer
    return govseal.stamp(file, office.seal, signer, PLACE, at=AT, timestamp=timestamp)


def judged(office, stamped):
    at = AT + pdf_stamping.HOUR
    report = govseal.verify(stamped, office.pki.trust, materials=office.pki.materials, at=at)
    (found,) = report.signatures
    return found.verdict.value, found.time_source


@pytest.mark.parametrize("kind", FILES)
def test_a_responder_that_answers(site, office, kind):
    clock = tokens.source(office.pki.tsa, AT)
    url = serve(site, "/tsa", lambda request: clock.respond(request).encode())
    before, notices = len(site.asked), []
    stamped = stamp(office, url, file=FILES[kind], on_notice=notices.append)
    assert (judged(office, stamped), notices) == (("passed", "timestamp"), [])
    ((method, _, headers, body),) = site.asked[before:]
    asked = TimestampRequest.from_der(body)
    assert (method, headers["Content-Type"]) == ("POST", QUERY_TYPE)
    expected = SM3 if office.pki.signer.algorithm.key_kind == "sm2" else SHA256
    assert asked.imprint.algorithm == expected.oids[0]
    assert asked.wants_certificate
    assert asked.nonce is not None


def changed(office, **changes):
    """A response to another request than the one that was asked."""
    clock = tokens.source(office.pki.tsa, AT)

    def answer(request):
        values = {
            "imprint": request.imprint,
            "policy": request.policy,
            "nonce": request.nonce,
        } | {name: value(request) for name, value in changes.items()}
        return clock.respond(TimestampRequest(**values)).encode()

    return answer


def spoiled(office):
    clock = tokens.source(office.pki.tsa, AT)

    def answer(request):
        token = clock.respond(request).token
        return TimestampResponse("granted", token=token[:-1] + bytes([token[-1] ^ 1])).encode()

    return answer


def other_imprint(request):
    digest = bytes(len(request.imprint.digest))
    return type(request.imprint)(request.imprint.algorithm, digest)


REFUSED = TimestampResponse("rejection", ("时钟未校准",), ("time_not_available",)).encode()
WAITING = TimestampResponse("waiting").encode()
ANSWERS = {
    "a rejection": (lambda _: lambda _: REFUSED, "timestamp_refused"),
    "come back later": (lambda _: lambda _: WAITING, "timestamp_refused"),
    "granted and not there": (
        lambda _: lambda _: TimestampResponse("granted").encode(),
        "timestamp_invalid",
    ),
    "garbage": (lambda _: lambda _: b"<html>", "timestamp_invalid"),
    "nothing": (lambda _: lambda _: b"", "timestamp_invalid"),
    "another nonce": (
        lambda office: changed(office, nonce=lambda request: request.nonce ^ 1),
        "timestamp_invalid",
    ),
    "no nonce": (lambda office: changed(office, nonce=lambda _: None), "timestamp_invalid"),
    "another imprint": (
        lambda office: changed(office, imprint=other_imprint),
        "timestamp_invalid",
    ),
    "a spoiled signature": (spoiled, "timestamp_invalid"),
    "more than is read": (lambda _: lambda _: bytes(3 * 1024 * 1024), "timestamp_invalid"),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("what", ANSWERS)
def test_answers_that_are_no_time_stamp(site, sm2_office, kind, what):
    make, code = ANSWERS[what]
    url, notices = serve(site, "/wrong", make(sm2_office)), []
    stamped = stamp(sm2_office, url, file=FILES[kind], on_notice=notices.append)
    assert [notice.code for notice in notices] == [code]
    assert judged(sm2_office, stamped) == ("passed", "claimed")
    with pytest.raises(StampError) as caught:
        stamp(sm2_office, url, file=FILES[kind], is_required=True)
    assert caught.value.code == code


def hang_up(handler):
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def hold(handler):
    """Says nothing until the other side goes away."""
    handler.connection.recv(1)
    handler.close_connection = True


def break_off(handler):
    handler.send_response_only(200)
    handler.send_header("Content-Type", REPLY_TYPE)
    handler.send_header("Content-Length", "9999")
    handler.end_headers()
    handler.wfile.write(b"\x30\x82")
    handler.close_connection = True


OUTAGES = {
    "a server error": (500, {}, b""),
    "overloaded": (503, {"Retry_After": "1"}, b""),
    "another place": (302, {"Location": "/tsa"}, b""),
    "a page of the provider": (200, {"Content_Type": "text/html"}, b"<html>"),
    "hung up": hang_up,
    "broken off": break_off,
    "silence": hold,
    "more than a fetcher reads": (200, {"Content_Type": REPLY_TYPE}, bytes(9 * 1024 * 1024)),
}


@pytest.mark.parametrize("what", OUTAGES)
def test_nobody_answers(site, sm2_office, what):
    site.answers["/out"] = OUTAGES[what]
    notices, seconds = [], SHORT_S if what == "silence" else 15.0
    url = site.url("/out")
    stamped = stamp(sm2_office, url, timeout_s=seconds, on_notice=notices.append)
    assert [notice.code for notice in notices] == ["timestamp_unavailable"]
    assert url in notices[0].detail
    assert judged(sm2_office, stamped) == ("passed", "claimed")


def test_nobody_is_there(sm2_office):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        notices = []
        stamped = stamp(sm2_office, url, on_notice=notices.append)
        assert [notice.code for notice in notices] == ["timestamp_unavailable"]
        assert judged(sm2_office, stamped) == ("passed", "claimed")
        with pytest.raises(StampError) as caught:
            stamp(sm2_office, url, is_required=True)
    assert caught.value.code == "timestamp_unavailable"


def test_a_network_that_may_not_be_asked(sm2_office, site):
    before, notices = len(site.asked), []
    source = HttpTimestampSource(site.url("/tsa"), HttpFetcher())
    terms = govseal.TimestampTerms(source, on_notice=notices.append)
    signer = sm2_office.pki.signer
    govseal.stamp(OFD, sm2_office.seal, signer, PLACE, at=AT, timestamp=terms)
    assert [notice.code for notice in notices] == ["timestamp_unavailable"]
    assert len(site.asked) == before


def test_passwords_in_a_url_are_not_told(sm2_office):
    notices = []
    stamp(sm2_office, "http://user:geheim@tsa.invalid/", on_notice=notices.append)
    assert "geheim" not in notices[0].detail
    assert notices[0].code == "timestamp_unavailable"
