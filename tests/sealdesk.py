"""Seals of the bureau of :mod:`bureaukit` at every stage of their life, with real keys."""

from __future__ import annotations

import functools
import io
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

import bureaukit
import quickkeys
from binding_desk import credit_code
from bureaukit import person
from govseal.errors import Refused
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.trust import TrustStore
from govseal.registry import Bureau, tables
from govseal.registry.seals.forms import Attachment, Papers, SealForm
from govseal.registry.seals.making import Makings
from govseal.registry.seals.vault import SignerReference
from govseal.registry.tables.base import new_id
from govseal.registry.vocabulary import IncidentKind, Medium, Role, SealSubtype
from govseal.seal.picture import SealPicture
from govseal.testing import Authority, Revoked

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DAY = timedelta(days=1)
USCC = credit_code("140500")
NAME = bureaukit.BUREAU_NAME + "行政审批专用章"
ES_ID = "14050000000001"
PROVINCE, COUNTY, COUNTY_MANAGERS = "org-province", "org-county", "org-county-managers"
PASSWORD = "open"
SECRETS = bytes(range(16))  # those of the conftest
WRITTEN = Attachment.of("written_application", "关于制作印章的申请", "申请".encode())
IDENTITY = Attachment.of("identity_proof", "经办人身份证明", "证明".encode())


class Workshop:
    """A maker, a CA, and certificates of the bureau, made once."""

    def __init__(self) -> None:
        self.ca = Authority.create("测试政务外网 CA", at=AT)
        self.other_ca = Authority.create("测试其他 CA", at=AT)
        self.maker_ca = Authority.create("测试制章 CA", at=AT)
        self.maker = self.maker_ca.issue("测试电子印章制作系统", organization="测试制章中心")

    def institution(self, es_id=ES_ID, unit=bureaukit.BUREAU_NAME, *, ca="ca", **days):
        """机构数字证书 with its key; the same one for the same arguments."""
        return self._institution(es_id, unit, ca, tuple(sorted(days.items())))

    @functools.cache  # noqa: B019 - the workshop lives as long as the tests
    def _institution(self, es_id, unit, ca, days):
        span = {name: AT + number * DAY for name, number in days}
        return getattr(self, ca).issue(es_id, organization=USCC + unit, **span)

    @functools.cache  # noqa: B019 - the same
    def reference(self, signer):
        return SignerReference.from_key_file(quickkeys.pkcs12(signer, PASSWORD), PASSWORD)

    def makings(self, *, revoked=(), **changes):
        """With what the bureau's seals are made."""
        rows = [Revoked(certificate, AT - DAY) for certificate in revoked]
        crls = (self.ca.crl(rows), self.maker_ca.crl(), self.other_ca.crl())
        made = Makings(
            maker=self.maker,
            trust=TrustStore(
                (self.ca.certificate, self.maker_ca.certificate, self.other_ca.certificate)
            ),
            materials=Materials(crls=tuple(Crl.from_der(crl) for crl in crls)),
            cas=TrustStore((self.ca.certificate,)),
            makers=TrustStore((self.maker_ca.certificate,)),
        )
        return replace(made, **changes)


