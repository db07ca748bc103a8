"""Certificates: what real ones hold is read, what is not a certificate is refused at load."""

from __future__ import annotations

import hashlib
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest

from govseal.asn1 import strict, write
from govseal.errors import EncodingError, GovsealError, LimitExceeded
from govseal.pki import extensions as ext
from govseal.pki.certificate import Certificate, load_certificates
from govseal.pki.forms import has_loose_form
from govseal.testing import x509

UNKNOWN = "1.2.156.10197.99.1"
SUBJECT_DIRECTORY_ATTRIBUTES = "2.5.29.9"


def changed(ca, signer, **fields):
    """The signer's certificate with some fields changed and no extensions, signed, as bytes."""
    old = signer.certificate
    template = x509.CertificateTemplate(
        old.subject_der, old.issuer_der, old.public_key.spki, old.not_before, old.not_after
    )
    for name, value in fields.items():
        setattr(template, name, value)
    return template.sign_der(ca.key)


def with_extensions(ca, signer, *rows):
    return changed(ca, signer, extensions=list(rows))


def extension(oid, value, *, is_critical=False):
    return x509.encode_extension(oid, value, is_critical=is_critical)


def test_every_field_of_a_certificate(ca, at):
    signer = ca.issue(
        "99000000000001",
        organization="测试市行政审批服务管理局",
        serial=77,
        not_before=datetime(2026, 1, 1, tzinfo=UTC),
        not_after=datetime(2027, 1, 1, tzinfo=UTC),
        extended_key_usage=("email_protection", UNKNOWN),
        extensions=[x509.crl_urls_extension(("ldap://x/cn=crl1", "http://x/ca.crl"))],
    )
    found = Certificate.from_der(signer.certificate.der)
    assert found.subject == "C=CN, O=测试市行政审批服务管理局, CN=99000000000001"
    assert found.issuer == "C=CN, O=测试证书管理中心, CN=测试证书 CA"
    assert found.subject_value("O") == "测试市行政审批服务管理局"
    assert found.issuer_value("CN") == "测试证书 CA"
    assert found.issuer_der == ca.certificate.subject_der
    assert found.serial == 77
    assert (found.not_before.year, found.not_after.year) == (2026, 2027)
    assert found.not_before.tzinfo is UTC
    assert found.is_valid_at(at)
    assert not found.is_valid_at(datetime(2027, 1, 1, 0, 0, 1, tzinfo=UTC))
    assert found.signature_oid == "1.2.156.10197.1.501"
    assert found.signature_algorithm.name == "sm2-sm3"
    assert found.public_key.kind == "sm2"
    assert found.key_usage == {"digital_signature", "non_repudiation"}
    assert found.extended_key_usage == {"email_protection", UNKNOWN}
    assert (found.is_ca, found.path_length) == (False, None)
    assert found.crl_urls == ("ldap://x/cn=crl1", "http://x/ca.crl")
    assert found.critical_unknown == ()
    assert found.authority_key_id == ca.certificate.subject_key_id
    assert found.fingerprint == hashlib.sha256(found.der).hexdigest()
    assert not found.is_self_issued
    assert ca.certificate.is_self_issued
    ca.certificate.public_key.verify(found.signature, found.tbs, found.signature_algorithm)


def test_the_slices_are_the_received_bytes(signer):
    certificate = signer.certificate
    assert certificate.tbs in certificate.der
    assert strict.parse(certificate.der).children()[0].raw == certificate.tbs
    assert certificate.subject_der in certificate.tbs
    assert certificate.public_key.spki in certificate.tbs


def test_two_certificates_are_equal_when_their_bytes_are(signer, ca):
    again = Certificate.from_der(signer.certificate.der)
    assert again == signer.certificate
    assert hash(again) == hash(signer.certificate)
    assert again != ca.certificate
    assert again != signer.certificate.der


def test_a_certificate_cannot_be_changed(signer):
    with pytest.raises(FrozenInstanceError):
        signer.certificate.serial = 1


def test_repr_shows_name_and_fingerprint(signer):
    text = repr(signer.certificate)
    assert signer.certificate.fingerprint[:16] in text
    assert "CN=99000000000001" in text


def test_pem_and_der_and_bundles(signer, ca):
    pem = signer.certificate.to_pem()
    assert Certificate.from_pem(pem) == signer.certificate
    assert Certificate.from_pem(pem.decode()) == signer.certificate
    bundle = b"# roots\n" + pem.replace(b"\n", b"\r\n") + b"text\n" + ca.certificate.to_pem()
    assert load_certificates(bundle) == (signer.certificate, ca.certificate)
    assert load_certificates(signer.certificate.der) == (signer.certificate,)


# --- read although it is not by the book ----------------------------------------------------


