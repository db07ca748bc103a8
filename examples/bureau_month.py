"""One month in an approval bureau, from its founding to the printed ledger (台账).

    python examples/bureau_month.py

A bureau of Jincheng's rules is founded, its people get roles and keys of their own. Two electronic
seals are applied for, reviewed by city and province, made, and put into use; a large one (大章) is
carved. Decisions are asked for, approved and stamped; one request is refused by a rule, one by the
custodian (拒印); a licence is corrected by those who approved it first; the seal has a stand-in for
two days, and is handed over; a paper is stamped by hand; the other electronic seal is lost. At the
end the ledger is audited, proven, printed and checked against the stamped files, and everything is
restored from a backup. Unit, people and keys are invented; all goes into the folder bureau-month/,
which is made anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Unpack

import govseal
from govseal.cli.demo_papers import Letter
from govseal.errors import Refused
from govseal.pki.signer import SoftSigner
from govseal.registry import Bureau
from govseal.registry.acting import Acting
from govseal.registry.people import certificate_statement
from govseal.registry.policy import load_policy
from govseal.registry.seals import Attachment, Makings, Papers, SealForm, SignerReference
from govseal.registry.use.form import UseDetails
from govseal.registry.use.records import UseRequest
from govseal.registry.vocabulary import IncidentKind, Medium, Role, SealSubtype
from govseal.testing import Hierarchy, invented_credit_code

FOLDER = Path("bureau-month")
UNIT = "晋城市行政审批服务管理局"  # the one name that its rules know
PURPOSE = "行政审批专用章"
CODE = invented_credit_code("140500")
FIRST_DAY = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # a Monday, half past nine in Jincheng
SECRETS = bytes(range(16))  # a real one comes from a file or a device: govseal registry init

# Who works there: department, roles.
STAFF: dict[str, tuple[str | None, tuple[Role, ...]]] = {
    "规划科经办人": ("规划建设科", (Role.SECTION_HANDLER, Role.SEAL_USING_UNIT_APPLICANT)),
    "规划科负责人": ("规划建设科", (Role.SECTION_HEAD,)),
    "发放科负责人": ("证照发放科", (Role.SECTION_HEAD, Role.LICENCE_ISSUING_SECTION)),
    "印章保管人": ("证照发放科", (Role.CUSTODIAN, Role.LICENCE_ISSUING_SECTION)),
    "新保管人": ("证照发放科", (Role.CUSTODIAN, Role.LICENCE_ISSUING_SECTION)),
    "办公室": ("办公室", (Role.SEAL_OFFICE,)),
    "办公室负责人": ("办公室", (Role.OFFICE_HEAD, Role.SECTION_HEAD)),
    "分管领导": (None, (Role.SUPERVISING_LEADER,)),
    "主要领导": (None, (Role.PRINCIPAL_LEADER,)),
    "市级审核人": ("办公室", (Role.SEAL_MANAGEMENT_DEPT_REVIEWER,)),
    "制章人": ("办公室", (Role.SEAL_MAKER,)),
    "督查": ("办公室", (Role.SUPERVISION_AUDITOR,)),
}


class Month:
    """The bureau, its people and keys, and a calendar that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = FIRST_DAY
        self.bureau = Bureau.open(
            f"sqlite:///{FOLDER / 'bureau.db'}",
            profile="jincheng",
            secrets=SECRETS,
            clock=lambda: self.now,
        )
        self.pki = Hierarchy.create("sm2", at=FIRST_DAY)
        self.unit = ""
        self.departments: dict[str, str] = {}
        self.people: dict[str, str] = {}
        self.keys: dict[str, SoftSigner] = {}
        self.seals: dict[str, str] = {}
        self.files: list[Path] = []

    def day(self, number: int, hour: int = 9) -> None:
        """Go on to a day of March 2026."""
        self.now = datetime(2026, 3, number, hour - 8, 30, tzinfo=UTC)
        print(f"\n三月{number}日")

    def acting(self, name: str) -> AbstractContextManager[Acting]:
        """The bureau as a colleague may use it."""
        return self.bureau.acting(self.people[name])


def refused(step: Callable[[], object]) -> None:
    """Show what a rule says to a step that is not allowed."""
    try:
        step()
    except Refused as refusal:
        print(f"  不予办理 {refusal.code}（{refusal.clause}）：{refusal}")
    else:
        raise SystemExit("this should have been refused")


