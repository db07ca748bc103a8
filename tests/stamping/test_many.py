"""Several stamps in one pass: each over those before it, one file written, all or none."""

from __future__ import annotations

from collections import Counter

import pytest

import counting
import govseal
import ofd_builder as build
import pdf_stamping
import tokens
from govseal.errors import FormatError, SealError, StampError
from govseal.formats.base import Extent, Protect
from govseal.formats.ofd.package import Package
from govseal.pki.signer import SoftSigner
from time_stamping import MINUTE, Source

AT = pdf_stamping.AT + 2 * pdf_stamping.HOUR
OFD = build.package(pages=4)
PLACES = [
    govseal.Placement(1, 20, 30),
    govseal.Seam("right"),
    govseal.Keyword("第3页"),
    govseal.OnPages("2-", 100, 200),
    (),
]


@pytest.fixture(scope="module")
def office():
    return pdf_stamping.office("sm2")


@pytest.fixture
def stamps(office):
    return [govseal.Stamp(office.seal, office.pki.signer, place) for place in PLACES]


def verify(office, data):
    later = AT + pdf_stamping.HOUR
    return govseal.verify(data, office.pki.trust, materials=office.pki.materials, at=later)


def one_by_one(data, stamps):
    for item in stamps:
        if item.seal is None:
            data = govseal.sign(data, item.signer, at=AT, protect=item.protect)
        else:
            data = govseal.stamp(
                data, item.seal, item.signer, item.places, at=AT, protect=item.protect
            )
    return data


def test_five_stamps(office, stamps):
    data = govseal.stamp_many(OFD, stamps, at=AT)
    report = verify(office, data)
    assert [item.verdict.value for item in report.signatures] == ["passed"] * 5
    found = build.evidence(data).signatures
    assert [len(item.appearances) for item in found] == [1, 4, 1, 3, 0]
    assert [item.coverage.extent for item in found][-1] is Extent.WHOLE_FILE
    assert [item.location.split("/")[3] for item in found] == [f"Sign_{n}" for n in range(5)]


def test_each_is_over_those_before_it(office, stamps):
    found = build.evidence(govseal.stamp_many(OFD, stamps, at=AT)).signatures
    for number, signature in enumerate(found):
        names = {part.name for part in signature.parts}
        for other, earlier in enumerate(found):
            assert (earlier.location in names) == (other < number)


@pytest.mark.parametrize("protect", ["continue", "whole"])
def test_the_same_files_as_one_by_one(office, stamps, protect):
    stamps = [*stamps, govseal.Stamp(None, office.pki.signer, protect=protect)]
    together = Package.open(govseal.stamp_many(OFD, stamps, at=AT))
    apart = Package.open(one_by_one(OFD, stamps))
    assert sorted(together.names) == sorted(apart.names)
    for name in together.names:
        if name.endswith(("SignedValue.dat", "Signature.xml")):
            continue  # SM2 signs with randomness, and later ones are over earlier ones
        assert together.read(name) == apart.read(name), name


def test_files_that_do_not_change_are_copied_raw(stamps):
    before = Package.open(OFD)
    after = Package.open(govseal.stamp_many(OFD, stamps, at=AT))
    for name in before.names:
        if name != build.ENTRY:
            assert after.raw_record(name) == before.raw_record(name)


def test_over_stamps_that_are_there(office, stamps):
    data = office.stamp(OFD, govseal.Placement(1, 0, 0))
    report = verify(office, govseal.stamp_many(data, stamps[:2], at=AT))
    assert [item.verdict.value for item in report.signatures] == ["passed"] * 3


def test_a_closing_one_at_the_end(office, stamps):
    signer = office.pki.signer
    last = govseal.Stamp(office.seal, signer, PLACES[0], protect="whole")
    data = govseal.stamp_many(OFD, [*stamps[:2], last], at=AT)
    assert verify(office, data).verdict.value == "passed"
    with pytest.raises(StampError) as refused:
        govseal.stamp_many(OFD, [last, stamps[0]], at=AT)
    assert refused.value.code == "whole_protected"


@pytest.mark.parametrize("kind", ["ofd", "pdf"])
def test_no_key_is_used_where_one_before_the_last_closes_the_document(office, kind):
    signer = counting.Counting(office.pki.signer)
    closing = [
        govseal.Stamp(office.seal, signer, protect="whole"),
        govseal.Stamp(None, signer, protect=Protect.WHOLE),
    ]
    data = OFD if kind == "ofd" else pdf_stamping.pdf()
    for first in closing:
        with pytest.raises(StampError) as refused:
            govseal.stamp_many(data, [first, govseal.Stamp(None, signer)], at=AT)
        assert refused.value.code == "whole_protected"
    assert not signer.messages


def test_two_documents_in_one_package(office):
    signer = office.pki.signer
    stamps = [
        govseal.Stamp(office.seal, signer, govseal.Placement(page, 20, 30)) for page in (1, 2, 2, 1)
    ]
    data = govseal.stamp_many(build.two_documents(), stamps, at=AT)
    assert [item.verdict.value for item in verify(office, data).signatures] == ["passed"] * 4
    counts = Counter(item.id.partition("/")[0] for item in build.evidence(data).signatures)
    assert counts == {"A": 2, "B": 2}


