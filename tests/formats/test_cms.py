"""GB/T 35275 signed data, form A: what is read, and what is refused and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cms_builder as build
import ses_builder
from govseal import sm2
from govseal.asn1 import write
from govseal.errors import EncodingError, GovsealError, UnsupportedFormat
from govseal.formats import cms

MESSAGE = b"<Signature/>"
ROWS = build.attributes(MESSAGE)
INFO = build.signer_info(signed=ROWS)


def test_form_a_is_read():
    data = build.signed_data(INFO)
    found = cms.decode_signed_data(data)
    assert found.der == data
    assert found.signer.message_digest == sm2.sm3(MESSAGE)
    assert found.signer.claimed_time.moment == build.SIGNED
    assert found.signer.signed == write.element(0x31, b"".join(sorted(ROWS)))
    assert found.signer.algorithm == build.SM2_1
    assert found.signer_certificate is None


@pytest.mark.parametrize("outer", [build.GM_SIGNED_DATA, build.PKCS7_SIGNED_DATA])
@pytest.mark.parametrize("inner", [build.GM_DATA, build.PKCS7_DATA])
def test_both_families_of_identifiers_may_mix(outer, inner):
    assert cms.decode_signed_data(build.signed_data(INFO, outer=outer, inner=inner))


@pytest.mark.parametrize("oid", [build.SM2_1, ses_builder.SM2_SM3])
@pytest.mark.parametrize(
    ("value", "codes"),
    [
        (ses_builder.DER_VALUE, []),
        (ses_builder.RAW_VALUE, ["quirk_q4"]),
    ],
    ids=["DER", "raw"],
)
def test_both_forms_of_the_value_are_read(value, codes, oid):
    found = cms.decode_signed_data(
        build.signed_data(build.signer_info(signed=ROWS, value=value, signature=oid))
    )
    assert found.signer.signature == ses_builder.DER_VALUE
    assert [item.code for item in found.tolerances] == codes


def test_a_value_that_is_neither_form_stays_as_it_is():
    for value in (b"", bytes(63), ses_builder.DER_VALUE + b"\0"):
        found = cms.decode_signed_data(
            build.signed_data(build.signer_info(signed=ROWS, value=value))
        )
        assert (found.signer.signature, found.tolerances) == (value, ())
    rsa = build.signer_info(signed=ROWS, value=bytes(64), signature="1.2.840.113549.1.1.11")
    assert cms.decode_signed_data(build.signed_data(rsa)).signer.signature == bytes(64)


def test_unsigned_attributes_and_lists_are_passed_over():
    info = build.signer_info(signed=ROWS, unsigned=write.element(0xA1, b""))
    assert cms.decode_signed_data(build.signed_data(info, crls=write.element(0xA1, b"")))


def test_a_certificate_that_cannot_be_read_is_not_the_signers():
    data = build.signed_data(INFO, certificates=(write.sequence(write.sequence()),))
    assert cms.decode_signed_data(data).signer_certificate is None


def without(oid):
    return [row for row in ROWS if write.oid(oid) not in row]


DIGEST, TYPE = "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.3"
DOUBLED = [*ROWS, build.attribute(DIGEST, write.octets(bytes(32)))]
TWO_VALUES = [
    *without(DIGEST),
    build.attribute(DIGEST, write.octets(bytes(32)), write.octets(bytes(32))),
]
REFUSED = {
    "version of signed data": (build.signed_data(INFO, version=0), EncodingError, "version 0"),
    "version for key identifiers": (
        build.signed_data(INFO, version=3, inner=build.PKCS7_DATA),
        EncodingError,
        "SignedData: version 3",
    ),
    "version of the signer": (
        build.signed_data(build.signer_info(signed=ROWS, version=3)),
        EncodingError,
        "SignerInfo: version 3",
    ),
    "digest not announced": (
        build.signed_data(INFO, digests=("1.2.3",)),
        EncodingError,
        "does not announce",
    ),
    "no digest announced": (
        build.signed_data(INFO, digests=()),
        EncodingError,
        "does not announce",
    ),
    "nobody signed": (build.signed_data(), EncodingError, "nobody signed"),
    "two signers": (build.signed_data(INFO, INFO), UnsupportedFormat, "several signers"),
    "content of another type inside": (
        build.signed_data(
            build.signer_info(signed=build.attributes(MESSAGE, content_type="1.2.3")),
            inner="1.2.3",
            content=write.explicit(0, write.octets(MESSAGE)),
        ),
        UnsupportedFormat,
        "not plain data",
    ),
    "no attributes, another type": (
        build.signed_data(build.signer_info(), inner="1.2.3"),
        UnsupportedFormat,
        "not plain data",
    ),
    "no attributes, an unknown digest": (
        build.signed_data(build.signer_info(digest="1.2.3"), digests=("1.2.3",)),
        UnsupportedFormat,
        "no signed attributes",
    ),
    "content that is attributes": (
        build.signed_data(
            build.signer_info(),
            content=write.explicit(0, write.octets(write.set_of(*ROWS))),
        ),
        UnsupportedFormat,
        "attributes of another",
    ),
    "content in pieces": (
        build.signed_data(
            INFO, content=write.explicit(0, write.element(0x24, write.octets(MESSAGE)))
        ),
        EncodingError,
        "constructed string",
    ),
    "digest not signed": (
        build.signed_data(build.signer_info(signed=without(DIGEST))),
        EncodingError,
        "not signed",
    ),
    "type not signed": (
        build.signed_data(build.signer_info(signed=without(TYPE))),
        EncodingError,
        "not signed",
    ),
    "digest doubled": (
        build.signed_data(build.signer_info(signed=DOUBLED)),
        EncodingError,
        "exactly one value",
    ),
    "two values": (
        build.signed_data(build.signer_info(signed=TWO_VALUES)),
        EncodingError,
        "exactly one value",
    ),
    "another content type": (
        build.signed_data(
            build.signer_info(signed=build.attributes(MESSAGE, content_type="1.2.3"))
        ),
        EncodingError,
        "another one",
    ),
    "not signed data": (build.signed_data(INFO, outer="1.2.3"), UnsupportedFormat, "not signed"),
    "bytes behind": (build.signed_data(INFO) + b"\x00", EncodingError, "bytes follow"),
    "empty": (b"", EncodingError, "header"),
    "no content": (write.sequence(write.oid(build.GM_SIGNED_DATA)), EncodingError, "missing"),
}


@pytest.mark.parametrize(("data", "error", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_other_forms_are_refused_with_their_reason(data, error, message):
    with pytest.raises(error, match=message):
        cms.decode_signed_data(data)


@pytest.mark.parametrize("data", [b"", b"\x30", write.sequence(write.integer(1)), b"\xff" * 9])
def test_other_bytes_do_not_look_like_signed_data(data):
    assert not cms.is_signed_data(data)


@given(st.data())
def test_hostile_bytes_give_signed_data_or_an_error(data):
    bent = bytearray(build.signed_data(INFO))
    for _ in range(data.draw(st.integers(1, 3))):
        bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    try:
        cms.decode_signed_data(bytes(bent[: data.draw(st.integers(0, len(bent)))]))
    except GovsealError:
        return
