"""Seals of other kinds: carved ones, those of a city that a county uses, those of the province."""

from __future__ import annotations

import pytest

import bureaukit
import sealdesk
from binding_desk import credit_code
from bureaukit import person
from govseal.errors import NotAuthorized, StateError
from govseal.registry import tables
from govseal.registry.seals.forms import Papers
from govseal.registry.vocabulary import Medium, Role, SealState, SealSubtype
from sealdesk import IMPRINT, WRITTEN, refuses, seals

# Physical seals.


@pytest.mark.req("R-JC10-YZ-1.1a", "R-JC10-YZ-2.1", "R-JC10-YZ-2.2")
def test_a_seal_is_carved(any_bureau):
    seal = sealdesk.carved(any_bureau)
    with seals(any_bureau, "office") as room:
        room.file_with_police(seal, "公备〔2026〕17号")
        room.issue(seal, custodian=person("custodian"), specimen=IMPRINT)
    sealdesk.activate(any_bureau, seal)
    with seals(any_bureau, "office") as room:
        made = room.get(seal)
    assert (made.state, made.medium) == (SealState.ACTIVE, Medium.PHYSICAL_LARGE)
    assert made.psb_filing_no == "公备〔2026〕17号"
    assert made.specimen_sha256 == IMPRINT.sha256
    assert made.es_id is None


@pytest.mark.req("R-JC10-YZ-1.1a")
def test_the_supervising_leader_comes_first(bureau):
    seal = sealdesk.submitted_physical(bureau)
    with seals(bureau, "handler") as room:
        petition = room.ask_carving(seal, shape="round", width_mm=42, height_mm=42)
    with refuses("E_REVIEW_ORDER") as refused, seals(bureau, "principal") as room:
        room.approve(petition.id)
    assert refused.value.clause == "晋市审管发〔2022〕10号 印章管理, 一（一）"
    with refuses("E_APPROVER_LEVEL"), seals(bureau, "office-head") as room:
        room.approve(petition.id)
    with seals(bureau, "leader") as room:
        room.approve(petition.id)
        with refuses("E_APPROVER_LEVEL"):
            room.approve(petition.id)
    with seals(bureau, "principal") as room:
        room.disapprove(petition.id, "已有印章")
    assert sealdesk.row_of(bureau, seal).state == SealState.REJECTED


@pytest.mark.req("R-JC10-YZ-1.2")
def test_nothing_is_carved_without_approval(bureau):
    from govseal.registry import audit  # noqa: PLC0415

    seal = sealdesk.submitted_physical(bureau)
    with refuses("E_NOT_FOUND"), seals(bureau, "office") as room:
        room.disapprove("pet-none", "理由")
    with seals(bureau, "handler") as room:
        room.ask_carving(seal, shape="round", width_mm=42, height_mm=42)
    with refuses("E_STATE", kind=StateError), seals(bureau, "office") as room:
        room.note_carving(seal, "刻制单位")
    with bureau.database.begin() as connection:
        last = list(audit.read(connection, subject=seal))[-1]
    assert (last.action, last.result, last.code) == ("seals.note_carving", "refused", "E_STATE")


def test_no_carving_without_a_letter(bureau):
    seal = sealdesk.submitted_physical(bureau)
    sealdesk.consent(bureau, seal)
    with seals(bureau, "office") as room:
        with refuses("E_LETTER"):
            room.note_carving(seal, "刻制单位")
        room.write_letter(seal, "介〔2026〕1号")
        with refuses("E_LETTER"):
            room.write_letter(seal, "介〔2026〕2号")
        with refuses("E_CARVER"):
            room.note_carving(seal, " ")
    with refuses("E_NOT_AUTHORIZED", kind=NotAuthorized), seals(bureau, "handler") as room:
        room.note_carving(seal, "刻制单位")