def _picture(*marks: tuple[int, int, int, int]) -> SealPicture:
    """A red ring of 42 mm with marks in it."""
    image = Image.new("RGBA", (168, 168), (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((2, 2, 165, 165), outline="red", width=8)
    for mark in marks:
        draw.rectangle(mark, fill="red")
    target = io.BytesIO()
    image.save(target, "png")
    return SealPicture("PNG", target.getvalue(), 42, 42)


IMPRINT = _picture((70, 70, 98, 98), (40, 120, 128, 130))
OTHER_PICTURE = _picture((40, 40, 60, 120), (110, 40, 130, 120))
"""Not the imprint on file."""


@functools.cache
def workshop() -> Workshop:
    return Workshop()


def add_unit(bureau, id_, name, *place, **columns):
    """A unit; ``place`` is its level, its region and what it is."""
    level, region, kinds = place
    with bureau.database.begin() as connection:
        connection.execute(
            tables.organizations.insert().values(
                id=id_,
                legal_name=name,
                region_code=region,
                level=level,
                kinds=list(kinds),
                state="active",
                active_from=bureaukit.SINCE,
                **columns,
            )
        )


def add_person(bureau, name, organization, *roles, department=None):
    with bureau.database.begin() as connection:
        connection.execute(
            tables.people.insert().values(
                id=person(name),
                name=name,
                organization=organization,
                department=department,
                active_from=bureaukit.SINCE,
            )
        )
        for role in roles:
            connection.execute(
                tables.role_assignments.insert().values(
                    id=new_id("role"),
                    person=person(name),
                    role=role,
                    organization=organization,
                    department=department,
                    since=bureaukit.SINCE,
                )
            )


def add_province(bureau) -> None:
    """The management department of the province, above the bureau's own."""
    add_unit(bureau, PROVINCE, "山西省某管理局", "province", "140000", ["management"])
    add_person(bureau, "province-reviewer", PROVINCE, Role.SEAL_MANAGEMENT_DEPT_REVIEWER)
    add_person(bureau, "province-admin", PROVINCE, Role.PROVINCE_ADMIN)


def form(**changes) -> SealForm:
    """The form of the bureau's electronic seal for approvals."""
    made = SealForm(
        unit_name=bureaukit.BUREAU_NAME,
        uscc=USCC,
        legal_representative="法定代表人",
        contact="办公室",
        name=NAME,
        subtype=SealSubtype.ADMIN_APPROVAL,
        reason="行政审批用印",
        owner_org=bureaukit.BUREAU,
        using_org=bureaukit.BUREAU,
        custody_department=bureaukit.ISSUING,
    )
    return replace(made, **changes)


def papers(es_id=ES_ID, **changes) -> Papers:
    signer = workshop().institution(es_id)
    return replace(Papers((WRITTEN,), signer.certificate, IMPRINT), **changes)


@contextmanager
def seals(bureau, name, **options):
    """The seals' room, as a person may use it."""
    with bureau.acting(person(name), **options) as b:
        yield b.seals


@contextmanager
def refuses(code, *, kind=Refused):
    """What is in here is refused for this reason."""
    with pytest.raises(kind) as refused:
        yield refused
    assert refused.value.code == code, str(refused.value)


def drafted(bureau, es_id=ES_ID, *, declared=True, **changes):
    with seals(bureau, "handler") as room:
        seal_id = room.draft(form(**changes), papers(es_id)).id
    if declared:
        with seals(bureau, "office-head") as room:
            room.declare(seal_id)
    return seal_id


def submitted(bureau, es_id=ES_ID, **changes):
    seal_id = drafted(bureau, es_id, **changes)
    with seals(bureau, "handler") as room:
        room.submit(seal_id)
    return seal_id


def approved(bureau, es_id=ES_ID, **changes):
    seal_id = submitted(bureau, es_id, **changes)
    with seals(bureau, "reviewer") as room:
        room.accept(seal_id)
        room.review(seal_id, passes=True)
    with bureau.database.begin() as connection:
        found = connection.execute(
            tables.people.select().where(tables.people.c.id == person("province-reviewer"))
        ).one_or_none()
    if found is None:
        add_province(bureau)
    with seals(bureau, "province-reviewer") as room:
        room.review(seal_id, passes=True)
    return seal_id


def make(bureau, seal_id, es_id=ES_ID, *, signer=None, name="maker", **changes):
    shop = workshop()
    signer = signer or shop.institution(es_id)
    picture_ = changes.pop("picture", None)
    key = changes.pop("key", None) or shop.reference(signer)
    with seals(bureau, name) as room:
        return room.make(seal_id, shop.makings(**changes), key, es_id=es_id, picture=picture_)


def made(bureau, es_id=ES_ID, **changes):
    seal_id = approved(bureau, es_id, **changes)
    make(bureau, seal_id, es_id)
    return seal_id


def issued(bureau, es_id=ES_ID, **changes):
    seal_id = made(bureau, es_id, **changes)
    with seals(bureau, "office") as room:
        room.issue(seal_id, custodian=person("custodian"))
    return seal_id


def activate(bureau, seal_id, active_from=None, *, name="office", scope="行政审批事项"):
    with seals(bureau, name) as room:
        return room.activate(
            seal_id,
            active_from=active_from or bureau.clock(),
            department=bureaukit.ISSUING,
            scope=scope,
        )


def active(bureau, es_id=ES_ID, **changes):
    """A seal in use, in the custody of ``custodian``."""
    seal_id = issued(bureau, es_id, **changes)
    activate(bureau, seal_id)
    return seal_id


@functools.cache
def _in_use() -> tuple[bytes, str]:
    """The file of a registry with a seal in use, made once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bureau.db"
        bureau = Bureau.open(
            f"sqlite:///{path}", profile="jincheng", secrets=SECRETS, clock=lambda: AT
        )
        bureaukit.populate(bureau)
        seal_id = active(bureau)
        bureau.close()
        return path.read_bytes(), seal_id


def lay_down(url: str) -> str:
    """Put a registry with a seal in use where a SQLite URL says, as :func:`active` makes it."""
    data, seal_id = _in_use()
    Path(url.removeprefix("sqlite:///")).write_bytes(data)
    return seal_id


@pytest.fixture
def seal_in_use(sqlite_url) -> str:
    """A seal in use, in the custody of ``custodian``; a file takes it as its ``seal``."""
    return lay_down(sqlite_url)


@pytest.fixture
def its_bureau(open_bureau, sqlite_url, seal):
    """The bureau whose seal that is; a file takes it as its ``bureau``."""
    del seal
    return open_bureau(sqlite_url)


def lost(bureau, es_id=ES_ID):
    seal_id = active(bureau, es_id)
    with seals(bureau, "custodian") as room:
        room.report(seal_id, IncidentKind.LOSS, "密码钥匙丢失")
    return seal_id


def stopped(bureau, es_id=ES_ID, *, is_to_be_destroyed=True):
    seal_id = active(bureau, es_id)
    stop(bureau, seal_id, is_to_be_destroyed=is_to_be_destroyed)
    return seal_id


def stop(bureau, seal_id, *, is_to_be_destroyed=True, cause="business_ended"):
    with seals(bureau, "custodian") as room:
        petition = room.ask_stop(
            seal_id, cause, keeper=person("office"), is_to_be_destroyed=is_to_be_destroyed
        )
    with seals(bureau, "principal") as room:
        return room.approve(petition.id)


def row_of(bureau, seal_id):
    with bureau.database.begin() as connection:
        return connection.execute(tables.seals.select().where(tables.seals.c.id == seal_id)).one()


def told(bureau, kind):
    """The events of a kind, as the outbox has them."""
    with bureau.database.begin() as connection:
        query = tables.outbox.select().where(tables.outbox.c.kind == kind)
        return list(connection.execute(query.order_by(tables.outbox.c.sequence)))


def physical_form(**changes) -> SealForm:
    made = {"medium": Medium.PHYSICAL_LARGE, **changes}
    return form(**made)


def carved(bureau, **changes):
    """A physical seal that was carved and filed."""
    seal_id = submitted_physical(bureau, **changes)
    consent(bureau, seal_id)
    with seals(bureau, "office") as room:
        room.write_letter(seal_id, "介〔2026〕1号")
        room.note_carving(seal_id, "公安机关指定的刻制单位")
    return seal_id


def submitted_physical(bureau, **changes):
    with seals(bureau, "handler") as room:
        seal_id = room.draft(physical_form(**changes), Papers((WRITTEN,))).id
        room.declare(seal_id)
        room.submit(seal_id)
    return seal_id


def consent(bureau, seal_id):
    with seals(bureau, "handler") as room:
        petition = room.ask_carving(seal_id, shape="round", width_mm=42, height_mm=42)
    for leader in ("leader", "principal"):
        with seals(bureau, leader) as room:
            petition = room.approve(petition.id)
    return petition
