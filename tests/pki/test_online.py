"""Revocation looked up across a network: who is asked, when nobody is, and what an outage costs."""

from __future__ import annotations

from datetime import timedelta

import pytest

import govseal
from govseal.errors import EncodingError, FetchError, TimestampRefused
from govseal.pki import online, pem
from govseal.pki.algorithms import SHA256
from govseal.pki.crl import Crl
from govseal.pki.fetch import Fetched
from govseal.pki.materials import Materials
from govseal.pki.online import OnlineRevocation
from govseal.pki.timestamp import verify_token
from govseal.pki.timestamping import HttpTimestampSource, SignerTimestampSource, TimestampResponse
from govseal.pki.trust import TrustStore
from govseal.testing import Authority, Revoked, Simulator
from govseal.testing.ocsp import encode_refusal

LIST = "http://crl.example/ca.crl"
RESPONDER = "http://ocsp.example/"
TSA = "http://tsa.example/"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def root(at):
    """A CA whose certificates name an LDAP server, a list and a responder."""
    places = ("ldap://ldap.example/CN=x", LIST)
    return Authority.create("测试在线 CA", at=at, crl_urls=places, ocsp_urls=(RESPONDER,))


@pytest.fixture(scope="module")
def leaf(root):
    return root.issue("99000000000001").certificate


@pytest.fixture
def net(root, at):
    """A network where both answer."""
    found = Simulator()
    found.serve(LIST, root.crl())
    found.serve_ocsp(RESPONDER, root, at=at, responder=root.create_responder())
    return found


@pytest.fixture
def ask(root, leaf, net, at):
    def call(certificate=leaf, *, trust=None, materials=None, inquiry=None, moment=at):
        inquiry = inquiry or OnlineRevocation(net)
        trust = TrustStore([root.certificate]) if trust is None else trust
        return inquiry.check(certificate, trust, materials=materials, at=moment)

    return call


# --- 查询 · asked -----------------------------------------------------------------------------


def test_the_responder_is_asked_first(ask, net):
    state = ask()
    assert (state.state, state.problems) == ("good", ())
    assert state.source.startswith("OCSP answer")
    assert net.asked == [RESPONDER]


def test_a_ca_below_another_system_is_asked_where_that_is_allowed(at):
    upper = Authority.create("测试 RSA 根", algorithm="rsa", at=at)
    middle = upper.create_authority("测试 SM2 CA", algorithm="sm2")
    middle.ocsp_urls = (RESPONDER,)
    net = Simulator()
    net.serve_ocsp(RESPONDER, middle, at=at, responder=middle.create_responder())
    how = {"certificates": (middle.certificate,), "at": at}
    leaf, trust = middle.issue("99000000000001").certificate, TrustStore([upper.certificate])
    refused = OnlineRevocation(net).check(leaf, trust, **how)
    assert (refused.state, net.asked) == ("unknown", [])
    assert OnlineRevocation(net).check(leaf, trust, allow_mixed=True, **how).state == "good"
    assert net.asked == [RESPONDER]


def test_a_revoked_certificate(ask, net, root, leaf, at):
    net.serve_ocsp(RESPONDER, root, at=at, revoked=[leaf])
    assert (ask().state, ask().problems) == ("revoked", ())


def test_where_the_responder_is_silent_the_list_is_got(ask, net):
    net.outages.add(RESPONDER)
    state = ask()
    assert (state.state, net.asked) == ("good", [RESPONDER, LIST])
    assert state.problems == (f"{RESPONDER}: nobody answers",)
    assert state.source.startswith("CRL of")


def test_a_list_in_pem_is_read(ask, net, root):
    net.outages.add(RESPONDER)
    net.serve(LIST, pem.write_pem("X509 CRL", root.crl()))
    assert ask().state == "good"


def test_what_is_at_hand_is_enough(ask, net, root, leaf, at):
    for crl, state in ((root.crl(), "good"), (root.crl([Revoked(leaf, at)]), "revoked")):
        assert ask(materials=Materials(crls=(Crl.from_der(crl),))).state == state
    assert net.asked == []


def test_stale_lists_at_hand_are_renewed(ask, net, root, at):
    stale = Crl.from_der(root.crl(this_update=at - 3 * DAY, next_update=at - DAY))
    assert ask(materials=Materials(crls=(stale,))).state == "good"
    assert net.asked == [RESPONDER]


