"""OCSP requests and responses as they are written and read; what is none is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from govseal.asn1 import strict, write
from govseal.errors import EncodingError, FormatError, LimitExceeded, UnsupportedFormat
from govseal.pki import crl, ocsp
from govseal.pki import extensions as ext
from govseal.pki.algorithms import SHA1, SHA256, SM3
from govseal.pki.ocsp import CertId, OcspRequest, OcspResponse
from govseal.testing import ocsp as build
from govseal.testing import x509

DAY = timedelta(days=1)
NONCE = bytes(range(32))


# --- 请求 · requests --------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", [SM3, SHA1, SHA256])
def test_a_request_comes_back(ca, signer, algorithm):
    asked = OcspRequest.about(signer.certificate, ca.certificate, algorithm=algorithm, nonce=NONCE)
    read = OcspRequest.from_der(asked.encode())
    assert read == asked
    assert read.ids[0].fits(signer.certificate, ca.certificate)
    assert OcspRequest.from_der(OcspRequest(asked.ids * 2).encode()).ids == asked.ids * 2


def test_the_digest_goes_with_the_key_of_the_issuer(ca, signer, rsa_ca, rsa_signer):
    for authority, someone, oid in ((ca, signer, SM3.oids[0]), (rsa_ca, rsa_signer, SHA1.oids[0])):
        asked = OcspRequest.about(someone.certificate, authority.certificate)
        assert asked.ids[0].digest_algorithm == oid
        assert asked.nonce is None


def test_a_name_fits_one_certificate_of_one_issuer(ca, other_ca, signer, rsa_ca):
    named = CertId.of(signer.certificate, ca.certificate, SM3)
    assert named.fits(signer.certificate, ca.certificate)
    assert not named.fits(ca.issue("x").certificate, ca.certificate)
    assert not named.fits(signer.certificate, other_ca.certificate)
    assert not CertId.of(signer.certificate, other_ca.certificate, SM3).fits(
        signer.certificate, ca.certificate
    )
    twin = rsa_ca.certificate
    assert not named.fits(signer.certificate, twin)


@pytest.mark.parametrize("oid", ["1.2.840.113549.2.5", "1.2.3"])
def test_md5_and_unknown_digests_name_nobody(ca, signer, oid):
    named = CertId(oid, bytes(16), bytes(16), signer.certificate.serial)
    assert not named.fits(signer.certificate, ca.certificate)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        write.null(),
        write.sequence(),
        write.sequence(write.sequence()),
        write.sequence(write.sequence(write.explicit(0, write.integer(1)), write.sequence())),
        write.sequence(write.sequence(write.sequence(write.sequence()))),
        write.sequence(write.sequence(write.sequence(), write.null())),
        write.sequence(write.sequence(write.sequence(write.sequence(write.sequence())))),
    ],
)
def test_what_is_no_request_is_refused(der):
    with pytest.raises(FormatError):
        OcspRequest.from_der(der)


def test_a_request_too_large_is_refused():
    with pytest.raises(LimitExceeded):
        OcspRequest.from_der(bytes(ocsp.MAX_REQUEST_BYTES + 1))


# --- 响应 · responses -------------------------------------------------------------------------


def test_every_field_of_a_response(ca, signer, at):
    der = ca.ocsp(
        signer.certificate,
        state="revoked",
        revoked_at=at - DAY,
        reason="key_compromise",
        this_update=at,
        next_update=at + DAY,
        extensions=[
            x509.encode_extension(ocsp.ARCHIVE_CUTOFF, write.generalized_time(at - 9 * DAY)),
            x509.encode_extension(crl.INVALIDITY_DATE, write.generalized_time(at - 3 * DAY)),
        ],
        nonce=NONCE,
        produced_at=at + timedelta(seconds=1),
    )
    response = OcspResponse.from_der(der)
    basic = response.basic
    assert (response.status, response.der) == ("successful", der)
    assert basic.produced_at == at + timedelta(seconds=1)
    assert (basic.responder_name, basic.responder_key) == (ca.certificate.subject_der, None)
    assert (basic.nonce, basic.critical_unknown) == (NONCE, ())
    assert basic.certificates == (ca.certificate.der,)
    (answer,) = response.answers
    assert answer.id.fits(signer.certificate, ca.certificate)
    assert (answer.state, answer.this_update, answer.next_update) == ("revoked", at, at + DAY)
    assert answer.entry == crl.RevokedEntry(at - DAY, "key_compromise", at - 3 * DAY)
    assert answer.archive_cutoff == at - 9 * DAY
    ca.certificate.public_key.verify(basic.signature, basic.tbs, basic.signature_algorithm)
    assert basic.names(ca.certificate)
    assert not basic.names(signer.certificate)


@pytest.mark.parametrize("state", ["good", "unknown"])
def test_the_other_states(ca, signer, state):
    (answer,) = OcspResponse.from_der(ca.ocsp(signer.certificate, state=state)).answers
    assert (answer.state, answer.entry) == (state, None)


def test_a_responder_may_be_named_by_its_key(ca, signer, other_ca):
    basic = OcspResponse.from_der(ca.ocsp(signer.certificate, by_key=True)).basic
    assert basic.responder_name is None
    assert basic.names(ca.certificate)
    assert not basic.names(other_ca.certificate)


@pytest.mark.parametrize("status", [name for name in build.STATUSES if name != "successful"])
def test_a_refusal_is_a_response_without_answers(status):
    response = OcspResponse.from_der(build.encode_refusal(status))
    assert (response.status, response.basic, response.answers) == (status, None, ())
    assert status in repr(response)


def test_equality_is_by_bytes(ca, signer):
    der = ca.ocsp(signer.certificate)
    assert OcspResponse.from_der(der) == OcspResponse.from_der(der)
    assert len({OcspResponse.from_der(der), OcspResponse.from_der(der)}) == 1
    assert OcspResponse.from_der(der) != der


def test_the_nonce_is_compared_where_there_is_one(ca, signer):
    asked = OcspRequest.about(signer.certificate, ca.certificate, nonce=NONCE)
    for nonce, expected in ((NONCE, True), (None, True), (bytes(32), False)):
        response = OcspResponse.from_der(ca.ocsp(signer.certificate, nonce=nonce))
        assert response.has_nonce_of(asked) is expected
    assert OcspResponse.from_der(build.encode_refusal("try_later")).has_nonce_of(asked)


def test_a_bare_nonce_of_old_responders_is_read(ca, signer):
    row = x509.encode_extension(ocsp.NONCE, b"\x01\x02\x03")
    answer = build.Answer(CertId.of(signer.certificate, ca.certificate, SM3), ca.at)
    der = build.encode_response(signer, (answer,), produced_at=ca.at, extensions=(row,))
    assert OcspResponse.from_der(der).basic.nonce == b"\x01\x02\x03"


def test_critical_extensions_that_are_not_known_are_named(ca, signer):
    row = x509.encode_extension("1.2.156.10197.99.1", write.null(), is_critical=True)
    (answer,) = OcspResponse.from_der(ca.ocsp(signer.certificate, extensions=[row])).answers
    assert answer.critical_unknown == ("1.2.156.10197.99.1",)
    answer = build.Answer(CertId.of(signer.certificate, ca.certificate, SM3), ca.at)
    der = build.encode_response(signer, (answer,), produced_at=ca.at, extensions=(row,))
    assert OcspResponse.from_der(der).basic.critical_unknown == ("1.2.156.10197.99.1",)


# --- 拒绝 · refused ---------------------------------------------------------------------------

TIME = write.generalized_time(datetime(2026, 11, 21, tzinfo=UTC))
ID = write.sequence(
    write.sequence(write.oid(SHA1.oids[0]), write.null()),
    write.octets(bytes(20)),
    write.octets(bytes(20)),
    write.integer(7),
)
PARTS = [item.raw for item in strict.parse(ID).children()]
LONG_ID = write.sequence(*PARTS, write.null())
ODD_ID = write.sequence(write.sequence(write.oid(SHA1.oids[0]), write.integer(1)), *PARTS[1:])
GOOD = write.element(0x80, b"")
ANSWER = write.sequence(ID, GOOD, TIME)
BY_KEY = write.explicit(2, write.octets(bytes(20)))
ALGORITHM = write.sequence(write.oid("1.2.156.10197.1.501"))
VALUE = write.bits(b"x")


def data(*, version=b"", responder=BY_KEY, produced=TIME, answers=(ANSWER,), tail=b""):
    return write.sequence(version, responder, produced, write.sequence(*answers), tail)


def basic(tbs, *, algorithm=ALGORITHM, signature=VALUE, tail=b""):
    return build.encode_basic(write.sequence(tbs, algorithm, signature, tail))


def test_the_smallest_response_is_read():
    response = OcspResponse.from_der(basic(data()))
    assert len(response.answers) == 1
    written = write.explicit(0, write.integer(0))
    assert OcspResponse.from_der(basic(data(version=written))).answers == response.answers


@pytest.mark.parametrize(
    "der",
    [
        b"",
        write.null(),
        write.sequence(),
        write.sequence(write.integer(0)),
        write.sequence(write.element(0x0A, b"")),
        write.sequence(write.element(0x0A, b"\x04")),
        write.sequence(write.element(0x0A, b"\0\0")),
        write.sequence(write.element(0x0A, b"\0")),
        write.sequence(write.element(0x0A, b"\3"), write.explicit(0, write.null())),
        write.sequence(write.element(0x0A, b"\0"), write.explicit(0, write.sequence())),
        build.encode_basic(write.null()),
        build.encode_basic(write.sequence()),
        basic(data()) + b"\0",
        basic(data())[:-1],
        basic(write.null()),
        basic(data(version=write.explicit(0, write.integer(1)))),
        basic(data(responder=b"")),
        basic(data(responder=write.explicit(1, write.null()))),
        basic(data(responder=write.explicit(2, write.null()))),
        basic(data(produced=write.element(0x17, b"261121000000Z"))),
        basic(data(produced=write.element(0x18, b"20261121000000"))),
        basic(data(tail=write.null())),
        basic(data(tail=write.explicit(1, write.null()))),
        basic(data(answers=(write.null(),))),
        basic(data(answers=(write.sequence(ID, write.null(), TIME),))),
        basic(data(answers=(write.sequence(ID, write.element(0x80, b"x"), TIME),))),
        basic(data(answers=(write.sequence(ID, write.element(0xA1, b""), TIME),))),
        basic(data(answers=(write.sequence(ID, write.element(0xA1, TIME + TIME), TIME),))),
        basic(data(answers=(write.sequence(ID, GOOD, write.null()),))),
        basic(data(answers=(write.sequence(ID, GOOD, TIME, write.null()),))),
        basic(data(answers=(write.sequence(write.sequence(), GOOD, TIME),))),
        basic(data(answers=(write.sequence(LONG_ID, GOOD, TIME),))),
        basic(data(answers=(write.sequence(ODD_ID, GOOD, TIME),))),
        write.sequence(
            write.element(0x0A, b"\0"), write.explicit(0, write.sequence(*[write.null()] * 3))
        ),
        basic(data(), algorithm=write.null()),
        basic(data(), algorithm=write.sequence(write.oid("1.2.156.10197.1.501"), write.integer(1))),
        basic(data(), signature=write.octets(b"x")),
        basic(data(), tail=write.null()),
        basic(data(), tail=write.explicit(0, write.null())),
    ],
)
def test_what_is_no_response_is_refused(der):
    with pytest.raises(EncodingError):
        OcspResponse.from_der(der)


@pytest.mark.parametrize(
    "value",
    [b"", write.null(), write.sequence(write.null()), write.sequence(write.sequence(TIME))],
)
def test_places_of_responders_that_cannot_be_read_are_none(value):
    assert ext.read_ocsp_urls(value) == ()


def test_another_type_of_response_is_named(ca, signer):
    whole = strict.parse(ca.ocsp(signer.certificate)).children()[1]
    content = strict.explicit(whole, 0, "").children()[1].content
    with pytest.raises(UnsupportedFormat, match=r"1\.2\.3"):
        OcspResponse.from_der(build.encode_basic(content, "1.2.3"))


def test_a_nonce_too_long_is_refused(ca, signer):
    with pytest.raises(EncodingError, match="nonce"):
        OcspResponse.from_der(ca.ocsp(signer.certificate, nonce=bytes(200)))


def test_a_certificate_is_no_response(signer, ca):
    for der in (signer.certificate.der, ca.crl()):
        with pytest.raises(EncodingError):
            OcspResponse.from_der(der)


def test_a_response_too_large_is_refused():
    with pytest.raises(LimitExceeded):
        OcspResponse.from_der(bytes(ocsp.MAX_OCSP_BYTES + 1))


def test_too_many_answers_are_refused():
    with pytest.raises(LimitExceeded):
        OcspResponse.from_der(basic(data(answers=(ANSWER,) * 3000)))