def test_null_parameters_beside_sm2_are_read(ca, signer):
    algorithm = write.sequence(write.oid("1.2.156.10197.1.501"), write.null())
    der = changed(ca, signer, outer_algorithm=algorithm)
    found = Certificate.from_der(der)
    ca.certificate.public_key.verify(found.signature, found.tbs, found.signature_algorithm)


def test_generalized_time_before_2050_is_read(ca, signer):
    der = changed(ca, signer, not_before=datetime(2026, 1, 1, tzinfo=UTC))
    utc, generalized = b"\x17\x0d260101000000Z", b"\x18\x0f20260101000000Z"
    assert utc in der
    tbs = strict.parse(der).children()[0]
    fields = [child.raw for child in tbs.children()]
    times = [child.raw for child in tbs.children()[4].children()]
    fields[4] = write.sequence(generalized, times[1])
    algorithm = x509.algorithm_identifier(ca.key.algorithm)
    again = x509.sign_structure(write.sequence(*fields), algorithm, ca.key)
    assert Certificate.from_der(again).not_before == datetime(2026, 1, 1, tzinfo=UTC)


def test_loose_forms_are_told(ca, signer):
    """Q18: an early GeneralizedTime, a default that is written out; what is none has no form."""
    assert not has_loose_form(signer.certificate.der)
    assert not has_loose_form(ca.certificate.der)
    utc, generalized = b"\x17\x0d260101000000Z", b"\x18\x0f20260101000000Z"
    der = changed(ca, signer, not_before=datetime(2026, 1, 1, tzinfo=UTC))
    tbs = [child.raw for child in strict.parse(der).children()[0].children()]
    times = [child.raw for child in strict.parse(tbs[4]).children()]
    assert times[0] == utc
    tbs[4] = write.sequence(generalized, times[1])
    assert has_loose_form(write.sequence(write.sequence(*tbs), write.null()))
    tbs[4] = write.sequence(utc, b"\x18\x0f20500101000000Z")
    assert not has_loose_form(write.sequence(write.sequence(*tbs), write.null()))
    tbs.append(write.explicit(3, write.sequence(write.sequence())))
    assert not has_loose_form(write.sequence(write.sequence(*tbs), write.null()))
    for other in (b"", b"x", write.null(), write.sequence(), write.sequence(write.sequence())):
        assert not has_loose_form(other)


def test_an_encoded_default_false_is_read(ca, signer):
    constraints = write.sequence(write.boolean(value=False))
    row = write.sequence(
        write.oid(ext.BASIC_CONSTRAINTS), write.boolean(value=False), write.octets(constraints)
    )
    found = Certificate.from_der(with_extensions(ca, signer, row))
    assert found.is_ca is False


def test_key_usage_with_trailing_zero_bits_is_read(ca, signer):
    row = extension(ext.KEY_USAGE, write.element(strict.BIT_STRING, b"\x00\xc0"))
    found = Certificate.from_der(with_extensions(ca, signer, row))
    assert found.key_usage == {"digital_signature", "non_repudiation"}


def test_bits_declared_unused_are_not_uses(ca, signer):
    row = extension(ext.KEY_USAGE, write.element(strict.BIT_STRING, b"\x07\xff"))
    found = Certificate.from_der(with_extensions(ca, signer, row))
    assert found.key_usage == {"digital_signature"}


def test_absent_key_usage_is_none_and_an_empty_one_allows_nothing(ca, signer):
    assert Certificate.from_der(with_extensions(ca, signer)).key_usage is None
    row = extension(ext.KEY_USAGE, write.element(strict.BIT_STRING, b"\x00"))
    assert Certificate.from_der(with_extensions(ca, signer, row)).key_usage == frozenset()


@pytest.mark.parametrize("serial", [0, -5, 1, (1 << 500) + 1])
def test_any_serial_number_is_read(ca, signer, serial):
    assert Certificate.from_der(changed(ca, signer, serial=serial)).serial == serial


@pytest.mark.parametrize(("version", "rows"), [(None, []), (1, []), (2, [])])
def test_old_versions_are_read(ca, signer, version, rows):
    found = Certificate.from_der(changed(ca, signer, version=version, extensions=rows))
    assert (found.is_ca, found.key_usage, found.extensions) == (False, None, ())


@pytest.mark.parametrize(
    ("uses", "for_signing", "for_encryption"),
    [
        (None, True, True),
        ((), False, False),
        (("digital_signature", "non_repudiation"), True, False),
        (("non_repudiation",), True, False),
        (("key_encipherment", "data_encipherment", "key_agreement"), False, True),
        (("key_agreement", "digital_signature"), True, True),
        (("key_cert_sign", "crl_sign"), False, False),
    ],
)
def test_the_two_certificates_of_a_holder_are_told_apart(ca, uses, for_signing, for_encryption):
    found = ca.issue("x", key_usage=uses).certificate
    assert (found.is_for_signing, found.is_for_encryption) == (for_signing, for_encryption)