def found(month: Month) -> None:
    """设立: units, departments, people, roles, keys."""
    bureau = month.bureau
    first = bureau.set_up(
        UNIT,
        administrator="机构人员管理员",
        level="city",
        kinds=["management", "using", "issuing", "city_unit"],
        department="办公室",
        uscc=CODE,
        region_code="140500",
    )
    unit = month.unit = first.organization.id
    month.people["机构人员管理员"] = first.administrator.id
    with month.acting("机构人员管理员") as b:
        departments = month.departments
        departments.update({item.name: item.id for item in b.organizations.departments(unit)})
        for name in ("规划建设科", "证照发放科"):
            departments[name] = b.organizations.add_department(unit, name).id
        for name, (department, roles) in STAFF.items():
            place = None if department is None else departments[department]
            month.people[name] = b.people.add(name, organization=unit, department=place).id
            for role in roles:
                b.people.grant(month.people[name], role, organization=unit, department=place)
        province = b.organizations.create(
            "山西省测试政务服务管理局", level="province", kinds=["management"], region_code="140000"
        ).id
        month.people["省级审核人"] = b.people.add("省级审核人", organization=province).id
        b.people.grant(
            month.people["省级审核人"], Role.SEAL_MANAGEMENT_DEPT_REVIEWER, organization=province
        )
    for name, person in month.people.items():
        if name == "督查":
            continue  # looks, and changes nothing
        key = month.keys[name] = month.pki.signer_ca.issue(name, organization=UNIT)
        with bureau.acting(person) as b:
            proof = key.sign(certificate_statement(person, key.certificate.der))
            b.people.register_certificate(key.certificate.der, proof)
            b.people.password_changed()
    print(f"  {UNIT}：{len(month.people)} 人，{len(departments)} 个科室")


def form_of(month: Month, reason: str, medium: Medium = Medium.ELECTRONIC) -> SealForm:
    """印章申请表: the seal for approvals, of either kind."""
    return SealForm(
        unit_name=UNIT,
        uscc=CODE,
        legal_representative="法定代表人",
        contact="办公室",
        name=UNIT + PURPOSE,
        subtype=SealSubtype.ADMIN_APPROVAL,
        medium=medium,
        reason=reason,
        owner_org=month.unit,
        using_org=month.unit,
        custody_department=month.departments["证照发放科"],
    )


def make_seal(month: Month, es_id: str) -> str:
    """申请、逐级审核、制作、配发、启用: a seal from its form to its custodian."""
    imprint = govseal.draw_seal(UNIT, bottom=PURPOSE, diameter_mm=42).picture("svg")
    institution = month.pki.signer_ca.issue(es_id, organization=CODE + UNIT)
    form = form_of(month, "行政审批用印")
    application = Attachment.of("written_application", "关于制作电子印章的申请", "申请".encode())
    with month.acting("规划科经办人") as b:
        seal = b.seals.draft(form, Papers((application,), institution.certificate, imprint)).id
    with month.acting("办公室负责人") as b:
        b.seals.declare(seal)  # answers for the truth of the imprint
    with month.acting("规划科经办人") as b:
        b.seals.submit(seal)
    with month.acting("市级审核人") as b:
        b.seals.accept(seal)
        b.seals.review(seal, passes=True)
    with month.acting("省级审核人") as b:
        b.seals.review(seal, passes=True)
    makings = Makings(
        maker=month.pki.maker,
        trust=month.pki.trust,
        materials=month.pki.materials,
        cas=govseal.TrustStore([month.pki.signer_ca.certificate]),
    )
    key = SignerReference.from_key_file(institution.to_pkcs12("pin"), "pin")
    with month.acting("制章人") as b:
        made = b.seals.make(seal, makings, key, es_id=es_id)
    with month.acting("办公室") as b:
        b.seals.issue(seal, custodian=month.people["印章保管人"])
        notice = b.seals.activate(
            seal,
            active_from=month.now,
            department=month.departments["证照发放科"],
            scope="核发的证照和审批文书",
        )
        (FOLDER / f"{es_id}-样章.png").write_bytes(b.seals.preview(seal))
    print(f"  {made.name}（{es_id}）启用：{notice.active_from:%Y-%m-%d}，{notice.scope}")
    month.seals[es_id] = seal
    return seal


