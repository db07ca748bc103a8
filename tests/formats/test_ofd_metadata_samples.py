"""Real documents: what they say about themselves is read, nothing of it lost on the way."""

from __future__ import annotations

import json

import pytest

import govseal
import realfiles

pytestmark = pytest.mark.samples

FOLDER = realfiles.folder()
ROWS = json.loads((FOLDER / "index.json").read_text("utf-8")) if FOLDER else []
OFD = [row["path"] for row in ROWS if row["path"].endswith(".ofd")]
RECEIPT = "ofd/ofd-go/02bca13d_bank_receipt_1.ofd"
INVOICE = "ofd/ofdrw/999.ofd"
LONG_INVOICE = "ofd/ofdrw/draw_param_ref.ofd"
DECISION = "ofd/ofdrw/path_unstd.ofd"


def documents(samples, path):
    return govseal.inspect(samples / path).documents


@pytest.mark.parametrize("path", OFD)
def test_every_document_is_described(samples, path):
    for document in documents(samples, path):
        assert document.problems == ()
        assert all(file.problem is None for file in document.tags)
        assert all(item.problem is None for item in document.attachments)
        assert document.licence is None


@pytest.mark.parametrize(
    ("path", "count", "field", "value"),
    [
        (RECEIPT, 32, "大写币种金额", "肆拾万元整"),
        (INVOICE, 517, "Seller/SellerTaxID", "91500102563638729E"),
        (LONG_INVOICE, 1124, "eInvoice/InvoiceNo", "71500013"),
        (DECISION, 13, "标引节点名称_2", "立案决定书"),
    ],
)
def test_tags_lead_to_the_text_on_the_page(samples, path, count, field, value):
    (document,) = documents(samples, path)
    (file,) = document.tags
    found = {item.name: item.value for item in file.fields}
    assert (len(file.fields), found[field]) == (count, value)
    assert not any(item.missing for item in file.fields)


def test_a_prefix_that_no_xml_has_is_read_and_named(samples):
    (document,) = documents(samples, RECEIPT)
    assert [(item.code, item.part) for item in document.tolerances] == [
        ("quirk_q17", "/Doc_0/Tags/CustomTag.xml")
    ]


@pytest.mark.parametrize(
    ("path", "size", "covers"),
    [
        (RECEIPT, 4132, [True]),
        (INVOICE, 41256, [True]),
        (LONG_INVOICE, 57755, [True]),
        ("ofd/ofdrw/AddAttachment.ofd", 36494, []),
    ],
)
def test_attachments_and_who_covers_them(samples, path, size, covers):
    (document,) = documents(samples, path)
    (found,) = document.attachments
    assert len(found.read()) == found.size == size
    assert [item.is_covered for item in found.covers] == covers


def test_custom_data_keep_their_names(samples):
    (document,) = documents(samples, INVOICE)
    found = {item.name: item.value for item in document.info.custom_data}
    assert (document.info.author, found["价税合计"]) == ("Huhuang Software", "10600.00")