def test_every_generation(office):
    pki = office.pki
    seals = [office.seal]
    seals += [
        govseal.make_seal(
            pki.maker,
            name=office.seal.name,
            picture=office.seal.picture,
            signers=[pki.signer.certificate],
            at=pdf_stamping.AT + pdf_stamping.HOUR,
            generation=year,
        )
        for year in (2014, 2025)
    ]
    stamps = [govseal.Stamp(seal, pki.signer, govseal.Seam("left")) for seal in seals]
    report = verify(office, govseal.stamp_many(OFD, stamps, at=AT))
    assert [item.verdict.value for item in report.signatures] == ["passed"] * 3
    assert len({item.standard for item in report.signatures}) == 3


def test_pdf_takes_them_one_after_another(office):
    data = pdf_stamping.pdf()
    stamps = [
        govseal.Stamp(office.seal, office.pki.signer, govseal.Placement(1, 20, 30)),
        govseal.Stamp(office.seal, office.pki.signer, ()),
        govseal.Stamp(None, office.pki.signer),
    ]
    report = verify(office, govseal.stamp_many(data, stamps, at=AT))
    assert [item.verdict.value for item in report.signatures] == ["passed"] * 3


def test_the_key_is_used_once_for_each(office, stamps):
    used = []

    class Counting:
        certificate = office.pki.signer.certificate
        chain = ()
        algorithm = office.pki.signer.algorithm

        def sign(self, message):
            used.append(message)
            return office.pki.signer.sign(message)

    again = [govseal.Stamp(item.seal, Counting(), item.placement) for item in stamps]
    again.append(govseal.Stamp(None, Counting()))
    assert verify(office, govseal.stamp_many(OFD, again, at=AT)).verdict.value == "passed"
    assert len(used) == len(set(used)) == 6


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (govseal.Placement(9, 0, 0), "no_such_page"),
        (govseal.Placement(1, 200, 0), "outside_page"),
        (govseal.Keyword("没有"), "keyword_not_found"),
        (govseal.Seam(pages="1"), "too_few_pages"),
    ],
)
def test_one_that_is_refused_refuses_all(office, stamps, place, code):
    bad = govseal.Stamp(office.seal, office.pki.signer, place)
    with pytest.raises(StampError) as refused:
        govseal.stamp_many(OFD, [*stamps, bad], at=AT)
    assert refused.value.code == code


def test_a_signer_that_a_seal_does_not_permit(office, stamps):
    bad = govseal.Stamp(office.seal, office.pki.maker, PLACES[0])
    assert isinstance(office.pki.maker, SoftSigner)
    with pytest.raises(SealError) as refused:
        govseal.stamp_many(OFD, [stamps[0], bad], at=AT)
    assert refused.value.code == "E_NOT_OWNER"


def test_no_stamps_at_all():
    with pytest.raises(ValueError, match="nothing to stamp"):
        govseal.stamp_many(OFD, [], at=AT)


def test_a_damaged_document(stamps):
    with pytest.raises((StampError, FormatError)) as refused:
        govseal.stamp_many(OFD[:-30], stamps, at=AT)
    assert refused.value.code == "container_damaged"


@pytest.mark.parametrize(
    "stated", [{"placement": PLACES[0]}, {"matter": "M-1"}, {"approvals": bytes(32)}]
)
def test_a_signature_without_a_seal_states_no_use(office, stated):
    with pytest.raises(ValueError, match="without a seal"):
        govseal.Stamp(None, office.pki.signer, **stated)


def test_each_has_its_own_time_stamp(office):
    sources = [Source(tokens.source(office.pki.tsa, AT + n * MINUTE).timestamp) for n in (1, 2)]
    stamps = [
        govseal.Stamp(office.seal, office.pki.signer, PLACES[0], timestamp=sources[0]),
        govseal.Stamp(None, office.pki.signer, timestamp=sources[1]),
        govseal.Stamp(office.seal, office.pki.signer, PLACES[1]),
    ]
    report = verify(office, govseal.stamp_many(OFD, stamps, at=AT))
    assert [item.verdict.value for item in report.signatures] == ["passed"] * 3
    assert [(item.time_source, item.signed_at) for item in report.signatures] == [
        ("timestamp", AT + MINUTE),
        ("timestamp", AT + 2 * MINUTE),
        ("claimed", AT),
    ]


def test_all_or_none_where_one_insists_on_its_time_stamp(office):
    terms = govseal.TimestampTerms(Source(OSError("nobody answers")), is_required=True)
    stamps = [
        govseal.Stamp(office.seal, office.pki.signer, PLACES[0]),
        govseal.Stamp(None, office.pki.signer, timestamp=terms),
    ]
    with pytest.raises(StampError) as refused:
        govseal.stamp_many(OFD, stamps, at=AT)
    assert refused.value.code == "timestamp_unavailable"
