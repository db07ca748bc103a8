"""``govseal seal show``: what an electronic seal is, and whether it may be used."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from govseal import facade
from govseal.asn1.times import in_beijing
from govseal.cli import problems
from govseal.cli.anchors import add_anchors, add_tsa, materials_of, policy_of, trust_of
from govseal.cli.arguments import Parser, add_moment
from govseal.cli.facts import lines, seal_facts
from govseal.cli.files import speaking_of
from govseal.cli.language import current, say
from govseal.errors import FormatError
from govseal.pki.certificate import Certificate
from govseal.seal import naming
from govseal.seal.model import Seal
from govseal.verification.policy import DEFAULT_POLICY
from govseal.verification.reasons import reason_hint, reason_text
from govseal.verification.render import words
from govseal.verification.render.printable import printable
from govseal.verification.usability import SealUse, SignerUse, Usability

_VERDICTS = {
    Usability.USABLE: ("可以使用", "may be used"),
    Usability.UNUSABLE: ("不得使用", "may not be used"),
    Usability.UNKNOWN: ("不能确定能否使用", "whether it may be used is not known"),
}
_SIGNERS = {
    Usability.USABLE: ("可以签章", "may sign"),
    Usability.UNUSABLE: ("不得签章", "may not sign"),
    Usability.UNKNOWN: ("不能确定", "not known"),
}
# GM/T 0031-2014 has two types; the numbers of the later standards are open, these are in use.
_TYPES_2014 = {1: ("单位印章", "seal of a unit"), 2: ("个人名章", "seal of a person")}
_TYPES = {
    1: ("法定名称章", "legal name seal"),
    2: ("财务专用章", "finance seal"),
    3: ("发票专用章", "invoice seal"),
    4: ("合同专用章", "contract seal"),
    5: ("电子名章", "personal name seal"),
    6: ("业务专用章", "business seal"),
    99: ("其他", "other"),
}


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal seal show``."""
    parser.input("file", zh="电子印章", en="the electronic seal", metavar="seal.esl", type=Path)
    add_anchors(parser)
    add_tsa(parser)
    add_moment(parser)
    parser.option(
        "--verbose", zh="列出印章中的全部内容", en="list all that is inside", action="store_true"
    )
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Show the seal and what is judged of it."""
    with speaking_of(options.file):
        seal = facade.load_seal(options.file)
    use = facade.judge_use(
        seal,
        trust_of(options),
        materials=materials_of(options),
        policy=policy_of(options, DEFAULT_POLICY),
        at=options.as_of,
    )
    facts = seal_facts(seal)
    if options.json:
        answer = {"schema": "govseal.seal/1", "file": options.file.name, **facts}
        problems.print_json({**answer, "use": _use_facts(use)})
        return 0
    from govseal.cli.terminal import show_picture  # noqa: PLC0415 - beside its one use

    unshown = ""
    try:
        show_picture(seal.picture, sys.stdout)
    except FormatError as error:  # the seal is shown all the same
        unshown = f"{say('，不能显示：', ', cannot be shown: ')}{error}"
    print("\n".join(map(printable, _page(seal, use, unshown))))
    if options.verbose:
        print()
        print("\n".join(lines(facts)))
    return 0


def _use_facts(use: SealUse) -> dict[str, object]:
    return {
        "verdict": use.usability.value,
        "reasons": list(use.reasons),
        "at": in_beijing(use.at).isoformat(timespec="seconds"),
        "signers": [
            {"subject": item.subject, "verdict": item.usability.value, "reason": item.reason}
            for item in use.signers
        ],
        "checks": [check.to_dict() for item in use.report.signatures for check in item.checks],
    }


def _row(zh: str, en: str, text: str) -> str:
    return f"{say(zh, en)}{say('：', ': ')}{text}"


def _page(seal: Seal, use: SealUse, unshown: str) -> Iterator[str]:
    """The seal for a clerk: who, what, until when; the verdict, and what to do about it.

    ``unshown`` says why its picture is not above.
    """
    properties, picture = seal.properties, seal.picture
    yield _row("名称", "name", seal.name)
    yield _row("编码", "code", seal.es_id)
    yield _row("类型", "type", _type(seal))
    yield from _unit(seal)
    start, end = properties.not_before.moment, properties.not_after.moment
    yield _row("有效期", "valid", words.period_text(start, end, current()) + _left(end, use.at))
    size = f"{picture.width_mm} × {picture.height_mm} {say('毫米，', 'mm, ')}{picture.kind.upper()}"
    yield _row("印模", "imprint", size + unshown)
    yield _row("标准", "standard", seal.generation.standard)
    for signature in use.report.signatures:
        if signature.seal is not None:
            yield _row("制章人", "maker", signature.seal.maker)
            if signature.seal.scope is not None:
                scope = words.scope_text(signature.seal.scope, current())
                yield _row("用章范围", "scope", scope)
    yield from _signers(seal, use)
    yield ""
    yield _row("结论", "verdict", say(*_VERDICTS[use.usability]))
    for code in use.reasons:
        hint = reason_hint(code, current())
        text = reason_text(code, current())
        yield f"  · {text}" + (f"{say('。', '; ')}{hint}" if hint else "")


def _type(seal: Seal) -> str:
    number = seal.properties.type
    known = (_TYPES_2014 if seal.generation.year == 2014 else _TYPES).get(number)
    return f"{say(*known)}{say(f'（{number}）', f' ({number})')}" if known else str(number)


def _unit(seal: Seal) -> Iterator[str]:
    """The unit and its credit code, where the first certificate has them in its O."""
    for der in seal.properties.signers.certificates[:1]:
        try:
            organization = Certificate.from_der(der).subject_value("O")
            code, name = naming.read_organization(organization or "")
        except FormatError:
            return
        yield _row("单位", "unit", name)
        yield _row("统一社会信用代码", "credit code", code.text)


def _left(end: datetime | None, at: datetime) -> str:
    """How many days are left, of Beijing; nothing for a seal that is not valid any more."""
    if end is None or end < at:
        return ""
    days = (in_beijing(end).date() - in_beijing(at).date()).days
    return say(f"，尚余 {days} 天", f", {days} days left")


def _signers(seal: Seal, use: SealUse) -> Iterator[str]:
    listed = seal.properties.signers
    count = len(listed.certificates) + len(listed.digests) + len(listed.identifiers)
    yield _row("授权的签章人", "permitted signers", str(count))
    for item in use.signers:
        yield f"  - {item.subject or say('无法读取的证书', 'a certificate that cannot be read')}"
        yield f"    {_standing(item)}"
    for digest in listed.digests:
        yield f"  - {digest.value.hex()}"


def _standing(item: SignerUse) -> str:
    parts = [say(*_SIGNERS[item.usability])]
    if item.not_after is not None:
        until = f"{in_beijing(item.not_after):%Y-%m-%d}"
        parts.append(say(f"证书有效期至 {until}", f"certificate valid until {until}"))
    if item.reason:
        parts.append(reason_text(item.reason, current()))
    return say("，", ", ").join(parts)