def carve_seal(month: Month) -> str:
    """刻制、备案、留样、启用: the large seal, by consent of both leaders."""
    imprint = govseal.draw_seal(UNIT, bottom=PURPOSE, diameter_mm=42).picture("svg")
    form = form_of(month, "纸质证照和审批文书用印", Medium.PHYSICAL_LARGE)
    application = Attachment.of("written_application", "关于刻制大章的申请", "申请".encode())
    with month.acting("规划科经办人") as b:
        seal = b.seals.draft(form, Papers((application,))).id
    with month.acting("办公室负责人") as b:
        b.seals.declare(seal)
    with month.acting("规划科经办人") as b:
        b.seals.submit(seal)
        petition = b.seals.ask_carving(seal, shape="round", width_mm=42, height_mm=42).id
    for leader in ("分管领导", "主要领导"):
        with month.acting(leader) as b:
            b.seals.approve(petition)
    with month.acting("办公室") as b:
        b.seals.write_letter(seal, "晋市审管介〔2026〕1号")
        b.seals.note_carving(seal, "公安机关指定的刻制单位")
        b.seals.file_with_police(seal, "测试备案〔2026〕1号")
        b.seals.issue(seal, custodian=month.people["印章保管人"], specimen=imprint)
        b.seals.activate(
            seal,
            active_from=month.now,
            department=month.departments["证照发放科"],
            scope="核发的纸质证照和审批文书",
        )
    print(f"  {form.name}（大章）刻制、备案、启用")
    month.seals["大章"] = seal
    return seal


def letter(month: Month, number: int, title: str, matter: str) -> Letter:
    """A decision of the bureau, dated today."""
    local = month.now + timedelta(hours=8)
    day = f"{local.year}年{local.month}月{local.day}日"
    paragraphs = (
        "测试申请单位：",
        f"你单位提出的“{matter}”申请，经审查符合法定条件和标准，本机关决定准予行政许可。",
        f"文书编号：晋市审管许决〔2026〕{number}号。",
        "（本文件由示例程序生成，所涉单位、事项均为虚构，不具有法律效力。）",
    )
    return Letter(title, paragraphs, (UNIT, day), month.now)


def ask(
    month: Month,
    seal: str,
    number: int,
    matter: str,
    *,
    form: str = "ofd",
    copies: int = 2,
    **changes: Unpack[UseDetails],
) -> tuple[UseRequest, Letter]:
    """用印申请: a decision that is to be stamped; request and letter."""
    paper = letter(month, number, "准予行政许可决定书", matter)
    statements: UseDetails = {
        "document_type": "licensing_grant_decision",
        "document_no": f"晋市审管许决〔2026〕{number}号",
        "decision_state": "decided",
        "title": "准予行政许可决定书",
        **changes,
    }
    with month.acting("规划科经办人") as b:
        request = b.use.request(
            seal=seal,
            document=paper.to_pdf() if form == "pdf" else paper.to_ofd(),
            matter=matter,
            reason="核发许可决定",
            section="规划建设科",
            copies=copies,
            **statements,
        )
    return request, paper


def approve(month: Month, request: str, *names: str) -> None:
    """审签: each over the exact document, with a key of one's own."""
    for name in names:
        with month.acting(name) as b:
            b.use.approve(request, month.keys[name], opinion="同意")


def use(
    month: Month,
    seal: str,
    number: int,
    matter: str,
    custodian: str,
    *,
    form: str = "ofd",
    **changes: Unpack[UseDetails],
) -> str:
    """A whole use, from the form to the stamped file; its request."""
    request, paper = ask(month, seal, number, matter, form=form, **changes)
    approve(month, request.id, "规划科负责人", "分管领导")
    with month.acting(custodian) as b:
        stamped = b.use.stamp(request.id, paper.place(42))
    path = FOLDER / f"决定书-{number}.{form}"
    path.write_bytes(stamped.data or b"")
    month.files.append(path)
    print(f"  用印 {request.number}：{matter}，台账第 {stamped.entry} 号，{path.name}")
    return request.id


def first_week(month: Month) -> None:
    """Uses, and two that are refused: by a rule, and by the custodian."""
    seal = month.seals["14050000000001"]
    month.day(4)
    use(month, seal, 1, "建设工程规划许可", "印章保管人")
    use(month, seal, 2, "建设用地规划许可", "印章保管人", form="pdf")
    month.day(6)
    refused(lambda: ask(month, seal, 3, "采购合同", document_type="contract"))
    request, _ = ask(month, seal, 3, "户外广告设置许可")
    refused(lambda: approve(month, request.id, "分管领导"))  # not before the head of the section
    approve(month, request.id, "规划科负责人", "分管领导")
    with month.acting("印章保管人") as b:
        b.use.refuse(request.id, "incomplete", "缺少现场踏勘记录")
    print(f"  拒印 {request.number}：缺少现场踏勘记录")


