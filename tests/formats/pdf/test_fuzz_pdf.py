"""Random damage to a signed PDF: a report each time, and never one that passes."""

from __future__ import annotations

import functools

from hypothesis import given, settings
from hypothesis import strategies as st

import govseal
import pdf_builder as bend
import pdf_stamping as build
from cms_builder import attribute
from govseal.errors import GovsealError
from govseal.formats.pdf.contents import read_contents
from govseal.seal.extensions import SEAL_ATTRIBUTE

AT = build.AT + 3 * build.HOUR


@functools.cache
def small():
    """A PDF with a seal, signed by hand."""
    office = build.office("sm2")
    seal = attribute(SEAL_ATTRIBUTE, office.seal.der)
    return bend.sign_by_hand(lambda m: bend.signed_data(m, office.pki.signer, more=[seal]))


@given(st.data())
@settings(max_examples=min(150, settings.default.max_examples))
def test_a_bent_file_never_passes(data):
    """Any byte of the protected part, or of the signed data in the gap, counts."""
    base = small()
    start, _ = bend.gap(base)
    octets = bend.contents(base)
    end = start + 1 + 2 * (4 + int.from_bytes(octets[2:4], "big"))
    places = st.integers(0, len(base) - 1).filter(lambda at: not end <= at < bend.gap(base)[1] - 1)
    bent = bytearray(base)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(places)
        bent[at] = data.draw(st.integers(0, 255).filter(lambda new, old=bent[at]: new != old))
    if bytes(bent).lower() != base.lower():  # hexadecimal digits in small letters are the same
        assert verdict_of(bytes(bent)) not in ("passed", "unsigned")


@given(st.data())
@settings(max_examples=min(100, settings.default.max_examples))
def test_a_file_cut_or_joined_never_passes(data):
    base = small()
    first, second = sorted(
        (data.draw(st.integers(0, len(base))), data.draw(st.integers(0, len(base))))
    )
    joined = base[:first] + base[second:]
    if joined not in (base, b"") and first != second:
        assert verdict_of(joined) != "passed"


@given(st.binary(max_size=300))
def test_what_starts_like_a_pdf_gives_a_report(data):
    assert verdict_of(b"%PDF-1.7\n" + data) != "passed"


@given(st.binary(max_size=200), st.sampled_from([b"", b"ETSI.RFC3161", b"adbe.x509.rsa_sha1"]))
def test_any_contents_give_a_signature_or_a_problem(octets, sub_filter):
    found = read_contents(octets, sub_filter)
    assert (found.problem is None) == (found.stamp is not None or found.signed_data is not None)


def verdict_of(data):
    try:
        pki = build.hierarchy("sm2")
        return govseal.verify(data, pki.trust, materials=pki.materials, at=AT).verdict.value
    except GovsealError as error:
        return error.code


def test_what_is_damaged_passes_before():
    assert verdict_of(small()) == "passed"
