"""Which format bytes are in, bare seals and stamps, and detached stamps over any bytes."""

from __future__ import annotations

import hashlib

import pytest

import cms_builder
import ofd_builder as build
import ses_builder
from govseal import sm2
from govseal.asn1 import write
from govseal.errors import EncodingError, LimitExceeded, StampError, UnsupportedFormat
from govseal.formats import sesfile
from govseal.formats.base import Extent, SignatureKind
from govseal.formats.detect import detect, open_detached, open_document
from govseal.formats.limits import Limits

DOCUMENT = b"any bytes"
CMS = cms_builder.signed_data(cms_builder.signer_info(signed=cms_builder.attributes(DOCUMENT)))
BARE = ses_builder.DER_VALUE


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (build.package(), "ofd"),
        (build.package()[:200], "ofd"),
        (b"MZ" + build.package(), "ofd"),
        (build.package()[4:], "ofd"),
        (b"PK", "ofd"),
        (b"%PDF-1.7\n", "pdf"),
        (b"\r\n junk %PDF-1.4", "pdf"),
        (ses_builder.seal(), "seal"),
        (ses_builder.seal(2014), "seal"),
        (ses_builder.seal(2025, time_stamp=b"x"), "seal"),
        (ses_builder.signature(), "ses"),
        (ses_builder.signature(2014), "ses"),
        (BARE, "ses"),
        (CMS, "cms"),
    ],
)
def test_formats_are_recognised(data, expected):
    assert detect(data) == expected
    assert open_document(data).format == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"text",
        b"0",
        b"0\x80",
        b"\x30\x00",
        ses_builder.seal()[:-1],
        ses_builder.seal() + b"\0",
        write.sequence(write.integer(1), write.integer(2), write.integer(3)),
        b"<?xml version='1.0'?><x/>",
    ],
)
def test_what_is_none_of_these_is_refused(data):
    assert detect(data) is None
    with pytest.raises(UnsupportedFormat, match="no format that is known"):
        open_document(data)


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"<svg></svg>"])
def test_a_picture_is_refused_as_the_copy_that_it_is(data):
    assert detect(data) is None
    with pytest.raises(UnsupportedFormat, match="视同复印件"):
        open_document(data)


def test_a_damaged_package_is_a_document_with_a_problem():
    evidence = open_document(build.package()[:200]).evidence()
    assert evidence.format == "ofd"
    assert evidence.problem.code == "container_damaged"


@pytest.mark.parametrize(("name", "kind"), [("x.esl", "seal"), ("X.ESL", "seal"), ("x.ses", "ses")])
def test_a_damaged_seal_is_known_by_its_name(name, kind):
    document = open_document(ses_builder.seal()[:-1], name=name)
    assert document.format == kind
    evidence = document.evidence()
    problem = evidence.problem or evidence.signatures[0].problem
    assert isinstance(problem, EncodingError)


def test_a_name_does_not_make_a_seal_of_anything():
    with pytest.raises(UnsupportedFormat):
        open_document(b"text", name="x.esl")


def test_files_have_a_limit():
    with pytest.raises(LimitExceeded):
        open_document(build.package(), Limits(max_file_bytes=100))
    with pytest.raises(LimitExceeded):
        open_detached(ses_builder.signature(), bytes(10_000), Limits(max_file_bytes=9_999))


def test_a_bare_seal():
    evidence = open_document(ses_builder.seal()).evidence()
    assert evidence.seal.es_id == "14050000000001"
    assert evidence.signatures == ()


def test_a_bare_stamp_says_nothing_of_a_document():
    (signature,) = open_document(ses_builder.signature()).evidence().signatures
    assert (signature.id, signature.kind) == ("1", SignatureKind.SEAL)
    assert (signature.location, signature.data) == ("detached", None)
    assert signature.coverage.extent is Extent.NONE
    assert signature.stamp.der == ses_builder.signature()


def test_a_bare_sm2_signature_is_recognised_and_not_read():
    (signature,) = open_document(BARE).evidence().signatures
    assert isinstance(signature.problem, UnsupportedFormat)


def test_a_stamp_with_its_document_covers_all_of_it():
    (signature,) = open_detached(ses_builder.signature(), DOCUMENT).evidence().signatures
    assert signature.data == DOCUMENT
    assert signature.coverage.extent is Extent.WHOLE_FILE
    assert signature.coverage.protected == {"/"}
    assert signature.parts == ()


