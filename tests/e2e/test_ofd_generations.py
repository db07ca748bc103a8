"""The steps of verifying, each refused by itself, for stamps of every generation in one package."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import ofd_builder as ofd
import quirk_files
import ses_builder
from govseal.asn1 import write

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
YEARS = (2014, 2020, 2025)


@pytest.fixture(scope="module")
def maker(office):
    return quirk_files.Maker(office, AT + timedelta(hours=3))


def bent(_):
    return write.bits(ses_builder.DER_VALUE)


def expired(maker, year):
    """A seal that ended half an hour before it was used."""
    end = maker.at - timedelta(minutes=30)
    time = write.utc_time(end) if year == 2014 else write.generalized_time(end)

    def change(info):
        properties = quirk_files.fields(info)[2]
        ended = quirk_files.with_field(properties, -1, time)
        return quirk_files.with_field(info, 2, ended)

    return maker.seal_with(year, change)


STEPS = {
    "nothing": (lambda maker, year: maker.document(year=year), ()),
    "a file changed": (
        lambda maker, year: ofd.edited(maker.document(year=year), ofd.PAGE, "第1页", "第9页"),
        ("data_digest_mismatch",),
    ),
    "another digest signed": (
        lambda maker, year: maker.document(year=year, data_digest=bytes(32)),
        ("data_digest_mismatch",),
    ),
    "another value": (
        lambda maker, year: maker.document(year=year, value=bent),
        ("signature_invalid",),
    ),
    "another value of the maker": (
        lambda maker, year: maker.document(
            year=year, seal=maker.seal_with(year, lambda info: info, value=bent)
        ),
        ("seal_signature_invalid",),
    ),
    "a signer who is not listed": (
        lambda maker, year: maker.document(
            year=year, signer=maker.pki.signer_ca.issue("99000000000007")
        ),
        ("signer_not_listed",),
    ),
    "a seal that has expired": (
        lambda maker, year: maker.document(year=year, seal=expired(maker, year)),
        ("seal_expired", "no_proof_of_time"),
    ),
}


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("step", STEPS)
def test_each_step_has_its_own_reason(office, maker, step, year):
    make, reasons = STEPS[step]
    report = office.verify(make(maker, year))
    assert report.verdict.value == ("failed" if reasons else "passed")
    assert report.reasons == reasons


def test_stamps_of_all_generations_in_one_package(office, maker):
    data = office.document
    for hours, year in enumerate(YEARS, start=2):
        data = office.stamp(data, hours=hours, seal=maker.seals[year])
    report = office.verify(data)
    assert [s.standard for s in report.signatures] == [
        "GM/T 0031-2014",
        "GB/T 38540-2020",
        "GM/T 0031-2025",
    ]
    assert (report.verdict.value, report.reasons) == ("passed", ())
    assert [s.coverage for s in report.signatures] == ["whole_file"] * 3
