"""OCSP and CRLs between OpenSSL and this library, both ways, RSA; OpenSSL does none with SM2."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from govseal.asn1 import write
from govseal.pki import pem
from govseal.pki.algorithms import SHA1, SHA256
from govseal.pki.certificate import Certificate
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.ocsp import OcspRequest, OcspResponse
from govseal.pki.revocation import check_revocation
from govseal.pki.trust import TrustStore
from govseal.testing import Authority, Revoked, x509

DAY = timedelta(days=1)
NONCE = bytes(range(16))


@pytest.fixture(scope="module")
def at():
    """OpenSSL's responder has no clock but the machine's."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def rsa_ca(at):
    return Authority.create("测试 RSA CA", algorithm="rsa", at=at)


@pytest.fixture(scope="module")
def leaf(rsa_ca):
    return rsa_ca.issue("99000000000002").certificate


@pytest.fixture(scope="module")
def revoked(rsa_ca):
    return rsa_ca.issue("99000000000003").certificate


@pytest.fixture(scope="module")
def responder(rsa_ca):
    return rsa_ca.create_responder()


@pytest.fixture
def folder(tmp_path, rsa_ca, leaf, revoked, responder):
    """Everything as files, with OpenSSL's index of what was issued."""
    certificates = {
        "ca": rsa_ca.certificate,
        "leaf": leaf,
        "revoked": revoked,
        "responder": responder.certificate,
    }
    for name, certificate in certificates.items():
        (tmp_path / f"{name}.pem").write_bytes(certificate.to_pem())
    key = pem.write_pem("PRIVATE KEY", responder._key.to_pkcs8())
    (tmp_path / "responder.key").write_bytes(key)
    rows = [f"V\t491231235959Z\t\t{leaf.serial:X}\tunknown\t/CN=a"]
    dates = "491231235959Z\t260101000000Z,keyCompromise"
    rows.append(f"R\t{dates}\t{revoked.serial:X}\tunknown\t/CN=b")
    (tmp_path / "index.txt").write_text("\n".join(rows) + "\n")
    return tmp_path


def answer(openssl, folder, request, *options):
    """What OpenSSL's responder answers to a request of ours."""
    (folder / "request").write_bytes(request.encode())
    openssl(
        *("ocsp", "-index", folder / "index.txt", "-CA", folder / "ca.pem"),
        *("-rsigner", folder / "responder.pem", "-rkey", folder / "responder.key"),
        *("-reqin", folder / "request", "-respout", folder / "response", *options),
    )
    return OcspResponse.from_der((folder / "response").read_bytes())


@pytest.mark.parametrize(
    ("algorithm", "options"),
    [(SHA1, ("-ndays", "1")), (SHA256, ("-resp_key_id", "-nmin", "5")), (SHA256, ())],
)
def test_openssls_answers_are_read_and_count(openssl, folder, leaf, algorithm, options):
    issuer = Certificate.from_pem((folder / "ca.pem").read_bytes())
    request = OcspRequest.about(leaf, issuer, algorithm=algorithm, nonce=NONCE)
    response = answer(openssl, folder, request, *options)
    assert response.basic.nonce == NONCE
    assert response.has_nonce_of(request)
    (found,) = response.answers
    assert found.id == request.ids[0]
    state = check_revocation(
        leaf,
        TrustStore([issuer]),
        materials=Materials(ocsps=(response,)),
        at=found.this_update,
    )
    assert (state.state, state.detail) == ("good", "")
    assert "测试 OCSP 服务" in state.source


def test_openssls_revocation_is_read(openssl, folder, rsa_ca, revoked):
    response = answer(openssl, folder, OcspRequest.about(revoked, rsa_ca.certificate))
    (found,) = response.answers
    assert found.entry.date == datetime(2026, 1, 1, tzinfo=UTC)
    state = check_revocation(
        revoked,
        TrustStore([rsa_ca.certificate]),
        materials=Materials(ocsps=(response,)),
        at=found.this_update,
    )
    assert (state.state, state.revocation_reason) == ("revoked", "key_compromise")


def test_openssls_responder_does_not_know(openssl, folder, rsa_ca):
    stranger = rsa_ca.issue("x").certificate
    response = answer(openssl, folder, OcspRequest.about(stranger, rsa_ca.certificate))
    assert [item.state for item in response.answers] == ["unknown"]


def test_a_bad_signature_of_openssl_counts_for_nothing(openssl, folder, rsa_ca, leaf, at):
    request = OcspRequest.about(leaf, rsa_ca.certificate)
    response = answer(openssl, folder, request, "-badsig", "-ndays", "1")
    materials = Materials(ocsps=(response,))
    state = check_revocation(leaf, TrustStore([rsa_ca.certificate]), materials=materials, at=at)
    assert (state.state, state.reason) == ("unknown", "no_revocation_data")


def test_a_request_of_openssl_is_read(openssl, folder, rsa_ca, leaf):
    paths = ("-issuer", folder / "ca.pem", "-cert", folder / "leaf.pem")
    openssl("ocsp", *paths, "-nonce", "-reqout", folder / "asked")
    asked = OcspRequest.from_der((folder / "asked").read_bytes())
    assert asked.ids[0].fits(leaf, rsa_ca.certificate)
    assert len(asked.nonce) == 16