def test_signed_data_with_its_document():
    document = open_detached(CMS, DOCUMENT)
    (signature,) = document.evidence().signatures
    assert document.format == "cms"
    assert signature.kind is SignatureKind.SIGNATURE
    assert signature.signed_data.signer.message_digest == sm2.sm3(DOCUMENT)
    assert signature.data == DOCUMENT


@pytest.mark.parametrize("data", [b"", b"text", build.package()])
def test_what_is_no_detached_stamp_is_refused(data):
    with pytest.raises(UnsupportedFormat, match="no detached stamp"):
        open_detached(data, DOCUMENT)


@pytest.mark.parametrize("data", [CMS[:-1], b"\x30\x03\x02\x01\x01", ses_builder.seal()])
def test_a_detached_stamp_that_cannot_be_read_is_a_problem(data):
    (signature,) = open_detached(data, DOCUMENT).evidence().signatures
    assert (signature.stamp, signature.signed_data) == (None, None)
    assert signature.problem is not None


def test_a_detached_stamp_is_over_all_bytes():
    prepared = sesfile.detached_request(DOCUMENT, ses_builder.SM2_SM3)
    assert prepared.data_digest == sm2.sm3(DOCUMENT)
    assert prepared.property_info == "bytes 0-8/9"
    assert prepared.finish(b"stamp") == b"stamp"
    rsa = sesfile.detached_request(DOCUMENT, "1.2.840.113549.1.1.11")
    assert rsa.data_digest == hashlib.sha256(DOCUMENT).digest()


def test_a_detached_stamp_over_nothing_says_so():
    assert sesfile.detached_request(b"", ses_builder.SM2_SM3).property_info == "bytes */0"


def test_a_detached_stamp_with_a_broken_digest_is_refused():
    with pytest.raises(StampError) as caught:
        sesfile.detached_request(DOCUMENT, "1.2.840.113549.1.1.5")
    assert caught.value.code == "algorithm_forbidden"


@pytest.mark.parametrize("data", [ses_builder.seal(), ses_builder.signature(), CMS])
def test_nothing_is_stamped_onto_a_bare_file(data):
    with pytest.raises(StampError) as caught:
        open_document(data).prepare(build.request())
    assert caught.value.code == "unsupported"


# --- a package inside a bare file -------------------------------------------------------------


def signed(content):
    """Signed data with the content inside."""
    info = cms_builder.signer_info(signed=cms_builder.attributes(content))
    return cms_builder.signed_data(info, content=write.explicit(0, write.octets(content)))


SEAL = ses_builder.seal(picture={"type": "OFD", "data": build.package(), "width": 42, "height": 42})
ENCLOSED = {
    "seal": SEAL,
    "ses": ses_builder.signature(seal=SEAL),
    "cms": signed(build.package()),
}


@pytest.mark.parametrize("name", ["", "x.esl", "seal.bin"])
def test_a_seal_whose_picture_is_ofd_is_a_seal(name):
    document = open_document(ENCLOSED["seal"], name=name)
    assert document.format == "seal"
    assert document.evidence().problem is None
    assert document.evidence().seal.es_id == "14050000000001"


@pytest.mark.parametrize(("kind", "name"), [("ses", ""), ("ses", "x.ses"), ("cms", "x.p7s")])
def test_a_stamp_or_signed_data_around_a_package_is_no_package(kind, name):
    assert open_document(ENCLOSED[kind], name=name).format == kind


def test_signed_data_around_a_pdf_is_no_pdf():
    data = signed(b"%PDF-1.7\n")
    assert open_document(data, name="x.P7S").format == "cms"
    assert open_document(data, name="x.pdf").format == "pdf"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (ENCLOSED["seal"], "x.ofd"),
        (ENCLOSED["cms"], "x.ofd"),
        (ENCLOSED["cms"], ""),  # parts of it nobody signed: readers of OFD may find a package there
        (ENCLOSED["seal"][:-1] + build.package(), "x.esl"),
        (ENCLOSED["seal"] + build.package(), "x.esl"),
    ],
)
def test_what_readers_of_packages_may_open_is_a_damaged_package(data, name):
    document = open_document(data, name=name)
    assert document.format == "ofd"
    assert document.evidence().problem.code == "container_damaged"
