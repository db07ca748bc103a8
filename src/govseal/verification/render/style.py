"""The style sheet of reports: A4 on paper, one column on a telephone; its variables are shared."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root {
  --ink: #1c1f24; --quiet: #6a717c; --soft: #444b55; --faint: #8a919c; --muted: #5a626e;
  --paper: #fff; --desk: #e9ebee; --line: #d5d9df; --rule: #c9cdd3; --shade: #f6f7f9;
  --red: #b3131b; --green: #17663a; --amber: #8a5a00;
  --red-pale: #fdf1f1; --green-pale: #eff8f2; --amber-pale: #fff8e8; --grey-pale: #f4f5f7;
  --sans: "Source Han Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", system-ui,
    sans-serif;
  --serif: "Source Han Serif SC", "Noto Serif CJK SC", "Songti SC", SimSun, serif;
  --mono: "DejaVu Sans Mono", Menlo, Consolas, monospace;
}
@page { size: A4; margin: 16mm 15mm 18mm; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--desk); color: var(--ink);
  font: 14px/1.55 var(--sans);
}
main { max-width: 210mm; margin: 24px auto; padding: 14mm 15mm; background: var(--paper);
  box-shadow: 0 1px 6px rgba(0, 0, 0, .18); }
header { text-align: center; border-bottom: 2px solid var(--red); padding-bottom: 10px; }
h1 { margin: 0; font: 700 25px/1.3 var(--serif); letter-spacing: .12em; }
h2 { margin: 22px 0 8px; padding-left: 9px; border-left: 4px solid var(--red); font-size: 16px;
  line-height: 1.35; break-after: avoid; }
.other { color: var(--quiet); font-size: .82em; font-weight: 400; letter-spacing: 0; }
h1 .other { display: block; font-family: Georgia, "Times New Roman", serif; font-size: 14px; }
.banner { display: flex; gap: 16px; align-items: center; margin: 16px 0 6px; padding: 12px 16px;
  border: 1px solid; border-left-width: 8px; border-radius: 3px; break-inside: avoid; }
.banner::before { content: "–" / ""; flex: none; width: 46px; height: 46px; border-radius: 50%;
  background: currentColor; color: inherit; -webkit-text-fill-color: var(--paper);
  font: 700 27px/46px var(--sans); text-align: center; }
.banner.passed::before { content: "✓" / ""; } .banner.failed::before { content: "✕" / ""; }
.banner.indeterminate::before { content: "?" / ""; }
.banner strong { flex: none; font-size: 26px; line-height: 1.15; }
.banner strong .other { display: block; font-size: 13px; color: inherit; }
.banner p { margin: 0; }
.passed { color: var(--green); } .failed { color: var(--red); }
.indeterminate { color: var(--amber); } .unsigned, .skipped { color: var(--muted); }
.banner.passed { background: var(--green-pale); } .banner.failed { background: var(--red-pale); }
.banner.indeterminate { background: var(--amber-pale); }
.banner.unsigned { background: var(--grey-pale); }
ul.reasons { margin: 8px 0; padding: 0; list-style: none; }
ul.reasons li { margin: 4px 0; padding: 5px 10px; border-left: 3px solid currentColor;
  background: var(--shade); break-inside: avoid; }
ul.reasons li > * { color: var(--ink); } ul.reasons li .other { color: var(--quiet); }
ul.reasons li .hint { display: block; color: var(--soft); font-size: .92em; }
table { width: 100%; border-collapse: collapse; font-size: 13px; }
th, td { padding: 5px 8px; border: 1px solid var(--line); text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
tr { break-inside: avoid; }
.facts th { width: 29%; background: var(--shade); font-weight: 500; }
.checks thead th { background: var(--shade); white-space: nowrap; }
.checks td { padding: 3px 8px; line-height: 1.4; }
.checks td:nth-child(1) { width: 38%; } .checks td:nth-child(2) { width: 12%; font-weight: 600; }
.checks td:nth-child(4) { width: 21%; font-size: 12px; color: var(--soft); }
.checks .name { display: inline-block; }
.checks code { float: right; color: var(--faint); font-size: 11px; padding-top: 2px; }
details.folded { margin: 6px 0; }
details.folded summary { padding: 6px 0; color: var(--soft); cursor: pointer; }
.detail { display: block; color: var(--soft); font-size: 12px; }
code, .digest { font-family: var(--mono); font-size: 12px; }
.stamp { display: flex; gap: 14px; align-items: flex-start; margin-bottom: 8px; }
.stamp figure { flex: none; width: 44mm; margin: 0; text-align: center; break-inside: avoid; }
.stamp figure img { width: 42mm; height: 42mm; object-fit: contain; }
.stamp figcaption { color: var(--quiet); font-size: 12px; }
.verdict { font-weight: 700; }
figure.page { margin: 12px 0; text-align: center; }
figure.page img { max-width: 100%; max-height: 250mm; border: 1px solid var(--rule); }
footer { margin-top: 26px; padding-top: 8px; border-top: 1px solid var(--rule); color: var(--muted);
  font-size: 12px; }
footer p { margin: 2px 0; }
@media (max-width: 640px) {
  main { margin: 0; padding: 16px 14px; box-shadow: none; }
  h1 { font-size: 21px; letter-spacing: .04em; }
  .banner { flex-wrap: wrap; gap: 8px 14px; } .banner > div { flex: 1 1 100%; }
  .stamp { flex-direction: column; align-items: stretch; gap: 8px; }
  .stamp figure { align-self: center; }
  .checks thead { display: none; }
  .checks tr { display: block; border: 1px solid var(--line); border-bottom-width: 2px;
    margin-bottom: 6px; }
  .checks td, .checks td:nth-child(n) { display: block; width: auto; border: 0;
    padding: 3px 8px; }
  .checks td:empty { display: none; }
}
@media print {
  body { background: var(--paper); font-size: 10.5pt; }
  main { max-width: none; margin: 0; padding: 0; box-shadow: none; }
  figure.page { break-before: page; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""
