"""The report as one self-contained HTML page that a clerk can print and put on file."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

import govseal
from govseal.errors import GovsealError
from govseal.seal.picture import MAX_PIXELS, SealPicture
from govseal.verification.reasons import REASONS
from govseal.verification.render import words
from govseal.verification.render.printable import printable
from govseal.verification.render.style import STYLE
from govseal.verification.render.words import FIELDS, Pair
from govseal.verification.report import (
    Check,
    Outcome,
    Report,
    SealSummary,
    SignatureReport,
)

# Pictures that a browser shows without running anything in them.
_MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif"}

_TITLE: Pair = ("电子签章验证报告", "Electronic Seal Verification Report")
_FILE: Pair = ("文件", "The file")
_CHECK_HEADS: tuple[Pair, ...] = (
    ("检查项目", "Check"),
    ("结果", "Outcome"),
    ("说明", "Explanation"),
    ("依据", "Clause"),
)
_CHECKS: Pair = ("检查明细", "All checks")
_NO_PICTURE: Pair = ("印模不可显示", "the imprint cannot be shown")
_LOWERING = (Outcome.FAILED, Outcome.INDETERMINATE)
_PAGE: Pair = ("页面图像", "Page picture")
_ASK: Pair = (
    "验证服务缺少这项材料，请联系其管理员",
    "this service lacks it: ask whoever runs it",
)
_LOOK: Pair = ("只供查看，不作依据", "to look at, proof of nothing")
_NOTICES: Pair = ("注意事项（不影响结论）", "Notices (they do not change the verdict)")
_FOOTER: tuple[Pair, ...] = (
    (
        "本报告只对上列杂凑值所对应的文件有效；离线验证，未访问网络。",
        "This report speaks only of the file with the digests above; it was made offline.",
    ),
    ("验证软件：", "Software: "),
)


def render_html(report: Report, lang: str = "zh", pictures: Sequence[bytes] = ()) -> str:
    """One HTML page: ``lang`` (``zh`` or ``en``) first, the other language beside it.

    Nothing in it is fetched or run; a content security policy says so to the browser. Whatever
    comes from the document is escaped. ``pictures`` are PNG pictures of pages, in their order.
    """
    page = _Page(lang)
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    body = "\n".join(page.parts(report, enumerate(pictures, 1)))
    title = escape(f"{words.pick(_TITLE, lang)} {printable(report.file)}")
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def render_fragment(
    report: Report, lang: str = "zh", pictures: Mapping[int, bytes] | None = None
) -> str:
    """The same report as the inner HTML of somebody's own page, which brings its style along.

    :data:`govseal.verification.render.style.STYLE` is that style. What a clerk asks first comes
    first; of the checks, those that did not pass, the others folded up. ``pictures`` are PNG
    pictures of pages by the number of the page.
    """
    shown = (pictures or {}).items()
    return "\n".join(_Page(lang, is_folded=True).parts(report, shown))


def _data_uri(data: bytes, kind: str) -> str:
    """A picture as data: URI; empty where it is of no harmless kind, damaged or a bomb."""
    if kind == "svg":
        from govseal.seal.drawing.svg import paths_from_svg  # noqa: PLC0415 - few seals are SVG

        if not paths_from_svg(data, 1, 1):
            return ""
        # It holds outlines and nothing else, so there is nothing in it that could act.
        return f"data:image/svg+xml;base64,{base64.b64encode(data).decode()}"
    media = _MEDIA_TYPES.get(kind)
    if media is None:
        return ""
    try:
        size = SealPicture("", data, 1, 1).pixel_size()
    except GovsealError:
        return ""
    if size is None or size[0] * size[1] > MAX_PIXELS:
        return ""
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


def _text(value: str) -> str:
    return escape(printable(value, limit=2000))


def _clause(clause: str) -> str:
    """A clause, broken at most between the standard and the number."""
    standard, comma, number = _text(clause).partition(", ")
    return standard + comma + number.replace(" ", "&nbsp;")


def _settings(settings: Mapping[str, object]) -> Iterable[tuple[Pair, str]]:
    """A row that says what a policy asks beyond its name, as its file would; none by default."""
    lines = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in settings.items()
    ]
    if lines:
        yield FIELDS["policy_settings"], "<br>".join(map(_text, lines))


def _join(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class _Page:
    lang: str
    is_folded: bool = False
    """For a screen: the stamps first, the checks of what passed on request only."""

    def parts(self, report: Report, pictures: Iterable[tuple[int, bytes]]) -> Iterable[str]:
        subject = f'<p class="subject">{_text(report.file)}</p>' if self.is_folded else ""
        yield f"<header><h1>{self.both(_TITLE)}</h1>{subject}</header>"
        yield self.banner(report)
        yield self.reasons(report)
        if not self.is_folded:
            yield self.file_facts(report)
        if any(check.outcome is not Outcome.PASSED for check in report.checks):
            yield self.checks(report.checks)
        yield self.notices(report.notices)
        for number, signature in enumerate(report.signatures, 1):
            yield self.signature(number, signature, is_bare=report.format == "seal")
        for number, picture in pictures:
            yield self.page_picture(number, picture)
        if self.is_folded:
            yield self.file_facts(report)
        yield self.footer()

    def both(self, pair: Pair) -> str:
        """A text in the reader's language, and the other beside it."""
        first, second = pair if self.lang == "zh" else (pair[1], pair[0])
        return f'{_text(first)} <span class="other">{_text(second)}</span>'

    def stacked(self, pair: Pair) -> str:
        """Like :meth:`both`, the other language on a line of its own."""
        return self.both(pair).replace(" <span", "<br><span", 1)

    def one(self, pair: Pair) -> str:
        return escape(words.pick(pair, self.lang))

    def banner(self, report: Report) -> str:
        value = report.verdict.value
        return (
            f'<section class="banner {value}"><strong>{self.both(words.VERDICTS[report.verdict])}'
            f"</strong><div><p>{self.both(words.STATEMENTS[report.verdict])}</p>"
            f"<p>{self.both(FIELDS['effect'])}：{self.both(words.EFFECTS[report.effect])}</p>"
            "</div></section>"
        )

    def reasons(self, report: Report) -> str:
        if not report.reasons:
            return ""
        rows = "".join(
            f'<li class="{report.verdict.value}">{self.reason(code)}{self.hint(code)}</li>'
            for code in report.reasons
        )
        return f'<ul class="reasons">{rows}</ul>'

    def reason(self, code: str) -> str:
        reason = REASONS.get(code)
        if reason is None:
            return f"<span>{_text(code)}</span>"
        return f"<span>{self.both((reason.zh, reason.en))}</span>"

    def hint(self, code: str) -> str:
        reason = REASONS.get(code)
        if reason is None or not reason.hint_zh:
            return ""
        hint = (reason.hint_zh, reason.hint_en)
        if self.is_folded and "--" in reason.hint_en:  # who looks at a screen gives no options
            hint = _ASK
        return f'<span class="hint">→ {self.both(hint)}</span>'

    def file_facts(self, report: Report) -> str:
        kind = words.FORMATS.get(report.format)
        size = f"{report.size:,}"
        rows = (
            (FIELDS["file"], _text(report.file)),
            (FIELDS["format"], self.both(kind) if kind else _text(report.format)),
            (FIELDS["size"], self.both((f"{size} 字节", f"{size} bytes"))),
            (("SM3 杂凑值", "SM3 digest"), f'<span class="digest">{escape(report.sm3)}</span>'),
            (
                ("SHA-256 杂凑值", "SHA-256 digest"),
                f'<span class="digest">{escape(report.sha256)}</span>',
            ),
            (FIELDS["verified_at"], escape(words.time_text(report.verified_at, self.lang))),
            (FIELDS["policy"], _text(report.policy)),
            *_settings(report.policy_settings),
            *self.business(report),
        )
        return f"<section><h2>{self.both(_FILE)}</h2>\n{self.facts(rows)}</section>"

    def business(self, report: Report) -> Iterable[tuple[Pair, str]]:
        """A row for each thing that a registry says of the document."""
        if report.business is not None:
            for label, text in words.business_rows(report.business, self.lang):
                yield FIELDS[label], _text(text)

    def facts(self, rows: Iterable[tuple[Pair, str]]) -> str:
        """A table of facts; the values are HTML already."""
        lines = "\n".join(
            f'<tr><th scope="row">{self.both(label)}</th><td>{value}</td></tr>'
            for label, value in rows
        )
        return f'<table class="facts">\n{lines}\n</table>'

    def signature(self, number: int, signature: SignatureReport, *, is_bare: bool) -> str:
        kind = words.BARE_SEAL if is_bare else words.KINDS.get(signature.kind, words.KINDS["seal"])
        verdict = signature.verdict
        head = (
            f"<h2>{self.both((f'{kind[0]} {number}', f'{kind[1]} {number}'))} · "
            f'<span class="verdict {verdict.value}">{self.both(words.VERDICTS[verdict])}</span>'
            "</h2>"
        )
        figure = self.imprint(signature.seal) if signature.seal else ""
        facts = self.facts(self.signature_rows(signature, is_bare=is_bare))
        return _join(
            (
                f'<section>{head}\n<div class="stamp">{figure}{facts}</div>',
                self.folded(signature),
                self.notices(signature.notices),
                "</section>",
            )
        )

    def imprint(self, seal: SealSummary) -> str:
        uri = _data_uri(seal.picture, seal.picture_kind)
        picture = f'<img src="{uri}" alt="{_text(seal.name)}">' if uri else self.both(_NO_PICTURE)
        return f"<figure>{picture}<figcaption>{_text(seal.name)}</figcaption></figure>"

    def signature_rows(
        self, signature: SignatureReport, *, is_bare: bool
    ) -> Iterable[tuple[Pair, str]]:
        seal, signer = signature.seal, signature.signer
        if seal is not None:
            yield FIELDS["seal"], _text(seal.name)
            yield FIELDS["seal_id"], _text(seal.id)
            yield FIELDS["seal_type"], _text(seal.type)
            yield FIELDS["maker"], _text(seal.maker)
            yield FIELDS["seal_period"], self.period(seal.not_before, seal.not_after)
        yield from self.delegation_rows(signature)
        if signer is not None:
            yield FIELDS["signer"], _text(signer.subject)
            yield FIELDS["issuer"], _text(signer.issuer)
            yield FIELDS["serial"], f"<code>{_text(signer.serial)}</code>"
            yield (
                FIELDS["certificate_period"],
                self.period(signer.not_before, signer.not_after),
            )
        if not is_bare:
            source = words.TIME_SOURCES.get(signature.time_source)
            time = escape(words.time_text(signature.signed_at, self.lang))
            aside = f" · {self.both(source)}" if source and signature.signed_at else ""
            yield FIELDS["signed_at"], time + aside
            covered = [
                words.coverage_text(signature.coverage, signature.pages, lang)
                for lang in ("zh", "en")
            ]
            yield FIELDS["coverage"], self.both((covered[0], covered[1]))
            yield ("签章标识", "signature id"), _text(signature.id)
            yield FIELDS["algorithm"], _text(signature.algorithm)
        yield FIELDS["standard"], _text(signature.standard)

    def delegation_rows(self, signature: SignatureReport) -> Iterable[tuple[Pair, str]]:
        """What our extensions say of a delegated seal and of its use."""
        scope = signature.seal.scope if signature.seal is not None else None
        if scope is not None:
            yield FIELDS["scope"], _text(words.scope_text(scope, self.lang))
            yield FIELDS["scope_period"], self.period(scope.not_before, scope.not_after)
        if signature.matter is not None:
            yield FIELDS["matter"], _text(signature.matter)
        if signature.ledger is not None:
            yield FIELDS["ledger"], _text(words.ledger_text(signature.ledger, self.lang))

    def period(self, start: datetime | None, end: datetime | None) -> str:
        return escape(words.period_text(start, end, self.lang))

    def folded(self, signature: SignatureReport) -> str:
        table = self.checks(signature.checks)
        if not self.is_folded:
            return table
        lowering = [check for check in signature.checks if check.outcome in _LOWERING]
        count = len(signature.checks)
        summary = self.both((f"{_CHECKS[0]}（{count} 项）", f"{_CHECKS[1]} ({count})"))
        details = f'<details class="folded"><summary>{summary}</summary>\n{table}</details>'
        return (self.checks(lowering) if lowering else "") + details

    def checks(self, checks: Sequence[Check]) -> str:
        heads = "".join(f'<th scope="col">{self.both(head)}</th>' for head in _CHECK_HEADS)
        rows = "\n".join(self.check(check) for check in checks)
        return (
            f'<table class="checks">\n<thead><tr>{heads}</tr></thead>\n'
            f"<tbody>\n{rows}\n</tbody>\n</table>"
        )

    def check(self, check: Check) -> str:
        label = words.CHECKS.get(check.name, (check.name, check.name))
        reason = self.reason(check.reason) if check.reason else ""
        detail = f'<span class="detail">{_text(check.detail)}</span>' if check.detail else ""
        outcome = check.outcome
        return (
            f'<tr><td><span class="name">{self.stacked(label)}</span>'
            f"<code>{_text(check.name)}</code></td>"
            f'<td class="{outcome.value}">{self.both(words.OUTCOMES[outcome])}</td>'
            f"<td>{reason}{detail}</td><td>{_clause(check.clause)}</td></tr>"
        )

    def notices(self, codes: Sequence[str]) -> str:
        if not codes:
            return ""
        rows = "".join(f'<li class="skipped">{self.reason(code)}</li>' for code in codes)
        return f'<p>{self.both(_NOTICES)}</p><ul class="reasons">{rows}</ul>'

    def page_picture(self, number: int, picture: bytes) -> str:
        uri = _data_uri(picture, SealPicture("", picture, 1, 1).kind)
        if not uri:
            return ""
        caption = self.both(
            (f"{_PAGE[0]} {number}，{_LOOK[0]}", f"{_PAGE[1]} {number}, {_LOOK[1]}")
        )
        return (
            f'<figure class="page"><img src="{uri}" alt="{number}">'
            f"<figcaption>{caption}</figcaption></figure>"
        )

    def footer(self) -> str:
        note, software = _FOOTER
        return (
            f"<footer><p>{self.both(note)}</p>"
            f"<p>{self.one(software)}govseal {escape(govseal.__version__)}</p></footer>"
        )
