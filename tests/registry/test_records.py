"""What the desk leaves behind of a document: number, seals, dates, links."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

import documentkit
from govseal.errors import Refused
from govseal.registry import tables
from govseal.registry.policy import Condition, SealRule, Switch
from govseal.registry.vocabulary import SealSubtype

HLJ_4 = SealRule(
    when=Condition(document_types=frozenset({"licensing_grant_decision"})),
    required=frozenset({SealSubtype.ADMIN_APPROVAL}),
    optional=frozenset({SealSubtype.OFFICIAL}),
    clause="黑政办发〔2014〕, 第四条",
)


@pytest.fixture
def sealed(any_bureau):
    any_bureau.profile = replace(any_bureau.profile, seal_rules=(HLJ_4,))
    documentkit.add_seals(any_bureau)
    return any_bureau


def row(bureau, document):
    with bureau.database.begin() as connection:
        table = tables.documents
        return connection.execute(sa.select(table).where(table.c.id == document)).one()


def test_a_record_has_number_type_and_basis(sealed):
    found = row(sealed, documentkit.stamp(sealed))
    assert found.number == "licensing_grant_decision〔2026〕1号"
    assert (found.profile, found.missing_seals) == ("jincheng", [])
    assert found.legal_basis == sealed.profile.legal_basis != ""


@pytest.mark.req("R-HLJ-04b")
def test_a_further_seal_is_a_version_of_the_same_document(sealed):
    first = documentkit.stamp(sealed, b"stamped once")
    second = documentkit.stamp(
        sealed, b"stamped twice", b"stamped once", seal=documentkit.seal_id("official")
    )
    assert first == second
    with sealed.database.begin() as connection:
        table = tables.document_versions
        borne = connection.execute(sa.select(table.c.seals).order_by(table.c.signed_at)).scalars()
        assert sorted(borne, key=len) == [
            ["seal-admin_approval"],
            ["seal-admin_approval", "seal-official"],
        ]


@pytest.mark.req("R-HLJ-04b")
@pytest.mark.req("R-JC9-03")
@pytest.mark.parametrize("subtype", ["official", "industry"])
def test_another_seal_alone_is_refused(sealed, subtype):
    with pytest.raises(Refused) as refused:
        documentkit.stamp(sealed, seal=documentkit.seal_id(subtype))
    assert (refused.value.code, refused.value.clause) == ("E_SEAL_TYPE", HLJ_4.clause)


@pytest.mark.req("R-HLJ-04b")
def test_two_required_seals_are_missed_until_both_are_there(sealed):
    both = replace(HLJ_4, required=frozenset({"admin_approval", "official"}), optional=frozenset())
    sealed.profile = replace(sealed.profile, seal_rules=(both,))
    document = documentkit.stamp(sealed, b"stamped once")
    assert row(sealed, document).missing_seals == ["official"]
    documentkit.stamp(
        sealed, b"stamped twice", b"stamped once", seal=documentkit.seal_id("official")
    )
    assert row(sealed, document).missing_seals == []


def test_the_seal_decides_the_day_in_shanghai(sealed, clock):
    clock.now = datetime(2026, 3, 3, 16, 30, tzinfo=UTC)  # 00:30 on the 4th
    document = documentkit.stamp(sealed, facts={"decision_date": "2026-03-03"})
    assert row(sealed, document).completed_on == "2026-03-04"


def test_the_year_of_a_number_is_that_of_shanghai(sealed, clock):
    clock.now = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    assert row(sealed, documentkit.stamp(sealed)).number.endswith("〔2027〕1号")


def test_the_decision_decides_where_the_profile_says_so(sealed):
    switches = {**sealed.profile.switches, "completion_rule": Switch("decision_date", "(d)")}
    sealed.profile = replace(sealed.profile, switches=switches)
    document = documentkit.stamp(sealed, facts={"decision_date": "2026-02-27"})
    assert row(sealed, document).completed_on == "2026-02-27"


def test_a_number_of_another_document_is_refused(sealed):
    number = row(sealed, documentkit.stamp(sealed)).number
    with pytest.raises(Refused) as refused:
        documentkit.stamp(sealed, b"other", b"other draft", document_no=number)
    assert refused.value.code == "E_DUPLICATE"


def test_a_number_from_elsewhere_is_kept_as_such(sealed):
    found = row(sealed, documentkit.stamp(sealed, document_no="泽政发〔2026〕3号"))
    assert (found.number, found.issued_here) == ("泽政发〔2026〕3号", False)


@pytest.mark.req("R-JC9-08b")
def test_a_correction_stands_in_the_place_of_what_it_corrects(sealed):
    old = documentkit.stamp(sealed, b"wrong")
    with sealed.database.begin() as connection:
        request = connection.execute(sa.select(tables.use_requests.c.id)).scalar_one()
    number = row(sealed, old).number
    new = documentkit.stamp(sealed, b"right", b"draft 2", document_no=number, corrects=request)
    assert row(sealed, new).number == number
    with sealed.database.begin() as connection:
        link = connection.execute(sa.select(tables.document_links)).one()
        states = tables.document_states
        history = connection.execute(
            sa.select(states.c.document, states.c.state).order_by(states.c.sequence)
        ).all()
    assert (link.old, link.new, link.kind) == (old, new, "corrects")
    assert sorted(map(tuple, history)) == sorted(
        [(old, "current"), (new, "current"), (old, "superseded")]
    )
