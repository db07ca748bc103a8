"""What the signature of a PDF may hold, and what the report makes of it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys

import pytest

import attacker
import cms_builder
import govseal
import pdf_builder as bend
import pdf_stamping as build
import tokens
from cms_builder import attribute
from govseal.asn1 import strict, write
from govseal.formats.base import Extent, Pieces, SignatureKind
from govseal.formats.detect import open_document
from govseal.formats.pdf.contents import read_date
from govseal.pki.algorithms import SHA256
from govseal.pki.pem import write_pem
from govseal.seal.extensions import SEAL_ATTRIBUTE

AT = build.AT + 3 * build.HOUR
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
SHA1, SHA512 = "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.3"


def judged(data, algorithm="rsa", **changes):
    pki = build.hierarchy(algorithm)
    values = {"materials": pki.materials, "at": AT} | changes
    return govseal.verify(data, values.pop("trust", pki.trust), **values)


def signer(algorithm="rsa"):
    return build.hierarchy(algorithm).signer


def seal_attribute(algorithm="rsa", der=None):
    return attribute(SEAL_ATTRIBUTE, der or build.office(algorithm).seal.der)


def plain(algorithm="rsa", **changes):
    """A PDF signed by hand, without a seal unless one is asked for."""
    return bend.sign_by_hand(lambda m: bend.signed_data(m, signer(algorithm), **changes))


def said(data, algorithm="rsa"):
    report = judged(data, algorithm)
    assert len(report.signatures) == 1
    return report.verdict.value, set(report.reasons)


# forms that are read -----------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["rsa", "sm2", "ec"])
def test_a_signature_without_a_seal(algorithm):
    report = judged(plain(algorithm), algorithm)
    assert report.verdict.value == "passed"
    (found,) = report.signatures
    assert (found.kind, found.standard, found.seal) == ("signature", "PAdES", None)
    assert found.check("seal_signature").outcome.value == "skipped"
    assert found.check("signer_listed").outcome.value == "skipped"
    assert found.check("signature_value").clause.startswith("ETSI EN 319 142-1")
    assert report.effect.value == "none"


def test_an_ecdsa_signature_of_openssl(tmp_path):
    """CAdES by the openssl program with a P-256 key: ecdsa-with-SHA256, the value in DER."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("the openssl program is not installed")
    someone = signer("ec")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    key.write_bytes(write_pem("PRIVATE KEY", someone._key.to_pkcs8()))
    certificate.write_bytes(someone.certificate.to_pem())
    options = ("-cades", "-binary", "-md", "sha256", "-outform", "DER")

    def make(message):
        return subprocess.run(
            [program, "cms", "-sign", *options, "-signer", certificate, "-inkey", key],
            input=message,
            capture_output=True,
            check=True,
        ).stdout

    # It signs at the time of the day, which says nothing about the value.
    (found,) = judged(bend.sign_by_hand(make), "ec").signatures
    for name in ("data_digest", "signature_value", "signer_chain"):
        assert found.check(name).outcome.value == "passed"
    other = judged(bend.sign_by_hand(lambda message: make(message + b"x")), "ec")
    assert "data_digest_mismatch" in other.reasons


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        ({"value": b"\x30\x06\x02\x01\x05\x02\x01\x05"}, "failed", "signature_invalid"),
        ({"value": bytes(64)}, "failed", "signature_invalid"),
        ({"signature": "1.2.156.10197.1.501"}, "indeterminate", "unsupported"),
        ({"signature": "1.2.840.113549.1.1.11"}, "failed", "algorithm_mismatch"),
        ({"signature": "1.2.840.10045.4.1", "digest": SHA1}, "failed", "algorithm_forbidden"),
    ],
    ids=["other numbers", "raw", "SM2 with SHA-256", "RSA by a P-256 key", "SHA-1"],
)
def test_an_ecdsa_signature_that_is_none(changes, verdict, reason):
    found = said(plain("ec", **changes), "ec")
    assert found[0] == verdict
    assert reason in found[1]