def changes_of_custody(month: Month) -> None:
    """代管 for two days, a correction, and the hand-over to another custodian."""
    seal = month.seals["14050000000001"]
    month.day(10)
    with month.acting("发放科负责人") as b:
        until = month.now + timedelta(days=2)
        b.seals.stand_in(seal, month.people["新保管人"], since=month.now, until=until)
    original = use(month, seal, 4, "取水许可", "新保管人")
    month.day(16)
    use(month, seal, 5, "取水许可（更正）", "印章保管人", corrects=original)
    with month.acting("印章保管人") as b:
        handover = b.seals.hand_over(seal, month.people["新保管人"], remark="岗位调整")
    for name in ("新保管人", "办公室"):
        with month.acting(name) as b:
            b.seals.confirm_hand_over(handover.id)
    month.day(17)
    request, paper = ask(month, seal, 6, "排污许可")
    approve(month, request.id, "规划科负责人", "分管领导")
    with month.acting("印章保管人") as b:
        refused(lambda: b.use.stamp(request.id, paper.place(42)))  # no longer the custodian
    with month.acting("新保管人") as b:
        data = b.use.stamp(request.id, paper.place(42)).data or b""
    month.files.append(FOLDER / "决定书-6.ofd")
    month.files[-1].write_bytes(data)


def on_paper(month: Month) -> None:
    """手工加盖: a decision on paper; five copies are approved, four go out, one is spoiled."""
    month.day(18)
    seal = month.seals["大章"]
    request, paper = ask(month, seal, 7, "林木采伐许可", copies=5)
    approve(month, request.id, "规划科负责人", "分管领导")
    with month.acting("印章保管人") as b:
        refused(lambda: b.use.stamp(request.id, paper.place(42)))  # no key: a hand applies it
        refused(lambda: b.use.stamp_by_hand(request.id, copies=6))
        stamped = b.use.stamp_by_hand(
            request.id, copies=4, spoiled=1, remark="一份印迹不清，已剪角收回"
        )
    with month.acting("规划科经办人") as b:
        b.use.collect(request.id)  # the paper changes hands
    print(f"  手工用印 {request.number}：林木采伐许可，4 份，台账第 {stamped.entry} 号")


def loss(month: Month) -> None:
    """挂失: from this moment on the seal is not used, and whoever verifies can know it."""
    seal = month.seals["14050000000002"]
    month.day(24)
    request, paper = ask(month, seal, 8, "取水许可延续")
    approve(month, request.id, "规划科负责人", "分管领导")
    with month.acting("印章保管人") as b:
        b.seals.report(seal, IncidentKind.LOSS, "密码钥匙丢失")
        refused(lambda: b.use.stamp(request.id, paper.place(42)))


def end_of_month(month: Month) -> None:
    """月末: audit, checkpoint, proof, the printed ledger, notices, status, backup."""
    month.day(31, 17)
    bureau = month.bureau
    checkpoint = bureau.ledger.checkpoint()
    (FOLDER / "checkpoint.txt").write_text(checkpoint.note)
    audit = bureau.ledger.audit()
    print(f"  台账 {checkpoint.size} 条，审计问题 {len(audit.findings)} 个")
    with month.acting("办公室") as b:
        (FOLDER / "印章使用台账.xlsx").write_bytes(b.ledger.export("xlsx"))
        (FOLDER / "印章使用台账.csv").write_bytes(b.ledger.export("csv"))
        due = b.deadlines.open_items()
    print(f"  未了事项 {len(due)} 项：" + "、".join(item.kind for item in due))
    (FOLDER / "notices.jsonl").write_bytes(
        b"".join(message.to_json() + b"\n" for message in bureau.outbox.fetch())
    )
    (FOLDER / "status.txt").write_bytes(bureau.status.signed_list())
    for path in month.files:
        report = govseal.verify(
            path,
            month.pki.trust,
            materials=month.pki.materials,
            at=month.now,
            status=bureau.register,
        )
        business = report.business
        print(f"  验章 {path.name}：{report.verdict.value}，{business and business.status}")


def main() -> None:
    """The month."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    month = Month()
    print(load_policy("jincheng").title_zh)
    month.day(2)
    found(month)
    for es_id in ("14050000000001", "14050000000002"):
        make_seal(month, es_id)
    carve_seal(month)
    first_week(month)
    changes_of_custody(month)
    on_paper(month)
    loss(month)
    end_of_month(month)
    month.bureau.close()


if __name__ == "__main__":
    main()