def test_the_government_profile_is_read(ca):
    """O is the credit code and the unit's name, CN the seal's code; 2.5.4.45 is a UTF8String."""
    subject = (
        ("C", "CN"),
        ("O", "11990000MB0000000X测试市行政审批服务管理局"),
        ("x500UniqueIdentifier", "B00102"),
        ("CN", "99000000000001"),
    )
    found = ca.issue("", subject=subject).certificate
    assert found.subject_value("O") == "11990000MB0000000X测试市行政审批服务管理局"
    assert found.subject_value("2.5.4.45") == "B00102"
    assert found.subject_value("CN") == "99000000000001"


def test_self_issued_is_told_by_names_not_by_their_bytes(ca, signer):
    shouted = x509.encode_name((("C", "CN"), ("O", "TEST"), ("CN", "ca")))
    plain = x509.encode_name((("C", "CN"), ("O", "Test"), ("CN", "CA")))
    found = Certificate.from_der(changed(ca, signer, subject_der=shouted, issuer_der=plain))
    assert found.is_self_issued
    assert not signer.certificate.is_self_issued


def test_an_unknown_critical_extension_is_read_and_named(ca, signer):
    rows = (
        extension(UNKNOWN, b"anything", is_critical=True),
        extension(UNKNOWN + ".2", b"", is_critical=False),
        extension(SUBJECT_DIRECTORY_ATTRIBUTES, write.sequence(), is_critical=True),
    )
    found = Certificate.from_der(with_extensions(ca, signer, *rows))
    assert found.critical_unknown == (UNKNOWN, SUBJECT_DIRECTORY_ATTRIBUTES)
    assert found.extension(UNKNOWN).value == b"anything"
    assert found.extension("1.2.3") is None


def test_an_extension_whose_identifier_is_raw_ascii_is_read(ca, signer):
    row = write.sequence(write.element(0x06, b"\x80vendor"), write.octets(b""))
    found = Certificate.from_der(with_extensions(ca, signer, row))
    assert found.extensions[0].oid == "0x80" + b"vendor".hex()


@pytest.mark.parametrize(
    "oid",
    [
        ext.AUTHORITY_KEY_IDENTIFIER,
        ext.SUBJECT_KEY_IDENTIFIER,
        ext.CRL_DISTRIBUTION_POINTS,
    ],
)
@pytest.mark.parametrize("value", [b"", b"junk", write.null(), write.sequence(write.null())])
def test_a_malformed_hint_is_no_hint(ca, signer, oid, value):
    found = Certificate.from_der(with_extensions(ca, signer, extension(oid, value)))
    assert (found.authority_key_id, found.subject_key_id, found.crl_urls) == (None, None, ())


def test_an_unknown_signature_algorithm_is_read(ca, signer):
    algorithm = write.sequence(write.oid("1.2.840.10045.4.3"))
    found = Certificate.from_der(changed(ca, signer, outer_algorithm=algorithm))
    assert found.signature_algorithm is None
    assert found.signature_oid == "1.2.840.10045.4.3"


# --- refused --------------------------------------------------------------------------------


def test_inner_and_outer_algorithm_must_agree(ca, signer):
    der = changed(
        ca, signer, inner_algorithm=write.sequence(write.oid("1.2.840.113549.1.1.11"), write.null())
    )
    with pytest.raises(EncodingError, match="the inner and the outer algorithm differ"):
        Certificate.from_der(der)


def test_parameters_of_the_algorithm_have_no_place(ca, signer):
    algorithm = write.sequence(write.oid("1.2.156.10197.1.501"), write.octets(b"id"))
    with pytest.raises(EncodingError, match="parameters that have no place"):
        Certificate.from_der(changed(ca, signer, outer_algorithm=algorithm))


def test_a_doubled_extension_is_refused(ca, signer):
    row = x509.basic_constraints_extension(is_ca=False)
    other = x509.basic_constraints_extension(is_ca=True)
    with pytest.raises(EncodingError, match=r"2\.5\.29\.19 occurs twice"):
        Certificate.from_der(with_extensions(ca, signer, row, other))


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        (ext.KEY_USAGE, b""),
        (ext.KEY_USAGE, write.null()),
        (ext.KEY_USAGE, write.element(strict.BIT_STRING, b"")),
        (ext.KEY_USAGE, write.element(strict.BIT_STRING, b"\x08\xff")),
        (ext.KEY_USAGE, write.element(strict.BIT_STRING, bytes(17))),
        (ext.BASIC_CONSTRAINTS, b""),
        (ext.BASIC_CONSTRAINTS, write.null()),
        (ext.BASIC_CONSTRAINTS, write.sequence(write.boolean(value=True), write.integer(-1))),
        (ext.BASIC_CONSTRAINTS, write.sequence(write.integer(1), write.boolean(value=True))),
        (ext.BASIC_CONSTRAINTS, write.sequence(write.boolean(value=True)) + b"\0"),
        (ext.EXTENDED_KEY_USAGE, write.sequence(write.null())),
    ],
)
def test_a_malformed_extension_that_decides_is_refused(ca, signer, oid, value):
    with pytest.raises(EncodingError):
        Certificate.from_der(with_extensions(ca, signer, extension(oid, value)))