@pytest.mark.parametrize("algorithm", ["rsa", "sm2"])
def test_a_signature_with_a_seal(algorithm):
    report = judged(plain(algorithm, more=[seal_attribute(algorithm)]), algorithm)
    assert report.verdict.value == "passed"
    (found,) = report.signatures
    assert found.kind == "seal"
    assert found.seal.name == "测试市行政审批服务管理局行政审批专用章"
    names = ("seal_signature", "signer_listed", "seal_validity", "maker_chain", "maker_revocation")
    assert {found.check(name).outcome.value for name in names} == {"passed"}
    assert found.check("seal_signature").clause.startswith("GB/T 38540")


@pytest.mark.parametrize(
    ("sub_filter", "standard"),
    [
        ("/ETSI.CAdES.detached", "PAdES"),
        ("/adbe.pkcs7.detached", "CMS"),
        ("/Some.Other", "CMS"),
        ("/ETSI.CAdES#2Edetached", "PAdES"),
    ],
)
def test_the_content_decides_and_not_its_name(sub_filter, standard):
    data = bend.sign_by_hand(lambda m: bend.signed_data(m, signer()), sub_filter=sub_filter)
    (found,) = judged(data).signatures
    assert (found.verdict.value, found.standard) == ("passed", standard)


def test_signed_data_of_the_national_standard():
    data = bend.sign_by_hand(
        lambda m: cms_builder.sign(m, signer("sm2")), sub_filter="/GM.sm2cms.detached"
    )
    (found,) = judged(data, "sm2").signatures
    assert (found.standard, found.check("data_digest").outcome.value) == (
        "GB/T 35275-2017",
        "passed",
    )
    assert found.check("signature_value").outcome.value == "passed"
    assert found.check("data_digest").clause == "GB/T 35275-2017"


def form_b(message, algorithm="sm2", content=None, **changes):
    """The digest as the content, signed itself, without attributes; as products of the field."""
    digest = signer(algorithm).algorithm.digest.digest(message) if content is None else content
    values = {
        "attributes": [],
        "content": write.explicit(0, write.octets(digest)),
        "value": signer(algorithm).sign(digest),
        "signature": cms_builder.SM2_1 if algorithm == "sm2" else signer().algorithm.oid,
    }
    return bend.signed_data(message, signer(algorithm), **(values | changes))


@pytest.mark.parametrize("algorithm", ["rsa", "sm2"])
def test_the_digest_as_content_without_attributes(algorithm):
    data = bend.sign_by_hand(lambda m: form_b(m, algorithm), sub_filter="/GM.sm2cms.detached")
    assert said(data, algorithm) == ("passed", set())
    assert judged(data, algorithm).signatures[0].signed_at == build.AT + 2 * build.HOUR
    changed = bend.renamed(data, b"100 600", b"100 500")
    assert said(changed, algorithm) == ("failed", {"data_digest_mismatch"})
    other = bend.sign_by_hand(lambda m: form_b(m, algorithm, value=signer(algorithm).sign(m)))
    assert said(other, algorithm) == ("failed", {"signature_invalid"})


def test_a_value_that_is_not_der_is_read_and_named():
    def raw(message):
        digest = signer("sm2").algorithm.digest.digest(message)
        numbers = strict.parse(signer("sm2").sign(digest)).children()
        value = b"".join(strict.read_integer(item, "").to_bytes(32, "big") for item in numbers)
        return form_b(message, value=value)

    (found,) = judged(bend.sign_by_hand(raw), "sm2").signatures
    assert (found.verdict.value, found.notices) == ("passed", ("quirk_q4",))


@pytest.mark.parametrize("content", [b"", bytes(31), bytes(33), bytes(200)])
def test_content_that_is_no_digest(content):
    data = bend.sign_by_hand(lambda m: form_b(m, content=content))
    assert said(data, "sm2") == ("indeterminate", {"unsupported"})


