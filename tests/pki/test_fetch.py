"""Fetching over HTTP: against a server of our own on the loopback, with every limit tried."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from govseal.asn1 import write
from govseal.errors import FetchError
from govseal.pki import fetch, pem
from govseal.pki.fetch import EVERYWHERE, Fetched, HttpFetcher
from govseal.testing import x509
from website import LOOPBACK, Site, running

DAY = timedelta(days=1)


@pytest.fixture
def site():
    with running(Site()) as found:
        yield found


@pytest.fixture
def fetcher():
    return HttpFetcher(allowed_networks=LOOPBACK)


def refused(fetcher, url, said):
    with pytest.raises(FetchError, match=said) as caught:
        fetcher.get(url)
    assert caught.value.url.split(":")[0] in str(caught.value)
    return caught.value


# --- 所得 · what comes back -------------------------------------------------------------------


def test_a_body_and_its_type(site, fetcher):
    url = site.serve("/a?b=1", b"body", Content_Type="Application/PKIX-CRL; charset=x")
    assert fetcher.get(url) == Fetched(b"body", "application/pkix-crl")
    ((method, path, headers, _),) = site.asked
    assert (method, path) == ("GET", "/a?b=1")
    assert headers["Host"] == site.base.removeprefix("http://")
    assert headers["User-Agent"].startswith("govseal/")
    assert headers["Accept-Encoding"] == "identity"


def test_a_path_with_two_slashes_is_asked_as_it_is():
    """Looked at from inside: the server of these tests takes one of them away."""
    for path in ("//a//b.crl", "/?x=1", "/a?b=//c", "/a;b"):
        assert fetch._Target.of(f"http://example{path}").path == path
    assert fetch._Target.of("http://example").path == "/"


def test_a_question_and_its_answer(site, fetcher):
    url = site.serve("/ocsp", b"answer")
    assert fetcher.post(url, b"question", "application/ocsp-request") == Fetched(b"answer", "")
    ((method, _, headers, body),) = site.asked
    assert (method, body) == ("POST", b"question")
    assert headers["Content-Type"] == "application/ocsp-request"


def test_a_body_in_chunks_or_to_the_end(site, fetcher):
    def chunked(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        handler.wfile.write(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        handler.close_connection = True

    def to_the_end(handler):
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\nabcde")
        handler.close_connection = True

    for answer in (chunked, to_the_end):
        site.answers["/x"] = answer
        assert fetcher.get(site.url("/x")).content == b"abcde"


def test_a_fragment_is_not_sent(site, fetcher):
    assert fetcher.get(site.serve("/a", b"x") + "#b").content == b"x"


# --- 转向 · redirects -------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(site, fetcher, status):
    site.serve("/b", b"there")
    url = site.serve("/a", status=status, Location="b")
    assert fetcher.get(url).content == b"there"


@pytest.mark.parametrize(
    ("status", "follows"), [(307, True), (308, True), (302, False), (303, False)]
)
def test_a_question_moves_only_as_it_is(site, fetcher, status, follows):
    site.serve("/b", b"there")
    url = site.serve("/a", status=status, Location="/b")
    if follows:
        assert fetcher.post(url, b"q", "x/y").content == b"there"
        assert site.asked[-1][3] == b"q"
    else:
        with pytest.raises(FetchError, match=str(status)):
            fetcher.post(url, b"q", "x/y")


def test_a_circle_of_redirects_ends(site, fetcher):
    url = site.serve("/a", status=302, Location="/a")
    refused(fetcher, url, "more than 5 redirects")
    assert len(site.asked) == 6
    refused(HttpFetcher(allowed_networks=LOOPBACK, max_redirects=0), url, "more than 0")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("file:///etc/passwd", "neither http nor https"),
        ("ftp://example/x", "neither http nor https"),
        ("http://[", "not a URL"),
        ("http://a b/", "plain characters"),
        ("http://u:p@localhost/", "a user in it"),
    ],
)
def test_redirects_are_judged_anew(site, fetcher, place, said):
    refused(fetcher, site.serve("/a", status=302, Location=place), said)
    assert len(site.asked) == 1


def test_a_redirect_to_an_address_that_is_not_public(site):
    """The first address is allowed, the second is not."""
    fetcher = HttpFetcher(allowed_networks=("127.0.0.1/32", "::1/128"))
    url = site.serve("/a", status=302, Location="http://127.0.0.2/x")
    refused(fetcher, url, r"127\.0\.0\.2 is no public address")


def test_a_redirect_that_leads_nowhere(site, fetcher):
    refused(fetcher, site.serve("/a", status=302), "answers 302")


# --- 地址 · addresses -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:102:304:0:0:80ff:fffe]",
        "0.0.0.0",  # noqa: S104 - refused
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[5f00::1]",
    ],
)
def test_only_public_addresses_are_asked(host):
    try:
        socket.getaddrinfo(host.strip("[]"), 80, type=socket.SOCK_STREAM)
    except OSError:
        refused(HttpFetcher(), f"http://{host}/", "cannot be looked up")
        return
    refused(HttpFetcher(), f"http://{host}/x.crl", "is no public address")


def test_public_addresses_are_public():
    fetcher = HttpFetcher()
    for place in ("1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"):
        assert fetcher._is_allowed(place)
    everywhere = HttpFetcher(allowed_networks=EVERYWHERE)
    for place in ("127.0.0.1", "::1", "10.0.0.1", "fe80::1%eth0", "::ffff:10.0.0.1"):
        assert everywhere._is_allowed(place)
        assert not fetcher._is_allowed(place)


def test_a_network_that_is_none_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="10"):
        HttpFetcher(allowed_networks=("10.0.0.0/99",))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ldap://example/CN=x", "neither http nor https"),
        ("ftp://example/x", "neither http nor https"),
        ("file:///etc/passwd", "neither http nor https"),
        ("http://", "neither http nor https"),
        ("http:///x", "neither http nor https"),
        ("", "neither http nor https"),
        ("http://example:99999/", "not a URL"),
        ("http://[::1", "not a URL"),
        ("http://user@localhost/", "a user in it"),
        ("http://example/测试", "plain characters"),
        ("http://example/a b", "plain characters"),
        ("http://example/\r\nHost: x", "plain characters"),
        ("http://example/" + "a" * 3000, "too long"),
    ],
)
def test_what_is_no_url_to_ask(fetcher, url, said):
    refused(fetcher, url, said)


def test_a_user_and_a_password_are_not_told(site, fetcher):
    site.serve("/a", b"", status=302, Location="http://kate:secret@127.0.0.1/a")
    for url in ("http://kate:secret@localhost/", "//kate:secret@x y", f"{site.base}/a"):
        with pytest.raises(FetchError) as caught:
            fetcher.get(url)
        assert "secret" not in str(caught.value) + caught.value.url


def test_a_name_that_is_not_there(fetcher):
    refused(fetcher, "http://nowhere.invalid/", "looked up")


def test_nobody_listens(fetcher):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        refused(fetcher, f"http://127.0.0.1:{taken.getsockname()[1]}/", "no connection")


# --- 大小与时间 · size and time ---------------------------------------------------------------


def test_a_body_too_large(site):
    fetcher = HttpFetcher(allowed_networks=LOOPBACK, max_bytes=100)
    assert len(fetcher.get(site.serve("/a", bytes(100))).content) == 100
    refused(fetcher, site.serve("/b", bytes(101)), "more than 100 bytes")

    def endless(handler):
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n\r\n" + bytes(10_000))
        handler.close_connection = True

    site.answers["/c"] = endless
    refused(fetcher, site.url("/c"), "more than 100 bytes")


def test_a_body_that_ends_too_early(site, fetcher):
    refused(fetcher, site.serve("/a", b"abc", Content_Length="10"), "ends too early")

    def chunked(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc")
        handler.close_connection = True

    site.answers["/b"] = chunked
    refused(fetcher, site.url("/b"), "no answer")


def dripping(data, gap):
    """An answer that comes octet by octet until the reader is gone."""

    def answer(handler):
        handler.close_connection = True
        for octet in data:
            handler.wfile.write(bytes((octet,)))
            handler.wfile.flush()
            if gap.wait(0.05):
                return

    return answer


@pytest.mark.parametrize(
    "data",
    [b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500, b"HTTP/1.0 200 OK\r\n\r\n" + bytes(1000)],
    ids=["head", "body"],
)
def test_a_server_that_drips_is_left(site, data):
    """Each octet comes in time, and all of them do not."""
    fetcher = HttpFetcher(allowed_networks=LOOPBACK, timeout_s=0.3)
    gone = threading.Event()
    site.answers["/a"] = dripping(data, gone)
    try:
        refused(fetcher, site.url("/a"), "too long")
    finally:
        gone.set()


def test_a_server_that_says_nothing_is_left(site):
    fetcher = HttpFetcher(allowed_networks=LOOPBACK, timeout_s=0.2)
    gone = threading.Event()
    site.answers["/a"] = lambda _: gone.wait()
    try:
        refused(fetcher, site.url("/a"), "too long")
    finally:
        gone.set()


@pytest.mark.parametrize("status", [204, 400, 404, 500, 304])
def test_another_status_is_no_answer(site, fetcher, status):
    refused(fetcher, site.serve("/a", status=status), f"answers {status}")


def test_a_compressed_body_is_refused(site, fetcher):
    refused(fetcher, site.serve("/a", b"x", Content_Encoding="gzip"), "compressed")


def test_what_is_no_http_is_refused(site, fetcher):
    for said in (b"SSH-2.0-x\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n"):

        def answer(handler, said=said):
            handler.wfile.write(said)
            handler.close_connection = True

        site.answers["/a"] = answer
        refused(fetcher, site.url("/a"), "no answer")


# --- 缓存 · cache -----------------------------------------------------------------------------


def served_list(site, ca, path, *, until, date):
    crl = ca.crl(this_update=date - DAY, next_update=until)
    site.serve(path, crl, Date=format_datetime(date))
    return site.url(path), crl


def test_a_list_is_kept_until_its_next_update(site, fetcher, ca, at):
    url, crl = served_list(site, ca, "/a.crl", until=at + DAY, date=at)
    assert [fetcher.get(url).content for _ in range(3)] == [crl] * 3
    assert len(site.asked) == 1


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_list_that_is_to_be_replaced_is_not_kept(site, fetcher, ca, at, seconds):
    url, _ = served_list(site, ca, "/a.crl", until=at + timedelta(seconds=seconds), date=at)
    for _ in range(2):
        fetcher.get(url)
    assert len(site.asked) == 2


def test_what_is_no_list_is_not_kept(site, fetcher, ca, at):
    date = format_datetime(at)
    contents = (b"text", ca.certificate.der, ca.crl(has_next_update=False))
    for number, body in enumerate(contents):
        url = site.serve(f"/{number}", body, Date=date)
        fetcher.get(url)
        fetcher.get(url)
    undated = site.serve("/undated", ca.crl())
    fetcher.get(undated)
    fetcher.get(undated)
    assert len(site.asked) == 8


def test_the_cache_is_bounded(site, ca, at):
    crl = ca.crl()
    fetcher = HttpFetcher(allowed_networks=LOOPBACK, cache_bytes=len(crl) * 2 + 10)
    urls = [site.serve(f"/{n}", crl, Date=format_datetime(at)) for n in range(3)]
    for url in (*urls, urls[2], urls[1], urls[0]):
        fetcher.get(url)
    assert [path for _, path, _, _ in site.asked] == ["/0", "/1", "/2", "/0"]
    for changes in ({"cache_bytes": 0}, {"max_age_s": 0}):
        nothing = HttpFetcher(allowed_networks=LOOPBACK, **changes)
        nothing.get(urls[0])
        assert not nothing._kept


# --- 加密 · https -----------------------------------------------------------------------------


@pytest.fixture
def secure(tmp_path, rsa_ca, monkeypatch):
    """A server with a certificate for localhost, below the RSA CA that OpenSSL is told to trust."""
    now = datetime.now(UTC)
    name = write_name("localhost")
    who = rsa_ca.issue("localhost", extensions=[name], not_before=now - DAY, not_after=now + DAY)
    (tmp_path / "server.pem").write_bytes(
        pem.write_pem("PRIVATE KEY", who._key.to_pkcs8()) + who.certificate.to_pem()
    )
    (tmp_path / "roots.pem").write_bytes(rsa_ca.certificate.to_pem())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
    with running(Site(), context=context) as found:
        yield found


def write_name(host):
    value = write.sequence(write.element(0x82, host.encode()))
    return x509.encode_extension("2.5.29.17", value)


def test_https_with_a_certificate_that_the_system_trusts(secure, fetcher):
    assert fetcher.get(secure.serve("/a", b"safe")).content == b"safe"


def test_https_with_a_certificate_that_nobody_trusts(secure, fetcher, monkeypatch, tmp_path):
    (tmp_path / "none.pem").write_bytes(b"")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    refused(fetcher, secure.serve("/a", b"x"), "certificate verify failed")


def test_https_with_a_certificate_of_another_name(secure, fetcher):
    secure.serve("/a", b"x")
    refused(
        fetcher, secure.url("/a").replace("localhost", "127.0.0.1"), "certificate verify failed"
    )


def test_no_redirect_from_https_to_http(secure, site, fetcher):
    site.serve("/b", b"plain")
    refused(fetcher, secure.serve("/a", status=302, Location=site.url("/b")), "from https to http")
    assert not site.asked
    secure.serve("/b", b"safe")
    assert fetcher.get(site.serve("/c", status=302, Location=secure.url("/b"))).content == b"safe"
