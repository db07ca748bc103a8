"""Chinese or English, by the address, the browser or the setting, in this order; no cookie."""

from __future__ import annotations

from typing import Final

from flask import current_app, request

from govseal.verification.render.words import Pair, pick
from govseal_server.config import LANGUAGES

TEXTS: Final[dict[str, Pair]] = {
    "title": ("电子签章验证", "Electronic Seal Verification"),
    "lead": (
        "选择盖有电子印章的文件，查看签章是否真实有效、文件是否被改动。",
        "Choose a stamped file to see whether its seal is genuine and whether it was changed.",
    ),
    "choose": ("选择文件，或拖到这里", "Choose a file, or drop it here"),
    "kinds": (
        "PDF、OFD 文件，电子印章（.esl）、电子签章（.ses），不超过 {size}",
        "PDF and OFD documents, seals (.esl), stamps (.ses), up to {size}",
    ),
    "detached": ("签章是另外一个文件？", "Is the stamp a file of its own?"),
    "detached_hint": (
        "上面选择原文，这里选择它的分离式签章（.ses）。",
        "Choose the document above, and its detached stamp (.ses) here.",
    ),
    "verify": ("验证", "Verify"),
    "working": ("正在验证……", "Verifying …"),
    "too_large": ("文件太大，上限为 {size}", "The file is too large; the limit is {size}"),
    "privacy": (
        "文件只在内存中处理，验证后即丢弃，不保存，也不发送给任何第三方。",
        "The file is handled in memory and dropped when verified: neither kept nor passed on.",
    ),
    "print": (
        "打印件和截图没有电子签章，不能用来验证，请使用原来的电子文件。",
        "Prints and screenshots carry no electronic seal: use the electronic file itself.",
    ),
    "again": ("验证另一个文件", "Verify another file"),
    "save": ("保存报告", "Save the report"),
    "problem": ("无法验证", "This cannot be verified"),
    "code": ("代码", "code"),
    "demo": (
        "演示服务器：信任的是一次性的测试证书，结论不可用于实际业务。",
        "A demonstration: it trusts throw-away test certificates. Use it for nothing else.",
    ),
    "no_trust": (
        "服务器没有配置受信任的根证书，因此任何签章都不会“通过”。",
        "This server was given no trusted roots, so no stamp will pass.",
    ),
    "software": ("govseal {version} · 离线验证", "govseal {version} · verifies offline"),
    "other_language": ("English", "中文"),
}


def current_language() -> str:
    """``zh`` or ``en`` for this request."""
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return str(asked)
    for tag, weight in request.accept_languages:  # best first
        primary = tag.partition("-")[0].lower()
        if weight and primary in LANGUAGES:
            return primary
    return str(current_app.config["GOVSEAL_LANGUAGE"])


def text(key: str, **values: str) -> str:
    """One of the texts in the language of this request."""
    return pick(TEXTS[key], current_language()).format(**values)


def size_text(count: int) -> str:
    """A number of bytes as people read it, rounded down."""
    for unit, factor in (("MB", 1024 * 1024), ("kB", 1024)):
        if count >= factor:
            return f"{count // factor} {unit}"
    return f"{count} B"
