"""Document and ledger prove each other: real stamps from the desk, real rows, and what is bent."""

from __future__ import annotations

import pytest

import ofd_builder
from govseal.errors import UnsupportedFormat
from govseal.registry.ledger.proofs import InclusionProof
from ledgerkit import Thief
from usekit import paper


@pytest.fixture
def stamped(desk):
    return desk.stamped()[1]


def problems(match) -> list[tuple[str, ...]]:
    return [stamp.problems for stamp in match.stamps]


@pytest.mark.req("R-GZ-3.1.1a")
@pytest.mark.req("R-JC9-09")
def test_a_stamped_document_and_its_entry_prove_each_other(desk, stamped):
    ledger = desk.bureau.ledger
    match = ledger.match(stamped.data)
    assert match.is_proven
    (stamp,) = match.stamps
    assert (stamp.entry, stamp.result) == (stamped.entry, stamped.result)
    # Offline: the leaf that the stamp names stands in the tree that the ledger's key signed.
    proof = InclusionProof.parse(ledger.prove(stamped.entry, shows_entry=True).text)
    proof.verify(ledger.key, leaf=stamp.reference.leaf)
    ledger.audit().check()


def test_a_stamp_after_a_stamp_leaves_the_first_one_proven(desk, stamped):
    _, second = desk.stamped(document=stamped.data)
    match = desk.bureau.ledger.match(second.data)
    assert [stamp.entry for stamp in match.stamps] == [stamped.entry, second.entry]
    assert match.is_proven


def test_an_unstamped_document_is_not_proven(desk, stamped):
    match = desk.bureau.ledger.match(paper())
    assert (match.stamps, match.is_proven) == ((), False)
    with pytest.raises(UnsupportedFormat):
        desk.bureau.ledger.match(b"none")


def test_a_changed_document_is_not_proven(desk, stamped):
    match = desk.bureau.ledger.match
    more = ofd_builder.added(stamped.data, **{"Doc_0/Res/more.bin": b"x"})
    assert problems(match(more)) == [("file_differs",)]
    page = "Doc_0/Pages/Page_0/Content.xml"
    changed = ofd_builder.replaced(stamped.data, page, ofd_builder.page("另一内容"))
    assert problems(match(changed)) == [("not_intact", "file_differs")]


def test_documents_are_audited_beside_the_ledger(desk, stamped, tmp_path):
    audit = desk.bureau.ledger.audit
    good, bad, none = tmp_path / "good.ofd", tmp_path / "bad.ofd", tmp_path / "none.ofd"
    good.write_bytes(stamped.data)
    bad.write_bytes(ofd_builder.added(stamped.data, **{"Doc_0/Res/more.bin": b"x"}))
    none.write_bytes(b"none")
    audit(documents=[good]).check()
    found = audit(documents=iter([good, bad, none, tmp_path / "gone.ofd", paper()])).findings
    assert [(item.code, item.first, item.detail.partition(": ")[0]) for item in found] == [
        ("document_unmatched", stamped.entry, "bad.ofd"),
        *[("document_unmatched", stamped.result, name) for name in ("none.ofd", "gone.ofd", "5")],
    ]


def test_another_ledger_knows_nothing_of_it(desk, stamped, open_bureau, tmp_path):
    other = open_bureau(f"sqlite:///{tmp_path / 'other.db'}")
    assert problems(other.ledger.match(stamped.data)) == [("other_ledger",)]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("update ledger_entries set entry = '{}' where kind = 'intent'", "leaf_differs"),
        ("update ledger_entries set leaf = 'x' where kind = 'intent'", "leaf_differs"),
        ("update ledger_entries set kind = 'note' where kind = 'intent'", "no_entry"),
        ("delete from ledger_entries where kind = 'intent'", "no_entry"),
        ("delete from ledger_entries where kind = 'result'", "no_stamp"),
    ],
)
def test_a_row_that_was_tampered_with_proves_no_document(desk, stamped, statement, found):
    Thief(desk.bureau)(statement)
    assert problems(desk.bureau.ledger.match(stamped.data)) == [(found,)]


def test_a_rewritten_row_does_not_fit_the_stamp_on_paper(desk, stamped):
    """A thief who hashes everything again and has no key: the stamp holds the leaf that was."""
    Thief(desk.bureau).rewrite(stamped.entry, copies=99)
    assert desk.bureau.ledger.audit().is_whole
    assert problems(desk.bureau.ledger.match(stamped.data)) == [("leaf_differs",)]


def test_a_rewritten_result_does_not_fit_the_file(desk, stamped):
    Thief(desk.bureau).rewrite(stamped.result, stamped_sm3="0" * 64)
    assert problems(desk.bureau.ledger.match(stamped.data)) == [("file_differs",)]
    found = desk.bureau.ledger.audit().findings
    assert [item.code for item in found] == ["stamp_differs"]


def test_a_purged_entry_still_proves_its_document(desk, stamped):
    """The leaf stays, and the stamp's row still holds the digest."""
    Thief(desk.bureau)("update ledger_entries set entry = ''")
    assert desk.bureau.ledger.match(stamped.data).is_proven
