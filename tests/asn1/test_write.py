"""The writer: known encodings, and values that have none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from govseal.asn1 import write
from govseal.asn1.times import BEIJING

MOMENT = datetime(2026, 11, 21, 20, 29, 5, tzinfo=BEIJING)

KNOWN = [
    (write.integer(0), "020100"),
    (write.integer(127), "02017f"),
    (write.integer(128), "02020080"),
    (write.integer(-128), "020180"),
    (write.integer(-129), "0202ff7f"),
    (write.boolean(True), "0101ff"),  # noqa: FBT003 - the value it encodes
    (write.null(), "0500"),
    (write.bits(b"\x01"), "03020001"),
    (write.oid("1.2.156.10197.1.501"), "06082a811ccf55018375"),
    (write.ia5("ES"), "16024553"),
    (write.utf8("章"), "0c03e7aba0"),
    (write.explicit(0, write.integer(1)), "a003020101"),
    (write.set_of(write.integer(2), write.integer(1)), "3106020101020102"),
    (write.generalized_time(MOMENT), "180f" + b"20261121122905Z".hex()),
    (write.utc_time(MOMENT), "170d" + b"261121122905Z".hex()),
]


@pytest.mark.parametrize(("encoded", "expected"), KNOWN, ids=[row[1] for row in KNOWN])
def test_known_encodings(encoded, expected):
    assert encoded.hex() == expected


@pytest.mark.parametrize(
    ("size", "header"), [(127, "047f"), (128, "048180"), (256, "04820100"), (65536, "0483010000")]
)
def test_lengths_take_their_shortest_form(size, header):
    assert write.octets(bytes(size)).hex().startswith(header + "00")


def test_certificates_change_their_time_type_in_2050():
    assert write.x509_time(MOMENT)[0] == 0x17
    assert write.x509_time(MOMENT.replace(year=2050))[0] == 0x18


@pytest.mark.parametrize("text", ["", "1", "3.1", "1.40", "a.b", "1.-1"])
def test_texts_that_are_no_identifier(text):
    with pytest.raises(ValueError, match=r"identifier|invalid literal"):
        write.oid(text)


def test_a_time_needs_its_zone():
    with pytest.raises(ValueError, match="time zone"):
        write.generalized_time(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake under test


@pytest.mark.parametrize("year", [1949, 2050])
def test_utc_time_has_its_years(year):
    with pytest.raises(ValueError, match="1950 to 2049"):
        write.utc_time(datetime(year, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("writer", [write.ia5, write.printable])
def test_ascii_types_refuse_other_text(writer):
    with pytest.raises(ValueError, match="ascii"):
        writer("章")
