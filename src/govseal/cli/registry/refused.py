"""Refusals and errors of the registry as the command line tells them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from govseal.cli.language import say
from govseal.cli.problems import REFUSED, UNUSABLE, Problem
from govseal.cli.registry.words import loose_text, word_text
from govseal.errors import Defective, LedgerBroken, Refused, RegistryError, StateError
from govseal.registry.refusals import refusal_of

_PARTS: Final = " / "
DERIVED: Final = "(d)"
"""The clause of a rule that no regulation words: this project derived it."""
# What is wrong with a registry, in Chinese, where its own message has none.
_ERRORS: Final = {
    "database_busy": "数据库正忙，请稍后再试",
    "database_unavailable": "数据库不能使用",
    "database_refused": "数据库拒绝",
    "schema_unknown": "数据库中的表不是本版登记系统的",
    "schema_old": "数据库的表是旧版的",
    "secrets_missing": "没有静态数据密钥",
    "policy_unknown": "没有该制度",
    "policy_invalid": "制度文件有误",
    "calendar_invalid": "节假日文件有误",
    "ledger_broken": "台账不能自证完整",
    "ledger_key": "台账密钥不符",
    "registry_damaged": "登记系统的数据与记载不符",
    "proof_invalid": "证明不成立",
    "note_invalid": "检查点不成立",
    "malformed": "格式有误",
    "not_found": "没有该记录",
    "no_seal": "尚未制作电子印章",
    "no_key": "登记系统中没有该印章的密钥",
    "purged": "该条台账已按期销毁",
    "too_large": "太大",
    "stamp_unproven": "签章没有载明台账条目",
}
_HINTS: Final = {
    "secrets_missing": (
        "用 --secrets 或环境变量 GOVSEAL_SECRETS 指明",
        "name it with --secrets or the variable GOVSEAL_SECRETS",
    ),
    "no_registry": ("先用 govseal registry init 建立", "found one with govseal registry init"),
    "schema_old": (
        "先备份，再用 govseal registry upgrade 升级",
        "make a backup, then run govseal registry upgrade",
    ),
    "calendar_missing": (
        "用 govseal registry calendar load 载入国务院办公厅的通知",
        "load the year's notice with govseal registry calendar load",
    ),
}


def explain_registry(error: RegistryError) -> Problem:
    """What the registry says, in the language of the run."""
    if isinstance(error, Refused):
        return _refusal(error)
    zh, en = _split(str(error))
    known = _ERRORS.get(error.code, "")
    if not zh:
        zh = f"{known}（{en}）" if known else en
    status = REFUSED if isinstance(error, LedgerBroken) else UNUSABLE
    return Problem(status, error.code, say(zh, en), say(*_HINTS.get(error.code, ("", ""))))


def _refusal(error: Refused) -> Problem:
    refusal = refusal_of(error.code)
    zh, en = _split(str(error))
    if isinstance(error, StateError) and error.wanted:
        zh = _state(error)
    if not zh:
        zh = f"{refusal.zh}（{en}）" if refusal else en
    text = f"{error.code}{say('：', ': ')}{say(zh, en)}"
    more: dict[str, object] = {"clause": error.clause}
    if isinstance(error, StateError):
        more |= {"state": str(error.state), "wanted": [str(item) for item in error.wanted]}
    if isinstance(error, Defective):
        more["defects"] = list(error.defects)
        text += say("：", ": ") + say("；", "; ").join(error.defects)
    if error.clause and error.clause != DERIVED:
        text += say(f"（{error.clause}）", f" ({error.clause})")
    hint = say(refusal.hint_zh, refusal.hint_en) if refusal else ""
    return Problem(REFUSED, error.code, text, hint, more=more)


def _state(error: StateError) -> str:
    """An illegal step: the present state, and those that permit it."""
    refusal = refusal_of(error.code)
    meaning = refusal.zh if refusal else ""
    wanted = "、".join(map(_word, error.wanted))
    return f"{meaning}：现为“{_word(error.state)}”" + (f"，须为{wanted}" if wanted else "")


def _word(state: str) -> str:
    return word_text(state) if isinstance(state, StrEnum) else loose_text(state)


def _split(message: str) -> tuple[str, str]:
    """The Chinese and the English of a message that may have both, one before the other."""
    zh, parts, en = message.partition(_PARTS)
    if parts and _is_chinese(zh) and en:
        return zh, en
    return (message, message) if _is_chinese(message) else ("", message)


def _is_chinese(text: str) -> bool:
    """Whether a text is Chinese, and not English about things with Chinese names."""
    letters = sum(char.isascii() and char.isalpha() for char in text)
    return sum(char >= "\u4e00" for char in text) > letters // 2
