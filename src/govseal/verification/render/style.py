"""The style sheet of the HTML report: A4 on paper, one column on a telephone."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
@page { size: A4; margin: 16mm 15mm 18mm; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: #e9ebee; color: #1c1f24;
  font: 14px/1.55 "Source Han Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei",
    system-ui, sans-serif;
}
main { max-width: 210mm; margin: 24px auto; padding: 14mm 15mm; background: #fff;
  box-shadow: 0 1px 6px rgba(0, 0, 0, .18); }
header { text-align: center; border-bottom: 2px solid #b3131b; padding-bottom: 10px; }
h1 { margin: 0; font: 700 25px/1.3 "Source Han Serif SC", "Noto Serif CJK SC", "Songti SC", SimSun,
    serif; letter-spacing: .12em; }
h2 { margin: 22px 0 8px; padding-left: 9px; border-left: 4px solid #b3131b; font-size: 16px;
  line-height: 1.35; break-after: avoid; }
.other { color: #6a717c; font-size: .82em; font-weight: 400; letter-spacing: 0; }
h1 .other { display: block; font-family: Georgia, "Times New Roman", serif; font-size: 14px; }
.banner { display: flex; gap: 16px; align-items: center; margin: 16px 0 6px; padding: 12px 16px;
  border: 1px solid; border-left-width: 8px; border-radius: 3px; break-inside: avoid; }
.banner strong { flex: none; font-size: 26px; line-height: 1.15; }
.banner strong .other { display: block; font-size: 13px; color: inherit; }
.banner p { margin: 0; }
.passed { color: #17663a; } .failed { color: #b3131b; }
.indeterminate { color: #8a5a00; } .unsigned, .skipped { color: #5a626e; }
.banner.passed { background: #eff8f2; } .banner.failed { background: #fdf1f1; }
.banner.indeterminate { background: #fff8e8; } .banner.unsigned { background: #f4f5f7; }
ul.reasons { margin: 8px 0; padding: 0; list-style: none; }
ul.reasons li { margin: 4px 0; padding: 5px 10px; border-left: 3px solid currentColor;
  background: #fafafa; break-inside: avoid; }
ul.reasons li > * { color: #1c1f24; } ul.reasons li .other { color: #6a717c; }
ul.reasons li .hint { display: block; color: #444b55; font-size: .92em; }
table { width: 100%; border-collapse: collapse; font-size: 13px; }
th, td { padding: 5px 8px; border: 1px solid #d5d9df; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
tr { break-inside: avoid; }
.facts th { width: 29%; background: #f6f7f9; font-weight: 500; }
.checks thead th { background: #f1f2f5; white-space: nowrap; }
.checks td { padding: 3px 8px; line-height: 1.4; }
.checks td:nth-child(1) { width: 38%; } .checks td:nth-child(2) { width: 12%; font-weight: 600; }
.checks td:nth-child(4) { width: 21%; font-size: 12px; color: #444b55; }
.checks .name { display: inline-block; }
.checks code { float: right; color: #8a919c; font-size: 11px; padding-top: 2px; }
.detail { display: block; color: #444b55; font-size: 12px; }
code, .digest { font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 12px; }
.stamp { display: flex; gap: 14px; align-items: flex-start; margin-bottom: 8px; }
.stamp figure { flex: none; width: 44mm; margin: 0; text-align: center; break-inside: avoid; }
.stamp figure img { width: 42mm; height: 42mm; object-fit: contain; }
.stamp figcaption { color: #6a717c; font-size: 12px; }
.verdict { font-weight: 700; }
figure.page { margin: 12px 0; text-align: center; }
figure.page img { max-width: 100%; max-height: 250mm; border: 1px solid #c9cdd3; }
footer { margin-top: 26px; padding-top: 8px; border-top: 1px solid #c9cdd3; color: #5a626e;
  font-size: 12px; }
footer p { margin: 2px 0; }
@media (max-width: 640px) {
  main { margin: 0; padding: 16px 14px; box-shadow: none; }
  h1 { font-size: 21px; letter-spacing: .04em; }
  .banner, .stamp { flex-direction: column; align-items: stretch; gap: 8px; }
  .stamp figure { align-self: center; }
  .checks thead { display: none; }
  .checks tr { display: block; border: 1px solid #d5d9df; border-bottom-width: 2px;
    margin-bottom: 6px; }
  .checks td, .checks td:nth-child(n) { display: block; width: auto; border: 0;
    padding: 3px 8px; }
  .checks td:empty { display: none; }
}
@media print {
  body { background: #fff; font-size: 10.5pt; }
  main { max-width: none; margin: 0; padding: 0; box-shadow: none; }
  figure.page { break-before: page; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""
