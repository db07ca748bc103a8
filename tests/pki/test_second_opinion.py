"""What our reader says of certificates, CRLs and signed data, and what two libraries say."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import asn1crypto.cms
import asn1crypto.crl
import asn1crypto.x509
import pytest
from cryptography import x509 as other_x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import CRLEntryExtensionOID

import cms_builder
import embedded
from govseal.asn1 import write
from govseal.errors import FormatError
from govseal.formats import cms
from govseal.pki import extensions as ext
from govseal.pki.certificate import Certificate
from govseal.pki.crl import REASONS, Crl
from govseal.pki.keys import RSA_ENCRYPTION
from govseal.testing import Authority, Revoked, x509


def by_us(certificate: Certificate) -> dict[str, object]:
    return {
        "tbs": certificate.tbs,
        "serial": certificate.serial,
        "issuer": certificate.issuer_der,
        "subject": certificate.subject_der,
        "validity": (certificate.not_before, certificate.not_after),
        "spki": certificate.public_key.spki,
        "signature": (certificate.signature_oid, certificate.signature),
        "extensions": [(it.oid, it.is_critical, it.value) for it in certificate.extensions],
        "key usage": certificate.key_usage,
        "ca": (certificate.is_ca, certificate.path_length),
        "key ids": (certificate.authority_key_id, certificate.subject_key_id),
        "crl urls": certificate.crl_urls,
        "fingerprint": certificate.fingerprint,
    }


def by_asn1crypto(der: bytes) -> dict[str, object]:
    whole = asn1crypto.x509.Certificate.load(der, strict=True)
    tbs = whole["tbs_certificate"]
    usage = whole.key_usage_value
    points = whole.crl_distribution_points_value or []
    return {
        "tbs": tbs.dump(),
        "serial": whole.serial_number,
        "issuer": whole.issuer.dump(),
        "subject": whole.subject.dump(),
        "validity": (whole.not_valid_before, whole.not_valid_after),
        "spki": whole.public_key.dump(),
        "signature": (whole["signature_algorithm"]["algorithm"].dotted, whole.signature),
        "extensions": extensions_of(tbs["extensions"]),
        "key usage": None if usage is None else frozenset(usage.native),
        "ca": (bool(whole.ca), whole.max_path_length),
        "key ids": (whole.authority_key_identifier, whole.key_identifier),
        "crl urls": tuple(
            name.chosen.contents.decode("latin-1")  # its own value has hosts in lower case
            for point in points
            for name in point["distribution_point"].chosen
            if name.name == "uniform_resource_identifier"
        ),
        "fingerprint": hashlib.sha256(whole.dump()).hexdigest(),
    }


def extensions_of(rows) -> list[tuple[str, bool, bytes]]:
    return [
        (row["extn_id"].dotted, row["critical"].native, row["extn_value"].contents) for row in rows
    ]


def by_cryptography(der: bytes) -> dict[str, object]:
    """As much as it says; it has no raw slices, and no keys on the SM2 curve."""
    whole = other_x509.load_der_x509_certificate(der)
    said: dict[str, object] = {
        "tbs": whole.tbs_certificate_bytes,
        "serial": whole.serial_number,
        "issuer": whole.issuer.public_bytes(),
        "subject": whole.subject.public_bytes(),
        "validity": (whole.not_valid_before_utc, whole.not_valid_after_utc),
        "signature": (whole.signature_algorithm_oid.dotted_string, whole.signature),
        "fingerprint": whole.fingerprint(SHA256()).hex(),
    }
    if whole.public_key_algorithm_oid.dotted_string == RSA_ENCRYPTION:
        spki = whole.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        said["spki"] = spki
    try:
        found = {row.oid.dotted_string: row for row in whole.extensions}
    except ValueError:  # it refuses an encoded DEFAULT FALSE, which a real CA writes
        return said
    said["criticality"] = [(oid, row.critical) for oid, row in found.items()]
    if row := found.get(ext.BASIC_CONSTRAINTS):
        said["ca"] = (row.value.ca, row.value.path_length)
    if row := found.get(ext.SUBJECT_KEY_IDENTIFIER):
        said["subject key id"] = row.value.digest
    if row := found.get(ext.AUTHORITY_KEY_IDENTIFIER):
        said["authority key id"] = row.value.key_identifier
    return said


def assert_same(der: bytes) -> dict[str, object]:
    """Everybody says the same; give what cryptography said."""
    certificate = Certificate.from_der(der)
    ours = by_us(certificate)
    assert by_asn1crypto(der) == ours
    ours["criticality"] = [(it.oid, it.is_critical) for it in certificate.extensions]
    ours["subject key id"] = certificate.subject_key_id
    ours["authority key id"] = certificate.authority_key_id
    said = by_cryptography(der)
    assert said == {topic: ours[topic] for topic in said}
    return said


@pytest.mark.samples
@pytest.mark.filterwarnings("ignore:Attribute's length")
def test_real_certificates_are_read_alike(samples):
    sources = (embedded.stamped_data(samples), embedded.pdf_signatures(samples))
    data = [octets for source in sources for _, octets in source]
    found = {der for octets in data for der in embedded.certificates(octets)}
    assert len(found) >= 40
    said = [assert_same(der) for der in found]
    assert sum("criticality" in answer for answer in said) >= len(found) - 1
    assert sum("spki" in answer for answer in said) >= 12


@pytest.mark.parametrize("algorithm", ["sm2", "rsa"])
def test_our_certificates_are_read_alike(algorithm, at):
    authority = Authority.create("根 CA", algorithm=algorithm, at=at)
    middle = authority.create_authority("二级 CA", path_length=3)
    urls = x509.crl_urls_extension(["http://a.example/A.crl", "ldap://B.example/cn=B"])
    late = middle.issue("99000000000004", not_after=at.replace(year=2060), extensions=[urls])
    # Without key_agreement the last two mean nothing, and cryptography refuses them.
    uses = [{use, "key_agreement"} for use in ext.KEY_USAGE_NAMES] + [ext.KEY_USAGE_NAMES, None]
    leaves = [middle.issue("x", key_usage=row, key=late._key) for row in uses]
    chain = (authority.certificate, middle.certificate, late.certificate)
    for certificate in (*chain, *(leaf.certificate for leaf in leaves)):
        assert "criticality" in assert_same(certificate.der)


# ----------------------------------------------------------------------------------------- CRLs


def entries_of(rows) -> dict[int, tuple[datetime, str | None, datetime | None]]:
    """The entries as asn1crypto reads them."""
    return {
        row["user_certificate"].native: (
            row["revocation_date"].native,
            row.crl_reason_value and row.crl_reason_value.native,
            row.invalidity_date_value and row.invalidity_date_value.native,
        )
        for row in rows
    }


def other_entries_of(rows) -> dict[int, tuple[datetime, str | None, datetime | None]]:
    """The entries as cryptography reads them."""
    found = {}
    for row in rows:
        said = {item.oid: item.value for item in row.extensions}
        reason = said.get(CRLEntryExtensionOID.CRL_REASON)
        since = said.get(CRLEntryExtensionOID.INVALIDITY_DATE)
        name = None if reason is None else reason.reason.name
        found[row.serial_number] = (
            row.revocation_date_utc,
            name,
            since and since.invalidity_date_utc,
        )
    return found


@pytest.mark.parametrize("kind", ["ca", "rsa_ca"])
@pytest.mark.parametrize("has_next_update", [True, False])
def test_our_crls_are_read_alike(kind, has_next_update, request, at):
    authority = request.getfixturevalue(kind)
    rows = [
        Revoked(1 << 8 * place, at - timedelta(days=place), reason, at if place % 2 else None)
        for place, reason in enumerate([None, *REASONS.values()])
    ]
    der = authority.crl(rows, has_next_update=has_next_update)
    ours = Crl.from_der(der)
    entries = {
        serial: (entry.date, entry.reason, entry.invalidity_date)
        for serial, entry in ours.entries.items()
    }
    theirs = asn1crypto.crl.CertificateList.load(der, strict=True)
    tbs = theirs["tbs_cert_list"]
    assert entries == entries_of(tbs["revoked_certificates"])
    assert len(entries) == len(rows)
    assert (ours.tbs, ours.signature) == (tbs.dump(), theirs.signature)
    assert (ours.issuer_der, ours.number) == (theirs.issuer.dump(), theirs.crl_number_value.native)
    assert (ours.this_update, ours.next_update) == (
        tbs["this_update"].native,
        tbs["next_update"].native,
    )
    others = other_x509.load_der_x509_crl(der)
    assert (ours.tbs, ours.signature) == (others.tbs_certlist_bytes, others.signature)
    assert (ours.this_update, ours.next_update) == (
        others.last_update_utc,
        others.next_update_utc,
    )
    assert entries == other_entries_of(others)


# ---------------------------------------------------------------------------------- signed data


def assert_signer_is_named_alike(
    ours: cms.SignerInfo, named: asn1crypto.cms.SignerIdentifier
) -> None:
    if named.name == "subject_key_identifier":
        assert ours.key_id == named.native
        return
    assert ours.issuer_der == named.chosen["issuer"].dump()
    assert ours.serial == named.chosen["serial_number"].native


def assert_signed_data_is_read_alike(der: bytes) -> None:
    ours = cms.decode_signed_data(der)
    content = asn1crypto.cms.ContentInfo.load(der, strict=True)["content"]
    (signer,) = content["signer_infos"]
    assert ours.content_type == content["encap_content_info"]["content_type"].dotted
    assert list(ours.certificates) == [row.dump() for row in content["certificates"]]
    assert_signer_is_named_alike(ours.signer, signer["sid"])
    assert ours.signer.digest_algorithm == signer["digest_algorithm"]["algorithm"].dotted
    assert ours.signer.algorithm == signer["signature_algorithm"]["algorithm"].dotted
    assert ours.signer.signature == signer["signature"].native
    if signer["signed_attrs"].native is None:  # the document itself is signed
        assert content["encap_content_info"]["content"].native is None
        assert (ours.signer.signed, ours.signer.attributes) == (None, ())
        return
    attributes = {row["type"].native: row["values"][0].native for row in signer["signed_attrs"]}
    assert ours.signer.signed == signer["signed_attrs"].untag().dump()
    assert ours.signer.message_digest == attributes["message_digest"]
    time = ours.signer.claimed_time
    assert (time and time.moment) == attributes.get("signing_time")


@pytest.mark.parametrize("kind", ["signer", "rsa_signer"])
def test_our_signed_data_is_read_alike(kind, request):
    someone = request.getfixturevalue(kind)
    certificate = someone.certificate
    rows = cms_builder.attributes(b"message", content_type=cms_builder.PKCS7_DATA)
    info = cms_builder.signer_info(
        issuer=certificate.issuer_der,
        serial=certificate.serial,
        signed=rows,
        value=someone.sign(write.set_of(*rows)),
        signature=someone.algorithm.oid,
    )
    der = cms_builder.signed_data(
        info,
        certificates=[certificate.der],
        outer=cms_builder.PKCS7_SIGNED_DATA,
        inner=cms_builder.PKCS7_DATA,
    )
    assert_signed_data_is_read_alike(der)
    assert cms.decode_signed_data(der).signer_certificate == certificate.der


@pytest.mark.samples
def test_real_signed_data_is_read_alike(samples):
    count = 0
    for _, der in embedded.pdf_signatures(samples):
        try:
            cms.decode_signed_data(der)
        except FormatError:
            continue
        assert_signed_data_is_read_alike(der)
        count += 1
    assert count >= 5
