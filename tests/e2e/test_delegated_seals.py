"""Delegated seals from end to end: OFD, PDF and any file, SM2 and RSA; used, misused, tampered."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import timedelta

import pytest

import cms_builder
import delegated
import ofd_builder as ofd
import pdf_builder as bend
import pdf_stamping as build
import ses_builder
from delegated import APPROVALS, LEDGER, LISTED, OTHER
from govseal import LedgerReference, SealScope, stamp, stamp_detached, verify
from govseal.asn1 import strict, write
from govseal.errors import EncodingError, SealError
from govseal.formats import cms
from govseal.formats.detect import open_detached, open_document
from govseal.formats.ofd.compose import compose_document
from govseal.formats.pdf.template import make_template
from govseal.seal import codec
from govseal.seal.extensions import SEAL_ATTRIBUTE, ApprovalDigest, Matter
from govseal.seal.model import Extension, Seal
from govseal.testing import Hierarchy
from outcomes import lowered, outcome

AT = build.AT
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEXT = "测试决定书\n".encode()
FORMS = ("ofd", "pdf", "detached")
SIGNED_VALUE = "Doc_0/Signs/Sign_0/SignedValue.dat"
PASSED = ("passed", ())


@functools.cache
def document(form):
    if form == "ofd":
        return compose_document([["测试许可证", "准予许可。"]], title="测试许可证")
    return build.pdf() if form == "pdf" else TEXT


@dataclass(frozen=True)
class County:
    """A county's bureau that uses a seal of the city's."""

    pki: Hierarchy
    seal: Seal

    def stamp(self, form, seal=None, **changes):
        """A stamp of that form, made two hours after the seal."""
        values = {"at": AT + 2 * HOUR} | changes
        seal, signer = seal or self.seal, self.pki.signer
        if form == "detached":
            return stamp_detached(TEXT, seal, signer, **values)
        return stamp(document(form), seal, signer, build.CORNER, **values)

    def verify(self, form, data, lists=(), **changes):
        how = {"at": AT + 3 * HOUR, "lists": lists} | changes
        if form == "detached":
            return delegated.verified(TEXT, self.pki, detached=data, **how)
        return delegated.verified(data, self.pki, **how)

    def with_scope(self, scope):
        return delegated.seal(self.pki, scope.encode(), at=AT)


@functools.cache
def county(algorithm):
    pki = build.hierarchy(algorithm)
    return County(pki, delegated.seal(pki, delegated.scope(AT).encode(), at=AT))


def said(report):
    return report.verdict.value, report.reasons


@pytest.fixture(params=FORMS)
def form(request):
    return request.param


@pytest.fixture(params=["sm2", "rsa"])
def either(request):
    return county(request.param)


# --------------------------------------------------------------------------------------------- used


@pytest.mark.req("R-GZ-1.1", "R-GZ-1.3a")
def test_a_stamp_inside_the_scope_passes_and_says_what_it_is_for(either, form):
    data = either.stamp(form, matter=LISTED, ledger=LEDGER, approvals=APPROVALS)
    report = either.verify(form, data)
    assert said(report) == PASSED
    (signature,) = report.signatures
    assert outcome(signature, "seal_scope") == ("passed", "")
    assert signature.check("seal_scope").clause == "赣州“2号章”规范, 2.3"
    assert (signature.matter, signature.ledger) == (LISTED, LEDGER)
    assert signature.seal.scope == SealScope.find(either.seal.extensions)


def test_what_is_stated_is_signed_in_every_form(either, form):
    data = either.stamp(form, matter=LISTED, ledger=LEDGER, approvals=APPROVALS)
    opened = open_detached(data, TEXT) if form == "detached" else open_document(data)
    (evidence,) = opened.evidence().signatures
    values = {item.oid: item.value for item in evidence.extensions}
    rows = (Matter(LISTED), LEDGER, ApprovalDigest(APPROVALS))
    assert values == {row.OID: row.encode().value for row in rows}
    signed = evidence.stamp.signed if evidence.stamp else evidence.signed_data.signer.signed
    assert all(value in signed for value in values.values())


def test_a_list_by_its_digest_serves_stamping_and_verifying(either, form):
    seal = either.with_scope(delegated.only_listed(AT))
    data = either.stamp(form, seal, matter="360700-0003", matter_list=delegated.LIST)
    assert said(either.verify(form, data, (delegated.LIST,))) == PASSED
    verdict, reasons = said(either.verify(form, data))
    assert (verdict, reasons) == ("indeterminate", ("matter_list_missing",))


def test_a_plain_seal_may_state_a_matter(either, form):
    seal = delegated.seal(either.pki, at=AT)
    report = either.verify(form, either.stamp(form, seal, matter="any", ledger=LEDGER))
    assert said(report) == PASSED
    assert outcome(report.signatures[0], "seal_scope") == ("skipped", "")
    assert report.signatures[0].matter == "any"


def test_after_the_term_an_older_stamp_is_still_inside_it(either):
    data = either.stamp("detached", matter=LISTED)
    at = AT + 40 * DAY
    signature = either.verify("detached", data, at=at).signatures[0]
    assert outcome(signature, "seal_scope") == ("passed", "")


# ------------------------------------------------------------------------------------------ refused


REFUSED = [
    pytest.param({"matter": OTHER}, "E_ITEM_NOT_DELEGATED", marks=pytest.mark.req("R-GZ-1.1")),
    pytest.param({}, "E_SEAL_SCOPE", marks=pytest.mark.req("R-GZ-1.3a")),
    ({"ledger": LEDGER, "approvals": APPROVALS}, "E_SEAL_SCOPE"),
    pytest.param(
        {"matter": LISTED, "at": AT + 30 * DAY + HOUR},
        "E_AGREEMENT_EXPIRED",
        marks=pytest.mark.req("R-GZ-2.1b"),
    ),
    ({"matter": LISTED, "matter_list": "other"}, "E_SEAL_SCOPE"),
]


@pytest.mark.parametrize(("how", "code"), REFUSED)
def test_a_stamp_outside_the_scope_is_not_made(either, form, how, code):
    with pytest.raises(SealError) as caught:
        either.stamp(form, **how)
    assert caught.value.code == code


def test_a_stamp_before_the_term_is_not_made(either, form):
    seal = either.with_scope(delegated.scope(AT + DAY, not_after=AT + 9 * DAY))
    with pytest.raises(SealError, match="starts on") as caught:
        either.stamp(form, seal, matter=LISTED)
    assert caught.value.code == "E_TOO_EARLY"


def test_the_list_is_needed_where_the_seal_names_it(either, form):
    seal = either.with_scope(delegated.only_listed(AT))
    with pytest.raises(SealError, match="not given") as caught:
        either.stamp(form, seal, matter=LISTED)
    assert caught.value.code == "E_SEAL_SCOPE"
    with pytest.raises(SealError) as caught:
        either.stamp(form, seal, matter=OTHER, matter_list=delegated.LIST)
    assert caught.value.code == "E_ITEM_NOT_DELEGATED"


@pytest.mark.req("R-GZ-3.2.5")
def test_a_county_does_not_delegate_further(either):
    with pytest.raises(SealError) as caught:
        either.with_scope(delegated.scope(AT, redelegation=True))
    assert caught.value.code == "E_NO_SUBDELEGATION"


def seal_of_2014(pki):
    signers = write.sequence(write.octets(pki.signer.certificate.der))
    return codec.decode_seal(
        ses_builder.seal(2014, signers=signers, certificate=pki.maker.certificate.der)
    )


@pytest.mark.parametrize("form", ["ofd", "detached"])
@pytest.mark.parametrize("how", [{"matter": LISTED}, {"ledger": LEDGER}])
def test_a_stamp_of_the_2014_generation_has_no_place_for_it(form, how):
    office = county("sm2")
    with pytest.raises(SealError, match="no place") as caught:
        office.stamp(form, seal_of_2014(office.pki), **how)
    assert caught.value.code == "E_GENERATION"


# ----------------------------------------------------------------------------------------- tampered


def swapped(data, old, new):
    """``data`` with the last occurrence of ``old`` written over."""
    start = data.rindex(old)
    assert len(old) == len(new)
    return data[:start] + new + data[start + len(old) :]


def other_matter(form, data):
    """The stamp with the other listed matter in place of the one that was signed."""
    old, new = (Matter(code).encode().value for code in delegated.MATTERS)
    if form == "pdf":  # the attribute, not the seal: there the codes follow each other
        attribute = write.element(0x31, old).hex().upper().encode()
        return swapped(data, attribute, write.element(0x31, new).hex().upper().encode())
    if form == "ofd":
        return ofd.replaced(data, SIGNED_VALUE, lambda value: swapped(value, old, new))
    return swapped(data, old, new)


def test_a_matter_changed_after_signing_fails_by_the_signature(either, form):
    report = either.verify(form, other_matter(form, either.stamp(form, matter=LISTED)))
    (signature,) = report.signatures
    assert signature.matter == delegated.MATTERS[1]
    assert outcome(signature, "signature_value") == ("failed", "signature_invalid")
    assert outcome(signature, "seal_scope") == ("passed", "")
    assert report.verdict.value == "failed"


def test_a_scope_moved_from_another_seal_fails_by_the_makers_signature(either, form):
    wide = delegated.scope(AT, matters=(OTHER, "360700-0002"))
    narrow = SealScope.find(either.seal.extensions)
    moved = codec.decode_seal(swapped(either.seal.der, narrow.encode().value, wide.encode().value))
    report = either.verify(form, either.stamp(form, moved, matter=OTHER))
    assert lowered(report.signatures[0]) == [("seal_signature", "failed", "seal_signature_invalid")]


def test_a_scope_taken_out_of_the_seal_fails_by_the_makers_signature(either, form):
    plain = delegated.seal(either.pki, at=AT)
    loose = codec.decode_seal(
        codec.encode_seal(
            plain.generation,
            strict.parse(plain.der).children()[0].raw,
            certificate=plain.maker_certificate,
            algorithm=plain.algorithm,
            signature=either.seal.signature,
        )
    )
    report = either.verify(form, either.stamp(form, loose))
    assert ("seal_signature", "failed", "seal_signature_invalid") in lowered(report.signatures[0])


def by_hand(office, *attributes):
    """A PDF that a delegate signed with these attributes beside the seal."""
    seal = cms_builder.attribute(SEAL_ATTRIBUTE, office.seal.der)
    return bend.sign_by_hand(
        lambda message: bend.signed_data(message, office.pki.signer, more=[seal, *attributes])
    )


def attribute(*values, oid=Matter.OID):
    return cms_builder.attribute(oid, *values)


def test_a_pdf_signed_by_hand_passes(either):
    data = by_hand(either, attribute(Matter(LISTED).encode().value))
    assert said(either.verify("pdf", data)) == PASSED


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ((), "outside_scope"),
        ((attribute(Matter(OTHER).encode().value),), "outside_scope"),
        ((attribute(b"\x13\x01a"),), "malformed"),
        ((attribute(Matter(LISTED).encode().value, Matter(OTHER).encode().value),), "malformed"),
        (
            (
                attribute(Matter(LISTED).encode().value),
                attribute(Matter(OTHER).encode().value),
            ),
            "malformed",
        ),
        (
            (
                attribute(Matter(LISTED).encode().value),
                attribute(write.octets(bytes(32)), oid=LedgerReference.OID),
            ),
            "malformed",
        ),
    ],
    ids=["none", "another", "wrong tag", "two values", "twice", "a reference of another type"],
)
def test_attributes_of_a_pdf_that_are_not_as_they_must_be(either, attributes, reason):
    report = either.verify("pdf", by_hand(either, *attributes))
    assert said(report) == ("failed", (reason,))


def test_a_repeated_attribute_is_no_signed_data():
    matter = attribute(Matter(LISTED).encode().value)
    rows = cms_builder.attributes(TEXT, extra=[matter, matter])
    data = cms_builder.signed_data(cms_builder.signer_info(signed=rows))
    with pytest.raises(EncodingError, match="exactly one value"):
        cms.decode_signed_data(data)


def test_signed_data_without_a_seal_has_statements_and_no_scope():
    office = county("sm2")
    rows = cms_builder.attributes(TEXT, extra=[attribute(Matter(LISTED).encode().value)])
    data = cms_builder.sign(TEXT, office.pki.signer, signed=rows)
    report = verify(TEXT, office.pki.trust, detached=data, at=AT)
    assert report.signatures[0].matter == LISTED
    assert outcome(report.signatures[0], "seal_scope") == ("skipped", "")


def test_the_seal_is_no_further_attribute_and_a_stranger_is_none_of_ours():
    office = county("sm2")
    signer, matter = office.pki.signer, Matter(LISTED).encode()
    template = make_template(
        signer.algorithm.oid,
        signer.algorithm.digest,
        [signer.certificate],
        office.seal.der,
        [Extension("1.2.3", b"\x05\x00"), matter],
    )
    message = template.message(bytes(32))
    found = cms.decode_signed_data(template.finish(message, signer.sign(message)))
    assert found.signer.extensions == (matter,)
