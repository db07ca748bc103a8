"""Real documents: all open, and agree with what an independent checker counted."""

from __future__ import annotations

import json

import pytest

import realfiles
from govseal.formats.base import Presence
from govseal.formats.detect import open_detached, open_document

pytestmark = pytest.mark.samples

FOLDER = realfiles.folder()
ROWS = json.loads((FOLDER / "index.json").read_text("utf-8")) if FOLDER else []
OFD = [row["path"] for row in ROWS if row["path"].endswith(".ofd")]
SIGNED = {row["path"]: row["sigs"] for row in ROWS if row.get("sigs")}
#: Names a list of signatures that is not in the package: a template before its first stamp.
WITHOUT_LIST = {"ofd/ofdrw/fptpl.ofd"}


def evidence(samples, path):
    return open_document((samples / path).read_bytes(), name=path).evidence()


def test_the_samples_are_there(samples):
    assert OFD


@pytest.mark.parametrize("path", OFD)
def test_every_document_opens(samples, path):
    found = evidence(samples, path)
    assert found.format == "ofd"
    assert found.pages > 0
    if path in WITHOUT_LIST:
        assert found.problem.part == "/Doc_0/Signs/Signatures.xml"
    else:
        assert found.problem is None
    assert len(found.signatures) == len(SIGNED.get(path, []))


@pytest.mark.parametrize("path", SIGNED)
def test_references_and_coverage_agree(samples, path):
    found = evidence(samples, path)
    names = {part.name for part in found.parts}
    for row, signature in zip(SIGNED[path], found.signatures, strict=True):
        bad = [
            part
            for part in signature.parts
            if part.presence is not Presence.PRESENT or part.actual != part.expected
        ]
        uncovered = sorted(name[1:] for name in names - signature.coverage.protected)
        assert signature.id == row["id"]
        assert (len(signature.parts), len(bad)) == (row["refs"], row["refs_bad"])
        assert uncovered == row["uncovered"]
        assert signature.written_time == row["date_attr"]
        assert signature.provider.startswith(row["provider"])


@pytest.mark.parametrize("path", SIGNED)
def test_only_what_a_reader_shows_is_rendered(samples, path):
    for signature in evidence(samples, path).signatures:
        for part in signature.coverage.unprotected:
            assert part.is_rendered
            assert "/Signs/" not in part.name


def test_the_gbk_names_of_one_product_are_read(samples):
    found = evidence(samples, "ofd/ofdrw/fc6d684f_chineseDir_windows.ofd")
    assert any("中文目录" in part.name for part in found.parts)
    assert {item.code for item in found.tolerances} == {"quirk_q17"}


def test_stamps_whose_documents_are_personal(samples):
    rows = json.loads((samples / "detached" / "index.json").read_text("utf-8"))
    for row in rows:
        folder = samples / row["path"]
        stamp = (folder / "SignedValue.dat").read_bytes()
        (signature,) = (
            open_detached(stamp, (folder / "Signature.xml").read_bytes()).evidence().signatures
        )
        assert signature.problem is None
        assert (signature.stamp is None) is (row["signature"]["seal"] is None)
