"""Signed data made here: read again, verified, strictly written, and what is not made."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

import tokens
from counting import Counting
from govseal.asn1 import strict, write
from govseal.errors import InvalidSignature
from govseal.formats import cms
from govseal.pki import pem
from govseal.pki.cms import signer_algorithm
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.signeddata import make_signed_data
from govseal.pki.timestamp import verify_token
from govseal.pki.trust import TrustStore
from govseal.testing import Authority

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
CONTENT = "测试市关于测试事项的批复".encode()
ALGORITHMS = ("sm2", "rsa", "ec")
DIGEST = "1.2.840.113549.1.9.4"


@pytest.fixture(scope="module")
def ca():
    return Authority.create("测试 CA", at=AT)


@pytest.fixture(scope="module")
def signers(ca):
    return {name: ca.issue("99000000000001", algorithm=name) for name in ALGORITHMS}


@pytest.fixture(params=ALGORITHMS)
def signer(request, signers):
    return signers[request.param]


def verify(signer, found, content):
    """Raises unless the value belongs to the signed bytes and the signer's key."""
    said = found.signer
    signed = content if said.signed is None else said.signed
    algorithm = signer_algorithm(said.algorithm, said.digest_algorithm)
    signer.certificate.public_key.verify(said.signature, signed, algorithm)


@pytest.mark.parametrize("attached", [False, True])
@pytest.mark.parametrize("with_attributes", [False, True])
def test_what_is_made_is_read_and_verifies(signer, attached, with_attributes):
    counting = Counting(signer)
    made = make_signed_data(CONTENT, counting, attached=attached, with_attributes=with_attributes)
    found = cms.decode_signed_data(made)
    digest = signer.algorithm.digest.digest(CONTENT)
    verify(signer, found, CONTENT)
    assert len(counting.messages) == 1
    assert found.signer_certificate == signer.certificate.der
    assert (found.content, found.document) == ((CONTENT, CONTENT) if attached else (None, None))
    assert found.document_digests == ((digest,) if attached or with_attributes else ())
    assert found.signer.certificate_ids == (
        (cms.CertificateId(*_named(signer)),) if with_attributes else ()
    )
    assert found.signer.claimed_time is None
    assert found.tolerances == ()


def _named(signer):
    digest = signer.algorithm.digest
    return digest.oids[0], digest.digest(signer.certificate.der)


def test_the_digest_as_content(signers):
    digest = signers["sm2"].algorithm.digest.digest(CONTENT)
    made = make_signed_data(digest, signers["sm2"], attached=True, with_attributes=False)
    found = cms.decode_signed_data(made)
    assert found.holds_digest
    assert digest in found.document_digests
    verify(signers["sm2"], found, CONTENT)


@pytest.mark.parametrize(
    ("standard", "outer", "inner", "oid"),
    [
        ("GB/T 35275", "1.2.156.10197.6.1.4.2.2", "1.2.156.10197.6.1.4.2.1", "301.1"),
        ("CMS", "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.1", "501"),
    ],
)
def test_the_identifiers_are_those_of_the_standard(signers, standard, outer, inner, oid):
    made = make_signed_data(CONTENT, signers["sm2"], standard=standard)
    found = cms.decode_signed_data(made)
    assert (cms.outer_type(made), found.content_type) == (outer, inner)
    assert found.signer.content_type == inner
    assert found.signer.algorithm == f"1.2.156.10197.1.{oid}"


def test_the_attributes_are_a_set_in_der_whatever_their_order(signers):
    rows = [(f"1.2.3.{number}", write.integer(number)) for number in (9, 1, 300)]
    one = Counting(signers["sm2"])
    made = make_signed_data(CONTENT, one, signed_at=AT, attributes=rows)
    make_signed_data(CONTENT, one, signed_at=AT, attributes=reversed(rows))
    assert one.messages[0] == one.messages[1]
    children = [item.raw for item in strict.parse(one.messages[0]).children()]
    assert children == sorted(children)
    found = cms.decode_signed_data(made)
    assert found.signer.signed == one.messages[0]
    assert found.signer.claimed_time.moment == AT
    assert found.signer.attribute("1.2.3.300") == write.integer(300)


def test_a_time_stamp_is_over_the_signature_value(signers, ca):
    source = tokens.source(tokens.authority(ca), AT)
    found = cms.decode_signed_data(make_signed_data(CONTENT, signers["sm2"], timestamp=source))
    (token,) = found.signer.time_stamps
    judged = verify_token(
        token,
        found.signer.signature_octets,
        TrustStore([ca.certificate]),
        materials=Materials(crls=(Crl.from_der(ca.crl()),)),
    )
    assert (judged.outcome, judged.proved_at) == ("passed", AT)


def test_the_chain_travels_too_and_once(ca):
    below = ca.create_authority("测试下级 CA").issue("99000000000001")
    twice = Counting(below)
    twice.chain = (*below.chain, below.certificate, *below.chain)
    found = cms.decode_signed_data(make_signed_data(CONTENT, twice))
    wanted = {below.certificate.der, *(item.der for item in below.chain)}
    assert found.certificates == tuple(sorted(wanted))


# what is not made --------------------------------------------------------------------------------

