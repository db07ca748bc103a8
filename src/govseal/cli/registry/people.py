"""``govseal registry person``, ``role``, ``certificate``, ``substitute``: who may do what."""

from __future__ import annotations

import argparse

from govseal.cli.arguments import moment
from govseal.cli.registry.desk import Desk
from govseal.cli.registry.keys import add_own_key
from govseal.cli.registry.step import PERSON, Step, argument, since, until, word
from govseal.registry.vocabulary import Role

_DEPARTMENT = argument(
    "--department",
    zh="科室：编号或名称",
    en="a department: its id, or name",
    kind="department",
    metavar="D",
)
_ROLE = argument("role", zh="角色，如 印章保管人", en="the role, as custodian", type=word(Role))
_SUBSTITUTION = argument("substitution", zh="代理的编号", en="id of the substitution")


def _add(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.people.add(
        options.name,
        organization=options.unit,
        department=options.department,
        account=options.account,
        contact=options.contact,
    )


def _show(desk: Desk, options: argparse.Namespace) -> object:
    people = desk.acting.people
    return {
        "person": people.get(options.person),
        "roles": people.roles(options.person),
        "substitution": people.substitutions(options.person),
        "certificates": people.certificates(options.person),
    }


def _find(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.people.find(organization=options.unit, role=options.role)


def _grant(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.people.grant(
        options.person,
        options.role,
        organization=None if options.everywhere else options.unit or _unit_of(desk, options.person),
        department=options.department,
        matters=None if options.matters is None else tuple(options.matters),
        since=options.since,
        until=options.until,
    )


def _unit_of(desk: Desk, person: str) -> str:
    return desk.acting.people.get(person).organization


def _register(desk: Desk, _: argparse.Namespace) -> object:
    from govseal.registry.people.certificates import (  # noqa: PLC0415 - start-up
        certificate_statement,
    )

    acting, signer = desk.acting, desk.signer()
    if signer is None:
        raise AssertionError  # the option is required
    certificate = signer.certificate.der
    proof = signer.sign(certificate_statement(acting.person, certificate))
    return acting.people.register_certificate(certificate, proof)


def _name_stand_in(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.people.name_stand_in(
        options.person,
        until=options.until,
        since=options.since,
        principal=options.principal,
        contact=options.contact,
        reason=options.reason,
    )


_PERSON_STEPS = (
    Step(
        "add",
        "新增人员",
        "a new person",
        _add,
        (
            argument("name", zh="姓名", en="the name"),
            argument(
                "--unit", zh="单位", en="the unit", kind="unit", metavar="UNIT", required=True
            ),
            _DEPARTMENT,
            argument("--account", zh="登录账号", en="the account", metavar="NAME"),
            argument("--contact", zh="联系方式", en="how to reach the person", metavar="TEXT"),
        ),
    ),
    Step(
        "move",
        "调到另一科室；原科室的角色终止",
        "another department: roles in the old one end",
        lambda desk, options: desk.acting.people.move(
            options.person, department=options.department
        ),
        (PERSON, _DEPARTMENT),
    ),
    Step(
        "leave",
        "离岗：角色、代理和证书全部终止",
        "the person leaves: roles, substitutions and certificates end",
        lambda desk, options: desk.acting.people.leave(options.person),
        (PERSON,),
    ),
    Step(
        "show", "人员及其角色、证书、代理", "a person with roles and certificates", _show, (PERSON,)
    ),
    Step(
        "list",
        "列出在岗人员",
        "those who are there now",
        _find,
        (
            argument(
                "--unit", zh="只列该单位的", en="those of a unit", kind="unit", metavar="UNIT"
            ),
            argument(
                "--role",
                zh="只列有该角色的",
                en="those with a role",
                metavar="ROLE",
                type=word(Role),
            ),
        ),
    ),
    Step(
        "password-changed",
        "记载办理人已更换口令",
        "note that whoever acts has changed the password",
        lambda desk, _: desk.acting.people.password_changed(),
    ),
)
_ROLE_STEPS = (
    Step(
        "grant",
        "授予角色",
        "give somebody a role",
        _grant,
        (
            PERSON,
            _ROLE,
            argument(
                "--unit",
                zh="在哪个单位（缺省为本人单位）",
                en="where (the own unit)",
                kind="unit",
                metavar="UNIT",
            ),
            argument("--everywhere", zh="在全部单位", en="in every unit", action="store_true"),
            _DEPARTMENT,
            argument(
                "--matter",
                zh="事由管理权限内的事项编码，可重复",
                en="matters, repeatable",
                dest="matters",
                action="append",
                metavar="CODE",
            ),
            since(),
            until(),
        ),
    ),
    Step(
        "revoke",
        "收回角色",
        "take a role away",
        lambda desk, options: desk.acting.people.revoke(options.assignment),
        (argument("assignment", zh="角色授予的编号（role list）", en="its id, see role list"),),
    ),
    Step(
        "list",
        "列出某人的角色",
        "somebody's roles",
        lambda desk, options: desk.acting.people.roles(options.person, at=options.at),
        (
            PERSON,
            argument("--at", zh="在该时间", en="at a time", metavar="TIME", type=moment),
        ),
    ),
)
_CERTIFICATE_STEPS = (
    Step(
        "add",
        "登记办理人自己的证书：以后用其密钥签署审批意见",
        "register one's own certificate: its key signs approvals from now on",
        _register,
        (lambda parser: add_own_key(parser, required=True),),
    ),
    Step(
        "withdraw",
        "停用证书",
        "a certificate signs no more",
        lambda desk, options: desk.acting.people.withdraw_certificate(options.certificate),
        (argument("certificate", zh="证书登记的编号", en="its id, see certificate list"),),
    ),
    Step(
        "list",
        "列出某人的证书",
        "somebody's certificates",
        lambda desk, options: desk.acting.people.certificates(options.person),
        (PERSON,),
    ),
)
_SUBSTITUTE_STEPS = (
    Step(
        "name",
        "指定代理人",
        "name a stand-in",
        _name_stand_in,
        (
            PERSON,
            until(required=True),
            since(),
            argument(
                "--principal",
                zh="代理谁（缺省为办理人）",
                en="for whom (who acts)",
                kind="person",
                metavar="PERSON",
            ),
            argument("--contact", zh="联系方式", en="how to reach the stand-in", metavar="TEXT"),
            argument("--reason", zh="理由", en="why", metavar="TEXT"),
        ),
    ),
    Step(
        "authorize",
        "党组书记授权代理人审批党组印章",
        "the Party secretary lets a stand-in decide on the Party seal",
        lambda desk, options: desk.acting.people.authorize_stand_in(options.substitution),
        (_SUBSTITUTION,),
    ),
    Step(
        "end",
        "终止代理",
        "a substitution ends",
        lambda desk, options: desk.acting.people.end_stand_in(options.substitution),
        (_SUBSTITUTION,),
    ),
    Step(
        "list",
        "列出某人的代理",
        "in which somebody is one of the two",
        lambda desk, options: desk.acting.people.substitutions(options.person),
        (PERSON,),
    ),
)
STEPS = {
    "person": _PERSON_STEPS,
    "role": _ROLE_STEPS,
    "certificate": _CERTIFICATE_STEPS,
    "substitute": _SUBSTITUTE_STEPS,
}