@pytest.mark.parametrize("version", [3, -1, 0])
def test_another_version_or_extensions_before_version_3_are_refused(ca, signer, version):
    with pytest.raises(EncodingError):
        Certificate.from_der(
            changed(
                ca,
                signer,
                version=version,
                extensions=[x509.basic_constraints_extension(is_ca=True)],
            )
        )


def test_a_point_off_the_curve_is_refused(ca, signer):
    spki = bytearray(signer.certificate.public_key.spki)
    spki[-1] ^= 1
    with pytest.raises(EncodingError, match="SM2 public key"):
        Certificate.from_der(changed(ca, signer, spki=bytes(spki)))


def rebuilt(ca, signer, place, field):
    """The signer's certificate with one field of TBSCertificate replaced, signed again."""
    fields = [child.raw for child in strict.parse(signer.certificate.tbs).children()]
    fields[place] = field
    algorithm = x509.algorithm_identifier(ca.key.algorithm)
    return x509.sign_structure(write.sequence(*fields), algorithm, ca.key)


@pytest.mark.parametrize(
    "time",
    [b"2601010000Z", b"260101000000", b"260101000000+0800", b"261301000000Z", b"x", b"\xff" * 13],
)
def test_a_time_that_is_not_utc_with_seconds_is_refused(ca, signer, time):
    good = write.utc_time(datetime(2027, 1, 1, tzinfo=UTC))
    for pair in ((write.element(0x17, time), good), (good, write.element(0x17, time))):
        with pytest.raises(EncodingError):
            Certificate.from_der(rebuilt(ca, signer, 4, write.sequence(*pair)))


@pytest.mark.parametrize(
    ("place", "field"),
    [
        (1, write.octets(b"serial")),
        (1, write.integer(1 << 600)),
        (3, write.null()),
        (4, write.sequence()),
        (4, write.sequence(write.integer(1), write.integer(2))),
        (5, write.sequence(write.null())),
        (6, write.sequence()),
        (7, write.element(0x82, b"\0id") + write.element(0x81, b"\0id")),
        (7, write.explicit(4, write.null())),
        (7, write.explicit(3, write.sequence(write.sequence(write.oid("1.2.3"))))),
    ],
    ids=[
        "serial of another type",
        "serial too long",
        "issuer no name",
        "no times",
        "times no times",
        "subject no name",
        "no key",
        "unique ids out of order",
        "an element that has no place",
        "an extension without value",
    ],
)
def test_a_field_that_is_not_what_it_should_be_is_refused(ca, signer, place, field):
    with pytest.raises(EncodingError):
        Certificate.from_der(rebuilt(ca, signer, place, field))


def test_unique_identifiers_in_order_are_read(ca, signer):
    old = strict.parse(signer.certificate.tbs).children()[7].raw
    both = write.element(0x81, b"\0id") + write.element(0x82, b"\0id") + old
    assert Certificate.from_der(rebuilt(ca, signer, 7, both)).subject_der


def test_bytes_behind_or_missing_are_refused(signer):
    der = signer.certificate.der
    for wrong in (der + b"\0", der[:-1], b"", b"\0", der[1:], write.sequence(der), b"\x30\x80"):
        with pytest.raises(EncodingError):
            Certificate.from_der(wrong)


def test_ber_is_refused(signer):
    der = signer.certificate.der
    length = int.from_bytes(der[2:4], "big")
    with pytest.raises(EncodingError, match="shortest form"):
        Certificate.from_der(b"\x30\x83\x00" + length.to_bytes(2, "big") + der[4:])
    with pytest.raises(EncodingError, match="indefinite"):
        Certificate.from_der(b"\x30\x80" + der[4:] + b"\0\0")


def test_a_certificate_too_large_is_refused():
    with pytest.raises(LimitExceeded):
        Certificate.from_der(write.octets(bytes(2 * 1024 * 1024)))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no PEM at all",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n",
    ],
)
def test_pem_without_a_certificate_is_refused(text):
    with pytest.raises(GovsealError):
        Certificate.from_pem(text)
