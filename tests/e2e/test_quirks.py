"""The quirks of real products: each is read, named, and refused by a strict policy.

The seal and the certificates are genuine, and so is the signature: what a quirk departs from is
the form. What a quirk would make ambiguous is refused under every policy.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import attacker
import ofd_builder as ofd
import quirk_files
import ses_builder
from govseal import sm2
from govseal.asn1 import write
from govseal.testing.x509 import crl_urls_extension
from govseal.verification.policy import Policy
from govseal.verification.reasons import REASONS

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
T = AT + timedelta(hours=3)
STRICT = Policy(strict=True)


@pytest.fixture(scope="module")
def maker(office):
    return quirk_files.Maker(office, T)


def judged(office, data, **changes):
    report = office.verify(data, **changes)
    return report.verdict.value, report.reasons


def named(report):
    """Every tolerance that the report names."""
    notices = [*report.notices, *(code for s in report.signatures for code in s.notices)]
    return {code for code in notices if code.startswith("quirk_")}


@pytest.mark.parametrize("year", [2014, 2020, 2025])
def test_a_document_without_a_quirk_passes_a_strict_policy(office, maker, year):
    assert judged(office, maker.document(year=year), policy=STRICT) == ("passed", ())


@pytest.mark.parametrize("name", quirk_files.QUIRKS)
def test_a_quirk_is_read_and_named_and_strictly_refused(office, maker, name):
    code, make = quirk_files.QUIRKS[name]
    data = make(maker)
    report = office.verify(data)
    assert (report.verdict.value, report.reasons) == ("passed", ())
    assert code in named(report)
    assert code in REASONS
    refused = office.verify(data, policy=STRICT)
    assert (refused.verdict.value, refused.reasons) == ("failed", ("tolerance_refused",))
    checks = [*refused.checks, *(c for s in refused.signatures for c in s.checks)]
    assert any(c.name == "tolerances" and code in c.detail for c in checks)


# What is genuine and no quirk at all


CERTIFICATES = {
    "a purpose of mail": {"extended_key_usage": ("email_protection",)},
    "a purpose of servers": {"extended_key_usage": ("server_auth",)},
    "nonRepudiation alone": {"key_usage": ("non_repudiation",)},
    "a list that only LDAP has": {
        "extensions": (crl_urls_extension(["ldap://ldap.test/CN=crl1"]),)
    },
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificates_of_the_field_pass(office, maker, name):
    """Q18: what the standard leaves open is no departure."""
    data = quirk_files.issued(maker, **CERTIFICATES[name])
    assert judged(office, data, policy=STRICT) == ("passed", ())


# What is not genuine, or not unambiguous, in the same places


def value_of(change):
    """A document whose signature value ``change`` bends after it was made."""
    return lambda maker: maker.document(value=change)


def digest_of(change):
    def make(maker):
        xml = quirk_files.xml_with_digest(maker, lambda found: found[-1] & 1)
        bent = write.element(3, change(sm2.sm3(xml)))
        return maker.document(xml, change=lambda body: quirk_files.with_field(body, 3, bent))

    return make


def half_keyed(maker):
    """One file by its plain digest, which is that of Z and another file."""
    rows = maker.references(digest=quirk_files.keyed(maker))
    plain = maker.references()
    first = plain[: plain.index("</ofd:Reference>")]
    rest = rows[rows.index("</ofd:Reference>") :]
    return maker.document(maker.xml(first + rest), files={})


def keyed_by_another(maker):
    """Digests over the Z of the maker of the seal, who signs nothing here."""
    z = sm2.identity_digest(maker.pki.maker.certificate.public_key.material)
    rows = maker.references(digest=lambda data: sm2.sm3(z + data))
    return maker.document(maker.xml(rows), files={})


def keyed_and_changed(maker):
    data = quirk_files.q6(maker)
    return ofd.edited(data, ofd.PAGE, "第1页", "第9页")


def loose_2020(maker):
    """Q19 is of 2014: the later standards were never read so."""
    return maker.document(seal=write.octets(maker.seals[2020].der), files={})


def loose_digest_2020(maker):
    xml = maker.xml()
    bent = write.octets(sm2.sm3(xml))
    return maker.document(xml, change=lambda body: quirk_files.with_field(body, 3, bent))


def no_sign_info(maker):
    """A seal of 2014 whose maker's part is not to be read (非标签章)."""
    seal = quirk_files.with_field(maker.seals[2014].der, 1, write.octets(b"none"))
    return maker.document(year=2014, seal=seal)


def wrapped_twice(maker):
    seal = write.octets(write.octets(maker.seals[2014].der))
    return maker.document(year=2014, seal=seal, files={})


def wrapped_with_more(maker):
    seal = write.octets(maker.seals[2014].der + b"\0")
    return maker.document(year=2014, seal=seal, files={})


