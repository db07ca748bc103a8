"""``govseal registry seal``: from the application to the activation notice; seals in lists."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from govseal.cli.arguments import Parser, moment, size_mm
from govseal.cli.pictures import read_picture
from govseal.cli.registry.desk import Desk
from govseal.cli.registry.files import hand_out, papers_of
from govseal.cli.registry.keys import add_seal_key, seal_key
from govseal.cli.registry.making import add_makings, makings_of
from govseal.cli.registry.step import REASON, SEAL, WHY, Step, argument, output, word
from govseal.registry.vocabulary import (
    DocumentType,
    Medium,
    SealState,
    SealSubtype,
    SealType,
)

if TYPE_CHECKING:
    from govseal.registry.seals.forms import SealForm

ATTACHMENTS = argument(
    "--attachment",
    zh="附件，可重复：written_application=书面申请.pdf，identity_proof=…",
    en="papers, repeatable: written_application=FILE, identity_proof=FILE …",
    dest="attachments",
    metavar="KIND=FILE",
    action="append",
    default=[],
)
CERTIFICATE = argument(
    "--certificate", zh="机构数字证书", en="the unit's certificate", metavar="C.pem", type=Path
)
_FORM = (
    argument(
        "--unit",
        zh="所属单位",
        en="the unit that owns it",
        kind="unit",
        metavar="UNIT",
        required=True,
    ),
    argument(
        "--using",
        zh="使用单位（缺省为所属单位）",
        en="who uses it (the owner)",
        kind="unit",
        metavar="UNIT",
    ),
    argument("--name", zh="印章名称", en="the seal's name", metavar="NAME", required=True),
    argument(
        "--subtype",
        zh="用途，如 行政审批专用章",
        en="what for, as admin_approval",
        metavar="SUBTYPE",
        type=word(SealSubtype),
        required=True,
    ),
    argument(
        "--department",
        zh="保管科室",
        en="the department that keeps it",
        kind="department",
        metavar="D",
        required=True,
    ),
    argument(
        "--representative",
        zh="法定代表人",
        en="the legal representative",
        metavar="NAME",
        required=True,
    ),
    argument("--contact", zh="联系人和电话", en="contact", metavar="TEXT", required=True),
    REASON,
    argument(
        "--uscc",
        zh="统一社会信用代码（缺省为单位的）",
        en="credit code (the unit's)",
        metavar="CODE",
    ),
    argument(
        "--type",
        zh="类型（缺省由制度决定）",
        en="its type (the profile says)",
        dest="seal_type",
        metavar="TYPE",
        type=word(SealType),
    ),
    argument(
        "--medium",
        zh="介质（缺省为电子）",
        en="its medium (electronic)",
        metavar="MEDIUM",
        type=word(Medium),
        default=Medium.ELECTRONIC,
    ),
    argument(
        "--number",
        zh="名称中的编号（n）",
        en="the number in the name",
        dest="sequence_no",
        metavar="N",
        type=int,
    ),
    argument("--legal-basis", zh="法律依据", en="the legal basis", metavar="TEXT"),
    argument(
        "--document-type",
        zh="自身的使用范围：文书类型，可重复",
        en="its own scope, repeatable",
        dest="document_types",
        metavar="TYPE",
        type=word(DocumentType),
        action="append",
    ),
    argument(
        "--matter",
        zh="自身的使用范围：事项编码，可重复",
        en="its matters, repeatable",
        dest="matters",
        metavar="CODE",
        action="append",
    ),
    argument(
        "--replaces", zh="替换的印章", en="the seal that it replaces", kind="seal", metavar="SEAL"
    ),
    argument("--twin", zh="对应的实物印章", en="its physical twin", kind="seal", metavar="SEAL"),
    ATTACHMENTS,
    CERTIFICATE,
    argument(
        "--imprint", zh="印模：PNG、SVG 等", en="the imprint: PNG, SVG …", metavar="P", type=Path
    ),
    argument(
        "--size-mm",
        zh="印模的宽和高（毫米）",
        en="its width and height in mm",
        metavar="W,H",
        type=size_mm,
    ),
)


def _form(desk: Desk, options: argparse.Namespace) -> SealForm:
    from govseal.registry.seals.forms import SealForm  # noqa: PLC0415 - start-up

    unit = desk.acting.organizations.get(options.unit)
    return SealForm(
        unit_name=unit.legal_name,
        uscc=options.uscc or unit.uscc or "",
        legal_representative=options.representative,
        contact=options.contact,
        name=options.name,
        subtype=options.subtype,
        reason=options.reason,
        owner_org=options.unit,
        using_org=options.using or options.unit,
        custody_department=options.department,
        type=options.seal_type,
        medium=options.medium,
        sequence_no=options.sequence_no,
        legal_basis=options.legal_basis,
        document_types=None if options.document_types is None else tuple(options.document_types),
        matters=None if options.matters is None else tuple(options.matters),
        replaces=options.replaces,
        physical_twin=options.twin,
    )


def _apply(desk: Desk, options: argparse.Namespace) -> object:
    papers = papers_of(options.attachments, options.certificate, options.imprint, options.size_mm)
    form = _form(desk, options)
    if getattr(options, "seal", None) is not None:
        return desk.acting.seals.revise(options.seal, form, papers)
    return desk.acting.seals.draft(form, papers)


def _review(desk: Desk, options: argparse.Namespace) -> object:
    passes = options.decision == "pass"
    return desk.acting.seals.review(options.seal, passes=passes, reason=options.reason)


def _make(desk: Desk, options: argparse.Namespace) -> object:
    picture = None
    if options.picture is not None:
        picture = read_picture(options.picture, options.size_mm)
    key = seal_key(options)
    return desk.acting.seals.make(
        options.seal, makings_of(options), key, es_id=options.es_id, picture=picture
    )


def _issue(desk: Desk, options: argparse.Namespace) -> object:
    specimen = None
    if options.specimen is not None:
        specimen = read_picture(options.specimen, options.size_mm)
    return desk.acting.seals.issue(options.seal, custodian=options.custodian, specimen=specimen)


def _activate(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.seals.activate(
        options.seal,
        active_from=options.start,
        department=options.department,
        scope=options.scope,
    )


def _preview(desk: Desk, options: argparse.Namespace) -> object:
    data = desk.acting.seals.preview(options.seal)
    return hand_out(options, data)


def _show(desk: Desk, options: argparse.Namespace) -> object:
    seals = desk.acting.seals
    return {
        "seal": seals.get(options.seal),
        "held": seals.custodian(options.seal),
        "history": seals.reviews(options.seal),
        "open": seals.petitions(options.seal),
        "findings": seals.incidents(options.seal),
    }


def _find(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.seals.find(
        organization=options.unit, state=options.state, custodian=options.custodian
    )


def _status(desk: Desk, options: argparse.Namespace) -> object:
    status = desk.bureau.status
    if options.history:
        return status.history(options.seal)
    return status.at(options.seal, options.at or desk.bureau.clock()) or ()


def _making(parser: Parser) -> None:
    add_makings(parser)
    add_seal_key(parser)


_PICTURE = (
    argument(
        "--picture",
        zh="印章图像（缺省为备案印模）",
        en="the picture (the imprint on file)",
        metavar="P",
        type=Path,
    ),
    argument(
        "--size-mm",
        zh="图像的宽和高（毫米）",
        en="its width and height in mm",
        metavar="W,H",
        type=size_mm,
    ),
)
STEPS = {
    "seal": (
        Step(
            "apply", "申请印章：起草申请表", "apply for a seal: a draft of the form", _apply, _FORM
        ),
        Step(
            "revise",
            "修改起草中或被退回的申请",
            "the application as it should have been",
            _apply,
            (SEAL, *_FORM),
        ),
        Step(
            "declare",
            "作出真实性承诺",
            "declare that form and imprint are true",
            lambda desk, options: desk.acting.seals.declare(options.seal),
            (SEAL,),
        ),
        Step(
            "submit",
            "提交申请",
            "hand the application in",
            lambda desk, options: desk.acting.seals.submit(options.seal),
            (SEAL,),
        ),
        Step(
            "accept",
            "管理部门受理申请",
            "take an application up",
            lambda desk, options: desk.acting.seals.accept(options.seal),
            (SEAL,),
        ),
        Step(
            "review",
            "审核：pass 通过，reject 不予批准",
            "review: pass or reject",
            _review,
            (
                SEAL,
                argument(
                    "decision", zh="pass 或 reject", en="pass or reject", choices=("pass", "reject")
                ),
                WHY,
            ),
        ),
        Step(
            "send-back",
            "退回申请，补正后再提交",
            "return the application to be put right",
            lambda desk, options: desk.acting.seals.send_back(options.seal, options.reason),
            (SEAL, REASON),
        ),
        Step(
            "reviews",
            "审核经过",
            "what was decided on an application",
            lambda desk, options: desk.acting.seals.reviews(options.seal),
            (SEAL,),
        ),
        Step(
            "make",
            "制章",
            "make the seal that was approved",
            _make,
            (
                SEAL,
                argument(
                    "--id",
                    zh="印章编码（ASCII）",
                    en="seal code (ASCII)",
                    dest="es_id",
                    metavar="ES_ID",
                    required=True,
                ),
                *_PICTURE,
                _making,
            ),
        ),
        Step(
            "issue",
            "配发给保管人，并留样",
            "hand the seal to its custodian, keep a specimen",
            _issue,
            (
                SEAL,
                argument(
                    "--custodian",
                    zh="保管人",
                    en="who keeps it",
                    kind="person",
                    metavar="PERSON",
                    required=True,
                ),
                argument(
                    "--specimen",
                    zh="实物印章的印样",
                    en="the imprint of a physical seal",
                    metavar="P",
                    type=Path,
                ),
                _PICTURE[1],
            ),
        ),
        Step(
            "activate",
            "发布启用通知",
            "publish the activation notice",
            _activate,
            (
                SEAL,
                argument(
                    "--department",
                    zh="发放科室",
                    en="the department that issues it",
                    kind="department",
                    metavar="D",
                    required=True,
                ),
                argument("--scope", zh="使用范围", en="its scope", metavar="TEXT", required=True),
                argument(
                    "--from",
                    zh="启用时间（缺省为现在）",
                    en="since when (now)",
                    dest="start",
                    metavar="TIME",
                    type=moment,
                ),
            ),
        ),
        Step(
            "list",
            "列出印章",
            "all seals, or those of a unit, a state, a custodian",
            _find,
            (
                argument(
                    "--unit", zh="只列该单位的", en="those of a unit", kind="unit", metavar="UNIT"
                ),
                argument(
                    "--state",
                    zh="只列该状态的",
                    en="those in a state",
                    metavar="STATE",
                    type=word(SealState),
                ),
                argument(
                    "--custodian",
                    zh="只列该人保管的",
                    en="those of a custodian",
                    kind="person",
                    metavar="PERSON",
                ),
            ),
        ),
        Step("show", "一枚印章的全部情况", "all about a seal", _show, (SEAL,)),
        Step(
            "preview",
            "样章：缩小并加线的图像（PNG）",
            "the specimen: reduced and marked (PNG)",
            _preview,
            (SEAL, output("样章.png", "the PNG")),
        ),
        Step(
            "status",
            "印章在某时的状态",
            "what a seal was at a time",
            _status,
            (
                SEAL,
                argument(
                    "--at", zh="时间（缺省为现在）", en="when (now)", metavar="TIME", type=moment
                ),
                argument(
                    "--history",
                    zh="列出全部记载",
                    en="everything that was recorded",
                    action="store_true",
                ),
            ),
            needs="registry",
        ),
    ),
}