ATTRIBUTES = write.set_of(
    write.sequence(write.oid(DIGEST), write.set_of(write.octets(bytes(32)))),
)
REFUSED = {
    "GB/T 35275 with RSA": ("rsa", {"standard": "GB/T 35275"}, "is for SM2 keys"),
    "GB/T 35275 with P-256": ("ec", {"standard": "GB/T 35275"}, "is for SM2 keys"),
    "another standard": ("sm2", {"standard": "PKCS #7"}, "was expected"),
    "a time without attributes": (
        "sm2",
        {"with_attributes": False, "signed_at": AT},
        "no place",
    ),
    "an attribute without attributes": (
        "sm2",
        {"with_attributes": False, "attributes": [("1.2.3", write.null())]},
        "no place",
    ),
    "a time without its zone": ("sm2", {"signed_at": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001 - refused
    "a digest of one's own": ("sm2", {"attributes": [(DIGEST, write.octets(b""))]}, "twice"),
    "an attribute twice": ("sm2", {"attributes": [("1.2.3", write.null())] * 2}, "twice"),
    "no DER": ("sm2", {"attributes": [("1.2.3", b"\x05")]}, "not one DER element"),
    "two elements": ("sm2", {"attributes": [("1.2.3", write.null() * 2)]}, "not one DER element"),
}


@pytest.mark.parametrize(("algorithm", "options", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_made(signers, algorithm, options, message):
    counting = Counting(signers[algorithm])
    with pytest.raises(ValueError, match=message):
        make_signed_data(CONTENT, counting, **options)
    assert counting.messages == []


@pytest.mark.parametrize("attached", [False, True])
def test_nobody_signs_attributes_for_a_document(signers, attached):
    counting = Counting(signers["sm2"])
    with pytest.raises(ValueError, match="could pass for"):
        make_signed_data(ATTRIBUTES, counting, attached=attached, with_attributes=False)
    assert counting.messages == []
    assert make_signed_data(ATTRIBUTES, counting, attached=attached)


def test_another_order_of_attributes_is_not_what_was_signed(signers):
    made = make_signed_data(CONTENT, signers["sm2"], signed_at=AT)
    signed = cms.decode_signed_data(made).signer.signed
    rows = [item.raw for item in strict.parse(signed).children()]
    swapped = made.replace(b"".join(rows), b"".join(reversed(rows)))
    assert swapped != made
    with pytest.raises(InvalidSignature):
        verify(signers["sm2"], cms.decode_signed_data(swapped), CONTENT)


# OpenSSL -----------------------------------------------------------------------------------------


def openssl(folder, signed, *words):
    if shutil.which("openssl") is None:
        pytest.skip("openssl not installed")
    (folder / "signed").write_bytes(signed)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signed"]
    moment = str(int((AT + timedelta(hours=1)).timestamp()))
    anchors = ["-CAfile", "roots.pem", "-purpose", "any", "-attime", moment]
    return subprocess.run(
        [*command, *anchors, *words], cwd=folder, capture_output=True, timeout=60, check=False
    )


@pytest.fixture(scope="module", params=["rsa", "ec"])
def theirs(request, tmp_path_factory):
    """A folder for OpenSSL with a root that it can follow, and a signer below it."""
    folder = tmp_path_factory.mktemp("openssl")
    root = Authority.create("测试 CA", algorithm=request.param, at=AT)
    (folder / "roots.pem").write_bytes(root.certificate.to_pem())
    (folder / "content").write_bytes(CONTENT)
    (folder / "other").write_bytes(b"other")
    return folder, root.issue("99000000000001")


@pytest.mark.parametrize("with_attributes", [False, True])
def test_openssl_accepts_ours_and_no_other_content(theirs, with_attributes):
    folder, signer = theirs
    made = make_signed_data(CONTENT, signer, with_attributes=with_attributes)
    good = openssl(folder, made, "-content", "content")
    assert (good.returncode, good.stdout) == (0, CONTENT), good.stderr
    assert openssl(folder, made, "-content", "other").returncode != 0
    inside = make_signed_data(CONTENT, signer, with_attributes=with_attributes, attached=True)
    assert openssl(folder, inside).stdout == CONTENT
    assert openssl(folder, inside.replace(CONTENT, CONTENT[::-1])).returncode != 0


@pytest.mark.parametrize("words", [[], ["-noattr"], ["-nodetach"], ["-nodetach", "-noattr"]])
@pytest.mark.parametrize("named", [[], ["-keyid"]])
def test_what_openssl_makes_is_read_and_verifies(theirs, words, named):
    folder, signer = theirs
    (folder / "signer.pem").write_bytes(signer.certificate.to_pem())
    (folder / "signer.key").write_bytes(pem.write_pem("PRIVATE KEY", signer._key.to_pkcs8()))
    command = ["openssl", "cms", "-sign", "-binary", "-in", "content", "-outform", "DER"]
    keys = ["-signer", "signer.pem", "-inkey", "signer.key", "-md", "sha256", "-nosmimecap"]
    made = subprocess.run(
        [*command, *keys, *words, *named], cwd=folder, capture_output=True, timeout=60, check=False
    )
    assert made.returncode == 0, made.stderr
    found = cms.decode_signed_data(made.stdout)
    assert found.document == (CONTENT if "-nodetach" in words else None)
    assert (found.signer.signed is None) == (words == ["-noattr"])
    assert found.signer_certificate == signer.certificate.der
    verify(signer, found, CONTENT)