@pytest.mark.parametrize("algorithm", ["rsa", "sm2"])
def test_a_bare_stamp_is_a_seal(algorithm):
    office = build.office(algorithm)

    def stamp(message):
        return attacker.stamp_value(
            office.pki.signer, office.seal, message, at=build.AT + 2 * build.HOUR
        )

    data = bend.sign_by_hand(stamp, sub_filter="/GM.sm2seal")
    report = judged(data, algorithm)
    (found,) = report.signatures
    assert report.verdict.value == "passed"
    assert (found.kind, found.standard) == ("seal", "GB/T 38540-2020")
    assert found.notices == ("property_info_differs",)
    assert report.effect.value == "original_equivalent"
    changed = bend.renamed(data, b"100 600", b"100 500")
    assert said(changed, algorithm) == ("failed", {"data_digest_mismatch"})


def test_a_signer_named_by_its_key():
    key_id = signer().certificate.subject_key_id
    data = bend.sign_by_hand(lambda m: by_key(bend.signed_data(m, signer(), version=3), key_id))
    assert said(data) == ("passed", set())
    wrong = bend.sign_by_hand(lambda m: by_key(bend.signed_data(m, signer(), version=3), bytes(20)))
    assert said(wrong)[0] == "indeterminate"


def by_key(der, key_id):
    """The signed data with the signer named by a key identifier."""
    certificate = signer().certificate
    old = write.sequence(certificate.issuer_der, write.integer(certificate.serial))
    root = strict.parse(der)
    oid, content = root.children()
    body = content.children()[0].children()
    info = body[-1].children()[0].children()
    assert info[1].raw == old
    parts = [item.raw for item in info]
    parts[1] = write.element(0x80, key_id)
    signers = write.element(strict.SET, write.sequence(*parts))
    return write.sequence(
        oid.raw, write.explicit(0, write.sequence(*(item.raw for item in body[:-1]), signers))
    )


def ess(certificate, *, algorithm=None, digest=None):
    """ESSCertIDv2 of a certificate."""
    name = write.sequence(write.oid(algorithm)) if algorithm else b""
    value = digest or SHA256.digest(certificate.der)
    row = write.sequence(name, write.octets(value))
    return attribute(SIGNING_CERTIFICATE_V2, write.sequence(write.sequence(row)))


def old_ess(certificate):
    row = write.sequence(write.octets(hashlib.sha1(certificate.der).digest()))  # noqa: S324 - as read
    return attribute(SIGNING_CERTIFICATE, write.sequence(write.sequence(row)))


@pytest.mark.parametrize("make", [ess, old_ess])
def test_the_signing_certificate_is_the_one_named(make):
    assert said(plain(more=[make(signer().certificate)])) == ("passed", set())
    other = build.hierarchy("rsa").maker.certificate
    assert said(plain(more=[make(other)])) == ("failed", {"signature_invalid"})


def test_the_signing_certificate_by_an_unknown_digest():
    row = ess(signer().certificate, algorithm="1.2.3", digest=bytes(32))
    assert said(plain(more=[row])) == ("indeterminate", {"unsupported"})


def test_a_time_stamp_beside_the_value_that_is_none():
    data = plain(unsigned=tokens.beside(write.sequence(write.integer(1))))
    assert said(data) == ("failed", {"timestamp_invalid"})


# forms that are refused --------------------------------------------------------------------------


def rival():
    return build.hierarchy("rsa").signer_ca.issue("99000000000002", organization="测试市某某公司")


def other_content(message):
    return bend.signed_data(message, signer(), content=write.explicit(0, write.octets(bytes(32))))


