"""The bureau that most tests work in, written straight into the tables: people who are roles."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime

import govseal
import quickkeys
from govseal.pki.signer import SoftSigner
from govseal.pki.trust import TrustStore
from govseal.registry import Bureau, tables
from govseal.registry.seals.vault import SignerReference, keep
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import CustodyKind, Medium, Role, SealState, SealSubtype
from govseal.seal.model import Seal
from govseal.testing import Hierarchy

SINCE = datetime(2022, 10, 1, tzinfo=UTC)
BUREAU = "org-bureau"
CITY, COUNTY = "org-city", "org-county"
BUREAU_NAME = "晋城市行政审批服务管理局"
OFFICE, ISSUING, PLANNING = "dep-office", "dep-issuing", "dep-planning"

# person: (department, roles)
PEOPLE: dict[str, tuple[str | None, tuple[Role, ...]]] = {
    "administrator": (OFFICE, (Role.ADMINISTRATOR,)),
    "handler": (PLANNING, (Role.SECTION_HANDLER, Role.SEAL_USING_UNIT_APPLICANT)),
    "head": (PLANNING, (Role.SECTION_HEAD,)),
    "issuing-head": (ISSUING, (Role.SECTION_HEAD, Role.LICENCE_ISSUING_SECTION)),
    "custodian": (ISSUING, (Role.CUSTODIAN, Role.LICENCE_ISSUING_SECTION)),
    "second-custodian": (ISSUING, (Role.CUSTODIAN,)),
    "office": (OFFICE, (Role.SEAL_OFFICE,)),
    "office-head": (OFFICE, (Role.OFFICE_HEAD, Role.SECTION_HEAD)),
    "leader": (None, (Role.SUPERVISING_LEADER,)),
    "principal": (None, (Role.PRINCIPAL_LEADER,)),
    "secretary": (None, (Role.PARTY_SECRETARY,)),
    "reviewer": (OFFICE, (Role.SEAL_MANAGEMENT_DEPT_REVIEWER,)),
    "maker": (OFFICE, (Role.SEAL_MAKER,)),
    "auditor": (OFFICE, (Role.SUPERVISION_AUDITOR,)),
    "operator": (OFFICE, (Role.PLATFORM_OPERATOR,)),
}


def person(name: str) -> str:
    """The id of a person of :data:`PEOPLE`."""
    return f"per-{name}"


def populate(bureau: Bureau) -> None:
    """The bureau of Jincheng with its departments and one person a role."""
    with bureau.database.begin() as connection:
        connection.execute(
            tables.organizations.insert().values(
                id=BUREAU,
                legal_name=BUREAU_NAME,
                uscc=None,
                region_code="140500",
                level="city",
                kinds=["management", "using", "issuing", "city_unit"],
                parent=None,
                profile=None,
                state="active",
                active_from=SINCE,
            )
        )
        connection.execute(
            tables.departments.insert(),
            [
                {"id": id_, "organization": BUREAU, "name": name, "active_from": SINCE}
                for id_, name in (
                    (OFFICE, "办公室"),
                    (ISSUING, "证照发放科"),
                    (PLANNING, "规划建设科"),
                )
            ],
        )
        for name, (department, roles) in PEOPLE.items():
            connection.execute(
                tables.people.insert().values(
                    id=person(name),
                    name=name,
                    organization=BUREAU,
                    department=department,
                    active_from=SINCE,
                    password_changed_at=datetime(2026, 2, 20, tzinfo=UTC),
                )
            )
            for role in roles:
                connection.execute(
                    tables.role_assignments.insert().values(
                        id=new_id("role"),
                        person=person(name),
                        role=role,
                        organization=BUREAU,
                        department=department,
                        since=SINCE,
                    )
                )


SECRETS = bytes(range(16))
MADE_AT = datetime(2026, 3, 1, tzinfo=UTC)
SEAL_NAME = BUREAU_NAME + "行政审批专用章"


@dataclass(frozen=True)
class World:
    """Keys that are thrown away: the CA, a seal with its key, and a key of each approver."""

    hierarchy: Hierarchy
    seal: Seal
    key: SoftSigner
    key_file: bytes

    @property
    def trust(self) -> TrustStore:
        return self.hierarchy.trust


@functools.cache
def world(algorithm: str = "sm2") -> World:
    """Made once in each process: nothing in a registry changes it."""
    hierarchy = Hierarchy.create(algorithm, at=MADE_AT)
    key = hierarchy.signer
    seal = govseal.make_seal(
        hierarchy.maker,
        name=SEAL_NAME,
        picture=govseal.draw_seal(BUREAU_NAME, bottom="行政审批专用章", diameter_mm=42),
        signers=[key.certificate],
        at=MADE_AT,
        not_before=key.certificate.not_before,
        not_after=key.certificate.not_after,
    )
    return World(hierarchy, seal, key, quickkeys.pkcs12(key, "test"))


@functools.cache
def own_key(name: str, algorithm: str = "sm2") -> SoftSigner:
    """The key of a person of :data:`PEOPLE`, of the test CA."""
    return world().hierarchy.signer_ca.issue(name, algorithm=algorithm)


def register_key(bureau: Bureau, name: str, signer: SoftSigner | None = None) -> SoftSigner:
    """Let a person sign approvals with a key; the key."""
    key = signer or own_key(name)
    with bureau.database.begin() as connection:
        connection.execute(
            tables.person_certificates.insert().values(
                id=new_id("cert"),
                person=person(name),
                sha256=key.certificate.fingerprint,
                der=key.certificate.der,
                since=SINCE,
            )
        )
    return key


def usable_seal(
    bureau: Bureau,
    subtype: SealSubtype = SealSubtype.ADMIN_APPROVAL,
    *,
    custodian: str = "custodian",
    **columns: object,
) -> str:
    """A seal in use with a real structure and key, written straight into the tables; its id."""
    id_ = new_id("seal")
    values = {
        "id": id_,
        "name": SEAL_NAME,
        "type": bureau.profile.seal_types[subtype],
        "subtype": subtype,
        "medium": Medium.ELECTRONIC,
        "owner_org": BUREAU,
        "using_org": BUREAU,
        "custody_department": ISSUING,
        "state": SealState.ACTIVE,
        "state_effective_at": MADE_AT,
        "activated_from": MADE_AT,
        **columns,
    }
    with bureau.database.begin() as connection:
        connection.execute(tables.seals.insert().values(**values))
        connection.execute(
            tables.seal_states.insert().values(
                seal=id_,
                event="activate",
                state=SealState.ACTIVE,
                effective_at=MADE_AT,
                recorded_at=MADE_AT,
            )
        )
        connection.execute(
            tables.custody.insert().values(
                id=new_id("cus"),
                seal=id_,
                kind=CustodyKind.REGULAR,
                department=ISSUING,
                custodian=person(custodian),
                since=MADE_AT,
            )
        )
    reference = SignerReference.from_key_file(world().key_file, "test")
    with bureau.acting(person("maker")) as b, b.call("test.keep", id_) as call:
        keep(call, id_, world().seal, reference)
    return id_
