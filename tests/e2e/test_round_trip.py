"""From making to verifying, through the public functions alone."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import pytest

import govseal
from govseal.errors import FormatError, LimitExceeded, SealError, StampError, UnsupportedFormat
from govseal.pki.materials import Materials
from govseal.testing import Hierarchy


def files(data):
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def outcomes(report):
    return {
        check.reason: check.name
        for signature in report.signatures
        for check in signature.checks
        if check.outcome.value in {"failed", "indeterminate"}
    }


def test_a_stamped_document_passes(either):
    report = either.verify(either.stamp())
    assert outcomes(report) == {}
    assert report.verdict is govseal.Verdict.PASSED
    signature = report.signatures[0]
    assert signature.coverage == "whole_file"
    assert signature.seal.name == "测试市行政审批服务管理局行政审批专用章"
    assert signature.notices == ()


def test_stamping_leaves_every_other_file_as_it_was(office):
    stamped = office.stamp()
    before, after = files(office.document), files(stamped)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"OFD.xml"}
    later = files(office.stamp(stamped))
    assert {name for name in after if after[name] != later[name]} == {"Doc_0/Signs/Signatures.xml"}


def test_later_stamps_keep_earlier_ones_valid(office):
    data = office.document
    for hours in range(2, 6):
        data = office.stamp(data, hours=hours)
    report = office.verify(data)
    assert [s.verdict.value for s in report.signatures] == ["passed"] * 4
    assert {s.coverage for s in report.signatures} == {"whole_file"}
    assert len({s.id for s in report.signatures}) == 4


def test_a_document_protected_as_a_whole_takes_no_more_stamps(office):
    closed = office.stamp(protect="whole")
    assert office.verify(closed).verdict is govseal.Verdict.PASSED
    with pytest.raises(StampError) as caught:
        office.stamp(closed)
    assert caught.value.code == "whole_protected"


def test_one_stamp_may_show_in_several_places(office):
    places = [govseal.Placement(1, 20, 30), govseal.Placement(1, 100, 200)]
    data = govseal.stamp(
        office.document,
        office.seal,
        office.pki.signer,
        places,
        at=office.pki.signer_ca.at.replace(hour=10),
    )
    found = govseal.inspect(data).signatures[0].appearances
    assert [(a.page, a.x_mm, a.y_mm, a.width_mm) for a in found] == [
        (1, 20.0, 30.0, 42.0),
        (1, 100.0, 200.0, 42.0),
    ]


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (govseal.Placement(2, 20, 30), "no_such_page"),
        (govseal.Placement(1, 500, 30), "outside_page"),
        (govseal.Placement(1, -60, 30), "outside_page"),
    ],
)
def test_a_place_that_the_document_does_not_have(office, place, code):
    with pytest.raises(StampError) as caught:
        govseal.stamp(
            office.document,
            office.seal,
            office.pki.signer,
            place,
            at=office.pki.signer_ca.at.replace(hour=10),
        )
    assert caught.value.code == code


def test_a_stranger_cannot_use_the_seal(office):
    stranger = office.pki.signer_ca.issue("99000000000002")
    with pytest.raises(SealError) as caught:
        govseal.stamp(
            office.document,
            office.seal,
            stranger,
            govseal.Placement(1, 20, 30),
            at=office.pki.signer_ca.at.replace(hour=10),
        )
    assert caught.value.code == "E_NOT_OWNER"


def test_without_lists_or_anchors_it_is_undecided(office):
    stamped = office.stamp()
    assert outcomes(office.verify(stamped, materials=Materials())) == {
        "no_revocation_data": "maker_revocation"
    }
    report = office.verify(stamped, trust=govseal.TrustStore())
    assert report.verdict is govseal.Verdict.INDETERMINATE
    foreign = Hierarchy.create("sm2", at=office.pki.signer_ca.at)
    assert office.verify(stamped, trust=foreign.trust).verdict is not govseal.Verdict.PASSED


def test_a_seal_by_itself_is_judged(office):
    report = office.verify(office.seal.der)
    assert (report.format, report.verdict.value) == ("seal", "passed")
    assert [check.name for check in report.signatures[0].checks] == [
        "container",
        "seal_signature",
        "seal_validity",
        "maker_chain",
        "maker_revocation",
        "algorithms",
    ]


def test_a_detached_stamp_protects_all_bytes(either):
    at = either.pki.signer_ca.at.replace(hour=10)
    data = b"any bytes at all"
    stamp = govseal.stamp_detached(data, either.seal, either.pki.signer, at=at)
    report = either.verify(data, detached=stamp)
    assert outcomes(report) == {}
    assert report.verdict is govseal.Verdict.PASSED
    assert report.signatures[0].notices == ()
    assert outcomes(either.verify(data + b"!", detached=stamp)) == {
        "data_digest_mismatch": "data_digest"
    }
    assert outcomes(either.verify(stamp)) == {"document_absent": "data_digest"}


def test_bytes_paths_and_files_give_the_same_report(office, tmp_path):
    stamped = office.stamp()
    path = tmp_path / "permit.ofd"
    path.write_bytes(stamped)
    with path.open("rb") as file:
        reports = [office.verify(source) for source in (path, str(path), file)]
    assert len({report.to_json() for report in reports}) == 1
    assert reports[0].file == "permit.ofd"
    assert office.verify(stamped).signatures == reports[0].signatures


@pytest.mark.parametrize("data", [b"", b"hello", b"\x30\x00"])
def test_unknown_formats_are_refused(office, data):
    with pytest.raises(UnsupportedFormat):
        office.verify(data)


def test_a_file_beyond_the_limit_is_refused(office):
    with pytest.raises(LimitExceeded) as caught:
        office.verify(office.document, limits=govseal.Limits(max_file_bytes=100))
    assert caught.value.limit == 100


def test_what_is_no_seal_cannot_be_used(office):
    with pytest.raises(FormatError):
        govseal.load_seal(b"not a seal")


def test_a_time_needs_its_zone(office):
    with pytest.raises(ValueError, match="time zone"):
        office.verify(office.document, at=datetime(2026, 6, 1))  # noqa: DTZ001 - the mistake


def test_an_unsigned_document_is_unsigned(office):
    report = office.verify(office.document)
    assert report.verdict is govseal.Verdict.UNSIGNED
    assert report.signatures == ()