@pytest.mark.req("R-JC10-YZ-2.1")
def test_a_carved_seal_needs_filing_and_specimen(bureau):
    seal = sealdesk.carved(bureau)
    with seals(bureau, "office") as room:
        with refuses("E_SPECIMEN"):
            room.issue(seal, custodian=person("custodian"))
        with refuses("E_PSB_FILING") as refused:
            room.issue(seal, custodian=person("custodian"), specimen=IMPRINT)
        assert refused.value.clause == "晋市审管发〔2022〕10号 印章管理, 一（一）"
        room.file_with_police(seal, "公备1号")
        with refuses("E_PSB_FILING"):
            room.file_with_police(seal, "公备2号")
        room.issue(seal, custodian=person("custodian"), specimen=IMPRINT)
    with bureau.database.begin() as connection:
        connection.execute(tables.seals.update().values(psb_filing_no=None))
    with refuses("E_PSB_FILING"):
        sealdesk.activate(bureau, seal)


@pytest.mark.req("R-JC9-05")
def test_there_is_one_large_seal(bureau):
    sealdesk.carved(bureau)
    sealdesk.carved(bureau, medium=Medium.STEEL)  # one of each
    with refuses("E_SEAL_QUOTA"):
        sealdesk.carved(bureau)


def test_each_kind_goes_its_own_way(bureau):
    electronic = sealdesk.submitted(bureau)
    physical = sealdesk.submitted_physical(bureau)
    with refuses("E_MEDIUM"), seals(bureau, "handler") as room:
        room.ask_carving(electronic, shape="round", width_mm=42, height_mm=42)
    with refuses("E_REVIEW_ORDER"), seals(bureau, "reviewer") as room:
        room.accept(physical)
    with seals(bureau, "handler") as room:
        with refuses("E_FORM"):
            room.ask_carving(physical, shape="round", width_mm=42, height_mm=40)
        with refuses("E_FORM"):
            room.ask_carving(physical, shape="oval", width_mm=0, height_mm=30)
    sealdesk.consent(bureau, physical)
    with refuses("E_MEDIUM"):
        sealdesk.make(bureau, physical)


def test_an_electronic_seal_has_its_physical_twin(bureau):
    twin = sealdesk.carved(bureau)
    seal = sealdesk.drafted(bureau, physical_twin=twin)
    assert sealdesk.row_of(bureau, seal).physical_twin == twin
    other = sealdesk.drafted(bureau, "14050000000002")
    with refuses("E_PHYSICAL_TWIN"):
        sealdesk.drafted(bureau, physical_twin=other)


@pytest.mark.req("R-HLJ-02b")
@pytest.mark.parametrize("first", [sealdesk.drafted, sealdesk.submitted_physical])
def test_an_electronic_seal_alone(open_bureau, sqlite_url, tmp_path, first):
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "jincheng"\nname = "own"\n[switches]\n'
        'medium_policy = { value = "electronic_only", clause = "C-1" }\n'
    )
    bureau = open_bureau(sqlite_url, str(own))
    bureaukit.populate(bureau)
    first(bureau)
    second = sealdesk.submitted_physical if first is sealdesk.drafted else sealdesk.drafted
    with refuses("E_PHYSICAL_TWIN") as refused:
        second(bureau)
    assert refused.value.clause == "C-1"


# A county uses the city's seal.

OWNER, USER, CLERKS = "org-ganzhou", "org-xinfeng", "dep-xinfeng"
UNIT = "赣州市某局"
CODE = credit_code("360700")


@pytest.fixture
def ganzhou(open_bureau, sqlite_url):
    """A unit of the city, and one of 信丰县."""
    bureau = open_bureau(sqlite_url, "ganzhou")
    sealdesk.add_unit(bureau, OWNER, UNIT, "city", "360700", ["city_unit", "management"])
    sealdesk.add_unit(bureau, USER, "信丰县行政审批局", "county", "360722", ["county_unit"])
    with bureau.database.begin() as connection:
        connection.execute(
            tables.departments.insert().values(
                id=CLERKS, organization=USER, name="窗口", active_from=bureaukit.SINCE
            )
        )
    sealdesk.add_person(
        bureau, "city", OWNER, Role.SEAL_USING_UNIT_APPLICANT, Role.PRINCIPAL_LEADER
    )
    sealdesk.add_person(bureau, "county", USER, Role.SEAL_USING_UNIT_APPLICANT, department=CLERKS)
    return bureau


