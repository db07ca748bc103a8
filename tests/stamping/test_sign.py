"""Digital signatures without a seal: what is written, what verifies, what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

import govseal
import ofd_builder as build
import pdf_stamping
import tokens
from counting import Counting
from govseal.errors import SealError, StampError, UnsupportedFormat
from govseal.formats.base import Extent, StampRequest
from govseal.formats.cms import decode_signed_data
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.pdf.document import PdfDocument
from govseal.sm2 import sm3
from govseal.testing.authority import Authority
from time_stamping import MINUTE, Source

AT = pdf_stamping.AT + 2 * pdf_stamping.HOUR
OFD = build.package(pages=2)
PDF = pdf_stamping.pdf()
FILES = {"ofd": OFD, "pdf": PDF}
SIGNATURE, VALUE = build.SIGNATURE, build.VALUE


@pytest.fixture(scope="module", params=["sm2", "rsa"])
def office(request):
    return pdf_stamping.office(request.param)


@pytest.fixture(scope="module")
def sm2_office():
    return pdf_stamping.office("sm2")


def sign(office, data, **changes):
    return govseal.sign(data, office.pki.signer, **({"at": AT} | changes))


def verify(office, data):
    later = AT + pdf_stamping.HOUR
    return govseal.verify(data, office.pki.trust, materials=office.pki.materials, at=later)


@pytest.mark.parametrize("kind", FILES)
def test_it_verifies(office, kind):
    report = verify(office, sign(office, FILES[kind]))
    assert report.verdict.value == "passed"
    (signature,) = report.signatures
    assert signature.kind == "signature"
    assert signature.seal is None
    assert signature.signed_at == AT
    of_ofd = {"sm2-sm3": "GB/T 35275-2017", "rsa-sha256": "CMS"}[signature.algorithm]
    assert signature.standard == ("PAdES" if kind == "pdf" else of_ofd)


def test_what_is_written_into_ofd(sm2_office):
    data = sign(sm2_office, OFD)
    assert 'Type="Sign"' in build.read(data, build.LIST).decode()
    written = build.read(data, SIGNATURE)
    assert b"StampAnnot" not in written
    assert b"Seal" not in written
    value = decode_signed_data(build.read(data, VALUE))
    assert value.content is None
    assert value.signer.message_digest == sm3(written)
    assert value.signer.claimed_time.moment == AT
    assert build.SEAL not in [part.name.removeprefix("/") for part in build.evidence(data).parts]
    (found,) = build.evidence(data).signatures
    assert found.coverage.extent is Extent.WHOLE_FILE
    assert found.appearances == ()


def test_stamps_and_signatures_follow_one_another(sm2_office):
    place = govseal.Placement(1, 20, 30)
    data = sign(sm2_office, OFD)
    data = sm2_office.stamp(data, place)
    data = sign(sm2_office, data, protect="whole")
    report = verify(sm2_office, data)
    assert [item.verdict.value for item in report.signatures] == ["passed"] * 3
    assert [item.kind for item in report.signatures] == ["signature", "seal", "signature"]
    for later in (lambda: sign(sm2_office, data), lambda: sm2_office.stamp(data, place)):
        with pytest.raises(StampError) as refused:
            later()
        assert refused.value.code == "whole_protected"


@pytest.mark.parametrize("kind", FILES)
def test_a_changed_file_fails(sm2_office, kind):
    data = sign(sm2_office, FILES[kind])
    if kind == "ofd":
        changed = build.edited(data, build.PAGE, "第1页", "第2页")
    else:
        changed = data.replace(b"/MediaBox [0 0 595.28", b"/MediaBox [0 0 595.29", 1)
        assert changed != data
    report = verify(sm2_office, changed)
    assert report.verdict.value == "failed"
    assert "data_digest_mismatch" in report.reasons


def test_a_stranger_is_not_trusted(sm2_office):
    report = govseal.verify(sign(sm2_office, OFD), govseal.TrustStore([]), at=AT)
    assert report.verdict.value == "indeterminate"


@pytest.mark.parametrize(("days", "code"), [(-400, "E_TOO_EARLY"), (365 * 60, "E_EXPIRED")])
@pytest.mark.parametrize("kind", FILES)
def test_a_certificate_that_is_not_valid_then(sm2_office, kind, days, code):
    with pytest.raises(SealError) as refused:
        sign(sm2_office, FILES[kind], at=AT + timedelta(days=days))
    assert refused.value.code == code


def test_a_certificate_that_is_not_for_signing(sm2_office):
    with pytest.raises(SealError) as refused:
        govseal.sign(OFD, sm2_office.pki.tsa, at=AT)
    assert refused.value.code == "E_KEY_USAGE"


@pytest.mark.parametrize("kind", FILES)
def test_keys_that_sign_no_documents(kind):
    someone = Authority.create("测试 P-256 CA", algorithm="ec", at=AT).issue("99000000000001")
    with pytest.raises(StampError, match="ecdsa-sha256") as refused:
        govseal.sign(FILES[kind], someone, at=AT + pdf_stamping.HOUR)
    assert refused.value.code == "algorithm_forbidden"


def test_other_formats_take_none(sm2_office):
    with pytest.raises(StampError) as refused:
        sign(sm2_office, sm2_office.seal.der)
    assert refused.value.code == "unsupported"
    with pytest.raises(UnsupportedFormat):
        sign(sm2_office, b"note")


def test_a_document_that_forbids_signatures(sm2_office):
    forbidden = build.package(
        permissions="<ofd:Permissions><ofd:Signature>false</ofd:Signature></ofd:Permissions>"
    )
    with pytest.raises(StampError) as refused:
        sign(sm2_office, forbidden)
    assert refused.value.code == "not_permitted"


def test_a_time_needs_its_zone(sm2_office):
    with pytest.raises(ValueError, match="zone"):
        sign(sm2_office, OFD, at=AT.replace(tzinfo=None))


@pytest.mark.parametrize("kind", FILES)
def test_without_a_seal_there_is_no_place(sm2_office, kind):
    request = sm2_office.request(seal=None)
    assert isinstance(request, StampRequest)
    document = OfdDocument(OFD) if kind == "ofd" else PdfDocument(PDF)
    with pytest.raises(ValueError, match="shows nowhere"):
        document.prepare(request)


# 时间戳 · time stamps --------------------------------------------------------------------------


def stamped_with(office, minutes=1):
    return Source(tokens.source(office.pki.tsa, AT + minutes * MINUTE).timestamp)


@pytest.mark.parametrize("kind", FILES)
def test_its_time_is_that_of_a_token(office, kind):
    signer, source = Counting(office.pki.signer), stamped_with(office, 3)
    data = govseal.sign(FILES[kind], signer, at=AT, timestamp=source)
    (found,) = verify(office, data).signatures
    assert (found.verdict.value, found.time_source) == ("passed", "timestamp")
    assert found.signed_at == AT + 3 * MINUTE
    assert len(signer.messages) == len(source.asked) == 1


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize(
    "answer",
    [OSError("nobody answers"), b"\x30\x00", "another"],
)
def test_an_outage_costs_the_time_stamp_alone(sm2_office, kind, answer):
    if answer == "another":
        answer = tokens.source(sm2_office.pki.tsa, AT).timestamp(b"another value")
    notices = []
    terms = govseal.TimestampTerms(Source(answer), on_notice=notices.append)
    (found,) = verify(sm2_office, sign(sm2_office, FILES[kind], timestamp=terms)).signatures
    assert (found.verdict.value, found.time_source) == ("passed", "claimed")
    assert len(notices) == 1


@pytest.mark.parametrize("kind", FILES)
def test_whoever_insists_gets_no_signature_without(sm2_office, kind):
    terms = govseal.TimestampTerms(Source(OSError("nobody answers")), is_required=True)
    with pytest.raises(StampError) as refused:
        sign(sm2_office, FILES[kind], timestamp=terms)
    assert refused.value.code == "timestamp_unavailable"


@pytest.mark.parametrize("kind", FILES)
def test_a_token_of_a_time_at_which_the_certificate_is_over_stays_out(sm2_office, kind):
    pki = sm2_office.pki
    brief = pki.signer_ca.issue("99000000000001", not_before=AT - MINUTE, not_after=AT + MINUTE)
    notices = []
    terms = govseal.TimestampTerms(stamped_with(sm2_office, 3), on_notice=notices.append)
    data = govseal.sign(FILES[kind], brief, at=AT, timestamp=terms)
    (found,) = govseal.inspect(data).signatures
    assert found.signed_data.signer.time_stamps == ()
    assert [notice.code for notice in notices] == ["timestamp_invalid"]
