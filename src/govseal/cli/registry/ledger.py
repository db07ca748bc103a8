"""``govseal registry ledger``: reading, proving, auditing, exporting, taking over, purging."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from govseal.cli.language import current, say
from govseal.cli.problems import UsageError
from govseal.cli.progress import Progress
from govseal.cli.registry.desk import Desk
from govseal.cli.registry.files import hand_out, read_file
from govseal.cli.registry.labels import field_label
from govseal.cli.registry.show import Answer, table
from govseal.cli.registry.step import FILE, LAST, Step, argument, output, since, until
from govseal.cli.registry.useforms import day
from govseal.cli.registry.words import loose_text
from govseal.verification.render.printable import printable

if TYPE_CHECKING:
    from govseal.registry.ledger.findings import LedgerAudit
    from govseal.registry.ledger.matching import LedgerMatch
    from govseal.registry.ledger.notes import LogKey
    from govseal.registry.ledger.proofs import InclusionProof
    from govseal.registry.ledger.reading import Line

_SHOWN = ("stamped_on", "matter", "reason", "section", "copies", "handler", "approvers")
MAX_PROOF = 1024 * 1024
MAX_LEDGER = 64 * 1024 * 1024
_ENTRY = argument("entry", zh="台账号（从 0 起）", en="the entry's ledger number, from 0", type=int)
_SEAL = argument("--seal", zh="只要该印章的", en="of a seal", kind="seal", metavar="SEAL")
_KEY = argument(
    "--key",
    zh="台账的公钥（ledger key 所示），应在别处保存",
    en="the ledger's key, as ledger key shows it, kept elsewhere",
    dest="log_key",
    metavar="TEXT|F",
)


def read_log_key(text: str | None) -> LogKey | None:
    """The ledger's key from its text, or a file with it."""
    if text is None:
        return None
    from govseal.registry.ledger.notes import LogKey  # noqa: PLC0415 - start-up

    path = Path(text)
    if path.is_file():
        text = read_file(path, MAX_PROOF).decode("utf-8-sig")
    return LogKey.parse(text.strip())


def _entries(desk: Desk, options: argparse.Namespace) -> object:
    found = desk.acting.ledger.entries(seal=options.seal, since=options.since, until=options.until)
    lines = found[-options.last :] if options.last > 0 else []
    return Answer(lines, lines=tuple(_table(lines)))


def _table(lines: Sequence[Line]) -> Iterator[str]:
    """The ledger for people, with the headings of its printed form."""
    from govseal.registry.ledger.entry import heading, printed  # noqa: PLC0415 - start-up
    from govseal.registry.ledger.printed import remark  # noqa: PLC0415 - as above

    if not lines:
        yield say("（无）", "(none)")
        return
    language: Literal["zh", "en"] = "en" if current() == "en" else "zh"
    head = [field_label("entry"), field_label("kind"), *(heading(f, language) for f in _SHOWN)]
    head.append(field_label("remark"))
    rows = [
        [
            str(line.sequence),
            loose_text(line.kind),
            *(printable(str(printed(line.fields.get(f), language))) for f in _SHOWN),
            printable(remark(line, language)),
        ]
        for line in lines
    ]
    yield from table([head, *rows])


def _export(desk: Desk, options: argparse.Namespace) -> object:
    form = options.form or options.output.suffix.lstrip(".").lower()
    if form not in ("xlsx", "csv"):
        raise UsageError(say("台账导出为 xlsx 或 csv", "a ledger is exported as xlsx or csv"))
    data = desk.acting.ledger.export(
        form,
        seal=options.seal,
        since=options.since,
        until=options.until,
        language="en" if current() == "en" else "zh",
    )
    return hand_out(options, data)


def _import(desk: Desk, options: argparse.Namespace) -> object:
    columns = dict(_pair(text) for text in options.columns)
    return desk.acting.ledger.import_(
        read_file(options.file, MAX_LEDGER),
        name=options.file.name,
        seal=options.seal,
        columns=columns or None,
    )


def _pair(text: str) -> tuple[str, str]:
    name, parts, value = text.partition("=")
    if not parts or not name:
        raise UsageError(say(f"{text} 不是“名称=值”", f"{text} is no NAME=VALUE"))
    return name, value


