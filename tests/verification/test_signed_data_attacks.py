"""Signed data bent by somebody who means it: what is signed for one thing and shown as another."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

import cms_builder as build
import tokens
from govseal import sm2
from govseal.asn1 import strict, write
from govseal.formats import cms
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.signeddata import encode_signing_certificate, make_signed_data
from govseal.pki.timestamping import SignerTimestampSource
from govseal.seal.make import make_seal
from govseal.seal.picture import SealPicture
from govseal.seal.sign import prepare_seal_signature
from govseal.testing import Authority, Hierarchy
from govseal.verification.policy import Policy
from signed_forms import AT, DATA, PKI, judge, made, raw, said

TYPE, DIGEST, TIME = (f"1.2.840.113549.1.9.{number}" for number in (3, 4, 5))
COUNTERSIGNATURE = "1.2.840.113549.1.9.6"
TST_INFO = "1.2.840.113549.1.9.16.1.4"
RSA, RSA_SHA256 = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11"
OIDS = {
    "md5": "1.2.840.113549.2.5",
    "sha1": "1.3.14.3.2.26",
    "sha256": "2.16.840.1.101.3.4.2.1",
}
ROWS = build.attributes(DATA, time=AT)
PASSED = ("passed", set())
MALFORMED = ("failed", True)


def rows_with(*more, without=()):
    """The usual signed attributes, some left out and some more."""
    kept = [row for row in ROWS if not any(write.oid(oid) in row for oid in without)]
    return [*kept, *more]


# 类型 · types ------------------------------------------------------------


@pytest.mark.parametrize("kind", [TST_INFO, "1.2.840.113549.1.7.2", "1.3.6.1.4.1.311.2.1.4"])
def test_what_was_signed_as_another_type_is_no_document(kind):
    """A time stamp, a signature or a program whose content is left out, beside that content."""
    signed = made(signed=build.attributes(DATA, time=AT, content_type=kind), inner=kind)
    verdict, reasons = said(signed)
    assert (verdict, "unsupported" in reasons) == ("indeterminate", True)


def test_a_token_whose_content_was_taken_out_is_no_signature_of_it():
    token = SignerTimestampSource(PKI.tsa, clock=lambda: AT).timestamp(DATA)
    head, body = strict.parse(token).children()
    fields = body.children()[0].children()
    kind, content = fields[2].children()
    inside = [field.raw for field in fields]
    inside[2] = write.sequence(kind.raw)
    bare = write.sequence(head.raw, write.explicit(0, write.sequence(*inside)))
    verdict, reasons = said(bare, content.children()[0].content)
    assert (verdict, "unsupported" in reasons) == ("indeterminate", True)


# 属性 · attributes ------------------------------------------------------------


@pytest.mark.parametrize(
    "signed",
    [
        rows_with(without=(TYPE, DIGEST)),
        rows_with(ROWS[0]),
        rows_with(build.attribute(TYPE, write.oid("1.2.3"))),
        rows_with(ROWS[1]),
        rows_with(build.attribute(DIGEST, write.octets(sm2.sm3(b"other")))),
        rows_with(build.attribute(DIGEST), without=(DIGEST,)),
        rows_with(build.attribute(DIGEST, write.utf8("x")), without=(DIGEST,)),
        rows_with(write.sequence(write.oid("1.2.3"), write.octets(b"x"))),
        rows_with(write.sequence(write.oid("1.2.3"), write.set_of(write.null()), write.null())),
    ],
    ids=[
        "neither type nor digest",
        "the type twice",
        "two types",
        "the digest twice",
        "two digests",
        "a digest without a value",
        "a digest that is a text",
        "a value outside its set",
        "an attribute of three parts",
    ],
)
def test_attributes_that_can_be_read_two_ways(signed):
    verdict, reasons = said(made(signed=signed))
    assert (verdict, "malformed" in reasons) == MALFORMED


@pytest.mark.parametrize(
    "tag", [strict.UTF8_STRING, strict.OCTET_STRING, strict.INTEGER, strict.IA5_STRING, 0x80]
)
def test_the_signing_time_is_a_time(tag):
    text = write.element(tag, b"20261121120000Z")
    signed = rows_with(build.attribute(TIME, text), without=(TIME,))
    verdict, reasons = said(made(signed=signed))
    assert (verdict, "malformed" in reasons) == MALFORMED


def in_order_of(rows, *, signs=None):
    """Signed data whose attributes stand in this order; ``signs`` is the order that is signed."""
    body = b"".join(rows)
    certificate = PKI.signer.certificate
    info = write.sequence(
        write.integer(1),
        write.sequence(certificate.issuer_der, write.integer(certificate.serial)),
        build.algorithm(build.SM3),
        write.element(0xA0, body),
        build.algorithm(build.SM2_1),
        write.octets(PKI.signer.sign(write.element(strict.SET, b"".join(signs or rows)))),
    )
    return build.signed_data(info, certificates=(certificate.der,))


def test_attributes_out_of_order_are_told_of():
    wrong = sorted(ROWS, reverse=True)
    assert judge(in_order_of(sorted(ROWS))).notices == ()
    signature = judge(in_order_of(wrong))
    assert (signature.verdict.value, signature.notices) == ("passed", ("quirk_q23",))
    strictly = judge(in_order_of(wrong), policy=Policy(strict=True))
    assert "tolerance_refused" in strictly.reasons


def test_attributes_put_into_another_order_are_not_what_was_signed():
    signed = in_order_of(sorted(ROWS, reverse=True), signs=sorted(ROWS))
    assert said(signed) == ("failed", {"signature_invalid"})


def test_attributes_under_their_own_tag_are_not_what_was_signed():
    """The value is over the SET; one over the [0] in which they stand is another."""
    rows = sorted(ROWS)
    value = PKI.signer.sign(write.element(0xA0, b"".join(rows)))
    assert said(made(value=value)) == ("failed", {"signature_invalid"})


# 证书 · the certificate ------------------------------------------------------------


def named(*certificates):
    """The signed attributes with a signing-certificate-v2 of these."""
    digest = PKI.signer.algorithm.digest
    entries = [
        strict.parse(encode_signing_certificate(item, digest)).children()[0].children()[0].raw
        for item in certificates
    ]
    value = write.sequence(write.sequence(*entries))
    return rows_with(build.attribute(tokens.SIGNING_CERTIFICATE_V2, value))


@pytest.fixture(scope="module")
def twin():
    """Another CA of the same name gave the same number to the attacker's key."""
    ca = Authority.create("测试证书 CA", at=AT)
    made_up = ca.issue("99000000000001", serial=PKI.signer.certificate.serial)
    assert made_up.certificate.issuer_der == PKI.signer.certificate.issuer_der
    return made_up