def not_listed(maker):
    return maker.document(signer=maker.pki.signer_ca.issue("99000000000008"))


def names_with(old, new):
    """A file whose name has a backslash, a quirk of Q17 that two readers read in two ways."""
    return lambda maker: ofd.renamed(maker.document(), old, new)


DIGEST = {"data_digest_mismatch"}
VALUE = {"signature_invalid"}
FORM = {"malformed"}

REFUSED = {
    "unused bits that hold something": (digest_of(lambda found: b"\1" + found), FORM),
    "a digest that lost what is no zero": (digest_of(lambda found: b"\0" + found[:-1]), DIGEST),
    "a digest that lost too much": (digest_of(lambda _: b"\0" + b"x" * 27), DIGEST),
    "a length that is not the length": (digest_of(lambda found: b"\x1f" + found), FORM),
    "a value that lost what is no zero": (
        value_of(lambda der: write.bits(quirk_files.raw(der)[:-1])),
        VALUE,
    ),
    "a raw value with a byte more": (
        value_of(lambda der: write.bits(quirk_files.raw(der) + b"\0")),
        VALUE,
    ),
    "a value of nothing": (value_of(lambda _: write.bits(bytes(64))), VALUE),
    "digests of both kinds": (half_keyed, DIGEST),
    "digests over another key's Z": (keyed_by_another, DIGEST),
    "a file changed under digests over Z": (keyed_and_changed, DIGEST),
    "a time that is none": (
        quirk_files.q8(b"20261301000000"),
        FORM,
    ),
    "a seal of 2020 in a string": (loose_2020, FORM),
    "a digest of 2020 in the other string": (loose_digest_2020, FORM),
    "a maker's part that cannot be read": (no_sign_info, FORM),
    "a seal wrapped twice": (wrapped_twice, FORM),
    "a seal wrapped with a byte more": (wrapped_with_more, FORM),
    "Q20: a signer whom the seal does not list": (not_listed, {"signer_not_listed"}),
    "Q22: a value that verifies in no form": (
        lambda maker: maker.document(made=maker.stamp(b"another")),
        DIGEST,
    ),
    "Q22: a value over something else": (
        value_of(lambda _: write.bits(ses_builder.DER_VALUE)),
        VALUE,
    ),
    "Q17: a name with a backslash": (
        names_with(ofd.IMAGE, ofd.IMAGE.replace("/", "\\")),
        {"container_unsafe_name", "reference_missing", "partial_coverage"},
    ),
    "Q17: bytes in front of the package": (
        lambda maker: ofd.pack(ofd.members(maker.document()), prefix=b"junk"),
        {"container_damaged"},
    ),
    "Q17: two files of one name": (
        lambda maker: ofd.doubled(maker.document(), ofd.PAGE),
        {"container_duplicate_name", "reference_duplicated"},
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_ambiguous_is_refused(office, maker, name):
    make, reasons = REFUSED[name]
    verdict, found = judged(office, make(maker))
    assert (verdict, set(found)) == ("failed", reasons)


def test_a_document_may_have_many_quirks_at_once(office, maker):
    """A file of one product has several; a strict policy names them all."""
    xml = quirk_files.xml_with_digest(
        maker, lambda found: not found[-1], time="", seal="", info=maker.references(method="sm3")
    )
    bent = quirk_files.cut(sm2.sm3(xml))
    data = maker.document(
        xml,
        files={},
        value=quirk_files.raw_bits,
        change=lambda body: quirk_files.with_field(body, 3, bent),
    )
    report = office.verify(data, policy=STRICT)
    (check,) = [c for c in report.signatures[0].checks if c.name == "tolerances"]
    # The digest's last octet but the zero may end in zeros of its own, which is Q1.
    found = set(check.detail.split(", ")) - {"quirk_q1"}
    assert found == {"quirk_q2", "quirk_q4", "quirk_q7", "quirk_q9", "quirk_q16"}


def test_only_so_many_keys_are_tried_for_digests_over_z(office, maker):
    """Each costs a pass through every file, and a list names signatures without end."""
    data = maker.data
    for number in range(6):
        signer = maker.pki.signer_ca.issue(f"9900000000001{number}")
        z = sm2.identity_digest(signer.certificate.public_key.material)
        rows = maker.references(digest=lambda data, z=z: sm2.sm3(z + data))
        xml = attacker.signature_xml(quirk_files.TIME + rows)
        data = attacker.add_signature(
            data, xml, lambda x, s=signer: maker.stamp(x, signer=s), directory=f"S/{number}"
        )
    digests = [s.check("data_digest").outcome.value for s in office.verify(data).signatures]
    assert digests == ["passed"] * 4 + ["failed"] * 2