def _correct(desk: Desk, options: argparse.Namespace) -> object:
    fields: dict[str, object] = dict(_pair(text) for text in options.fields)
    copies = fields.get("copies")
    if isinstance(copies, str) and copies.isdecimal():  # the one field that is a number
        fields["copies"] = int(copies)
    return desk.acting.ledger.correct(options.entry, reason=options.reason, **fields)


def _purge(desk: Desk, options: argparse.Namespace) -> object:
    return desk.acting.ledger.purge(options.before, basis=options.basis)


def _checkpoint(desk: Desk, options: argparse.Namespace) -> object:
    checkpoint = desk.bureau.ledger.checkpoint()
    _write(options, checkpoint.note)
    lines = () if options.output is not None else tuple(checkpoint.note.rstrip("\n").split("\n"))
    return Answer(checkpoint, lines=lines)


def _write(options: argparse.Namespace, text: str) -> None:
    if options.output is not None:
        hand_out(options, text.encode())


def _prove(desk: Desk, options: argparse.Namespace) -> object:
    proof = desk.bureau.ledger.prove(options.entry, shows_entry=options.shows_entry)
    hand_out(options, proof.text.encode())
    return {"file": options.output.name, "entry": proof.sequence, "size": proof.checkpoint.size}


def _prove_growth(desk: Desk, options: argparse.Namespace) -> object:
    from govseal.registry.ledger.proofs import Checkpoint  # noqa: PLC0415 - start-up

    old = Checkpoint.parse(read_file(options.file, MAX_PROOF))
    proof = desk.bureau.ledger.prove_growth(old)
    hand_out(options, proof.text.encode(), options.file)
    return {"file": options.output.name, "first": proof.old, "size": proof.checkpoint.size}


def _leaf(options: argparse.Namespace, proof: InclusionProof) -> bytes | None:
    """The leaf that the proof has to be of, from the stamp or as it is given.

    Raises:
        UsageError: neither the proof nor the options say which entry it is of.
    """
    if options.leaf is not None:
        return bytes.fromhex(options.leaf)
    if options.document is not None:
        from govseal import facade  # noqa: PLC0415 - start-up
        from govseal.seal.extensions import LedgerReference  # noqa: PLC0415 - start-up

        for signature in facade.inspect(options.document).signatures:
            reference = LedgerReference.find(signature.extensions)
            if reference is not None and reference.sequence == proof.sequence:
                return reference.leaf
        raise UsageError(
            say(
                f"{options.document}：没有载明台账第 {proof.sequence} 条的签章",
                f"{options.document}: no stamp in it names entry {proof.sequence}",
            )
        )
    if proof.entry is None:
        raise UsageError(
            say("证明没有附上该条内容", "the proof does not hold the entry"),
            say(
                "用 --document 指明盖章的文件，或用 --leaf 给出杂凑值",
                "name the stamped file with --document, or the leaf with --leaf",
            ),
        )
    return None


def _verify_proof(_: Desk, options: argparse.Namespace) -> object:
    """An inclusion proof, or with the older checkpoint one of growth; a failure is a refusal."""
    from govseal.errors import RegistryError  # noqa: PLC0415 - start-up
    from govseal.registry.ledger import proofs  # noqa: PLC0415 - start-up

    key = read_log_key(options.log_key)
    data = read_file(options.file, MAX_PROOF)
    if key is None:
        raise AssertionError  # the option is required
    try:
        if options.old is not None:
            old = proofs.Checkpoint.parse(read_file(options.old, MAX_PROOF))
            checkpoint = proofs.ConsistencyProof.parse(data).verify(key, old=old)
        else:
            proof = proofs.InclusionProof.parse(data)
            checkpoint = proof.verify(key, leaf=_leaf(options, proof))
    except RegistryError as error:
        if error.code not in ("proof_invalid", "note_invalid"):
            raise
        answer = {"is_proven": False, "code": error.code, "message": str(error)}
        text = say(f"证明不成立（{error}）", f"the proof does not hold: {error}")
        return Answer(answer, status=1, lines=(text,))
    text = say(
        f"证明成立：台账 {checkpoint.log}，共 {checkpoint.size} 条",
        f"the proof holds: ledger {checkpoint.log}, {checkpoint.size} entries",
    )
    answer = {"is_proven": True, "log": checkpoint.log, "size": checkpoint.size}
    return Answer(answer, lines=(text,))


