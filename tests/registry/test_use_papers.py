"""纸质文书: what becomes of paper that a hand stamped: its scan, its record, further copies."""

from __future__ import annotations

import pytest

from govseal.errors import NotAuthorized, RegistryError, UnsupportedFormat
from govseal.pki.atrest import AtRestKey
from govseal.registry import Bureau, tables
from govseal.registry.rotation import check_secrets, rotate_key
from govseal.registry.tables import fences
from govseal.registry.vocabulary import SealSubtype
from govseal.sm2 import sm3
from ledgerkit import Thief
from paperkit import SCAN, approved, by_hand, paper_seal, record, said
from usekit import code, paper

# 扫描件、交付 · the scan, the handing over -------------------------------------------------


@pytest.mark.req("R-JC9-09", "R-JC29S-10b")
def test_a_scan_is_kept_and_known_by_the_ledger_and_is_no_original(any_desk):
    request = approved(any_desk)
    stamped = by_hand(any_desk, request, scan=SCAN)
    assert stamped.sm3 == sm3(SCAN).hex()
    assert said(any_desk, stamped.result)["fields"]["stamped_sm3"] == stamped.sm3
    (row,) = any_desk.rows(tables.stamps)
    assert SCAN not in row.stamped
    with any_desk.acting("handler") as b:
        collected = b.use.collect(request.id)
    assert (collected.data, collected.copies, any_desk.state(request)) == (SCAN, 5, "delivered")
    ledger = any_desk.bureau.ledger
    match = ledger.match(SCAN)
    assert (match.is_proven, match.scan_of, match.stamps) == (True, stamped.entry, ())
    assert ledger.audit(documents=[SCAN]).findings == ()
    register = any_desk.bureau.register
    assert register.of_document(stamped.sm3, stamped.sha256) is None
    assert stamped.sm3.encode() not in register.status_file()
    (public,) = register.lookup(any_desk.row(tables.documents, stamped.document).number)
    assert public.status == "current"


def test_the_registry_holds_together_with_papers_in_it(desk, tmp_path):
    by_hand(desk, approved(desk), scan=SCAN)
    bare = by_hand(desk, approved(desk))
    new = AtRestKey(bytes(range(16, 32)))
    with desk.acting("operator") as b:
        rotate_key(b, new)
    with desk.bureau.database.begin() as connection:
        assert check_secrets(connection, new) == []
    desk.bureau.backup(tmp_path / "whole.backup")
    url = f"sqlite:///{tmp_path / 'again.db'}"
    done = Bureau.restore(tmp_path / "whole.backup", url, secrets=new)
    assert (done.ledger_entries, done.stamps) == (4, 1)
    with desk.bureau.database.begin() as connection:
        fences.lower_fences(connection, "document_versions")
        versions = tables.document_versions
        connection.execute(versions.delete().where(versions.c.stamp == bare.id))
        fences.raise_fences(connection, "document_versions")
    desk.bureau.backup(tmp_path / "torn.backup")
    with pytest.raises(RegistryError, match=bare.id):
        Bureau.restore(tmp_path / "torn.backup", f"sqlite:///{tmp_path / 'x.db'}", secrets=new)


def test_a_scan_that_the_ledger_does_not_hold_proves_nothing(desk):
    stamped = by_hand(desk, approved(desk), scan=SCAN)
    desk.write(tables.stamps, stamped.id, stamped_sm3=sm3(b"other").hex())
    assert desk.bureau.ledger.audit().findings[0].code == "stamp_differs"
    (finding,) = desk.bureau.ledger.audit(documents=[b"other"]).findings[1:]
    assert finding.code == "document_unmatched"
    with desk.acting("handler") as b, pytest.raises(RegistryError, match="not as its row says"):
        b.use.collect(stamped.request)


def test_nothing_proves_the_scan_of_a_use_that_was_purged(desk):
    """A stamp in a file holds the leaf; a scan holds nothing, and rows can be rewritten."""
    by_hand(desk, approved(desk), scan=SCAN)
    Thief(desk.bureau)("update ledger_entries set entry = ''")
    with pytest.raises(UnsupportedFormat):
        desk.bureau.ledger.match(SCAN)


@pytest.mark.req("R-JC10-BM-1", "R-JC29S-18")
def test_a_scan_is_of_this_paper_and_not_classified(desk):
    first, request = approved(desk), approved(desk)
    by_hand(desk, first, scan=SCAN)
    assert code(by_hand, desk, request, scan=SCAN) == "E_DUPLICATE"
    with desk.acting("handler") as b:
        filed = b.use.document(request.id)
    assert code(by_hand, desk, request, scan=filed) == "E_DUPLICATE"
    marked = "机密★10年".encode()
    assert code(by_hand, desk, request, scan=marked) == "E_EXCLUDED_CLASSIFIED"
    assert code(by_hand, desk, request, remark="机密★10年，另存") == "E_EXCLUDED_CLASSIFIED"
    assert len(desk.rows(tables.stamps)) == 1
    assert desk.rows(tables.audit_events)[-1].subject == ""


def test_paper_is_handed_over_without_a_scan(desk):
    request = approved(desk)
    stamped = by_hand(desk, request)
    with desk.acting("issuing-head") as b, pytest.raises(NotAuthorized):
        b.use.collect(request.id)
    with desk.acting("handler") as b:
        collected = b.use.collect(request.id)
    assert (collected.id, collected.data, collected.sm3) == (stamped.id, None, None)
    assert [event.kind for event in collected.events] == ["use.delivered"]
    assert desk.state(request) == "delivered"


# 文书 · the document -----------------------------------------------------------------------