def test_a_twin_of_the_certificate_proves_nothing(twin):
    genuine = PKI.signer.certificate.der
    mine = twin.certificate.der
    verdict, reasons = said(made(signer=twin, certificates=(mine, genuine)))
    assert (verdict, "no_trust_anchor" in reasons) == ("indeterminate", True)
    assert said(made(signer=twin, certificates=(genuine, mine))) == (
        "failed",
        {"signature_invalid"},
    )
    assert said(made(certificates=(genuine, mine))) == PASSED
    assert said(made(certificates=(mine, genuine)))[0] == "failed"


def test_the_attributes_name_the_certificate(twin):
    signer, maker = PKI.signer.certificate, PKI.maker.certificate
    assert said(made(signed=named(signer, maker))) == PASSED
    for others in ((maker,), (maker, signer), (twin.certificate,)):
        assert said(made(signed=named(*others))) == ("failed", {"signature_invalid"})


def test_a_certificate_of_the_same_key_is_still_another():
    """Renewed by the same CA for the same key: the value verifies, the name does not fit."""
    key = PrivateKey.generate("sm2")
    old, new = (PKI.signer_ca.issue("99000000000003", key=key) for _ in range(2))
    changes = {"signer": new, "certificates": (new.certificate.der,)}
    assert said(made(signed=named(new.certificate), **changes)) == PASSED
    assert said(made(signed=named(old.certificate), **changes)) == (
        "failed",
        {"signature_invalid"},
    )


# 算法与数值 · algorithms and values ------------------------------------------------------------


@pytest.fixture(scope="module")
def rsa():
    return Hierarchy.create("rsa", at=AT)


def by_rsa(rsa, digest, *, signature=RSA, hashed=None, **changes):
    """RSA signed data whose attributes hold the digest of this name."""
    inner = build.PKCS7_DATA
    value = hashlib.new(digest, DATA).digest()
    signed = [
        build.attribute(TYPE, write.oid(inner)),
        build.attribute(DIGEST, write.octets(value)),
        build.attribute(TIME, write.utc_time(AT)),
    ]
    oid = OIDS[hashed or digest]
    how = {"signature": signature, "digest": oid, "digests": (oid,), "inner": inner}
    return made(signer=rsa.signer, signed=signed, **how | changes)


def judged_by(rsa, signed):
    found = judge(signed, trust=rsa.trust, materials=rsa.materials)
    return found.verdict.value, set(found.reasons)


def test_rsa_signed_data_counts(rsa):
    assert judged_by(rsa, by_rsa(rsa, "sha256")) == PASSED
    assert judged_by(rsa, by_rsa(rsa, "sha256", signature=RSA_SHA256)) == PASSED