def _audit(desk: Desk, options: argparse.Namespace) -> object:
    with Progress(1) as progress:
        audit = desk.bureau.ledger.audit(
            checkpoints=[read_file(path, MAX_PROOF) for path in options.checkpoints],
            key=read_log_key(options.log_key),
            documents=options.documents,
            on_progress=lambda done, size: progress.reach(done, size, say("台账", "ledger")),
        )
    facts = {
        "is_whole": audit.is_whole,
        "size": audit.size,
        "root": audit.root,
        "purged": audit.purged,
        "checkpoints": audit.checkpoints,
        "findings": audit.findings,
        "more": audit.more,
    }
    return Answer(facts, status=0 if audit.is_whole else 1, lines=tuple(_audit_lines(audit)))


def _audit_lines(audit: LedgerAudit) -> list[str]:
    root = audit.root.hex() if audit.root is not None else "–"
    lines = [
        say(
            f"台账共 {audit.size} 条，检查点 {audit.checkpoints} 个成立，树根 {root}",
            f"{audit.size} entries, {audit.checkpoints} checkpoints hold, root {root}",
        )
    ]
    if audit.is_whole:
        lines.append(say("结论：完整", "verdict: whole"))
        return lines
    for finding in audit.findings:
        zh, _, en = str(finding).partition(" / ")
        lines.append(f"  · {say(zh, en or zh)}")
    if audit.more:
        lines.append(say(f"  · 另有 {audit.more} 处", f"  · and {audit.more} more"))
    lines.append(say("结论：台账被改动", "verdict: the ledger was tampered with"))
    return lines


def _match(desk: Desk, options: argparse.Namespace) -> object:
    detached = None if options.detached is None else read_file(options.detached)
    match = desk.bureau.ledger.match(read_file(options.file), detached=detached)
    facts = {name: getattr(match, name) for name in ("is_proven", "sm3", "stamps", "scan_of")}
    return Answer(facts, status=0 if match.is_proven else 1, lines=tuple(_match_lines(match)))


def _match_lines(match: LedgerMatch) -> list[str]:
    if match.scan_of is not None:
        return [
            say(
                f"结论：台账第 {match.scan_of} 条登记了该扫描件（纸质文书，手工加盖）",
                f"verdict: a scan that entry {match.scan_of} holds, of paper stamped by hand",
            )
        ]
    lines = []
    for stamp in match.stamps:
        if stamp.is_proven:
            text = say(f"台账第 {stamp.entry} 条", f"entry {stamp.entry} of the ledger")
        else:
            text = say("；", "; ").join(stamp.problems)
        lines.append(f"  {stamp.signature}{say('：', ': ')}{text}")
    lines.append(
        say("结论：文件与台账相互印证", "verdict: document and ledger prove each other")
        if match.is_proven
        else say("结论：台账不能证明该文件", "verdict: the ledger does not prove the document")
    )
    return lines


def _key(desk: Desk, _: argparse.Namespace) -> object:
    key = desk.bureau.ledger.key
    return () if key is None else Answer({"key": key.text}, lines=(key.text,))


