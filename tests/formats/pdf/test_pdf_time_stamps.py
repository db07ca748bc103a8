"""Signature time stamps of PDFs (PAdES B-T): the proof of when they were signed."""

from __future__ import annotations

import pytest
from asn1crypto import keys, x509
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature

import gmhanko
import govseal
import pdf_builder as bend
import pdf_stamping as build
import tokens
from cms_builder import attribute
from govseal.formats import cms
from govseal.formats.detect import open_document
from govseal.formats.pdf.contents import SEAL_ATTRIBUTE
from govseal.pki.algorithms import SHA256
from govseal.pki.timestamp import TimestampToken, verify_token
from govseal.pki.timestamping import TimestampRequest, TimestampResponse

ALGORITHMS = pytest.mark.parametrize("algorithm", ["rsa", "sm2"])


def stamped(algorithm, *hours, over=None, is_sealed=True):
    """A signed PDF with time stamps of these hours over its value."""
    office = build.office(algorithm)
    more = [attribute(SEAL_ATTRIBUTE, office.seal.der)] if is_sealed else []

    def sign(message):
        plain = bend.signed_data(message, office.pki.signer, more=more)
        value = cms.decode_signed_data(plain).signer.signature_octets
        sources = [tokens.source(office.pki.tsa, build.AT + hour * build.HOUR) for hour in hours]
        found = [source.timestamp(over or value) for source in sources]
        changes = {"more": more, "value": value, "unsigned": tokens.beside(*found)}
        return bend.signed_data(message, office.pki.signer, **changes)

    return bend.sign_by_hand(sign, room=40_000)


def judged(algorithm, data, *, hours=3):
    pki = build.hierarchy(algorithm)
    at = build.AT + hours * build.HOUR
    report = govseal.verify(data, pki.trust, materials=pki.materials, at=at)
    (found,) = report.signatures
    assert found.verdict is report.verdict
    return found


@ALGORITHMS
@pytest.mark.parametrize("is_sealed", [True, False])
def test_a_signature_with_a_time_stamp(algorithm, is_sealed):
    found = judged(algorithm, stamped(algorithm, 2.5, is_sealed=is_sealed))
    assert (found.verdict.value, found.notices) == ("passed", ())
    assert found.check("timestamp").outcome.value == "passed"
    assert (found.time_source, found.signed_at) == ("timestamp", build.AT + 2.5 * build.HOUR)


@ALGORITHMS
def test_the_proof_outlives_certificate_and_seal(algorithm):
    years = 24 * 366 * 2
    assert judged(algorithm, stamped(algorithm), hours=years).reasons[0] == "revocation_stale"
    found = judged(algorithm, stamped(algorithm, 2.5), hours=years)
    assert found.verdict.value == "passed"
    assert "expired_after_signing" in found.notices


def test_the_earliest_of_two_counts():
    found = judged("sm2", stamped("sm2", 2.9, 2.5))
    assert found.signed_at == build.AT + 2.5 * build.HOUR


@ALGORITHMS
def test_a_time_stamp_over_other_bytes(algorithm):
    found = judged(algorithm, stamped(algorithm, 2.5, over=b"another value"))
    assert (found.verdict.value, found.reasons) == ("failed", ("timestamp_imprint_mismatch",))
    assert found.time_source == "claimed"


def test_a_time_stamp_before_the_seal_and_the_claimed_time():
    found = judged("sm2", stamped("sm2", -8))
    assert (found.verdict.value, found.reasons[-1]) == ("failed", "timestamp_too_early")


def test_a_time_stamp_after_the_judging():
    found = judged("sm2", stamped("sm2", 4))
    assert found.reasons == ("signing_time_in_future",)


def test_eight_time_stamps_are_enough():
    assert judged("sm2", stamped("sm2", *[2.5] * 8)).verdict.value == "passed"
    found = judged("sm2", stamped("sm2", *[2.5] * 9))
    assert found.reasons == ("container_too_large",)


# another program's view -------------------------------------------------------------------------


