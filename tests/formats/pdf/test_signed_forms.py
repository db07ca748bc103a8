"""The forms of signed data without attributes, or with content inside, where PDF has them."""

from __future__ import annotations

import base64

import pytest

import govseal
import pdf_builder as bend
import pdf_stamping as build
from govseal.asn1 import write
from govseal.formats.base import Pieces

AT = build.AT + 3 * build.HOUR
ALGORITHMS = ("rsa", "sm2", "ec")


def said(data, algorithm):
    pki = build.hierarchy(algorithm)
    report = govseal.verify(data, pki.trust, materials=pki.materials, at=AT)
    return report.verdict.value, set(report.reasons)


def inside(content):
    return write.explicit(0, write.octets(content))


def without_attributes(message, algorithm, **changes):
    signer = build.hierarchy(algorithm).signer
    changes = {"value": signer.sign(message)} | changes
    return bend.signed_data(message, signer, attributes=[], **changes)


def with_content(message, algorithm, spell, **changes):
    """The digest inside, and its own digest in the signed attributes."""
    signer = build.hierarchy(algorithm).signer
    content = spell(signer.algorithm.digest.digest(message))
    return bend.signed_data(content, signer, content=inside(content), **changes)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_bytes_themselves_are_signed(algorithm):
    data = bend.sign_by_hand(lambda m: without_attributes(m, algorithm))
    assert said(data, algorithm) == ("passed", set())
    changed = bend.renamed(data, b"100 600", b"100 500")
    assert said(changed, algorithm) == ("failed", {"signature_invalid"})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("spell", [bytes, base64.b64encode], ids=["octets", "Base64"])
def test_the_digest_inside_under_signed_attributes(algorithm, spell):
    data = bend.sign_by_hand(lambda m: with_content(m, algorithm, spell))
    assert said(data, algorithm) == ("passed", set())
    changed = bend.renamed(data, b"100 600", b"100 500")
    assert said(changed, algorithm) == ("failed", {"data_digest_mismatch"})


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_digest_as_text_without_attributes(algorithm):
    signer = build.hierarchy(algorithm).signer

    def make(message):
        text = base64.b64encode(signer.algorithm.digest.digest(message))
        return without_attributes(message, algorithm, content=inside(text), value=signer.sign(text))

    data = bend.sign_by_hand(make)
    assert said(data, algorithm) == ("passed", set())
    changed = bend.renamed(data, b"100 600", b"100 500")
    assert said(changed, algorithm) == ("failed", {"data_digest_mismatch"})


@pytest.mark.parametrize(
    "spell",
    [
        lambda digest: base64.b64encode(digest) + b"\n",
        lambda digest: base64.b64encode(digest).rstrip(b"="),
        lambda digest: digest.hex().encode(),
        lambda digest: digest[:20],
    ],
    ids=["line", "no padding", "hexadecimal", "short"],
)
def test_other_spellings_of_the_digest_are_not_read(spell):
    data = bend.sign_by_hand(lambda m: with_content(m, "sm2", spell))
    assert said(data, "sm2") == ("indeterminate", {"unsupported"})


def test_the_document_inside_is_no_form_of_pdf():
    data = bend.sign_by_hand(lambda m: without_attributes(m, "sm2", content=inside(m)))
    assert said(data, "sm2") == ("indeterminate", {"unsupported"})


def test_a_value_over_the_digest_is_none_over_the_bytes():
    signer = build.hierarchy("sm2").signer

    def make(message):
        digest = signer.algorithm.digest.digest(message)
        return without_attributes(message, "sm2", value=signer.sign(digest))

    assert said(bend.sign_by_hand(make), "sm2") == ("failed", {"signature_invalid"})


def test_pieces_are_joined_in_their_order():
    assert Pieces(b"abcdef", ((0, 2), (4, 6))).join() == b"abef"