FORMS = {
    "nobody signed": (lambda m: bend.signed_data(m, signer(), signers=0), "failed", "malformed"),
    "two signers": (
        lambda m: bend.signed_data(m, signer(), signers=2),
        "indeterminate",
        "unsupported",
    ),
    "no certificate": (
        lambda m: bend.signed_data(m, signer(), certificates=()),
        "indeterminate",
        "unsupported",
    ),
    "content that the digest is not of": (other_content, "failed", "data_digest_mismatch"),
    "no digest": (
        lambda m: bend.signed_data(m, signer(), without=[bend.MESSAGE_DIGEST]),
        "failed",
        "malformed",
    ),
    "no content type": (
        lambda m: bend.signed_data(m, signer(), without=[bend.CONTENT_TYPE]),
        "failed",
        "malformed",
    ),
    "another content type": (
        lambda m: bend.signed_data(m, signer(), inner="1.2.840.113549.1.9.16.1.4"),
        "failed",
        "malformed",
    ),
    "the digest of something else": (
        lambda m: bend.signed_data(m + b"x", signer()),
        "failed",
        "data_digest_mismatch",
    ),
    "another digest algorithm": (
        lambda m: bend.signed_data(m, signer(), digest=SHA512),
        "failed",
        "data_digest_mismatch",
    ),
    "a broken digest algorithm": (
        lambda m: bend.signed_data(m, signer(), signature="1.2.840.113549.1.1.1", digest=SHA1),
        "failed",
        "algorithm_forbidden",
    ),
    "an unknown algorithm": (
        lambda m: bend.signed_data(m, signer(), signature="1.2.840.10045.4.3"),
        "indeterminate",
        "unsupported",
    ),
    "another key's value": (
        lambda m: bend.signed_data(m, signer(), value=rival().sign(b"")),
        "failed",
        "signature_invalid",
    ),
    "another certificate": (
        lambda m: bend.signed_data(m, signer(), certificates=(rival().certificate.der,)),
        "indeterminate",
        "unsupported",
    ),
    "enveloped data": (
        lambda m: bend.signed_data(m, signer(), outer="1.2.840.113549.1.7.3"),
        "indeterminate",
        "unsupported",
    ),
    "indefinite length": (lambda _: b"\x30\x80\x06\x01\x00", "indeterminate", "unsupported"),
    "a length that is none": (lambda _: b"\x30\x89" + b"\xff" * 20, "failed", "malformed"),
    "a bare value": (
        lambda _: write.sequence(write.integer(1), write.integer(2)),
        "failed",
        "malformed",
    ),
    "octets": (lambda _: write.octets(bytes(256)), "failed", "malformed"),
    "text": (lambda _: b"signed, the bureau", "failed", "malformed"),
    "a seal without a signature": (lambda _: build.office("rsa").seal.der, "failed", "malformed"),
    "a seal that is none": (
        lambda m: bend.signed_data(m, signer(), more=[seal_attribute(der=write.sequence())]),
        "failed",
        "malformed",
    ),
    "a seal doubled": (
        lambda m: bend.signed_data(m, signer(), more=[seal_attribute(), seal_attribute()]),
        "failed",
        "malformed",
    ),
    "a seal for another": (
        lambda m: bend.signed_data(m, rival(), more=[seal_attribute()]),
        "failed",
        "signer_not_listed",
    ),
    "a seal that nobody made": (
        lambda m: bend.signed_data(m, signer(), more=[seal_attribute(der=forged_seal())]),
        "failed",
        "seal_signature_invalid",
    ),
}


def forged_seal():
    pki = build.hierarchy("rsa")
    return attacker.seal_of(
        pki.maker,
        signers=[pki.signer.certificate],
        properties={
            "create_date": build.AT,
            "not_before": build.AT,
            "not_after": pki.signer.certificate.not_after,
        },
        value=bytes(256),
    )


@pytest.mark.parametrize(("make", "verdict", "reason"), FORMS.values(), ids=FORMS.keys())
def test_other_forms(make, verdict, reason):
    found, reasons = said(bend.sign_by_hand(make))
    assert (found, reason in reasons) == (verdict, True), reasons


def test_a_document_time_stamp_is_listed_and_not_verified():
    data = bend.sign_by_hand(lambda m: bend.signed_data(m, signer()), sub_filter="/ETSI.RFC3161")
    (found,) = judged(data).signatures
    assert (found.kind, found.standard) == ("timestamp", "RFC 3161")
    assert (found.verdict.value, found.reasons) == ("indeterminate", ("unsupported",))


