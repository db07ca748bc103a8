"""Options that bring revocation data from elsewhere: files, a network, the operating system."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from oscrypto import trust_list

from govseal.cli.arguments import network
from govseal.pki.signer import load_signer
from govseal.pki.timestamping import REPLY_TYPE, SignerTimestampSource, TimestampRequest
from govseal.seal.codec import decode_seal
from website import Site, running

NAME = "测试市行政审批服务管理局行政审批专用章"
LOOPBACK = ("--allow-network", "127.0.0.0/8", "--allow-network", "::1/128")


@pytest.fixture
def site():
    with running(Site()) as found:
        yield found


@pytest.fixture
def placed(ask, site, desk, tmp_path):
    """A stamped document whose certificates name the site."""
    pki, password = tmp_path / "pki", ("--password-file", desk.path("password"))
    assert ask("pki", "init", pki, "--base-url", site.base + "/pki").status == 0
    seal, stamped = tmp_path / "seal.esl", tmp_path / "stamped.ofd"
    made = ask(
        *("seal", "make", "--maker", pki / "maker.p12", "--signer", pki / "signer.pem", *password),
        *("--name", NAME, "--picture", desk.path("seal.png"), "-o", seal),
    )
    assert made.status == 0
    signing = ("--seal", seal, "--key", pki / "signer.p12", *password, "--place", "1,120,210")
    assert ask("stamp", desk.path("permit.ofd"), "-o", stamped, *signing).status == 0
    for name in ("ca.crl", "maker-ca.crl"):
        site.serve(f"/pki/{name}", (pki / name).read_bytes())
    return stamped, ("--trust", pki / "roots.pem")


def reasons(answer):
    (signature,) = answer.json["signatures"]
    return {check["name"]: check["reason"] for check in signature["checks"] if check["reason"]}


# --- 文件 · files -----------------------------------------------------------------------------


def test_an_answer_in_a_file_does_as_a_list(ask, desk):
    maker = ("--crl", desk.path("pki/maker-ca.crl"))
    trusted = ("--trust", desk.path("pki/roots.pem"), *maker)
    assert ask("verify", desk.path("stamped.ofd"), *trusted).status == 3
    for place in ("pki/signer.ocsp", "pki"):
        answer = ask("verify", desk.path("stamped.ofd"), *trusted, "--ocsp", desk.path(place))
        assert answer.status == 0


def test_files_that_are_no_answer(ask, desk):
    words = ("verify", desk.path("stamped.ofd"), *desk.trusted)
    assert ask(*words, "--ocsp", desk.path("absent.ocsp")).status == 2
    answer = ask(*words, "--ocsp", desk.path("note.txt"), "--lang", "en")
    assert answer.status == 2
    assert "neither a certificate" in answer.error


def test_the_report_never_replaces_the_answer(ask, desk, tmp_path):
    answer = tmp_path / "answer.html"
    answer.write_bytes(desk.path("pki/signer.ocsp").read_bytes())
    words = ("verify", desk.path("stamped.ofd"), *desk.trusted, "--ocsp", answer)
    assert ask(*words, "--report", answer).status == 2


# --- 联网 · a network -------------------------------------------------------------------------


def test_online_what_is_missing_is_fetched(ask, placed, site):
    stamped, trust = placed
    words = ("verify", stamped, *trust, "--json")
    assert ask(*words).status == 3
    assert site.asked == [], "offline is the default"
    answer = ask(*words, "--online", *LOOPBACK)
    assert answer.status == 0
    # Nobody answers at the responders' places, which the lists make good.
    assert reasons(answer) == {
        "signer_revocation": "revocation_unreachable",
        "maker_revocation": "revocation_unreachable",
    }
    assert {path for _, path, _, _ in site.asked} == {
        *("/pki/ca-ocsp", "/pki/ca.crl", "/pki/maker-ca-ocsp", "/pki/maker-ca.crl")
    }


def test_online_an_answer_that_was_made_in_advance(ask, placed, site, tmp_path):
    stamped, trust = placed
    site.serve("/pki/ca-ocsp", (tmp_path / "pki/signer.ocsp").read_bytes())
    answer = ask("verify", stamped, *trust, "--online", *LOOPBACK, "--json")
    assert answer.status == 0
    assert reasons(answer) == {"maker_revocation": "revocation_unreachable"}


def test_addresses_that_are_not_public_are_not_asked(ask, placed, site):
    stamped, trust = placed
    answer = ask("verify", stamped, *trust, "--online", "--json")
    assert answer.status == 3
    assert set(reasons(answer).values()) == {"no_revocation_data"}
    assert "is no public address" in answer.out
    assert site.asked == []


def test_an_outage_is_no_error(ask, placed, site):
    stamped, trust = placed
    site.answers.clear()
    answer = ask("verify", stamped, *trust, "--online", *LOOPBACK, "--json")
    assert (answer.status, answer.err) == (3, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--allow-network", "10.0.0.0/8"), "--allow-network 须与 --online 同用"),
        (("--online", "--allow-network", "10.0.0.0/99"), "参数 --allow-network：10.0.0.0/99"),
        (("--online", "--allow-network", "inside"), "参数 --allow-network：inside 不是网络"),
        (("--online", "--allow-network"), "参数 --allow-network 需要一个值"),
    ],
)
def test_usage(ask, desk, empty, words, said):
    answer = ask("verify", desk.path("stamped.ofd"), *words)
    assert answer.status == 2
    assert answer.error.startswith(said)


def test_a_network_is_kept_as_it_is_written():
    assert network("fd00::/8") == "fd00::/8"


# --- 操作系统 · the operating system ----------------------------------------------------------


@pytest.fixture
def system(desk, monkeypatch):
    """The system's roots are those of the desk, as its variable says."""
    monkeypatch.setenv("SSL_CERT_FILE", str(desk.path("pki/roots.pem")))
    trust_list.clear_cache()
    yield
    trust_list.clear_cache()


