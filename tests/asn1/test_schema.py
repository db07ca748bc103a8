"""Structures as tables: one description reads and writes, and names what does not fit."""

from __future__ import annotations

import pytest

from govseal.asn1 import schema, strict, write
from govseal.asn1.schema import Field, Kind, Structure
from govseal.errors import EncodingError

ROW = Structure(
    "Row", (Field("oid", Kind.OID), Field("note", Kind.BOOLEAN, optional=True, default=False))
)
TABLE = Structure(
    "Table",
    (
        Field("version", Kind.INTEGER),
        Field("name", Kind.UTF8),
        Field("rows", Kind.ROW, ROW, tag=schema.ANY_TAG, optional=True),
        Field("stamp", Kind.BITS, tag=0, optional=True),
    ),
)
VALUES = {"version": 1, "name": "章", "rows": [{"oid": "1.2.3"}], "stamp": b"\x01"}


def decode(data):
    tolerances = strict.Tolerances()
    return schema.decode(TABLE, strict.parse(data), tolerances), tolerances


def test_a_table_reads_what_it_writes():
    record, tolerances = decode(schema.encode(TABLE, VALUES))
    assert (record.integer("version"), record.text("name")) == (1, "章")
    assert [(row.text("oid"), row.boolean("note")) for row in record.rows("rows")] == [
        ("1.2.3", False)
    ]
    assert record.octets("stamp") == b"\x01"
    assert record.raw_of("name") == write.utf8("章")
    assert not tolerances.items


def test_optional_fields_may_be_absent():
    record, _ = decode(schema.encode(TABLE, {"version": 1, "name": ""}))
    assert "rows" not in record
    assert "stamp" not in record


@pytest.mark.parametrize("number", [0, 1, 5])
def test_a_field_of_any_tag_is_read_in_each(number):
    rows = write.sequence(schema.encode(ROW, {"oid": "1.2.3"}))
    data = write.sequence(write.integer(1), write.utf8(""), write.explicit(number, rows))
    assert len(decode(data)[0].rows("rows")) == 1


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((), "Table.version is missing"),
        ((write.integer(1),), "Table.name is missing"),
        ((write.integer(1), write.octets(b"")), "Table.name: expected tag"),
        ((write.integer(1), write.utf8(""), write.null()), "an element too many"),
    ],
)
def test_what_does_not_fit_is_named(parts, message):
    with pytest.raises(EncodingError, match=message):
        decode(write.sequence(*parts))


def test_text_in_another_encoding_is_read_and_noted():
    data = write.sequence(write.integer(1), write.element(strict.UTF8_STRING, "章".encode("gbk")))
    record, tolerances = decode(data)
    assert "�" in record.text("name")
    assert [item.code for item in tolerances.items] == ["quirk_q11"]


def test_a_value_that_is_missing_is_the_callers_mistake():
    with pytest.raises(ValueError, match=r"Table\.name has no value"):
        schema.encode(TABLE, {"version": 1})


@pytest.mark.parametrize("values", [{"version": "1"}, {"name": 1}, {"rows": 5}, {"stamp": "x"}])
def test_a_value_of_another_type_is_the_callers_mistake(values):
    with pytest.raises(TypeError, match="is not what the field holds"):
        schema.encode(TABLE, VALUES | values)