def test_a_weak_digest_of_the_document_is_no_match_for_a_strong_value(rsa):
    """SHA-1 over the document under SHA-256 over the attributes is as weak as SHA-1."""
    verdict, reasons = judged_by(rsa, by_rsa(rsa, "sha1", signature=RSA_SHA256))
    assert (verdict, reasons) == ("indeterminate", {"unsupported"})


@pytest.mark.parametrize("digest", ["md5", "sha1"])
def test_weak_digests_are_forbidden(rsa, digest):
    verdict, reasons = judged_by(rsa, by_rsa(rsa, digest))
    assert (verdict, "algorithm_forbidden" in reasons) == ("failed", True)


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256"])
def test_sm2_goes_with_sm3_alone(digest):
    value = hashlib.new(digest, DATA).digest()
    signed = rows_with(build.attribute(DIGEST, write.octets(value)), without=(DIGEST,))
    oid = OIDS[digest]
    verdict, reasons = said(made(signed=signed, digest=oid, digests=(oid,)))
    assert (verdict, "unsupported" in reasons) == ("indeterminate", True)


def test_a_digest_that_is_not_announced():
    verdict, reasons = said(made(digests=(OIDS["sha256"],)))
    assert (verdict, "malformed" in reasons) == MALFORMED


def test_an_rsa_certificate_under_names_of_sm2(rsa):
    verdict, reasons = judged_by(rsa, made(signer=rsa.signer))
    assert (verdict, "algorithm_mismatch" in reasons) == ("failed", True)


@pytest.mark.parametrize("user_id", [b"", b"1234567812345679", b"CN=99000000000001"])
def test_another_user_id_is_another_signature(user_id):
    key = sm2.PrivateKey.generate()
    signer = PKI.signer_ca.issue("99000000000004", key=PrivateKey(key))
    message = write.element(strict.SET, b"".join(sorted(ROWS)))
    assert said(made(signer=signer, value=key.sign(message))) == PASSED
    value = key.sign(message, user_id=user_id)
    assert said(made(signer=signer, value=value)) == ("failed", {"signature_invalid"})


@pytest.mark.parametrize(
    "form",
    [
        lambda value: b"",
        lambda value: bytes(64),
        lambda value: value + b"\0",
        lambda value: raw(value) + b"\0",
        write.octets,
        lambda value: write.sequence(strict.parse(value).children()[0].raw * 2),
        lambda value: b"\x30\x80" + strict.parse(value).content + b"\0\0",
    ],
    ids=["none", "zeros", "a byte behind", "a byte behind raw", "wrapped", "r twice", "BER"],
)
def test_values_in_no_form(form):
    assert said(made(form=form)) == ("failed", {"signature_invalid"})


def test_a_raw_value_that_reads_as_der_is_der():
    """Sixty-four octets that are both: read one way, and not tried the other way."""
    value = write.sequence(write.element(strict.INTEGER, b"\x01" + bytes(28)) * 2)
    assert len(value) == 64
    signed = made(value=value)
    assert cms.decode_signed_data(signed).signer.signature == value
    assert said(signed) == ("failed", {"signature_invalid"})


# 结构 · the structure ------------------------------------------------------------


def with_more(signed, path):
    """The structure with one more element at the end of the sequence that the path leads to."""

    def grown(element, rest):
        if not rest:
            return write.element(element.tag, element.content + write.octets(b"other"))
        rows = [child.raw for child in element.children()]
        place = rest[0]
        rows[place] = grown(element.children()[place], rest[1:])
        return write.element(element.tag, b"".join(rows))

    return grown(strict.parse(signed), path)


@pytest.mark.parametrize(
    "path",
    [
        (),
        (1,),
        (1, 0),
        (1, 0, 2),
        (1, 0, 2, 1),
        (1, 0, 4, 0),
        (1, 0, 4, 0, 1),
        (1, 0, 4, 0, 2),
    ],
    ids=[
        "ContentInfo",
        "its tag",
        "SignedData",
        "EncapsulatedContentInfo",
        "the content's tag",
        "SignerInfo",
        "IssuerAndSerialNumber",
        "the digest algorithm",
    ],
)
def test_nothing_more_stands_in_the_structure(path):
    signed = made("itself")
    assert said(signed) == PASSED
    verdict, reasons = said(with_more(signed, path))
    assert (verdict, "malformed" in reasons) == MALFORMED


def test_of_two_signers_the_good_one_does_not_count_for_both():
    signed = made()
    head, body = strict.parse(signed).children()
    fields = body.children()[0].children()
    good = fields[-1].children()[0].raw
    bad = strict.parse(made(value=b"bad")).children()[1].children()[0].children()[-1].children()
    for infos in ((good, bad[0].raw), (bad[0].raw, good)):
        rows = [field.raw for field in fields[:-1]]
        inside = write.sequence(*rows, write.element(strict.SET, b"".join(infos)))
        both = write.sequence(head.raw, write.explicit(0, inside))
        verdict, reasons = said(both)
        assert (verdict, "unsupported" in reasons) == ("indeterminate", True)