def test_the_record_of_a_paper_says_how_many_copies(desk):
    stamped = by_hand(desk, approved(desk, title="准予决定"), copies=4)
    found = record(desk, stamped.document)
    (version,) = found.versions
    assert (found.title, found.state, version.copies) == ("准予决定", "current", 4)
    assert (version.sm3, version.seals) == (None, (desk.rows(tables.stamps)[0].seal,))
    with desk.acting("office") as b:
        assert [item.id for item in b.documents.find()] == [found.id]
        assert b.documents.unstamped() == ()


@pytest.mark.req("R-JC10-QS-3.4")
def test_copies_that_were_left_are_asked_for_anew_and_no_others(desk, clock):
    seal, data = paper_seal(desk), paper()
    stated = {"seal": seal, "document": data, "document_no": "文〔2026〕1号"}
    first = by_hand(desk, approved(desk, **stated), copies=3)
    clock.forward(days=1)
    assert code(desk.ask, **{**stated, "copies": 3}) == "E_DUPLICATE"
    request = approved(desk, **{**stated, "copies": 2})
    second = by_hand(desk, request, copies=2, scan=SCAN)
    assert second.document == first.document
    found = record(desk, first.document)
    assert [(version.copies, version.seals) for version in found.versions] == [
        (3, (seal,)),
        (2, (seal,)),
    ]
    assert found.completed_on == "2026-03-02"
    assert code(desk.ask, **stated) == "E_DUPLICATE"
    assert code(desk.ask, **{**stated, "seal": desk.seal()}) == "E_DUPLICATE"


@pytest.mark.req("R-JC10-QS-3.4")
def test_a_paper_is_asked_for_once_while_it_waits(desk):
    stated = {"seal": paper_seal(desk), "document": paper()}
    desk.ask(**stated)
    assert code(desk.ask, **stated) == "E_DUPLICATE"


def test_a_paper_takes_a_second_seal(desk, clock):
    case = {"document": paper(), "document_type": "contract", "document_no": "合〔2026〕1号"}
    official, contract = (
        paper_seal(desk, subtype) for subtype in (SealSubtype.OFFICIAL, SealSubtype.CONTRACT)
    )
    first = by_hand(desk, approved(desk, "leader", seal=contract, **case))
    clock.forward(hours=1)
    second = by_hand(desk, approved(desk, "head", "principal", seal=official, **case))
    assert second.document == first.document
    versions = record(desk, first.document).versions
    assert [version.seals for version in versions] == [(contract,), (contract, official)]


def test_what_a_paper_bears_follows_the_ledger_and_not_the_times_that_are_stated(desk, clock):
    """The second seal is recorded later, as of an earlier time: both are there all the same."""
    case = {"document": paper(), "document_type": "contract", "document_no": "合〔2026〕2号"}
    official, contract = (
        paper_seal(desk, subtype) for subtype in (SealSubtype.OFFICIAL, SealSubtype.CONTRACT)
    )
    requests = [
        approved(desk, "leader", seal=contract, **case),
        approved(desk, "head", "principal", seal=official, **case),
    ]
    early, late = clock(), clock.forward(hours=1)
    first = by_hand(desk, requests[0], copies=3, at=late)
    by_hand(desk, requests[1], at=early)
    left = approved(desk, "leader", seal=contract, **{**case, "copies": 2})
    by_hand(desk, left, copies=2)
    both = (contract, official)
    assert [item.seals for item in record(desk, first.document).versions] == [both[:1], both, both]


def test_a_stamped_file_that_is_printed_takes_seals_by_hand(desk, clock):
    case = {"document_type": "contract", "document_no": "合〔2026〕3号"}
    contract = desk.seal(SealSubtype.CONTRACT)
    first = desk.stamp(desk.approved("leader", seal=contract, **case))
    official = paper_seal(desk, SealSubtype.OFFICIAL)
    case |= {"document": first.data, "seal": official}
    by_hand(desk, approved(desk, "head", "principal", **case), copies=3)
    clock.forward(days=1)
    further = approved(desk, "head", "principal", **{**case, "copies": 2})
    assert by_hand(desk, further, copies=2).document == first.document
    found = record(desk, first.document)
    assert [item.seals for item in found.versions][1:] == [(contract, official)] * 2
    assert found.completed_on == "2026-03-02"  # further copies conclude nothing


@pytest.mark.req("R-JC9-08b")
def test_a_paper_is_corrected_by_a_paper(desk):
    request = approved(desk)
    old = by_hand(desk, request)
    again = approved(desk, seal=request.seal, corrects=request.id)
    new = by_hand(desk, again)
    assert record(desk, old.document).state == "superseded"
    assert record(desk, old.document).replaced_by == (new.document,)


@pytest.mark.req("R-HLJ-06")
def test_what_takes_no_electronic_seal_takes_a_physical_one(desk_under):
    desk = desk_under(excluded_by_law="licence")
    case = {"document_type": "licence", "printable": False, "origin": "ministry_unconnected"}
    assert code(desk.ask, **case).startswith("E_EXCLUDED_")
    assert by_hand(desk, approved(desk, **case)).entry == 0


@pytest.mark.req("R-JC29S-18", "R-JC10-BM-1")
def test_a_classified_paper_has_no_place_here_either(desk):
    seal = paper_seal(desk)
    assert code(desk.ask, seal=seal, classification="secret") == "E_EXCLUDED_CLASSIFIED"
    assert code(desk.ask, seal=seal, document="秘密★".encode()) == "E_EXCLUDED_CLASSIFIED"
    assert not desk.rows(tables.use_requests)