def test_a_bare_rsa_value_is_unsupported():
    data = bend.sign_by_hand(lambda _: write.octets(bytes(9)), sub_filter="/adbe.x509.rsa_sha1")
    assert said(data) == ("indeterminate", {"unsupported"})


def test_the_report_names_the_broken_seal_of_a_stamp_by_a_stranger():
    """The maker's root is not trusted: undecided, with everything else looked at."""
    data = plain(more=[seal_attribute()])
    report = judged(data, trust=govseal.TrustStore(()))
    assert report.verdict.value == "indeterminate"
    assert set(report.reasons) == {"no_trust_anchor", "no_revocation_data"}
    assert report.signatures[0].check("seal_signature").outcome.value == "passed"


# facts -------------------------------------------------------------------------------------------


def test_what_is_found_in_a_stamp():
    evidence = govseal.inspect(build.office("rsa").stamp(build.pdf(pages=3)))
    assert (evidence.format, evidence.pages, evidence.problem) == ("pdf", 3, None)
    (found,) = evidence.signatures
    assert (found.id, found.kind) == ("govseal-1", SignatureKind.SEAL)
    assert found.coverage.extent is Extent.WHOLE_FILE
    assert found.claimed_time.moment == build.AT + 2 * build.HOUR
    assert isinstance(found.data, Pieces)
    (shown,) = found.appearances
    assert shown.page == 1
    box = (shown.x_mm, shown.y_mm, shown.width_mm, shown.height_mm)
    assert box == pytest.approx((20, 30, 40, 20), abs=0.01)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_stamp_lies_where_it_was_put(turn):
    page = f"{build.A4} /CropBox [20 30 500 700] /Rotate {turn}"
    (found,) = govseal.inspect(build.office("rsa").stamp(build.pdf(page, pages=2))).signatures
    (shown,) = found.appearances
    box = (shown.page, shown.x_mm, shown.y_mm, shown.width_mm, shown.height_mm)
    assert box == pytest.approx((1, 20, 30, 40, 20), abs=0.01)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("D:20261121100000Z", "2026-11-21T10:00:00+00:00"),
        ("D:20261121100000Z00'00'", "2026-11-21T10:00:00+00:00"),
        ("D:20261121180000+08'00'", "2026-11-21T10:00:00+00:00"),
        ("D:20261121180000+08'00", "2026-11-21T10:00:00+00:00"),
        ("D:20261121180000", "2026-11-21T10:00:00+00:00"),
        ("D:20261121050000-05", "2026-11-21T10:00:00+00:00"),
        ("D:20261321180000Z", None),
        ("D:20261121180000+99'99'", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(text, expected):
    moment = read_date(text).moment
    assert (moment and moment.isoformat()) == expected


def test_importing_the_document_loads_no_pyhanko():
    code = (
        "import sys; from govseal.formats.pdf.document import PdfDocument; PdfDocument(b'%PDF-');"
        "print([name for name in sys.modules if name.startswith(('pyhanko', 'asn1crypto'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


def test_a_pdf_opens_by_its_bytes():
    assert open_document(build.pdf()).format == "pdf"


def test_what_only_a_lenient_reader_reads_is_noted():
    """A signed file whose first table is not where the trailer says."""
    plain_file = build.pdf()
    where = bend.startxref(plain_file)
    sloppy = plain_file.replace(b"startxref\n%d" % where, b"startxref\n%d" % (where + 1))
    data = build.office("rsa").stamp(sloppy)
    assert [item.code for item in govseal.inspect(data).tolerances] == ["pdf_repaired"]
    assert judged(data).verdict.value == "passed"
    strict_report = judged(data, policy=govseal.Policy(strict=True))
    assert (strict_report.verdict.value, strict_report.reasons) == (
        "failed",
        ("tolerance_refused",),
    )