@pytest.mark.parametrize(
    "content",
    [
        write.element(0x24, write.octets(DATA[:9]) + write.octets(DATA[9:])),
        b"\x24\x80" + write.octets(DATA) + b"\0\0",
        write.sequence(write.octets(DATA)),
    ],
    ids=["in pieces", "of indefinite length", "no octets"],
)
def test_content_in_another_form(content):
    verdict, reasons = said(made("itself", block=write.explicit(0, content)))
    assert (verdict, "malformed" in reasons) == MALFORMED


@pytest.mark.parametrize(
    ("others", "found"),
    [
        (cms.MAX_CERTIFICATES - 1, PASSED),
        (cms.MAX_CERTIFICATES, ("failed", {"container_too_large"})),
    ],
)
def test_so_many_certificates_and_no_more(others, found):
    more = (PKI.maker.certificate.der,) * others
    assert said(made(certificates=(*more, PKI.signer.certificate.der))) == found


# 未签名的属性 · what is not signed ------------------------------------------------------------


def test_a_countersignature_says_nothing():
    other = build.signer_info(signed=build.attributes(b"other"), value=b"bad")
    block = write.element(0xA1, build.attribute(COUNTERSIGNATURE, other))
    signature = judge(made(unsigned=block))
    assert (signature.verdict.value, signature.notices) == ("passed", ())


def stamped(*moments, over=None, is_doubled=False):
    """Signed data with a time stamp of each moment, in one attribute or in one each."""
    value = PKI.signer.sign(write.element(strict.SET, b"".join(sorted(ROWS))))
    found = [tokens.source(PKI.tsa, moment).timestamp(over or value) for moment in moments]
    sets = [[token] for token in found] if is_doubled else [found]
    rows = b"".join(build.attribute(tokens.TIME_STAMP, *row) for row in sets)
    return made(value=value, unsigned=write.element(0xA1, rows))


@pytest.mark.parametrize("is_doubled", [False, True])
def test_of_two_time_stamps_the_earlier_proves_most(is_doubled):
    earlier = AT - timedelta(minutes=1)
    signature = judge(stamped(AT, earlier, is_doubled=is_doubled))
    assert (signature.verdict.value, signature.signed_at) == ("passed", earlier)


@pytest.mark.parametrize(
    ("signed", "found"),
    [
        (lambda: stamped(AT, over=b"other"), ("failed", {"timestamp_imprint_mismatch"})),
        (
            lambda: stamped(AT, AT - timedelta(days=1), is_doubled=True),
            ("failed", {"timestamp_too_early"}),
        ),
        (lambda: stamped(*[AT] * 9), ("failed", {"container_too_large"})),
    ],
    ids=["over other bytes", "a second one that is too early", "nine"],
)
def test_time_stamps_that_prove_nothing(signed, found):
    assert said(signed()) == found


# 一物两用 · one signature for two things --------------------------------------------------


def test_nobody_signs_a_stamp_as_a_document():
    """A file that is what a stamp signs: its value would put a seal on another document."""
    picture = SealPicture("PNG", bytes.fromhex("89504e470d0a1a0a"), 42, 42)
    seal = make_seal(
        PKI.maker, name="测试章", picture=picture, signers=[PKI.signer.certificate], at=AT
    )
    prepared = prepare_seal_signature(
        seal,
        PKI.signer.certificate,
        PKI.signer.algorithm,
        data_digest=sm2.sm3(b"other"),
        property_info="/x",
        at=AT,
    )
    for attached in (False, True):
        with pytest.raises(ValueError, match="could pass for"):
            make_signed_data(prepared.message, PKI.signer, attached=attached, with_attributes=False)
    assert make_signed_data(prepared.message, PKI.signer)


@pytest.mark.parametrize(
    "content",
    [
        write.sequence(write.integer(1)),
        b"\x30\x80" + write.integer(1) + b"\0\0",
        b"\x30\x81\x03" + write.integer(1),
        b"\x30\x82\x01\x00" + bytes(256),
        write.set_of(write.integer(1)),
    ],
    ids=["DER", "indefinite", "long form", "longer", "a set"],
)
def test_nobody_signs_a_structure_without_attributes(content):
    with pytest.raises(ValueError, match="could pass for"):
        make_signed_data(content, PKI.signer, with_attributes=False)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"0",
        b"00" + b"0" * 48,
        b"01. " * 30,
        "0丂".encode("gbk") * 20,
        b"0\x80",
        b"%PDF-",
        DATA,
    ],
)
def test_a_text_is_signed_without_attributes(content):
    assert make_signed_data(content, PKI.signer, with_attributes=False)