def verdict(folder, name):
    """What OpenSSL says of our response about a certificate: both streams, any status."""
    command = (
        *("openssl", "ocsp", "-respin", folder / "ours", "-CAfile", folder / "ca.pem"),
        *("-issuer", folder / "ca.pem", "-cert", folder / f"{name}.pem", "-no_nonce"),
    )
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize("by_key", [True, False])
@pytest.mark.parametrize("is_delegated", [True, False])
def test_openssl_verifies_our_answers(request, folder, rsa_ca, by_key, is_delegated):
    leaf, revoked = request.getfixturevalue("leaf"), request.getfixturevalue("revoked")
    by = request.getfixturevalue("responder") if is_delegated else None
    ours = rsa_ca.ocsp(leaf, responder=by, by_key=by_key)
    (folder / "ours").write_bytes(ours)
    said = verdict(folder, "leaf")
    assert "Response verify OK" in said
    assert "leaf.pem: good" in said
    ours = rsa_ca.ocsp(revoked, responder=by, state="revoked", reason="superseded")
    (folder / "ours").write_bytes(ours)
    said = verdict(folder, "revoked")
    assert "revoked.pem: revoked" in said
    assert "Reason: superseded" in said
    assert "No Status found" in verdict(folder, "leaf")


def test_openssl_refuses_what_we_refuse(openssl, folder, rsa_ca, leaf):
    """No responder by its purpose, or by its signature."""
    other = rsa_ca.issue("x")
    for changes in ({"responder": other}, {"key": other._key}):
        (folder / "ours").write_bytes(rsa_ca.ocsp(leaf, **changes))
        said = verdict(folder, "leaf")
        assert "Response Verify Failure" in said


# --- 列表 · lists -----------------------------------------------------------------------------


def crl_says(folder, leaf_name, *options):
    command = (
        *("openssl", "verify", "-crl_check", "-CAfile", folder / "ca.pem", *options),
        folder / f"{leaf_name}.pem",
    )
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    return done.returncode, done.stdout + done.stderr


def test_our_lists_and_deltas_mean_the_same_to_openssl(openssl, folder, rsa_ca, leaf, at):
    """A list, the same with its delta, and a delta that revokes."""
    place = write.element(0xA0, write.element(0xA0, write.element(0x86, b"http://x/delta")))
    # Without it OpenSSL looks for no delta.
    freshest = x509.encode_extension("2.5.29.46", write.sequence(write.sequence(place)))
    complete = rsa_ca.crl(this_update=at - 3 * DAY, next_update=at + DAY, extensions=[freshest])
    base = Crl.from_der(complete)
    times = {"this_update": at - DAY, "next_update": at + DAY}
    silent = rsa_ca.delta_crl(base, **times)
    telling = rsa_ca.delta_crl(base, [Revoked(leaf, at - 2 * DAY, "key_compromise")], **times)
    with_deltas = ("-extended_crl", "-use_deltas")
    for lists, options, is_good in (
        ((complete,), (), True),
        ((complete, silent), with_deltas, True),
        ((complete, telling), with_deltas, False),
    ):
        text = b"".join(pem.write_pem("X509 CRL", der) for der in lists)
        (folder / "lists.pem").write_bytes(text)
        status, said = crl_says(folder, "leaf", "-CRLfile", folder / "lists.pem", *options)
        assert (status == 0) is is_good, said
        materials = Materials(crls=tuple(map(Crl.from_der, lists)))
        trust = TrustStore([rsa_ca.certificate])
        state = check_revocation(leaf, trust, materials=materials, at=at)
        assert (state.state == "good") is is_good


def test_openssls_list_is_read(openssl, folder, rsa_ca, leaf, revoked):
    key = pem.write_pem("PRIVATE KEY", rsa_ca.key.to_pkcs8())
    (folder / "ca.key").write_bytes(key)
    (folder / "number").write_text("1000\n")
    (folder / "ca.cnf").write_text(
        "[ca]\ndefault_ca = here\n[here]\n"
        f"database = {folder}/index.txt\ncertificate = {folder}/ca.pem\n"
        f"private_key = {folder}/ca.key\ndefault_md = sha256\ndefault_crl_days = 1\n"
        f"crlnumber = {folder}/number\ncrl_extensions = lists\n"
        "[lists]\nissuingDistributionPoint = critical, @place\n[place]\nonlyuser = TRUE\n"
    )
    openssl("ca", "-config", folder / "ca.cnf", "-gencrl", "-out", folder / "theirs.pem")
    crl = Crl.from_pem((folder / "theirs.pem").read_bytes())
    assert (crl.number, crl.scope.only_users, crl.is_delta) == (0x1000, True, False)
    known = {"materials": Materials(crls=(crl,)), "at": crl.this_update}
    trust = TrustStore([rsa_ca.certificate])
    assert check_revocation(leaf, trust, **known).state == "good"
    state = check_revocation(revoked, trust, **known)
    assert (state.state, state.revocation_reason) == ("revoked", "key_compromise")