def test_the_systems_roots_serve_signers_alone(ask, desk, system):
    crls = ("--crl", desk.path("pki"))
    words = ("verify", desk.path("stamped.ofd"), "--system-trust", *crls, "--json")
    answer = ask(*words)
    assert answer.status == 3
    assert reasons(answer) == {
        "maker_chain": "no_trust_anchor",
        "maker_revocation": "no_revocation_data",
    }
    roots = desk.path("pki/roots.pem")
    assert ask(*words, "--makers", roots).status == 0
    assert ask(*words, "--trust", roots).status == 0
    foreign = ask(*words, "--makers", desk.path("foreign/roots.pem"))
    assert (foreign.status, "maker_untrusted" in foreign.json["reasons"]) == (1, True)


# --- 时间戳与测试体系 · time stamps, test hierarchies -------------------------------------------


@pytest.fixture
def make_with(ask, desk, tmp_path):
    """Makes a seal of 2025 with a time stamp of ``url``."""

    def call(url, *, to=tmp_path / "timed.esl"):
        pki = desk.path("pki")
        return ask(
            *("seal", "make", "--maker", pki / "maker.p12", "--signer", pki / "signer.pem"),
            *("--password-file", desk.path("password"), "--name", NAME, "--generation", "2025"),
            *("--picture", desk.path("seal.png"), "--timestamp", url, "-o", to, "--json"),
        )

    return call


def serve_time_stamps(site, desk, path):
    """The desk's authority behind the site; the addresses of the house need no permission."""
    tsa = load_signer(desk.path("pki/tsa.p12"), password="govseal")
    source = SignerTimestampSource(tsa, clock=lambda: datetime.now(UTC).replace(microsecond=0))

    def answer(handler):
        request = TimestampRequest.from_der(site.asked[-1][3])
        reply = source.respond(request).encode()
        handler.send_response_only(200)
        handler.send_header("Content-Type", REPLY_TYPE)
        handler.send_header("Content-Length", str(len(reply)))
        handler.end_headers()
        handler.wfile.write(reply)

    site.answers[path] = answer
    return site.url(path)


def test_a_seal_with_a_time_stamp_of_the_network(ask, desk, site, make_with, tmp_path):
    answer = make_with(serve_time_stamps(site, desk, "/tsa"))
    assert answer.status == 0
    seal = tmp_path / "timed.esl"
    assert decode_seal(seal.read_bytes()).time_stamp is not None
    ((method, _, headers, _),) = site.asked
    assert (method, headers["Content-Type"]) == ("POST", "application/timestamp-query")
    assert ask("verify", seal, *desk.trusted).status == 0


def test_an_authority_leads_nowhere_else(site, desk, make_with, tmp_path):
    """It was named by the caller, and may be asked in the house; what it names may not."""
    there = serve_time_stamps(site, desk, "/tsa")
    answer = make_with(site.serve("/away", status=307, Location=there))
    assert (answer.status, answer.json["code"]) == (1, "E_TIME_STAMP")
    assert [row[1] for row in site.asked] == ["/away"]
    assert not (tmp_path / "timed.esl").exists()


def test_no_time_stamp_no_seal(site, make_with, tmp_path):
    for url, said in ((site.serve("/x", b"<html>"), "no time stamp"), (site.url("/none"), "404")):
        answer = make_with(url)
        assert (answer.status, answer.json["code"]) == (1, "E_TIME_STAMP")
        assert said in answer.error
    assert not (tmp_path / "timed.esl").exists()


@pytest.mark.parametrize("url", ["pki.example", "ftp://pki.example/", "http://例子/", "http://a b"])
def test_a_base_url_that_is_none(ask, empty, url):
    answer = ask("pki", "init", "new", "--base-url", url)
    assert answer.status == 2
    assert "不是 http 网址" in answer.error
    assert not Path("new").exists()
