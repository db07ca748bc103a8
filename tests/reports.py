"""Reports put together by hand, for the tests of what renders them."""

from __future__ import annotations

from datetime import UTC, datetime

from govseal.formats.source import FileDigests
from govseal.verification.report import (
    Check,
    Effect,
    Outcome,
    Report,
    SealSummary,
    SignatureReport,
    SignerSummary,
    Verdict,
)

AT = datetime(2026, 6, 1, 10, tzinfo=UTC)
LATER = datetime(2027, 6, 1, 10, tzinfo=UTC)
HOSTILE = (
    "\x1b[2J\x1b]0;x\x07<script>alert(1)</script>\"'&amp;\r\nGET / HTTP\u202egpj.exe\udc80"
    "<img src=x onerror=alert(1)>"
)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d4944415478da63fccfc0f01f0005050201b5ee8a3e0000000049454e44ae426082"
)
_EFFECTS = {Verdict.PASSED: Effect.ORIGINAL_EQUIVALENT, Verdict.UNSIGNED: Effect.COPY}


def check(name, outcome, reason="", detail=""):
    return Check(name, Outcome(outcome), reason, "GB/T 38540-2020, 7.3", detail)


def signature(*checks, is_bare=False, notices=(), **changes):
    """A signature whose verdict follows from its checks."""
    outcomes = {item.outcome for item in checks}
    verdict = Verdict.PASSED
    for outcome in (Outcome.INDETERMINATE, Outcome.FAILED):
        verdict = Verdict(outcome.value) if outcome in outcomes else verdict
    text = changes.get("name", "C=CN, CN=签章人")
    signer = SignerSummary(text, text, "2a", AT, LATER)
    seal = SealSummary(
        id=changes.get("seal_id", "99000000000001"),
        name=changes.get("name", "测试市行政审批服务管理局行政审批专用章"),
        type="6",
        maker=changes.get("name", "C=CN, CN=制章人"),
        not_before=AT,
        not_after=LATER,
        picture_sha256="00",
        picture=changes.get("picture", PIXEL),
        picture_kind=changes.get("picture_kind", "png"),
    )
    return SignatureReport(
        id=changes.get("id", "s001"),
        kind="seal",
        standard="GB/T 38540-2020",
        verdict=verdict,
        checks=checks,
        notices=notices,
        signed_at=None if is_bare else AT,
        time_source="claimed",
        coverage="whole_file",
        algorithm="sm2-sm3",
        signer=None if is_bare else signer,
        seal=seal,
    )


def report(*signatures, checks=(), **changes):
    """A report whose verdict is that of its worst signature."""
    verdicts = {item.verdict for item in signatures}
    verdict = Verdict.PASSED if signatures else Verdict.UNSIGNED
    for worse in (Verdict.INDETERMINATE, Verdict.FAILED):
        verdict = worse if worse in verdicts else verdict
    verdict = changes.get("verdict", verdict)
    reasons = dict.fromkeys(code for item in signatures for code in item.reasons)
    return Report(
        file=changes.get("file", "permit.ofd"),
        format=changes.get("format", "ofd"),
        size=12345,
        digests=FileDigests(None, (b"\xab" * 32, b"\xcd" * 32)),
        verdict=verdict,
        effect=_EFFECTS.get(verdict, Effect.NONE),
        reasons=changes.get("reasons", tuple(reasons)),
        verified_at=AT,
        policy="default",
        signatures=signatures,
        checks=checks,
        notices=changes.get("notices", ()),
    )
