"""Signed data in every form, beside a file, around it or in OFD: what passes, and why not."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cms_builder as build
import govseal
import ofd_builder
from govseal import sm2
from govseal.asn1 import strict, write
from govseal.errors import GovsealError
from govseal.pki.signeddata import make_signed_data
from signed_forms import AT, CONTENTS, DATA, PKI, judge, long_integers, made, raw, said

BARE = "1.2.156.10197.1.301"
SM2_SM3 = "1.2.156.10197.1.501"
EC_KEY = "1.2.840.10045.2.1"
CURVE = write.oid(BARE)


def wanted(*, attributes):
    """Without attributes nothing claims a time."""
    return ("passed", set()) if attributes else ("indeterminate", {"no_signing_time"})


FORMS = list(product(CONTENTS, [True, False]))


@pytest.mark.parametrize(("content", "attributes"), FORMS)
def test_every_form_counts_beside_its_file(content, attributes):
    signed = made(content, attributes=attributes)
    assert said(signed) == wanted(attributes=attributes)
    assert judge(signed).kind == "signature"


@pytest.mark.parametrize(("content", "attributes"), FORMS)
def test_no_form_counts_beside_another_file(content, attributes):
    verdict, reasons = said(made(content, attributes=attributes), DATA + b"\n")
    bound_by_value = content == "outside" and not attributes
    assert verdict == "failed"
    assert ("signature_invalid" if bound_by_value else "data_digest_mismatch") in reasons


@pytest.mark.parametrize(("content", "attributes"), FORMS)
def test_no_form_counts_with_another_signers_value(content, attributes):
    stranger = PKI.signer_ca.issue("99000000000002")
    signed = made(
        content,
        attributes=attributes,
        signer=stranger,
        issuer=PKI.signer.certificate.issuer_der,
        serial=PKI.signer.certificate.serial,
        certificates=(stranger.certificate.der, PKI.signer.certificate.der),
    )
    verdict, reasons = said(signed)
    assert (verdict, "signature_invalid" in reasons) == ("failed", True)


@pytest.mark.parametrize(("content", "attributes"), FORMS)
def test_by_itself_only_a_file_inside_can_be_judged(content, attributes):
    verdict, reasons = said(made(content, attributes=attributes), None)
    if content == "itself":
        assert (verdict, reasons) == wanted(attributes=attributes)
    else:
        assert (verdict, "document_absent" in reasons) == ("indeterminate", True)


@pytest.mark.parametrize(("content", "attributes"), FORMS)
def test_every_form_is_judged_in_ofd(content, attributes):
    stamped = ofd_builder.stamped()
    data = ofd_builder.read(stamped, ofd_builder.SIGNATURE)

    def outcomes(value):
        document = ofd_builder.replaced(stamped, ofd_builder.VALUE, value)
        (found,) = govseal.verify(document, PKI.trust, at=AT).signatures
        return [found.check(name).outcome.value for name in ("data_digest", "signature_value")]

    signed = made(content, attributes=attributes, data=data)
    assert outcomes(signed) == ["passed", "passed"]
    assert "failed" in outcomes(made(content, attributes=attributes, data=data + b" "))


NAMES = [(SM2_SM3, b""), (SM2_SM3, None), (build.SM2_1, b""), (build.SM2_1, None), (BARE, b"")]
NAMES += [(EC_KEY, b""), (EC_KEY, None), (EC_KEY, CURVE), (EC_KEY, write.oid(build.SM2_1))]


@pytest.mark.parametrize(("oid", "parameters"), NAMES)
@pytest.mark.parametrize("form", [bytes, raw, long_integers])
def test_the_names_of_the_algorithm_and_the_forms_of_the_value(oid, parameters, form):
    signed = made(signature=oid, parameters=parameters, form=form)
    assert said(signed) == ("passed", set())
    assert (
        judge(signed).notices
        in {
            bytes: [()],
            raw: [("quirk_q4",)],
            long_integers: [("quirk_q5",), ()],
        }[form]
    )


@pytest.mark.parametrize("outer", [build.GM_SIGNED_DATA, build.PKCS7_SIGNED_DATA])
@pytest.mark.parametrize("inner", [build.GM_DATA, build.PKCS7_DATA])
@pytest.mark.parametrize(("content", "attributes"), FORMS)
def test_both_families_mix(outer, inner, content, attributes):
    signed = made(content, attributes=attributes, outer=outer, inner=inner)
    assert said(signed) == wanted(attributes=attributes)


@pytest.mark.parametrize("version", [1, 3])
def test_the_certificate_named_by_its_key(version):
    key_id = PKI.signer.certificate.subject_key_id
    assert said(made(key_id=key_id, version=version)) == ("passed", set())
    verdict, reasons = said(made(key_id=bytes(20), version=version))
    assert (verdict, "unsupported" in reasons) == ("indeterminate", True)


@pytest.mark.parametrize(
    ("inner", "verdict"), [(build.GM_DATA, "passed"), (build.PKCS7_DATA, "failed")]
)
def test_version_3_goes_with_content_of_the_chinese_type(inner, verdict):
    assert said(made(envelope_version=3, inner=inner))[0] == verdict


def test_further_certificates_and_lists_travel_along():
    others = (PKI.maker.certificate.der, PKI.signer.certificate.der, PKI.tsa.certificate.der)
    lists = write.element(0xA1, PKI.signer_crl)
    assert said(made(certificates=others, crls=lists)) == ("passed", set())


def test_unsigned_attributes_change_nothing():
    digest = build.attribute("1.2.840.113549.1.9.4", write.octets(sm2.sm3(b"other")))
    signed = made(unsigned=write.element(0xA1, digest))
    assert said(signed) == ("passed", set())
    assert said(signed, b"other") == ("failed", {"data_digest_mismatch"})


@pytest.mark.parametrize("standard", ["GB/T 35275", "CMS"])
@pytest.mark.parametrize("attached", [False, True])
def test_what_is_made_here_counts(standard, attached):
    signed = make_signed_data(DATA, PKI.signer, standard=standard, attached=attached, signed_at=AT)
    assert said(signed) == ("passed", set())
    assert said(signed, b"other") == ("failed", {"data_digest_mismatch"})


# what is refused ---------------------------------------------------------------------------------

ROWS = build.attributes(DATA, time=AT)
SET_OF_ROWS = write.set_of(*ROWS)
OTHER = write.explicit(0, write.octets(b"other"))
REFUSED = {
    "no digest signed": ({"signed": ROWS[:1] + ROWS[2:]}, "failed", "malformed"),
    "no type signed": ({"signed": ROWS[1:]}, "failed", "malformed"),
    "another digest": (
        {"signed": build.attributes(b"other", time=AT)},
        "failed",
        "data_digest_mismatch",
    ),
    "other content beside the file": (
        {"signed": build.attributes(b"other", time=AT), "block": OTHER},
        "failed",
        "data_digest_mismatch",
    ),
    "content that the signed digest is not of": (
        {"block": OTHER},
        "failed",
        "data_digest_mismatch",
    ),
    "two signers": ({"signers": 2}, "indeterminate", "unsupported"),
    "nobody": ({"signers": 0}, "failed", "malformed"),
    "no certificate": ({"certificates": ()}, "indeterminate", "unsupported"),
    "another certificate": (
        {"certificates": (PKI.maker.certificate.der,)},
        "indeterminate",
        "unsupported",
    ),
    "another issuer": ({"issuer": write.sequence()}, "indeterminate", "unsupported"),
    "a value of the wrong length": ({"form": lambda value: raw(value)[1:]}, "failed", ""),
    "halves swapped": (
        {"form": lambda value: raw(value)[32:] + raw(value)[:32]},
        "failed",
        "signature_invalid",
    ),
    "an EC key with SHA-256": (
        {
            "signature": EC_KEY,
            "digest": "2.16.840.1.101.3.4.2.1",
            "digests": (build.SM3, "2.16.840.1.101.3.4.2.1"),
        },
        "failed",
        "data_digest_mismatch",
    ),
    "another curve": (
        {"signature": EC_KEY, "parameters": write.oid("1.2.840.10045.3.1.7")},
        "indeterminate",
        "unsupported",
    ),
    "SM2 with parameters": (
        {"signature": build.SM2_1, "parameters": CURVE},
        "failed",
        "malformed",
    ),
    "another algorithm": ({"signature": "1.2.3"}, "indeterminate", "unsupported"),
    "RSA for an SM2 key": (
        {"signature": "1.2.840.113549.1.1.1"},
        "failed",
        "algorithm_mismatch",
    ),
}


@pytest.mark.parametrize(("changes", "verdict", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused(changes, verdict, reason):
    found, reasons = said(made(**changes))
    assert (found, not reason or reason in reasons) == (verdict, True), reasons


def test_signed_attributes_do_not_pass_for_a_document():
    """Whoever has a signature with attributes has none over a file that is those attributes."""
    value = PKI.signer.sign(SET_OF_ROWS)
    assert said(made(value=value)) == ("passed", set())
    outside = made(attributes=False, value=value)
    assert said(outside, SET_OF_ROWS)[1] >= {"unsupported"}
    inside = made(attributes=False, value=value, block=write.explicit(0, write.octets(SET_OF_ROWS)))
    for data in (SET_OF_ROWS, None):
        verdict, reasons = said(inside, data)
        assert (verdict, "unsupported" in reasons) == ("indeterminate", True)


def test_a_time_stamp_token_is_no_signature_of_a_file():
    from govseal.pki.timestamping import SignerTimestampSource  # noqa: PLC0415 - for this alone

    token = SignerTimestampSource(PKI.tsa, clock=lambda: AT).timestamp(DATA)
    for data in (DATA, None):
        verdict, reasons = said(token, data)
        assert (verdict, "unsupported" in reasons) == ("indeterminate", True)


def test_an_indefinite_length_is_not_read():
    signed = b"\x30\x80" + strict.parse(made()).content + b"\0\0"
    verdict, reasons = said(signed)
    assert verdict != "passed"
    assert reasons


FUZZED = [made(content, attributes=attributes) for content, attributes in FORMS]


@given(st.data())
def test_hostile_bytes_never_pass_for_another_file(data):
    bent = bytearray(data.draw(st.sampled_from(FUZZED)))
    for _ in range(data.draw(st.integers(0, 3))):
        bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(bent[: data.draw(st.integers(1, len(bent)))])
    try:
        verdict, _ = said(cut, b"other")
    except GovsealError:
        return
    assert verdict in {"failed", "indeterminate"}