def no2(bureau, number, *, applicant="city", **changes):
    form = sealdesk.form(
        **{
            "unit_name": UNIT,
            "uscc": CODE,
            "name": f"{UNIT}行政审批专用章（{number}）",
            "subtype": SealSubtype.NO2,
            "owner_org": OWNER,
            "using_org": USER,
            "custody_department": CLERKS,
            **changes,
        }
    )
    shop = sealdesk.workshop()
    signer = shop.ca.issue("36070000000001", organization=CODE + UNIT)
    papers = Papers((WRITTEN,), signer.certificate, IMPRINT)
    with seals(bureau, applicant) as room:
        seal = room.draft(form, papers)
        room.declare(seal.id)
        return room.submit(seal.id)


@pytest.mark.req("R-GZ-A")
def test_the_number_is_the_countys(ganzhou):
    for number in (3, 19):
        with refuses("E_SEAL_NUMBER"):
            no2(ganzhou, number)
    seal = no2(ganzhou, 4)
    assert (seal.state, seal.sequence_no) == (SealState.SUBMITTED, 4)
    with refuses("E_SEAL_NUMBER"):
        no2(ganzhou, 4)  # the city's unit has it


@pytest.mark.req("R-GZ-A")
@pytest.mark.parametrize("name", [f"{UNIT}行政审批专用章(4)", f"{UNIT}行政审批专用章"])
def test_the_brackets_are_full_width(ganzhou, name):
    with refuses("E_SEAL_NAME"):
        no2(ganzhou, 4, name=name)


@pytest.mark.req("R-GZ-2.1a")
def test_a_county_does_not_apply_for_the_citys_seal(ganzhou):
    with refuses("E_NOT_OWNER"):
        no2(ganzhou, 4, applicant="county")
    with refuses("E_NOT_OWNER"):
        no2(
            ganzhou,
            4,
            applicant="county",
            owner_org=USER,
            unit_name="信丰县行政审批局",
        )


# The province's seals, under the repealed rule.


@pytest.mark.req("R-HLJ-02c")
def test_the_provinces_seals_have_their_name(open_bureau, sqlite_url):
    bureau = open_bureau(sqlite_url, "heilongjiang-2014")
    unit = "黑龙江省某厅"
    sealdesk.add_unit(bureau, "org-ting", unit, "province", "230000", ["using"])
    with bureau.database.begin() as connection:
        connection.execute(
            tables.departments.insert().values(
                id="dep-ting", organization="org-ting", name="办公室", active_from=bureaukit.SINCE
            )
        )
    sealdesk.add_person(bureau, "clerk", "org-ting", Role.SEAL_USING_UNIT_APPLICANT)
    code = credit_code("230000")
    signer = sealdesk.workshop().ca.issue("23000000000001", organization=code + unit)

    def apply(name):
        form = sealdesk.form(
            unit_name=unit,
            uscc=code,
            name=unit + name,
            subtype=SealSubtype.ADMIN_LICENSING,
            owner_org="org-ting",
            using_org="org-ting",
            custody_department="dep-ting",
        )
        with seals(bureau, "clerk") as room:
            seal = room.draft(form, Papers((WRITTEN,), signer.certificate))
            room.declare(seal.id)
            return room.submit(seal.id)

    with refuses("E_SEAL_NAME"):
        apply("行政审批专用章")
    seal = apply("行政许可专用章")
    assert seal.state is SealState.SUBMITTED
    with bureau.database.begin() as connection:
        connection.execute(tables.seals.update().values(state="approved"))
    sealdesk.add_person(bureau, "maker", "org-ting", Role.SEAL_MAKER)
    with refuses("E_PROFILE_NOT_IN_FORCE"):
        sealdesk.make(bureau, seal.id, "23000000000001", signer=signer)