def test_a_time_stamp_of_pyhanko_counts():
    pki = build.hierarchy("rsa")
    service = DummyTimeStamper(
        x509.Certificate.load(pki.tsa.certificate.der),
        keys.PrivateKeyInfo.load(pki.tsa._key.to_pkcs8()),
        fixed_dt=build.AT,
    )
    _, asked = service.request_cms(SHA256.digest(b"message"), "sha256")
    request = TimestampRequest.from_der(asked.dump())
    answer = service.request_tsa_response(asked).dump()
    token = TimestampResponse.from_der(answer).token_for(request)
    result = verify_token(token, b"message", pki.trust, materials=pki.materials)
    assert (result.outcome, result.proved_at) == ("passed", build.AT)


@ALGORITHMS
def test_pyhanko_finds_our_time_stamp_valid(algorithm):
    pki = build.hierarchy(algorithm)
    (embedded,) = build.signatures(stamped(algorithm, 2.5))
    at = build.AT + 3 * build.HOUR
    lists = [pki.signer_crl]
    context = gmhanko.context(pki.signer_ca, at, crls=lists, validator=gmhanko.Sm2Validator())
    status = validate_pdf_signature(embedded, context, ts_validation_context=context)
    stamp = status.timestamp_validity
    assert (stamp.intact, stamp.valid, stamp.trusted) == (True, True, True)
    assert stamp.timestamp == build.AT + 2.5 * build.HOUR


@ALGORITHMS
def test_pyhanko_finds_the_time_stamp_of_our_stamp_valid(algorithm):
    office = build.office(algorithm)
    source = tokens.source(office.pki.tsa, build.AT + 2.5 * build.HOUR)
    data = office.stamp(build.pdf(), timestamp=source)
    (embedded,) = build.signatures(data)
    at, lists = build.AT + 3 * build.HOUR, [office.pki.signer_crl]
    context = gmhanko.context(
        office.pki.signer_ca, at, crls=lists, validator=gmhanko.Sm2Validator()
    )
    status = validate_pdf_signature(embedded, context, ts_validation_context=context)
    assert (status.intact, status.valid, status.trusted) == (True, True, True)
    stamp = status.timestamp_validity
    assert (stamp.intact, stamp.valid, stamp.trusted) == (True, True, True)
    assert stamp.timestamp == build.AT + 2.5 * build.HOUR
    assert str(embedded.sig_object["/SubFilter"]) == "/ETSI.CAdES.detached"


@ALGORITHMS
def test_a_stamp_over_a_time_stamped_one_leaves_it_whole(algorithm):
    office = build.office(algorithm)
    source = tokens.source(office.pki.tsa, build.AT + 2.5 * build.HOUR)
    twice = office.stamp(office.stamp(build.pdf(), timestamp=source), timestamp=source)
    at = build.AT + 3 * build.HOUR
    report = govseal.verify(twice, office.pki.trust, materials=office.pki.materials, at=at)
    assert [item.time_source for item in report.signatures] == ["timestamp", "timestamp"]
    assert report.verdict.value == "passed"


# What the signatures of real documents carry: a public service's time stamps, and a test service's.
REAL = {
    "minimal-signed-twice-both-created.pdf": ["2021-01-11 18:45:14", "2021-01-11 18:45:37"],
    "minimal-two-fields-signed-twice.pdf": ["2021-01-04 19:11:26", "2021-01-04 19:11:51"],
    "pades-lta-dss-indirect-arrs-test.pdf": ["2020-11-01 00:00:00"],
}


@pytest.mark.samples
@pytest.mark.parametrize("name", REAL)
def test_time_stamps_of_real_documents(samples, name):
    data = (samples / "pdf" / name).read_bytes()
    times = []
    for item in open_document(data).evidence().signatures:
        if item.signed_data is None:
            continue
        signer = item.signed_data.signer
        for der in signer.time_stamps:
            token = TimestampToken.from_der(der)
            anchor = govseal.TrustStore([token.find_authority()])
            result = verify_token(token, signer.signature_octets, anchor)
            assert (result.outcome, result.detail) == ("passed", "")
            assert verify_token(token, der, anchor).reason == "timestamp_imprint_mismatch"
            times.append(f"{result.proved_at:%Y-%m-%d %H:%M:%S}")
    assert sorted(times) == REAL[name]
    report = govseal.verify(data, govseal.TrustStore([]), at=build.AT)
    reasons = {found.check("timestamp").reason for found in report.signatures} - {""}
    assert "timestamp_untrusted" in reasons
