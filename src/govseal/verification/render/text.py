"""The report for a terminal: what a clerk needs first, everything else on request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from govseal.verification.reasons import reason_hint, reason_text
from govseal.verification.render import words
from govseal.verification.render.printable import printable
from govseal.verification.report import Check, Effect, Outcome, Report, SignatureReport, Verdict

_MARKS = {
    Outcome.PASSED: "+",
    Outcome.FAILED: "×",
    Outcome.INDETERMINATE: "?",
    Outcome.SKIPPED: "-",
}
_COLOURS = {
    "passed": "32",
    "failed": "31",
    "indeterminate": "33",
    "unsigned": "36",
    "skipped": "2",
}
_LOWERING = (Outcome.FAILED, Outcome.INDETERMINATE)


def render_text(
    report: Report, *, lang: str = "zh", verbose: bool = False, colour: bool = False
) -> str:
    """The report as lines of text, each ended.

    The verdict comes first, then every signature with what lowered its verdict and what was
    noticed; ``verbose`` lists every check. Whatever comes from the document is made printable.
    """
    page = _Page(lang, verbose, colour)
    return "".join(f"{line}\n" for line in page.lines(report))


@dataclass(frozen=True, slots=True)
class _Page:
    lang: str
    verbose: bool
    colour: bool

    def lines(self, report: Report) -> Iterator[str]:
        verdict = self.paint(words.pick(words.VERDICTS[report.verdict], self.lang), report.verdict)
        effect = ""
        if report.effect is not Effect.NONE:
            effect = self.aside(words.pick(words.EFFECTS[report.effect], self.lang))
        yield f"{verdict}  {printable(report.file)}{effect}"
        if report.business is not None:
            for label, text in words.business_rows(report.business, self.lang):
                yield f"  {words.pick(words.FIELDS[label], self.lang)}{self.colon}{printable(text)}"
        seen = set()
        for check in report.checks:
            if self.verbose or check.outcome in _LOWERING:
                yield from self.check(check, "  ")
                seen.add((check.name, check.reason))
        yield from self.notices(report.notices, "  ")
        for signature in report.signatures:
            yield from self.signature(signature, seen, is_bare=report.format == "seal")
        explained = {c.reason for c in report.checks}
        explained.update(c.reason for s in report.signatures for c in s.checks)
        for code in report.reasons:
            if code not in explained:
                yield from self.reason(code, _MARKS[Outcome.FAILED], "  ")

    def signature(
        self, signature: SignatureReport, seen: set[tuple[str, str]], *, is_bare: bool
    ) -> Iterator[str]:
        kind = words.word(words.KINDS, signature.kind, self.lang)
        if is_bare:
            kind = words.pick(words.BARE_SEAL, self.lang)
        verdict = self.paint(
            words.pick(words.VERDICTS[signature.verdict], self.lang), signature.verdict
        )
        yield f"  {kind} {printable(signature.id)}  {verdict}"
        for label, text in self.facts(signature):
            yield f"    {words.pick(words.FIELDS[label], self.lang)}{self.colon}{printable(text)}"
        for check in signature.checks:
            is_told = (check.name, check.reason) in seen
            if self.verbose or (check.outcome in _LOWERING and not is_told):
                yield from self.check(check, "    ")
        yield from self.notices(signature.notices, "    ")

    def notices(self, codes: tuple[str, ...], indent: str) -> Iterator[str]:
        notice = words.pick(words.FIELDS["notice"], self.lang)
        for code in codes:
            yield f"{indent}· {notice} {printable(code)}{self.colon}{reason_text(code, self.lang)}"

    def facts(self, signature: SignatureReport) -> Iterator[tuple[str, str]]:
        if signature.seal is not None:
            yield "seal", f"{signature.seal.name}{self.aside(signature.seal.id)}"
            if signature.signer is None:
                yield "maker", signature.seal.maker
            scope = signature.seal.scope
            if scope is not None:
                yield "scope", words.scope_text(scope, self.lang)
                period = words.period_text(scope.not_before, scope.not_after, self.lang)
                yield "scope_period", period
        if signature.matter is not None:
            yield "matter", signature.matter
        if signature.ledger is not None:
            yield "ledger", words.ledger_text(signature.ledger, self.lang)
        if signature.signer is not None:
            yield "signer", signature.signer.subject
        if signature.signed_at is not None:
            source = words.word(words.TIME_SOURCES, signature.time_source, self.lang)
            moment = f"{words.time_text(signature.signed_at, self.lang)}"
            yield "signed_at", f"{moment}{self.separator}{source}"
        pages = signature.pages
        if pages is not None and not (pages.is_whole and pages.is_root_protected):
            yield "coverage", words.coverage_text(signature.coverage, pages, self.lang)

    def check(self, check: Check, indent: str) -> Iterator[str]:
        label = words.word(words.CHECKS, check.name, self.lang)
        mark = self.paint_outcome(_MARKS[check.outcome], check.outcome)
        head = f"{indent}{mark} {check.name} {label}"
        if not check.reason:
            outcome = words.pick(words.OUTCOMES[check.outcome], self.lang)
            yield head if check.outcome in _LOWERING else f"{head}{self.colon}{outcome}"
            return
        detail = self.aside(printable(check.detail)) if check.detail else ""
        yield f"{head}{self.colon}{reason_text(check.reason, self.lang)}{detail}"
        if check.outcome in _LOWERING:
            yield from self.hint(check.reason, indent)

    def reason(self, code: str, mark: str, indent: str) -> Iterator[str]:
        yield f"{indent}{mark} {printable(code)}{self.colon}{reason_text(code, self.lang)}"
        yield from self.hint(code, indent)

    def hint(self, code: str, indent: str) -> Iterator[str]:
        text = reason_hint(code, self.lang)
        if text:
            yield f"{indent}  {words.pick(words.FIELDS['hint'], self.lang)}{self.colon}{text}"

    @property
    def colon(self) -> str:
        return "：" if self.lang == "zh" else ": "

    @property
    def separator(self) -> str:
        return "，" if self.lang == "zh" else ", "

    def aside(self, text: str) -> str:
        return f"（{text}）" if self.lang == "zh" else f" ({text})"

    def paint(self, text: str, verdict: Verdict) -> str:
        return self._painted(text, verdict.value)

    def paint_outcome(self, text: str, outcome: Outcome) -> str:
        return self._painted(text, outcome.value)

    def _painted(self, text: str, value: str) -> str:
        return f"\x1b[{_COLOURS[value]}m{text}\x1b[0m" if self.colour else text