_READING = (
    Step(
        "show",
        "台账：用印、更正、导入的记录",
        "the uses, corrections and imported rows",
        _entries,
        (_SEAL, since(), until(), LAST),
    ),
    Step(
        "export",
        "导出台账（XLSX 或 CSV）",
        "the printed ledger as XLSX or CSV",
        _export,
        (
            _SEAL,
            since(),
            until(),
            argument(
                "--form",
                zh="xlsx 或 csv（缺省看文件名）",
                en="xlsx or csv (by the name)",
                choices=("xlsx", "csv"),
            ),
            output("台账", "the ledger"),
        ),
    ),
    Step(
        "import",
        "导入旧台账（CSV、XLSX），按其原样",
        "take over an older ledger, as what it is",
        _import,
        (
            FILE,
            _SEAL,
            argument(
                "--column",
                zh="表头=字段，可重复",
                en="HEADING=FIELD, repeatable",
                dest="columns",
                metavar="H=F",
                action="append",
                default=[],
            ),
        ),
    ),
    Step(
        "correct",
        "更正一条记录：另记一条，原记录不变",
        "correct an entry by a further one",
        _correct,
        (
            _ENTRY,
            argument(
                "--field",
                zh="字段=内容，可重复",
                en="FIELD=VALUE, repeatable",
                dest="fields",
                metavar="F=V",
                action="append",
                required=True,
            ),
            argument("--reason", zh="理由", en="the reason", metavar="TEXT", required=True),
        ),
    ),
    Step(
        "purge",
        "销毁保管期满的内容（不少于三年）；证明仍然成立",
        "empty entries that need not be kept any more",
        _purge,
        (
            argument(
                "--before",
                zh="该日之前",
                en="of days before it",
                metavar="DAY",
                type=day,
                required=True,
            ),
            argument(
                "--basis",
                zh="批准的文件",
                en="the paper that approves it",
                metavar="TEXT",
                required=True,
            ),
        ),
    ),
)
_PROVING = (
    Step(
        "key",
        "台账的公钥，交审计人员另行保存",
        "its public key, for auditors to keep elsewhere",
        _key,
        needs="registry",
    ),
    Step(
        "checkpoint",
        "签署检查点：台账此刻的条数和树根",
        "sign what the ledger is now",
        _checkpoint,
        (output("检查点", "the checkpoint", required=False),),
        needs="registry",
    ),
    Step(
        "prove",
        "证明一条记录在台账中",
        "that an entry stands in the ledger",
        _prove,
        (
            _ENTRY,
            argument(
                "--shows-entry", zh="附上该条内容", en="with the entry itself", action="store_true"
            ),
            output("x.tlog-proof", "x.tlog-proof"),
        ),
        needs="registry",
    ),
    Step(
        "prove-growth",
        "证明台账只是在旧检查点之后续写",
        "that it only continues a checkpoint",
        _prove_growth,
        (FILE, output("证明", "the proof")),
        needs="registry",
    ),
    Step(
        "verify-proof",
        "验证证明（不需要登记系统）",
        "check a proof; no registry is needed",
        _verify_proof,
        (
            FILE,
            argument(
                "--key",
                zh="台账的公钥",
                en="the ledger's key",
                dest="log_key",
                metavar="TEXT|F",
                required=True,
            ),
            argument(
                "--old",
                zh="续写证明的旧检查点",
                en="the older checkpoint, for growth",
                metavar="F",
                type=Path,
            ),
            argument(
                "--document",
                zh="盖章的文件：证明的应是其签章所载的记录",
                en="the stamped file whose stamp names the entry",
                metavar="F",
                type=Path,
            ),
            argument(
                "--leaf", zh="签章所载的记录杂凑值", en="the leaf that a stamp names", metavar="HEX"
            ),
        ),
        needs="nothing",
    ),
    Step(
        "audit",
        "全面审计：逐条重算，与检查点、签章对照",
        "hash every entry again, and hold it against all that speaks of it",
        _audit,
        (
            argument(
                "--checkpoint",
                zh="另行保存的检查点，可重复",
                en="kept elsewhere, repeatable",
                dest="checkpoints",
                metavar="F",
                type=Path,
                action="append",
                default=[],
            ),
            argument(
                "--document",
                zh="盖章的文件，可重复",
                en="stamped files, repeatable",
                dest="documents",
                metavar="F",
                type=Path,
                action="append",
                default=[],
            ),
            _KEY,
        ),
        needs="registry",
    ),
    Step(
        "match",
        "盖章文件与台账是否相互印证",
        "whether document and ledger prove each other",
        _match,
        (
            FILE,
            argument(
                "--detached", zh="分离式签章", en="the detached stamp", metavar="F.ses", type=Path
            ),
        ),
        needs="registry",
    ),
)
STEPS = {"ledger": (*_READING, *_PROVING)}
