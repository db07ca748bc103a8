"""What an audit of the ledger says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from govseal.errors import LedgerBroken

MOST_KEPT: Final = 1000
"""Findings that a report holds; the others are counted."""

_WORDS: Final = {
    "entry_missing": ("台账缺少该条", "the entry is missing"),
    "entry_changed": ("内容与写入时不同", "the entry is not what was written"),
    "entry_moved": ("该条原为另一序号", "the entry was written under another number"),
    "entry_added": ("在台账末尾之外添加", "the entry was added outside of the ledger"),
    "entry_emptied": ("内容被清空而无清理记录", "the entry was emptied, and no purge says so"),
    "chain_broken": ("与上一条不相连", "the entry does not follow the one before"),
    "tree_broken": ("与散列树不符", "the tree holds other entries"),
    "head_broken": ("台账末尾与记载不符", "the ledger does not end where it says"),
    "checkpoint_invalid": ("检查点签名无效", "the checkpoint is not signed by the ledger's key"),
    "checkpoint_contradicted": (
        "与已签名的检查点不符",
        "entries are not those that the signed checkpoint holds",
    ),
    "ledger_truncated": ("条数少于已签名的检查点", "the signed checkpoint holds more entries"),
    "entry_without_stamp": ("有记录而无用印", "there is no stamp for the entry"),
    "stamp_without_entry": ("有用印而无记录", "there is no entry for the stamp"),
    "stamp_differs": ("记录与用印不符", "entry and stamp contradict each other"),
    "log_contradicted": (
        "审计日志与台账所记不符",
        "the audit log is not the one that the entry names",
    ),
    "document_unmatched": ("文件与台账不符", "document and ledger do not prove each other"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and in which entries: ``first`` to ``last``, both included."""

    code: str
    first: int
    last: int
    detail: str = ""

    def __str__(self) -> str:
        chinese, english = _WORDS[self.code]
        one = self.first == self.last
        place = f"{self.first}" if one else f"{self.first}–{self.last}"
        detail = f" ({self.detail})" if self.detail else ""
        word = "entry" if one else "entries"
        return f"第 {place} 条：{chinese} / {word} {place}: {english}{detail}"


@dataclass(frozen=True, slots=True)
class LedgerAudit:
    """What was looked at, and everything that is wrong with it."""

    size: int
    """Entries that the ledger says it has."""
    root: bytes | None
    """Root of the tree over them, from the entries themselves; None where some are missing."""
    purged: int
    """Entries whose contents are no longer kept, as a purge in the ledger says."""
    checkpoints: int
    """Checkpoints whose signature and root hold, stored ones and given ones."""
    findings: tuple[Finding, ...]
    more: int = 0
    """Further findings, which are only counted."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def check(self) -> None:
        """Go on only if nothing is wrong.

        Raises:
            LedgerBroken: what is, the first of it.
        """
        if self.findings:
            first = self.findings[0]
            raise LedgerBroken(str(first), entry=first.first, code=first.code)


@dataclass(slots=True)
class Findings:
    """Gathers findings, and holds no more than :data:`MOST_KEPT`."""

    kept: list[Finding] = field(default_factory=list)
    more: int = 0

    def add(self, code: str, first: int, last: int | None = None, detail: str = "") -> None:
        """One more finding, of one entry or of several; a run of the same is one finding."""
        last = first if last is None else last
        before = self.kept[-1] if self.kept else None
        if before and (before.code, before.detail, before.last + 1) == (code, detail, first):
            self.kept[-1] = replace(before, last=last)
        elif len(self.kept) < MOST_KEPT:
            self.kept.append(Finding(code, first, last, detail))
        else:
            self.more += 1