def test_one_list_for_many_certificates(ask, net, root):
    net.outages.add(RESPONDER)
    inquiry = OnlineRevocation(net)
    for number in range(3):
        state = ask(root.issue(str(number)).certificate, inquiry=inquiry)
        assert state.state == "good"
        assert len(state.problems) == 1
    # What failed once is not tried again.
    assert net.asked == [RESPONDER, LIST]


def test_the_public_function_asks_too(net, root, leaf, at):
    trust = TrustStore([root.certificate])
    assert govseal.check_revocation(leaf, trust, fetcher=net, at=at).state == "good"
    assert govseal.check_revocation(leaf, trust, at=at).state == "unknown"
    assert net.asked == [RESPONDER]


# --- 不询问 · not asked -----------------------------------------------------------------------


def test_nobody_is_asked_about_a_certificate_of_strangers(ask, net, leaf):
    """Whoever makes a certificate himself does not choose the addresses that are asked."""
    state = ask(trust=TrustStore())
    assert (state.state, state.reason) == ("unknown", "no_revocation_data")
    assert net.asked == []


def test_a_certificate_that_calls_itself_one_of_the_ca(ask, net, root, at):
    forger = Authority.create("测试在线 CA", at=at, ocsp_urls=("http://inside.example/",))
    assert ask(forger.issue("x").certificate).state == "unknown"
    assert net.asked == []


@pytest.mark.parametrize(
    "places",
    [
        {"crl_urls": ("ldap://x/CN=1", "file:///etc/passwd", "")},
        {"ocsp_urls": ("ldap://x", "javascript:x")},
        {},
    ],
)
def test_only_the_web_is_asked(ask, net, at, places):
    other = Authority.create("别处", at=at, **places)
    state = ask(other.issue("x").certificate, trust=TrustStore([other.certificate]))
    assert (state.state, state.reason, state.problems) == ("unknown", "no_revocation_data", ())
    assert net.asked == []


def test_a_certificate_with_many_addresses_is_asked_about_in_bounds(ask, net, at):
    urls = tuple(f"http://{n}.example/" for n in range(50))
    other = Authority.create("别处", at=at, crl_urls=urls, ocsp_urls=urls)
    state = ask(other.issue("x").certificate, trust=TrustStore([other.certificate]))
    assert state.state == "unknown"
    assert len(net.asked) == online.MAX_URLS
    assert len(state.problems) == 2 * online.MAX_URLS


def test_one_run_asks_in_bounds(ask, net, root, monkeypatch):
    monkeypatch.setattr(online, "MAX_REQUESTS", 3)
    inquiry = OnlineRevocation(net)
    states = [ask(root.issue("x").certificate, inquiry=inquiry) for _ in range(4)]
    assert [state.state for state in states] == ["good", "good", "good", "unknown"]
    assert len(net.asked) == 3
    assert "more than 3 requests" in states[-1].problems[0]


# --- 故障 · outages ---------------------------------------------------------------------------


def test_an_outage_of_all_is_told_and_not_raised(ask, net):
    net.outages |= {RESPONDER, LIST}
    state = ask()
    assert (state.state, state.reason) == ("unknown", "no_revocation_data")
    assert len(state.problems) == 2


def test_a_revocation_that_is_known_needs_no_network(ask, net, root, leaf, at):
    net.outages |= {RESPONDER, LIST}
    known = Materials(crls=(Crl.from_der(root.crl([Revoked(leaf, at)])),))
    assert ask(materials=known).state == "revoked"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html>captive portal</html>", "DER"),
        (b"", "header"),
        (encode_refusal("try_later"), "try_later"),
        (encode_refusal("unauthorized"), "unauthorized"),
    ],
)
def test_what_is_no_answer_leads_to_the_list(ask, net, content, said):
    net.serve(RESPONDER, content)
    state = ask()
    assert (state.state, net.asked) == ("good", [RESPONDER, LIST])
    assert len(state.problems) == 1
    if said != "DER":
        assert said in state.problems[0]


def test_the_answer_to_another_request_is_refused(ask, net, root, leaf):
    """An old answer of the responder, played again: its nonce is another one."""
    net.serve(RESPONDER, root.ocsp(leaf, nonce=bytes(32)))
    net.outages.add(LIST)
    state = ask()
    assert (state.state, state.reason) == ("unknown", "no_revocation_data")
    assert "another request" in state.problems[0]


