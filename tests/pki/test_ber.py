"""BER made DER: the forms that key containers are streamed in, within bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govseal.asn1 import strict, write
from govseal.errors import GovsealError
from govseal.pki.ber import to_der


@pytest.mark.parametrize(
    ("ber", "der"),
    [
        ("0500", "0500"),
        ("3080 0201 05 0000", "3003020105"),
        ("3080 3080 0000 0000", "30023000"),
        ("3081 03 020105", "3003020105"),
        ("3084 00000003 020105", "3003020105"),
        ("2480 0401 61 0402 6263 0000", "0403616263"),
        ("2404 0402 6162", "04026162"),
        ("2480 2480 0401 61 0000 0401 62 0000", "04026162"),
        ("2480 0000", "0400"),
        ("a080 3080 0000 0000", "a0023000"),
        ("0482 0001 61", "040161"),
    ],
)
def test_ber_forms_become_der(ber, der):
    assert to_der(bytes.fromhex(ber)).hex() == der


@pytest.mark.parametrize(
    "ber",
    [
        "",
        "30",
        "3080",
        "3080 0201 05",
        "3080 0201 05 00",
        "0480 61 0000",
        "3003 0201",
        "0500 00",
        "1f1f 01 00",
        "3089 000000000000000003 020105",
        "2480 0201 05 0000",
        "2403 0c01 61",
        "30ff",
        "3080 0000 00",
    ],
)
def test_what_is_no_ber_is_refused(ber):
    with pytest.raises(GovsealError):
        to_der(bytes.fromhex(ber))


def test_depth_and_number_are_bounded():
    with pytest.raises(GovsealError, match="nested too deeply"):
        to_der(b"\x30\x80" * 5000)
    with pytest.raises(GovsealError, match="too many elements"):
        to_der(b"\x30\x80" + b"\x05\x00" * 30_000 + b"\0\0")


def test_der_stays_as_it_is(signer):
    assert to_der(signer.certificate.der) == signer.certificate.der


@given(st.binary(max_size=200))
def test_any_bytes_give_der_or_a_refusal(data):
    try:
        der = to_der(data)
    except GovsealError:
        return
    assert to_der(der) == der


@given(
    st.recursive(
        st.binary(max_size=20).map(write.octets),
        lambda inner: st.lists(inner, max_size=4).map(lambda rows: write.sequence(*rows)),
    )
)
def test_any_der_is_read_back(der):
    assert to_der(der) == der
    assert strict.parse(der).raw == der