def test_an_answer_made_in_advance_has_no_nonce(ask, net, root, leaf):
    net.serve(RESPONDER, root.ocsp(leaf))
    assert (ask().state, ask().problems) == ("good", ())


def test_an_answer_about_another_certificate_or_by_nobody(ask, net, root, leaf, other_ca):
    net.outages.add(LIST)
    answers = (
        root.ocsp(root.issue("x").certificate),
        root.ocsp(leaf, key=other_ca.key),
        root.ocsp(leaf, state="unknown"),
    )
    for content in answers:
        net.serve(RESPONDER, content)
        assert ask().state == "unknown"


@pytest.mark.parametrize("content", [b"", b"<html>", b"-----BEGIN X509 CRL-----\nAA\n"])
def test_what_is_no_list_is_told(ask, net, content):
    net.outages.add(RESPONDER)
    net.serve(LIST, content)
    state = ask()
    assert (state.state, len(state.problems)) == ("unknown", 2)
    assert state.problems[1].startswith(LIST)


def test_a_list_of_somebody_else(ask, net, other_ca):
    net.outages.add(RESPONDER)
    net.serve(LIST, other_ca.crl())
    assert (ask().state, ask().reason) == ("unknown", "no_revocation_data")


def test_a_fetcher_of_ones_own_may_fail_in_its_own_way(root, leaf, at):
    class Broken:
        def get(self, url):
            raise ConnectionResetError("reset by peer")

        def post(self, url, body, content_type):
            raise TimeoutError("timed out")

    state = OnlineRevocation(Broken()).check(leaf, TrustStore([root.certificate]), at=at)
    assert state.problems == (f"{RESPONDER}: timed out", f"{LIST}: reset by peer")


def test_a_time_without_zone_is_refused(ask, at):
    with pytest.raises(ValueError, match="time zone"):
        ask(moment=at.replace(tzinfo=None))


# --- 时间戳 · time stamps ---------------------------------------------------------------------


@pytest.fixture
def stamped(net, tsa, at):
    net.serve_time_stamps(TSA, SignerTimestampSource(tsa, clock=lambda: at))
    return net


def test_a_token_comes_across_the_network(stamped, trust, lists, at):
    for algorithm in (SHA256, None):
        changes = {} if algorithm is None else {"algorithm": algorithm}
        token = HttpTimestampSource(TSA, stamped, **changes).timestamp(b"message")
        result = verify_token(token, b"message", trust, materials=lists)
        assert (result.outcome, result.proved_at) == ("passed", at)
        assert result.token.info.nonce is not None


def test_an_authority_that_refuses(stamped):
    source = HttpTimestampSource(TSA, stamped, policy_oid="1.2.77")
    with pytest.raises(TimestampRefused) as caught:
        source.timestamp(b"message")
    assert caught.value.code == "unaccepted_policy"


def test_an_authority_that_nobody_reaches(net):
    with pytest.raises(FetchError) as caught:
        HttpTimestampSource(TSA, net).timestamp(b"message")
    assert caught.value.url == TSA


def test_an_answer_of_another_type(stamped):
    service = stamped.services[TSA]
    for kind in ("", "text/html", "application/timestamp-query"):
        stamped.services[TSA] = lambda body, kind=kind: Fetched(service(body).content, kind)
        with pytest.raises(FetchError, match="no time stamp"):
            HttpTimestampSource(TSA, stamped).timestamp(b"message")


def test_an_old_token_played_again(stamped):
    """Over the same message: only the nonce tells."""
    service = stamped.services[TSA]
    kept = []

    def replay(body):
        kept.append(service(body))
        return kept[0]

    stamped.services[TSA] = replay
    source = HttpTimestampSource(TSA, stamped)
    source.timestamp(b"message")
    with pytest.raises(EncodingError, match="another request"):
        source.timestamp(b"message")


@pytest.mark.parametrize("content", [b"", b"<html>", TimestampResponse("granted").encode()])
def test_what_is_no_time_stamp(net, content):
    net.serve(TSA, content, "application/timestamp-reply")
    with pytest.raises(EncodingError):
        HttpTimestampSource(TSA, net).timestamp(b"message")
